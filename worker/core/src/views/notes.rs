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
use crate::texts::notes;
use crate::values::locale::Locale;
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
    let amount = payment.total.map_or_else(|| terms.amount.to_string(), |m| m.to_string());
    let asked = terms.amount;
    let method = payment_types::name(&payment.method, locale);
    // In another currency, KOMOJU may have converted the amount: then the two amounts do not contradict each other.
    let otherwise = payment.net.is_some_and(|net| net.currency == asked.currency && net != asked);
    let edited = due.map(|due| notes::paid_but_due(locale, &amount, method, &due.to_string()));
    let what = match (locale, kind) {
        (Locale::En | Locale::Ko, MilestoneKind::CodeIssued) => format!("Waiting for {amount} by {method}"),
        (Locale::Ja, MilestoneKind::CodeIssued) => format!("{method}で{amount}の入金待ち"),
        (Locale::En | Locale::Ko, MilestoneKind::Authorized) if otherwise => {
            format!("Authorized {amount} by {method}, but {asked} was asked: please check")
        }
        (Locale::Ja, MilestoneKind::Authorized) if otherwise => {
            format!("{method}で{amount}を仮売上しましたが、請求額は{asked}です。ご確認ください")
        }
        (Locale::En | Locale::Ko, MilestoneKind::Authorized) => format!("Authorized {amount} by {method}"),
        (Locale::Ja, MilestoneKind::Authorized) => format!("{method}で{amount}を仮売上"),
        (Locale::En | Locale::Ko, MilestoneKind::Paid | MilestoneKind::Mismatch)
            if payment.went_back_whole() =>
        {
            format!("Paid {amount} by {method}, and already refunded in full at KOMOJU: do not ship for it")
        }
        (Locale::Ja, MilestoneKind::Paid | MilestoneKind::Mismatch) if payment.went_back_whole() => {
            format!("{method}で{amount}が支払われましたが、KOMOJU側で全額返金済みです。発送しないでください")
        }
        (Locale::En | Locale::Ko, MilestoneKind::Paid) => format!("Paid {amount} by {method}"),
        (Locale::Ja, MilestoneKind::Paid) => format!("{method}で{amount}の支払い完了"),
        (Locale::En | Locale::Ko, MilestoneKind::Mismatch) => {
            format!("Paid {amount} by {method}, but {asked} was asked: please check")
        }
        (Locale::Ja, MilestoneKind::Mismatch) => {
            format!("{method}で{amount}が支払われましたが、請求額は{asked}です。ご確認ください")
        }
        (Locale::En | Locale::Ko, MilestoneKind::Fraud) => {
            format!("Marked as fraud by KOMOJU: {amount} by {method}")
        }
        (Locale::Ja, MilestoneKind::Fraud) => {
            format!("KOMOJUが{method}の{amount}を不正利用と判定しました")
        }
        (Locale::En | Locale::Ko, MilestoneKind::CaptureRefused) => {
            format!("KOMOJU did not capture {amount} by {method}: do not ship before this is settled")
        }
        (Locale::Ja, MilestoneKind::CaptureRefused) => {
            format!("{method}の{amount}の売上確定がKOMOJUに拒否されました。解決するまで発送しないでください")
        }
        (Locale::En | Locale::Ko, MilestoneKind::LapsesSoon) => {
            format!("The authorization of {amount} by {method} lapses within three days")
        }
        (Locale::Ja, MilestoneKind::LapsesSoon) => {
            format!("{method}の{amount}の仮売上は3日以内に失効します")
        }
        // These are about no payment, so they name no amount.
        (_, MilestoneKind::Ended | MilestoneKind::Unpaid | MilestoneKind::Restored) => {
            return short(kind, subject, locale);
        }
        (Locale::En | Locale::Ko, MilestoneKind::Refunded) => {
            format!("Refunded at KOMOJU, of {amount} by {method}")
        }
        (Locale::Ja, MilestoneKind::Refunded) => format!("{method}の{amount}についてKOMOJU側で返金あり"),
        (Locale::En | Locale::Ko, MilestoneKind::Disputed) => format!("Disputed: {amount} by {method}"),
        (Locale::Ja, MilestoneKind::Disputed) => {
            format!("{method}の{amount}に異議申し立て（チャージバック）")
        }
    };
    let what = edited.unwrap_or(what);
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
