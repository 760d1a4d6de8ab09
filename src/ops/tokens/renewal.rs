//! When a token that is in use has to be replaced by another.
//!
//! Owns the moment: before less life is left than was asked for, each process a little earlier by its own draw, so
//! that many do not come at once. Measured by the time since the machine was started, which goes on while it
//! sleeps and which nobody can set.

use std::time::Duration;

use jiff::SignedDuration;
use rand::RngExt as _;
use rand::rand_core::UnwrapErr;
use rand::rngs::SysRng;

use super::{Token, TokenOptions, since_start};

/// The largest share of the spare life that is given away for not coming all at once.
const EARLY: f64 = 0.1;
/// No server is asked more often, however short its tokens live.
const SHORTEST: Duration = Duration::from_secs(1);
/// A machine that slept is noticed after this time.
const LOOK: Duration = Duration::from_secs(30);

/// How long the token can stay in use; nothing where it does not say when it ends.
pub fn renew_after(token: &Token, options: TokenOptions) -> Option<Duration> {
    let left = token.left?;
    let spare = left - options.min_ttl;
    // One that never lived as long as was asked for is replaced half way through.
    let spare = if spare.is_positive() { spare } else { left / 2 };
    let spare = Duration::try_from(spare.max(SignedDuration::ZERO)).ok()?;
    Some(spare.mul_f64(1.0 - UnwrapErr(SysRng).random_range(0.0..EARLY)).max(SHORTEST))
}

/// Waits so long, a machine's sleep included.
pub async fn wait(time: Duration) {
    let Some((start, begun)) = since_start() else { return tokio::time::sleep(time).await };
    loop {
        let gone = match since_start() {
            Some((same, now)) if same == start => Duration::from_millis(now.saturating_sub(begun)),
            // The system has ceased to tell: better once too often.
            _ => time,
        };
        match time.checked_sub(gone).filter(|rest| !rest.is_zero()) {
            None => return,
            Some(rest) => tokio::time::sleep(rest.min(LOOK)).await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::Secret;

    fn after(left: Option<i64>, min_ttl: i64) -> Option<Duration> {
        let token = Token {
            token: Secret::new("t".to_owned()),
            expires_at: None,
            left: left.map(SignedDuration::from_secs),
            is_short: false,
        };
        renew_after(&token, TokenOptions { min_ttl: SignedDuration::from_secs(min_ttl), fresh: false })
    }

    #[test]
    fn a_token_is_replaced_while_it_has_the_life_that_was_asked_for() {
        for _ in 0..100 {
            let time = after(Some(3600), 300).unwrap().as_secs();
            assert!((2969..=3300).contains(&time), "{time}");
            let short = after(Some(60), 300).unwrap().as_secs();
            assert!((26..=30).contains(&short), "{short}");
        }
        assert_eq!(after(Some(-5), 300), Some(SHORTEST));
        assert_eq!(after(None, 300), None);
    }
}
