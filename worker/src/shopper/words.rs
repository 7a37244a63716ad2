//! Every sentence that the shopper reads from the server, in both languages, side by side.

use domain::plan::start::Refusal;
use domain::time::Moment;
use domain::time::in_japan;
use domain::values::instructions::InstructionKind;
use domain::values::locale::Locale;
use domain::values::payment_types;
use domain::values::phase::Phase;

fn pick(locale: Locale, en: &'static str, ja: &'static str) -> &'static str {
    match locale {
        Locale::En | Locale::Ko => en,
        Locale::Ja => ja,
    }
}

/// Title and message of a phase. `declined`: the last try was refused.
pub fn phase(phase: Phase, declined: bool, locale: Locale) -> (&'static str, &'static str) {
    let say = |en: (&'static str, &'static str), ja: (&'static str, &'static str)| match locale {
        Locale::En | Locale::Ko => en,
        Locale::Ja => ja,
    };
    match phase {
        Phase::Unpaid if declined => say(
            (
                "Your payment did not go through",
                "Nothing has been charged. You can try again or choose another way to pay.",
            ),
            (
                "お支払いが完了しませんでした",
                "まだ請求は行われていません。もう一度お試しいただくか、別のお支払い方法をお選びください。",
            ),
        ),
        Phase::Unpaid => say(
            (
                "Your payment is not finished yet",
                "Your order has been received. Please complete your payment.",
            ),
            (
                "お支払いがまだ完了していません",
                "ご注文は承りました。続けてお支払い手続きをお願いいたします。",
            ),
        ),
        Phase::Confirming => say(
            ("Confirming your payment", "This usually takes a few seconds. You can leave this page open."),
            ("お支払いを確認しています", "通常は数秒で完了します。このままお待ちください。"),
        ),
        Phase::Waiting => say(
            (
                "Please pay by the deadline",
                "We have received your order. Use the details below to pay; this page updates by itself once your payment arrives.",
            ),
            (
                "期限までにお支払いください",
                "ご注文を承りました。下記の内容でお支払いください。ご入金を確認すると、この画面は自動で更新されます。",
            ),
        ),
        Phase::Paid => say(
            ("Payment complete", "Thank you. We have received your payment."),
            ("お支払いが完了しました", "ありがとうございます。お支払いを確認いたしました。"),
        ),
        Phase::Review => say(
            (
                "The shop is checking your payment",
                "There is nothing for you to do now. The shop will contact you if needed.",
            ),
            (
                "お店がお支払い内容を確認しています",
                "お客様のお手続きは必要ありません。必要な場合はお店からご連絡いたします。",
            ),
        ),
        Phase::Closed => say(
            (
                "There is nothing to pay",
                "This order does not need a payment any more. If that surprises you, please contact the shop.",
            ),
            (
                "お支払いの必要はありません",
                "このご注文のお支払い手続きは終了しています。ご不明な点はお店までお問い合わせください。",
            ),
        ),
    }
}

/// A code as the shopper knows it: where it is paid, and the number that is typed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Code<'a> {
    /// KOMOJU's payment type, such as `konbini`.
    pub method: &'a str,
    /// The convenience-store chain, such as `lawson`.
    pub chain: Option<&'a str>,
    pub number: Option<&'a str>,
}

impl<'a> Code<'a> {
    /// Reads the chain and the number from a payment's instructions.
    pub fn of(method: &'a str, lines: &'a [(InstructionKind, String)]) -> Self {
        let line = |wanted: &[InstructionKind]| {
            lines.iter().find(|(kind, _)| wanted.contains(kind)).map(|(_, value)| value.as_str())
        };
        let numbers =
            [InstructionKind::Receipt, InstructionKind::CustomerNumber, InstructionKind::AccountNumber];
        Self { method, chain: line(&[InstructionKind::Store]), number: line(&numbers) }
    }

