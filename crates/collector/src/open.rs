//! From an assignment to the source that reads it. The one place that knows all kinds of sources.

use std::sync::Arc;
use std::time::Duration;

use backtweet_domain::{Clock, Subject};
use backtweet_wire::v1;
use backtweet_wire::v1::source::Kind;
use tokio::sync::watch;

use crate::Wire;
use crate::follow::{Open, Opened};
use crate::share::Assignment;
use crate::source::Reading;
use crate::source::files::FilesSource;
use crate::source::jetstream::JetstreamSource;
use crate::source::mastodon::MastodonSource;
use crate::source::x::XSource;

/// Opens assignments as what their sources are; each is held through leases of that length.
pub(crate) fn opener(clock: Arc<dyn Clock>, subjects: watch::Receiver<Arc<Vec<Subject>>>, lease: Duration) -> Open {
    Arc::new(move |assignment: &Assignment| -> Result<Opened, String> {
        let number = || assignment.part.parse::<u32>().map_err(|_| unknown(assignment));
        let clock = Arc::clone(&clock);
        match &assignment.source.kind {
            Some(Kind::Jetstream(jetstream)) => {
                let source = JetstreamSource::new(jetstream, number()?)?;
                Ok((Box::new(source), reading(Wire::Jetstream, None)))
            }
            Some(Kind::Mastodon(mastodon)) => {
                let source = MastodonSource::new(mastodon, &assignment.part, clock)?;
                let reading = reading(Wire::Mastodon, Some(source.instance_host().to_owned()));
                Ok((Box::new(source), reading))
            }
            Some(Kind::X(x)) => {
                let source = XSource::new(x, number()?, subjects.clone(), clock)?.under_lease(lease);
                Ok((Box::new(source), reading(Wire::X, None)))
            }
            Some(Kind::Files(files)) => {
                let wire = match files.wire() {
                    v1::Wire::Jetstream => Wire::Jetstream,
                    v1::Wire::Mastodon => Wire::Mastodon,
                    v1::Wire::X => Wire::X,
                    v1::Wire::Post => Wire::Post,
                    v1::Wire::Unspecified => {
                        return Err("the wire of the lines is missing: put the source again with it".to_owned());
                    }
                };
                let source = FilesSource::new(files)?;
                Ok((Box::new(source), reading(wire, files.instance.clone())))
            }
            None => Err(unknown(assignment)),
        }
    })
}

fn reading(wire: Wire, instance: Option<String>) -> Reading {
    Reading { wire, instance }
}

fn unknown(assignment: &Assignment) -> String {
    format!(
        "`{}` is no part of any source that this version knows: update the collector, or remove the source",
        assignment.id
    )
}
