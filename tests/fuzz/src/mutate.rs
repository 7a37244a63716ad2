//! Blind changes of a text: bits, bytes, pieces, numbers at the edge, and what the text holds already put elsewhere.

/// What breaks readers more often than chance does.
const EDGES: [&str; 26] = [
    "0",
    "-1",
    "1e999",
    "1e-999",
    "9223372036854775807",
    "-9223372036854775808",
    "18446744073709551616",
    "0.1",
    "0.00000000000000000001",
    "null",
    "true",
    "{}",
    "[]",
    "\"\"",
    "\\ud800",
    "\\u0000",
    "\u{feff}",
    "\u{202e}",
    "é",
    "円",
    "𠮷",
    "2026-02-29T24:00:60+99:99",
    "%",
    "%00",
    "+",
    "&&==",
];

/// Makes one text after the other out of seeds.
pub struct Mutator {
    state: u64,
    seeds: Vec<Vec<u8>>,
}

impl Mutator {
    pub fn new(seed: u64, seeds: Vec<Vec<u8>>) -> Self {
        Self { state: seed, seeds }
    }

    /// A seed with one to eight changes.
    pub fn next(&mut self) -> Vec<u8> {
        let at = self.below(self.seeds.len());
        let mut text = self.seeds[at].clone();
        for _ in 0..=self.below(8) {
            self.change(&mut text);
        }
        text
    }

    fn change(&mut self, text: &mut Vec<u8>) {
        let at = self.below(text.len() + 1);
        let end = (at + self.below(24)).min(text.len());
        match self.below(7) {
            0 => {
                if let Some(byte) = text.get_mut(at) {
                    *byte ^= 1 << self.below(8);
                }
            }
            1 => drop(text.drain(at..end)),
            2 => {
                let piece = text[at..end].to_vec();
                let to = self.below(text.len() + 1);
                text.splice(to..to, piece);
            }
            3 => text.truncate(at),
            4 => {
                let edge = EDGES[self.below(EDGES.len())];
                text.splice(at..at, edge.bytes());
            }
            5 => {
                // In place of a number or a word.
                let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-');
                let start = text[..at].iter().rposition(|byte| !is_word(byte)).map_or(0, |i| i + 1);
                let end = text[at..].iter().position(|byte| !is_word(byte)).map_or(text.len(), |i| at + i);
                let edge = EDGES[self.below(EDGES.len())];
                text.splice(start..end, edge.bytes());
            }
            _ => {
                let other = self.below(self.seeds.len());
                let from = self.below(self.seeds[other].len() + 1);
                let piece = self.seeds[other][from..].to_vec();
                text.truncate(at);
                text.extend(piece);
            }
        }
    }

    /// splitmix64
    fn below(&mut self, bound: usize) -> usize {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let bound = u64::try_from(bound.max(1)).expect("a length");
        usize::try_from((mixed ^ (mixed >> 31)) % bound).expect("less than a length")
    }
}
