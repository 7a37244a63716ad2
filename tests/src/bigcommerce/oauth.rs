//! OAuth, and the app's life in a store: installed, opened, uninstalled, users removed.
//!
//! `/auth` and `/load` are visited by the merchant's browser inside the control panel's iframe; `/uninstall` and
//! `/remove_user` are called by BigCommerce's servers, without any cookie.

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::header::{CONTENT_TYPE, LOCATION};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::from_fn_with_state;
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};

use super::codes::Code;
use super::html::escape;
use super::jwt::SignedPayload;
use super::store::{Installation, Store};
use super::{BigCommerce, errors, random};
use crate::asking::{Answered, Broken, ask, ask_once};
use crate::faults::{Side, Watch, watch};

/// What came back from visiting the app like a browser would, redirects followed.
#[derive(Clone, Debug)]
pub struct Page {
    pub status: u16,
    /// Where the visit ended.
    pub url: String,
    pub headers: HeaderMap,
    pub body: String,
}

const REDIRECTS: usize = 5;
const OWNER: (u64, &str) = (9001, "haruka@hoshi-coffee.example");

/// Requests here name no store in their path, so a fault on this host hits all of them.
pub(super) fn router(platform: &BigCommerce) -> Router {
    let watched = Watch::new(Side::BigCommerce, platform.env.faults.clone(), |_| None, errors::fault);
    Router::new()
        .route("/oauth2/token", post(token))
        .route("/app/{client}/install", get(external_install))
        .route("/app/{client}/install/{outcome}", get(install_outcome))
        .layer(from_fn_with_state(watched, watch))
        .with_state(platform.clone())
}

impl BigCommerce {
    /// The address the merchant's browser is sent to on install: `/auth` with a fresh code.
    #[must_use]
    pub fn authorize_url(&self, hash: &str) -> String {
        let app = &self.env.app;
        let (code, scope) = (random::hex(16), app.scopes.join(" "));
        let account = self.read(hash, |store| store.account_uuid.clone()).unwrap_or_default();
        let issued = Code { hash: hash.into(), scope: scope.clone(), used: false };
        self.lock().codes.insert(code.clone(), issued);
        format!(
            "{}?account_uuid={account}&code={code}&context=stores%2F{hash}&scope={}",
            app.callback("auth"),
            scope.replace(' ', "+")
        )
    }

    /// The address the merchant's browser is sent to on opening the app.
    #[must_use]
    pub fn load_url(&self, hash: &str) -> String {
        let payload = self.signed_payload(hash, &SignedPayload::new());
        format!("{}?signed_payload_jwt={payload}", self.env.app.callback("load"))
    }

    /// A signed payload for a store, good or deliberately not.
    #[must_use]
    pub fn signed_payload(&self, hash: &str, payload: &SignedPayload) -> String {
        let user = json!({ "id": OWNER.0, "email": OWNER.1, "locale": "en-US" });
        let owner = json!({ "id": OWNER.0, "email": OWNER.1 });
        payload.sign(&self.env.app, hash, &user, &owner)
    }

    /// Installs the app as the merchant's browser would: `/auth` with a fresh code, redirects followed.
    pub async fn install_app(&self, hash: &str) -> Result<Page, Broken> {
        self.visit(self.authorize_url(hash)).await
    }

    /// Opens the app as the merchant's browser would.
    pub async fn open_app(&self, hash: &str) -> Result<Page, Broken> {
        self.visit(self.load_url(hash)).await
    }

    /// Visits an address of the app as a browser would: a GET, redirects followed.
    pub async fn visit(&self, url: String) -> Result<Page, Broken> {
        let http = self.env.http.clone();
        self.env.run(follow(http, url)).await
    }

    /// Uninstalls the app: the token, the hooks and the auto-uninstall scripts go at once, then the app is told.
    /// `/uninstall`'s answer changes nothing, and is returned for assertions.
    pub async fn uninstall_app(&self, hash: &str) -> Result<Page, Broken> {
        let client = self.env.app.client_id.clone();
        self.write(hash, |store| {
            store.installation = None;
            store.hooks.clear();
            store.scripts.retain(|script| !(script.auto_uninstall && script.api_client_id == client));
        });
        let payload = self.signed_payload(hash, &SignedPayload::new());
        self.visit(format!("{}?signed_payload_jwt={payload}", self.env.app.callback("uninstall"))).await
    }

    /// Takes the app away from one of the store's users.
    pub async fn remove_user(&self, hash: &str, id: u64, email: &str) -> Result<Page, Broken> {
        let user = json!({ "id": id, "email": email, "locale": "en-US" });
        let payload = self.signed_payload(hash, &SignedPayload::new().claim("user", user));
        self.visit(format!("{}?signed_payload_jwt={payload}", self.env.app.callback("remove_user"))).await
    }

