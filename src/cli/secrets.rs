//! The secrets of a run: which option or variable gives each, and when it is read.
//!
//! Owns that a SOURCE is read only when a command needs the secret, that standard input has one reader,
//! and that what stands on the command line is checked first, since it may be the secret itself.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::BTreeSet;
use std::path::Path;
use std::rc::Rc;

use crate::cli::args::PassphraseArgs;
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::output::Output;
use crate::config::{Origin, Settings};
use crate::interrupt;
use crate::ops::logins::Logins;
use crate::ops::own_key::GivenKey;
use crate::ops::session::{GivenToken, PassphraseOf, SecretReader, Session};
use crate::ops::{ErrorCode, OpError};
use crate::secret::source::{Source, SourceError};
use crate::secret::{Secret, SecretString};

/// Tells, once, that a variable hides a stored login: two tokens for one purpose are seldom meant.
#[derive(Clone)]
pub(super) struct HiddenLogin {
    pub(super) output: Output,
    pub(super) is_told: Rc<Cell<bool>>,
}

impl HiddenLogin {
    fn tell(&self, variable: &str, settings: &Settings, token: &SecretString) {
        let (Some(tenant), false) = (&settings.tenant_id, self.is_told.get()) else { return };
        // A file that cannot be read hides nothing that could be used.
        let Ok(logins) = Logins::load(&settings.paths) else { return };
        let (endpoint, tenant) = (settings.endpoint.value.origin(), &tenant.value);
        if logins.login(endpoint, tenant).is_some_and(|login| login.token.expose() != token.expose()) {
            self.is_told.set(true);
            self.output.warn(
                "login_hidden",
                &format!("the token from {variable} is used, not the stored login for tenant `{tenant}` at {endpoint}: unset {variable} to use the login"),
            );
        }
    }
}

/// Which option reads standard input, which only one can; and the descriptors that this process was started with,
/// since one that it opened itself later is nobody's SOURCE.
pub(super) struct StdinOwner {
    owner: RefCell<Option<String>>,
    inherited: BTreeSet<u32>,
}

impl Default for StdinOwner {
    fn default() -> Self {
        let entries = std::fs::read_dir("/dev/fd").into_iter().flatten().filter_map(Result::ok);
        let numbers: Vec<u32> = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect();
        // The one that the list itself was read by is closed by now.
        let inherited = numbers.into_iter().filter(|number| Path::new(&format!("/dev/fd/{number}")).exists());
        Self { owner: RefCell::default(), inherited: inherited.collect() }
    }
}

impl StdinOwner {
    pub(super) fn claim(&self, source: &Source, option: &str) -> Result<(), OpError> {
        if let Source::Descriptor(number) = source
            && !self.inherited.contains(number)
        {
            return Err(SourceError::NotOpen { number: *number }.into());
        }
        if *source != Source::Stdin {
            return Ok(());
        }
        let mut owner = self.owner.borrow_mut();
        match owner.as_deref() {
            Some(other) if other != option => {
                Err(OpError::new(ErrorCode::Usage, format!("{other} and {option} both read standard input"))
                    .hint("give one of them another SOURCE, such as file:PATH"))
            }
            _ => {
                *owner = Some(option.to_owned());
                Ok(())
            }
        }
    }
}

impl Context {
    /// An administrator's token given for this run; read when it is needed.
    pub(super) fn given_token(&self, settings: &Settings) -> Option<GivenToken> {
        if let Some(source) = &self.global.token {
            return Some(GivenToken::new("--token", self.reader(source.clone(), "--token")));
        }
        if let Some(token) = self.env.var("ARTCAFE_TOKEN") {
            let token = Secret::new(token.to_owned());
            return Some(self.hiding("ARTCAFE_TOKEN", settings, Rc::new(move || Ok(token.clone()))));
        }
        let source = self.env.var("ARTCAFE_TOKEN_SOURCE")?;
        let read = self.reader(source.to_owned(), "ARTCAFE_TOKEN_SOURCE");
        Some(self.hiding("ARTCAFE_TOKEN_SOURCE", settings, read))
    }

    /// A token from a variable; when it is first used in place of a stored login, that is told.
    fn hiding(&self, variable: &'static str, settings: &Settings, read: SecretReader) -> GivenToken {
        let (teller, settings) = (self.teller.clone(), settings.clone());
        let read = move || {
            let token = read()?;
            teller.tell(variable, &settings, &token);
            Ok(token)
        };
        GivenToken::new(variable, Rc::new(read))
    }

    /// Tells at once that a variable hides the login that was just stored.
    pub(crate) fn tell_hidden_login(&self, session: &Session) {
        if let Some(variable) =
            ["ARTCAFE_TOKEN", "ARTCAFE_TOKEN_SOURCE"].into_iter().find(|name| self.env.var(name).is_some())
        {
            let token = Secret::new(self.env.var("ARTCAFE_TOKEN").unwrap_or_default().to_owned());
            self.teller.tell(variable, &session.settings, &token);
        }
    }

