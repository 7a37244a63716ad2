//! How shoppers pay: each method from the first click to the network's answer.
//!
//! Where the sources are silent the sandbox does what is harder to cope with: a payment that is pending elsewhere (a
//! wallet, 3-D Secure) may still succeed after its session has expired, was cancelled, or was completed by another one.

use time::OffsetDateTime;

use super::card::{self, Verdict};
use super::error::ApiError;
use super::method::{Kind, Method};
use super::model::{Capture, Details, Offer, Payment, PaymentStatus, Session, SessionStatus, ShownType};
use super::world::World;
use super::{clock, method, random};

/// What came of a shopper's attempt to pay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    Captured(String),
    /// A cash code was issued, or a two-step payment was approved.
    Authorized(String),
    /// The shopper must go on elsewhere: 3-D Secure, a wallet's app.
    Pending(String),
    /// The payment failed; the session can be paid again.
    Refused {
        payment: String,
        code: &'static str,
    },
}

impl Outcome {
    /// The payment, whatever became of it.
    #[must_use]
    pub fn payment(&self) -> &str {
        match self {
            Self::Captured(payment) | Self::Authorized(payment) | Self::Pending(payment) => payment,
            Self::Refused { payment, .. } => payment,
        }
    }
}

/// What the shopper does in the wallet's app.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WalletAnswer {
    Approve,
    /// Changes their mind: the payment is cancelled.
    Refuse,
    /// The wallet cannot pay: the payment fails with this code.
    Fail(&'static str),
}

/// Who the shopper says they are.
#[derive(Clone, Debug, Default)]
pub struct Payer {
    pub name: Option<String>,
    pub email: Option<String>,
    /// How many days a code is to live; usually the merchant's setting decides.
    pub days: Option<i64>,
}

const KONBINI_DAYS: i64 = 3;
const BANK_TRANSFER_DAYS: i64 = 14;
const CARD_DAYS: i64 = 7;
const TWO_STEP_DAYS: i64 = 30;

impl World {
    pub fn pay_card(
        &mut self,
        session: &str,
        (number, month, year): (&str, u8, u16),
        payer: Payer,
    ) -> Result<Outcome, ApiError> {
        let number = number.to_owned();
        let details = Details::Card { number: number.clone(), month, year };
        let payment = self.begin(session, "credit_card", details, payer)?;
        match self.session(session)?.scenario.map_or_else(|| card::verdict(&number), Verdict::Refused) {
            Verdict::Approved => self.approve(&payment),
            Verdict::Refused(code) => self.fail(&payment, code),
            Verdict::Challenge { .. } => Ok(Outcome::Pending(payment)),
        }
    }

    /// The answer of the 3-D Secure page.
    pub fn finish_challenge(&mut self, payment: &str, password: &str) -> Result<Outcome, ApiError> {
        let Details::Card { number, .. } = &self.pending(payment)?.details else {
            return Err(ApiError::not_found());
        };
        match card::verdict(number) {
            Verdict::Challenge { password: Some(right) } if right == password => self.approve(payment),
            _ => self.fail(payment, "card_declined"),
        }
    }

    /// Issues a code at a konbini chain; the session is complete, the money is not here.
    pub fn pay_konbini(&mut self, session: &str, store: &str, payer: Payer) -> Result<Outcome, ApiError> {
        let (store, ..) = method::store(store)
            .ok_or_else(|| ApiError::invalid("store", format!("{store} is no store.")))?;
        // 7-Eleven and Seicomart identify a payment by one number alone.
        let one_number = matches!(*store, "seven-eleven" | "seicomart");
        let details = Details::Konbini {
            store,
            confirmation_code: (!one_number).then(|| random::digits(6)),
            receipt: random::digits(if one_number { 13 } else { 11 }),
        };
        self.issue(session, "konbini", details, payer)
    }

    pub fn pay_bank_transfer(&mut self, session: &str, payer: Payer) -> Result<Outcome, ApiError> {
        self.issue(
            session,
            "bank_transfer",
            Details::BankTransfer { account_number: random::digits(7) },
            payer,
        )
    }

    pub fn pay_easy(&mut self, session: &str, payer: Payer) -> Result<Outcome, ApiError> {
        let details = Details::PayEasy {
            bank_id: random::digits(5),
            customer_id: random::digits(11),
            confirmation_id: random::digits(6),
        };
        self.issue(session, "pay_easy", details, payer)
    }

    /// Sends the shopper to a wallet; [`World::finish_wallet`] is what they do there.
    pub fn start_wallet(&mut self, session: &str, slug: &str, payer: Payer) -> Result<Outcome, ApiError> {
        if Method::find(slug).is_none_or(|method| method.kind != Kind::Wallet) {
            return Err(ApiError::invalid_payment_type(slug));
        }
        let payment = self.begin(session, slug, Details::Wallet, payer)?;
        match self.session(session)?.scenario {
            Some(code) => self.fail(&payment, code),
            None => Ok(Outcome::Pending(payment)),
        }
    }

