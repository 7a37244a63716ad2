//! What the worker can ask of BigCommerce, and what it is answered.

use domain::http::{HttpRequest, Outcome};
use serde_json::{Value, json};

use super::state::{By, CART, Running, Seen, Store};
use crate::answer::answer;
use crate::bank::Known;
use crate::schedule::EPOCH;

pub type Reply = (u16, Value);

/// Within what [`Delays::UNDER_WAY`] leaves for it.
///
/// [`Delays::UNDER_WAY`]: domain::state::delays::Delays::UNDER_WAY
const STILL_RUNS: i64 = 38_000;

impl Store {
    /// `slow`: the caller gives up waiting, and what changes something takes effect a little later. It carries what the
    /// caller knows of the payment that it is about.
    pub fn serve(&mut self, request: &HttpRequest, slow: Option<Known>) -> Outcome {
        if let Some(known) = slow.filter(|_| request.method != "GET") {
            let ends = self.now + STILL_RUNS;
            self.running.push(Running { ends, request: request.clone(), seen: self.seen, known });
            return Outcome::NoAnswer("slow".to_owned());
        }
        self.carry_out(request)
    }

    pub fn next_to_finish(&self) -> Option<i64> {
        self.running.iter().map(|running| running.ends).min()
    }

    /// What has run long enough takes effect, as it was meant when it was sent.
    pub fn finish(&mut self) {
        let now = self.now;
        for running in self.running.extract_if(.., |r| r.ends <= now).collect::<Vec<_>>() {
            let (told, moves) = (self.seen, self.moves.len());
            self.seen = running.seen;
            self.carry_out(&running.request);
            self.moves[moves..].iter_mut().for_each(|m| m.late = Some(running.known));
            (self.seen, self.telling, self.refusing) = (told, None, None);
        }
    }

    /// The payment that an update of the order names. Empty: it is no update, or names none.
    pub fn payment_of(request: &HttpRequest) -> String {
        let body: Value =
            request.body.as_deref().and_then(|b| serde_json::from_str(b).ok()).unwrap_or_default();
        body["payment_provider_id"].as_str().unwrap_or_default().to_owned()
    }

    /// The answer to a request has arrived, or was lost on the way.
    pub fn answered(&mut self, arrived: bool) {
        self.updates_refused.extend(self.refusing.take().filter(|_| arrived));
        if let Some(seen) = self.telling.take().filter(|_| arrived) {
            self.seen = seen;
        }
    }

    fn carry_out(&mut self, request: &HttpRequest) -> Outcome {
        let path =
            request.url.split("/stores/").nth(1).and_then(|rest| rest.split_once('/')).map_or("", |(_, p)| p);
        let path = path.split('?').next().unwrap_or(path);
        let body: Value =
            request.body.as_deref().and_then(|b| serde_json::from_str(b).ok()).unwrap_or_default();
        if self.deleted {
            let gone = json!([{ "status": 404, "message": "The requested resource was not found." }]);
            return answer(404, &gone);
        }
        let (status, body) = match (request.method, path) {
            ("GET", "v2/orders/1001") => self.order(),
            ("PUT", "v2/orders/1001") if self.puts_miss => (404, Value::Null),
            ("PUT", "v2/orders/1001") => self.put_by_app(&body),
            ("GET", "v3/orders/1001/transactions") => (200, json!({ "data": [{ "gateway": "instore" }] })),
            ("GET", "v3/orders/1001/payment_actions/refunds") => self.list_refunds(),
            ("POST", "v3/orders/1001/payment_actions/refund_quotes") => self.quote(&body),
            ("POST", "v3/orders/1001/payment_actions/refunds") => self.refund_by_app(&body),
            (method, path) => {
                self.violations.push(format!("BigCommerce is never asked to {method} {path}"));
                (404, Value::Null)
            }
        };
        answer(status, &body)
    }

    pub fn put_by_app(&mut self, body: &Value) -> Reply {
        if self.refuses_updates {
            let notes = body["staff_notes"].as_str().unwrap_or_default();
            self.refusing = notes.lines().next_back().map(str::to_owned);
            return (400, json!([{ "status": 400, "message": "The order cannot be changed." }]));
        }
        if let Some(status) = body["status_id"].as_u64() {
            let about = body["payment_provider_id"].as_str().unwrap_or_default().to_owned();
            self.change_because(u8::try_from(status).unwrap_or(u8::MAX), By::App, self.seen, about);
        }
        if let Some(notes) = body["staff_notes"].as_str() {
            self.take_notes(notes);
        }
        if let Some(id) = body["payment_provider_id"].as_str() {
            self.payment_id = id.to_owned();
        }
        self.puts += 1;
        self.order()
    }

    fn take_notes(&mut self, notes: &str) {
        if !notes.starts_with("Wrap as a gift") {
            self.violations.push(format!("the merchant's own notes are gone: {notes}"));
        }
        let new: Vec<_> =
            notes.lines().filter(|line| !self.notes.contains(line)).map(str::to_owned).collect();
        self.told.extend(new.into_iter().map(|line| (self.now, line)));
        self.notes = notes.to_owned();
    }

    fn order(&mut self) -> Reply {
        self.telling = Some(Seen { status: self.status, due: self.due() });
        (200, self.resource())
    }

    /// As BigCommerce writes amounts: a decimal with four places.
    pub fn decimal(&self, minor: i64) -> String {
        let unit = 10_i64.pow(self.decimals);
        let places = usize::try_from(self.decimals).unwrap_or(0);
        match places {
            0 => format!("{minor}.0000"),
            _ => format!("{}.{:0places$}00", minor / unit, minor % unit),
        }
    }

    fn resource(&self) -> Value {
        json!({
            "id": 1001, "status_id": self.status, "date_created": "Sun, 22 Nov 2026 00:00:00 +0000",
            "total_inc_tax": self.decimal(self.total), "store_credit_amount": self.decimal(self.store_credit),
            "gift_certificate_amount": "0.0000", "refunded_amount": self.decimal(self.refunded()),
            "currency_code": self.currency(), "default_currency_code": self.currency(),
            "payment_method": "Pay in Store", "payment_provider_id": self.payment_id, "channel_id": 1,
            "cart_id": CART, "order_is_digital": self.digital, "is_deleted": false, "staff_notes": self.notes,
            "billing_address": { "first_name": "Aoi", "last_name": "Mori", "email": "aoi@shop.example" },
        })
    }
}

/// All orders here are placed at the same minute of the same day.
#[test]
fn the_order_is_placed_at_the_epoch() {
    let placed = domain::time::parse_rfc2822("Sun, 22 Nov 2026 00:00:00 +0000");
    assert_eq!(placed, Some(EPOCH));
}
