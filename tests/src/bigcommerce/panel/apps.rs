//! Apps: the list, and the frame in which one is installed or opened.

use axum::extract::{Form, Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::layout::{Section, missing, page};
use crate::bigcommerce::BigCommerce;
use crate::bigcommerce::html::escape;

#[derive(Debug, Deserialize)]
pub(super) struct UserForm {
    id: u64,
    email: String,
}

pub(super) async fn list(State(platform): State<BigCommerce>, Path(hash): Path<String>) -> Response {
    let shop = platform.shop_origin(&hash);
    let scopes: String = platform
        .env
        .app
        .scopes
        .iter()
        .map(|scope| format!("<li><code>{}</code></li>", escape(scope)))
        .collect();
    let shown = platform.read(&hash, |store| {
        let actions = match store.token() {
            Some(_) => installed(&hash),
            None => format!(
                r#"<a class="button" href="/stores/{hash}/apps/komoju/install" data-test="install">Install</a>"#
            ),
        };
        let main = format!(
            r#"<h1>Apps</h1><section class="card app"><div class="app-icon">K</div><div><h2>KOMOJU</h2>
<p>Konbini, PayPay, bank transfer, cards and more.</p><div class="line">{actions}</div>
<details><summary>What this app may do</summary><ul>{scopes}</ul></details></div></section>"#
        );
        page(store, &shop, Section::Apps, "Apps", &main)
    });
    shown.map_or_else(missing, IntoResponse::into_response)
}

fn installed(hash: &str) -> String {
    format!(
        r#"<a class="button" href="/stores/{hash}/apps/komoju" data-test="open">Open</a>
<form method="post" action="/stores/{hash}/apps/komoju/uninstall"><button class="danger" data-test="uninstall">Uninstall</button></form>
<form method="post" action="/stores/{hash}/apps/komoju/remove-user" class="line"><input type="hidden" name="id" value="9044"><input name="email" value="staff@hoshi-coffee.example" aria-label="User"><button>Remove user</button></form>"#
    )
}

/// Frames `/auth` with a fresh code: what pressing *Install* does.
pub(super) async fn install(State(platform): State<BigCommerce>, Path(hash): Path<String>) -> Response {
    let url = platform.authorize_url(&hash);
    platform.framed(&hash, &url)
}

/// Frames `/load` with a fresh signed payload.
pub(super) async fn open(State(platform): State<BigCommerce>, Path(hash): Path<String>) -> Response {
    if platform.read(&hash, |store| store.token().is_some()) == Some(false) {
        return Redirect::to(&format!("/stores/{hash}/apps")).into_response();
    }
    let url = platform.load_url(&hash);
    platform.framed(&hash, &url)
}

pub(super) async fn uninstall(State(platform): State<BigCommerce>, Path(hash): Path<String>) -> Response {
    // The app is gone whatever it answers.
    let _told = platform.uninstall_app(&hash).await;
    Redirect::to(&format!("/stores/{hash}/apps")).into_response()
}

pub(super) async fn remove_user(
    State(platform): State<BigCommerce>,
    Path(hash): Path<String>,
    Form(user): Form<UserForm>,
) -> Response {
    // The user is removed whatever the app answers.
    let _told = platform.remove_user(&hash, user.id, &user.email).await;
    Redirect::to(&format!("/stores/{hash}/apps")).into_response()
}

impl BigCommerce {
    fn framed(&self, hash: &str, url: &str) -> Response {
        let shop = self.shop_origin(hash);
        let shown = self.read(hash, |store| {
            let main = format!(
                r#"<p class="back"><a href="/stores/{hash}/apps">← Apps</a></p><iframe id="bigcommerce-app" class="app-frame" title="KOMOJU" src="{}"></iframe>"#,
                escape(url)
            );
            page(store, &shop, Section::Apps, "KOMOJU", &main)
        });
        shown.map_or_else(missing, IntoResponse::into_response)
    }
}
