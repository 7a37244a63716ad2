//! Which offline methods are ours, what they are called at checkout, and which KOMOJU payment types each of them
//! offers.

use super::fields::hidden_token;
use super::forms::{Fault, MethodEntry, MethodsForm};
use super::layout::{Page, Tab, page as frame};
use super::request::Panel;
use super::words::{Words, provider};
use crate::markup;
use crate::objects::messages::desk::Desk;
use crate::profile::LearnedLabel;
use domain::komoju::methods::PaymentType;
use domain::values::locale::Locale;
use maud::Markup;

/// The page. `form`: as stored, or as entered with its faults.
pub fn page<'a>(panel: &Panel<'a>, desk: &Desk, form: &MethodsForm) -> Page<'a> {
    let locale = panel.visitor.locale;
    let methods: Vec<Markup> = form.methods.iter().map(|m| method(locale, m, &desk.payment_types)).collect();
    let content = markup![(undecided(panel, desk, locale))
        "<form method=\"post\" action=\"/panel/methods\">" (hidden_token(panel))
        "<section class=\"card\"><h2>" (locale.of("Offline methods", "オフライン決済方法")) "</h2><p>" (locale.of(
            "BigCommerce has five offline payment methods. Switch one on under Settings › Payments, rename it there to \
             what shoppers should read, and tick it here under exactly the same name.",
            "BigCommerce には 5 つのオフライン決済方法があります。「設定 › 支払い」で有効にして購入者に見せる名前に変更し、\
             ここでまったく同じ名前を入力してチェックを入れてください。",
        )) "</p>" (no_types(desk, locale)) (methods) "</section>"
        "<p class=\"save\"><button class=\"primary\">" (locale.of("Save", "保存")) "</button></p></form>"];
    frame(panel, desk, Tab::Methods, content)
}

/// Says that payment types can be chosen once there is a key.
fn no_types(desk: &Desk, locale: Locale) -> Option<Markup> {
    let words = locale.of(
        "Once a KOMOJU key is saved, the ways to pay it offers can be chosen here.",
        "KOMOJU のキーを登録すると、利用できる支払い方法をここで選べます。",
    );
    desk.payment_types.is_empty().then(|| markup!["<p class=\"notice\">" (words) "</p>"])
}

fn method(locale: Locale, entry: &MethodEntry, types: &[PaymentType]) -> Markup {
    let id = entry.provider.id();
    let fault = entry.fault.map(|fault| markup!["<p class=\"fault\">" (fault_words(locale, fault)) "</p>"]);
    let boxes: Vec<Markup> = types.iter().map(|t| type_box(locale, entry, t)).collect();
    let gone = entry.types.iter().filter(|slug| types.iter().all(|t| t.slug != **slug));
    let gone: Vec<Markup> = gone.map(|slug| gone_box(locale, id, slug)).collect();
    markup!["<fieldset class=\"method\"><legend><label class=\"check\"><input type=\"checkbox\" name=\"on." (id)
        "\" value=\"1\"" (checked(entry.ours)) "> <b>" (provider(locale, entry.provider)) "</b></label></legend>"
        "<div class=\"inside\"><label for=\"label." (id) "\">" (locale.of("Name at checkout", "チェックアウトでの名前"))
        "</label><input id=\"label." (id) "\" name=\"label." (id) "\" value=\"" (entry.label.as_str()) "\">" (fault)
        (offered(locale, boxes, gone)) "</div></fieldset>"]
}

fn offered(locale: Locale, boxes: Vec<Markup>, gone: Vec<Markup>) -> Option<Markup> {
    if boxes.is_empty() && gone.is_empty() {
        return None;
    }
    let hint = locale.of(
        "None ticked: KOMOJU shows everything your account offers.",
        "何も選ばない場合は、アカウントで有効なすべての方法を KOMOJU が表示します。",
    );
    Some(
        markup!["<p class=\"label\">" (locale.of("Offers", "利用できる支払い方法")) "</p><div class=\"types\">" (boxes) (gone)
        "</div><p class=\"hint\">" (hint) "</p>"],
    )
}

fn type_box(locale: Locale, entry: &MethodEntry, kind: &PaymentType) -> Markup {
    let name = match locale {
        Locale::En | Locale::Ko => &kind.name_en,
        Locale::Ja => &kind.name_ja,
    };
    let on = entry.types.contains(&kind.slug);
    markup!["<label class=\"check\"><input type=\"checkbox\" name=\"type." (entry.provider.id()) "\" value=\""
        (&kind.slug) "\"" (checked(on)) "> " (name) "</label>"]
}

/// A payment type that is stored but that KOMOJU no longer offers: it stays ticked until the merchant unticks it.
fn gone_box(locale: Locale, provider: &str, slug: &str) -> Markup {
    markup!["<label class=\"check gone\"><input type=\"checkbox\" name=\"type." (provider) "\" value=\"" (slug)
        "\" checked> " (slug) " (" (locale.of("no longer offered", "現在は利用できません")) ")</label>"]
}

fn checked(on: bool) -> Option<Markup> {
    on.then(|| markup![" checked"])
}

fn fault_words(locale: Locale, fault: Fault) -> &'static str {
    match fault {
        Fault::NoLabel => locale.of(
            "Enter the name this method has at checkout: orders show nothing else of it.",
            "チェックアウトでの名前を入力してください。注文にはこの名前だけが表示されます。",
        ),
        Fault::LabelTooLong => locale.of("At most 100 characters.", "100 文字以内で入力してください。"),
        Fault::SameLabel => locale.of(
            "Another method above has the same name; orders could not be told apart.",
            "上の方法と同じ名前です。注文を区別できません。",
        ),
    }
}

/// Names on orders that could not be placed. The merchant says with one click what each of them is.
fn undecided(panel: &Panel<'_>, desk: &Desk, locale: Locale) -> Option<Markup> {
    if desk.undecided.is_empty() {
        return None;
    }
    let rows: Vec<Markup> =
        desk.undecided.iter().map(|label| undecided_row(panel, desk, locale, label)).collect();
    Some(
        markup!["<section class=\"card warn\"><h2>" (locale.of("Unknown payment names", "不明な支払い方法名")) "</h2><p>" (locale.of(
            "Orders were placed under these names, and it could not be found out whether they are for KOMOJU.",
            "次の名前の注文がありましたが、KOMOJU の対象かどうか判別できませんでした。",
        )) "</p>" (rows) "</section>"],
    )
}

fn undecided_row(panel: &Panel<'_>, desk: &Desk, locale: Locale, label: &LearnedLabel) -> Markup {
    let choices = desk.profile.settings.methods.iter().map(|method| {
        markup!["<button name=\"provider\" value=\"" (method.provider.id()) "\">" (locale.of("Ours: ", "対象：")) (&method.label)
            "</button>"]
    });
    let choices: Vec<Markup> = choices.collect();
    markup!["<form method=\"post\" action=\"/panel/labels\" class=\"actions\">" (hidden_token(panel))
        "<input type=\"hidden\" name=\"channel\" value=\"" (label.channel) "\"><input type=\"hidden\" name=\"label\" value=\""
        (&label.label) "\"><span class=\"grow\">「" (&label.label) "」</span>" (choices)
        "<button name=\"provider\" value=\"none\">" (locale.of("Not ours", "対象外")) "</button></form>"]
}
