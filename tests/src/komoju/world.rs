//! Everything KOMOJU knows, and the lists it can be asked for.

use time::OffsetDateTime;

use super::clock;
use super::error::ApiError;
use super::idempotency::Idempotency;
use super::model::{Event, Livemode, Merchant, Payment, Session};
use super::{random, render};

/// Whose key made a request: nothing else is visible to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    pub merchant: String,
    pub livemode: Livemode,
}

/// The state behind the one lock of [`super::Komoju`].
#[derive(Debug)]
pub struct World {
    /// Origin of the hosted pages, which bodies refer to.
    pub pages: String,
    pub merchants: Vec<Merchant>,
    pub sessions: Vec<Session>,
    pub payments: Vec<Payment>,
    pub events: Vec<Event>,
    /// Events that have yet to be handed to the post office.
    pub outbox: Vec<Event>,
    pub idempotency: Idempotency,
}

impl World {
    pub fn new(pages: String) -> Self {
        Self {
            pages,
            merchants: Vec::new(),
            sessions: Vec::new(),
            payments: Vec::new(),
            events: Vec::new(),
            outbox: Vec::new(),
            idempotency: Idempotency::default(),
        }
    }

    pub fn merchant(&self, id: &str) -> Option<&Merchant> {
        self.merchants.iter().find(|merchant| merchant.id == id)
    }

    pub fn merchant_mut(&mut self, id: &str) -> Result<&mut Merchant, ApiError> {
        self.merchants.iter_mut().find(|merchant| merchant.id == id).ok_or_else(ApiError::not_found)
    }

    /// The account and mode that a secret key opens.
    pub fn caller(&self, key: &str) -> Option<Caller> {
        self.merchants.iter().find_map(|merchant| {
            let livemode = [Livemode::Test, Livemode::Live]
                .into_iter()
                .find(|mode| merchant.secret_key(*mode) == key)?;
            Some(Caller { merchant: merchant.id.clone(), livemode })
        })
    }

    /// The account and mode of a publishable key: known, but not for secrets.
    pub fn publishable(&self, key: &str) -> Option<Caller> {
        self.merchants.iter().find_map(|merchant| {
            let livemode = [Livemode::Test, Livemode::Live]
                .into_iter()
                .find(|mode| merchant.publishable_key(*mode) == key)?;
            Some(Caller { merchant: merchant.id.clone(), livemode })
        })
    }

    pub fn session(&self, id: &str) -> Result<&Session, ApiError> {
        self.sessions.iter().find(|session| session.id == id).ok_or_else(ApiError::not_found)
    }

    pub fn session_mut(&mut self, id: &str) -> Result<&mut Session, ApiError> {
        self.sessions.iter_mut().find(|session| session.id == id).ok_or_else(ApiError::not_found)
    }

    pub fn session_of(&self, caller: &Caller, id: &str) -> Result<&Session, ApiError> {
        let session = self.session(id)?;
        let theirs = session.merchant == caller.merchant && session.livemode == caller.livemode;
        if theirs { Ok(session) } else { Err(ApiError::not_found()) }
    }

    pub fn payment(&self, id: &str) -> Result<&Payment, ApiError> {
        self.payments.iter().find(|payment| payment.id == id).ok_or_else(ApiError::not_found)
    }

    pub fn payment_mut(&mut self, id: &str) -> Result<&mut Payment, ApiError> {
        self.payments.iter_mut().find(|payment| payment.id == id).ok_or_else(ApiError::not_found)
    }

    pub fn payment_of(&self, caller: &Caller, id: &str) -> Result<&Payment, ApiError> {
        let payment = self.payment(id)?;
        let theirs = payment.merchant == caller.merchant && payment.livemode == caller.livemode;
        if theirs { Ok(payment) } else { Err(ApiError::not_found()) }
    }

    /// The payment inside a session's body: the one that completed it, else the last one begun.
    pub fn shown_payment(&self, session: &Session) -> Option<&Payment> {
        let id = session.completed_by.as_ref().or(session.payments.last())?;
        self.payment(id).ok()
    }

    /// Newest first.
    pub fn payments_of(&self, caller: &Caller) -> impl Iterator<Item = &Payment> {
        let caller = caller.clone();
        self.payments
            .iter()
            .rev()
            .filter(move |payment| payment.merchant == caller.merchant && payment.livemode == caller.livemode)
    }

    /// Newest first.
    pub fn sessions_of(&self, caller: &Caller) -> impl Iterator<Item = &Session> {
        let caller = caller.clone();
        self.sessions
            .iter()
            .rev()
            .filter(move |session| session.merchant == caller.merchant && session.livemode == caller.livemode)
    }

    /// Newest first.
    pub fn events_of(&self, caller: &Caller) -> impl Iterator<Item = &Event> {
        let caller = caller.clone();
        self.events
            .iter()
            .rev()
            .filter(move |event| event.merchant == caller.merchant && event.livemode == caller.livemode)
    }

    /// Notes that something happened to a payment, with the payment as it is now.
    pub fn emit(&mut self, kind: &str, payment: &str, reason: Option<&str>) -> Result<(), ApiError> {
        let payment = self.payment(payment)?;
        let event = Event {
            id: random::id(),
            merchant: payment.merchant.clone(),
            livemode: payment.livemode,
            kind: kind.into(),
            data: render::payment(payment, &self.pages),
            reason: reason.map(str::to_owned),
            created_at: clock::now(),
        };
        self.events.push(event.clone());
        self.outbox.push(event);
        Ok(())
    }

    /// Whether a session of this account has used the order number.
    pub fn order_num_taken(&self, caller: &Caller, order_num: &str) -> bool {
        self.sessions_of(caller).any(|session| session.external_order_num.as_deref() == Some(order_num))
    }
}

/// One page of a list.
#[derive(Clone, Copy, Debug)]
pub struct Paging {
    pub page: usize,
    pub per_page: usize,
    pub start: Option<OffsetDateTime>,
    pub end: Option<OffsetDateTime>,
}

impl Paging {
    pub fn covers(&self, created_at: OffsetDateTime) -> bool {
        self.start.is_none_or(|start| created_at >= start) && self.end.is_none_or(|end| created_at <= end)
    }
}
