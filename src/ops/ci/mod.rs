//! `ci`: a token for one job, by a key that lives for seconds and is kept nowhere.
//!
//! Owns the exchange: a key made in memory is registered under a name that tells whose it is, proved, and
//! revoked, its record deleted, before anything else happens with the token, which outlives the key (`platform-api.md` 5). What
//! always holds: nothing of the key is written anywhere; whatever fails or is asked to stop after the registration
//! was sent, the record is taken back, or it is said that this failed; `sweep` finds what a kill left, by name and
//! age, and touches nothing else.

mod exchange;
mod name;
mod sweep;

pub use exchange::{CiOptions, Exchanged, exchange};
pub use name::JobName;
pub use sweep::{SweepPlan, SweepReport, Swept, plan, sweep};
