//! A payment's state in one word and one colour, for the list and for the payment's own page.
//!
//! A solid colour means that a person is needed: amber to decide something, red to hold the goods back. A pill that
//! needs nobody is tinted, and green is only what is paid and needs nobody.

use crate::texts::panel::pill as say;
use domain::state::reading::PaymentStatus;
use domain::texts::locale::Locale;
use domain::values::attention::Attention;
use domain::values::name::Name;
use domain::views::condition::Condition;
use domain::views::statement::PaymentLine;
use maud::{Markup, html};

/// What a colour says, from the calmest to the most urgent. The order matters: the most urgent reason wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tone {
    /// Nothing has begun.
    Blank,
    /// Over.
    Rest,
    /// Goes on by itself.
    Wait,
    Paid,
    /// A person must decide.
    Decide,
    /// A person must decide, and nothing may be shipped before that.
    Stop,
}

impl Tone {
    fn class(self) -> &'static str {
        match self {
            Self::Blank => "blank",
            Self::Rest => "rest",
            Self::Wait => "wait",
            Self::Paid => "paid",
            Self::Decide => "decide",
            Self::Stop => "stop",
        }
    }
}

/// A word and its colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pill<'a> {
    pub word: &'a str,
    pub tone: Tone,
}

impl Pill<'_> {
    pub fn html(self) -> Markup {
        html! { span class={ "pill " (self.tone.class()) } { (self.word) } }
    }
}

/// The state of a payment, from its condition and from the reasons why a person must look at it. A name that another
/// version wrote stands for itself; as a reason it still calls a person.
pub fn of_payment<'a>(
    locale: Locale,
    condition: &'a Name<Condition>,
    attention: &[Name<Attention>],
) -> Pill<'a> {
    let (word, calm) = match condition {
        Name::Known(known) => at_rest(locale, *known),
        Name::Other(other) => (other.as_str(), Tone::Rest),
    };
    let claims = attention.iter().map(|name| match name {
        Name::Known(known) => claim(locale, *known),
        Name::Other(_) => (Tone::Decide, None),
    });
    // The most urgent reason; of several, the first that has a word of its own.
    let urgent = claims.reduce(|best, next| {
        let better = next.0 > best.0 || (next.0 == best.0 && best.1.is_none());
        if better { next } else { best }
    });
    match urgent {
        Some((tone, own)) => Pill { word: own.unwrap_or(word), tone },
        None => Pill { word, tone: calm },
    }
}

/// One payment at KOMOJU. While its order needs a person, no payment of it is green.
pub fn of_line(locale: Locale, line: &PaymentLine, attention: &[Attention]) -> Pill<'static> {
    let condition = match &line.status {
        _ if line.charged_back.is_some() => Condition::Disputed,
        PaymentStatus::Authorized | PaymentStatus::Captured if line.fraud => Condition::FraudMarked,
        PaymentStatus::Pending => return calm(say::payment::under_way(locale), Tone::Wait),
        PaymentStatus::Authorized if line.by_transfer => Condition::Waiting,
        PaymentStatus::Authorized => Condition::Reserved,
        PaymentStatus::Captured if line.refunded.is_some() => Condition::PartlyRefunded,
        PaymentStatus::Captured => Condition::Paid,
        PaymentStatus::Refunded => Condition::Refunded,
        PaymentStatus::Cancelled => return calm(say::payment::cancelled(locale), Tone::Rest),
        PaymentStatus::Expired => Condition::Expired,
        PaymentStatus::Failed => return calm(say::payment::declined(locale), Tone::Rest),
        PaymentStatus::Other(_) => return calm(say::payment::unknown(locale), Tone::Rest),
    };
    let (word, tone) = at_rest(locale, condition);
    let marked = match condition {
        Condition::Disputed => attention.contains(&Attention::Disputed),
        Condition::FraudMarked => attention.contains(&Attention::FraudMarked),
        _ => false,
    };
    let tone = match tone {
        _ if marked => Tone::Stop,
        Tone::Paid if !attention.is_empty() => Tone::Rest,
        tone => tone,
    };
    Pill { word, tone }
}

