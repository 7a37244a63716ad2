//! Serves the storefront script.
//!
//! A published script is never withdrawn: stores carry its address and its integrity hash in their pages until they
//! are told of a newer one. So every build is kept in KV under its hash, and put there before the worker that names
//! it goes live (`scripts/deploy`). The worker itself carries only the name of the newest build.

use crate::bindings::Kv;
use crate::context::Ctx;
use crate::log;
use crate::problem::Problem;
use crate::stop::Handled;
use base64::{Engine, engine::general_purpose::STANDARD};
use sha2::{Digest, Sha384};
use worker::{Env, Error, ResponseBuilder, Result};

/// The hash and the integrity value of the build that this worker names.
mod build {
    include!(concat!(env!("OUT_DIR"), "/storefront.rs"));
}

pub use build::{HASH, INTEGRITY};

/// A build never changes, so browsers may keep it.
const FOREVER: &str = "public, max-age=31536000, immutable";
/// For tags made by hand, which name no build: they get a new build within five minutes.
const BRIEFLY: &str = "public, max-age=300";

/// Checks that the newest build is there to be served, byte for byte. Errors: it is not, so no store may be told to
/// load it; a browser runs nothing whose bytes do not match the tag's integrity hash.
pub async fn check_published(env: &Env) -> Result<()> {
    let wrong = match published(env, HASH).await? {
        Some(bytes) if is_whole(&bytes, INTEGRITY) => return Ok(()),
        Some(_) => "KV holds other bytes than those of the storefront script ",
        None => "KV lacks the storefront script ",
    };
    Err(Error::RustError([wrong, HASH].concat()))
}

/// True if these bytes have this integrity value (`sha384-…`).
fn is_whole(bytes: &[u8], integrity: &str) -> bool {
    integrity.strip_prefix("sha384-") == Some(STANDARD.encode(Sha384::digest(bytes)).as_str())
}

/// `GET /storefront/{hash}.js`: exactly this build, for good.
pub async fn pinned(ctx: &Ctx, file: &str) -> Handled {
    let hash = file.strip_suffix(".js").filter(|hash| is_hash(hash)).ok_or_else(Problem::not_found)?;
    script(ctx, hash, FOREVER).await
}

/// `GET /storefront.js`: the newest build.
pub async fn newest(ctx: &Ctx) -> Handled {
    script(ctx, HASH, BRIEFLY).await
}

/// A build from KV, with KV's own short caching. With longer caching, a location that was asked too early would
/// remember for that long that the build does not exist.
async fn published(env: &Env, hash: &str) -> Result<Option<Vec<u8>>> {
    Kv::of(env)?.bytes(&["script:", hash].concat()).await
}

/// True for the 32 hexadecimal digits that name a build: nothing else reaches KV.
fn is_hash(text: &str) -> bool {
    text.len() == 32 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

/// Serves one build. Any page may load it, and may check its integrity across origins.
async fn script(ctx: &Ctx, hash: &str, cache: &str) -> Handled {
    let found = published(&ctx.env, hash).await.map_err(|error| {
        // KV's failure says nothing about the script, so the answer must not be a 404, which caches would keep.
        log::warn(&ctx.request_id, "kv_failed", &[("script", hash), ("error", &error.to_string())]);
        Problem::try_again()
    });
    let bytes = found?.ok_or_else(Problem::not_found)?;
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
    fn bytes_are_known_by_their_integrity() {
        // openssl dgst -sha384 -binary | base64, over `abc`.
        let abc = "sha384-ywB1P0WjXou1oD1pmsZQBycsMqsO3tFjGotgWkP/W+2AhgcroefMI1i67KE0yCWn";
        assert!(is_whole(b"abc", abc));
        for (bytes, integrity) in [(&b"abd"[..], abc), (b"", abc), (b"abc", ""), (b"abc", &abc[7..])] {
            assert!(!is_whole(bytes, integrity), "{integrity}");
        }
    }

    #[test]
    fn only_hashes_are_looked_up() {
        for bad in ["", "abc", "../../../../../../etc/passwd00000", "ABCDEFABCDEFABCDEFABCDEFABCDEFAB"] {
            assert!(!is_hash(bad), "{bad}");
        }
    }
}
