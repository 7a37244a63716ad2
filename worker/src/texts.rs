//! The sentences that shoppers and merchants read, written by the build from `worker/texts`, one function each.

use domain::texts::{Piece, each_piece, fill};
use maud::{Escaper, Markup, PreEscaped};
use std::fmt::Write as _;

include!(concat!(env!("OUT_DIR"), "/texts.rs"));

/// The sentence, escaped, with its slots filled by markup.
pub(crate) fn fill_markup(sentence: &str, slots: &[(&str, Markup)]) -> Markup {
    let mut out = String::new();
    each_piece(sentence, |piece| match piece {
        // Writing to a String never fails.
        Piece::Words(words) => drop(Escaper::new(&mut out).write_str(words)),
        Piece::Slot(name) => {
            slots.iter().filter(|(slot, _)| *slot == name).for_each(|(_, markup)| out.push_str(&markup.0));
        }
    });
    PreEscaped(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use maud::html;

    #[test]
    fn a_sentence_is_escaped_around_markup() {
        let filled = fill_markup("<{<a>}> &", &[("<a>", html! { b { "<" } })]);
        assert_eq!(filled.into_string(), "&lt;<b>&lt;</b>&gt; &amp;");
    }
}
