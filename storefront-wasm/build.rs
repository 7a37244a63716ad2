//! Writes the script's own sentences as functions, and makes two savings on what every shopper downloads.

use std::{env, error::Error, fs, path::Path};

use texts::{Enumeration, generate};

fn main() -> Result<(), Box<dyn Error>> {
    generate(&["script"], &Enumeration::Own)?;
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=src/style.css");

    // A stack of a few frames of a few hundred bytes each. The default of 1 MiB would put every constant at an
    // address of four bytes, and cost the browser the memory.
    if env::var("CARGO_CFG_TARGET_ARCH").is_ok_and(|arch| arch == "wasm32") {
        println!("cargo::rustc-link-arg-cdylib=-zstack-size=4096");
    }

    // The style sheet without the spaces that only its reader needs.
    let style = fs::read_to_string("src/style.css")?;
    fs::write(Path::new(&env::var("OUT_DIR")?).join("style.css"), squeezed(&style))?;
    Ok(())
}

fn squeezed(style: &str) -> String {
    let mut squeezed: String = style.lines().map(str::trim).collect();
    for mark in ["{", "}", ":", ";", ","] {
        squeezed = squeezed.replace(&format!("{mark} "), mark).replace(&format!(" {mark}"), mark);
    }
    squeezed.replace(";}", "}")
}
