//! Servers that misbehave: whatever they do, every event they have comes through, or a gap says which ones did not.

use super::*;

/// Reads everything `server` has, and checks that nothing got lost on the way and that nothing came that was not sent.
async fn all_of(server: &Jetstream, version: u32, count: usize) -> Reader {
    let mut reader = Reader::new(&config(&[server], version), before_all());
    reader.distinct(count).await;
    let sent: BTreeSet<Bytes> = sent(server, version).into_iter().collect();
    assert_eq!(reader.seen(), sent);
    reader
}

#[tokio::test]
async fn a_cut_connection_loses_nothing_not_even_in_the_middle_of_a_frame() {
    for version in [1, 2] {
        let server = serve(events(40)).await;
        server.script([Misdeed::CutWithin { after: 9 }]);
        server.script([Misdeed::Cut { after: 20 }]);
        let reader = all_of(&server, version, 40).await;
        assert_eq!(
            reader.lines,
            sent(&server, version),
            "what came before a cut is handed over"
        );
        assert_eq!((reader.troubles.len(), reader.gaps.len()), (2, 0));
        assert!(reader.lines.len() > 40, "it goes on before where it stood");
    }
}

#[tokio::test]
async fn events_that_come_again_or_out_of_order_are_all_handed_on() {
    for version in [1, 2] {
        let server = serve(events(40)).await;
        server.script([Misdeed::Reorder { window: 4 }, Misdeed::Repeat { window: 5 }]);
        let mut reader = Reader::new(&config(&[&server], version), before_all());
        reader.until(|reader| reader.lines.len() >= 80).await;
        assert_eq!(reader.lines, sent(&server, version));
        assert_eq!(
            reader.place().time_us,
            FIRST + 39 * SECOND,
            "the position is the latest time"
        );
        assert_eq!(reader.gaps, []);
    }
}

#[tokio::test]
async fn a_cut_among_events_that_are_out_of_order_loses_none_of_them() {
    for version in [1, 2] {
        let server = serve(events(40)).await;
        for after in [2, 22] {
            server.script([Misdeed::Reorder { window: 4 }, Misdeed::Cut { after }]);
        }
        let reader = all_of(&server, version, 40).await;
        assert_eq!((reader.troubles.len(), reader.gaps.len()), (2, 0));
    }
}

#[tokio::test]
async fn what_the_network_no_longer_has_is_a_gap_from_the_last_event_to_the_first() {
    for version in [1, 2] {
        let server = serve(events(100)).await;
        let clamp = Misdeed::Clamp {
            before_us: FIRST + 60 * SECOND,
        };
        server.script([Misdeed::Cut { after: 20 }]);
        // v2 refuses a number that old, and is asked again by time.
        server.script([clamp.clone()]);
        server.script([clamp]);
        let mut reader = Reader::new(&config(&[&server], version), before_all());
        reader.distinct(60).await;
        let gap = Gap {
            from: Timestamp::from_micros(FIRST + 19 * SECOND),
            to: Timestamp::from_micros(FIRST + 60 * SECOND),
            cause: GapCause::CursorTooOld,
        };
        assert_eq!(reader.gaps, [gap], "v{version}");
        let refused: Vec<_> = server.asked().iter().map(|asked| asked.refused).collect();
        match version {
            1 => assert_eq!(refused, [None, None]),
            _ => assert_eq!(refused, [None, Some(400), None]),
        }
        assert_eq!(reader.troubles.len(), 1, "only the cut");
    }
}

#[tokio::test]
async fn an_outdated_cursor_is_believed_even_where_little_is_missing() {
    let server = serve(events(30)).await;
    let clamp = Misdeed::Clamp {
        before_us: FIRST + 2 * SECOND,
    };
    server.script([clamp]);
    let mut reader = Reader::new(&config(&[&server], 2), before_all());
    reader.distinct(28).await;
    assert_eq!(reader.gaps.len(), 1);
    assert_eq!(reader.gaps[0].to, Timestamp::from_micros(FIRST + 2 * SECOND));
}

