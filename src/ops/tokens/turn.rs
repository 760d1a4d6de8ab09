//! Whose turn it is to ask the server.
//!
//! Owns the wait of those who find another process asking. Who waits takes what came, or the failure that came,
//! as soon as it is there, and its own turn only where neither did. The wait blocks no thread, so that signals and
//! a running command are attended to meanwhile.

use std::time::{Duration, Instant};

use jiff::Timestamp;
use rand::RngExt as _;
use rand::rand_core::UnwrapErr;
use rand::rngs::SysRng;

use super::failure::{Notes, Seen};
use super::{Entry, Owner, Token, TokenOptions, cannot_keep, folder, read};
use crate::durable::{self, DurableError, Lock};
use crate::interrupt;
use crate::ops::error::OpError;
use crate::ops::session::Session;

/// One process in the queue for one identity's token.
pub(super) struct Queue<'a> {
    session: &'a Session,
    owner: &'a Owner,
    options: TokenOptions,
    notes: &'a Notes<'a>,
    asked_at: Timestamp,
    seen: Seen,
}

/// How the wait ended.
pub(super) enum Turn {
    /// It is ours: nobody else asks while this is held.
    Ours(Lock),
    /// Another process's attempt answered.
    Told(Result<Token, OpError>),
    /// Nothing can be kept here, so nobody can share.
    Alone,
}

impl<'a> Queue<'a> {
    /// Joins; what comes from now on counts.
    pub(super) fn join(session: &'a Session, owner: &'a Owner, options: TokenOptions, notes: &'a Notes<'a>) -> Self {
        Self { session, owner, options, notes, asked_at: (session.now)(), seen: notes.look() }
    }

    /// Waits for the turn, or for what makes it needless.
    pub(super) async fn turn(&self) -> Result<Turn, OpError> {
        let settings = &self.session.settings;
        // As long as the one who asks may take: challenge, proof and confirmation, each with its repeats.
        let wait = settings.timeout.value * 3 * settings.retries.value.saturating_add(1);
        let deadline = Instant::now() + wait;
        let path = super::path(self.session, self.owner).with_extension("lock");
        loop {
            let lock = durable::create_private_dir(&folder(&settings.paths))
                .and_then(|()| Lock::acquire(&path, &self.session.stamp, Duration::ZERO));
            match lock {
                // Looked at once more: the one before may have been through between the last look and now.
                Ok(lock) => return Ok(self.told().map_or(Turn::Ours(lock), Turn::Told)),
                Err(DurableError::Locked { .. }) if Instant::now() < deadline => {}
                // Which must not stop a machine with a read-only home or a full disk.
                Err(error) if cannot_keep(&error) => return Ok(Turn::Alone),
                Err(error) => return Err(error.into()),
            }
            interrupt::check()?;
            tokio::time::sleep(Duration::from_millis(UnwrapErr(SysRng).random_range(15..40))).await;
            if let Some(told) = self.told() {
                return Ok(Turn::Told(told));
            }
        }
    }

    /// What another process's attempt came to, while this one waited or before.
    fn told(&self) -> Option<Result<Token, OpError>> {
        // What came while this one waited is as fresh as it could get itself, however long it lives.
        let came = |entry: &Entry| {
            entry.kept_at >= self.asked_at && entry.left(self.session).is_some_and(|left| left.is_positive())
        };
        if let Some(entry) = read(self.session, self.owner)
            && (came(&entry) || !self.options.fresh && entry.will_do(self.session, self.options))
        {
            let token = entry.token(self.session);
            let is_short = token.left.is_none_or(|left| left < self.options.min_ttl);
            return Some(Ok(Token { is_short, ..token }));
        }
        self.notes.since(&self.seen).map(Err)
    }
}
