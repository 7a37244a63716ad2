//! A start: the shopper stands before us and wants to pay. What must be true, in order, and what is answered.
//!
//! Nothing the browser says is believed but the proof; amount, currency, status and page are the order's own.

use super::{Circumstances, next_cancel};

use crate::state::call::{Browser, OrderSeen};
use crate::state::deed::Action;
use crate::state::delays::Delays;
use crate::state::reading::Unreadable;
use crate::state::settings::{Method, Provider};
use crate::state::shop::Ownership;
use crate::state::table::Column;
use crate::state::terms::Terms;
use crate::state::{Attempt, Stage, Standing, State};
use crate::time::Moment;
use crate::values::ids::{CartId, PaymentId};
use crate::values::locale::Locale;
use crate::values::money::Money;
use crate::values::page::{is_confirmation_page, without_query};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use strum::{IntoStaticStr, VariantArray};

/// Why the shopper's page asks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr, VariantArray)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Intent {
    /// The confirmation page was reached; it may be left for KOMOJU if it was reached just now.
    #[default]
    Arrive,
    /// The shopper pressed the button.
    Pay,
    /// The shopper came by plain navigation: may go to KOMOJU, but a GET never ends what is live.
    Visit,
    /// The shopper wants another way than the code that is live.
    Restart,
}

impl Intent {
    /// What it is called wherever text must name it.
    pub fn key(self) -> &'static str {
        self.into()
    }
}

/// What a start brings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Start {
    #[serde(rename = "cart_id")]
    pub proof: Proof,
    pub intent: Intent,
    pub page: Option<String>,
    pub locale: Locale,
    #[serde(flatten)]
    pub browser: Browser,
    /// What the shopper's page showed. It can only block.
    pub seen: Option<Seen>,
    /// Tells one page visit from another: another tab, or the same page opened again.
    pub visit: Option<String>,
}

/// Amounts as the shopper's page showed them, each if it did, and their currency.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    pub currency: String,
    /// The order's amount as a decimal: `1530.00`.
    pub total: Option<String>,
    /// What our method has to collect, as a decimal, from the page's own list of payments.
    pub due: Option<String>,
    /// From scripts of former versions: the amount as an integer, in a scale that the script did not tell.
    pub scaled: Option<String>,
}

/// How whoever asks shows to be the shopper. It travels as the cart's id alone, which a signed link stands in for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(from = "Option<String>", into = "Option<String>")]
pub enum Proof {
    Cart(CartId),
    /// A signed link for this order.
    Link,
    /// What was shown is no proof of anything.
    Nothing,
}

impl Proof {
    /// What somebody who shows this cart id proves.
    pub fn of_cart(id: &str) -> Self {
        CartId::parse(id).map_or(Self::Nothing, Self::Cart)
    }
}

impl From<Option<String>> for Proof {
    fn from(cart: Option<String>) -> Self {
        cart.map_or(Self::Link, |id| Self::of_cart(&id))
    }
}

impl From<Proof> for Option<String> {
    fn from(proof: Proof) -> Self {
        match proof {
            Proof::Cart(cart) => Some(cart.as_str().to_owned()),
            Proof::Link => None,
            Proof::Nothing => Some(String::new()),
        }
    }
}

/// Why a start gets no picture of the payment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Refusal {
    OrderNotFound,
    WrongProof,
    NotOurs,
    NothingDue,
    AmountChanged,
    /// Nobody has said yet how store credit or gift certificates are counted.
    AmountUndecided,
    UnsupportedCurrency,
    AmountUnreadable,
    /// No KOMOJU keys yet.
    NotConfigured,
    /// The store's token is no longer good.
    Disconnected,
    BigCommerceUnavailable,
    KomojuUnavailable,
    /// KOMOJU's final no, in its words.
    KomojuRefused(String),
    /// One of the two sides is asked too much just now: the same start may be made again after so many milliseconds.
    Busy {
        after_ms: Option<u64>,
    },
    /// This order has been started as often as it may be until then. The limit is the shopper's own.
    TooOften {
        until: Moment,
    },
}

