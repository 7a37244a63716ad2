//! Deciding about a payment: first a page that says exactly what will happen, then the decision. It is made once,
//! however often the button is pressed, because the form carries the decision's id; and it is kept with the name of
//! whoever pressed it.

use super::acts::{amount_form, hidden_about, title};
use super::bank::BankForm;
use super::fields::{hidden, hidden_token};
use super::forms::choice;
use super::layout::{self, Page, Tab, page as frame};
use super::links::path;
use super::offer::{About, Act, Offer};
use super::request::Panel;
use super::words::Words;
use crate::crypto::random_hex;
use crate::markup;
use crate::objects::messages::desk::{Desk, Wish};
use crate::objects::messages::payment::History;
use crate::objects::payment_client::PaymentClient;
use crate::profile::field;
use domain::json::write;
use domain::secret::Secret;
use domain::state::call::BankDetails;
use domain::state::decision::{Decided, Decision, Taken, Upon};
use domain::url::{Pair, value};
use domain::values::attention::Attention;
use domain::values::ids::{HintId, OrderId};
use domain::values::locale::Locale;
use domain::values::money::Money;
use domain::values::sealed::Sealed;
use maud::Markup;
use worker::{Response, Result};

impl Panel<'_> {
    /// The page before a decision.
    pub(super) async fn ask_first(&self, desk: &Desk, order: &str, act: &str) -> Result<Response> {
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
    pub(super) async fn decide(&self, form: &[Pair], order: &str, act: &str) -> Result<Response> {
        let Some(desk) = self.ask(Wish::Look).await? else { return layout::signed_out(self.ctx, 403) };
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
    async fn dismiss(&self, form: &[Pair], order: OrderId, desk: &Desk) -> Result<Response> {
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
    ) -> Result<Response> {
        let id = ["panel-", value(form, "id").unwrap_or(&self.ctx.request_id)].concat();
        let Ok(id) = HintId::parse(&id) else { return self.back_to(order, "overtaken") };
        let upon = value(form, "upon").filter(|basis| !basis.is_empty()).map(|basis| Upon(basis.to_owned()));
        let decided = Decided { id, decision, by: desk.staff_name.clone(), upon };
        let taken =
            PaymentClient::existing(&self.ctx.env, &self.visitor.store, order).decide(decided).await?;
        self.back_to(order, if taken == Taken::Yes { word } else { "overtaken" })
    }

    /// What the merchant said about store credit and gift certificates on one order holds for the whole store.
    async fn teach(&self, desk: &Desk, history: &History, decision: &Decision) -> Result<()> {
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
    pub(super) fn back_to(&self, order: OrderId, word: &str) -> Result<Response> {
        layout::see_other(&self.visitor.link(self.ctx, &path(order), &[("done", word)]))
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
    ) -> Result<Page<'_>> {
        // If the form comes back because of a fault, the decision is still made upon what the merchant saw first.
        let upon = value(form, "upon").or(basis.map(|basis| basis.0.as_str())).unwrap_or("");
        let locale = self.visitor.locale;
        let entered = value(form, "amount").unwrap_or("");
        let title = title(locale, offer.act);
        let back = self.visitor.link(self.ctx, &path(order), &[]);
        let body = match offer.amount(entered) {
            Some(amount) => self.confirmation(desk, order, offer, amount, bank, upon)?,
            None => {
                let most = offer.most.to_string();
                let words = match locale {
                    Locale::En | Locale::Ko => ["An amount up to ", &most, "."],
                    Locale::Ja => ["", &most, " 以下の金額を入力してください。"],
                };
                markup![(amount_form(self, locale, order, offer, entered)) "<p class=\"fault\" role=\"alert\">" (words.concat()) "</p>"]
            }
        };
        let content = markup!["<p><a href=\"" (back) "\">← " (locale.of("Order", "注文")) " #" (order.get())
            "</a></p><section class=\"card\"><h2>" (title) "</h2>" (body) "</section>"];
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
        let fields = offer.needs_bank.then(|| bank.fields(locale));
        let kept = offer.takes_a_part().then(|| hidden("amount", &amount.decimal()));
        Ok(
            markup!["<p class=\"statement\">" (statement(locale, offer, amount, &desk.staff_name)) "</p><form method=\"post\" action=\"/panel"
            (path(order)) "/" (offer.act.word()) "\">" (hidden_token(self)) (hidden("id", &random_hex(8)?))
            (hidden("upon", upon)) (hidden_about(offer)) (kept) (fields) "<p class=\"actions\"><button class=\"primary\">" (button(locale, offer.act))
            "</button><a class=\"button\" href=\"" (back) "\">" (locale.of("Go back", "戻る")) "</a></p></form>"],
        )
    }
}

/// What the button that decides says.
fn button(locale: Locale, act: Act) -> &'static str {
    match act {
        Act::Capture => locale.of("Capture now", "確定する"),
        Act::Refund | Act::Confirm => locale.of("Pay back now", "返金する"),
        Act::Bank => locale.of("Ask KOMOJU to transfer it", "振込を依頼する"),
        Act::Outside => locale.of("Mark as paid back", "返金済みとして記録"),
        Act::Owed => locale.of("This is right", "この金額で請求する"),
        Act::Unanswered => locale.of("Mark as settled", "解決済みとして記録"),
        Act::Transfer => locale.of("Keep this", "記録する"),
        Act::Two => locale.of("Treat as two refunds", "別々の返金にする"),
    }
}

