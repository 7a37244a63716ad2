//! What the shopper may know: a small picture of the state, without words.

use crate::state::reading::PaymentStatus;
use crate::state::settings::{Mode, Settings};
use crate::state::table::Column;
use crate::state::{Attempt, Standing, State};
use crate::time::Moment;
use crate::values::attention::Attention;
use crate::values::instructions::{InstructionKind, Instructions};
use crate::values::locale::Locale;
use crate::values::money::Money;
use crate::values::phase::Phase;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    pub phase: Phase,
    /// The attempt this is about; 0 before the first.
    pub attempt: u32,
    pub locale: Locale,
    pub test: bool,
    /// What is or was to be paid.
    pub amount: Option<Money>,
    /// The same with the payment method's fee, once there is a payment.
    pub total: Option<Money>,
    pub method: String,
    pub instructions: Instructions,
    /// Codes that the shopper may still hold and that can no longer be paid, the newest last.
    #[serde(default)]
    pub dead: Vec<DeadCode>,
    pub deadline: Option<Moment>,
    /// KOMOJU's page, where the session may still be paid.
    pub session_url: Option<String>,
    /// The attempt's session can no longer be used: a new start makes another.
    pub ended: bool,
    /// The last try in the session was refused; it may be tried again.
    pub declined: bool,
    /// The confirmation page this attempt came from.
    pub page: Option<String>,
    /// Tokens about this attempt should live at least until then.
    pub until: Moment,
}

/// A code that was issued and is no longer good.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DeadCode {
    pub method: String,
    #[serde(default)]
    pub lines: Vec<(InstructionKind, String)>,
    /// Its time ran out; otherwise it was given up.
    pub expired: bool,
}

/// The picture of the whole order as seen from its newest attempt, or from the one that is paid.
pub fn snapshot(state: &State, locale: Locale) -> Snapshot {
    let paid = state.attempts.iter().rev().find(|a| matches!(state.standing(a), Standing::Captured(_)));
    let attempt = paid.or_else(|| state.current());
    let mut picture = attempt.map_or_else(|| empty(locale), |a| of_attempt(state, a));
    picture.locale = locale;
    picture.phase = phase(state, attempt);
    picture.dead = dead_codes(state);
    picture
}

fn dead_codes(state: &State) -> Vec<DeadCode> {
    let mut dead: Vec<_> = state
        .payments
        .values()
        .filter_map(|payment| {
            let reading = payment.register.reading.as_ref()?;
            let is_dead = matches!(reading.status, PaymentStatus::Cancelled | PaymentStatus::Expired);
            let code = DeadCode {
                method: reading.method.clone(),
                lines: reading.instructions.lines.clone(),
                expired: reading.status == PaymentStatus::Expired,
            };
            (is_dead && !code.lines.is_empty()).then_some((payment.attempt, payment.first_seen, code))
        })
        .collect();
    dead.sort_by_key(|(attempt, seen, _)| (*attempt, *seen));
    dead.into_iter().map(|(_, _, code)| code).collect()
}

fn empty(locale: Locale) -> Snapshot {
    Snapshot {
        phase: Phase::Unpaid,
        attempt: 0,
        locale,
        test: false,
        amount: None,
        total: None,
        method: String::new(),
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
        picture.method = payment.method;
        picture.instructions = payment.instructions;
        picture.deadline = payment.deadline;
        picture.until = picture.until.max(payment.deadline.unwrap_or(0));
    }
    picture
}

fn phase(state: &State, attempt: Option<&Attempt>) -> Phase {
    // Of these, no setting has a say.
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
        // Authorized, two-step: as far as the shopper is concerned, done.
        (Standing::Authorized(_), _) => Phase::Paid,
        (_, Some(Column::Ended | Column::Refunded | Column::MovedOn | Column::Deleted)) => Phase::Closed,
        _ if must_look(Attention::AmountDisputed) => Phase::Review,
        (Standing::Waiting(_), _) => Phase::Waiting,
        (Standing::Pending(_), _) => Phase::Confirming,
        (Standing::Open, _) if attempt.is_some_and(has_just_returned) => Phase::Confirming,
        (Standing::Open | Standing::None | Standing::Dead | Standing::Captured(_), _) => Phase::Unpaid,
    }
}

/// Back from KOMOJU, and not looked at since. A look that somebody's poll asked for does not count: it would turn every
/// other picture back into doubt, and take the button away with it.
fn has_just_returned(attempt: &Attempt) -> bool {
    let returned = attempt.returned_at.is_some_and(|at| attempt.register.at <= at);
    returned && attempt.register.is_wanted()
}
