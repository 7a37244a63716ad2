//! The lines that we leave in the order's staff notes. Each ends in a mark, its milestone and what it is about, so
//! that a line is recognised and never added twice:
//!
//! ```text
//! Call before delivery                                    the merchant's own words, untouched
//! [KOMOJU] Waiting for ¥3,220 by konbini (code, p1)
//! [KOMOJU] Paid ¥3,220 by konbini (paid, p1)
//! ```
//!
//! Text and mark are in the language of the store, which may change between two lines, so a mark is known in every
//! language. BigCommerce has no idempotency keys, so this mark is also how
//! we find out whether an unanswered PUT took effect.

use crate::state::deed::{MilestoneKind, Subject};
use crate::state::reading::PaymentReading;
use crate::state::settings::Mode;
use crate::state::terms::Terms;
use crate::texts::locale::Locale;
use crate::texts::notes;
use crate::values::money::Money;
use crate::values::payment_types;
use strum::VariantArray;

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
    format!("{tag} {what} {}", mark(kind, subject, locale))
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
    format!("[KOMOJU] {what} {}", mark(kind, subject, locale))
}

/// True if `notes` already hold the line of this milestone, in whichever language it was written.
pub fn holds(notes: &str, kind: MilestoneKind, subject: &Subject) -> bool {
    Locale::VARIANTS.iter().any(|locale| notes.contains(&mark(kind, subject, *locale)))
}

/// The mark by which a line is known again: `(paid, p1)`, `（入金済み、p1）`. Former versions wrote the English one in
/// every language, so it must stay as it is.
fn mark(kind: MilestoneKind, subject: &Subject, locale: Locale) -> String {
    use notes::mark;
    let word = match kind {
        MilestoneKind::CodeIssued => mark::code(locale),
        MilestoneKind::Authorized => mark::authorized(locale),
        MilestoneKind::Paid => mark::paid(locale),
        MilestoneKind::Mismatch => mark::mismatch(locale),
        MilestoneKind::Refunded => mark::refunded(locale),
        MilestoneKind::Disputed => mark::disputed(locale),
        MilestoneKind::Fraud => mark::fraud(locale),
        MilestoneKind::CaptureRefused => mark::capture_refused(locale),
        MilestoneKind::LapsesSoon => mark::lapses_soon(locale),
        MilestoneKind::Ended => mark::ended(locale),
        MilestoneKind::Unpaid => mark::unpaid(locale),
        MilestoneKind::Restored => mark::restored(locale),
    };
    let about = match subject {
        Subject::Payment(id) => id.to_string(),
        Subject::Attempt(n) => mark::attempt(locale, &n.to_string()),
        Subject::Refund(id) => mark::refund(locale, id.as_str()),
        Subject::Order => mark::order(locale).to_owned(),
    };
    mark::Whole { word, about: &about }.say(locale)
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
    use crate::values::ids::{PaymentId, RefundId};

    const KINDS: &[MilestoneKind] = MilestoneKind::VARIANTS;

    fn subjects() -> [Subject; 4] {
        let payment = PaymentId::parse("p1").expect("an id");
        let refund = RefundId::parse("r1").expect("an id");
        [Subject::Payment(payment), Subject::Refund(refund), Subject::Attempt(2), Subject::Order]
    }

    /// A line that a former version left is not added again.
    #[test]
    fn the_english_mark_is_as_former_versions_wrote_it() {
        for kind in KINDS {
            for subject in subjects() {
                let former = format!("({}, {subject})", kind.key());
                assert_eq!(mark(*kind, &subject, Locale::En), former);
                assert!(holds(&former, *kind, &subject), "{former}");
            }
        }
    }

    #[test]
    fn a_line_is_known_in_every_language_and_as_no_other() {
        for locale in Locale::VARIANTS {
            for kind in KINDS {
                for subject in subjects() {
                    let line = short(*kind, &subject, *locale);
                    for other in KINDS {
                        for another in subjects() {
                            let same = (other, &another) == (kind, &subject);
                            assert_eq!(holds(&line, *other, &another), same, "{line}: {other:?} {another}");
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn a_japanese_store_reads_japanese_to_the_end() {
        let [payment, _, attempt, _] = subjects();
        assert_eq!(mark(MilestoneKind::Paid, &payment, Locale::Ja), "（入金済み、p1）");
        assert_eq!(mark(MilestoneKind::Ended, &attempt, Locale::Ja), "（終了、2回目）");
    }

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
