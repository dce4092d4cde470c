//! The lines of a server-sent-event body, as far as Mastodon uses them: an `event:` line, one `data:` line, comments as heartbeats.

/// The name of the server-sent event whose data is still to come.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EventName(Option<String>);

/// What one line is.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line<'a> {
    /// No part of such a body: JSON, or something that should have been.
    Json,
    /// What happened, with the event's name where its line was seen.
    Data(Option<String>, &'a str),
    /// A heartbeat, a name, the end of an event.
    Nothing,
}

/// Reads a line without the white space around it.
pub(super) fn read<'a>(line: &'a str, name: &mut EventName) -> Line<'a> {
    if line.is_empty() {
        name.0 = None;
        return Line::Nothing;
    }
    let Some((field, value)) = line.split_once(':') else {
        return Line::Json;
    };
    match field {
        "event" => {
            name.0 = Some(value.trim().to_owned());
            Line::Nothing
        }
        "data" => Line::Data(name.0.take(), value.trim()),
        "" | "id" | "retry" => Line::Nothing,
        _ => Line::Json,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_is_read_by_the_name_of_its_own_event() {
        let mut name = EventName::default();
        assert_eq!(read(":thump", &mut name), Line::Nothing);
        assert_eq!(read("event: delete", &mut name), Line::Nothing);
        assert_eq!(read("data: 12", &mut name), Line::Data(Some("delete".to_owned()), "12"));
        assert_eq!(read("data: 13", &mut name), Line::Data(None, "13"));
        assert_eq!(read("event:update", &mut name), Line::Nothing);
        assert_eq!(read("", &mut name), Line::Nothing);
        assert_eq!(read("data:{}", &mut name), Line::Data(None, "{}"));
        assert_eq!(read(r#"{"id":1}"#, &mut name), Line::Json);
    }
}
