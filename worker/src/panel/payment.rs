//! One payment: how it stands, what may be decided about it, and its history.

use super::acts::{amount_form, title};
use super::fields::{hidden, hidden_token};
use super::layout::{PanelPage, Tab, mode_pill, page as frame};
use super::links::{order_link, path, pay_link};
use super::offer::{Act, Offer, acts_on_refund};
use super::payment_words::{attention, event, unreachable};
use super::pill::{self, Pill, Tone};
use super::request::Panel;
use super::unsettled;
use super::words::moment;
use crate::crypto::random_hex;
use crate::objects::messages::desk::Desk;
use crate::objects::messages::payment::History;
use crate::texts::panel::payment as say;
use domain::state::deed::SETTLED;
use domain::state::settings::Mode;
use domain::texts::locale::Locale;
use domain::url::value;
use domain::values::attention::Attention;
use domain::values::ids::OrderId;
use domain::values::money::Money;
use domain::values::name::Name;
use domain::values::owed::Split;
use domain::values::payment_types;
use domain::values::phase::Phase;
use domain::views::condition::Condition;
use domain::views::statement::{PaymentLine, RefundLine, RefundState};
use maud::{Markup, html};
use worker::Result;

/// The page.
pub fn page<'a>(panel: &Panel<'a>, desk: &Desk, order: OrderId, history: &History) -> Result<PanelPage<'a>> {
    let locale = panel.visitor.locale;
    let back = panel.visitor.link(panel.ctx, "/payments", &[]);
    let content = html! {
        (show_again(panel, locale, order))
        p {
            a href=(back) { "← " (say::all_payments(locale)) }
        }
        (head(panel, desk, locale, order, history)?)
        (choices(panel, locale, order, history))
        (payments(panel, locale, order, history))
        (refunds(panel, locale, order, history))
        (unsettled::decisions(locale, history))
        @if may_pay(history) { (pay_link(panel, locale, order)) }
        (timeline(locale, history))
    };
    Ok(frame(panel, desk, Tab::Payments, content))
}

/// What was just set going takes a moment, and the page does not change by itself: a button shows it again.
fn show_again(panel: &Panel<'_>, locale: Locale, order: OrderId) -> Markup {
    let going = matches!(value(&panel.query, "done"), Some("decided" | "looked"));
    let link = panel.visitor.link(panel.ctx, &path(order), &[]);
    html! {
        @if going {
            p {
                a.button.again href=(link) { (say::show_again(locale)) }
            }
        }
    }
}

/// The order's number, state and amount, and every reason for attention with a button that dismisses it.
fn head(panel: &Panel<'_>, desk: &Desk, locale: Locale, order: OrderId, history: &History) -> Result<Markup> {
    let claims: Vec<_> = history.attention.iter().copied().map(Name::Known).collect();
    let condition = Name::Known(history.condition);
    Ok(html! {
        section.card {
            h2 { (say::order(locale, &order.to_string())) }
            p {
                (pill::of_payment(locale, &condition, &claims).html())
                @if history.snapshot.test { " " (mode_pill(Mode::Test)) }
                @if let Some(amount) = history.snapshot.amount.or(history.statement.due) {
                    " " b { (amount.to_string()) }
                }
                " "
                @if let Some(link) = order_link(desk, locale, order) { (link) }
            }
            (difference(locale, history))
            @for one in &history.attention { (notice(panel, locale, order, history, *one)?) }
            (look_again(panel, locale, order))
        }
    })
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
    Ok(html! {
        form.seen method="post" action={ "/panel" (path(order)) "/dismiss" } {
            (hidden_token(panel))
            (hidden("id", &random_hex(8)?))
            (hidden("attention", one.key()))
            p.attention { (words) }
            @if one == Attention::RefundUnreadable {
                // Which amounts or refunds could not be read.
                ul {
                    @for name in &history.statement.unread {
                        li { code { (name) } }
                    }
                }
            }
            button { (say::dismiss(locale)) }
        }
    })
}

/// The amounts that may be left to pay, each with a page of its own that says what follows.
fn choices(panel: &Panel<'_>, locale: Locale, order: OrderId, history: &History) -> Markup {
    let sums = &history.statement.choices;
    let Some(split) = history.statement.split.filter(|_| !sums.is_empty()) else { return html! {} };
    let page = [&path(order), "/", Act::Owed.word()].concat();
    let link = |sum: &Money| panel.visitor.link(panel.ctx, &page, &[("sum", &sum.decimal())]);
    let parts = [
        (split.total.minor, say::total(locale)),
        (split.credit, say::store_credit(locale)),
        (split.certificates, say::gift_certificates(locale)),
    ];
    html! {
        section.card {
            h2 { (title(locale, Act::Owed)) }
            table.rows {
                tbody {
                    @for (minor, words) in parts.into_iter().filter(|(minor, _)| *minor > 0) {
                        tr {
                            td { (words) }
                            td { (Money::new(minor, split.total.currency).to_string()) }
                        }
                    }
                }
            }
            p.actions {
                @for sum in sums {
                    a.button.primary href=(link(sum)) { (counted(locale, &split, *sum)) "…" }
                }
            }
        }
    }
}

