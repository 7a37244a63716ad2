//! Money: an integer in minor units, and its currency. Decimal strings are parsed exactly; there is never a float.
//!
//! Invariant: an amount never travels without its currency, because that is its scale. `1200` of JPY is ¥1,200, of
//! USD $12.00; BigCommerce writes these as `"1200.0000"` and `"12.0000"`, KOMOJU both as `1200`.
//!
//! The exponents are those of KOMOJU's API, whatever a shop displays: JPY, KRW and VND have no minor unit, every
//! other currency that KOMOJU accepts has two digits, TWD and IDR included.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A currency that KOMOJU accepts. Stored and sent as its code: `JPY`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "&'static str")]
pub struct Currency(usize);

struct Row {
    code: &'static str,
    /// How many decimal digits its minor unit has.
    exponent: usize,
    /// None: amounts are written with the code.
    symbol: Option<&'static str>,
}

const fn row(code: &'static str, exponent: usize, symbol: Option<&'static str>) -> Row {
    Row { code, exponent, symbol }
}

const TABLE: [Row; 20] = [
    row("JPY", 0, Some("¥")),
    row("KRW", 0, None),
    row("VND", 0, None),
    row("USD", 2, Some("$")),
    row("EUR", 2, Some("€")),
    row("TWD", 2, None),
    row("PLN", 2, None),
    row("GBP", 2, Some("£")),
    row("HKD", 2, None),
    row("SGD", 2, None),
    row("NZD", 2, None),
    row("AUD", 2, None),
    row("IDR", 2, None),
    row("MYR", 2, None),
    row("PHP", 2, None),
    row("THB", 2, None),
    row("CNY", 2, None),
    row("BRL", 2, None),
    row("CHF", 2, None),
    row("CAD", 2, None),
];

impl Currency {
    pub const JPY: Self = Self(0);

    /// From its code, in either case. Errors: KOMOJU does not accept the currency.
    pub fn parse(code: &str) -> Result<Self, MoneyError> {
        let found = TABLE.iter().position(|known| known.code.eq_ignore_ascii_case(code));
        found.map(Self).ok_or(MoneyError::UnsupportedCurrency)
    }

    /// Three letters, in capitals.
    pub fn code(self) -> &'static str {
        TABLE[self.0].code
    }

    /// How many decimal digits its minor unit has.
    pub fn exponent(self) -> usize {
        TABLE[self.0].exponent
    }

    fn symbol(self) -> Option<&'static str> {
        TABLE[self.0].symbol
    }
}

impl TryFrom<String> for Currency {
    type Error = MoneyError;

    fn try_from(code: String) -> Result<Self, MoneyError> {
        Self::parse(&code)
    }
}

impl From<Currency> for &'static str {
    fn from(currency: Currency) -> Self {
        currency.code()
    }
}

/// Why an amount could not be read. We charge nothing then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MoneyError {
    UnsupportedCurrency,
    NotADecimal,
    /// It has digits below the currency's minor unit: half a yen.
    TooPrecise,
    /// Larger than any order.
    TooLarge,
}

impl fmt::Display for MoneyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::UnsupportedCurrency => "a currency that KOMOJU does not accept",
            Self::NotADecimal => "not a decimal number",
            Self::TooPrecise => "finer than the currency's smallest unit",
            Self::TooLarge => "too large",
        })
    }
}

impl std::error::Error for MoneyError {}

/// An amount in minor units of `currency`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Money {
    pub minor: i64,
    pub currency: Currency,
}

/// Far above any order, and so far below 2^53 that a sum of a few neither overflows nor loses digits in JavaScript.
const LARGEST: i64 = 1_000_000_000_000_000;

impl Money {
    pub fn new(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }

