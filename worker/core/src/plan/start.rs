//! A start: the shopper stands before us and wants to pay. What must be true, in which order, and what is answered.
//!
//! Nothing that the browser says is believed, except that it proves whose order it is. Amount, currency, status and
//! page are the order's own; what the page showed (`seen`) can only block.
//!
//! The checks, from top to bottom; the first that fails is the answer:
//!
//! 1. The proof, against the cart hash that we kept: a wrong one costs no call.
//! 2. The order, read from BigCommerce (or read ahead), and the proof against its own cart id.
//! 3. Ours: the order's payment label is one of the merchant's KOMOJU methods.
//! 4. Payable: unpaid, and no payment of it is captured or reserved.
//! 5. The amount due: readable, more than nothing, and what the page showed.
//! 6. KOMOJU keys are entered.
//! 7. The newest attempt, by the table below.
//! 8. Limits: three tries per start, the ladder after refusals, ten sessions an hour.
//!
//! ```text
//! newest attempt         Arrive     Pay        Visit      Restart
//! none, or dead          new        new        new        new
//! open, terms as now     go there   go there   go there   end it, new
//! open, other terms      end, new   end, new   show       end it, new
//! paying elsewhere       show       go there   go there   end it, new
//! a code waits for cash  show       show       show       end it, new
//! captured, reserved     show       show       show       show
//! ```
//!
//! A session that ends within 30 minutes (2 for a `Visit`) counts as "other terms": nobody is sent to a page about to
//! close. `Arrive` leaves the page by itself only within an hour of the order, and only in the page visit that left
//! first; else it shows. If another amount is due now, a live session is ended as for `Restart`, but never by a
//! `Visit`: a GET ends nothing.
//!
//! Who was let in by the order's e-mail address and a phone number or postal code ([`Proof::Opened`]) may see and pay.
//! But others know these too, in one household or one company, so whatever the intent, such a start never ends a code
//! that is live or a payment under way.

use super::{PlanSurroundings, next_cancel};
use crate::hash::sha256_hex;
use crate::state::call::{Browser, OrderSeen};
use crate::state::deed::Action;
use crate::state::delays::Delays;
use crate::state::reading::Unreadable;
use crate::state::settings::{Method, Provider};
use crate::state::shop::Ownership;
use crate::state::table::Column;
use crate::state::terms::Terms;
use crate::state::{Attempt, Stage, Standing, State};
use crate::texts::locale::Spoken;
use crate::time::Moment;
use crate::values::ids::{CartId, PaymentId};
use crate::values::money::Money;
use crate::values::page::{is_confirmation_page, without_query};
use serde::{Deserialize, Serialize};

/// Why the shopper's page asks. It decides what a start may do: see the table at the head of this file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Intent {
    /// The confirmation page was opened. The browser may be sent to KOMOJU if the order was placed just now.
    #[default]
    Arrive,
    /// The shopper pressed the button.
    Pay,
    /// The shopper followed a link (`/pay`). May be sent to KOMOJU, but a GET never ends a live code.
    Visit,
    /// The shopper wants another way to pay than the code that is live. Ends that code.
    Restart,
}

/// What a start brings. It travels to the payment's object as JSON, also from former versions of the worker.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Start {
    /// How whoever asks shows to be the shopper.
    #[serde(rename = "cart_id")]
    pub proof: Proof,
    pub intent: Intent,
    /// The confirmation page's URL, to come back to. Kept without its query, and only if it is on the shop's own
    /// origins.
    pub page: Option<String>,
    /// The shopper's language.
    #[serde(flatten)]
    pub locale: Spoken,
    #[serde(flatten)]
    pub browser: Browser,
    /// The amounts that the shopper's page showed. They can only block.
    pub seen: Option<Seen>,
    /// Names this page visit, so that another tab or the same page opened again is told from it. None: the page did
    /// not say.
    pub visit: Option<String>,
}

