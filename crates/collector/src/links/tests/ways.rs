//! The way of one link: every kind of answer, and every way into what is closed.

use super::*;

/// A way that is long enough to be told from a short one.
const HOPS: usize = 5;

fn follower(web: &Web, names: Arc<Names>) -> Follower {
    patient_follower(web, names, Duration::from_secs(20))
}

fn patient_follower(web: &Web, names: Arc<Names>, patience: Duration) -> Follower {
    let bounds = Bounds {
        hops: HOPS,
        patience,
        at_once: 8,
        per_host: 2,
    };
    Follower::new(Gate::new(names, [web.address()]), bounds).unwrap()
}

async fn follow(follower: &Follower, link: &str) -> Result<String, Lost> {
    let following = follower.follow(link);
    let found = tokio::time::timeout(DEADLINE, following).await.expect("every way ends");
    found.map(String::from)
}

fn methods(web: &Web, host: &str) -> Vec<String> {
    let asked = web.asked().into_iter().filter(|asked| asked.host == host);
    asked.map(|asked| asked.method).collect()
}

#[tokio::test]
async fn every_kind_of_redirect_leads_to_its_page() {
    let web = Web::start().await.unwrap();
    let follower = follower(&web, Names::of(&web));
    for status in [301, 302, 303, 307, 308] {
        let path = format!("/{status}");
        web.put(
            "bit.ly",
            &path,
            Page::Redirect(status, format!("http://example.org/page{status}#top")),
        );
        web.put("example.org", &format!("/page{status}"), Page::Plain(200));
        let found = follow(&follower, &format!("http://bit.ly{path}")).await.unwrap();
        assert_eq!(found, format!("http://example.org/page{status}"));
    }
    assert!(methods(&web, "example.org").iter().all(|method| method == "HEAD"));
}

#[tokio::test]
async fn shorteners_that_chain_and_point_relatively_still_lead_to_the_page() {
    let web = Web::start().await.unwrap();
    web.put("t.co", "/a", Page::to("http://bit.ly/b"));
    web.put("bit.ly", "/b", Page::to("/deeper/c"));
    web.put("bit.ly", "/deeper/c", Page::to("d?x=1"));
    web.put(
        "bit.ly",
        "/deeper/d?x=1",
        Page::to("//example.org/page?utm_source=bitly&id=7"),
    );
    web.put("example.org", "/page?utm_source=bitly&id=7", Page::Plain(200));
    let found = follow(&follower(&web, Names::of(&web)), "http://t.co/a").await.unwrap();
    assert_eq!(found, "http://example.org/page?utm_source=bitly&id=7");
}

#[tokio::test]
async fn a_server_that_refuses_head_is_asked_by_get() {
    let web = Web::start().await.unwrap();
    for (path, status) in [("/a", 405), ("/b", 403), ("/c", 501), ("/d", 200)] {
        web.put(
            "ow.ly",
            path,
            Page::NoHead(status, Box::new(Page::to("http://example.org/"))),
        );
        let found = follow(&follower(&web, Names::of(&web)), &format!("http://ow.ly{path}")).await;
        assert_eq!(found.unwrap(), "http://example.org/", "after {status}");
    }
    assert_eq!(methods(&web, "ow.ly"), ["HEAD", "GET"].repeat(4));
}

#[tokio::test]
async fn a_page_without_an_end_costs_no_more_than_its_head() {
    let web = Web::start().await.unwrap();
    web.put(
        "is.gd",
        "/a",
        Page::NoHead(405, Box::new(Page::to("http://example.org/film"))),
    );
    web.put("example.org", "/film", Page::NoHead(405, Box::new(Page::Endless)));
    web.put("is.gd", "/b", Page::Endless);
    let follower = follower(&web, Names::of(&web));
    assert_eq!(
        follow(&follower, "http://is.gd/a").await.unwrap(),
        "http://example.org/film"
    );
    assert_eq!(follow(&follower, "http://is.gd/b").await, Err(Lost::Shows(200)));
}

#[tokio::test]
async fn a_page_that_does_not_let_us_in_is_still_where_the_link_leads() {
    let web = Web::start().await.unwrap();
    let follower = patient_follower(&web, Names::of(&web), Duration::from_millis(500));
    let pages = [
        Page::Plain(403),
        Page::Plain(404),
        Page::Plain(500),
        Page::Silent,
        Page::Redirect(301, "http://[".to_owned()),
    ];
    for (number, page) in pages.into_iter().enumerate() {
        web.put(
            "buff.ly",
            &format!("/{number}"),
            Page::to(format!("http://example.org/{number}")),
        );
        web.put("example.org", &format!("/{number}"), page);
        let found = follow(&follower, &format!("http://buff.ly/{number}")).await.unwrap();
        assert_eq!(found, format!("http://example.org/{number}"));
    }
}

#[tokio::test]
async fn a_shortener_that_does_not_lead_on_is_no_answer() {
    let web = Web::start().await.unwrap();
    let follower = patient_follower(&web, Names::of(&web), Duration::from_millis(500));
    web.put("bit.ly", "/warned", Page::Plain(200));
    web.put("bit.ly", "/silent", Page::Silent);
    web.put("bit.ly", "/app", Page::to("itms-apps://store/1"));
    web.put("bit.ly", "/self", Page::to("http://bit.ly/self"));
    web.put("bit.ly", "/there", Page::to("http://t.co/back"));
    web.put("t.co", "/back", Page::to("http://bit.ly/there"));
    assert_eq!(follow(&follower, "http://bit.ly/gone").await, Err(Lost::Shows(404)));
    assert_eq!(follow(&follower, "http://bit.ly/warned").await, Err(Lost::Shows(200)));
    assert_eq!(follow(&follower, "http://bit.ly/silent").await, Err(Lost::Slow));
    assert_eq!(follow(&follower, "http://bit.ly/self").await, Err(Lost::Circle));
    assert_eq!(follow(&follower, "http://bit.ly/there").await, Err(Lost::Circle));
    assert!(matches!(
        follow(&follower, "http://bit.ly/app").await,
        Err(Lost::Forbidden(_))
    ));
}

