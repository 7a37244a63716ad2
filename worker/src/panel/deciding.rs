//! Deciding about a payment: first a page that says exactly what will happen, then the decision. It is made once,
//! however often the button is pressed, because the form carries the decision's id; and it is kept with the name of
//! whoever pressed it.

use super::acts::{amount_form, hidden_about, title};
use super::bank::BankForm;
use super::fields::{hidden, hidden_token};
use super::forms::choice;
use super::layout::{self, PanelPage, Tab, page as frame};
use super::links::path;
use super::offer::{Act, Offer, OfferAbout};
use super::request::Panel;
use crate::crypto::random_hex;
use crate::objects::messages::desk::{Desk, Wish};
use crate::objects::messages::payment::History;
use crate::objects::payment_client::PaymentClient;
use crate::profile::field;
use crate::respond::see_other;
use crate::stop::Handled;
use crate::texts::panel::deciding as say;
use domain::json::write;
use domain::secret::Secret;
use domain::state::call::BankDetails;
use domain::state::decision::{Decided, Decision, Taken, Upon};
use domain::texts::locale::Locale;
use domain::url::{Pair, value};
use domain::values::attention::Attention;
use domain::values::ids::{HintId, OrderId};
use domain::values::money::Money;
use domain::values::sealed::Sealed;
use maud::{Markup, html};
use worker::Result;

impl Panel<'_> {
    /// The page before a decision.
    pub(super) async fn ask_first(&self, desk: &Desk, order: &str, act: &str) -> Handled {
        let Some((order, history)) = self.history(order).await? else {
            return layout::not_found(self, desk).response();
        };
        match Offer::find(&history, act, &self.query) {
            Some(offer) => {
                let basis = history.statement.upon.as_ref();
                self.question(desk, order, &offer, &self.query, &BankForm::default(), basis)?.response()
            }
            None => self.back_to(order, "overtaken"),
        }
    }

    /// The decision. If it is no longer offered it is not taken, and the merchant sees how things stand now.
    pub(super) async fn decide(&self, form: &[Pair], order: &str, act: &str) -> Handled {
        let desk = self.ask(Wish::Look).await?;
        let Some((order, history)) = self.history(order).await? else {
            return layout::not_found(self, &desk).response();
        };
        if act == "dismiss" {
            return self.dismiss(form, order, &desk).await;
        }
        let Some(offer) = Offer::find(&history, act, form) else { return self.back_to(order, "overtaken") };
        let bank = BankForm::read(form);
        let details = bank.checked().filter(|_| offer.needs_bank);
        let sealed = match details {
            Some(details) => Some(self.seal(&details).await?),
            None => None,
        };
        let amount = offer.amount(value(form, "amount").unwrap_or(""));
        match amount.and_then(|amount| offer.decision(amount, sealed)) {
            Some(decision) => {
                self.teach(&desk, &history, &decision).await?;
                self.settle(form, order, &desk, decision, "decided").await
            }
            None => self.question(&desk, order, &offer, form, &bank, None)?.status(422).response(),
        }
    }

    /// The merchant has seen a reason for attention and does not want to see it again.
    async fn dismiss(&self, form: &[Pair], order: OrderId, desk: &Desk) -> Handled {
        let attention: Option<Attention> = value(form, "attention").and_then(choice);
        match attention {
            Some(attention) => {
                self.settle(form, order, desk, Decision::Dismiss { attention }, "dismissed").await
            }
            None => self.back_to(order, "overtaken"),
        }
    }

    /// Hands the decision to the payment's object. `upon`, from the form, is what the merchant saw: if that has
    /// changed, the object answers "overtaken".
    async fn settle(
        &self,
        form: &[Pair],
        order: OrderId,
        desk: &Desk,
        decision: Decision,
        word: &str,
    ) -> Handled {
        let id = ["panel-", value(form, "id").unwrap_or(&self.ctx.request_id)].concat();
        let Ok(id) = HintId::parse(&id) else { return self.back_to(order, "overtaken") };
        let upon = value(form, "upon").filter(|basis| !basis.is_empty()).map(|basis| Upon(basis.to_owned()));
        let decided = Decided { id, decision, by: desk.staff_name.clone(), upon };
        let taken =
            PaymentClient::existing(&self.ctx.env, &self.visitor.store, order).decide(decided).await?;
        self.back_to(order, if taken == Taken::Yes { word } else { "overtaken" })
    }

    /// What the merchant said about store credit and gift certificates on one order holds for the whole store.
    async fn teach(&self, desk: &Desk, history: &History, decision: &Decision) -> Handled<()> {
        let (Decision::Owed { minor }, Some(split)) = (decision, history.statement.split) else {
            return Ok(());
        };
        let known = desk.profile.settings.evidence();
        let (store_credit, gift_certificates) = split.lesson(&known, *minor);
        self.ask(Wish::LearnCounting { store_credit, gift_certificates }).await.map(|_| ())
    }

    /// Seals the bank details. They are opened only to be sent to KOMOJU.
    async fn seal(&self, details: &BankDetails) -> Result<Sealed> {
        let secret = Secret::new(write(details));
        Ok(self.ctx.vault().seal(&self.visitor.store, field::BANK_DETAILS, &secret).await?)
    }

    /// Back to the payment's page, with a word of what was done.
    pub(super) fn back_to(&self, order: OrderId, word: &str) -> Handled {
        see_other(&self.visitor.link(self.ctx, &path(order), &[("done", word)]))
    }

    // ---- the page ------------------------------------------------------------------------------------------------

    /// The page before a decision: asks for the amount again if it is wrong, else says what will happen. `basis`:
    /// what the merchant sees now, and so decides upon.
    fn question(
        &self,
        desk: &Desk,
        order: OrderId,
        offer: &Offer,
        form: &[Pair],
        bank: &BankForm,
        basis: Option<&Upon>,
    ) -> Result<PanelPage<'_>> {
        // If the form comes back because of a fault, the decision is still made upon what the merchant saw first.
        let upon = value(form, "upon").or(basis.map(|basis| basis.0.as_str())).unwrap_or("");
        let locale = self.visitor.locale;
        let entered = value(form, "amount").unwrap_or("");
        let back = self.visitor.link(self.ctx, &path(order), &[]);
        let content = html! {
            p {
                a href=(back) { "← " (say::order(locale, &order.to_string())) }
            }
            section.card {
                h2 { (title(locale, offer.act)) }
                @if let Some(amount) = offer.amount(entered) {
                    (self.confirmation(desk, order, offer, amount, bank, upon)?)
                } @else {
                    (amount_form(self, locale, order, offer, entered))
                    p.fault role="alert" { (say::up_to(locale, &offer.most.to_string())) }
                }
            }
        };
        Ok(frame(self, desk, Tab::Payments, content))
    }

    /// What will happen, and the form whose button makes it happen.
    fn confirmation(
        &self,
        desk: &Desk,
        order: OrderId,
        offer: &Offer,
        amount: Money,
        bank: &BankForm,
        upon: &str,
    ) -> Result<Markup> {
        let locale = self.visitor.locale;
        let back = self.visitor.link(self.ctx, &path(order), &[]);
        Ok(html! {
            p.statement { (statement(locale, offer, amount, &desk.staff_name)) }
            form method="post" action={ "/panel" (path(order)) "/" (offer.act.word()) } {
                (hidden_token(self))
                (hidden("id", &random_hex(8)?))
                (hidden("upon", upon))
                (hidden_about(offer))
                @if offer.takes_a_part() { (hidden("amount", &amount.decimal())) }
                @if offer.needs_bank { (bank.fields(locale)) }
                p.actions {
                    button.primary { (button(locale, offer.act)) }
                    a.button href=(back) { (say::go_back(locale)) }
                }
            }
        })
    }
}

