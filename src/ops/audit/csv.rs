//! The history as a table: RFC 4180.
//!
//! Owns columns and quoting. The hashes go along, but only the lines as they stand can be verified.

use super::line::Line;

/// The columns, in the order of a line's members.
const COLUMNS: [&str; 15] = [
    "seq",
    "time",
    "what",
    "key_id",
    "fingerprint",
    "path",
    "setting",
    "from",
    "to",
    "reason",
    "server",
    "tenant_id",
    "agent_id",
    "result",
    "prev",
];

/// The table of these lines.
pub(super) fn table<'a>(lines: impl Iterator<Item = &'a Line>) -> String {
    let mut text = COLUMNS.join(",");
    text.push_str("\r\n");
    for line in lines {
        let seq = line.seq.to_string();
        let fields: [Option<&str>; COLUMNS.len()] = [
            Some(&seq),
            Some(&line.time),
            Some(&line.what),
            line.key_id.as_deref(),
            line.fingerprint.as_deref(),
            line.path.as_deref(),
            line.setting.as_deref(),
            line.from.as_deref(),
            line.to.as_deref(),
            line.reason.as_deref(),
            line.server.as_deref(),
            line.tenant_id.as_deref(),
            line.agent_id.as_deref(),
            Some(&line.result),
            Some(&line.prev),
        ];
        let fields: Vec<String> = fields.into_iter().map(|field| quoted(field.unwrap_or_default())).collect();
        text.push_str(&fields.join(","));
        text.push_str("\r\n");
    }
    text
}

fn quoted(field: &str) -> String {
    // What begins like a formula is taken for one by spreadsheets, and quotes alone do not help.
    let guard = if field.starts_with(['=', '+', '-', '@', '\t', '\r']) { "'" } else { "" };
    if guard.is_empty() && !field.contains([',', '"', '\n', '\r']) {
        return field.to_owned();
    }
    format!("\"{guard}{}\"", field.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_quoted_where_they_have_to_be() {
        for (field, wanted) in [
            ("plain", "plain"),
            ("a,b", "\"a,b\""),
            ("a \"b\"\n", "\"a \"\"b\"\"\n\""),
            ("=1+1", "\"'=1+1\""),
            ("", ""),
        ] {
            assert_eq!(quoted(field), wanted);
        }
    }
}
