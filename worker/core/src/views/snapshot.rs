//! What the shopper may know: a small picture of the state, without words. The page and the script put it into the
//! shopper's language.
//!
//! Nothing here is for the merchant's eyes only. A chargeback, a fraud mark or a difference in the money shows as
//! `Paid`, `Review` or `Closed` and no more.

use crate::state::reading::PaymentStatus;
use crate::state::settings::{Mode, Settings};
use crate::state::table::Column;
use crate::state::{Attempt, Standing, State};
use crate::texts::locale::Locale;
use crate::time::Moment;
use crate::values::attention::Attention;
use crate::values::instructions::{InstructionKind, Instructions};
use crate::values::money::Money;
use crate::values::phase::Phase;
use serde::{Deserialize, Serialize};

/// How one order's payment stands, for its shopper. The status page, the script's polling and the answer to a start
/// all show this.
///
/// It is about one attempt: the one that is paid, else the newest. A shopper who got a konbini code for an order of
/// ¥3,000 (with a fee of ¥220) sees:
///
/// ```text
/// phase         Waiting
/// attempt       1
/// amount        ¥3,000               the order's money
/// total         ¥3,220               with the payment method's fee
/// method        konbini
/// instructions  store: seicomart, receipt number: 40017
/// deadline      2026-11-25 23:59:59 in Japan
/// session_url   None                 the code waits; there is nothing to do on KOMOJU's page
/// until         the deadline         a token about it must live at least as long
/// ```
///
/// The same shopper lets the code lapse and comes back: `phase` is Unpaid, `ended` is true if the session is over
/// too, and `dead` holds the old code, so that nobody carries it to a till. Pressing *Pay* then makes attempt 2.
///
/// How the phase follows from the attempt and the order:
///
/// ```text
/// attempt           order unpaid                      order ended, refunded, moved on, deleted
/// none, dead        Unpaid                            Closed
/// open              Unpaid; Confirming on the return  Closed
/// paying elsewhere  Confirming                        Closed
/// a code waits      Waiting                           Closed
/// reserved          Paid                              Paid
/// captured          Paid, in every column. Closed once refunded whole. Review while the amount differs
///                   or the order had ended before the money came.
/// ```
///
/// While the page shows another amount than the order's, an unpaid order with nothing reserved shows Review instead.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    pub phase: Phase,
    /// The attempt that this is about; 0 before the first.
    pub attempt: u32,
    pub locale: Locale,
    /// The attempt was made with a test key: the page must say TEST.
    pub test: bool,
    /// What is or was to be paid, without the payment method's fee. None before the first attempt, unless a start has
    /// just read it.
    pub amount: Option<Money>,
    /// The same with the payment method's fee. None until there is a payment.
    pub total: Option<Money>,
    /// KOMOJU's slug of the payment type; empty until there is a payment.
    #[serde(rename = "method")]
    pub payment_type: String,
    /// What a shopper needs to pay a code at a till or by transfer.
    pub instructions: Instructions,
    /// Codes that the shopper may still hold and that can no longer be paid, the newest last.
    #[serde(default)]
    pub dead: Vec<DeadCode>,
    /// When the code lapses, in ms since the epoch.
    pub deadline: Option<Moment>,
    /// KOMOJU's page. None if the session cannot be paid there any more, or a code already waits.
    pub session_url: Option<String>,
    /// The attempt's session can no longer be paid: a new start makes another.
    pub ended: bool,
    /// A payment in the session failed (a refused card). The session may still be paid.
    pub declined: bool,
    /// The confirmation page that this attempt came from, without its query.
    pub page: Option<String>,
    /// Ms since the epoch. Tokens about this attempt should live at least until then.
    pub until: Moment,
}

/// A code that was issued and can no longer be paid.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DeadCode {
    #[serde(rename = "method")]
    pub payment_type: String,
    #[serde(default)]
    pub lines: Vec<(InstructionKind, String)>,
    /// True if its time ran out; false if it was cancelled.
    pub expired: bool,
}

/// The picture of the order as seen from the attempt that is paid, else from the newest.
pub fn snapshot(state: &State, locale: Locale) -> Snapshot {
    let paid = state.attempts.iter().rev().find(|a| matches!(state.standing(a), Standing::Captured(_)));
    let attempt = paid.or_else(|| state.current());
    let mut picture = attempt.map_or_else(|| empty(locale), |a| of_attempt(state, a));
    picture.locale = locale;
    picture.phase = phase(state, attempt);
    picture.dead = dead_codes(state);
    picture
}

