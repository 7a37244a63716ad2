//! Parts of forms that many pages share.

use super::request::Panel;
use super::words::Words;
use crate::markup;
use domain::values::locale::Locale;
use maud::Markup;

/// The visitor's token as a hidden field. No form is accepted without it, which is also what keeps other sites from
/// submitting one.
pub fn hidden_token(panel: &Panel<'_>) -> Markup {
    markup!["<input type=\"hidden\" name=\"t\" value=\"" (panel.visitor.token(panel.ctx)) "\">"]
}

pub fn hidden(name: &str, value: &str) -> Markup {
    markup!["<input type=\"hidden\" name=\"" (name) "\" value=\"" (value) "\">"]
}

/// A text that a button copies.
pub fn copy_field(locale: Locale, id: &str, label: &str, text: &str) -> Markup {
    markup!["<label for=\"" (id) "\">" (label) "</label><div class=\"copy\"><input readonly class=\"code\" id=\"" (id)
        "\" value=\"" (text) "\"><button type=\"button\" data-copy=\"" (id) "\" data-done=\"" (locale.of("Copied", "コピーしました"))
        "\">" (locale.of("Copy", "コピー")) "</button></div>"]
}
