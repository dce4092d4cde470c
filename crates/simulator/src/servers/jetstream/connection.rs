//! One connection: sends events as it was asked, pings, and misbehaves as it was told. What was asked is read in `request.rs`.

use std::sync::Arc;

use bytes::Bytes;
use futures::{SinkExt, StreamExt};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, interval_at};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::server::{Callback, ErrorResponse, Request, Response};
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::{WebSocketStream, accept_hdr_async};
use zstd::bulk::Compressor;

use super::event::{Event, LEXICON};
use super::request::{self, Plan, Wanted};
use super::{Misdeed, Sent, Shared};

/// Longest frame that v1 takes from a client, in bytes.
const MOST_CLIENT_BYTES: usize = 10_000_000;

/// The connection is over.
struct Over;

impl<E: std::error::Error> From<E> for Over {
    fn from(_: E) -> Self {
        Over
    }
}

/// Answers the client's request, and keeps what it is to get.
struct Opening<'a> {
    shared: &'a Shared,
    number: &'a mut usize,
    script: &'a mut Vec<Misdeed>,
    plan: &'a mut Option<Plan>,
}

impl Callback for Opening<'_> {
    fn on_request(self, request: &Request, response: Response) -> Result<Response, ErrorResponse> {
        let mut diary = self.shared.diary();
        *self.script = diary.scripts.pop_front().unwrap_or_default();
        *self.number = diary.asked.len();
        let mut asked = request::asked(request);
        let dictionary = self.shared.dictionary.as_deref();
        let id = dictionary.map(|dictionary| zstd::zstd_safe::get_dict_id_from_dict(dictionary).map_or(0, u32::from));
        let plan = request::plan(&asked, &diary, self.script, self.shared.first_seq, id);
        asked.compressed = plan.as_ref().is_ok_and(|plan| plan.compressed);
        asked.refused = plan.as_ref().err().map(|refusal| refusal.status);
        diary.asked.push(asked);
        match plan {
            Ok(plan) => {
                *self.plan = Some(plan);
                Ok(response)
            }
            Err(refusal) => Err(refusal.answer()),
        }
    }
}

/// Serves one client until either side has enough.
pub(super) async fn serve(stream: TcpStream, shared: Arc<Shared>) {
    let (mut number, mut script, mut plan) = (0, Vec::new(), None);
    let opening = Opening {
        shared: &shared,
        number: &mut number,
        script: &mut script,
        plan: &mut plan,
    };
    let accepted = accept_hdr_async(stream, opening).await;
    let (Ok(socket), Some(plan)) = (accepted, plan) else {
        return;
    };
    let other = script.iter().find_map(|misdeed| match misdeed {
        Misdeed::Dictionary(other) => Some(other.as_slice()),
        _ => None,
    });
    let dictionary = other.or(shared.dictionary.as_deref()).filter(|_| plan.compressed);
    let encoder = dictionary.and_then(|dictionary| Compressor::with_dictionary(1, dictionary).ok());
    let connection = Connection {
        socket,
        encoder,
        version: plan.version,
        wanted: plan.wanted,
        held: plan.hello,
        frames: 0,
        number,
        script,
        shared,
    };
    // Either side has closed it: there is nobody to tell.
    let _ = connection.run(plan.from, plan.info).await;
}

struct Connection {
    socket: WebSocketStream<TcpStream>,
    encoder: Option<Compressor<'static>>,
    version: u32,
    wanted: Wanted,
    /// Whether it waits for the client's first word.
    held: bool,
    /// Events sent.
    frames: usize,
    number: usize,
    script: Vec<Misdeed>,
    shared: Arc<Shared>,
}

impl Connection {
    async fn run(mut self, mut next: usize, info: Option<&str>) -> Result<(), Over> {
        if let Some(name) = info.filter(|_| self.version == 2) {
            let payload = serde_json::json!({"$type": format!("{LEXICON}#info"), "name": name});
            let frame = serde_json::json!({"$type": "message", "payload": payload}).to_string();
            self.feed(frame.as_bytes()).await?;
        }
        let mut grown = self.shared.grown.subscribe();
        let mut ping = interval_at(Instant::now() + self.shared.ping, self.shared.ping);
        loop {
            let end = *grown.borrow_and_update();
            if !self.held {
                for place in self.order(next..end) {
                    self.send(place).await?;
                }
                next = next.max(end);
                self.misbehave(None).await?;
            }
            self.socket.flush().await?;
            tokio::select! {
                changed = grown.changed() => changed?,
                _ = ping.tick() => self.socket.send(Message::Ping(Bytes::new())).await?,
                message = self.socket.next() => self.hear(message.ok_or(Over)??).await?,
            }
        }
    }

