//! The pages' own code, bundled with esbuild from the npm package that BigCommerce's checkout uses to call its API, so
//! that our script meets the real XMLHttpRequest choreography.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use axum::body::Bytes;
use tokio::process::Command;
use tokio::sync::Mutex;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
const SOURCES: &str = "tests/src/bigcommerce/assets";

/// Bundles made so far; made on first use, and once.
#[derive(Clone, Default)]
pub(in crate::bigcommerce) struct Bundles(Arc<Mutex<HashMap<String, Bytes>>>);

impl Bundles {
    pub(super) async fn get(&self, name: &str) -> Result<Bytes, String> {
        let mut bundles = self.0.lock().await;
        if let Some(code) = bundles.get(name) {
            return Ok(code.clone());
        }
        let code = build(name).await?;
        bundles.insert(name.to_owned(), code.clone());
        Ok(code)
    }
}

async fn build(name: &str) -> Result<Bytes, String> {
    let esbuild = Path::new(ROOT).join("node_modules/.bin/esbuild");
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
