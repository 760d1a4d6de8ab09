//! The text around a key: `-----BEGIN …-----`, base64, `-----END …-----`.
//!
//! Owns finding, reading and writing such blocks, and nothing of what is inside. Reading is as
//! lenient as the tools that write keys differ (line width, CRLF, text before the block), which the
//! key libraries' own readers are not: Python, for one, wraps OpenSSH files at 76. Contents live in
//! wiped memory.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use super::KeyError;
use crate::secret::SecretBytes;

/// A block as it was found.
pub(super) struct Armor<'a> {
    /// What stands after `BEGIN`.
    pub(super) label: &'a str,
    /// Whether a header says that the legacy encryption is in use (RFC 1421 `Proc-Type: 4,ENCRYPTED`).
    pub(super) legacy_encrypted: bool,
    body: &'a str,
}

impl<'a> Armor<'a> {
    /// Finds the first block that holds a private key, else the first block.
    pub(super) fn find(text: &'a str) -> Result<Option<Self>, KeyError> {
        let mut first = None;
        let mut rest = text;
        while let Some((label, after)) = next_begin(rest) {
            if label.ends_with("PRIVATE KEY") {
                return Self::read(label, after).map(Some);
            }
            first = first.or(Some((label, after)));
            rest = after;
        }
        first.map(|(label, after)| Self::read(label, after)).transpose()
    }

    fn read(label: &'a str, after: &'a str) -> Result<Self, KeyError> {
        let end = format!("-----END {label}-----");
        let Some(length) = after.find(&end) else {
            return Err(KeyError::damaged(format!("its last line, `{end}`, is missing")));
        };
        let mut body = &after[..length];
        let mut legacy_encrypted = false;
        // Headers, where there are any, come first and end at an empty line.
        while let Some((line, next)) = body.trim_start_matches(['\r', '\n']).split_once('\n') {
            let Some((name, value)) = line.split_once(':') else { break };
            legacy_encrypted |= name.trim() == "Proc-Type" && value.contains("ENCRYPTED");
            body = next;
        }
        Ok(Self { label, legacy_encrypted, body })
    }

    /// The decoded content.
    pub(super) fn content(&self) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        let mut packed = Zeroizing::new(Vec::with_capacity(self.body.len()));
        packed.extend(self.body.bytes().filter(|byte| !byte.is_ascii_whitespace()));
        // The library's error would quote a byte of the key, so it is not passed on.
        let content = STANDARD.decode(&*packed).map_err(|_| KeyError::damaged("its base64 text is broken"))?;
        Ok(Zeroizing::new(content))
    }
}

/// The label of the next `BEGIN` line, and what follows that line.
fn next_begin(text: &str) -> Option<(&str, &str)> {
    let mut rest = text;
    loop {
        let start = rest.find("-----BEGIN ")?;
        let at_line_start =
            rest[..start].trim_end_matches([' ', '\t']).chars().next_back().is_none_or(|before| before == '\n');
        let after = &rest[start + "-----BEGIN ".len()..];
        let (line, next) = after.split_once('\n').unwrap_or((after, ""));
        match line.trim_end().strip_suffix("-----") {
            Some(label) if at_line_start => return Some((label, next)),
            _ => rest = after,
        }
    }
}

/// Writes a block with lines of `width` characters.
pub(super) fn write(label: &str, content: &[u8], width: usize) -> SecretBytes {
    let packed = Zeroizing::new(STANDARD.encode(content));
    // Reserved in full, so that no half-grown copy is left in memory.
    let mut text = Vec::with_capacity(packed.len() + packed.len() / width + 2 * label.len() + 64);
    text.extend_from_slice(format!("-----BEGIN {label}-----\n").as_bytes());
    for line in packed.as_bytes().chunks(width) {
        text.extend_from_slice(line);
        text.push(b'\n');
    }
    text.extend_from_slice(format!("-----END {label}-----\n").as_bytes());
    SecretBytes::new(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_whatever_the_width() {
        let content: Vec<u8> = (0..=255).collect();
        for width in [64, 70, 76, 1000] {
            let text = String::from_utf8(write("TEST PRIVATE KEY", &content, width).expose().clone()).unwrap();
            for text in [text.clone(), text.replace('\n', "\r\n"), format!("Bag Attributes: x\n{text}")] {
                let armor = Armor::find(&text).unwrap().unwrap();
                assert_eq!(armor.label, "TEST PRIVATE KEY");
                assert_eq!(*armor.content().unwrap(), content);
            }
        }
    }

    #[test]
    fn the_private_key_is_found_behind_other_blocks() {
        let text = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n-----BEGIN PRIVATE KEY-----\nBBBB\n-----END PRIVATE KEY-----\n";
        assert_eq!(Armor::find(text).unwrap().unwrap().label, "PRIVATE KEY");
        assert!(Armor::find("nothing here").unwrap().is_none());
    }

    #[test]
    fn headers_are_no_content() {
        let text = "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nAAAA\n-----END RSA PRIVATE KEY-----\n";
        let armor = Armor::find(text).unwrap().unwrap();
        assert!(armor.legacy_encrypted);
        assert_eq!(armor.content().unwrap().len(), 3);
    }

    #[test]
    fn a_cut_or_broken_block_is_damage() {
        let cut = "-----BEGIN PRIVATE KEY-----\nAAAA\n";
        assert!(matches!(Armor::find(cut), Err(KeyError::Damaged { .. })));
        let broken = "-----BEGIN PRIVATE KEY-----\nA*AA\n-----END PRIVATE KEY-----\n";
        assert!(matches!(Armor::find(broken).unwrap().unwrap().content(), Err(KeyError::Damaged { .. })));
    }
}
