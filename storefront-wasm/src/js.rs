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

    pub type Array;
    #[wasm_bindgen(constructor)]
    fn new() -> Array;
    #[wasm_bindgen(method)]
    fn push(this: &Array, item: &JsValue);
}

pub fn get(of: &JsValue, key: &str) -> JsValue {
    reflect_get(of, key).unwrap_or_default()
}

/// Sets a property that takes text.
pub fn set_text(of: &JsValue, key: &str, text: &str) {
    set(of, key, &text.into());
}

pub fn set(of: &JsValue, key: &str, value: &JsValue) {
    // Read-only or not an object: then it keeps what it has.
    let _ = reflect_set(of, key, value);
}

/// A property that is a string with something in it.
pub fn text(of: &JsValue, key: &str) -> Option<String> {
    get(of, key).as_string().filter(|text| !text.is_empty())
}

/// A property that is a string; empty where it is not.
pub fn text_or_empty(of: &JsValue, key: &str) -> String {
    get(of, key).as_string().unwrap_or_default()
}

/// `method.apply(this, arguments)`
pub fn apply(method: &JsValue, this: &JsValue, arguments: &[&JsValue]) -> JsValue {
    reflect_apply(method, this, &array(arguments)).unwrap_or_default()
}

/// `of.name(…arguments)`
pub fn call(of: &JsValue, name: &str, arguments: &[&JsValue]) -> JsValue {
    apply(&get(of, name), of, arguments)
}

/// `of.name(argument)`
pub fn call_with(of: &JsValue, name: &str, argument: &str) -> JsValue {
    call(of, name, &[&argument.into()])
}

/// `new class(…arguments)`
pub fn construct(class: &JsValue, arguments: &[&JsValue]) -> JsValue {
    reflect_construct(class, &array(arguments)).unwrap_or_default()
}

pub fn array(items: &[&JsValue]) -> Array {
    let array = Array::new();
    for item in items {
        array.push(item);
    }
    array
}

/// A string of these parts.
pub fn join(parts: &[&str]) -> String {
    let mut whole = String::new();
    for part in parts {
        whole.push_str(part);
    }
    whole
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
