//! Sessions, payments and events as JSON.

use serde_json::{Map, Value, json};

use super::clock;
use super::method::{BANK_TRANSFER_MARGIN, Kind, METHODS, STORES};
use super::model::{
    Details, Event, Merchant, Offer, Payment, PaymentStatus, Refund, RefundRequest, Session, ShownType,
};

/// A payment as the API and the webhooks show it. `pages` is the origin of the hosted pages.
#[must_use]
pub fn payment(payment: &Payment, pages: &str) -> Value {
    json!({
        "id": payment.id,
        "resource": "payment",
        "status": payment.status.name(),
        "amount": payment.amount,
        "tax": payment.tax,
        "customer": null,
        "payment_deadline": payment.deadline.map(clock::utc),
        "payment_details": shown_details(payment, pages),
        "payment_method_fee": payment.payment_method_fee,
        "total": payment.total(),
        "currency": payment.currency.code(),
        "description": payment.description,
        "captured_at": payment.captured_at.map(clock::utc),
        "external_order_num": payment.external_order_num,
        "metadata": payment.metadata,
        "created_at": clock::utc(payment.created_at),
        "amount_refunded": payment.amount_refunded(),
        "locale": payment.locale.code(),
        "session": payment.session,
        "customer_family_name": null,
        "customer_given_name": null,
        "mcc": null,
        "statement_descriptor": null,
        "refunds": payment.refunds.iter().map(|refund| self::refund(refund, &payment.id)).collect::<Vec<_>>(),
        "refund_requests": payment.refund_requests.iter().map(|request| refund_request(request, &payment.id)).collect::<Vec<_>>(),
    })
}

fn refund(refund: &Refund, payment: &str) -> Value {
    json!({
        "id": refund.id,
        "resource": "refund",
        "amount": refund.amount,
        "currency": refund.currency.code(),
        "payment": payment,
        "description": refund.description.as_deref().unwrap_or_default(),
        "created_at": clock::utc(refund.created_at),
        "chargeback": refund.chargeback,
    })
}

/// A row of a payment's `refund_requests`, with the members that KOMOJU publishes and no others: neither amount nor
/// type of account is among them.
fn refund_request(request: &RefundRequest, payment: &str) -> Value {
    let account = &request.account;
    let mut row = json!({
        "id": request.id,
        "payment": payment,
        "customer_name": account.customer_name,
        "bank_name": account.bank_name,
        "bank_code": account.bank_code,
        "branch_name": account.branch_name,
        "branch_number": account.branch_number,
        "account_number": account.account_number,
        "status": request.status.name(),
        "created_at": clock::utc(request.created_at),
    });
    if let Some(description) = request.description.as_ref().filter(|_| request.described) {
        row["description"] = description.clone().into();
    }
    row
}

/// Where the shopper reads how to pay in cash.
#[must_use]
pub fn instructions_url(payment: &Payment, pages: &str) -> String {
    format!("{pages}/{}/instructions/{}", payment.locale.code(), payment.id)
}

/// The details, with the type that they are to show.
fn shown_details(payment: &Payment, pages: &str) -> Value {
    let mut details = details(payment, pages);
    match &payment.shown_type {
        ShownType::Own => {}
        ShownType::As(slug) => details["type"] = slug.clone().into(),
        ShownType::Missing => drop(details.as_object_mut().and_then(|details| details.remove("type"))),
        ShownType::NoDetails => details = Value::Null,
    }
    details
}

fn details(payment: &Payment, pages: &str) -> Value {
    let kind = payment.method.slug;
    let email = &payment.email;
    match &payment.details {
        Details::Card { number, month, year } => json!({
            "type": kind,
            "email": email,
            "brand": super::card::brand(number),
            "last_four_digits": number.get(number.len().saturating_sub(4)..),
            "month": month,
            "year": year,
        }),
        Details::Konbini { store, confirmation_code, receipt } => json!({
            "type": kind,
            "email": email,
            "store": store,
            "confirmation_code": confirmation_code,
            "receipt": receipt,
            "instructions_url": instructions_url(payment, pages),
        }),
        Details::BankTransfer { account_number } => json!({
            "type": kind,
            "email": email,
            "order_id": payment.id,
            "bank_name": "サンドボックス銀行",
            "account_branch_name": "本店",
            "account_number": account_number,
            "account_type": "普通",
            "account_name": "カ)コモジュ",
            "instructions_url": instructions_url(payment, pages),
            "payment_deadline": payment.deadline.map(|deadline| clock::utc(deadline - BANK_TRANSFER_MARGIN)),
        }),
        Details::PayEasy { bank_id, customer_id, confirmation_id } => json!({
            "type": kind,
            "email": email,
            "bank_id": bank_id,
            "customer_id": customer_id,
            "confirmation_id": confirmation_id,
            "instructions_url": instructions_url(payment, pages),
            "payment_url": null,
            "cvs_code": null,
        }),
        Details::Wallet => match payment.status {
            PaymentStatus::Pending => json!({
                "type": kind,
                "email": email,
                "redirect_url": format!("{pages}/wallet/{}", payment.id),
            }),
            _ => json!({ "type": kind, "email": email }),
        },
    }
}

