//! What is not settled about a payment: a call that was never answered, money promised by bank transfer, decisions
//! and what became of them. While something is under way, the page says until when, and what a person can do
//! meanwhile.

use super::acts::title;
use super::fields::hidden_token;
use super::links::path;
use super::offer::{Act, is_open};
use super::payment_words::decision_name;
use super::pill::{Pill, Tone};
use super::request::Panel;
use super::words::{Words, moment};
use crate::markup;
use crate::objects::messages::payment::History;
use domain::refunds::transfers::Stage;
use domain::state::decision::Ending;
use domain::values::ids::OrderId;
use domain::values::locale::Locale;
use domain::views::statement::{Asked, DecisionLine, PaymentLine, TransferLine, Unanswered};
use maud::Markup;

/// A call that was never answered. While there is one, nothing else is offered for its payment, and this says why,
/// until when, and what to do.
pub fn unanswered(panel: &Panel<'_>, locale: Locale, order: OrderId, line: &PaymentLine) -> Option<Markup> {
    let unanswered = line.unanswered.as_ref()?;
    let words = waiting(locale, unanswered);
    let page = [&path(order), "/", Act::Unanswered.word()].concat();
    let settle = panel.visitor.link(panel.ctx, &page, &[("payment", line.id.as_str())]);
    Some(
        markup!["<div class=\"waits\"><p>" (words) "</p><div class=\"actions\"><form method=\"post\" action=\"/panel"
        (path(order)) "\">" (hidden_token(panel)) "<button>" (locale.of("Look now", "今すぐ確認する"))
        "</button></form><a class=\"button\" href=\"" (settle) "\">" (title(locale, Act::Unanswered)) "…</a></div></div>"],
    )
}

fn waiting(locale: Locale, unanswered: &Unanswered) -> String {
    let amount = unanswered.amount.map(|amount| amount.to_string()).unwrap_or_default();
    let since = moment(unanswered.since);
    let asked: String = match (unanswered.what, locale) {
        (Asked::Capture, Locale::En | Locale::Ko) => ["KOMOJU was asked to capture ", &amount].concat(),
        (Asked::Refund, Locale::En | Locale::Ko) => ["KOMOJU was asked to pay back ", &amount].concat(),
        (Asked::Transfer, Locale::En | Locale::Ko) => ["KOMOJU was asked to transfer ", &amount].concat(),
        (Asked::Entry, Locale::En | Locale::Ko) => {
            ["BigCommerce was asked to enter a refund of ", &amount].concat()
        }
        (Asked::Capture, Locale::Ja) => ["KOMOJU に売上の確定 ", &amount].concat(),
        (Asked::Refund, Locale::Ja) => ["KOMOJU に返金 ", &amount].concat(),
        (Asked::Transfer, Locale::Ja) => ["KOMOJU に振込での返金 ", &amount].concat(),
        (Asked::Entry, Locale::Ja) => ["BigCommerce に返金の記録 ", &amount].concat(),
    };
    let asked = asked.trim_end();
    let until = unanswered.until.map(moment);
    match (until, locale) {
        (Some(until), Locale::En | Locale::Ko) => [
            asked,
            " (",
            &since,
            "), and has not answered. It is asked again until ",
            &until,
            ", and only looked for after that. Until this is known, nothing else can be decided about this payment.",
        ]
        .concat(),
        (None, Locale::En | Locale::Ko) => [
            asked,
            " (",
            &since,
            "), and has not answered. It is looked for before it is asked again. Until this is known, nothing else can be \
             decided about this payment.",
        ]
        .concat(),
        (Some(until), Locale::Ja) => [
            asked,
            " を依頼しましたが（",
            &since,
            "）、応答がありません。",
            &until,
            " までは再送し、その後は結果の確認のみを行います。結果が分かるまで、この支払いの他の操作はできません。",
        ]
        .concat(),
        (None, Locale::Ja) => [
            asked,
            " を依頼しましたが（",
            &since,
            "）、応答がありません。結果を確認してから再送します。結果が分かるまで、この支払いの他の操作はできません。",
        ]
        .concat(),
    }
}

/// Why nothing is offered for a payment, although it holds money.
pub fn unknown_rest(locale: Locale, line: &PaymentLine) -> Option<Markup> {
    line.rest_is_unknown.then(|| {
        markup!["<p class=\"attention\">" (locale.of(
            "KOMOJU has a bank transfer under way that this app did not ask for, and does not say how much it takes. What is \
             left cannot be known, so nothing is offered here until that transfer is over.",
            "このアプリ以外から依頼された銀行振込が KOMOJU で進行中ですが、金額が分かりません。残額を確認できないため、その振込が\
             終わるまで、ここでは操作できません。",
        )) "</p>"]
    })
}

/// Money promised by bank transfer. It is taken off what is left to refund, and blocks nothing else.
pub fn transfers(panel: &Panel<'_>, locale: Locale, order: OrderId, line: &PaymentLine) -> Option<Markup> {
    let lines: Vec<Markup> = line.transfers.iter().map(|one| transfer(panel, locale, order, one)).collect();
    (!lines.is_empty()).then(|| markup!["<ul class=\"lines promised\">" (lines) "</ul>"])
}

