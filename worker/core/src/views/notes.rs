//! The lines that we leave in the order's staff notes. Each ends in a mark, its milestone and what it is about, so
//! that a line is recognised and never added twice:
//!
//! ```text
//! Call before delivery                                    the merchant's own words, untouched
//! [KOMOJU] Waiting for ¥3,220 by konbini (code, p1)
//! [KOMOJU] Paid ¥3,220 by konbini (paid, p1)
//! ```
//!
//! BigCommerce has no idempotency keys, so this mark is also how we find out whether an unanswered PUT took effect.

use crate::state::deed::{MilestoneKind, Subject};
use crate::state::reading::PaymentReading;
use crate::state::settings::Mode;
use crate::state::terms::Terms;
use crate::texts::locale::Locale;
use crate::texts::notes;
use crate::values::money::Money;
use crate::values::payment_types;

/// The most bytes that we let the notes grow to: BigCommerce takes 65,535.
const LONGEST: usize = 65_535;

/// One line about a payment: what happened, how much, by what, which payment.
///
/// `due`: what the order is due now, if that is no longer what was asked and paid.
pub fn line(
    kind: MilestoneKind,
    subject: &Subject,
    payment: &PaymentReading,
    terms: &Terms,
    due: Option<Money>,
    locale: Locale,
) -> String {
    let tag = match terms.mode {
        Mode::Test => "[KOMOJU TEST]",
        Mode::Live => "[KOMOJU]",
    };
    let amount = &payment.total.unwrap_or(terms.amount).to_string();
    let asked = &terms.amount.to_string();
    let method = payment_types::name(&payment.payment_type, locale);
    // In another currency, KOMOJU may have converted the amount: then the two amounts do not contradict each other.
    let otherwise =
        payment.net.is_some_and(|net| net.currency == terms.amount.currency && net != terms.amount);
    let what = match kind {
        // These are about no payment, so they name no amount.
        MilestoneKind::Ended | MilestoneKind::Unpaid | MilestoneKind::Restored => {
            return short(kind, subject, locale);
        }
        MilestoneKind::CodeIssued => notes::Waiting { amount, method }.say(locale),
        MilestoneKind::Authorized if otherwise => {
            notes::AuthorizedOtherwise { amount, method, asked }.say(locale)
        }
        MilestoneKind::Authorized => notes::Authorized { amount, method }.say(locale),
        MilestoneKind::Paid | MilestoneKind::Mismatch if payment.went_back_whole() => {
            notes::PaidAndRefunded { amount, method }.say(locale)
        }
        MilestoneKind::Paid => notes::Paid { amount, method }.say(locale),
        MilestoneKind::Mismatch => notes::PaidOtherwise { amount, method, asked }.say(locale),
        MilestoneKind::Refunded => notes::Refunded { amount, method }.say(locale),
        MilestoneKind::Disputed => notes::Disputed { amount, method }.say(locale),
        MilestoneKind::Fraud => notes::Fraud { amount, method }.say(locale),
        MilestoneKind::CaptureRefused => notes::CaptureRefused { amount, method }.say(locale),
        MilestoneKind::LapsesSoon => notes::LapsesSoon { amount, method }.say(locale),
    };
    let what = match due.map(|due| due.to_string()) {
        Some(due) => notes::PaidButDue { amount, method, due: &due }.say(locale),
        None => what,
    };
    format!("{tag} {what} {}", mark(kind, subject))
}

/// One line about the order itself, or about an attempt of it.
pub fn short(kind: MilestoneKind, subject: &Subject, locale: Locale) -> String {
    let what = match kind {
        MilestoneKind::Unpaid => notes::unpaid(locale),
        MilestoneKind::Restored => notes::restored(locale),
        MilestoneKind::Ended
        | MilestoneKind::CodeIssued
        | MilestoneKind::Authorized
        | MilestoneKind::Paid
        | MilestoneKind::Mismatch
        | MilestoneKind::Refunded
        | MilestoneKind::Disputed
        | MilestoneKind::Fraud
        | MilestoneKind::CaptureRefused
        | MilestoneKind::LapsesSoon => notes::ended(locale),
    };
    format!("[KOMOJU] {what} {}", mark(kind, subject))
}

/// True if `notes` already hold the line of this milestone.
pub fn holds(notes: &str, kind: MilestoneKind, subject: &Subject) -> bool {
    notes.contains(&mark(kind, subject))
}

/// The mark by which a line is known again: `(paid, p1)`.
fn mark(kind: MilestoneKind, subject: &Subject) -> String {
    format!("({}, {subject})", kind.key())
}

/// The notes with a line added. What the merchant wrote stays first and whole: if there is no room left, the line is
/// left out.
pub fn append(notes: &str, line: &str) -> String {
    if notes.contains(line) || notes.len() + line.len() >= LONGEST {
        return notes.to_owned();
    }
    match notes.trim_end() {
        "" => line.to_owned(),
        written => format!("{written}\n{line}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_merchants_own_notes_stay_and_a_line_comes_once() {
        let once = append("Call before delivery\n", "[KOMOJU] Paid");
        assert_eq!(once, "Call before delivery\n[KOMOJU] Paid");
        assert_eq!(append(&once, "[KOMOJU] Paid"), once);
        assert_eq!(append("", "[KOMOJU] Paid"), "[KOMOJU] Paid");
    }

    #[test]
    fn full_notes_are_left_whole() {
        let full = "x".repeat(LONGEST - 3);
        assert_eq!(append(&full, "[KOMOJU] Paid"), full);
    }
}