    /// Reads a decimal string: `"1200.0000"`, `"69.84"`, `"8"`, `"-0.50"`. What floating point leaves behind is
    /// rounded away: `33.300000000000004` is 33.30 (see [`FAR_BELOW`]). Errors: [`MoneyError`]; `33.305` is too
    /// precise, because half a cent may be meant.
    pub fn parse(text: &str, currency: Currency) -> Result<Self, MoneyError> {
        if is_noise_alone(text, currency) {
            return Ok(Self { minor: 0, currency });
        }
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let all_digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
        if whole.is_empty() || !all_digits(whole) || !all_digits(fraction) {
            return Err(MoneyError::NotADecimal);
        }
        let kept = fraction.len().min(currency.exponent());
        let round_up = match noise(fraction.get(kept..).unwrap_or("")) {
            Some(up) => i64::from(up),
            None => return Err(MoneyError::TooPrecise),
        };
        let padding = std::iter::repeat_n(b'0', currency.exponent() - kept);
        let mut minor: i64 = 0;
        for digit in whole.bytes().chain(fraction.bytes().take(kept)).chain(padding) {
            minor = minor * 10 + i64::from(digit - b'0');
            if minor > LARGEST {
                return Err(MoneyError::TooLarge);
            }
        }
        let minor = minor + round_up;
        Ok(Self { minor: if negative { -minor } else { minor }, currency })
    }

    /// A plain decimal, for machines: `1200`, `69.84`.
    pub fn decimal(self) -> String {
        let digits = self.minor.unsigned_abs().to_string();
        let sign = if self.minor < 0 { "-" } else { "" };
        match self.currency.exponent() {
            0 => [sign, &digits].concat(),
            exponent => {
                let digits = format!("{digits:0>width$}", width = exponent + 1);
                let (whole, fraction) = digits.split_at(digits.len() - exponent);
                [sign, whole, ".", fraction].concat()
            }
        }
    }
}

/// How many digits below the minor unit must be all zeros or all nines, before what follows them counts as noise of
/// floating point: then it is less than a ten-thousandth of the smallest amount.
const FAR_BELOW: usize = 4;

/// What the digits below the minor unit say. `Some(false)`: nothing, drop them. `Some(true)`: round up, `99999…` was
/// meant as one more. None: they are a real part of the amount.
fn noise(digits: &str) -> Option<bool> {
    let digits = digits.trim_end_matches('0');
    let all = |digit: u8| digits.len() > FAR_BELOW && digits.bytes().take(FAR_BELOW).all(|b| b == digit);
    match digits {
        "" => Some(false),
        _ if all(b'0') => Some(false),
        _ if all(b'9') => Some(true),
        _ => None,
    }
}

/// True for the likes of `4.440892098500626e-16`, as JSON writes them: a difference that floating
/// point should have computed as 0.
fn is_noise_alone(text: &str, currency: Currency) -> bool {
    let Some((mantissa, exponent)) = text.split_once(['e', 'E']) else { return false };
    let digits = mantissa.strip_prefix('-').unwrap_or(mantissa);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let digits_only = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    let power = exponent.strip_prefix('-').filter(|p| digits_only(p)).and_then(|p| p.parse::<usize>().ok());
    whole.len() == 1
        && digits_only(whole)
        && digits_only(fraction)
        && power.is_some_and(|power| power > currency.exponent() + FAR_BELOW)
}

