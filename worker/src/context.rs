//! What every handler needs, gathered once per request.

use crate::config::Config;
use crate::crypto::{self, Tokens, Vault};
use worker::Env;

/// One request's surroundings.
#[derive(Debug)]
pub struct Ctx {
    pub env: Env,
    pub config: Config,
    /// On every log line of this request, and in the body of an internal error.
    pub request_id: String,
    /// Milliseconds since the epoch when the request came in.
    pub now_ms: i64,
    /// Keeps work alive after the answer has been sent.
    pub background: worker::Context,
}

impl Ctx {
    pub fn new(env: Env, config: Config, background: worker::Context) -> worker::Result<Self> {
        Ok(Self { env, config, request_id: crypto::random_hex(8)?, now_ms: now_ms(), background })
    }

    pub fn vault(&self) -> Vault<'_> {
        Vault::new(&self.config.encryption_keys)
    }

    pub fn tokens(&self) -> Tokens<'_> {
        Tokens::new(&self.config.signing_keys)
    }

    pub fn now_s(&self) -> i64 {
        self.now_ms.div_euclid(1000)
    }
}

/// The platform's clock. Only the edges call it; everything below is handed the time.
pub fn now_ms() -> i64 {
    i64::try_from(worker::Date::now().as_millis()).unwrap_or(i64::MAX)
}
