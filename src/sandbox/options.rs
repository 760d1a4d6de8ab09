//! What a sandbox is started with: dialect, tenants, and the address rule.
//! Reads specifications; opens nothing. Every address that passes here is loopback.

use super::error::SandboxError;
use super::faults::Fault;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::str::FromStr;

/// Which of the platform's two faces the sandbox shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Dialect {
    /// As the platform's documents say, and strict.
    #[default]
    Documented,
    /// As the platform's public server behaves, weaknesses included.
    AsBuilt,
}

impl Dialect {
    /// The two dialects, in the order in which help texts name them.
    pub const ALL: [Self; 2] = [Self::Documented, Self::AsBuilt];

    /// The name on the command line and in `--json`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Documented => "documented",
            Self::AsBuilt => "as-built",
        }
    }
}

impl fmt::Display for Dialect {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

impl FromStr for Dialect {
    type Err = SandboxError;

    fn from_str(name: &str) -> Result<Self, SandboxError> {
        Self::ALL
            .into_iter()
            .find(|dialect| dialect.name() == name)
            .ok_or_else(|| SandboxError::Dialect { name: name.to_owned() })
    }
}

/// The plan ids that the platform knows (section 2.6).
pub const PLANS: [&str; 7] = ["free", "starter", "basic", "growth", "pro", "scale", "enterprise"];

/// One tenant of the sandbox.
///
/// As text: `NAME[:PLAN[:STATUS]]`, or `ID=NAME[:PLAN[:STATUS]]` with an id of one's own. The plan is one of
/// [`PLANS`] (default `basic`: 10 agents, 20 keys); the status is `active` (default); `trial`, `expired` or `unpaid`
/// for the state of the subscription; or any other word, which the server reports as `Tenant is not active`. Without
/// an id, one is derived from the name, so that it stays the same
/// from run to run.
///
/// ```
/// # use artcafe::sandbox::TenantSpec;
/// let tenant: TenantSpec = "Initech:free:suspended".parse()?;
/// assert_eq!((tenant.plan.as_str(), tenant.status.as_str()), ("free", "suspended"));
/// # Ok::<(), artcafe::sandbox::SandboxError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TenantSpec {
    /// The tenant's id: a UUID unless given.
    pub id: String,
    /// The tenant's name.
    pub name: String,
    /// The plan, which sets the limits.
    pub plan: String,
    /// `active`, or what the server says instead.
    pub status: String,
}

impl TenantSpec {
    /// The two tenants that a sandbox starts with, so that isolation can be tried.
    pub fn built_in() -> Vec<Self> {
        [("11111111-aaaa-4aaa-8aaa-111111111111", "Acme"), ("22222222-bbbb-4bbb-8bbb-222222222222", "Globex")]
            .into_iter()
            .map(|(id, name)| Self {
                id: id.to_owned(),
                name: name.to_owned(),
                plan: "basic".to_owned(),
                status: "active".to_owned(),
            })
            .collect()
    }
}

impl TenantSpec {
    /// The tenant's status and the state of its subscription.
    pub(super) fn states(&self) -> (&str, &str) {
        match self.status.as_str() {
            "active" => ("active", "active"),
            "trial" | "expired" => ("active", &self.status),
            "unpaid" => ("active", "inactive"),
            other => (other, "active"),
        }
    }
}

impl FromStr for TenantSpec {
    type Err = SandboxError;

    fn from_str(spec: &str) -> Result<Self, SandboxError> {
        let refuse = |reason: &str| SandboxError::TenantSpec { spec: spec.to_owned(), reason: reason.to_owned() };
        let (id, rest) = match spec.split_once('=') {
            Some((id, rest)) => (Some(id), rest),
            None => (None, spec),
        };
        let mut parts = rest.split(':');
        let name = parts.next().unwrap_or_default().trim();
        let plan = parts.next().unwrap_or("basic");
        let status = parts.next().unwrap_or("active");
        if parts.next().is_some() {
            return Err(refuse("too many parts, expected [ID=]NAME[:PLAN[:STATUS]]"));
        }
        if name.is_empty() {
            return Err(refuse("the name is empty"));
        }
        if !PLANS.contains(&plan) {
            return Err(refuse(&format!("unknown plan, expected one of {}", PLANS.join(", "))));
        }
        if status.is_empty() || !status.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_') {
            return Err(refuse("the status must be a lower-case word, such as active or suspended"));
        }
        if id.is_some_and(|id| !usable_id(id)) {
            return Err(refuse("the id must be 1 to 128 of A-Z a-z 0-9 . _ - and neither . nor .."));
        }
        let id = id.map_or_else(|| uuid_from(name), str::to_owned);
        Ok(Self { id, name: name.to_owned(), plan: plan.to_owned(), status: status.to_owned() })
    }
}

/// Says whether an id can stand in a path unescaped.
pub(super) fn usable_id(id: &str) -> bool {
    (1..=128).contains(&id.len())
        && !matches!(id, "." | "..")
        && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'))
}

