//! By what an order opens for a shopper who has lost the way back to it: its e-mail address together with its phone
//! number or postal code.
//!
//! People type these as their keyboard has them, and the order has them as some other form took them. So both are
//! folded before they are compared:
//!
//! ```text
//! Ｍｉｓａｋｉ＠Example.JP         misaki@example.jp            full-width to half-width, no spaces, lower case
//! +81 (0)90-1234-5678            9012345678                   digits, without the country code, without leading zeros
//! 〒１５０－０００１               1500001                      letters and digits, upper case
//! ```
//!
//! An order without an e-mail address, or with neither a phone number nor a postal code, opens for nobody: a made-up
//! number such as 000-0000 counts as none.
//!
//! What was entered is turned into digests at once, and the order's own are made from the order as read. So nothing here
//! need be kept, no log can hold an address or a number, and the time of a comparison tells nothing.

use crate::hash::{same, sha256_hex};
use std::fmt;

/// A phone number with fewer digits, leading zeros not counted, proves nothing.
const SHORTEST_PHONE: usize = 6;
/// A postal code with fewer letters and digits proves nothing. Iceland's have three.
const SHORTEST_POSTAL_CODE: usize = 3;
/// The longest country calling code, in digits.
const LONGEST_COUNTRY_CODE: usize = 3;

/// What a shopper has entered: a digest for each way in which it can be meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entered(Vec<String>);

/// What is missing, or cannot be what it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lacking {
    Email,
    /// Neither a phone number nor a postal code.
    PhoneOrPostalCode,
}

impl Entered {
    /// Reads the two fields. Errors: every field that nothing can be compared with.
    pub fn read(email: &str, phone_or_postal_code: &str) -> Result<Self, Vec<Lacking>> {
        let read = Contacts::of(email, &[phone_or_postal_code], &[phone_or_postal_code]);
        let mut lacking = Vec::new();
        if read.email.is_empty() {
            lacking.push(Lacking::Email);
        }
        if read.seconds.is_empty() {
            lacking.push(Lacking::PhoneOrPostalCode);
        }
        if lacking.is_empty() { Ok(Self(read.digests())) } else { Err(lacking) }
    }
}

/// What an order opens by, folded. It is read with the order and forgotten with it.
#[derive(Clone, Default, PartialEq)]
pub struct Contacts {
    /// Empty: the order has none.
    email: String,
    /// Phone numbers and postal codes, each marked as what it is.
    seconds: Vec<String>,
}

impl fmt::Debug for Contacts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Contacts(…)")
    }
}

impl Contacts {
    pub fn of<T: AsRef<str>>(email: &str, phones: &[T], postal_codes: &[T]) -> Self {
        let mut seconds = Vec::new();
        for text in phones {
            add_phone(text.as_ref(), &mut seconds);
        }
        for text in postal_codes {
            add_postal_code(text.as_ref(), &mut seconds);
        }
        Self { email: address(email), seconds }
    }

    /// True if what was entered is this order's. Takes the same time wherever they differ.
    pub fn are(&self, entered: &Entered) -> bool {
        let mut found = false;
        for own in self.digests() {
            for theirs in &entered.0 {
                found |= same(own.as_bytes(), theirs.as_bytes());
            }
        }
        found && !self.email.is_empty()
    }

    fn digests(&self) -> Vec<String> {
        let digest = |second: &String| sha256_hex([&self.email, "\n", second].concat().as_bytes());
        self.seconds.iter().map(digest).collect()
    }
}

/// What of the text is wanted, with full-width letters, digits and signs as ASCII.
fn folded(text: &str, is_wanted: fn(char) -> bool) -> String {
    let mut folded = String::new();
    for c in text.chars() {
        let half_width = match c {
            '！'..='～' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
            other => other,
        };
        if is_wanted(half_width) {
            folded.push(half_width);
        }
    }
    folded
}

/// Neither a space nor something that nobody sees.
fn is_seen(c: char) -> bool {
    !c.is_whitespace() && !c.is_ascii_control() && !matches!(c, '\u{200B}'..='\u{200F}' | '\u{FEFF}')
}

fn is_digit(c: char) -> bool {
    c.is_ascii_digit()
}

fn is_of_a_code(c: char) -> bool {
    c.is_ascii_alphanumeric()
}

