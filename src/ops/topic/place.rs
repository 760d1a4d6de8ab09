//! Where a topic's form has its tenant, and whether that is ours.
//!
//! Owns the table of forms and the comparison, which is of the whole token: a text that only begins like the tenant's id
//! is another tenant (`platform-api.md` 8.4).

use super::finding::Rule;
use super::form::{Form, Token};
use super::standard::Family;
use crate::id::TenantId;

/// Where a topic has its tenant.
pub(super) enum Place {
    /// At this token.
    At(Family, usize),
    /// Nowhere.
    Nowhere(Family),
    /// The form is not known.
    Unknown,
}

impl Place {
    /// The place in a topic, by its first words.
    pub(super) fn of(form: Form, tokens: &[Token], tenant: &TenantId) -> Self {
        let word = |index: usize| match tokens.get(index) {
            Some(Token::Word(word)) => Some(word.as_str()),
            _ => None,
        };
        match (form, word(0)) {
            (Form::Slash, Some("tenants")) => Self::At(Family::Guide, 1),
            (Form::Slash, Some("agents")) => Self::Nowhere(Family::Framework),
            (Form::Nats, Some("tenant" | "tenants")) => Self::At(Family::Platform, 1),
            (Form::Nats, Some("agents")) if word(1) == Some("presence") => Self::Nowhere(Family::Framework),
            (Form::Nats, Some("agents" | "_heartbeat")) => Self::At(Family::Platform, 1),
            (Form::Nats, Some("_HEARTBEAT" | "_PRESENCE" | "_METRICS" | "_SYS")) => match tokens.get(1) {
                Some(Token::Word(word)) if word == "tenant" => Self::At(Family::Platform, 2),
                Some(Token::Rest) | None => Self::At(Family::Platform, 2),
                _ => Self::Unknown,
            },
            (Form::Nats, Some(first)) if first == tenant.as_str() => Self::At(Family::Nkey, 0),
            _ => Self::Unknown,
        }
    }
}

/// What is wrong with a token at the tenant's place; nothing for the tenant itself.
pub(super) fn compare(token: &Token, tenant: &TenantId) -> Option<Rule> {
    let own = tenant.as_str();
    match token {
        Token::Any | Token::Rest => Some(Rule::WildcardTenant),
        Token::Word(word) if word == own => None,
        Token::Word(word) if word.is_empty() => Some(Rule::TenantMissing),
        Token::Word(word) if word.starts_with(own) || own.starts_with(word.as_str()) => Some(Rule::TenantPrefix),
        Token::Word(_) => Some(Rule::OtherTenant),
    }
}

/// What the same would be called inside the tenant; only of a topic without wildcards. What the framework says with
/// topics of its own is only advised where a standard topic says it with the tenant: one that nobody reads helps nobody.
pub(super) fn inside(form: Form, tokens: &[Token], tenant: &TenantId) -> Option<String> {
    let words: Option<Vec<&str>> = tokens
        .iter()
        .map(|token| match token {
            Token::Word(word) => Some(word.as_str()),
            Token::Any | Token::Rest => None,
        })
        .collect();
    let own = tenant.as_str();
    let parts: Vec<&str> = match (form, words?.as_slice()) {
        (Form::Nats, _) if own.contains('.') => return None,
        (Form::Slash, ["agents", "status", agent]) => vec!["tenants", own, "agents", agent, "status"],
        (Form::Slash, ["agents", "control" | "discovery" | "heartbeat" | "presence" | "status", ..]) => return None,
        (Form::Slash, ["agents", rest @ ..]) => [&["tenants", own, "agents"], rest].concat(),
        (Form::Slash, ["tenant", first, rest @ ..]) if *first == own => [&["tenants", own], rest].concat(),
        (Form::Nats, ["tenants", first, rest @ ..]) if *first == own => {
            let (noun, rest) = match rest {
                ["agents", rest @ ..] => (&["agent"] as &[&str], rest),
                ["channels", rest @ ..] => (&["channel"] as &[&str], rest),
                rest => (&[] as &[&str], rest),
            };
            [&["tenant", own], noun, rest].concat()
        }
        _ => return None,
    };
    Some(parts.join(&form.separator().to_string()))
}
