//! An assignment that moves to another collector, before the first event and behind the last.

use super::*;

/// The line of an event that happens now, and another `n` seconds after it.
fn now_and_after(n: i64) -> [Bytes; 2] {
    let now = SystemClock.now().micros() - FIRST;
    [0, n * SECOND].map(|later| {
        let text = String::from_utf8(event(0).to_vec()).unwrap();
        text.replace(&FIRST.to_string(), &(FIRST + now + later).to_string())
            .into()
    })
}

#[tokio::test]
async fn what_happens_between_two_collectors_before_the_first_event_is_read_by_the_second() {
    for version in [1, 2] {
        let server = serve(events(10)).await;
        let config = config(&[&server], version);
        let mut reader = Reader::new(&config, None);
        reader.until(|reader| reader.position.is_some()).await;
        let stored = reader.position.clone();
        drop(reader);
        let missed = now_and_after(1);
        server.push(missed.clone()).unwrap();
        let mut reader = Reader::new(&config, stored);
        reader.distinct(2).await;
        let all: BTreeSet<Bytes> = sent(&server, version).into_iter().collect();
        assert_eq!((reader.seen(), reader.lines.len()), (all, 2));
        assert_eq!((reader.gaps.len(), reader.troubles.len()), (0, 0));
        assert_eq!(reader.place().server, server.url());
    }
}

#[tokio::test]
async fn what_happens_while_no_server_answers_at_first_is_read_once_one_does() {
    for version in [1, 2] {
        let server = serve(events(10)).await;
        server.script([Misdeed::Refuse {
            status: 500,
            retry_after: None,
        }]);
        let mut reader = Reader::new(&config(&[&server], version), None);
        reader.step().await;
        assert_eq!(reader.troubles.len(), 1);
        server.push(now_and_after(1)).unwrap();
        reader.distinct(2).await;
        assert_eq!(reader.lines, sent(&server, version));
        assert_eq!(reader.gaps, []);
    }
}

#[tokio::test]
async fn another_collector_goes_on_where_the_last_one_stored() {
    for version in [1, 2] {
        let server = serve(events(20)).await;
        let config = config(&[&server], version);
        let mut reader = Reader::new(&config, before_all());
        reader.distinct(20).await;
        let stored = reader.position.clone();
        drop(reader);
        server.push((20..30).map(event)).unwrap();
        let mut reader = Reader::new(&config, stored);
        reader.until(|reader| reader.lines.len() >= 16).await;
        let cursor = server.asked()[1].cursor.unwrap();
        // Both are 5 s behind the last event.
        assert_eq!(cursor as i64, if version == 1 { FIRST + 14 * SECOND } else { 15 });
        assert_eq!(reader.lines.len(), 16, "nothing before is read again");
        assert_eq!((reader.gaps.len(), reader.troubles.len()), (0, 0));
        assert_eq!(reader.place().time_us, FIRST + 29 * SECOND);
    }
}