/// The amounts that the shopper's page showed, and their currency. None: the page did not show that one.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    pub currency: String,
    /// The order's amount as a decimal: `1530.00`.
    pub total: Option<String>,
    /// What our method has to collect, as a decimal, from the page's own list of payments.
    pub due: Option<String>,
    /// From scripts of former versions: the amount as an integer, without saying in which scale.
    pub scaled: Option<String>,
}

/// How whoever asks shows to be the shopper. It is sent as one text: null is a signed link, an empty text is no proof,
/// a cart's id stands alone. What a former version does not know it takes for a wrong cart id.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(from = "Option<String>", into = "Option<String>")]
pub enum Proof {
    Cart(CartId),
    /// A signed link for this order.
    Link,
    /// The order's e-mail address with its phone number or postal code, or a signed token that was given for these.
    Opened,
    /// No proof: what was shown is no cart id.
    Nothing,
}

impl Proof {
    /// What this text proves, shown as a cart id.
    pub fn of_cart(id: &str) -> Self {
        CartId::parse(id).map_or(Self::Nothing, Self::Cart)
    }

    /// True if whoever shows this may give up a live code, or a payment under way, for another.
    fn may_end_a_code(&self) -> bool {
        match self {
            Self::Cart(_) | Self::Link => true,
            Self::Opened | Self::Nothing => false,
        }
    }
}

/// What [`Proof::Opened`] is as a text. It is no cart's id.
const OPENED: &str = "opened";

impl From<Option<String>> for Proof {
    fn from(text: Option<String>) -> Self {
        match text.as_deref() {
            None => Self::Link,
            Some(OPENED) => Self::Opened,
            Some(text) => Self::of_cart(text),
        }
    }
}

impl From<Proof> for Option<String> {
    fn from(proof: Proof) -> Self {
        match proof {
            Proof::Cart(cart) => Some(cart.as_str().to_owned()),
            Proof::Link => None,
            Proof::Opened => Some(OPENED.to_owned()),
            Proof::Nothing => Some(String::new()),
        }
    }
}

/// Why a start is answered without a picture of the payment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Refusal {
    OrderNotFound,
    /// The proof does not fit this order.
    WrongProof,
    /// The order is paid another way than by KOMOJU.
    NotOurs,
    NothingDue,
    /// The page showed another amount than the order has.
    AmountChanged,
    /// Part was paid by store credit or gift certificates, and the merchant has not said yet how these are counted.
    AmountUndecided,
    UnsupportedCurrency,
    AmountUnreadable,
    /// No KOMOJU keys are entered yet.
    NotConfigured,
    /// The store's BigCommerce token is no longer good.
    Disconnected,
    BigCommerceUnavailable,
    KomojuUnavailable,
    /// KOMOJU's final no, in its words.
    KomojuRefused(String),
    /// One side is rate-limiting us. The same start may be made again after so many ms; None: it did not say.
    Busy {
        after_ms: Option<u64>,
    },
    /// This order was started as often as it may be until then (ms since the epoch). The limit is the shopper's own.
    TooOften {
        until: Moment,
    },
}

/// What one look at an order tells everybody who asks for its number. Many may ask at once (a stranger guessing
/// numbers, a shopper with two tabs), and one look serves them all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Looked {
    NoSuchOrder,
    Order {
        /// SHA-256 of the order's cart id. None: the order has none, so no cart id proves anything about it.
        cart_hash: Option<String>,
        /// False if its label says that it is paid another way.
        ours: bool,
    },
}

