//! What a server sends: records, time stamps, tokens and words; none makes the client panic, and no word of it
//! leaves with something that a terminal would obey.

#![no_main]

use artcafe::api::token::Claims;
use artcafe::api::wire::{AgentRecord, KeyRecord, timestamp};
use artcafe::id::{AgentId, ServerText};
use artcafe::keys::PublicKey;
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

fuzz_target!(|data: &[u8]| {
    if let Ok(text) = std::str::from_utf8(data) {
        let _ = Claims::read(text);
        // A token of three parts whose claims are these bytes.
        let shown = ServerText::new(text).to_string();
        assert!(!shown.chars().any(char::is_control), "{shown:?}");
        let _ = text.parse::<AgentId>();
        let _ = text.parse::<artcafe::secret::source::Source>();
        let _ = text.parse::<artcafe::config::Endpoint>();
    }
    let Ok(body) = serde_json::from_slice::<Value>(data) else { return };
    look(&body, 0);
});

/// The value and whatever is in it, as each kind of record.
fn look(value: &Value, depth: usize) {
    let _ = timestamp(Some(value));
    if let Some(record) = KeyRecord::read(value) {
        assert!(!(record.revoked && record.is_usable()));
        if let Ok(public) = PublicKey::parse_line(&record.public_key) {
            assert!(public.is_line(&record.public_key));
        }
        assert!(serde_json::to_string(&record).is_ok());
    }
    if let Some(record) = AgentRecord::read(value) {
        assert!(serde_json::to_string(&record).is_ok());
    }
    if depth > 8 {
        return;
    }
    match value {
        Value::Array(entries) => entries.iter().for_each(|entry| look(entry, depth + 1)),
        Value::Object(members) => members.values().for_each(|member| look(member, depth + 1)),
        _ => {}
    }
}
