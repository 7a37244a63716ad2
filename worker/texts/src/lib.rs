//! Every sentence that people read stands in `worker/texts`, one file a language. This crate reads the files while
//! the other crates are built, checks them against each other, and writes a Rust function for each sentence:
//!
//! ```text
//! en.toml   [shopper.queued]   until = "Please wait until {time}."
//! ja.toml   [shopper.queued]   until = "{time}までお待ちください。"
//!
//! texts::shopper::queued::until(locale, &time)          a String, in the language of `locale`
//! ```
//!
//! English is the measure: another language that has an audience (`shopper`, `panel`, …) at all must have each key
//! of it, with the same slots. A language that lacks an audience altogether reads English there. Whatever is wrong
//! fails the build, and the message names the file, the key and the slot.

mod check;
mod files;
mod write;

pub use check::{Fault, check};
pub use files::{Entry, Language, Sentence, load};
pub use write::{Enumeration, write};

use std::path::Path;

/// Where the files are.
const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/");

/// For a build script: writes the functions of these audiences to `OUT_DIR/texts.rs`.
///
/// # Errors
///
/// What is wrong with the files, one line a fault.
pub fn generate(audiences: &[&str], enumeration: &Enumeration) -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo::rerun-if-changed={FOLDER}");
    let languages = load(Path::new(FOLDER))?;
    let faults = check(&languages);
    if !faults.is_empty() {
        let lines: Vec<String> = faults.iter().map(ToString::to_string).collect();
        return Err(lines.join("\n").into());
    }
    let out = std::env::var("OUT_DIR")?;
    std::fs::write(Path::new(&out).join("texts.rs"), write(&languages, audiences, enumeration))?;
    Ok(())
}
