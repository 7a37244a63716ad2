//! The timeline: what happened to a payment, line by line, for the merchant to read.
//!
//! A line is stored as a short key and a detail, in the form of the first version,
//! which every version since can read:
//!
//! ```text
//! {"at":…, "what":"payment_is", "detail":"Captured pay_1"}      Event::PaymentIs
//! {"at":…, "what":"done",       "detail":"capture-pay_1"}       Event::Done
//! {"at":…, "what":"paid",       "detail":"pay_1"}               Event::Reached
//! ```
//!
//! Invariant: this is the only place where that text is made and taken apart. A line that this version
//! does not know is kept unchanged, as [`Event::Other`]: another version may have written it, and may
//! read it again after a rollback.

use super::decision::DecisionKind;
use super::deed::{Action, ActionKind, MilestoneKind, Subject};
use super::reading::PaymentStatus;
use crate::time::Moment;
use crate::values::ids::PaymentId;
use serde::{Deserialize, Serialize};

/// One line: what happened, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Line", into = "Line")]
pub struct Entry {
    pub at: Moment,
    pub event: Event,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// BigCommerce announced the order, and no shopper had come yet.
    Met,
    /// A webhook of KOMOJU's came.
    HeardKomoju {
        event: String,
    },
    /// A webhook of BigCommerce's came.
    HeardBigCommerce {
        scope: String,
    },
    ShopperReturned,
    /// An attempt was made. `asked` is its `external_order_num` and amount: `BC-7-1 ¥1,200`.
    Begun {
        asked: String,
    },
    /// We ended an attempt's session before anybody had its URL, because it was made by settings
    /// that turned out to be out of date.
    Recalled {
        attempt: String,
    },
    SessionMade {
        session: String,
    },
    SessionNotMade {
        why: String,
    },
    /// KOMOJU refused an optional field, so we asked again without the optional fields.
    SessionLean {
        field: String,
    },
    /// KOMOJU showed a payment with another status than before.
    PaymentIs {
        payment: PaymentId,
        status: PaymentStatus,
    },
    /// A deed took effect.
    Done {
        deed: DeedName,
    },
    /// A send of a deed failed, or its try was given up.
    Failed {
        deed: DeedName,
        why: String,
    },
    /// A milestone was reached.
    Reached {
        milestone: MilestoneKind,
        subject: Subject,
    },
    /// Somebody decided something in the panel.
    Decided {
        decision: DecisionKind,
        by: String,
    },
    /// Something else happened first, so nothing was moved for the decision.
    DecisionOvertaken {
        by: String,
    },
    DecisionWithdrawn {
        by: String,
    },
    /// A line that this version cannot take apart, as it is stored.
    Other {
        what: String,
        detail: String,
    },
}

/// A deed, as its key names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeedName {
    /// What it does, told by the beginning of the key. None: a kind that this version does not know.
    pub kind: Option<ActionKind>,
    /// The text form of its [`Action`].
    pub key: String,
}

impl From<&Action> for DeedName {
    fn from(action: &Action) -> Self {
        Self { kind: Some(action.kind()), key: action.to_string() }
    }
}

impl DeedName {
    fn read(key: &str) -> Self {
        Self { kind: ActionKind::of_key(key), key: key.to_owned() }
    }
}

impl Event {
    pub fn done(action: &Action) -> Self {
        Self::Done { deed: action.into() }
    }

    pub fn failed(action: &Action, why: impl Into<String>) -> Self {
        Self::Failed { deed: action.into(), why: why.into() }
    }

