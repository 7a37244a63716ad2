//! Refund requests: money for a shopper who paid in cash, sent to a bank account by hand. KOMOJU's people complete a
//! request, which makes a refund of it, or reject it; until then it is pending and its money is spoken for.
//!
//! KOMOJU publishes the type of `refund_requests[]` without any amount: whoever asked for a transfer must remember how
//! much it was. What no document settles about them is a setting of the merchant: [`Transfers`].

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
    /// Whether the API shows the description.
    pub described: bool,
    pub created_at: OffsetDateTime,
}

/// How KOMOJU transfers money to shoppers, where no document says so. The default is what its people have described;
/// a client has to cope with either answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transfers {
    /// `refund_requests[]` show the description that a request was made with.
    pub described_requests: bool,
    /// The refund that a completed request becomes carries that description.
    pub described_refunds: bool,
    /// Added to that refund, in minor units of the payment: what the transfer cost. Below zero the customer gets less.
    pub cost: i64,
    /// Account numbers must be JSON numbers, as KOMOJU's SDK types them; text is refused.
    pub numeric_accounts: bool,
}

impl Default for Transfers {
    fn default() -> Self {
        Self { described_requests: true, described_refunds: true, cost: 0, numeric_accounts: false }
    }
}

impl RefundRequest {
    /// What the customer would receive.
    #[must_use]
    pub fn total(&self, payment: &Payment) -> i64 {
        self.amount + if self.include_payment_method_fee { payment.payment_method_fee } else { 0 }
    }

    /// A row of a payment's `refund_requests`, with the members that KOMOJU publishes and no others: neither amount nor
    /// type of account is among them.
    #[must_use]
    pub(super) fn row(&self, payment: &Payment) -> Value {
        let account = &self.account;
        let mut row = json!({
            "id": self.id,
            "payment": payment.id,
            "customer_name": account.customer_name,
            "bank_name": account.bank_name,
            "bank_code": account.bank_code,
            "branch_name": account.branch_name,
            "branch_number": account.branch_number,
            "account_number": account.account_number,
            "status": self.status.name(),
            "created_at": clock::utc(self.created_at),
        });
        if let Some(description) = self.description.as_ref().filter(|_| self.described) {
            row["description"] = description.clone().into();
        }
        row
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
    pub fn request_refund(&mut self, payment: &str, mut request: RefundRequest) -> Result<(), ApiError> {
        request.described = self.transfers_for(payment)?.described_requests;
        let paid = self.payment_mut(payment)?;
        let left = paid.total() - paid.amount_refunded() - paid.requested();
        if paid.status != PaymentStatus::Captured || request.total(paid) > left {
            return Err(ApiError::not_able("not_refundable"));
        }
        paid.refund_requests.push(request);
        Ok(())
    }

    fn transfers_for(&self, payment: &str) -> Result<Transfers, ApiError> {
        let merchant = &self.payment(payment)?.merchant;
        Ok(self.merchant(merchant).ok_or_else(ApiError::not_found)?.transfers)
    }

    /// The transfer was made: the request becomes a refund.
    pub fn complete_request(&mut self, payment: &str, request: &str) -> Result<(), ApiError> {
        let transfers = self.transfers_for(payment)?;
        let done = self.decide(payment, request, RequestStatus::Completed)?;
        let amount = done.total(self.payment(payment)?) + transfers.cost;
        let description = done.description.filter(|_| transfers.described_refunds);
        self.pay_back(payment, amount, description, false)?;
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
