//! Every way of tampering with one thing, each named, and nothing else.

use jiff::Timestamp;

use super::super::change::Change;
use super::super::head::{Head, HeadFile};
use super::super::line::{Line, hash};
use super::*;

const COUNT: usize = 4;

/// A history of a few lines, and its head.
fn written() -> (Vec<Vec<u8>>, Head) {
    let mut head = Head::empty();
    let mut lines = Vec::new();
    for number in 1..=COUNT as u64 {
        let change = Change::new(Action::KeyRegistered).key_id(format!("key-{number}")).reason("a \"reason\"");
        let line = Line::of(&change, number, Timestamp::UNIX_EPOCH, &head.last);
        let bytes = serde_json::to_vec(&line).unwrap();
        head = Head { count: number, last: hash(&bytes) };
        lines.push(bytes);
    }
    (lines, head)
}

fn look_at(bytes: Vec<u8>, head: HeadFile) -> Vec<Finding> {
    let history = History::of(PathBuf::from("audit.jsonl"), bytes, head);
    Evidence::of(&history).findings()
}

fn look(lines: &[Vec<u8>], head: &Head) -> Vec<Finding> {
    look_at(joined(lines), HeadFile::Says(head.clone()))
}

fn joined(lines: &[Vec<u8>]) -> Vec<u8> {
    lines.iter().flat_map(|line| line.iter().copied().chain([b'\n'])).collect()
}

/// The place that a finding about one line names.
fn place_of(finding: &Finding) -> Option<usize> {
    match finding {
        Finding::Changed { place, number: Some(number) } | Finding::Unreadable { place, number: Some(number) } => {
            assert_eq!(*place as u64, *number);
            Some(*place)
        }
        _ => None,
    }
}

#[test]
fn nothing_is_found_where_nothing_is_wrong() {
    let (lines, head) = written();
    assert_eq!(look(&lines, &head), []);
    assert_eq!(look_at(Vec::new(), HeadFile::Missing), []);
    // What a crash leaves between line and head.
    let before = Head { count: COUNT as u64 - 1, last: hash(&lines[COUNT - 2]) };
    assert_eq!(look(&lines, &before), []);
    assert_eq!(look_at(joined(&lines[..1]), HeadFile::Missing), []);
    assert_eq!(look_at(joined(&lines[..1]), HeadFile::Says(Head::empty())), []);
}

#[test]
fn every_flipped_bit_is_named_by_its_line() {
    let (lines, head) = written();
    let mut looks = 0;
    for place in 0..COUNT {
        for byte in 0..lines[place].len() {
            for bit in 0..8 {
                let mut lines = lines.clone();
                lines[place][byte] ^= 1 << bit;
                if lines[place][byte] == b'\n' {
                    continue;
                }
                let found = look(&lines, &head);
                let named: Vec<_> = found.iter().map(place_of).collect();
                assert_eq!(named, [Some(place + 1)], "line {}, byte {byte}, bit {bit}: {found:?}", place + 1);
                looks += 1;
            }
        }
    }
    assert!(looks > 6000, "{looks}");
}

#[test]
fn a_changed_line_is_named_too_while_the_head_is_one_behind() {
    let (lines, _) = written();
    let head = Head { count: COUNT as u64 - 1, last: hash(&lines[COUNT - 2]) };
    // The last line has no witness yet, but for the hash that it names.
    for place in 0..COUNT - 1 {
        for byte in 0..lines[place].len() {
            let mut lines = lines.clone();
            lines[place][byte] ^= 1;
            let found = look(&lines, &head);
            assert_eq!(found.iter().map(place_of).collect::<Vec<_>>(), [Some(place + 1)], "{byte}: {found:?}");
        }
    }
    let mut lines = lines;
    let end = lines[COUNT - 1].len() - 5;
    lines[COUNT - 1][end] ^= 1;
    assert_eq!(look(&lines, &head).iter().filter_map(place_of).collect::<Vec<_>>(), [COUNT]);
}

#[test]
fn a_lost_line_end_or_a_split_line_is_named() {
    let (lines, head) = written();
    let bytes = joined(&lines);
    for (at, _) in bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n') {
        let mut bytes = bytes.clone();
        bytes[at] = b' ';
        assert_ne!(look_at(bytes, HeadFile::Says(head.clone())), [], "{at}");
    }
    for at in (0..bytes.len()).filter(|at| bytes[*at] != b'\n') {
        let mut bytes = bytes.clone();
        bytes[at] = b'\n';
        assert_ne!(look_at(bytes, HeadFile::Says(head.clone())), [], "{at}");
    }
}

