//! libFuzzer over one target, which the variable FUZZ_TARGET names: `scripts/fuzz`.

#![no_main]
#![allow(unsafe_code, reason = "libFuzzer is called by C")]

use std::sync::LazyLock;

use fuzz::Target;
use libfuzzer_sys::fuzz_target;

static TARGET: LazyLock<&Target> = LazyLock::new(|| {
    let name = std::env::var("FUZZ_TARGET").expect("scripts/fuzz names a target");
    fuzz::target(&name).unwrap_or_else(|| panic!("there is no target {name:?}"))
});

fuzz_target!(|data: &[u8]| TARGET.run(data));
