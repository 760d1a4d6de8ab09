//! When a request is repeated, and after how long.
//!
//! Owns the rule that only what is safe to repeat is repeated: a request that certainly did not reach
//! the application (no connection, 429) always, anything else only where its route says so. Waits grow
//! with full jitter; the server's Retry-After is honoured up to a cap. 402 is never repeated.

use std::time::Duration;

use rand::RngExt as _;
use rand::rand_core::UnwrapErr;
use rand::rngs::SysRng;

use super::error::{ApiError, Unreachable};

/// Whether a second sending of the same request does no harm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Repeat {
    /// Reading, or making a challenge.
    Safe,
    /// Reading what some servers always fail to tell: a 500 is their answer, and another route is asked instead.
    SafeUnlessBroken,
    /// Creating, verifying, revoking: an answer that was lost must be settled by looking.
    OnlyIfUnsent,
}

const BASE: Duration = Duration::from_millis(200);
const CAP: Duration = Duration::from_secs(10);
/// A longer Retry-After is reported instead of waited for.
const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(30);

/// How long to wait before attempt number `attempt + 1`, or `None` to give up.
pub(super) fn wait_before_next(error: &ApiError, repeat: Repeat, attempt: u32, retries: u32) -> Option<Duration> {
    if attempt >= retries {
        return None;
    }
    let unsent = matches!(
        error,
        ApiError::NoAnswer { how: Unreachable::Connect | Unreachable::Proxy, .. }
            | ApiError::Status { status: 429, .. }
    );
    let may_go_again = match repeat {
        Repeat::Safe => error.is_temporary(),
        Repeat::SafeUnlessBroken => error.is_temporary() && error.status() != Some(500),
        Repeat::OnlyIfUnsent => false,
    };
    if !(unsent || may_go_again) {
        return None;
    }
    if let ApiError::Status { retry_after: Some(wait), .. } = error {
        return (*wait <= LONGEST_RETRY_AFTER).then_some(*wait);
    }
    let ceiling = BASE.saturating_mul(1 << attempt.min(10)).min(CAP);
    // Full jitter: many hosts started by one timer must not come back in step. Half at least, so
    // that a server that is starting up gets some time.
    let share = UnwrapErr(SysRng).random_range(0.5..=1.0);
    Some(ceiling.mul_f64(share))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::ServerText;

    fn status(status: u16, retry_after: Option<u64>) -> ApiError {
        let retry_after = retry_after.map(Duration::from_secs);
        ApiError::Status { route: "x", status, detail: ServerText::new(""), retry_after, limit: None }
    }

    #[test]
    fn a_plans_limit_is_never_asked_again_whatever_comes_with_it() {
        for repeat in [Repeat::Safe, Repeat::SafeUnlessBroken, Repeat::OnlyIfUnsent] {
            for retry_after in [None, Some(0), Some(1)] {
                assert_eq!(wait_before_next(&status(402, retry_after), repeat, 0, 10), None);
            }
        }
    }

    #[test]
    fn a_wait_that_the_server_asks_for_is_kept_to_and_capped() {
        for repeat in [Repeat::Safe, Repeat::OnlyIfUnsent] {
            for seconds in [0, 1, 30] {
                let wait = wait_before_next(&status(429, Some(seconds)), repeat, 0, 1);
                assert_eq!(wait, Some(Duration::from_secs(seconds)));
            }
            for seconds in [31, u64::MAX] {
                assert_eq!(wait_before_next(&status(429, Some(seconds)), repeat, 0, 1), None);
            }
            assert_eq!(wait_before_next(&status(429, Some(1)), repeat, 1, 1), None);
        }
        assert!(wait_before_next(&status(503, Some(1)), Repeat::Safe, 0, 1).is_some());
        assert_eq!(wait_before_next(&status(503, Some(1)), Repeat::OnlyIfUnsent, 0, 1), None);
        assert!(wait_before_next(&status(503, Some(1)), Repeat::SafeUnlessBroken, 0, 1).is_some());
        assert!(wait_before_next(&status(500, None), Repeat::Safe, 0, 1).is_some());
        assert_eq!(wait_before_next(&status(500, None), Repeat::SafeUnlessBroken, 0, 1), None);
        // Without its word the wait grows, and not for ever.
        for attempt in 0..40 {
            let wait = wait_before_next(&status(429, None), Repeat::Safe, attempt, 50).unwrap();
            assert!(wait >= BASE / 2 && wait <= CAP, "{attempt}: {wait:?}");
        }
    }
}
