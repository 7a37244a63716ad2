//! One payment: how it stands, what may be decided about it, and its history.

use super::acts::{amount_form, title};
use super::fields::{hidden, hidden_token};
use super::layout::{Page, Tab, mode_pill, page as frame};
use super::links::{order_link, path, pay_link};
use super::offer::{Act, Offer, acts_on_refund};
use super::payment_words::{attention, event, unreachable};
use super::pill::{self, Pill, Tone};
use super::request::Panel;
use super::unsettled;
use super::words::{Words, moment};
use crate::crypto::random_hex;
use crate::markup;
use crate::objects::messages::desk::Desk;
use crate::objects::messages::payment::History;
use domain::state::deed::SETTLED;
use domain::state::settings::Mode;
use domain::url::value;
use domain::values::attention::Attention;
use domain::values::ids::OrderId;
use domain::values::locale::Locale;
use domain::values::money::Money;
use domain::values::name::Name;
use domain::values::owed::Split;
use domain::values::payment_types;
use domain::values::phase::Phase;
use domain::views::condition::Condition;
use domain::views::statement::{PaymentLine, RefundLine, RefundState};
use maud::Markup;
use worker::Result;

/// The page.
pub fn page<'a>(panel: &Panel<'a>, desk: &Desk, order: OrderId, history: &History) -> Result<Page<'a>> {
    let locale = panel.visitor.locale;
    let back = panel.visitor.link(panel.ctx, "/payments", &[]);
    let content = markup![(show_again(panel, locale, order)) "<p><a href=\"" (back) "\">← " (locale.of("All payments", "支払い一覧")) "</a></p>"
        (head(panel, desk, locale, order, history)?) (choices(panel, locale, order, history)) (payments(panel, locale, order, history))
        (refunds(panel, locale, order, history)) (unsettled::decisions(locale, history))
        (may_pay(history).then(|| pay_link(panel, locale, order))) (timeline(locale, history))];
    Ok(frame(panel, desk, Tab::Payments, content))
}

/// What was just set going takes a moment, and the page does not change by itself: a button shows it again.
fn show_again(panel: &Panel<'_>, locale: Locale, order: OrderId) -> Option<Markup> {
    let going = matches!(value(&panel.query, "done"), Some("decided" | "looked"));
    going.then(|| {
        let link = panel.visitor.link(panel.ctx, &path(order), &[]);
        markup!["<p><a class=\"button again\" href=\"" (link) "\">" (locale.of("Show how it stands now", "最新の状態を表示"))
            "</a></p>"]
    })
}

/// The order's number, state and amount, and every reason for attention with a button that dismisses it.
fn head(panel: &Panel<'_>, desk: &Desk, locale: Locale, order: OrderId, history: &History) -> Result<Markup> {
    let claims: Vec<_> = history.attention.iter().copied().map(Name::Known).collect();
    let condition = Name::Known(history.condition);
    let state = pill::of_payment(locale, &condition, &claims);
    let test = history.snapshot.test.then(|| markup![" "(mode_pill(Mode::Test))]);
    let amount = history.snapshot.amount.or(history.statement.due);
    let amount = amount.map(|amount| markup![" <b>" (amount.to_string()) "</b>"]);
    let notices: Result<Vec<Markup>> =
        history.attention.iter().map(|one| notice(panel, locale, order, history, *one)).collect();
    Ok(
        markup!["<section class=\"card\"><h2>" (locale.of("Order", "注文")) " #" (order.get()) "</h2><p>" (state.html()) (test) (amount) " " (order_link(desk, locale, order)) "</p>" (difference(locale, history)) (notices?)
        (look_again(panel, locale, order)) "</section>"],
    )
}

/// One reason for attention, with the button that dismisses it.
fn notice(
    panel: &Panel<'_>,
    locale: Locale,
    order: OrderId,
    history: &History,
    one: Attention,
) -> Result<Markup> {
    let words = match one {
        Attention::Unreachable => unreachable(locale, &history.statement.silent),
        _ => attention(locale, one),
    };
    Ok(
        markup!["<form method=\"post\" action=\"/panel" (path(order)) "/dismiss\" class=\"seen\">" (hidden_token(panel))
        (hidden("id", &random_hex(8)?)) (hidden("attention", one.key())) "<p class=\"attention\">" (words)
        "</p>" (unread_names(history, one)) "<button>" (locale.of("Dismiss", "確認済みにする")) "</button></form>"],
    )
}