#[tokio::test]
async fn a_way_without_an_end_is_left_after_five_pages() {
    let web = Web::start().await.unwrap();
    for hop in 0..20 {
        web.put("bit.ly", &format!("/{hop}"), Page::to(format!("/{}", hop + 1)));
        web.put("example.org", &format!("/{hop}"), Page::to(format!("/{}", hop + 1)));
    }
    web.put("t.co", "/on", Page::to("http://example.org/0"));
    let follower = follower(&web, Names::of(&web));
    assert_eq!(follow(&follower, "http://bit.ly/0").await, Err(Lost::Endless));
    assert_eq!(web.asked().len(), HOPS);
    assert_eq!(
        follow(&follower, "http://t.co/on").await.unwrap(),
        "http://example.org/3"
    );
    assert_eq!(web.asked().len(), 2 * HOPS);
}

#[tokio::test]
async fn no_redirect_reaches_a_private_address_at_any_hop() {
    let web = Web::start().await.unwrap();
    let private = Private::start().await;
    let names = Names::of(&web);
    let port = private.address().port();
    names.say("inside.example", &[&[private.address()]]);
    names.say(
        "metadata.example",
        &[&["169.254.169.254:0".parse().unwrap(), "[fd00::1]:0".parse().unwrap()]],
    );
    let follower = follower(&web, Arc::clone(&names));
    let targets = [
        format!("http://127.0.0.1:{port}/"),
        format!("http://2130706433:{port}/"),
        format!("http://[::ffff:127.0.0.1]:{port}/"),
        format!("http://localhost:{port}/"),
        format!("http://inside.example:{port}/"),
        "http://inside.example/".to_owned(),
        "http://metadata.example/latest/meta-data/".to_owned(),
        "http://10.0.0.1/".to_owned(),
        "https://[::1]/".to_owned(),
        format!("http://user:secret@127.0.0.1:{port}/"),
    ];
    for (number, target) in targets.iter().enumerate() {
        web.put("bit.ly", &format!("/{number}"), Page::to(target.clone()));
        web.put(
            "t.co",
            &format!("/{number}"),
            Page::to(format!("http://example.org/{number}")),
        );
        web.put(
            "example.org",
            &format!("/{number}"),
            Page::Redirect(302, target.clone()),
        );
        for host in ["bit.ly", "t.co"] {
            let found = follow(&follower, &format!("http://{host}/{number}")).await;
            assert!(matches!(found, Err(Lost::Forbidden(_))), "{target}: {found:?}");
        }
    }
    private.assert_untouched();
}

#[tokio::test]
async fn a_name_that_turns_private_after_its_first_answer_is_not_connected_to() {
    let web = Web::start().await.unwrap();
    let private = Private::start().await;
    let names = Names::of(&web);
    names.say("bit.ly", &[&[web.address()], &[private.address()]]);
    web.put("bit.ly", "/a", Page::to("http://bit.ly/b"));
    let found = follow(&follower(&web, names), "http://bit.ly/a").await;
    assert!(matches!(found, Err(Lost::Forbidden(_))), "{found:?}");
    assert_eq!(web.asked().len(), 1, "the first answer was a public one");
    private.assert_untouched();
}

#[tokio::test]
async fn of_a_name_with_public_and_private_addresses_only_the_public_ones_are_tried() {
    let web = Web::start().await.unwrap();
    let private = Private::start().await;
    let names = Names::of(&web);
    names.say(
        "bit.ly",
        &[&[private.address(), web.address(), "127.0.0.1:0".parse().unwrap()]],
    );
    web.put("bit.ly", "/a", Page::to("http://example.org/"));
    web.put("example.org", "/", Page::Plain(200));
    assert_eq!(
        follow(&follower(&web, names), "http://bit.ly/a").await.unwrap(),
        "http://example.org/"
    );
    private.assert_untouched();
}

#[tokio::test]
async fn passwords_in_a_redirect_are_never_sent_on() {
    let web = Web::start().await.unwrap();
    web.put("bit.ly", "/a", Page::to("http://user:secret@example.org/"));
    web.put("example.org", "/", Page::Plain(200));
    let found = follow(&follower(&web, Names::of(&web)), "http://bit.ly/a")
        .await
        .unwrap();
    assert_eq!(found, "http://example.org/");
}

#[tokio::test]
async fn no_host_gets_more_requests_at_once_than_it_is_owed() {
    let web = Web::start().await.unwrap();
    let follower = follower(&web, Names::of(&web));
    for number in 0..12 {
        let page = Page::Late(Duration::from_millis(20), Box::new(Page::to("http://example.org/")));
        web.put("bit.ly", &format!("/{number}"), page);
    }
    web.put("example.org", "/", Page::Plain(200));
    let links: Vec<_> = (0..12).map(|number| format!("http://bit.ly/{number}")).collect();
    let found = futures::future::join_all(links.iter().map(|link| follow(&follower, link))).await;
    assert!(found.iter().all(Result::is_ok), "{found:?}");
    assert!(
        (1..=2).contains(&web.most_at_once("bit.ly")),
        "{}",
        web.most_at_once("bit.ly")
    );
}
