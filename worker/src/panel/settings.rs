//! What the merchant decides for all payments: when money is captured, what becomes of orders that nobody pays, how
//! refunds are made. It is one form. If anything in it is wrong, the fault is shown beside its field, and nothing at
//! all is saved.

use super::fields::hidden_token;
use super::forms::choice;
use super::layout::{Page, Tab, page as frame};
use super::request::Panel;
use super::words::Words;
use crate::markup;
use crate::objects::messages::desk::Desk;
use domain::state::settings::{
    AUTHORIZED_STATUSES, Capture, GRACE_HOURS, KEEP_DAYS, RefundPolicy, Settings, Unpaid,
};
use domain::url::{Pair, value};
use domain::values::locale::Locale;
use domain::values::order_status::OrderStatus;
use domain::values::owed::Counting;
use maud::Markup;

/// In bytes.
const LONGEST_PREFIX: usize = 24;

/// A field that can be wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    Capture,
    AuthorizedStatus,
    Unpaid,
    Grace,
    Refunds,
    Prefix,
    Keep,
}

/// The form, as stored or as entered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingsForm {
    /// What could be read of the form; for the rest, what is stored.
    settings: Settings,
    // The three text fields, exactly as entered:
    prefix: String,
    grace: String,
    keep: String,
    faults: Vec<Field>,
}

impl SettingsForm {
    /// The form as it is stored.
    pub fn of(settings: &Settings) -> Self {
        Self {
            prefix: settings.order_prefix.clone(),
            grace: settings.unpaid_grace_hours.to_string(),
            keep: settings.keep_days.to_string(),
            settings: settings.clone(),
            faults: Vec::new(),
        }
    }

    /// The form as it was entered.
    pub fn read(form: &[Pair], stored: &Settings, is_owner: bool) -> Self {
        let text = |name| value(form, name).unwrap_or("").trim();
        let mut read = Self::of(stored);
        (read.prefix, read.grace) = (text("prefix").to_owned(), text("unpaid_grace_hours").to_owned());
        let (settings, faults) = (&mut read.settings, &mut read.faults);
        take(&mut settings.capture, choice(text("capture")), Field::Capture, faults);
        let status = text("authorized_status").parse().map(OrderStatus).ok();
        let status = status.filter(|status| AUTHORIZED_STATUSES.contains(status));
        take(&mut settings.authorized_status, status, Field::AuthorizedStatus, faults);
        take(&mut settings.unpaid, choice(text("unpaid")), Field::Unpaid, faults);
        take(&mut settings.refunds, choice(text("refunds")), Field::Refunds, faults);
        let hours = read.grace.parse().ok().filter(|hours| GRACE_HOURS.contains(hours));
        // If unpaid orders are left alone, the hours have no effect and may be wrong.
        if hours.is_some() || settings.unpaid != Unpaid::Leave {
            take(&mut settings.unpaid_grace_hours, hours, Field::Grace, faults);
        }
        let prefix = Some(read.prefix.clone()).filter(|prefix| is_prefix(prefix));
        take(&mut settings.order_prefix, prefix, Field::Prefix, faults);
        for (name, answer) in [
            ("store_credit", &mut settings.store_credit),
            ("gift_certificates", &mut settings.gift_certificates),
        ] {
            match text(name) {
                "ask" => *answer = None,
                entered => *answer = choice(entered).or(*answer),
            }
        }
        // A form without this field leaves the setting as it is.
        if let Some(days) = value(form, "keep_days") {
            days.trim().clone_into(&mut read.keep);
            let days = read.keep.parse().ok().filter(|days| KEEP_DAYS.contains(days));
            take(&mut settings.keep_days, days, Field::Keep, faults);
        }
        let ticked = |name| value(form, name).is_some();
        settings.capture_on_shipping = ticked("capture_on_shipping");
        settings.refund_second = ticked("refund_second");
        settings.watch_new_orders = ticked("watch_new_orders");
        settings.test_moves_orders = ticked("test_moves_orders");
        // Only the owner's form has this field; any other form leaves the setting as it is.
        if is_owner {
            settings.keys_for_owner = ticked("keys_for_owner");
        }
        read
    }

    /// The settings. None: something is wrong.
    pub fn checked(&self) -> Option<Settings> {
        self.faults.is_empty().then(|| self.settings.clone())
    }
}

/// Takes a value that could be read, or notes the fault.
fn take<T>(place: &mut T, read: Option<T>, field: Field, faults: &mut Vec<Field>) {
    match read {
        Some(read) => *place = read,
        None => faults.push(field),
    }
}

