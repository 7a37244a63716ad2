//! Error bodies. v2 answers with an array, v3 with an object, the creation of a refund with objects in `data`; the
//! gateway in front of both (401, 403, 429) always speaks v3.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

const TYPE: &str = "https://developer.bigcommerce.com/api-docs/getting-started/api-status-codes";
const SHORT_TYPE: &str = "/api-docs/getting-started/api-status-codes";

/// A refusal, which knows its own shape.
#[derive(Clone, Debug)]
pub struct ApiError {
    status: StatusCode,
    body: Value,
}

pub type ApiResult = Result<Response, ApiError>;

impl ApiError {
    pub fn v2(status: StatusCode, message: &str) -> Self {
        Self { status, body: json!([{ "status": status.as_u16(), "message": message }]) }
    }

    pub fn v2_not_found() -> Self {
        Self::v2(StatusCode::NOT_FOUND, "The requested resource was not found.")
    }

    /// A field that no such resource has.
    pub fn v2_unsupported(field: &str) -> Self {
        let message = format!("The field '{field}' is not supported by this resource.");
        Self::v2(StatusCode::BAD_REQUEST, &message)
    }

    pub fn v2_read_only(field: &str) -> Self {
        let message = format!(
            "The field '{field}' cannot be written to. Please remove it from your request before trying again."
        );
        Self::v2(StatusCode::BAD_REQUEST, &message)
    }

    pub fn v2_invalid(field: &str) -> Self {
        Self::v2(StatusCode::BAD_REQUEST, &format!("The field '{field}' is invalid."))
    }

    pub fn v3(status: StatusCode, title: &str) -> Self {
        Self { status, body: json!({ "status": status.as_u16(), "title": title, "type": SHORT_TYPE }) }
    }

    /// 422 with one message per field.
    pub fn v3_fields(errors: &[(&str, &str)]) -> Self {
        let errors: Map<String, Value> =
            errors.iter().map(|(field, message)| ((*field).to_owned(), Value::from(*message))).collect();
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        let body = json!({
            "status": status.as_u16(),
            "title": "JSON data is missing or invalid",
            "type": SHORT_TYPE,
            "errors": errors,
        });
        Self { status, body }
    }

    pub fn v3_not_found(what: &str) -> Self {
        Self::v3(StatusCode::NOT_FOUND, &format!("{what} not found"))
    }

    /// The creation of a refund wraps its refusal; that of a quote is plain v3.
    pub fn refund(title: &str) -> Self {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        let body = json!({ "data": [{ "status": status.as_u16(), "title": title, "type": TYPE }] });
        Self { status, body }
    }

    pub fn unauthorized() -> Self {
        Self::v3(
            StatusCode::UNAUTHORIZED,
            "Unauthorized - the v3 Auth client ID or token in the request are not a valid combination for this store.",
        )
    }

    pub fn missing_scope() -> Self {
        Self::v3(StatusCode::FORBIDDEN, "You don't have a required scope to access the endpoint")
    }

    pub fn too_many() -> Self {
        Self::v3(StatusCode::TOO_MANY_REQUESTS, "Too many requests")
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        (self.status, Json(self.body)).into_response()
    }
}

/// The body of a switched-on fault.
pub fn fault(status: StatusCode) -> Response {
    ApiError::v3(status, status.canonical_reason().unwrap_or("Error")).into_response()
}
