//! The list of orders, and what the merchant does to one of them.

use axum::extract::{Form, Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::layout::{Section, page, pill, time};
use super::missing;
use crate::bigcommerce::BigCommerce;
use crate::bigcommerce::html::escape;
use crate::bigcommerce::money::{parse, shown};
use crate::bigcommerce::order::{Order, status};

type OrderPath = Path<(String, u64)>;

#[derive(Debug, Deserialize)]
pub(super) struct StatusForm {
    status: u8,
}

#[derive(Debug, Deserialize)]
pub(super) struct NotesForm {
    notes: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct AmountForm {
    amount: String,
    #[serde(default)]
    provider: String,
}

pub(super) async fn list(State(platform): State<BigCommerce>, Path(hash): Path<String>) -> Response {
    let shop = platform.shop_origin(&hash);
    let listed = platform.read(&hash, |store| {
        let rows: String =
            store.orders.values().rev().filter(|order| listed(order)).map(|order| row(&hash, order)).collect();
        let rows = if rows.is_empty() {
            r#"<tr><td colspan="6" class="none">No orders yet. Buy something in the storefront.</td></tr>"#.to_owned()
        } else {
            rows
        };
        let main = format!(
            "<h1>Orders</h1><table class=\"list\"><thead><tr><th>Order</th><th>Date</th><th>Customer</th><th>Payment</th>\
             <th>Status</th><th class=\"amount\">Total</th></tr></thead><tbody>{rows}</tbody></table>"
        );
        page(store, &shop, Section::Orders, "Orders", &main)
    });
    listed.map_or_else(missing, IntoResponse::into_response)
}

/// Incomplete orders are hidden, as they are by default.
fn listed(order: &Order) -> bool {
    !order.archived && order.status_id != status::INCOMPLETE
}

fn row(hash: &str, order: &Order) -> String {
    format!(
        r#"<tr data-order="{id}"><td><a href="/stores/{hash}/orders/{id}">{id}</a></td><td>{}</td><td>{} {}</td><td>{}</td><td>{}</td><td class="amount">{}</td></tr>"#,
        time(order.created),
        escape(&order.billing.last_name),
        escape(&order.billing.first_name),
        escape(&order.payment_method),
        pill(order.status_id),
        shown(order.total(), order.currency),
        id = order.id,
    )
}

pub(super) async fn set_status(
    State(platform): State<BigCommerce>,
    Path((hash, id)): OrderPath,
    Form(form): Form<StatusForm>,
) -> Response {
    platform.on_order(&hash, id, |_| {
        if status::name(form.status).is_some() {
            platform.set_status(&hash, id, form.status);
        }
        Ok(())
    })
}

pub(super) async fn set_notes(
    State(platform): State<BigCommerce>,
    Path((hash, id)): OrderPath,
    Form(form): Form<NotesForm>,
) -> Response {
    platform.on_order(&hash, id, |_| {
        platform.set_staff_notes(&hash, id, &form.notes);
        Ok(())
    })
}

pub(super) async fn set_total(
    State(platform): State<BigCommerce>,
    Path((hash, id)): OrderPath,
    Form(form): Form<AmountForm>,
) -> Response {
    platform.on_order(&hash, id, |order| {
        let total = parse(&form.amount, order.currency).filter(|total| *total >= 0);
        platform.edit_total(&hash, id, total.ok_or("That is no amount.")?);
        Ok(())
    })
}

pub(super) async fn refund(
    State(platform): State<BigCommerce>,
    Path((hash, id)): OrderPath,
    Form(form): Form<AmountForm>,
) -> Response {
    platform.on_order(&hash, id, |order| {
        let amount = parse(&form.amount, order.currency).ok_or("That is no amount.")?;
        platform.create_refund_by(&hash, id, amount, &form.provider).map(drop)
    })
}

pub(super) async fn archive(State(platform): State<BigCommerce>, Path((hash, id)): OrderPath) -> Response {
    platform.on_order(&hash, id, |_| {
        platform.archive_order(&hash, id);
        Ok(())
    })
}

pub(super) async fn delete(State(platform): State<BigCommerce>, Path((hash, id)): OrderPath) -> Response {
    let done = platform.on_order(&hash, id, |_| {
        platform.delete_order(&hash, id);
        Ok(())
    });
    if done.status().is_redirection() {
        return Redirect::to(&format!("/stores/{hash}/orders")).into_response();
    }
    done
}

impl BigCommerce {
    /// Does something to an order that exists, and shows it again, with the refusal where there is one.
    fn on_order(&self, hash: &str, id: u64, work: impl FnOnce(&Order) -> Result<(), String>) -> Response {
        let Some(order) = self.read(hash, |store| store.orders.get(&id).cloned()).flatten() else {
            return missing();
        };
        let problem = match work(&order) {
            Ok(()) => String::new(),
            Err(refusal) => format!("?problem={}", refusal.replace(' ', "+")),
        };
        Redirect::to(&format!("/stores/{hash}/orders/{id}{problem}")).into_response()
    }
}
