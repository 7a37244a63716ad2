//! Everything that reads text from outside: answers of both sides, their messages, what a stranger writes into an address
//! or a form, and rows that another version has stored. Whatever the text is, reading it ends, without a panic, and what
//! was read is what is written again.
//!
//! `scripts/test` feeds each target its seeds (`seeds/NAME`) and what blind changes make of them. `scripts/fuzz` does it a
//! million times, and keeps what reaches new branches.

#[cfg(test)]
mod mutate;
mod targets;

use std::path::{Path, PathBuf};
use std::{fs, io};

pub use targets::TARGETS;

/// Something that reads.
#[derive(Debug)]
pub struct Target {
    pub name: &'static str,
    read: fn(&str),
}

impl Target {
    /// Reads the bytes as the product does: what is no UTF-8 is replaced.
    pub fn run(&self, data: &[u8]) {
        (self.read)(&String::from_utf8_lossy(data));
    }

    /// Where its seeds lie.
    #[must_use]
    pub fn folder(&self) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds").join(self.name)
    }

    /// Its seeds. Errors: they cannot be read.
    pub fn seeds(&self) -> io::Result<Vec<Vec<u8>>> {
        let mut files: Vec<PathBuf> =
            fs::read_dir(self.folder())?.map(|file| Ok(file?.path())).collect::<io::Result<_>>()?;
        files.sort();
        files.iter().map(fs::read).collect()
    }
}

/// The target of this name.
#[must_use]
pub fn target(name: &str) -> Option<&'static Target> {
    TARGETS.iter().find(|target| target.name == name)
}

#[cfg(test)]
mod tests {
    use std::env;
    use std::panic::catch_unwind;

    use super::mutate::Mutator;
    use super::*;

    /// Changed texts for each target; `FUZZ_RUNS` asks for more.
    const RUNS: u64 = 2_000;

    fn number(variable: &str) -> Option<u64> {
        env::var(variable).ok().and_then(|text| text.parse().ok())
    }

    /// The same texts in each run, so that a change is blamed only for its own; `RANDOM_SEED` makes others.
    #[test]
    fn whatever_is_read_ends_without_a_panic() {
        let seed = number("RANDOM_SEED").unwrap_or(1);
        let runs = number("FUZZ_RUNS").unwrap_or(RUNS);
        println!("RANDOM_SEED={seed}");
        for target in TARGETS {
            let seeds = target.seeds().unwrap_or_else(|e| panic!("seeds of {}: {e}", target.name));
            assert!(!seeds.is_empty(), "{} has seeds", target.name);
            let mut mutator = Mutator::new(seed, seeds.clone());
            let changed =
                std::iter::repeat_with(|| mutator.next()).take(usize::try_from(runs).expect("some"));
            for text in seeds.iter().cloned().chain(changed) {
                let read = catch_unwind(|| target.run(&text));
                assert!(read.is_ok(), "{} read {:?}", target.name, String::from_utf8_lossy(&text));
            }
        }
    }
}
