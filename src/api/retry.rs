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
    let unsent =
        matches!(error, ApiError::NoAnswer { how: Unreachable::Connect, .. } | ApiError::Status { status: 429, .. });
    if !(unsent || repeat == Repeat::Safe && error.is_temporary()) {
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
