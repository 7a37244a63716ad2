//! Refund requests: money for a shopper who paid in cash, sent to a bank account by hand. KOMOJU's people complete a
//! request, which makes a refund of it, or reject it; until then it is pending and its money is spoken for.
//!
//! KOMOJU publishes the type of `refund_requests[]` without any amount: whoever asked for a transfer must remember how
//! much it was. What no document settles about them is a setting of the merchant: [`Transfers`].

use super::error::ApiError;
use super::model::{PaymentStatus, RefundRequest, RequestStatus, Transfers};
use super::world::World;

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
