//! Our own types as JSON, by way of a tree.
//!
//! Serde's derived readers and writers are instantiated anew for every type, and a worker pays for each byte at each
//! cold start. So a type says here, in one line below its definition, which fields or variants it has, and everything
//! else is shared code over [`Value`]:
//! - [`record!`](crate::json::record): a struct is an object. `field or value` may be absent.
//! - [`names!`](crate::json::names): an enum without data is a string.
//! - [`variants!`](crate::json::variants): any other enum is its variant's name, or an object of that one field.
//! - [`spelled!`](crate::json::spelled): what is checked as it is parsed is a string.
//!
//! What is null or an empty list is not written, and read back as such where it is absent.

use serde_json::{Map, Value};
use std::cell::RefCell;
use std::fmt;

/// What can be written as JSON.
pub trait ToJson {
    fn to_json(&self) -> Value;
}

/// What can be read from JSON. Fields that are unknown are passed over.
pub trait FromJson: Sized {
    /// None once [`Json::expected`] has noted why.
    fn from_json(json: Json<'_>) -> Option<Self>;
}

/// Errors: not JSON, or not of the type's shape.
pub fn read<T: FromJson>(text: &str) -> Result<T, Unreadable> {
    read_value(&parse(text)?)
}

/// Errors: not of the type's shape.
pub fn read_value<T: FromJson>(value: &Value) -> Result<T, Unreadable> {
    let why = RefCell::default();
    T::from_json(Json { value, why: &why }).ok_or_else(|| Unreadable(why.into_inner()))
}

pub fn write(value: &dyn ToJson) -> String {
    value.to_json().to_string()
}

fn parse(text: &str) -> Result<Value, Unreadable> {
    super::lenient::parse(text).map_err(|e| Unreadable(e.to_string()))
}

/// Why JSON could not be read: where in it, and what was expected there; never what was there instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable(String);

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Unreadable {}

/// A value to be read. Errors do not travel beside what was read, which every type would have to carry out anew: they
/// are noted once, here.
#[derive(Debug, Clone, Copy)]
pub struct Json<'a> {
    pub value: &'a Value,
    why: &'a RefCell<String>,
}

impl<'a> Json<'a> {
    pub fn expected<T>(self, what: &str) -> Option<T> {
        *self.why.borrow_mut() = ["expected ", what].concat();
        None
    }

    fn at(self, value: &'a Value) -> Self {
        Self { value, why: self.why }
    }

    /// The elements of a list; of null, none.
    fn elements(self) -> Option<&'a [Value]> {
        match self.value {
            Value::Array(list) => Some(list),
            Value::Null => Some(&[]),
            Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => {
                self.expected("a list")
            }
        }
    }

    pub fn unknown_variant<T>(self) -> Option<T> {
        self.expected("a known variant")
    }

    /// The name of a variant, and its content; null where it has none.
    pub fn variant(self) -> Option<(&'a str, Self)> {
        if let Value::String(name) = self.value {
            return Some((name, self.at(&Value::Null)));
        }
        let only = self.value.as_object().filter(|map| map.len() == 1).and_then(|map| map.iter().next());
        match only {
            Some((name, content)) => Some((name, self.at(content))),
            None => self.unknown_variant(),
        }
    }

    /// The fields of an object.
    pub fn fields(self) -> Option<Fields<'a>> {
        match self.value {
            Value::Object(map) => Some(Fields { map, why: self.why }),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
                self.expected("an object")
            }
        }
    }
}

// ---- objects and variants ----------------------------------------------------------------------------------------

/// An object of those fields that hold something.
pub fn object(fields: &[(&str, &dyn ToJson)]) -> Value {
    let mut map = Map::new();
    for (name, field) in fields {
        let value = field.to_json();
        if !value.is_null() && value.as_array().is_none_or(|list| !list.is_empty()) {
            map.insert((*name).to_owned(), value);
        }
    }
    Value::Object(map)
}

/// The fields of an object, to be read by name.
#[derive(Debug, Clone, Copy)]
pub struct Fields<'a> {
    map: &'a Map<String, Value>,
    why: &'a RefCell<String>,
}

