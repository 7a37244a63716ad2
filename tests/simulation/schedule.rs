//! A schedule: how a store is set up, and everything that happens to one of its orders.
//!
//! An act that makes no sense where it comes (a refund before a payment) does nothing, so that any part of a schedule
//! is a schedule: that is what makes shrinking easy.

use Act::*;

/// 2026-11-22 00:00 UTC, when every order here is placed.
pub const EPOCH: i64 = 1_795_305_600_000;

pub const MINUTE: i64 = 60_000;
pub const HOUR: i64 = 60 * MINUTE;
pub const DAY: i64 = 24 * HOUR;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule {
    pub setup: Setup,
    pub steps: Vec<(Act, Fate)>,
}

/// The store, its settings and the order as it was placed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Setup {
    /// Two-step: authorized now, captured later.
    pub manual: bool,
    /// Where an order stands while its money is authorized.
    pub authorized_status: u8,
    pub capture_on_shipping: bool,
    pub unpaid: Unpaid,
    pub grace_hours: u32,
    pub refunds: Refunds,
    pub refund_second: bool,
    /// Nothing to ship.
    pub digital: bool,
    /// A currency with decimals.
    pub cents: bool,
    /// In minor units, as is all money here.
    pub total: i64,
    pub store_credit: i64,
    /// What KOMOJU adds for a shopper who pays with cash.
    pub fee: i64,
    /// KOMOJU does not show our description of a transfer, nor of the refund that it becomes.
    pub silent_transfers: bool,
    /// The app was installed an hour after the order was placed, for the first time.
    pub installed_later: bool,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            manual: false,
            authorized_status: 11,
            capture_on_shipping: true,
            unpaid: Unpaid::Leave,
            grace_hours: 72,
            refunds: Refunds::Confirm,
            refund_second: false,
            digital: false,
            cents: false,
            total: 4_980,
            store_credit: 0,
            fee: 0,
            silent_transfers: false,
            installed_later: false,
        }
    }
}

/// The settings of these names, spelled anew so that a schedule depends on nothing of the machine's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unpaid {
    Leave,
    Cancel,
    Decline,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refunds {
    AtOnce,
    Confirm,
    Never,
}

/// Percent of what there is; 100 is all of it.
pub type Percent = u8;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    // The shopper, on the shop's page.
    OpensPage,
    PressesPay,
    PressesAnotherWay,
    FollowsLink,
    ComesBack,
    PageAsks,
    SeesAnotherAmount,
    // The shopper, at KOMOJU.
    PaysByCard,
    IsDeclined,
    /// In another currency than the order's.
    PaysAbroad,
    TakesCode,
    TakesTransferCode,
    /// By a type that is in no document of KOMOJU's, or that has no name at all.
    PaysByUnknownType,
    PaysByNoType,
    /// What was begun so, too.
    PaysCode,
    /// A code that has expired or was cancelled is paid all the same.
    PaysDeadCode,
    OpensWallet,
    ApprovesWallet,
    RefusesWallet,
    // The merchant, at BigCommerce.
    Moves(u8),
    /// The order's total becomes this.
    Edits(i64),
    Deletes,
    RefundsOrder(Percent),
    RefundsToCredit(Percent),
    // The merchant, at KOMOJU, and KOMOJU itself.
    RefundsAtKomoju(Percent),
    CapturesAtKomoju(Percent),
    CancelsAtKomoju,
    ChargesBack,
    MarksFraud,
    CompletesRequest,
    RejectsRequest,
    /// Refunds are refused, or no longer.
    BalanceIsShort(bool),
    /// Captures are refused though the money is reserved, or no longer.
    CapturesAreRefused(bool),
    /// Cancels are accepted and nothing comes of them, or something does again.
    CancelsAreInVain(bool),
    /// Sessions are refused, and not for the key; or no longer.
    SessionsAreRefused(bool),
    /// BigCommerce will not take what it is told of the order, or will again.
    UpdatesAreRefused(bool),
    /// What either side answers with in place of the list it was asked for.
    ListsAre(Lists),
    // The merchant, in our panel.
    AsksForLook,
    ConfirmsRefund,
    SettlesOutside,
    GivesBankDetails,
    RefundsInPanel(Percent),
    CapturesInPanel(Percent),
    /// A second person opens the payment's page, and later presses on what it showed then.
    OpensSecondPage,
    RefundsOnSecondPage(Percent),
    Dismisses,
    ChangesPrefix,
    TogglesCapture,
    TogglesCaptureOnShipping,
    TogglesRefundOfSecond,
    SetsRefunds(Refunds),
    SetsUnpaid(Unpaid),
    /// For so many minutes, what is kept at the edge of the store's settings stays as it is now.
    CopyIsStale(i64),
    /// For so many minutes, the edge has no copy and cannot say why.
    CopyFails(i64),
    /// For so many minutes, the store's own object does not answer.
    OwnerIsSilent(i64),
    // Time and trouble.
    Waits(i64),
    /// Befalls the call after this many that go well.
    Trouble(u8, Trouble),
    /// The same, of those that change something that counts.
    TroubleWithDeed(u8, Trouble),
    /// At this many outputs of the machine from now.
    Crash(u8),
    /// For this many minutes.
    Outage(Side, Outage, i64),
    /// Right before the call after this many, after the look that led to it: anything but a visit to the page, which
    /// would wait its turn.
    Before(u8, &'static Act),
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Lists {
    #[default]
    AsAsked,
    /// The filter is ignored: what belongs to others is in it, too.
    OfEverybody,
    /// Each element comes twice, as if a page was sent again.
    Repeated,
    /// One element of one list in each answer has another shape, be it a list of payments, of refunds, or within one.
    PartlyUnreadable,
}

/// What becomes of the messages that a step causes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    Arrives,
    /// Comes before the answer to the call that caused it.
    Overtakes,
    Lost,
    /// At once, and again much later.
    Twice,
    /// By so many minutes; later ones come before it.
    Late(i64),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    BigCommerce,
    Komoju,
}

/// What goes wrong with one call, or with the worker around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// No answer and no effect.
    CutBefore,
    /// The effect, but no answer.
    CutAfter,
    /// No answer; the effect comes a little later. Until then KOMOJU tells the same key that the first still runs, and
    /// BigCommerce, which knows no keys, says nothing.
    StillRuns,
    /// A 500 without effect.
    Broken,
    /// The effect, and a 500 for an answer.
    BrokenAfter,
    /// 429.
    TooMany,
    /// 404 for something that is there.
    Hiccup,
    /// The worker dies before the call leaves.
    CrashBefore,
    /// The worker dies after the call took effect, before its answer.
    CrashAfter,
}

/// What one side answers for a while.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outage {
    Silent,
    Broken,
    /// The token or key is not accepted: uninstalled, or revoked.
    Unauthorized,
    Forbidden,
    TooMany,
}

impl Schedule {
    pub fn has_faults(&self) -> bool {
        let troubled = |act: &Act| {
            matches!(
                act,
                Trouble(..)
                    | TroubleWithDeed(..)
                    | Crash(_)
                    | Outage(..)
                    | Before(..)
                    | CopyFails(_)
                    | OwnerIsSilent(_)
                    | ListsAre(Lists::PartlyUnreadable)
            )
        };
        self.steps.iter().any(|(act, fate)| troubled(act) || *fate != Fate::Arrives)
    }
}