/// What one look at an order tells everybody who asks for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Looked {
    NoSuchOrder,
    Order {
        /// None: no cart id proves anything about this order.
        cart_hash: Option<String>,
        /// False: by its label, it is paid another way.
        ours: bool,
    },
}

impl Refusal {
    /// Nobody can pay the order until a person has done something about the order itself.
    pub fn calls_a_person(&self) -> bool {
        match self {
            Self::AmountChanged
            | Self::AmountUndecided
            | Self::UnsupportedCurrency
            | Self::AmountUnreadable => true,
            // A refusal of KOMOJU's is kept with its attempt; the others clear up, or concern the store as a whole.
            Self::OrderNotFound
            | Self::WrongProof
            | Self::NotOurs
            | Self::NothingDue
            | Self::NotConfigured
            | Self::Disconnected
            | Self::BigCommerceUnavailable
            | Self::KomojuUnavailable
            | Self::KomojuRefused(_)
            | Self::Busy { .. }
            | Self::TooOften { .. } => false,
        }
    }
}

/// What the start has done so far.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Progress {
    pub looked_at_order: bool,
    pub provider: Option<Option<Provider>>,
    pub looked_at: Option<u32>,
    pub sessions_tried: u32,
    /// The next session is asked for only with what KOMOJU needs: it refused something beside that.
    pub lean: bool,
    pub cancels: u32,
    pub failed: Option<Refusal>,
}

/// The next step of a start.
#[derive(Debug, Clone, PartialEq)]
pub enum StartStep {
    LookAtOrder,
    LookAtProvider,
    LookAtSession {
        attempt: u32,
    },
    LookAtPayment {
        payment: PaymentId,
    },
    Cancel(Action),
    NewAttempt {
        terms: Box<Terms>,
        page: Option<String>,
    },
    /// Answer with the picture of the payment, and whether the browser should go to KOMOJU now.
    Show {
        redirect: bool,
    },
    Refuse(Refusal),
}

/// One more for a number that is taken already, and one for a refusal of what is not needed.
const SESSION_TRIES: u32 = 3;
/// Sessions that may be made for one order within an hour. Each is a call to KOMOJU that its shopper causes.
const SESSIONS_AN_HOUR: usize = 10;
const CANCEL_CALLS: u32 = 4;

pub fn cart_hash(cart: &CartId) -> String {
    Sha256::digest(cart.as_str()).iter().map(|b| format!("{b:02x}")).collect()
}

/// The next step of a start, from what is known and done so far.
pub fn next(
    state: &State,
    start: &Start,
    done: &Progress,
    c: Circumstances<'_>,
    order: Option<&OrderSeen>,
) -> StartStep {
    match try_next(state, start, done, c, order) {
        Ok(step) | Err(step) => step,
    }
}

/// The same, with every early answer as an error, so that the checks read from top to bottom.
fn try_next(
    state: &State,
    start: &Start,
    done: &Progress,
    c: Circumstances<'_>,
    order: Option<&OrderSeen>,
) -> Result<StartStep, StartStep> {
    if let Some(refusal) = &done.failed {
        return Err(StartStep::Refuse(refusal.clone()));
    }
    check_known_proof(state, start)?;
    let order = order.filter(|_| done.looked_at_order).ok_or(StartStep::LookAtOrder)?;
    check_proof(start, order)?;
    let method = check_ours(done, c, order)?;
    check_payable(state, order)?;
    check_split(state, done, c, order)?;
    let due = check_due(start, order)?;
    let (account, mode) = c.shop.account.clone().ok_or(StartStep::Refuse(Refusal::NotConfigured))?;
    let n = state.attempts.iter().map(|a| a.n).max().unwrap_or(0) + 1;
    let terms = Terms {
        account,
        mode,
        capture: c.shop.settings.capture,
        amount: due,
        types: method.types.clone(),
        external_order_num: format!("{}{}-{n}", c.shop.settings.order_prefix, c.shop.order),
        settings_version: c.shop.settings.version,
    };
    let just_placed = c.now - order.reading.placed_at < c.delays.arrival();
    let may_leave = start.intent != Intent::Arrive || just_placed;
    if let Some(attempt) = state.current() {
        settle_current(state, start, done, c, attempt, &terms, may_leave)?;
    }
    if !may_leave {
        return Ok(StartStep::Show { redirect: false });
    }
    if done.sessions_tried >= SESSION_TRIES {
        return Err(StartStep::Refuse(Refusal::KomojuUnavailable));
    }
    if done.sessions_tried == 0 {
        check_in_vain(state, c, &terms)?;
    }
    check_often(state, c)?;
    Ok(StartStep::NewAttempt { terms: Box::new(terms), page: checked_page(start, c, order) })
}

