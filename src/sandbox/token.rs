//! HS256 tokens: issued and checked as the platform does (section 5), with its words for what is wrong.
//! Knows claims and signatures; what a token may do is decided elsewhere.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac};
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use sha2::Sha256;

/// The life of an administrator's token that the sandbox hands out.
const ADMINISTRATOR_SECONDS: i64 = 30 * 24 * 3600;

/// The secret that signs the sandbox's tokens.
pub(super) struct Signer(zeroize::Zeroizing<Vec<u8>>);

impl std::fmt::Debug for Signer {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Signer(..)")
    }
}

/// A token's claims, after the check.
#[derive(Debug, Clone)]
pub(super) struct Claims(Map<String, Value>);

impl Claims {
    /// A claim that is a non-empty text.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).and_then(Value::as_str).filter(|text| !text.is_empty())
    }

    /// The tenant, under any of the names that the platform looks for.
    pub(super) fn tenant(&self) -> Option<&str> {
        ["tenant_id", "custom:tenant_id", "org_id", "organization_id"].into_iter().find_map(|name| self.text(name))
    }

    /// Says whether the token is an administrator's.
    pub(super) fn is_administrator(&self) -> bool {
        self.text("role") == Some("admin")
    }

    /// Says whether the token stands for a person: a user id and an e-mail address.
    pub(super) fn is_user(&self) -> bool {
        self.text("email").is_some() && self.text("user_id").is_some()
    }
}

impl Signer {
    pub(super) fn new(secret: Vec<u8>) -> Self {
        Self(zeroize::Zeroizing::new(secret))
    }

    fn mac(&self) -> Option<Hmac<Sha256>> {
        Hmac::<Sha256>::new_from_slice(&self.0).ok()
    }

