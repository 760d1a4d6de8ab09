//! Values that should not be in a configuration file, found by the names of their keys.
//!
//! Owns the names. Never copies a value.

use std::ops::Range;

use super::origin::Position;
use super::scalar::Scalar;
use super::tree::{Content, Node};

/// Whether a key of this name holds a secret.
pub fn is_secret_name(name: &str) -> bool {
    const WORDS: [&str; 13] = [
        "token",
        "api_key",
        "apikey",
        "password",
        "passwd",
        "passphrase",
        "secret",
        "seed",
        "credential",
        "credentials",
        "bearer",
        "access_key",
        "secret_key",
    ];
    let name = name.to_lowercase().replace('-', "_");
    WORDS.iter().any(|word| name == *word || name.strip_suffix(word).is_some_and(|before| before.ends_with('_')))
}

/// Every secret: its path and place.
pub(crate) fn find(tree: &Node) -> Vec<(String, Position)> {
    let mut found = Vec::new();
    walk(tree, "", false, &mut |path, node| found.push((path.to_owned(), node.position)));
    found
}

/// The bytes of every secret.
pub(crate) fn spans(tree: &Node) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    walk(tree, "", false, &mut |_, node| found.extend(node.span.clone()));
    found
}

fn walk(node: &Node, path: &str, named: bool, found: &mut dyn FnMut(&str, &Node)) {
    match &node.untagged().content {
        Content::Scalar(Scalar::Text(text)) => {
            // `${NAME}` and `$NAME` stand for a value that is elsewhere.
            let is_key = text.contains("-----BEGIN") && text.contains("PRIVATE KEY");
            if is_key || named && !text.is_empty() && !text.starts_with('$') {
                found(path, node);
            }
        }
        Content::Scalar(Scalar::Integer(_) | Scalar::Float(_)) if named => found(path, node),
        Content::Mapping(entries) => {
            for entry in entries {
                let name = entry.key.key_text();
                let below = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                let has_parts = entry.value.as_scalar().is_none();
                walk(&entry.value, &below, is_secret_name(&name) && !has_parts, found);
            }
        }
        Content::Sequence(items) => items.iter().for_each(|item| walk(item, path, named, found)),
        _ => {}
    }
}

/// Where the secret should be instead.
pub fn advice(path: &str) -> &'static str {
    if path.starts_with("llm.") {
        "remove it, and give the provider its key by an environment variable such as ANTHROPIC_API_KEY"
    } else if path.starts_with("auth.") {
        "remove it; `artcafe auth login` keeps a token in a private file of its own"
    } else {
        "remove it, and keep it in a private file or an environment variable"
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::text::{Format, parse};

    #[test]
    fn secrets_are_found_by_name_wherever_they_are() {
        let text = "auth:\n  token: a\n  token_refresh_margin: 300\nllm: {api_key: 5, openai: {apiKey: b}}\nmessaging:\n  - {client-secret: c}\n\
                    security: {sensitive_keys: [token, password]}\nempty: {password: '', secret: \"${SECRET}\", api_key: null}\n\
                    pem: |\n  -----BEGIN OPENSSH PRIVATE KEY-----\n";
        let paths: Vec<_> = find(&parse(text, Format::Yaml).unwrap()).into_iter().map(|(path, _)| path).collect();
        assert_eq!(paths, ["auth.token", "llm.api_key", "llm.openai.apiKey", "messaging.client-secret", "pem"]);
    }
}
