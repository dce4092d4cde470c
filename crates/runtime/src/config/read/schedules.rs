//! How schedules are read: each goes by its name, and everything that is wrong with any of them is said.

use std::collections::BTreeSet;
use std::path::PathBuf;

use backtweet_domain::{Recurrence, SubjectId};
use url::Url;

use super::Reader;
use crate::config::{Mail, MailTls, ReportForm, Schedule, Secret, Target, keys};

const REPORTS: [(&str, ReportForm); 5] = [
    ("html", ReportForm::Html),
    ("summary", ReportForm::Summary),
    ("export-ndjson", ReportForm::Ndjson),
    ("export-csv", ReportForm::Csv),
    ("export-parquet", ReportForm::Parquet),
];
const TARGETS: [&str; 3] = ["directory", "webhook", "mail"];
/// Fewer bytes than this can be guessed.
const LEAST_SECRET: usize = 16;

impl Reader<'_> {
    /// Every schedule, by name.
    pub(super) fn schedules(&mut self) -> Vec<Schedule> {
        let keys = self.layers.keys().filter_map(|key| key.strip_prefix(keys::SCHEDULES));
        let names: BTreeSet<String> = keys.filter_map(|key| Some(key.split_once('.')?.0.to_owned())).collect();
        names.into_iter().filter_map(|name| self.schedule(&name)).collect()
    }

    fn schedule(&mut self, name: &str) -> Option<Schedule> {
        self.named(name);
        let subject = self.needed(name, "subject", "such as acme").and_then(|subject| {
            let read = SubjectId::new(subject);
            if let Err(error) = &read {
                self.refuse(&key(name, "subject"), error);
            }
            read.ok()
        });
        let report = self.needed(name, "report", "such as html").map(|_| {
            let report = key(name, "report");
            self.choice(&report, &REPORTS, ReportForm::Html)
        });
        let recurrence = self.recurrence(name);
        let target = self.target(name);
        Some(Schedule {
            name: name.to_owned(),
            subject: subject?,
            report: report?,
            recurrence: recurrence?,
            target: target?,
        })
    }

    /// Says so where a schedule's own name could not be used.
    fn named(&mut self, name: &str) {
        let given = key(name, "name");
        match self.text(&given) {
            Some(text) if text == name && keys::fits(name) => {}
            Some(text) if keys::fits(text) => {
                self.refuse(&given, "another schedule is called so: give each a name of its own")
            }
            Some(_) => self.refuse(&given, "write at most 64 lower-case letters, digits and dashes"),
            None if keys::fits(name) => {}
            None => self.require(&given, "has to be set: it names the delivery, such as weekly"),
        }
    }

    fn recurrence(&mut self, name: &str) -> Option<Recurrence> {
        let every = self.needed(name, "every", "to hour, day, week or month")?;
        let part = |part| self.text(&key(name, part));
        match Recurrence::read(&every, part("at"), part("on"), part("time_zone")) {
            Ok(recurrence) => Some(recurrence),
            Err(misread) => {
                for (part, remedy) in misread {
                    self.refuse(&key(name, part), remedy);
                }
                None
            }
        }
    }

    fn target(&mut self, name: &str) -> Option<Target> {
        let is_set = |target: &&str| {
            let prefix = key(name, target);
            let below = |key: &str| {
                key.strip_prefix(&prefix)
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
            };
            self.layers.keys().any(|key| below(key))
        };
        let set: Vec<&str> = TARGETS.into_iter().filter(is_set).collect();
        let read = set.iter().map(|target| match *target {
            "directory" => self.directory(name),
            "webhook" => self.webhook(name),
            _ => self.mail(name).map(Target::Mail),
        });
        let read: Vec<_> = read.collect();
        if set.len() != 1 {
            let found = if set.is_empty() {
                "none".to_owned()
            } else {
                set.join(" and ")
            };
            self.require(
                &format!("{}{name}", keys::SCHEDULES),
                &format!("takes exactly one of directory, webhook = {{ … }} and mail = {{ … }}, and has {found}"),
            );
            return None;
        }
        read.into_iter().next().flatten()
    }

    fn directory(&mut self, name: &str) -> Option<Target> {
        let directory = self.needed(name, "directory", "to a folder")?;
        Some(Target::Directory(PathBuf::from(directory)))
    }

    fn webhook(&mut self, name: &str) -> Option<Target> {
        let url = self.needed(name, "webhook.url", "such as https://example.com/hook");
        if let Some(url) = &url
            && !Url::parse(url).is_ok_and(|url| matches!(url.scheme(), "https" | "http") && url.has_host())
        {
            self.refuse(&key(name, "webhook.url"), "write it as https://host/path");
        }
        let secret = self.needed(
            name,
            "webhook.secret",
            "through the environment, or webhook.secret_file to a file",
        );
        if secret.as_ref().is_some_and(|secret| secret.len() < LEAST_SECRET) {
            let remedy = format!("it is too short to sign with: write at least {LEAST_SECRET} random letters");
            self.refuse(&key(name, "webhook.secret"), remedy);
        }
        Some(Target::Webhook {
            url: Secret::new(url?),
            secret: Secret::new(secret?),
        })
    }

    fn mail(&mut self, name: &str) -> Option<Mail> {
        let to = self.needed(name, "mail.to", "such as [\"ann@example.com\"]");
        let from = self.needed(name, "mail.from", "such as reports@example.com");
        for part in ["mail.to", "mail.from"] {
            let addresses = self.list(&key(name, part));
            let most = if part == "mail.from" { 1 } else { addresses.len() };
            if addresses.len() > most || !addresses.iter().all(|address| is_address(address)) {
                self.refuse(
                    &key(name, part),
                    "write addresses such as ann@example.com or Ann <ann@example.com>",
                );
            }
        }
        let server = self.server(name);
        let user = self.text(&key(name, "mail.user")).map(str::to_owned);
        let password = self.text(&key(name, "mail.password")).map(Secret::new);
        if user.is_some() != password.is_some() {
            let missing = if user.is_some() { "mail.password" } else { "mail.user" };
            self.require(
                &key(name, missing),
                "has to be set: user and password go together; the password comes from the environment or mail.password_file",
            );
        }
        let (host, port, tls) = server?;
        to?;
        Some(Mail {
            to: self.list(&key(name, "mail.to")),
            from: from?,
            host,
            port,
            tls,
            login: user.zip(password),
        })
    }

    fn server(&mut self, name: &str) -> Option<(String, u16, MailTls)> {
        let server = self.needed(name, "mail.server", "such as smtp://mail.example.com:587");
        let tls = key(name, "mail.tls");
        let open = self.text(&tls).is_some() && self.choice(&tls, &[("none", true)], false);
        let server = server?;
        if server.contains('@') {
            let remedy = "is written without user and password: they go into mail.user and mail.password_file";
            self.require(&key(name, "mail.server"), remedy);
            return None;
        }
        let url = Url::parse(&server).ok();
        let bare = url.filter(|url| matches!(url.path(), "" | "/"));
        let host = bare.as_ref().and_then(|url| Some(url.host_str()?.to_owned()));
        let (tls, port) = match bare.as_ref().map(Url::scheme) {
            Some("smtps") if !open => (MailTls::Whole, 465),
            Some("smtp") if open => (MailTls::None, 25),
            Some("smtp") => (MailTls::Start, 587),
            _ => {
                self.refuse(
                    &key(name, "mail.server"),
                    "write smtp://host:587, which goes on in TLS, or smtps://host:465; tls = \"none\" goes with smtp:// alone",
                );
                return None;
            }
        };
        if host.is_none() {
            self.refuse(
                &key(name, "mail.server"),
                "write a host, such as smtp://mail.example.com:587",
            );
        }
        Some((host?, bare.and_then(|url| url.port()).unwrap_or(port), tls))
    }

    /// The text of a part that has to be there.
    fn needed(&mut self, name: &str, part: &str, example: &str) -> Option<String> {
        let key = key(name, part);
        let text = self.text(&key).map(str::trim).filter(|text| !text.is_empty());
        let text = text.map(str::to_owned);
        if text.is_none() {
            self.require(&key, &format!("has to be set, {example}"));
        }
        text
    }
}

fn key(name: &str, part: &str) -> String {
    format!("{}{name}.{part}", keys::SCHEDULES)
}

/// Whether a mail could be addressed so; the rest is the mail server's to say.
fn is_address(text: &str) -> bool {
    let bare = match text.split_once('<') {
        Some((_, address)) => address.strip_suffix('>'),
        None => Some(text),
    };
    let parts = bare.and_then(|address| address.rsplit_once('@'));
    let plain = |part: &str| {
        !part.is_empty() && !part.contains(|letter: char| letter.is_whitespace() || "<>@".contains(letter))
    };
    parts.is_some_and(|(local, domain)| plain(local) && plain(domain)) && !text.contains(char::is_control)
}
