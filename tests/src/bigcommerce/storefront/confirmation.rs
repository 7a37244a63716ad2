//! The order confirmation page: the theme's template with the store's scripts in it, around BigCommerce's own app.

use axum::Extension;
use axum::extract::{Path, Query, State};
use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY};
use axum::response::{IntoResponse, Redirect, Response};
use serde_json::json;

use super::layout::Frame;
use super::scripts::{PageKind, Place};
use super::visitor::Visitor;
use super::words::Words;
use crate::bigcommerce::browsing::Session;
use crate::bigcommerce::order::Order;
use crate::bigcommerce::store::{Permalink, Store};
use crate::bigcommerce::{BigCommerce, random};

/// Where checkout sends the browser after an order.
pub(in crate::bigcommerce) fn confirmation_path(order: &Order) -> String {
    if order.buy_now {
        format!("/checkout/order-confirmation/{}", order.id)
    } else {
        "/checkout/order-confirmation".into()
    }
}

/// The page of whatever this browser ordered last.
pub(super) async fn of_session(
    State(platform): State<BigCommerce>,
    Extension(visitor): Extension<Visitor>,
) -> Response {
    let last = platform.read(&visitor.hash, |store| {
        store.sessions.get(&visitor.session).and_then(|session| session.orders.last().copied())
    });
    match last.flatten() {
        Some(id) => platform.confirmation(&visitor, id, Permalink::Valid),
        None => Redirect::to("/cart").into_response(),
    }
}

/// The page of a named order: after a buy-now checkout, or from an e-mailed link with `?orderToken=`.
pub(super) async fn of_order(
    State(platform): State<BigCommerce>,
    Extension(visitor): Extension<Visitor>,
    Path(id): Path<String>,
    Query(query): Query<Vec<(String, String)>>,
) -> Response {
    let Ok(id) = id.parse() else { return Redirect::to("/cart").into_response() };
    let token = query.iter().find(|(name, _)| name == "orderToken").map(|(_, token)| token.as_str());
    let standing = token.map_or(Permalink::Valid, |token| platform.redeem_permalink(&visitor, id, token));
    platform.confirmation(&visitor, id, standing)
}

impl BigCommerce {
    /// A valid link lets this browser read the order from now on.
    fn redeem_permalink(&self, visitor: &Visitor, id: u64, token: &str) -> Permalink {
        let standing = self.write(&visitor.hash, |store| {
            let known = store.orders.get(&id).is_some_and(|order| order.permalink_token == token);
            let standing = if known { store.settings.permalink } else { Permalink::Expired };
            let currency = store.currency;
            if standing == Permalink::Valid {
                let session =
                    store.sessions.entry(visitor.session.clone()).or_insert_with(|| Session::new(currency));
                session.orders.push(id);
            }
            standing
        });
        standing.unwrap_or(Permalink::Expired)
    }

    fn confirmation(&self, visitor: &Visitor, id: u64, permalink: Permalink) -> Response {
        let nonce = random::hex(12);
        let blocks_wasm = self.read(&visitor.hash, |store| store.settings.csp_blocks_wasm) == Some(true);
        let page = self.shop_page(visitor, |store, session| {
            let title = Words::of(store.settings.locale).confirmation;
            let place = Place {
                page: PageKind::Confirmation,
                nonce: blocks_wasm.then_some(&*nonce),
                order: Some(id),
                channel: visitor.channel,
            };
            Frame { store, session, place, title, main: content(store, id, &nonce, permalink) }.render()
        });
        let mut response = page;
        response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        // A nonce-based policy, as BigCommerce's script authorization makes it: no 'unsafe-eval', so no WebAssembly.
        let policy =
            format!("script-src 'nonce-{nonce}' 'strict-dynamic'; object-src 'none'; base-uri 'self'");
        if let (true, Ok(policy)) = (blocks_wasm, HeaderValue::from_str(&policy)) {
            response.headers_mut().insert(CONTENT_SECURITY_POLICY, policy);
        }
        response
    }
}

/// What `{{{checkout.order_confirmation_content}}}` becomes, or the merchant's own page.
fn content(store: &Store, id: u64, nonce: &str, permalink: Permalink) -> String {
    let config = json!({
        "orderId": id.to_string(),
        "containerId": "checkout-app",
        "publicPath": "/assets",
        "permalinkStatus": permalink.code(),
    });
    if store.settings.custom_confirmation {
        return format!(
            r#"<script nonce="{nonce}">window.checkoutConfig = {config};</script>
<div id="checkout-app" class="page"></div>
<script nonce="{nonce}" src="/assets/custom-confirmation.js"></script>"#
        );
    }
    format!(
        r#"<script nonce="{nonce}">document.body.style.display = 'none';</script>
<script nonce="{nonce}" src="/assets/loader.js"></script>
<script nonce="{nonce}">
checkoutLoader.loadFiles({{ publicPath: '/assets' }}).then(function (app) {{
  document.body.style.display = '';
  app.renderOrderConfirmation({config});
}});
</script>
<div id="checkout-app"></div>"#
    )
}
