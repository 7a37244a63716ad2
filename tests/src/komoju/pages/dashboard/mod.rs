//! The merchant's dashboard: keys, webhooks, payments and what can be done with them.
//!
//! `/dashboard` lists the merchants; `/dashboard/{merchant}` is one of them, `?mode=live` its live side.

mod actions;
mod frame;
mod merchant;
mod payment;

use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};

use self::frame::page;
use super::html::esc;
use crate::komoju::Komoju;
use crate::komoju::model::Merchant;

pub fn router() -> Router<Komoju> {
    Router::new()
        .route("/dashboard", get(list))
        .route("/dashboard/{merchant}", get(merchant::show))
        .route("/dashboard/{merchant}/webhooks", post(actions::add_webhook))
        .route("/dashboard/{merchant}/webhooks/{id}/delete", post(actions::delete_webhook))
        .route("/dashboard/{merchant}/webhooks/{id}/ping", post(actions::ping_webhook))
        .route("/dashboard/{merchant}/settings", post(actions::change_settings))
        .route("/dashboard/{merchant}/post", post(actions::change_post))
        .route("/dashboard/{merchant}/api", post(actions::change_mood))
        .route("/dashboard/{merchant}/release", post(actions::release))
        .route("/dashboard/{merchant}/deliveries/{id}/resend", post(actions::resend))
        .route("/dashboard/{merchant}/sessions/{id}/{action}", post(actions::on_session))
        .route("/dashboard/{merchant}/payments/{id}", get(payment::show))
        .route("/dashboard/{merchant}/payments/{id}/{action}", post(actions::on_payment))
        .route("/dashboard/{merchant}/payments/{id}/requests/{request}/{action}", post(actions::on_request))
}

async fn list(State(komoju): State<Komoju>) -> Response {
    let rows: String = komoju.merchants().iter().map(row).collect();
    let body = format!(
        r#"<header class="bar"><strong>KOMOJU sandbox</strong></header>
<main class="desk"><section class="box scroll"><h1>Merchants</h1>
<table id="merchants" data-test="merchants"><tr><th>Name</th><th>Id</th></tr>{rows}</table></section></main>"#,
    );
    page("Merchants", false, body).into_response()
}

fn row(merchant: &Merchant) -> String {
    let (id, name) = (esc(&merchant.id), esc(&merchant.name));
    format!(
        r#"<tr><td><a id="merchant-{id}" data-test="merchant-{id}" href="/dashboard/{id}">{name}</a></td><td><code>{id}</code></td></tr>"#
    )
}
