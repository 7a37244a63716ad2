//! Which of the hosts that share one listener a request was sent to.

use axum::http::HeaderMap;
use axum::http::header::HOST;

/// Host name a request was sent to, without its port; empty where there is none.
pub fn host_name(headers: &HeaderMap) -> &str {
    let header = headers.get(HOST).and_then(|value| value.to_str().ok()).unwrap_or_default();
    header.rsplit_once(':').map_or(header, |(name, _)| name)
}
