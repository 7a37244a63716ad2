//! What may be decided about a payment, as buttons and forms: the name of each act, and the form that asks for the
//! amount. Every act leads to a page of its own that says what will happen (`deciding.rs`).

use super::fields::{hidden, hidden_token};
use super::links::path;
use super::offer::{Act, Offer, OfferAbout};
use super::request::Panel;
use crate::texts::panel::acts as say;
use domain::texts::locale::Locale;
use domain::values::ids::OrderId;
use maud::{Markup, html};

/// The name of an act, on its button and as the title of its page.
pub fn title(locale: Locale, act: Act) -> &'static str {
    match act {
        Act::Capture => say::capture(locale),
        Act::Refund => say::refund(locale),
        Act::Confirm => say::confirm(locale),
        Act::Bank => say::bank(locale),
        Act::Outside => say::outside(locale),
        Act::Owed => say::owed(locale),
        Act::Unanswered => say::unanswered(locale),
        Act::Transfer => say::transfer(locale),
        Act::Two => say::two(locale),
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
    html! {
        form.actions.amounts method="get" action={ "/panel" (path(order)) "/" (offer.act.word()) } {
            (hidden_token(panel))
            (hidden_about(offer))
            label for=(field) { (offer.most.currency.code()) }
            input id=(field) name="amount" inputmode="decimal" value=(shown);
            button { (title(locale, offer.act)) "…" }
        }
    }
}

/// What an offer is about, as hidden fields, from which [`Offer::find`] finds it again.
pub fn hidden_about(offer: &Offer) -> Markup {
    match &offer.about {
        OfferAbout::Order => hidden("sum", &offer.most.decimal()),
        OfferAbout::Payment(id) | OfferAbout::Part { payment: id, .. } => hidden("payment", id.as_str()),
        OfferAbout::Refund { id, .. } | OfferAbout::Pair { id, .. } => hidden("refund", &id.to_string()),
        OfferAbout::Call(id) => hidden("payment", id.as_str()),
        OfferAbout::Transfer { id, became } => {
            let refund = became.as_ref().map_or("", |(refund, _)| refund.as_str());
            html! { (hidden("transfer", &id.to_string())) (hidden("refund", refund)) }
        }
    }
}
