//! Mistakes that other plug-ins made, put between the machine and the world: the invariants must notice each.
//!
//! None of them does anything by itself. Each has the core hear, read or remember something else than what is so, and what
//! goes wrong then is what the core decides.

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mutation {
    /// A message counts as known by its type and payment: the second partial refund is dropped.
    DedupesByTypeAndPayment,
    /// A message is marked as known before it is handled: a worker that dies in between has lost it for good.
    MarksBeforeHandling,
    /// A refund in the order's currency is sent as it is to a payment in another.
    RefundsInTheShopsCurrency,
    /// What was refunded in the payment's currency is entered as if it were the order's.
    ComparesAcrossCurrencies,
    /// No idempotency key: what is sent again is done again.
    SendsNoIdempotencyKey,
    /// The order is taken out of `external_order_num` by length: a changed prefix orphans what is under way.
    CutsOrderOutOfNumber,
    /// Each message of a capture counts as the first: the order is told again, as if it still stood as it was placed.
    CountsEachCapture,
    /// Messages of what failed or was updated are answered by an error, and come again without end.
    FailsOnUpdates,
    /// A shopper who comes back unpaid counts as one who never pays: the order is cancelled, though its code is good.
    CancelsOnAbort,
    /// Amounts by way of floats.
    MultipliesFloats,
    /// The amount that the browser showed is what is charged.
    TrustsTheBrowser,
    /// Coming back marks the order paid.
    ReturnMarksPaid,
    /// What was once seen to have failed or expired is not looked at again.
    IgnoresLateMoney,
    /// An update of the order that failed counts as done.
    NeverRepeatsAFailedUpdate,
    /// What speaks against a payment is heard only after the order was told that it is paid.
    TellsTheBetterStatusFirst,
    /// Whatever the store has set, what is refunded in BigCommerce and what was paid twice goes back at once.
    PaysBackUnasked,
    /// Whatever is decided is decided by the copy at the edge, however old it is.
    GoesByTheCopy,
    /// A decision is taken whatever became of what its page had shown.
    DecidesUponNothing,
    /// Orders that were placed before the app was installed are ended like any other that nobody pays.
    EndsWhatWasBeforeIt,
}

impl Mutation {
    pub const ALL: [Self; 19] = [
        Self::DedupesByTypeAndPayment,
        Self::MarksBeforeHandling,
        Self::RefundsInTheShopsCurrency,
        Self::ComparesAcrossCurrencies,
        Self::SendsNoIdempotencyKey,
        Self::CutsOrderOutOfNumber,
        Self::CountsEachCapture,
        Self::FailsOnUpdates,
        Self::CancelsOnAbort,
        Self::MultipliesFloats,
        Self::TrustsTheBrowser,
        Self::ReturnMarksPaid,
        Self::IgnoresLateMoney,
        Self::NeverRepeatsAFailedUpdate,
        Self::TellsTheBetterStatusFirst,
        Self::PaysBackUnasked,
        Self::GoesByTheCopy,
        Self::DecidesUponNothing,
        Self::EndsWhatWasBeforeIt,
    ];

    /// By which of the invariants it is to be noticed, as each begins: any other may be chance.
    pub fn is_noticed_by(self, violation: &str) -> bool {
        let unheard: &[&str] =
            &["known of", "nothing is known of", "nobody was called", "never entered", "less is here"];
        let told: &[&str] = &["money on an order that looks unpaid", "nobody was called", "never paid"];
        let kinds = match self {
            Self::DedupesByTypeAndPayment | Self::MarksBeforeHandling | Self::CutsOrderOutOfNumber => unheard,
            Self::RefundsInTheShopsCurrency => &["a refund of"],
            Self::ComparesAcrossCurrencies => &["entered as another amount"],
            Self::SendsNoIdempotencyKey => &["refunded twice for one reason", "paid back more than once"],
            Self::CountsEachCapture => &["the app moved the order", "the merchant's"],
            Self::FailsOnUpdates => &["a message comes again"],
            Self::CancelsOnAbort => &["given up though it can still be paid"],
            Self::MultipliesFloats | Self::TrustsTheBrowser => &["a session asks for"],
            Self::ReturnMarksPaid => &["marked as paid though nothing was"],
            Self::IgnoresLateMoney => &["known of", "money on an order that looks unpaid"],
            Self::NeverRepeatsAFailedUpdate => told,
            Self::TellsTheBetterStatusFirst => &["told of a better status"],
            Self::EndsWhatWasBeforeIt => &["ended though it was placed before"],
            Self::DecidesUponNothing => &["moved what another had moved"],
            Self::PaysBackUnasked | Self::GoesByTheCopy => {
                &["paid back unasked", "a second payment went back unasked"]
            }
        };
        kinds.iter().any(|kind| violation.starts_with(kind))
    }
}
