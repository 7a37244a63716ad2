//! Where a payment can be found: its page in the panel, its order in BigCommerce, and the link by which its shopper
//! pays.

use super::fields::copy_field;
use super::request::Panel;
use crate::links::{LIFE_DAYS, Links};
use crate::objects::messages::desk::Desk;
use crate::texts::panel::links as say;
use domain::texts::locale::Locale;
use domain::url::encode;
use domain::values::ids::OrderId;
use maud::{Markup, html};

/// The path of a payment's page, below `/panel`.
pub fn path(order: OrderId) -> String {
    ["/payments/", &order.to_string()].concat()
}

/// A link to the order in BigCommerce's own panel. Opens a new tab, because that panel cannot be framed. None: its
/// address is not known.
pub fn order_link(desk: &Desk, locale: Locale, order: OrderId) -> Option<Markup> {
    let base = &desk.profile.panel_url;
    (!base.is_empty()).then(|| {
        html! {
            a.quiet target="_blank" rel="noopener noreferrer" href={ (base) "/manage/orders/" (order.get()) } {
                (say::in_bigcommerce(locale)) " ↗"
            }
        }
    })
}

/// The link that the merchant sends to a shopper who cannot come back to the confirmation page.
pub fn pay_link(panel: &Panel<'_>, locale: Locale, order: OrderId) -> Markup {
    let link = Links::new(&panel.ctx.config, &panel.visitor.store, order, panel.ctx.now_ms).pay();
    let subject = say::mail_subject(locale, &order.to_string());
    let body = [say::mail_text(locale), "\r\n", &link].concat();
    let mail = ["mailto:?subject=", &encode(&subject), "&body=", &encode(&body)].concat();
    html! {
        section.card {
            h2 { (say::title(locale)) }
            (copy_field(locale, "pay_link", say::to_send(locale), &link))
            p.hint {
                (say::hint(locale, &LIFE_DAYS.to_string())) " "
                a href=(mail) target="_blank" rel="noopener" { (say::write_a_mail(locale)) }
            }
        }
    }
}
