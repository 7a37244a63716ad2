//! The first page: whether everything is connected, what is left to set up, and what needs a person.

use super::fields::hidden_token;
use super::layout::{Page, Tab, mode_pill, page as frame};
use super::request::Panel;
use super::words::{Words, moment, trouble};
use crate::markup;
use crate::objects::messages::desk::{Desk, Funnel};
use crate::objects::messages::health::{SignatureDoubt, Trouble};
use domain::state::settings::Mode;
use domain::time::HOUR_MS;
use domain::values::locale::Locale;
use maud::Markup;

/// The page. If something is wrong, the health card comes first.
pub fn page<'a>(panel: &Panel<'a>, desk: &Desk) -> Page<'a> {
    let locale = panel.visitor.locale;
    let (steps, health, funnel) =
        (steps(panel, desk, locale), health(panel, desk, locale), funnel(desk, locale));
    let rest = match desk.health.troubles.is_empty() {
        true => markup![(steps)(funnel)(health)],
        false => markup![(health)(funnel)(steps)],
    };
    let content = markup![(account_changed(panel, desk, locale)) (attention(panel, desk, locale)) "<div class=\"pair\">" (bigcommerce(desk, locale)) (komoju(panel, desk, locale))
        "</div>" (rest)];
    frame(panel, desk, Tab::Overview, content)
}

/// What needs a person: payments, and labels that nobody could place.
fn attention(panel: &Panel<'_>, desk: &Desk, locale: Locale) -> Option<Markup> {
    let payments = u64::from(desk.tally.attention);
    let to_payments = panel.visitor.link(panel.ctx, "/payments", &[("attention", "1")]);
    let to_methods = panel.visitor.link(panel.ctx, "/methods", &[]);
    let payments = (payments > 0).then(|| {
        let english = if payments == 1 { " payment needs a look" } else { " payments need a look" };
        markup!["<li><a href=\"" (to_payments) "\">" (payments) (locale.of(english, " 件の支払いに確認が必要です"))
            "</a></li>"]
    });
    let labels = (!desk.undecided.is_empty()).then(|| {
        markup!["<li><a href=\"" (to_methods) "\">"
            (locale.of("Orders came in under an unknown payment name", "不明な支払い方法名の注文があります")) "</a></li>"]
    });
    if payments.is_none() && labels.is_none() {
        return None;
    }
    Some(
        markup!["<section class=\"card warn\"><h2>" (locale.of("Needs attention", "確認が必要です")) "</h2><ul>" (payments) (labels)
        "</ul></section>"],
    )
}

fn bigcommerce(desk: &Desk, locale: Locale) -> Markup {
    let storefronts = desk.profile.channels.iter().map(|channel| {
        let origin = channel.origins.first().map_or("", String::as_str);
        markup!["<li>" (&channel.name) " <span class=\"quiet\">" (origin) "</span></li>"]
    });
    let storefronts: Vec<Markup> = storefronts.collect();
    markup!["<section class=\"card\"><h2>BigCommerce</h2><p><span class=\"pill live\">" (locale.of("Connected", "接続済み"))
        "</span></p><p class=\"label\">" (locale.of("Storefronts", "ストアフロント")) "</p><ul class=\"plain\">" (storefronts)
        "</ul></section>"]
}

fn komoju(panel: &Panel<'_>, desk: &Desk, locale: Locale) -> Markup {
    let keys = panel.visitor.link(panel.ctx, "/keys", &[]);
    let Some(account) = desk.profile.current_account() else {
        return markup!["<section class=\"card\"><h2>KOMOJU</h2><p><span class=\"pill\">" (locale.of("Not connected", "未接続"))
            "</span></p><p><a class=\"button primary\" href=\"" (keys) "\">" (locale.of("Enter the secret key", "シークレットキーを登録"))
            "</a></p></section>"];
    };
    let words = match account.mode {
        Mode::Live => locale.of("Live: shoppers pay real money.", "本番：実際の決済が行われます。"),
        Mode::Test => locale.of("Test: no real money moves.", "テスト：実際の決済は行われません。"),
    };
    markup!["<section class=\"card\"><h2>KOMOJU</h2><p><span class=\"pill live\">" (locale.of("Connected", "接続済み")) "</span> "
        (mode_pill(account.mode)) "</p><p>" (words) "</p><p><code>" (&account.masked) "</code></p></section>"]
}

/// One step of setting up. `done`: None if only the merchant can know.
struct Step<'a> {
    done: Option<bool>,
    name: &'static str,
    hint: &'a str,
    page: &'static str,
}

