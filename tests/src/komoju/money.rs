//! Currencies and exact amounts, the way KOMOJU counts them.
//!
//! An amount is an integer in the lowest denomination. KOMOJU has zero-decimal currencies (JPY, KRW, VND) and two-decimal
//! ones, TWD and IDR among the latter. A rate is an exact decimal from major unit to major unit: nothing here is ever a
//! binary fraction.

use std::fmt;

use serde_json::Number;

/// One of the twenty currencies of the API's enum.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Currency(&'static Row);

#[derive(Debug, PartialEq, Eq)]
struct Row {
    code: &'static str,
    exponent: u32,
    sign: &'static str,
    /// What one unit is worth in this sandbox, in hundredths of a sen (10⁻⁴ yen).
    worth: i128,
}

const fn row(code: &'static str, exponent: u32, sign: &'static str, worth: i128) -> Row {
    Row { code, exponent, sign, worth }
}

static ROWS: [Row; 20] = [
    row("JPY", 0, "¥", 1_0000),
    row("KRW", 0, "₩", 1062),
    row("VND", 0, "₫", 59),
    row("USD", 2, "$", 152_4000),
    row("EUR", 2, "€", 176_3100),
    row("TWD", 2, "NT$", 4_8900),
    row("PLN", 2, "zł", 41_5300),
    row("GBP", 2, "£", 203_7200),
    row("HKD", 2, "HK$", 19_5800),
    row("SGD", 2, "S$", 117_4600),
    row("NZD", 2, "NZ$", 88_0500),
    row("AUD", 2, "A$", 99_6400),
    row("IDR", 2, "Rp", 92),
    row("MYR", 2, "RM", 36_2200),
    row("PHP", 2, "₱", 2_6100),
    row("THB", 2, "฿", 4_7200),
    row("CNY", 2, "CN¥", 21_4500),
    row("BRL", 2, "R$", 28_3300),
    row("CHF", 2, "CHF", 189_8700),
    row("CAD", 2, "C$", 108_9100),
];

impl Currency {
    pub const JPY: Self = Self(&ROWS[0]);
    pub const USD: Self = Self(&ROWS[3]);
    pub const EUR: Self = Self(&ROWS[4]);
    pub const TWD: Self = Self(&ROWS[5]);

    /// Reads a three-letter code, capitals as the API writes them.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        ROWS.iter().find(|row| row.code == code).map(Self)
    }

    pub fn all() -> impl Iterator<Item = Self> {
        ROWS.iter().map(Self)
    }

    #[must_use]
    pub fn code(self) -> &'static str {
        self.0.code
    }

    fn unit(self) -> i128 {
        10_i128.pow(self.0.exponent)
    }

    /// For people: `¥1,200`, `$12.34`.
    #[must_use]
    pub fn show(self, minor: i64) -> String {
        let (minor, unit) = (i128::from(minor), self.unit());
        let sign = if minor < 0 { "-" } else { "" };
        let whole = grouped((minor / unit).unsigned_abs());
        match self.0.exponent {
            0 => format!("{sign}{}{whole}", self.0.sign),
            _ => format!("{sign}{}{whole}.{:02}", self.0.sign, (minor % unit).unsigned_abs()),
        }
    }

    /// What a person typed (`12.5`, `1200`) as an amount in the lowest denomination.
    #[must_use]
    pub fn read(self, text: &str) -> Option<i64> {
        let text = text.trim();
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let places = usize::try_from(self.0.exponent).ok()?;
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || fraction.len() > places || !digits(whole) || !digits(fraction) {
            return None;
        }
        format!("{whole}{fraction:0<places$}").parse().ok()
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.code)
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.code)
    }
}

fn grouped(whole: u128) -> String {
    let digits = whole.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// How many major units of one currency a major unit of another buys, as an exact decimal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    digits: i128,
    scale: u32,
}

/// Decimals of a rate made here.
const RATE_SCALE: u32 = 8;

impl Rate {
    pub const ONE: Self = Self { digits: 1, scale: 0 };

    /// The sandbox's rate of the day; it is the same every day.
    #[must_use]
    pub fn between(from: Currency, to: Currency) -> Self {
        let mut digits = divided(from.0.worth * 10_i128.pow(RATE_SCALE), to.0.worth);
        let mut scale = RATE_SCALE;
        while scale > 0 && digits % 10 == 0 {
            digits /= 10;
            scale -= 1;
        }
        Self { digits, scale }
    }

    /// `minor` of `from` in the lowest denomination of `to`, rounded half up.
    #[must_use]
    pub fn apply(self, minor: i64, from: Currency, to: Currency) -> i64 {
        let exact =
            divided(i128::from(minor) * self.digits * to.unit(), from.unit() * 10_i128.pow(self.scale));
        i64::try_from(exact).unwrap_or(i64::MAX)
    }

    /// As the JSON number of `exchange_rate`.
    #[must_use]
    pub fn number(self) -> Number {
        self.to_string().parse().expect("a plain decimal is a JSON number")
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.scale == 0 {
            return write!(f, "{}", self.digits);
        }
        let unit = 10_i128.pow(self.scale);
        let places = usize::try_from(self.scale).unwrap_or_default();
        write!(f, "{}.{:0places$}", self.digits / unit, self.digits % unit)
    }
}

/// Division of non-negative numbers, rounded half up.
fn divided(dividend: i128, divisor: i128) -> i128 {
    (dividend * 2 + divisor) / (divisor * 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_go_from_major_unit_to_major_unit() {
        let rate = Rate { digits: 68_440, scale: 7 };
        assert_eq!(rate.to_string(), "0.0068440");
        assert_eq!(rate.apply(12_000, Currency::JPY, Currency::USD), 8213);
        assert_eq!(Rate::between(Currency::USD, Currency::JPY).to_string(), "152.4");
        assert_eq!(
            Rate::between(Currency::USD, Currency::JPY).apply(1999, Currency::USD, Currency::JPY),
            3046
        );
    }

    #[test]
    fn the_new_taiwan_dollar_has_cents_here() {
        assert_eq!(Currency::TWD.show(120_050), "NT$1,200.50");
        assert_eq!(Rate::ONE.apply(77, Currency::TWD, Currency::TWD), 77);
    }

    #[test]
    fn one_is_one_and_a_rate_is_a_json_number() {
        assert_eq!(Rate::between(Currency::EUR, Currency::EUR), Rate::ONE);
        assert_eq!(Rate::ONE.number().to_string(), "1");
        assert_eq!(Rate::between(Currency::JPY, Currency::USD).number().to_string(), "0.00656168");
    }

    #[test]
    fn amounts_are_shown_and_read_for_people() {
        assert_eq!(Currency::JPY.show(1_234_567), "¥1,234,567");
        assert_eq!(Currency::USD.show(5), "$0.05");
        assert_eq!(Currency::USD.read("12.5"), Some(1250));
        assert_eq!(Currency::JPY.read("12.5"), None);
        assert_eq!(Currency::JPY.read(""), None);
    }
}
