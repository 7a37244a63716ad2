//! The control panel's frame, and the small pieces its pages share.

use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use time::OffsetDateTime;
use time::format_description::BorrowedFormatItem;
use time::macros::{format_description, offset};

use crate::bigcommerce::html::escape;
use crate::bigcommerce::order::status;
use crate::bigcommerce::store::Store;

/// Where in the navigation a page is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Section {
    Orders,
    Apps,
    Scripts,
    Payments,
    Storefront,
    Webhooks,
}

const SECTIONS: [(Section, &str, &str); 6] = [
    (Section::Orders, "orders", "Orders"),
    (Section::Apps, "apps", "Apps"),
    (Section::Scripts, "scripts", "Script Manager"),
    (Section::Payments, "settings/payments", "Payments"),
    (Section::Storefront, "settings/storefront", "Storefront"),
    (Section::Webhooks, "webhooks", "Webhooks"),
];

/// A page of one store; `main` is HTML.
pub(super) fn page(store: &Store, shop: &str, section: Section, title: &str, main: &str) -> Html<String> {
    let hash = escape(&store.hash);
    let links: String = SECTIONS
        .iter()
        .map(|(at, path, name)| {
            let current = if *at == section { " aria-current=\"page\"" } else { "" };
            let heading = match at {
                Section::Orders => "Store",
                Section::Scripts => "Channels",
                Section::Payments => "Settings",
                Section::Webhooks => "Sandbox",
                Section::Apps | Section::Storefront => "",
            };
            let heading = if heading.is_empty() { String::new() } else { format!("<h2>{heading}</h2>") };
            format!(r#"{heading}<a href="/stores/{hash}/{path}"{current}>{name}</a>"#)
        })
        .collect();
    let body = format!(
        r#"<nav class="side"><a class="logo" href="/"><b>B</b> Commerce sandbox</a>
<p class="shop-name">{name}</p><a class="view" href="{shop}" target="_blank" rel="noopener">View storefront ↗</a>{links}</nav>
<main>{main}</main>"#,
        name = escape(&store.name),
    );
    document(title, "panel", &body)
}

/// A page of no store.
pub(super) fn bare(title: &str, main: &str) -> Html<String> {
    document(title, "bare", &format!("<main>{main}</main>"))
}

fn document(title: &str, class: &str, body: &str) -> Html<String> {
    Html(format!(
        r#"<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{} · Control panel</title>
<link rel="icon" href="data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'><rect width='16' height='16' rx='3' fill='%23273a8a'/></svg>">
<link rel="stylesheet" href="/assets/panel.css"></head>
<body class="{class}">{body}</body></html>
"#,
        escape(title)
    ))
}

/// A coloured status label.
pub(super) fn pill(id: u8) -> String {
    let tone = match id {
        2 | 8..=11 => "good",
        4..=6 => "over",
        12 | 13 => "alarm",
        _ => "open",
    };
    format!(r#"<span class="pill {tone}">{}</span>"#, status::name(id).unwrap_or_default())
}

/// A time as the merchant's clock shows it.
pub(super) fn time(at: OffsetDateTime) -> String {
    const FORMAT: &[BorrowedFormatItem] =
        format_description!("[month repr:short] [day padding:none], [hour]:[minute]:[second]");
    at.to_offset(offset!(+9)).format(FORMAT).unwrap_or_default()
}

/// A checkbox with its label.
pub(super) fn checkbox(name: &str, checked: bool, label: &str) -> String {
    let state = if checked { " checked" } else { "" };
    format!(
        r#"<label class="check"><input type="checkbox" name="{name}" value="true"{state}> {label}</label>"#
    )
}

/// No such page, store or order.
pub(super) fn missing() -> Response {
    let page = bare("Not found", r#"<h1>Nothing here</h1><p><a href="/">All stores</a></p>"#);
    (StatusCode::NOT_FOUND, page).into_response()
}