    /// `ローソンの番号`, `your Lawson number`. For a bank transfer it is the account: shoppers do not call that a number.
    fn name(&self, locale: Locale) -> String {
        match (self.method, self.chain, locale) {
            (_, Some(chain), Locale::En | Locale::Ko) => format!("your {} number", konbini(chain, locale)),
            (_, Some(chain), Locale::Ja) => format!("{}の番号", konbini(chain, locale)),
            ("bank_transfer", None, Locale::En | Locale::Ko) => "this bank account".to_owned(),
            ("bank_transfer", None, Locale::Ja) => "お振込先の口座".to_owned(),
            ("pay_easy", None, Locale::En | Locale::Ko) => "your Pay-easy number".to_owned(),
            ("pay_easy", None, Locale::Ja) => "ペイジーの番号".to_owned(),
            (_, None, Locale::En | Locale::Ko) => "your payment number".to_owned(),
            (_, None, Locale::Ja) => "お支払い用の番号".to_owned(),
        }
    }
}

/// The label of a code's number, after the chain's name; for a dead number it says that it is no longer valid.
pub fn number_of(code: &Code<'_>, dead: bool, locale: Locale) -> String {
    let number = match (code.method, code.chain) {
        (_, Some(chain)) => chains_number(chain, locale),
        ("bank_transfer", None) => instruction(InstructionKind::AccountNumber, locale),
        (_, None) => instruction(InstructionKind::CustomerNumber, locale),
    };
    let label = match (code.chain, locale) {
        (Some(chain), Locale::En | Locale::Ko) => {
            format!("{} {}", konbini(chain, locale), number.to_lowercase())
        }
        (Some(chain), Locale::Ja) => format!("{}　{number}", konbini(chain, locale)),
        (None, _) => number.to_owned(),
    };
    match (dead, locale) {
        (false, _) => label,
        (true, Locale::En | Locale::Ko) => label + ", no longer valid",
        (true, Locale::Ja) => label + "（無効）",
    }
}

/// What the chain's own machine or slip calls the number.
pub fn chains_number(chain: &str, locale: Locale) -> &'static str {
    match chain {
        "seven-eleven" => pick(locale, "Slip number", "払込票番号"),
        "lawson" | "ministop" | "family-mart" => pick(locale, "Customer number", "お客様番号"),
        "daily-yamazaki" => pick(locale, "Online payment number", "オンライン決済番号"),
        "seicomart" => pick(locale, "Receipt number", "受付番号"),
        _ => instruction(InstructionKind::Receipt, locale),
    }
}

/// Title and message of the question before a code is given up.
pub fn asking(code: &Code<'_>, locale: Locale) -> (&'static str, String) {
    let name = code.name(locale);
    match locale {
        Locale::En | Locale::Ko => (
            "Pay another way?",
            format!("If you continue, {name} will be cancelled and can no longer be used to pay."),
        ),
        Locale::Ja if code.method == "bank_transfer" => (
            "別の方法でお支払いになりますか",
            format!("お進みになると、{name}へはお振込みいただけなくなります。"),
        ),
        Locale::Ja => {
            ("別の方法でお支払いになりますか", format!("お進みになると、お控えの{name}は無効になります。"))
        }
    }
}

/// The note beside that question, and its two answers, the safe one first.
pub fn asking_answers(code: &Code<'_>, locale: Locale) -> (&'static str, &'static str, &'static str) {
    match (code.method == "bank_transfer", locale) {
        (false, Locale::En | Locale::Ko) => (
            "Already paid? Then there is nothing to do. It can take a little while until we see it.",
            "Keep this number",
            "Cancel it and pay another way",
        ),
        (false, Locale::Ja) => (
            "すでにお支払いがお済みの場合、お手続きは不要です。確認まで少しお時間をいただくことがあります。",
            "この番号のまま支払う",
            "番号を無効にして、別の方法を選ぶ",
        ),
        (true, Locale::En | Locale::Ko) => (
            "Already transferred? Then there is nothing to do. It can take a little while until we see it.",
            "Keep this account",
            "Give it up and pay another way",
        ),
        (true, Locale::Ja) => (
            "すでにお振込みがお済みの場合、お手続きは不要です。確認まで少しお時間をいただくことがあります。",
            "この口座に振り込む",
            "この口座の利用をやめて、別の方法を選ぶ",
        ),
    }
}

