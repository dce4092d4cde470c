//! From an assignment to the source that reads it. The one place that knows all kinds of sources.

use std::sync::Arc;

use backtweet_domain::Clock;
use backtweet_wire::v1::source::Kind;

use crate::Wire;
use crate::follow::{Open, Opened};
use crate::share::Assignment;
use crate::source::jetstream::JetstreamSource;
use crate::source::{Position, Reading};

/// Opens assignments as what their sources are.
pub(crate) fn opener(_clock: Arc<dyn Clock>) -> Open {
    Arc::new(
        |assignment: &Assignment, _: Option<&Position>| -> Result<Opened, String> {
            let number = || assignment.part.parse::<u32>().map_err(|_| unknown(assignment));
            match &assignment.source.kind {
                Some(Kind::Jetstream(jetstream)) => {
                    let source = JetstreamSource::new(jetstream, number()?)?;
                    Ok((Box::new(source), reading(Wire::Jetstream)))
                }
                _ => Err(unknown(assignment)),
            }
        },
    )
}

fn reading(wire: Wire) -> Reading {
    Reading { wire, instance: None }
}

fn unknown(assignment: &Assignment) -> String {
    format!(
        "`{}` is no part of any source that this version knows: update the collector, or remove the source",
        assignment.id
    )
}
