//! Money as BigCommerce writes it: strings of four decimals in v2, JSON numbers in v3 and on the storefront.
//!
//! Inside the sandbox it is an integer of minor units, never a float.

use serde_json::{Number, Value};

/// Currencies the sandbox's shops sell in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Currency {
    Jpy,
    Usd,
    Eur,
    /// Two decimals in ISO 4217 and at KOMOJU; shops in Taiwan sell without, as this one does.
    Twd,
    Idr,
}

impl Currency {
    pub const ALL: [Self; 5] = [Self::Jpy, Self::Usd, Self::Eur, Self::Twd, Self::Idr];

    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|currency| currency.code() == code)
    }

    /// ISO 4217.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Jpy => "JPY",
            Self::Usd => "USD",
            Self::Eur => "EUR",
            Self::Twd => "TWD",
            Self::Idr => "IDR",
        }
    }

    /// BigCommerce's own id of the currency within a store.
    #[must_use]
    pub fn id(self) -> u32 {
        match self {
            Self::Jpy => 1,
            Self::Usd => 2,
            Self::Eur => 3,
            Self::Twd => 4,
            Self::Idr => 5,
        }
    }

    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Jpy => "Japanese Yen",
            Self::Usd => "US Dollar",
            Self::Eur => "Euro",
            Self::Twd => "New Taiwan Dollar",
            Self::Idr => "Indonesian Rupiah",
        }
    }

    #[must_use]
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Jpy => "¥",
            Self::Usd => "$",
            Self::Eur => "€",
            Self::Twd => "NT$",
            Self::Idr => "Rp",
        }
    }

    /// As the store's currency settings have it: `decimalPlaces`.
    #[must_use]
    pub fn decimals(self) -> u32 {
        match self {
            Self::Jpy | Self::Twd => 0,
            Self::Usd | Self::Eur | Self::Idr => 2,
        }
    }

    /// What one unit of `self` is worth in `other`, with ten decimals, as BigCommerce writes rates.
    #[must_use]
    pub fn rate_to(self, other: Self) -> String {
        const UNIT: i64 = 10_000_000_000;
        let rate = self.worth() * UNIT / other.worth();
        format!("{}.{:010}", rate / UNIT, rate % UNIT)
    }

    /// In thousandths of a yen.
    fn worth(self) -> i64 {
        match self {
            Self::Jpy => 1_000,
            Self::Usd => 149_250,
            Self::Eur => 163_930,
            Self::Twd => 4_700,
            Self::Idr => 9,
        }
    }

    /// Units of one in minor units.
    fn scale(self) -> i64 {
        10_i64.pow(self.decimals())
    }
}

/// `1200` JPY → `"1200.0000"`, `1234` USD → `"12.3400"`: the v2 form.
#[must_use]
pub fn four_decimals(minor: i64, currency: Currency) -> String {
    let text = plain(minor, currency);
    match text.split_once('.') {
        Some((whole, part)) => format!("{whole}.{part:0<4}"),
        None => format!("{text}.0000"),
    }
}

/// `1200` JPY → `"1200"`, `1234` USD → `"12.34"`.
#[must_use]
pub fn plain(minor: i64, currency: Currency) -> String {
    let (sign, whole, part) = split(minor, currency);
    match currency.decimals() as usize {
        0 => format!("{sign}{whole}"),
        width => format!("{sign}{whole}.{part:0width$}"),
    }
}

/// The JSON number of the v3 and storefront APIs: `1200`, `12.34`, `20.5`.
#[must_use]
pub fn number(minor: i64, currency: Currency) -> Value {
    if minor % currency.scale() == 0 {
        return (minor / currency.scale()).into();
    }
    let parsed: Option<f64> = plain(minor, currency).parse().ok();
    parsed.and_then(Number::from_f64).map_or(Value::Null, Value::Number)
}