/// Title and message while the order is unpaid and its last code is dead: expired, or given up.
pub fn after_dead(code: &Code<'_>, expired: bool, locale: Locale) -> (&'static str, String) {
    let name = code.name(locale);
    let bank = code.method == "bank_transfer";
    match (expired, locale) {
        (false, Locale::En | Locale::Ko) if bank => (
            "Please choose how to pay",
            format!("{} can no longer be used. Please do not transfer money to it.", capital(&name)),
        ),
        (false, Locale::En | Locale::Ko) => (
            "Please choose how to pay",
            format!("{} has been cancelled. Please do not use it to pay.", capital(&name)),
        ),
        (false, Locale::Ja) if bank => (
            "お支払い方法をお選びください",
            format!("{name}はご利用いただけなくなりました。お振込みにならないようお願いいたします。"),
        ),
        (false, Locale::Ja) => (
            "お支払い方法をお選びください",
            format!("{name}は無効になりました。お控えの番号ではお支払いいただけません。"),
        ),
        (true, Locale::En | Locale::Ko) => (
            "The deadline has passed",
            format!("{} is no longer valid. You can still pay; please start again.", capital(&name)),
        ),
        (true, Locale::Ja) if bank => (
            "お支払い期限が過ぎました",
            format!("{name}はご利用いただけなくなりました。恐れ入りますが、再度お手続きください。"),
        ),
        (true, Locale::Ja) => (
            "お支払い期限が過ぎました",
            format!("{name}は無効になりました。恐れ入りますが、再度お手続きください。"),
        ),
    }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect()
}

/// Title and message for the moment in which the browser leaves for KOMOJU.
pub fn leaving(locale: Locale) -> (&'static str, &'static str) {
    (
        pick(locale, "Taking you to the payment page", "お支払い画面へ移動します"),
        pick(
            locale,
            "Your order has been received; one step is left.",
            "ご注文は承りました。続けてお支払いをお願いいたします。",
        ),
    )
}

/// Title and message of a start that waits for its turn.
pub fn queued(locale: Locale) -> (&'static str, &'static str) {
    (
        pick(locale, "Please wait a moment", "少々お待ちください"),
        pick(
            locale,
            "Your order has been received. Payments are busy just now; this page goes on by itself as soon as it is your turn.",
            "ご注文は承りました。ただいま大変混み合っております。順番になりますと自動的にお支払い画面へ進みますので、このままお待ちください。",
        ),
    )
}

/// Title and message for an order that was started too often: says until when to wait.
pub fn too_often(until: Moment, locale: Locale) -> (&'static str, String) {
    let title = pick(locale, "Please wait a little", "しばらくお待ちください");
    let time = japan_time(until, locale);
    let message = match locale {
        Locale::En | Locale::Ko => format!(
            "The payment page of this order has been opened many times in a short while. Please wait until {time}; this page then goes on by itself."
        ),
        Locale::Ja => format!(
            "このご注文のお支払い画面は、短い時間に何度も開かれています。恐れ入りますが、{time}までお待ちください。時間になりますと自動的にお手続きを再開いたします。"
        ),
    };
    (title, message)
}

/// The label of the button that pays. `ended` or `declined`: it was tried before.
pub fn pay(ended: bool, declined: bool, locale: Locale) -> &'static str {
    match ended || declined {
        true => pick(locale, "Try again", "もう一度お支払いへ進む"),
        false => pick(locale, "Pay now", "お支払いへ進む"),
    }
}

pub fn restart(locale: Locale) -> &'static str {
    pick(locale, "Pay another way", "別の方法で支払う")
}

pub fn test_badge(locale: Locale) -> &'static str {
    pick(locale, "TEST – no real money", "テスト（実際の請求はありません）")
}

pub fn instructions_link(locale: Locale) -> &'static str {
    pick(locale, "How to pay", "お支払い方法を見る")
}

pub fn amount(locale: Locale) -> &'static str {
    pick(locale, "Amount", "お支払い金額")
}

pub fn method(locale: Locale) -> &'static str {
    pick(locale, "Payment method", "お支払い方法")
}

