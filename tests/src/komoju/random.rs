//! Ids, keys and codes.

const ALPHABET: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";

/// A resource id: 25 lower-case letters and digits.
#[must_use]
pub fn id() -> String {
    text(25, ALPHABET)
}

/// The random part of a key.
#[must_use]
pub fn key() -> String {
    text(24, ALPHABET)
}

#[must_use]
pub fn digits(length: usize) -> String {
    text(length, &ALPHABET[..10])
}

fn text(length: usize, alphabet: &[u8]) -> String {
    let mut bytes = vec![0; length];
    getrandom::fill(&mut bytes).expect("the system gives random bytes");
    bytes.iter().map(|byte| char::from(alphabet[usize::from(*byte) % alphabet.len()])).collect()
}
