//! Pages.
use super::Komoju;
use axum::Router;

pub fn router(komoju: &Komoju) -> Router {
    Router::new().with_state(komoju.clone())
}
