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
use super::words::moment;
use crate::objects::messages::payment::History;
use crate::texts::panel::unsettled as say;
use domain::refunds::transfers::TransferStage;
use domain::state::decision::Ending;
use domain::texts::locale::Locale;
use domain::values::ids::OrderId;
use domain::views::statement::{Asked, DecisionLine, MadeAtKomoju, PaymentLine, TransferLine, Unanswered};
use maud::{Markup, html};

/// A call that was never answered. While there is one, nothing else is offered for its payment, and this says why,
/// until when, and what to do.
pub fn unanswered(panel: &Panel<'_>, locale: Locale, order: OrderId, line: &PaymentLine) -> Markup {
    let Some(unanswered) = &line.unanswered else { return html! {} };
    let page = [&path(order), "/", Act::Unanswered.word()].concat();
    let settle = panel.visitor.link(panel.ctx, &page, &[("payment", line.id.as_str())]);
    html! {
        div.waits {
            p { (waiting(locale, unanswered)) }
            div.actions {
                form method="post" action={ "/panel" (path(order)) } {
                    (hidden_token(panel))
                    button { (say::look_now(locale)) }
                }
                a.button href=(settle) { (title(locale, Act::Unanswered)) "…" }
            }
        }
    }
}

/// What was asked for and has no answer, and what comes next.
fn waiting(locale: Locale, unanswered: &Unanswered) -> String {
    let asked = asked(locale, unanswered);
    match unanswered.until {
        Some(until) => say::SentAgain { asked: &asked, until: &moment(until) }.say(locale),
        None => say::looked_for(locale, &asked),
    }
}

fn asked(locale: Locale, unanswered: &Unanswered) -> String {
    use say::{asked, asked_without_amount};
    let since = &moment(unanswered.since);
    let amount = unanswered.amount.map(|amount| amount.to_string());
    match (unanswered.what, amount.as_deref()) {
        (Asked::Capture, Some(amount)) => asked::Capture { amount, since }.say(locale),
        (Asked::Refund, Some(amount)) => asked::Refund { amount, since }.say(locale),
        (Asked::Transfer, Some(amount)) => asked::Transfer { amount, since }.say(locale),
        (Asked::Entry, Some(amount)) => asked::Entry { amount, since }.say(locale),
        (Asked::Capture, None) => asked_without_amount::capture(locale, since),
        (Asked::Refund, None) => asked_without_amount::refund(locale, since),
        (Asked::Transfer, None) => asked_without_amount::transfer(locale, since),
        (Asked::Entry, None) => asked_without_amount::entry(locale, since),
    }
}

/// Why nothing is offered for a payment, although it holds money.
pub fn unknown_rest(locale: Locale, line: &PaymentLine) -> Markup {
    html! {
        @if line.rest_is_unknown {
            p.attention { (say::rest_is_unknown(locale)) }
        }
    }
}

/// Money promised by bank transfer. It is taken off what is left to refund, and blocks nothing else.
pub fn transfers(panel: &Panel<'_>, locale: Locale, order: OrderId, line: &PaymentLine) -> Markup {
    html! {
        @if !line.transfers.is_empty() {
            ul.lines.promised {
                @for one in &line.transfers { (transfer(panel, locale, order, one)) }
            }
        }
    }
}

/// One transfer: its stage, its amount, and what the merchant may say became of it.
fn transfer(panel: &Panel<'_>, locale: Locale, order: OrderId, one: &TransferLine) -> Markup {
    let page = [&path(order), "/", Act::Transfer.word()].concat();
    let id = one.id.to_string();
    let link = |refund: &str| panel.visitor.link(panel.ctx, &page, &[("transfer", &id), ("refund", refund)]);
    html! {
        li {
            (stage(locale, one.stage).html()) " "
            b { (one.amount.to_string()) } " "
            span.quiet { "· " (say::transfer_asked(locale, &moment(one.asked_at))) }
            @if !one.may_be.is_empty() || is_open(one) {
                p.actions {
                    @for made in &one.may_be {
                        a.button href=(link(made.id.as_str())) { (it_is(locale, made)) "…" }
                    }
                    @if is_open(one) {
                        a.button href=(link("")) { (say::came_to_nothing(locale)) "…" }
                    }
                }
            }
        }
    }
}

/// Says that a transfer is this refund.
fn it_is(locale: Locale, made: &MadeAtKomoju) -> String {
    let amount = made.amount.to_string();
    match made.at {
        Some(at) => say::is_the_refund(locale, &[&amount, " · ", &moment(at)].concat()),
        None => say::is_the_refund(locale, &amount),
    }
}

fn stage(locale: Locale, stage: TransferStage) -> Pill<'static> {
    let pill = |tone, word: fn(Locale) -> &'static str| Pill { word: word(locale), tone };
    match stage {
        TransferStage::Unseen => pill(Tone::Wait, say::stage::unseen),
        TransferStage::Pending => pill(Tone::Wait, say::stage::pending),
        TransferStage::Completed => pill(Tone::Decide, say::stage::completed),
        TransferStage::Refunded => pill(Tone::Rest, say::stage::refunded),
        TransferStage::Rejected => pill(Tone::Decide, say::stage::rejected),
        TransferStage::Vanished => pill(Tone::Decide, say::stage::vanished),
    }
}

/// What was decided about money, by whom, and what became of it. A decision that came to nothing is shown as ended.
pub fn decisions(locale: Locale, history: &History) -> Markup {
    let lines = &history.statement.decisions;
    html! {
        @if !lines.is_empty() {
            section.card {
                h2 { (say::decisions::title(locale)) }
                ul.lines {
                    @for line in lines { (decision(locale, line)) }
                }
            }
        }
    }
}

/// One decision: who, when, and how it ended.
fn decision(locale: Locale, line: &DecisionLine) -> Markup {
    html! {
        li {
            (ending(locale, line.ended.map(|ended| ended.how)).html()) " "
            (decision_name(locale, line.what)) " "
            span.quiet {
                "· " (line.by) " · " (moment(line.at))
                @if let Some(ended) = line.ended { " → " (moment(ended.at)) }
            }
        }
    }
}

fn ending(locale: Locale, ending: Option<Ending>) -> Pill<'static> {
    use say::decisions;
    let pill = |tone, word: fn(Locale) -> &'static str| Pill { word: word(locale), tone };
    match ending {
        None => pill(Tone::Wait, decisions::under_way),
        Some(Ending::Done) => pill(Tone::Rest, decisions::done),
        Some(Ending::Refused) => pill(Tone::Rest, decisions::refused),
        Some(Ending::Withdrawn) => pill(Tone::Rest, decisions::withdrawn),
        Some(Ending::Overtaken) => pill(Tone::Rest, decisions::overtaken),
    }
}

/// Two equal refunds made by hand, one on each side and close together, count as one; the merchant may know better.
pub fn by_hand(panel: &Panel<'_>, locale: Locale, order: OrderId, refund: u64, komoju: &str) -> Markup {
    let page = [&path(order), "/", Act::Two.word()].concat();
    let link = panel.visitor.link(panel.ctx, &page, &[("refund", &refund.to_string())]);
    html! {
        br;
        span.quiet { (say::taken_for_one(locale)) }
        code { (komoju) }
        p.actions {
            a.button href=(link) { (title(locale, Act::Two)) "…" }
        }
    }
}
