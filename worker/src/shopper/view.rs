//! The shopper's picture of a payment, in words: the one shape that the start, the status call and our own status
//! page all answer with.

use super::links::Links;
use super::words;
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
    pub message: &'static str,
    pub lines: Vec<Line>,
    pub link: Option<Link>,
    /// The label of the button that pays; absent where paying is over or under way.
    pub pay: Option<&'static str>,
    /// The label of the button that gives up a live code for another way.
    pub restart: Option<&'static str>,
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
    link,
    pay,
    restart,
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

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub label: &'static str,
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
    let (title, message) = match leaving {
        true => words::leaving(locale),
        false => words::phase(snapshot.phase, snapshot.declined, locale),
    };
    View {
        state: if leaving { ViewState::Redirect } else { state(snapshot.phase) },
        order: links.order(),
        number: Line { label: words::order_number(locale), value: links.order().to_string() },
        token: links.status_token(snapshot.attempt),
        redirect_url: go.filter(|_| leaving),
        title,
        message,
        lines: lines(snapshot, locale),
        link: link(snapshot, locale),
        pay: may_pay(snapshot).then(|| words::pay(snapshot.ended, snapshot.declined, locale)),
        restart: (snapshot.phase == Phase::Waiting).then(|| words::restart(locale)),
        test: snapshot.test.then(|| words::test_badge(locale)),
        poll_ms: links.delays().poll(snapshot.phase),
    }
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
            label: words::instruction(*kind, locale),
            value: match kind {
                InstructionKind::Store => words::konbini(value, locale).to_owned(),
                InstructionKind::AccountType => words::account_type(value, locale).to_owned(),
                _ => value.clone(),
            },
        }));
        if let Some(deadline) = snapshot.deadline {
            lines.push(Line { label: words::deadline(locale), value: words::japan_time(deadline, locale) });
        }
    }
    if snapshot.phase == Phase::Paid && !snapshot.method.is_empty() {
        let value = words::method_name(&snapshot.method, locale).to_owned();
        lines.push(Line { label: words::method(locale), value });
    }
    let shown = matches!(snapshot.phase, Phase::Unpaid | Phase::Confirming | Phase::Waiting | Phase::Paid);
    if let Some(amount) = snapshot.total.or(snapshot.amount).filter(|_| shown) {
        lines.push(Line { label: words::amount(locale), value: amount.to_string() });
    }
    lines
}

fn link(snapshot: &Snapshot, locale: Locale) -> Option<Link> {
    let url = snapshot.instructions.url.clone().filter(|_| snapshot.phase == Phase::Waiting)?;
    Some(Link { label: words::instructions_link(locale), url })
}