/// True for a prefix that KOMOJU takes in an external_order_num.
fn is_prefix(text: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    (1..=LONGEST_PREFIX).contains(&text.len()) && text.bytes().all(allowed)
}

// ---- the page ----------------------------------------------------------------------------------------------------

/// The page. `form`: as stored, or as entered with its faults.
pub fn page<'a>(panel: &Panel<'a>, desk: &Desk, form: &SettingsForm) -> Page<'a> {
    let locale = panel.visitor.locale;
    let wrong = (!form.faults.is_empty()).then(|| {
        markup!["<p class=\"notice wrong\" role=\"alert\">"
            (locale.of("Nothing was saved: please correct what is marked.", "保存していません。赤字の項目を修正してください。")) "</p>"]
    });
    let content = markup![(wrong) "<form method=\"post\" action=\"/panel/settings\">" (hidden_token(panel))
        (capture(locale, form)) (unpaid(locale, form)) (refunds(locale, form)) (orders(locale, form)) (staff(panel, desk, locale, form))
        "<p class=\"save\"><button class=\"primary\">" (locale.of("Save", "保存")) "</button></p></form>"];
    frame(panel, desk, Tab::Settings, content)
}

fn capture(locale: Locale, form: &SettingsForm) -> Markup {
    let settings = &form.settings;
    let radio = |value: Capture, title, hint| {
        option(Kind::Radio, "capture", value.key(), settings.capture == value, title, hint)
    };
    let statuses = AUTHORIZED_STATUSES.iter().map(|status| {
        let on = (*status == settings.authorized_status).then(|| markup![" selected"]);
        markup!["<option value=\"" (u64::from(status.0)) "\"" (on) ">" (status_name(locale, *status)) "</option>"]
    });
    let statuses: Vec<Markup> = statuses.collect();
    markup!["<section class=\"card\"><h2>" (locale.of("Taking the money", "売上の確定")) "</h2>" (fault(locale, form, Field::Capture))
        (radio(Capture::Auto, locale.of("At once", "支払いと同時"), locale.of(
            "A card is charged as soon as the shopper has paid.",
            "購入者が支払うと、すぐに売上が確定します。",
        )))
        "<div class=\"choice\">" (radio(Capture::Manual, locale.of("Later, in a second step", "後から確定（仮売上）"), locale.of(
            "A card is only authorized at first, for 30 days at most. Methods without authorization, such as konbini, \
             are paid at once all the same.",
            "カードはまず仮売上となり、確定しないまま 30 日を過ぎると失効します。コンビニなど仮売上のない方法は、支払いと同時に確定します。",
        ))) "<div class=\"inside\"><label for=\"authorized_status\">"
        (locale.of("Order status while the money is authorized", "仮売上中の注文ステータス"))
        "</label><select id=\"authorized_status\" name=\"authorized_status\">" (statuses) "</select>"
        (fault(locale, form, Field::AuthorizedStatus))
        (option(Kind::Tick, "capture_on_shipping", "1", settings.capture_on_shipping,
            locale.of("Capture when the order is shipped", "発送時に自動で確定"), locale.of(
            "Moving the order to Shipped or Completed takes the money. Without this, and where you had moved the order on \
             before its money was authorized, you take it on the payment's page.",
            "注文を Shipped または Completed にすると売上が確定します。オフの場合と、仮売上より先に注文を次のステータスへ進めて\
             いた場合は、支払いのページで確定してください。",
        ))) "</div></div></section>"]
}

fn unpaid(locale: Locale, form: &SettingsForm) -> Markup {
    let radio = |value: Unpaid, title, hint| {
        option(Kind::Radio, "unpaid", value.key(), form.settings.unpaid == value, title, hint)
    };
    markup!["<section class=\"card\"><h2>" (locale.of("Orders that nobody pays", "支払われない注文")) "</h2>"
        (fault(locale, form, Field::Unpaid))
        (radio(Unpaid::Leave, locale.of("Leave them", "そのままにする"), locale.of(
            "They stay Awaiting Payment, and can still be paid.",
            "Awaiting Payment のまま残り、後からでも支払えます。",
        )))
        "<div class=\"choice\">" (radio(Unpaid::Cancel, locale.of("Cancel them", "Cancelled（キャンセル）にする"), locale.of(
            "They become Cancelled, with a staff note.",
            "Cancelled に変更し、スタッフメモを残します。",
        )))
        (radio(Unpaid::Decline, locale.of("Decline them", "Declined（拒否）にする"), locale.of(
            "They become Declined, with a staff note.",
            "Declined に変更し、スタッフメモを残します。",
        )))
        "<div class=\"inside\"><label for=\"unpaid_grace_hours\">" (locale.of("After this many hours", "猶予時間（時間単位）"))
        "</label><input id=\"unpaid_grace_hours\" name=\"unpaid_grace_hours\" inputmode=\"numeric\" class=\"short\" value=\""
        (form.grace.as_str()) "\">" (fault(locale, form, Field::Grace)) "<p class=\"hint\">" (locale.of(
            "Counted from when nothing can be paid any more. An open session or code is always waited for.",
            "支払う手段がなくなった時点から数えます。有効な支払い番号などがある間は待ちます。",
        )) "</p></div></div></section>"]
}