    /// The stored form: key and detail.
    fn written(self) -> (String, String) {
        let (what, detail): (&str, String) = match self {
            Self::Met => ("met", String::new()),
            Self::HeardKomoju { event } => ("heard_komoju", event),
            Self::HeardBigCommerce { scope } => ("heard_bigcommerce", scope),
            Self::ShopperReturned => ("shopper_returned", String::new()),
            Self::Begun { asked } => ("attempt", asked),
            Self::Recalled { attempt } => ("recalled", attempt),
            Self::SessionMade { session } => ("session_made", session),
            Self::SessionNotMade { why } => ("session_not_made", why),
            Self::SessionLean { field } => ("session_lean", field),
            Self::PaymentIs { payment, status } => {
                ("payment_is", [status.name(), " ", payment.as_str()].concat())
            }
            Self::Done { deed } => ("done", deed.key),
            Self::Failed { deed, why } => ("failed", [&deed.key, ": ", &why].concat()),
            Self::Reached { milestone, subject } => (milestone.key(), subject.to_string()),
            Self::Decided { decision, by } => (decision.key(), by),
            Self::DecisionOvertaken { by } => ("decision_overtaken", by),
            Self::DecisionWithdrawn { by } => ("decision_withdrawn", by),
            Self::Other { what, detail } => return (what, detail),
        };
        (what.to_owned(), detail)
    }

    /// The reverse of [`Self::written`].
    fn read(what: String, detail: String) -> Self {
        let known = match what.as_str() {
            "met" => Some(Self::Met),
            "heard_komoju" => Some(Self::HeardKomoju { event: detail.clone() }),
            "heard_bigcommerce" => Some(Self::HeardBigCommerce { scope: detail.clone() }),
            "shopper_returned" => Some(Self::ShopperReturned),
            "attempt" => Some(Self::Begun { asked: detail.clone() }),
            "recalled" => Some(Self::Recalled { attempt: detail.clone() }),
            "session_made" => Some(Self::SessionMade { session: detail.clone() }),
            "session_not_made" => Some(Self::SessionNotMade { why: detail.clone() }),
            "session_lean" => Some(Self::SessionLean { field: detail.clone() }),
            "payment_is" => detail.split_once(' ').and_then(|(status, id)| {
                let payment = PaymentId::parse(id).ok()?;
                Some(Self::PaymentIs { payment, status: PaymentStatus::named(status) })
            }),
            "done" => Some(Self::Done { deed: DeedName::read(&detail) }),
            "failed" => detail
                .split_once(": ")
                .map(|(deed, why)| Self::Failed { deed: DeedName::read(deed), why: why.to_owned() }),
            "decision_overtaken" => Some(Self::DecisionOvertaken { by: detail.clone() }),
            "decision_withdrawn" => Some(Self::DecisionWithdrawn { by: detail.clone() }),
            name => Self::of_name(name, &detail),
        };
        known.unwrap_or(Self::Other { what, detail })
    }

    /// The event whose key is the name of a milestone or of a kind of decision.
    fn of_name(name: &str, detail: &str) -> Option<Self> {
        if let Ok(decision) = name.parse() {
            return Some(Self::Decided { decision, by: detail.to_owned() });
        }
        let (milestone, subject) = (name.parse().ok()?, Subject::parse(detail).ok()?);
        Some(Self::Reached { milestone, subject })
    }
}

/// The form in which an entry is stored.
#[derive(Debug, Serialize, Deserialize)]
struct Line {
    at: Moment,
    what: String,
    detail: String,
}

impl From<Line> for Entry {
    fn from(line: Line) -> Self {
        Self { at: line.at, event: Event::read(line.what, line.detail) }
    }
}

