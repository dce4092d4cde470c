//! A headless Chromium, driven by the DevTools protocol: what a page says on its console, what it asks the network for, how wide it is.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

/// How long a page has to say something after it was loaded.
const QUIET: Duration = Duration::from_millis(500);
const DEADLINE: Duration = Duration::from_secs(60);

/// One page of a running browser.
pub struct Page {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    session: String,
    sent: u64,
    /// What the page did so far: methods and parameters of the events, in order.
    events: Vec<(String, Value)>,
    _browser: Child,
}

impl Page {
    /// An empty page of a browser of its own, which keeps its files in `profile`.
    ///
    /// # Errors
    /// When the program does not start, or does not speak the protocol.
    pub async fn open(program: &str, profile: &Path) -> Result<Self> {
        let mut browser = Command::new(program)
            .args([
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--no-first-run",
                "--remote-debugging-port=0",
            ])
            .arg(format!("--user-data-dir={}", profile.display()))
            .stderr(Stdio::piped())
            .stdout(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("{program} does not start"))?;
        let stderr = browser.stderr.take().context("standard error is piped")?;
        let mut lines = BufReader::new(stderr).lines();
        let address = loop {
            let line = tokio::time::timeout(DEADLINE, lines.next_line()).await??;
            let line = line.context("the browser ended before it listened")?;
            if let Some(address) = line.strip_prefix("DevTools listening on ") {
                break address.to_owned();
            }
        };
        // Whatever it says later must find a reader.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        let (socket, _) = connect_async(address).await?;
        let mut page = Self {
            socket,
            session: String::new(),
            sent: 0,
            events: Vec::new(),
            _browser: browser,
        };
        let target = page
            .call("Target.createTarget", json!({ "url": "about:blank" }))
            .await?;
        let attach = json!({ "targetId": target["targetId"], "flatten": true });
        let attached = page.call("Target.attachToTarget", attach).await?;
        page.session = attached["sessionId"].as_str().context("a session")?.to_owned();
        for domain in ["Page", "Runtime", "Log", "Network"] {
            page.call(&format!("{domain}.enable"), json!({})).await?;
        }
        Ok(page)
    }

    /// Calls a method of the protocol; events that come meanwhile are kept.
    ///
    /// # Errors
    /// When the browser refuses, or is silent.
    pub async fn call(&mut self, method: &str, parameters: Value) -> Result<Value> {
        self.sent += 1;
        let mut message = json!({ "id": self.sent, "method": method, "params": parameters });
        if !self.session.is_empty() {
            message["sessionId"] = json!(self.session);
        }
        self.socket.send(Message::text(message.to_string())).await?;
        loop {
            let message = tokio::time::timeout(DEADLINE, self.next()).await??;
            if message["id"] == self.sent {
                match message.get("error") {
                    Some(error) => bail!("{method}: {error}"),
                    None => return Ok(message["result"].clone()),
                }
            }
        }
    }

    async fn next(&mut self) -> Result<Value> {
        loop {
            let message = self.socket.next().await.context("the browser hung up")??;
            let Message::Text(text) = message else { continue };
            let message: Value = serde_json::from_str(&text)?;
            if let Some(method) = message["method"].as_str() {
                self.events.push((method.to_owned(), message["params"].clone()));
            }
            return Ok(message);
        }
    }

    /// Loads an address, and waits until the page has nothing more to say.
    ///
    /// # Errors
    /// When it does not load.
    pub async fn load(&mut self, address: &str) -> Result<()> {
        self.events.clear();
        self.call("Page.navigate", json!({ "url": address })).await?;
        while !self.events.iter().any(|(method, _)| method == "Page.loadEventFired") {
            tokio::time::timeout(DEADLINE, self.next()).await??;
        }
        while let Ok(message) = tokio::time::timeout(QUIET, self.next()).await {
            message?;
        }
        Ok(())
    }

    /// The addresses that the page asked for, in order.
    pub fn requests(&self) -> Vec<String> {
        let asked = self
            .events
            .iter()
            .filter(|(method, _)| method == "Network.requestWillBeSent");
        let address = |event: &Value| event["request"]["url"].as_str().unwrap_or_default().to_owned();
        asked.map(|(_, event)| address(event)).collect()
    }

    /// What the page, or the browser about it, said on the console.
    pub fn console(&self) -> Vec<String> {
        let said = ["Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded"];
        let said = self.events.iter().filter(|(method, _)| said.contains(&method.as_str()));
        said.map(|(_, event)| event.to_string()).collect()
    }

    /// The value of a JavaScript expression.
    ///
    /// # Errors
    /// When it throws.
    pub async fn value(&mut self, expression: &str) -> Result<Value> {
        let evaluate = json!({ "expression": expression, "returnByValue": true });
        let result = self.call("Runtime.evaluate", evaluate).await?;
        match result.get("exceptionDetails") {
            Some(thrown) => bail!("{expression}: {thrown}"),
            None => Ok(result["result"]["value"].clone()),
        }
    }

    /// Shows the page as wide as a screen of so many pixels.
    ///
    /// # Errors
    /// When the browser refuses.
    pub async fn resize(&mut self, width: u32) -> Result<()> {
        let screen = json!({ "width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600 });
        self.call("Emulation.setDeviceMetricsOverride", screen).await.map(drop)
    }
}
