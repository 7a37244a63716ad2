//! JSON. Our own types are read and written by serde; bodies whose shape is not ours are read field by field, and
//! never with a panic.
//!
//! An error says where in the text it is, if it can, and never what stands there: it may be somebody's name, or a secret.

mod lenient;

pub use lenient::parse;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use std::fmt;

/// A value from its JSON. Errors: not JSON, even after its strings are mended ([`parse`]), or not of the type's shape.
///
/// It is read straight from the text, without a tree in between: rows and messages of our own are, thousands for each
/// that is broken.
pub fn read<T: DeserializeOwned>(text: &str) -> Result<T, Unreadable> {
    serde_json::from_str(text)
        .or_else(|error| serde_json::from_str(&lenient::mended(text)).map_err(|_| Unreadable(place(&error))))
}

/// A value from parsed JSON. Errors: not of the type's shape.
pub fn read_value<T: DeserializeOwned>(value: Value) -> Result<T, Unreadable> {
    serde_json::from_value(value).map_err(|_| Unreadable(String::new()))
}

/// The JSON of a value. Never fails for our types: the keys of their maps are text.
pub fn write<T: Serialize + ?Sized>(value: &T) -> String {
    serde_json::to_string(value).expect("all keys of ours are text")
}

/// Where in the text it is; what the error says besides may quote it.
fn place(error: &serde_json::Error) -> String {
    [" at line ", &error.line().to_string(), ", column ", &error.column().to_string()].concat()
}

/// JSON that could not be read, and where, if that is known. Never what stands there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable(String);

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot be read{}", self.0)
    }
}

impl std::error::Error for Unreadable {}

/// A list of another side's, read element by element: an element that cannot be read hides none of its neighbours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Each<T> {
    pub read: Vec<T>,
    /// How many elements could not be read.
    pub unread: usize,
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Each<T> {
    /// Null is an empty list. Errors: anything else that is no list.
    fn deserialize<D: Deserializer<'de>>(json: D) -> Result<Self, D::Error> {
        let elements = Option::<Vec<Value>>::deserialize(json)?.unwrap_or_default();
        let count = elements.len();
        let read: Vec<T> = elements.into_iter().filter_map(|value| read_value(value).ok()).collect();
        Ok(Self { unread: count - read.len(), read })
    }
}

/// The text of a field. A number gives its own digits; what is absent, null or something else gives "".
pub fn text(value: &Value, field: &str) -> String {
    match value.get(field) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        _ => String::new(),
    }
}

