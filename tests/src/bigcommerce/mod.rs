//! BigCommerce.

use axum::Router;

use crate::env::Env;

#[derive(Clone, Debug)]
pub struct BigCommerce {
    _env: Env,
}

impl BigCommerce {
    #[must_use]
    pub fn new(env: Env) -> Self {
        Self { _env: env }
    }

    pub fn api(&self) -> Router {
        Router::new()
    }

    pub fn login(&self) -> Router {
        Router::new()
    }

    pub fn panel(&self) -> Router {
        Router::new()
    }

    pub fn storefront(&self) -> Router {
        Router::new()
    }
}
