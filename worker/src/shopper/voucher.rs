//! A code that waits to be paid, as a voucher: until when, which numbers, and how it is done at that very place.
//!
//! ```text
//! Pay at Lawson                                       3 days left
//! by 23:59, Sun 29 Nov (Japan time)
//! Customer number · お客様番号       123 4567 8901
//! Confirmation number · 確認番号     012 345
//! 1 On the red Loppi machine, choose 各種番号をお持ちの方 …
//! ```
//!
//! Steps and names follow what the chains, the banks and KOMOJU publish, read in November 2026, and no machine that we
//! stood before. KOMOJU's own page is always offered beside them. They stand in one table, [`guide`].

use super::line::Line;
use super::words::{self, Code};
use crate::texts::shopper as say;
use domain::texts::locale::Locale;
use domain::time::{DAY_MS, HOUR_MS, Moment, in_japan};
use domain::values::instructions::InstructionKind;
use domain::views::snapshot::Snapshot;
use serde::Serialize;

/// What is shown of a code beside order and amount.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Voucher {
    pub title: String,
    pub message: &'static str,
    /// The title's second line. None: KOMOJU names no deadline.
    pub until: Option<String>,
    /// None: no deadline, or it is over and KOMOJU has not said so yet.
    pub left: Option<Left>,
    pub numbers: Vec<Line>,
    pub guide: Option<Guide>,
    /// The label of the link to KOMOJU's own page.
    pub how: &'static str,
}

/// How much time is left.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Left {
    pub text: String,
    /// It is the last day.
    pub last: bool,
}

/// How it is done there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Guide {
    pub title: &'static str,
    #[serde(skip_serializing_if = "<[&str]>::is_empty")]
    pub steps: &'static [&'static str],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

impl Guide {
    fn is_empty(&self) -> bool {
        self.steps.is_empty() && self.notes.is_empty()
    }
}

/// The voucher of the code that waits. `now`: ms since the epoch, for the days that are left.
pub fn voucher(snapshot: &Snapshot, now: Moment, locale: Locale) -> Voucher {
    let code = Code::of(&snapshot.payment_type, &snapshot.instructions.lines);
    let place = Place::of(&code);
    Voucher {
        title: title(place, locale),
        message: place.message(snapshot.instructions.url.is_some(), locale),
        until: snapshot.deadline.map(|deadline| until(deadline, locale)),
        left: snapshot.deadline.and_then(|deadline| left(deadline, now, locale)),
        numbers: numbers(&snapshot.instructions.lines, place, locale),
        guide: Some(guide(place, snapshot, locale)).filter(|guide| !guide.is_empty()),
        how: place.how(locale),
    }
}

/// Where a code is paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place<'a> {
    Chain(&'a str),
    Bank,
    PayEasy,
    /// A way to pay that this version does not know.
    Elsewhere,
}

impl<'a> Place<'a> {
    fn of(code: &Code<'a>) -> Self {
        match (code.chain, code.payment_type) {
            (Some(chain), _) => Self::Chain(chain),
            (None, "bank_transfer") => Self::Bank,
            (None, "pay_easy") => Self::PayEasy,
            (None, _) => Self::Elsewhere,
        }
    }

    /// `has_page`: KOMOJU has a page of its own about the code.
    fn message(self, has_page: bool, locale: Locale) -> &'static str {
        match self {
            Self::Chain("seven-eleven") if has_page => say::voucher::by_slip(locale),
            Self::Chain(_) => say::voucher::by_number(locale),
            Self::Elsewhere => say::waiting::message(locale),
            Self::Bank => say::voucher::by_account(locale),
            Self::PayEasy => say::voucher::by_atm(locale),
        }
    }

    fn how(self, locale: Locale) -> &'static str {
        match self {
            Self::Chain("seven-eleven") => say::voucher::show_slip(locale),
            Self::Chain(_) | Self::Bank | Self::PayEasy | Self::Elsewhere => say::how_to_pay(locale),
        }
    }
}

fn title(place: Place<'_>, locale: Locale) -> String {
    match place {
        Place::Chain(chain) => say::voucher::at(locale, words::konbini(chain, locale)),
        Place::Bank => say::voucher::by_bank(locale).to_owned(),
        Place::PayEasy => say::voucher::by_pay_easy(locale).to_owned(),
        Place::Elsewhere => say::waiting::title(locale).to_owned(),
    }
}

