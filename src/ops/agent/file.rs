//! `agent.yaml`: a new agent written down.
//!
//! Owns the members that such a file may have. It is read as strictly as a configuration: what is unknown, doubled or
//! of another kind is an error with its line, and nothing of the file is used. It holds no secret.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use crate::config::{self, ConfigFile};
use crate::durable;
use crate::ops::error::{ErrorCode, OpError};

/// No description of an agent is longer.
const LARGEST: u64 = 1024 * 1024;

/// The members, as a person writes them.
const MEMBERS: [&str; 8] =
    ["name", "description", "type", "capabilities", "owner", "tags", "custom", "public_key_file"];

/// What a file says of a new agent.
#[derive(Debug, Clone, Default)]
pub struct AgentFile {
    /// Its name.
    pub name: Option<String>,
    /// What it is for.
    pub description: Option<String>,
    /// Its type.
    pub agent_type: Option<String>,
    /// What it can do.
    pub capabilities: Vec<String>,
    /// Whose it is.
    pub owner: Option<String>,
    /// Words to find it by.
    pub tags: Vec<String>,
    /// Whatever else is to be kept with it.
    pub custom: Option<Map<String, Value>>,
    /// The file of the public key for its record, from the directory of this file.
    pub public_key_file: Option<PathBuf>,
}

impl AgentFile {
    /// Reads a file.
    pub fn load(path: &Path) -> Result<Self, OpError> {
        let mut file = Self::read(path, durable::read(path, LARGEST)?)?;
        let directory = path.parent().unwrap_or(Path::new(""));
        file.public_key_file = file.public_key_file.map(|key| directory.join(key));
        Ok(file)
    }

    /// Reads what came from standard input.
    pub fn from_input(bytes: Vec<u8>) -> Result<Self, OpError> {
        Self::read(Path::new("standard input"), bytes)
    }

    fn read(path: &Path, bytes: Vec<u8>) -> Result<Self, OpError> {
        let source = ConfigFile::from_bytes(path, bytes);
        let refuse = |line: u32, what: String| {
            OpError::new(ErrorCode::ConfigInvalid, format!("`{}` line {line}: {what}", path.display()))
                .hint(format!("a new agent is described by {}", MEMBERS.join(", ")))
        };
        let tree = source.tree().map_err(|problem| refuse(problem.line, problem.message.clone()))?;
        let entries = tree.entries().ok_or_else(|| refuse(1, format!("it is {} and no section", tree.kind())))?;
        let mut file = Self::default();
        let mut seen: Vec<String> = Vec::new();
        for entry in entries {
            let (name, line) = (entry.key.key_text(), entry.key.position.line);
            // One member has two spellings.
            let name = if name == "agent_type" { "type".to_owned() } else { name };
            if seen.contains(&name) {
                return Err(refuse(line, format!("`{name}` is there twice")));
            }
            let value = entry.value.to_json();
            let wrong = |what: &str| refuse(line, format!("`{name}` has to be {what}, and is {}", entry.value.kind()));
            let text = || value.as_str().map(str::to_owned).ok_or_else(|| wrong("a text"));
            let words = || {
                let items = value.as_array().ok_or_else(|| wrong("a list of words"))?;
                let words: Option<Vec<String>> = items.iter().map(|item| item.as_str().map(str::to_owned)).collect();
                words.ok_or_else(|| refuse(line, format!("`{name}` holds something that is no text")))
            };
            match name.as_str() {
                "name" => file.name = Some(text()?),
                "description" => file.description = Some(text()?),
                "type" => file.agent_type = Some(text()?),
                "capabilities" => file.capabilities = words()?,
                "owner" => file.owner = Some(text()?),
                "tags" => file.tags = words()?,
                "custom" => file.custom = Some(value.as_object().cloned().ok_or_else(|| wrong("a section"))?),
                "public_key_file" => file.public_key_file = Some(PathBuf::from(text()?)),
                _ => {
                    let nearest = config::nearest(&name, MEMBERS);
                    let advice = nearest.map_or_else(String::new, |nearest| format!("; is `{nearest}` meant?"));
                    return Err(refuse(line, format!("there is no member `{}`{advice}", name.escape_debug())));
                }
            }
            seen.push(name);
        }
        Ok(file)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        let read = |text: &str| AgentFile::from_input(text.as_bytes().to_vec());
        let good = read("name: n\ntype: worker\ncapabilities: [a, b]\ntags:\n  - x\ncustom:\n  room: 7\n").unwrap();
        assert_eq!((good.name.as_deref(), good.capabilities.len(), good.tags.len()), (Some("n"), 2, 1));
        assert_eq!(good.custom.unwrap()["room"], 7);
        assert!(read("{\"name\": \"n\"}").unwrap().name.is_some());
        for (text, line, word) in [
            ("name: n\ndescriptoin: d\n", 2, "is `description` meant?"),
            ("name: n\n\nname: m\n", 3, "twice"),
            ("name: n\ntags: x\n", 2, "a list of words"),
            ("name:\n  - n\n", 1, "a text"),
            ("name: n\ncapabilities: [a, {b: 1}]\n", 2, "no text"),
            ("type: a\nagent_type: b\n", 2, "twice"),
            ("- name\n", 1, "no section"),
            ("name: [n\n", 2, "syntax"),
        ] {
            let error = read(text).unwrap_err().to_string();
            assert!(error.contains(word), "{text:?}: {error}");
            assert!(error.contains(&format!("line {line}:")) || word == "syntax", "{text:?}: {error}");
        }
    }
}