/// An amount, and how one gets to it from the order's total.
fn counted(locale: Locale, split: &Split, sum: Money) -> String {
    use say::left_to_pay;
    let taken_off = split.total.minor - sum.minor;
    let sum = sum.to_string();
    match (taken_off == split.credit, taken_off == split.certificates) {
        _ if taken_off == 0 => left_to_pay::as_it_stands(locale, &sum),
        (true, false) => left_to_pay::less_store_credit(locale, &sum),
        (false, true) => left_to_pay::less_gift_certificates(locale, &sum),
        // Store credit and gift certificates are of the same amount.
        (true, true) => left_to_pay::less_one(locale, &sum),
        (false, false) => left_to_pay::less_both(locale, &sum),
    }
}

/// What is due now, if it is not what was paid or authorized: the order was edited.
fn difference(locale: Locale, history: &History) -> Markup {
    let (Some(paid), Some(due)) = (history.statement.paid_otherwise, history.statement.due) else {
        return html! {};
    };
    let bold = |amount: Money| html! { b { (amount.to_string()) } };
    let words = match history.condition == Condition::Reserved {
        true => say::AuthorizedOtherwise { authorized: bold(paid), due: bold(due) }.say(locale),
        false => say::PaidOtherwise { paid: bold(paid), due: bold(due) }.say(locale),
    };
    html! {
        p.difference { (words) }
    }
}

/// The button that has both sides asked.
fn look_again(panel: &Panel<'_>, locale: Locale, order: OrderId) -> Markup {
    html! {
        form.actions method="post" action={ "/panel" (path(order)) } {
            (hidden_token(panel))
            button { (say::look_again(locale)) }
        }
    }
}

// ---- payments ----------------------------------------------------------------------------------------------------

/// The payments at KOMOJU, with what may be decided about each.
fn payments(panel: &Panel<'_>, locale: Locale, order: OrderId, history: &History) -> Markup {
    let lines = &history.statement.payments;
    html! {
        @if !lines.is_empty() {
            section.card {
                h2 { (say::payments::title(locale)) }
                ul.lines {
                    @for line in lines { (payment(panel, locale, order, history, line)) }
                }
            }
        }
    }
}

/// One payment: its state, amounts, what is unsettled about it, and what may be decided.
fn payment(
    panel: &Panel<'_>,
    locale: Locale,
    order: OrderId,
    history: &History,
    line: &PaymentLine,
) -> Markup {
    let amount = line.total.unwrap_or(line.asked);
    let about = [("payment".to_owned(), line.id.to_string())];
    let offers = [Act::Capture, Act::Refund];
    let offers = offers.into_iter().filter_map(|act| Offer::find(history, act.word(), &about));
    html! {
        li {
            (pill::of_line(locale, line, &history.attention).html())
            @if line.mode == Mode::Test { " " (mode_pill(Mode::Test)) }
            " " b { (amount.to_string()) } " "
            span.quiet { "· " (payment_types::name_alone(&line.payment_type, locale)) }
            (other_amounts(locale, line, amount))
            br;
            code { (line.id.as_str()) }
            (unsettled::unanswered(panel, locale, order, line))
            (unsettled::unknown_rest(locale, line))
            (unsettled::transfers(panel, locale, order, line))
            @for offer in offers { (amount_form(panel, locale, order, &offer, "")) }
        }
    }
}

/// What else there is to say about the amount of a payment.
fn other_amounts(locale: Locale, line: &PaymentLine, amount: Money) -> Markup {
    let asked = (amount.currency != line.asked.currency).then_some(line.asked);
    let said = |amount: Option<Money>, words: fn(Locale, &str) -> String| {
        amount.map(|amount| words(locale, &amount.to_string()))
    };
    let all = [
        said(asked, say::payments::asked),
        said(line.fee, say::payments::fee),
        said(line.refunded, say::payments::refunded),
        said(line.charged_back, say::payments::charged_back),
    ];
    html! {
        @for words in all.into_iter().flatten() {
            span.quiet { " · " (words) }
        }
    }
}

// ---- refunds -----------------------------------------------------------------------------------------------------

/// The refunds made in BigCommerce, with what may be decided about each.
fn refunds(panel: &Panel<'_>, locale: Locale, order: OrderId, history: &History) -> Markup {
    let lines = &history.statement.refunds;
    html! {
        @if !lines.is_empty() {
            section.card {
                h2 { (say::refunds::title(locale)) }
                ul.lines {
                    @for line in lines { (refund(panel, locale, order, line)) }
                }
            }
        }
    }
}