/// What the button that decides says.
fn button(locale: Locale, act: Act) -> &'static str {
    match act {
        Act::Capture => say::button::capture(locale),
        Act::Refund | Act::Confirm => say::button::pay_back(locale),
        Act::Bank => say::button::transfer(locale),
        Act::Outside => say::button::outside(locale),
        Act::Owed => say::button::owed(locale),
        Act::Unanswered => say::button::unanswered(locale),
        Act::Transfer => say::button::became(locale),
        Act::Two => say::button::two(locale),
    }
}

/// Exactly what will happen, in one or two sentences.
fn statement(locale: Locale, offer: &Offer, amount: Money, who: &str) -> String {
    use say::statement;
    let part = amount != offer.most;
    let most = &offer.most.to_string();
    let whole = &match part {
        true => statement::Part { amount: &amount.to_string(), most }.say(locale),
        false => most.clone(),
    };
    match (&offer.about, offer.act) {
        (OfferAbout::Order, _) => statement::owed(locale, whole),
        (OfferAbout::Payment(_), Act::Capture) if part => statement::capture_part(locale, whole),
        (OfferAbout::Payment(_), Act::Capture) => statement::capture(locale, whole),
        (OfferAbout::Payment(_), _) if offer.needs_bank => statement::transfer(locale, whole),
        (OfferAbout::Payment(_), _) => statement::refund(locale, whole),
        (OfferAbout::Part { id, amount, .. }, _) => {
            let (id, refunded) = (&id.to_string(), &amount.to_string());
            match offer.needs_bank {
                true => statement::TransferTowards { amount: whole, id, refunded }.say(locale),
                false => statement::RefundTowards { amount: whole, id, refunded }.say(locale),
            }
        }
        (OfferAbout::Refund { id, amount }, act) => {
            let (id, refunded) = (&id.to_string(), &amount.to_string());
            match act {
                Act::Outside => statement::Outside { id, refunded, who }.say(locale),
                _ if offer.needs_bank => {
                    statement::TransferTowards { amount: whole, id, refunded }.say(locale)
                }
                _ => statement::Confirm { amount: whole, id, refunded }.say(locale),
            }
        }
        // These move nothing now but record what happened elsewhere.
        (OfferAbout::Call(_), _) => statement::Unanswered { amount: most, who }.say(locale),
        (OfferAbout::Transfer { became: Some((refund, made)), .. }, _) => {
            let (refunded, refund) = (&made.to_string(), refund.as_str());
            statement::BecameRefund { amount: most, refunded, refund, who }.say(locale)
        }
        (OfferAbout::Transfer { became: None, .. }, _) => {
            statement::BecameNothing { amount: most, who }.say(locale)
        }
        (OfferAbout::Pair { id, komoju, .. }, _) => {
            statement::Two { id: &id.to_string(), amount: most, refund: komoju.as_str(), who }.say(locale)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::values::ids::{PaymentId, RefundId};
    use domain::values::money::Currency;

    fn offer(act: Act, about: OfferAbout, needs_bank: bool) -> Offer {
        Offer { act, about, most: Money::new(1200, Currency::JPY), needs_bank }
    }

    #[test]
    fn what_will_happen_is_said_with_its_amount() {
        let payment = || OfferAbout::Payment(PaymentId::parse("p1").expect("an id"));
        let refund =
            || OfferAbout::Refund { id: 12, amount: Money::new(8_00, Currency::parse("USD").expect("USD")) };
        let part = || OfferAbout::Part {
            payment: PaymentId::parse("p1").expect("an id"),
            id: 12,
            amount: Money::new(1500, Currency::JPY),
        };
        let said = |offer: &Offer, minor| {
            [Locale::En, Locale::Ja]
                .map(|l| statement(l, offer, Money::new(minor, Currency::JPY), "kana@shop.example"))
        };
        for (offer, minor, expected) in [
            (offer(Act::Capture, payment(), false), 500, vec!["¥500", "¥1,200"]),
            (offer(Act::Refund, payment(), false), 1200, vec!["¥1,200"]),
            (offer(Act::Refund, payment(), true), 500, vec!["¥500", "¥1,200"]),
            (offer(Act::Refund, part(), false), 1200, vec!["¥1,200", "#12 (¥1,500)"]),
            (offer(Act::Refund, part(), true), 500, vec!["¥500", "¥1,200", "#12 (¥1,500)"]),
            (offer(Act::Confirm, refund(), false), 1200, vec!["¥1,200", "#12 ($8.00)"]),
            (offer(Act::Bank, refund(), true), 1200, vec!["¥1,200", "#12 ($8.00)"]),
            (offer(Act::Outside, refund(), false), 1200, vec!["#12 ($8.00)", "kana@shop.example"]),
        ] {
            for text in said(&offer, minor) {
                assert!(expected.iter().all(|part| text.contains(part)), "{text}");
            }
        }
    }

    #[test]
    fn what_only_records_says_what_it_records_and_who_did() {
        let made = (RefundId::parse("r9").expect("an id"), Money::new(480, Currency::JPY));
        let amount = Money::new(1200, Currency::JPY);
        let pair = OfferAbout::Pair { id: 12, amount, komoju: made.0.clone() };
        let call = OfferAbout::Call(PaymentId::parse("p1").expect("an id"));
        for (act, about, parts) in [
            (Act::Unanswered, call, vec!["¥1,200"]),
            (Act::Transfer, OfferAbout::Transfer { id: 7, became: Some(made) }, vec!["¥1,200", "¥480", "r9"]),
            (Act::Transfer, OfferAbout::Transfer { id: 7, became: None }, vec!["¥1,200"]),
            (Act::Two, pair, vec!["#12", "¥1,200", "r9"]),
        ] {
            let offer = offer(act, about, false);
            for locale in [Locale::En, Locale::Ja] {
                let said = statement(locale, &offer, offer.most, "kana@shop.example");
                let all = parts.iter().chain(&["kana@shop.example"]).all(|part| said.contains(part));
                assert!(all, "{said}");
            }
        }
    }
}