    pub fn finish_wallet(&mut self, payment: &str, answer: WalletAnswer) -> Result<Outcome, ApiError> {
        self.pending(payment)?;
        match answer {
            WalletAnswer::Approve => self.approve(payment),
            WalletAnswer::Fail(code) => self.fail(payment, code),
            WalletAnswer::Refuse => {
                self.cancel(payment)?;
                Ok(Outcome::Refused { payment: payment.into(), code: "cancelled" })
            }
        }
    }

    fn pending(&self, payment: &str) -> Result<&Payment, ApiError> {
        let payment = self.payment(payment)?;
        match payment.status {
            PaymentStatus::Pending => Ok(payment),
            _ => Err(ApiError::unprocessable("This payment is no longer pending.")),
        }
    }

    fn begin(
        &mut self,
        session: &str,
        slug: &str,
        details: Details,
        payer: Payer,
    ) -> Result<String, ApiError> {
        let now = clock::now();
        let session = self.session(session)?;
        session.payable(now)?;
        let offer = session.offers.iter().find(|offer| offer.method.slug == slug);
        let offer = offer.ok_or_else(|| ApiError::invalid_payment_type(slug))?;
        let mut payment = new_payment(session, offer, details, payer, now);
        let merchant = self.merchant(&session.merchant);
        payment.shown_type = merchant.map(|merchant| merchant.shows_type.clone()).unwrap_or_default();
        let id = payment.id.clone();
        let session = payment.session.clone();
        self.payments.push(payment);
        self.session_mut(&session)?.payments.push(id.clone());
        Ok(id)
    }

    /// Begins a cash payment and authorizes it.
    fn issue(
        &mut self,
        session: &str,
        slug: &str,
        details: Details,
        payer: Payer,
    ) -> Result<Outcome, ApiError> {
        let payment = self.begin(session, slug, details, payer)?;
        match self.session(session)?.scenario {
            Some(code) => self.fail(&payment, code),
            None => self.authorize(&payment),
        }
    }

    /// The network said yes.
    fn approve(&mut self, payment: &str) -> Result<Outcome, ApiError> {
        let session = self.payment(payment)?.session.clone();
        match self.session(&session)?.capture {
            Capture::Manual => self.authorize(payment),
            Capture::Auto => {
                self.complete(payment)?;
                self.settle(payment)?;
                Ok(Outcome::Captured(payment.into()))
            }
        }
    }

    fn authorize(&mut self, payment: &str) -> Result<Outcome, ApiError> {
        self.payment_mut(payment)?.status = PaymentStatus::Authorized;
        self.complete(payment)?;
        self.emit("payment.authorized", payment, None)?;
        Ok(Outcome::Authorized(payment.into()))
    }

    fn fail(&mut self, payment: &str, code: &'static str) -> Result<Outcome, ApiError> {
        self.payment_mut(payment)?.status = PaymentStatus::Failed;
        self.emit("payment.failed", payment, Some(code))?;
        Ok(Outcome::Refused { payment: payment.into(), code })
    }

    /// Completes the session, unless it has come to its end otherwise.
    fn complete(&mut self, payment: &str) -> Result<(), ApiError> {
        let session = self.payment(payment)?.session.clone();
        let session = self.session_mut(&session)?;
        if session.status == SessionStatus::Pending {
            session.status = SessionStatus::Completed;
            session.completed_at = Some(clock::now());
            session.completed_by = Some(payment.into());
        }
        Ok(())
    }
}

fn new_payment(
    session: &Session,
    offer: &Offer,
    details: Details,
    payer: Payer,
    now: OffsetDateTime,
) -> Payment {
    Payment {
        id: random::id(),
        merchant: session.merchant.clone(),
        livemode: session.livemode,
        session: session.id.clone(),
        method: offer.method,
        status: PaymentStatus::Pending,
        amount: offer.amount,
        tax: 0,
        payment_method_fee: offer.customer_fee,
        currency: offer.currency,
        deadline: days_to_pay(offer.method.kind, session.capture, payer.days)
            .map(|days| clock::deadline(now, days)),
        details,
        email: payer.email.or_else(|| session.email.clone()),
        name: payer.name.or_else(|| session.name.clone()),
        description: None,
        created_at: now,
        captured_at: None,
        external_order_num: session.external_order_num.clone(),
        metadata: session.metadata.clone(),
        locale: session.default_locale,
        refunds: Vec::new(),
        refund_requests: Vec::new(),
        marked_as_fraud: false,
        shown_type: ShownType::default(),
    }
}

fn days_to_pay(kind: Kind, capture: Capture, asked: Option<i64>) -> Option<i64> {
    match (kind, capture) {
        (Kind::Konbini | Kind::PayEasy | Kind::BankTransfer, _) if asked.is_some() => asked,
        (Kind::Konbini | Kind::PayEasy, _) => Some(KONBINI_DAYS),
        (Kind::BankTransfer, _) => Some(BANK_TRANSFER_DAYS),
        (Kind::Card | Kind::Wallet, Capture::Manual) => Some(TWO_STEP_DAYS),
        (Kind::Card, Capture::Auto) => Some(CARD_DAYS),
        (Kind::Wallet, Capture::Auto) => None,
    }
}
