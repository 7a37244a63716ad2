//! JavaScript, read and called without trust: whatever is missing, odd, or throws is `undefined`.
//!
//! A store may have replaced any built-in, and what its page gives us may come from another realm or be no object of
//! the browser's at all. `Reflect` reads, sets, calls and constructs by name, and catches whatever comes of it.
//!
//! web-sys gives the browser's objects their types, and calls the methods that are called from several places, of those
//! that it catches and that give a `Result`. What remains goes through this module, also on typed objects:
//! - Methods that are called once: each would be an import of its own, which is larger than its name.
//! - Properties. web-sys does not catch its setters and most of its getters. On a page with a form or an image called
//!   `readyState`, `document.readyState` is that element, and a getter that wants text throws.
//! - Methods that web-sys does not catch, such as `remove`, `disconnect` and PerformanceObserver's `observe`.
//! - `setTimeout`: it gives a number, which is converted on its way into wasm, where nothing catches.
//! - `then`: js-sys wants a Rust closure, and the browser calls us only through the door.
//! - Whatever is called with a value of the page's that may be of any type, such as `new URL`.
//!
//! A type is a promise of ours that nobody checks: `instanceof` says no to an object of another realm, and to a page's
//! own stand-in for XMLHttpRequest or Response.

use alloc::string::String;
use js_sys::{Array, Function, JSON, Reflect};
use wasm_bindgen::prelude::*;

/// `of[key]`
pub fn get(of: &JsValue, key: &str) -> JsValue {
    Reflect::get(of, &key.into()).unwrap_or_default()
}

/// A property's text; empty if it is not a string.
pub fn text(of: &JsValue, key: &str) -> String {
    get(of, key).as_string().unwrap_or_default()
}

/// `of[key] = value`. A read-only property, or something that is not an object, keeps what it has.
pub fn set(of: &JsValue, key: &str, value: &JsValue) {
    let _ = Reflect::set(of, &key.into(), value);
}

pub fn set_text(of: &JsValue, key: &str, text: &str) {
    set(of, key, &text.into());
}

/// `of.name(…arguments)`
pub fn call(of: &JsValue, name: &str, arguments: &[&JsValue]) -> JsValue {
    Reflect::apply(&typed::<Function>(of, name), of, &array(arguments)).unwrap_or_default()
}

/// `of.name(argument)`
pub fn call_with(of: &JsValue, name: &str, argument: &str) -> JsValue {
    call(of, name, &[&argument.into()])
}

/// `new of.name(…arguments)`
pub fn construct(of: &JsValue, name: &str, arguments: &[&JsValue]) -> JsValue {
    Reflect::construct(&typed::<Function>(of, name), &array(arguments)).unwrap_or_default()
}

pub fn list(items: &[&JsValue]) -> JsValue {
    array(items).into()
}

/// JSON as a JavaScript value; `undefined` if it is malformed.
pub fn json(json: &str) -> JsValue {
    JSON::parse(json).unwrap_or_default()
}

/// JSON that came from elsewhere; `undefined` if it is malformed, or no text.
pub fn parse(text: &JsValue) -> JsValue {
    text.as_string().map(|text| json(&text)).unwrap_or_default()
}

/// A JavaScript value as JSON.
pub fn stringify(value: &JsValue) -> JsValue {
    JSON::stringify(value).map(JsValue::from).unwrap_or_default()
}

/// `of[key]` under the type that it has in every browser.
pub fn typed<T: JsCast>(of: &JsValue, key: &str) -> T {
    get(of, key).unchecked_into()
}

/// What a call gave. If it failed, `undefined` under the same type: whatever is then done with it fails as well, and is
/// caught as well.
pub fn or_undefined<T: JsCast>(given: Result<T, JsValue>) -> T {
    given.unwrap_or_else(|_| JsValue::UNDEFINED.unchecked_into())
}

/// The parts as one string, numbers in decimal digits.
pub fn join(parts: &[&JsValue]) -> JsValue {
    call_with(&list(parts), "join", "")
}

/// Calls `visit` with every item of an array; with none of anything else. Stops at an `undefined` item.
pub fn each(list: &JsValue, mut visit: impl FnMut(&JsValue)) {
    let items = call(list, "values", &[]);
    loop {
        let item = get(&call(&items, "next", &[]), "value");
        if item.is_undefined() {
            return;
        }
        visit(&item);
    }
}

fn array(items: &[&JsValue]) -> Array {
    let array = Array::new();
    for item in items {
        array.push(item);
    }
    array
}