/// The amounts that may be left to pay, each with a page of its own that says what follows.
fn choices(panel: &Panel<'_>, locale: Locale, order: OrderId, history: &History) -> Option<Markup> {
    let split = history.statement.split?;
    let part = |minor: i64, words: &str| {
        (minor > 0).then(|| {
            let amount = Money::new(minor, split.total.currency).to_string();
            markup!["<tr><td>" (words) "</td><td>" (amount) "</td></tr>"]
        })
    };
    let choice = |sum: &Money| {
        let page = [&path(order), "/", Act::Owed.word()].concat();
        let link = panel.visitor.link(panel.ctx, &page, &[("sum", &sum.decimal())]);
        markup!["<a class=\"button primary\" href=\"" (link) "\">" (sum.to_string()) " " (counted(locale, &split, *sum)) "…</a>"]
    };
    let sums: Vec<Markup> = history.statement.choices.iter().map(choice).collect();
    (!sums.is_empty()).then(|| {
        markup!["<section class=\"card\"><h2>" (title(locale, Act::Owed)) "</h2><table class=\"rows\"><tbody>"
            (part(split.total.minor, locale.of("Total of the order in BigCommerce", "BigCommerce の注文合計")))
            (part(split.credit, locale.of("Store credit used", "ストアクレジット利用額")))
            (part(split.certificates, locale.of("Gift certificates used", "ギフト券利用額")))
            "</tbody></table><p class=\"actions\">" (sums) "</p></section>"]
    })
}

/// How one gets from the order's total to this amount.
fn counted(locale: Locale, split: &Split, sum: Money) -> &'static str {
    let taken_off = split.total.minor - sum.minor;
    match (taken_off == split.credit, taken_off == split.certificates) {
        _ if taken_off == 0 => locale.of("(the total as it stands)", "（注文合計のまま）"),
        (true, false) => locale.of("(less store credit)", "（ストアクレジットを差し引く）"),
        (false, true) => locale.of("(less gift certificates)", "（ギフト券を差し引く）"),
        // Store credit and gift certificates are of the same amount.
        (true, true) => locale.of("(less one of the two)", "（どちらか一方を差し引く）"),
        (false, false) => locale.of("(less both)", "（両方を差し引く）"),
    }
}

/// Which amounts or refunds could not be read.
fn unread_names(history: &History, one: Attention) -> Option<Markup> {
    (one == Attention::RefundUnreadable).then(|| {
        let names: Vec<Markup> = history
            .statement
            .unread
            .iter()
            .map(|name| markup!["<li><code>" (name.as_str()) "</code></li>"])
            .collect();
        markup!["<ul>" (names) "</ul>"]
    })
}

/// What is due now, if it is not what was paid or authorized: the order was edited.
fn difference(locale: Locale, history: &History) -> Option<Markup> {
    let (paid, due) = (history.statement.paid_otherwise?, history.statement.due?);
    let label = match history.condition == Condition::Reserved {
        true => locale.of("Authorized: ", "仮売上："),
        false => locale.of("Paid: ", "支払い済み："),
    };
    Some(markup!["<p class=\"difference\">" (label) "<b>" (paid.to_string()) "</b> "
        (locale.of("· the order comes to: ", "・現在の注文金額：")) "<b>" (due.to_string()) "</b></p>"])
}

/// The button that has both sides asked.
fn look_again(panel: &Panel<'_>, locale: Locale, order: OrderId) -> Markup {
    markup!["<form method=\"post\" action=\"/panel" (path(order)) "\" class=\"actions\">" (hidden_token(panel))
        "<button>" (locale.of("Ask KOMOJU and BigCommerce now", "今すぐ最新状況を確認")) "</button></form>"]
}

// ---- payments ----------------------------------------------------------------------------------------------------

