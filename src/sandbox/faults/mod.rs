//! Faults on demand: which requests misbehave, how, and how often.
//! Decides and counts; the service carries the decision out. A fault never touches a request that its route and
//! count do not name.

mod spec;

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

pub use spec::FAULT_HELP;

/// One `--fault`: a route, what goes wrong there, and for which of the matching requests.
#[derive(Debug)]
pub struct Fault {
    route: Route,
    kind: Kind,
    first: u64,
    count: Option<u64>,
    seen: AtomicU64,
}

/// The requests that a fault is for.
#[derive(Debug, PartialEq, Eq)]
struct Route {
    method: Option<String>,
    /// Path segments below `/api/v1`, `*` for any one; `None` for every path.
    path: Option<Vec<String>>,
}

/// What goes wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    /// Answers later.
    Delay(Duration),
    /// Answers with an error status and does nothing.
    Status { status: u16, retry_after: Option<RetryAfter> },
    /// Closes the connection without an answer and does nothing.
    CloseBefore,
    /// Does the work, then closes the connection without an answer.
    CloseAfter,
    /// Does the work, then answers this error status.
    After(u16),
    /// Answers 504 at once and does the work after a while.
    Late(Duration),
    /// Announces the whole body and closes after so many bytes of it; `None` is half.
    Cut(Option<usize>),
    /// Shifts the server's clock by so many milliseconds.
    Skew(i64),
    /// Lists show what they showed a while ago.
    Stale(Age),
}

/// The two forms of the `Retry-After` header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RetryAfter {
    Seconds(u64),
    /// An HTTP date so many seconds ahead.
    Date(u64),
}

/// How old a stale list is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Age {
    Time(Duration),
    Requests(u64),
}

/// Everything that is to go wrong with one request.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Plan {
    pub(super) delay: Duration,
    pub(super) skew_milliseconds: i64,
    pub(super) stale: Option<Age>,
    /// The first fault that settles the answer: a status, a closed connection, a late or a cut answer.
    pub(super) ending: Option<Kind>,
}

impl Clone for Fault {
    /// The copy starts counting anew.
    fn clone(&self) -> Self {
        let route = Route { method: self.route.method.clone(), path: self.route.path.clone() };
        Self { route, kind: self.kind.clone(), first: self.first, count: self.count, seen: AtomicU64::new(0) }
    }
}

impl Fault {
    /// Counts the request if it matches, and says whether the fault is due.
    fn is_due(&self, method: &str, segments: &[&str]) -> bool {
        if !self.route.matches(method, segments) {
            return false;
        }
        let number = self.seen.fetch_add(1, Ordering::Relaxed).saturating_add(1);
        number >= self.first && self.count.is_none_or(|count| number - self.first < count)
    }

    /// Says whether lists must be remembered for this fault.
    pub(super) fn is_stale(&self) -> bool {
        matches!(self.kind, Kind::Stale(_))
    }
}

impl Route {
    fn matches(&self, method: &str, segments: &[&str]) -> bool {
        self.method.as_deref().is_none_or(|wanted| wanted == method)
            && self.path.as_deref().is_none_or(|wanted| {
                wanted.len() == segments.len()
                    && wanted.iter().zip(segments).all(|(wanted, segment)| wanted == "*" || wanted == segment)
            })
    }
}

/// Asks every fault about one request. `path` is the request's path as sent.
pub(super) fn plan(faults: &[Fault], method: &str, path: &str) -> Plan {
    let mut plan = Plan::default();
    let segments = below_prefix(path);
    for fault in faults.iter().filter(|fault| fault.is_due(method, &segments)) {
        match &fault.kind {
            Kind::Delay(delay) => plan.delay = plan.delay.saturating_add(*delay),
            Kind::Skew(milliseconds) => plan.skew_milliseconds = plan.skew_milliseconds.saturating_add(*milliseconds),
            Kind::Stale(age) => plan.stale = Some(*age),
            ending => {
                plan.ending.get_or_insert_with(|| ending.clone());
            }
        }
    }
    plan
}

/// The segments of a path below `/api/v1`; a path outside it is taken whole.
fn below_prefix(path: &str) -> Vec<&str> {
    let path = path.strip_prefix("/api/v1").filter(|rest| rest.is_empty() || rest.starts_with('/')).unwrap_or(path);
    path.split('/').filter(|segment| !segment.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(specs: &[&str]) -> Vec<Fault> {
        specs.iter().map(|spec| spec.parse().unwrap()).collect()
    }

    #[test]
    fn counts_only_what_matches() {
        let faults = faults(&["POST /ssh-keys=500@2x2"]);
        let due = |method, path| plan(&faults, method, path).ending.is_some();
        assert!(!due("POST", "/api/v1/ssh-keys"));
        assert!(!due("GET", "/api/v1/ssh-keys"));
        assert!(!due("POST", "/api/v1/ssh-keys/1/revoke"));
        assert!(due("POST", "/api/v1/ssh-keys"));
        assert!(due("POST", "/api/v1/ssh-keys"));
        assert!(!due("POST", "/api/v1/ssh-keys"));
    }

    #[test]
    fn a_copy_counts_anew() {
        let used = faults(&["*=500x1"]);
        assert!(plan(&used, "GET", "/").ending.is_some());
        assert!(plan(&used, "GET", "/").ending.is_none());
        assert!(plan(&used.clone(), "GET", "/").ending.is_some());
    }

    #[test]
    fn routes_with_a_star_a_prefix_and_no_method() {
        let faults = faults(&["/api/v1/ssh-keys/*/revoke=409", "*=delay:1s", "*=delay:500ms", "*=skew:-1h", "*=502"]);
        let found = plan(&faults, "POST", "/api/v1/ssh-keys/01AB/revoke");
        assert_eq!(found.ending, Some(Kind::Status { status: 409, retry_after: None }));
        assert_eq!(found.delay, Duration::from_millis(1500));
        assert_eq!(found.skew_milliseconds, -3_600_000);
        let other = plan(&faults, "GET", "/health");
        assert_eq!(other.ending, Some(Kind::Status { status: 502, retry_after: None }));
    }
}