/// Derives a well-formed UUID from a name, the same one every time.
fn uuid_from(name: &str) -> String {
    use sha2::{Digest, Sha256};
    let hash = Sha256::digest(name.as_bytes());
    let mut hex = String::with_capacity(32);
    for byte in hash.iter().take(16) {
        hex.push_str(&format!("{byte:02x}"));
    }
    format!("{}-{}-4{}-8{}-{}", &hex[..8], &hex[8..12], &hex[13..16], &hex[17..20], &hex[20..32])
}

/// What a sandbox is opened with.
#[derive(Debug, Default)]
pub struct Options {
    /// The face that it shows.
    pub dialect: Dialect,
    /// The directory of `sandbox.db`; without one, everything is in memory.
    pub data: Option<PathBuf>,
    /// The faults to show, in order.
    pub faults: Vec<Fault>,
    /// The tenants; empty means the two built-in ones.
    pub tenants: Vec<TenantSpec>,
    /// More agents, made in every tenant beside `prod-data-processor-01`.
    pub agents: Vec<String>,
    /// A file that gets one JSON line per request.
    pub log: Option<PathBuf>,
    /// Hears of every request that was worked on, for those who embed the sandbox.
    pub tap: Option<Tap>,
}

/// What a tap calls, with a request's body and its answer's.
type Hear = dyn Fn(&[u8], &[u8]) + Send + Sync;

/// Hears of a request's body and of its answer's, secrets included.
#[derive(Clone)]
pub struct Tap(std::sync::Arc<Hear>);

impl Tap {
    /// Calls this with both bodies.
    pub fn new(hear: impl Fn(&[u8], &[u8]) + Send + Sync + 'static) -> Self {
        Self(std::sync::Arc::new(hear))
    }

    pub(super) fn hear(&self, request: &[u8], answer: &[u8]) {
        (self.0)(request, answer);
    }
}

impl std::fmt::Debug for Tap {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Tap")
    }
}

/// Reads an address to listen on and refuses everything but loopback.
pub fn loopback_only(address: &str) -> Result<SocketAddr, SandboxError> {
    let unreadable = || SandboxError::Address { address: address.to_owned() };
    let parsed = match address.strip_prefix("localhost:") {
        // The name is not looked up: a resolver may send it anywhere.
        Some(port) => {
            SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port.parse::<u16>().map_err(|_error| unreadable())?)
        }
        None => match address.parse::<SocketAddr>() {
            Ok(parsed) => parsed,
            // A host name or a bare IP with a port is understood, and refused for what it is.
            Err(_) => {
                let named = address
                    .rsplit_once(':')
                    .is_some_and(|(host, port)| !host.is_empty() && !host.contains(':') && port.parse::<u16>().is_ok());
                return Err(if named {
                    SandboxError::NotLoopback { address: address.to_owned() }
                } else {
                    unreadable()
                });
            }
        },
    };
    if parsed.ip().is_loopback() { Ok(parsed) } else { Err(SandboxError::NotLoopback { address: address.to_owned() }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_loopback_addresses_pass() {
        for good in ["127.0.0.1:0", "127.3.2.1:80", "[::1]:0", "localhost:8000"] {
            assert!(loopback_only(good).is_ok(), "{good}");
        }
        for foreign in ["0.0.0.0:0", "10.0.0.1:1", "[::]:0", "[2001:db8::1]:80", "example.org:80", "localhost.evil:1"] {
            assert!(matches!(loopback_only(foreign), Err(SandboxError::NotLoopback { .. })), "{foreign}");
        }
        for bad in ["", "127.0.0.1", "localhost", "localhost:", "localhost:70000", ":80"] {
            assert!(matches!(loopback_only(bad), Err(SandboxError::Address { .. })), "{bad}");
        }
    }

    #[test]
    fn tenant_specifications() {
        let plain: TenantSpec = "Initech".parse().unwrap();
        assert_eq!((plain.plan.as_str(), plain.status.as_str()), ("basic", "active"));
        assert_eq!(plain.id, "Initech:free".parse::<TenantSpec>().unwrap().id);
        assert_ne!(plain.id, "Other".parse::<TenantSpec>().unwrap().id);
        assert_eq!(plain.id.len(), 36);
        assert_eq!(plain.id.as_bytes()[14], b'4');
        let full: TenantSpec = "t-1=Initech:pro:suspended".parse().unwrap();
        assert_eq!(
            (full.id.as_str(), full.name.as_str(), full.plan.as_str(), full.status.as_str()),
            ("t-1", "Initech", "pro", "suspended")
        );
        for bad in ["", ":free", "A:gold", "A:free:", "A:free:active:x", "a/b=A", "..=A"] {
            assert!(bad.parse::<TenantSpec>().is_err(), "{bad}");
        }
    }

    #[test]
    fn dialects_round_trip() {
        for dialect in Dialect::ALL {
            assert_eq!(dialect.to_string().parse::<Dialect>().unwrap(), dialect);
        }
        assert!("asbuilt".parse::<Dialect>().is_err());
    }
}
