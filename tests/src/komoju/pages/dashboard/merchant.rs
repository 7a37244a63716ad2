//! One merchant's page.

use std::collections::HashMap;
use std::time::Duration;

use axum::extract::{Path, Query, State};
use axum::response::IntoResponse;

use super::super::answer::Answer;
use super::super::html::{button, esc};
use super::frame::{bar, page};
use crate::delivery::{Mode, Record, Stage};
use crate::faults::Side;
use crate::komoju::error::ApiError;
use crate::komoju::method::METHODS;
use crate::komoju::model::{
    Endpoint, Livemode, Merchant, Mood, Payment, PaymentStatus, Session, SessionStatus,
};
use crate::komoju::money::Currency;
use crate::komoju::webhooks::EVENTS;
use crate::komoju::world::{Caller, World};
use crate::komoju::{Komoju, clock};

/// Longest list on the page.
const SHOWN: usize = 50;

pub async fn show(
    State(komoju): State<Komoju>,
    Path(id): Path<String>,
    Query(query): Query<HashMap<String, String>>,
) -> Answer {
    let live = query.get("mode").is_some_and(|mode| mode == "live");
    let livemode = if live { Livemode::Live } else { Livemode::Test };
    komoju.merchant(&id)?;
    let post = deliveries(&id, komoju.env.delivery.mode(&id, Side::Komoju), &komoju.deliveries(&id));
    komoju.with(|world| {
        let merchant = world.merchant(&id).ok_or_else(ApiError::not_found)?;
        let caller = Caller { merchant: id.clone(), livemode };
        let body = format!(
            r#"{bar}<main class="desk" id="dashboard" data-test="dashboard">{payments}{keys}{webhooks}{sessions}{post}{api}{settings}</main>"#,
            bar = bar(merchant, livemode),
            payments = payments(world, &caller),
            keys = keys(merchant),
            webhooks = webhooks(merchant, &komoju.env.app.url),
            sessions = sessions(world, &caller),
            api = api(merchant),
            settings = settings(merchant),
        );
        Ok(page(&merchant.name, livemode == Livemode::Test, body).into_response())
    })
}

