//! The names that may stand in a file, and the nearest one to a name that may not.

/// The names that the platform's framework or this program knows below a section (`""`: the top);
/// nothing for a section whose names are not ours to judge.
pub(crate) fn known_names(section: &str) -> Option<&'static [&'static str]> {
    match section {
        "" => Some(&[
            "api",
            "auth",
            "messaging",
            "nats",
            "rotation",
            "llm",
            "logging",
            "security",
            "resources",
            "agent",
            "platform",
            "monitoring",
        ]),
        "auth" => Some(&[
            "agent_id",
            "tenant_id",
            "organization_id",
            "ssh_key",
            "retry_attempts",
            "retry_delay",
            "token_refresh_margin",
        ]),
        "auth.ssh_key" => Some(&["private_key_path", "key_type", "key_id"]),
        "api" => Some(&["endpoint", "version", "websocket_endpoint"]),
        "rotation" => Some(&["after", "max_age", "grace", "post_switch", "post_switch_timeout"]),
        _ => None,
    }
}

/// The candidate that differs least from `text`, when it is near enough to be meant.
pub fn nearest<'a>(text: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let lower = text.to_lowercase();
    candidates
        .into_iter()
        .map(|candidate| (distance(&lower, &candidate.to_lowercase()), candidate))
        .filter(|(distance, candidate)| *distance <= (candidate.chars().count() / 3).max(1))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Edits between two words: insert, remove, replace, swap neighbours.
fn distance(left: &str, right: &str) -> usize {
    let (left, right): (Vec<char>, Vec<char>) = (left.chars().take(64).collect(), right.chars().take(64).collect());
    let mut rows = vec![vec![0; right.len() + 1]; left.len() + 1];
    for (index, row) in rows.iter_mut().enumerate() {
        row[0] = index;
    }
    rows[0] = (0..=right.len()).collect();
    for i in 1..=left.len() {
        for j in 1..=right.len() {
            let replaced = rows[i - 1][j - 1] + usize::from(left[i - 1] != right[j - 1]);
            let mut best = replaced.min(rows[i - 1][j] + 1).min(rows[i][j - 1] + 1);
            if i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            rows[i][j] = best;
        }
    }
    rows[left.len()][right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_near() {
        let names = known_names("auth").unwrap().iter().copied();
        assert_eq!(nearest("agent-id", names.clone()), Some("agent_id"));
        assert_eq!(nearest("tenantId", names.clone()), Some("tenant_id"));
        assert_eq!(nearest("shs_key", names.clone()), Some("ssh_key"));
        assert_eq!(nearest("colour", names), None);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("ab", "ba"), 1);
    }
}
