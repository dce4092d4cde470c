//! How many posts a second one core looks up in the subject index, how that compares with a regular expression for each subject, how long a
//! change of one subject takes, and what the index takes of memory. `world` makes the input.

// What it prints is what it is for.
#![allow(clippy::print_stdout)]

mod world;

use std::fs::read_to_string;
use std::hint::black_box;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use backtweet_classifier::SubjectIndex;
use backtweet_domain::{Post, Subject};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use regex::{Regex, RegexBuilder, escape};

const SIZES: [usize; 2] = [1_000, 100_000];
const POSTS: usize = 4_000;
const UPDATES: usize = 200;

fn matching(criterion: &mut Criterion) {
    println!("machine: {}", machine());
    println!(
        "input: {POSTS} posts of 10 to 40 words in four scripts, 1 in {} about a subject",
        world::MATCHING
    );
    let mut indexed = Vec::new();
    for size in SIZES {
        let resident = resident_bytes();
        let start = Instant::now();
        let mut index = SubjectIndex::default();
        // One by one, so that the subjects themselves take no memory in the end.
        (0..size).for_each(|number| index.put(&world::subject(number)));
        let built = start.elapsed();
        let bytes = resident_bytes().saturating_sub(resident);
        println!(
            "{size} subjects: built in {built:.2?}, {:.1} MB more resident",
            bytes as f64 / 1e6
        );
        let posts = world::posts(POSTS, size);
        let found = posts.iter().filter(|post| !index.match_post(post).is_empty()).count();
        println!(
            "{size} subjects: {:.1} % of the posts match",
            100.0 * found as f64 / POSTS as f64
        );
        bench(criterion, size, &index, &posts);
        indexed.push((size, rate(|| matches(&index, &posts), POSTS)));
        if size == SIZES[SIZES.len() - 1] {
            updates(index, &posts);
        }
    }
    regexes(criterion, &indexed);
}

fn matches(index: &SubjectIndex, posts: &[Post]) -> usize {
    posts.iter().map(|post| index.match_post(black_box(post)).len()).sum()
}

fn bench(criterion: &mut Criterion, size: usize, index: &SubjectIndex, posts: &[Post]) {
    let mut group = criterion.benchmark_group(format!("match_{size}_subjects"));
    group.sample_size(10);
    group.throughput(Throughput::Elements(posts.len() as u64));
    group.bench_function("index", |bench| bench.iter(|| matches(index, posts)));
    group.finish();
}

/// The peer: one regular expression of a subject's words, tags and domain, on the same posts.
fn regexes(criterion: &mut Criterion, indexed: &[(usize, f64)]) {
    let size = SIZES[0];
    let regexes: Vec<Regex> = (0..size).filter_map(|number| regex(&world::subject(number))).collect();
    let posts = world::posts(40, size);
    let each = || -> usize {
        let matching = |post: &Post| {
            regexes
                .iter()
                .filter(|regex| regex.is_match(black_box(&post.text)))
                .count()
        };
        posts.iter().map(matching).sum()
    };
    let mut group = criterion.benchmark_group(format!("match_{size}_subjects"));
    group.sample_size(10);
    group.throughput(Throughput::Elements(posts.len() as u64));
    group.bench_function("a_regex_for_each", |bench| bench.iter(each));
    group.finish();
    let peer = rate(each, posts.len());
    println!("{size} subjects, a regex for each: {peer:.0} posts/s of processor time");
    for (size, rate) in indexed {
        let times = rate / (peer * SIZES[0] as f64 / *size as f64);
        println!(
            "{size} subjects, index: {rate:.0} posts/s of processor time, {times:.0} times as many as regexes for so many"
        );
    }
}

fn regex(subject: &Subject) -> Option<Regex> {
    let words = subject.keywords.iter().chain(&subject.hashtags).chain(&subject.domains);
    let words: Vec<String> = words.map(|word| escape(word)).collect();
    RegexBuilder::new(&format!(r"\b(?:{})\b", words.join("|")))
        .case_insensitive(true)
        .build()
        .ok()
}

/// Changes subjects one by one while another thread matches.
fn updates(index: SubjectIndex, posts: &[Post]) {
    let size = index.len();
    let current = RwLock::new(Arc::new(index));
    let done = AtomicBool::new(false);
    let read = || Arc::clone(&current.read().unwrap_or_else(PoisonError::into_inner));
    let (mut took, mut waits) = (Vec::new(), Vec::new());
    std::thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let mut waits = Vec::new();
            for post in posts.iter().cycle().take_while(|_| !done.load(Ordering::Relaxed)) {
                let start = Instant::now();
                let index = read();
                black_box(index.match_post(post));
                drop(index);
                waits.push(start.elapsed());
            }
            waits
        });
        for update in 0..UPDATES {
            let subject = Subject {
                generation: 2,
                ..world::subject(update * 479 % size)
            };
            let start = Instant::now();
            let mut next = SubjectIndex::clone(&read());
            next.put(&subject);
            let mut next = Arc::new(next);
            std::mem::swap(&mut *current.write().unwrap_or_else(PoisonError::into_inner), &mut next);
            took.push(start.elapsed());
        }
        done.store(true, Ordering::Relaxed);
        waits = reader.join().unwrap_or_default();
    });
    print_spread(&format!("{size} subjects, one changed"), took);
    print_spread("meanwhile, one post matched", waits);
}

fn print_spread(what: &str, mut all: Vec<Duration>) {
    all.sort_unstable();
    if let (Some(median), Some(worst)) = (all.get(all.len() / 2), all.last()) {
        println!("{what}: median {median:.2?}, worst {worst:.2?} of {}", all.len());
    }
}

/// How many a second of this thread's processor time, so that whoever else uses the machine matters little. Long enough for clocks that tick
/// every few milliseconds.
fn rate(run: impl Fn() -> usize, posts: usize) -> f64 {
    let start = processor_time();
    let mut runs = 0;
    while processor_time() - start < Duration::from_secs(1) {
        black_box(run());
        runs += 1;
    }
    (runs * posts) as f64 / (processor_time() - start).as_secs_f64()
}

/// Time that this thread has run; since the first call where the system does not tell.
fn processor_time() -> Duration {
    static START: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
    let told = read_to_string("/proc/thread-self/schedstat").ok();
    let told = told.and_then(|told| told.split(' ').next()?.parse().ok());
    told.map_or_else(|| START.get_or_init(Instant::now).elapsed(), Duration::from_nanos)
}

fn resident_bytes() -> usize {
    let status = read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<usize>().ok());
    kilobytes.unwrap_or_default() * 1024
}

fn machine() -> String {
    let info = read_to_string("/proc/cpuinfo").unwrap_or_default();
    let line = info.lines().find_map(|line| line.strip_prefix("model name"));
    let model = line
        .and_then(|line| line.split_once(": "))
        .map_or("unknown", |(_, model)| model);
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    format!("{model}, {cores} cores")
}

criterion_group!(benches, matching);
criterion_main!(benches);
