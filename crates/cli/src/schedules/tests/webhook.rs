//! Webhooks: signed, named, tried again where that can help, and posted to nobody else.

use std::time::Duration;

use tokio::io::AsyncReadExt;
use tokio::net::TcpListener;

use super::http::{Answer, Receiver};
use super::*;

fn to(address: impl std::fmt::Display) -> World {
    World::weekly(&format!("webhook = {{ url = 'http://{address}/hook?key=hidden' }}"))
}

fn status(status: u16) -> Answer {
    Answer::Status(status, None)
}

#[tokio::test]
async fn a_post_is_signed_over_its_time_and_its_body() {
    let (receiver, address) = Receiver::start([]).await;
    let world = to(address);
    world.due().await.step().await;
    let taken = receiver.taken();
    assert_eq!(taken.len(), 1);
    assert_eq!(&taken[0].body[..], REPORT);
    assert_eq!(taken[0].header("content-type"), "application/json");
    assert_eq!(taken[0].header("backtweet-delivery"), WEEK);
    assert_eq!(taken[0].header("backtweet-timestamp"), "1795417200");
    assert!(taken[0].is_signed_with(SECRET), "{taken:?}");
    assert!(!taken[0].is_signed_with("another secret 1"));
    assert_eq!(world.delivered().as_deref(), Some(WEEK));
}

#[tokio::test]
async fn a_receiver_that_is_down_gets_the_same_delivery_again_after_as_long_as_it_asks_for() {
    let later = |seconds: &str| Answer::Status(503, Some(("retry-after", seconds.to_owned())));
    let (receiver, address) =
        Receiver::start([later("90"), later("999999"), status(500), status(408), status(429)]).await;
    let world = to(address);
    let mut courier = world.due().await;
    assert_eq!(courier.step().await, Duration::from_secs(90));
    assert_eq!(
        courier.step().await,
        Duration::from_secs(3_600),
        "nobody is left alone for days"
    );
    for _ in 0..3 {
        assert!(courier.step().await > Duration::from_secs(2));
    }
    let (reason, given_up) = world.failed();
    assert!(
        reason.contains("127.0.0.1 answers 429") && reason.contains("(no  thanks)") && !given_up,
        "{reason}"
    );
    assert!(!reason.contains("hidden"), "the address is told: {reason}");
    // Started again meanwhile, and an hour later.
    world.clock.set(at("2026-11-23T08:00:00Z"));
    world.courier().step().await;
    let taken = receiver.taken();
    assert_eq!(taken.len(), 6);
    assert!(
        taken
            .iter()
            .all(|it| it.header("backtweet-delivery") == WEEK && it.is_signed_with(SECRET))
    );
    assert_eq!(world.delivered().as_deref(), Some(WEEK));
}

#[tokio::test]
async fn a_receiver_that_refuses_is_left_alone_until_the_next_report() {
    let (receiver, address) = Receiver::start([status(400)]).await;
    let world = to(address);
    let mut courier = world.due().await;
    for _ in 0..3 {
        courier.step().await;
    }
    world.courier().step().await;
    assert_eq!(receiver.taken().len(), 1);
    let (reason, given_up) = world.failed();
    assert!(
        reason.contains("400") && reason.contains("schedule send") && given_up,
        "{reason}"
    );
    world.clock.set(at("2026-11-30T07:00:00Z"));
    courier.step().await;
    assert_eq!(receiver.taken().len(), 2);
    assert_eq!(world.delivered().as_deref(), Some("weekly-acme-2026-11-23_2026-11-29"));
}

#[tokio::test]
async fn a_redirect_leads_nowhere() {
    let (other, elsewhere) = Receiver::start([]).await;
    let there = Answer::Status(307, Some(("location", format!("http://{elsewhere}/"))));
    let (_, address) = Receiver::start([there]).await;
    let world = to(address);
    world.due().await.step().await;
    let (reason, given_up) = world.failed();
    assert!(
        reason.contains("307") && reason.contains("redirects are not followed") && given_up,
        "{reason}"
    );
    assert!(other.taken().is_empty(), "the report went to a stranger");
}

#[tokio::test]
async fn a_receiver_that_hangs_up_or_is_not_there_is_waited_for() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let world = to(address);
    let mut courier = world.due().await;
    let hang_up = async {
        let (mut socket, _) = listener.accept().await.unwrap();
        socket.read_u8().await.unwrap();
    };
    let (pause, ()) = tokio::join!(courier.step(), hang_up);
    assert!(pause > Duration::from_secs(2));
    let (reason, given_up) = world.failed();
    assert!(reason.contains("does not answer") && !given_up, "{reason}");
    drop(listener);
    assert!(courier.step().await > Duration::from_secs(4));
    let (reason, given_up) = world.failed();
    assert!(
        reason.contains("does not answer") && !reason.contains("hidden") && !given_up,
        "{reason}"
    );
}

#[tokio::test]
async fn a_slow_receiver_holds_up_nobody_else() {
    let (slow, slow_address) = Receiver::start([Answer::Nothing]).await;
    let (quick, quick_address) = Receiver::start([]).await;
    let (slow_world, quick_world) = (to(slow_address), to(quick_address));
    let (mut waits, mut goes) = (slow_world.due().await, quick_world.due().await);
    let asked = async {
        while slow.taken().is_empty() {
            tokio::task::yield_now().await;
        }
        goes.step().await
    };
    tokio::select! {
        _ = waits.step() => panic!("the slow one answered"),
        _ = asked => {}
    }
    assert_eq!(quick.taken().len(), 1);
    assert!(slow_world.kept().delivered.is_none());
}

#[tokio::test]
async fn what_is_too_large_to_post_is_said_and_not_posted() {
    let (receiver, address) = Receiver::start([]).await;
    let world = to(address);
    world.reports.set(Some(&vec![b'x'; 10 * 1024 * 1024 + 1]));
    world.due().await.step().await;
    let (reason, given_up) = world.failed();
    assert!(
        reason.contains("10485761 bytes") && reason.contains("directory") && given_up,
        "{reason}"
    );
    assert!(receiver.taken().is_empty());
}
