//! JavaScript, read and called without trust: whatever is missing, odd, or throws is `undefined`.
//!
//! A store may have replaced any built-in, and what its page gives us may come from another realm or be no object of
//! the browser's at all. `Reflect` reads, sets, calls and constructs by name, and catches whatever comes of it.

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
    Reflect::apply(&function(of, name), of, &array(arguments)).unwrap_or_default()
}

/// `of.name(argument)`
pub fn call_with(of: &JsValue, name: &str, argument: &str) -> JsValue {
    call(of, name, &[&argument.into()])
}

/// `new of.name(…arguments)`
pub fn construct(of: &JsValue, name: &str, arguments: &[&JsValue]) -> JsValue {
    Reflect::construct(&function(of, name), &array(arguments)).unwrap_or_default()
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

/// `of.name` under the type of a function. Whether it is one, the call will tell.
fn function(of: &JsValue, name: &str) -> Function {
    get(of, name).unchecked_into()
}

fn array(items: &[&JsValue]) -> Array {
    let array = Array::new();
    for item in items {
        array.push(item);
    }
    array
}
