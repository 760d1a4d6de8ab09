//! Key pairs: made, read, written, converted, fingerprinted, and used to sign.
//!
//! Owns everything that looks inside a key, and the two files of a pair. Private keys stay in wiped
//! memory and reach a file only through [`KeyFiles`]; no error, `Debug` or log text holds a part of
//! one. Nothing here talks to the network (an ssh-agent is this
//! machine's own), asks for a passphrase, or knows what the key is for. What
//! is read was checked: a [`PrivateKey`] signs, and its public half is computed from it.

mod armor;
mod consumers;
mod decode;
mod encode;
mod error;
mod generate;
mod pkcs8_file;
mod private;
mod public;
mod rsa;
mod signer;
mod sniff;
mod spec;
mod ssh_agent;
mod store;
mod strict;

pub use consumers::{Consumer, consumers};
pub use decode::{DecodedKey, Inspection, inspect};
pub use error::KeyError;
pub use private::PrivateKey;
pub use public::PublicKey;
pub use signer::Signer;
pub use spec::{Algorithm, KeyFormat, KeySpec};
pub use ssh_agent::{AgentError, AgentKey};
pub use store::{KeyFiles, read_private};
pub use strict::{Looseness, LoosenessKind, check_directory, check_only_ours, check_strict_modes, quoted};
