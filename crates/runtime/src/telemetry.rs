//! Logs to stderr and metrics for Prometheus. What is logged and counted is each crate's own affair.

use std::future::Future;
use std::io::IsTerminal;
use std::net::SocketAddr;

use metrics_exporter_prometheus::PrometheusBuilder;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

use crate::config::{Environment, LogFormat, TracingConfig};

/// Why nothing is logged or measured.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// The filter is none.
    #[error("`tracing.filter` = `{filter}`: {reason}; write it as info,backtweet_stream=debug")]
    Filter {
        /// The filter.
        filter: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Logs go somewhere already.
    #[error("logs cannot be set up: {0}")]
    Logs(String),
    /// The metrics' address cannot be had.
    #[error(
        "metrics cannot be served on {address}: {reason}; free the port, or set `metrics_listen` to another address"
    )]
    Metrics {
        /// The address.
        address: SocketAddr,
        /// What the system says.
        reason: String,
    },
}

/// How lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Look {
    Json,
    Plain,
    Coloured,
}

impl Look {
    /// Colours are for terminals, and for people who did not set `NO_COLOR`.
    fn of(format: LogFormat, terminal: bool, environment: &dyn Environment) -> Self {
        let colours = terminal && environment.get("NO_COLOR").is_none_or(|value| value.is_empty());
        match format {
            LogFormat::Json => Look::Json,
            LogFormat::Auto if !terminal => Look::Json,
            LogFormat::Auto | LogFormat::Pretty if colours => Look::Coloured,
            LogFormat::Auto | LogFormat::Pretty => Look::Plain,
        }
    }
}

/// Sends what this process logs to stderr. To be called once, at the start.
///
/// # Errors
/// Where the filter is none, or somebody set up logs before.
pub fn log_to_stderr(config: &TracingConfig, environment: &dyn Environment) -> Result<(), TelemetryError> {
    let look = Look::of(config.format, std::io::stderr().is_terminal(), environment);
    let subscriber = subscriber(&config.filter, look, std::io::stderr)?;
    tracing::subscriber::set_global_default(subscriber).map_err(|error| TelemetryError::Logs(error.to_string()))
}

fn subscriber<W>(
    filter: &str,
    look: Look,
    writer: W,
) -> Result<Box<dyn tracing::Subscriber + Send + Sync>, TelemetryError>
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let parsed = EnvFilter::builder().parse(filter);
    let filter = parsed.map_err(|error| TelemetryError::Filter {
        filter: filter.to_owned(),
        reason: error.to_string(),
    })?;
    // Complaints about a closed stderr go to stderr and panic there: logs are lost then, the work goes on.
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(writer)
        .log_internal_errors(false);
    Ok(match look {
        Look::Json => Box::new(builder.json().flatten_event(true).finish()),
        Look::Plain => Box::new(builder.with_ansi(false).finish()),
        Look::Coloured => Box::new(builder.with_ansi(true).finish()),
    })
}

/// Collects this process's metrics and binds `address`; the returned future serves them there and never ends. To be called once,
/// within a tokio runtime.
///
/// # Errors
/// Where the address cannot be had, or metrics are collected already.
pub fn serve_metrics(
    address: SocketAddr,
) -> Result<impl Future<Output = Result<(), TelemetryError>> + Send + 'static, TelemetryError> {
    let refused = move |reason: String| TelemetryError::Metrics { address, reason };
    let built = PrometheusBuilder::new().with_http_listener(address).build();
    let (recorder, exporter) = built.map_err(|error| refused(error.to_string()))?;
    metrics::set_global_recorder(recorder).map_err(|error| refused(error.to_string()))?;
    Ok(async move { exporter.await.map_err(|error| refused(format!("{error:?}"))) })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::{Arc, Mutex};
    use std::time::Duration;

    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::{TcpListener, TcpStream};

    use super::*;

    #[test]
    fn people_get_colours_unless_they_do_not_want_them_and_machines_get_json() {
        let no_color = |value: &str| BTreeMap::from([("NO_COLOR".to_owned(), value.to_owned())]);
        let (none, set, empty) = (BTreeMap::new(), no_color("1"), no_color(""));
        assert_eq!(Look::of(LogFormat::Auto, true, &none), Look::Coloured);
        assert_eq!(Look::of(LogFormat::Auto, true, &set), Look::Plain);
        assert_eq!(Look::of(LogFormat::Auto, true, &empty), Look::Coloured);
        assert_eq!(Look::of(LogFormat::Auto, false, &none), Look::Json);
        assert_eq!(Look::of(LogFormat::Pretty, false, &none), Look::Plain);
        assert_eq!(Look::of(LogFormat::Json, true, &none), Look::Json);
    }

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl std::io::Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    fn logged(look: Look) -> String {
        let lines = Lines::default();
        let writer = lines.clone();
        let subscriber = subscriber("info", look, move || writer.clone()).unwrap();
        tracing::subscriber::with_default(subscriber, || {
            tracing::info!(post = "x:1", "seen");
            tracing::debug!("not asked for");
        });
        let bytes = lines.0.lock().unwrap().clone();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn a_line_of_json_carries_its_fields_and_a_plain_one_no_escapes() {
        let json = logged(Look::Json);
        assert!(
            json.contains(r#""post":"x:1""#) && json.contains(r#""level":"INFO""#),
            "{json}"
        );
        assert!(!json.contains("not asked for"), "{json}");
        let plain = logged(Look::Plain);
        assert!(plain.contains("seen") && !plain.contains('\u{1b}'), "{plain}");
    }

    #[tokio::test]
    async fn metrics_are_served_where_configured_and_a_taken_port_is_named() {
        let taken = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = taken.local_addr().unwrap();
        let Err(error) = serve_metrics(address) else {
            panic!("bound twice")
        };
        assert!(error.to_string().contains(&address.to_string()) && error.to_string().contains("`metrics_listen`"));
        drop(taken);

        tokio::spawn(serve_metrics(address).unwrap());
        metrics::counter!("backtweet_test_total").increment(7);
        let scrape = async {
            let mut stream = TcpStream::connect(address).await.unwrap();
            stream
                .write_all(b"GET /metrics HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
                .await
                .unwrap();
            let mut text = String::new();
            stream.read_to_string(&mut text).await.unwrap();
            text
        };
        let text = tokio::time::timeout(Duration::from_secs(20), scrape).await.unwrap();
        assert!(text.contains("backtweet_test_total 7"), "{text}");
    }
}
