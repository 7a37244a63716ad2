//! Checkout: one page, and the internal call that turns the cart into an order.

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Extension, Json};
use serde::Deserialize;
use serde_json::{Value, json};

use super::layout::{Frame, field};
use super::order_json;
use super::scripts::{PageKind, Place};
use super::shop::currency_of;
use super::visitor::Visitor;
use super::words::Words;
use crate::bigcommerce::browsing::Session;
use crate::bigcommerce::catalog::{product, shipping_cost};
use crate::bigcommerce::html::escape;
use crate::bigcommerce::money::{Currency, number, shown};
use crate::bigcommerce::order::{Address, Order};
use crate::bigcommerce::store::{Locale, PaymentMethod, Store};
use crate::bigcommerce::{BigCommerce, OrderSpec};

/// What the checkout page posts.
#[derive(Debug, Deserialize)]
struct Submitted {
    provider: String,
    #[serde(default)]
    comment: String,
    #[serde(default)]
    buy_now: bool,
    address: Fields,
}

#[derive(Debug, Deserialize)]
struct Fields {
    first_name: String,
    last_name: String,
    email: String,
    phone: String,
    zip: String,
    state: String,
    city: String,
    street: String,
    street_2: String,
}

/// `/checkout`, and `/checkout/{cart}` for a buy-now cart.
pub(super) async fn page(
    State(platform): State<BigCommerce>,
    Extension(visitor): Extension<Visitor>,
    cart: Option<Path<String>>,
) -> Response {
    let ready = platform.read(&visitor.hash, |store| {
        store.sessions.get(&visitor.session).is_some_and(|session| {
            !session.cart.items.is_empty() && cart.as_ref().is_none_or(|Path(id)| *id == session.cart.id)
        })
    });
    if ready != Some(true) {
        return Redirect::to("/cart").into_response();
    }
    platform.shop_page(&visitor, |store, session| {
        let words = Words::of(store.settings.locale);
        let main = form(store, session, cart.is_some());
        let place = Place::on(PageKind::Checkout, visitor.channel);
        Frame { store, session, place, title: words.checkout, main }.render()
    })
}

/// Turns the session's cart into an order, as BigCommerce's internal API does.
pub(super) async fn place(
    State(platform): State<BigCommerce>,
    Extension(visitor): Extension<Visitor>,
    body: Bytes,
) -> Response {
    let refused = |detail: &str| {
        let body = json!({ "status": 400, "title": "Bad Request", "detail": detail });
        (StatusCode::BAD_REQUEST, Json(body)).into_response()
    };
    let Ok(submitted) = serde_json::from_slice::<Submitted>(&body) else {
        return refused("malformed request");
    };
    let spec = platform.read(&visitor.hash, |store| spec_of(store, &visitor, &submitted)).flatten();
    let Some(spec) = spec else { return refused("empty cart or unknown payment method") };
    match platform.place(&visitor.hash, &visitor.session, &spec) {
        Some(order) => (StatusCode::CREATED, Json(placed(&order))).into_response(),
        None => refused("no such store"),
    }
}

fn spec_of(store: &Store, visitor: &Visitor, submitted: &Submitted) -> Option<OrderSpec> {
    let session = store.sessions.get(&visitor.session).filter(|session| !session.cart.items.is_empty())?;
    let method = store.method(&submitted.provider).filter(|method| method.enabled)?;
    let mut spec = OrderSpec::new()
        .currency(session.currency)
        .channel(visitor.channel)
        .provider(&method.provider)
        .customer_message(&submitted.comment)
        .billing(address(&submitted.address, session.currency));
    for (id, quantity) in &session.cart.items {
        spec = spec.product(*id, *quantity);
    }
    Some(if submitted.buy_now { spec.buy_now() } else { spec })
}

fn address(fields: &Fields, currency: Currency) -> Address {
    let (country, iso) = country(currency);
    Address {
        first_name: fields.first_name.clone(),
        last_name: fields.last_name.clone(),
        company: String::new(),
        street_1: fields.street.clone(),
        street_2: fields.street_2.clone(),
        city: fields.city.clone(),
        state: fields.state.clone(),
        zip: fields.zip.clone(),
        country: country.into(),
        country_iso2: iso.into(),
        phone: fields.phone.clone(),
        email: fields.email.clone(),
    }
}

fn country(currency: Currency) -> (&'static str, &'static str) {
    match currency {
        Currency::Jpy => ("Japan", "JP"),
        Currency::Usd | Currency::Eur | Currency::Twd | Currency::Idr => ("United States", "US"),
    }
}

