//! One order as the merchant sees it.

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use serde_json::Value;

use super::layout::{Section, missing, page, pill, time};
use crate::bigcommerce::BigCommerce;
use crate::bigcommerce::html::escape;
use crate::bigcommerce::money::{plain, shown};
use crate::bigcommerce::order::{Actor, Address, Order, status};

pub(super) async fn show(
    State(platform): State<BigCommerce>,
    Path((hash, id)): Path<(String, u64)>,
    Query(query): Query<Vec<(String, String)>>,
) -> Response {
    let problem = query.iter().find(|(name, _)| name == "problem").map(|(_, text)| text.as_str());
    let shop = platform.shop_origin(&hash);
    let shown = platform.read(&hash, |store| {
        let order = store.orders.get(&id)?;
        let title = format!("Order {id}");
        Some(page(store, &shop, Section::Orders, &title, &main(&hash, order, problem)))
    });
    shown.flatten().map_or_else(missing, IntoResponse::into_response)
}

fn main(hash: &str, order: &Order, problem: Option<&str>) -> String {
    let id = order.id;
    let problem = problem
        .map_or_else(String::new, |text| format!(r#"<p class="problem" role="alert">{}</p>"#, escape(text)));
    let archived = if order.archived { r#" <span class="pill over">Archived</span>"# } else { "" };
    format!(
        r#"<p class="back"><a href="/stores/{hash}/orders">← Orders</a></p>
<h1>Order {id} {pill}{archived}</h1>{problem}
<div class="two"><div>{goods}{history}</div><div>{status}{payment}{notes}{refund}{customer}{more}</div></div>"#,
        pill = pill(order.status_id),
        goods = goods(hash, order),
        history = history(order),
        status = status_form(hash, order),
        payment = payment(order),
        notes = notes(hash, order),
        refund = refund(hash, order),
        customer = customer(&order.billing),
        more = more(hash, order),
    )
}

fn goods(hash: &str, order: &Order) -> String {
    let money = |minor| shown(minor, order.currency);
    let lines: String = order
        .lines
        .iter()
        .map(|line| {
            format!(
                r#"<tr><td>{} × {}<br><small>{}</small></td><td class="amount">{}<form method="post" action="/stores/{hash}/orders/{order}/items/{id}/remove"><button class="quiet" data-test="remove-{id}">Remove</button></form></td></tr>"#,
                line.quantity,
                escape(&line.name),
                escape(&line.sku),
                money(line.total()),
                order = order.id,
                id = line.id,
            )
        })
        .collect();
    let extra = |label: &str, minor: i64| {
        if minor == 0 {
            String::new()
        } else {
            format!(r#"<tr><td>{label}</td><td class="amount">{}</td></tr>"#, money(minor))
        }
    };
    let refunds: String = order
        .refunds
        .iter()
        .map(|refund| extra(&format!("Refund {} ({})", refund.id, time(refund.created)), -refund.total))
        .collect();
    format!(
        r#"<section class="card"><h2>Items</h2><table class="list">{lines}{}{}<tr class="grand"><td>Grand total</td><td class="amount" data-test="total">{}</td></tr>{}{}{refunds}</table>
<form class="line" method="post" action="/stores/{hash}/orders/{id}/items"><input name="name" value="Gift wrapping" aria-label="Goods"><input name="price" inputmode="decimal" placeholder="Price" aria-label="Price" required><input name="quantity" type="number" min="1" max="99" value="1" aria-label="Quantity"><button data-test="add-item">Add item</button></form></section>"#,
        extra("Shipping", order.shipping),
        extra("Coupon", -order.discount()),
        money(order.total()),
        extra("of which store credit", order.store_credit),
        extra("of which gift certificate", order.gift_certificate),
        id = order.id,
    )
}

fn history(order: &Order) -> String {
    let changes: String = order
        .history
        .iter()
        .rev()
        .map(|change| {
            let who = match change.by {
                Actor::Shopper => "Shopper",
                Actor::Merchant => "You",
                Actor::App => "KOMOJU app",
                Actor::Platform => "BigCommerce",
            };
            format!("<li><time>{}</time> {} <small>{who}</small></li>", time(change.at), pill(change.to))
        })
        .collect();
    format!(r#"<section class="card"><h2>History</h2><ul class="history">{changes}</ul></section>"#)
}

fn status_form(hash: &str, order: &Order) -> String {
    let options: String = status::ALL
        .iter()
        .map(|(id, name)| {
            let selected = if *id == order.status_id { " selected" } else { "" };
            format!(r#"<option value="{id}"{selected}>{name}</option>"#)
        })
        .collect();
    let buttons: String = [
        ("ship", "Ship all"),
        ("ship-one", "Ship one item"),
        ("complete", "Complete"),
        ("cancel", "Cancel"),
        ("decline", "Decline"),
    ]
    .iter()
    .map(|(deed, label)| {
        format!(
            r#"<button formaction="/stores/{hash}/orders/{}/do/{deed}" data-test="{deed}">{label}</button>"#,
            order.id
        )
    })
    .collect();
    format!(
        r#"<section class="card"><h2>Status</h2><form class="line" method="post" action="/stores/{hash}/orders/{}/status"><select name="status">{options}</select><button>Update</button></form><form class="line" method="post">{buttons}</form></section>"#,
        order.id
    )
}

fn payment(order: &Order) -> String {
    let reference = match &order.payment_provider_id {
        Value::String(text) => text.clone(),
        Value::Null => "–".into(),
        other => other.to_string(),
    };
    format!(
        r#"<section class="card"><h2>Payment</h2><dl><dt>Method</dt><dd>{}</dd><dt>Provider</dt><dd>{}</dd><dt>Transaction ID</dt><dd data-test="payment-id">{}</dd><dt>Due by this method</dt><dd>{}</dd><dt>Sales channel</dt><dd>{}</dd></dl></section>"#,
        escape(&order.payment_method),
        escape(&order.provider),
        escape(&reference),
        shown(order.due(), order.currency),
        order.channel_id,
    )
}

fn notes(hash: &str, order: &Order) -> String {
    format!(
        r#"<section class="card"><h2>Staff notes</h2><form method="post" action="/stores/{hash}/orders/{}/notes"><textarea name="notes" rows="6" data-test="staff-notes">{}</textarea><button>Save</button></form></section>"#,
        order.id,
        escape(&order.staff_notes)
    )
}

fn refund(hash: &str, order: &Order) -> String {
    let left = order.total() - order.refunded();
    if left <= 0 || !status::is_paid(order.status_id) {
        return String::new();
    }
    let (credit, split) = match order.customer_id {
        0 => ("", String::new()),
        _ => (r#"<option value="storecredit">Store credit</option>"#, split(order)),
    };
    format!(
        r#"<section class="card"><h2>Refund</h2><form class="line" method="post" action="/stores/{hash}/orders/{}/refund"><input name="amount" value="{}" inputmode="decimal" aria-label="Amount"><select name="provider"><option value="{}">{}</option><option value="custom">Custom</option>{credit}</select>{split}<button data-test="refund">Refund</button></form>
<form class="line" method="post" action="/stores/{hash}/orders/{id}/do/refund"><button data-test="refund-all">Refund all that is left</button></form></section>"#,
        order.id,
        plain(left.min(order.left_on_provider()), order.currency),
        escape(&order.provider),
        escape(&order.payment_method),
        id = order.id,
    )
}

/// A customer may get a part back as store credit.
fn split(order: &Order) -> String {
    let credit = order.total() - order.refunded() - order.left_on_provider();
    format!(
        r#"<input name="credit" value="{}" inputmode="decimal" aria-label="And as store credit" placeholder="and as store credit">"#,
        plain(credit.max(0), order.currency),
    )
}

fn customer(address: &Address) -> String {
    let lines = [
        format!("{} {}", address.last_name, address.first_name),
        format!("{} {} {}", address.zip, address.state, address.city),
        format!("{} {}", address.street_1, address.street_2),
        address.country.clone(),
        address.phone.clone(),
        address.email.clone(),
    ];
    let lines: String = lines.iter().map(|line| format!("{}<br>", escape(line))).collect();
    format!(r#"<section class="card"><h2>Customer</h2><p>{lines}</p></section>"#)
}

fn more(hash: &str, order: &Order) -> String {
    let id = order.id;
    format!(
        r#"<section class="card"><h2>More</h2>
<form class="line" method="post" action="/stores/{hash}/orders/{id}/total"><input name="amount" value="{}" inputmode="decimal" aria-label="New total"><button>Edit total</button></form>
<form class="line" method="post"><button formaction="/stores/{hash}/orders/{id}/archive">Archive</button><button class="danger" formaction="/stores/{hash}/orders/{id}/delete">Delete for good</button></form></section>"#,
        plain(order.total(), order.currency)
    )
}
