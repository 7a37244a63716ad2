//! The panel's words for one payment: how it stands, why it needs a person, what has happened.

use crate::objects::messages::payment::History;
use crate::texts::panel::payment_words as say;
use domain::state::decision::DecisionKind;
use domain::state::deed::{ActionKind, MilestoneKind, Subject};
use domain::state::history::{DeedName, Event};
use domain::state::reading::PaymentStatus;
use domain::texts::locale::Locale;
use domain::values::attention::{Attention, Side};
use domain::values::name::Name;
use maud::{Markup, html};

/// KOMOJU's status of one payment, for the history. `cash`: an authorized cash payment is a code that waits to be
/// paid, not money.
pub fn status(locale: Locale, status: &PaymentStatus, cash: bool) -> &str {
    match status {
        PaymentStatus::Pending => say::status::pending(locale),
        PaymentStatus::Authorized if cash => say::status::waiting(locale),
        PaymentStatus::Authorized => say::status::authorized(locale),
        PaymentStatus::Captured => say::status::captured(locale),
        PaymentStatus::Refunded => say::status::refunded(locale),
        PaymentStatus::Cancelled => say::status::cancelled(locale),
        PaymentStatus::Expired => say::status::expired(locale),
        PaymentStatus::Failed => say::status::failed(locale),
        PaymentStatus::Other(other) => other,
    }
}

/// The words for a reason in the ledger. A reason that another version wrote stands for itself.
pub fn attention_name(locale: Locale, name: &Name<Attention>) -> &str {
    match name {
        Name::Known(known) => attention(locale, *known),
        Name::Other(other) => other,
    }
}

/// What happened, and what to do about it.
pub fn attention(locale: Locale, attention: Attention) -> &'static str {
    match attention {
        Attention::PaidAfterEnd => say::attention::paid_after_end(locale),
        Attention::AmountMismatch => say::attention::amount_mismatch(locale),
        Attention::OrderEdited => say::attention::order_edited(locale),
        Attention::CancelledWhilePaid => say::attention::cancelled_while_paid(locale),
        Attention::PaidTwice => say::attention::paid_twice(locale),
        Attention::Disputed => say::attention::disputed(locale),
        Attention::FraudMarked => say::attention::fraud_marked(locale),
        Attention::RefundedAtKomoju => say::attention::refunded_at_komoju(locale),
        Attention::RefundToConfirm => say::attention::refund_to_confirm(locale),
        Attention::RefundRefused => say::attention::refund_refused(locale),
        Attention::RefundTooLarge => say::attention::refund_too_large(locale),
        Attention::RefundNeedsBank => say::attention::refund_needs_bank(locale),
        Attention::TransferToCheck => say::attention::transfer_to_check(locale),
        Attention::OrderUpdateRefused => say::attention::order_update_refused(locale),
        Attention::CaptureRefused => say::attention::capture_refused(locale),
        Attention::CaptureDue => say::attention::capture_due(locale),
        Attention::AuthorizationLost => say::attention::authorization_lost(locale),
        Attention::CancelRefused => say::attention::cancel_refused(locale),
        Attention::SessionRefused => say::attention::session_refused(locale),
        Attention::NoMethods => say::attention::no_methods(locale),
        Attention::SessionElsewhere => say::attention::session_elsewhere(locale),
        Attention::CurrencyUnsupported => say::attention::currency_unsupported(locale),
        Attention::AmountUnreadable => say::attention::amount_unreadable(locale),
        Attention::AmountDisputed => say::attention::amount_disputed(locale),
        Attention::AmountUndecided => say::attention::amount_undecided(locale),
        Attention::Garbled => say::attention::garbled(locale),
        Attention::RefundUnreadable => say::attention::refund_unreadable(locale),
        Attention::Unreachable => unreachable(locale, &[]),
        Attention::CaptureVanished => say::attention::capture_vanished(locale),
    }
}

/// The same for a side that does not answer, by its name if we know which one it is.
pub fn unreachable(locale: Locale, silent: &[Side]) -> &'static str {
    match silent {
        [Side::Komoju] => say::attention::komoju_unreachable(locale),
        [Side::BigCommerce] => say::attention::bigcommerce_unreachable(locale),
        _ => say::attention::unreachable(locale),
    }
}