/// One transfer: its stage, its amount, and what the merchant may say became of it.
fn transfer(panel: &Panel<'_>, locale: Locale, order: OrderId, one: &TransferLine) -> Markup {
    let page = [&path(order), "/", Act::Transfer.word()].concat();
    let id = one.id.to_string();
    let link = |refund: &str, words: String| {
        let link = panel.visitor.link(panel.ctx, &page, &[("transfer", &id), ("refund", refund)]);
        markup!["<a class=\"button\" href=\"" (link) "\">" (words) "…</a>"]
    };
    let mut acts: Vec<Markup> = Vec::new();
    for made in &one.may_be {
        let at = made.at.map(|at| [" · ", &moment(at)].concat()).unwrap_or_default();
        let words = match locale {
            Locale::En | Locale::Ko => ["It is the refund of ", &made.amount.to_string(), &at].concat(),
            Locale::Ja => [&made.amount.to_string(), &at, " の返金がこれに当たる"].concat(),
        };
        acts.push(link(made.id.as_str(), words));
    }
    if is_open(one) {
        acts.push(link("", locale.of("It came to nothing", "振込は行われなかった").to_owned()));
    }
    let acts = (!acts.is_empty()).then(|| markup!["<p class=\"actions\">" (acts) "</p>"]);
    markup!["<li>" (stage(locale, one.stage).html()) " <b>" (one.amount.to_string()) "</b> <span class=\"quiet\">· "
        (locale.of("by bank transfer, asked for ", "銀行振込・依頼：")) (moment(one.asked_at)) "</span>" (acts) "</li>"]
}

fn stage(locale: Locale, stage: Stage) -> Pill<'static> {
    let pill = |tone, english, japanese| Pill { word: locale.of(english, japanese), tone };
    match stage {
        Stage::Unseen => pill(Tone::Wait, "Promised, not seen yet", "依頼済み（確認中）"),
        Stage::Pending => pill(Tone::Wait, "Promised", "振込予定"),
        Stage::Completed => pill(Tone::Decide, "Done, but no refund is shown", "完了（返金の表示なし）"),
        Stage::Refunded => pill(Tone::Rest, "Paid back", "返金済み"),
        Stage::Rejected => pill(Tone::Decide, "Rejected", "却下"),
        Stage::Vanished => pill(Tone::Decide, "Gone from KOMOJU", "KOMOJU で確認不可"),
    }
}

/// What was decided about money, by whom, and what became of it. A decision that came to nothing is shown as ended.
pub fn decisions(locale: Locale, history: &History) -> Option<Markup> {
    let lines: Vec<Markup> = history.statement.decisions.iter().map(|line| decision(locale, line)).collect();
    (!lines.is_empty()).then(|| {
        markup!["<section class=\"card\"><h2>" (locale.of("Decisions", "指示した操作")) "</h2><ul class=\"lines\">" (lines)
            "</ul></section>"]
    })
}

/// One decision: who, when, and how it ended.
fn decision(locale: Locale, line: &DecisionLine) -> Markup {
    let pill = |tone, english, japanese| Pill { word: locale.of(english, japanese), tone };
    let state = match line.ended.map(|ended| ended.how) {
        None => pill(Tone::Wait, "Under way", "処理中"),
        Some(Ending::Done) => pill(Tone::Rest, "Done", "完了"),
        Some(Ending::Refused) => pill(Tone::Rest, "Refused", "拒否されました"),
        Some(Ending::Withdrawn) => pill(Tone::Rest, "Withdrawn: nothing was moved", "取り下げ（未実行）"),
        Some(Ending::Overtaken) => pill(Tone::Rest, "Overtaken: nothing was moved", "状況変更により未実行"),
    };
    let ended = line.ended.map(|ended| [" → ", &moment(ended.at)].concat());
    markup!["<li>" (state.html()) " " (decision_name(locale, line.what)) " <span class=\"quiet\">· " (line.by.as_str()) " · "
        (moment(line.at)) (ended) "</span></li>"]
}

/// Two equal refunds made by hand, one on each side and close together, count as one; the merchant may know better.
pub fn by_hand(panel: &Panel<'_>, locale: Locale, order: OrderId, refund: u64, komoju: &str) -> Markup {
    let page = [&path(order), "/", Act::Two.word()].concat();
    let link = panel.visitor.link(panel.ctx, &page, &[("refund", &refund.to_string())]);
    markup!["<br><span class=\"quiet\">" (locale.of(
        "A refund of the same amount was made by hand at KOMOJU, so both are taken for one and nothing more is paid back: ",
        "KOMOJU でも同額の返金が手動で行われたため、同じ返金とみなし、追加の返金は行いません：",
    )) "</span><code>" (komoju) "</code><p class=\"actions\"><a class=\"button\" href=\"" (link) "\">"
        (title(locale, Act::Two)) "…</a></p>"]
}
