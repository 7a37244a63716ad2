//! Style sheets and scripts, as files.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};

use crate::bigcommerce::BigCommerce;

const BUNDLED: [&str; 2] = ["checkout.js", "confirmation.js"];

pub(super) async fn asset(State(platform): State<BigCommerce>, Path(name): Path<String>) -> Response {
    let script = "text/javascript; charset=utf-8";
    match name.as_str() {
        "shop.css" => file("text/css; charset=utf-8", include_str!("../assets/shop.css")),
        "loader.js" => file(script, include_str!("../assets/loader.js")),
        "custom-confirmation.js" => file(script, include_str!("../assets/custom-confirmation.js")),
        name if BUNDLED.contains(&name) => match platform.bundles.get(name).await {
            Ok(code) => file(script, code),
            Err(problem) => (StatusCode::SERVICE_UNAVAILABLE, problem).into_response(),
        },
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}

fn file(kind: &'static str, body: impl IntoResponse) -> Response {
    ([(CONTENT_TYPE, kind), (CACHE_CONTROL, "public, max-age=300")], body).into_response()
}
