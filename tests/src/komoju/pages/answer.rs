//! What a handler of a page answers: the page, or a refusal that a person reads.

use axum::response::{IntoResponse, Response};

use super::html::refused;
use crate::komoju::error::ApiError;

pub type Answer = Result<Response, Problem>;

/// A refusal that a person reads.
pub struct Problem(ApiError);

impl From<ApiError> for Problem {
    fn from(error: ApiError) -> Self {
        Self(error)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        refused(&self.0)
    }
}
