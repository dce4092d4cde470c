//! `backtweet subject`: what is tracked.

mod history;

use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use backtweet_domain::query::{self, Parsed, QueryError};
use backtweet_domain::{Network, OwnedAccount, Subject, SubjectId};
use backtweet_wire::v1;
use backtweet_wire::v1::subject_service_client::SubjectServiceClient;
use tonic::transport::Channel;

use crate::args::{self, Format, PutSubject};
use crate::client::{self, refused};
use crate::output;
use crate::view::kept;

type Client = SubjectServiceClient<Channel>;

/// Runs the command.
pub async fn run(command: args::Subject, endpoint: &str, format: Format, quiet: bool) -> Result<ExitCode> {
    // What is wrong with the command line is said before anything is connected.
    let wanted = match &command {
        args::Subject::Put(put) => Some(checked(assemble(put)?)?),
        _ => None,
    };
    let mut client = SubjectServiceClient::new(client::connect(endpoint).await?);
    match command {
        args::Subject::Put(_) => put(&mut client, wanted, format).await?,
        args::Subject::Get { id } => {
            let response = client
                .get_subject(v1::GetSubjectRequest { id })
                .await
                .map_err(refused)?
                .into_inner();
            let subject: Subject = response.subject.context("the suite sent no subject")?.try_into()?;
            match format {
                Format::Text => output::line(describe(&subject)),
                Format::Json => output::json(&subject)?,
                Format::Csv => table(&[subject])?,
            }
        }
        args::Subject::History { id, wait } => history::run(&mut client, &id, wait, format, quiet).await?,
        args::Subject::List => list(&mut client, format).await?,
        args::Subject::Delete { id } => {
            let request = v1::DeleteSubjectRequest { id: id.clone() };
            let response = client.delete_subject(request).await.map_err(refused)?.into_inner();
            warn_of(&response.laggards);
            if format == Format::Text {
                output::line(format!("{id} and all its figures are gone"));
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn put(client: &mut Client, wanted: Option<Subject>, format: Format) -> Result<()> {
    let request = v1::PutSubjectRequest {
        subject: wanted.as_ref().map(Into::into),
    };
    let response = client.put_subject(request).await.map_err(refused)?.into_inner();
    warn_of(&response.laggards);
    let subject: Subject = response.subject.context("the suite sent no subject")?.try_into()?;
    match format {
        Format::Text => {
            output::line(describe(&subject));
            output::line(format!(
                "\ntracked from now on, and what is retained is read for it (`backtweet subject history {id}`); read it with \
                 `backtweet report summary {id}`",
                id = subject.id
            ));
        }
        Format::Json => output::json(&subject)?,
        Format::Csv => table(&[subject])?,
    }
    Ok(())
}

async fn list(client: &mut Client, format: Format) -> Result<()> {
    let mut subjects: Vec<Subject> = Vec::new();
    let mut page_token = String::new();
    loop {
        let request = v1::ListSubjectsRequest {
            page_size: 1000,
            page_token,
        };
        let response = client.list_subjects(request).await.map_err(refused)?.into_inner();
        for subject in response.subjects {
            subjects.push(subject.try_into()?);
        }
        page_token = response.next_page_token;
        if page_token.is_empty() {
            break;
        }
    }
    match format {
        Format::Json => output::json(&subjects)?,
        Format::Csv => table(&subjects)?,
        Format::Text if subjects.is_empty() => {
            output::line("nothing is tracked yet; try `backtweet subject put acme --account @acme --hashtag Acme`");
        }
        Format::Text => {
            for subject in &subjects {
                output::line(describe(subject));
            }
        }
    }
    Ok(())
}

fn warn_of(laggards: &[String]) {
    if !laggards.is_empty() {
        output::warning(format!("these classifiers do not follow yet: {}", laggards.join(", ")));
    }
}

/// The subject that the options describe.
fn assemble(put: &PutSubject) -> Result<Subject> {
    let mut subject = match &put.file {
        Some(path) => {
            let text = std::fs::read_to_string(path).with_context(|| format!("cannot read `{}`", path.display()))?;
            serde_json::from_str(&text).with_context(|| format!("`{}` is no subject", path.display()))?
        }
        None => Subject::new(SubjectId::new(put.id.clone().unwrap_or_default())?),
    };
    if let Some(id) = &put.id {
        subject.id = SubjectId::new(id.clone())?;
    }
    if let Some(name) = &put.name {
        subject.name.clone_from(name);
    }
    for account in &put.accounts {
        subject.accounts.push(owned(account)?);
    }
    subject.keywords.extend(put.keywords.iter().cloned());
    subject
        .hashtags
        .extend(put.hashtags.iter().map(|tag| tag.trim_start_matches('#').to_owned()));
    subject.links.extend(put.links.iter().cloned());
    subject.domains.extend(put.domains.iter().cloned());
    for (given, part) in [
        (&put.query, &mut subject.query),
        (&put.context, &mut subject.context),
        (&put.exclude, &mut subject.exclude),
    ] {
        if let Some(given) = given {
            part.clone_from(given);
        }
    }
    put.retain.over(&mut subject.retention)?;
    Ok(subject)
}

/// The subject, once its queries can be read; what is odd about them is told. The suite checks all of it again.
fn checked(subject: Subject) -> Result<Subject> {
    let has_context = [&subject.context, &subject.exclude]
        .iter()
        .any(|text| !text.trim().is_empty());
    read_query("query", &subject.query, has_context, Parsed::require_cover)?;
    read_query("context", &subject.context, true, |_| Ok(()))?;
    read_query("exclude", &subject.exclude, true, |_| Ok(()))?;
    Ok(subject)
}

fn read_query(name: &str, text: &str, has_context: bool, fits: fn(&Parsed) -> Result<(), QueryError>) -> Result<()> {
    if text.trim().is_empty() {
        return Ok(());
    }
    match query::parse(text).and_then(|parsed| fits(&parsed).map(|()| parsed)) {
        Ok(parsed) => {
            for warning in parsed.warnings(has_context) {
                output::warning(format!("{name}: {}", warning.render(text)));
            }
            Ok(())
        }
        Err(error) => bail!("the {name} cannot be read: {}", error.render(text)),
    }
}

/// Reads `@handle`, `network:@handle` or `network:native`.
fn owned(text: &str) -> Result<OwnedAccount> {
    let handle = |handle: &str| vec![handle.to_lowercase()];
    if let Some(name) = text.strip_prefix('@') {
        return Ok(OwnedAccount {
            network: None,
            native: None,
            handles: handle(name),
        });
    }
    let Some((network, rest)) = text.split_once(':') else {
        bail!("`{text}` is no account: write @handle, x:@handle, or a native id such as bluesky:did:plc:…");
    };
    let network = Some(network.parse::<Network>().with_context(|| format!("in `{text}`"))?);
    Ok(match rest.strip_prefix('@') {
        Some(name) => OwnedAccount {
            network,
            native: None,
            handles: handle(name),
        },
        None => OwnedAccount {
            network,
            native: Some(rest.to_owned()),
            handles: Vec::new(),
        },
    })
}

fn describe(subject: &Subject) -> String {
    let mut parts: Vec<String> = subject.accounts.iter().map(account).collect();
    parts.extend(subject.hashtags.iter().map(|tag| format!("#{tag}")));
    parts.extend(subject.keywords.iter().map(|word| format!("“{word}”")));
    parts.extend(subject.links.iter().cloned());
    parts.extend(subject.domains.iter().map(|domain| format!("*.{domain}")));
    let queries = [
        ("query", &subject.query),
        ("context", &subject.context),
        ("exclude", &subject.exclude),
    ];
    let queries = queries.iter().filter(|(_, text)| !text.is_empty());
    parts.extend(queries.map(|(name, text)| format!("{name}: {text}")));
    parts.extend(kept::retention(&subject.retention));
    let name = if subject.name.is_empty() {
        String::new()
    } else {
        format!(" ({})", subject.name)
    };
    format!(
        "{}{name}  {}",
        output::styled(output::HEADING, &subject.id),
        parts.join("  ")
    )
}

fn account(account: &OwnedAccount) -> String {
    let network = account.network.map(|network| format!("{network}:")).unwrap_or_default();
    let handles = account.handles.iter().map(|handle| format!("@{handle}"));
    format!(
        "{network}{}",
        account
            .native
            .iter()
            .cloned()
            .chain(handles)
            .collect::<Vec<_>>()
            .join("=")
    )
}

fn table(subjects: &[Subject]) -> Result<()> {
    let rows = subjects.iter().map(|subject| {
        let accounts: Vec<_> = subject.accounts.iter().map(account).collect();
        [
            subject.id.to_string(),
            subject.name.clone(),
            subject.generation.to_string(),
            accounts.join(" "),
            subject.hashtags.join(" "),
            subject.keywords.join("; "),
            subject.links.join(" "),
            subject.domains.join(" "),
            subject.query.clone(),
            subject.context.clone(),
            subject.exclude.clone(),
            kept::retention(&subject.retention).unwrap_or_default(),
        ]
    });
    output::csv(
        [
            "id",
            "name",
            "generation",
            "accounts",
            "hashtags",
            "keywords",
            "links",
            "domains",
            "query",
            "context",
            "exclude",
            "retention",
        ],
        rows,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(query: &str, context: &str) -> Result<Subject> {
        let given = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        checked(assemble(&PutSubject {
            id: Some("acme".to_owned()),
            file: None,
            name: None,
            accounts: Vec::new(),
            keywords: Vec::new(),
            hashtags: Vec::new(),
            links: Vec::new(),
            domains: Vec::new(),
            query: given(query),
            context: given(context),
            exclude: None,
            retain: args::Retain::default(),
        })?)
    }

    #[test]
    fn a_query_is_sent_as_it_was_typed() {
        let subject = put("Acme OR @Acme", "lang:en").unwrap();
        assert_eq!(
            (subject.query.as_str(), subject.context.as_str()),
            ("Acme OR @Acme", "lang:en")
        );
        assert_eq!(
            describe(&subject).split("  ").skip(1).collect::<Vec<_>>(),
            ["query: Acme OR @Acme", "context: lang:en"]
        );
    }

    #[test]
    fn a_wrong_query_is_shown_with_a_mark_under_the_fault_before_anything_is_sent() {
        let error = put("acme OR lang:en", "").unwrap_err().to_string();
        assert!(error.starts_with("the query cannot be read: column 9: "), "{error}");
        assert!(error.ends_with("\n  acme OR lang:en\n          ^^^^^^^"), "{error}");
        let error = put("acme", "(a").unwrap_err().to_string();
        assert!(error.starts_with("the context cannot be read: column 1: "), "{error}");
    }
}