/// The digits of a number that was typed on whatever keyboard: `＃１１８` is 118.
pub fn digits(text: &str) -> String {
    folded(text, is_digit)
}

/// An e-mail address, folded. Empty: it is none.
pub fn address(text: &str) -> String {
    let folded = folded(text, is_seen).to_ascii_lowercase();
    match folded.rsplit_once('@') {
        Some((name, host)) if !name.is_empty() && !host.is_empty() => folded,
        Some(_) | None => String::new(),
    }
}

/// A phone number as it is dialled within its country, without leading zeros: `+81 90…`, `0081 90…` and `090…` are
/// one. How long the country code is, nobody says, so each length is tried.
fn add_phone(text: &str, seconds: &mut Vec<String>) {
    let digits = folded(text, is_digit);
    let signs = folded(text, is_seen);
    let has_plus = signs.split(is_digit).next().is_some_and(|start| start.contains('+'));
    let from_abroad = if has_plus { Some(digits.as_str()) } else { digits.strip_prefix("00") };
    let (number, lengths) = match from_abroad {
        Some(number) => (number, 1..=LONGEST_COUNTRY_CODE),
        None => (digits.as_str(), 0..=0),
    };
    for length in lengths {
        let national = number.get(length..).unwrap_or_default().trim_start_matches('0');
        if national.len() >= SHORTEST_PHONE && !is_one_digit(national) {
            seconds.push(["p", national].concat());
        }
    }
}

/// A postal code, unless it is too short to be one, or made up because the form wanted one: without any digit, or with
/// nothing but one letter or digit.
fn add_postal_code(text: &str, seconds: &mut Vec<String>) {
    let code = folded(text, is_of_a_code).to_ascii_uppercase();
    if code.len() >= SHORTEST_POSTAL_CODE && code.contains(is_digit) && !is_one_digit(&code) {
        seconds.push(["z", &code].concat());
    }
}

/// True for a number or code such as 9999999999, which somebody entered because the form wanted one.
fn is_one_digit(number: &str) -> bool {
    number.bytes().all(|digit| number.as_bytes().first() == Some(&digit))
}

#[cfg(test)]
mod tests {
    use super::*;

    const EMAIL: &str = "misaki.sato@example.jp";

    /// True if an order with this phone number and postal code opens by the second field.
    fn opens(phone: &str, postal_code: &str, second: &str) -> bool {
        let order = Contacts::of(EMAIL, &[phone], &[postal_code]);
        Entered::read(EMAIL, second).is_ok_and(|entered| order.are(&entered))
    }

    #[test]
    fn an_address_is_the_same_however_it_was_typed() {
        let order = Contacts::of("Misaki.Sato@Example.JP", &["09012345678"], &[]);
        let opens = |email| Entered::read(email, "09012345678").is_ok_and(|entered| order.are(&entered));
        for typed in [
            "misaki.sato@example.jp",
            "  MISAKI.SATO@EXAMPLE.JP \t",
            "ｍｉｓａｋｉ．ｓａｔｏ＠ｅｘａｍｐｌｅ．ｊｐ",
            "misaki.sato＠example.jp　",
            "misaki.sato @example.jp",
            "\u{FEFF}misaki.sato@example.jp\u{200B}",
        ] {
            assert!(opens(typed), "{typed:?}");
        }
        for other in ["misaki.sato@example.com", "sato@example.jp", "misaki.sato+1@example.jp"] {
            assert!(!opens(other), "{other:?}");
        }
    }

    #[test]
    fn a_phone_number_is_the_same_however_it_was_written() {
        for (order, typed) in [
            ("09012345678", "090-1234-5678"),
            ("090-1234-5678", "０９０－１２３４－５６７８"),
            ("09012345678", "090ー1234ー5678"),
            ("09012345678", "(090) 1234 5678"),
            ("09012345678", "+81 90-1234-5678"),
            ("09012345678", "＋８１９０１２３４５６７８"),
            ("09012345678", "+81 (0)90-1234-5678"),
            ("09012345678", "0081 90 1234 5678"),
            ("+819012345678", "09012345678"),
            ("+81-90-1234-5678", "0081-90-1234-5678"),
            ("(+81) 3-5555-0142", "03-5555-0142"),
            ("010-1234-5678", "+82 10-1234-5678"),
            ("+1 (503) 555-0142", "503.555.0142"),
            ("+886 912 345 678", "0912-345-678"),
            ("+39 06 1234 5678", "06 12345678"),
        ] {
            assert!(opens(order, "", typed), "{order} {typed}");
        }
        for (order, typed) in [
            ("09012345678", "09012345679"),
            ("09012345678", "9012345"),
            ("09012345678", "+81 80-1234-5678"),
            ("09012345678", "1234-5678"),
            ("12345", "12345"),
            ("", "09012345678"),
            ("0000000000", "0000000000"),
            ("999-9999-9999", "99999999999"),
        ] {
            assert!(!opens(order, "", typed), "{order} {typed}");
        }
    }

