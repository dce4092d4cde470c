//! What people say where the model is wrong: kept once, replaced, withdrawn, listed, and what is none.

use std::collections::BTreeSet;
use std::sync::Arc;

use backtweet_sentiment::Choice;
use backtweet_wire::v1::{self, Label};
use tonic::Code;

use crate::service::{DAY, MINUTE, Service, field, stores, text};

#[tokio::test]
async fn corrections_are_kept_once_replaced_withdrawn_and_outlive_a_restart_and_their_texts() {
    for redis in stores() {
        let folder = tempfile::tempdir().unwrap();
        let service = Service::start(folder.path(), redis.as_deref(), Choice::Fast).await;
        let readings = service
            .score(vec![text("sick beat"), text("wicked"), text("bad to the bone")])
            .await
            .unwrap();
        let [sick, wicked, bad] = [0, 1, 2].map(|place: usize| readings[place].id.as_str());

        let first = service.say(sick, Label::Negative, Some("ann")).await.unwrap().unwrap();
        assert_eq!((first.label(), first.by.as_deref()), (Label::Negative, Some("ann")));
        assert_eq!(first.text, Some(text("sick beat")));
        assert_eq!(first.answer, readings[0].sentiment);
        service.later(MINUTE);
        assert_eq!(
            service.say(sick, Label::Negative, Some("ann")).await.unwrap().as_ref(),
            Some(&first)
        );
        let second = service.correct(sick, Label::Positive).await.unwrap().unwrap();
        assert_eq!(
            (second.label(), second.by.as_deref(), second.at_us),
            (Label::Positive, None, first.at_us)
        );
        assert!(second.changed_at_us > first.changed_at_us);
        service.correct(wicked, Label::Neutral).await.unwrap();
        service.correct(bad, Label::Positive).await.unwrap();
        assert_eq!(service.correct(wicked, Label::Unspecified).await.unwrap(), None);

        // It is withdrawn with its text: nobody can correct it any more, until it is scored again.
        let gone = service.correct(wicked, Label::Neutral).await.unwrap_err();
        assert_eq!(gone.code(), Code::NotFound);
        assert!(
            gone.message().contains(wicked) && gone.message().contains("score it again"),
            "{gone}"
        );
        assert_eq!(
            service.correct(wicked, Label::Unspecified).await.unwrap_err().code(),
            Code::NotFound
        );
        let (listed, _) = service.corrections(0).await;
        service.stop().await;

        let service = Service::start(folder.path(), redis.as_deref(), Choice::Fast).await;
        assert_eq!(service.corrections(1).await, (listed.clone(), 2));
        let of = |listed: &[v1::Correction]| {
            let text = |it: &v1::Correction| (it.text.as_ref().unwrap().text.clone(), it.label());
            listed.iter().map(text).collect::<Vec<_>>()
        };
        let expected = [("sick beat", Label::Positive), ("bad to the bone", Label::Positive)];
        assert_eq!(of(&listed), expected.map(|(text, label)| (text.to_owned(), label)));

        // A text is forgotten; what was said of it is not, and can still be changed.
        service.later(DAY * 40);
        let changed = service.correct(bad, Label::Negative).await.unwrap().unwrap();
        assert_eq!(changed.text, Some(text("bad to the bone")));
        service.score(vec![text("wicked")]).await.unwrap();
        service.correct(wicked, Label::Negative).await.unwrap();
        assert_eq!(service.corrections(0).await.0.len(), 3);
        service.stop().await;
    }
}

#[tokio::test]
async fn what_is_no_correction_is_refused_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let service = Service::start(folder.path(), None, Choice::Fast).await;
    let id = service.score(vec![text("fine")]).await.unwrap()[0].id.clone();
    for unknown in ["", "x:1", "no{thing}", &"0".repeat(32), &"a".repeat(100_000)] {
        let status = service.correct(unknown, Label::Positive).await.unwrap_err();
        assert_eq!(status.code(), Code::NotFound);
        assert!(
            status.message().contains("score it again") && status.message().len() < 300,
            "{status}"
        );
    }
    let status = service.correct(&id, Label::Unknown).await.unwrap_err();
    assert_eq!(field(&status), "label");
    assert!(status.message().contains("LABEL_NEUTRAL"), "{status}");
    let status = service
        .say(&id, Label::Neutral, Some(&"a".repeat(257)))
        .await
        .unwrap_err();
    assert_eq!(field(&status), "by");
    service.later(DAY * 32);
    assert_eq!(
        service.correct(&id, Label::Neutral).await.unwrap_err().code(),
        Code::NotFound
    );

    let request = v1::ListCorrectionsRequest {
        page_size: 1,
        page_token: "7".to_owned(),
    };
    let status = service.client.clone().list_corrections(request).await.unwrap_err();
    assert_eq!(field(&status), "page_token");
    assert_eq!(service.corrections(0).await, (Vec::new(), 1));
    service.stop().await;
}

#[tokio::test]
async fn corrections_of_long_texts_come_in_pages_that_a_message_can_hold() {
    let folder = tempfile::tempdir().unwrap();
    let service = Service::start(folder.path(), None, Choice::Lexicon).await;
    for number in 0..40 {
        let id = service
            .score(vec![text(&format!("{number}{}", "é".repeat(32_000)))])
            .await
            .unwrap()[0]
            .id
            .clone();
        service.correct(&id, Label::Neutral).await.unwrap();
    }
    let (all, pages) = service.corrections(1_000).await;
    let ids: BTreeSet<_> = all.iter().map(|it| &it.id).collect();
    assert_eq!((all.len(), ids.len()), (40, 40));
    assert!(pages > 2, "{pages}");
    service.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_people_who_correct_one_text_at_once_leave_one_correction() {
    for redis in stores() {
        let folder = tempfile::tempdir().unwrap();
        let service = Arc::new(Service::start(folder.path(), redis.as_deref(), Choice::Fast).await);
        let id: Arc<str> = service.score(vec![text("fine")]).await.unwrap()[0].id.as_str().into();
        let people: Vec<_> = (0..16)
            .map(|person| {
                let (service, id) = (Arc::clone(&service), Arc::clone(&id));
                let say = async move {
                    service
                        .say(&id, Label::Neutral, Some(&format!("person {person}")))
                        .await
                };
                tokio::spawn(say)
            })
            .collect();
        for person in people {
            person.await.unwrap().unwrap();
        }
        assert_eq!(service.corrections(0).await.0.len(), 1);
    }
}
