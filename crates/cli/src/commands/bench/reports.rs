//! `backtweet bench reports`: how fast backtweets are folded, what room they take, and how long each report about them takes, at three
//! sizes of the same sixty days. Each size is a store of its own, filled in the order of event time by the reporting service itself, from
//! the log, as in production; reports are asked for over gRPC, and every answer is checked against the archive's truth.

mod calls;
mod counting;
mod drive;
mod fold;
mod served;
mod show;
mod space;

use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Result, ensure};
use backtweet_simulator::Archive;

use self::calls::Call;
use self::drive::Asked;
use self::fold::Folded;
use self::served::Served;
use self::space::Space;
use crate::args::{BenchReports, Format};
use crate::commands::config::Settings;

/// What one size of archive came to.
struct Size {
    posts: u64,
    folded: Folded,
    space: Space,
    asked: Vec<(Call, Asked)>,
}

/// Runs the command.
pub async fn run(args: &BenchReports, settings: &Settings, format: Format, quiet: bool) -> Result<ExitCode> {
    let most = u64::from(u32::MAX);
    ensure!(
        args.posts / 10 >= u64::from(args.subjects) && args.posts < most,
        "{} posts do not fit: ask for ten times as many as subjects, and fewer than {most}",
        args.posts
    );
    let temporary = tempfile::Builder::new().prefix("backtweet-bench-").tempdir()?;
    let folder = args.store.as_deref().unwrap_or(temporary.path());
    let sizes = match args.once {
        true => vec![args.posts],
        false => vec![args.posts / 10, args.posts * 3 / 10, args.posts],
    };
    let mut measured = Vec::with_capacity(sizes.len());
    for posts in sizes {
        measured.push(measure(args, settings, posts, folder, quiet).await?);
    }
    show::show(args, &measured, format)?;
    Ok(ExitCode::SUCCESS)
}

async fn measure(args: &BenchReports, settings: &Settings, posts: u64, folder: &Path, quiet: bool) -> Result<Size> {
    let archive = Archive {
        posts,
        subjects: args.subjects,
        seed: 1,
    };
    let folder = folder.join(posts.to_string());
    ensure!(
        !folder.exists(),
        "{} exists: name a folder without stores in it",
        folder.display()
    );
    let place = space::Place::of(args, &folder).await?;
    let served = Served::start(args, settings, posts, &folder).await?;
    served.put(archive.subjects()).await?;
    let (folded, truth) = fold::fold(&archive, &served, super::progress(posts, quiet)).await?;
    let space = place.taken(&folded).await?;
    let mut asked = Vec::new();
    for call in Call::ALL {
        let questions = calls::questions(call, &archive, &truth);
        let lasting = Duration::from_secs(args.seconds);
        asked.push((
            call,
            drive::drive(&served.endpoint(), questions, args.clients, lasting).await?,
        ));
    }
    if args.redis.is_some() {
        served.delete(archive.subjects()).await?;
    }
    served.stop().await?;
    if args.store.is_none() {
        std::fs::remove_dir_all(&folder)?;
    }
    Ok(Size {
        posts,
        folded,
        space,
        asked,
    })
}
