//! The two spellings of a topic, and what one pattern covers of another.
//!
//! Owns separators and wildcards: `/`, `+` and `#` in slash topics, `.`, `*` and `>` in NATS subjects. Knows no tenant.

use serde::Serialize;

/// How a topic is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// `tenants/T/results`, as of MQTT.
    Slash,
    /// `tenant.T.agent.A`, as of NATS.
    Nats,
}

/// One part of a topic between its separators.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    /// A word as it is.
    Word(String),
    /// Any one word: `+` or `*`.
    Any,
    /// All that follows: `#` or `>`.
    Rest,
}

impl Form {
    /// The form of a text; nothing for a bare word, which could be either.
    pub(super) fn of(text: &str) -> Option<Self> {
        // A separator says more than a wildcard, which may be the other form's by a slip.
        if text.contains('/') {
            Some(Self::Slash)
        } else if text.contains('.') {
            Some(Self::Nats)
        } else if text.contains(['#', '+']) {
            Some(Self::Slash)
        } else if text.contains(['*', '>']) {
            Some(Self::Nats)
        } else {
            None
        }
    }

    /// What stands between two tokens.
    pub(super) fn separator(self) -> char {
        match self {
            Self::Slash => '/',
            Self::Nats => '.',
        }
    }

    /// The wildcard for one token, and the one for all that follow.
    pub(super) fn wildcards(self) -> (char, char) {
        match self {
            Self::Slash => ('+', '#'),
            Self::Nats => ('*', '>'),
        }
    }

    /// The tokens of a text.
    pub(super) fn tokens(self, text: &str) -> Vec<Token> {
        let (any, rest) = self.wildcards();
        let token = |text: &str| {
            let is = |wildcard: char| text.chars().eq([wildcard]);
            if is(any) {
                Token::Any
            } else if is(rest) {
                Token::Rest
            } else {
                Token::Word(text.to_owned())
            }
        };
        text.split(self.separator()).map(token).collect()
    }

    /// Whether a pattern matches everything that another one does; both in this form, `Rest` at most at the end.
    pub(super) fn covers(self, pattern: &[Token], other: &[Token]) -> bool {
        match (pattern, other) {
            ([], []) => true,
            // `a/#` is also `a` itself, `a.>` is not.
            ([Token::Rest], []) => self == Self::Slash,
            ([Token::Rest], [..]) => true,
            ([Token::Any, pattern @ ..], [Token::Word(_) | Token::Any, other @ ..]) => self.covers(pattern, other),
            ([Token::Word(word), pattern @ ..], [Token::Word(same), other @ ..]) => {
                word == same && self.covers(pattern, other)
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every text of up to `longest` of these tokens.
    fn texts(tokens: &[&str], form: Form, longest: usize) -> Vec<String> {
        let mut all: Vec<String> = Vec::new();
        let mut last: Vec<String> = tokens.iter().map(|token| (*token).to_owned()).collect();
        for _ in 0..longest {
            all.extend(last.iter().cloned());
            last = last
                .iter()
                .flat_map(|text| tokens.iter().map(move |token| format!("{text}{}{token}", form.separator())))
                .collect();
        }
        all
    }

    /// What a pattern is by its definition: the same, word by word, from the left.
    fn matches(form: Form, pattern: &str, topic: &str) -> bool {
        let (any, rest) = form.wildcards();
        let words: Vec<&str> = topic.split(form.separator()).collect();
        let parts: Vec<&str> = pattern.split(form.separator()).collect();
        let ends_open = parts.last().is_some_and(|part| part.starts_with(rest));
        let fixed = if ends_open { &parts[..parts.len() - 1] } else { &parts[..] };
        let long_enough = match (ends_open, form) {
            (false, _) => words.len() == fixed.len(),
            (true, Form::Slash) => words.len() >= fixed.len(),
            (true, Form::Nats) => words.len() > fixed.len(),
        };
        long_enough && fixed.iter().zip(&words).all(|(part, word)| part.starts_with(any) || part == word)
    }

    #[test]
    fn what_a_pattern_covers_is_what_it_matches() {
        for form in [Form::Slash, Form::Nats] {
            let (any, rest) = form.wildcards();
            let (any, rest) = (any.to_string(), rest.to_string());
            let topics = texts(&["a", "b"], form, 4);
            let patterns: Vec<String> = texts(&["a", "b", &any, &rest], form, 3)
                .into_iter()
                .filter(|text| !text[..text.len() - 1].contains(&rest))
                .collect();
            assert!(topics.len() == 30 && patterns.len() > 50);
            for pattern in &patterns {
                for topic in &topics {
                    let covers = form.covers(&form.tokens(pattern), &form.tokens(topic));
                    assert_eq!(covers, matches(form, pattern, topic), "{pattern} {topic}");
                }
                // Of two patterns: one covers the other only if it matches all that the other does.
                for other in &patterns {
                    if form.covers(&form.tokens(pattern), &form.tokens(other)) {
                        let of_other = topics.iter().filter(|topic| matches(form, other, topic));
                        let missed: Vec<&String> = of_other.filter(|topic| !matches(form, pattern, topic)).collect();
                        assert!(missed.is_empty(), "{pattern} {other}: {missed:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn the_form_is_told_by_the_separator() {
        assert_eq!(Form::of("tenants/a.b/x"), Some(Form::Slash));
        assert_eq!(Form::of("tenant.a"), Some(Form::Nats));
        assert_eq!(Form::of("tenant.a.+"), Some(Form::Nats));
        assert_eq!(Form::of("#"), Some(Form::Slash));
        assert_eq!(Form::of(">"), Some(Form::Nats));
        assert_eq!(Form::of("results"), None);
    }
}
