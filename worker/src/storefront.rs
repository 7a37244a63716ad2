//! Serves the storefront script. A published script is never withdrawn: stores carry its address and its integrity
//! hash in their pages until they are told of a newer one, so every build is kept in KV under its hash from before
//! the first store hears of it.

use crate::context::Ctx;
use crate::log;
use crate::problem::Problem;
use crate::profile::KV;
use std::cell::Cell;
use worker::{Env, Response, ResponseBuilder, Result};

/// The build that came with this worker.
mod build {
    include!(concat!(env!("OUT_DIR"), "/storefront.rs"));
}

pub use build::{BYTES, HASH, INTEGRITY};

const YEAR_S: u64 = 31_536_000;
const FOREVER: &str = "public, max-age=31536000, immutable";
/// For tags made by hand, which name no build: a new one arrives within five minutes.
const BRIEFLY: &str = "public, max-age=300";

thread_local! {
    /// This isolate has seen the newest build in KV.
    static PUBLISHED: Cell<bool> = const { Cell::new(false) };
}

fn key(hash: &str) -> String {
    ["script:", hash].concat()
}

/// Makes sure that the newest build stays available when a newer worker has replaced this one.
pub async fn publish(env: &Env) -> Result<()> {
    if PUBLISHED.get() {
        return Ok(());
    }
    let kv = env.kv(KV)?;
    if kv.get(&key(HASH)).bytes().await?.as_deref() != Some(BYTES) {
        kv.put_bytes(&key(HASH), BYTES)?.execute().await?;
    }
    PUBLISHED.set(true);
    Ok(())
}

/// The same without keeping a page waiting.
fn publish_behind(ctx: &Ctx) {
    let (env, request_id) = (ctx.env.clone(), ctx.request_id.clone());
    ctx.background.wait_until(async move {
        if let Err(error) = publish(&env).await {
            log::warn(&request_id, "script_not_published", &[("error", &error.to_string())]);
        }
    });
}

/// `GET /storefront/{hash}.js`: that very build, for good.
pub async fn pinned(ctx: &Ctx, file: &str) -> Result<Response> {
    let hash = file.strip_suffix(".js").filter(|hash| is_hash(hash));
    let Some(hash) = hash else { return Problem::not_found().response() };
    if hash == HASH {
        publish_behind(ctx);
        return script(BYTES.to_vec(), FOREVER);
    }
    match ctx.env.kv(KV)?.get(&key(hash)).cache_ttl(YEAR_S).bytes().await? {
        Some(bytes) => script(bytes, FOREVER),
        None => Problem::not_found().response(),
    }
}

/// `GET /storefront.js`: the newest build.
pub fn newest(ctx: &Ctx) -> Result<Response> {
    publish_behind(ctx);
    script(BYTES.to_vec(), BRIEFLY)
}

fn is_hash(text: &str) -> bool {
    text.len() == 32 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

/// Any page may load it, and must be able to check its integrity across origins.
fn script(bytes: Vec<u8>, cache: &str) -> Result<Response> {
    let response = ResponseBuilder::new()
        .with_header("content-type", "text/javascript; charset=utf-8")?
        .with_header("cache-control", cache)?
        .with_header("access-control-allow-origin", "*")?
        .with_header("cross-origin-resource-policy", "cross-origin")?
        .with_header("x-content-type-options", "nosniff")?;
    Ok(response.fixed(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_build_is_named_by_its_hash() {
        assert!(is_hash(HASH));
        assert!(crate::crypto::sha256_hex(BYTES).starts_with(HASH));
        assert!(INTEGRITY.starts_with("sha384-"));
    }

    #[test]
    fn only_hashes_are_looked_up() {
        for bad in ["", "abc", "../../../../../../etc/passwd00000", "ABCDEFABCDEFABCDEFABCDEFABCDEFAB"] {
            assert!(!is_hash(bad), "{bad}");
        }
    }
}