fn refunds(locale: Locale, form: &SettingsForm) -> Markup {
    let settings = &form.settings;
    let radio = |value: RefundPolicy, title, hint| {
        option(Kind::Radio, "refunds", value.key(), settings.refunds == value, title, hint)
    };
    markup!["<section class=\"card\"><h2>" (locale.of("Refunds made in BigCommerce", "BigCommerce での返金")) "</h2>"
        (fault(locale, form, Field::Refunds))
        (radio(RefundPolicy::AtOnce, locale.of("Pay back at once", "すぐに返金"), locale.of(
            "KOMOJU pays the shopper back as soon as you refund the order.",
            "注文を返金すると、KOMOJU がすぐに購入者へ返金します。",
        )))
        (radio(RefundPolicy::Confirm, locale.of("Ask first", "承認してから返金"), locale.of(
            "The payment needs attention until somebody confirms the refund on its page.",
            "支払いのページで承認するまで、KOMOJU では返金しません。",
        )))
        (radio(RefundPolicy::Never, locale.of("Never by itself", "自動では返金しない"), locale.of(
            "KOMOJU pays nothing back unless you say so on the payment's page.",
            "支払いのページで指示しない限り、KOMOJU では返金しません。",
        )))
        "<p class=\"hint\">" (locale.of(
            "Cash (konbini, bank transfer, Pay-easy) goes back by bank transfer and always waits for the shopper's account.",
            "コンビニ・銀行振込・ペイジーの返金は銀行振込となるため、設定にかかわらず購入者の振込先口座の入力が必要です。",
        )) "</p>"
        (option(Kind::Tick, "refund_second", "1", settings.refund_second,
            locale.of("Refund the later of two payments", "二重払いのうち後の支払いを返金"), locale.of(
            "Where an order was paid twice, the second payment goes back without asking.",
            "一つの注文が二重に支払われた場合、後の支払いを承認なしで返金します。",
        ))) "</section>"]
}

fn orders(locale: Locale, form: &SettingsForm) -> Markup {
    let settings = &form.settings;
    markup!["<section class=\"card\"><h2>" (locale.of("Orders", "注文")) "</h2>"
        (option(Kind::Tick, "watch_new_orders", "1", settings.watch_new_orders,
            locale.of("Watch new orders", "新規注文を監視する"), locale.of(
            "Orders whose shopper never reached the payment page are listed too, with a link to send.",
            "購入者が決済ページに来なかった注文も一覧に表示し、支払いリンクを送れるようにします。",
        )))
        (option(Kind::Tick, "test_moves_orders", "1", settings.test_moves_orders,
            locale.of("Test payments may move orders forward", "テスト決済でも注文ステータスを進める"), locale.of(
            "For trying things out. Off, an order paid with test money never reaches a status that ships.",
            "動作確認用です。オフの場合、テスト決済の注文は発送可能なステータスになりません。",
        )))
        (counting(locale, "store_credit", settings.store_credit, locale.of("Store credit", "ストアクレジット")))
        (counting(locale, "gift_certificates", settings.gift_certificates, locale.of("Gift certificates", "ギフト券")))
        "<p class=\"hint\">" (locale.of(
            "Whether BigCommerce's order total still contains what was paid this way. Until it is known, the first such \
             order is held, and you choose the right amount on its page.",
            "BigCommerce の注文合計が、これらの利用分を差し引く前か後かを指定します。未設定の間は、該当する最初の注文の請求を保留し、\
             その支払いのページで金額を選べるようにします。",
        )) "</p><label for=\"prefix\">" (locale.of("Order number prefix at KOMOJU", "KOMOJU での注文番号の接頭辞"))
        "</label><input id=\"prefix\" name=\"prefix\" class=\"code short\" value=\"" (form.prefix.as_str()) "\">"
        (fault(locale, form, Field::Prefix)) "<p class=\"hint\">" (locale.of(
            "Must be unique among all shops that share the KOMOJU account. It can be changed at any time.",
            "同じ KOMOJU アカウントを使う店舗間で重複しないようにしてください。いつでも変更できます。",
        )) "</p><label for=\"keep_days\">" (locale.of("Keep a payment's details for this many days", "支払いの詳細を保存する日数"))
        "</label><input id=\"keep_days\" name=\"keep_days\" inputmode=\"numeric\" class=\"short\" value=\"" (form.keep.as_str())
        "\">" (fault(locale, form, Field::Keep)) "<p class=\"hint\">" (locale.of(
            "Counted from the last thing that happened to it. Its line in the list stays; what is open or needs a person is kept.",
            "最後に動きがあった日から数えます。一覧の行は残り、未完了のものや確認が必要なものは削除しません。",
        )) "</p></section>"]
}

