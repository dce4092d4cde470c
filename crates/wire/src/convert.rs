//! Between the generated messages and the domain's types: every domain value has a message, and a message that means nothing is refused with
//! the path to the value at fault. The small readers that the conversions share live here.

mod classified;
mod enums;
mod event;
mod post;
mod subject;

use backtweet_domain::{AccountId, IdError, Network, PostId, Timestamp};

pub use enums::WireEnum;

use crate::WireError;

/// Converts each part of a list; an error names its place.
fn each<W, D>(name: &str, wire: Vec<W>, convert: impl Fn(W) -> Result<D, WireError>) -> Result<Vec<D>, WireError> {
    wire.into_iter()
        .enumerate()
        .map(|(index, part)| convert(part).map_err(|error| error.at(index).within(name)))
        .collect()
}

/// Converts what may be absent; an error names its field.
fn optional<W, D>(
    name: &str,
    wire: Option<W>,
    convert: impl FnOnce(W) -> Result<D, WireError>,
) -> Result<Option<D>, WireError> {
    wire.map(convert).transpose().map_err(|error| error.within(name))
}

/// Converts a message that must be there; an error names its field.
fn required<W, D>(name: &str, wire: Option<W>) -> Result<D, WireError>
where
    D: TryFrom<W, Error = WireError>,
{
    optional(name, wire, D::try_from)?.ok_or_else(|| WireError::missing(name))
}

fn post_id(text: String) -> Result<PostId, WireError> {
    id(text, PostId::new)
}

fn account_id(text: String) -> Result<AccountId, WireError> {
    id(text, AccountId::new)
}

/// Reads `network:native`, cutting the native id out of the text that arrived instead of copying it.
fn id<D>(mut text: String, new: impl FnOnce(Network, String) -> Result<D, IdError>) -> Result<D, WireError> {
    let network = text
        .split_once(':')
        .and_then(|(network, _)| Some((network.len(), network.parse().ok()?)));
    let read = match network {
        Some((colon, network)) => {
            text.drain(..=colon);
            new(network, text)
        }
        None => Err(IdError::Network {
            text: text.chars().take(80).collect(),
        }),
    };
    read.map_err(|error| WireError::new("", error.to_string()))
}

/// Writes `network:native` in one allocation; these are most of what a record is made of.
fn id_text(network: Network, native: &str) -> String {
    let network = network.name();
    let mut text = String::with_capacity(network.len() + 1 + native.len());
    text.push_str(network);
    text.push(':');
    text.push_str(native);
    text
}

fn post_text(id: &PostId) -> String {
    id_text(id.network(), id.native())
}

fn account_text(id: &AccountId) -> String {
    id_text(id.network(), id.native())
}

/// Reads a time, refusing those that no calendar date can name.
fn time(micros: i64) -> Result<Timestamp, WireError> {
    /// The year 1.
    const FIRST: i64 = -62_135_596_800_000_000;
    /// The end of the year 9999, less the day that a time zone may take from it.
    const LAST: i64 = 253_402_207_199_999_999;
    if (FIRST..=LAST).contains(&micros) {
        Ok(Timestamp::from_micros(micros))
    } else {
        Err(WireError::new(
            "",
            format!("{micros} is no time of the years 1 to 9999: write microseconds since 1970, UTC"),
        ))
    }
}

/// Reads a number that must lie in [`least`, 1]; NaN lies nowhere.
fn share(name: &str, value: f64, least: f64) -> Result<f64, WireError> {
    if (least..=1.0).contains(&value) {
        Ok(value)
    } else {
        Err(WireError::new(
            name,
            format!("{value} is out of range: write a number from {least} to 1"),
        ))
    }
}
