//! Writes the sentences of the staff notes, and the names of payment types, as functions.

use texts::{Enumeration, generate};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    generate(&["notes", "names"], &Enumeration::Path("crate::texts::locale::Locale"))
}
