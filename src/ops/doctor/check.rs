//! The closed table of checks.
//!
//! Owns each check's id, part, group and title, why it matters, the practice of the platform's design guide that it
//! stands for and the error codes that it explains. A code belongs to one check, or to [`OF_ONE_COMMAND`] with the
//! reason why no look at the machine can tell of it. The order here is the order of every report.

use serde::Serialize;

use crate::ops::ErrorCode;

/// When a check is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// First, and always: it asks no server.
    Offline,
    /// Afterwards, beside the others of this part, until the time is up.
    Online,
}

/// What a check is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Group {
    /// The places on this machine.
    Machine,
    /// The configuration.
    Configuration,
    /// The key's files.
    Key,
    /// The way to the server.
    Network,
    /// Challenge and response.
    Proof,
    /// What the server holds.
    Server,
}

impl Group {
    /// The heading for people.
    pub fn title(self) -> &'static str {
        match self {
            Self::Machine => "this machine",
            Self::Configuration => "configuration",
            Self::Key => "key",
            Self::Network => "network",
            Self::Proof => "proof",
            Self::Server => "records at the server",
        }
    }
}

macro_rules! checks {
    ($($variant:ident $id:literal $part:ident $group:ident [$($code:ident)*] $practice:expr, $title:literal, $why:literal;)*) => {
        /// One thing that is looked at.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Check { $(#[doc = $title] $variant,)* }

        impl Check {
            /// Every check, in the order of the reports.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The name that programs see, also that of its section in `docs/doctor.md`.
            pub fn id(self) -> &'static str {
                match self { $(Self::$variant => $id,)* }
            }

            /// When it is made.
            pub fn part(self) -> Part {
                match self { $(Self::$variant => Part::$part,)* }
            }

            /// What it is about.
            pub fn group(self) -> Group {
                match self { $(Self::$variant => Group::$group,)* }
            }

            /// What it looks at, in a few words.
            pub fn title(self) -> &'static str {
                match self { $(Self::$variant => $title,)* }
            }

            /// Why it matters, one sentence.
            pub fn why(self) -> &'static str {
                match self { $(Self::$variant => $why,)* }
            }

            /// The error codes that it stands for.
            pub fn codes(self) -> &'static [ErrorCode] {
                match self { $(Self::$variant => &[$(ErrorCode::$code,)*],)* }
            }

            /// The recommendation of the platform's design guide that it stands for.
            pub fn practice(self) -> Option<&'static str> {
                match self { $(Self::$variant => $practice,)* }
            }
        }
    };
}