fn refuse<T>(refusal: Refusal) -> Result<T, StartStep> {
    Err(StartStep::Refuse(refusal))
}

/// A wrong proof of an order already known costs no call.
fn check_known_proof(state: &State, start: &Start) -> Result<(), StartStep> {
    match (&start.proof, &state.head.cart_hash) {
        (Proof::Nothing, _) => refuse(Refusal::WrongProof),
        (Proof::Cart(cart), Some(known)) if cart_hash(cart) != *known => refuse(Refusal::WrongProof),
        _ => Ok(()),
    }
}

fn check_proof(start: &Start, order: &OrderSeen) -> Result<(), StartStep> {
    let proved = match &start.proof {
        Proof::Link => true,
        Proof::Nothing => false,
        Proof::Cart(cart) => order.cart.as_ref() == Some(cart),
    };
    if proved { Ok(()) } else { refuse(Refusal::WrongProof) }
}

fn check_ours<'a>(done: &Progress, c: Circumstances<'a>, order: &OrderSeen) -> Result<&'a Method, StartStep> {
    let known = match (c.shop.ownership(order.reading.channel, &order.reading.label), done.provider) {
        (Ownership::Unknown, Some(provider)) => {
            provider.map_or(Ownership::NotOurs, |p| c.shop.ownership_of(p))
        }
        (by_label, _) => by_label,
    };
    match known {
        Ownership::Ours(method) => Ok(method),
        Ownership::NotOurs => refuse(Refusal::NotOurs),
        Ownership::Unknown => Err(StartStep::LookAtProvider),
    }
}

/// A paid or finished order is shown as it is, never charged.
fn check_payable(state: &State, order: &OrderSeen) -> Result<(), StartStep> {
    let paid = state
        .attempts
        .iter()
        .any(|a| matches!(state.standing(a), Standing::Captured(_) | Standing::Authorized(_)));
    let unpaid = order.reading.column() == Column::Unpaid;
    if paid || !unpaid { Err(StartStep::Show { redirect: false }) } else { Ok(()) }
}

/// Where parts were paid otherwise, the order's own transactions are asked first what is left for us.
fn check_split(
    state: &State,
    done: &Progress,
    c: Circumstances<'_>,
    order: &OrderSeen,
) -> Result<(), StartStep> {
    let Some(split) = order.reading.split else { return Ok(()) };
    let known = state.evidence(&c.shop.settings);
    let settled = known.frozen.is_some() || known.said.is_some() || known.charged.is_some();
    let open = split.candidates().len() > 1 && !settled && done.provider.is_none();
    if open { Err(StartStep::LookAtProvider) } else { Ok(()) }
}

fn check_due(start: &Start, order: &OrderSeen) -> Result<Money, StartStep> {
    let due = match order.reading.due {
        Ok(due) if due.minor > 0 => due,
        Ok(_) => return refuse(Refusal::NothingDue),
        Err(Unreadable::UnsupportedCurrency) => return refuse(Refusal::UnsupportedCurrency),
        Err(Unreadable::NotAnAmount) => return refuse(Refusal::AmountUnreadable),
        Err(Unreadable::Undecided) => return refuse(Refusal::AmountUndecided),
    };
    match &start.seen {
        Some(seen) if !seen.agrees(due, &order_amounts(due, order)) => refuse(Refusal::AmountChanged),
        _ => Ok(due),
    }
}

