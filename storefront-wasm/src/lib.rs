//! The script on a BigCommerce store's order confirmation page.
//!
//! It hears the answer about the order that the page's own code asks BigCommerce for. If the order is ours and
//! unpaid, it takes the shopper to the payment page, once. A shopper who comes back is shown how the payment stands.
//!
//! From the top; no file imports one that stands above it: the browser tells `script` everything, and `script` passes
//! it on to `hearing`, which looks for the order, or to `flow`, which decides; `host` does what the flow decides,
//! with the `card` and the `api`; all of them stand on `browser`.
//!
//! What holds throughout:
//! - The page must never notice us. Its calls get what they would have got, its handlers run first, and nothing of
//!   ours throws into it: the browser calls us only through one guarded door (`js/entry.js`).
//! - Nothing is decided here that matters. Amounts, states and addresses come from the server, which believes nothing
//!   that a browser tells it.
//! - It is small: no std, no formatting, no panics of our own, and JSON is parsed by the browser.
#![cfg_attr(all(target_arch = "wasm32", not(test)), no_std)]

extern crate alloc;

mod api;
mod browser;
mod card;
mod flow;
mod hearing;
mod host;
mod js;
mod order;
mod page;
mod script;
mod signal;
mod text;

pub use script::Script;

#[cfg(all(target_arch = "wasm32", not(test)))]
mod bare {
    //! What std would bring to wasm, in a few hundred bytes.
    use lol_alloc::{FreeListAllocator, LockedAllocator};

    #[global_allocator]
    static MEMORY: LockedAllocator<FreeListAllocator> = LockedAllocator::new(FreeListAllocator::new());

    /// Traps; the door in `js/entry.js` catches that, and the plain script takes over.
    #[panic_handler]
    fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
        core::arch::wasm32::unreachable()
    }
}
