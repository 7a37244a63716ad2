//! Writes the sentences of the shopper's and the merchant's pages as functions, and hands the name of the newest
//! storefront script to the worker as constants.
//!
//! `scripts/build` builds the script first and names its folder in `STOREFRONT_DIR`. Without that it is the name of
//! an empty script, so that checks and tests on the host never wait for a wasm build; what is shipped may not be
//! empty, so a release build for wasm refuses.

use std::{env, error::Error, fs, path::Path};
use texts::{Enumeration, generate};

/// The digests of no bytes at all, so that the constants are true of the empty script too.
const EMPTY_HASH: &str = "e3b0c44298fc1c149afbf4c8996fb924";
const EMPTY_INTEGRITY: &str = "sha384-OLBgp1GsljhM2TJ+sbHjaiH9txEUvgdDTAzHv2P24donTt6/529l+9Ua0vFImLlb";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    generate(&["shopper", "panel"], &Enumeration::Path("domain::texts::locale::Locale"))?;
    println!("cargo::rerun-if-env-changed=STOREFRONT_DIR");
    let constants = match env::var("STOREFRONT_DIR") {
        Ok(folder) => built(Path::new(&folder))?,
        Err(_) if shipping()? => {
            return Err("the storefront script is missing: build with scripts/build".into());
        }
        Err(_) => constants(EMPTY_HASH, EMPTY_INTEGRITY),
    };
    fs::write(Path::new(&env::var("OUT_DIR")?).join("storefront.rs"), constants)?;
    Ok(())
}

fn shipping() -> Result<bool, env::VarError> {
    Ok(env::var("PROFILE")? == "release" && env::var("CARGO_CFG_TARGET_ARCH")? == "wasm32")
}

fn built(folder: &Path) -> Result<String, Box<dyn Error>> {
    let manifest = folder.join("manifest.json");
    println!("cargo::rerun-if-changed={}", manifest.display());
    let manifest = fs::read_to_string(manifest)?;
    Ok(constants(field(&manifest, "hash")?, field(&manifest, "integrity")?))
}

/// A string of the manifest, which is one flat object of our own making: no need for a JSON parser.
fn field<'a>(manifest: &'a str, name: &str) -> Result<&'a str, String> {
    manifest
        .split_once(&format!("\"{name}\": \""))
        .and_then(|(_, rest)| rest.split_once('"'))
        .map(|(value, _)| value)
        .ok_or_else(|| format!("manifest.json has no {name}: build anew with scripts/build"))
}

fn constants(hash: &str, integrity: &str) -> String {
    format!(
        "/// Lower-case hex of the first 16 bytes of the newest script's SHA-256: the name it is published under.\n\
         pub const HASH: &str = {hash:?};\n\
         /// Its subresource integrity, as a script tag carries it.\n\
         pub const INTEGRITY: &str = {integrity:?};\n"
    )
}
