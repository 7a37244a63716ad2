//! JavaScript, read and called without trust: whatever is missing, odd, or throws is `undefined`.
//!
//! All of the browser is reached through these few imports, by name. A typed import for each method would read
//! better, but each costs a hundred bytes in the shopper's browser, and would throw on a page where a store has
//! replaced a built-in.

use alloc::string::String;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch, js_namespace = Reflect, js_name = get)]
    fn reflect_get(of: &JsValue, key: &str) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(catch, js_namespace = Reflect, js_name = set)]
    fn reflect_set(of: &JsValue, key: &str, value: &JsValue) -> Result<bool, JsValue>;

    #[wasm_bindgen(catch, js_namespace = Reflect, js_name = apply)]
    fn reflect_apply(method: &JsValue, this: &JsValue, arguments: &Array) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(catch, js_namespace = Reflect, js_name = construct)]
    fn reflect_construct(class: &JsValue, arguments: &Array) -> Result<JsValue, JsValue>;

    type Array;
    #[wasm_bindgen(constructor)]
    fn new() -> Array;
    #[wasm_bindgen(method)]
    fn push(this: &Array, item: &JsValue);
}

/// `of[key]`
pub fn get(of: &JsValue, key: &str) -> JsValue {
    reflect_get(of, key).unwrap_or_default()
}

/// A property's text; empty if it is not a string.
pub fn text(of: &JsValue, key: &str) -> String {
    get(of, key).as_string().unwrap_or_default()
}

/// `of[key] = value`. A read-only property, or something that is not an object, keeps what it has.
pub fn set(of: &JsValue, key: &str, value: &JsValue) {
    let _ = reflect_set(of, key, value);
}

pub fn set_text(of: &JsValue, key: &str, text: &str) {
    set(of, key, &text.into());
}

/// `of.name(…arguments)`
pub fn call(of: &JsValue, name: &str, arguments: &[&JsValue]) -> JsValue {
    reflect_apply(&get(of, name), of, &array(arguments)).unwrap_or_default()
}

/// `of.name(argument)`
pub fn call_with(of: &JsValue, name: &str, argument: &str) -> JsValue {
    call(of, name, &[&argument.into()])
}

/// `new of.name(…arguments)`
pub fn construct(of: &JsValue, name: &str, arguments: &[&JsValue]) -> JsValue {
    reflect_construct(&get(of, name), &array(arguments)).unwrap_or_default()
}

pub fn list(items: &[&JsValue]) -> JsValue {
    array(items).into()
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
