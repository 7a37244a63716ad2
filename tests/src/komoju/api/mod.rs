//! The REST API, version 2025-01-28, below `/komoju/api/v1`.
//!
//! Every request passes the same gate, in this order: KOMOJU's front, the key, the version, how the API fares, the
//! idempotency key. Only then is it looked at. A publishable key, which browsers may hold, opens a session and pays it,
//! and nothing else.

mod answer;
mod body;
mod pay;
mod payments;
mod refund_requests;
mod sessions;

use std::collections::HashMap;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Path, Query, Request, State};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Extension, Json, Router};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use self::answer::{Answer, listed};
use self::body::Listing;
use super::error::ApiError;
use super::idempotency::{Answered, Scope, check};
use super::model::Mood;
use super::world::{Caller, World};
use super::{Komoju, clock, render};
use crate::alter::ignoring;
use crate::faults::{Side, Watch, watch};

/// The versions that KOMOJU's documents name. All are answered alike here: as the newest is.
const VERSIONS: [&str; 2] = ["2025-01-28", "2024-07-15"];
const BODY_LIMIT: usize = 1 << 20;

/// The API of `komoju`, with faults and request log around it.
pub fn router(komoju: &Komoju) -> Router {
    let tenant = komoju.clone();
    let guard = Watch::new(
        Side::Komoju,
        komoju.env.faults.clone(),
        move |parts: &Parts| {
            let caller = tenant.with(|world| caller(world, &parts.headers, publishable_may(parts)));
            caller.ok().map(|caller| caller.merchant)
        },
        |status| ApiError::of_status(status).into_response(),
    );
    Router::new()
        .route("/sessions", post(sessions::create))
        .route("/sessions/{id}", get(sessions::show))
        .route("/sessions/{id}/cancel", post(sessions::cancel))
        .route("/sessions/{id}/pay", post(pay::pay))
        .route("/payments", get(payments::list))
        .route("/payments/{id}", get(payments::show).patch(payments::update))
        .route("/payments/{id}/capture", post(payments::capture))
        .route("/payments/{id}/cancel", post(payments::cancel))
        .route("/payments/{id}/refund", post(payments::refund))
        .route("/payments/{id}/refund_request", post(refund_requests::create))
        .route("/payment_methods", get(payment_methods))
        .route("/events", get(events))
        .route("/events/{id}", get(event))
        .fallback(|| async { ApiError::not_found() })
        .method_not_allowed_fallback(|| async { ApiError::not_found() })
        .layer(from_fn_with_state(komoju.clone(), gate))
        .layer(from_fn_with_state(guard, watch))
        .with_state(komoju.clone())
}

async fn gate(State(komoju): State<Komoju>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, BODY_LIMIT).await else {
        return ApiError::bad_request("The request body is too large.").into_response();
    };
    if komoju.mentions_localhost(&body) {
        return blocked();
    }
    let caller = match admit(&komoju, &parts) {
        Ok(caller) => caller,
        Err(refusal) => return refusal.into_response(),
    };
    let (mood, ignored) = komoju.with(|world| {
        let merchant = world.merchant(&caller.merchant);
        merchant.map(|merchant| (merchant.mood, merchant.ignored_parameters.clone())).unwrap_or_default()
    });
    match mood {
        Mood::Well => {}
        Mood::Slow(wait) => tokio::time::sleep(wait).await,
        Mood::Down => return ApiError::of_status(StatusCode::SERVICE_UNAVAILABLE).into_response(),
        Mood::Refuses if parts.method == Method::GET => {}
        Mood::Refuses => {
            return ApiError::unprocessable("This request was refused.").into_response();
        }
    }
    parts.uri = ignoring(&parts.uri, &ignored);
    parts.extensions.insert(caller.clone());
    let key = parts.headers.get("x-komoju-idempotency").cloned();
    match key.filter(|_| parts.method == Method::POST) {
        None => next.run(Request::from_parts(parts, Body::from(body))).await,
        Some(key) => match check(key.as_bytes()) {
            Ok(key) => once(komoju, (caller.merchant, caller.livemode, key), parts, body, next).await,
            Err(refusal) => refusal.into_response(),
        },
    }
}

/// What the firewall in front of KOMOJU answers; it knows no JSON.
fn blocked() -> Response {
    (
        StatusCode::FORBIDDEN,
        Html("<html><head><title>403 Forbidden</title></head><body>Forbidden</body></html>"),
    )
        .into_response()
}

