//! Schedules: read whole, refused with everything that is wrong, and their secrets kept.

use super::*;

const WEEKLY: &str = "[[schedules]]\nname = 'weekly'\nsubject = 'acme'\nreport = 'html'\nevery = 'week'\non = 'monday'\n\
                      time_zone = 'Europe/Berlin'\n";

#[test]
fn schedules_are_read_with_their_secrets_from_files_and_variables() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("password");
    std::fs::write(&file, "hunter2\n").unwrap();
    let mail = format!(
        "{WEEKLY}mail = {{ to = ['a@b.example', 'Ann <ann@b.example>'], from = 'r@b.example', server = 'smtp://mail.b.example', \
         user = 'r', password_file = '{}' }}\n",
        file.display()
    );
    let hook = "[[schedules]]\nname = 'to-tool'\nsubject = 'acme'\nreport = 'summary'\nevery = 'day'\nat = '06:30'\n\
                webhook = { url = 'https://tool.example/hook' }\n";
    let secret = [("BACKTWEET_SCHEDULES__TO_TOOL__WEBHOOK__SECRET", "0123456789abcdef")];
    let config = load(&(mail + hook), &secret, &["schedules.weekly.at=09:00"]).unwrap();
    assert!(!format!("{config:?}").contains("hunter2") && !format!("{config:?}").contains("0123456789abcdef"));
    assert!(
        !format!("{config:?}").contains("tool.example"),
        "an address may be all that a post needs"
    );

    let [tool, weekly] = &config.schedules[..] else {
        panic!("{config:?}")
    };
    assert_eq!((tool.name.as_str(), tool.report), ("to-tool", ReportForm::Summary));
    assert_eq!(
        tool.target,
        Target::Webhook {
            url: Secret::new("https://tool.example/hook"),
            secret: Secret::new("0123456789abcdef")
        }
    );
    let due = weekly
        .recurrence
        .last("2026-11-24T00:00:00Z".to_owned().try_into().unwrap())
        .unwrap();
    assert_eq!(due.due.to_string(), "2026-11-23T08:00:00Z");
    let Target::Mail(mail) = &weekly.target else {
        panic!("{weekly:?}")
    };
    assert_eq!(mail.to, ["a@b.example", "Ann <ann@b.example>"]);
    assert_eq!(
        (mail.host.as_str(), mail.port, mail.tls),
        ("mail.b.example", 587, MailTls::Start)
    );
    assert_eq!(mail.login, Some(("r".to_owned(), Secret::new("hunter2"))));
}

#[test]
fn everything_that_is_wrong_with_any_schedule_is_said_at_once() {
    let file = "
[[schedules]]
name = 'weekly'
subject = '../etc'
report = 'pdf'
every = 'week'
at = '25:00'
on = 'caturday'
time_zone = 'Mars/Olympus'
directory = 'a'
webhook = { url = 'ftp://h', secret = 'in-the-open-in-a-file' }
[[schedules]]
name = 'weekly'
every = 'fortnight'
mail = { to = [], from = 'nobody', server = 'mail.example', user = 'u', tls = 'maybe' }
[[schedules]]
name = 'Too Loud'
subjct = 'acme'
[[schedules]]
directory = 'b'
";
    let errors = errors(file, &[], &[]);
    for parts in [
        ["toml:4", "`schedules.weekly.subject` = `../etc`", "../etc"],
        [
            "toml:5",
            "`schedules.weekly.report` = `pdf`",
            "html, summary, export-ndjson, export-csv, export-parquet",
        ],
        ["toml:7", "`schedules.weekly.at` = `25:00`", "08:00"],
        ["toml:8", "`schedules.weekly.on` = `caturday`", "monday"],
        [
            "toml:9",
            "`schedules.weekly.time_zone` = `Mars/Olympus`",
            "Europe/Berlin",
        ],
        [
            "`schedules.weekly`",
            "exactly one of directory",
            "has directory and webhook",
        ],
        ["toml:11", "`schedules.weekly.webhook.url` = `***`", "https://"],
        [
            "toml:11",
            "`schedules.weekly.webhook.secret` = `***`",
            "BACKTWEET_SCHEDULES__WEEKLY__WEBHOOK__SECRET",
        ],
        ["toml:13", "`schedules.#2.name` = `weekly`", "another schedule"],
        ["`schedules.#2.subject`", "has to be set", ""],
        ["`schedules.#2.report`", "has to be set", ""],
        [
            "toml:14",
            "`schedules.#2.every` = `fortnight`",
            "hour, day, week or month",
        ],
        ["`schedules.#2.mail.to`", "has to be set", ""],
        ["toml:15", "`schedules.#2.mail.from` = `nobody`", "ann@example.com"],
        [
            "toml:15",
            "`schedules.#2.mail.server` = `mail.example`",
            "smtp://host:587",
        ],
        ["toml:15", "`schedules.#2.mail.tls` = `maybe`", "none"],
        ["`schedules.#2.mail.password`", "go together", "password_file"],
        ["toml:17", "`schedules.#3.name` = `Too Loud`", "lower-case"],
        [
            "toml:18",
            "unknown key `schedules.#3.subjct`",
            "did you mean `schedules.#3.subject`",
        ],
        ["`schedules.#3.subject`", "has to be set", ""],
        ["`schedules.#3.report`", "has to be set", ""],
        ["`schedules.#3.every`", "has to be set", ""],
        ["`schedules.#3`", "exactly one", "has none"],
        ["`schedules.#4.name`", "has to be set", "weekly"],
        ["`schedules.#4.subject`", "has to be set", ""],
        ["`schedules.#4.report`", "has to be set", ""],
        ["`schedules.#4.every`", "has to be set", ""],
    ] {
        assert!(has(&errors, &parts), "{parts:?} is not in {errors:#?}");
    }
    assert_eq!(errors.len(), 27, "{errors:#?}");
    assert!(!errors.concat().contains("in-the-open-in-a-file"), "{errors:#?}");
}

#[test]
fn a_mail_server_is_spoken_to_in_the_open_only_where_that_is_asked_for() {
    let server = |rest: &str| -> Result<_, String> {
        let mail = format!("{WEEKLY}mail = {{ to = 'a@b', from = 'r@b', {rest} }}\n");
        let config = load(&mail, &[], &[]).map_err(|errors| errors.to_string())?;
        match &config.schedules[0].target {
            Target::Mail(mail) => Ok((mail.port, mail.tls)),
            target => panic!("{target:?}"),
        }
    };
    assert_eq!(server("server = 'smtp://h:25'"), Ok((25, MailTls::Start)));
    assert_eq!(server("server = 'smtps://h'"), Ok((465, MailTls::Whole)));
    assert_eq!(
        server("server = 'smtp://h:2525', tls = 'none'"),
        Ok((2525, MailTls::None))
    );
    for wrong in [
        "server = 'smtps://h', tls = 'none'",
        "server = 'smtp://u:hunter2@h'",
        "server = 'smtp://'",
    ] {
        let refused = server(wrong).unwrap_err();
        assert!(
            refused.contains("mail.server") && !refused.contains("hunter2"),
            "{refused}"
        );
    }
}

#[test]
fn one_table_where_a_list_belongs_is_told_how_to_be_written() {
    let errors = errors("[schedules]\nname = 'weekly'\n", &[], &[]);
    assert!(
        has(&errors, &["`schedules.name`", "did you mean `[[schedules]]`"]),
        "{errors:#?}"
    );
}
