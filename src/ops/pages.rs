//! `artcafe man`: generated pages become files.

use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::durable;
use crate::ops::error::OpError;

/// A file to write.
pub struct Page {
    /// Its name.
    pub name: String,
    /// Its content.
    pub text: Vec<u8>,
}

/// What was written.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct PagesReport {
    /// The directory.
    pub directory: PathBuf,
    /// How many pages it holds of ours.
    pub pages: usize,
}

/// Writes the pages into a directory, which is made if it is absent.
pub fn write_pages(directory: &Path, pages: &[Page]) -> Result<PagesReport, OpError> {
    durable::create_private_dir(directory)?;
    for page in pages {
        durable::replace(&directory.join(&page.name), &page.text, 0o644)?;
    }
    Ok(PagesReport { directory: directory.to_path_buf(), pages: pages.len() })
}
