//! Everything that is wrong with a configuration file, found in one go.
//!
//! Owns the findings, their words and their order. Looks at the file, its mode and the key file that
//! it names; changes nothing and never shows the value of a secret.

use super::duration;
use super::endpoint::Endpoint;
use super::file::ConfigFile;
use super::key::{Key, ORGANIZATION_ID};
use super::names::{known_names, nearest};
use super::paths::Paths;
use super::problem::Problem;
use super::scalar::{Scalar, is_plain};
use super::secrets;
use super::text::Format;
use super::tree::Node;

/// The sections whose names are ours to judge.
const SECTIONS: [&str; 5] = ["", "auth", "auth.ssh_key", "api", "rotation"];

/// What validation needs to know of the surroundings.
#[derive(Debug, Clone, Copy)]
pub struct ValidateContext<'a> {
    /// Where things are; expands `~`.
    pub paths: &'a Paths,
    /// The user on whose behalf files are opened.
    pub user: u32,
}

impl<'a> ValidateContext<'a> {
    /// The surroundings of this process.
    pub fn new(paths: &'a Paths) -> Self {
        Self { paths, user: crate::env::Env::effective_user() }
    }
}

impl ConfigFile {
    /// Every problem, errors and warnings, in the order of the file.
    pub fn validate(&self, context: ValidateContext<'_>) -> Vec<Problem> {
        let mut problems = self.mode_problems(context.user);
        problems.extend(self.validate_values());
        if let Ok(tree) = self.tree() {
            for section in SECTIONS {
                self.unknown_keys(tree, section, &mut problems);
            }
            self.ambiguous_texts(tree, &mut problems);
            self.endpoint_policy(&mut problems);
            self.rotation_policy(&mut problems);
            self.key_file(context, &mut problems);
            for (path, position) in secrets::find(tree) {
                problems.push(
                    Problem::warning(self.path(), "secret_in_file", position, format!("`{path}` holds a secret"))
                        .hint(secrets::advice(&path))
                        .key(path),
                );
            }
        }
        problems.sort_by_key(|problem| (problem.line, problem.column, problem.severity));
        problems
    }

    /// The problems that make the file unusable: syntax, and the values of our keys.
    pub(crate) fn validate_values(&self) -> Vec<Problem> {
        let tree = match self.tree() {
            Ok(tree) => tree,
            Err(problem) => return vec![problem.clone()],
        };
        let mut problems = Vec::new();
        for (path, second, first) in tree.duplicates() {
            problems.push(
                Problem::error(self.path(), "duplicate_key", second, format!("`{path}` is here a second time"))
                    .hint(format!("keep this one or the one in line {}", first.line))
                    .key(path),
            );
        }
        for section in SECTIONS {
            let Some(node) = node_at(tree, section) else { continue };
            if node.entries().is_none() {
                let name = if section.is_empty() { "the file".to_owned() } else { format!("`{section}`") };
                problems.push(
                    Problem::error(
                        self.path(),
                        "wrong_type",
                        node.position,
                        format!("{name} must be a section, not {}", node.kind()),
                    )
                    .hint("write `name: value` lines below it")
                    .key(section),
                );
            }
        }
        for key in Key::ALL {
            self.check_value(tree, key, key.path(), &mut problems);
        }
        self.check_value(tree, Key::TenantId, ORGANIZATION_ID, &mut problems);
        self.organization(tree, &mut problems);
        problems.sort_by_key(|problem| (problem.line, problem.column));
        problems
    }

    fn check_value(&self, tree: &Node, key: Key, path: &str, problems: &mut Vec<Problem>) {
        let Some(node) = node_at(tree, path) else { return };
        let problem = match node.as_scalar() {
            Some(Scalar::Null) => empty(self, node, path),
            Some(Scalar::Text(text)) if text.is_empty() => empty(self, node, path),
            Some(Scalar::Text(text)) => {
                let Some((message, hint)) = key.complaint(text) else { return };
                // The framework's models and providers are its own business.
                let severe = !matches!(key, Key::LlmProvider | Key::LlmModel);
                let new = if severe { Problem::error } else { Problem::warning };
                new(self.path(), "bad_value", node.position, format!("`{path}`: {message}")).hint(hint)
            }
            Some(_) => {
                let message = format!("`{path}` must be a text, not {}", node.kind());
                Problem::error(self.path(), "wrong_type", node.position, message).hint(key.type_hint())
            }
            None => {
                let message = format!("`{path}` must be a text, not {}", node.kind());
                Problem::error(self.path(), "wrong_type", node.position, message)
                    .hint("write one value behind the colon")
            }
        };
        problems.push(problem.key(path));
    }

    /// Both spellings of the tenant, saying different things.
    fn organization(&self, tree: &Node, problems: &mut Vec<Problem>) {
        let text = |path| node_at(tree, path).and_then(|node| Some((node.as_scalar()?.as_text()?, node.position)));
        let (Some((tenant, first)), Some((organization, second))) = (text(Key::TenantId.path()), text(ORGANIZATION_ID))
        else {
            return;
        };
        if tenant != organization && !tenant.is_empty() && !organization.is_empty() {
            let message = format!(
                "`auth.tenant_id` (line {}) and `auth.organization_id` (line {}) are synonyms and differ",
                first.line, second.line
            );
            problems.push(
                Problem::error(self.path(), "tenant_conflict", first.max(second), message)
                    .hint("remove one of the two lines")
                    .key(ORGANIZATION_ID),
            );
        }
    }

