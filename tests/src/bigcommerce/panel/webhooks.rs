//! What no real control panel shows: the registered hooks, and what became of every message.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};

use super::layout::{Section, missing, page, time};
use crate::bigcommerce::BigCommerce;
use crate::bigcommerce::html::escape;
use crate::bigcommerce::store::Hook;
use crate::delivery::{Answer, Record};
use crate::faults::Side;

pub(super) async fn list(State(platform): State<BigCommerce>, Path(hash): Path<String>) -> Response {
    let shop = platform.shop_origin(&hash);
    let sent: String =
        platform.env.delivery.deliveries(&hash, Side::BigCommerce).iter().rev().map(message).collect();
    let shown = platform.read(&hash, |store| {
        let hooks: String = store.hooks.iter().map(hook).collect();
        let main = format!(
            r#"<h1>Webhooks</h1><section class="card"><h2>Registered</h2><table class="list"><tr><th>Scope</th><th>Destination</th><th></th></tr>{hooks}</table></section>
<section class="card"><h2>Sent</h2><table class="list"><tr><th>Made</th><th>Scope</th><th>Message</th><th>Answers</th></tr>{sent}</table></section>"#
        );
        page(store, &shop, Section::Webhooks, "Webhooks", &main)
    });
    shown.map_or_else(missing, IntoResponse::into_response)
}

fn hook(hook: &Hook) -> String {
    let (tone, state) = if hook.is_active { ("good", "Active") } else { ("over", "Inactive") };
    format!(
        r#"<tr><td>{}</td><td class="code">{}</td><td><span class="pill {tone}">{state}</span></td></tr>"#,
        escape(&hook.scope),
        escape(&hook.destination)
    )
}

fn message(record: &Record) -> String {
    let answers: Vec<String> = record
        .posts
        .iter()
        .map(|post| match &post.answer {
            Answer::Status(status) => status.to_string(),
            Answer::None(_) => "no answer".into(),
        })
        .collect();
    format!(
        r#"<tr><td>{}</td><td>{}</td><td class="code">{}</td><td>{}</td></tr>"#,
        time(record.made_at),
        escape(&record.event),
        escape(&record.body),
        answers.join(", ")
    )
}