#[test]
fn two_changed_lines_are_both_named() {
    let (lines, head) = written();
    for first in 0..COUNT {
        for second in first + 1..COUNT {
            let mut lines = lines.clone();
            for place in [first, second] {
                let at = lines[place].windows(6).position(|text| text == b"reason").unwrap() + 9;
                lines[place][at] ^= 1;
            }
            let named: Vec<_> = look(&lines, &head).iter().map(place_of).collect();
            assert_eq!(named, [Some(first + 1), Some(second + 1)]);
        }
    }
}

#[test]
fn every_dropped_stretch_is_named() {
    let (lines, head) = written();
    for first in 0..COUNT {
        for end in first + 1..=COUNT {
            let mut lines = lines.clone();
            lines.drain(first..end);
            let (first, last) = (first as u64 + 1, end as u64);
            let wanted = if end == COUNT { Finding::Cut { first, last } } else { Finding::Missing { first, last } };
            assert_eq!(look(&lines, &head), [wanted]);
        }
    }
}

#[test]
fn every_swap_is_named() {
    let (lines, head) = written();
    for one in 0..COUNT {
        for other in one + 1..COUNT {
            let mut lines = lines.clone();
            lines.swap(one, other);
            let wanted = Finding::Swapped {
                place: one + 1,
                number: other as u64 + 1,
                other_place: other + 1,
                other_number: one as u64 + 1,
            };
            assert_eq!(look(&lines, &head), [wanted]);
        }
    }
    let mut lines = lines;
    lines.rotate_left(1);
    assert_eq!(look(&lines, &head), [Finding::Reordered { first_place: 1, last_place: COUNT }]);
}

#[test]
fn a_repeated_or_foreign_line_is_named() {
    let (lines, head) = written();
    for place in 0..COUNT {
        let mut repeated = lines.clone();
        repeated.insert(place + 1, lines[place].clone());
        assert_eq!(look(&repeated, &head), [Finding::Repeated { place: place + 2, number: place as u64 + 1 }]);
    }
    let change = Change::new(Action::KeyRevoked);
    let foreign = serde_json::to_vec(&Line::of(&change, 3, Timestamp::UNIX_EPOCH, &hash(&lines[1]))).unwrap();
    let mut lines = lines;
    lines.insert(2, foreign);
    assert_eq!(look(&lines, &head), [Finding::Inserted { place: 3 }]);
}

#[test]
fn a_torn_end_is_named() {
    let (lines, head) = written();
    let mut bytes = joined(&lines);
    bytes.extend(b"{\"seq\":7");
    assert_eq!(look_at(bytes, HeadFile::Says(head.clone())), [Finding::Torn { place: COUNT + 1, bytes: 8 }]);
    // The last line torn after the head has counted it.
    let mut bytes = joined(&lines);
    bytes.truncate(bytes.len() - 10);
    let found = look_at(bytes, HeadFile::Says(head));
    let number = COUNT as u64;
    assert!(
        matches!(found.as_slice(), [Finding::Cut { first, .. }, Finding::Torn { .. }] if *first == number),
        "{found:?}"
    );
}

#[test]
fn what_was_done_to_the_head_is_named() {
    let (lines, head) = written();
    let bytes = || joined(&lines);
    assert_eq!(look_at(bytes(), HeadFile::Missing), [Finding::HeadMissing]);
    assert_eq!(look_at(bytes(), HeadFile::Unreadable), [Finding::HeadUnreadable]);
    let last = COUNT as u64;
    for count in (0..last).chain([last + 1, last + 9]) {
        let changed = Head { count, last: head.last.clone() };
        assert_eq!(look(&lines, &changed), [Finding::HeadChanged { head: count, last }]);
    }
    let old = Head { count: 2, last: hash(&lines[1]) };
    assert_eq!(look(&lines, &old), [Finding::HeadBehind { head: 2, last }]);
    // A changed hash looks as a changed last line does: the two name each other.
    let mut changed = head;
    changed.last.replace_range(0..1, if changed.last.starts_with('0') { "1" } else { "0" });
    assert_eq!(look(&lines, &changed), [Finding::Changed { place: COUNT, number: Some(last) }]);
}

#[test]
fn a_history_made_anew_from_some_line_on_is_seen_by_the_head() {
    let (mut lines, head) = written();
    let mut prev = hash(&lines[2]);
    for (place, line) in lines.iter_mut().enumerate().skip(3) {
        let change = Change::new(Action::KeyRegistered).key_id("other");
        *line = serde_json::to_vec(&Line::of(&change, place as u64 + 1, Timestamp::UNIX_EPOCH, &prev)).unwrap();
        prev = hash(line);
    }
    assert_eq!(look(&lines, &head), [Finding::Changed { place: COUNT, number: Some(COUNT as u64) }]);
    // With a head to match, nothing is seen: that is what cannot be shown.
    assert_eq!(look(&lines, &Head { last: prev, ..head }), []);
}
