//! The former way to write HTML, until every file has moved to maud's: literals are markup, everything else is text.

use maud::Markup as Html;
use maud::{Escaper, PreEscaped};
use std::fmt::Write as _;

/// What may stand between the literals of `markup!`: text, which is escaped, or markup.
pub trait Part {
    fn write(self, out: &mut Html);
}

pub fn new() -> Html {
    PreEscaped(String::new())
}

pub fn raw(out: &mut Html, markup: &'static str) {
    out.0.push_str(markup);
}

pub fn text(out: &mut Html, text: &str) {
    // Writing to a String never fails.
    let _ = Escaper::new(&mut out.0).write_str(text);
}

impl Part for &str {
    fn write(self, out: &mut Html) {
        text(out, self);
    }
}

impl Part for &String {
    fn write(self, out: &mut Html) {
        text(out, self);
    }
}

impl Part for String {
    fn write(self, out: &mut Html) {
        text(out, &self);
    }
}

impl Part for u64 {
    fn write(self, out: &mut Html) {
        text(out, &self.to_string());
    }
}

impl Part for Html {
    fn write(self, out: &mut Html) {
        out.0.push_str(&self.0);
    }
}

impl<T: Part> Part for Option<T> {
    fn write(self, out: &mut Html) {
        if let Some(part) = self {
            part.write(out);
        }
    }
}

impl<T: Part> Part for Vec<T> {
    fn write(self, out: &mut Html) {
        self.into_iter().for_each(|part| part.write(out));
    }
}

/// Text, escaped for an element or a double-quoted attribute.
pub fn escape(text: &str) -> String {
    let mut out = new();
    self::text(&mut out, text);
    out.into_string()
}

#[macro_export]
macro_rules! markup {
    (@$out:ident) => {};
    (@$out:ident $markup:literal $($rest:tt)*) => {
        $crate::html::raw(&mut $out, $markup);
        $crate::markup!(@$out $($rest)*);
    };
    (@$out:ident ($value:expr) $($rest:tt)*) => {
        $crate::html::Part::write($value, &mut $out);
        $crate::markup!(@$out $($rest)*);
    };
    ($($parts:tt)*) => {{
        let mut out = $crate::html::new();
        $crate::markup!(@out $($parts)*);
        out
    }};
}
