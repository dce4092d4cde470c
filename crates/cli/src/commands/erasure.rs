//! `backtweet erasure`: what became of an author's posts.

use std::process::ExitCode;

use anyhow::Result;
use backtweet_domain::Timestamp;
use backtweet_wire::v1::report_service_client::ReportServiceClient;
use backtweet_wire::v1::{ErasureReceiptRequest, ErasureReceiptResponse, SubjectErasure};
use serde_json::{Value, json};

use crate::args::{Erasure, Format};
use crate::client::{self, MESSAGE_LIMIT, refused};
use crate::output::{self, FAINT, HEADING, styled};
use crate::view::bars::grouped;

/// How many posts of one subject are named in text.
const NAMED: usize = 10;

/// Runs the command.
pub async fn run(args: Erasure, endpoint: &str, format: Format) -> Result<ExitCode> {
    let request = ErasureReceiptRequest {
        author: args.author,
        subject: args.subject.unwrap_or_default(),
    };
    let client = ReportServiceClient::new(client::connect(endpoint).await?);
    let mut client = client.max_decoding_message_size(MESSAGE_LIMIT);
    let receipt = client.erasure_receipt(request).await.map_err(refused)?.into_inner();
    match format {
        Format::Json => output::json(&view(&receipt))?,
        Format::Csv => {
            let rows = receipt.subjects.iter().flat_map(|subject| {
                let row = |post: &backtweet_wire::v1::ErasedPost| {
                    [
                        subject.subject.clone(),
                        post.post.clone(),
                        post.at_us.map(time).unwrap_or_default(),
                    ]
                };
                subject.erased.iter().map(row)
            });
            output::csv(["subject", "post", "erased_at"], rows)?;
        }
        Format::Text => output::line(text(&receipt)),
    }
    Ok(ExitCode::SUCCESS)
}

fn view(receipt: &ErasureReceiptResponse) -> Value {
    let subjects = receipt.subjects.iter().map(|subject| {
        let erased = subject
            .erased
            .iter()
            .map(|post| json!({ "post": post.post, "at": post.at_us.map(time) }));
        json!({
            "subject": subject.subject,
            "erased": erased.collect::<Vec<_>>(),
            "more": subject.more,
            "still_counted": subject.still_counted,
            "still_more": subject.still_more,
        })
    });
    let remainders = receipt
        .remainders
        .iter()
        .map(|left| json!({ "place": left.place, "what": left.what, "gone_by": left.gone_by_us.map(time) }));
    json!({
        "author": receipt.author,
        "asked": time(receipt.asked_us),
        "subjects": subjects.collect::<Vec<_>>(),
        "remainders": remainders.collect::<Vec<_>>(),
    })
}

fn text(receipt: &ErasureReceiptResponse) -> String {
    if receipt.subjects.is_empty() {
        return format!("no subject holds anything of {}", receipt.author);
    }
    let mut lines = vec![format!(
        "{} at {}",
        styled(HEADING, &receipt.author),
        time(receipt.asked_us)
    )];
    receipt
        .subjects
        .iter()
        .for_each(|subject| lines.extend(of_subject(subject)));
    if !receipt.remainders.is_empty() {
        lines.push("copies of what was erased are left in".to_owned());
    }
    lines.extend(receipt.remainders.iter().map(|left| {
        let until = left
            .gone_by_us
            .map_or("no bound is known".to_owned(), |at| format!("gone by {}", time(at)));
        format!("  {}  {until}  {}", left.place, styled(FAINT, &left.what))
    }));
    lines.join("\n")
}

fn of_subject(subject: &SubjectErasure) -> Vec<String> {
    let at_least = |more: bool| if more { "at least " } else { "" };
    let erased = subject.erased.len() as u64;
    let mut lines = vec![format!(
        "{}: {}{} erased, {}{} still counted",
        subject.subject,
        at_least(subject.more),
        grouped(erased),
        at_least(subject.still_more),
        grouped(subject.still_counted)
    )];
    lines.extend(subject.erased.iter().take(NAMED).map(|post| {
        format!(
            "  {}  {}",
            post.at_us.map_or("at a time not known".to_owned(), time),
            post.post
        )
    }));
    if subject.erased.len() > NAMED {
        lines.push(styled(FAINT, "  … all of them with --format json"));
    }
    lines
}

fn time(us: i64) -> String {
    Timestamp::from_micros(us).to_string()
}
