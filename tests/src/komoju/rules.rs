//! What the merchant and the passing of time do to sessions and payments, and which events tell of it.
//!
//! Every change of a payment goes through here or through [`super::paying`], whoever asks: the API, the hosted page, the
//! dashboard, a test. Nothing expires unasked: a deadline passes when a test or a button says so.

use super::error::ApiError;
use super::method::Kind;
use super::model::{PaymentStatus, Refund, SessionStatus};
use super::world::World;
use super::{clock, random};

impl World {
    /// The money is the merchant's.
    pub(super) fn settle(&mut self, payment: &str) -> Result<(), ApiError> {
        let paid = self.payment_mut(payment)?;
        paid.status = PaymentStatus::Captured;
        paid.captured_at = Some(clock::now());
        self.emit("payment.captured", payment, None)?;
        self.emit("payment.updated", payment, None)
    }

    /// The cash arrived, or the merchant pressed *capture* in the dashboard.
    pub fn capture(&mut self, payment: &str) -> Result<(), ApiError> {
        match self.payment(payment)?.status {
            PaymentStatus::Authorized => self.settle(payment),
            _ => Err(ApiError::not_able("not_capturable")),
        }
    }

    /// The merchant's server captures a two-step payment, perhaps for less. Cash cannot be declared paid this way.
    pub fn capture_by_api(&mut self, payment: &str, amount: Option<i64>, tax: i64) -> Result<(), ApiError> {
        let open = self.payment(payment)?;
        if open.status != PaymentStatus::Authorized || open.method.kind.is_cash() {
            return Err(ApiError::not_able("not_capturable"));
        }
        let amount = amount.unwrap_or(open.amount);
        if amount.checked_add(tax).is_none_or(|captured| captured > open.amount + open.tax) {
            return Err(ApiError::invalid(
                "amount",
                "amount must not be greater than the authorized amount.",
            ));
        }
        self.ask_network(payment)?;
        let open = self.payment_mut(payment)?;
        (open.amount, open.tax) = (amount, tax);
        self.settle(payment)
    }

    pub fn cancel(&mut self, payment: &str) -> Result<(), ApiError> {
        self.end(payment, PaymentStatus::Cancelled)
    }

    /// The deadline has passed, or the authorization has lapsed.
    pub fn expire_payment(&mut self, payment: &str) -> Result<(), ApiError> {
        self.end(payment, PaymentStatus::Expired)
    }

    fn end(&mut self, payment: &str, status: PaymentStatus) -> Result<(), ApiError> {
        let open = self.payment_mut(payment)?;
        if !open.status.open() {
            return Err(ApiError::not_able("not_cancellable"));
        }
        open.status = status;
        self.emit(&format!("payment.{}", status.name()), payment, None)
    }

    /// The merchant cancels a session. A payment that is pending elsewhere is not touched.
    pub fn cancel_session(&mut self, session: &str) -> Result<(), ApiError> {
        let session = self.session_mut(session)?;
        match session.status {
            SessionStatus::Pending => {
                session.status = SessionStatus::Cancelled;
                session.cancelled_at = Some(clock::now());
                Ok(())
            }
            SessionStatus::Completed => Err(ApiError::unprocessable("This session is already completed.")),
            SessionStatus::Cancelled => Err(ApiError::unprocessable("This session is already cancelled.")),
        }
    }

    /// The session's time is over, now.
    pub fn expire_session(&mut self, session: &str) -> Result<(), ApiError> {
        self.session_mut(session)?.expires_at = clock::now();
        Ok(())
    }

    /// A refund through the API or the dashboard; no amount means all that is left.
    pub fn refund(
        &mut self,
        payment: &str,
        amount: Option<i64>,
        description: Option<String>,
    ) -> Result<(), ApiError> {
        let paid = self.payment(payment)?;
        if paid.status != PaymentStatus::Captured || paid.method.kind.is_cash() {
            return Err(ApiError::not_able("not_refundable"));
        }
        let left = paid.total() - paid.amount_refunded();
        let amount = amount.unwrap_or(left);
        if amount <= 0 {
            return Err(ApiError::invalid("amount", "amount must be greater than 0."));
        }
        if amount > left {
            return Err(ApiError::not_able("not_refundable"));
        }
        let balance = self.merchant(&paid.merchant).and_then(|merchant| merchant.unsettled_balance);
        if balance.is_some_and(|balance| amount > balance) {
            let message =
                "The refund amount exceeds your unsettled balance. Please try again after further payments.";
            return Err(ApiError::unprocessable(message));
        }
        self.ask_network(payment)?;
        self.pay_back(payment, amount, description, false)
    }

    /// The cardholder's bank takes the money back.
    pub fn chargeback(&mut self, payment: &str) -> Result<(), ApiError> {
        let paid = self.payment(payment)?;
        if paid.status != PaymentStatus::Captured || paid.method.kind != Kind::Card {
            return Err(ApiError::not_able("not_chargebackable"));
        }
        let left = paid.total() - paid.amount_refunded();
        self.pay_back(payment, left, None, true)
    }

    /// The money goes back, for whatever reason.
    pub(super) fn pay_back(
        &mut self,
        payment: &str,
        amount: i64,
        description: Option<String>,
        chargeback: bool,
    ) -> Result<(), ApiError> {
        let paid = self.payment_mut(payment)?;
        let refund = Refund {
            id: random::id(),
            amount,
            currency: paid.currency,
            description,
            created_at: clock::now(),
            chargeback,
        };
        paid.refunds.push(refund);
        // What a transfer cost may make it more than was paid.
        let in_full = paid.amount_refunded() >= paid.total();
        if in_full {
            paid.status = PaymentStatus::Refunded;
            self.emit("payment.refunded", payment, None)?;
        }
        self.emit("payment.refund.created", payment, None)
    }

    pub fn mark_fraud(&mut self, payment: &str) -> Result<(), ApiError> {
        self.payment_mut(payment)?.marked_as_fraud = true;
        self.emit("payment.marked.as.fraud", payment, None)
    }

    /// The card network's word on a capture or refund; a test may have made it say no.
    fn ask_network(&mut self, payment: &str) -> Result<(), ApiError> {
        let merchant = self.payment(payment)?.merchant.clone();
        match self.merchant_mut(&merchant)?.refuse_next.take() {
            Some(code) => Err(ApiError::refused(code)),
            None => Ok(()),
        }
    }
}
