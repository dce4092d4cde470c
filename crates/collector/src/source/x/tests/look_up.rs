//! The fake server's look-up of posts, which nothing in the source asks for yet.

use super::*;

#[tokio::test]
async fn the_fake_server_tells_which_posts_are_gone() {
    let rig = rig().await;
    rig.server.act(Act::Post(post(noon(), 1)));
    rig.server.act(Act::Post(post(noon(), 2)));
    let id = |number| {
        let line: serde_json::Value = serde_json::from_str(&post(noon(), number)).unwrap();
        line["data"]["id"].as_str().unwrap().to_owned()
    };
    rig.server.remove(&id(2));
    let client = crate::transport::http().build().unwrap();
    let look_up = |ids: String| {
        let url = format!("{}/2/tweets?ids={ids}", rig.server.url());
        let request = client.get(url).bearer_auth(TOKEN);
        async move { request.send().await.unwrap().text().await.unwrap() }
    };
    let answer: serde_json::Value = serde_json::from_str(&look_up(format!("{},{}", id(1), id(2))).await).unwrap();
    assert_eq!(answer["data"][0]["id"], id(1));
    assert_eq!(answer["errors"][0]["value"], id(2));
    assert!(look_up(vec!["1"; 101].join(",")).await.contains("101 ids"));
}