/// The steps of setting up, each with a link to the page where it is done.
fn steps(panel: &Panel<'_>, desk: &Desk, locale: Locale) -> Markup {
    let installed = desk.health.troubles.iter().all(Trouble::is_of_flow);
    let registered = desk.health.checked_at_ms > 0 && installed;
    let heard = desk.heard_komoju_ms.map(|at| match locale {
        Locale::En | Locale::Ko => ["Last received: ", &moment(at)].concat(),
        Locale::Ja => ["最終受信：", &moment(at)].concat(),
    });
    let steps = [
        Step {
            done: Some(registered),
            name: locale.of("The script and the webhooks are in the store", "スクリプトと Webhook をストアに登録"),
            hint: locale.of("Done by this app.", "このアプリが自動で行います。"),
            page: "",
        },
        Step {
            done: Some(desk.profile.current_account().is_some()),
            name: locale.of("Enter the KOMOJU secret key", "KOMOJU のシークレットキーを登録"),
            hint: locale.of("From the KOMOJU dashboard.", "KOMOJU 管理画面で確認できます。"),
            page: "/keys",
        },
        Step {
            done: heard.as_ref().map(|_| true),
            name: locale.of("Add the webhook at KOMOJU", "KOMOJU に Webhook を登録"),
            hint: heard.as_deref().unwrap_or(
                locale.of("Address, secret and events are shown there to copy.", "URL・シークレット・イベントをコピーできます。"),
            ),
            page: "/keys",
        },
        Step {
            // Until the merchant has saved the methods, the ones shown are a guess.
            done: Some(desk.profile.settings.methods_chosen && !desk.profile.settings.methods.is_empty()),
            name: locale.of("Say which offline methods are ours", "対象のオフライン決済方法を選択"),
            hint: locale.of("Under exactly the name they have at checkout.", "チェックアウトとまったく同じ名前で登録します。"),
            page: "/methods",
        },
        Step {
            done: (desk.tally.payments > 0).then_some(true),
            name: locale.of("Place a test order", "テスト注文をする"),
            hint: locale.of(
                "In the offline method's instructions, tell shoppers that they will be taken to the payment page.",
                "オフライン決済の案内文に「このあとお支払い画面に移動します」と書いておくと親切です。",
            ),
            page: "/payments",
        },
    ];
    let rows: Vec<Markup> = steps.iter().map(|s| step(panel, locale, s)).collect();
    markup!["<section class=\"card\"><h2>" (locale.of("Setting up", "セットアップ")) "</h2><ol class=\"steps\">" (rows) "</ol></section>"]
}

fn step(panel: &Panel<'_>, locale: Locale, step: &Step<'_>) -> Markup {
    let (class, mark) = match step.done {
        Some(true) => ("done", locale.of("Done", "完了")),
        Some(false) => ("open", locale.of("To do", "未完了")),
        None => ("manual", locale.of("By you", "手動で設定")),
    };
    let href = panel.visitor.link(panel.ctx, step.page, &[]);
    markup!["<li class=\"" (class) "\"><a href=\"" (href) "\">" (step.name) "</a> <span class=\"pill " (class) "\">" (mark)
        "</span><br><span class=\"hint\">" (step.hint) "</span></li>"]
}

/// Orders against starts: of the last day by the hour, and of the last 30 days. None: no orders yet.
fn funnel(desk: &Desk, locale: Locale) -> Option<Markup> {
    let Funnel { hours, month } = &desk.funnel;
    if month.placed == 0 {
        return None;
    }
    let sum = |all: u32, part: u32| [part.to_string(), all.to_string()].join(" / ");
    let day =
        hours.iter().fold((0, 0), |(placed, started), hour| (placed + hour.placed, started + hour.started));
    let line = |words: &str, placed: u32, started: u32| markup!["<tr><td>" (words) "</td><td class=\"amount\">" (sum(placed, started)) "</td></tr>"];
    let rows = hours.iter().map(|hour| line(&moment(hour.hour * HOUR_MS), hour.placed, hour.started));
    let rows: Vec<Markup> = rows.collect();
    let late = (month.late > 0).then(|| {
        let words = match locale {
            Locale::En | Locale::Ko => {
                [&month.late.to_string(), " more came later, for example by a payment link."].concat()
            }
            Locale::Ja => {
                ["ほかに ", &month.late.to_string(), " 件は、支払いリンクなどで後から手続きされました。"]
                    .concat()
            }
        };
        markup![" "(words)]
    });
    let unwatched = (!desk.profile.settings.watch_new_orders).then(|| {
        markup![" " (locale.of(
            "Orders whose shopper never came are not counted: watching new orders is switched off under Settings.",
            "「設定」で新規注文の監視がオフのため、購入者が一度も手続きしなかった注文は含まれません。",
        ))]
    });
    let about = locale.of(
        "Of the orders placed under our payment methods, how many shoppers reached KOMOJU from the confirmation page.",
        "対象の支払い方法での注文のうち、購入者が注文完了画面から KOMOJU の決済画面に進んだ件数です。",
    );
    Some(
        markup!["<section class=\"card\"><h2>" (locale.of("Orders and starts", "注文と決済開始")) "</h2><p class=\"hint\">" (about)
        (late) (unwatched) "</p><table><tbody>" (line(locale.of("Last 24 hours", "過去 24 時間"), day.0, day.1))
        (line(locale.of("Last 30 days", "過去 30 日間"), month.placed, month.started)) "</tbody></table><details><summary>"
        (locale.of("By the hour", "時間別")) "</summary><table><tbody>" (rows) "</tbody></table></details></section>"],
    )
}

