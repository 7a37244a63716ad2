//! The control panel.

use axum::Router;

use super::BigCommerce;

pub(super) fn router(_platform: &BigCommerce) -> Router {
    Router::new()
}