fn until(deadline: Moment, locale: Locale) -> String {
    let t = in_japan(deadline);
    let month = usize::try_from(t.month - 1).ok().and_then(|m| say::months(locale).get(m)).unwrap_or(&"");
    let weekday = say::weekdays(locale)[t.weekday];
    let (day, clock) = (&t.day.to_string(), &clock(deadline));
    say::voucher::Until { clock, weekday, day, month }.say(locale)
}

fn clock(at: Moment) -> String {
    let t = in_japan(at);
    format!("{:02}:{:02}", t.hour, t.minute)
}

/// Counted in nights on Japan's calendar: a deadline of tonight is the last day.
fn left(deadline: Moment, now: Moment, locale: Locale) -> Option<Left> {
    let day = |at: Moment| at.saturating_add(9 * HOUR_MS).div_euclid(DAY_MS);
    if deadline < now {
        return None;
    }
    Some(match u64::try_from(day(deadline) - day(now)) {
        Ok(days @ 1..) => Left { text: say::voucher::days_left(locale, days), last: false },
        Ok(0) | Err(_) => Left { text: say::voucher::today(locale, &clock(deadline)), last: true },
    })
}

/// The numbers, as the place calls them. What is written on a bank's form in one field is one line.
fn numbers(lines: &[(InstructionKind, String)], place: Place<'_>, locale: Locale) -> Vec<Line> {
    use InstructionKind::{ConfirmationCode, Receipt};
    let find = |wanted: InstructionKind| {
        lines.iter().find(|(kind, _)| *kind == wanted).map_or("", |(_, value)| value.as_str())
    };
    let lengths = [Receipt, ConfirmationCode].map(|kind| find(kind).len());
    let label = |kind: InstructionKind, value: &str| match (kind, place) {
        (Receipt | ConfirmationCode, Place::Chain("family-mart"))
            if let Some(name) = words::family_marts_number(value, locale) =>
        {
            name.to_owned()
        }
        (Receipt, Place::Chain(chain)) => words::chains_number(chain, locale).to_owned(),
        (InstructionKind::Bank, _) => say::voucher::bank_and_branch(locale).to_owned(),
        (InstructionKind::AccountNumber, _) => account_label(find(InstructionKind::AccountType), locale),
        (kind, _) => words::instruction(kind, locale).to_owned(),
    };
    let number = |(kind, value): &(InstructionKind, String)| {
        let own = |value: &str| Line::number(label(*kind, value), value);
        match kind {
            // The chain stands in the title, the branch beside its bank, the kind of account beside its number.
            InstructionKind::Branch if find(InstructionKind::Bank).is_empty() => Some(own(value)),
            InstructionKind::Store | InstructionKind::Branch | InstructionKind::AccountType => None,
            InstructionKind::Bank => {
                Some(own([value, "　", find(InstructionKind::Branch)].concat().trim_end()))
            }
            Receipt
            | ConfirmationCode
            | InstructionKind::AccountNumber
            | InstructionKind::AccountName
            | InstructionKind::OrderNumber
            | InstructionKind::BankId
            | InstructionKind::CustomerNumber
            | InstructionKind::ConfirmationNumber => Some(own(value)),
        }
    };
    let mut numbers: Vec<_> = lines.iter().filter_map(number).collect();
    if place == Place::Chain("family-mart") && lengths == [12, 5] {
        numbers.reverse();
    }
    numbers
}

fn account_label(kind: &str, locale: Locale) -> String {
    match kind {
        "" => words::instruction(InstructionKind::AccountNumber, locale).to_owned(),
        kind => say::voucher::account_of(locale, words::account_type(kind, locale)),
    }
}