/// For people: `¥1,200`, `$12.34`.
#[must_use]
pub fn shown(minor: i64, currency: Currency) -> String {
    let text = plain(minor.abs(), currency);
    let (whole, part) = text.split_once('.').map_or((text.as_str(), None), |(w, p)| (w, Some(p)));
    let mut grouped = String::new();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    let sign = if minor < 0 { "−" } else { "" };
    let part = part.map_or_else(String::new, |part| format!(".{part}"));
    format!("{sign}{}{grouped}{part}", currency.symbol())
}

/// Reads a decimal string or JSON number into minor units; `None` where it is malformed or finer than the currency.
#[must_use]
pub fn minor_of(value: &Value, currency: Currency) -> Option<i64> {
    match value {
        Value::Number(number) => parse(&number.to_string(), currency),
        Value::String(text) => parse(text, currency),
        _ => None,
    }
}

/// Reads a decimal string into minor units.
#[must_use]
pub fn parse(text: &str, currency: Currency) -> Option<i64> {
    let (negative, digits) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !all_digits(whole) || !all_digits(part) {
        return None;
    }
    let width = currency.decimals() as usize;
    let (kept, dropped) = part.split_at(part.len().min(width));
    if dropped.bytes().any(|byte| byte != b'0') {
        return None;
    }
    let minor: i64 = format!("{whole}{kept:0<width$}").parse().ok()?;
    Some(if negative { -minor } else { minor })
}

fn split(minor: i64, currency: Currency) -> (&'static str, u64, u64) {
    let scale = currency.scale().unsigned_abs();
    let sign = if minor < 0 { "-" } else { "" };
    (sign, minor.unsigned_abs() / scale, minor.unsigned_abs() % scale)
}

#[cfg(test)]
mod tests {
    use super::*;
    use Currency::{Jpy, Usd};

    #[test]
    fn v2_money_has_four_decimals() {
        assert_eq!(four_decimals(1200, Jpy), "1200.0000");
        assert_eq!(four_decimals(1234, Usd), "12.3400");
        assert_eq!(four_decimals(5, Usd), "0.0500");
        assert_eq!(four_decimals(-150, Usd), "-1.5000");
        assert_eq!(four_decimals(0, Jpy), "0.0000");
    }

    #[test]
    fn storefront_money_is_a_number_without_trailing_zeros() {
        assert_eq!(number(1200, Jpy).to_string(), "1200");
        assert_eq!(number(1234, Usd).to_string(), "12.34");
        assert_eq!(number(2050, Usd).to_string(), "20.5");
        assert_eq!(number(1200, Usd).to_string(), "12");
    }

    #[test]
    fn decimals_are_the_stores_own() {
        assert_eq!(four_decimals(1200, Currency::Twd), "1200.0000");
        assert_eq!(four_decimals(15_000_050, Currency::Idr), "150000.5000");
    }

    #[test]
    fn rates_have_ten_decimals() {
        assert_eq!(Usd.rate_to(Jpy), "149.2500000000");
        assert_eq!(Jpy.rate_to(Usd), "0.0067001675");
        assert_eq!(Jpy.rate_to(Jpy), "1.0000000000");
    }

    #[test]
    fn parsing_is_exact_or_nothing() {
        assert_eq!(parse("12.34", Usd), Some(1234));
        assert_eq!(parse("12.3400", Usd), Some(1234));
        assert_eq!(parse("12.345", Usd), None);
        assert_eq!(parse("1200.0000", Jpy), Some(1200));
        assert_eq!(parse("1200.5", Jpy), None);
        assert_eq!(parse("", Jpy), None);
        assert_eq!(parse("1e3", Jpy), None);
        assert_eq!(minor_of(&serde_json::json!(20.83), Usd), Some(2083));
    }

    #[test]
    fn people_read_grouped_digits() {
        assert_eq!(shown(1_234_567, Jpy), "¥1,234,567");
        assert_eq!(shown(1234, Usd), "$12.34");
    }
}
