//! Redis for the tests: the server named by `BACKTWEET_TEST_REDIS`, or private ones on free loopback ports where a server's binary is
//! on the PATH. They need no root, keep their data in a temporary folder, and end with the test.

use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use backtweet_store::RedisConfig;
use tempfile::TempDir;

use crate::support::DEADLINE;

/// A server that is this test's own.
pub struct Server {
    pub port: u16,
    pub bus: u16,
    binary: &'static str,
    folder: TempDir,
    options: Vec<String>,
    child: Option<Child>,
}

impl Server {
    /// Starts a server with `options`; `None`, said aloud, where there is none to start.
    pub fn start(options: &[&str]) -> Option<Self> {
        let Some(binary) = ["redis-server", "valkey-server"]
            .into_iter()
            .find(|name| is_there(name))
        else {
            eprintln!("skipped: no redis-server on the PATH; install one, or run ./scripts/test");
            return None;
        };
        let options = options.iter().map(|option| (*option).to_owned()).collect();
        let folder = tempfile::tempdir().unwrap();
        let mut server = Server {
            port: 0,
            bus: 0,
            binary,
            folder,
            options,
            child: None,
        };
        // A free port may be taken by somebody else before the server has it: then another.
        while server.child.is_none() {
            (server.port, server.bus) = (free_port(), free_port());
            server.run();
        }
        Some(server)
    }

    /// Runs the server, on the same port and data as before; waits until it answers.
    pub fn run(&mut self) {
        let port = self.port.to_string();
        let mut child = Command::new(self.binary)
            .args(["--bind", "127.0.0.1", "--save", "", "--dir"])
            .arg(self.folder.path())
            .args(["--port", &port])
            .args(
                self.options
                    .iter()
                    .map(|option| option.replace("BUS", &self.bus.to_string())),
            )
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let start = Instant::now();
        while child.try_wait().unwrap().is_none() {
            if self.answers() {
                self.child = Some(child);
                return;
            }
            assert!(start.elapsed() < DEADLINE, "the server on port {port} does not answer");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    fn answers(&self) -> bool {
        let client = redis::Client::open(self.url()).unwrap();
        match client
            .get_connection()
            .and_then(|mut connection| redis::cmd("PING").exec(&mut connection))
        {
            Ok(()) => true,
            // One that asks for a password is there as well.
            Err(error) => error.kind() == redis::ErrorKind::AuthenticationFailed || error.code() == Some("NOAUTH"),
        }
    }

    /// Kills the server without a chance to say goodbye.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    /// Sends the server a signal, by its name.
    pub fn signal(&self, name: &str) {
        let id = self.child.as_ref().unwrap().id().to_string();
        assert!(
            Command::new("kill")
                .args([format!("-{name}"), id])
                .status()
                .unwrap()
                .success()
        );
    }

    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    pub fn config(&self) -> RedisConfig {
        RedisConfig {
            prefix: prefix(),
            ..RedisConfig::single(self.url())
        }
    }

    /// Runs one command on the server, behind the adapter's back.
    pub fn tell<T: redis::FromRedisValue>(&self, words: &[&str]) -> T {
        tell(&self.url(), words)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

fn is_there(binary: &str) -> bool {
    Command::new(binary)
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok()
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn tell<T: redis::FromRedisValue>(url: &str, words: &[&str]) -> T {
    let mut connection = redis::Client::open(url).unwrap().get_connection().unwrap();
    let mut cmd = redis::cmd(words[0]);
    cmd.arg(&words[1..]);
    cmd.query(&mut connection).unwrap()
}

/// A key prefix that no other test uses.
pub fn prefix() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    format!("test-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed))
}

/// What a test may use: a private server, or the one of the environment, whose keys it takes away again.
pub struct Lease {
    pub config: RedisConfig,
    private: Option<Server>,
}

impl Lease {
    pub fn take() -> Option<Self> {
        match std::env::var("BACKTWEET_TEST_REDIS") {
            Ok(url) => {
                let config = RedisConfig {
                    prefix: prefix(),
                    ..RedisConfig::single(url)
                };
                Some(Self { config, private: None })
            }
            Err(_) => {
                let server = Server::start(&["--appendonly", "no"])?;
                Some(Self {
                    config: server.config(),
                    private: Some(server),
                })
            }
        }
    }

    /// All keys of this test.
    pub fn keys(&self) -> Vec<String> {
        tell(&self.config.urls[0], &["KEYS", &format!("{}:*", self.config.prefix)])
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if self.private.is_none() {
            for key in self.keys() {
                tell::<i64>(&self.config.urls[0], &["UNLINK", &key]);
            }
        }
    }
}
