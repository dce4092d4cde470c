//! One example of every call: add one for each call that is added. All are about the posts that the test pushes.

/// How a call answers.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    /// Once, or with a stream that ends by itself.
    Ends,
    /// With a stream that goes on until its reader leaves.
    Endless,
}

pub struct Example {
    pub call: &'static str,
    /// Names `acme` first.
    pub good: &'static str,
    /// What the last response to the good request has at a place, a text; of an endless stream, the first one.
    pub shows: (&'static str, &'static str),
    /// A request that is refused with INVALID_ARGUMENT, and the field at fault.
    pub bad: (&'static str, &'static str),
    pub stream: Stream,
}

const ENDS_BEFORE_IT_STARTS: &str = r#"{"subject":"acme","window":{"fromUs":"2","toUs":"1"}}"#;

const fn call(
    call: &'static str,
    good: &'static str,
    shows: (&'static str, &'static str),
    bad: (&'static str, &'static str),
) -> Example {
    Example {
        call,
        good,
        shows,
        bad,
        stream: Stream::Ends,
    }
}

pub const EXAMPLES: &[Example] = &[
    call(
        "Summary",
        r#"{"subject":"acme"}"#,
        ("/figures/backtweets", "2"),
        (r#"{"subject":"acme","top":21}"#, "top"),
    ),
    call(
        "Timeline",
        r#"{"subject":"acme","bucket":"BUCKET_DAY"}"#,
        ("/buckets/0/figures/backtweets", "2"),
        (r#"{"subject":"acme","timeZone":"Nowhere"}"#, "time_zone"),
    ),
    call(
        "HeatMap",
        r#"{"subject":"acme"}"#,
        ("/cells/0/backtweets", "2"),
        (r#"{"subject":"acme","timeZone":"Nowhere"}"#, "time_zone"),
    ),
    call(
        "Compare",
        r#"{"subjects":["acme","rival"]}"#,
        ("/subjects/0/figures/backtweets", "2"),
        (r#"{"subjects":["acme"]}"#, "subjects"),
    ),
    call(
        "TopAuthors",
        r#"{"subject":"acme","limit":1}"#,
        ("/authors/0/author", "other:fan-2"),
        (ENDS_BEFORE_IT_STARTS, "window.to_us"),
    ),
    call(
        "TopContent",
        r#"{"subject":"acme"}"#,
        ("/contents/0/post", "other:post-0"),
        (r#"{"subject":"acme","order":99}"#, "order"),
    ),
    call(
        "Cascade",
        r#"{"subject":"acme","root":"other:post-0"}"#,
        ("/figures/size", "2"),
        (r#"{"subject":"acme","root":"post-0"}"#, "root"),
    ),
    call(
        "ListCascades",
        r#"{"subject":"acme"}"#,
        ("/cascades/0/root", "other:post-0"),
        (r#"{"subject":"acme","order":99}"#, "order"),
    ),
    call(
        "Propagation",
        r#"{"subject":"acme"}"#,
        ("/passedOn", "1"),
        (ENDS_BEFORE_IT_STARTS, "window.to_us"),
    ),
    call(
        "Feed",
        r#"{"subject":"acme","kinds":["KIND_KEYWORD"]}"#,
        ("/items/0/sighting/post/id", "other:post-2"),
        (r#"{"subject":"acme","pageToken":"zz"}"#, "page_token"),
    ),
    call(
        "Export",
        r#"{"subject":"acme","format":"EXPORT_FORMAT_CSV"}"#,
        ("/manifest/rows", "2"),
        (r#"{"subject":"acme"}"#, "format"),
    ),
    call(
        "Reach",
        r#"{"subject":"acme"}"#,
        ("/amplifiers", "2"),
        (r#"{"subject":"acme","overlap":["x:1"]}"#, "overlap"),
    ),
    call(
        "People",
        r#"{"subject":"acme"}"#,
        ("/people/0/author", "other:fan-2"),
        (r#"{"subject":"acme","order":99}"#, "order"),
    ),
    call(
        "Campaign",
        r##"{"subject":"acme","hashtags":["#Anvil"]}"##,
        ("/top/0/author", "other:fan-2"),
        (r#"{"subject":"acme"}"#, "hashtags"),
    ),
    call(
        "Praise",
        r#"{"subject":"acme"}"#,
        ("/praises/0/post", "other:post-2"),
        (r#"{"subject":"acme","pageToken":"zz"}"#, "page_token"),
    ),
    call(
        "SetPermission",
        r#"{"subject":"acme","post":"other:post-2","status":"PERMISSION_STATUS_ASKED"}"#,
        ("/permission/status", "PERMISSION_STATUS_ASKED"),
        (r#"{"subject":"acme","post":"other:post-2"}"#, "status"),
    ),
    call(
        "Pages",
        r#"{"subject":"acme"}"#,
        ("/subject", "acme"),
        (r#"{"subject":"acme","limit":101}"#, "limit"),
    ),
    call(
        "Community",
        r#"{"subject":"acme"}"#,
        ("/authors", "2"),
        (ENDS_BEFORE_IT_STARTS, "window.to_us"),
    ),
    call(
        "ErasureReceipt",
        r#"{"subject":"acme","author":"other:fan-2"}"#,
        ("/subjects/0/stillCounted", "1"),
        (r#"{"subject":"acme","author":"fan-2"}"#, "author"),
    ),
    Example {
        stream: Stream::Endless,
        ..call(
            "Watch",
            r#"{"subject":"acme"}"#,
            ("/item/sighting/post/author/id", "other:fan-3"),
            (r#"{"subject":"acme","resumeToken":"zz"}"#, "resume_token"),
        )
    },
];
