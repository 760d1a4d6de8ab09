//! The rules that a topic is held to, each with its name.
//!
//! Owns the closed list and where each is explained: `docs/topics.md` has a heading for every name.

use serde::Serialize;

macro_rules! rules {
    ($($(#[$doc:meta])* $variant:ident $name:literal;)*) => {
        /// A rule that a topic breaks.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, schemars::JsonSchema)]
        pub enum Rule { $($(#[$doc])* #[serde(rename = $name)] $variant,)* }

        impl Rule {
            /// Every rule.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// Its name.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }
        }
    };
}

rules! {
    /// A part between two separators is empty.
    EmptyToken "empty_token";
    /// A character that no token may have.
    InvalidCharacter "invalid_character";
    /// Both separators, or a wildcard of the other form.
    MixedForms "mixed_forms";
    /// A wildcard that is only a piece of a token, or `#` or `>` that is not the last token.
    WildcardMisplaced "wildcard_misplaced";
    /// `+` beside `#`, which the framework's matcher does not read.
    WildcardsCombined "wildcards_combined";
    /// No form that the platform, its guide or its framework knows.
    UnknownForm "unknown_form";
    /// The form has no place for a tenant, so that every tenant's agents may use the same topic.
    NoTenantToken "no_tenant_token";
    /// The topic ends before the tenant's place.
    TenantMissing "tenant_missing";
    /// A wildcard at the tenant's place.
    WildcardTenant "wildcard_tenant";
    /// The tenant's id with more behind it, or a part of it: another tenant.
    TenantPrefix "tenant_prefix";
    /// Another tenant.
    OtherTenant "other_tenant";
    /// The tenant's id has a dot, so that no subject of NATS can name it in one token.
    TenantUnfit "tenant_unfit";
    /// `tenants.` instead of `tenant.`, which the platform always denies.
    PluralSubject "plural_subject";
    /// A wildcard that takes in more than an agent needs.
    WildcardTooWide "wildcard_too_wide";
}

/// What is wrong with a topic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Finding {
    /// The rule that it breaks.
    pub rule: Rule,
    /// In words.
    pub message: String,
    /// Topics that would do instead; empty where only a person knows.
    pub instead: Vec<String>,
    /// Where the rule is explained.
    pub docs: String,
}

impl Finding {
    pub(super) fn new(rule: Rule, message: impl Into<String>) -> Self {
        let docs = format!("docs/topics.md#{}", rule.name());
        Self { rule, message: message.into(), instead: Vec::new(), docs }
    }

    pub(super) fn instead(mut self, topics: Vec<String>) -> Self {
        self.instead = topics;
        self
    }
}