    /// A private key given for this run; read when it is needed. A flag that names a key file wins.
    pub(super) fn given_key(&self, settings: &Settings) -> Result<Option<GivenKey>, Failure> {
        let name = "ARTCAFE_PRIVATE_KEY";
        let path_origin = &settings.private_key_path.origin;
        let Some(source) = self.env.var(name).filter(|_| *path_origin != Origin::Flag("--private-key")) else {
            return Ok(None);
        };
        let other = match path_origin {
            Origin::Variable(path) => Some(*path),
            _ => Some("ARTCAFE_SSH_AGENT").filter(|other| self.env.is_on(other)),
        };
        if let Some(other) = other {
            return Err(OpError::new(
                ErrorCode::Usage,
                format!("`{name}` and `{other}` both say which private key to use"),
            )
            .hint("unset one of them")
            .into());
        }
        if source.parse::<Source>().is_err() {
            return Err(no_source(name).into());
        }
        Ok(Some(GivenKey::new(name, self.reader(source.to_owned(), name))))
    }

    /// What reads a secret from its SOURCE, which belongs to this option or variable.
    fn reader(&self, source: String, option: &'static str) -> SecretReader {
        let (env, stdin) = (Rc::clone(&self.env), Rc::clone(&self.stdin));
        Rc::new(move || {
            let source: Source = source.parse().map_err(|error| match error {
                SourceError::Plain if option.starts_with("ARTCAFE_") => no_source(option),
                error => error.into(),
            })?;
            stdin.claim(&source, option)?;
            // It may be typed, or come from a command.
            let _pause = interrupt::pause()?;
            Ok(source.read(|name| env.var(name).map(str::to_owned))?)
        })
    }

    /// Reads a secret from its SOURCE, which was given by this option.
    pub(crate) fn read_source(&self, source: &str, option: &'static str) -> Result<SecretString, Failure> {
        Ok((self.reader(source.to_owned(), option))()?)
    }

    /// How the passphrase of an existing key is fetched: its SOURCE, else a question.
    pub(crate) fn passphrase(&self, args: &PassphraseArgs) -> Result<PassphraseOf, Failure> {
        // What stands on the command line is checked at once: it may be the secret itself.
        if let Some(Some(text)) = &args.passphrase {
            self.stdin.claim(&text.parse()?, "--passphrase")?;
        }
        let read = self.passphrase_source(args).map(|(source, option)| self.reader(source, option));
        let can_ask = self.can_ask();
        let given = OnceCell::<SecretString>::new();
        Ok(Rc::new(move |path: &Path| {
            if let Some(known) = given.get() {
                return Ok(Some(known.clone()));
            }
            let secret = match &read {
                Some(read) => read()?,
                None if can_ask => crate::cli::ask::password(&format!("Passphrase of {}", path.display()))
                    .map_err(|Failure(error)| error)?,
                None => return Ok(None),
            };
            // Standard input can be read only once.
            Ok(Some(given.get_or_init(|| secret).clone()))
        }))
    }

    /// The SOURCE of an existing key's passphrase as it was given, unread.
    pub(crate) fn passphrase_source_text(&self, args: &PassphraseArgs) -> Option<String> {
        self.passphrase_source(args).map(|(source, _)| source)
    }

    /// The SOURCE of a passphrase, and what gave it; a bare `--passphrase` asks for a question.
    pub(super) fn passphrase_source(&self, args: &PassphraseArgs) -> Option<(String, &'static str)> {
        match &args.passphrase {
            Some(Some(source)) => Some((source.clone(), "--passphrase")),
            Some(None) => None,
            None => {
                self.env.var("ARTCAFE_PASSPHRASE_SOURCE").map(|source| (source.to_owned(), "ARTCAFE_PASSPHRASE_SOURCE"))
            }
        }
    }

    /// The passphrase of a new key, if one is wanted: its SOURCE, or a question for a bare `--passphrase`.
    pub(crate) fn new_passphrase(&self, args: &PassphraseArgs) -> Result<Option<SecretString>, Failure> {
        if matches!(args.passphrase, Some(None)) {
            let what = "Passphrase of the new key";
            return self.ask_secret(what, true, "--passphrase SOURCE", "ARTCAFE_PASSPHRASE_SOURCE").map(Some);
        }
        self.passphrase_source(args).map(|(source, option)| self.read_source(&source, option)).transpose()
    }
}

/// A variable that has to say where a secret is, and does not; what it says may be the secret.
fn no_source(name: &str) -> OpError {
    OpError::new(ErrorCode::Usage, format!("`{name}` is no SOURCE")).hint(format!(
        "write file:PATH, fd:N, cmd:COMMAND or -, or `{name}=env:NAME` where another variable holds the secret itself"
    ))
}
