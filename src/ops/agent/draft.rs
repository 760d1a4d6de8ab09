//! What a new agent is to be, before it is one.
//!
//! Owns the guide's convention for names, which is advice: purpose and environment, such as `prod-data-processor-01`.
//! Knows what a server was asked to keep, so that what it dropped can be told.

use serde_json::{Map, Value, json};

use crate::api::token::Claims;
use crate::api::wire::AgentRecord;
use crate::ops::error::{ErrorCode, OpError};

/// Words that say where an agent works.
const ENVIRONMENTS: [&str; 24] = [
    "acc",
    "acceptance",
    "canary",
    "ci",
    "demo",
    "dev",
    "development",
    "int",
    "integration",
    "lab",
    "live",
    "local",
    "preprod",
    "preview",
    "prod",
    "production",
    "qa",
    "sandbox",
    "stage",
    "staging",
    "sit",
    "test",
    "testing",
    "uat",
];

/// A new agent.
#[derive(Debug, Clone, Default)]
pub struct AgentDraft {
    /// Its name.
    pub name: String,
    /// Its type.
    pub agent_type: String,
    /// What it can do.
    pub capabilities: Vec<String>,
    /// What it is for.
    pub description: Option<String>,
    /// Whose it is.
    pub owner: Option<String>,
    /// Words to find it by.
    pub tags: Vec<String>,
    /// Whatever else is to be kept with it.
    pub custom: Option<Map<String, Value>>,
}

/// No name is longer.
const LONGEST_NAME: usize = 256;

/// A name that nobody can have meant.
pub(in crate::ops) fn check_name(name: &str) -> Result<(), OpError> {
    let what = if name.chars().any(char::is_control) {
        "holds a line end or another control character"
    } else if name.chars().count() > LONGEST_NAME {
        "is longer than 256 characters"
    } else {
        return Ok(());
    };
    Err(OpError::new(ErrorCode::Usage, format!("the agent's name {what}"))
        .hint("give a short one of one line, such as prod-data-processor-01"))
}

/// What everybody who may read the record would read: a private key, or a token of the platform.
pub(in crate::ops) fn refuse_secret<'a>(values: impl IntoIterator<Item = &'a str>) -> Result<(), OpError> {
    let is_token = |word: &str| word.starts_with("eyJ") && Claims::read(word).is_some();
    for value in values {
        let what = if value.contains("PRIVATE KEY-----") {
            "a private key"
        } else if value.split_whitespace().any(is_token) {
            "a token"
        } else {
            continue;
        };
        return Err(OpError::new(
            ErrorCode::SecretOnCommandLine,
            format!("a value for the record holds {what}, which everybody who may read the record would see; nothing was sent"),
        )
        .hint("check which file or variable the value comes from; a secret that stood on the command line may be in the shell's history"));
    }
    Ok(())
}

/// Every text in a value of any depth.
fn texts_of<'a>(value: &'a Value, texts: &mut Vec<&'a str>) {
    match value {
        Value::String(text) => texts.push(text),
        Value::Array(values) => values.iter().for_each(|value| texts_of(value, texts)),
        Value::Object(members) => members.values().for_each(|value| texts_of(value, texts)),
        _ => {}
    }
}

impl AgentDraft {
    /// Refuses what is no record's: a name that nobody can have meant, a secret in any value.
    pub(in crate::ops) fn check(&self) -> Result<(), OpError> {
        let mut texts: Vec<&str> = [&self.name, &self.agent_type].map(String::as_str).to_vec();
        texts.extend(self.capabilities.iter().chain(&self.tags).map(String::as_str));
        texts.extend([&self.description, &self.owner].into_iter().flatten().map(String::as_str));
        for value in self.custom.iter().flat_map(Map::values) {
            texts_of(value, &mut texts);
        }
        refuse_secret(texts)?;
        check_name(&self.name)
    }

    /// The four members that the platform keeps; nothing where none is given.
    pub(super) fn metadata(&self) -> Option<Value> {
        let mut metadata = Map::new();
        let mut keep = |name: &str, value: Option<Value>| {
            if let Some(value) = value {
                metadata.insert(name.to_owned(), value);
            }
        };
        keep("description", self.description.as_ref().map(|text| json!(text)));
        keep("owner", self.owner.as_ref().map(|text| json!(text)));
        keep("tags", (!self.tags.is_empty()).then(|| json!(self.tags)));
        keep("custom", self.custom.as_ref().map(|members| json!(members)));
        (!metadata.is_empty()).then_some(Value::Object(metadata))
    }

    /// What was asked for and the record does not have. A type that is not shown may have been kept all the same.
    pub(super) fn lost_in(&self, record: &AgentRecord) -> Vec<&'static str> {
        let mut lost = Vec::new();
        let mut expect = |name: &'static str, is_there: bool| {
            if !is_there {
                lost.push(name);
            }
        };
        let text = |name: &str, wanted: &Option<String>| {
            wanted.as_ref().is_none_or(|text| text.is_empty() || record.keeps(name, text))
        };
        expect("type", record.agent_type.as_ref().is_none_or(|kind| *kind == self.agent_type));
        expect("capabilities", self.capabilities.len() == record.capabilities.len());
        expect("description", text("description", &self.description));
        expect("owner", text("owner", &self.owner));
        expect("tags", self.tags.len() == record.tags.len());
        expect("custom", self.custom.as_ref().map(Map::len) == record.custom.as_ref().map(Map::len));
        lost
    }

    /// The same in words, where anything is missing.
    pub(in crate::ops) fn loss_in(&self, record: &AgentRecord) -> Option<String> {
        let lost = self.lost_in(record);
        (!lost.is_empty()).then(|| format!("the server did not keep what was given of the agent: {}", lost.join(", ")))
    }

    /// What is missing of the guide's form of a name: an environment, a purpose, or nothing.
    pub fn name_advice(&self) -> Option<String> {
        let words: Vec<String> =
            self.name.split(['-', '_', '.', ' ']).filter(|word| !word.is_empty()).map(str::to_lowercase).collect();
        let is_environment = |word: &String| ENVIRONMENTS.contains(&word.as_str());
        let is_purpose = |word: &&String| !is_environment(word) && word.chars().any(char::is_alphabetic);
        let missing = match (words.iter().any(is_environment), words.iter().any(|word| is_purpose(&word))) {
            (true, true) => return None,
            (false, true) => "no environment, such as prod or staging",
            (true, false) => "no purpose, such as data-processor",
            (false, false) => "neither purpose nor environment",
        };
        Some(format!(
            "the name has {missing}: the platform's guide advises names like `prod-data-processor-01`, with both"
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_advised_on_and_never_refused() {
        let advice = |name: &str| AgentDraft { name: name.to_owned(), ..AgentDraft::default() }.name_advice();
        for good in ["prod-data-processor-01", "web_staging", "QA.billing", "dev-x1"] {
            assert_eq!(advice(good), None, "{good}");
        }
        for (name, word) in
            [("data-processor-01", "no environment"), ("prod-01", "no purpose"), ("7", "neither"), ("", "neither")]
        {
            assert!(advice(name).unwrap().contains(word), "{name}");
        }
        // A word that only begins like an environment is none.
        assert!(advice("product-catalogue").unwrap().contains("no environment"));
    }
}
