//! A step's outputs in GitHub Actions: the file that `$GITHUB_OUTPUT` names.
//!
//! Owns the form of an entry. Each value stands between two lines of a delimiter that is drawn anew, so that no
//! value, whoever chose it, can end itself and begin another output.

use std::path::Path;

use rand::RngExt as _;
use rand::rand_core::UnwrapErr;
use rand::rngs::SysRng;

use crate::durable;
use crate::ops::error::{ErrorCode, OpError};
use crate::secret::Secret;

/// Adds outputs, by name and value, at the file's end.
pub fn add_outputs(file: &Path, outputs: &[(&str, &str)]) -> Result<(), OpError> {
    let mut text = String::new();
    for (name, value) in outputs {
        if !is_name(name) {
            return Err(OpError::new(ErrorCode::Usage, format!("`{}` is no name of an output", name.escape_default()))
                .hint("use letters, digits, `_` and `-`, beginning with a letter or `_`"));
        }
        let delimiter = format!("artcafe_{:032x}", UnwrapErr(SysRng).random::<u128>());
        text.push_str(&format!("{name}<<{delimiter}\n{value}\n{delimiter}\n"));
    }
    let text = Secret::new(text);
    // The runner made the file; one that is missing is not made anew where others could read it.
    durable::append(file, text.expose().as_bytes(), 0o600)
        .map_err(|error| OpError::from(error).hint("GITHUB_OUTPUT names this file: check the step's environment"))
}

/// As GitHub takes them.
fn is_name(name: &str) -> bool {
    let mut characters = name.chars();
    characters.next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
        && characters.all(|next| next.is_ascii_alphanumeric() || "_-".contains(next))
}
