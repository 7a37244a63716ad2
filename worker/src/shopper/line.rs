//! A label and its value, and how a number is read.

use serde::Serialize;

/// One line: a label and its value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Line {
    pub label: String,
    /// As it is copied and typed in.
    pub value: String,
    /// True for a number that is typed in, or shown at a till or a bank, and so deserves large letters.
    pub code: bool,
    /// As a number is read: `123 4567 8901`. Empty: it is shown as it is.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<String>,
}

impl Line {
    pub fn fact(label: &str, value: String) -> Self {
        Self { label: label.to_owned(), value, code: false, groups: Vec::new() }
    }

    pub fn number(label: String, value: &str) -> Self {
        Self { label, value: value.to_owned(), code: true, groups: groups(value) }
    }
}

/// A number in the groups in which it is read. Text that has anything but digits is not grouped: KOMOJU's test numbers
/// are letters.
fn groups(value: &str) -> Vec<String> {
    if value.is_empty() || !value.bytes().all(|b| b.is_ascii_digit()) {
        return Vec::new();
    }
    let sizes: &[usize] = match value.len() {
        6 => &[3, 3],
        // An account number stands on every form as one.
        7 => &[7],
        11 => &[3, 4, 4],
        13 => &[4, 4, 5],
        _ => &[],
    };
    let (mut rest, mut groups) = (value, Vec::new());
    for size in sizes.iter().copied().chain(std::iter::repeat(4)) {
        // A single digit is not left by itself.
        let at = if rest.len() <= size + 1 { rest.len() } else { size };
        let (group, left) = rest.split_at(at);
        groups.push(group.to_owned());
        rest = left;
        if rest.is_empty() {
            break;
        }
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(value: &str) -> String {
        groups(value).join(" ")
    }

    #[test]
    fn digits_are_grouped_as_they_are_read_and_letters_never() {
        for (value, read) in [
            ("12345", "12345"),
            ("012345", "012 345"),
            ("7654321", "7654321"),
            ("12345678", "1234 5678"),
            ("123456789", "1234 56789"),
            ("12345678901", "123 4567 8901"),
            ("123456789012", "1234 5678 9012"),
            ("1234567890123", "1234 5678 90123"),
            ("12345678901234", "1234 5678 9012 34"),
            ("zaixaa0qlh", ""),
            ("TEST BANK", ""),
            ("１２３４５６", ""),
        ] {
            assert_eq!(number(value), read, "{value}");
            assert!(groups(value).is_empty() || groups(value).concat() == value);
        }
    }
}
