//! What a command receives: the surroundings, the global flags, the output; and the session made of them.
//!
//! Owns the translation of flags and variables into settings, once. A secret's SOURCE is read only
//! when a command needs the secret.

use std::cell::OnceCell;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use crate::cli::args::{GlobalArgs, PassphraseArgs, PrivateKeyArgs};
use crate::cli::failure::Failure;
use crate::cli::output::Output;
use crate::config::{Flags, Origin, Paths, Settings, Sourced};
use crate::env::Env;
use crate::ops::session::{GivenToken, PassphraseOf, Session};
use crate::ops::{ErrorCode, OpError};
use crate::secret::source::Source;
use crate::secret::{Secret, SecretString};

/// What a command receives.
pub(crate) struct Context {
    pub(crate) env: Rc<Env>,
    pub(crate) global: GlobalArgs,
    pub(crate) output: Output,
    pub(crate) yes: bool,
    pub(crate) verbose: bool,
    no_input: bool,
}

impl Context {
    /// From the surroundings and the global flags; on failure, the output to report it with.
    pub(crate) fn new(env: Env, global: GlobalArgs) -> Result<Self, (Output, Failure)> {
        let json = global.json || env.is_on("ARTCAFE_JSON");
        let output = Output::new(&env, json, global.quiet || env.is_on("ARTCAFE_QUIET"), global.color);
        // Checked before anything else: what was given may be the secret itself.
        if let Some(Err(error)) = global.token.as_deref().map(str::parse::<Source>) {
            return Err((output, error.into()));
        }
        Ok(Self {
            yes: global.yes || env.is_on("ARTCAFE_YES"),
            verbose: global.verbose || env.is_on("ARTCAFE_VERBOSE"),
            no_input: global.no_input || env.is_on("ARTCAFE_NO_INPUT"),
            env: Rc::new(env),
            global,
            output,
        })
    }

    /// Whether a person can be asked.
    pub(crate) fn can_ask(&self) -> bool {
        can_ask(&self.env, self.no_input)
    }

    /// The flags as the settings want them.
    pub(crate) fn flags(&self) -> Result<Flags, Failure> {
        let global = &self.global;
        Ok(Flags {
            config: global.config.clone(),
            profile: global.profile.as_deref().map(str::parse).transpose()?,
            api_endpoint: global.api_endpoint.clone(),
            agent_id: global.agent_id.clone(),
            tenant_id: global.tenant_id.clone(),
            timeout: global.timeout.clone(),
            retries: global.retries,
        })
    }

    /// The places alone, for commands that must work beside a broken configuration.
    pub(crate) fn paths(&self) -> Result<Paths, Failure> {
        Ok(Paths::resolve(&self.env, &self.flags()?)?)
    }

    /// The settings.
    pub(crate) fn settings(&self) -> Result<Settings, Failure> {
        Ok(Settings::resolve(&self.env, &self.flags()?)?)
    }

    /// The session of a command that works with the configured key.
    pub(crate) fn session(&self) -> Result<Session, Failure> {
        self.session_with(&PrivateKeyArgs::default())
    }

    /// The session of a command whose flags name a key.
    pub(crate) fn session_with(&self, key: &PrivateKeyArgs) -> Result<Session, Failure> {
        let mut settings = self.settings()?;
        if let Some(path) = &key.private_key {
            let path = std::path::absolute(settings.paths.expand(&path.to_string_lossy()))
                .map_err(|error| OpError::new(ErrorCode::Failed, "the working directory is unknown").because(error))?;
            settings.private_key_path = Sourced { value: path, origin: Origin::Flag("--private-key") };
        }
        self.session_of(settings, &key.passphrase)
    }

    /// The session of settings that a command has changed; says that a rotation is open, if one is.
    pub(crate) fn session_of(&self, settings: Settings, passphrase: &PassphraseArgs) -> Result<Session, Failure> {
        if let Some(journal) = crate::ops::rotate::open(&settings.paths)? {
            let text = format!(
                "a rotation is open since {} ({}): `artcafe key rotate --resume` goes on with it",
                journal.started_at, journal.phase
            );
            self.output.warn("rotation_open", &text);
        }
        self.session_quietly(settings, passphrase)
    }

