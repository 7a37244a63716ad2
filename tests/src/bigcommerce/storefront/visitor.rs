//! Who a request came from: the browser by its cookie, the store and the channel by the host name.

use axum::extract::{Path, Query, Request, State};
use axum::http::header::{HOST, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use time::OffsetDateTime;

use crate::bigcommerce::browsing::Visit;
use crate::bigcommerce::store::Store;
use crate::bigcommerce::{BigCommerce, random};
use crate::host::host_name;

/// What follows the store's hash in the host name of its second channel.
pub(in crate::bigcommerce) const SECOND: &str = "-second";

const SESSION: &str = "SHOP_SESSION_TOKEN";

/// The browser a request came from, and the store it is in.
#[derive(Clone, Debug)]
pub(super) struct Visitor {
    pub hash: String,
    pub session: String,
    pub channel: u64,
}

/// Finds the store by host name and the browser by cookie, and notes the visit.
pub(super) async fn visitor(
    State(platform): State<BigCommerce>,
    mut request: Request,
    next: Next,
) -> Response {
    let Some((hash, channel)) = platform.store_at(host_name(request.headers())) else {
        return (StatusCode::NOT_FOUND, "There is no store at this address.").into_response();
    };
    let known = cookie(request.headers(), SESSION);
    let session = known.clone().unwrap_or_else(|| random::hex(16));
    request.extensions_mut().insert(Visitor { hash: hash.clone(), session: session.clone(), channel });
    let method = request.method().to_string();
    let path = request.uri().path_and_query().map_or_else(String::new, ToString::to_string);
    let mut response = next.run(request).await;
    if known.is_none() && !response.headers().contains_key(SET_COOKIE) {
        set_session(response.headers_mut(), &session);
    }
    let visit = Visit { method, path, status: response.status().as_u16(), at: OffsetDateTime::now_utc() };
    platform.write(&hash, |store| store.visits.push(visit));
    response
}

/// Makes this browser the one that placed an order without a browser, and goes on to a page of the shop.
pub(super) async fn enter(
    Path(session): Path<String>,
    Query(query): Query<Vec<(String, String)>>,
) -> Response {
    let to = query.iter().find(|(name, _)| name == "to").map_or("/", |(_, path)| path.as_str());
    let to = if to.starts_with('/') && !to.starts_with("//") { to } else { "/" };
    let mut response = Redirect::to(to).into_response();
    set_session(response.headers_mut(), &session);
    response
}

fn set_session(headers: &mut HeaderMap, session: &str) {
    let cookies = [
        format!("{SESSION}={session}; Path=/; HttpOnly; SameSite=Lax"),
        format!("XSRF-TOKEN={}; Path=/; SameSite=Lax", random::hex(16)),
    ];
    for value in cookies.iter().filter_map(|cookie| HeaderValue::from_str(cookie).ok()) {
        headers.append(SET_COOKIE, value);
    }
}

fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    let pairs = headers
        .get_all("cookie")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|all| all.split(';'));
    let mut pairs = pairs.filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(key, value)| *key == name && !value.is_empty()).map(|(_, value)| value.to_owned())
}

impl BigCommerce {
    /// The store and channel of a host name: `{hash}.shop.localhost`, or the first store at `shop.localhost`.
    fn store_at(&self, host: &str) -> Option<(String, u64)> {
        let state = self.lock();
        let Some(name) = host.strip_suffix(".shop.localhost") else {
            return state.stores.first().map(|store| (store.hash.clone(), Store::CHANNEL));
        };
        let (hash, channel) = match name.strip_suffix(SECOND) {
            Some(hash) => (hash, Store::SECOND_CHANNEL),
            None => (name, Store::CHANNEL),
        };
        let found = state.stores.iter().find(|store| store.hash == hash && store.channels.contains(&channel));
        found.map(|store| (store.hash.clone(), channel))
    }
}

/// The host header's name, for building addresses on the host the browser is on.
pub(super) fn origin(headers: &HeaderMap) -> String {
    let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    format!("http://{host}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cookies_are_found_among_others() {
        let mut headers = HeaderMap::new();
        headers.insert("cookie", HeaderValue::from_static("a=1; SHOP_SESSION_TOKEN=xyz; b="));
        assert_eq!(cookie(&headers, SESSION).as_deref(), Some("xyz"));
        assert_eq!(cookie(&headers, "b"), None);
    }
}