impl Refusal {
    /// True if nobody can pay the order until a person has changed something about the order itself.
    pub fn calls_a_person(&self) -> bool {
        match self {
            Self::AmountChanged
            | Self::AmountUndecided
            | Self::UnsupportedCurrency
            | Self::AmountUnreadable => true,
            // KOMOJU's own refusal is kept with its attempt. The others clear up by themselves, or concern the whole
            // store.
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

/// What the start has done so far, so that no step is done twice and every start ends.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Progress {
    pub looked_at_order: bool,
    /// The provider, once the transactions were read; `Some(None)` if they do not tell.
    pub provider: Option<Option<Provider>>,
    /// The attempt whose session was looked at in this start.
    pub looked_at: Option<u32>,
    /// How many sessions this start asked for.
    pub sessions_tried: u32,
    /// The next session is asked for without optional fields: KOMOJU refused one of them.
    pub lean: bool,
    /// How many cancels this start sent.
    pub cancels: u32,
    /// A call failed: the start ends with this.
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

/// One try, one more if KOMOJU knows the order number already, and one more if it refuses an optional field.
const SESSION_TRIES: u32 = 3;
/// Sessions that may be made for one order within an hour. Each is a call to KOMOJU that its shopper can cause.
const SESSIONS_AN_HOUR: usize = 10;
/// Cancels that one start may send: enough for a session with a few live payments.
const CANCEL_CALLS: u32 = 4;

/// SHA-256 of the cart id in lower-case hexadecimal. We keep this, never the id, which is a proof.
pub fn cart_hash(cart: &CartId) -> String {
    sha256_hex(cart.as_str().as_bytes())
}

/// The next step of a start, from what is known and was done so far. `order`: as it was read for this start.
pub fn next(
    state: &State,
    start: &Start,
    done: &Progress,
    c: PlanSurroundings<'_>,
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
    c: PlanSurroundings<'_>,
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

/// Refuses a wrong proof for an order that we know, before any call.
fn check_known_proof(state: &State, start: &Start) -> Result<(), StartStep> {
    match (&start.proof, &state.head.cart_hash) {
        (Proof::Nothing, _) => refuse(Refusal::WrongProof),
        (Proof::Cart(cart), Some(known)) if cart_hash(cart) != *known => refuse(Refusal::WrongProof),
        _ => Ok(()),
    }
}

/// Refuses a proof that does not match the order just read.
fn check_proof(start: &Start, order: &OrderSeen) -> Result<(), StartStep> {
    let proved = match &start.proof {
        Proof::Link | Proof::Opened => true,
        Proof::Nothing => false,
        Proof::Cart(cart) => order.cart.as_ref() == Some(cart),
    };
    if proved { Ok(()) } else { refuse(Refusal::WrongProof) }
}

/// The merchant's method that the order was placed with; asks for the transactions if its label is unknown.
fn check_ours<'a>(
    done: &Progress,
    c: PlanSurroundings<'a>,
    order: &OrderSeen,
) -> Result<&'a Method, StartStep> {
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

/// Shows a paid, reserved or finished order as it is. It is never charged.
fn check_payable(state: &State, order: &OrderSeen) -> Result<(), StartStep> {
    let paid = state
        .attempts
        .iter()
        .any(|a| matches!(state.standing(a), Standing::Captured(_) | Standing::Authorized(_)));
    let unpaid = order.reading.column() == Column::Unpaid;
    if paid || !unpaid { Err(StartStep::Show { redirect: false }) } else { Ok(()) }
}

/// If store credit or gift certificates paid a part and nothing says yet how they are counted, the order's
/// transactions are read: they may say what our method is to collect.
fn check_split(
    state: &State,
    done: &Progress,
    c: PlanSurroundings<'_>,
    order: &OrderSeen,
) -> Result<(), StartStep> {
    let Some(split) = order.reading.split else { return Ok(()) };
    let known = state.evidence(&c.shop.settings);
    let settled = known.frozen.is_some() || known.said.is_some() || known.charged.is_some();
    let open = split.candidates().len() > 1 && !settled && done.provider.is_none();
    if open { Err(StartStep::LookAtProvider) } else { Ok(()) }
}

/// The amount due. Refuses if there is none, if it cannot be charged, or if the page showed another.
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

/// The amounts that a page may rightly show of this order. The storefront does not say whether store credit and gift
/// certificates are taken off, so each of these is right.
fn order_amounts(due: Money, order: &OrderSeen) -> Vec<Money> {
    let candidates = order.reading.split.map(|split| split.candidates()).unwrap_or_default();
    [Some(due), order.total].into_iter().flatten().chain(candidates.into_iter().map(|(_, sum)| sum)).collect()
}

impl Seen {
    /// True if the page showed this order's money. Every amount that it showed must agree.
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

/// True if a former script's integer can be this amount. It counted in the decimals that the shop displays: mostly
/// those of the currency, but a shop may show none for Taiwan dollars, or two for yen.
fn is_scaled(text: &str, amount: Money) -> bool {
    let Ok(integer) = text.parse::<i64>() else { return false };
    let minor_unit = 10_i64.pow(u32::try_from(amount.currency.exponent()).unwrap_or(0));
    [1, 100].into_iter().any(|scale| {
        let (shown, meant) = (integer.checked_mul(minor_unit), amount.minor.checked_mul(scale));
        shown.is_some() && shown == meant
    })
}

/// What the newest attempt still allows: the table at the head of this file. Ok: nothing, make another.
fn settle_current(
    state: &State,
    start: &Start,
    done: &Progress,
    c: PlanSurroundings<'_>,
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
    // The merchant edited the order: whoever paid the live session now would pay the wrong amount.
    let outdated = attempt.terms.amount != wanted.amount && !is_visit;
    let ends_live = (start.intent == Intent::Restart || outdated) && start.proof.may_end_a_code();
    let may_leave = may_leave && (start.intent != Intent::Arrive || is_first_visit(attempt, start, c));
    match state.standing(attempt) {
        // Somebody was sent to KOMOJU from this attempt before. Only the button makes another session, not a reload.
        Standing::None | Standing::Dead if attempt.left_at.is_some() && !may_leave => {
            Err(StartStep::Show { redirect: false })
        }
        Standing::None | Standing::Dead => Ok(()),
        Standing::Captured(_) | Standing::Authorized(_) => Err(StartStep::Show { redirect: false }),
        Standing::Waiting(_) if !ends_live => Err(StartStep::Show { redirect: false }),
        Standing::Open if usable && start.intent != Intent::Restart => {
            Err(StartStep::Show { redirect: may_leave && attempt.session_is_pending() })
        }
        // The shopper may be paying in a wallet right now: opening the page must not cut that off. The session shows
        // how it stands.
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

/// True if this page visit may still be sent to KOMOJU by itself: nobody was sent yet, or this very visit was, within
/// the last 30 s, so its answer may have been lost. Not another tab, not Back, not somebody who has returned.
fn is_first_visit(attempt: &Attempt, start: &Start, c: PlanSurroundings<'_>) -> bool {
    let sent_just_now = |at| c.now - at < Delays::SAME_VISIT && attempt.left_by == start.visit;
    attempt.returned_at.is_none() && attempt.left_at.is_none_or(sent_just_now)
}

/// Ends the attempt before another is made, and goes on only once KOMOJU has said that it is over. What a webhook
/// just named is looked at first: it may be paid by now.
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

/// After sessions that KOMOJU did not make, waits a step of the ladder before the next, however often the shopper
/// presses the button; until then the answer is KOMOJU's last. If the merchant has changed something since, so that
/// we would ask for something else, we do not wait.
fn check_in_vain(state: &State, c: PlanSurroundings<'_>, wanted: &Terms) -> Result<(), StartStep> {
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

/// Refuses an eleventh session within an hour. Sessions that were never made do not count.
fn check_often(state: &State, c: PlanSurroundings<'_>) -> Result<(), StartStep> {
    let made = state.attempts.iter().rev().filter(|a| a.stage != Stage::Void).map(|a| a.created_at);
    match made.take(SESSIONS_AN_HOUR).nth(SESSIONS_AN_HOUR - 1).map(|at| at + c.delays.session_limit()) {
        Some(until) if until > c.now => refuse(Refusal::TooOften { until }),
        Some(_) | None => Ok(()),
    }
}

/// The page to come back to, without its query. None if it is not a confirmation page on the shop's own origins.
fn checked_page(start: &Start, c: PlanSurroundings<'_>, order: &OrderSeen) -> Option<String> {
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
        for proof in [Proof::Link, Proof::Nothing, Proof::Opened, start.proof] {
            assert_eq!(crate::json::read::<Proof>(&crate::json::write(&proof)), Ok(proof));
        }
    }
}
