//! What the worker can ask of KOMOJU, and what it is answered.

use domain::http::{HttpRequest, Outcome};
use serde_json::{Value, json};

use super::requests::{Reply, Running, Stored};
use super::show::payment as shown;
use super::state::{Bank, Request, Session};
use crate::answer::answer;
use crate::schedule::{DAY, Lists, MINUTE};

/// After that a key is forgotten, and a request that carries it is a new one.
const IDEMPOTENCY_HOLDS: i64 = DAY;
const STILL_RUNS: i64 = MINUTE / 4;

impl Bank {
    /// `slow`: the caller gives up waiting, and the request takes effect a little later.
    pub fn serve(&mut self, request: &HttpRequest, slow: bool) -> Outcome {
        let path = request.url.split("/v1/").nth(1).expect("KOMOJU's base").to_owned();
        let key =
            request.headers.iter().find(|(name, _)| name == "x-komoju-idempotency").map(|(_, v)| v.clone());
        let body = request.body.clone().unwrap_or_default();
        let (status, body) = match request.method {
            "GET" => self.get(&path),
            _ => self.once(path, body, key, slow),
        };
        answer(status, &body)
    }

    fn once(&mut self, path: String, body: String, key: Option<String>, slow: bool) -> Reply {
        let (request, at) = (format!("{path} {body}"), self.now);
        if let Some(key) = &key {
            if key.len() > 100 || !key.is_ascii() {
                self.violations.push(format!("KOMOJU takes no such key: {key}"));
            }
            if let Some(stored) = self.answers.get(key).filter(|s| at - s.at < IDEMPOTENCY_HOLDS) {
                if stored.request != request {
                    self.violations.push(format!("the same key must carry the same request: {key}"));
                }
                return stored.reply.clone().unwrap_or_else(still_runs);
            }
            self.answers.insert(key.clone(), Stored { request, reply: None, at });
        }
        let left = self.payments.iter().map(|(id, p)| (id.clone(), p.free_as_told())).collect();
        let running = Running { ends: at + STILL_RUNS, path, body, key, left };
        match slow {
            true => {
                self.running.push(running);
                still_runs()
            }
            false => self.carry_out(&running),
        }
    }

    fn carry_out(&mut self, running: &Running) -> Reply {
        self.left_when_sent.clone_from(&running.left);
        let reply = self.post(&running.path, &running.body);
        self.left_when_sent.clear();
        if let Some(stored) = running.key.as_ref().and_then(|key| self.answers.get_mut(key)) {
            stored.reply = Some(reply.clone());
        }
        reply
    }

    /// What has run long enough takes effect.
    pub(super) fn finish(&mut self, now: i64) {
        let (over, still) = std::mem::take(&mut self.running).into_iter().partition(|r| r.ends <= now);
        self.running = still;
        let over: Vec<Running> = over;
        for running in over {
            self.carry_out(&running);
        }
        // Nobody hears those answers.
        self.answered(false);
    }

    fn get(&self, path: &str) -> Reply {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        if self.out_of_reach.iter().any(|id| path.ends_with(id) || query.contains(id)) {
            return (401, Value::Null);
        }
        match path.split('/').collect::<Vec<_>>()[..] {
            ["sessions", id] => self.sessions.get(id).map_or_else(not_found, |s| (200, self.session(s))),
            ["payments", id] => self.payments.get(id).map_or_else(not_found, |p| (200, shown(p))),
            ["events", id] => {
                let event = self.events.iter().find(|e| e.id == id);
                event.map_or_else(not_found, |e| (200, self.event(e)))
            }
            ["payments"] => self.list(query),
            _ => not_found(),
        }
    }

    fn list(&self, query: &str) -> Reply {
        let number = query.split('&').find_map(|pair| pair.strip_prefix("external_order_num="));
        let number = number.map(|n| n.replace("%20", " "));
        let all = self.payments.values().rev().filter(|p| number.as_ref().is_none_or(|n| p.number == *n));
        let mut data: Vec<_> = all.map(shown).collect();
        match self.lists {
            Lists::AsAsked | Lists::PartlyUnreadable => {}
            Lists::OfEverybody => {
                data = self.payments.values().rev().map(shown).collect();
                data.insert(0, of_another_shop());
            }
            Lists::Repeated => data.extend(data.clone()),
        }
        let total = data.len();
        (
            200,
            json!({ "resource": "list", "total": total, "page": 1, "per_page": 100, "last_page": 1, "data": data }),
        )
    }

    fn post(&mut self, path: &str, body: &str) -> Reply {
        let body: Value = serde_json::from_str(body).unwrap_or_default();
        match path.split('/').collect::<Vec<_>>()[..] {
            ["sessions"] => self.make(&body),
            ["sessions", id, "cancel"] => self.cancel_session(id),
            ["payments", id, "cancel"] => self.cancel_payment(id),
            ["payments", id, "capture"] => self.capture(id, &body),
            ["payments", id, "refund"] => self.refund(id, &body),
            ["payments", id, "refund_request"] => self.request_refund(id, &body),
            _ => not_found(),
        }
    }

    fn make(&mut self, body: &Value) -> Reply {
        if self.refuses_sessions {
            return refuse("invalid_parameter", "payment_types");
        }
        let number = body["payment_data"]["external_order_num"].as_str().unwrap_or_default().to_owned();
        if self.sessions.values().any(|s| s.number == number) {
            return refuse("invalid_parameter", "external_order_num");
        }
        let currency = if body["currency"] == "USD" { "USD" } else { "JPY" };
        let session = Session {
            id: format!("session{:02}", self.sessions.len() + 1),
            number,
            amount: body["amount"].as_i64().unwrap_or_default(),
            currency,
            manual: body["payment_data"]["capture"] == "manual",
            cancelled: false,
            completed_by: None,
            made_ms: self.now,
            shown: false,
            payments: Vec::new(),
        };
        let shown = self.session(&session);
        self.sessions.insert(session.id.clone(), session);
        (200, shown)
    }