/// The table of steps and notes, as of November 2026. "The button below" is KOMOJU's page, where there is one.
fn guide(place: Place<'_>, snapshot: &Snapshot, locale: Locale) -> Guide {
    let amount = snapshot.total.or(snapshot.amount).map(|amount| amount.to_string()).unwrap_or_default();
    let own = |notes: &[&str]| notes.iter().map(|note| (*note).to_owned()).collect();
    let has_page = snapshot.instructions.url.is_some();
    let (steps, notes): (&'static [&'static str], Vec<String>) = match place {
        Place::Chain("lawson" | "ministop") => {
            (say::steps::loppi(locale), own(&[say::steps::loppi_note(locale)]))
        }
        Place::Chain("seven-eleven") if !has_page => (say::steps::seven_eleven_by_number(locale), Vec::new()),
        Place::Chain("seven-eleven") => {
            (say::steps::seven_eleven(locale), own(&[say::steps::seven_eleven_note(locale)]))
        }
        Place::Chain("family-mart") if !has_page => (say::steps::family_mart(locale), Vec::new()),
        Place::Chain("family-mart") => {
            (say::steps::family_mart(locale), own(&[say::steps::family_mart_note(locale)]))
        }
        Place::Chain("daily-yamazaki") => {
            (say::steps::daily_yamazaki(locale), own(&[say::steps::cash(locale)]))
        }
        Place::Chain("seicomart") => (say::steps::seicomart(locale), own(&[say::steps::cash(locale)])),
        Place::Chain(_) => (&[], own(&[say::steps::cash(locale)])),
        Place::Bank => {
            let payee = is_degicas(snapshot).then(|| say::steps::bank_payee(locale).to_owned());
            let exact = say::steps::bank_exact(locale, &amount);
            let hours = say::steps::bank_hours(locale).to_owned();
            (&[], payee.into_iter().chain([exact, hours]).collect())
        }
        Place::PayEasy => (say::steps::atm(locale), own(&[say::steps::online_note(locale)])),
        Place::Elsewhere => (&[], Vec::new()),
    };
    let title =
        if place == Place::PayEasy { say::steps::at_an_atm(locale) } else { say::steps::title(locale) };
    Guide { title, steps, notes }
}

/// The account is in the name of KOMOJU's company, which a shopper who has never heard of it would take for a fraud.
fn is_degicas(snapshot: &Snapshot) -> bool {
    let lines = &snapshot.instructions.lines;
    let names = lines.iter().filter(|(kind, _)| *kind == InstructionKind::AccountName);
    let is_its =
        |name: &str| ["デジカ", "ﾃﾞｼﾞｶ", "DEGICA"].iter().any(|own| name.to_ascii_uppercase().contains(own));
    names.into_iter().any(|(_, name)| is_its(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_on_japans_calendar() {
        // 2026-11-29 23:59:59 in Japan.
        let deadline = 1_795_964_399_000;
        let text = |before: Moment, locale| left(deadline, deadline - before, locale).map(|left| left.text);
        assert_eq!(text(3 * DAY_MS, Locale::Ja).as_deref(), Some("あと3日"));
        assert_eq!(text(DAY_MS, Locale::En).as_deref(), Some("1 day left"));
        assert_eq!(text(DAY_MS - 1_000, Locale::En).as_deref(), Some("Last day: until 23:59"));
        assert_eq!(text(0, Locale::Ja).as_deref(), Some("本日23:59まで"));
        assert_eq!(text(-1, Locale::Ja), None);
        assert_eq!(until(deadline, Locale::Ja), "11月29日（日）23:59まで");
        assert_eq!(until(deadline, Locale::En), "by 23:59, Sun 29 Nov (Japan time)");
    }

    fn read(kind: &str, lines: &[(InstructionKind, &str)]) -> Vec<(String, String)> {
        let lines: Vec<_> = lines.iter().map(|(kind, value)| (*kind, (*value).to_owned())).collect();
        let place = Place::of(&Code::of(kind, &lines));
        numbers(&lines, place, Locale::Ja).into_iter().map(|n| (n.label, n.value)).collect()
    }

    #[test]
    fn numbers_bear_the_names_that_stand_on_the_machine() {
        use InstructionKind::*;
        let pair = |label: &str, value: &str| (label.to_owned(), value.to_owned());
        let lawson = [(Store, "lawson"), (Receipt, "12345678901"), (ConfirmationCode, "012345")];
        assert_eq!(read("konbini", &lawson), [pair("お客様番号", "12345678901"), pair("確認番号", "012345")]);
        let family = [(Store, "family-mart"), (Receipt, "123456789012"), (ConfirmationCode, "12345")];
        assert_eq!(read("konbini", &family), [pair("第1番号", "12345"), pair("第2番号", "123456789012")]);
        let unsure = [(Store, "family-mart"), (Receipt, "letters"), (ConfirmationCode, "more")];
        assert_eq!(read("konbini", &unsure), [pair("お客様番号", "letters"), pair("確認番号", "more")]);
        let bank = [
            (Bank, "見本銀行"),
            (Branch, "見本支店"),
            (AccountType, "normal"),
            (AccountNumber, "1234567"),
            (AccountName, "カ）デジカ"),
        ];
        assert_eq!(
            read("bank_transfer", &bank),
            [
                pair("金融機関・支店", "見本銀行　見本支店"),
                pair("口座番号（普通）", "1234567"),
                pair("口座名義", "カ）デジカ")
            ]
        );
    }
}
