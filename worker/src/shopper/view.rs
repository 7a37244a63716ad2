//! The shopper's picture of a payment, in words: the one shape that the start, the status call and our own status
//! page all answer with.

use super::links::Links;
use super::words::{self, Code};
use crate::json::{names, written};
use crate::payment::call::Locale;
use crate::payment::ids::OrderId;
use crate::payment::reading::{InstructionKind, Moment};
use crate::payment::snapshot::{Phase, Snapshot};

/// A closed set: what the browser should do or show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ViewState {
    Redirect,
    Unpaid,
    Confirming,
    Waiting,
    Paid,
    Review,
    Closed,
}
names!(ViewState, key {
    Redirect = "redirect",
    Unpaid = "unpaid",
    Confirming = "confirming",
    Waiting = "waiting",
    Paid = "paid",
    Review = "review",
    Closed = "closed",
});

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct View {
    pub state: ViewState,
    /// Whose payment this is. A page shows what belongs to its own order, and drops the rest.
    pub order: OrderId,
    /// The order's number as the shopper reads it.
    pub number: Line,
    pub token: String,
    pub redirect_url: Option<String>,
    pub title: &'static str,
    pub message: String,
    pub lines: Vec<Line>,
    /// Numbers that the shopper may still hold and that are no longer good.
    pub dead: Vec<Line>,
    pub link: Option<Link>,
    /// The label of the button that pays; absent where paying is over or under way.
    pub pay: Option<&'static str>,
    /// The label of the button that gives up a live code for another way.
    pub restart: Option<&'static str>,
    /// What is asked before that.
    pub asking: Option<Asking>,
    pub test: Option<&'static str>,
    /// When to ask again; absent: not any more.
    pub poll_ms: Option<u32>,
}
written!(View {
    state,
    order,
    number,
    token,
    redirect_url,
    title,
    message,
    lines,
    dead,
    link,
    pay,
    restart,
    asking,
    test,
    poll_ms
});

/// A start that must wait: the page says so, and makes the same start again by itself. Nothing of the order is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Queued {
    pub state: QueuedState,
    pub title: &'static str,
    pub message: String,
    pub poll_ms: i64,
    /// Of the HTTP answer.
    pub status: u16,
}
written!(Queued { state, title, message, poll_ms });

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QueuedState {
    Queued,
}
names!(QueuedState, key { Queued = "queued" });

impl Queued {
    /// For whoever counts in seconds.
    pub fn seconds(&self) -> i64 {
        self.poll_ms.div_euclid(1_000) + 1
    }
}

/// Others come first, or one of the two sides is asked too much just now.
pub fn queued(after_ms: i64, locale: Locale) -> Queued {
    let (title, message) = words::queued(locale);
    Queued {
        state: QueuedState::Queued,
        title,
        message: message.to_owned(),
        poll_ms: after_ms.max(1),
        status: 200,
    }
}

/// The order's own limit is reached.
pub fn too_often(until: Moment, after_ms: i64, locale: Locale) -> Queued {
    let (title, message) = words::too_often(until, locale);
    Queued { state: QueuedState::Queued, title, message, poll_ms: after_ms.max(1), status: 429 }
}

/// The question before a live code is given up, in the place of what it would end. The safe answer is the main one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asking {
    pub title: &'static str,
    pub message: String,
    /// The number that would stop working.
    pub lines: Vec<Line>,
    /// For whoever has paid already.
    pub note: &'static str,
    pub keep: &'static str,
    pub give_up: &'static str,
}
written!(Asking { title, message, lines, note, keep, give_up });

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub label: String,
    pub value: String,
}
written!(Line { label, value });

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    pub label: &'static str,
    pub url: String,
}
written!(Link { label, url });

/// What to show; with `redirect`, where to go.
pub fn view(snapshot: &Snapshot, redirect: bool, links: Links<'_>, locale: Locale) -> View {
    let go = snapshot.session_url.as_deref().and_then(|url| links.go(snapshot.attempt, url));
    let leaving = redirect && go.is_some();
    let (title, message) = heading(snapshot, leaving, locale);
    let waiting = snapshot.phase == Phase::Waiting;
    View {
        state: if leaving { ViewState::Redirect } else { state(snapshot.phase) },
        order: links.order(),
        number: Line { label: words::order_number(locale).to_owned(), value: links.order().to_string() },
        token: links.status_token(snapshot.attempt),
        redirect_url: go.filter(|_| leaving),
        title,
        message,
        lines: lines(snapshot, locale),
        dead: dead(snapshot, locale),
        link: link(snapshot, locale),
        pay: may_pay(snapshot).then(|| words::pay(snapshot.ended, snapshot.declined, locale)),
        restart: waiting.then(|| words::restart(locale)),
        asking: waiting.then(|| asking(snapshot, locale)),
        test: snapshot.test.then(|| words::test_badge(locale)),
        poll_ms: links.delays().poll(snapshot.phase),
    }
}

