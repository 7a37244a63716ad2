//! Script Manager: what apps have installed, and what the merchant pastes.

use axum::extract::{Form, Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::layout::{Section, missing, page};
use crate::bigcommerce::BigCommerce;
use crate::bigcommerce::html::escape;
use crate::bigcommerce::store::Script;

#[derive(Debug, Deserialize)]
pub(super) struct PasteForm {
    html: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct EnableForm {
    enabled: bool,
}

pub(super) async fn list(State(platform): State<BigCommerce>, Path(hash): Path<String>) -> Response {
    let shop = platform.shop_origin(&hash);
    let shown = platform.read(&hash, |store| {
        let cards: String = store.scripts.iter().map(|script| card(&hash, script)).collect();
        let none = if cards.is_empty() { r#"<p class="lead">No scripts yet.</p>"# } else { "" };
        let main = format!(
            r#"<h1>Script Manager</h1>{none}{cards}
<form class="card" method="post" action="/stores/{hash}/scripts"><h2>Paste a script</h2>
<p>For the head of the order confirmation page. <code>{{{{settings.store_hash}}}}</code> and <code>{{{{checkout.order.id}}}}</code> are filled in.</p>
<textarea name="html" rows="4" placeholder="&lt;script src=&quot;…&quot;&gt;&lt;/script&gt;"></textarea><button>Add</button></form>"#
        );
        page(store, &shop, Section::Scripts, "Script Manager", &main)
    });
    shown.map_or_else(missing, IntoResponse::into_response)
}

fn card(hash: &str, script: &Script) -> String {
    let uuid = &script.uuid;
    let (state, turn, turned) =
        if script.enabled { ("good", "Disable", false) } else { ("over", "Enable", true) };
    let code = if script.kind == "src" { &script.src } else { &script.html };
    let hashes: String =
        script.integrity_hashes.iter().map(|hash| format!("<br><code>{}</code>", escape(hash))).collect();
    let maker = if script.api_client_id.is_empty() { "by hand" } else { "by an app" };
    format!(
        r#"<section class="card"><h2>{name} <span class="pill {state}">{on}</span></h2>
<p>{location} · {visibility} · {consent} · installed {maker}</p><p class="code"><code>{code}</code>{hashes}</p>
<div class="line"><form method="post" action="/stores/{hash}/scripts/{uuid}/enabled"><button name="enabled" value="{turned}">{turn}</button></form>
<form method="post" action="/stores/{hash}/scripts/{uuid}/delete"><button class="danger">Delete</button></form></div></section>"#,
        name = escape(&script.name),
        on = if script.enabled { "Enabled" } else { "Disabled" },
        location = script.location,
        visibility = script.visibility,
        consent = script.consent_category,
        code = escape(code),
    )
}

pub(super) async fn paste(
    State(platform): State<BigCommerce>,
    Path(hash): Path<String>,
    Form(form): Form<PasteForm>,
) -> Response {
    if platform.read(&hash, |_| ()).is_none() {
        return missing();
    }
    if !form.html.trim().is_empty() {
        platform.paste_script(&hash, &form.html);
    }
    Redirect::to(&format!("/stores/{hash}/scripts")).into_response()
}

pub(super) async fn enable(
    State(platform): State<BigCommerce>,
    Path((hash, uuid)): Path<(String, String)>,
    Form(form): Form<EnableForm>,
) -> Redirect {
    platform.enable_script(&hash, &uuid, form.enabled);
    Redirect::to(&format!("/stores/{hash}/scripts"))
}

pub(super) async fn delete(
    State(platform): State<BigCommerce>,
    Path((hash, uuid)): Path<(String, String)>,
) -> Redirect {
    platform.delete_script(&hash, &uuid);
    Redirect::to(&format!("/stores/{hash}/scripts"))
}
