//! The storefront.

use axum::Router;

use super::BigCommerce;
use super::order::Order;

pub(super) fn router(_platform: &BigCommerce) -> Router {
    Router::new()
}

/// Where checkout sends the browser after an order.
pub(super) fn confirmation_path(order: &Order) -> String {
    if order.buy_now {
        format!("/checkout/order-confirmation/{}", order.id)
    } else {
        "/checkout/order-confirmation".into()
    }
}
