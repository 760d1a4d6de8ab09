//! A file for node_exporter's textfile collector.
//!
//! Owns its name and mode. The collector never sees half of it: it is replaced whole, and what it is written to first
//! does not end in `.prom`. There is no secret in it, and the collector is another user, so everybody may read it.

use std::ffi::OsStr;
use std::path::Path;

use crate::durable;
use crate::ops::error::{ErrorCode, OpError};

/// Refuses a name that the collector would pass over without a word.
pub fn check_textfile(path: &Path) -> Result<(), OpError> {
    if path.extension() == Some(OsStr::new("prom")) {
        return Ok(());
    }
    let hint = match path.file_stem() {
        _ if path == Path::new("-") => "leave `--textfile` out: the text goes to standard output then".to_owned(),
        Some(stem) if path.extension().is_some() || !stem.as_encoded_bytes().starts_with(b".") => {
            format!("give `--textfile {}`", path.with_extension("prom").display())
        }
        _ => "give a file in the collector's directory: `--textfile DIR/artcafe.prom`".to_owned(),
    };
    Err(OpError::new(
        ErrorCode::Usage,
        format!("the textfile collector reads files whose names end in `.prom`, and `{}` is none", path.display()),
    )
    .hint(hint))
}

/// Writes it.
pub fn write_textfile(path: &Path, text: &str) -> Result<(), OpError> {
    durable::replace(path, text.as_bytes(), 0o644)?;
    Ok(())
}
