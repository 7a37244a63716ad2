//! KOMOJU.

use axum::Router;

use crate::env::Env;

#[derive(Clone, Debug)]
pub struct Komoju {
    _env: Env,
}

impl Komoju {
    #[must_use]
    pub fn new(env: Env) -> Self {
        Self { _env: env }
    }

    /// The API, relative to `/komoju/api/v1`.
    pub fn api(&self) -> Router {
        Router::new()
    }

    /// What `pay.localhost` serves: hosted pages, instructions, the dashboard.
    pub fn pages(&self) -> Router {
        Router::new()
    }
}
