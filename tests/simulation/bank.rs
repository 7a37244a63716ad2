//! KOMOJU, as far as one order sees it: sessions, their payments, and idempotency.

use std::collections::BTreeMap;

use komoju_bigcommerce_worker::http::{HttpRequest, Outcome};
use serde_json::{Value, json};

use super::driver::answer;

const DAY: i64 = 86_400_000;

#[derive(Debug, Clone)]
pub struct Session {
    pub id: String,
    pub amount: i64,
    pub number: String,
    pub cancelled: bool,
    /// The payment that completed it.
    pub completed_by: Option<String>,
    pub made_ms: i64,
    /// Whether a shopper was ever sent to it: nobody can pay a page whose address nobody has.
    pub shown: bool,
    pub payments: Vec<String>,
}

impl Session {
    fn is_payable(&self, now: i64) -> bool {
        self.shown && !self.cancelled && self.completed_by.is_none() && now < self.made_ms + DAY
    }
}

#[derive(Debug, Clone)]
pub struct Payment {
    pub id: String,
    pub session: String,
    pub status: &'static str,
    pub kind: &'static str,
    pub amount: i64,
    pub fee: i64,
}

#[derive(Debug, Clone, Default)]
pub struct Bank {
    pub now: i64,
    pub sessions: BTreeMap<String, Session>,
    pub payments: BTreeMap<String, Payment>,
    answers: BTreeMap<String, (String, u16, Value)>,
    /// Cancels are accepted, and nothing comes of them.
    pub cancels_in_vain: bool,
    /// How often a cancel was asked for.
    pub cancels: u32,
    /// How many sessions were really made.
    pub made: u32,
    /// Payments whose status changed since the last time this was asked: what webhooks would tell of.
    news: Vec<(String, String)>,
}

impl Bank {
    pub fn open(now: i64) -> Self {
        Self { now, ..Self::default() }
    }

    pub fn serve(&mut self, request: &HttpRequest) -> Outcome {
        let path = request.url.split("/v1/").nth(1).expect("KOMOJU's base").to_owned();
        let key =
            request.headers.iter().find(|(name, _)| name == "x-komoju-idempotency").map(|(_, v)| v.clone());
        let body = request.body.clone().unwrap_or_default();
        let Some(key) = key else {
            let (status, body) = self.get(&path);
            return answer(status, &body);
        };
        if let Some((first, status, stored)) = self.answers.get(&key) {
            assert_eq!(*first, body, "the same key must carry the same body: {key}");
            return answer(*status, stored);
        }
        let (status, stored) = self.post(&path, &body);
        self.answers.insert(key, (body, status, stored.clone()));
        answer(status, &stored)
    }

    pub fn news(&mut self) -> Vec<(String, String)> {
        std::mem::take(&mut self.news)
    }

    fn get(&self, path: &str) -> (u16, Value) {
        match path.split_once('/') {
            Some(("sessions", id)) => {
                self.sessions.get(id).map(|s| (200, self.show(s))).unwrap_or_else(not_found)
            }
            Some(("payments", id)) => self.payments.get(id).map(|p| (200, show(p))).unwrap_or_else(not_found),
            _ => not_found(),
        }
    }

    fn post(&mut self, path: &str, body: &str) -> (u16, Value) {
        match path.split('/').collect::<Vec<_>>()[..] {
            ["sessions"] => self.make(&serde_json::from_str(body).expect("JSON")),
            ["sessions", id, "cancel"] => self.cancel_session(id),
            ["payments", id, "cancel"] => self.cancel_payment(id),
            _ => not_found(),
        }
    }

    fn make(&mut self, body: &Value) -> (u16, Value) {
        let number = body["payment_data"]["external_order_num"].as_str().expect("always sent").to_owned();
        if self.sessions.values().any(|s| s.number == number) {
            return refuse("invalid_parameter", "external_order_num");
        }
        self.made += 1;
        let session = Session {
            id: format!("session{}", self.made),
            amount: body["amount"].as_i64().expect("an integer"),
            number,
            cancelled: false,
            completed_by: None,
            made_ms: self.now,
            shown: false,
            payments: Vec::new(),
        };
        let shown = self.show(&session);
        self.sessions.insert(session.id.clone(), session);
        (200, shown)
    }

