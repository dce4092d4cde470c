//! The chassis over loopback: health, reflection, limits and the end.

use std::time::Duration;

use tonic::Code;
use tonic::transport::{Channel, Endpoint};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;
use tonic_reflection::pb::v1::ServerReflectionRequest;
use tonic_reflection::pb::v1::server_reflection_client::ServerReflectionClient;
use tonic_reflection::pb::v1::server_reflection_request::MessageRequest;
use tonic_reflection::pb::v1::server_reflection_response::MessageResponse;

use super::*;

const DEADLINE: Duration = Duration::from_secs(20);

fn config(grace: Duration) -> Config {
    Config {
        listen: "127.0.0.1:0".parse().unwrap(),
        grace,
        ..Config::default()
    }
}

async fn connect(address: SocketAddr) -> Channel {
    Endpoint::from_shared(format!("http://{address}"))
        .unwrap()
        .connect()
        .await
        .unwrap()
}

async fn check(channel: &Channel, service: &str) -> Result<ServingStatus, Code> {
    let request = HealthCheckRequest {
        service: service.to_owned(),
    };
    let response = HealthClient::new(channel.clone()).check(request).await;
    response
        .map(|response| response.into_inner().status())
        .map_err(|status| status.code())
}

#[tokio::test]
async fn health_says_not_serving_until_ready_and_knows_each_service_by_name() {
    let services = Services::new().add(Other);
    let server = GrpcServer::bind(&config(DEADLINE), services).await.unwrap();
    let (address, health, shutdown) = (server.address(), server.health(), CancellationToken::new());
    let serving = tokio::spawn(server.serve(shutdown.clone()));

    let channel = connect(address).await;
    assert_eq!(check(&channel, "").await, Ok(ServingStatus::NotServing));
    health.serving().await;
    assert_eq!(check(&channel, "").await, Ok(ServingStatus::Serving));
    assert_eq!(check(&channel, "test.Other").await, Ok(ServingStatus::Serving));
    assert_eq!(check(&channel, "test.Absent").await, Err(Code::NotFound));

    drop(channel);
    shutdown.cancel();
    tokio::time::timeout(DEADLINE, serving).await.unwrap().unwrap().unwrap();
}

#[tokio::test]
async fn reflection_lists_what_is_served_and_describes_every_message() {
    let server = GrpcServer::bind(&config(Duration::ZERO), Services::new())
        .await
        .unwrap();
    let (address, shutdown) = (server.address(), CancellationToken::new());
    let serving = tokio::spawn(server.serve(shutdown.clone()));

    let mut client = ServerReflectionClient::new(connect(address).await);
    let ask = |request| ServerReflectionRequest {
        host: String::new(),
        message_request: Some(request),
    };
    let requests = [
        ask(MessageRequest::ListServices(String::new())),
        ask(MessageRequest::FileContainingSymbol(
            "backtweet.v1.PostEvent".to_owned(),
        )),
    ];
    let mut replies = client
        .server_reflection_info(tokio_stream::iter(requests))
        .await
        .unwrap()
        .into_inner();
    let listed = replies.message().await.unwrap().unwrap().message_response.unwrap();
    let MessageResponse::ListServicesResponse(listed) = listed else {
        panic!("{listed:?}")
    };
    assert!(
        listed
            .service
            .iter()
            .any(|service| service.name == "grpc.health.v1.Health"),
        "{listed:?}"
    );
    assert!(
        listed
            .service
            .iter()
            .all(|service| !service.name.starts_with("backtweet")),
        "{listed:?}"
    );
    let described = replies.message().await.unwrap().unwrap().message_response.unwrap();
    assert!(
        matches!(described, MessageResponse::FileDescriptorResponse(_)),
        "{described:?}"
    );

    shutdown.cancel();
    tokio::time::timeout(DEADLINE, serving).await.unwrap().unwrap().unwrap();
}

#[tokio::test]
async fn a_stream_that_never_ends_does_not_keep_the_server_from_ending() {
    let server = GrpcServer::bind(&config(Duration::from_millis(50)), Services::new())
        .await
        .unwrap();
    let (address, shutdown) = (server.address(), CancellationToken::new());
    let serving = tokio::spawn(server.serve(shutdown.clone()));

    let mut client = HealthClient::new(connect(address).await);
    let mut watched = client.watch(HealthCheckRequest::default()).await.unwrap().into_inner();
    assert_eq!(
        watched.message().await.unwrap().unwrap().status(),
        ServingStatus::NotServing
    );
    shutdown.cancel();
    tokio::time::timeout(DEADLINE, serving)
        .await
        .expect("the drain is bounded")
        .unwrap()
        .unwrap();
    while let Ok(Some(_)) = tokio::time::timeout(DEADLINE, watched.message())
        .await
        .expect("the stream ends")
    {}
}

#[tokio::test]
async fn a_connection_past_its_age_and_grace_is_cut() {
    let mut config = config(DEADLINE);
    config.grpc.connection_age = Duration::from_millis(20);
    config.grpc.connection_grace = Duration::from_millis(20);
    let server = GrpcServer::bind(&config, Services::new()).await.unwrap();
    let (address, shutdown) = (server.address(), CancellationToken::new());
    let serving = tokio::spawn(server.serve(shutdown.clone()));

    let mut client = HealthClient::new(connect(address).await);
    let mut watched = client.watch(HealthCheckRequest::default()).await.unwrap().into_inner();
    while let Ok(Some(_)) = tokio::time::timeout(DEADLINE, watched.message())
        .await
        .expect("the stream is cut")
    {}
    shutdown.cancel();
    tokio::time::timeout(DEADLINE, serving).await.unwrap().unwrap().unwrap();
}

#[tokio::test]
async fn a_taken_port_is_named_with_what_to_do() {
    let taken = GrpcServer::bind(&config(DEADLINE), Services::new()).await.unwrap();
    let again = Config {
        listen: taken.address(),
        ..Config::default()
    };
    let Err(error) = GrpcServer::bind(&again, Services::new()).await else {
        panic!("bound twice")
    };
    assert!(error.to_string().contains(&taken.address().to_string()), "{error}");
    assert!(error.to_string().contains("`listen`"), "{error}");
}

/// A service of another name, with nothing in it.
#[derive(Clone)]
struct Other;

impl NamedService for Other {
    const NAME: &'static str = "test.Other";
}

impl Service<http::Request<Body>> for Other {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = std::future::Ready<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut std::task::Context<'_>) -> std::task::Poll<Result<(), Infallible>> {
        std::task::Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: http::Request<Body>) -> Self::Future {
        std::future::ready(Ok(http::Response::new(Body::empty())))
    }
}
