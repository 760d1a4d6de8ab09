//! Topics and subjects: which an agent uses, and whether one stays inside its tenant.
//!
//! Owns the forms (slash topics of the guide and the framework, dotted subjects of NATS), the rules that a topic is held
//! to, and the standard list. Asks no server and connects to none. What always holds: a topic that is called inside a
//! tenant matches nothing of another one, since the tenant's token is compared whole and at its own place.

mod check;
mod finding;
mod form;
mod place;
mod standard;
#[cfg(test)]
mod tests;

pub use check::{CheckReport, CheckedTopic, check};
pub use finding::{Finding, Rule};
pub use form::Form;
pub use standard::{Direction, Family, FormChoice, ListReport, StandardTopic, list};
