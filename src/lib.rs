//! `artcafe`: an identity for every agent on ArtCafe.ai that never gets lost.
//!
//! # The map
//!
//! | module | what it is | start reading at |
//! | --- | --- | --- |
//! | [`cli`] | the command line: flags in, one operation, its report out | `cli/mod.rs`, then `cli/setup.rs` |
//! | [`ops`] | what the commands do, without a terminal | `ops/setup/mod.rs`, `ops/prove/mod.rs` |
//! | [`api`] | the platform's REST protocol, seen from the client | `api/auth.rs` |
//! | [`keys`] | key pairs: generate, read, write, fingerprint, sign | `keys/private.rs` |
//! | [`config`] | the configuration file, its layers and edits | `config/settings.rs` |
//! | [`durable`] | files that survive a crash, and locks | `durable.rs` |
//! | [`secret`] | values that must not be seen, and where they come from | `secret/source.rs` |
//! | [`id`] | identifiers, and text that a server sent | `id.rs` |
//! | [`interrupt`] | SIGINT and SIGTERM, looked at between steps | `interrupt.rs` |
//! | [`checkpoint`] | points at which a test can make a debug build fail | `checkpoint.rs` |
//! | [`schema`] | pieces of JSON Schema that reports share | `schema.rs` |
//! | [`mod@env`] | arguments, variables, streams, clock | `env.rs` |
//! | [`hardening`] | no core file, and no stranger in this process's memory | `hardening.rs` |
//! | [`sandbox`] | the embedded stand-in for the platform | `sandbox/mod.rs` |
//!
//! Imports go one way: `cli → ops → {api, keys, config} → {durable, secret, id, env}`; the sandbox
//! imports nothing of the rest, so that client and server cannot share a mistake. A test holds this.
//!
//! # The files on disk
//!
//! | file | mode | written by | holds |
//! | --- | --- | --- | --- |
//! | `$ARTCAFE_HOME/config.yaml` | 0600 | `setup`, `config init`, `config set`, `key register` | the identity: ids, key path, endpoint |
//! | `$ARTCAFE_HOME/profiles/NAME.yaml` | 0600 | the same, with `--profile NAME` | another identity |
//! | `$ARTCAFE_HOME/config.yaml.TIME.bak` | 0600 | `setup` | the configuration before a change of identity |
//! | `$ARTCAFE_HOME/credentials.json` | 0600 | `auth login` | administrators' tokens |
//! | `$ARTCAFE_HOME/audit.jsonl` | 0600 | every command that changes something | the history, one chained line a change; no secret |
//! | `$ARTCAFE_HOME/audit.head` | 0600 | the same | the history's count and last hash |
//! | `$ARTCAFE_HOME/audit.lock` | 0600 | the same | the holder's pid and start; never removed |
//! | `$ARTCAFE_HOME/state/registrations.json` | 0600 | `setup`, `key register` | what was registered where, and what `setup` made; no secret |
//! | `$ARTCAFE_HOME/state/tokens/` | 0600 | `auth token`, `exec` | the agent's tokens, until shortly before they end |
//! | `$ARTCAFE_HOME/state/run/` | 0600 | `exec --token-file` | the token of a command that runs |
//! | `$ARTCAFE_HOME/state/deleted-agents.json` | 0600 | `agent delete` | which agents were deleted from here; no secret |
//! | `$ARTCAFE_HOME/state/failures.json` | 0600 | `key rotate`, `monitor` | which rotations and proofs failed; no secret |
//! | `$ARTCAFE_HOME/{storage,cache,agent-state,keys}/` | 0700 | `path --create` | a directory for each tenant and agent |
//! | `$ARTCAFE_HOME/lock` | 0600 | every command that writes | the holder's pid and start; never removed |
//! | `$ARTCAFE_KEY_DIR/artcafe_agent` | 0600 | `setup`, `key generate`, `key convert` | the private key |
//! | `$ARTCAFE_KEY_DIR/artcafe_agent.pub` | 0644 | `setup`, `key generate` | its public line; never read as the truth |
//! | `PATH` of `--save-generated-key` | 0600 | `agent register` | a private key that the platform made |
//! | `….TIME.bak`, `….TIME.bak.pub` | 0600, 0644 | `key generate --overwrite` | the pair that was there before |
//! | `~/.config/systemd/user/artcafe-rotate.*` | 0644 | `service install` | the timer that replaces the key |
//! | `DIR/sandbox.db` | 0600 | `sandbox … --data DIR` | the stand-in's data |
//!
//! `$ARTCAFE_HOME` is `~/.artcafe` and `$ARTCAFE_KEY_DIR` is `~/.ssh` unless set. New directories have
//! mode 0700. Each file is replaced whole: temporary file, fsync, rename, fsync of the directory;
//! the history alone is appended to.
//!
//! # What always holds
//!
//! - A private key is durable on disk before its public half leaves the machine.
//! - An existing key file is never overwritten.
//! - No secret reaches an argument, a log, an error or a file other than its own.
//! - A request is repeated only where a repeat is safe; a lost answer is settled by looking.

pub mod api;
pub mod checkpoint;
#[allow(
    rustdoc::bare_urls,
    rustdoc::broken_intra_doc_links,
    rustdoc::invalid_html_tags,
    reason = "doc comments on arguments are help texts for the terminal, where a bracket is a bracket"
)]
pub mod cli;
pub mod config;
pub mod durable;
pub mod env;
pub mod hardening;
pub mod id;
pub mod interrupt;
pub mod keys;
pub mod ops;
pub mod sandbox;
pub mod schema;
pub mod secret;
