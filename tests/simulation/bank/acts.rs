//! What shoppers, merchants and KOMOJU's own people do.

use std::cell::Cell;

use super::show::in_won;
use super::state::{Bank, Payment};

impl Bank {
    /// A shopper was sent to this page.
    pub fn show_to_shopper(&mut self, url: &str) {
        for session in self.sessions.values_mut().filter(|s| url.ends_with(&format!("/{}", s.id))) {
            session.shown = true;
        }
    }

    /// The shopper begins a payment on the newest session that takes one. What pays at once is authorized first where
    /// the session is two-step.
    pub fn begin(&mut self, kind: &'static str, status: &'static str, abroad: bool) -> Option<String> {
        let now = self.now;
        let id = format!("payment{:02}", self.payments.len() + 1);
        let cash = matches!(kind, "konbini" | "bank_transfer");
        let session = self.sessions.values_mut().rev().find(|s| s.is_payable(now))?;
        session.payments.push(id.clone());
        let status = if status == "captured" && session.manual { "authorized" } else { status };
        let (currency, amount) = match abroad {
            true => ("KRW", in_won(session.amount)),
            false => (session.currency, session.amount),
        };
        let payment = Payment {
            id: id.clone(),
            session: session.id.clone(),
            number: session.number.clone(),
            status: "pending",
            kind,
            currency,
            amount,
            asked: amount,
            fee: if cash { self.fee } else { 0 },
            manual: session.manual,
            begun_ms: now,
            authorized_ms: None,
            captured_ms: None,
            cancelled_by_us: false,
            captured_by_us: false,
            capture_refused: false,
            shows_descriptions: !self.hides_descriptions,
            told: None,
            telling: Cell::new(None),
            fraud: false,
            fraud_told: false,
            telling_fraud: Cell::new(false),
            refunds: Vec::new(),
            requests: Vec::new(),
        };
        self.payments.insert(id.clone(), payment);
        self.set(&id, status);
        Some(id)
    }

    /// The newest payment for which this holds.
    pub fn newest(&self, holds: impl Fn(&Payment) -> bool) -> Option<String> {
        self.payments.values().rev().find(|p| holds(p)).map(|p| p.id.clone())
    }

    /// The newest of these moves to `status`. False: there was none.
    pub fn move_newest(&mut self, status: &'static str, which: impl Fn(&Payment) -> bool) -> bool {
        let found = self.newest(which);
        if let Some(id) = &found {
            self.set(id, status);
        }
        found.is_some()
    }

    /// Somebody at the merchant's refunds in KOMOJU's dashboard.
    pub fn refund_by_hand(&mut self, percent: u8) -> bool {
        let Some(id) = self.newest(|p| p.left() > 0 && !p.is_cash()) else { return false };
        let minor = part(self.payments[&id].left(), percent);
        self.pay_back(&id, minor, false, "");
        true
    }

    pub fn charge_back(&mut self) -> bool {
        let Some(id) = self.newest(|p| p.left() > 0 && p.kind == "credit_card") else { return false };
        let minor = self.payments[&id].left();
        self.pay_back(&id, minor, true, "");
        true
    }

    pub fn mark_fraud(&mut self) -> bool {
        let Some(id) = self.newest(|p| p.captured_ms.is_some() && !p.fraud) else { return false };
        self.payments.get_mut(&id).expect("it was just found").fraud = true;
        self.tell("payment.marked.as.fraud", &id);
        true
    }

    /// Two-step: somebody captures in KOMOJU's dashboard, perhaps for less.
    pub fn capture_by_hand(&mut self, percent: u8) -> bool {
        let Some(id) = self.newest(|p| p.status == "authorized" && !p.is_cash()) else { return false };
        let minor = part(self.payments[&id].amount, percent);
        self.payments.get_mut(&id).expect("it was just found").amount = minor;
        self.set(&id, "captured");
        true
    }

    /// KOMOJU's people transfer the money of the oldest request, or cannot.
    pub fn decide_request(&mut self, completed: bool) -> bool {
        let open = |p: &&Payment| p.requests.iter().any(|r| r.status == "pending");
        let Some(id) = self.payments.values().find(open).map(|p| p.id.clone()) else { return false };
        let payment = self.payments.get_mut(&id).expect("it was just found");
        let left = payment.left();
        let request = payment.requests.iter_mut().find(|r| r.status == "pending").expect("it was just found");
        let possible = completed && request.minor <= left;
        request.status = if possible { "completed" } else { "rejected" };
        let (minor, because) = (request.minor, request.because.clone());
        self.tell("refund_request.updated", &id);
        if possible {
            self.pay_back(&id, minor, false, &because);
        }
        true
    }
}

/// A part of an amount, at least one minor unit.
pub fn part(of: i64, percent: u8) -> i64 {
    (of * i64::from(percent) / 100).clamp(1, of.max(1))
}