    fn sign(&self, claims: &Value) -> Option<String> {
        let header = URL_SAFE_NO_PAD.encode(br#"{"alg":"HS256","typ":"JWT"}"#);
        let body = format!("{header}.{}", URL_SAFE_NO_PAD.encode(claims.to_string()));
        let mut mac = self.mac()?;
        mac.update(body.as_bytes());
        Some(format!("{body}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())))
    }

    /// A tenant administrator's token.
    pub(super) fn administrator(&self, tenant: &str, now: Timestamp) -> Option<String> {
        self.sign(&json!({
            "tenant_id": tenant,
            "role": "admin",
            "email": format!("admin@{tenant}.example"),
            "user_id": format!("admin-{tenant}"),
            "exp": now.as_second().saturating_add(ADMINISTRATOR_SECONDS),
        }))
    }

    /// The token of a proven key record.
    pub(super) fn key(
        &self,
        tenant: &str,
        key: &str,
        key_type: &str,
        agent: Option<&str>,
        now: Timestamp,
    ) -> Option<String> {
        // The platform's issue time keeps its fraction.
        let issued = json!(round_to_microseconds(now));
        self.sign(&json!({
            "sub": key,
            "tenant_id": tenant,
            "key_type": key_type,
            "agent_id": agent,
            "iat": issued,
            "exp": now.as_second().saturating_add(3600),
        }))
    }

    /// The token of a proven agent record.
    pub(super) fn agent(&self, tenant: &str, agent: &str, now: Timestamp) -> Option<String> {
        self.sign(&json!({
            "sub": agent,
            "tenant_id": tenant,
            "type": "agent",
            "agent_id": agent,
            "exp": now.as_second().saturating_add(1800),
        }))
    }

    /// Checks a token; the error is the platform's `detail`.
    pub(super) fn check(&self, token: &str, now: Timestamp) -> Result<Claims, String> {
        let refuse = |detail: &str| Err(detail.to_owned());
        let (Some((signed, signature)), true) = (token.rsplit_once('.'), token.matches('.').count() == 2) else {
            return refuse("Not enough segments");
        };
        let Some((header, payload)) = signed.split_once('.') else { return refuse("Not enough segments") };
        let Ok(header) = URL_SAFE_NO_PAD.decode(header) else { return refuse("Invalid header padding") };
        let Ok(Value::Object(header)) = serde_json::from_slice(&header) else {
            return refuse("Invalid header string: must be a json object");
        };
        match header.get("alg").and_then(Value::as_str) {
            Some("HS256") => {}
            // Only the platform's user pool signs so, and the sandbox has none.
            Some("RS256") => return refuse("Public key not found in JWKS"),
            other => return Err(format!("Unsupported algorithm: {}", other.unwrap_or("None"))),
        }
        let Ok(signature) = URL_SAFE_NO_PAD.decode(signature) else { return refuse("Invalid crypto padding") };
        let Some(mut mac) = self.mac() else { return refuse("Signature verification failed") };
        mac.update(signed.as_bytes());
        // `verify_slice` compares in constant time.
        if mac.verify_slice(&signature).is_err() {
            return refuse("Signature verification failed");
        }
        let claims = URL_SAFE_NO_PAD.decode(payload).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
        let Some(Value::Object(claims)) = claims else {
            return refuse("Invalid payload string: must be a json object");
        };
        if let Some(issued) = claims.get("iat") {
            match issued.as_f64() {
                // The platform takes the whole seconds, and no leeway.
                Some(issued) if issued.floor() > round_to_microseconds(now) => {
                    return refuse("The token is not yet valid (iat)");
                }
                Some(_) => {}
                None => return refuse("Issued At claim (iat) must be an integer."),
            }
        }
        match claims.get("exp").map(Value::as_f64) {
            Some(Some(expiry)) if expiry <= round_to_microseconds(now) => refuse("Signature has expired"),
            Some(Some(_)) | None => Ok(Claims(claims)),
            Some(None) => refuse("Expiration Time claim (exp) must be an integer."),
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "microseconds since 1970 fit in 53 bits until the year 2255")]
fn round_to_microseconds(now: Timestamp) -> f64 {
    now.as_microsecond() as f64 / 1e6
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_microsecond(second * 1_000_000 + 250_000).unwrap()
    }

    #[test]
    fn issued_tokens_pass_until_they_expire() {
        let signer = Signer::new(vec![7; 32]);
        let token = signer.key("t", "k", "agent", Some("a"), at(1_000_000)).unwrap();
        let claims = signer.check(&token, at(1_003_599)).unwrap();
        assert_eq!((claims.tenant(), claims.text("sub"), claims.text("agent_id")), (Some("t"), Some("k"), Some("a")));
        assert_eq!(claims.0["iat"], json!(1_000_000.25));
        assert_eq!(claims.0["exp"], json!(1_003_600));
        assert!(!claims.is_user() && !claims.is_administrator());
        assert_eq!(signer.check(&token, at(1_003_600)).unwrap_err(), "Signature has expired");
        assert_eq!(signer.check(&token, at(999_000)).unwrap_err(), "The token is not yet valid (iat)");
        let token = signer.agent("t", "a", at(1_000_000)).unwrap();
        let claims = signer.check(&token, at(1_001_799)).unwrap();
        assert!(!claims.0.contains_key("iat"));
        assert_eq!(signer.check(&token, at(1_001_800)).unwrap_err(), "Signature has expired");
        let claims = signer.check(&signer.administrator("t", at(0)).unwrap(), at(1)).unwrap();
        assert!(claims.is_user() && claims.is_administrator());
    }

    #[test]
    fn forged_tokens_are_named_as_the_platform_names_them() {
        let signer = Signer::new(vec![7; 32]);
        let token = signer.agent("t", "a", at(0)).unwrap();
        let other = Signer::new(vec![8; 32]).agent("t", "a", at(0)).unwrap();
        let encode = |text: &str| URL_SAFE_NO_PAD.encode(text);
        let payload = token.split('.').nth(1).unwrap();
        for (bad, detail) in [
            ("garbage".to_owned(), "Not enough segments"),
            ("a.b".to_owned(), "Not enough segments"),
            ("a.b.c.d".to_owned(), "Not enough segments"),
            ("..".to_owned(), "Invalid header string: must be a json object"),
            (other, "Signature verification failed"),
            (format!("{}.{payload}.", encode(r#"{"alg":"none"}"#)), "Unsupported algorithm: none"),
            (format!("{}.{payload}.AA", encode(r#"{"alg":"HS512"}"#)), "Unsupported algorithm: HS512"),
            (format!("{}.{payload}.AA", encode(r#"{"alg":"HS256"}"#)), "Signature verification failed"),
        ] {
            assert_eq!(signer.check(&bad, at(1)).unwrap_err(), detail, "{bad}");
        }
    }
}
