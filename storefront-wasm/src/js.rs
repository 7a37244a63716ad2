//! JavaScript, read and called without trust: whatever is missing, odd or throws is `undefined`.
//!
//! All of the browser is reached through these few imports, by name. A typed import per method reads better, but
//! each costs a hundred bytes of the shopper's time, and would throw where a store's page has been tampered with.

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

pub fn get(of: &JsValue, key: &str) -> JsValue {
    reflect_get(of, key).unwrap_or_default()
}

/// A property's text; empty where it is no string.
pub fn text(of: &JsValue, key: &str) -> String {
    get(of, key).as_string().unwrap_or_default()
}

pub fn set(of: &JsValue, key: &str, value: &JsValue) {
    // Read-only or not an object: then it keeps what it has.
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

/// One string of these parts, numbers in their decimal digits.
pub fn join(parts: &[&JsValue]) -> JsValue {
    call_with(&list(parts), "join", "")
}

/// Every item of an array; nothing of anything else.
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
