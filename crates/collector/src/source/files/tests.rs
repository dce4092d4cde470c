//! Files that grow, move, shrink and vanish while they are read, whose oracle is what was written to them.

use std::fs;
use std::future::Future;
use std::io::Write as _;

use futures::FutureExt;

use super::*;
use crate::normalise::MAX_LINE_BYTES;

fn source(path: &Path) -> FilesSource {
    let config = v1::FilesSource {
        path: path.to_string_lossy().into_owned(),
        ..v1::FilesSource::default()
    };
    let mut source = FilesSource::new(&config).unwrap();
    source.poll = Duration::from_millis(5);
    source
}

fn append(path: &Path, text: &str) {
    let mut file = fs::OpenOptions::new().create(true).append(true).open(path).unwrap();
    file.write_all(text.as_bytes()).unwrap();
}

/// Nothing here takes long; what never comes fails the test.
async fn soon<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(30), future)
        .await
        .expect("it comes within 30 s")
}

/// Reads until there are so many lines; the position is the last one's.
async fn lines(source: &mut FilesSource, count: usize) -> (Vec<String>, Option<Position>) {
    soon(all_lines(source, count)).await
}

async fn all_lines(source: &mut FilesSource, count: usize) -> (Vec<String>, Option<Position>) {
    let (mut lines, mut position) = (Vec::new(), None);
    while lines.len() < count {
        let read = source.read().await.unwrap();
        lines.extend(read.lines.iter().map(|line| String::from_utf8(line.to_vec()).unwrap()));
        position = read.position;
    }
    (lines, position)
}

/// Looks at the files so often without finding anything.
async fn looks(source: &mut FilesSource, times: usize) {
    for _ in 0..times {
        source.looked = None;
        source.look().await.unwrap();
        assert!(source.at_hand().unwrap().is_none_or(|read| read.lines.is_empty()));
        source.fill().await;
    }
}

#[tokio::test]
async fn a_line_is_read_once_it_is_whole() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("posts.ndjson");
    append(&path, "one\ntwo\n\nthr");
    let mut source = source(&path);
    source.connect(None).await.unwrap();
    assert_eq!(lines(&mut source, 2).await.0, ["one", "two"]);
    looks(&mut source, 3).await;
    append(&path, "ee\nfour\n");
    assert_eq!(lines(&mut source, 2).await.0, ["three", "four"]);
}

#[tokio::test]
async fn reading_goes_on_at_the_stored_line_wherever_it_was_killed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("posts.ndjson");
    let written: Vec<String> = (0..5_000).map(|number| format!("{{\"n\":{number}}}")).collect();
    append(&path, &written.join("\n"));
    let mut read = Vec::new();
    let mut position = None;
    while read.len() < 4_999 {
        let mut source = source(&path);
        source.connect(position.as_ref()).await.unwrap();
        let some = lines(&mut source, 1).await;
        read.extend(some.0);
        position = some.1;
        // Read and never stored: read again by whoever comes next.
        let _ = source.read().now_or_never();
    }
    append(&path, "\n");
    let mut source = source(&path);
    source.connect(position.as_ref()).await.unwrap();
    read.extend(lines(&mut source, 1).await.0);
    assert_eq!(read, written);
}

#[tokio::test]
async fn a_file_that_is_moved_away_is_read_to_its_end_and_the_new_one_from_its_beginning() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("posts.log");
    append(&path, "one\n");
    let mut following = source(&path);
    following.connect(None).await.unwrap();
    let (first, position) = lines(&mut following, 1).await;
    assert_eq!(first, ["one"]);
    // The writer ends its last lines after the file was moved.
    fs::rename(&path, folder.path().join("posts.log.1")).unwrap();
    append(&folder.path().join("posts.log.1"), "two\nthr");
    append(&path, "four\n");
    append(&folder.path().join("posts.log.1"), "ee");
    append(&folder.path().join("unrelated.log"), "never\n");
    let mut read = lines(&mut following, 3).await.0;
    read.sort();
    assert_eq!(read, ["four", "three", "two"]);
    // The same where nobody read while it was moved.
    let mut later = source(&path);
    later.connect(position.as_ref()).await.unwrap();
    let (mut read, _) = lines(&mut later, 3).await;
    read.sort();
    assert_eq!(read, ["four", "three", "two"]);
    append(&path, "five\n");
    let (read, position) = lines(&mut later, 1).await;
    assert_eq!(read, ["five"]);
    // What was moved away is of no interest any more.
    let standing: Standing = serde_json::from_str(&position.unwrap().0).unwrap();
    assert_eq!(standing.files.len(), 1);
}