impl Fields<'_> {
    /// An absent field reads like null.
    pub fn read<T: FromJson>(self, name: &str) -> Option<T> {
        let value = self.map.get(name).unwrap_or(&Value::Null);
        let field = T::from_json(Json { value, why: self.why });
        if field.is_none() {
            self.failed_in(name);
        }
        field
    }

    pub fn read_or<T: FromJson>(self, name: &str, absent: T) -> Option<T> {
        match self.map.get(name) {
            None | Some(Value::Null) => Some(absent),
            Some(_) => self.read(name),
        }
    }

    fn failed_in(self, name: &str) {
        let mut why = self.why.borrow_mut();
        *why = [name, ": ", why.as_str()].concat();
    }
}

/// A variant with its content: `{"name": content}`.
pub fn variant(name: &str, content: Value) -> Value {
    let mut map = Map::new();
    map.insert(name.to_owned(), content);
    Value::Object(map)
}

/// A struct as an object of the fields named. `field or value` may be absent.
#[macro_export]
macro_rules! record {
    ($type:ident $(<$param:ident>)? { $($field:ident $(or $absent:expr)?),+ $(,)? }) => {
        $crate::json::written!($type $(<$param>)? { $($field),+ });
        $crate::json::readable!($type $(<$param>)? { $($field $(or $absent)?),+ });
    };
}

/// [`record!`](crate::json::record) for what is only ever written.
#[macro_export]
macro_rules! written {
    ($type:ident $(<$param:ident>)? { $($field:ident),+ $(,)? }) => {
        impl $(<$param: $crate::json::ToJson>)? $crate::json::ToJson for $type $(<$param>)? {
            fn to_json(&self) -> serde_json::Value {
                $crate::json::object(&[$((stringify!($field), &self.$field)),+])
            }
        }
    };
}

/// [`record!`](crate::json::record) for what is only ever read.
#[macro_export]
macro_rules! readable {
    ($type:ident $(<$param:ident>)? { $($field:ident $(or $absent:expr)?),+ $(,)? }) => {
        impl $(<$param: $crate::json::FromJson>)? $crate::json::FromJson for $type $(<$param>)? {
            fn from_json(json: $crate::json::Json<'_>) -> Option<Self> {
                let fields = json.fields()?;
                Some(Self { $($field: $crate::json::readable!(@ fields $field $($absent)?)),+ })
            }
        }
    };
    (@ $fields:ident $field:ident) => { $fields.read(stringify!($field))? };
    (@ $fields:ident $field:ident $absent:expr) => { $fields.read_or(stringify!($field), $absent)? };
}

/// An enum without data as a string, which its method `$key` also answers.
#[macro_export]
macro_rules! names {
    ($type:ident, $key:ident { $($variant:ident = $name:literal),+ $(,)? }) => {
        impl $type {
            /// All there are, as declared.
            pub const EVERY: &'static [Self] = &[$(Self::$variant),+];

            /// What it is called wherever text must name it.
            pub fn $key(self) -> &'static str {
                match self {
                    $(Self::$variant => $name),+
                }
            }
        }

        impl $crate::json::ToJson for $type {
            fn to_json(&self) -> serde_json::Value {
                self.$key().into()
            }
        }

        impl $crate::json::FromJson for $type {
            fn from_json(json: $crate::json::Json<'_>) -> Option<Self> {
                let found = Self::EVERY.iter().copied().find(|one| json.value.as_str() == Some(one.$key()));
                found.or_else(|| json.unknown_variant())
            }
        }
    };
}

/// An enum with data: each variant as its name, or as an object whose one field is its name.
#[macro_export]
macro_rules! variants {
    ($type:ident { $($variant:ident $(($item:ident))? $({ $($field:ident),+ })?),+ $(,)? }) => {
        impl $crate::json::ToJson for $type {
            fn to_json(&self) -> serde_json::Value {
                match self {
                    $(Self::$variant $(($item))? $({ $($field),+ })? => {
                        $crate::json::variants!(@write $variant $(($item))? $({ $($field),+ })?)
                    })+
                }
            }
        }

        impl $crate::json::FromJson for $type {
            fn from_json(json: $crate::json::Json<'_>) -> Option<Self> {
                let (name, content) = json.variant()?;
                $(if name == stringify!($variant) {
                    return $crate::json::variants!(@read content $variant $(($item))? $({ $($field),+ })?);
                })+
                json.unknown_variant()
            }
        }
    };
    (@write $variant:ident) => { stringify!($variant).into() };
    (@write $variant:ident ($item:ident)) => {
        $crate::json::variant(stringify!($variant), $crate::json::ToJson::to_json($item))
    };
    (@write $variant:ident { $($field:ident),+ }) => {
        $crate::json::variant(stringify!($variant), $crate::json::object(&[$((stringify!($field), $field)),+]))
    };
    (@read $content:ident $variant:ident) => { Some(Self::$variant) };
    (@read $content:ident $variant:ident ($item:ident)) => {
        $crate::json::FromJson::from_json($content).map(Self::$variant)
    };
    (@read $content:ident $variant:ident { $($field:ident),+ }) => {{
        let fields = $content.fields()?;
        Some(Self::$variant { $($field: fields.read(stringify!($field))?),+ })
    }};
}

