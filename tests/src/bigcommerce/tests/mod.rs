//! The platform from outside: over HTTP, as the worker and browsers meet it.

mod channels;
mod faults;
mod hooks;
mod merchant;
mod oauth;
mod orders;
mod refunds;
mod storefront;

use reqwest::header::HeaderMap;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use super::{OrderSpec, PlacedOrder, StoreSpec};
use crate::{Config, Sandbox};

/// A sandbox with one store, whose app holds a token.
struct Fixture {
    sandbox: Sandbox,
    hash: String,
    token: String,
    http: reqwest::Client,
}

/// What was answered.
struct Answer {
    status: u16,
    headers: HeaderMap,
    body: Value,
}

impl Fixture {
    async fn start() -> Self {
        Self::with_app("http://app.localhost:1").await
    }

    async fn with_app(app_url: &str) -> Self {
        let config = Config { port: 0, app_url: app_url.into() };
        let sandbox = Sandbox::start(config).await.expect("a free port");
        let hash = sandbox.bigcommerce.create_store(StoreSpec::default());
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .expect("no TLS backend is involved");
        let mut fixture = Self { sandbox, hash, token: String::new(), http };
        let granted = fixture.exchange(&fixture.grant()).await;
        fixture.token = granted.body["access_token"].as_str().expect("a token is granted").into();
        fixture
    }

    /// A good request for a token, with a fresh code.
    fn grant(&self) -> Value {
        let url = reqwest::Url::parse(&self.sandbox.bigcommerce.authorize_url(&self.hash)).expect("a URL");
        let query = |name: &str| {
            url.query_pairs()
                .find(|(key, _)| key == name)
                .map(|(_, value)| value.into_owned())
                .expect("present")
        };
        let app = self.sandbox.app();
        json!({
            "client_id": app.client_id,
            "client_secret": app.client_secret,
            "code": query("code"),
            "scope": query("scope"),
            "context": query("context"),
            "grant_type": "authorization_code",
            "redirect_uri": app.callback("auth"),
        })
    }

    async fn exchange(&self, request: &Value) -> Answer {
        let url = format!("{}/oauth2/token", self.sandbox.places().bigcommerce_login());
        answer(self.http.post(url).json(request)).await
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let base = self.sandbox.places().bigcommerce_api();
        let url = format!("{base}/stores/{}{path}", self.hash);
        self.http.request(method, url).header("x-auth-token", &self.token)
    }

    async fn get(&self, path: &str) -> Answer {
        answer(self.request(Method::GET, path)).await
    }

    async fn post(&self, path: &str, body: Value) -> Answer {
        answer(self.request(Method::POST, path).json(&body)).await
    }

    async fn put(&self, path: &str, body: Value) -> Answer {
        answer(self.request(Method::PUT, path).json(&body)).await
    }

    fn place(&self, spec: &OrderSpec) -> PlacedOrder {
        self.sandbox.bigcommerce.place_order(&self.hash, spec)
    }
}

async fn answer(request: RequestBuilder) -> Answer {
    let response = request.send().await.expect("the sandbox answers");
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let text = response.text().await.expect("a whole body");
    Answer { status, headers, body: serde_json::from_str(&text).unwrap_or(Value::String(text)) }
}
