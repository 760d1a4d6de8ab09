//! `topic check`: whether a topic is well formed, stays inside the tenant and is no wider than needed.
//!
//! Owns the verdict. The tenant's token is looked for at the one place where the topic's form has it, and compared whole:
//! `tenant.abcd` is not inside tenant `abc`, though its text begins like it (`platform-api.md` 8.4). A topic of no known
//! form is not inside.

use serde::Serialize;

use super::finding::{Finding, Rule};
use super::form::{Form, Token};
use super::place::{Place, compare, inside};
use super::standard::{self, Direction, Family};
use crate::id::{AgentId, ServerText, TenantId};

/// The verdict on every topic.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct CheckReport {
    /// The tenant.
    pub tenant_id: TenantId,
    /// The agent; null where none is configured, and then its own topics cannot be named.
    pub agent_id: Option<AgentId>,
    /// The topics in the order in which they were given.
    pub topics: Vec<CheckedTopic>,
    /// Whether nothing was found.
    pub ok: bool,
}

/// The verdict on one topic.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct CheckedTopic {
    /// The topic as it was given; control characters are escaped.
    pub topic: String,
    /// How it is written; null where that cannot be told.
    pub form: Option<Form>,
    /// Whose kind of topic it is; null for none that is known.
    pub family: Option<Family>,
    /// Whether all that it matches belongs to the tenant.
    pub in_tenant: bool,
    /// What an agent does with it, where it is a standard topic of this one.
    pub standard: Option<Direction>,
    /// What is wrong with it.
    pub findings: Vec<Finding>,
}

/// Checks topics for an agent of this tenant.
pub fn check(tenant: &TenantId, agent: Option<&AgentId>, topics: &[String]) -> CheckReport {
    let topics: Vec<CheckedTopic> =
        topics.iter().map(|topic| Checker { tenant, agent, topic, findings: Vec::new() }.run()).collect();
    CheckReport {
        tenant_id: tenant.clone(),
        agent_id: agent.cloned(),
        ok: topics.iter().all(|topic| topic.findings.is_empty()),
        topics,
    }
}

struct Checker<'a> {
    tenant: &'a TenantId,
    agent: Option<&'a AgentId>,
    topic: &'a str,
    findings: Vec<Finding>,
}