/// What is wrong with the installation, and the button that puts it right.
fn health(panel: &Panel<'_>, desk: &Desk, locale: Locale) -> Markup {
    let channel_name = |id| {
        let name = desk.profile.channel(id).map(|channel| channel.name.clone());
        name.unwrap_or_else(|| ["#", &u64::to_string(&id)].concat())
    };
    let troubles = &desk.health.troubles;
    let rows = troubles.iter().map(|t| markup!["<li>" (trouble(locale, t, channel_name)) "</li>"]);
    let rows: Vec<Markup> = rows.collect();
    let good =
        locale.of("The script and the webhooks are as they should be.", "スクリプトと Webhook は正常です。");
    let state = match troubles.is_empty() {
        true => markup!["<p><span class=\"pill live\">OK</span> " (good) "</p>"],
        false => markup!["<ul class=\"troubles\">" (rows) "</ul>"],
    };
    let disabled = troubles.iter().any(|t| matches!(t, Trouble::ScriptDisabled { .. }));
    let action = match disabled {
        true => locale.of("Repair, and switch the script on", "修復してスクリプトを有効にする"),
        false => locale.of("Check and repair", "確認・修復する"),
    };
    let checked = (desk.health.checked_at_ms > 0).then(|| moment(desk.health.checked_at_ms));
    let class = if troubles.is_empty() { "card" } else { "card warn" };
    markup!["<section class=\"" (class) "\"><h2>" (locale.of("Health", "状態")) "</h2>" (state)
        (signature_note(desk, locale)) "<form method=\"post\" action=\"/panel/repair\" class=\"actions\">" (hidden_token(panel)) "<button>" (action)
        "</button><span class=\"quiet\">" (locale.of("Last checked: ", "最終確認：")) (checked) "</span></form></section>"]
}

/// What was odd about BigCommerce's signatures. Nothing need be done about it, but whoever is asked for help should
/// see it.
fn signature_note(desk: &Desk, locale: Locale) -> Option<Markup> {
    let note = desk.health.hook_signature?;
    let words = match note.doubt {
        SignatureDoubt::Old => locale.of(
            "BigCommerce sent webhooks whose own signature was old. They were accepted: this store's secret proved them.",
            "BigCommerce から、署名の日時が古い Webhook が届きました。このストア専用のシークレットで送信元を確認し、受け付けています。",
        ),
        SignatureDoubt::Mismatch => locale.of(
            "BigCommerce's own signature of its webhooks could not be checked. They were accepted: this store's secret proved them.",
            "BigCommerce の Webhook の署名を照合できませんでした。このストア専用のシークレットで送信元を確認し、受け付けています。",
        ),
    };
    Some(markup!["<p class=\"quiet\">" (words) " " (moment(note.at_ms)) "</p>"])
}

/// Anybody with a staff login could redirect a store's money to another KOMOJU account, so everybody is told of such
/// a change for a month.
fn account_changed(panel: &Panel<'_>, desk: &Desk, locale: Locale) -> Option<Markup> {
    let change = desk.account_changed.as_ref()?;
    let changes = panel.visitor.link(panel.ctx, "/changes", &[]);
    Some(
        markup!["<section class=\"card warn\"><h2>" (locale.of("The KOMOJU account was changed", "KOMOJU アカウントが変更されました")) "</h2><p><code>"
        (&change.from) "</code> → <code>" (&change.to) "</code><br><span class=\"quiet\">" (&change.name) ", " (moment(change.at_ms))
        "</span></p><p>" (locale.of(
            "New payments go to this account. If nobody of your staff meant to do this, enter the former key again at once.",
            "新しい支払いはこのアカウントに入金されます。お心当たりのない場合は、すぐに元のキーを登録し直してください。",
        )) " <a href=\"" (changes) "\">" (locale.of("Who changed what", "変更履歴")) "</a></p></section>"],
    )
}
