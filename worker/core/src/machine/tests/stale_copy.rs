//! Answers that may rest on an outdated copy of the store.

use crate::machine::Reply;
use crate::plan::start::Refusal;

#[test]
fn no_shopper_is_refused_by_a_copy_for_what_the_merchant_has_answered_since() {
    for refusal in [
        Refusal::NotOurs,
        Refusal::NotConfigured,
        Refusal::AmountUndecided,
        Refusal::AmountChanged,
        Refusal::NothingDue,
    ] {
        assert!(Reply::Refuse(refusal.clone()).rests_on_the_copy(), "{refusal:?}");
    }
    for refusal in [Refusal::WrongProof, Refusal::OrderNotFound, Refusal::Busy { after_ms: None }] {
        assert!(!Reply::Refuse(refusal.clone()).rests_on_the_copy(), "{refusal:?}");
    }
}