#[tokio::test]
async fn a_file_that_is_cut_off_is_read_from_its_beginning() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("posts.log");
    append(&path, "one\ntwo\n");
    let mut following = source(&path);
    following.connect(None).await.unwrap();
    let position = lines(&mut following, 2).await.1;
    fs::write(&path, "3\n").unwrap();
    assert_eq!(lines(&mut following, 1).await.0, ["3"]);
    // Grown past where it was read: its beginning tells.
    fs::write(&path, "four and more\nfive\n").unwrap();
    assert_eq!(lines(&mut following, 2).await.0, ["four and more", "five"]);
    let mut later = source(&path);
    later.connect(position.as_ref()).await.unwrap();
    assert_eq!(lines(&mut later, 2).await.0, ["four and more", "five"]);
}

#[tokio::test]
async fn all_files_of_a_directory_are_read_and_new_ones_found() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| fs::write(folder.path().join(name), bytes).unwrap();
    let gzip = |text: &str| {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(text.as_bytes()).unwrap();
        encoder.finish().unwrap()
    };
    write("a.ndjson", b"a1\na2\n");
    write("b.ndjson.gz", &[gzip("b1\nb2\n"), gzip("b3")].concat());
    write("c.ndjson.zst", &zstd::encode_all("c1\nc2\n".as_bytes(), 1).unwrap());
    write(".hidden", b"never\n");
    let mut following = source(folder.path());
    following.connect(None).await.unwrap();
    let (mut read, _) = lines(&mut following, 7).await;
    read.sort();
    assert_eq!(read, ["a1", "a2", "b1", "b2", "b3", "c1", "c2"]);
    looks(&mut following, 3).await;
    append(&folder.path().join("a.ndjson"), "a3\n");
    // Still being written: it waits until it is whole.
    let whole = gzip("d1\nd2\n");
    write("d.gz", &whole[..whole.len() - 9]);
    assert_eq!(lines(&mut following, 1).await.0, ["a3"]);
    for _ in 0..6 {
        following.looked = None;
        following.look().await.unwrap();
        following.fill().await;
    }
    write("d.gz", &whole);
    let (read, mut position) = lines(&mut following, 2).await;
    assert_eq!(read, ["d1", "d2"]);
    // Whoever reads on reads nothing twice, not even what was renamed.
    while serde_json::from_str::<Standing>(&position.as_ref().unwrap().0)
        .unwrap()
        .files
        .len()
        < 4
        || !position.as_ref().unwrap().0.matches("is_done").count().eq(&3)
    {
        position = soon(following.read()).await.unwrap().position;
    }
    fs::rename(folder.path().join("a.ndjson"), folder.path().join("z.ndjson")).unwrap();
    let mut later = source(folder.path());
    later.connect(position.as_ref()).await.unwrap();
    looks(&mut later, 4).await;
    append(&folder.path().join("z.ndjson"), "a4\n");
    assert_eq!(lines(&mut later, 1).await.0, ["a4"]);
}

#[tokio::test]
async fn a_compressed_file_goes_on_where_reading_was_killed() {
    let folder = tempfile::tempdir().unwrap();
    let written: Vec<String> = (0..5_000).map(|number| format!("{{\"n\":{number}}}")).collect();
    let text = written.join("\n");
    fs::write(
        folder.path().join("posts.zst"),
        zstd::encode_all(text.as_bytes(), 1).unwrap(),
    )
    .unwrap();
    let (mut read, mut position) = (Vec::new(), None);
    while read.len() < written.len() {
        let mut source = source(folder.path());
        source.connect(position.as_ref()).await.unwrap();
        let some = lines(&mut source, 1).await;
        read.extend(some.0);
        position = some.1;
    }
    assert_eq!(read, written);
}

#[tokio::test]
async fn a_line_that_is_too_long_is_counted_and_costs_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("posts.log");
    append(&path, "one\n");
    append(&path, &"x".repeat(MAX_LINE_BYTES + 10));
    append(&path, "\ntwo\n");
    let mut source = source(&path);
    source.connect(None).await.unwrap();
    let (mut read, mut unreadable) = (Vec::new(), 0);
    while read.len() < 2 {
        let some = soon(source.read()).await.unwrap();
        read.extend(some.lines);
        unreadable += some.unreadable;
    }
    assert_eq!(read, ["one", "two"]);
    assert_eq!(unreadable, 1);
}

#[tokio::test]
async fn a_path_that_is_not_there_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("none");
    let trouble = source(&path).connect(None).await.unwrap_err();
    assert!(trouble.to_string().contains(path.to_str().unwrap()), "{trouble}");
    let refused = FilesSource::new(&v1::FilesSource::default());
    assert!(refused.err().unwrap().contains("path"));
}
