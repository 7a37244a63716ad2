//! What KOMOJU holds of one order. This is the truth that invariants are checked against.

use std::cell::Cell;
use std::collections::BTreeMap;

use serde_json::Value;

use super::requests::{Running, Stored};
use crate::schedule::{DAY, HOUR, Lists};

#[derive(Debug, Clone)]
pub struct Session {
    pub id: String,
    pub number: String,
    pub amount: i64,
    pub currency: &'static str,
    /// Two-step.
    pub manual: bool,
    pub cancelled: bool,
    /// The payment that completed it.
    pub completed_by: Option<String>,
    pub made_ms: i64,
    /// Whether a shopper was ever sent to it: nobody can pay a page whose address nobody has.
    pub shown: bool,
    pub payments: Vec<String>,
}

impl Session {
    pub fn is_payable(&self, now: i64) -> bool {
        self.shown && !self.cancelled && self.completed_by.is_none() && now < self.made_ms + DAY
    }
}

#[derive(Debug, Clone)]
pub struct Payment {
    pub id: String,
    pub session: String,
    pub number: String,
    pub status: &'static str,
    pub kind: &'static str,
    pub currency: &'static str,
    /// Without the fee; what was captured, once it is.
    pub amount: i64,
    /// What was asked, in this payment's currency.
    pub asked: i64,
    pub fee: i64,
    pub manual: bool,
    pub begun_ms: i64,
    /// When money was reserved; never for a code, which reserves nothing.
    pub authorized_ms: Option<i64>,
    pub captured_ms: Option<i64>,
    /// Our own cancel ended it.
    pub cancelled_by_us: bool,
    /// Our own capture took the money, or would have taken it.
    pub captured_by_us: bool,
    pub capture_refused: bool,
    pub shows_descriptions: bool,
    /// What the app was last told; being told is not yet having heard.
    pub told: Option<Told>,
    pub telling: Cell<Option<Told>>,
    pub fraud: bool,
    /// The app has read the event that says so.
    pub fraud_told: bool,
    pub telling_fraud: Cell<bool>,
    pub refunds: Vec<Refund>,
    pub requests: Vec<Request>,
}

/// What an answer says of a payment's money.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Told {
    /// None: no answer has said it so that it could be read.
    pub amount: Option<i64>,
    /// Refunded, chargebacks included.
    pub back: i64,
    pub charged_back: bool,
}

/// What the app knows of a payment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Known {
    pub told: Option<Told>,
    pub fraud: bool,
}

#[derive(Debug, Clone)]
pub struct Refund {
    pub id: String,
    pub minor: i64,
    pub chargeback: bool,
    /// What KOMOJU shows of it.
    pub description: String,
    /// Why it was made: the words of the request it answers, whatever KOMOJU shows of them. Empty: by hand.
    pub because: String,
    pub at: i64,
    /// What the app knew the payment to have left before, less what was promised.
    pub left_before: i64,
}

#[derive(Debug, Clone)]
pub struct Request {
    pub id: String,
    pub minor: i64,
    pub status: &'static str,
    /// Our own words.
    pub because: String,
    pub at: i64,
    pub left_before: i64,
}

#[derive(Debug, Clone)]
pub struct Event {
    pub id: String,
    pub kind: &'static str,
    pub payment: String,
    pub session: String,
    pub at: i64,
}

#[derive(Debug, Clone, Default)]
pub struct Bank {
    pub now: i64,
    pub sessions: BTreeMap<String, Session>,
    pub payments: BTreeMap<String, Payment>,
    pub events: Vec<Event>,
    /// Refunds are refused: the merchant's unsettled balance is too small.
    pub balance_is_short: bool,
    /// Sessions, payments and numbers that the key in use is not for: of another account.
    pub out_of_reach: Vec<&'static str>,
    /// Cancels are accepted, and nothing comes of them.
    pub cancels_in_vain: bool,
    pub refuses_captures: bool,
    pub refuses_sessions: bool,
    pub lists: Lists,
    /// Neither a refund request nor the refund that it becomes carries our description.
    pub hides_descriptions: bool,
    /// What a shopper pays more who pays with cash.
    pub fee: i64,
    /// How often a cancel was asked for, how often we captured, and how often captures and refunds were refused.
    pub cancels: u32,
    pub cancels_ignored: u32,
    pub captures: u32,
    pub captures_refused: u32,
    pub refunds_refused: u32,
    /// What refunds that were refused said of themselves.
    pub refused: Vec<String>,
    /// What must never happen, whatever the schedule.
    pub violations: Vec<String>,
    pub(super) answers: BTreeMap<String, Stored>,
    /// Requests that nobody waits for any more, and that take effect all the same.
    pub(super) running: Vec<Running>,
    /// While a request is carried out: what the app knew each payment to have left when it sent that.
    pub(super) left_when_sent: BTreeMap<String, i64>,
    /// Events that nobody has been told of yet.
    told: usize,
}