/// The dead codes of all attempts, the oldest first.
fn dead_codes(state: &State) -> Vec<DeadCode> {
    let mut dead: Vec<_> = state
        .payments
        .values()
        .filter_map(|payment| {
            let reading = payment.register.reading.as_ref()?;
            let is_dead = matches!(reading.status, PaymentStatus::Cancelled | PaymentStatus::Expired);
            let code = DeadCode {
                payment_type: reading.payment_type.clone(),
                lines: reading.instructions.lines.clone(),
                expired: reading.status == PaymentStatus::Expired,
            };
            (is_dead && !code.lines.is_empty()).then_some((payment.attempt, payment.first_seen, code))
        })
        .collect();
    dead.sort_by_key(|(attempt, seen, _)| (*attempt, *seen));
    dead.into_iter().map(|(_, _, code)| code).collect()
}

/// The picture before the first attempt.
fn empty(locale: Locale) -> Snapshot {
    Snapshot {
        phase: Phase::Unpaid,
        attempt: 0,
        locale,
        test: false,
        amount: None,
        total: None,
        payment_type: String::new(),
        instructions: Instructions::default(),
        dead: Vec::new(),
        deadline: None,
        session_url: None,
        ended: false,
        declined: false,
        page: None,
        until: 0,
    }
}

/// What one attempt says, without the phase.
fn of_attempt(state: &State, attempt: &Attempt) -> Snapshot {
    let standing = state.standing(attempt);
    let id = match &standing {
        Standing::Pending(id) | Standing::Waiting(id) | Standing::Authorized(id) | Standing::Captured(id) => {
            Some(id)
        }
        Standing::None | Standing::Open | Standing::Dead => None,
    };
    let payment = id.and_then(|id| state.payments.get(id)).and_then(|p| p.register.reading.clone());
    let usable = matches!(standing, Standing::Open | Standing::Pending(_)) && attempt.session_is_pending();
    let failed = state.payments_of(attempt.n).any(|(_, p)| p.is(&PaymentStatus::Failed));
    let mut picture = Snapshot {
        attempt: attempt.n,
        test: attempt.terms.mode == Mode::Test,
        amount: Some(attempt.terms.amount),
        session_url: usable.then(|| attempt.url.clone()),
        ended: standing == Standing::Dead,
        declined: failed && standing == Standing::Open,
        page: attempt.page.clone(),
        until: attempt.expires_at,
        ..empty(attempt.locale)
    };
    if let Some(payment) = payment {
        picture.total = payment.total;
        picture.payment_type = payment.payment_type;
        picture.instructions = payment.instructions;
        picture.deadline = payment.deadline;
        picture.until = picture.until.max(payment.deadline.unwrap_or(0));
    }
    picture
}

fn phase(state: &State, attempt: Option<&Attempt>) -> Phase {
    // Default settings: no setting has a say in these reasons.
    let attentions = state.attentions(&Settings::default());
    let must_look = |attention| attentions.contains(&attention);
    let standing = attempt.map_or(Standing::None, |a| state.standing(a));
    if let Standing::Captured(id) = &standing {
        let review = must_look(Attention::AmountMismatch) || must_look(Attention::PaidAfterEnd);
        let refunded = state.payments.get(id).is_some_and(|p| p.is(&PaymentStatus::Refunded));
        return match (refunded, review) {
            (true, _) => Phase::Closed,
            (false, true) => Phase::Review,
            (false, false) => Phase::Paid,
        };
    }
    let column = state.column();
    match (standing, column) {
        // Reserved: as far as the shopper is concerned, done.
        (Standing::Authorized(_), _) => Phase::Paid,
        (_, Some(Column::Ended | Column::Refunded | Column::MovedOn | Column::Deleted)) => Phase::Closed,
        _ if must_look(Attention::AmountDisputed) => Phase::Review,
        (Standing::Waiting(_), _) => Phase::Waiting,
        (Standing::Pending(_), _) => Phase::Confirming,
        (Standing::Open, _) if attempt.is_some_and(has_just_returned) => Phase::Confirming,
        (Standing::Open | Standing::None | Standing::Dead | Standing::Captured(_), _) => Phase::Unpaid,
    }
}

/// True if the shopper is back from KOMOJU and we have not looked at the session since. A look triggered by the
/// shopper's own polling does not count. If it did, every second poll would flip the page back to "confirming" and
/// hide the Pay button.
fn has_just_returned(attempt: &Attempt) -> bool {
    let returned = attempt.returned_at.is_some_and(|at| attempt.register.at <= at);
    returned && attempt.register.is_wanted()
}