/// How order totals count store credit or gift certificates. "Ask" means: not known yet.
fn counting(locale: Locale, name: &str, answer: Option<Counting>, label: &str) -> Markup {
    let choices = [
        ("ask", locale.of("Not known yet: ask me", "未設定（注文ごとに確認）")),
        (
            Counting::Gross.key(),
            locale.of("The total contains it: subtract it", "合計に含まれる（差し引いて請求）"),
        ),
        (Counting::Net.key(), locale.of("Already taken off the total", "合計から差し引き済み")),
    ];
    let chosen = answer.map_or("ask", Counting::key);
    let choices = choices.into_iter().map(|(value, words)| {
        let on = (value == chosen).then(|| markup![" selected"]);
        markup!["<option value=\"" (value) "\"" (on) ">" (words) "</option>"]
    });
    let choices: Vec<Markup> = choices.collect();
    markup!["<label for=\"" (name) "\">" (label) "</label><select id=\"" (name) "\" name=\"" (name) "\">" (choices)
        "</select>"]
}

fn staff(panel: &Panel<'_>, desk: &Desk, locale: Locale, form: &SettingsForm) -> Markup {
    let tick = desk.is_owner.then(|| {
        option(Kind::Tick, "keys_for_owner", "1", form.settings.keys_for_owner,
            locale.of("Only I, the owner, may change keys and secrets", "キーとシークレットを変更できるのはオーナー（自分）だけにする"), locale.of(
            "Other users of this control panel then see them masked, and cannot point the store at another KOMOJU account.",
            "ほかのユーザーには伏せて表示され、別の KOMOJU アカウントへの切り替えもできなくなります。",
        ))
    });
    let kept = (!desk.is_owner && form.settings.keys_for_owner).then(|| {
        markup!["<p>" (locale.of("Keys and secrets may be changed by the store's owner only.", "キーとシークレットの変更はオーナーに限られています。"))
            "</p>"]
    });
    let changes = panel.visitor.link(panel.ctx, "/changes", &[]);
    markup!["<section class=\"card\"><h2>" (locale.of("Who may change what", "変更の権限と履歴")) "</h2>" (tick) (kept)
        "<p><a href=\"" (changes) "\">" (locale.of("Who changed what", "変更履歴を見る")) "</a></p></section>"]
}

#[derive(Clone, Copy)]
enum Kind {
    Radio,
    Tick,
}

/// Something to choose, with one sentence that says what it does.
fn option(kind: Kind, name: &str, value: &str, on: bool, title: &str, hint: &str) -> Markup {
    let kind = match kind {
        Kind::Radio => "radio",
        Kind::Tick => "checkbox",
    };
    let checked = on.then(|| markup![" checked"]);
    markup!["<label class=\"option\"><input type=\"" (kind) "\" name=\"" (name) "\" value=\"" (value) "\"" (checked)
        "><span><b>" (title) "</b><span class=\"hint\">" (hint) "</span></span></label>"]
}

/// BigCommerce's own name for the status, which is English everywhere.
fn status_name(locale: Locale, status: OrderStatus) -> &'static str {
    match status.0 {
        7 => locale.of("Awaiting Payment", "Awaiting Payment（入金待ち）"),
        8 => locale.of("Awaiting Pickup", "Awaiting Pickup（受け取り待ち）"),
        9 => locale.of("Awaiting Shipment", "Awaiting Shipment（出荷待ち）"),
        12 => locale.of("Manual Verification Required", "Manual Verification Required（要確認）"),
        _ => locale.of("Awaiting Fulfillment", "Awaiting Fulfillment（発送待ち）"),
    }
}

