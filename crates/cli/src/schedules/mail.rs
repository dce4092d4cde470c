//! Reports as mails: the main figures as text, the report attached.

use std::error::Error;
use std::time::Duration;

use backtweet_runtime::config::{Mail, MailTls};
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Attachment, Mailbox, MultiPart, SinglePart};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::{self, AsyncSmtpTransportBuilder};
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};

use super::carrier::Trouble;
use super::parcel::Parcel;

/// How long a connection may take to stand.
const CONNECT: Duration = Duration::from_secs(60);

type Smtp = AsyncSmtpTransport<Tokio1Executor>;

/// Mails a report to everybody at once.
pub(super) async fn send(mail: &Mail, content: Vec<u8>, parcel: &Parcel) -> Result<(), Trouble> {
    let message = message(mail, content, parcel).map_err(|error| Trouble::lasting(format!("{error:#}")))?;
    let transport = transport(mail).map_err(|error| trouble(mail, &error))?;
    transport.send(message).await.map_err(|error| trouble(mail, &error))?;
    Ok(())
}

fn transport(mail: &Mail) -> Result<Smtp, smtp::Error> {
    let builder: AsyncSmtpTransportBuilder = match mail.tls {
        MailTls::Start => Smtp::starttls_relay(&mail.host)?,
        MailTls::Whole => Smtp::relay(&mail.host)?,
        MailTls::None => Smtp::builder_dangerous(&mail.host),
    };
    let builder = builder.port(mail.port).timeout(Some(CONNECT));
    let builder = match &mail.login {
        Some((user, password)) => builder.credentials(Credentials::new(user.clone(), password.reveal().to_owned())),
        None => builder,
    };
    Ok(builder.build())
}

fn message(mail: &Mail, content: Vec<u8>, parcel: &Parcel) -> anyhow::Result<Message> {
    let from: Mailbox = mail.from.parse()?;
    // The same however often it is sent, so that receivers can tell.
    let id = format!("<{}@{}>", parcel.id, from.email.domain());
    let mut builder = Message::builder()
        .from(from)
        .subject(&parcel.title)
        .message_id(Some(id));
    for to in &mail.to {
        builder = builder.to(to.parse()?);
    }
    let text = format!(
        "{}\n\n{}\nAttached: {}\n",
        parcel.title, parcel.figures, parcel.file_name
    );
    let attachment = Attachment::new(parcel.file_name.clone()).body(content, ContentType::parse(parcel.media_type)?);
    let mut message = builder.multipart(
        MultiPart::mixed()
            .singlepart(SinglePart::plain(text))
            .singlepart(attachment),
    )?;
    // Nobody who is out of office answers a program (RFC 3834).
    let name = HeaderName::new_from_ascii_str("Auto-Submitted");
    message
        .headers_mut()
        .insert_raw(HeaderValue::new(name, "auto-generated".to_owned()));
    Ok(message)
}

/// What the server, or the way to it, said; only its final word (5xx) does not pass.
fn trouble(mail: &Mail, error: &smtp::Error) -> Trouble {
    let mut reason = format!("mail server {}:{}: {error}", mail.host, mail.port);
    let mut cause = error.source();
    while let Some(error) = cause {
        let said = error.to_string();
        if !reason.contains(&said) {
            reason = format!("{reason}: {said}");
        }
        cause = error.source();
    }
    let reason: String = reason
        .chars()
        .map(|letter| if letter.is_control() { ' ' } else { letter })
        .collect();
    if error.is_permanent() {
        let remedy = "see to its addresses, user and password, then send it again with `backtweet schedule send`";
        return Trouble::lasting(format!("{reason}; {remedy}"));
    }
    Trouble::passing(reason)
}
