//! Where a payment can be found: its page in the panel, its order in BigCommerce, and the link by which its shopper
//! pays.

use super::fields::copy_field;
use super::request::Panel;
use super::words::Words;
use crate::links::{LIFE_DAYS, Links};
use crate::markup;
use crate::objects::messages::desk::Desk;
use domain::url::encode;
use domain::values::ids::OrderId;
use domain::values::locale::Locale;
use maud::Markup;

/// The path of a payment's page, below `/panel`.
pub fn path(order: OrderId) -> String {
    ["/payments/", &order.to_string()].concat()
}

/// A link to the order in BigCommerce's own panel. Opens a new tab, because that panel cannot be framed. None: its
/// address is not known.
pub fn order_link(desk: &Desk, locale: Locale, order: OrderId) -> Option<Markup> {
    let base = &desk.profile.panel_url;
    (!base.is_empty()).then(|| {
        markup!["<a class=\"quiet\" target=\"_blank\" rel=\"noopener noreferrer\" href=\"" (base) "/manage/orders/"
            (order.get()) "\">" (locale.of("in BigCommerce", "BigCommerce で開く")) " ↗</a>"]
    })
}

/// The link that the merchant sends to a shopper who cannot come back to the confirmation page.
pub fn pay_link(panel: &Panel<'_>, locale: Locale, order: OrderId) -> Markup {
    let link = Links::new(&panel.ctx.config, &panel.visitor.store, order, panel.ctx.now_ms).pay();
    let number = order.to_string();
    let (subject, greeting) = match locale {
        Locale::En | Locale::Ko => {
            (["Payment for your order #", &number, ""], "You can pay for your order here:")
        }
        Locale::Ja => (["ご注文 #", &number, " のお支払いのご案内"], "次のリンクからお支払いいただけます。"),
    };
    let subject = subject.concat();
    let body = [greeting, "\r\n", &link].concat();
    let mail = ["mailto:?subject=", &encode(&subject), "&body=", &encode(&body)].concat();
    let days = LIFE_DAYS.to_string();
    let words = match locale {
        Locale::En | Locale::Ko => [
            "Whoever has this link can pay for the order, or sees how it stands. It is good for ",
            &days,
            " days.",
        ],
        Locale::Ja => [
            "このリンクを知っている人は、注文の支払いや状況の確認ができます。有効期間は ",
            &days,
            " 日です。",
        ],
    };
    markup!["<section class=\"card\"><h2>" (locale.of("Payment link", "支払いリンク")) "</h2>"
        (copy_field(locale, "pay_link", locale.of("To send to the shopper", "購入者に送るリンク"), &link))
        "<p class=\"hint\">" (words.concat()) " <a href=\"" (mail) "\" target=\"_blank\" rel=\"noopener\">"
        (locale.of("Write a mail", "メールを作成")) "</a></p></section>"]
}