/// A whole number, also if it is written as text. None: absent, or no whole number.
pub fn integer(value: &Value, field: &str) -> Option<i64> {
    match value.get(field)? {
        Value::Number(number) => number.as_i64().or_else(|| whole(number.as_f64()?)),
        Value::String(text) => text.parse().ok(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

/// `500.0` is 500. None: a fraction, or beyond 2^53, where a double does not count exactly any more.
fn whole(number: f64) -> Option<i64> {
    let exact = number.fract() == 0.0 && number.abs() < 9_007_199_254_740_992.0;
    if exact { format!("{number:.0}").parse().ok() } else { None }
}

/// A whole number that is not negative.
pub fn unsigned(value: &Value, field: &str) -> Option<u64> {
    integer(value, field).and_then(|n| u64::try_from(n).ok())
}

/// A boolean field; false if it is absent or something else.
pub fn flag(value: &Value, field: &str) -> bool {
    value.get(field).and_then(Value::as_bool).unwrap_or(false)
}

/// The elements of an array field; empty if it is absent or not an array.
pub fn list<'a>(value: &'a Value, field: &str) -> &'a [Value] {
    value.get(field).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// A field that is there and is not null.
pub fn present<'a>(value: &'a Value, field: &str) -> Option<&'a Value> {
    value.get(field).filter(|v| !v.is_null())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::refunds::transfers;
    use crate::state::deed::MilestoneKind;
    use crate::state::settings::{Capture, Mode, Provider, RefundPolicy, Unpaid};
    use crate::state::{SessionFault, Stage};
    use crate::values::attention::{Attention, Side};
    use crate::values::ids::{OrderId, PaymentId, StoreHash};
    use crate::values::instructions::InstructionKind;
    use crate::values::money::{Currency, Money};
    use crate::values::owed::Counting;
    use crate::values::phase::Phase;
    use crate::views::condition::Condition;
    use serde_json::json;
    use std::fmt::Debug;
    use strum::VariantArray;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    enum Shape {
        Unit,
        One(u8),
        Named { flag: bool, none: Option<u32> },
    }

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Whole {
        #[serde(default)]
        shapes: Vec<Shape>,
        result: Result<u8, Mode>,
        whose: Option<StoreHash>,
    }

    #[test]
    fn what_is_written_is_read_back() {
        let shapes = vec![Shape::Unit, Shape::One(7), Shape::Named { flag: true, none: None }];
        let whole = Whole { shapes, result: Err(Mode::Test), whose: StoreHash::parse("q7w8").ok() };
        assert_eq!(read::<Whole>(&write(&whole)), Ok(whole));
    }

    #[test]
    fn former_versions_left_out_what_was_empty_and_unknown_fields_are_passed_over() {
        let former = r#"{"result":{"Ok":3},"new":{"deep":[1,{"a":null}]}}"#;
        assert_eq!(read::<Whole>(former), Ok(Whole { shapes: Vec::new(), result: Ok(3), whose: None }));
    }

    #[test]
    fn an_error_says_where_and_never_what_stands_there() {
        let secret = "sk_live_5ecret";
        for (field, bad) in [
            ("result", json!({ "Ok": secret })),
            ("result", json!({ "Err": secret })),
            ("result", json!({ secret: 1 })),
            ("shapes", json!([{ "Named": { "flag": secret } }])),
            ("shapes", json!([secret])),
            ("whose", json!(secret)),
        ] {
            let mut whole = json!({ "result": { "Ok": 1 } });
            whole[field] = bad;
            let text = whole.to_string();
            let error = read::<Whole>(&text).expect_err("not a Whole").to_string();
            let column = error.rsplit_once("column ").and_then(|(_, n)| n.parse::<usize>().ok());
            let at = text.find(secret).expect("it stands there");
            let there = column.is_some_and(|column| (at..=at + secret.len() + 3).contains(&column));
            assert!(there && !error.contains(secret), "{error}: {text}");
        }
        let cut = format!("{{\"result\": \"{secret}");
        assert!(!read::<Whole>(&cut).expect_err("cut off").to_string().contains(secret));
    }

    #[test]
    fn a_string_that_is_broken_hides_nothing_else() {
        let whole = Whole { shapes: Vec::new(), result: Ok(5), whose: None };
        assert_eq!(read("\u{feff}{\"result\":{\"Ok\":5},\"note\":\"cut \\ud83d\"}"), Ok(whole));
        assert!(read::<Whole>(r#"{"result":{"Ok":3}} trailing"#).is_err());
    }

    #[test]
    fn ids_and_currencies_are_checked_as_they_are_read() {
        assert!(read::<PaymentId>(r#""a b""#).is_err() && read::<PaymentId>(r#""p_1""#).is_ok());
        assert!(read::<OrderId>("0").is_err() && read::<OrderId>("7").is_ok());
        assert!(read::<Currency>(r#""XXX""#).is_err());
        let yen = Money::new(1200, Currency::parse("JPY").expect("yen"));
        assert_eq!(write(&yen), r#"{"minor":1200,"currency":"JPY"}"#);
    }

    /// The panel, the ledger and the log know these by the very names under which they are stored.
    #[test]
    fn a_name_is_stored_as_it_is_called() {
        fn agrees<
            T: VariantArray + Into<&'static str> + Serialize + DeserializeOwned + Copy + Debug + PartialEq,
        >() {
            for one in T::VARIANTS {
                let name: &'static str = (*one).into();
                assert_eq!(write(one), format!("\"{name}\""));
                assert_eq!(read::<T>(&write(one)), Ok(*one));
            }
        }
        agrees::<Attention>();
        agrees::<Side>();
        agrees::<Phase>();
        agrees::<Condition>();
        agrees::<MilestoneKind>();
        agrees::<SessionFault>();
        agrees::<Stage>();
        agrees::<transfers::TransferStage>();
        agrees::<Provider>();
        agrees::<Capture>();
        agrees::<Mode>();
        agrees::<Unpaid>();
        agrees::<RefundPolicy>();
        agrees::<Counting>();
        agrees::<InstructionKind>();
    }

    #[test]
    fn one_element_that_cannot_be_read_hides_none_of_its_neighbours() {
        let list: Each<OrderId> = read(r#"[1, "x", 2, null]"#).expect("a list");
        assert_eq!((list.read.len(), list.unread), (2, 2));
        assert_eq!(read::<Each<OrderId>>("null"), Ok(Each { read: Vec::new(), unread: 0 }));
        assert!(read::<Each<OrderId>>("{}").is_err());
    }
}
