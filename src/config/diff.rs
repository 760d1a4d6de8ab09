//! The difference between two texts, line by line.

use serde::Serialize;

/// One line of a difference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct DiffLine {
    /// `-` for a line that goes, `+` for one that comes, a blank for one that stays.
    pub sign: char,
    /// The line without its end; secrets are covered.
    pub text: String,
}

/// The most pairs of lines that are compared; beyond it the changed part is shown as a whole.
const PAIRS: usize = 4_000_000;

/// Compares `before` and `after`; each line is shown by the text at its index in `shown_before` and
/// `shown_after`.
pub(crate) fn lines(before: &str, after: &str, shown_before: &[String], shown_after: &[String]) -> Vec<DiffLine> {
    let (old, new): (Vec<&str>, Vec<&str>) = (before.split('\n').collect(), after.split('\n').collect());
    let head = old.iter().zip(&new).take_while(|(old, new)| old == new).count();
    let tail = old[head..].iter().rev().zip(new[head..].iter().rev()).take_while(|(old, new)| old == new).count();
    let (old_end, new_end) = (old.len() - tail, new.len() - tail);

    let line =
        |sign, shown: &[String], index: usize| DiffLine { sign, text: shown.get(index).cloned().unwrap_or_default() };
    let mut result: Vec<_> = (0..head).map(|index| line(' ', shown_before, index)).collect();
    let (mut i, mut j) = (head, head);
    let common = common_lengths(&old[head..old_end], &new[head..new_end]);
    while i < old_end || j < new_end {
        let at = |i: usize, j: usize| common.get(i - head).and_then(|row| row.get(j - head)).copied().unwrap_or(0);
        if i < old_end && j < new_end && old[i] == new[j] && !common.is_empty() {
            result.push(line(' ', shown_before, i));
            (i, j) = (i + 1, j + 1);
        } else if i < old_end && (j == new_end || at(i + 1, j) >= at(i, j + 1)) {
            result.push(line('-', shown_before, i));
            i += 1;
        } else {
            result.push(line('+', shown_after, j));
            j += 1;
        }
    }
    result.extend((old_end..old.len()).map(|index| line(' ', shown_before, index)));
    // Splitting leaves an empty piece behind the last line break.
    if result.last().is_some_and(|line| line.sign == ' ' && line.text.is_empty()) {
        result.pop();
    }
    result
}

/// For each pair of places, how many lines the rests have in common; empty when that is too much work.
fn common_lengths(old: &[&str], new: &[&str]) -> Vec<Vec<u32>> {
    if old.len().saturating_mul(new.len()) > PAIRS {
        return Vec::new();
    }
    let mut table = vec![vec![0_u32; new.len() + 1]; old.len() + 1];
    for i in (0..old.len()).rev() {
        for j in (0..new.len()).rev() {
            table[i][j] = if old[i] == new[j] { table[i + 1][j + 1] + 1 } else { table[i + 1][j].max(table[i][j + 1]) };
        }
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    fn diff(before: &str, after: &str) -> String {
        let shown = |text: &str| text.split('\n').map(str::to_owned).collect::<Vec<_>>();
        let lines = lines(before, after, &shown(before), &shown(after));
        lines.iter().map(|line| format!("{}{}\n", line.sign, line.text)).collect()
    }

    #[test]
    fn only_changed_lines_have_a_sign() {
        assert_eq!(diff("a\nb\nc\n", "a\nx\nc\n"), " a\n-b\n+x\n c\n");
        assert_eq!(diff("", "a\n"), "+a\n");
        assert_eq!(diff("a\nb\nc\nd\n", "b\nc\nx\nd\n"), "-a\n b\n c\n+x\n d\n");
        assert_eq!(diff("a\n", "a\n"), " a\n");
        assert_eq!(diff("a", "a\n"), " a\n+\n");
    }

    #[test]
    fn a_huge_change_is_still_shown() {
        let before: String = (0..3000).map(|number| format!("a{number}\n")).collect();
        let after: String = (0..3000).map(|number| format!("b{number}\n")).collect();
        let text = diff(&before, &after);
        assert_eq!((text.matches("-a").count(), text.matches("+b").count()), (3000, 3000));
    }
}