fn keys(merchant: &Merchant) -> String {
    let keys = [
        ("key-test", "Secret key (test)", &merchant.secret_key_test),
        ("key-live", "Secret key (live)", &merchant.secret_key_live),
        ("public-test", "Publishable key (test)", &merchant.publishable_key_test),
        ("public-live", "Publishable key (live)", &merchant.publishable_key_live),
    ];
    let fields: String = keys
        .iter()
        .map(|(id, label, key)| {
            format!(
                r#"<div class="copy"><label>{label}<input id="{id}" data-test="{id}" readonly value="{key}"></label><button type="button" class="quiet" id="copy-{id}" data-copy="{id}">Copy</button></div>"#,
                key = esc(key),
            )
        })
        .collect();
    format!(r#"<section class="box half"><h2>API keys</h2>{fields}</section>"#)
}

fn webhooks(merchant: &Merchant, app: &str) -> String {
    let rows: String = merchant.endpoints.iter().map(|endpoint| webhook(merchant, endpoint)).collect();
    let ticks: String = EVENTS
        .iter()
        .map(|event| {
            format!(
                r#"<label><input type="checkbox" name="events" value="{event}" id="event-{event}" checked> {event}</label>"#
            )
        })
        .collect();
    format!(
        r#"<section class="box half"><h2>Webhooks</h2><table id="webhooks" data-test="webhooks">{rows}</table>
<form method="post" action="/dashboard/{id}/webhooks" id="webhook-form" data-test="webhook-form">
<label>URL<input id="webhook-url" data-test="webhook-url" name="url" type="url" placeholder="{app}/webhooks/komoju/…" required></label>
<label>Secret<input id="webhook-secret" data-test="webhook-secret" name="secret" autocomplete="off"></label>
<fieldset class="ticks">{ticks}</fieldset>
<button id="add-webhook" data-test="add-webhook">Create webhook</button></form></section>"#,
        id = esc(&merchant.id),
        app = esc(app),
    )
}

fn webhook(merchant: &Merchant, endpoint: &Endpoint) -> String {
    let path = format!("/dashboard/{}/webhooks/{}", merchant.id, endpoint.id);
    format!(
        r#"<tr data-test="webhook"><td><code>{url}</code><br><small>{ticked} of {all} events</small></td><td>{ping}{delete}</td></tr>"#,
        url = esc(&endpoint.url),
        ticked = endpoint.events.len(),
        all = EVENTS.len(),
        ping = button(&format!("ping-{}", endpoint.id), &format!("{path}/ping"), "Ping", "quiet"),
        delete = button(&format!("delete-{}", endpoint.id), &format!("{path}/delete"), "Delete", "danger"),
    )
}

fn payments(world: &World, caller: &Caller) -> String {
    let rows: String = world.payments_of(caller).take(SHOWN).map(payment).collect();
    let empty = r#"<tr><td colspan="6" class="quiet">No payment yet.</td></tr>"#;
    format!(
        r#"<section class="box scroll"><h2>Payments</h2><table id="payments" data-test="payments">
<tr><th>Payment</th><th>Order</th><th>Method</th><th>Status</th><th>Total</th><th></th></tr>{}</table></section>"#,
        if rows.is_empty() { empty } else { &rows },
    )
}

fn payment(payment: &Payment) -> String {
    let (id, status) = (&payment.id, payment.status.name());
    let path = format!("/dashboard/{}/payments/{id}", payment.merchant);
    let refunded = match payment.amount_refunded() {
        0 => String::new(),
        amount => format!("<br><small>−{}</small>", esc(&payment.currency.show(amount))),
    };
    let paid = if payment.method.kind.is_cash() { "Paid at the till" } else { "Capture" };
    let action = match payment.status {
        PaymentStatus::Authorized => button(&format!("capture-{id}"), &format!("{path}/capture"), paid, ""),
        _ => String::new(),
    };
    format!(
        r#"<tr id="payment-{id}" data-test="payment" data-payment="{id}" data-status="{status}"><td><a href="{path}"><code>{id}</code></a><br><small>{made}</small></td><td>{order}</td><td>{method}</td><td><span class="status {status}">{status}</span></td><td class="money">{total}{refunded}</td><td>{action}</td></tr>"#,
        made = clock::for_people(payment.created_at),
        order = esc(payment.external_order_num.as_deref().unwrap_or("–")),
        method = payment.method.name_en,
        total = esc(&payment.currency.show(payment.total())),
    )
}

fn sessions(world: &World, caller: &Caller) -> String {
    let rows: String = world.sessions_of(caller).take(SHOWN).map(session).collect();
    let empty = r#"<tr><td colspan="4" class="quiet">No session yet.</td></tr>"#;
    format!(
        r#"<section class="box scroll"><h2>Sessions</h2><table id="sessions" data-test="sessions">
<tr><th>Session</th><th>Order</th><th>Status</th><th>Amount</th><th></th></tr>{}</table></section>"#,
        if rows.is_empty() { empty } else { &rows },
    )
}

fn session(session: &Session) -> String {
    let id = &session.id;
    let open = session.status == SessionStatus::Pending && !session.expired(clock::now());
    let state =
        if session.status == SessionStatus::Pending && !open { "expired" } else { session.status.name() };
    let path = format!("/dashboard/{}/sessions/{id}", session.merchant);
    let actions = if open {
        let expire = button(&format!("expire-{id}"), &format!("{path}/expire"), "Expire", "quiet");
        expire + &button(&format!("cancel-{id}"), &format!("{path}/cancel"), "Cancel", "danger")
    } else {
        String::new()
    };
    format!(
        r#"<tr id="session-{id}" data-test="session" data-status="{state}"><td><a href="/sessions/{id}"><code>{id}</code></a><br><small>{made}</small></td><td>{order}</td><td><span class="status {state}">{state}</span></td><td class="money">{amount}</td><td>{actions}</td></tr>"#,
        made = clock::for_people(session.created_at),
        order = esc(session.external_order_num.as_deref().unwrap_or("–")),
        amount = esc(&session.currency.show(session.amount)),
    )
}

/// The ways to deliver that the dashboard offers.
const MODES: [(&str, &str, Mode); 6] = [
    ("normal", "normally", Mode::Normal),
    ("lost", "never", Mode::Lost),
    ("twice", "twice", Mode::Times(2)),
    ("thrice", "three times", Mode::Times(3)),
    ("held", "when released", Mode::Held),
    ("late", "10 seconds late", Mode::Delayed(Duration::from_secs(10))),
];

/// The way with this code.
pub fn mode(code: &str) -> Option<Mode> {
    MODES.iter().find(|mode| mode.0 == code).map(|mode| mode.2)
}

fn deliveries(merchant: &str, current: Mode, records: &[Record]) -> String {
    let merchant = esc(merchant);
    let rows: String = records.iter().rev().take(SHOWN).map(|record| delivery(&merchant, record)).collect();
    let modes: String = MODES
        .iter()
        .map(|(code, name, mode)| {
            let selected = if *mode == current { " selected" } else { "" };
            format!(r#"<option value="{code}"{selected}>{name}</option>"#)
        })
        .collect();
    let go = |id: &str, action: &str, label: &str| {
        button(id, &format!("/dashboard/{merchant}/{action}"), label, "quiet")
    };
    format!(
        r#"<section class="box scroll"><h2>Webhook deliveries</h2><div class="deeds">
<form method="post" action="/dashboard/{merchant}/post"><label>Deliver<select id="post-mode" data-test="post-mode" name="mode">{modes}</select></label><button id="set-post" data-test="set-post" class="quiet">Set</button></form>
{release}{reversed}{resend}</div>
<table id="deliveries" data-test="deliveries"><tr><th>Event</th><th>Made</th><th>State</th><th>Answers</th><th></th></tr>{rows}</table></section>"#,
        release = go("release", "release?order=made", "Release what is held"),
        reversed = go("release-reversed", "release?order=reversed", "Release in reverse"),
        resend = go("resend-last", "deliveries/last/resend", "Resend the last"),
    )
}

fn delivery(merchant: &str, record: &Record) -> String {
    let (id, stage) = (record.id, stage(record.stage));
    let answers: Vec<String> = record.posts.iter().map(|post| esc(&post.answer.to_string())).collect();
    let resend = format!("/dashboard/{merchant}/deliveries/{id}/resend");
    format!(
        r#"<tr data-test="delivery" data-event="{event}" data-state="{stage}"><td>{event}</td><td><small>{made}</small></td><td><span class="status {stage}">{stage}</span></td><td>{answers}</td><td>{resend}</td></tr>"#,
        event = esc(&record.event),
        made = clock::for_people(record.made_at),
        answers = answers.join(", "),
        resend = button(&format!("resend-{id}"), &resend, "Resend", "quiet"),
    )
}

fn stage(stage: Stage) -> &'static str {
    match stage {
        Stage::Lost => "lost",
        Stage::Held => "held",
        Stage::Underway => "underway",
        Stage::Delivered => "delivered",
        Stage::GivenUp => "given-up",
    }
}

/// How long the API takes where it is switched to *slow*: longer than a shopper likes to wait, shorter than anybody's
/// time-out.
const SLOWNESS: Duration = Duration::from_secs(8);

/// The moods of the API that the dashboard offers.
const MOODS: [(&str, &str, Mood); 4] = [
    ("well", "works", Mood::Well),
    ("slow", "is slow: each answer takes 8 seconds", Mood::Slow(SLOWNESS)),
    ("down", "is down: 503 to everything", Mood::Down),
    ("refuses", "refuses: 422 to whatever would change something", Mood::Refuses),
];

/// The mood with this code.
pub fn mood(code: &str) -> Option<Mood> {
    MOODS.iter().find(|mood| mood.0 == code).map(|mood| mood.2)
}

/// What an evaluator wants to see: what the app does while KOMOJU fails.
fn api(merchant: &Merchant) -> String {
    let moods: String = MOODS
        .iter()
        .map(|(code, name, mood)| {
            let selected = if *mood == merchant.mood { " selected" } else { "" };
            format!(r#"<option value="{code}"{selected}>{name}</option>"#)
        })
        .collect();
    format!(
        r#"<section class="box"><h2>The API</h2><form method="post" action="/dashboard/{id}/api" class="deeds">
<label>KOMOJU's API<select id="api-mood" data-test="api-mood" name="mood">{moods}</select></label><button id="set-api" data-test="set-api" class="quiet">Set</button></form>
<p class="quiet">For this merchant alone. Shoppers' pages and this dashboard go on working.</p></section>"#,
        id = esc(&merchant.id),
    )
}

fn settings(merchant: &Merchant) -> String {
    let methods: String = METHODS
        .iter()
        .map(|method| {
            let slug = method.slug;
            let checked = if merchant.methods.contains(&method) { " checked" } else { "" };
            format!(
                r#"<label><input type="checkbox" name="methods" value="{slug}" id="setting-{slug}"{checked}> {}</label>"#,
                method.name_en,
            )
        })
        .collect();
    let fees: String = [0, 190]
        .iter()
        .map(|fee| {
            let selected = if *fee == merchant.fee { " selected" } else { "" };
            format!(r#"<option value="{fee}"{selected}>{}</option>"#, esc(&Currency::JPY.show(*fee)))
        })
        .collect();
    let currencies: String = Currency::all()
        .map(|currency| {
            let selected = if Some(currency) == merchant.charge_in { " selected" } else { "" };
            format!("<option{selected}>{currency}</option>")
        })
        .collect();
    format!(
        r#"<section class="box"><h2>Settings</h2><form method="post" action="/dashboard/{id}/settings" id="settings-form" data-test="settings-form">
<fieldset class="ticks">{methods}</fieldset><div class="deeds">
<label>Customer fee for konbini and Pay-easy<select id="setting-fee" data-test="setting-fee" name="fee">{fees}</select></label>
<label>Charge in<select id="setting-currency" data-test="setting-currency" name="charge_in"><option value="">the session's currency</option>{currencies}</select></label>
<label>Unsettled balance (minor units)<input id="setting-balance" data-test="setting-balance" name="balance" inputmode="numeric" placeholder="no limit" value="{balance}"></label>
<button id="save-settings" data-test="save-settings">Save</button></div></form></section>"#,
        id = esc(&merchant.id),
        balance = merchant.unsettled_balance.map(|balance| balance.to_string()).unwrap_or_default(),
    )
}
