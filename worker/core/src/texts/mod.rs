//! The sentences that the core says, written by the build from `worker/texts`, and how slots are filled.

pub mod locale;

include!(concat!(env!("OUT_DIR"), "/texts.rs"));

/// The sentence with its slots filled.
pub fn fill(sentence: &str, slots: &[(&str, &str)]) -> String {
    let mut out = String::new();
    each_piece(sentence, |piece| match piece {
        Piece::Words(words) => out.push_str(words),
        Piece::Slot(name) => {
            slots.iter().filter(|(slot, _)| *slot == name).for_each(|(_, text)| out.push_str(text));
        }
    });
    out
}

/// A part of a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Piece<'a> {
    Words(&'a str),
    /// The name of a slot.
    Slot(&'a str),
}

/// Takes a sentence apart at its slots. The build has made sure that every brace has its partner.
pub fn each_piece<'a>(sentence: &'a str, mut take: impl FnMut(Piece<'a>)) {
    let mut rest = sentence;
    while let Some((words, (name, after))) =
        rest.split_once('{').and_then(|(words, slot)| Some((words, slot.split_once('}')?)))
    {
        take(Piece::Words(words));
        take(Piece::Slot(name));
        rest = after;
    }
    take(Piece::Words(rest));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_are_filled_by_name_in_the_order_of_the_sentence() {
        let filled = fill("{b}で{a}、{b}", &[("a", "1"), ("b", "2")]);
        assert_eq!(filled, "2で1、2");
    }

    #[test]
    fn what_fills_a_slot_is_not_looked_at_for_slots() {
        assert_eq!(fill("{a}!", &[("a", "{a}{b}")]), "{a}{b}!");
    }
}
