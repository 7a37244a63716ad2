//! How the merchant's decisions come in: kept with who and when, once each, and nothing forgotten that money hangs on.

use super::{Machine, want};
use crate::payment::decision::{Decided, Decision, StoredDecision};
use crate::payment::deed::{MilestoneKind, Subject};
use crate::payment::reading::Moment;

impl Machine {
    /// Keeps a decision; [`Self::handle`] does the same for whoever knows the store.
    pub fn decide(&mut self, decided: Decided, at: Moment) {
        self.touched = true;
        let known = self.state.decisions.iter().any(|stored| stored.decided.id == decided.id);
        if known || !self.state.is_worth_keeping() {
            return;
        }
        let seq = self.state.next_seq();
        match &decided.decision {
            Decision::Dismiss { attention } => self.state.dismiss(*attention),
            Decision::Capture { payment, .. } => {
                // Refused once, it may be refused again, and be told again.
                let refused = (Subject::Payment(payment.clone()), MilestoneKind::CaptureRefused);
                self.state.reached.remove(&refused);
            }
            Decision::SettleOutside { refund } => self.forget_bank_details(0, Some(*refund)),
            Decision::Refund { .. }
            | Decision::ConfirmRefund { .. }
            | Decision::BankDetails { .. }
            | Decision::Owed { .. } => {}
        }
        // What money hangs on is looked at before it is acted on.
        self.state.hurry(at);
        want(&mut self.state.order, seq);
        for payment in self.state.payments.values_mut() {
            want(&mut payment.register, seq);
        }
        self.state.log(at, decided.decision.key(), decided.by.clone());
        self.state.decisions.push(StoredDecision { decided, seq, at });
    }

    /// KOMOJU has a refund's bank details, or will not have them: nobody keeps them any longer.
    pub(super) fn forget_bank_details(&mut self, seq: u64, refund: Option<u64>) {
        for stored in &mut self.state.decisions {
            match &mut stored.decided.decision {
                Decision::BankDetails { refund: of, sealed } if Some(*of) == refund => sealed.0.clear(),
                Decision::Refund { sealed, .. } if stored.seq == seq => *sealed = None,
                _ => {}
            }
        }
    }
}