fn calm(word: &'static str, tone: Tone) -> Pill<'static> {
    Pill { word, tone }
}

/// The word for a condition, and its colour while no person is needed.
pub fn at_rest(locale: Locale, condition: Condition) -> (&'static str, Tone) {
    use say::condition;
    match condition {
        Condition::NotStarted => (condition::not_started(locale), Tone::Blank),
        Condition::Unpaid => (condition::unpaid(locale), Tone::Rest),
        Condition::Expired => (condition::expired(locale), Tone::Rest),
        Condition::Confirming => (condition::confirming(locale), Tone::Wait),
        Condition::Waiting => (condition::waiting(locale), Tone::Wait),
        Condition::Reserved => (condition::reserved(locale), Tone::Wait),
        Condition::Paid => (condition::paid(locale), Tone::Paid),
        Condition::PartlyRefunded => (condition::partly_refunded(locale), Tone::Rest),
        Condition::Refunded => (condition::refunded(locale), Tone::Rest),
        Condition::RefundWanted => (condition::refund_wanted(locale), Tone::Rest),
        Condition::Disputed => (condition::disputed(locale), Tone::Rest),
        Condition::FraudMarked => (condition::fraud_marked(locale), Tone::Rest),
        Condition::Cancelled => (condition::cancelled(locale), Tone::Rest),
        Condition::SettledByHand => (condition::settled_by_hand(locale), Tone::Rest),
        Condition::Deleted => (condition::deleted(locale), Tone::Rest),
        // A former version called a person here, and did not say why.
        Condition::Review => (condition::review(locale), Tone::Decide),
        Condition::Closed => (condition::closed(locale), Tone::Rest),
    }
}

/// How urgently a reason needs a person, and its word. Without a word of its own, the payment's word is shown in this
/// colour: money for a cancelled order reads "Paid", in the colour of a decision.
fn claim(locale: Locale, attention: Attention) -> (Tone, Option<&'static str>) {
    use say::claim;
    let decide = |word: fn(Locale) -> &'static str| (Tone::Decide, Some(word(locale)));
    let stop = |word: fn(Locale) -> &'static str| (Tone::Stop, Some(word(locale)));
    match attention {
        Attention::Disputed => stop(claim::disputed),
        Attention::FraudMarked => stop(claim::fraud_marked),
        Attention::AuthorizationLost => stop(claim::reservation_lost),
        Attention::CaptureRefused => stop(claim::capture_refused),
        Attention::CaptureVanished => stop(claim::gone),
        Attention::AmountMismatch | Attention::AmountDisputed => decide(claim::amount_differs),
        Attention::AmountUndecided => decide(claim::amount_to_choose),
        Attention::Garbled | Attention::RefundUnreadable => decide(claim::not_readable),
        Attention::OrderEdited => decide(claim::order_edited),
        Attention::PaidTwice => decide(claim::paid_twice),
        Attention::RefundToConfirm | Attention::RefundNeedsBank => decide(claim::refund_wanted),
        Attention::RefundTooLarge => decide(claim::refund_too_large),
        Attention::RefundRefused => decide(claim::refund_refused),
        Attention::RefundedAtKomoju => decide(claim::refund_to_book),
        Attention::CaptureDue => decide(claim::capture_due),
        Attention::CancelRefused => decide(claim::still_payable),
        Attention::SessionRefused
        | Attention::NoMethods
        | Attention::SessionElsewhere
        | Attention::CurrencyUnsupported
        | Attention::AmountUnreadable => decide(claim::cannot_be_paid),
        Attention::PaidAfterEnd
        | Attention::CancelledWhilePaid
        | Attention::OrderUpdateRefused
        | Attention::TransferToCheck
        | Attention::Unreachable => (Tone::Decide, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::json::read_value;
    use domain::texts::locale::Locale;
    use serde_json::{Value, json};
    use strum::VariantArray;

    fn said(condition: &str, attention: &[&str]) -> [(String, Tone); 2] {
        let (condition, attention) = (Name::of(condition), attention.iter().copied().map(Name::of));
        let attention: Vec<_> = attention.collect();
        [Locale::En, Locale::Ja].map(|locale| {
            let pill = of_payment(locale, &condition, &attention);
            (pill.word.to_owned(), pill.tone)
        })
    }

    fn pill(condition: &str, attention: &[&str]) -> (String, Tone) {
        let [english, _] = said(condition, attention);
        english
    }

    #[test]
    fn nothing_that_needs_a_person_is_green_or_at_rest() {
        for condition in Condition::VARIANTS {
            for first in Attention::VARIANTS {
                for second in Attention::VARIANTS {
                    for (word, tone) in said(condition.key(), &[first.key(), second.key()]) {
                        assert!(tone >= Tone::Decide, "{condition:?} {first:?} {second:?}: {word}");
                    }
                }
            }
        }
    }

    #[test]
    fn green_is_what_is_paid_and_nothing_else() {
        let green: Vec<_> =
            Condition::VARIANTS.iter().filter(|c| pill(c.key(), &[]).1 == Tone::Paid).collect();
        assert_eq!(green, [&Condition::Paid]);
    }

    #[test]
    fn every_condition_has_a_word_of_its_own_in_both_languages() {
        for language in [0, 1] {
            let mut words: Vec<_> =
                Condition::VARIANTS.iter().map(|c| said(c.key(), &[])[language].0.clone()).collect();
            words.sort();
            words.dedup();
            assert_eq!(words.len(), Condition::VARIANTS.len(), "{words:?}");
        }
        for condition in Condition::VARIANTS {
            let [(english, _), (japanese, _)] = said(condition.key(), &[]);
            assert_ne!(english, japanese);
            assert_ne!(english, condition.key(), "a word for people");
        }
    }

    #[test]
    fn what_forbids_shipping_is_red_and_outweighs_what_only_asks_for_a_decision() {
        let red = |attention: &[&str]| pill("paid", attention);
        assert_eq!(red(&["disputed"]), ("Disputed".to_owned(), Tone::Stop));
        assert_eq!(red(&["refund_to_confirm", "fraud_marked"]), ("Fraud mark".to_owned(), Tone::Stop));
        assert_eq!(red(&["paid_twice"]).1, Tone::Decide);
    }

    #[test]
    fn money_of_a_cancelled_order_reads_paid_in_the_colour_of_a_decision() {
        for reason in ["paid_after_end", "cancelled_while_paid", "unreachable", "order_update_refused"] {
            assert_eq!(pill("paid", &[reason]), ("Paid".to_owned(), Tone::Decide), "{reason}");
        }
        let both = pill("paid", &["unreachable", "paid_twice"]);
        assert_eq!(both, ("Paid twice".to_owned(), Tone::Decide), "the reason that has a word of its own");
    }

    #[test]
    fn a_dispute_that_was_seen_is_still_called_one() {
        assert_eq!(pill("disputed", &[]), ("Disputed".to_owned(), Tone::Rest));
        assert_eq!(pill("fraud", &[]), ("Fraud mark".to_owned(), Tone::Rest));
    }

    /// Rows of a former version have only five words for all of this.
    #[test]
    fn rows_of_other_versions_are_read_by_what_they_call_a_person_for() {
        assert_eq!(pill("closed", &["disputed"]), ("Disputed".to_owned(), Tone::Stop));
        assert_eq!(pill("review", &["amount_mismatch"]), ("Amount differs".to_owned(), Tone::Decide));
        assert_eq!(pill("review", &[]), ("Check".to_owned(), Tone::Decide));
        assert_eq!(pill("of_tomorrow", &[]), ("of_tomorrow".to_owned(), Tone::Rest));
        assert_eq!(pill("paid", &["of_tomorrow"]), ("Paid".to_owned(), Tone::Decide));
    }

    fn line(more: Value) -> PaymentLine {
        let yen = |minor: i64| json!({ "minor": minor, "currency": "JPY" });
        let mut line = json!({
            "id": "p1", "status": "Captured", "method": "credit_card", "mode": "live", "asked": yen(2030),
            "total": yen(2030), "by_transfer": false,
        });
        for (name, value) in more.as_object().expect("an object") {
            line[name] = value.clone();
        }
        read_value(line.clone()).unwrap_or_else(|error| panic!("{error}: {line}"))
    }

    #[test]
    fn money_that_a_card_company_took_back_never_reads_as_the_merchants_own_refund() {
        let yen = json!({ "minor": 2030, "currency": "JPY" });
        let taken = line(json!({ "status": "Refunded", "charged_back": yen.clone() }));
        let given = line(json!({ "status": "Refunded", "refunded": yen }));
        let locale = Locale::En;
        assert_eq!(of_line(locale, &taken, &[Attention::Disputed]), calm("Disputed", Tone::Stop));
        assert_eq!(of_line(locale, &taken, &[]), calm("Disputed", Tone::Rest));
        assert_eq!(of_line(locale, &given, &[]), calm("Refunded", Tone::Rest));
    }

    #[test]
    fn a_payment_is_green_only_while_its_order_needs_nobody() {
        let locale = Locale::En;
        let paid = line(json!({}));
        assert_eq!(of_line(locale, &paid, &[]), calm("Paid", Tone::Paid));
        for reason in Attention::VARIANTS {
            assert_ne!(of_line(locale, &paid, &[*reason]).tone, Tone::Paid, "{reason:?}");
        }
        let part = line(json!({ "refunded": { "minor": 700, "currency": "JPY" } }));
        assert_eq!(of_line(locale, &part, &[]), calm("Partly refunded", Tone::Rest));
        let marked = line(json!({ "fraud": true }));
        assert_eq!(of_line(locale, &marked, &[Attention::FraudMarked]), calm("Fraud mark", Tone::Stop));
    }
}
