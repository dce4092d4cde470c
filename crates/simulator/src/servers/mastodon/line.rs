//! A connection that can be told to break after some bytes more, in the middle of whatever is written. Why it breaks is not known here.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};

use axum::extract::connect_info::Connected;
use axum::serve::IncomingStream;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};

/// Accepts connections that can be broken.
pub(super) struct Listener(pub(super) TcpListener);

/// A connection, as its handler holds it.
#[derive(Clone)]
pub(super) struct Line(Arc<AtomicUsize>);

impl Line {
    /// After `bytes` bytes more nothing is written, and the connection ends.
    pub(super) fn cut_after(&self, bytes: usize) {
        self.0.store(bytes, Ordering::Release);
    }
}

/// A connection, as bytes go over it.
pub(super) struct Breakable {
    tcp: TcpStream,
    left: Line,
}

impl axum::serve::Listener for Listener {
    type Io = Breakable;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Breakable, SocketAddr) {
        let (tcp, address) = axum::serve::Listener::accept(&mut self.0).await;
        let left = Line(Arc::new(AtomicUsize::new(usize::MAX)));
        (Breakable { tcp, left }, address)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }
}

impl Connected<IncomingStream<'_, Listener>> for Line {
    fn connect_info(stream: IncomingStream<'_, Listener>) -> Self {
        stream.io().left.clone()
    }
}

impl AsyncRead for Breakable {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.tcp).poll_read(context, into)
    }
}

impl AsyncWrite for Breakable {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let left = self.left.0.load(Ordering::Acquire);
        if left == usize::MAX {
            return Pin::new(&mut self.tcp).poll_write(context, bytes);
        }
        if left == 0 {
            return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
        }
        let written = Pin::new(&mut self.tcp).poll_write(context, &bytes[..bytes.len().min(left)]);
        if let Poll::Ready(Ok(written)) = written {
            self.left.cut_after(left - written);
        }
        written
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.tcp).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.tcp).poll_shutdown(context)
    }
}
