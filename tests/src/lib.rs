//! The sandbox: BigCommerce and KOMOJU, played by one native server on one port.
//!
//! It exists so that anyone can watch the product work without an account anywhere, and so that every test meets
//! a counterpart that is as strict as the real one. Two rules keep it honest:
//!
//! * **Its behaviour comes from the providers' documentation**, never from what the worker happens to send. What the
//!   real API refuses (a read-only field, a reused order number, a wrong header) is refused here in the same words.
//! * **It is multi-tenant.** Everything is keyed by store hash or merchant id, so that tests share one server and
//!   never each other's state.
//!
//! ```no_run
//! # async fn example() -> Result<(), std::io::Error> {
//! use sandbox::{Config, Sandbox};
//! let sandbox = Sandbox::start(Config { port: 0, app_url: "http://app.localhost:8787".into() }).await?;
//! println!("{}", sandbox.places().panel());
//! # Ok(()) }
//! ```

// The store resource is one JSON literal of eighty members.
#![recursion_limit = "256"]

pub mod alter;
pub mod asking;
pub mod bigcommerce;
pub mod delivery;
pub mod env;
pub mod faults;
pub mod harness;
mod host;
pub mod komoju;
pub mod server;

pub use env::{App, Places};
pub use server::{Config, Sandbox};