    fn cancel_session(&mut self, id: &str) -> (u16, Value) {
        let Some(session) = self.sessions.get_mut(id) else { return not_found() };
        if session.completed_by.is_some() || session.cancelled {
            return refuse("unprocessable_entity", "");
        }
        session.cancelled = true;
        let session = session.clone();
        (200, self.show(&session))
    }

    fn cancel_payment(&mut self, id: &str) -> (u16, Value) {
        self.cancels += 1;
        if self.cancels_in_vain {
            return (202, show(&self.payments[id]));
        }
        match self.payments.get(id).map(|p| p.status) {
            None => not_found(),
            Some("pending" | "authorized") => {
                self.set(id, "cancelled");
                (200, show(&self.payments[id]))
            }
            Some(_) => refuse("not_cancellable", ""),
        }
    }

    /// Changes a payment's status, and remembers that there is news.
    pub fn set(&mut self, id: &str, status: &'static str) {
        let payment = self.payments.get_mut(id).expect("a payment of this bank");
        payment.status = status;
        let session = payment.session.clone();
        if matches!(status, "captured" | "authorized") {
            let session = self.sessions.get_mut(&session).expect("its session");
            session.completed_by.get_or_insert(id.to_owned());
        }
        self.news.push((session, id.to_owned()));
    }

    /// A shopper was sent to this page.
    pub fn show_to_shopper(&mut self, url: &str) {
        for session in self.sessions.values_mut().filter(|s| url.ends_with(&format!("/{}", s.id))) {
            session.shown = true;
        }
    }

    /// The sessions that somebody could pay now.
    pub fn payable(&self) -> usize {
        self.sessions.values().filter(|s| s.is_payable(self.now)).count()
    }

    /// The shopper begins a payment on the newest session that takes one.
    pub fn begin(&mut self, kind: &'static str, status: &'static str, fee: i64) -> Option<String> {
        let now = self.now;
        let session = self.sessions.values_mut().rev().find(|s| s.is_payable(now))?;
        let id = format!("payment{}", self.payments.len() + 1);
        session.payments.push(id.clone());
        let (session, amount) = (session.id.clone(), session.amount);
        self.payments
            .insert(id.clone(), Payment { id: id.clone(), session, status: "pending", kind, amount, fee });
        self.set(&id, status);
        Some(id)
    }

    /// The newest payment in `status`.
    pub fn newest(&self, status: &str) -> Option<String> {
        self.payments.values().rev().find(|p| p.status == status).map(|p| p.id.clone())
    }

    /// Whether the payment is the one its session shows.
    pub fn shows(&self, payment: &str) -> bool {
        let session = &self.sessions[&self.payments[payment].session];
        self.shown_of(session).is_some_and(|shown| shown.id == payment)
    }

    /// The payment that completed the session, else the last one begun.
    fn shown_of(&self, session: &Session) -> Option<&Payment> {
        self.payments.get(session.completed_by.as_ref().or(session.payments.last())?)
    }

    fn show(&self, session: &Session) -> Value {
        let payment = self.shown_of(session).map(show);
        let status = match (session.cancelled, session.completed_by.is_some()) {
            (true, _) => "cancelled",
            (false, true) => "completed",
            (false, false) => "pending",
        };
        json!({
            "id": session.id, "status": status, "expired": self.now >= session.made_ms + DAY, "amount": session.amount,
            "currency": "JPY", "session_url": format!("https://hosted.example/sessions/{}", session.id),
            "created_at": rfc3339(session.made_ms), "payment": payment,
        })
    }
}

fn show(payment: &Payment) -> Value {
    json!({
        "id": payment.id, "resource": "payment", "status": payment.status, "session": payment.session,
        "amount": payment.amount, "tax": 0, "payment_method_fee": payment.fee, "total": payment.amount + payment.fee,
        "currency": "JPY", "amount_refunded": 0, "refunds": [], "payment_details": { "type": payment.kind },
        "payment_deadline": "2026-11-25T14:59:59Z",
    })
}

fn rfc3339(ms: i64) -> String {
    let moment = time::OffsetDateTime::from_unix_timestamp(ms / 1_000).expect("a date of this century");
    moment.format(&time::format_description::well_known::Rfc3339).expect("every date has this form")
}

fn not_found() -> (u16, Value) {
    (404, json!({ "error": { "code": "not_found", "message": "not found", "param": null } }))
}

fn refuse(code: &str, param: &str) -> (u16, Value) {
    (422, json!({ "error": { "code": code, "message": "refused", "param": param } }))
}