/// After a code was given up or ran out, that is what the shopper must know first: the number may still be at hand.
fn heading(snapshot: &Snapshot, leaving: bool, locale: Locale) -> (&'static str, String) {
    let last = snapshot.dead.last().filter(|_| snapshot.phase == Phase::Unpaid && !snapshot.declined);
    if let Some(code) = last.filter(|_| !leaving) {
        return words::after_dead(&Code::of(&code.method, &code.lines), code.expired, locale);
    }
    let (title, message) = match leaving {
        true => words::leaving(locale),
        false => words::phase(snapshot.phase, snapshot.declined, locale),
    };
    (title, message.to_owned())
}

fn asking(snapshot: &Snapshot, locale: Locale) -> Asking {
    let code = Code::of(&snapshot.method, &snapshot.instructions.lines);
    let (title, message) = words::asking(&code, locale);
    let (note, keep, give_up) = words::asking_answers(&code, locale);
    let lines = code
        .number
        .map(|value| Line { label: words::number_of(&code, false, locale), value: value.to_owned() });
    Asking { title, message, lines: lines.into_iter().collect(), note, keep, give_up }
}

/// What is over or still to come says so by itself: a dead number is named while the order is not paid.
fn dead(snapshot: &Snapshot, locale: Locale) -> Vec<Line> {
    if matches!(snapshot.phase, Phase::Paid | Phase::Review) {
        return Vec::new();
    }
    let codes = snapshot.dead.iter().map(|code| Code::of(&code.method, &code.lines));
    let line = |code: Code<'_>| {
        Some(Line { label: words::number_of(&code, true, locale), value: code.number?.to_owned() })
    };
    codes.filter_map(line).collect()
}

/// Unpaid, or begun elsewhere and perhaps given up there: whoever comes back can go on.
fn may_pay(snapshot: &Snapshot) -> bool {
    snapshot.phase == Phase::Unpaid || (snapshot.phase == Phase::Confirming && snapshot.session_url.is_some())
}

fn state(phase: Phase) -> ViewState {
    match phase {
        Phase::Unpaid => ViewState::Unpaid,
        Phase::Confirming => ViewState::Confirming,
        Phase::Waiting => ViewState::Waiting,
        Phase::Paid => ViewState::Paid,
        Phase::Review => ViewState::Review,
        Phase::Closed => ViewState::Closed,
    }
}

fn lines(snapshot: &Snapshot, locale: Locale) -> Vec<Line> {
    let mut lines = Vec::new();
    if snapshot.phase == Phase::Waiting {
        lines.extend(snapshot.instructions.lines.iter().map(|(kind, value)| Line {
            label: words::instruction(*kind, locale).to_owned(),
            value: match kind {
                InstructionKind::Store => words::konbini(value, locale).to_owned(),
                InstructionKind::AccountType => words::account_type(value, locale).to_owned(),
                _ => value.clone(),
            },
        }));
        if let Some(deadline) = snapshot.deadline {
            let value = words::japan_time(deadline, locale);
            lines.push(Line { label: words::deadline(locale).to_owned(), value });
        }
    }
    if snapshot.phase == Phase::Paid && !snapshot.method.is_empty() {
        let value = words::method_name(&snapshot.method, locale).to_owned();
        lines.push(Line { label: words::method(locale).to_owned(), value });
    }
    let shown = matches!(snapshot.phase, Phase::Unpaid | Phase::Confirming | Phase::Waiting | Phase::Paid);
    if let Some(amount) = snapshot.total.or(snapshot.amount).filter(|_| shown) {
        lines.push(Line { label: words::amount(locale).to_owned(), value: amount.to_string() });
    }
    lines
}

fn link(snapshot: &Snapshot, locale: Locale) -> Option<Link> {
    let url = snapshot.instructions.url.clone().filter(|_| snapshot.phase == Phase::Waiting)?;
    Some(Link { label: words::instructions_link(locale), url })
}
