//! The script on a BigCommerce store's order confirmation page.
//!
//! It hears the order's answer that the page's own code asks for, and where the order is one of ours and unpaid
//! takes the shopper to the payment page, once. Whoever comes back is shown how the payment stands.
//!
//! From the top, and no file imports one above it: `script` is told everything by the browser and passes it on to
//! `hearing`, which looks for the order, or to `flow`, which decides; `host` does what the flow decides, by the
//! `card` and the `api`; below all of them stands the `browser`.
//!
//! What holds throughout:
//! - The page must never notice us. Its calls get what they would have got, its handlers run first, and nothing
//!   of ours throws into it: everything the browser calls us for comes in through one guarded door (`js/entry.js`).
//! - Nothing is decided here that matters: amounts, states and addresses come from the server, which believes
//!   nothing it is told by a browser.
//! - It is small: no std, no formatting, no panics of our own, and JSON is read by the browser.
#![cfg_attr(target_arch = "wasm32", no_std)]

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

#[cfg(target_arch = "wasm32")]
mod bare {
    //! What std would bring to wasm, in a few hundred bytes.
    use lol_alloc::{FreeListAllocator, LockedAllocator};

    #[global_allocator]
    static MEMORY: LockedAllocator<FreeListAllocator> = LockedAllocator::new(FreeListAllocator::new());

    /// A trap, which the door in `js/entry.js` catches.
    #[panic_handler]
    fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
        core::arch::wasm32::unreachable()
    }
}
