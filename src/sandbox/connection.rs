//! Connections that can be broken on purpose: before the answer, or in the middle of its body.
//! Passes bytes through untouched otherwise.

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};

/// What is left of a connection's life.
#[derive(Debug, Default, Clone, Copy)]
enum Life {
    /// No end is in sight.
    #[default]
    Whole,
    /// Ends after the head of the next answer and so many bytes of its body; `ends_seen` counts how much of the
    /// empty line that ends the head has gone out.
    Head { ends_seen: usize, body: usize },
    /// Ends after so many bytes.
    Body(usize),
}

/// A handle by which a request's handler breaks its own connection.
#[derive(Debug, Default, Clone)]
pub(super) struct Breaker(Arc<Mutex<Life>>);

impl Breaker {
    /// Sends nothing any more.
    pub(super) fn break_now(&self) {
        self.set(Life::Body(0));
    }

    /// Sends the head of the answer and so many bytes of its body.
    pub(super) fn break_in_body(&self, bytes: usize) {
        self.set(Life::Head { ends_seen: 0, body: bytes });
    }

    fn set(&self, life: Life) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = life;
    }

    /// How much of these bytes may go out, and what is left of the life once it has.
    fn allow(&self, bytes: &[u8]) -> usize {
        const END: &[u8] = b"\r\n\r\n";
        match *self.0.lock().unwrap_or_else(PoisonError::into_inner) {
            Life::Whole => bytes.len(),
            Life::Body(left) => left.min(bytes.len()),
            Life::Head { mut ends_seen, body } => {
                for (index, byte) in bytes.iter().enumerate() {
                    ends_seen = match END.get(ends_seen) {
                        Some(wanted) if wanted == byte => ends_seen + 1,
                        _ => usize::from(*byte == b'\r'),
                    };
                    if ends_seen == END.len() {
                        return bytes.len().min(index.saturating_add(1).saturating_add(body));
                    }
                }
                bytes.len()
            }
        }
    }

    /// Books the bytes that have gone out.
    fn spend(&self, bytes: &[u8]) {
        const END: &[u8] = b"\r\n\r\n";
        let mut life = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for byte in bytes {
            *life = match *life {
                Life::Whole => return,
                Life::Body(left) => Life::Body(left.saturating_sub(1)),
                Life::Head { ends_seen, body } => {
                    let ends_seen = match END.get(ends_seen) {
                        Some(wanted) if wanted == byte => ends_seen + 1,
                        _ => usize::from(*byte == b'\r'),
                    };
                    if ends_seen == END.len() { Life::Body(body) } else { Life::Head { ends_seen, body } }
                }
            };
        }
    }
}

/// Accepts connections that can be broken.
pub(super) struct Door(pub(super) TcpListener);

impl Listener for Door {
    type Io = Line;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Line, SocketAddr) {
        let (stream, address) = Listener::accept(&mut self.0).await;
        (Line { stream, breaker: Breaker::default() }, address)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }
}

impl Connected<IncomingStream<'_, Door>> for Breaker {
    fn connect_info(stream: IncomingStream<'_, Door>) -> Self {
        stream.io().breaker.clone()
    }
}

/// One connection.
#[derive(Debug)]
pub(super) struct Line {
    stream: TcpStream,
    breaker: Breaker,
}

impl AsyncRead for Line {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Line {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let allowed = bytes.get(..self.breaker.allow(bytes)).unwrap_or_default();
        if allowed.is_empty() && !bytes.is_empty() {
            return Poll::Ready(Err(io::ErrorKind::ConnectionAborted.into()));
        }
        let written = std::task::ready!(Pin::new(&mut self.stream).poll_write(context, allowed))?;
        self.breaker.spend(allowed.get(..written).unwrap_or_default());
        Poll::Ready(Ok(written))
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