/// What `$parse` makes of a string, and `$as_str` gives back.
#[macro_export]
macro_rules! spelled {
    ($type:ident, $as_str:ident, $parse:ident, $what:literal) => {
        impl $crate::json::ToJson for $type {
            fn to_json(&self) -> serde_json::Value {
                self.$as_str().into()
            }
        }

        impl $crate::json::FromJson for $type {
            fn from_json(json: $crate::json::Json<'_>) -> Option<Self> {
                let parsed = json.value.as_str().and_then(|text| Self::$parse(text).ok());
                parsed.or_else(|| json.expected($what))
            }
        }
    };
}

pub use crate::{names, readable, record, spelled, variants, written};

// ---- plain values ------------------------------------------------------------------------------------------------

macro_rules! whole_numbers {
    ($($number:ident)+) => {$(
        impl ToJson for $number {
            fn to_json(&self) -> Value {
                (*self).into()
            }
        }

        impl FromJson for $number {
            fn from_json(json: Json<'_>) -> Option<Self> {
                let number = json.value.as_i64().and_then(|n| n.try_into().ok());
                number.or_else(|| json.expected("a whole number"))
            }
        }
    )+};
}

whole_numbers!(u8 u16 u32 u64 i64);

impl ToJson for bool {
    fn to_json(&self) -> Value {
        Value::Bool(*self)
    }
}

impl FromJson for bool {
    fn from_json(json: Json<'_>) -> Option<Self> {
        json.value.as_bool().or_else(|| json.expected("true or false"))
    }
}

impl ToJson for &str {
    fn to_json(&self) -> Value {
        Value::String((*self).to_owned())
    }
}

impl ToJson for String {
    fn to_json(&self) -> Value {
        Value::String(self.clone())
    }
}

impl FromJson for String {
    fn from_json(json: Json<'_>) -> Option<Self> {
        json.value.as_str().map(str::to_owned).or_else(|| json.expected("a string"))
    }
}

impl ToJson for Value {
    fn to_json(&self) -> Value {
        self.clone()
    }
}

impl FromJson for Value {
    fn from_json(json: Json<'_>) -> Option<Self> {
        Some(json.value.clone())
    }
}

/// Nothing, as the answer of what only does something.
impl ToJson for () {
    fn to_json(&self) -> Value {
        Value::Null
    }
}

impl FromJson for () {
    fn from_json(_: Json<'_>) -> Option<Self> {
        Some(())
    }
}

impl<T: ToJson + ?Sized> ToJson for &T {
    fn to_json(&self) -> Value {
        (**self).to_json()
    }
}

impl<T: ToJson> ToJson for Box<T> {
    fn to_json(&self) -> Value {
        (**self).to_json()
    }
}

impl<T: FromJson> FromJson for Box<T> {
    fn from_json(json: Json<'_>) -> Option<Self> {
        T::from_json(json).map(Self::new)
    }
}

impl<T: ToJson> ToJson for Option<T> {
    fn to_json(&self) -> Value {
        self.as_ref().map_or(Value::Null, T::to_json)
    }
}

impl<T: FromJson> FromJson for Option<T> {
    fn from_json(json: Json<'_>) -> Option<Self> {
        if json.value.is_null() { Some(None) } else { T::from_json(json).map(Some) }
    }
}

impl<T: ToJson, E: ToJson> ToJson for Result<T, E> {
    fn to_json(&self) -> Value {
        match self {
            Ok(value) => variant("Ok", value.to_json()),
            Err(error) => variant("Err", error.to_json()),
        }
    }
}

impl<T: FromJson, E: FromJson> FromJson for Result<T, E> {
    fn from_json(json: Json<'_>) -> Option<Self> {
        match json.variant()? {
            ("Ok", value) => T::from_json(value).map(Ok),
            ("Err", error) => E::from_json(error).map(Err),
            _ => json.unknown_variant(),
        }
    }
}