/// A line of the history: what happened, and to what.
pub fn event<'a>(locale: Locale, history: &History, event: &'a Event) -> (&'a str, Markup) {
    use say::events;
    match event {
        Event::Met => (events::met(locale), html! {}),
        Event::HeardKomoju { event } => (events::heard_komoju(locale), code(event)),
        Event::HeardBigCommerce { scope } => (events::heard_bigcommerce(locale), code(scope)),
        Event::ShopperReturned => (events::shopper_returned(locale), html! {}),
        Event::Begun { asked } => (events::begun(locale), code(asked)),
        Event::Recalled { attempt } => (events::recalled(locale), code(attempt)),
        Event::SessionMade { session } => (events::session_made(locale), code(session)),
        Event::SessionNotMade { why } => (events::session_not_made(locale), code(why)),
        Event::SessionLean { field } => (events::session_lean(locale), code(field)),
        Event::PaymentIs { payment, status: is } => {
            let lines = &history.statement.payments;
            let cash = lines.iter().any(|line| line.by_transfer && line.id == *payment);
            let about = html! { (status(locale, is, cash)) " " (code(payment.as_str())) };
            (events::payment_is(locale), about)
        }
        Event::Done { deed: done } => (events::done(locale), html! { (deed(locale, done)) }),
        Event::Failed { deed: failed, why } => {
            (events::failed(locale), html! { (deed(locale, failed)) " " (code(why)) })
        }
        Event::Reached { milestone, subject } => (milestone_name(locale, *milestone), about_subject(subject)),
        Event::Decided { decision, by } => (decision_name(locale, *decision), html! { (by) }),
        Event::DecisionOvertaken { by } => (events::decision_overtaken(locale), html! { (by) }),
        Event::DecisionWithdrawn { by } => (events::decision_withdrawn(locale), html! { (by) }),
        Event::Other { what, detail } => (what, code(detail)),
    }
}

/// Nothing, if the text is empty.
fn code(text: &str) -> Markup {
    html! {
        @if !text.is_empty() { code { (text) } }
    }
}

/// What a milestone is about, if that means anything to the merchant.
fn about_subject(subject: &Subject) -> Markup {
    match subject {
        Subject::Payment(id) => code(id.as_str()),
        Subject::Refund(id) => code(id.as_str()),
        Subject::Attempt(n) => code(&n.to_string()),
        Subject::Order => html! {},
    }
}

/// What a milestone is called in the history.
pub fn milestone_name(locale: Locale, milestone: MilestoneKind) -> &'static str {
    match milestone {
        MilestoneKind::CodeIssued => say::milestones::code_issued(locale),
        MilestoneKind::Authorized => say::milestones::authorized(locale),
        MilestoneKind::Paid => say::milestones::paid(locale),
        MilestoneKind::Mismatch => say::milestones::mismatch(locale),
        MilestoneKind::Refunded => say::milestones::refunded(locale),
        MilestoneKind::Disputed => say::milestones::disputed(locale),
        MilestoneKind::Fraud => say::milestones::fraud(locale),
        MilestoneKind::CaptureRefused => say::milestones::capture_refused(locale),
        MilestoneKind::LapsesSoon => say::milestones::lapses_soon(locale),
        MilestoneKind::Ended => say::milestones::ended(locale),
        MilestoneKind::Unpaid => say::milestones::unpaid(locale),
        MilestoneKind::Restored => say::milestones::restored(locale),
    }
}

/// What a decision is called in the history.
pub fn decision_name(locale: Locale, decision: DecisionKind) -> &'static str {
    match decision {
        DecisionKind::Capture => say::decisions::capture(locale),
        DecisionKind::Refund => say::decisions::refund(locale),
        DecisionKind::Confirm => say::decisions::confirm(locale),
        DecisionKind::Outside => say::decisions::outside(locale),
        DecisionKind::Bank => say::decisions::bank(locale),
        DecisionKind::Owed => say::decisions::owed(locale),
        DecisionKind::Unanswered => say::decisions::unanswered(locale),
        DecisionKind::Transfer => say::decisions::transfer(locale),
        DecisionKind::Two => say::decisions::two(locale),
        DecisionKind::Dismiss => say::decisions::dismiss(locale),
    }
}

