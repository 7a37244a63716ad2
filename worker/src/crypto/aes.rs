//! AES-256-GCM by WebCrypto: no cipher of our own to carry, or to get wrong.
//! <https://developers.cloudflare.com/workers/runtime-apis/web-crypto/>

use worker::js_sys::futures::JsFuture;
use worker::js_sys::{Array, Function, Object, Promise, Reflect, Uint8Array, global};
use worker::wasm_bindgen::{JsCast, JsValue};

/// Encrypts `plain`, bound to `bound_to` (the associated data). Errors: what WebCrypto threw.
pub async fn encrypt(key: &[u8], nonce: &[u8], bound_to: &[u8], plain: &[u8]) -> Result<Vec<u8>, JsValue> {
    run("encrypt", key, nonce, bound_to, plain).await
}

/// Decrypts. Errors: what WebCrypto threw; it throws the same for a wrong key, wrong associated data and a damaged
/// byte.
pub async fn decrypt(key: &[u8], nonce: &[u8], bound_to: &[u8], sealed: &[u8]) -> Result<Vec<u8>, JsValue> {
    run("decrypt", key, nonce, bound_to, sealed).await
}

async fn run(verb: &str, key: &[u8], nonce: &[u8], bound_to: &[u8], data: &[u8]) -> Result<Vec<u8>, JsValue> {
    let subtle = Reflect::get(&Reflect::get(&global(), &"crypto".into())?, &"subtle".into())?;
    let key = import(&subtle, key, verb).await?;
    let how = object(&[
        ("name", "AES-GCM".into()),
        ("iv", bytes(nonce)),
        ("additionalData", bytes(bound_to)),
        ("tagLength", 128.into()),
    ])?;
    let out = call(&subtle, verb, &[how, key, bytes(data)]).await?;
    Ok(Uint8Array::new(&out).to_vec())
}

/// The key as a WebCrypto key, which cannot be exported again.
async fn import(subtle: &JsValue, key: &[u8], verb: &str) -> Result<JsValue, JsValue> {
    let uses = Array::of1(&verb.into()).into();
    call(subtle, "importKey", &["raw".into(), bytes(key), "AES-GCM".into(), false.into(), uses]).await
}

async fn call(subtle: &JsValue, method: &str, arguments: &[JsValue]) -> Result<JsValue, JsValue> {
    let function: Function = Reflect::get(subtle, &method.into())?.dyn_into()?;
    let promise: Promise = function.apply(subtle, &arguments.iter().collect())?.dyn_into()?;
    JsFuture::from(promise).await
}

fn bytes(bytes: &[u8]) -> JsValue {
    Uint8Array::from(bytes).into()
}

fn object(fields: &[(&str, JsValue)]) -> Result<JsValue, JsValue> {
    let object = Object::new();
    for (name, value) in fields {
        Reflect::set(&object, &(*name).into(), value)?;
    }
    Ok(object.into())
}
