//! How a payment looks to the shopper, in words: what the start, the status call and our own status page answer with.

use super::line::Line;
use super::voucher::{Guide, Left, Voucher, voucher};
use super::words::{self, Code};
use crate::links::Links;
use crate::texts::shopper as say;
use domain::texts::locale::Locale;
use domain::time::Moment;
use domain::values::ids::OrderId;
use domain::values::instructions::InstructionKind;
use domain::values::payment_types;
use domain::values::phase::Phase;
use domain::views::snapshot::Snapshot;
use serde::Serialize;

/// What the browser should do or show. A closed set, which the script knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ViewState {
    Redirect,
    Unpaid,
    Confirming,
    Waiting,
    Paid,
    Review,
    Closed,
}

/// How a payment stands, in words. Its JSON is for scripts of former versions, which put the card together by themselves
/// and which stores still carry; others are told [`super::card::Drawn`]. Absent fields are left out. A code that waits to be paid at a
/// convenience store:
///
/// ```text
/// {"state":"waiting","order":118,"token":"…",
///  "title":"Pay at Lawson","until":"by 23:59, Sun 29 Nov (Japan time)","left":{"text":"3 days left","last":false},
///  "message":"…","facts":[{"label":"Amount","value":"¥2,030","code":false},{"label":"Order","value":"118","code":false}],
///  "numbers":[{"label":"Customer number","value":"12345678901","code":true,"groups":["123","4567","8901"]}, …],
///  "guide":{"title":"How to pay","steps":["On the red Loppi machine …", …],"notes":["Cash only. …"]},
///  "link":{"label":"How to pay","url":"https://komoju.com/…"},"copy":["Copy","Copied"],
///  "restart":"Pay another way","asking":{…},"poll_ms":15000}
///
/// ```
///
/// `lines` and `number` say the same to the oldest of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct View {
    pub state: ViewState,
    /// Whose payment this is. A page shows only what belongs to its own order.
    pub order: OrderId,
    /// The order's number, with its label.
    pub number: Line,
    /// A status token, for asking again.
    pub token: String,
    /// Where to go; only with the state `redirect`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub redirect_url: Option<String>,
    pub title: String,
    /// The title's second line: until when a code can be paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub left: Option<Left>,
    pub message: String,
    /// What is paid, and for which order.
    pub facts: Vec<Line>,
    /// What is typed in or shown where a code is paid.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub numbers: Vec<Line>,
    /// The label of the button that copies a number, and what it says once it has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub copy: Option<[&'static str; 2]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub guide: Option<Guide>,
    /// What the shopper needs to pay: numbers, deadline, amount.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<Line>,
    /// Numbers that the shopper may still have and that no longer work.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub dead: Vec<Line>,
    /// KOMOJU's own page that explains how to pay the code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link: Option<Link>,
    /// The label of the button that pays. None: there is nothing to pay, or a payment is under way.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pay: Option<&'static str>,
    /// The label of the button that gives up a live code for another way.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub restart: Option<&'static str>,
    /// The question that is asked before that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asking: Option<Asking>,
    /// The badge that says that no real money moves.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub test: Option<&'static str>,
    /// After how many ms to ask again. None: never.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub poll_ms: Option<u32>,
}

/// A start that must wait. The page says so, and makes the same start again by itself. Nothing about the order is
/// said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Queued {
    pub state: QueuedState,
    pub title: &'static str,
    pub message: String,
    /// After how many ms to make the start again.
    pub poll_ms: i64,
    /// The status of the HTTP answer.
    #[serde(skip)]
    pub status: u16,
}

/// The one state of a start that must wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum QueuedState {
    Queued,
}

impl Queued {
    /// The wait in whole seconds, rounded up, for `retry-after` and reloading pages.
    pub fn seconds(&self) -> i64 {
        self.poll_ms.div_euclid(1_000) + 1
    }
}

/// Others come first, or BigCommerce or KOMOJU is asked too much just now. `after_ms`: when to start again.
pub fn queued(after_ms: i64, locale: Locale) -> Queued {
    Queued {
        state: QueuedState::Queued,
        title: say::queued::title(locale),
        message: say::queued::message(locale).to_owned(),
        poll_ms: after_ms.max(1),
        status: 200,
    }
}

/// This order was started too often. `until`: the end of the wait, in ms since the epoch, for the text; `after_ms`:
/// the same as a wait.
pub fn too_often(until: Moment, after_ms: i64, locale: Locale) -> Queued {
    Queued {
        state: QueuedState::Queued,
        title: say::too_often::title(locale),
        message: say::too_often::message(locale, &words::japan_time(until, locale)),
        poll_ms: after_ms.max(1),
        status: 429,
    }
}