/// A payment type's name where it stands alone, and so begins with a capital letter.
pub fn method_name(slug: &str, locale: Locale) -> &str {
    payment_types::name_alone(slug, locale)
}

pub fn order_number(locale: Locale) -> &'static str {
    pick(locale, "Order", "ご注文番号")
}

/// Where to go to pay, for a browser that may only see how the payment stands.
pub fn pay_from_the_order(locale: Locale) -> &'static str {
    pick(
        locale,
        "To pay, please open your order confirmation page, or the link in the shop's email.",
        "お支払いは、注文完了画面、またはお店からのメールにあるリンクからお手続きください。",
    )
}

pub fn back_to_shop(locale: Locale) -> &'static str {
    pick(locale, "Back to the shop", "お店に戻る")
}

pub fn deadline(locale: Locale) -> &'static str {
    pick(locale, "Pay by", "お支払い期限")
}

/// A moment (ms since the epoch) by Japan's clock, whatever the reader's own.
pub fn japan_time(ms: i64, locale: Locale) -> String {
    let t = in_japan(ms);
    let clock = format!("{:02}:{:02}", t.hour, t.minute);
    match locale {
        Locale::En | Locale::Ko => {
            let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
            let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
            let month = usize::try_from(t.month - 1).ok().and_then(|m| months.get(m)).unwrap_or(&"");
            format!("{}, {} {month} {}, {clock} (Japan time)", days[t.weekday], t.day, t.year)
        }
        Locale::Ja => {
            let days = ["日", "月", "火", "水", "木", "金", "土"];
            format!("{}年{}月{}日（{}）{clock}（日本時間）", t.year, t.month, t.day, days[t.weekday])
        }
    }
}

/// The label of one line of instructions, as Japanese tills and banks call it.
pub fn instruction(kind: InstructionKind, locale: Locale) -> &'static str {
    match kind {
        InstructionKind::Store => pick(locale, "Convenience store", "コンビニエンスストア"),
        InstructionKind::Receipt => pick(locale, "Payment number", "払込番号（受付番号）"),
        InstructionKind::ConfirmationCode => pick(locale, "Confirmation code", "確認番号"),
        InstructionKind::Bank => pick(locale, "Bank", "銀行名"),
        InstructionKind::Branch => pick(locale, "Branch", "支店名"),
        InstructionKind::AccountType => pick(locale, "Account type", "口座種別"),
        InstructionKind::AccountNumber => pick(locale, "Account number", "口座番号"),
        InstructionKind::AccountName => pick(locale, "Account name", "口座名義"),
        InstructionKind::OrderNumber => pick(locale, "Transfer reference", "お振込み時の番号"),
        InstructionKind::BankId => pick(locale, "Collecting agency number", "収納機関番号"),
        InstructionKind::CustomerNumber => pick(locale, "Customer number", "お客様番号"),
        InstructionKind::ConfirmationNumber => pick(locale, "Confirmation number", "確認番号"),
    }
}

/// A chain's name as it stands over its door; any other name as it came.
pub fn konbini(store: &str, locale: Locale) -> &str {
    let (en, ja) = match store {
        "seven-eleven" => ("7-Eleven", "セブン-イレブン"),
        "lawson" => ("Lawson", "ローソン"),
        "family-mart" => ("FamilyMart", "ファミリーマート"),
        "ministop" => ("Ministop", "ミニストップ"),
        "daily-yamazaki" => ("Daily Yamazaki", "デイリーヤマザキ"),
        "seicomart" => ("Seicomart", "セイコーマート"),
        other => (other, other),
    };
    match locale {
        Locale::En | Locale::Ko => en,
        Locale::Ja => ja,
    }
}

/// Kind of bank account; another kind than we know stands for itself.
pub fn account_type(kind: &str, locale: Locale) -> &str {
    match (kind, locale) {
        ("normal", Locale::En | Locale::Ko) => "Ordinary",
        ("normal", Locale::Ja) => "普通",
        ("checking", Locale::Ja) => "当座",
        ("savings", Locale::Ja) => "貯蓄",
        (other, _) => other,
    }
}

