//! The frame around every page of the shop.

use axum::response::Html;

use super::scripts::{Place, tags};
use super::words::Words;
use crate::bigcommerce::browsing::Session;
use crate::bigcommerce::html::escape;
use crate::bigcommerce::money::Currency;
use crate::bigcommerce::store::Store;

/// One page within the frame. `main` is HTML.
pub(super) struct Frame<'a> {
    pub store: &'a Store,
    pub session: Option<&'a Session>,
    pub place: Place<'a>,
    pub title: &'a str,
    pub main: String,
}

impl Frame<'_> {
    pub(super) fn words(&self) -> &'static Words {
        Words::of(self.store.settings.locale)
    }

    pub(super) fn render(&self) -> Html<String> {
        let words = self.words();
        let (locale, brand) = (self.store.settings.locale.code(), words.brand);
        let head = tags(self.store, "head", self.place);
        let foot = tags(self.store, "footer", self.place);
        let Self { title, main, .. } = self;
        Html(format!(
            r#"<!doctype html>
<html lang="{locale}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title} · {brand}</title>
<link rel="icon" href="data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'><text y='13' font-size='13'>★</text></svg>">
<link rel="stylesheet" href="/assets/shop.css">
{head}</head>
<body>
{header}
{main}
<footer class="footer">{sandbox}</footer>
{foot}</body>
</html>
"#,
            header = self.header(),
            sandbox = words.sandbox,
        ))
    }

    fn header(&self) -> String {
        let words = self.words();
        let count: u32 =
            self.session.map_or(0, |session| session.cart.items.iter().map(|(_, quantity)| quantity).sum());
        format!(
            r#"<header class="header">
<a class="brand" href="/"><span class="star">★</span> {brand}</a>
<nav class="nav"><form method="post" action="/currency" class="currencies">{currencies}</form>
<a class="cart-link" href="/cart">{cart} <b data-test="cart-count">{count}</b></a></nav>
</header>"#,
            brand = words.brand,
            cart = words.cart,
            currencies = self.currencies(),
        )
    }

    fn currencies(&self) -> String {
        let chosen = self.currency();
        let button = |currency: Currency| {
            let code = currency.code();
            let state = if currency == chosen { " aria-current=\"true\"" } else { "" };
            format!(r#"<button name="currency" value="{code}"{state}>{code}</button>"#)
        };
        [Currency::Jpy, Currency::Usd].map(button).concat()
    }

    fn currency(&self) -> Currency {
        self.session.map_or(self.store.currency, |session| session.currency)
    }
}

/// A text field with its label.
pub(super) fn field(name: &str, label: &str, value: &str, autocomplete: &str) -> String {
    format!(
        r#"<label class="field"><span>{label}</span><input name="{name}" value="{}" autocomplete="{autocomplete}"></label>"#,
        escape(value)
    )
}