/// The amounts that a page may show of the order. The storefront does not say whether store credit and gift
/// certificates are taken off, so each of them is right.
fn order_amounts(due: Money, order: &OrderSeen) -> Vec<Money> {
    let candidates = order.reading.split.map(|split| split.candidates()).unwrap_or_default();
    [Some(due), order.total].into_iter().flatten().chain(candidates.into_iter().map(|(_, sum)| sum)).collect()
}

impl Seen {
    /// Whether the page showed this order's money. Every amount that it showed must agree.
    fn agrees(&self, due: Money, shown: &[Money]) -> bool {
        let same = |text: &String, amount: &Money| Money::parse(text.trim(), amount.currency) == Ok(*amount);
        let total = |text: &String| shown.iter().any(|amount| same(text, amount));
        let scaled = |text: &String| shown.iter().any(|amount| is_scaled(text, *amount));
        self.currency.trim().eq_ignore_ascii_case(due.currency.code())
            && self.total.as_ref().is_none_or(total)
            && self.due.as_ref().is_none_or(|text| same(text, &due))
            && self.scaled.as_ref().is_none_or(scaled)
    }
}

/// Former scripts sent the page's integer, counted in the decimals that the shop displays: mostly those of the currency,
/// but a shop may show none for dollars of Taiwan, or two for yen.
fn is_scaled(text: &str, amount: Money) -> bool {
    let Ok(integer) = text.parse::<i64>() else { return false };
    let minor_unit = 10_i64.pow(u32::try_from(amount.currency.exponent()).unwrap_or(0));
    [1, 100].into_iter().any(|scale| {
        let (shown, meant) = (integer.checked_mul(minor_unit), amount.minor.checked_mul(scale));
        shown.is_some() && shown == meant
    })
}

/// What the newest attempt still allows. Ok: nothing, make another.
fn settle_current(
    state: &State,
    start: &Start,
    done: &Progress,
    c: Circumstances<'_>,
    attempt: &Attempt,
    wanted: &Terms,
    may_leave: bool,
) -> Result<(), StartStep> {
    let stale = attempt.register.is_wanted() || c.now - attempt.register.at > c.delays.reading_is_fresh();
    if stale && done.looked_at != Some(attempt.n) {
        return Err(StartStep::LookAtSession { attempt: attempt.n });
    }
    let is_visit = start.intent == Intent::Visit;
    let margin = if is_visit { c.delays.visit_margin() } else { c.delays.reuse_margin() };
    let usable = attempt.terms.ask_the_same(wanted) && attempt.expires_at - c.now >= margin;
    // Another amount is due now: what is live would be paid in vain.
    let outdated = attempt.terms.amount != wanted.amount && !is_visit;
    let ends_live = start.intent == Intent::Restart || outdated;
    let may_leave = may_leave && (start.intent != Intent::Arrive || is_first_visit(attempt, start, c));
    match state.standing(attempt) {
        // Somebody has left from here before: another session is made only by the button.
        Standing::None | Standing::Dead if attempt.left_at.is_some() && !may_leave => {
            Err(StartStep::Show { redirect: false })
        }
        Standing::None | Standing::Dead => Ok(()),
        Standing::Captured(_) | Standing::Authorized(_) => Err(StartStep::Show { redirect: false }),
        Standing::Waiting(_) if !ends_live => Err(StartStep::Show { redirect: false }),
        Standing::Open if usable && start.intent != Intent::Restart => {
            Err(StartStep::Show { redirect: may_leave && attempt.session_is_pending() })
        }
        // A payment under way elsewhere is not to be cut off by a page visit; the session shows how it stands.
        Standing::Pending(_) if !ends_live => {
            Err(StartStep::Show { redirect: start.intent != Intent::Arrive && attempt.session_is_pending() })
        }
        // A visit is a GET, which never ends anything.
        Standing::Open | Standing::Pending(_) | Standing::Waiting(_) if !may_leave || is_visit => {
            Err(StartStep::Show { redirect: false })
        }
        Standing::Open | Standing::Pending(_) | Standing::Waiting(_) => end(state, done, attempt),
    }
}

