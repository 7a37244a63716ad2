//! The control panel: what a merchant does by hand. Its pages are plain forms over the same deeds that the API and
//! the tests use. The app is framed here from another site, as it is at BigCommerce.

mod apps;
mod layout;
mod order_page;
mod orders;
mod scripts;
mod settings;
mod webhooks;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::header::CONTENT_TYPE;
use axum::response::{Html, Redirect};
use axum::routing::{get, post};

use self::layout::{bare, missing};
use super::BigCommerce;
use super::html::escape;

pub(super) fn router(platform: &BigCommerce) -> Router {
    let css = ([(CONTENT_TYPE, "text/css; charset=utf-8")], include_str!("../assets/panel.css"));
    Router::new()
        .route("/", get(stores))
        .route("/assets/panel.css", get(move || async move { css }))
        .route("/stores/{hash}", get(to_orders))
        .route("/stores/{hash}/orders", get(orders::list))
        .route("/stores/{hash}/orders/{id}", get(order_page::show))
        .route("/stores/{hash}/orders/{id}/status", post(orders::set_status))
        .route("/stores/{hash}/orders/{id}/do/{deed}", post(orders::act))
        .route("/stores/{hash}/orders/{id}/items", post(orders::add_item))
        .route("/stores/{hash}/orders/{id}/items/{line}/remove", post(orders::remove_item))
        .route("/stores/{hash}/orders/{id}/notes", post(orders::set_notes))
        .route("/stores/{hash}/orders/{id}/total", post(orders::set_total))
        .route("/stores/{hash}/orders/{id}/refund", post(orders::refund))
        .route("/stores/{hash}/orders/{id}/archive", post(orders::archive))
        .route("/stores/{hash}/orders/{id}/delete", post(orders::delete))
        .route("/stores/{hash}/apps", get(apps::list))
        .route("/stores/{hash}/apps/komoju", get(apps::open))
        .route("/stores/{hash}/apps/komoju/install", get(apps::install))
        .route("/stores/{hash}/apps/komoju/uninstall", post(apps::uninstall))
        .route("/stores/{hash}/apps/komoju/remove-user", post(apps::remove_user))
        .route("/stores/{hash}/settings/payments", get(settings::payments).post(settings::save_payment))
        .route(
            "/stores/{hash}/settings/storefront",
            get(settings::storefront).post(settings::save_storefront),
        )
        .route("/stores/{hash}/scripts", get(scripts::list).post(scripts::paste))
        .route("/stores/{hash}/scripts/{uuid}/enabled", post(scripts::enable))
        .route("/stores/{hash}/scripts/{uuid}/delete", post(scripts::delete))
        .route("/stores/{hash}/webhooks", get(webhooks::list))
        .fallback(|| async { missing() })
        .with_state(platform.clone())
}

async fn to_orders(Path(hash): Path<String>) -> Redirect {
    Redirect::to(&format!("/stores/{hash}/orders"))
}

async fn stores(State(platform): State<BigCommerce>) -> Html<String> {
    let stores: Vec<(String, String)> =
        platform.lock().stores.iter().map(|store| (store.hash.clone(), store.name.clone())).collect();
    let cards: String = stores
        .iter()
        .map(|(hash, name)| {
            let (hash, name) = (escape(hash), escape(name));
            format!(r#"<a class="store" href="/stores/{hash}"><b>{name}</b><span>{hash}</span></a>"#)
        })
        .collect();
    bare("Stores", &format!(r#"<h1>Your stores</h1><div class="stores">{cards}</div>"#))
}