    /// A code buys one token, and the new token kills the one before.
    fn exchange(&self, request: &Value) -> Result<Value, (&'static str, &'static str)> {
        let app = &self.env.app;
        let is = |name: &str, wanted: &str| request[name].as_str() == Some(wanted);
        if !is("client_id", &app.client_id) || !is("client_secret", &app.client_secret) {
            return Err(("invalid_client", "The client credentials are invalid"));
        }
        if !is("grant_type", "authorization_code") {
            return Err(("unsupported_grant_type", "The grant type is not supported"));
        }
        if !is("redirect_uri", &app.callback("auth")) {
            return Err(("redirect_uri_mismatch", "The redirect URI is not the registered one"));
        }
        let hash = self.redeem(request)?;
        let token = random::hex(16);
        let scopes = app.scopes.clone();
        let account = self.write(&hash, |store| {
            let issued = store.installation.as_ref().map_or(0, |before| before.tokens_issued);
            store.installation =
                Some(Installation { token: Some(token.clone()), scopes, tokens_issued: issued + 1 });
            store.account_uuid.clone()
        });
        let user = json!({ "id": OWNER.0, "username": OWNER.1, "email": OWNER.1 });
        Ok(json!({
            "access_token": token,
            "scope": app.scopes.join(" "),
            "user": user,
            "owner": user,
            "context": format!("stores/{hash}"),
            "account_uuid": account,
        }))
    }

    fn redeem(&self, request: &Value) -> Result<String, (&'static str, &'static str)> {
        let mut state = self.lock();
        let code = request["code"].as_str().and_then(|code| state.codes.get_mut(code));
        let code = code
            .filter(|code| !code.used)
            .ok_or(("invalid_grant", "The code is invalid or was used before"))?;
        if request["scope"].as_str() != Some(&code.scope) {
            return Err(("invalid_scope", "The scope is not the one the code was given for"));
        }
        if request["context"].as_str() != Some(&format!("stores/{}", code.hash)) {
            return Err(("invalid_context", "The context is not the one the code was given for"));
        }
        code.used = true;
        Ok(code.hash.clone())
    }
}

async fn follow(http: reqwest::Client, url: String) -> Result<Page, Broken> {
    let mut answer = visit(&http, &url).await?;
    for _ in 0..REDIRECTS {
        let location = answer.headers.get(LOCATION).and_then(|location| location.to_str().ok());
        let Some(next) = location.and_then(|location| answer.url.join(location).ok()) else { break };
        answer = visit(&http, next.as_str()).await?;
    }
    let Answered { status, url, headers, body } = answer;
    Ok(Page { status, url: url.to_string(), headers, body })
}

/// A code is good once: a visit that brings one is not repeated.
async fn visit(http: &reqwest::Client, url: &str) -> Result<Answered, Broken> {
    if url.contains("code=") { ask_once(http.get(url)).await } else { ask(http.get(url)).await }
}

/// JSON, or a form: both are taken.
async fn token(State(platform): State<BigCommerce>, headers: HeaderMap, body: Bytes) -> Response {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let request = if kind.starts_with("application/x-www-form-urlencoded") {
        form(&body)
    } else {
        serde_json::from_slice(&body).unwrap_or_default()
    };
    match platform.exchange(&request) {
        Ok(granted) => Json(granted).into_response(),
        Err((error, description)) => {
            let body = json!({ "error": error, "error_description": description });
            (StatusCode::BAD_REQUEST, Json(body)).into_response()
        }
    }
}

fn form(body: &[u8]) -> Value {
    let pairs = reqwest::Url::parse("form:").map(|mut url| {
        url.set_query(std::str::from_utf8(body).ok());
        let pairs = url.query_pairs();
        pairs.map(|(name, value)| (name.into_owned(), Value::String(value.into_owned()))).collect()
    });
    pairs.map_or(Value::Null, Value::Object)
}

/// The start of an installation from outside the control panel: straight to the only account's first store.
async fn external_install(State(platform): State<BigCommerce>) -> Response {
    let first = platform.lock().stores.first().map(|store: &Store| store.hash.clone());
    match first {
        Some(hash) => {
            Redirect::to(&format!("{}&external_install=true", platform.authorize_url(&hash))).into_response()
        }
        None => (StatusCode::NOT_FOUND, "There is no store.").into_response(),
    }
}

async fn install_outcome(Path((_, outcome)): Path<(String, String)>) -> Html<String> {
    Html(format!("<!doctype html><title>Installation</title><p>Installation {}.</p>", escape(&outcome)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_token_endpoint_reads_forms_too() {
        let read = form(b"code=abc&scope=a+b&context=stores%2Fx1");
        assert_eq!(read, json!({ "code": "abc", "scope": "a b", "context": "stores/x1" }));
    }
}