impl Checker<'_> {
    fn run(mut self) -> CheckedTopic {
        let form = Form::of(self.topic);
        let (mut family, mut in_tenant, mut direction) = (None, false, None);
        match form {
            None if self.topic.is_empty() => self.find(Rule::EmptyToken, "the topic is empty"),
            None => {
                self.characters(Form::Slash, &[Token::Word(self.topic.to_owned())]);
                self.find(Rule::UnknownForm, "a single word names no tenant");
            }
            Some(form) => {
                let tokens = form.tokens(self.topic);
                self.characters(form, &tokens);
                self.wildcards(form, &tokens);
                let is_well_formed = self.findings.is_empty();
                (family, in_tenant) = self.place(form, &tokens);
                in_tenant &= is_well_formed;
                if is_well_formed {
                    direction = self.standard(form, &tokens);
                    self.width(form, &tokens, direction.is_some());
                }
            }
        }
        CheckedTopic {
            topic: ServerText::new(self.topic).to_string(),
            form,
            family,
            in_tenant,
            standard: direction,
            findings: self.findings,
        }
    }

    fn find(&mut self, rule: Rule, message: impl Into<String>) {
        self.findings.push(Finding::new(rule, message));
    }

    /// What may stand in a token: the characters of ids, but no dot, since a slash topic may become a subject.
    fn characters(&mut self, form: Form, tokens: &[Token]) {
        let words = tokens.iter().filter_map(|token| match token {
            Token::Word(word) => Some(word.as_str()),
            Token::Any | Token::Rest => None,
        });
        let (any, rest) = form.wildcards();
        let (mut is_empty, mut is_mixed, mut odd) = (false, false, None);
        for word in words {
            is_empty |= word.is_empty();
            let is_id = word == self.tenant.as_str() || self.agent.is_some_and(|agent| agent.as_str() == word);
            for character in word.chars() {
                match character {
                    'A'..='Z' | 'a'..='z' | '0'..='9' | '_' | '-' => {}
                    // Told as misplaced.
                    wildcard if wildcard == any || wildcard == rest => {}
                    // Ids may have dots, which is of no matter in a slash topic.
                    '.' if is_id => {}
                    '.' | '*' | '>' | '/' | '+' | '#' => is_mixed = true,
                    other => odd = odd.or(Some(other)),
                }
            }
        }
        if is_empty {
            self.find(
                Rule::EmptyToken,
                format!("there is nothing between two `{0}`, or before or after one", form.separator()),
            );
        }
        if is_mixed {
            let message =
                "it mixes the separators or wildcards of slash topics (`/` `+` `#`) and of NATS subjects (`.` `*` `>`)";
            self.find(Rule::MixedForms, message);
        }
        if let Some(odd) = odd {
            let what = match odd {
                char::REPLACEMENT_CHARACTER => "a byte that is no UTF-8".to_owned(),
                odd => format!("`{}`", odd.escape_default()),
            };
            let message = format!("{what} may not stand in a topic: letters, digits, `_` and `-` may");
            self.find(Rule::InvalidCharacter, message);
        }
    }

    fn wildcards(&mut self, form: Form, tokens: &[Token]) {
        let (any, rest) = form.wildcards();
        let is_piece = tokens.iter().any(|token| matches!(token, Token::Word(word) if word.contains([any, rest])));
        let is_early = tokens.iter().rev().skip(1).any(|token| *token == Token::Rest);
        if is_piece {
            self.find(
                Rule::WildcardMisplaced,
                format!("`{any}` and `{rest}` stand for whole tokens, and not for a piece of one"),
            );
        }
        if is_early {
            self.find(
                Rule::WildcardMisplaced,
                format!("`{rest}` stands for all that follows, so it can only be the last token"),
            );
        }
        if form == Form::Slash && tokens.contains(&Token::Any) && tokens.contains(&Token::Rest) {
            self.find(Rule::WildcardsCombined, "the agent framework reads no `+` in a topic with `#`");
        }
    }

    /// The tenant's token, at the one place where the form has it.
    fn place(&mut self, form: Form, tokens: &[Token]) -> (Option<Family>, bool) {
        match Place::of(form, tokens, self.tenant) {
            Place::Unknown => {
                // The bare tenant comes first with NKeys, so what begins like it is meant as one.
                let first = tokens.first().cloned().unwrap_or(Token::Rest);
                let own = self.tenant.as_str();
                match &first {
                    Token::Word(word) if form == Form::Nats && word.starts_with(own) => {
                        self.find_tenant(Rule::TenantPrefix, &first);
                    }
                    Token::Any | Token::Rest => self.find_tenant(Rule::WildcardTenant, &first),
                    Token::Word(_) => {
                        let instead = self.advice(form, tokens);
                        let message = "it begins like no topic of the platform, its guide or its framework";
                        self.findings.push(Finding::new(Rule::UnknownForm, message).instead(instead));
                    }
                }
                (None, false)
            }
            Place::Nowhere(family) => {
                let instead = self.advice(form, tokens);
                let mut message =
                    "it names no tenant, so agents of other tenants may use the very same topic".to_owned();
                if instead.is_empty() && self.standard(form, tokens).is_some() {
                    message.push_str(
                        "; no standard topic says the same with the tenant, so agree on one with whoever reads it",
                    );
                }
                self.findings.push(Finding::new(Rule::NoTenantToken, message).instead(instead));
                (Some(family), false)
            }
            Place::At(family, index) => {
                if form == Form::Nats && matches!(&tokens[0], Token::Word(word) if word == "tenants") {
                    let finding = Finding::new(
                        Rule::PluralSubject,
                        "the platform allows `tenant.` alone, and denies `tenants.` always",
                    );
                    self.findings.push(finding.instead(self.advice(form, tokens)));
                }
                if form == Form::Nats && self.tenant.as_str().contains('.') {
                    let message = format!(
                        "the tenant id `{}` has a dot, which separates tokens here: no subject can name it",
                        self.tenant
                    );
                    self.find(Rule::TenantUnfit, message);
                    return (Some(family), false);
                }
                // Where all that follows begins before the tenant's place, it takes the tenant in.
                let early = tokens.iter().take(index).find(|token| **token == Token::Rest);
                let Some(token) = early.or(tokens.get(index)) else {
                    self.find(Rule::TenantMissing, "it ends before the tenant");
                    return (Some(family), false);
                };
                match compare(token, self.tenant) {
                    None => (Some(family), true),
                    Some(rule) => {
                        self.find_tenant(rule, token);
                        (Some(family), false)
                    }
                }
            }
        }
    }

    /// What the same would be called inside the tenant, of what is well formed.
    fn advice(&self, form: Form, tokens: &[Token]) -> Vec<String> {
        if self.findings.is_empty() { inside(form, tokens, self.tenant).into_iter().collect() } else { Vec::new() }
    }

    fn find_tenant(&mut self, rule: Rule, token: &Token) {
        let shown = match token {
            Token::Word(word) => ServerText::new(word).to_string(),
            Token::Any | Token::Rest => String::new(),
        };
        let own = self.tenant;
        let message = match rule {
            Rule::WildcardTenant => {
                format!("a wildcard stands where the tenant is named, so it takes in every tenant; name `{own}`")
            }
            Rule::TenantPrefix => format!("`{shown}` and tenant `{own}` begin alike, and are two"),
            Rule::TenantMissing => "the tenant's place is empty".to_owned(),
            _ => format!("it belongs to tenant `{shown}` (or an environment of that name), and not to `{own}`"),
        };
        self.find(rule, message);
    }

    /// What an agent does with it, where it is one of this agent's standard topics or a choice of one.
    fn standard(&self, form: Form, tokens: &[Token]) -> Option<Direction> {
        let topics = standard::topics(form, self.tenant, self.agent);
        let is_it = |topic: &&standard::StandardTopic| {
            let pattern = topic.tokens();
            // A wildcard of the topic has to be one of the standard's own.
            let has_other =
                tokens.contains(&Token::Any) || tokens.contains(&Token::Rest) && !pattern.contains(&Token::Rest);
            !has_other && form.covers(&pattern, tokens)
        };
        topics.iter().find(is_it).map(|topic| topic.direction)
    }

    /// A wildcard that no standard topic has: which of them it takes in.
    fn width(&mut self, form: Form, tokens: &[Token], is_standard: bool) {
        let has_wildcard = tokens.iter().any(|token| matches!(token, Token::Any | Token::Rest));
        if !has_wildcard || is_standard {
            return;
        }
        let taken: Vec<String> = standard::topics(form, self.tenant, self.agent)
            .into_iter()
            .filter(|topic| topic.in_tenant && form.covers(tokens, &topic.tokens()))
            .map(|topic| topic.topic)
            .collect();
        let message = match taken.len() {
            0 => "it takes in topics that no standard of the platform has: name those that are needed".to_owned(),
            _ => "it takes in more than this agent needs: subscribe to what is needed of its own topics".to_owned(),
        };
        self.findings.push(Finding::new(Rule::WildcardTooWide, message).instead(taken));
    }
}