#[tokio::test]
async fn a_reader_found_too_slow_comes_back_and_what_it_missed_is_laid_to_that() {
    let slow = || Misdeed::Error {
        after: 10,
        name: "ConsumerTooSlow".to_owned(),
    };
    for version in [1, 2] {
        let server = serve(events(100)).await;
        server.script([slow()]);
        let reader = all_of(&server, version, 100).await;
        assert_eq!(reader.gaps, [], "nothing is missing: it was all there to be read again");
        assert!(reader.troubles[0].to_string().contains("slow"), "{:?}", reader.troubles);

        let server = serve(events(100)).await;
        server.script([slow()]);
        for _ in 0..2 {
            server.script([Misdeed::Clamp {
                before_us: FIRST + 60 * SECOND,
            }]);
        }
        let mut reader = Reader::new(&config(&[&server], version), before_all());
        reader.distinct(50).await;
        let causes: Vec<_> = reader.gaps.iter().map(|gap| gap.cause).collect();
        assert_eq!(causes, [GapCause::TooSlow]);
    }
}

#[tokio::test]
async fn a_server_that_numbers_anew_is_asked_by_time() {
    let server = serve(events(30)).await;
    let place = Place {
        server: server.url(),
        time_us: FIRST + 10 * SECOND,
        seq: Some(1_000_000),
    };
    let mut reader = Reader::new(&config(&[&server], 2), Some(place.position()));
    reader.distinct(25).await;
    let cursors: Vec<_> = server.asked().iter().map(|asked| asked.cursor).collect();
    assert_eq!(cursors, [Some(1_000_000), Some((FIRST + 5 * SECOND) as u64)]);
    assert_eq!((reader.place().seq, reader.gaps.len()), (Some(25), 0));
}

#[tokio::test]
async fn a_frame_that_cannot_be_undone_is_counted_and_comes_again_uncompressed() {
    let Some(path) = shared("legacy_subscribe.zdict") else {
        return;
    };
    let dictionary = std::fs::read(&path).unwrap();
    let mut other = dictionary.clone();
    other[4] ^= 1;
    // One with another id, and one without any, whose frames could be undone to rubbish.
    let others = [other, events(9).concat()];
    for (version, other) in [1, 2]
        .into_iter()
        .flat_map(|version| others.iter().map(move |other| (version, other)))
    {
        let setup = Setup {
            events: events(20),
            dictionary: Some(dictionary.clone()),
            ..Setup::default()
        };
        let server = Jetstream::start(setup).await.unwrap();
        server.script([Misdeed::Dictionary(other.clone())]);
        let mut config = config(&[&server], version);
        config.dictionary = path.display().to_string();
        let mut reader = Reader::new(&config, before_all());
        reader.distinct(20).await;
        assert_eq!((reader.unreadable, reader.troubles.len(), reader.gaps.len()), (1, 1, 0));
        let compressed: Vec<_> = server.asked().iter().map(|asked| asked.compressed).collect();
        assert_eq!(compressed, [true, false]);
    }
}

#[tokio::test]
async fn a_dictionary_that_is_missing_wrong_or_unknown_to_the_server_costs_no_events() {
    let rubbish = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(rubbish.path(), "no dictionary").unwrap();
    let mut paths = vec!["/nowhere/dictionary".to_owned(), rubbish.path().display().to_string()];
    // The server has none, so that v2 does not know its id.
    paths.extend(shared("legacy_subscribe.zdict").map(|path| path.display().to_string()));
    for version in [1, 2] {
        for path in &paths {
            let server = serve(events(5)).await;
            let mut config = config(&[&server], version);
            config.dictionary.clone_from(path);
            let mut reader = Reader::new(&config, before_all());
            reader.distinct(5).await;
            assert_eq!((reader.lines.len(), reader.troubles.len()), (5, 0), "{path}");
        }
    }
}

#[tokio::test]
async fn another_server_takes_over_and_numbers_of_the_first_are_not_used_there() {
    for version in [1, 2] {
        let first = serve(events(40)).await;
        let setup = Setup {
            events: events(90),
            first_seq: 7_000,
            ..Setup::default()
        };
        let second = Jetstream::start(setup).await.unwrap();
        let mut reader = Reader::new(&config(&[&first, &second], version), before_all());
        reader.until(|reader| reader.lines.len() >= 40).await;
        drop(first);
        reader
            .until(|reader| reader.reached == Some(Timestamp::from_micros(FIRST + 89 * SECOND)))
            .await;
        let texts: BTreeSet<String> = reader.lines.iter().map(text).collect();
        assert_eq!(texts.len(), 90, "every event of both");
        let cursor = second.asked()[0].cursor.unwrap();
        assert_eq!(cursor as i64, FIRST + 9 * SECOND, "30 s behind the last event");
        assert_eq!(reader.gaps, []);
        let place = reader.place();
        assert_eq!(
            (place.server, place.seq),
            (second.url(), (version == 2).then_some(7_084))
        );
    }
}

