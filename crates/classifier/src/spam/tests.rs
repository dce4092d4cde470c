//! Which posts are flagged, and which are not.

use backtweet_domain::{Author, Engagement, Network, PostId, Timestamp, entities};

use super::*;

const NOON: i64 = 1_782_907_200;

fn post(text: &str) -> Post {
    let author = Author {
        id: backtweet_domain::AccountId::new(Network::X, "1").unwrap(),
        handle: Some("abbot".to_owned()),
        name: Some("Ann Talbot".to_owned()),
        followers: None,
        bot: false,
        created_at: Some(Timestamp::from_seconds(NOON - 400 * 86_400)),
    };
    Post {
        id: PostId::new(Network::X, "1").unwrap(),
        revision: 0,
        author,
        text: text.to_owned(),
        language: None,
        created_at: None,
        witnessed_at: Timestamp::from_seconds(NOON),
        references: Vec::new(),
        entities: entities::extract(text),
        engagement: Engagement::default(),
        url: None,
        has_media: false,
    }
}

fn of(text: &str) -> Vec<Flag> {
    flags(&post(text), 0).iter().collect()
}

#[test]
fn a_person_who_posts_as_people_do_bears_no_flag() {
    for text in [
        "",
        "@acme my router is not working, can you help? https://acme.com/a",
        "Love the new #acme phone #photography #sunset https://a.example/1 https://b.example/2 what a camera it has",
        "please follow the rules, and call me back",
    ] {
        assert_eq!(of(text), [], "{text}");
    }
}

#[test]
fn texts_made_to_be_counted_are_flagged() {
    assert_eq!(of("#a #b #c #d #e #f what a day it is"), [Flag::TagStuffing]);
    assert_eq!(of("sale #a #b #c #d"), [Flag::TagStuffing]);
    let farm = "https://a.example/1 https://b.example/2 best deals";
    assert_eq!(of(farm), [Flag::LinkFarm]);
    assert_eq!(of("RT to win! And I follow back"), [Flag::FollowBait]);
    assert_eq!(
        of("one person followed me // automatically checked by https://t.co/W8"),
        [Flag::Automated]
    );
}

#[test]
fn a_text_is_a_copy_from_the_third_other_account_on() {
    let post = post("the very same words");
    assert!(flags(&post, MANY_TWINS - 1).is_empty());
    assert!(flags(&post, MANY_TWINS).contains(Flag::DuplicateText));
}

#[test]
fn an_account_is_new_for_a_week_and_a_made_up_age_says_nothing() {
    let aged = |seconds: i64| {
        let mut post = post("hello");
        post.author.created_at = Some(Timestamp::from_seconds(NOON - seconds));
        flags(&post, 0).contains(Flag::NewAccount)
    };
    assert!(aged(0) && aged(7 * 86_400 - 1));
    assert!(!aged(7 * 86_400) && !aged(-1));
}

#[test]
fn a_robot_is_known_by_what_it_calls_itself_and_not_by_letters_in_a_name() {
    let called = |handle: &str, name: &str| {
        let mut post = post("hello");
        (post.author.handle, post.author.name) = (Some(handle.to_owned()), Some(name.to_owned()));
        flags(&post, 0).contains(Flag::Automated)
    };
    assert!(called("weather_bot@b.example", "W") && called("ann", "Weather Bot") && called("ann", "🤖"));
    assert!(!called("ann@bot.example", "Talbot") && !called("abbot", "Botany"));
}

#[test]
fn one_sign_is_not_enough_to_call_somebody_a_spammer_and_a_declared_robot_is_none() {
    let of = |flags: &[Flag]| is_spam(flags.iter().copied().collect());
    assert!(!of(&[Flag::NewAccount]) && !of(&[Flag::TagStuffing, Flag::Automated]));
    assert!(of(&[Flag::TagStuffing, Flag::LinkFarm]) && of(&[Flag::NewAccount, Flag::FollowBait]));
}
