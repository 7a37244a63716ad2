//! Parts of forms that many pages share.

use super::request::Panel;
use crate::texts::panel::fields as say;
use domain::texts::locale::Locale;
use maud::{Markup, html};

/// The visitor's token as a hidden field. No form is accepted without it, which is also what keeps other sites from
/// submitting one.
pub fn hidden_token(panel: &Panel<'_>) -> Markup {
    hidden("t", &panel.visitor.token(panel.ctx))
}

pub fn hidden(name: &str, value: &str) -> Markup {
    html! { input type="hidden" name=(name) value=(value); }
}

/// Several sentences that a button copies. `lang`: the language that they are in.
pub fn copy_text(locale: Locale, id: &str, label: &str, text: &str, lang: Locale) -> Markup {
    html! {
        label for=(id) { (label) }
        div.copy {
            textarea readonly id=(id) rows="5" lang=(lang.code()) { (text) }
            button type="button" data-copy=(id) data-done=(say::copied(locale)) { (say::copy(locale)) }
        }
    }
}

/// A text that a button copies.
pub fn copy_field(locale: Locale, id: &str, label: &str, text: &str) -> Markup {
    html! {
        label for=(id) { (label) }
        div.copy {
            input.code readonly id=(id) value=(text);
            button type="button" data-copy=(id) data-done=(say::copied(locale)) { (say::copy(locale)) }
        }
    }
}