    /// The places in the order in which they are sent.
    fn order(&self, places: std::ops::Range<usize>) -> Vec<usize> {
        let mut order: Vec<usize> = places.collect();
        for misdeed in &self.script {
            match misdeed {
                Misdeed::Reorder { window } => order.chunks_mut(*window).for_each(<[usize]>::reverse),
                Misdeed::Repeat { window } => {
                    order = order
                        .chunks(*window)
                        .flat_map(|chunk| [chunk, chunk].concat())
                        .collect();
                }
                _ => {}
            }
        }
        order
    }

    async fn send(&mut self, place: usize) -> Result<(), Over> {
        let event = self.shared.diary().events.get(place).cloned();
        let Some(event) = event.filter(|event| self.wanted.takes(event)) else {
            return Ok(());
        };
        self.misbehave(Some(&event)).await?;
        let frame = self.frame(&event);
        self.feed(&frame).await?;
        self.frames += 1;
        let (connection, event) = (self.number, place);
        self.shared.diary().sent.push(Sent { connection, event });
        Ok(())
    }

    fn frame(&self, event: &Event) -> Bytes {
        match self.version {
            1 => event.first.clone(),
            _ => event.second.clone(),
        }
    }

    async fn feed(&mut self, frame: &[u8]) -> Result<(), Over> {
        let message = match &mut self.encoder {
            Some(encoder) => Message::Binary(encoder.compress(frame)?.into()),
            None => Message::text(std::str::from_utf8(frame)?),
        };
        Ok(self.socket.feed(message).await?)
    }

    /// Does what the script has for this moment; `next` is the event that would follow.
    async fn misbehave(&mut self, next: Option<&Event>) -> Result<(), Over> {
        let now = self.frames;
        for place in 0..self.script.len() {
            match self.script[place].clone() {
                Misdeed::Stall { after } if after == now => {
                    self.socket.flush().await?;
                    std::future::pending::<()>().await;
                }
                Misdeed::Cut { after } if after == now => return self.cut(&[]).await,
                Misdeed::CutWithin { after } if after == now => {
                    let Some(event) = next else { continue };
                    let half = half(&self.frame(event));
                    return self.cut(&half).await;
                }
                Misdeed::Error { after, name } if after == now => return self.fail(&name).await,
                Misdeed::Oversized { after, bytes } if after == now => {
                    let Some(event) = next else { continue };
                    self.script.remove(place);
                    let frame = self.oversized(event, bytes)?;
                    return self.feed(&frame).await;
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// A post with a text that long, at the time of `event`.
    fn oversized(&self, event: &Event, bytes: usize) -> Result<Bytes, Over> {
        let record = serde_json::json!({"text": "x".repeat(bytes)});
        let commit = serde_json::json!({"rev": "3mptbypluud2a", "operation": "create", "collection": "app.bsky.feed.post",
            "rkey": "oversized", "record": record});
        let line = serde_json::json!({"did": event.did, "time_us": event.time_us, "kind": "commit", "commit": commit});
        let event = Event::new(line.to_string().into(), 0).map_err(|_| Over)?;
        Ok(self.frame(&event))
    }

    /// Ends the connection behind what was sent and `rest`. What the client still has to say is read first: closing before would take back
    /// what is on its way.
    async fn cut(&mut self, rest: &[u8]) -> Result<(), Over> {
        self.socket.flush().await?;
        let stream = self.socket.get_mut();
        stream.write_all(rest).await?;
        stream.shutdown().await?;
        let mut heard = [0; 1024];
        while stream.read(&mut heard).await? > 0 {}
        Err(Over)
    }

    async fn fail(&mut self, name: &str) -> Result<(), Over> {
        if self.version == 2 {
            let frame = serde_json::json!({"$type": "error", "error": name, "message": "told to"});
            self.feed(frame.to_string().as_bytes()).await?;
        }
        self.close(name).await
    }

    async fn close(&mut self, reason: &str) -> Result<(), Over> {
        let frame = CloseFrame {
            code: CloseCode::Policy,
            reason: reason.into(),
        };
        self.socket.send(Message::Close(Some(frame))).await?;
        while self.socket.next().await.is_some_and(|message| message.is_ok()) {}
        Err(Over)
    }

    /// What a client's frame changes: v1 takes new options, v2 takes nothing.
    async fn hear(&mut self, message: Message) -> Result<(), Over> {
        if !matches!(message, Message::Text(_) | Message::Binary(_)) {
            return Ok(());
        }
        let text = String::from_utf8_lossy(&message.into_data()).into_owned();
        let size = text.len();
        let wanted = Wanted::updated(&text);
        self.shared.diary().asked[self.number].frames.push(text);
        match wanted {
            Some(wanted) if self.version == 1 && size <= MOST_CLIENT_BYTES => {
                self.wanted = wanted;
                self.held = false;
                Ok(())
            }
            _ => self.close("clients have nothing to say here").await,
        }
    }
}

/// The first half of a text frame, whose header promises all of it.
fn half(frame: &[u8]) -> Vec<u8> {
    let mut half = vec![0x81, 127];
    half.extend((frame.len() as u64).to_be_bytes());
    half.extend(&frame[..frame.len() / 2]);
    half
}
