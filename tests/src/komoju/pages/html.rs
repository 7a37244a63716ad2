//! The frame of every page, and the only way for text to get into it.

use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, LOCATION};
use axum::response::{Html, IntoResponse, Response};

use crate::komoju::error::ApiError;
use crate::komoju::model::Locale;

/// Text as HTML, in elements and in quoted attributes alike.
#[must_use]
pub fn esc(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            other => html.push(other),
        }
    }
    html
}

/// A page of the hosted checkout or the dashboard.
#[derive(Debug)]
pub struct Page<'a> {
    pub locale: Locale,
    pub title: &'a str,
    /// Class of the body: `checkout` or `dashboard`.
    pub kind: &'a str,
    /// Test money says so on every page.
    pub test: bool,
    /// Already HTML.
    pub body: String,
}

impl Page<'_> {
    #[must_use]
    pub fn html(&self) -> String {
        let ribbon = if self.test { r#"<p class="ribbon" data-test="test-mode">TEST</p>"# } else { "" };
        format!(
            r##"<!doctype html>
<html lang="{lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title} – KOMOJU sandbox</title>
<link rel="icon" href="data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'><rect width='16' height='16' rx='4' fill='%230f4c5c'/><path d='M5 3v10M11 3 6 8l5 5' stroke='%23ffd166' stroke-width='2' fill='none'/></svg>">
<link rel="stylesheet" href="/assets/komoju.css">
<script src="/assets/komoju.js" defer></script>
</head>
<body class="{kind}">
{ribbon}
{body}
</body>
</html>
"##,
            lang = self.locale.say("ja", "en"),
            title = esc(self.title),
            kind = self.kind,
            body = self.body,
        )
    }
}

impl IntoResponse for Page<'_> {
    fn into_response(self) -> Response {
        ([(CACHE_CONTROL, "no-store")], Html(self.html())).into_response()
    }
}

/// A refusal, for people.
pub fn refused(error: &ApiError) -> Response {
    let body = format!(
        r#"<main class="sheet ended" id="problem" data-code="{code}"><h1>{message}</h1><p class="quiet">{status} · {code}</p></main>"#,
        code = esc(&error.code),
        message = esc(&error.message),
        status = error.status.as_u16(),
    );
    let page = Page { locale: Locale::En, title: &error.message, kind: "checkout", test: false, body };
    (error.status, page).into_response()
}

/// 303: the browser goes on with a GET.
#[must_use]
pub fn see(location: &str) -> Response {
    (StatusCode::SEE_OTHER, [(LOCATION, location)]).into_response()
}

/// A button that posts to `action`. `class` is `""`, `quiet` or `danger`.
#[must_use]
pub fn button(id: &str, action: &str, label: &str, class: &str) -> String {
    format!(
        r#"<form method="post" action="{}"><button id="{id}" data-test="{id}" class="{class}">{}</button></form>"#,
        esc(action),
        esc(label),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_cannot_become_markup() {
        assert_eq!(esc(r#"<a href="x" title='y'>&"#), "&lt;a href=&quot;x&quot; title=&#39;y&#39;&gt;&amp;");
    }
}
