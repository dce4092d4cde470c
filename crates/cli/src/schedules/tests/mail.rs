//! Mails: whole as another library reads them, tried again where the server says so, and never in the open unless that is asked for.

use std::net::SocketAddr;
use std::time::Duration;

use mail_parser::{MessageParser, MimeHeaders};

use super::smtp::{Refusal, Server};
use super::*;

async fn mailed(refusals: &[Refusal]) -> (World, Server) {
    let (server, address) = Server::start(refusals.iter().copied()).await;
    (to(address, "tls = 'none'"), server)
}

fn to(address: SocketAddr, rest: &str) -> World {
    World::weekly(&format!(
        "mail = {{ to = ['ann@example.com', 'Bob Ü <bob@example.com>'], from = 'Reports <reports@acme.example>', server = 'smtp://{address}', {rest} }}"
    ))
}

#[tokio::test]
async fn a_mail_has_the_main_figures_as_text_and_the_report_attached() {
    let (world, server) = mailed(&[]).await;
    // Lines that begin with a dot, and longer ones than mail takes.
    let report = format!(".\r\n..{}\r\nünïcode", "x".repeat(3_000));
    world.reports.set(Some(report.as_bytes()));
    world.due().await.step().await;
    assert_eq!(world.delivered().as_deref(), Some(WEEK));

    let mails = server.mails();
    assert_eq!(mails.len(), 1);
    let mail = MessageParser::default().parse(mails[0].as_bytes()).unwrap();
    assert_eq!(
        mail.subject(),
        Some("acme: summary on 2026-11-16 to 2026-11-22 (Europe/Berlin)")
    );
    assert_eq!(
        mail.message_id(),
        Some("weekly-acme-2026-11-16_2026-11-22@acme.example")
    );
    let to: Vec<_> = mail.to().unwrap().iter().map(|to| (to.name(), to.address())).collect();
    assert_eq!(
        to,
        [
            (None, Some("ann@example.com")),
            (Some("Bob Ü"), Some("bob@example.com"))
        ]
    );
    assert_eq!(
        mail.from().unwrap().first().unwrap().address(),
        Some("reports@acme.example")
    );
    assert!(mail.date().is_some());
    assert_eq!(mail.header_raw("Auto-Submitted").map(str::trim), Some("auto-generated"));
    let text = mail.body_text(0).unwrap();
    assert!(
        text.contains("4,060 backtweets by 2,093 authors, \u{2212}3 %"),
        "{text}"
    );
    assert!(
        text.contains("2026-11-16 to 2026-11-22") && text.contains(&format!("{WEEK}.json")),
        "{text}"
    );
    let attached = mail.attachment(0).unwrap();
    assert_eq!(attached.attachment_name(), Some(format!("{WEEK}.json").as_str()));
    assert_eq!(attached.contents(), report.as_bytes());
    assert_eq!(mail.attachment_count(), 1);

    let lines = server.lines();
    let said = |line: &str| lines.iter().any(|it| it.starts_with(line));
    assert!(
        said("MAIL FROM:<reports@acme.example>")
            && said("RCPT TO:<ann@example.com>")
            && said("RCPT TO:<bob@example.com>")
    );
    assert!(!said("AUTH"));
}

#[tokio::test]
async fn a_server_that_is_busy_gets_the_same_mail_again() {
    let (world, server) = mailed(&[
        ("RCPT", "451 try later"),
        (".", "452 full"),
        (".", "hang up"),
        ("MAIL", "hang up"),
    ])
    .await;
    let mut courier = world.due().await;
    for said in ["451", "452", "", ""] {
        assert!(courier.step().await > Duration::from_secs(2));
        let (reason, given_up) = world.failed();
        assert!(
            reason.contains("mail server 127.0.0.1") && reason.contains(said) && !given_up,
            "{reason}"
        );
    }
    assert!(server.mails().is_empty());
    world.courier().step().await;
    let mails = server.mails();
    assert_eq!(mails.len(), 1);
    assert!(
        mails[0].contains(&format!("Message-ID: <{WEEK}@acme.example>")),
        "{}",
        mails[0]
    );
}

#[tokio::test]
async fn a_server_that_refuses_is_not_asked_again() {
    let (world, server) = mailed(&[("RCPT", "550 nobody of that name")]).await;
    let mut courier = world.due().await;
    for _ in 0..3 {
        courier.step().await;
    }
    let (reason, given_up) = world.failed();
    assert!(
        reason.contains("550") && reason.contains("nobody of that name") && given_up,
        "{reason}"
    );
    assert!(reason.contains("schedule send"), "{reason}");
    assert_eq!(server.lines().iter().filter(|line| line.starts_with("MAIL")).count(), 1);
    assert_eq!(courier.send().await.unwrap(), format!("{WEEK}.json"));
    assert_eq!(server.mails().len(), 1);
}

#[tokio::test]
async fn a_password_goes_to_a_server_that_speaks_tls_alone() {
    let (server, address) = Server::start([]).await;
    let secret = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(secret.path(), "hunter2\n").unwrap();
    let login = format!("user = 'reports', password_file = '{}'", secret.path().display());
    let world = to(address, &login);
    assert!(world.due().await.step().await > Duration::from_secs(2));
    let (reason, _) = world.failed();
    assert!(!reason.contains("hunter2"), "{reason}");
    let lines = server.lines();
    assert!(
        !lines
            .iter()
            .any(|line| line.starts_with("AUTH") || line.starts_with("MAIL")),
        "{lines:?}"
    );

    let open = to(address, &format!("{login}, tls = 'none'"));
    open.due().await.step().await;
    assert_eq!(server.mails().len(), 1);
    // NUL, user, NUL, password.
    assert!(
        server
            .lines()
            .contains(&"AUTH PLAIN AHJlcG9ydHMAaHVudGVyMg==".to_owned()),
        "{:?}",
        server.lines()
    );
}

#[tokio::test]
async fn what_is_too_large_to_mail_is_said_and_not_mailed() {
    let (world, server) = mailed(&[]).await;
    world.reports.set(Some(&vec![b'x'; 10 * 1024 * 1024 + 1]));
    world.due().await.step().await;
    let (reason, given_up) = world.failed();
    assert!(
        reason.contains("10485761 bytes") && reason.contains("directory") && given_up,
        "{reason}"
    );
    assert!(server.lines().is_empty());
}
