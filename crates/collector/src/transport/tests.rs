//! What answers mean, by their headers alone.

use super::*;

fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
    let pair = |&(name, value): &(&'static str, &'static str)| {
        let name = tokio_tungstenite::tungstenite::http::HeaderName::from_static(name);
        (name, HeaderValue::from_static(value))
    };
    pairs.iter().map(pair).collect()
}

#[test]
fn a_server_that_says_until_when_is_left_alone_for_so_long_and_never_for_days() {
    let after = |value, date| {
        let headers = headers(&[("retry-after", value), ("date", date)]);
        retry_after(&headers).map(|after| after.as_secs())
    };
    let date = "Sun, 06 Nov 1994 08:49:37 GMT";
    for (value, seconds) in [
        ("30", Some(30)),
        (" 0 ", Some(0)),
        ("86400", Some(3_600)),
        ("99999999999999999999999", Some(3_600)),
        ("Sun, 06 Nov 1994 08:50:07 GMT", Some(30)),
        // It has passed.
        ("Sun, 06 Nov 1994 08:49:07 GMT", Some(0)),
        ("Wed, 31 Dec 2098 23:59:59 GMT", Some(3_600)),
        ("-1", None),
        ("1.5", None),
        ("", None),
        ("soon", None),
        ("Sun, 99 Nov 1994 08:49:37 GMT", None),
    ] {
        assert_eq!(after(value, date), seconds, "{value}");
    }
    // A server that does not tell the time is taken to have ours.
    assert_eq!(after("Wed, 31 Dec 2098 23:59:59 GMT", "yesterday"), Some(3_600));
    assert_eq!(retry_after(&headers(&[])), None);
}

#[test]
fn only_what_limits_requests_or_is_down_until_a_time_is_waited_for() {
    let told = headers(&[("retry-after", "9")]);
    for (code, headers, limited) in [
        (429, &told, Some(Some(9))),
        (429, &headers(&[]), Some(None)),
        (503, &told, Some(Some(9))),
        (503, &headers(&[]), None),
        (500, &told, None),
    ] {
        let trouble = status(StatusCode::from_u16(code).unwrap(), headers, " why ");
        let after = match trouble {
            Trouble::Limited { after, reason } if reason == "why" => Some(after.map(|after| after.as_secs())),
            Trouble::Status { status, .. } if status == code => None,
            other => panic!("{other}"),
        };
        assert_eq!(after, limited, "{code}");
    }
}
