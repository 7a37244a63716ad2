//! What every handler needs, gathered once for each request.

use crate::config::Config;
use crate::crypto::{self, Tokens, Vault};
use std::cell::RefCell;
use std::rc::Rc;
use worker::Env;

/// The surroundings of one request.
#[derive(Debug)]
pub struct Ctx {
    pub env: Env,
    pub config: Rc<Config>,
    /// On every log line of this request, and in the body of an internal error, so that a merchant can name it.
    pub request_id: String,
    /// When the request came in, in ms since the epoch.
    pub now_ms: i64,
    /// Keeps work alive after the answer has been sent.
    pub background: worker::Context,
}

impl Ctx {
    /// Errors: the source of random numbers failed.
    pub fn new(env: Env, config: Rc<Config>, background: worker::Context) -> worker::Result<Self> {
        Ok(Self { env, config, request_id: request_id()?, now_ms: now_ms(), background })
    }

    /// Opens and seals secrets.
    pub fn vault(&self) -> Vault<'_> {
        Vault::new(&self.config.encryption_keys)
    }

    /// Makes and opens our own tokens.
    pub fn tokens(&self) -> Tokens<'_> {
        Tokens::new(&self.config.signing_keys)
    }

    /// When the request came in, in seconds since the epoch.
    pub fn now_s(&self) -> i64 {
        self.now_ms.div_euclid(1000)
    }
}

thread_local! {
    /// What names this isolate, drawn at its first request, and how many requests it has had.
    static ISOLATE: RefCell<Option<(String, u32)>> = const { RefCell::new(None) };
}

/// A name for this request that no other has, such as `5f0c9a61d2e4-17`.
fn request_id() -> worker::Result<String> {
    ISOLATE.with_borrow_mut(|isolate| {
        let (name, count) = match isolate {
            Some(known) => known,
            None => isolate.insert((crypto::random_hex(6)?, 0)),
        };
        *count = count.wrapping_add(1);
        Ok(format!("{name}-{count}"))
    })
}

/// The platform's clock, in ms since the epoch. Only the edges call it; everything below is handed the time.
pub fn now_ms() -> i64 {
    i64::try_from(worker::Date::now().as_millis()).unwrap_or(i64::MAX)
}
