//! Style sheets and scripts. The pages' own code is bundled with esbuild from the npm package that BigCommerce's
//! checkout uses to call its API, so that our script meets the real XMLHttpRequest choreography.

use std::collections::HashMap;
use std::path::Path as FilePath;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use tokio::process::Command;
use tokio::sync::Mutex;

use crate::bigcommerce::BigCommerce;

/// Bundles made so far; made on first use, and once.
pub(in crate::bigcommerce) type Bundles = Arc<Mutex<HashMap<String, Bytes>>>;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
const SOURCES: &str = "tests/src/bigcommerce/assets";
const BUNDLED: [&str; 2] = ["checkout.js", "confirmation.js"];

pub(super) async fn asset(State(platform): State<BigCommerce>, Path(name): Path<String>) -> Response {
    let script = "text/javascript; charset=utf-8";
    match name.as_str() {
        "shop.css" => file("text/css; charset=utf-8", include_str!("../assets/shop.css")),
        "loader.js" => file(script, include_str!("../assets/loader.js")),
        "custom-confirmation.js" => file(script, include_str!("../assets/custom-confirmation.js")),
        name if BUNDLED.contains(&name) => match platform.bundle(name).await {
            Ok(code) => file(script, code),
            Err(problem) => (StatusCode::SERVICE_UNAVAILABLE, problem).into_response(),
        },
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}

fn file(kind: &'static str, body: impl IntoResponse) -> Response {
    ([(CONTENT_TYPE, kind), (CACHE_CONTROL, "public, max-age=300")], body).into_response()
}

impl BigCommerce {
    async fn bundle(&self, name: &str) -> Result<Bytes, String> {
        let mut bundles = self.bundles.lock().await;
        if let Some(code) = bundles.get(name) {
            return Ok(code.clone());
        }
        let code = build(name).await?;
        bundles.insert(name.to_owned(), code.clone());
        Ok(code)
    }
}

async fn build(name: &str) -> Result<Bytes, String> {
    let esbuild = FilePath::new(ROOT).join("node_modules/.bin/esbuild");
    let built = Command::new(&esbuild)
        .arg(format!("{SOURCES}/{name}"))
        .args(["--bundle", "--format=iife", "--target=es2020", "--log-level=error"])
        .current_dir(ROOT)
        .output()
        .await;
    match built {
        Ok(built) if built.status.success() => Ok(built.stdout.into()),
        Ok(built) => Err(String::from_utf8_lossy(&built.stderr).into_owned()),
        Err(error) => Err(format!("{} cannot be run ({error}): run scripts/setup", esbuild.display())),
    }
}