    #[test]
    fn a_postal_code_is_the_same_however_it_was_written() {
        for (order, typed) in [
            ("150-0001", "1500001"),
            ("1500001", "〒150-0001"),
            ("150-0001", "〒１５０－０００１"),
            ("150-0001", "150ー0001"),
            ("SW1A 1AA", "sw1a1aa"),
            ("97205", " 97205 "),
            ("101", "101"),
        ] {
            assert!(opens("", order, typed), "{order} {typed}");
        }
        for (order, typed) in [
            ("150-0001", "150-0002"),
            ("150-0001", "150"),
            ("", "1500001"),
            ("000-0000", "0000000"),
            ("-", "-"),
            ("97205", "97205-0000"),
        ] {
            assert!(!opens("", order, typed), "{order} {typed}");
        }
    }

    #[test]
    fn a_phone_number_is_no_postal_code_and_a_postal_code_no_phone_number() {
        assert!(!opens("1500001234", "", "150-0001") && !opens("", "1500001234", "0150-0001-234"));
        assert!(opens("03-1500-0001", "150-0001", "150-0001"));
    }

    #[test]
    fn every_phone_number_and_postal_code_of_the_order_opens_it() {
        let order = Contacts::of(EMAIL, &["", "03-5555-0142", "090-1234-5678"], &["150-0001", "97205"]);
        for second in ["0355550142", "09012345678", "1500001", "97205"] {
            assert!(order.are(&Entered::read(EMAIL, second).expect("whole")), "{second}");
        }
    }

    #[test]
    fn an_order_without_one_of_the_two_opens_for_nobody() {
        let entered = Entered::read(EMAIL, "1500001").expect("whole");
        for order in [
            Contacts::default(),
            Contacts::of("", &["09012345678"], &["1500001"]),
            Contacts::of("@", &["09012345678"], &["1500001"]),
            Contacts::of(EMAIL, &["", "-"], &["", "〒"]),
        ] {
            assert!(!order.are(&entered), "{order:?}");
        }
    }

    #[test]
    fn what_is_missing_is_named() {
        let lacks = |email, second| Entered::read(email, second).err().unwrap_or_default();
        for email in ["", "  ", "misaki", "@example.jp", "misaki@"] {
            assert_eq!(lacks(email, "1500001"), [Lacking::Email], "{email}");
        }
        for second in ["", "　", "-", "12", "000-0000", "〒"] {
            assert_eq!(lacks(EMAIL, second), [Lacking::PhoneOrPostalCode], "{second}");
        }
        assert_eq!(lacks("", ""), [Lacking::Email, Lacking::PhoneOrPostalCode]);
    }

    #[test]
    fn neither_shows_what_it_was() {
        let entered = Entered::read(EMAIL, "090-1234-5678").expect("whole");
        let order = Contacts::of(EMAIL, &["09012345678"], &[]);
        let shown = format!("{entered:?}{order:?}");
        assert!(!shown.contains("misaki") && !shown.contains("1234567"), "{shown}");
    }

    #[test]
    fn a_made_up_postal_code_opens_nothing() {
        for code in ["none", "XXX", "N/A", "000-0000", "111-1111", "12"] {
            assert!(!opens("", code, code), "{code}");
        }
        for code in ["150-0001", "SW1A 1AA", "101", "999077"] {
            assert!(opens("", code, code), "{code}");
        }
    }

    #[test]
    fn a_number_is_read_from_any_keyboard() {
        assert_eq!((digits("１１８").as_str(), digits("#118 ").as_str()), ("118", "118"));
    }
}