impl Payment {
    pub fn is_cash(&self) -> bool {
        matches!(self.kind, "konbini" | "bank_transfer")
    }

    /// Authorized, it reserves nothing, and may still be paid: cash, and every type that nobody knows.
    pub fn waits_once_authorized(&self) -> bool {
        !matches!(self.kind, "credit_card" | "paypay")
    }

    /// Left, and promised to nobody.
    pub fn free(&self) -> i64 {
        let promised = self.requests.iter().filter(|r| r.status == "pending");
        self.left() - promised.map(|r| r.minor).sum::<i64>()
    }

    /// The same as far as the app can know: nobody has told it of refunds since its last look. One that a request has become
    /// was promised before.
    pub fn free_as_told(&self) -> i64 {
        let promised = |refund: &Refund| {
            self.requests.iter().any(|r| r.because == refund.because && r.status != "rejected")
        };
        let mut unheard = self.told.map_or(0, |told| self.refunded() - told.back);
        let mut free = self.free();
        for refund in self.refunds.iter().rev() {
            if unheard <= 0 {
                break;
            }
            unheard -= refund.minor;
            free += if promised(refund) { 0 } else { refund.minor };
        }
        free
    }

    pub fn known(&self) -> Known {
        Known { told: self.told, fraud: self.fraud_told }
    }

    pub fn total(&self) -> i64 {
        self.amount + self.fee
    }

    pub fn refunded(&self) -> i64 {
        self.refunds.iter().map(|r| r.minor).sum()
    }

    /// What of the order's money is still there; the fee never was the order's.
    pub fn held(&self) -> i64 {
        if self.status == "captured" { (self.amount - self.refunded()).max(0) } else { 0 }
    }

    pub fn left(&self) -> i64 {
        if self.status == "captured" { self.total() - self.refunded() } else { 0 }
    }

    /// When it ends by itself, should nothing come of it.
    fn lapses_ms(&self) -> Option<i64> {
        let life = match (self.status, self.kind) {
            ("authorized", "konbini") => 3 * DAY,
            ("authorized", "bank_transfer") => 14 * DAY,
            ("authorized", _) => 30 * DAY,
            ("pending", _) => 25 * HOUR,
            _ => return None,
        };
        Some(self.begun_ms + life)
    }
}

impl Bank {
    pub fn open(now: i64, fee: i64) -> Self {
        Self { now, fee, ..Self::default() }
    }

    /// What the app knows of a payment now.
    pub fn known_of(&self, payment: &str) -> Known {
        self.payments.get(payment).map(Payment::known).unwrap_or_default()
    }

    /// What has happened since the last time this was asked.
    pub fn news(&mut self) -> Vec<Event> {
        let news = self.events[self.told..].to_vec();
        self.told = self.events.len();
        news
    }

    /// When something ends by itself next.
    pub fn next_lapse(&self) -> Option<i64> {
        let lapses = self.payments.values().filter_map(Payment::lapses_ms);
        lapses.chain(self.running.iter().map(|r| r.ends)).min()
    }

    /// Ends what has lapsed by `now`.
    pub fn lapse(&mut self, now: i64) {
        self.now = self.now.max(now);
        self.finish(now);
        let over: Vec<_> = self
            .payments
            .values()
            .filter(|p| p.lapses_ms().is_some_and(|at| at <= now))
            .map(|p| p.id.clone())
            .collect();
        for id in over {
            self.set(&id, "expired");
        }
    }

    pub(super) fn tell(&mut self, kind: &'static str, payment: &str) {
        let session = self.payments[payment].session.clone();
        let id = format!("event{}", self.events.len() + 1);
        self.events.push(Event { id, kind, payment: payment.to_owned(), session, at: self.now });
    }

