//! Workers KV and rate limits, called as JavaScript has them: the library's own wrappers bring serde and floating
//! point with them, an eighth of this worker.
//! <https://developers.cloudflare.com/kv/api/> <https://developers.cloudflare.com/workers/runtime-apis/bindings/rate-limit/>

use crate::log;
use worker::js_sys::futures::JsFuture;
use worker::js_sys::{Array, ArrayBuffer, Function, Object, Promise, Reflect, Uint8Array};
use worker::wasm_bindgen::{JsCast, JsValue};
use worker::{Env, Result};

/// The KV namespace that holds profiles and published scripts.
const KV: &str = "STORE_KV";

#[derive(Debug)]
pub struct Kv(JsValue);

/// Some of the keys with a prefix.
#[derive(Debug)]
pub struct Keys {
    pub names: Vec<String>,
    /// Where to go on; None: these were the last.
    pub cursor: Option<String>,
}

impl Kv {
    pub fn of(env: &Env) -> Result<Self> {
        Ok(Self(Reflect::get(env, &KV.into())?))
    }

    pub async fn text(&self, key: &str) -> Result<Option<String>> {
        Ok(call(&self.0, "get", &[key.into()]).await?.as_string())
    }

    pub async fn bytes(&self, key: &str) -> Result<Option<Vec<u8>>> {
        let options = object(&[("type", "arrayBuffer".into())])?;
        let found = call(&self.0, "get", &[key.into(), options]).await?;
        Ok(found.dyn_ref::<ArrayBuffer>().map(|buffer| Uint8Array::new(buffer).to_vec()))
    }

    pub async fn put(&self, key: &str, text: &str) -> Result<()> {
        call(&self.0, "put", &[key.into(), text.into()]).await.map(drop)
    }

    /// Puts what is forgotten by itself after so many seconds.
    pub async fn put_for(&self, key: &str, text: &str, seconds: u32) -> Result<()> {
        let options = object(&[("expirationTtl", seconds.into())])?;
        call(&self.0, "put", &[key.into(), text.into(), options]).await.map(drop)
    }

    pub async fn delete(&self, key: &str) -> Result<()> {
        call(&self.0, "delete", &[key.into()]).await.map(drop)
    }

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

/// Counts one more use of `key`, and says whether it is within the limit. Such limits are fences, counted apart at each
/// of Cloudflare's locations: one that fails lets everybody through.
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

async fn call(target: &JsValue, method: &str, arguments: &[JsValue]) -> Result<JsValue> {
    let method: Function = Reflect::get(target, &method.into())?.dyn_into()?;
    let promise: Promise = method.apply(target, &arguments.iter().collect())?.dyn_into()?;
    Ok(JsFuture::from(promise).await?)
}

fn object(fields: &[(&str, JsValue)]) -> Result<JsValue> {
    let object = Object::new();
    for (name, value) in fields {
        Reflect::set(&object, &(*name).into(), value)?;
    }
    Ok(object.into())
}