    /// The same without a word about an open rotation.
    pub(crate) fn session_quietly(&self, settings: Settings, passphrase: &PassphraseArgs) -> Result<Session, Failure> {
        // The file's key id belongs to the identity that the file names, and to no other.
        let from_file = matches!(settings.key_id, Some(Sourced { origin: Origin::File { .. }, .. }));
        let passphrase = self.passphrase(passphrase)?;
        let given_token = self.given_token()?;
        let mut session = Session {
            given_token,
            allow_insecure_http: self.global.insecure_http || self.env.is_on("ARTCAFE_INSECURE_HTTP"),
            allow_new_endpoint: self.global.allow_new_endpoint || self.env.is_on("ARTCAFE_ALLOW_NEW_ENDPOINT"),
            ca_certificate: self.global.ca_cert.clone().or_else(|| self.env.var("ARTCAFE_CA_CERT").map(PathBuf::from)),
            trace: None,
            passphrase,
            user: Env::effective_user(),
            now: Env::now,
            stamp: format!("pid {}, since {}", std::process::id(), Env::now_text()),
            client: Rc::new(OnceCell::new()),
            settings,
        };
        if from_file && session.settings.file.as_ref().is_some_and(|file| !crate::ops::configure::names(file, &session))
        {
            session.settings.key_id = None;
        }
        if self.verbose {
            let quiet = Output::new(&self.env, false, false, self.global.color);
            let quiet = std::sync::Mutex::new(quiet);
            session.trace = Some(Arc::new(move |trace| {
                if let Ok(output) = quiet.lock() {
                    let again = if trace.attempt > 1 { format!(", attempt {}", trace.attempt) } else { String::new() };
                    output.detail(&format!(
                        "{} at {}: {} ({} ms{again})",
                        trace.route,
                        trace.origin,
                        trace.outcome,
                        trace.took.as_millis()
                    ));
                }
            }));
        }
        Ok(session)
    }

    /// An administrator's token given for this run.
    fn given_token(&self) -> Result<Option<GivenToken>, Failure> {
        if let Some(source) = &self.global.token {
            return Ok(Some(GivenToken { token: self.read_source(source)?, from: "--token".to_owned() }));
        }
        if let Some(token) = self.env.var("ARTCAFE_TOKEN") {
            return Ok(Some(GivenToken { token: Secret::new(token.to_owned()), from: "ARTCAFE_TOKEN".to_owned() }));
        }
        match self.env.var("ARTCAFE_TOKEN_SOURCE") {
            Some(source) => {
                Ok(Some(GivenToken { token: self.read_source(source)?, from: "ARTCAFE_TOKEN_SOURCE".to_owned() }))
            }
            None => Ok(None),
        }
    }

    /// Reads a secret from its SOURCE.
    pub(crate) fn read_source(&self, source: &str) -> Result<SecretString, Failure> {
        let source: Source = source.parse()?;
        Ok(source.read(|name| self.env.var(name).map(str::to_owned))?)
    }

    /// How the passphrase of an existing key is fetched: its SOURCE, else a question.
    pub(crate) fn passphrase(&self, args: &PassphraseArgs) -> Result<PassphraseOf, Failure> {
        let source = self.passphrase_source(args)?;
        let env = Rc::clone(&self.env);
        let can_ask = self.can_ask();
        let given = OnceCell::<SecretString>::new();
        Ok(Rc::new(move |path: &Path| {
            if let Some(known) = given.get() {
                return Ok(Some(known.clone()));
            }
            let secret = match &source {
                Some(source) => source.read(|name| env.var(name).map(str::to_owned))?,
                None if can_ask => {
                    let prompt = format!("Passphrase of {}", path.display());
                    let answer = dialoguer::Password::new().with_prompt(prompt).interact();
                    Secret::new(
                        answer.map_err(|_| OpError::new(ErrorCode::InputNeeded, "the question was not answered"))?,
                    )
                }
                None => return Ok(None),
            };
            // Standard input can be read only once.
            Ok(Some(given.get_or_init(|| secret).clone()))
        }))
    }

    fn passphrase_source(&self, args: &PassphraseArgs) -> Result<Option<Source>, Failure> {
        let text = match &args.passphrase {
            Some(Some(source)) => Some(source.as_str()),
            Some(None) => None,
            None => self.env.var("ARTCAFE_PASSPHRASE_SOURCE"),
        };
        Ok(text.map(str::parse).transpose()?)
    }

    /// The passphrase of a new key, if one is wanted: its SOURCE, or a question for a bare `--passphrase`.
    pub(crate) fn new_passphrase(&self, args: &PassphraseArgs) -> Result<Option<SecretString>, Failure> {
        if matches!(args.passphrase, Some(None)) {
            let what = "Passphrase of the new key";
            return self.ask_secret(what, true, "--passphrase SOURCE", "ARTCAFE_PASSPHRASE_SOURCE").map(Some);
        }
        match self.passphrase_source(args)? {
            Some(source) => Ok(Some(source.read(|name| self.env.var(name).map(str::to_owned))?)),
            None => Ok(None),
        }
    }

    /// Runs an operation that talks to the server.
    pub(crate) fn block_on<F: Future>(&self, future: F) -> Result<F::Output, Failure> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| OpError::new(ErrorCode::Failed, "cannot start the runtime").because(error))?;
        Ok(runtime.block_on(future))
    }
}

fn can_ask(env: &Env, no_input: bool) -> bool {
    !no_input && env.can_ask()
}