    /// Changes a payment's status, and tells of it.
    pub fn set(&mut self, id: &str, status: &'static str) {
        let now = self.now;
        let payment = self.payments.get_mut(id).expect("a payment of this bank");
        payment.status = status;
        if status == "captured" {
            payment.captured_ms.get_or_insert(now);
        }
        if status == "authorized" && !payment.waits_once_authorized() {
            payment.authorized_ms.get_or_insert(now);
        }
        let session = payment.session.clone();
        if matches!(status, "captured" | "authorized") {
            let session = self.sessions.get_mut(&session).expect("its session");
            session.completed_by.get_or_insert(id.to_owned());
        }
        let kind = match status {
            "captured" => "payment.captured",
            "authorized" => "payment.authorized",
            "cancelled" => "payment.cancelled",
            "expired" => "payment.expired",
            "failed" => "payment.failed",
            "refunded" => "payment.refunded",
            _ => "payment.updated",
        };
        self.tell(kind, id);
    }

    /// Money goes back, for whatever reason.
    pub(super) fn pay_back(&mut self, id: &str, minor: i64, chargeback: bool, because: &str) {
        let number = self.payments.values().map(|p| p.refunds.len()).sum::<usize>() + 1;
        let left_before = self.left_before(id);
        let payment = self.payments.get_mut(id).expect("a payment of this bank");
        let because = because.to_owned();
        // What a transfer becomes need not carry our words.
        let was_requested = payment.requests.iter().any(|r| r.because == because);
        let description =
            if self.hides_descriptions && was_requested { String::new() } else { because.clone() };
        let (id_of_it, at) = (format!("refund{number}"), self.now);
        payment.refunds.push(Refund {
            id: id_of_it,
            minor,
            chargeback,
            description,
            because,
            at,
            left_before,
        });
        let all = payment.left() == 0;
        self.tell("payment.refund.created", id);
        if all {
            self.set(id, "refunded");
        }
    }

    /// What the app knew a payment to have left when it sent the request that is carried out, or knows now.
    pub(super) fn left_before(&self, id: &str) -> i64 {
        self.left_when_sent.get(id).copied().unwrap_or_else(|| self.payments[id].free_as_told())
    }

    /// The answer to a request has arrived, or was lost on the way.
    pub fn answered(&mut self, arrived: bool) {
        for payment in self.payments.values_mut() {
            if let Some(told) = payment.telling.take().filter(|_| arrived) {
                payment.told = Some(told);
            }
            payment.fraud_told |= payment.telling_fraud.take() && arrived;
        }
    }

    /// This element of an answer was there, and came as something else.
    ///
    /// A payment that still names itself and its status has lost its own numbers only. What went back of it, and whether
    /// it was charged back, its refunds still say: each of them has numbers of its own.
    pub fn untell(&self, was: &Value, is: &Value) {
        if let Some(all) = was.as_array() {
            return all.iter().for_each(|element| self.untell(element, &Value::Null));
        }
        let id = was["id"].as_str().unwrap_or_default();
        let is_named = was["id"] == is["id"] && was["status"] == is["status"];
        for payment in self.payments.values() {
            let refund = payment.refunds.iter().find(|refund| refund.id == id && refund.chargeback);
            match payment.telling.get() {
                Some(telling) if payment.id == id => {
                    let amount = payment.told.and_then(|told| told.amount);
                    payment.telling.set(is_named.then_some(Told { amount, ..telling }));
                }
                // An answer that says less takes nothing back of what was told before.
                Some(telling) if refund.is_some() => {
                    let charged_back = payment.told.is_some_and(|told| told.charged_back);
                    payment.telling.set(Some(Told { charged_back, ..telling }));
                }
                _ => {}
            }
        }
    }

    /// From now on nothing is refused without a reason.
    pub fn relent(&mut self) {
        (self.refuses_captures, self.refuses_sessions, self.cancels_in_vain) = (false, false, false);
        self.lists = Lists::AsAsked;
    }

    /// The sessions that somebody could pay now.
    pub fn payable(&self) -> usize {
        self.sessions.values().filter(|s| s.is_payable(self.now)).count()
    }

    /// Whether anything could still turn into money: a page that was shown, or a payment under way.
    pub fn is_live(&self) -> bool {
        let under_way = self.payments.values().any(|p| matches!(p.status, "pending" | "authorized"));
        self.payable() > 0 || under_way
    }

    pub fn captured(&self) -> impl Iterator<Item = &Payment> {
        self.payments.values().filter(|p| p.status == "captured")
    }

    /// Every payment that was ever captured.
    pub fn ever_captured(&self) -> impl Iterator<Item = &Payment> {
        self.payments.values().filter(|p| p.captured_ms.is_some())
    }
}
