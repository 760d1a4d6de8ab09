//! One HTTP exchange by hand, so that what the server holds is seen without the client under test.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use serde_json::Value;

/// The bytes of an answer.
pub(crate) fn exchange(origin: &str, request: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(origin.trim_start_matches("http://")).unwrap();
    stream.write_all(request).unwrap();
    let mut answer = Vec::new();
    // A server that closes abruptly has said what it wanted to say.
    let _ = stream.read_to_end(&mut answer);
    answer
}

/// Status and JSON of an answer; `null` where there is none.
#[track_caller]
pub(crate) fn ask(origin: &str, method: &str, path: &str, token: Option<&str>, body: &Value) -> (u16, Value) {
    let token = token.map_or_else(String::new, |token| format!("authorization: Bearer {token}\r\n"));
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let request = format!(
        "{method} {path} HTTP/1.1\r\nhost: sandbox\r\nconnection: close\r\n{token}content-type: application/json\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    );
    let answer = exchange(origin, request.as_bytes());
    let (status, body) = parts(&answer);
    (status, serde_json::from_slice(&body).unwrap_or(Value::Null))
}

/// Status and body of an answer.
#[track_caller]
pub(crate) fn parts(answer: &[u8]) -> (u16, Vec<u8>) {
    let text = String::from_utf8_lossy(answer);
    let status = text.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_else(|| panic!("{text}"));
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
    (status, answer[end + 4..].to_vec())
}
