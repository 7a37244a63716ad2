//! What the tests stand on: the built worker in real workerd, real Chromium, and one way to wait.
//!
//! * [`world`] is the shared one: a sandbox and a worker for the whole test program. Tests make a store and a merchant
//!   each, and so never meet. A test that kills workerd starts a [`World`] of its own.
//! * [`Browser`] is a fresh Chromium without history. It looks into open shadow roots, since our card lives in one.
//! * [`eventually`] is the only place that waits for time to pass. Tests wait for what they expect to see.
//!
//! Nothing here outlives the test program, not even when that is killed: workerd and Chromium hang on a pipe that the
//! system closes.

mod browser;
mod chromedriver;
mod counts;
mod http;
mod kv;
mod merchant;
mod paying;
mod reply;
mod scribe;
mod shop;
mod stories;
mod wait;
mod workerd;
mod world;

pub use browser::{Browser, Language};
pub use counts::{Count, Counts};
pub use kv::Kv;
pub use merchant::{booked, words};
pub use paying::{ANOTHER_CART, moves, notes};
pub use reply::Reply;
pub use scribe::{Stored, payment_object, store_object};
pub use shop::{Shop, ShopSpec};
pub use stories::{Story, Told};
pub use wait::{PATIENCE, eventually, eventually_within};
pub use workerd::{Code, Options, Workerd};
pub use world::{SIGNING_KEY, World, calm_world, fresh_folder, hurried_world, world};
