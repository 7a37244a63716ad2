//! What may be decided about a payment, as buttons and forms: the name of each act, and the form that asks for the
//! amount. Every act leads to a page of its own that says what will happen (`deciding.rs`).

use super::fields::{hidden, hidden_token};
use super::links::path;
use super::offer::{About, Act, Offer};
use super::request::Panel;
use super::words::Words;
use crate::markup;
use domain::values::ids::OrderId;
use domain::values::locale::Locale;
use maud::Markup;

/// The name of an act, on its button and as the title of its page.
pub fn title(locale: Locale, act: Act) -> &'static str {
    match act {
        Act::Capture => locale.of("Capture", "売上を確定"),
        Act::Refund => locale.of("Refund at KOMOJU", "KOMOJU で返金"),
        Act::Confirm => locale.of("Pay back at KOMOJU", "KOMOJU で返金"),
        Act::Bank => locale.of("Pay back by bank transfer", "銀行振込で返金"),
        Act::Outside => locale.of("Paid back otherwise", "別の方法で返金済み"),
        Act::Owed => locale.of("What is left to pay", "請求金額の選択"),
        Act::Unanswered => locale.of("Settled outside KOMOJU", "KOMOJU 外で解決済みにする"),
        Act::Transfer => locale.of("What became of the transfer", "銀行振込の結果"),
        Act::Two => locale.of("These are two refunds", "別々の返金として扱う"),
    }
}

/// Asks for the amount, and goes on to the page that says what will happen.
pub fn amount_form(
    panel: &Panel<'_>,
    locale: Locale,
    order: OrderId,
    offer: &Offer,
    entered: &str,
) -> Markup {
    let most = offer.most.decimal();
    let shown = if entered.is_empty() { &most } else { entered };
    let field = [offer.act.word(), "-amount"].concat();
    markup!["<form method=\"get\" action=\"/panel" (path(order)) "/" (offer.act.word()) "\" class=\"actions amounts\">"
        (hidden_token(panel)) (hidden_about(offer)) "<label for=\"" (field.as_str()) "\">" (offer.most.currency.code())
        "</label><input id=\"" (field.as_str()) "\" name=\"amount\" inputmode=\"decimal\" value=\"" (shown) "\"><button>"
        (title(locale, offer.act)) "…</button></form>"]
}

/// What an offer is about, as hidden fields, from which [`Offer::find`] finds it again.
pub fn hidden_about(offer: &Offer) -> Markup {
    match &offer.about {
        About::Order => hidden("sum", &offer.most.decimal()),
        About::Payment(id) | About::Part { payment: id, .. } => hidden("payment", id.as_str()),
        About::Refund { id, .. } | About::Pair { id, .. } => hidden("refund", &id.to_string()),
        About::Call(id) => hidden("payment", id.as_str()),
        About::Transfer { id, became } => {
            let refund = became.as_ref().map_or("", |(refund, _)| refund.as_str());
            markup![(hidden("transfer", &id.to_string()))(hidden("refund", refund))]
        }
    }
}
