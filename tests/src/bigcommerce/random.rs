//! Identifiers that nobody can guess.

/// Lower-case hex of `bytes` random bytes.
#[must_use]
pub fn hex(bytes: usize) -> String {
    let mut raw = vec![0; bytes];
    getrandom::fill(&mut raw).expect("the operating system has random numbers");
    hex::encode(raw)
}

/// A version 4 UUID.
#[must_use]
pub fn uuid() -> String {
    let mut raw = [0_u8; 16];
    getrandom::fill(&mut raw).expect("the operating system has random numbers");
    raw[6] = (raw[6] & 0x0f) | 0x40;
    raw[8] = (raw[8] & 0x3f) | 0x80;
    let text = hex::encode(raw);
    format!("{}-{}-{}-{}-{}", &text[..8], &text[8..12], &text[12..16], &text[16..20], &text[20..])
}