    fn unknown_keys(&self, tree: &Node, section: &str, problems: &mut Vec<Problem>) {
        let (Some(entries), Some(names)) = (node_at(tree, section).and_then(Node::entries), known_names(section))
        else {
            return;
        };
        for entry in entries {
            let name = entry.key.key_text();
            if names.contains(&name.as_str()) || name == "<<" || secrets::is_secret_name(&name) {
                continue;
            }
            let path = if section.is_empty() { name.clone() } else { format!("{section}.{name}") };
            // A name that belongs elsewhere, or is nearly one of ours, is a slip; others may be somebody's own.
            let meant = Key::ALL
                .map(Key::path)
                .into_iter()
                .find(|path| path.rsplit('.').next() == Some(&name) && !path.starts_with("llm."))
                .map(str::to_owned)
                .or_else(|| {
                    let known = nearest(&name, names.iter().copied())?;
                    Some(if section.is_empty() { known.to_owned() } else { format!("{section}.{known}") })
                });
            let slip =
                meant.is_some() && !section.is_empty() || meant.as_ref().is_some_and(|meant| meant.contains('.'));
            let new = if slip { Problem::error } else { Problem::warning };
            let hint = meant.map_or_else(
                || "remove it unless another program reads it".to_owned(),
                |meant| format!("did you mean `{meant}`?"),
            );
            problems.push(
                new(self.path(), "unknown_key", entry.key.position, format!("`{path}` is unknown"))
                    .hint(hint)
                    .key(path),
            );
        }
    }

    /// Texts without quotes that the framework's reader takes for something else.
    fn ambiguous_texts(&self, tree: &Node, problems: &mut Vec<Problem>) {
        if self.format() == Format::Json {
            return;
        }
        let body = super::text::split_mark(self.text()).1;
        for (key, path) in Key::ALL.map(|key| (key, key.path())).into_iter().chain([(Key::TenantId, ORGANIZATION_ID)]) {
            let Some(node) = node_at(tree, path) else { continue };
            let (Some(Scalar::Text(text)), Some(span)) = (node.as_scalar(), node.span.clone()) else { continue };
            if body.get(span) != Some(text.as_str())
                || is_plain(text)
                || !is_ambiguous(text)
                || key.complaint(text).is_some()
            {
                continue;
            }
            let message = format!("`{path}` has no quotes, and YAML 1.1 reads it as something other than a text");
            problems.push(
                Problem::warning(self.path(), "ambiguous_text", node.position, message)
                    .hint("put the value in quotes")
                    .key(path),
            );
        }
    }

    fn endpoint_policy(&self, problems: &mut Vec<Problem>) {
        let path = Key::Endpoint.path();
        let Some((Scalar::Text(text), position)) = self.scalar(&Key::Endpoint.key_path()) else { return };
        if text.parse::<Endpoint>().is_ok_and(|endpoint| !endpoint.is_https() && !endpoint.is_loopback()) {
            problems.push(
                Problem::error(self.path(), "endpoint_not_https", position, format!("`{path}` is not https"))
                    .hint("write https; plain http is for this machine alone")
                    .key(path),
            );
        }
    }

    /// A window that opens only once the key is due already.
    fn rotation_policy(&self, problems: &mut Vec<Problem>) {
        let length = |key: Key| {
            let found = self.text_of(key)?;
            duration::parse(&found.value).ok()
        };
        let (Some(after), Some(max_age)) = (length(Key::RotationAfter), length(Key::RotationMaxAge)) else { return };
        let path = Key::RotationAfter.path();
        let Some((_, position)) = self.scalar(&Key::RotationAfter.key_path()) else { return };
        if after > max_age {
            let message = format!("`{path}` is longer than `{}`, which ends it", Key::RotationMaxAge);
            problems.push(
                Problem::warning(self.path(), "rotation_window", position, message)
                    .hint("make it shorter, so that timers have time to replace the key before it is due")
                    .key(path),
            );
        }
    }
}

fn node_at<'a>(tree: &'a Node, path: &str) -> Option<&'a Node> {
    if path.is_empty() {
        return Some(tree);
    }
    let segments: Vec<_> = path.split('.').collect();
    tree.find(&segments)
}

fn empty(file: &ConfigFile, node: &Node, path: &str) -> Problem {
    Problem::warning(file.path(), "empty_value", node.position, format!("`{path}` is empty"))
        .hint(format!("run `artcafe config set {path} VALUE`, or remove the line"))
}

/// Whether YAML 1.1 has a meaning of its own for a bare word that YAML 1.2 takes for a text.
fn is_ambiguous(text: &str) -> bool {
    let word = matches!(text.to_ascii_lowercase().as_str(), "y" | "n" | "yes" | "no" | "on" | "off");
    let number_like = text.starts_with(|first: char| first.is_ascii_digit() || "+-.".contains(first))
        && text.bytes().all(|byte| byte.is_ascii_hexdigit() || b"_:.+-xob".contains(&byte));
    // A ULID or a UUID starts with a digit, but has letters or dashes where no number has them.
    word || number_like && (text.bytes().all(|byte| byte.is_ascii_digit() || b"_:".contains(&byte)) || is_date(text))
}

fn is_date(text: &str) -> bool {
    let parts: Vec<_> = text.split('-').collect();
    parts.len() == 3
        && parts[0].len() == 4
        && parts.iter().all(|part| (1..=4).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit()))
}