impl From<Entry> for Line {
    fn from(entry: Entry) -> Self {
        let (what, detail) = entry.event.written();
        Self { at: entry.at, what, detail }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::{read, write};
    use crate::state::reading::Cause;
    use crate::values::ids::RefundId;
    use strum::VariantArray;

    fn payment() -> PaymentId {
        PaymentId::parse("pay_1").expect("an id")
    }

    fn actions() -> Vec<Action> {
        let (payment, cause) = (payment(), Cause::OrderRefund(12));
        vec![
            Action::UpdateOrder { subject: Subject::Order, milestone: MilestoneKind::Paid },
            Action::CancelSession { attempt: 1 },
            Action::CancelPayment { payment: payment.clone() },
            Action::Capture { payment: payment.clone() },
            Action::RefundPayment { payment: payment.clone(), cause },
            Action::RefundPayment { payment: payment.clone(), cause: Cause::Twice },
            Action::RequestRefund { payment, cause },
            Action::RecordRefund { refund: RefundId::parse("ref_1").expect("an id") },
        ]
    }

    #[test]
    fn every_event_is_read_back_as_it_was_written() {
        let by = "kana@shop.example".to_owned();
        let status = |status| Event::PaymentIs { payment: payment(), status };
        let mut events = vec![
            Event::Met,
            Event::HeardKomoju { event: "payment.captured".to_owned() },
            Event::HeardBigCommerce { scope: "store/order/statusUpdated".to_owned() },
            Event::ShopperReturned,
            Event::Begun { asked: "BC-7-1 JPY 1,200".to_owned() },
            Event::Recalled { attempt: "2".to_owned() },
            Event::SessionMade { session: "s1".to_owned() },
            Event::SessionNotMade { why: "refused: no: such type".to_owned() },
            Event::SessionLean { field: "email".to_owned() },
            status(PaymentStatus::Captured),
            status(PaymentStatus::Other("on_hold".to_owned())),
            Event::DecisionOvertaken { by: by.clone() },
            Event::DecisionWithdrawn { by: by.clone() },
            Event::Other { what: "of_tomorrow".to_owned(), detail: "x: y".to_owned() },
        ];
        events.extend(actions().iter().map(Event::done));
        events.extend(actions().iter().map(|action| Event::failed(action, "422: no: more")));
        let decided = |decision: &DecisionKind| Event::Decided { decision: *decision, by: by.clone() };
        events.extend(DecisionKind::VARIANTS.iter().map(decided));
        let subjects = [Subject::Order, Subject::Attempt(2), Subject::Payment(payment())];
        for (milestone, subject) in MilestoneKind::VARIANTS.iter().zip(subjects.into_iter().cycle()) {
            events.push(Event::Reached { milestone: *milestone, subject });
        }
        for event in events {
            let entry = Entry { at: 7, event };
            assert_eq!(read::<Entry>(&write(&entry)), Ok(entry.clone()), "{}", write(&entry));
        }
    }

    #[test]
    fn lines_of_the_first_version_are_known() {
        let event = |what: &str, detail: &str| {
            let line = serde_json::json!({ "at": 1, "what": what, "detail": detail });
            read::<Entry>(&line.to_string()).expect("an entry").event
        };
        let captured = Event::PaymentIs { payment: payment(), status: PaymentStatus::Captured };
        assert_eq!(event("payment_is", "Captured pay_1"), captured);
        let other = Event::PaymentIs { payment: payment(), status: PaymentStatus::Other("on_hold".into()) };
        assert_eq!(event("payment_is", "Other(\"on_hold\") pay_1"), other);
        let paid = Event::Reached { milestone: MilestoneKind::Paid, subject: Subject::Payment(payment()) };
        assert_eq!(event("paid", "pay_1"), paid);
        // A line that cannot be taken apart is kept unchanged.
        for (what, detail) in
            [("payment_is", "Captured"), ("failed", "capture-pay_1"), ("paid", "a b"), ("", "")]
        {
            let kept = Event::Other { what: what.to_owned(), detail: detail.to_owned() };
            assert_eq!(event(what, detail), kept);
        }
    }

    #[test]
    fn a_deed_is_known_by_the_beginning_of_its_key() {
        for action in actions() {
            assert_eq!(ActionKind::of_key(&action.to_string()), Some(action.kind()), "{action}");
        }
        assert_eq!(ActionKind::of_key("of-tomorrow-1"), None);
    }
}
