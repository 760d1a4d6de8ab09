//! Machines and steps that tests of more than one tier start from, by the command that they are about.

pub(crate) mod agent_end;
pub(crate) mod agent_register;
pub(crate) mod agent_watch;
pub(crate) mod ci;
pub(crate) mod doctor;
pub(crate) mod interrupts;
pub(crate) mod key_rotate;
pub(crate) mod monitor;
pub(crate) mod setup_failures;
pub(crate) mod stateless;
pub(crate) mod tenant_usage;
pub(crate) mod token_flight;
pub(crate) mod token_handover;
pub(crate) mod tokens;