/// The question before a live code is given up, in place of what it would cancel. The safe answer is the main one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Asking {
    pub title: &'static str,
    pub message: String,
    /// The number that would stop working.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<Line>,
    /// For a shopper who has already paid.
    pub note: &'static str,
    /// The label of the answer that changes nothing.
    pub keep: &'static str,
    /// The label of the answer that cancels the code.
    pub give_up: &'static str,
}

/// A link to a page of KOMOJU's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Link {
    pub label: &'static str,
    pub url: String,
}

/// What to show; with `redirect`, also where to go. `now`: ms since the epoch.
pub fn view(snapshot: &Snapshot, redirect: bool, links: Links<'_>, now: Moment, locale: Locale) -> View {
    let go = snapshot.session_url.as_deref().and_then(|url| links.go(snapshot.attempt, url));
    let leaving = redirect && go.is_some();
    let (title, message) = heading(snapshot, leaving, locale);
    let waiting = snapshot.phase == Phase::Waiting;
    let number = Line::fact(say::order_number(locale), links.order().to_string());
    let (title, message, voucher) = match waiting.then(|| voucher(snapshot, now, locale)) {
        Some(voucher) => (voucher.title.clone(), voucher.message.to_owned(), Some(voucher)),
        None => (title.to_owned(), message, None),
    };
    let link = voucher.as_ref().and_then(|voucher| link(snapshot, voucher.how));
    let Voucher { until, left, numbers, guide, .. } = voucher.unwrap_or_default();
    View {
        state: if leaving { ViewState::Redirect } else { state(snapshot.phase) },
        order: links.order(),
        facts: facts(snapshot, &number, locale),
        number,
        token: links.status_token(snapshot.attempt),
        redirect_url: go.filter(|_| leaving),
        title,
        until,
        left,
        message,
        copy: (!numbers.is_empty()).then(|| [say::voucher::copy(locale), say::voucher::copied(locale)]),
        numbers,
        guide,
        lines: lines(snapshot, locale),
        dead: dead(snapshot, locale),
        link,
        pay: may_pay(snapshot).then(|| pay(snapshot, locale)),
        restart: waiting.then(|| say::pay_another_way(locale)),
        asking: waiting.then(|| asking(snapshot, locale)),
        test: snapshot.test.then(|| say::test_badge(locale)),
        poll_ms: links.delays().poll(snapshot.phase),
    }
}

/// Title and message. If a code was given up or has expired, that is what the shopper must know first: they may still
/// have its number.
fn heading(snapshot: &Snapshot, leaving: bool, locale: Locale) -> (&'static str, String) {
    let last = snapshot.dead.last().filter(|_| snapshot.phase == Phase::Unpaid && !snapshot.declined);
    if let Some(code) = last.filter(|_| !leaving) {
        let named = Code::of(&code.payment_type, &code.lines);
        return if code.expired { words::expired(&named, locale) } else { words::given_up(&named, locale) };
    }
    let (title, message) = match leaving {
        true => (say::leaving::title(locale), say::leaving::message(locale)),
        false => words::phase(snapshot.phase, snapshot.declined, locale),
    };
    (title, message.to_owned())
}

/// The question before the live code is given up.
fn asking(snapshot: &Snapshot, locale: Locale) -> Asking {
    let code = Code::of(&snapshot.payment_type, &snapshot.instructions.lines);
    let (title, message) = words::asking(&code, locale);
    let (note, keep, give_up) = words::asking_answers(&code, locale);
    let lines = code.number.map(|value| Line::number(words::number_of(&code, false, locale), value));
    Asking { title, message, lines: lines.into_iter().collect(), note, keep, give_up }
}

/// The dead numbers, while the order is not paid. Once it is, the shopper pays nothing by mistake any more.
fn dead(snapshot: &Snapshot, locale: Locale) -> Vec<Line> {
    if matches!(snapshot.phase, Phase::Paid | Phase::Review) {
        return Vec::new();
    }
    let codes = snapshot.dead.iter().map(|code| Code::of(&code.payment_type, &code.lines));
    let line = |code: Code<'_>| Some(Line::number(words::number_of(&code, true, locale), code.number?));
    codes.filter_map(line).collect()
}

/// True if the shopper can pay: unpaid, or begun at KOMOJU and perhaps given up there.
fn may_pay(snapshot: &Snapshot) -> bool {
    snapshot.phase == Phase::Unpaid || (snapshot.phase == Phase::Confirming && snapshot.session_url.is_some())
}

