//! The test cards, and what the card network answers to each.
//!
//! Source: KOMOJU's lists of [test cards](https://doc.komoju.com/docs/test-cards) and 3-D Secure test cards.

/// What happens when a card number is charged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Approved,
    /// Refused with this code.
    Refused(&'static str),
    /// The issuer asks for a password; this one is right, every other is wrong.
    Challenge {
        password: Option<&'static str>,
    },
}

/// Typed into the challenge page, this is what makes the issuer say yes.
pub const CHALLENGE_PASSWORD: &str = "123456";

/// A number that the hosted page offers to fill in.
#[derive(Debug)]
pub struct TestCard {
    pub number: &'static str,
    pub verdict: Verdict,
    pub ja: &'static str,
    pub en: &'static str,
}

const fn card(number: &'static str, verdict: Verdict, ja: &'static str, en: &'static str) -> TestCard {
    TestCard { number, verdict, ja, en }
}

const YES: Verdict = Verdict::Approved;
const ASKED: Verdict = Verdict::Challenge { password: Some(CHALLENGE_PASSWORD) };
const ASKED_IN_VAIN: Verdict = Verdict::Challenge { password: None };
const UNAUTHENTICATED: Verdict = Verdict::Refused("card_declined");

const fn no(code: &'static str) -> Verdict {
    Verdict::Refused(code)
}

/// The first of each verdict is offered on the page; the rest are other brands.
pub static CARDS: [TestCard; 23] = [
    card("4111111111111111", YES, "成功", "Succeeds"),
    card("4100000000000100", YES, "3Dセキュア 成功", "3-D Secure, passes"),
    card("4100000000005000", ASKED, "3Dセキュア 本人確認 (123456)", "3-D Secure, asks (123456)"),
    card("4100000000500000", UNAUTHENTICATED, "3Dセキュア 失敗", "3-D Secure, fails"),
    card(
        "4100000000300005",
        ASKED_IN_VAIN,
        "3Dセキュア 本人確認 失敗 (111111)",
        "3-D Secure, asks and fails (111111)",
    ),
    card("4123111111111000", no("insufficient_funds"), "残高不足", "Insufficient funds"),
    card("4123111111111018", no("exceeds_limit"), "限度額超過", "Exceeds limit"),
    card("4123111111111034", no("bad_verification_value"), "セキュリティコード不正", "Wrong security code"),
    card("4123111111111042", no("card_expired"), "有効期限切れ", "Expired"),
    card("4123111111111059", no("restricted_account"), "使用不可", "Restricted"),
    card("4123111111111075", no("invalid_number"), "無効なカード", "Invalid card"),
    card("5555555555554444", YES, "Mastercard", "Mastercard"),
    card("3530111333300000", YES, "JCB", "JCB"),
    card("378282246310005", YES, "American Express", "American Express"),
    card("30569309025904", YES, "Diners Club", "Diners Club"),
    card("5100000000000107", YES, "Mastercard", "Mastercard"),
    card("3528000000000106", YES, "JCB", "JCB"),
    card("5100000000005007", ASKED, "Mastercard", "Mastercard"),
    card("3528000000005006", ASKED, "JCB", "JCB"),
    card("5100000000500007", UNAUTHENTICATED, "Mastercard", "Mastercard"),
    card("3528000000500006", UNAUTHENTICATED, "JCB", "JCB"),
    card("5100000000300002", ASKED_IN_VAIN, "Mastercard", "Mastercard"),
    card("3528000000300001", ASKED_IN_VAIN, "JCB", "JCB"),
];

/// The verdict on a number; whatever is no test card is refused, as test mode does.
#[must_use]
pub fn verdict(number: &str) -> Verdict {
    CARDS.iter().find(|card| card.number == number).map_or(no("invalid_number"), |card| card.verdict)
}

/// `visa`, `master`, … as `payment_details.brand` spells it.
#[must_use]
pub fn brand(number: &str) -> &'static str {
    match number.as_bytes() {
        [b'4', ..] => "visa",
        [b'5', ..] => "master",
        [b'3', b'5', ..] => "jcb",
        [b'3', b'4' | b'7', ..] => "american_express",
        [b'3', ..] => "diners_club",
        _ => "unknown",
    }
}

/// Every refusal code that a `Komoju-Scenario` header may name.
pub const REFUSALS: [&str; 14] = [
    "card_declined",
    "card_expired",
    "insufficient_funds",
    "exceeds_limit",
    "bad_verification_value",
    "invalid_number",
    "used_number",
    "invalid_password",
    "invalid_account",
    "restricted_account",
    "invalid_user_key",
    "other_invalid",
    "other_error",
    "fraudulent",
];

/// The code as the program's own constant, when it is one.
#[must_use]
pub fn refusal(code: &str) -> Option<&'static str> {
    REFUSALS.into_iter().find(|known| *known == code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_that_is_no_test_card_is_refused() {
        assert_eq!(verdict("4000000000000000"), Verdict::Refused("invalid_number"));
        assert_eq!(verdict("4111111111111111"), Verdict::Approved);
    }

    #[test]
    fn brands_go_by_the_first_digits() {
        let brands = ["378282246310005", "30569309025904", "3530111333300000", "5555555555554444"].map(brand);
        assert_eq!(brands, ["american_express", "diners_club", "jcb", "master"]);
    }
}