/// Whether this page visit may still leave for KOMOJU by itself: the one that was sent there first, should its answer
/// have been lost, and nobody else. Not another tab, not Back, not somebody who has returned.
fn is_first_visit(attempt: &Attempt, start: &Start, c: Circumstances<'_>) -> bool {
    let sent_just_now = |at| c.now - at < Delays::SAME_VISIT && attempt.left_by == start.visit;
    attempt.returned_at.is_none() && attempt.left_at.is_none_or(sent_just_now)
}

/// Ends the attempt before another is made. Goes on only once KOMOJU has said that it is over; whatever there is a
/// hint about is looked at first.
fn end(state: &State, done: &Progress, attempt: &Attempt) -> Result<(), StartStep> {
    let unsure = state.payments_of(attempt.n).find(|(_, payment)| payment.register.is_wanted());
    if let Some((id, _)) = unsure {
        return Err(StartStep::LookAtPayment { payment: id.clone() });
    }
    match next_cancel(state, attempt) {
        Some(action) if done.cancels < CANCEL_CALLS => Err(StartStep::Cancel(action)),
        Some(_) | None => refuse(Refusal::KomojuUnavailable),
    }
}

/// After sessions that KOMOJU did not make, the next is asked for a step of the ladder later, however often the shopper
/// asks; until then the answer is KOMOJU's last. What would be asked for otherwise, because the merchant has changed
/// something, waits for nothing.
fn check_in_vain(state: &State, c: Circumstances<'_>, wanted: &Terms) -> Result<(), StartStep> {
    let is_in_vain = |a: &&Attempt| a.stage == Stage::Void && a.terms.ask_the_same(wanted);
    let in_vain = state.attempts.iter().rev().take_while(is_in_vain).count();
    let last = state.attempts.last().map_or(0, |attempt| attempt.created_at);
    let wait = last + c.delays.next_session(in_vain) - c.now;
    if wait <= 0 {
        return Ok(());
    }
    refuse(match &state.head.session_refused {
        _ if state.head.session_queued => Refusal::Busy { after_ms: u64::try_from(wait).ok() },
        Some(message) => Refusal::KomojuRefused(message.clone()),
        None => Refusal::KomojuUnavailable,
    })
}

/// A bounded number of sessions an hour; those that never came to be do not count.
fn check_often(state: &State, c: Circumstances<'_>) -> Result<(), StartStep> {
    let made = state.attempts.iter().rev().filter(|a| a.stage != Stage::Void).map(|a| a.created_at);
    match made.take(SESSIONS_AN_HOUR).nth(SESSIONS_AN_HOUR - 1).map(|at| at + c.delays.session_limit()) {
        Some(until) if until > c.now => refuse(Refusal::TooOften { until }),
        Some(_) | None => Ok(()),
    }
}

fn checked_page(start: &Start, c: Circumstances<'_>, order: &OrderSeen) -> Option<String> {
    let origins = c.shop.origins(order.reading.channel);
    let page = start.page.as_ref().filter(|page| is_confirmation_page(page, origins));
    page.map(|page| without_query(page).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_start_travels_as_former_versions_sent_it() {
        let former = r#"{"cart_id":"5f8f1a2e-2f4b-4c1d-9d3c-0a1b2c3d4e5f","intent":"arrive","page":null,"locale":"ja",
            "ip":"203.0.113.7","user_agent":"UA","language":"ja","seen":null,"visit":"v1"}"#;
        let start: Start = crate::json::read(former).expect("a start");
        assert!(matches!(start.proof, Proof::Cart(_)) && start.browser.ip == "203.0.113.7");
        let again: serde_json::Value = serde_json::from_str(&crate::json::write(&start)).expect("JSON");
        assert_eq!(again, serde_json::from_str::<serde_json::Value>(former).expect("JSON"));
        for proof in [Proof::Link, Proof::Nothing, start.proof] {
            assert_eq!(crate::json::read::<Proof>(&crate::json::write(&proof)), Ok(proof));
        }
    }
}
