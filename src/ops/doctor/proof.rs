//! Challenge and response, as `auth test` makes them.
//!
//! Owns which check a refused proof is about: the one that stands for its code where that says something of the
//! identity, else the step that was under way. A key is proved only where a command would prove it.

use std::cell::RefCell;
use std::rc::Rc;

use crate::ops::doctor::Check;
use crate::ops::doctor::finding::{Finding, Sheet};
use crate::ops::doctor::online::Deadline;
use crate::ops::error::{ErrorCode, OpError};
use crate::ops::own_key::LoadedKey;
use crate::ops::progress::Progress;
use crate::ops::prove::{self, Outcome};
use crate::ops::session::Session;
use crate::secret::SecretString;

/// Every check of this module.
pub(super) const ALL: &[Check] = &[
    Check::TenantStatus,
    Check::Challenge,
    Check::Registration,
    Check::Revocation,
    Check::Signature,
    Check::TokenLife,
];
/// What has to be in order before a key is proved.
const BEFORE: &[Check] = &[
    Check::SupersededConfiguration,
    Check::Identity,
    Check::EndpointBinding,
    Check::KeyFile,
    Check::KeyUsable,
    Check::KeyMode,
    Check::KeyDirectory,
    Check::Passphrase,
    Check::SshAgent,
];
/// The longest life of the platform's own tokens, and what clocks may add to it.
const LONGEST_LIFE: i64 = 3600 + 60;

/// A proof that can be tried.
pub(super) struct Attempt<'a> {
    session: &'a Session,
    key: LoadedKey,
    /// The step under way.
    step: Rc<RefCell<String>>,
}

/// Loads the key, where nothing stands in the way.
pub(super) fn begin<'a>(sheet: &mut Sheet, session: &'a Session) -> Option<Attempt<'a>> {
    if let Some(by) = sheet.obstacle(BEFORE) {
        sheet.block(ALL, by);
        return None;
    }
    match session.key() {
        Ok(key) => Some(Attempt { session, key, step: Rc::default() }),
        Err(error) if error.code == ErrorCode::InputNeeded => {
            sheet.skip(ALL, "the key's passphrase is not at hand");
            None
        }
        // What was fine a moment ago.
        Err(error) => {
            sheet.put(Check::Signature, Finding::failed(&error));
            sheet.block(ALL, Check::Signature);
            None
        }
    }
}

impl Attempt<'_> {
    /// Tries it.
    pub(super) async fn run(&self, deadline: Deadline) -> Result<Outcome, OpError> {
        let step = Rc::clone(&self.step);
        let progress = Progress::to(move |told| told.step.clone_into(&mut step.borrow_mut()));
        deadline.within(prove::prove_telling(self.session, &self.key, &progress)).await
    }

    /// Writes down what came of it; the token of a proven key.
    pub(super) fn tell(self, sheet: &mut Sheet, proved: Result<Outcome, OpError>) -> Option<SecretString> {
        let outcome = match proved {
            Ok(outcome) => outcome,
            Err(error) if error.code == ErrorCode::ConfigInvalid && sheet.obstacle(&[Check::Memory]).is_some() => {
                sheet.block(ALL, Check::Memory);
                return None;
            }
            Err(error) => {
                self.refused(sheet, &error);
                return None;
            }
        };
        let life = outcome.report.token_life_seconds;
        match outcome.verdict {
            Err(error) => {
                self.refused(sheet, &error);
                None
            }
            Ok(token) => {
                sheet.put(Check::TenantStatus, Finding::ok("the server takes it for active"));
                sheet.put(Check::Challenge, Finding::ok("the server gives one"));
                let id = outcome.report.key_id.as_ref().map_or_else(String::new, |id| format!(" as {id}"));
                sheet.put(Check::Registration, Finding::ok(format!("the key is registered{id}")));
                sheet.put(Check::Revocation, Finding::ok("it was not"));
                sheet.put(Check::Signature, Finding::ok("the key is proven, and its token shows it"));
                sheet.put(Check::TokenLife, token_life(life));
                Some(token)
            }
        }
    }

    fn refused(&self, sheet: &mut Sheet, error: &OpError) {
        use ErrorCode as Code;
        let is_in_challenge = self.step.borrow().as_str() == "challenge";
        let of_identity = match error.code {
            Code::TenantUnknown
            | Code::TenantInactive
            | Code::KeyNotRegistered
            | Code::KeyRevoked
            | Code::KeyOfAnotherAgent
            | Code::AlgorithmRefused
            | Code::KeySuperseded
            | Code::ClockSkew
            | Code::NewEndpoint
            | Code::SshAgent => Check::of(error.code),
            _ => None,
        };
        let step = if is_in_challenge { Check::Challenge } else { Check::Signature };
        let check = of_identity.unwrap_or(step);
        if !is_in_challenge {
            sheet.put(Check::TenantStatus, Finding::ok("the server takes it for active"));
            sheet.put(Check::Challenge, Finding::ok("the server gives one"));
        }
        sheet.put(check, Finding::failed(error));
        sheet.block(ALL, check);
    }
}

fn token_life(seconds: Option<i64>) -> Finding {
    match seconds {
        None => Finding::note("the token does not say when it ends"),
        Some(seconds) if seconds > LONGEST_LIFE => {
            Finding::warning(format!("a token lives {} min, and the platform's own an hour at most", seconds / 60))
                .hint("ask the platform's operator for shorter ones: nothing ends a token before its time")
        }
        Some(seconds) => Finding::ok(format!("a token lives {} min", (seconds + 30) / 60)),
    }
}
