//! One payment: what is known about it and what the merchant can do.

use axum::extract::{Path, State};
use axum::response::IntoResponse;
use serde_json::Value;

use super::super::answer::Answer;
use super::super::html::{button, esc};
use super::frame::{bar, page};
use crate::komoju::error::ApiError;
use crate::komoju::method::Kind;
use crate::komoju::model::{Event, Livemode, Payment, PaymentStatus, RefundRequest, RequestStatus};
use crate::komoju::world::{Caller, World};
use crate::komoju::{Komoju, clock, render};

pub async fn show(State(komoju): State<Komoju>, Path((merchant, id)): Path<(String, String)>) -> Answer {
    komoju.with(|world| {
        let payment = world.payment(&id)?;
        let merchant = world
            .merchant(&payment.merchant)
            .filter(|owner| owner.id == merchant)
            .ok_or_else(ApiError::not_found)?;
        let body = format!(
            r#"{bar}<main class="desk" id="payment" data-test="payment" data-payment="{id}" data-status="{status}">
<section class="box"><p class="status {status}" id="payment-status" data-test="payment-status" data-status="{status}">{status}</p>
<h1>{total} <small>{method} · {order}</small></h1><div class="deeds">{deeds}</div></section>{requests}
<section class="box half scroll"><h2>Events</h2><table id="events" data-test="events">{events}</table></section>
<section class="box half"><h2>As the API shows it</h2><pre id="payment-json" data-test="payment-json">{json}</pre></section></main>"#,
            bar = bar(merchant, payment.livemode),
            status = payment.status.name(),
            total = esc(&payment.currency.show(payment.total())),
            method = payment.method.name_en,
            order = esc(payment.external_order_num.as_deref().unwrap_or("–")),
            deeds = deeds(payment),
            requests = requests(payment),
            events = events(world, payment),
            json = esc(&pretty(&render::payment(payment, &world.pages))),
        );
        Ok(page("Payment", payment.livemode == Livemode::Test, body).into_response())
    })
}

fn pretty(body: &Value) -> String {
    format!("{body:#}")
}

/// Only what KOMOJU would do is offered.
fn deeds(payment: &Payment) -> String {
    let deed = |id: &str, label: &str, class: &str| {
        button(id, &format!("/dashboard/{}/payments/{}/{id}", payment.merchant, payment.id), label, class)
    };
    let cash = payment.method.kind.is_cash();
    let mut deeds = Vec::new();
    if payment.status == PaymentStatus::Authorized {
        deeds.push(deed("capture", if cash { "Paid at the till" } else { "Capture" }, ""));
        if !cash {
            deeds.push(partial(payment, "capture", "Capture this"));
        }
    }
    if payment.status.open() {
        deeds.push(deed("cancel", "Cancel", "danger"));
        deeds.push(deed("expire", "Let it expire", "quiet"));
    }
    if payment.status == PaymentStatus::Captured {
        if !cash {
            deeds.push(deed("refund", "Refund in full", ""));
            deeds.push(partial(payment, "refund", "Refund this"));
        }
        if payment.method.kind == Kind::Card {
            deeds.push(deed("chargeback", "Chargeback", "danger"));
        }
    }
    deeds.push(deed("fraud", "Mark as fraud", "danger"));
    deeds.push(deed("resend", "Resend its last webhook", "quiet"));
    deeds.concat()
}

fn partial(payment: &Payment, deed: &str, label: &str) -> String {
    format!(
        r#"<form method="post" action="/dashboard/{}/payments/{}/{deed}"><label>Amount ({})<input id="{deed}-amount" data-test="{deed}-amount" name="amount" inputmode="decimal" required></label><button id="{deed}-partial" data-test="{deed}-partial" class="quiet">{label}</button></form>"#,
        payment.merchant, payment.id, payment.currency,
    )
}

/// Refund requests, and what KOMOJU's people can do with those that are pending.
fn requests(payment: &Payment) -> String {
    if payment.refund_requests.is_empty() {
        return String::new();
    }
    let rows: String =
        payment.refund_requests.iter().map(|request| self::request(payment, request)).collect();
    format!(
        r#"<section class="box scroll"><h2>Refund requests</h2><table id="requests" data-test="requests"><tr><th>Amount</th><th>Account</th><th>Description</th><th>Status</th><th></th></tr>{rows}</table></section>"#
    )
}

fn request(payment: &Payment, request: &RefundRequest) -> String {
    let (id, status, account) = (&request.id, request.status.name(), &request.account);
    let deed = |name: &str, label: &str, class: &str| {
        let path = format!("/dashboard/{}/payments/{}/requests/{id}/{name}", payment.merchant, payment.id);
        button(&format!("{name}-{id}"), &path, label, class)
    };
    let deeds = match request.status {
        RequestStatus::Pending => deed("complete", "Money sent", "") + &deed("reject", "Reject", "danger"),
        RequestStatus::Rejected | RequestStatus::Completed => String::new(),
    };
    format!(
        r#"<tr data-test="request" data-request="{id}" data-status="{status}"><td class="money">{amount}</td><td>{name}<br><small>{bank} {branch}-{number}</small></td><td>{about}</td><td><span class="status {status}">{status}</span></td><td>{deeds}</td></tr>"#,
        amount = esc(&payment.currency.show(request.total(payment))),
        name = esc(&account.customer_name),
        bank = esc(&account.bank_name),
        branch = esc(&account.branch_number),
        number = esc(&account.account_number),
        about = esc(request.description.as_deref().unwrap_or("–")),
    )
}

fn events(world: &World, payment: &Payment) -> String {
    let caller = Caller { merchant: payment.merchant.clone(), livemode: payment.livemode };
    world.events_of(&caller).filter(|event| event.data["id"] == payment.id.as_str()).map(event).collect()
}

fn event(event: &Event) -> String {
    format!(
        r#"<tr data-test="event" data-event="{kind}"><td>{kind}</td><td><small>{made}</small></td><td>{reason}</td></tr>"#,
        kind = esc(&event.kind),
        made = clock::for_people(event.created_at),
        reason = esc(event.reason.as_deref().unwrap_or_default()),
    )
}