checks! {
    Home "home" Offline Machine [NoHome PermissionDenied] None,
        "the directory of this program's files",
        "without a home that can be read and written nothing is remembered and nothing can be changed";
    HomeMode "home-mode" Offline Machine [] Some("key protection: restricted permissions"),
        "modes and owners of this program's files",
        "whoever can write the configuration decides where the key is shown, and stored tokens are an administrator's";
    DiskSpace "disk-space" Offline Machine [DiskFull] None,
        "room for files",
        "a rotation writes keys, journal and history; on a full disk it stops half-way";
    Lock "lock" Offline Machine [Locked] None,
        "whether another command is at work",
        "commands that write wait for each other and give up after a while";
    Leftovers "leftovers" Offline Machine [] None,
        "files that killed processes left",
        "a temporary file or a token file that nobody owns any more can hold a secret";
    UnfinishedWork "unfinished-work" Offline Machine [PartlyDone] None,
        "work that was begun and not ended",
        "between two states neither the old nor the new one can be relied on";
    Memory "memory" Offline Machine [] None,
        "what this machine remembers of registrations",
        "it keeps a key from being proved at a foreign endpoint, and tells which key replaced which";
    History "history" Offline Machine [HistoryFailed] None,
        "the history of changes",
        "a line that was changed or cut away hides what was done with a key";
    Login "login" Offline Machine [] None,
        "stored administrators' tokens",
        "a token that has ended is refused where it is needed, and is a secret kept for nothing";
    Timer "timer" Offline Machine [] Some("authentication: key rotation every 30-90 days"),
        "the timer that replaces the key",
        "a key that only a person replaces is replaced late";
    Configuration "configuration" Offline Configuration [NotConfigured] None,
        "whether there is a configuration",
        "it names the agent, the tenant and the key";
    ConfigurationValid "configuration-valid" Offline Configuration [ConfigInvalid] Some("configuration management"),
        "whether file and variables can be used",
        "a value that cannot be read stops every command that needs it";
    Identity "identity" Offline Configuration [InputNeeded] None,
        "whether agent and tenant are named",
        "a proof is of one agent in one tenant";
    HardCodedCredentials "hard-coded-credentials" Offline Configuration [] Some("configuration management: avoid hardcoded credentials"),
        "secrets in configurations",
        "a configuration is copied, shown and put under version control, and a secret in it goes along";
    VersionControl "version-control" Offline Configuration [] Some("configuration management: version control your configuration files"),
        "secrets under version control",
        "a private key or token that was committed once is in every clone for ever";
    Environments "environments" Offline Configuration [] Some("configuration management: environment-specific config files"),
        "one configuration for each identity",
        "two files for one identity drift apart, and a rotation changes only one of them";
    SupersededConfiguration "superseded-configuration" Offline Configuration [KeySuperseded] None,
        "whether the configuration is one from the past",
        "it names a key that a rotation has replaced and that opens nothing any more";
    OpenRotation "open-rotation" Offline Configuration [RotationOpen StillUsed GraceRunning HookFailed] Some("authentication: key rotation every 30-90 days"),
        "whether a rotation is open",
        "until it ends two keys open the same door";
    EndpointSecure "endpoint-secure" Offline Configuration [EndpointInsecure] None,
        "whether the endpoint is https",
        "over plain http tokens can be read on the way";
    EndpointBinding "endpoint-binding" Offline Configuration [NewEndpoint] None,
        "whether the key was registered at this endpoint",
        "a stray variable must not make an agent sign for somebody else";
    KeyFile "key-file" Offline Key [KeyFileMissing] None,
        "whether the private key is there and can be read",
        "without it the agent cannot prove who it is";
    KeyUsable "key-usable" Offline Key [KeyUnusable] None,
        "whether it is a key",
        "another file, a damaged one or a public half signs nothing";
    KeyMode "key-mode" Offline Key [LooseMode] Some("key protection: restricted permissions"),
        "mode and owner of the private key",
        "whoever can read the file is the agent";
    KeyDirectory "key-directory" Offline Key [] Some("key protection: restricted permissions"),
        "mode and owner of its directory",
        "whoever can write the directory can put another key in the place of this one";
    PublicHalf "public-half" Offline Key [] None,
        "the public half beside the private one",
        "people register what stands there, and it would be another key";
    Passphrase "passphrase" Offline Key [PassphraseWrong] Some("key protection: passphrase-protected keys"),
        "the passphrase of the private key",
        "a file that was copied opens nothing without its passphrase";
    SshAgent "ssh-agent" Offline Key [SshAgent] None,
        "the ssh-agent, where one holds the key",
        "where it is not there nobody signs";
    KeyAlgorithm "key-algorithm" Offline Key [AlgorithmRefused] None,
        "the key's algorithm",
        "the platform registers Ed25519 keys but, as far as is known, cannot verify them";
    KeySize "key-size" Offline Key [] None,
        "the key's size",
        "the guide's keys have 4096 bits, and shorter ones are broken earlier";
    KeyAge "key-age" Offline Key [] Some("authentication: key rotation every 30-90 days"),
        "the key's age, measured against the policy",
        "the longer a key lives, the longer a copy that nobody noticed opens the door";
    SharedKey "shared-key" Offline Key [] Some("key protection: never share private keys across agents"),
        "one key for several agents on this machine",
        "whoever has one agent's key is all of them, and none can be shut out alone";
    NameResolution "name-resolution" Online Network [] None,
        "the endpoint's name",
        "without an address nothing can be reached";
    Proxy "proxy" Online Network [ProxyRefused] None,
        "the proxy before the endpoint",
        "what the proxy refuses never reaches the platform";
    Connection "connection" Online Network [ServerUnreachable] None,
        "the connection to the server",
        "no key can be proved to a server that is not reached";
    Tls "tls" Online Network [] None,
        "the server's certificate",
        "a certificate of somebody else means that somebody else answers";
    Health "health" Online Network [ServerFailed ServerBusy RateLimited BadAnswer] None,
        "what the server says of itself",
        "a server in trouble says nothing about the key";
    Clock "clock" Online Network [ClockSkew] None,
        "this machine's clock against the server's",
        "challenges and tokens end by the clock";
    TenantStatus "tenant-status" Online Proof [TenantUnknown TenantInactive] None,
        "whether the tenant is known and active",
        "no agent of a tenant that is suspended or has not paid gets in";
    Challenge "challenge" Online Proof [] None,
        "whether the server gives a challenge",
        "it is the first half of every authentication";
    Registration "registration" Online Proof [KeyNotRegistered] None,
        "whether the key is registered for the agent",
        "a key that the server does not know opens nothing";
    Revocation "revocation" Online Proof [KeyRevoked] None,
        "whether the key was revoked",
        "a revoked key never works again";
    Signature "signature" Online Proof [ProofRefused] Some("authentication: validate all authentication responses"),
        "whether the server accepts the key's signature, and its token shows this very key",
        "it is what the agent does whenever it starts";
    TokenLife "token-life" Online Proof [] Some("authentication: shortest viable JWT token lifetime"),
        "how long a token lives",
        "the platform ends no token before its time, so that a stolen one works until then";
    TenantIsolation "tenant-isolation" Online Server [] Some("agents ensured to only access their tenant's resources"),
        "whether the server looks at tokens beside a tenant header",
        "a server that does not lets anybody who knows a tenant's id read and change its keys";
    AdministratorToken "administrator-token" Online Server [TokenRefused TokenMissing NotAllowed] None,
        "the administrator's token at hand",
        "what it is needed for fails later if the server does not accept it";
    AgentRegistered "agent-registered" Online Server [RecordMissing] None,
        "whether the platform knows the agent",
        "it registers keys for agents that do not exist, so that a misspelt id shows nowhere else";
    AgentName "agent-name" Online Server [] Some("agent naming: purpose and environment in names"),
        "the agent's name",
        "a name with purpose and environment tells at a glance what may be stopped";
    AgentRecord "agent-record" Online Server [AgentRecordKey] None,
        "the key on the agent's own record",
        "it is the platform's other key store, which no API can change and a rotation cannot replace";
    SharedKeyRecords "shared-key-records" Online Server [KeyOfAnotherAgent] Some("key protection: never share private keys across agents"),
        "this key registered for other agents",
        "whoever has this key is those agents as well";
    DuplicateKeys "duplicate-keys" Online Server [] None,
        "this key registered more than once",
        "revoking one record leaves the others open, and each counts against the plan";
    UnknownKeys "unknown-keys" Online Server [] Some("key protection: never share private keys across agents"),
        "keys of this agent whose private half is not here",
        "somebody else can be this agent, or a key that nobody has is open for nothing";
    OrphanKeys "orphan-keys" Online Server [] None,
        "keys of agents that are gone",
        "they still authenticate, and nobody looks after them";
    OldKeys "old-keys" Online Server [] Some("authentication: key rotation every 30-90 days"),
        "replaced and revoked keys of this agent",
        "a replaced key that still works undoes the rotation";
    PlanLimit "plan-limit" Online Server [PlanLimit] None,
        "how much of the plan is used",
        "at the limit a rotation cannot register its new key";
}

