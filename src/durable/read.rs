//! Reading, up to a limit: what is larger is refused rather than cut.

use std::fs::{self, File};
use std::io::{self, Read as _, Seek as _};
use std::path::{Path, PathBuf};

use super::error::{DurableError, failed};

/// Reads a whole file of at most `limit` bytes; a larger one is refused rather than cut.
pub fn read(path: &Path, limit: u64) -> Result<Vec<u8>, DurableError> {
    let file = File::open(path).map_err(failed("read", path))?;
    let mut bytes = Vec::new();
    file.take(limit + 1).read_to_end(&mut bytes).map_err(failed("read", path))?;
    if bytes.len() as u64 > limit {
        let source = io::Error::other(format!("it is larger than {limit} bytes"));
        return Err(failed("read", path)(source));
    }
    Ok(bytes)
}

/// Reads a file that may be absent.
pub fn read_if_present(path: &Path, limit: u64) -> Result<Option<Vec<u8>>, DurableError> {
    match read(path, limit) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(DurableError::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Reads at most the last `limit` bytes of a file that may be absent, and says whether that is all of it.
pub fn read_end(path: &Path, limit: u64) -> Result<Option<(Vec<u8>, bool)>, DurableError> {
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed("read", path)(error)),
    };
    let mut bytes = Vec::new();
    let length = file.metadata().map_err(failed("inspect", path))?.len();
    file.seek(io::SeekFrom::Start(length.saturating_sub(limit)))
        .and_then(|_| file.take(limit).read_to_end(&mut bytes))
        .map_err(failed("read", path))?;
    Ok(Some((bytes, length <= limit)))
}

/// The files of a directory whose names end in `.EXTENSION`; none where there is no such directory.
pub fn files_with_extension(directory: &Path, extension: &str) -> Result<Vec<PathBuf>, DurableError> {
    let entries = match fs::read_dir(directory) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(failed("list", directory)(error)),
    };
    let mut found = Vec::new();
    for entry in entries {
        let path = entry.map_err(failed("list", directory))?.path();
        if path.extension().is_some_and(|found| found == extension) {
            found.push(path);
        }
    }
    Ok(found)
}