/// The payments at KOMOJU, with what may be decided about each.
fn payments(panel: &Panel<'_>, locale: Locale, order: OrderId, history: &History) -> Option<Markup> {
    let lines = history.statement.payments.iter().map(|line| payment(panel, locale, order, history, line));
    let lines: Vec<Markup> = lines.collect();
    (!lines.is_empty()).then(|| {
        markup!["<section class=\"card\"><h2>" (locale.of("At KOMOJU", "KOMOJU での支払い")) "</h2><ul class=\"lines\">" (lines)
            "</ul></section>"]
    })
}

/// One payment: its state, amounts, what is unsettled about it, and what may be decided.
fn payment(
    panel: &Panel<'_>,
    locale: Locale,
    order: OrderId,
    history: &History,
    line: &PaymentLine,
) -> Markup {
    let state = pill::of_line(locale, line, &history.attention);
    let test = (line.mode == Mode::Test).then(|| markup![" "(mode_pill(Mode::Test))]);
    let amount = line.total.unwrap_or(line.asked);
    let asked = (amount.currency != line.asked.currency).then_some(line.asked);
    let more = [
        (locale.of("for", "請求額"), asked),
        (locale.of("with a fee of", "うち手数料"), line.fee),
        (locale.of("paid back", "返金済み"), line.refunded),
        (locale.of("taken back by the card company", "チャージバック"), line.charged_back),
    ];
    let more = more.into_iter().filter_map(|(words, amount)| {
        amount.map(|amount| markup!["<span class=\"quiet\"> · " (words) " " (amount.to_string()) "</span>"])
    });
    let more: Vec<Markup> = more.collect();
    let about = [("payment".to_owned(), line.id.to_string())];
    let acts = [Act::Capture, Act::Refund].into_iter().filter_map(|act| {
        let offer = Offer::find(history, act.word(), &about)?;
        Some(amount_form(panel, locale, order, &offer, ""))
    });
    let acts: Vec<Markup> = acts.collect();
    markup!["<li>" (state.html()) (test) " <b>" (amount.to_string()) "</b> <span class=\"quiet\">· "
        (payment_types::name_alone(&line.method, locale)) "</span>" (more) "<br><code>" (line.id.as_str()) "</code>"
        (unsettled::unanswered(panel, locale, order, line)) (unsettled::unknown_rest(locale, line))
        (unsettled::transfers(panel, locale, order, line)) (acts) "</li>"]
}

// ---- refunds -----------------------------------------------------------------------------------------------------

/// The refunds made in BigCommerce, with what may be decided about each.
fn refunds(panel: &Panel<'_>, locale: Locale, order: OrderId, history: &History) -> Option<Markup> {
    let lines = history.statement.refunds.iter().map(|line| refund(panel, locale, order, line));
    let lines: Vec<Markup> = lines.collect();
    (!lines.is_empty()).then(|| {
        markup!["<section class=\"card\"><h2>" (locale.of("Refunds made in BigCommerce", "BigCommerce での返金"))
            "</h2><ul class=\"lines\">" (lines) "</ul></section>"]
    })
}

/// One refund made in BigCommerce, and what may be decided about it.
fn refund(panel: &Panel<'_>, locale: Locale, order: OrderId, line: &RefundLine) -> Markup {
    let (state, more) = refund_state(locale, line);
    let by_hand = match &line.state {
        RefundState::ByHand { komoju } => {
            Some(unsettled::by_hand(panel, locale, order, line.id, komoju.as_str()))
        }
        _ => None,
    };
    let id = line.id.to_string();
    let acts = acts_on_refund(line).iter().map(|act| {
        let page = [&path(order), "/", act.word()].concat();
        let link = panel.visitor.link(panel.ctx, &page, &[("refund", &id)]);
        let again = matches!(line.state, RefundState::Refused { .. }) && *act != Act::Outside;
        let words = if again { locale.of("Try again", "再試行") } else { title(locale, *act) };
        let class = if *act == Act::Outside { "button" } else { "button primary" };
        markup!["<a class=\"" (class) "\" href=\"" (link) "\">" (words) "…</a>"]
    });
    let acts: Vec<Markup> = acts.collect();
    let acts = (!acts.is_empty()).then(|| markup!["<p class=\"actions\">" (acts) "</p>"]);
    markup!["<li>" (state.html()) " <b>" (line.amount.to_string()) "</b> <span class=\"quiet\">#"
        (line.id) "</span>" (more) (by_hand) (acts) "</li>"]
}

