//! Serves the storefront script. A published script is never withdrawn: stores carry its address and its integrity
//! hash in their pages until they are told of a newer one. So every build lies in KV under its hash, put there before
//! the worker that names it goes live (`scripts/deploy`), and the worker carries only the newest one's name.

use crate::bindings::Kv;
use crate::context::Ctx;
use crate::problem::Problem;
use worker::{Env, Error, Response, ResponseBuilder, Result};

/// The build that came with this worker.
mod build {
    include!(concat!(env!("OUT_DIR"), "/storefront.rs"));
}

pub use build::{HASH, INTEGRITY};

const FOREVER: &str = "public, max-age=31536000, immutable";
/// For tags made by hand, which name no build: a new one arrives within five minutes.
const BRIEFLY: &str = "public, max-age=300";

/// Errors: the newest build is not there to be served, so no store may be told to load it.
pub async fn check_published(env: &Env) -> Result<()> {
    match published(env, HASH).await? {
        Some(_) => Ok(()),
        None => Err(Error::RustError(["KV lacks the storefront script ", HASH].concat())),
    }
}

/// `GET /storefront/{hash}.js`: that very build, for good.
pub async fn pinned(ctx: &Ctx, file: &str) -> Result<Response> {
    match file.strip_suffix(".js").filter(|hash| is_hash(hash)) {
        Some(hash) => script(ctx, hash, FOREVER).await,
        None => Problem::not_found().response(),
    }
}

/// `GET /storefront.js`: the newest build.
pub async fn newest(ctx: &Ctx) -> Result<Response> {
    script(ctx, HASH, BRIEFLY).await
}

/// With KV's own short caching: a longer one would remember for as long that a build was not there yet.
async fn published(env: &Env, hash: &str) -> Result<Option<Vec<u8>>> {
    Kv::of(env)?.bytes(&["script:", hash].concat()).await
}

fn is_hash(text: &str) -> bool {
    text.len() == 32 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

/// Any page may load it, and must be able to check its integrity across origins.
async fn script(ctx: &Ctx, hash: &str, cache: &str) -> Result<Response> {
    let Some(bytes) = published(&ctx.env, hash).await? else { return Problem::not_found().response() };
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
    fn the_newest_build_is_named_by_its_hash() {
        assert!(is_hash(HASH));
        assert!(INTEGRITY.starts_with("sha384-"));
    }

    #[test]
    fn only_hashes_are_looked_up() {
        for bad in ["", "abc", "../../../../../../etc/passwd00000", "ABCDEFABCDEFABCDEFABCDEFABCDEFAB"] {
            assert!(!is_hash(bad), "{bad}");
        }
    }
}
