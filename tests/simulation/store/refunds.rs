//! BigCommerce's books of refunds: nothing moves but numbers, and the order's status.

use serde_json::{Value, json};

use super::api::Reply;
use super::state::{By, Refund, Store, is_paid};
use crate::bank::part;
use crate::schedule::Lists;

impl Store {
    /// The merchant refunds in the control panel, part on the order's own method and what that does not cover as credit.
    pub fn refund_by_merchant(&mut self, percent: u8, to_credit: bool) -> bool {
        let left = self.total - self.refunded();
        if self.deleted || !is_paid(self.status) || left <= 0 {
            return false;
        }
        let minor = part(left, percent);
        let ours = if to_credit { 0 } else { minor.min(self.left_on_method()) };
        self.enter(ours, minor - ours, String::new(), By::Merchant);
        true
    }

    /// What the order's own method took and has not given back.
    fn left_on_method(&self) -> i64 {
        (self.due() - self.refunds.iter().map(|r| r.ours).sum::<i64>()).max(0)
    }

    fn enter(&mut self, ours: i64, credit: i64, reason: String, by: By) -> u64 {
        let id = self.refunds.len() as u64 + 1;
        self.refunds.push(Refund { id, ours, credit, reason, by, at: self.now });
        self.tell("store/order/refund/created", None);
        let to = if self.refunded() >= self.total { 4 } else { 14 };
        self.change(to, By::Platform);
        id
    }

    pub(super) fn list_refunds(&self) -> Reply {
        let mut data: Vec<_> = self.refunds.iter().map(|r| self.refund(r)).collect();
        if self.lists == Lists::Repeated {
            data.extend(data.clone());
        }
        (200, json!({ "data": data, "meta": {} }))
    }

    fn refund(&self, refund: &Refund) -> Value {
        let part = |provider: &str, minor: i64| {
            let (amount, offline) = (self.number(minor), provider == "instore");
            json!({ "id": refund.id, "provider_id": provider, "amount": amount, "offline": offline, "is_declined": false })
        };
        let parts = [("instore", refund.ours), ("storecredit", refund.credit)];
        let payments: Vec<_> = parts.iter().filter(|(_, m)| *m > 0).map(|(p, m)| part(p, *m)).collect();
        let total = self.number(refund.ours + refund.credit);
        json!({
            "id": refund.id, "order_id": 1001, "user_id": 0, "created": "", "reason": refund.reason,
            "total_amount": total, "total_tax": 0,
            "items": [{ "item_type": "ORDER", "item_id": 1001, "reason": refund.reason, "requested_amount": total }],
            "payments": payments,
        })
    }

    pub(super) fn quote(&mut self, body: &Value) -> Reply {
        let minor = self.minor(&body["items"][0]["amount"]);
        if let Some(refusal) = self.refusal(minor) {
            return refusal;
        }
        let option = |provider: &str, minor: i64, offline: bool| {
            json!({
                "provider_id": provider, "provider_description": provider, "amount": self.number(minor),
                "offline": offline, "offline_provider": offline, "offline_reason": "",
            })
        };
        let own = minor.min(self.left_on_method());
        let mut method = vec![option("instore", own, true)];
        if own < minor {
            method.push(option("storecredit", minor - own, false));
        }
        let mut methods =
            vec![vec![option("storecredit", minor, false)], vec![option("custom", minor, true)]];
        if own > 0 {
            methods.push(method);
        }
        (
            201,
            json!({ "data": { "total_refund_amount": self.number(minor), "refund_methods": methods }, "meta": {} }),
        )
    }

    pub(super) fn refund_by_app(&mut self, body: &Value) -> Reply {
        let minor = self.minor(&body["items"][0]["amount"]);
        let payment = &body["payments"][0];
        let ours = self.minor(&payment["amount"]);
        if let Some(refusal) = self.refusal(minor) {
            return refusal;
        }
        if payment["provider_id"] != "instore"
            || payment["offline"] != true
            || ours != minor
            || ours > self.left_on_method()
        {
            self.refunds_refused += 1;
            return refused("The payment amounts do not match the total refund amount.");
        }
        let reason = body["items"][0]["reason"].as_str().unwrap_or_default().to_owned();
        self.check_reason(&reason);
        let id = self.enter(ours, 0, reason, By::App);
        let refund = self.refunds[usize::try_from(id - 1).unwrap_or(0)].clone();
        (201, json!({ "data": self.refund(&refund), "meta": {} }))
    }

    /// A refund at KOMOJU is entered once.
    fn check_reason(&mut self, reason: &str) {
        let probe = Refund { id: 0, ours: 0, credit: 0, reason: reason.to_owned(), by: By::App, at: 0 };
        match probe.recorded() {
            None => self.violations.push(format!("a refund that does not say what it records: {reason:?}")),
            Some(id) if self.refunds.iter().any(|r| r.recorded() == Some(id)) => {
                self.violations.push(format!("recorded twice: {id}"));
            }
            Some(_) => {}
        }
    }

    fn refusal(&mut self, minor: i64) -> Option<Reply> {
        let why = match () {
            () if !is_paid(self.status) => "The order must have received payment before it can be refunded.",
            () if minor <= 0 => "The item amount is invalid.",
            () if minor > self.total - self.refunded() => {
                "The refund amount exceeds the refundable amount of the order."
            }
            () => return None,
        };
        self.refunds_refused += 1;
        Some(refused(why))
    }

    /// As v3 writes amounts: a number of major units.
    fn number(&self, minor: i64) -> Value {
        let decimal = self.decimal(minor);
        serde_json::from_str(decimal.trim_end_matches('0').trim_end_matches('.')).unwrap_or_default()
    }

    fn minor(&self, number: &Value) -> i64 {
        let text = number.to_string();
        let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
        let places = usize::try_from(self.decimals).unwrap_or(0);
        let digits = format!("{whole}{:0<places$}", &fraction[..fraction.len().min(places)]);
        digits.parse().unwrap_or(-1)
    }
}

fn refused(why: &str) -> Reply {
    (422, json!({ "data": [{ "status": 422, "title": why }] }))
}
