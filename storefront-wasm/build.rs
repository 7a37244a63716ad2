//! The script's stack: a few frames of a few hundred bytes each. The default of 1 MiB would put every constant at an
//! address of four bytes, and cost the shopper's browser the memory.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if std::env::var("CARGO_CFG_TARGET_ARCH").is_ok_and(|arch| arch == "wasm32") {
        println!("cargo::rustc-link-arg-cdylib=-zstack-size=4096");
    }
}
