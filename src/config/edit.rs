//! Changes to the configuration file, prepared in memory and saved at once.
//!
//! Owns the promise that nothing else changes: after each step the text is read strictly again, and
//! every value but the wanted one must be what it was. Nothing is written when nothing changed, when
//! the outcome is not as promised, or when somebody else wrote in between. Comments, order, quotes,
//! unknown keys, owner and mode stay.

use std::path::{Path, PathBuf};

use super::diff::{self, DiffLine};
use super::error::ConfigError;
use super::file::{ConfigFile, SIZE_LIMIT};
use super::key::{Key, ORGANIZATION_ID};
use super::key_path::KeyPath;
use super::problem::Problem;
use super::scalar::Scalar;
use super::text::{Format, parse, split_mark};
use super::tree::Node;
use super::{edit_json, edit_yaml, secrets};
use crate::durable::{self, DurableError};

/// A change to one configuration file.
#[derive(Debug, Clone)]
pub struct Edit {
    path: PathBuf,
    format: Format,
    /// The bytes as they were read; nothing for a file that is absent.
    original: Option<Vec<u8>>,
    before: String,
    text: String,
    tree: Node,
}

impl Edit {
    /// Starts from a file, which must be strictly readable.
    pub fn new(file: &ConfigFile) -> Result<Self, ConfigError> {
        let invalid = |problems| ConfigError::Invalid { path: file.path().to_path_buf(), problems };
        let tree = file.tree().map_err(|problem| invalid(vec![problem.clone()]))?;
        let broken: Vec<Problem> =
            file.validate_values().into_iter().filter(|problem| problem.code == "duplicate_key").collect();
        if !broken.is_empty() {
            return Err(invalid(broken));
        }
        Ok(Self {
            path: file.path().to_path_buf(),
            format: file.format(),
            original: Some(file.bytes().to_vec()),
            before: file.text().to_owned(),
            text: file.text().to_owned(),
            tree: tree.clone(),
        })
    }

    /// Starts from nothing, at a path where no file is yet.
    pub fn absent(path: &Path) -> Self {
        Self {
            path: path.to_path_buf(),
            format: Format::of(path),
            original: None,
            before: String::new(),
            text: String::new(),
            tree: Node::null(),
        }
    }

    /// Starts from a file that may be absent.
    pub fn of(path: &Path, file: Option<&ConfigFile>) -> Result<Self, ConfigError> {
        file.map_or_else(|| Ok(Self::absent(path)), Self::new)
    }

    /// Replaces the whole file, whatever it holds, readable or not: for a text that is complete in itself.
    pub fn replacing(path: &Path, file: Option<&ConfigFile>, text: String) -> Result<Self, ConfigError> {
        let new = ConfigFile::from_bytes(path, text.into_bytes());
        let mut edit = Self::new(&new)?;
        edit.original = file.map(|file| file.bytes().to_vec());
        edit.before = file.map(|file| file.text().to_owned()).unwrap_or_default();
        Ok(edit)
    }

    /// Sets one value, making the sections above it where they are missing. The tenant is set in
    /// each of its two spellings that the file has.
    pub fn set(&mut self, path: &KeyPath, value: Scalar) -> Result<&mut Self, ConfigError> {
        let key = path.known().or_else(|| (path.to_string() == ORGANIZATION_ID).then_some(Key::TenantId));
        if let Some(key) = key {
            key.check(&value)?;
        }
        for target in self.spellings(path)? {
            self.set_one(&target, &value)?;
        }
        Ok(self)
    }

