//! Messages that are longer than any post: each costs itself, and the stream goes on behind it.

use super::*;

#[tokio::test]
async fn a_post_of_ten_megabytes_costs_itself_and_nothing_else() {
    for version in [1, 2] {
        let server = serve(events(10)).await;
        server.script([Misdeed::Oversized {
            after: 4,
            bytes: 10 * 1024 * 1024,
        }]);
        let mut reader = Reader::new(&config(&[&server], version), before_all());
        reader.distinct(11).await;
        let (long, others): (Vec<Bytes>, Vec<Bytes>) =
            reader.lines.iter().cloned().partition(|line| line.len() > 1_000_000);
        assert_eq!(others, sent(&server, version));
        assert!(
            normalise(&long[0], received()).is_err(),
            "it is refused, and kept as a dead letter"
        );
        assert_eq!(reader.troubles, []);
    }
}

#[tokio::test]
async fn a_message_over_the_limit_is_passed_over_once_and_breaks_nothing() {
    for version in [1, 2] {
        let server = serve(events(10)).await;
        server.script([Misdeed::Oversized {
            after: 4,
            bytes: 20 * 1024 * 1024,
        }]);
        let mut reader = Reader::new(&config(&[&server], version), before_all());
        reader.distinct(11).await;
        let (long, others): (Vec<Bytes>, Vec<Bytes>) =
            reader.lines.iter().cloned().partition(|line| line.len() > 1_000_000);
        assert_eq!(others, sent(&server, version), "all others, once");
        assert_eq!(long.len(), 1);
        assert_eq!(
            long[0].len(),
            crate::transport::MOST_MESSAGE_BYTES,
            "no more of it is held"
        );
        assert!(
            normalise(&long[0], received()).is_err(),
            "it is refused, and kept as a dead letter"
        );
        assert_eq!((reader.troubles.len(), reader.gaps.len()), (0, 0));
        assert_eq!(server.asked().len(), 1, "on one connection");
    }
}

#[tokio::test]
async fn a_compressed_message_over_the_limit_is_counted_and_breaks_nothing() {
    let Some(path) = shared("legacy_subscribe.zdict") else {
        return;
    };
    for version in [1, 2] {
        let setup = Setup {
            events: events(10),
            dictionary: Some(std::fs::read(&path).unwrap()),
            ..Setup::default()
        };
        let server = Jetstream::start(setup).await.unwrap();
        server.script([Misdeed::Oversized {
            after: 4,
            bytes: 20 * 1024 * 1024,
        }]);
        let mut config = config(&[&server], version);
        config.dictionary = path.display().to_string();
        let mut reader = Reader::new(&config, before_all());
        reader.distinct(10).await;
        assert_eq!(reader.lines, sent(&server, version));
        assert_eq!((reader.unreadable, reader.troubles.len(), reader.gaps.len()), (1, 0, 0));
        let compressed: Vec<_> = server.asked().iter().map(|asked| asked.compressed).collect();
        assert_eq!(compressed, [true], "the others come compressed as before");
    }
}