/// One refund made in BigCommerce, and what may be decided about it.
fn refund(panel: &Panel<'_>, locale: Locale, order: OrderId, line: &RefundLine) -> Markup {
    let acts = acts_on_refund(line);
    html! {
        li {
            (refund_state(locale, line).html()) " "
            b { (line.amount.to_string()) } " "
            span.quiet { "#" (line.id) }
            @match &line.state {
                RefundState::ByHand { komoju } => {
                    (unsettled::by_hand(panel, locale, order, line.id, komoju.as_str()))
                }
                _ => { (more_on_refund(locale, line)) }
            }
            @if !acts.is_empty() {
                p.actions {
                    @for act in acts { (act_on_refund(panel, locale, order, line, *act)) }
                }
            }
        }
    }
}

/// The button of something that may be decided about a refund.
fn act_on_refund(panel: &Panel<'_>, locale: Locale, order: OrderId, line: &RefundLine, act: Act) -> Markup {
    let page = [&path(order), "/", act.word()].concat();
    let link = panel.visitor.link(panel.ctx, &page, &[("refund", &line.id.to_string())]);
    let at_komoju = act != Act::Outside;
    let again = at_komoju && matches!(line.state, RefundState::Refused { .. });
    let words = if again { say::refunds::try_again(locale) } else { title(locale, act) };
    html! {
        a.button.primary[at_komoju] href=(link) { (words) "…" }
    }
}

/// How a refund made in BigCommerce stands at KOMOJU. A solid colour means that it waits for a person.
fn refund_state(locale: Locale, line: &RefundLine) -> Pill<'static> {
    use say::refunds;
    let pill = |tone, word: fn(Locale) -> &'static str| Pill { word: word(locale), tone };
    match &line.state {
        RefundState::Settled => pill(Tone::Rest, refunds::settled),
        RefundState::Requested => pill(Tone::Wait, refunds::requested),
        RefundState::NeverPaid => pill(Tone::Rest, refunds::never_paid),
        RefundState::Unwanted => pill(Tone::Rest, refunds::unwanted),
        RefundState::ByHand { .. } => pill(Tone::Rest, refunds::by_hand),
        RefundState::Waits => pill(Tone::Wait, refunds::waits),
        RefundState::Unclear => pill(Tone::Decide, refunds::unclear),
        RefundState::Outside { .. } => pill(Tone::Rest, refunds::outside),
        RefundState::UnderWay => pill(Tone::Wait, refunds::under_way),
        RefundState::ToConfirm { .. } => pill(Tone::Decide, refunds::to_confirm),
        RefundState::NeedsBank { .. } => pill(Tone::Decide, refunds::needs_bank),
        RefundState::Unknown => pill(Tone::Decide, refunds::unknown),
        RefundState::TooLarge => pill(Tone::Decide, refunds::too_large),
        // A person has found out that the call came to nothing: KOMOJU did not refuse it.
        RefundState::Refused { reason, .. } if reason == SETTLED => {
            pill(Tone::Decide, refunds::not_paid_back)
        }
        RefundState::Refused { .. } => pill(Tone::Decide, refunds::refused),
    }
}

/// What else is known of a refund: what KOMOJU would pay back if that is another amount, why it said no, or who has
/// paid it back otherwise.
fn more_on_refund(locale: Locale, line: &RefundLine) -> Markup {
    let at_komoju = |amount: &Money| {
        html! {
            @if *amount != line.amount {
                span.quiet { " · " (say::refunds::at_komoju(locale, &amount.to_string())) }
            }
        }
    };
    match &line.state {
        RefundState::Outside { by, at } => html! {
            br;
            span.quiet { (by) " · " (moment(*at)) }
        },
        RefundState::ToConfirm { amount, .. } | RefundState::NeedsBank { amount } => at_komoju(amount),
        RefundState::Refused { amount, reason, .. } => html! {
            (at_komoju(amount))
            @if reason != SETTLED {
                br;
                code { (reason) }
            }
        },
        RefundState::Settled
        | RefundState::Requested
        | RefundState::NeverPaid
        | RefundState::Unwanted
        | RefundState::ByHand { .. }
        | RefundState::Waits
        | RefundState::Unclear
        | RefundState::UnderWay
        | RefundState::Unknown
        | RefundState::TooLarge => html! {},
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
fn timeline(locale: Locale, history: &History) -> Markup {
    html! {
        @if !history.timeline.is_empty() {
            section.card {
                h2 { (say::history::title(locale)) }
                table.rows {
                    tbody {
                        @for entry in history.timeline.iter().rev() {
                            @let (what, about) = event(locale, history, &entry.event);
                            tr {
                                td.quiet { (moment(entry.at)) }
                                td { (what) }
                                td { (about) }
                            }
                        }
                    }
                }
            }
        }
    }
}
