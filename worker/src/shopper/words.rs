//! Which sentence the shopper reads from the server. The sentences themselves stand in `worker/texts`.

use crate::texts::shopper as say;
use domain::plan::start::Refusal;
use domain::texts::locale::Locale;
use domain::time::{Moment, in_japan};
use domain::values::instructions::InstructionKind;
use domain::values::phase::Phase;

/// Title and message of a phase. `declined`: the last try was refused.
pub fn phase(phase: Phase, declined: bool, locale: Locale) -> (&'static str, &'static str) {
    match phase {
        Phase::Unpaid if declined => (say::declined::title(locale), say::declined::message(locale)),
        Phase::Unpaid => (say::unpaid::title(locale), say::unpaid::message(locale)),
        Phase::Confirming => (say::confirming::title(locale), say::confirming::message(locale)),
        Phase::Waiting => (say::waiting::title(locale), say::waiting::message(locale)),
        Phase::Paid => (say::paid::title(locale), say::paid::message(locale)),
        Phase::Review => (say::review::title(locale), say::review::message(locale)),
        Phase::Closed => (say::closed::title(locale), say::closed::message(locale)),
    }
}

/// A code as the shopper knows it: where it is paid, and the number that is typed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Code<'a> {
    /// KOMOJU's payment type, such as `konbini`.
    pub payment_type: &'a str,
    /// The convenience-store chain, such as `lawson`.
    pub chain: Option<&'a str>,
    pub number: Option<&'a str>,
}

/// What a sentence about a code calls it.
enum Named<'a> {
    /// By the chain: "your Lawson number".
    Chain(&'a str),
    PayEasy,
    Number,
    /// By the account: shoppers do not call that a number.
    BankAccount,
}

impl<'a> Code<'a> {
    /// Reads the chain and the number from a payment's instructions.
    pub fn of(payment_type: &'a str, lines: &'a [(InstructionKind, String)]) -> Self {
        let line = |wanted: &[InstructionKind]| {
            lines.iter().find(|(kind, _)| wanted.contains(kind)).map(|(_, value)| value.as_str())
        };
        let numbers =
            [InstructionKind::Receipt, InstructionKind::CustomerNumber, InstructionKind::AccountNumber];
        Self { payment_type, chain: line(&[InstructionKind::Store]), number: line(&numbers) }
    }

    fn named(&self) -> Named<'a> {
        match (self.chain, self.payment_type) {
            (Some(chain), _) => Named::Chain(chain),
            (None, "pay_easy") => Named::PayEasy,
            (None, "bank_transfer") => Named::BankAccount,
            (None, _) => Named::Number,
        }
    }
}

/// The label of a code's number, after the chain's name; for a dead number it says that it is no longer valid.
pub fn number_of(code: &Code<'_>, dead: bool, locale: Locale) -> String {
    let label = match code.named() {
        Named::Chain("family-mart")
            if let Some(name) = code.number.and_then(|number| family_marts_number(number, locale)) =>
        {
            let gap = if locale == Locale::Ja { "　" } else { " " };
            [konbini("family-mart", locale), gap, name].concat()
        }
        Named::Chain(chain) => (till(chain).1)(locale, konbini(chain, locale)),
        Named::PayEasy | Named::Number => say::instruction::customer_number(locale).to_owned(),
        Named::BankAccount => say::instruction::account_number(locale).to_owned(),
    };
    if dead { say::dead_number(locale, &label) } else { label }
}

/// FamilyMart's machine asks for a number of five digits and one of twelve, whichever of them KOMOJU names first. None: the
/// number is neither.
pub fn family_marts_number(value: &str, locale: Locale) -> Option<&'static str> {
    match value.len() {
        _ if !value.bytes().all(|byte| byte.is_ascii_digit()) => None,
        5 => Some(say::voucher::first_number(locale)),
        12 => Some(say::voucher::second_number(locale)),
        _ => None,
    }
}

