//! A mail server that speaks as much of SMTP (RFC 5321) as is needed to take a mail or to refuse it.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// What it says, instead of being content, to the first line that starts with a word; of what was sent as data that word is `.`.
pub type Refusal = (&'static str, &'static str);

#[derive(Clone, Default)]
pub struct Server {
    refusals: Arc<Mutex<VecDeque<Refusal>>>,
    lines: Arc<Mutex<Vec<String>>>,
    mails: Arc<Mutex<Vec<String>>>,
}

impl Server {
    pub async fn start(refusals: impl IntoIterator<Item = Refusal>) -> (Self, SocketAddr) {
        let server = Self {
            refusals: Arc::new(Mutex::new(refusals.into_iter().collect())),
            ..Self::default()
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let serving = server.clone();
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let server = serving.clone();
                tokio::spawn(async move { server.serve(socket).await });
            }
        });
        (server, address)
    }

    /// Every line it was sent, mails apart.
    pub fn lines(&self) -> Vec<String> {
        self.lines.lock().unwrap().clone()
    }

    /// The mails that it accepted.
    pub fn mails(&self) -> Vec<String> {
        self.mails.lock().unwrap().clone()
    }

    async fn serve(&self, socket: TcpStream) -> Option<()> {
        let (read, mut write) = socket.into_split();
        let mut lines = BufReader::new(read).lines();
        write.write_all(b"220 mail.example ready\r\n").await.ok()?;
        loop {
            let line = lines.next_line().await.ok()??;
            self.lines.lock().unwrap().push(line.clone());
            let word = line.split([' ', ':']).next().unwrap_or_default().to_uppercase();
            let reply = match (self.refusal(&word), word.as_str()) {
                (Some("hang up"), _) => return None,
                (Some(refusal), _) => refusal,
                (None, "EHLO") => "250-mail.example\r\n250-8BITMIME\r\n250 AUTH PLAIN",
                (None, "AUTH") => "235 welcome",
                (None, "DATA") => {
                    write.write_all(b"354 go on\r\n").await.ok()?;
                    let mut mail = String::new();
                    loop {
                        let line = lines.next_line().await.ok()??;
                        if line == "." {
                            break;
                        }
                        mail.push_str(line.strip_prefix('.').unwrap_or(&line));
                        mail.push_str("\r\n");
                    }
                    match self.refusal(".") {
                        Some("hang up") => return None,
                        Some(refusal) => refusal,
                        None => {
                            self.mails.lock().unwrap().push(mail);
                            "250 taken"
                        }
                    }
                }
                (None, "QUIT") => "221 bye",
                (None, "STARTTLS") => "502 no TLS here",
                (None, _) => "250 fine",
            };
            write.write_all(format!("{reply}\r\n").as_bytes()).await.ok()?;
        }
    }

    fn refusal(&self, word: &str) -> Option<&'static str> {
        let mut refusals = self.refusals.lock().unwrap();
        let is_next = refusals.front().is_some_and(|(at, _)| *at == word);
        is_next.then(|| refusals.pop_front().map(|(_, reply)| reply)).flatten()
    }
}