#[tokio::test]
async fn a_server_that_fails_before_it_caught_up_does_not_bring_the_others_closer() {
    for version in [1, 2] {
        let (first, second) = (serve(events(60)).await, serve(events(60)).await);
        first.script([Misdeed::Cut { after: 60 }]);
        second.script([Misdeed::Cut { after: 10 }]);
        let mut reader = Reader::new(&config(&[&first, &second], version), before_all());
        reader.until(|reader| reader.troubles.len() == 2).await;
        let left = reader.place();
        assert_eq!((left.server, left.time_us), (first.url(), FIRST + 59 * SECOND));
        reader.step().await;
        let cursor = second.asked()[0].cursor.unwrap();
        assert_eq!(cursor as i64, FIRST + 29 * SECOND, "30 s behind the last event");
    }
}

fn text(line: &Bytes) -> String {
    let value: Value = serde_json::from_slice(line).unwrap();
    let record = [&value["commit"]["record"]["text"], &value["payload"]["record"]["text"]];
    record.iter().find_map(|text| text.as_str()).unwrap().to_owned()
}

#[tokio::test]
async fn a_server_that_wants_to_be_left_alone_is_and_the_next_one_is_asked() {
    let (first, second) = (serve(events(5)).await, serve(events(5)).await);
    let refuse = |status, retry_after: Option<&str>| {
        let retry_after = retry_after.map(str::to_owned);
        [Misdeed::Refuse { status, retry_after }]
    };
    first.script(refuse(429, Some("17")));
    second.script(refuse(503, None));
    // One that is down may say until when: in either form, and for no longer than anybody believes.
    first.script(refuse(503, Some("25")));
    second.script(refuse(503, Some("Fri, 31 Dec 2100 23:59:59 GMT")));
    let mut reader = Reader::new(&config(&[&first, &second], 1), before_all());
    reader.distinct(5).await;
    let after = Some(Duration::from_secs(17));
    assert!(matches!(&reader.troubles[0], Trouble::Limited { after: told, .. } if *told == after));
    assert!(matches!(&reader.troubles[1], Trouble::Status { status: 503, .. }));
    for (trouble, seconds) in [(0, 17), (2, 25), (3, 3_600)] {
        let pause = reader.source.pause(&reader.troubles[trouble], 1);
        let least = Duration::from_secs(seconds);
        assert!(
            pause >= least && pause <= least + Duration::from_secs(1),
            "{:?}",
            reader.troubles
        );
    }
    assert_eq!((first.asked().len(), second.asked().len()), (3, 2));
}

#[test]
fn pauses_double_from_one_second_to_sixty_and_are_never_all_the_same() {
    let source = JetstreamSource::new(&v1::JetstreamSource::default(), 0).unwrap();
    let lost = Trouble::Lost {
        reason: "cut".to_owned(),
    };
    for (in_a_row, seconds) in [(1, 1), (2, 2), (3, 4), (6, 32), (7, 60), (1_000, 60)] {
        let pauses: BTreeSet<Duration> = (0..50).map(|_| source.pause(&lost, in_a_row)).collect();
        let longest = Duration::from_secs(seconds);
        assert!(pauses.iter().all(|pause| *pause >= longest / 2 && *pause <= longest));
        assert!(pauses.len() > 1);
    }
}

#[tokio::test]
async fn a_silent_server_is_given_up_for_another_and_a_quiet_one_that_pings_is_not() {
    let server = serve(events(5)).await;
    server.script([Misdeed::Stall { after: 5 }]);
    let mut reader = Reader::new(&config(&[&server], 1), before_all());
    reader.source.silence = Duration::from_millis(200);
    reader.distinct(5).await;
    reader.until(|reader| !reader.troubles.is_empty()).await;
    assert!(
        reader.troubles[0].to_string().contains("silent"),
        "{:?}",
        reader.troubles
    );

    let setup = Setup {
        events: events(5),
        ping: Duration::from_millis(20),
        ..Setup::default()
    };
    let server = Jetstream::start(setup).await.unwrap();
    let mut reader = Reader::new(&config(&[&server], 1), before_all());
    reader.source.silence = Duration::from_secs(3);
    reader.distinct(5).await;
    // Pings alone, for longer than a dead connection is waited for.
    for _ in 0..200 {
        reader.step().await;
    }
    assert_eq!((reader.troubles.len(), reader.lines.len()), (0, 5));
}