/// A session of `merchant`, with the payment that it shows inside. Optional fields are there only when they were given.
#[must_use]
pub fn session(
    session: &Session,
    merchant: Option<&Merchant>,
    shown: Option<&Payment>,
    pages: &str,
) -> Value {
    let mut body = json!({
        "id": session.id,
        "resource": "session",
        "mode": "payment",
        "amount": session.amount,
        "currency": session.currency.code(),
        "session_url": format!("{pages}/sessions/{}", session.id),
        "return_url": session.return_url,
        "default_locale": session.default_locale.code(),
        "payment_methods": session.offers.iter().map(offer).collect::<Vec<_>>(),
        "created_at": clock::japanese(session.created_at),
        "cancelled_at": session.cancelled_at.map(clock::japanese),
        "completed_at": session.completed_at.map(clock::japanese),
        "status": session.status.name(),
        "expired": session.expired(clock::now()),
        "merchant": { "name": merchant.map(|merchant| &merchant.name) },
        "metadata": session.metadata,
        "payment": shown.map(|shown| payment(shown, pages)),
        "payment_data": payment_data(session),
        "secure_token": null,
    });
    let optional =
        [("line_items", session.line_items.clone()), ("email", session.email.clone().map(Value::from))];
    for (name, value) in optional {
        if let Some(value) = value {
            body[name] = value;
        }
    }
    body
}

fn payment_data(session: &Session) -> Value {
    let mut data = Map::new();
    data.insert("capture".into(), session.capture.name().into());
    let optional = [
        ("external_order_num", &session.external_order_num),
        ("name", &session.name),
        ("name_kana", &session.name_kana),
    ];
    for (name, value) in optional {
        if let Some(value) = value {
            data.insert(name.into(), value.clone().into());
        }
    }
    data.into()
}

fn offer(offer: &Offer) -> Value {
    let mut row = json!({
        "type": offer.method.slug,
        "amount": offer.amount,
        "currency": offer.currency.code(),
        "exchange_rate": offer.exchange_rate.number(),
    });
    match offer.method.kind {
        Kind::Card => row["brands"] = json!(["visa", "master", "jcb", "american_express", "diners_club"]),
        Kind::Konbini => {
            row["brands"] =
                STORES.iter().map(|store| (store.0.to_owned(), icon(store.0))).collect::<Map<_, _>>().into();
        }
        Kind::BankTransfer | Kind::PayEasy => {}
        Kind::Wallet => {
            row["offsite"] = true.into();
            row["additional_fields"] = json!([]);
        }
    }
    if offer.method.kind.is_cash() || offer.customer_fee > 0 {
        row["customer_fee"] = offer.customer_fee.into();
    }
    row
}

fn icon(store: &str) -> Value {
    json!({ "icon": format!("/assets/konbini/{store}.svg") })
}

/// An event, as a webhook carries it and GET /events lists it.
#[must_use]
pub fn event(event: &Event) -> Value {
    json!({
        "id": event.id,
        "type": event.kind,
        "resource": "event",
        "data": event.data,
        "created_at": clock::utc(event.created_at),
        "reason": event.reason,
    })
}

/// GET /payment_methods: a bare array.
#[must_use]
pub fn payment_methods(merchant: &Merchant) -> Value {
    METHODS
        .iter()
        .filter(|method| merchant.methods.contains(method))
        .map(|method| {
            let currency = method.currency(super::money::Currency::JPY);
            let mut row = json!({
                "type_slug": method.slug,
                "name_en": method.name_en,
                "name_ja": method.name_ja,
                "name_ko": method.name_ko,
                "currency": currency.code(),
            });
            match method.kind {
                Kind::Card => {
                    row["subtypes"] = json!(["visa", "master", "jcb", "american_express", "diners_club"])
                }
                Kind::Konbini | Kind::BankTransfer | Kind::PayEasy => {
                    row["payment_method_fee"] = merchant.customer_fee(method, currency).into();
                }
                Kind::Wallet => {}
            }
            row
        })
        .collect()
}