/// Exactly what will happen, in one or two sentences.
fn statement(locale: Locale, offer: &Offer, amount: Money, who: &str) -> String {
    if let Some(words) = records_only(locale, offer, who) {
        return words;
    }
    let part = amount != offer.most;
    let (amount, most) = (amount.to_string(), offer.most.to_string());
    let whole = match (part, locale) {
        (false, _) => amount.clone(),
        (true, Locale::En | Locale::Ko) => [&amount, " of ", &most].concat(),
        (true, Locale::Ja) => [&most, " のうち ", &amount].concat(),
    };
    let refund = match &offer.about {
        About::Refund { id, amount } | About::Part { id, amount, .. } => {
            [" #", &id.to_string(), " (", &amount.to_string(), ")"].concat()
        }
        About::Order | About::Payment(_) | About::Call(_) | About::Transfer { .. } | About::Pair { .. } => {
            String::new()
        }
    };
    let for_it = match (refund.as_str(), locale) {
        ("", _) => String::new(),
        (refund, Locale::En | Locale::Ko) => [", for refund", refund, " made in BigCommerce"].concat(),
        (refund, Locale::Ja) => ["BigCommerce での返金", refund, " として、"].concat(),
    };
    let of_a_part = matches!(offer.about, About::Part { .. });
    let parts: &[&str] = match (offer.act, locale) {
        (Act::Unanswered | Act::Transfer | Act::Two, _) => &[],
        (Act::Capture, Locale::En | Locale::Ko) if part => {
            &["KOMOJU takes ", &whole, " now. The rest is released, and cannot be taken later."]
        }
        (Act::Capture, Locale::En | Locale::Ko) => &["KOMOJU takes ", &whole, " now."],
        (Act::Capture, Locale::Ja) if part => {
            &[&whole, " の売上を確定します。残りは解放され、後から確定できません。"]
        }
        (Act::Capture, Locale::Ja) => &[&whole, " の売上を確定します。"],
        (Act::Refund | Act::Bank, Locale::En | Locale::Ko) if offer.needs_bank => &[
            "KOMOJU is asked to transfer ",
            &whole,
            " to this account",
            &for_it,
            ". The account is stored encrypted, and erased once KOMOJU has it.",
        ],
        (Act::Refund | Act::Bank, Locale::Ja) if offer.needs_bank => &[
            &for_it,
            "次の口座への ",
            &whole,
            " の振込を KOMOJU に依頼します。口座情報は暗号化して保管し、KOMOJU に渡した後に消去します。",
        ],
        (Act::Refund, Locale::En | Locale::Ko) if of_a_part => &[
            "KOMOJU pays ",
            &whole,
            " back to the shopper now",
            &for_it,
            ". Pay the rest of it back yourself, then mark it as paid back. This cannot be undone.",
        ],
        (Act::Refund, Locale::En | Locale::Ko) => &[
            "KOMOJU pays ",
            &whole,
            " back to the shopper now. As far as it concerns the order, BigCommerce's books follow by themselves. This \
             cannot be undone.",
        ],
        (Act::Confirm | Act::Bank, Locale::En | Locale::Ko) => {
            &["KOMOJU pays ", &whole, " back to the shopper now", &for_it, ". This cannot be undone."]
        }
        (Act::Refund, Locale::Ja) if of_a_part => &[
            &for_it,
            "KOMOJU が ",
            &whole,
            " を購入者に返金します。不足分は別途返金し、返金済みとして記録してください。取り消しはできません。",
        ],
        (Act::Refund, Locale::Ja) => &[
            "KOMOJU が ",
            &whole,
            " を購入者に返金します。注文への記録は自動で行われます。取り消しはできません。",
        ],
        (Act::Confirm | Act::Bank, Locale::Ja) => {
            &[&for_it, "KOMOJU が ", &whole, " を購入者に返金します。取り消しはできません。"]
        }
        (Act::Owed, Locale::En | Locale::Ko) => &[
            &whole,
            " is left to pay of this order. The shopper is asked for it on the confirmation page, or by the payment link. \
             Later orders with store credit or gift certificates are counted in the same way; this can be changed under Settings.",
        ],
        (Act::Owed, Locale::Ja) => &[
            "この注文の請求金額を ",
            &whole,
            " とします。購入者には注文完了画面または支払いリンクで請求します。以後、ストアクレジットやギフト券を使った注文も同じ\
             方法で計算します（「設定」で変更できます）。",
        ],
        (Act::Outside, Locale::En | Locale::Ko) => &[
            "Refund",
            &refund,
            " counts as paid back by you, by other means. KOMOJU sends nothing for it, now or later. Kept with your name, ",
            who,
            ", and the time.",
        ],
        (Act::Outside, Locale::Ja) => &[
            "BigCommerce での返金",
            &refund,
            " を、別の方法で返金済みとして記録します。KOMOJU からは返金しません。操作した人（",
            who,
            "）と日時を残します。",
        ],
    };
    parts.concat()
}

