//! A fake web: many hosts on one server, told apart by the `Host` header, whose pages redirect, refuse, stall or never end by script.
//! Names are resolved by whoever asks; every connection is closed after its answer, so that each request has to connect anew.

use std::collections::{HashMap, VecDeque};
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{CONNECTION, HOST, LOCATION};
use axum::http::{HeaderMap, HeaderValue, Method, Response, StatusCode, Uri};
use bytes::Bytes;
use futures::stream;

use super::Served;

/// What a page of the web does when it is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Page {
    /// An answer with this status and a short text.
    Plain(u16),
    /// Leads elsewhere: the status, and the `Location` exactly as it is sent.
    Redirect(u16, String),
    /// Answers `HEAD` with 405 or another such status, and everything else as the other page.
    NoHead(u16, Box<Page>),
    /// An answer of status 200 whose body never ends.
    Endless,
    /// Answers as the other page does, after a while.
    Late(Duration, Box<Page>),
    /// Takes the request and never answers.
    Silent,
}

impl Page {
    /// A redirect by 301.
    pub fn to(location: impl Into<String>) -> Self {
        Page::Redirect(301, location.into())
    }
}

/// One request, as it came.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Asked {
    /// `GET`, `HEAD` or another method.
    pub method: String,
    /// The host that was asked for, without its port.
    pub host: String,
    /// Path and query.
    pub path: String,
}

#[derive(Debug, Default)]
struct Site {
    /// By host and path; of several the first is taken and put away, the last one stays.
    pages: HashMap<(String, String), VecDeque<Page>>,
    asked: Vec<Asked>,
    /// How many requests each host has at the moment, and had at most.
    busy: HashMap<String, (usize, usize)>,
}

/// The whole fake web.
#[derive(Debug)]
pub struct Web {
    served: Served,
    site: Arc<Mutex<Site>>,
}

impl Web {
    /// A web without any page: everything answers 404.
    ///
    /// # Errors
    /// When no port can be had.
    pub async fn start() -> std::io::Result<Self> {
        let site = Arc::new(Mutex::new(Site::default()));
        let app = Router::new().fallback(answer).with_state(Arc::clone(&site));
        Ok(Self {
            served: Served::start(app).await?,
            site,
        })
    }

    /// Where all its hosts are.
    pub fn address(&self) -> SocketAddr {
        self.served.address()
    }

    /// Puts a page at `http://host/path`, behind those that are there already: each but the last answers one request.
    pub fn put(&self, host: &str, path: &str, page: Page) {
        let place = (host.to_owned(), path.to_owned());
        lock(&self.site).pages.entry(place).or_default().push_back(page);
    }

    /// Every request so far, in order.
    pub fn asked(&self) -> Vec<Asked> {
        lock(&self.site).asked.clone()
    }

    /// How often `host` was asked for `path`, by whatever method.
    pub fn times(&self, host: &str, path: &str) -> usize {
        let asked = self.asked();
        asked.iter().filter(|it| it.host == host && it.path == path).count()
    }

    /// How many requests `host` had at most at once.
    pub fn most_at_once(&self, host: &str) -> usize {
        lock(&self.site).busy.get(host).map_or(0, |(_, most)| *most)
    }
}

fn lock(site: &Mutex<Site>) -> MutexGuard<'_, Site> {
    site.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Site {
    fn next(&mut self, asked: Asked) -> Page {
        let place = (asked.host.clone(), asked.path.clone());
        let is_head = asked.method == "HEAD";
        let (now, most) = self.busy.entry(asked.host.clone()).or_default();
        *now += 1;
        *most = (*most).max(*now);
        self.asked.push(asked);
        let Some(pages) = self.pages.get_mut(&place) else {
            return Page::Plain(404);
        };
        // A page that refuses `HEAD` is still there for the request that follows.
        let is_over = pages.len() > 1 && !(is_head && matches!(pages.front(), Some(Page::NoHead(..))));
        let page = if is_over {
            pages.pop_front()
        } else {
            pages.front().cloned()
        };
        page.unwrap_or(Page::Plain(404))
    }
}

async fn answer(State(site): State<Arc<Mutex<Site>>>, request: Request) -> Response<Body> {
    let asked = Asked {
        method: request.method().to_string(),
        host: host(request.headers(), request.uri()),
        path: request
            .uri()
            .path_and_query()
            .map_or("/", |path| path.as_str())
            .to_owned(),
    };
    let host = asked.host.clone();
    let page = lock(&site).next(asked);
    let response = show(page, request.method()).await;
    if let Some((now, _)) = lock(&site).busy.get_mut(&host) {
        *now -= 1;
    }
    response
}

async fn show(mut page: Page, method: &Method) -> Response<Body> {
    loop {
        page = match page {
            Page::NoHead(status, _) if method == Method::HEAD => Page::Plain(status),
            Page::NoHead(_, behind) => *behind,
            Page::Late(pause, behind) => {
                tokio::time::sleep(pause).await;
                *behind
            }
            page => return answered(page).await,
        };
    }
}

/// A page that depends on nothing but itself.
async fn answered(page: Page) -> Response<Body> {
    match page {
        Page::Plain(status) => response(status, None, Body::from("a page")),
        Page::Redirect(status, location) => response(status, Some(&location), Body::empty()),
        Page::Endless => {
            let block = Bytes::from_static(&[b'x'; 4096]);
            let body = stream::repeat_with(move || Ok::<_, Infallible>(block.clone()));
            response(200, None, Body::from_stream(body))
        }
        Page::NoHead(..) | Page::Late(..) => response(500, None, Body::empty()),
        Page::Silent => std::future::pending().await,
    }
}

fn host(headers: &HeaderMap, uri: &Uri) -> String {
    let named = headers.get(HOST).and_then(|host| host.to_str().ok()).or(uri.host());
    let named = named.unwrap_or_default();
    let is_port = |(_, port): &(&str, &str)| port.bytes().all(|byte| byte.is_ascii_digit());
    let host = named.rsplit_once(':').filter(is_port).map_or(named, |(host, _)| host);
    host.to_owned()
}

fn response(status: u16, location: Option<&str>, body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert(CONNECTION, HeaderValue::from_static("close"));
    if let Some(location) = location.and_then(|location| HeaderValue::from_bytes(location.as_bytes()).ok()) {
        headers.insert(LOCATION, location);
    }
    response
}
