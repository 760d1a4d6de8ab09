//! What a token says about itself.
//!
//! Owns the reading of a JWT's claims (section 5), unverified: only the server can verify them. Used
//! to know how long a token lives and whose it is, never as proof that it is good.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The claims that matter here; times in UTC.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Claims {
    /// Whom the token is about: a key id, an agent id or a user id.
    pub subject: Option<String>,
    /// The tenant that it is for.
    pub tenant_id: Option<String>,
    /// The agent that it is for.
    pub agent_id: Option<String>,
    /// The type of the key that it was issued for.
    pub key_type: Option<String>,
    /// When it was issued.
    #[schemars(with = "Option<crate::schema::Rfc3339>")]
    pub issued_at: Option<Timestamp>,
    /// When it ends.
    #[schemars(with = "Option<crate::schema::Rfc3339>")]
    pub expires_at: Option<Timestamp>,
}

impl Claims {
    /// Reads the claims of a token; `None` where it is no JWT.
    pub fn read(token: &str) -> Option<Self> {
        let mut parts = token.split('.');
        let (_header, payload, _signature) = (parts.next()?, parts.next()?, parts.next()?);
        let payload = URL_SAFE_NO_PAD.decode(payload.trim_end_matches('=')).ok()?;
        let claims: Value = serde_json::from_slice(&payload).ok()?;
        let text = |names: &[&str]| {
            names
                .iter()
                .find_map(|name| claims.get(*name).and_then(Value::as_str))
                .filter(|text| !text.is_empty())
                .map(str::to_owned)
        };
        Some(Self {
            subject: text(&["sub"]),
            tenant_id: text(&["tenant_id", "custom:tenant_id", "org_id", "organization_id"]),
            agent_id: text(&["agent_id"]),
            key_type: text(&["key_type", "type", "role"]),
            issued_at: time(claims.get("iat")),
            expires_at: time(claims.get("exp")),
        })
    }
}

/// A NumericDate, whole or fractional: the platform's own `iat` has a fraction.
fn time(value: Option<&Value>) -> Option<Timestamp> {
    let seconds = value?.as_f64()?;
    Timestamp::from_millisecond((seconds * 1000.0) as i64).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn claims_are_read_and_fractions_accepted() {
        let payload = URL_SAFE_NO_PAD
            .encode(br#"{"sub":"k","tenant_id":"t","agent_id":null,"iat":1700000000.25,"exp":1700003600}"#);
        let claims = Claims::read(&format!("e30.{payload}.x")).unwrap();
        assert_eq!(claims.subject.as_deref(), Some("k"));
        assert_eq!(claims.agent_id, None);
        assert_eq!(claims.issued_at.unwrap().as_millisecond(), 1_700_000_000_250);
        assert_eq!(claims.expires_at.unwrap().as_second(), 1_700_003_600);
        assert!(Claims::read("garbage").is_none() && Claims::read("a.b.c").is_none());
    }
}
