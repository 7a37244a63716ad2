//! Goods and basket.

use axum::Extension;
use axum::extract::{Form, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::layout::Frame;
use super::scripts::{PageKind, Place};
use super::visitor::Visitor;
use super::words::Words;
use crate::bigcommerce::BigCommerce;
use crate::bigcommerce::browsing::{Cart, Session};
use crate::bigcommerce::catalog::{PRODUCTS, Product, product};
use crate::bigcommerce::html::escape;
use crate::bigcommerce::money::{Currency, shown};
use crate::bigcommerce::store::{Locale, Store};

#[derive(Debug, Deserialize)]
pub(super) struct Item {
    product: u32,
    quantity: Option<u32>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Choice {
    currency: String,
}

pub(super) async fn home(
    State(platform): State<BigCommerce>,
    Extension(visitor): Extension<Visitor>,
) -> Response {
    platform.shop_page(&visitor, |store, session| {
        let (locale, currency) = (store.settings.locale, currency_of(store, session));
        let words = Words::of(locale);
        let goods: String = PRODUCTS.iter().map(|product| card(product, locale, currency)).collect();
        let main = format!(
            r#"<section class="hero"><h1>{}</h1><p>{}</p></section><main class="goods">{goods}</main>"#,
            words.tagline, words.lead
        );
        Frame { store, session, place: shop(&visitor), title: words.tagline, main }.render()
    })
}

pub(super) async fn cart(
    State(platform): State<BigCommerce>,
    Extension(visitor): Extension<Visitor>,
) -> Response {
    platform.shop_page(&visitor, |store, session| {
        let words = Words::of(store.settings.locale);
        let main = match session {
            Some(session) if !session.cart.items.is_empty() => basket(store.settings.locale, session),
            Some(_) | None => empty(words),
        };
        Frame { store, session, place: shop(&visitor), title: words.cart, main }.render()
    })
}

pub(super) async fn add(
    State(platform): State<BigCommerce>,
    Extension(visitor): Extension<Visitor>,
    Form(item): Form<Item>,
) -> Redirect {
    platform.with_session(&visitor, |session| session.cart.add(item.product, item.quantity.unwrap_or(1)));
    Redirect::to("/cart")
}

/// Sets a quantity; zero removes.
pub(super) async fn update(
    State(platform): State<BigCommerce>,
    Extension(visitor): Extension<Visitor>,
    Form(item): Form<Item>,
) -> Redirect {
    platform.with_session(&visitor, |session| {
        let cart = &mut session.cart;
        cart.items.retain(|(id, _)| *id != item.product);
        cart.add(item.product, item.quantity.unwrap_or(0));
    });
    Redirect::to("/cart")
}

/// A buy-now cart has one thing in it, and its own checkout address.
pub(super) async fn buy_now(
    State(platform): State<BigCommerce>,
    Extension(visitor): Extension<Visitor>,
    Form(item): Form<Item>,
) -> Redirect {
    let cart = platform.with_session(&visitor, |session| {
        session.cart = Cart::new();
        session.cart.add(item.product, 1);
        session.cart.id.clone()
    });
    Redirect::to(&format!("/checkout/{}", cart.unwrap_or_default()))
}

pub(super) async fn currency(
    State(platform): State<BigCommerce>,
    Extension(visitor): Extension<Visitor>,
    Form(choice): Form<Choice>,
) -> Redirect {
    if let Some(currency) = Currency::from_code(&choice.currency) {
        platform.with_session(&visitor, |session| session.currency = currency);
    }
    Redirect::to("/")
}

pub(super) async fn not_found(
    State(platform): State<BigCommerce>,
    Extension(visitor): Extension<Visitor>,
) -> Response {
    let page = platform.shop_page(&visitor, |store, session| {
        let words = Words::of(store.settings.locale);
        let main = format!(r#"<main class="page"><h1>{}</h1></main>"#, words.not_found);
        Frame { store, session, place: shop(&visitor), title: words.not_found, main }.render()
    });
    (StatusCode::NOT_FOUND, page).into_response()
}

/// An ordinary page of the shop, where scripts for `storefront` render.
fn shop(visitor: &Visitor) -> Place<'static> {
    Place::on(PageKind::Storefront, visitor.channel)
}

impl BigCommerce {
    pub(super) fn shop_page(
        &self,
        visitor: &Visitor,
        page: impl FnOnce(&Store, Option<&Session>) -> Html<String>,
    ) -> Response {
        let page = self.read(&visitor.hash, |store| page(store, store.sessions.get(&visitor.session)));
        page.map_or_else(|| StatusCode::NOT_FOUND.into_response(), IntoResponse::into_response)
    }

    pub(super) fn with_session<T>(
        &self,
        visitor: &Visitor,
        work: impl FnOnce(&mut Session) -> T,
    ) -> Option<T> {
        self.write(&visitor.hash, |store| {
            let currency = store.currency;
            work(store.sessions.entry(visitor.session.clone()).or_insert_with(|| Session::new(currency)))
        })
    }
}

impl Cart {
    fn add(&mut self, id: u32, quantity: u32) {
        if quantity == 0 || product(id).is_none() {
            return;
        }
        match self.items.iter_mut().find(|(known, _)| *known == id) {
            Some((_, already)) => *already = already.saturating_add(quantity).min(99),
            None => self.items.push((id, quantity.min(99))),
        }
    }
}

pub(super) fn currency_of(store: &Store, session: Option<&Session>) -> Currency {
    session.map_or(store.currency, |session| session.currency)
}

fn card(product: &Product, locale: Locale, currency: Currency) -> String {
    let words = Words::of(locale);
    let digital = if product.digital {
        format!(r#"<span class="badge">{}</span>"#, words.download)
    } else {
        String::new()
    };
    format!(
        r#"<article class="good" id="product-{id}">{image}{digital}<h2>{name}</h2><p>{about}</p>
<p class="price">{price} <small>{tax}</small></p>
<form method="post" action="/cart/add"><input type="hidden" name="product" value="{id}">
<button class="button" data-test="add-{id}">{add}</button>
<button class="link" formaction="/buy-now" data-test="buy-now-{id}">{buy_now}</button></form></article>"#,
        id = product.id,
        image = product.image,
        name = product.name(locale),
        about = product.about(locale),
        price = shown(product.price(currency), currency),
        tax = words.tax_included,
        add = words.add,
        buy_now = words.buy_now,
    )
}

fn empty(words: &Words) -> String {
    format!(
        r#"<main class="page"><h1>{}</h1><p>{}</p><a class="button" href="/">{}</a></main>"#,
        words.cart, words.cart_empty, words.continue_shopping
    )
}

fn basket(locale: Locale, session: &Session) -> String {
    let words = Words::of(locale);
    let currency = session.currency;
    let goods = || session.cart.items.iter().filter_map(|(id, quantity)| Some((product(*id)?, *quantity)));
    let rows: String = goods().map(|(product, quantity)| row(product, quantity, locale, currency)).collect();
    let subtotal: i64 =
        goods().map(|(product, quantity)| product.price(currency) * i64::from(quantity)).sum();
    format!(
        r#"<main class="page"><h1>{cart}</h1><table class="basket">{rows}</table>
<p class="subtotal">{label} <b>{subtotal}</b></p>
<p class="actions"><a href="/">{more}</a> <a class="button" href="/checkout" data-test="to-checkout">{checkout}</a></p></main>"#,
        cart = words.cart,
        label = words.subtotal,
        subtotal = shown(subtotal, currency),
        more = words.continue_shopping,
        checkout = words.checkout,
    )
}

fn row(product: &Product, quantity: u32, locale: Locale, currency: Currency) -> String {
    let words = Words::of(locale);
    format!(
        r#"<tr><td class="thumb">{image}</td><td>{name}</td>
<td><form method="post" action="/cart/update"><input type="hidden" name="product" value="{id}">
<label>{label} <input class="quantity" type="number" name="quantity" min="0" max="99" value="{quantity}" onchange="this.form.submit()"></label></form></td>
<td><form method="post" action="/cart/update"><input type="hidden" name="product" value="{id}"><button class="link" name="quantity" value="0">{remove}</button></form></td>
<td class="amount">{total}</td></tr>"#,
        image = product.image,
        id = product.id,
        name = escape(product.name(locale)),
        label = words.quantity,
        remove = words.remove,
        total = shown(product.price(currency) * i64::from(quantity), currency),
    )
}