    fn cancel_session(&mut self, id: &str) -> Reply {
        let Some(session) = self.sessions.get_mut(id) else { return not_found() };
        if session.completed_by.is_some() || session.cancelled {
            return refuse("unprocessable_entity", "");
        }
        session.cancelled = true;
        let session = session.clone();
        (200, self.session(&session))
    }

    fn cancel_payment(&mut self, id: &str) -> Reply {
        self.cancels += 1;
        let Some(payment) = self.payments.get_mut(id) else { return not_found() };
        if self.cancels_in_vain {
            self.cancels_ignored += 1;
            return (202, shown(payment));
        }
        if !matches!(payment.status, "pending" | "authorized") {
            return refuse("not_cancellable", "");
        }
        payment.cancelled_by_us = true;
        self.set(id, "cancelled");
        (200, shown(&self.payments[id]))
    }

    fn capture(&mut self, id: &str, body: &Value) -> Reply {
        let Some(payment) = self.payments.get_mut(id) else { return not_found() };
        let minor = body["amount"].as_i64().unwrap_or(payment.amount);
        if self.refuses_captures
            || payment.status != "authorized"
            || payment.is_cash()
            || minor <= 0
            || minor > payment.amount
        {
            payment.capture_refused = true;
            self.captures_refused += 1;
            return refuse("not_capturable", "");
        }
        payment.amount = minor;
        payment.captured_by_us = true;
        self.captures += 1;
        self.set(id, "captured");
        (200, shown(&self.payments[id]))
    }

    fn refund(&mut self, id: &str, body: &Value) -> Reply {
        let Some(payment) = self.payments.get(id) else { return not_found() };
        let minor = body["amount"].as_i64().unwrap_or(payment.left());
        let possible = !payment.is_cash() && minor > 0 && minor <= payment.left();
        if !possible || self.balance_is_short {
            self.refunds_refused += 1;
            self.refused.push(body["description"].as_str().unwrap_or_default().to_owned());
            return refuse(if possible { "unprocessable_entity" } else { "not_refundable" }, "");
        }
        let description = body["description"].as_str().unwrap_or_default().to_owned();
        self.note_cause(id, &description);
        self.pay_back(id, minor, false, &description);
        (200, shown(&self.payments[id]))
    }

    fn request_refund(&mut self, id: &str, body: &Value) -> Reply {
        let Some(payment) = self.payments.get(id) else { return not_found() };
        let minor = body["amount"].as_i64().unwrap_or_default();
        let missing = ["customer_name", "bank_name", "branch_number", "account_type", "account_number"]
            .into_iter()
            .find(|field| body[field].as_str().unwrap_or_default().is_empty());
        if let Some(field) = missing {
            self.violations.push(format!("a refund request without {field}"));
            return refuse("missing_parameter", field);
        }
        if minor <= 0 || minor > payment.left() || payment.status != "captured" {
            self.refunds_refused += 1;
            self.refused.push(body["description"].as_str().unwrap_or_default().to_owned());
            return refuse("not_refundable", "");
        }
        let description = body["description"].as_str().unwrap_or_default().to_owned();
        self.note_cause(id, &description);
        let number = self.payments.values().map(|p| p.requests.len()).sum::<usize>() + 1;
        let (id_of_it, at, left_before) = (format!("request{number}"), self.now, self.left_before(id));
        let request =
            Request { id: id_of_it, minor, status: "pending", because: description, at, left_before };
        self.payments.get_mut(id).expect("it was just read").requests.push(request);
        (204, Value::Null)
    }

    /// One cause, one refund: what says why it is made must not have been paid back before.
    fn note_cause(&mut self, payment: &str, description: &str) {
        let markers = ["bc-refund:", "panel-refund:", "duplicate-payment"];
        let word = description.split_whitespace().find(|word| markers.iter().any(|m| word.contains(m)));
        let Some(word) = word else {
            return self.violations.push(format!("a refund that does not say why: {description:?}"));
        };
        let same = |text: &str| text.split_whitespace().any(|other| other == word);
        let scope = self.payments.values().filter(|p| !word.contains("duplicate-payment") || p.id == payment);
        let twice = scope.into_iter().any(|p| {
            let requested = p.requests.iter().any(|r| r.status != "rejected" && same(&r.because));
            requested || p.refunds.iter().any(|r| same(&r.because))
        });
        if twice {
            self.violations.push(format!("refunded twice for one reason: {word}"));
        }
    }
}

/// Of the same account, and paid.
fn of_another_shop() -> Value {
    json!({
        "id": "payment99", "resource": "payment", "status": "captured", "session": "session99",
        "external_order_num": "OTHER-1001-1", "amount": 77_000, "tax": 0, "payment_method_fee": 0, "total": 77_000,
        "currency": "JPY", "amount_refunded": 0, "refunds": [], "refund_requests": [],
        "payment_details": { "type": "credit_card" }, "payment_deadline": null,
        "captured_at": "2026-11-22T00:00:00Z", "created_at": "2026-11-22T00:00:00Z",
    })
}

fn still_runs() -> Reply {
    (409, json!({ "error": { "code": "conflict", "message": "still running", "param": null } }))
}

fn not_found() -> Reply {
    (404, json!({ "error": { "code": "not_found", "message": "not found", "param": null } }))
}

fn refuse(code: &str, param: &str) -> Reply {
    (422, json!({ "error": { "code": code, "message": "refused", "param": param } }))
}