/// What is wrong with a field. None: nothing is.
fn fault(locale: Locale, form: &SettingsForm, field: Field) -> Option<Markup> {
    let words = match field {
        Field::Capture | Field::AuthorizedStatus | Field::Unpaid | Field::Refunds => {
            locale.of("Please choose one of these.", "いずれかを選択してください。")
        }
        Field::Grace => locale
            .of("A whole number of hours, from 1 to 1440.", "1〜1440 の整数（時間）で入力してください。"),
        Field::Keep => locale
            .of("A whole number of days, from 180 to 3660.", "180〜3660 の整数（日数）で入力してください。"),
        Field::Prefix => locale
            .of("1 to 24 letters, digits, - or _.", "1〜24 文字の英数字、- または _ で入力してください。"),
    };
    form.faults.contains(&field).then(|| markup!["<p class=\"fault\">" (words) "</p>"])
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::url::pairs;

    const GOOD: &str = "capture=manual&authorized_status=9&capture_on_shipping=1&unpaid=cancel\
        &unpaid_grace_hours=24&refunds=at_once&refund_second=1&prefix=HOSHI-&test_moves_orders=1";

    fn read(form: &str) -> SettingsForm {
        SettingsForm::read(&pairs(form), &Settings { version: 7, ..Settings::default() }, true)
    }

    #[test]
    fn a_good_form_says_everything_but_methods_and_version() {
        let expected = Settings {
            version: 7,
            order_prefix: "HOSHI-".to_owned(),
            capture: Capture::Manual,
            authorized_status: OrderStatus(9),
            capture_on_shipping: true,
            unpaid: Unpaid::Cancel,
            unpaid_grace_hours: 24,
            refunds: RefundPolicy::AtOnce,
            refund_second: true,
            watch_new_orders: false,
            test_moves_orders: true,
            ..Settings::default()
        };
        assert_eq!(read(GOOD).checked(), Some(expected));
    }

    #[test]
    fn only_the_owners_form_says_who_may_change_keys() {
        let form = pairs(&[GOOD, "&keys_for_owner=1"].concat());
        let read = |form: &[Pair], kept, is_owner| {
            let stored = Settings { keys_for_owner: kept, ..Settings::default() };
            SettingsForm::read(form, &stored, is_owner).checked().map(|settings| settings.keys_for_owner)
        };
        assert_eq!((read(&form, false, true), read(&pairs(GOOD), true, true)), (Some(true), Some(false)));
        assert_eq!((read(&form, false, false), read(&pairs(GOOD), true, false)), (Some(false), Some(true)));
    }

    #[test]
    fn one_bad_value_and_nothing_is_saved() {
        let bad = [
            ("capture=manual", "capture=sometimes", Field::Capture),
            ("authorized_status=9", "authorized_status=10", Field::AuthorizedStatus),
            ("authorized_status=9", "authorized_status=2", Field::AuthorizedStatus),
            ("unpaid=cancel", "unpaid=", Field::Unpaid),
            ("unpaid_grace_hours=24", "unpaid_grace_hours=0", Field::Grace),
            ("unpaid_grace_hours=24", "unpaid_grace_hours=1441", Field::Grace),
            ("unpaid_grace_hours=24", "unpaid_grace_hours=1.5", Field::Grace),
            ("refunds=at_once", "refunds=AtOnce", Field::Refunds),
            ("prefix=HOSHI-", "prefix=HOSHI-&keep_days=179", Field::Keep),
            ("prefix=HOSHI-", "prefix=HOSHI-&keep_days=", Field::Keep),
            ("prefix=HOSHI-", "prefix=a+b", Field::Prefix),
            ("prefix=HOSHI-", "prefix=", Field::Prefix),
            ("prefix=HOSHI-", "prefix=0123456789012345678901234", Field::Prefix),
        ];
        for (good, bad, field) in bad {
            let form = read(&GOOD.replace(good, bad));
            assert_eq!((form.checked(), form.faults.as_slice()), (None, [field].as_slice()), "{bad}");
        }
    }

    #[test]
    fn what_was_entered_wrongly_stays_in_the_form() {
        let form = read(&GOOD.replace("prefix=HOSHI-", "prefix=a+b").replace("hours=24", "hours=soon"));
        assert_eq!((form.prefix.as_str(), form.grace.as_str()), ("a b", "soon"));
        assert_eq!(form.settings.order_prefix, Settings::default().order_prefix);
    }

    #[test]
    fn hours_that_do_nothing_need_not_be_right() {
        let form = read(&GOOD.replace("unpaid=cancel", "unpaid=leave").replace("hours=24", "hours="));
        assert_eq!(form.checked().map(|s| s.unpaid_grace_hours), Some(72));
    }
}