/// For people: `¥1,200`, `$69.84`, `1,234.50 THB`.
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimal = self.decimal();
        let (sign, decimal) = match decimal.strip_prefix('-') {
            Some(rest) => ("-", rest),
            None => ("", decimal.as_str()),
        };
        let (whole, fraction) = decimal.split_once('.').unwrap_or((decimal, ""));
        let mut grouped = String::new();
        for (i, digit) in whole.chars().enumerate() {
            if i > 0 && (whole.len() - i).is_multiple_of(3) {
                grouped.push(',');
            }
            grouped.push(digit);
        }
        if !fraction.is_empty() {
            grouped.push('.');
            grouped.push_str(fraction);
        }
        match self.currency.symbol() {
            Some(symbol) => write!(f, "{sign}{symbol}{grouped}"),
            None => write!(f, "{sign}{grouped} {}", self.currency.code()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usd() -> Currency {
        Currency::parse("USD").expect("USD is accepted")
    }

    #[test]
    fn bigcommerce_decimal_strings_become_minor_units() {
        for (text, currency, minor) in [
            ("1000.0000", Currency::JPY, 1000),
            ("69.8400", usd(), 6984),
            ("931.86", usd(), 93186),
            ("8", usd(), 800),
            ("0", Currency::JPY, 0),
            ("0.5", usd(), 50),
            ("-1.05", usd(), -105),
        ] {
            assert_eq!(Money::parse(text, currency), Ok(Money::new(minor, currency)), "{text}");
        }
    }

    #[test]
    fn what_is_not_exactly_an_amount_is_refused() {
        use MoneyError::*;
        for (text, currency, error) in [
            ("10.5000", Currency::JPY, TooPrecise),
            ("1.001", usd(), TooPrecise),
            ("33.305", usd(), TooPrecise),
            ("33.3001", usd(), TooPrecise),
            ("33.3050000000001", usd(), TooPrecise),
            ("0.9999", Currency::JPY, TooPrecise),
            ("33.30000x00000004", usd(), NotADecimal),
            ("4e-3", usd(), NotADecimal),
            ("4e-6x", usd(), NotADecimal),
            ("44e-16", usd(), NotADecimal),
            ("", usd(), NotADecimal),
            (".5", usd(), NotADecimal),
            ("1e3", usd(), NotADecimal),
            ("1,000", usd(), NotADecimal),
            ("１００", usd(), NotADecimal),
            ("99999999999999999999", usd(), TooLarge),
        ] {
            assert_eq!(Money::parse(text, currency), Err(error), "{text}");
        }
        assert_eq!(Currency::parse("BTC"), Err(UnsupportedCurrency));
    }

    #[test]
    fn what_floating_point_leaves_behind_is_no_money() {
        for (text, currency, minor) in [
            ("33.300000000000004", usd(), 3_330),
            ("33.299999999999997", usd(), 3_330),
            ("-33.300000000000004", usd(), -3_330),
            ("0.30000000000000004", usd(), 30),
            ("9.999999999999998", usd(), 1_000),
            ("1199.9999999999998", Currency::JPY, 1_200),
            ("1200.0000000000002", Currency::JPY, 1_200),
            ("4.440892098500626e-16", usd(), 0),
            ("-1e-12", Currency::JPY, 0),
        ] {
            assert_eq!(Money::parse(text, currency), Ok(Money::new(minor, currency)), "{text}");
        }
    }

    /// A shop system that adds up cents in floating point still sends a sum that we read as those cents.
    #[test]
    fn every_sum_of_cents_survives_floating_point() {
        let mut sum = 0.0_f64;
        for minor in 1..=2_000 {
            sum += 0.01;
            assert_eq!(Money::parse(&sum.to_string(), usd()), Ok(Money::new(minor, usd())), "{sum}");
        }
    }

    #[test]
    fn the_yen_is_the_yen_and_three_currencies_have_no_minor_unit() {
        assert_eq!(Currency::JPY.code(), "JPY");
        let whole: Vec<_> = TABLE.iter().filter(|row| row.exponent == 0).map(|row| row.code).collect();
        assert_eq!(whole, ["JPY", "KRW", "VND"]);
        assert!(TABLE.iter().all(|row| [0, 2].contains(&row.exponent)));
    }

    #[test]
    fn twd_and_idr_have_two_digits_at_komoju() {
        for code in ["TWD", "IDR", "HKD"] {
            let currency = Currency::parse(code).expect("accepted");
            assert_eq!(Money::parse("12.34", currency).map(|m| m.minor), Ok(1234));
        }
    }

    #[test]
    fn people_read_grouped_digits() {
        assert_eq!(Money::new(1_234_567, Currency::JPY).to_string(), "¥1,234,567");
        assert_eq!(Money::new(5, usd()).to_string(), "$0.05");
        assert_eq!(
            Money::new(-123_456, Currency::parse("THB").expect("accepted")).to_string(),
            "-1,234.56 THB"
        );
    }
}
