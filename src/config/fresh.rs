//! The text of a new configuration file, in the shape of the platform's guide.

use serde_json::{Map, Value};

use super::key::Key;
use super::scalar::{Quotes, Scalar};
use super::text::Format;

/// Writes a complete file with these values, in the guide's order; every value is a quoted text.
pub fn fresh(format: Format, entries: &[(Key, String)]) -> String {
    let ordered = Key::ALL.into_iter().filter_map(|key| entries.iter().rev().find(|(other, _)| *other == key));
    match format {
        Format::Yaml => yaml(ordered),
        Format::Json => json(ordered),
    }
}

fn yaml<'a>(entries: impl Iterator<Item = &'a (Key, String)>) -> String {
    let mut text = String::from(
        "# The identity of an ArtCafe.ai agent. The private key stays in its own file.\n\
         # Check: `artcafe config validate`; change: `artcafe config set KEY VALUE`.\n",
    );
    let mut above: Vec<String> = Vec::new();
    for (key, value) in entries {
        let path = key.key_path();
        let (name, sections) = match path.segments().split_last() {
            Some(parts) => parts,
            None => continue,
        };
        let shared = above.iter().zip(sections).take_while(|(old, new)| old == new).count();
        if shared == 0 {
            text.push_str(if above.is_empty() { "" } else { "\n" });
        }
        for (depth, section) in sections.iter().enumerate().skip(shared) {
            text.push_str(&format!("{}{section}:\n", "  ".repeat(depth)));
        }
        let quoted = Scalar::Text(value.clone()).to_yaml(Quotes::Double);
        text.push_str(&format!("{}{name}: {quoted}\n", "  ".repeat(sections.len())));
        above = sections.to_vec();
    }
    text
}

fn json<'a>(entries: impl Iterator<Item = &'a (Key, String)>) -> String {
    let mut root = Value::Object(Map::new());
    for (key, value) in entries {
        let mut node = &mut root;
        for name in key.key_path().segments() {
            node = &mut node[name.as_str()];
        }
        *node = Value::String(value.clone());
    }
    format!("{root:#}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_file_has_the_guides_shape() {
        let entries = [
            (Key::Endpoint, "https://api.artcafe.ai".to_owned()),
            (Key::AgentId, "0123".to_owned()),
            (Key::KeyType, "agent".to_owned()),
            (Key::PrivateKeyPath, "~/.ssh/artcafe_agent".to_owned()),
        ];
        let yaml = fresh(Format::Yaml, &entries);
        assert!(yaml.starts_with("# "));
        assert!(
            yaml.ends_with(
                "auth:\n  agent_id: \"0123\"\n  ssh_key:\n    private_key_path: \"~/.ssh/artcafe_agent\"\n    key_type: \"agent\"\n\n\
                 api:\n  endpoint: \"https://api.artcafe.ai\"\n"
            ),
            "{yaml}"
        );
        let json = fresh(Format::Json, &entries);
        let read: Value = serde_json::from_str(&json).unwrap();
        assert_eq!(read["auth"]["agent_id"], "0123");
        assert!(json.starts_with("{\n  \"auth\": {\n    \"agent_id\": \"0123\",\n"), "{json}");
        let from_yaml: Value = serde_yaml::from_str(&yaml).unwrap();
        assert_eq!(from_yaml, read);
    }
}
