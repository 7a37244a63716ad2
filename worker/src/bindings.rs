//! Workers KV and rate limits, called as JavaScript offers them. The worker library's own wrappers would bring in
//! code for floating point and more serde, an eighth of this worker's size.
//! <https://developers.cloudflare.com/kv/api/>
//! <https://developers.cloudflare.com/workers/runtime-apis/bindings/rate-limit/>

use crate::log;
use worker::js_sys::futures::JsFuture;
use worker::js_sys::{Array, ArrayBuffer, Function, Object, Promise, Reflect, Uint8Array};
use worker::wasm_bindgen::{JsCast, JsValue};
use worker::{Env, Result};

/// The KV namespace that holds profiles, published scripts, and the daily round's notes.
const KV: &str = "STORE_KV";

/// Workers KV. Eventual: a write may take a minute to be seen elsewhere, so it is never used for locks or payment
/// state.
#[derive(Debug)]
pub struct Kv(JsValue);

/// Some of the keys with a prefix.
#[derive(Debug)]
pub struct Keys {
    pub names: Vec<String>,
    /// Where to go on. None: these were the last.
    pub cursor: Option<String>,
}

impl Kv {
    /// Errors: the binding is missing.
    pub fn of(env: &Env) -> Result<Self> {
        Ok(Self(Reflect::get(env, &KV.into())?))
    }

    /// The text under a key. None: there is none, as far as this location knows.
    pub async fn text(&self, key: &str) -> Result<Option<String>> {
        Ok(call(&self.0, "get", &[key.into()]).await?.as_string())
    }

    /// The bytes under a key.
    pub async fn bytes(&self, key: &str) -> Result<Option<Vec<u8>>> {
        let options = object(&[("type", "arrayBuffer".into())])?;
        let found = call(&self.0, "get", &[key.into(), options]).await?;
        Ok(found.dyn_ref::<ArrayBuffer>().map(|buffer| Uint8Array::new(buffer).to_vec()))
    }

    /// Puts a text that stays until it is replaced or deleted.
    pub async fn put(&self, key: &str, text: &str) -> Result<()> {
        call(&self.0, "put", &[key.into(), text.into()]).await.map(drop)
    }

    /// Puts a text that KV deletes by itself after this many seconds (at least 60).
    pub async fn put_for(&self, key: &str, text: &str, seconds: u32) -> Result<()> {
        let options = object(&[("expirationTtl", seconds.into())])?;
        call(&self.0, "put", &[key.into(), text.into(), options]).await.map(drop)
    }

    pub async fn delete(&self, key: &str) -> Result<()> {
        call(&self.0, "delete", &[key.into()]).await.map(drop)
    }

    /// Up to `limit` keys with this prefix, from `cursor` on.
    pub async fn keys(&self, prefix: &str, limit: u32, cursor: Option<&str>) -> Result<Keys> {
        let cursor = cursor.map_or(JsValue::UNDEFINED, JsValue::from_str);
        let options = object(&[("prefix", prefix.into()), ("limit", limit.into()), ("cursor", cursor)])?;
        let page = call(&self.0, "list", &[options]).await?;
        let listed: Array = Reflect::get(&page, &"keys".into())?.dyn_into()?;
        let mut names = Vec::new();
        for key in listed.iter() {
            names.extend(Reflect::get(&key, &"name".into())?.as_string());
        }
        let last = Reflect::get(&page, &"list_complete".into())?.is_truthy();
        let cursor = Reflect::get(&page, &"cursor".into())?.as_string();
        Ok(Keys { names, cursor: cursor.filter(|_| !last) })
    }
}

/// Counts one more use of `key`, and says whether it is within the limit. These limits are fences: each of
/// Cloudflare's locations counts for itself. If the binding fails, everybody is let through, because no shopper may
/// be stopped by a broken fence.
pub async fn allows(env: &Env, limit: &str, key: &str) -> bool {
    let asked = async {
        let limit = Reflect::get(env, &limit.into())?;
        let outcome = call(&limit, "limit", &[object(&[("key", key.into())])?]).await?;
        Ok::<_, worker::Error>(Reflect::get(&outcome, &"success".into())?.is_truthy())
    };
    asked.await.unwrap_or_else(|error| {
        log::warn("limit", "limit_failed", &[("limit", limit), ("error", &error.to_string())]);
        true
    })
}

/// Calls a method that returns a promise, and waits for it.
async fn call(target: &JsValue, method: &str, arguments: &[JsValue]) -> Result<JsValue> {
    let method: Function = Reflect::get(target, &method.into())?.dyn_into()?;
    let promise: Promise = method.apply(target, &arguments.iter().collect())?.dyn_into()?;
    Ok(JsFuture::from(promise).await?)
}

/// A JavaScript object with these fields.
fn object(fields: &[(&str, JsValue)]) -> Result<JsValue> {
    let object = Object::new();
    for (name, value) in fields {
        Reflect::set(&object, &(*name).into(), value)?;
    }
    Ok(object.into())
}
