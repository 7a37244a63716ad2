//! The list of orders, and what the merchant does to one of them.

use axum::extract::{Form, Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::layout::{Section, missing, page, pill, time};
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
    /// A second part of a refund, given back as store credit.
    #[serde(default)]
    credit: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct ItemForm {
    name: String,
    price: String,
    quantity: u32,
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

/// One of the buttons that say what they do.
pub(super) async fn act(
    State(platform): State<BigCommerce>,
    Path((hash, id, deed)): Path<(String, u64, String)>,
) -> Response {
    platform.on_order(&hash, id, |_| {
        match deed.as_str() {
            "ship" => platform.ship(&hash, id),
            "ship-one" => platform.ship_some(&hash, id, 1),
            "complete" => platform.complete(&hash, id),
            "cancel" => platform.cancel(&hash, id),
            "decline" => platform.decline(&hash, id),
            "refund" => return platform.refund_in_full(&hash, id).map(drop),
            _ => return Err("There is no such button.".into()),
        }
        Ok(())
    })
}

pub(super) async fn add_item(
    State(platform): State<BigCommerce>,
    Path((hash, id)): OrderPath,
    Form(form): Form<ItemForm>,
) -> Response {
    platform.on_order(&hash, id, |order| {
        let price = parse(&form.price, order.currency).filter(|price| *price >= 0);
        let price = price.ok_or("That is no amount.")?;
        platform.add_item(&hash, id, &form.name, price, form.quantity.clamp(1, 99));
        Ok(())
    })
}

pub(super) async fn remove_item(
    State(platform): State<BigCommerce>,
    Path((hash, id, line)): Path<(String, u64, u64)>,
) -> Response {
    platform.on_order(&hash, id, |_| {
        platform.remove_item(&hash, id, line);
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
        let amount = |text: &str| match text.trim() {
            "" => Ok(0),
            text => parse(text, order.currency).ok_or("That is no amount."),
        };
        let parts = [(form.provider.as_str(), amount(&form.amount)?), ("storecredit", amount(&form.credit)?)];
        let parts: Vec<_> = parts.into_iter().filter(|(_, minor)| *minor != 0).collect();
        platform.refund_parts(&hash, id, &parts).map(drop)
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