/// What the chain's own machine or slip calls the number.
pub fn chains_number(chain: &str, locale: Locale) -> &'static str {
    (till(chain).0)(locale)
}

/// A chain's word for the number: on its own, and after the chain's name.
type Till = (fn(Locale) -> &'static str, fn(Locale, &str) -> String);

fn till(chain: &str) -> Till {
    match chain {
        "seven-eleven" => (say::till::slip, say::till::slip_of),
        "lawson" | "ministop" | "family-mart" => (say::till::customer, say::till::customer_of),
        "daily-yamazaki" => (say::till::online, say::till::online_of),
        "seicomart" => (say::till::receipt, say::till::receipt_of),
        _ => (say::instruction::receipt, say::till::number_of),
    }
}

/// A sentence about a code, in the wording for what the code is called: by its chain, or as a Pay-easy number, a
/// payment number, a bank account.
fn about(
    code: &Code<'_>,
    locale: Locale,
    by_chain: fn(Locale, &str) -> String,
    [pay_easy, number, bank_account]: [fn(Locale) -> &'static str; 3],
) -> String {
    let sentence = match code.named() {
        Named::Chain(chain) => return by_chain(locale, konbini(chain, locale)),
        Named::PayEasy => pay_easy,
        Named::Number => number,
        Named::BankAccount => bank_account,
    };
    sentence(locale).to_owned()
}

/// Title and message of the question before a code is given up.
pub fn asking(code: &Code<'_>, locale: Locale) -> (&'static str, String) {
    use say::asking::{bank_account, chain, number, pay_easy, title};
    (title(locale), about(code, locale, chain, [pay_easy, number, bank_account]))
}

/// The note beside that question, and its two answers, the safe one first.
pub fn asking_answers(code: &Code<'_>, locale: Locale) -> (&'static str, &'static str, &'static str) {
    use say::asking::{bank_give_up, bank_keep, bank_note, give_up, keep, note};
    match code.named() {
        Named::BankAccount => (bank_note(locale), bank_keep(locale), bank_give_up(locale)),
        Named::Chain(_) | Named::PayEasy | Named::Number => (note(locale), keep(locale), give_up(locale)),
    }
}

/// Title and message while the order is unpaid and its last code has expired.
pub fn expired(code: &Code<'_>, locale: Locale) -> (&'static str, String) {
    use say::expired::{bank_account, chain, number, pay_easy, title};
    (title(locale), about(code, locale, chain, [pay_easy, number, bank_account]))
}

/// Title and message while the order is unpaid and its last code was given up.
pub fn given_up(code: &Code<'_>, locale: Locale) -> (&'static str, String) {
    use say::given_up::{bank_account, chain, number, pay_easy, title};
    (title(locale), about(code, locale, chain, [pay_easy, number, bank_account]))
}

/// A moment by Japan's clock, whatever the reader's own.
pub fn japan_time(at: Moment, locale: Locale) -> String {
    let t = in_japan(at);
    let month = usize::try_from(t.month - 1).ok().and_then(|m| say::months(locale).get(m)).unwrap_or(&"");
    let clock = format!("{:02}:{:02}", t.hour, t.minute);
    let weekday = say::weekdays(locale)[t.weekday];
    let (day, year) = (&t.day.to_string(), &t.year.to_string());
    say::JapanTime { weekday, day, month, year, clock: &clock }.say(locale)
}

/// The label of one line of instructions, as Japanese tills and banks call it.
pub fn instruction(kind: InstructionKind, locale: Locale) -> &'static str {
    match kind {
        InstructionKind::Store => say::instruction::store(locale),
        InstructionKind::Receipt => say::instruction::receipt(locale),
        InstructionKind::ConfirmationCode => say::instruction::confirmation_code(locale),
        InstructionKind::Bank => say::instruction::bank(locale),
        InstructionKind::Branch => say::instruction::branch(locale),
        InstructionKind::AccountType => say::instruction::account_type(locale),
        InstructionKind::AccountNumber => say::instruction::account_number(locale),
        InstructionKind::AccountName => say::instruction::account_name(locale),
        InstructionKind::OrderNumber => say::instruction::order_number(locale),
        InstructionKind::BankId => say::instruction::bank_id(locale),
        InstructionKind::CustomerNumber => say::instruction::customer_number(locale),
        InstructionKind::ConfirmationNumber => say::instruction::confirmation_number(locale),
    }
}

/// A chain's name as it stands over its door; any other name as it came.
pub fn konbini(store: &str, locale: Locale) -> &str {
    match store {
        "seven-eleven" => say::konbini::seven_eleven(locale),
        "lawson" => say::konbini::lawson(locale),
        "family-mart" => say::konbini::family_mart(locale),
        "ministop" => say::konbini::ministop(locale),
        "daily-yamazaki" => say::konbini::daily_yamazaki(locale),
        "seicomart" => say::konbini::seicomart(locale),
        other => other,
    }
}

/// Kind of bank account; another kind than we know stands for itself.
pub fn account_type(kind: &str, locale: Locale) -> &str {
    match kind {
        "normal" => say::account_type::normal(locale),
        "checking" => say::account_type::checking(locale),
        "savings" => say::account_type::savings(locale),
        other => other,
    }
}

/// What a refusal says to the shopper, who can usually do nothing about it except ask the shop.
pub fn refusal(refusal: &Refusal, locale: Locale) -> &'static str {
    match refusal {
        Refusal::OrderNotFound | Refusal::WrongProof => say::refusal::order_not_found(locale),
        Refusal::NotOurs => say::refusal::not_ours(locale),
        Refusal::NothingDue => say::refusal::nothing_due(locale),
        Refusal::AmountChanged => say::refusal::amount_changed(locale),
        Refusal::AmountUndecided => say::refusal::amount_undecided(locale),
        Refusal::UnsupportedCurrency
        | Refusal::AmountUnreadable
        | Refusal::NotConfigured
        | Refusal::Disconnected => say::refusal::not_available(locale),
        Refusal::KomojuRefused(_) => say::refusal::komoju_refused(locale),
        Refusal::BigCommerceUnavailable
        | Refusal::KomojuUnavailable
        | Refusal::Busy { .. }
        | Refusal::TooOften { .. } => say::refusal::busy(locale),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dead_number_is_named_by_its_chain_or_its_method() {
        let lines =
            |kind, value: &str| vec![(InstructionKind::Store, "lawson".to_owned()), (kind, value.to_owned())];
        let lawson = lines(InstructionKind::Receipt, "12345678901");
        let code = Code::of("konbini", &lawson);
        assert_eq!(code.number, Some("12345678901"));
        assert_eq!(number_of(&code, true, Locale::Ja), "ローソン　お客様番号（無効）");
        assert_eq!(number_of(&code, true, Locale::En), "Lawson customer number, no longer valid");
        assert_eq!(number_of(&code, true, Locale::Ko), "로손 고객번호(お客様番号) · 사용 불가");
        assert_eq!(asking(&code, Locale::Ja).1, "お進みになると、お控えのローソンの番号は無効になります。");
        for (method, named) in [
            ("bank_transfer", "This bank account can no longer be used."),
            ("pay_easy", "Your Pay-easy number has been cancelled."),
            ("a_new_one", "Your payment number has been cancelled."),
        ] {
            let said = given_up(&Code::of(method, &[]), Locale::En).1;
            assert!(said.starts_with(named), "{said}");
        }
    }

    #[test]
    fn a_deadline_reads_the_same_everywhere() {
        let deadline = 1_795_618_799_000;
        assert_eq!(japan_time(deadline, Locale::En), "Wed, 25 Nov 2026, 23:59 (Japan time)");
        assert_eq!(japan_time(deadline, Locale::Ja), "2026年11月25日（水）23:59（日本時間）");
        assert_eq!(japan_time(deadline, Locale::Ko), "2026년 11월 25일(수) 23:59 (일본 시간)");
    }
}