    /// Removes one value or a whole section; whether there was one. The tenant is removed in both of
    /// its spellings.
    pub fn unset(&mut self, path: &KeyPath) -> Result<bool, ConfigError> {
        let mut found = false;
        for target in self.spellings(path)? {
            if self.tree.find(target.segments()).is_none() {
                continue;
            }
            found = true;
            let mut wanted = self.tree.clone();
            if !wanted.take(target.segments()) {
                return Err(self.cannot(&target, "it is inherited from another section, or the section has a tag"));
            }
            let (_, body) = split_mark(&self.text);
            let outcome = match self.format {
                Format::Yaml => edit_yaml::unset(body, &self.tree, target.segments()),
                Format::Json => edit_json::unset(body, &self.tree, target.segments()),
            };
            self.accept(&target, &wanted, [outcome])?;
        }
        Ok(found)
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The text as it would be saved.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether there is anything to save.
    pub fn is_change(&self) -> bool {
        self.original.as_deref() != Some(self.text.as_bytes()) && !(self.original.is_none() && self.text.is_empty())
    }

    /// The whole file with the lines that go and come; secrets are covered.
    pub fn diff(&self) -> Vec<DiffLine> {
        diff::lines(&self.before, &self.text, &covered(&self.before, self.format), &covered(&self.text, self.format))
    }

    /// Writes the file, unless nothing changed; whether it was written. A new file is private.
    pub fn save(&self) -> Result<bool, ConfigError> {
        if !self.is_change() {
            return Ok(false);
        }
        if self.text.len() as u64 > SIZE_LIMIT {
            return Err(self.cannot_at("the file", "it would be too large"));
        }
        if self.original.is_none()
            && let Some(parent) = self.path.parent()
        {
            durable::create_private_dir(parent)?;
        }
        // An existing mode is kept even where it is loose: validation says so, and it is the user's.
        let mode = if self.original.is_some() { 0o7777 } else { 0o600 };
        Ok(durable::replace_if_unchanged(&self.path, self.original.as_deref(), self.text.as_bytes(), mode)?)
    }

    fn set_one(&mut self, path: &KeyPath, value: &Scalar) -> Result<(), ConfigError> {
        let segments = path.segments();
        if self.tree.find(segments).is_some_and(|node| node.as_scalar() == Some(value)) {
            return Ok(());
        }
        let mut wanted = self.tree.clone();
        wanted.put(segments, self.as_read(value)).map_err(|reason| self.cannot(path, &reason))?;
        let (_, body) = split_mark(&self.text);
        match self.format {
            Format::Yaml => {
                let replaced = edit_yaml::replace(body, &self.tree, segments, value).ok_or_else(String::new);
                let edited = edit_yaml::set(body, &self.tree, segments, value);
                self.accept(path, &wanted, [replaced, edited])
            }
            Format::Json => self.accept(path, &wanted, [edit_json::set(body, &self.tree, segments, value)]),
        }
    }

    /// Takes the first outcome that holds exactly the wanted values.
    fn accept<const N: usize>(
        &mut self,
        path: &KeyPath,
        wanted: &Node,
        outcomes: [Result<String, String>; N],
    ) -> Result<(), ConfigError> {
        let (mark, _) = split_mark(&self.text);
        let mut reason = String::new();
        for outcome in outcomes {
            match outcome {
                Ok(body) => {
                    let text = format!("{mark}{body}");
                    match parse(&text, self.format) {
                        Ok(tree) if tree.same_as(wanted) => {
                            (self.text, self.tree) = (text, tree);
                            return Ok(());
                        }
                        _ => "the change would touch other values as well".clone_into(&mut reason),
                    }
                }
                Err(cause) => reason = cause,
            }
        }
        Err(self.cannot(path, &reason))
    }

    /// The paths to change for a path: for the tenant, the spellings that the file has.
    fn spellings(&self, path: &KeyPath) -> Result<Vec<KeyPath>, ConfigError> {
        let tenant = [Key::TenantId.key_path(), ORGANIZATION_ID.parse()?];
        if !tenant.contains(path) {
            return Ok(vec![path.clone()]);
        }
        let present: Vec<_> = tenant.into_iter().filter(|path| self.tree.find(path.segments()).is_some()).collect();
        Ok(if present.is_empty() { vec![path.clone()] } else { present })
    }

    /// The value as the strict reader gives it back, which can round a number.
    fn as_read(&self, value: &Scalar) -> Scalar {
        let spelled = match (value, self.format) {
            (Scalar::Float(_), Format::Yaml) => Some(value.to_yaml(super::scalar::Quotes::Plain)),
            (Scalar::Float(_), Format::Json) => value.to_json(),
            _ => None,
        };
        let read = spelled.and_then(|text| parse(&text, self.format).ok()?.as_scalar().cloned());
        read.unwrap_or_else(|| value.clone())
    }

    fn cannot(&self, path: &KeyPath, reason: &str) -> ConfigError {
        self.cannot_at(&path.to_string(), reason)
    }

    fn cannot_at(&self, key: &str, reason: &str) -> ConfigError {
        ConfigError::CannotEdit { path: self.path.clone(), key: key.to_owned(), reason: reason.to_owned() }
    }
}

/// The lines of a text with its secrets covered. A text that cannot be read is covered wherever a
/// line names a secret.
fn covered(text: &str, format: Format) -> Vec<String> {
    let (mark, body) = split_mark(text);
    let Ok(tree) = parse(text, format) else {
        let mut in_key = false;
        let cover = |line| {
            let hidden = in_key;
            in_key = (in_key || str::contains(line, "-----BEGIN")) && !str::contains(line, "-----END");
            if hidden { "[hidden]".to_owned() } else { cover_line(line) }
        };
        return text.split('\n').map(cover).collect();
    };
    let mut lines: Vec<String> = Vec::new();
    let mut covered = mark.to_owned();
    let mut at = 0;
    let mut spans = secrets::spans(&tree);
    spans.sort_by_key(|span| span.start);
    for span in spans.into_iter().filter(|span| span.end <= body.len()) {
        if span.start < at {
            continue;
        }
        covered.push_str(&body[at..span.start]);
        // One piece per line, so that lines stay where they are.
        let secret = body[span.clone()].trim_end_matches(['\n', '\r', ' ']);
        covered.push_str(&vec!["[hidden]"; secret.split('\n').count()].join("\n"));
        at = span.start + secret.len();
    }
    covered.push_str(&body[at..]);
    lines.extend(covered.split('\n').map(|line| line.trim_end_matches('\r').to_owned()));
    lines
}

fn cover_line(line: &str) -> String {
    let line = line.trim_end_matches('\r');
    match line.split_once(':') {
        Some((name, value))
            if secrets::is_secret_name(name.trim().trim_matches(['"', '\'', '{', ' '])) && !value.trim().is_empty() =>
        {
            format!("{name}: [hidden]")
        }
        _ => line.to_owned(),
    }
}

/// Keeps a dated copy beside a file, private and never over an existing one; says where.
pub fn backup(path: &Path, stamp: &str) -> Result<PathBuf, ConfigError> {
    let bytes = durable::read(path, SIZE_LIMIT)?;
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let mut attempt = 1;
    loop {
        let number = if attempt == 1 { String::new() } else { format!("-{attempt}") };
        let copy = path.with_file_name(format!("{name}.{stamp}{number}.bak"));
        match durable::create_new(&copy, &bytes, 0o600) {
            Ok(()) => return Ok(copy),
            Err(DurableError::Exists { .. }) if attempt < 100 => attempt += 1,
            Err(error) => return Err(error.into()),
        }
    }
}
