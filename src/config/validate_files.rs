//! What is wrong with the files themselves: the mode and owner of the configuration, and the key file
//! that it names. The key file's own mode is not judged here.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::MetadataExt as _;

use super::file::ConfigFile;
use super::key::Key;
use super::origin::Position;
use super::problem::Problem;
use super::scalar::Scalar;
use super::validate::ValidateContext;

impl ConfigFile {
    pub(crate) fn key_file(&self, context: ValidateContext<'_>, problems: &mut Vec<Problem>) {
        let path = Key::PrivateKeyPath.path();
        let Some((Scalar::Text(text), position)) = self.scalar(&Key::PrivateKeyPath.key_path()) else { return };
        if text.is_empty() || Key::PrivateKeyPath.complaint(&text).is_some() {
            return;
        }
        let expanded = context.paths.expand(&text);
        if expanded.is_relative() {
            problems.push(
                Problem::warning(
                    self.path(),
                    "relative_path",
                    position,
                    format!("`{path}` depends on the working directory"),
                )
                .hint("write an absolute path, or one that starts with `~/`")
                .key(path),
            );
        }
        let file = context.paths.absolute(&expanded).unwrap_or(expanded);
        let shown = context.paths.contract(&file);
        let (code, message, hint) = match fs::metadata(&file) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => (
                "key_file_missing",
                format!("the key file `{shown}` does not exist"),
                "`artcafe key generate` makes one".to_owned(),
            ),
            Err(error) => (
                "key_file_unreadable",
                format!("the key file `{shown}` cannot be inspected: {error}"),
                "check the directories above it".to_owned(),
            ),
            Ok(metadata) if !metadata.is_file() => (
                "key_file_unreadable",
                format!("the key file `{shown}` is no file"),
                "write the path of the private key file".to_owned(),
            ),
            Ok(_) => match File::open(&file) {
                Ok(_) => return,
                Err(error) => (
                    "key_file_unreadable",
                    format!("the key file `{shown}` cannot be read: {error}"),
                    "check its owner and mode".to_owned(),
                ),
            },
        };
        problems.push(Problem::error(self.path(), code, position, message).hint(hint).key(path));
    }

    pub(crate) fn mode_problems(&self, user: u32) -> Vec<Problem> {
        let Ok(metadata) = fs::metadata(self.path()) else { return Vec::new() };
        let mode = metadata.mode() & 0o7777;
        let hint = format!("run `chmod 600 {}`", shell_word(&self.path().display().to_string()));
        let mut problems = Vec::new();
        if mode & 0o002 != 0 {
            let message = format!("every user of this machine can change the file (mode {mode:04o})");
            problems.push(Problem::error(self.path(), "mode_world_writable", Position::START, message).hint(hint));
        } else if mode & 0o077 != 0 {
            let message = format!("other users can read or change the file (mode {mode:04o})");
            problems.push(Problem::warning(self.path(), "mode_loose", Position::START, message).hint(hint));
        }
        // Root works on other people's files and may well hold none of its own.
        if user != 0 && metadata.uid() != user && metadata.uid() != 0 {
            let message = "the file belongs to another user, who can change it".to_owned();
            problems.push(
                Problem::warning(self.path(), "foreign_owner", Position::START, message).hint("use a file of your own"),
            );
        }
        problems
    }
}

/// A word for a shell command that we suggest.
fn shell_word(text: &str) -> String {
    let safe = |character: char| character.is_ascii_alphanumeric() || "/._-+@,".contains(character);
    if !text.is_empty() && text.chars().all(safe) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', "'\\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_suggested_command_is_safe_to_paste() {
        assert_eq!(shell_word("/home/u/.artcafe/config.yaml"), "/home/u/.artcafe/config.yaml");
        assert_eq!(shell_word("/a b/c"), "'/a b/c'");
        assert_eq!(shell_word("it's; rm -r"), "'it'\\''s; rm -r'");
    }
}