/// What a refusal says to the shopper, who can usually do nothing about it except ask the shop.
pub fn refusal(refusal: &Refusal, locale: Locale) -> &'static str {
    match refusal {
        Refusal::OrderNotFound | Refusal::WrongProof => pick(
            locale,
            "We could not find this order. Please open the order confirmation page again.",
            "ご注文が見つかりませんでした。注文完了画面をもう一度開いてください。",
        ),
        Refusal::NotOurs => {
            pick(locale, "This order is paid another way.", "このご注文は別のお支払い方法で承っています。")
        }
        Refusal::NothingDue => pick(locale, "There is nothing left to pay.", "お支払いの必要はありません。"),
        Refusal::AmountChanged => pick(
            locale,
            "The order's amount has changed. Nothing has been charged; please contact the shop.",
            "ご注文金額が変更されています。請求は行われていません。お店までお問い合わせください。",
        ),
        Refusal::AmountUndecided => pick(
            locale,
            "The shop is checking how much is left to pay after store credit or gift certificates. Nothing has been \
             charged. Please come back to this page later, or contact the shop.",
            "ストアクレジットやギフト券のご利用分を差し引いた金額を、お店が確認しています。請求は行われていません。しばらくしてから\
             このページをもう一度開くか、お店までお問い合わせください。",
        ),
        Refusal::UnsupportedCurrency
        | Refusal::AmountUnreadable
        | Refusal::NotConfigured
        | Refusal::Disconnected => pick(
            locale,
            "This payment method is not available just now. Please contact the shop.",
            "現在このお支払い方法はご利用いただけません。お店までお問い合わせください。",
        ),
        Refusal::KomojuRefused(_) => pick(
            locale,
            "The payment page could not be opened. Please contact the shop.",
            "お支払い画面を開けませんでした。お店までお問い合わせください。",
        ),
        Refusal::BigCommerceUnavailable
        | Refusal::KomojuUnavailable
        | Refusal::Busy { .. }
        | Refusal::TooOften { .. } => busy(locale),
    }
}

pub fn busy(locale: Locale) -> &'static str {
    pick(
        locale,
        "The payment page cannot be opened just now. Please try again in a moment.",
        "ただいまお支払い画面を開けません。しばらくしてからもう一度お試しください。",
    )
}

pub fn bad_link(locale: Locale) -> &'static str {
    pick(
        locale,
        "This link is not valid any more. Please open your order confirmation again.",
        "このリンクは無効です。注文完了画面をもう一度開いてください。",
    )
}

/// The title of what the shopper is told instead of a payment page.
pub fn no_payment_page(locale: Locale) -> &'static str {
    pick(locale, "The payment page could not be opened", "お支払い画面を開けませんでした")
}

/// Title and message of a page that cannot be shown, if nothing more can be said. `may_pass`: trying again may help.
pub fn problem(may_pass: bool, locale: Locale) -> (&'static str, &'static str) {
    let title = pick(locale, "This page cannot be shown", "ページを表示できません");
    let message = match may_pass {
        true => pick(
            locale,
            "Something went wrong on our side. Your order is safe; please try again in a moment.",
            "一時的な問題が発生しました。ご注文に影響はございません。恐れ入りますが、しばらくしてからもう一度お試しください。",
        ),
        false => bad_link(locale),
    };
    (title, message)
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
        assert_eq!(asking(&code, Locale::Ja).1, "お進みになると、お控えのローソンの番号は無効になります。");
        for (method, named) in [
            ("bank_transfer", "This bank account can no longer be used."),
            ("pay_easy", "Your Pay-easy number has been cancelled."),
            ("a_new_one", "Your payment number has been cancelled."),
        ] {
            let said = after_dead(&Code::of(method, &[]), false, Locale::En).1;
            assert!(said.starts_with(named), "{said}");
        }
    }

    #[test]
    fn a_deadline_reads_the_same_everywhere() {
        let deadline = 1_795_618_799_000;
        assert_eq!(japan_time(deadline, Locale::En), "Wed, 25 Nov 2026, 23:59 (Japan time)");
        assert_eq!(japan_time(deadline, Locale::Ja), "2026年11月25日（水）23:59（日本時間）");
    }
}
