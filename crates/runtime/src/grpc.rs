//! The gRPC server's chassis: health, reflection, limits, and a drain that ends. The services themselves are handed in.

mod connection;
mod health;

use std::convert::Infallible;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio_stream::StreamExt;
use tokio_util::sync::CancellationToken;
use tonic::body::Body;
use tonic::codegen::{Service, http};
use tonic::server::NamedService;
use tonic::service::Routes;
use tonic::transport::Server;
use tonic::transport::server::TcpIncoming;

pub use self::health::Health;

use self::connection::Connection;
use crate::config::{Config, GrpcConfig};

/// Sets the configured limits on one generated server: message size both ways, and compression for those who ask for it.
///
/// ```text
/// Services::new().add(limited!(ReportServiceServer::new(reports), config.grpc))
/// ```
#[macro_export]
macro_rules! limited {
    ($server:expr, $grpc:expr) => {
        $server
            .max_decoding_message_size($grpc.max_message_bytes)
            .max_encoding_message_size($grpc.max_message_bytes)
            .accept_compressed(::tonic::codec::CompressionEncoding::Zstd)
            .accept_compressed(::tonic::codec::CompressionEncoding::Gzip)
            .send_compressed(::tonic::codec::CompressionEncoding::Zstd)
            .send_compressed(::tonic::codec::CompressionEncoding::Gzip)
    };
}

/// The services of one listener.
#[derive(Debug, Clone, Default)]
pub struct Services {
    routes: Routes,
    names: Vec<&'static str>,
}

impl Services {
    /// No service yet; health and reflection come by themselves.
    pub fn new() -> Self {
        Self::default()
    }

    /// These and one more.
    #[must_use]
    #[allow(
        clippy::should_implement_trait,
        reason = "services are added to a server; nobody writes `services + service`"
    )]
    pub fn add<S>(mut self, service: S) -> Self
    where
        S: Service<http::Request<Body>, Response = http::Response<Body>, Error = Infallible>
            + NamedService
            + Clone
            + Send
            + Sync
            + 'static,
        S::Future: Send + 'static,
    {
        self.names.push(S::NAME);
        self.routes = self.routes.add_service(service);
        self
    }
}

/// Why gRPC is not served.
#[derive(Debug, thiserror::Error)]
pub enum GrpcError {
    /// The address cannot be had.
    #[error("cannot listen on {address}: {source}; free the port, or set `listen` to another address")]
    Bind {
        /// Which address.
        address: SocketAddr,
        /// What the system says.
        source: std::io::Error,
    },
    /// The compiled descriptors are no descriptors.
    #[error("reflection cannot be served: {0}")]
    Reflection(#[from] tonic_reflection::server::Error),
    /// The server stopped by itself.
    #[error("the gRPC server stopped: {0}")]
    Stopped(#[from] tonic::transport::Error),
}

/// A bound listener that is ready to serve.
pub struct GrpcServer {
    incoming: TcpIncoming,
    address: SocketAddr,
    services: Services,
    health: Health,
    limits: GrpcConfig,
    grace: Duration,
}

impl GrpcServer {
    /// Binds `config.listen`. Connections wait until [`GrpcServer::serve`].
    ///
    /// # Errors
    /// Where the address cannot be had.
    pub async fn bind(config: &Config, services: Services) -> Result<Self, GrpcError> {
        let bind = |source| GrpcError::Bind {
            address: config.listen,
            source,
        };
        let listener = TcpListener::bind(config.listen).await.map_err(bind)?;
        let address = listener.local_addr().map_err(bind)?;
        let incoming = TcpIncoming::from(listener)
            .with_nodelay(Some(true))
            .with_keepalive(Some(config.grpc.keepalive))
            .with_keepalive_interval(Some(config.grpc.keepalive_timeout));
        let health = Health::new(&services.names).await;
        Ok(Self {
            incoming,
            address,
            services,
            health,
            limits: config.grpc.clone(),
            grace: config.grace,
        })
    }

    /// Where it listens: the port that was taken where port 0 was asked for.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Says whether the services are ready; not serving until told otherwise.
    pub fn health(&self) -> Health {
        self.health.clone()
    }

    /// Serves until `shutdown`. Then takes no more calls, waits the configured grace for those at work, and cuts what is left: when
    /// this returns, no connection is open.
    ///
    /// # Errors
    /// Where the server cannot be built or stops by itself.
    pub async fn serve(self, shutdown: CancellationToken) -> Result<(), GrpcError> {
        let Self {
            incoming,
            services,
            health,
            limits,
            grace,
            ..
        } = self;
        let reflection = reflection(&services.names)?;
        let routes = services.routes.add_service(health.server()).add_service(reflection);

        let cut = CancellationToken::new();
        let of_connections = cut.clone();
        let life = limits.connection_age.saturating_add(limits.connection_grace);
        let incoming =
            incoming.map(move |stream| stream.map(|stream| Connection::new(stream, of_connections.clone(), life)));
        let drain = shutdown.clone();
        let server = server(&limits).add_routes(routes);
        let server = server.serve_with_incoming_shutdown(incoming, async move { drain.cancelled().await });
        tokio::pin!(server);

        tokio::select! {
            ended = &mut server => return Ok(ended?),
            () = shutdown.cancelled() => health.not_serving().await,
        }
        tokio::select! {
            ended = &mut server => return Ok(ended?),
            () = tokio::time::sleep(grace) => {
                tracing::warn!(?grace, "calls are still at work after the grace period; their connections are cut");
                cut.cancel();
            }
        }
        Ok(server.await?)
    }
}

/// The library's own grace after a connection's age skips asking the connection to go, so that stays unset: [`Connection`] cuts.
fn server(limits: &GrpcConfig) -> Server {
    Server::builder()
        .max_concurrent_streams(limits.max_streams)
        .concurrency_limit_per_connection(limits.concurrency)
        .timeout(limits.timeout)
        .http2_keepalive_interval(Some(limits.keepalive))
        .http2_keepalive_timeout(Some(limits.keepalive_timeout))
        .max_connection_age(limits.connection_age)
}

/// Reflection (v1) that lists what is served here, and knows every message of the suite.
fn reflection(
    names: &[&'static str],
) -> Result<
    tonic_reflection::server::v1::ServerReflectionServer<impl tonic_reflection::server::v1::ServerReflection>,
    GrpcError,
> {
    let builder = tonic_reflection::server::Builder::configure()
        .register_encoded_file_descriptor_set(backtweet_wire::DESCRIPTORS)
        .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
        // The details of errors, which clients that know the suite by reflection alone could not read otherwise.
        .register_encoded_file_descriptor_set(tonic_types::pb::FILE_DESCRIPTOR_SET)
        .with_service_name("grpc.health.v1.Health")
        .with_service_name("grpc.reflection.v1.ServerReflection");
    let builder = names
        .iter()
        .fold(builder, |builder, name| builder.with_service_name(*name));
    Ok(builder.build_v1()?)
}

#[cfg(test)]
mod tests;