/// The same for a decision that moves nothing now but records what happened elsewhere. None: it moves something.
fn records_only(locale: Locale, offer: &Offer, who: &str) -> Option<String> {
    let amount = offer.most.to_string();
    let kept = match locale {
        Locale::En | Locale::Ko => [" Kept with your name, ", who, ", and the time."].concat(),
        Locale::Ja => ["操作した人（", who, "）と日時を残します。"].concat(),
    };
    let words = match (&offer.about, locale) {
        (About::Call(_), Locale::En | Locale::Ko) => [
            "The request without an answer (",
            &amount,
            ") counts as settled by you, by other means. It is not sent again; should it have been carried out all the same, \
             that shows here.",
        ]
        .concat(),
        (About::Call(_), Locale::Ja) => [
            "応答のない処理（",
            &amount,
            "）を、別の方法で解決済みとして記録します。同じ処理は再送しません。すでに実行されていた場合は、この画面に反映されます。",
        ]
        .concat(),
        (About::Transfer { became: Some((refund, made)), .. }, Locale::En | Locale::Ko) => [
            "The bank transfer of ",
            &amount,
            " is the refund of ",
            &made.to_string(),
            " that KOMOJU shows (",
            refund.as_str(),
            "). It is not entered in BigCommerce a second time.",
        ]
        .concat(),
        (About::Transfer { became: Some((refund, made)), .. }, Locale::Ja) => [
            &amount,
            " の銀行振込は、KOMOJU に表示されている ",
            &made.to_string(),
            " の返金（",
            refund.as_str(),
            "）と同じものとして記録します。BigCommerce に二重に記録されることはありません。",
        ]
        .concat(),
        (About::Transfer { became: None, .. }, Locale::En | Locale::Ko) => [
            "The bank transfer of ",
            &amount,
            " came to nothing, or you have paid it by other means. It is no longer counted as promised money.",
        ]
        .concat(),
        (About::Transfer { became: None, .. }, Locale::Ja) => [
            &amount,
            " の銀行振込は行われなかったか、別の方法で返金済みとして記録します。以後、振込予定の金額として扱いません。",
        ]
        .concat(),
        (About::Pair { id, komoju, .. }, Locale::En | Locale::Ko) => [
            "Refund #",
            &id.to_string(),
            " (",
            &amount,
            ") made in BigCommerce and the refund ",
            komoju.as_str(),
            " made at KOMOJU are then two refunds: the first is paid back at KOMOJU as well, as your setting says, and the \
             second is entered in BigCommerce.",
        ]
        .concat(),
        (About::Pair { id, komoju, .. }, Locale::Ja) => [
            "BigCommerce での返金 #",
            &id.to_string(),
            "（",
            &amount,
            "）と KOMOJU での返金 ",
            komoju.as_str(),
            " を別々の返金として扱います。前者は設定に従って KOMOJU でも返金し、後者は BigCommerce に記録します。",
        ]
        .concat(),
        (About::Order | About::Payment(_) | About::Part { .. } | About::Refund { .. }, _) => return None,
    };
    Some([words, kept].concat())
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::values::ids::{PaymentId, RefundId};
    use domain::values::money::Currency;

    fn offer(act: Act, about: About, needs_bank: bool) -> Offer {
        Offer { act, about, most: Money::new(1200, Currency::JPY), needs_bank }
    }

    #[test]
    fn what_will_happen_is_said_with_its_amount() {
        let payment = || About::Payment(PaymentId::parse("p1").expect("an id"));
        let refund =
            || About::Refund { id: 12, amount: Money::new(8_00, Currency::parse("USD").expect("USD")) };
        let part = || About::Part {
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
        let pair = About::Pair { id: 12, amount, komoju: made.0.clone() };
        let call = About::Call(PaymentId::parse("p1").expect("an id"));
        for (act, about, parts) in [
            (Act::Unanswered, call, vec!["¥1,200"]),
            (Act::Transfer, About::Transfer { id: 7, became: Some(made) }, vec!["¥1,200", "¥480", "r9"]),
            (Act::Transfer, About::Transfer { id: 7, became: None }, vec!["¥1,200"]),
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
