//! A raw TCP server for answers that the platform never gives, alone or in front of a real sandbox.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use serde_json::Value;

use super::Server;
use super::http;

/// A request as it came in.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    /// Method and path, such as `GET /health`.
    pub(crate) line: String,
    /// The header lines.
    pub(crate) headers: Vec<String>,
    pub(crate) body: String,
}

impl Request {
    /// The same request at a real sandbox.
    pub(crate) fn forward(&self, server: &Server) -> Vec<u8> {
        let headers: String = self
            .headers
            .iter()
            .filter(|line| !line.to_ascii_lowercase().starts_with("connection:"))
            .map(|line| format!("{line}\r\n"))
            .collect();
        let text = format!("{} HTTP/1.1\r\n{headers}connection: close\r\n\r\n{}", self.line, self.body);
        http::exchange(server.url(), text.as_bytes())
    }

    /// The real sandbox's answer with its JSON changed.
    pub(crate) fn forward_changed(&self, server: &Server, change: impl FnOnce(&mut Value)) -> Vec<u8> {
        let (status, body) = http::parts(&self.forward(server));
        let mut body = serde_json::from_slice(&body).unwrap();
        change(&mut body);
        json(status, &body)
    }
}

/// An answer of JSON.
pub(crate) fn json(status: u16, body: &Value) -> Vec<u8> {
    raw(status, &["content-type: application/json"], body.to_string().as_bytes())
}

/// An answer.
pub(crate) fn raw(status: u16, headers: &[&str], body: &[u8]) -> Vec<u8> {
    let headers: String = headers.iter().map(|line| format!("{line}\r\n")).collect();
    let mut answer = format!(
        "HTTP/1.1 {status} Some Reason\r\n{headers}connection: close\r\ncontent-length: {}\r\n\r\n",
        body.len()
    )
    .into_bytes();
    answer.extend_from_slice(body);
    answer
}

/// A running fake; it ends with this value.
pub(crate) struct Fake {
    url: String,
    seen: Arc<Mutex<Vec<Request>>>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Fake {
    /// Answers every request with what `answer` makes of it; nothing closes the connection.
    pub(crate) fn start(answer: impl Fn(&Request) -> Vec<u8> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let seen = Arc::new(Mutex::new(Vec::new()));
        let stop = Arc::new(AtomicBool::new(false));
        let (heard, stopped) = (Arc::clone(&seen), Arc::clone(&stop));
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming() {
                if stopped.load(Ordering::SeqCst) {
                    return;
                }
                // A caller that went away is no trouble of ours.
                if let Ok(mut stream) = stream
                    && let Some(request) = read(&stream)
                {
                    heard.lock().unwrap().push(request.clone());
                    let _ = stream.write_all(&answer(&request));
                }
            }
        });
        Self { url, seen, stop, thread: Some(thread) }
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// The requests so far.
    pub(crate) fn seen(&self) -> Vec<Request> {
        self.seen.lock().unwrap().clone()
    }
}

impl Drop for Fake {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        // Wakes the thread up.
        let _ = TcpStream::connect(self.url.trim_start_matches("http://"));
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn read(stream: &TcpStream) -> Option<Request> {
    let mut reader = BufReader::new(stream);
    let mut first = String::new();
    reader.read_line(&mut first).ok()?;
    let line = first.trim_end().strip_suffix(" HTTP/1.1")?.to_owned();
    let mut headers = Vec::new();
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).ok()?;
        match header.trim_end() {
            "" => break,
            header => headers.push(header.to_owned()),
        }
    }
    let length = headers
        .iter()
        .find_map(|header| {
            header.to_ascii_lowercase().strip_prefix("content-length:").map(|text| text.trim().to_owned())
        })
        .map_or(0, |text| text.parse().unwrap());
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Request { line, headers, body: String::from_utf8(body).ok()? })
}