/// Codes that are about one command line alone, each with the reason why no check can stand for it.
pub const OF_ONE_COMMAND: &[(ErrorCode, &str)] = &[
    (ErrorCode::AgentRoutes, "of `agent register`, `update` and `delete`: only a change of one agent shows it"),
    (ErrorCode::Failed, "it is what nobody foresaw; its cause is in the failure itself"),
    (ErrorCode::Usage, "it is about what was typed"),
    (ErrorCode::SecretOnCommandLine, "it is about what was typed"),
    (ErrorCode::FileMissing, "it is about a file that was named on the command line"),
    (ErrorCode::FileExists, "it is about the name that was chosen for a new file"),
    (ErrorCode::LastKey, "it guards one revocation"),
    (ErrorCode::RevokeUnsupported, "it is about one revocation that was not allowed to delete"),
    (ErrorCode::Differs, "it is about a change that was asked for and not agreed to"),
    (ErrorCode::Findings, "it is the verdict of commands that look, this one included"),
    (ErrorCode::ChangedMeanwhile, "it is about one moment, and the same command again ends it"),
    (ErrorCode::Interrupted, "a signal came"),
    (ErrorCode::Terminated, "a signal came"),
];

impl Check {
    /// The check of this name.
    pub fn named(id: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|check| check.id() == id)
    }

    /// The check that stands for a code.
    pub fn of(code: ErrorCode) -> Option<Self> {
        Self::ALL.iter().copied().find(|check| check.codes().contains(&code))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_code_belongs_to_one_check_or_to_one_command() {
        for code in ErrorCode::ALL {
            let checks = Check::ALL.iter().filter(|check| check.codes().contains(code)).count();
            let alone = OF_ONE_COMMAND.iter().filter(|(known, reason)| known == code && !reason.is_empty()).count();
            assert_eq!(checks + alone, 1, "{}", code.as_str());
        }
    }

    #[test]
    fn every_id_is_unique_and_a_word_of_its_own() {
        let ids: BTreeSet<&str> = Check::ALL.iter().map(|check| check.id()).collect();
        assert_eq!(ids.len(), Check::ALL.len());
        for id in ids {
            assert!(id.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'), "{id}");
            assert_eq!(Check::named(id).map(Check::id), Some(id));
        }
        assert_eq!(Check::named("no-such-check"), None);
    }

    #[test]
    fn what_is_asked_of_no_server_comes_first() {
        let first_online = Check::ALL.iter().position(|check| check.part() == Part::Online).unwrap();
        assert!(Check::ALL[first_online..].iter().all(|check| check.part() == Part::Online));
    }
}