fn placed(order: &Order) -> Value {
    let status = format!("ORDER_STATUS_{}", order_json::status_code(order.status_id));
    let amount = json!({ "amount": number(order.total(), order.currency), "integerAmount": order.total() });
    json!({ "data": { "order": {
        "orderId": order.id,
        "id": order.id,
        "token": order.permalink_token,
        "payment": {
            "id": order.provider, "gateway": null, "status": "PAYMENT_STATUS_INITIALIZE",
            "helpText": order.instructions,
        },
        "status": status,
        "customerCreated": false,
        "hasDigitalItems": order.has_digital(),
        "isDownloadable": false,
        "isComplete": true,
        "customerCanBeCreated": order.customer_id == 0,
        "currency": order.currency.code(),
        "grandTotal": amount,
    } }, "meta": { "deviceFingerprint": null } })
}

fn form(store: &Store, session: Option<&Session>, buy_now: bool) -> String {
    let locale = store.settings.locale;
    let words = Words::of(locale);
    let currency = currency_of(store, session);
    format!(
        r#"<main class="page checkout" id="checkout-app" data-buy-now="{buy_now}"><form id="checkout" class="columns">
<div><h2>{contact}</h2><div class="fields">{customer}</div><h2>{address}</h2><div class="fields">{shipping}</div><h2>{payment}</h2><ul class="methods">{methods}</ul>
<label class="field"><span>{comment}</span><textarea name="comment" rows="2"></textarea></label>
<p class="error" role="alert" hidden></p>
<button class="button wide" id="checkout-payment-continue">{place}</button></div>
<aside class="summary"><h2>{summary}</h2>{goods}</aside></form></main>
<script src="/assets/checkout.js"></script>"#,
        contact = words.contact,
        address = words.address,
        payment = words.payment,
        comment = words.comment,
        place = words.place_order,
        summary = words.order_summary,
        customer = customer(words, currency),
        shipping = shipping(words, currency),
        methods = methods(store, words),
        goods = session.map_or_else(String::new, |session| goods(session, locale)),
    )
}

fn usual(currency: Currency) -> Address {
    match currency {
        Currency::Jpy => Address::japanese(),
        Currency::Usd | Currency::Eur | Currency::Twd | Currency::Idr => Address::american(),
    }
}

fn customer(words: &Words, currency: Currency) -> String {
    let person = usual(currency);
    [
        field("email", words.email, &person.email, "email"),
        field("last_name", words.last_name, &person.last_name, "family-name"),
        field("first_name", words.first_name, &person.first_name, "given-name"),
        field("phone", words.phone, &person.phone, "tel"),
    ]
    .concat()
}

fn shipping(words: &Words, currency: Currency) -> String {
    let person = usual(currency);
    [
        field("zip", words.zip, &person.zip, "postal-code"),
        field("state", words.state, &person.state, "address-level1"),
        field("city", words.city, &person.city, "address-level2"),
        field("street", words.street, &person.street_1, "address-line1"),
        field("street_2", words.street_2, &person.street_2, "address-line2"),
        format!("<p class=\"country\">{}: {}</p>", words.country, country(currency).0),
    ]
    .concat()
}

fn methods(store: &Store, words: &Words) -> String {
    let enabled = store.methods.iter().filter(|method| method.enabled);
    enabled.enumerate().map(|(index, method)| choice(method, index == 0, words)).collect()
}

fn choice(method: &PaymentMethod, first: bool, words: &Words) -> String {
    let provider = escape(&method.provider);
    let checked = if first { " checked" } else { "" };
    let more = if method.is_offline() {
        String::new()
    } else {
        format!(
            r#"<label class="field card"><span>{}</span><input value="4111 1111 1111 1111" inputmode="numeric"></label>"#,
            words.card_number
        )
    };
    format!(
        r#"<li><label><input type="radio" name="provider" value="{provider}" id="radio-{provider}"{checked}> {}</label>{more}</li>"#,
        escape(&method.label)
    )
}

fn goods(session: &Session, locale: Locale) -> String {
    let words = Words::of(locale);
    let currency = session.currency;
    let items: Vec<_> =
        session.cart.items.iter().filter_map(|(id, quantity)| Some((product(*id)?, *quantity))).collect();
    let rows: String = items
        .iter()
        .map(|(product, quantity)| {
            let total = shown(product.price(currency) * i64::from(*quantity), currency);
            format!("<li><span>{quantity} × {}</span><b>{total}</b></li>", escape(product.name(locale)))
        })
        .collect();
    let subtotal: i64 =
        items.iter().map(|(product, quantity)| product.price(currency) * i64::from(*quantity)).sum();
    let digital = items.iter().all(|(product, _)| product.digital);
    let delivery = if digital { 0 } else { shipping_cost(currency) };
    format!(
        r#"<ul class="totals">{rows}<li><span>{}</span><b>{}</b></li><li class="grand"><span>{}</span><b data-test="cart-total">{}</b></li></ul>"#,
        words.shipping,
        shown(delivery, currency),
        words.total,
        shown(subtotal + delivery, currency)
    )
}