/// The label of the button that pays.
fn pay(snapshot: &Snapshot, locale: Locale) -> &'static str {
    let tried = snapshot.ended || snapshot.declined;
    if tried { say::try_again(locale) } else { say::pay_now(locale) }
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

/// What is paid, where that says anything in this phase; for which order; and how it was paid.
fn facts(snapshot: &Snapshot, number: &Line, locale: Locale) -> Vec<Line> {
    let amount = amount(snapshot).map(|amount| Line::fact(say::amount(locale), amount));
    let is_paid = snapshot.phase == Phase::Paid && !snapshot.payment_type.is_empty();
    let method = is_paid.then(|| {
        Line::fact(say::method(locale), payment_types::name_alone(&snapshot.payment_type, locale).to_owned())
    });
    amount.into_iter().chain([number.clone()]).chain(method).collect()
}

/// The amount, with the payment method's fee. None: it says nothing in this phase.
fn amount(snapshot: &Snapshot) -> Option<String> {
    let shown = matches!(snapshot.phase, Phase::Unpaid | Phase::Confirming | Phase::Waiting | Phase::Paid);
    snapshot.total.or(snapshot.amount).filter(|_| shown).map(|amount| amount.to_string())
}

/// The lines that this phase needs: instructions and deadline while a code waits, the method once it is paid, the
/// amount.
fn lines(snapshot: &Snapshot, locale: Locale) -> Vec<Line> {
    let mut lines = Vec::new();
    if snapshot.phase == Phase::Waiting {
        let all = &snapshot.instructions.lines;
        let chain = Code::of(&snapshot.payment_type, all).chain;
        lines.extend(all.iter().map(|(kind, value)| instruction(*kind, value, chain, locale)));
        if let Some(deadline) = snapshot.deadline {
            let value = words::japan_time(deadline, locale);
            lines.push(Line::fact(say::deadline(locale), value));
        }
    }
    if snapshot.phase == Phase::Paid && !snapshot.payment_type.is_empty() {
        let value = payment_types::name_alone(&snapshot.payment_type, locale).to_owned();
        lines.push(Line::fact(say::method(locale), value));
    }
    if let Some(amount) = amount(snapshot) {
        lines.push(Line::fact(say::amount(locale), amount));
    }
    lines
}

/// One line of what the shopper takes to the till or the bank. A chain's number goes under the chain's own name for
/// it.
fn instruction(kind: InstructionKind, value: &str, chain: Option<&str>, locale: Locale) -> Line {
    let label = match (kind, chain) {
        (InstructionKind::Receipt, Some(chain)) => words::chains_number(chain, locale),
        (kind, _) => words::instruction(kind, locale),
    };
    match kind {
        InstructionKind::Store => Line::fact(label, words::konbini(value, locale).to_owned()),
        InstructionKind::AccountType => Line::fact(label, words::account_type(value, locale).to_owned()),
        // The reference of a bank transfer is long, and copied rather than typed in.
        InstructionKind::Bank
        | InstructionKind::Branch
        | InstructionKind::AccountName
        | InstructionKind::OrderNumber => Line::fact(label, value.to_owned()),
        InstructionKind::Receipt
        | InstructionKind::ConfirmationCode
        | InstructionKind::AccountNumber
        | InstructionKind::BankId
        | InstructionKind::CustomerNumber
        | InstructionKind::ConfirmationNumber => Line::number(label.to_owned(), value),
    }
}

/// KOMOJU's own page about the code that waits.
fn link(snapshot: &Snapshot, label: &'static str) -> Option<Link> {
    let url = snapshot.instructions.url.clone();
    url.filter(|url| url.starts_with("https://") || url.starts_with("http://")).map(|url| Link { label, url })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_for_the_till_stand_out_under_the_chains_own_names_and_facts_do_not() {
        let said = |kind, value, chain| {
            let line = instruction(kind, value, chain, Locale::Ja);
            (line.label, line.code)
        };
        let lawson = Some("lawson");
        for (kind, value, chain, label, code) in [
            (InstructionKind::Store, "lawson", lawson, "コンビニエンスストア", false),
            // KOMOJU's test numbers are all letters.
            (InstructionKind::Receipt, "abcdefghij", lawson, "お客様番号", true),
            (InstructionKind::Receipt, "12345", Some("a-new-chain"), "払込番号（受付番号）", true),
            (InstructionKind::ConfirmationCode, "12", lawson, "確認番号", true),
            (InstructionKind::AccountNumber, "7654321", None, "口座番号", true),
            (InstructionKind::AccountName, "1234 5678", None, "口座名義", false),
            (InstructionKind::Branch, "0001", None, "支店名", false),
        ] {
            assert_eq!(said(kind, value, chain), (label.to_owned(), code), "{value}");
        }
    }
}