/// What one of our deeds did. A deed that this version does not know stands for itself.
fn deed(locale: Locale, deed: &DeedName) -> &str {
    match deed.kind {
        Some(ActionKind::UpdateOrder) => say::deeds::update_order(locale),
        Some(ActionKind::CancelSession) => say::deeds::cancel_session(locale),
        Some(ActionKind::CancelPayment) => say::deeds::cancel_payment(locale),
        Some(ActionKind::Capture) => say::deeds::capture(locale),
        Some(ActionKind::RequestRefund) => say::deeds::request_refund(locale),
        Some(ActionKind::RefundPayment) => say::deeds::refund_payment(locale),
        Some(ActionKind::RecordRefund) => say::deeds::record_refund(locale),
        None => &deed.key,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::state::deed::Action;
    use domain::state::reading::Cause;
    use domain::texts::locale::Locale;
    use domain::values::ids::PaymentId;
    use strum::VariantArray;

    fn both<'a>(say: impl Fn(Locale) -> &'a str) -> (&'a str, &'a str) {
        (say(Locale::En), say(Locale::Ja))
    }

    #[test]
    fn attentions_of_the_ledger_have_words_and_unknown_ones_stand_for_themselves() {
        let (en, ja) = both(|locale| attention_name(locale, &Name::Known(Attention::CaptureDue)));
        assert!(en.starts_with("The authorization lapses") && ja.starts_with("仮売上"));
        let of_tomorrow = Name::Other("of_tomorrow".to_owned());
        assert_eq!(both(|locale| attention_name(locale, &of_tomorrow)), ("of_tomorrow", "of_tomorrow"));
    }

    #[test]
    fn a_side_that_is_silent_is_named() {
        let (en, ja) = both(|locale| unreachable(locale, &[Side::Komoju]));
        assert!(en.contains("KOMOJU") && ja.contains("KOMOJU") && !en.contains("BigCommerce"));
        let (en, ja) = both(|locale| unreachable(locale, &[Side::BigCommerce]));
        assert!(en.starts_with("BigCommerce") && ja.starts_with("BigCommerce") && !en.contains("KOMOJU"));
        assert!(
            both(|locale| attention(locale, Attention::Unreachable)).0.starts_with("KOMOJU or BigCommerce")
        );
    }

    /// The same sentence is shown in the list and on the payment's page, so it may point to no place on either.
    #[test]
    fn sentences_say_what_to_do_and_point_to_no_place_on_the_screen() {
        for one in Attention::VARIANTS {
            let (en, ja) = both(|locale| attention(locale, *one));
            let pointing = ["below", "above", " here", "下で", "下の", "下記", "上記", "ここ", "次の"];
            let points = |words: &str| pointing.iter().any(|place| words.contains(place));
            assert!(!points(en) && !points(ja), "{one:?}: {en} {ja}");
            assert!(en.ends_with('.') && ja.ends_with('。'), "{one:?}: {en} {ja}");
        }
    }

    #[test]
    fn milestones_and_decisions_are_told_in_the_readers_language() {
        let milestones =
            MilestoneKind::VARIANTS.iter().map(|one| both(|locale| milestone_name(locale, *one)));
        let decisions = DecisionKind::VARIANTS.iter().map(|one| both(|locale| decision_name(locale, *one)));
        for (en, ja) in milestones.chain(decisions) {
            assert!(en.is_ascii() && !ja.is_ascii(), "{en} {ja}");
        }
    }

    #[test]
    fn deeds_are_told_by_what_they_did() {
        let payment = PaymentId::parse("pay1").expect("an id");
        let cause = Cause::OrderRefund(12);
        let says = |action: Action| deed(Locale::En, &DeedName::from(&action)).to_owned();
        assert_eq!(says(Action::CancelSession { attempt: 1 }), "payment page closed");
        assert_eq!(says(Action::CancelPayment { payment: payment.clone() }), "unpaid payment ended");
        assert_eq!(says(Action::RefundPayment { payment: payment.clone(), cause }), "refunded at KOMOJU");
        assert_eq!(says(Action::RequestRefund { payment, cause }), "refund by bank transfer requested");
        let of_tomorrow = DeedName { kind: None, key: "of-tomorrow-1".to_owned() };
        assert_eq!(deed(Locale::Ja, &of_tomorrow), "of-tomorrow-1");
    }
}
