//! Refund requests: money for a shopper who paid in cash, sent to a bank account by hand. KOMOJU's people complete a
//! request, which makes a refund of it, or reject it; until then it is pending and its money is spoken for.

use serde_json::{Value, json};
use time::OffsetDateTime;

use super::clock;
use super::error::ApiError;
use super::model::{Payment, PaymentStatus};
use super::world::World;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestStatus {
    Pending,
    Rejected,
    Completed,
}

impl RequestStatus {
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Rejected => "rejected",
            Self::Completed => "completed",
        }
    }
}

/// Where the money is to go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BankAccount {
    /// In half-width kana, as banks have it.
    pub customer_name: String,
    pub bank_name: String,
    pub bank_code: Option<String>,
    pub branch_name: Option<String>,
    pub branch_number: String,
    pub account_type: String,
    pub account_number: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundRequest {
    pub id: String,
    pub status: RequestStatus,
    /// Without the customer's fee.
    pub amount: i64,
    pub include_payment_method_fee: bool,
    pub account: BankAccount,
    pub description: Option<String>,
    pub created_at: OffsetDateTime,
}

impl RefundRequest {
    /// What the customer would receive.
    #[must_use]
    pub fn total(&self, payment: &Payment) -> i64 {
        self.amount + if self.include_payment_method_fee { payment.payment_method_fee } else { 0 }
    }

    /// A row of a payment's `refund_requests`.
    #[must_use]
    pub(super) fn row(&self, payment: &str) -> Value {
        let account = &self.account;
        json!({
            "id": self.id,
            "resource": "refund_request",
            "payment": payment,
            "status": self.status.name(),
            "amount": self.amount,
            "customer_name": account.customer_name,
            "bank_name": account.bank_name,
            "bank_code": account.bank_code,
            "branch_name": account.branch_name,
            "branch_number": account.branch_number,
            "account_type": account.account_type,
            "account_number": account.account_number,
            "include_payment_method_fee": self.include_payment_method_fee,
            "description": self.description,
            "created_at": clock::utc(self.created_at),
        })
    }
}

impl Payment {
    /// What pending requests will take.
    fn requested(&self) -> i64 {
        let pending = self.refund_requests.iter().filter(|request| request.status == RequestStatus::Pending);
        pending.map(|request| request.total(self)).sum()
    }
}

impl World {
    /// Somebody will pay the customer back by bank transfer, later, or refuse to.
    pub fn request_refund(&mut self, payment: &str, request: RefundRequest) -> Result<(), ApiError> {
        let paid = self.payment_mut(payment)?;
        let left = paid.total() - paid.amount_refunded() - paid.requested();
        if paid.status != PaymentStatus::Captured || request.total(paid) > left {
            return Err(ApiError::not_able("not_refundable"));
        }
        paid.refund_requests.push(request);
        Ok(())
    }

    /// The transfer was made: the request becomes a refund that carries its description.
    pub fn complete_request(&mut self, payment: &str, request: &str) -> Result<(), ApiError> {
        let done = self.decide(payment, request, RequestStatus::Completed)?;
        let amount = done.total(self.payment(payment)?);
        self.pay_back(payment, amount, done.description, false)?;
        self.emit("refund_request.updated", payment, None)
    }

    /// The transfer cannot be made: wrong account, say.
    pub fn reject_request(&mut self, payment: &str, request: &str) -> Result<(), ApiError> {
        self.decide(payment, request, RequestStatus::Rejected)?;
        self.emit("refund_request.updated", payment, None)
    }

    fn decide(
        &mut self,
        payment: &str,
        request: &str,
        status: RequestStatus,
    ) -> Result<RefundRequest, ApiError> {
        let requests = &mut self.payment_mut(payment)?.refund_requests;
        let found = requests.iter_mut().find(|known| known.id == request).ok_or_else(ApiError::not_found)?;
        if found.status != RequestStatus::Pending {
            return Err(ApiError::unprocessable("This refund request has been decided."));
        }
        found.status = status;
        Ok(found.clone())
    }
}