/// A version is not required: plug-ins of KOMOJU's own send none. One that is named must be one that there is.
fn admit(komoju: &Komoju, parts: &Parts) -> Result<Caller, ApiError> {
    let caller = komoju.with(|world| caller(world, &parts.headers, publishable_may(parts)))?;
    match parts.headers.get("x-komoju-api-version").map(HeaderValue::as_bytes) {
        Some(named) if !VERSIONS.iter().any(|version| version.as_bytes() == named) => {
            let known = VERSIONS.join(", ");
            Err(ApiError::bad_request(&format!("X-KOMOJU-API-VERSION must be one of {known}.")))
        }
        _ => Ok(caller),
    }
}

/// HTTP Basic: the key is the user name, the password stays empty.
fn caller(world: &World, headers: &HeaderMap, publishable: bool) -> Result<Caller, ApiError> {
    let key = basic_user(headers).ok_or_else(ApiError::unauthorized)?;
    match (world.caller(&key), world.publishable(&key)) {
        (Some(caller), _) => Ok(caller),
        (None, Some(caller)) if publishable => Ok(caller),
        (None, Some(_)) => Err(ApiError::forbidden()),
        (None, None) => Err(ApiError::unauthorized()),
    }
}

/// `GET /sessions/{id}` and `POST /sessions/{id}/pay`: what KOMOJU's own clients in browsers do.
fn publishable_may(parts: &Parts) -> bool {
    let path: Vec<&str> = parts.uri.path().split('/').filter(|part| !part.is_empty()).collect();
    match path[..] {
        [.., "sessions", _] => parts.method == Method::GET,
        [.., "sessions", _, "pay"] => parts.method == Method::POST,
        _ => false,
    }
}

fn basic_user(headers: &HeaderMap) -> Option<String> {
    let (scheme, credentials) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let credentials = String::from_utf8(STANDARD.decode(credentials.trim()).ok()?).ok()?;
    let (user, password) = credentials.split_once(':')?;
    password.is_empty().then(|| user.to_owned())
}

/// Runs a POST at most once for its idempotency key.
async fn once(komoju: Komoju, scope: Scope, parts: Parts, body: Bytes, next: Next) -> Response {
    let request = [parts.uri.path().as_bytes(), b"\n", &body].concat();
    match komoju.with(|world| world.idempotency.claim(&scope, request, clock::now())) {
        Err(refusal) => return refusal.into_response(),
        Ok(Some(answer)) => return replay(answer),
        Ok(None) => {}
    }
    let processing = komoju.processing(&scope.0);
    // A caller that hangs up does not stop the work it asked for.
    let work = tokio::spawn(async move {
        let response = next.run(Request::from_parts(parts, Body::from(body))).await;
        tokio::time::sleep(processing).await;
        let status = response.status();
        let body = to_bytes(response.into_body(), BODY_LIMIT).await.unwrap_or_default();
        let answer = Answered { status, body };
        komoju.with(|world| world.idempotency.answered(&scope, answer.clone()));
        answer
    });
    match work.await {
        Ok(answer) => replay(answer),
        Err(_) => ApiError::of_status(StatusCode::INTERNAL_SERVER_ERROR).into_response(),
    }
}

fn replay(answer: Answered) -> Response {
    if answer.body.is_empty() {
        return answer.status.into_response();
    }
    (answer.status, [(CONTENT_TYPE, "application/json")], answer.body).into_response()
}

async fn payment_methods(State(komoju): State<Komoju>, Extension(caller): Extension<Caller>) -> Answer {
    komoju.with(|world| {
        let merchant = world.merchant(&caller.merchant).ok_or_else(ApiError::not_found)?;
        Ok(Json(render::payment_methods(merchant)))
    })
}

async fn events(
    State(komoju): State<Komoju>,
    Extension(caller): Extension<Caller>,
    query: Query<HashMap<String, String>>,
) -> Answer {
    let paging = Listing::new(query).paging()?;
    komoju.with(|world| {
        let events = world.events_of(&caller).filter(|event| paging.covers(event.created_at));
        Ok(Json(listed(events.map(render::event).collect(), paging)))
    })
}

async fn event(
    State(komoju): State<Komoju>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
) -> Answer {
    komoju.with(|world| {
        let event = world.events_of(&caller).find(|event| event.id == id);
        event.map(|event| Json(render::event(event))).ok_or_else(ApiError::not_found)
    })
}