/// How a refund made in BigCommerce stands at KOMOJU. A solid colour means that it waits for a person.
fn refund_state(locale: Locale, line: &RefundLine) -> (Pill<'static>, Option<Markup>) {
    let at_komoju = |amount: &Money| {
        (*amount != line.amount).then(|| {
            markup!["<span class=\"quiet\"> · " (locale.of("at KOMOJU", "KOMOJU では")) " " (amount.to_string()) "</span>"]
        })
    };
    let pill = |tone, english, japanese| Pill { word: locale.of(english, japanese), tone };
    match &line.state {
        RefundState::Settled => (pill(Tone::Rest, "Done at KOMOJU", "KOMOJU で返金済み"), None),
        RefundState::Requested => (pill(Tone::Wait, "Transfer requested", "振込依頼済み"), None),
        RefundState::NeverPaid => {
            (pill(Tone::Rest, "Not paid through KOMOJU", "KOMOJU での支払いなし"), None)
        }
        RefundState::Unwanted => {
            (pill(Tone::Rest, "Not by KOMOJU (setting)", "KOMOJU では返金しない（設定）"), None)
        }
        RefundState::ByHand { .. } => {
            (pill(Tone::Rest, "Refunded by hand on both sides", "双方で手動返金"), None)
        }
        RefundState::Waits => (pill(Tone::Wait, "Waits for an answer", "応答待ち"), None),
        RefundState::Unclear => (pill(Tone::Decide, "What is left is unknown", "残額を確認できません"), None),
        RefundState::Outside { by, at } => {
            let who = markup!["<br><span class=\"quiet\">" (by) " · " (moment(*at)) "</span>"];
            (pill(Tone::Rest, "Paid back otherwise", "別の方法で返金済み"), Some(who))
        }
        RefundState::UnderWay => (pill(Tone::Wait, "Being paid back", "返金処理中"), None),
        RefundState::ToConfirm { amount, .. } => {
            (pill(Tone::Decide, "To be confirmed", "承認待ち"), at_komoju(amount))
        }
        RefundState::NeedsBank { amount } => {
            (pill(Tone::Decide, "Account needed", "振込先口座の入力待ち"), at_komoju(amount))
        }
        RefundState::Unknown => (pill(Tone::Decide, "Cannot be told just now", "現在確認できません"), None),
        RefundState::TooLarge => (pill(Tone::Decide, "More than KOMOJU holds", "KOMOJU の残額を超過"), None),
        // A person has found out that the call came to nothing: KOMOJU did not refuse it.
        RefundState::Refused { amount, reason, .. } if reason == SETTLED => {
            (pill(Tone::Decide, "Not paid back", "未返金"), at_komoju(amount))
        }
        RefundState::Refused { amount, reason, .. } => {
            let why = markup![(at_komoju(amount)) "<br><code>" (reason) "</code>"];
            (pill(Tone::Decide, "Refused by KOMOJU", "KOMOJU が返金を拒否"), Some(why))
        }
    }
}

/// True if a payment link makes sense. Also if the shopper's page showed another amount, because a link asks for the
/// order's own.
fn may_pay(history: &History) -> bool {
    match history.snapshot.phase {
        Phase::Unpaid | Phase::Waiting => history.statement.choices.is_empty(),
        Phase::Review => history.attention.contains(&Attention::AmountDisputed),
        Phase::Confirming | Phase::Paid | Phase::Closed => false,
    }
}

// ---- history -----------------------------------------------------------------------------------------------------

/// Everything that has happened to this payment, newest first.
fn timeline(locale: Locale, history: &History) -> Option<Markup> {
    let entries = history.timeline.iter().rev().map(|entry| {
        let (what, about) = event(locale, history, &entry.event);
        markup!["<tr><td class=\"quiet\">" (moment(entry.at)) "</td><td>" (what) "</td><td>" (about) "</td></tr>"]
    });
    let entries: Vec<Markup> = entries.collect();
    (!entries.is_empty()).then(|| {
        markup!["<section class=\"card\"><h2>" (locale.of("History", "履歴")) "</h2><table class=\"rows\"><tbody>" (entries)
            "</tbody></table></section>"]
    })
}