// ---- lists -------------------------------------------------------------------------------------------------------

impl<T: ToJson> ToJson for Vec<T> {
    fn to_json(&self) -> Value {
        Value::Array(self.iter().map(T::to_json).collect())
    }
}

impl<T: FromJson> FromJson for Vec<T> {
    fn from_json(json: Json<'_>) -> Option<Self> {
        let mut list = Vec::new();
        for value in json.elements()? {
            list.push(T::from_json(json.at(value))?);
        }
        Some(list)
    }
}

/// A list of another side's, read element by element: one that cannot be read hides none of its neighbours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Each<T> {
    pub read: Vec<T>,
    /// How many elements could not be read.
    pub unread: usize,
}

impl<T: FromJson> FromJson for Each<T> {
    fn from_json(json: Json<'_>) -> Option<Self> {
        let elements = json.elements()?;
        let read: Vec<T> = elements.iter().filter_map(|value| T::from_json(json.at(value))).collect();
        Some(Self { unread: elements.len() - read.len(), read })
    }
}

/// Tuples are lists of exactly that many.
macro_rules! tuples {
    ($(($count:literal $($param:ident $i:tt)+))+) => {$(
        impl<$($param: ToJson),+> ToJson for ($($param,)+) {
            fn to_json(&self) -> Value {
                Value::Array(vec![$(self.$i.to_json()),+])
            }
        }

        impl<$($param: FromJson),+> FromJson for ($($param,)+) {
            fn from_json(json: Json<'_>) -> Option<Self> {
                match json.elements()? {
                    list if list.len() == $count => Some(($($param::from_json(json.at(&list[$i]))?,)+)),
                    _ => json.expected("another number of elements"),
                }
            }
        }
    )+};
}

tuples!((2 A 0 B 1) (3 A 0 B 1 C 2) (4 A 0 B 1 C 2 D 3));

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Clone, Copy, PartialEq)]
    enum Colour {
        Red,
        DarkBlue,
    }
    names!(Colour, key { Red = "red", DarkBlue = "dark_blue" });

    #[derive(Debug, PartialEq)]
    enum Shape {
        Unit,
        One(u8),
        Named { flag: bool, none: Option<u32> },
    }
    variants!(Shape { Unit, One(content), Named { flag, none } });

    #[derive(Debug, PartialEq)]
    struct Whole {
        shapes: Vec<Shape>,
        pair: (bool, String),
        result: Result<u8, Colour>,
        empty: Vec<u64>,
        missing: u32,
    }
    record!(Whole { shapes, pair, result, empty, missing or 7 });

    #[test]
    fn what_is_written_is_read_back() {
        let named = Shape::Named { flag: true, none: None };
        let whole = Whole {
            shapes: vec![Shape::Unit, Shape::One(7), named],
            pair: (false, "五".to_owned()),
            result: Err(Colour::DarkBlue),
            empty: Vec::new(),
            missing: 9,
        };
        let text = write(&whole);
        assert!(text.contains(r#"{"Err":"dark_blue"}"#) && !text.contains("empty"), "{text}");
        assert_eq!(read::<Whole>(&text), Ok(whole));
    }

    #[test]
    fn other_shapes_are_errors_that_say_where() {
        for (bad, why) in [
            (r#"{"pair":[true,"x"],"result":{"Ok":300}}"#, "result: expected a whole number"),
            (r#"{"pair":[true,"x"],"result":{"Err":"green"}}"#, "result: expected a known variant"),
            (r#"{"pair":[true],"result":{"Ok":3}}"#, "pair: expected another number of elements"),
            (r#"{"shapes":["Nope"]}"#, "shapes: expected a known variant"),
            (r#"{"shapes":[{"Named":{}}]}"#, "shapes: flag: expected true or false"),
            ("{}", "pair: expected another number of elements"),
            ("[]", "expected an object"),
            ("null", "expected an object"),
        ] {
            assert_eq!(read::<Whole>(bad).map_err(|e| e.to_string()), Err(why.to_owned()), "{bad}");
        }
        assert!(read::<Whole>("").is_err());
    }

    #[test]
    fn unknown_fields_are_passed_over_and_absent_ones_default() {
        let text = r#"{"pair":[true,""],"result":{"Ok":3},"new":{"deep":[1,{"a":null}]}}"#;
        assert_eq!(read::<Whole>(text).map(|w| w.missing), Ok(7));
    }
}
