//! What the merchant decides for all payments: when money is captured, what becomes of orders that nobody pays, how
//! refunds are made. It is one form. If anything in it is wrong, the fault is shown beside its field, and nothing at
//! all is saved.

use super::fields::hidden_token;
use super::forms::choice;
use super::layout::{PanelPage, Tab, page as frame};
use super::request::Panel;
use crate::objects::messages::desk::Desk;
use crate::texts::panel::settings as say;
use domain::state::settings::{
    AUTHORIZED_STATUSES, Capture, GRACE_HOURS, KEEP_DAYS, RefundPolicy, Settings, Unpaid,
};
use domain::texts::locale::Locale;
use domain::url::{Pair, value};
use domain::values::order_status::OrderStatus;
use domain::values::owed::Counting;
use maud::{Markup, html};

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
pub fn page<'a>(panel: &Panel<'a>, desk: &Desk, form: &SettingsForm) -> PanelPage<'a> {
    let locale = panel.visitor.locale;
    let content = html! {
        @if !form.faults.is_empty() {
            p.notice.wrong role="alert" { (say::not_saved(locale)) }
        }
        form method="post" action="/panel/settings" {
            (hidden_token(panel))
            (capture(locale, form))
            (unpaid(locale, form))
            (refunds(locale, form))
            (orders(locale, form))
            (staff(panel, desk, locale, form))
            p.save { button.primary { (say::save(locale)) } }
        }
    };
    frame(panel, desk, Tab::Settings, content)
}

fn capture(locale: Locale, form: &SettingsForm) -> Markup {
    use say::capture as say;
    let radio = |value: Capture, title, hint| {
        option(Kind::Radio, "capture", value.key(), form.settings.capture == value, title, hint)
    };
    html! {
        section.card {
            h2 { (say::title(locale)) }
            (fault(locale, form, Field::Capture))
            (radio(Capture::Auto, say::auto(locale), say::auto_hint(locale)))
            div.choice {
                (radio(Capture::Manual, say::manual(locale), say::manual_hint(locale)))
                (capturing_later(locale, form))
            }
        }
    }
}

/// What else there is to say about capturing in a second step.
fn capturing_later(locale: Locale, form: &SettingsForm) -> Markup {
    use say::capture as say;
    let settings = &form.settings;
    let (title, hint) = (say::on_shipping(locale), say::on_shipping_hint(locale));
    html! {
        div.inside {
            label for="authorized_status" { (say::status(locale)) }
            select id="authorized_status" name="authorized_status" {
                @for status in AUTHORIZED_STATUSES {
                    option value=(status.0) selected[status == settings.authorized_status] {
                        (status_name(locale, status))
                    }
                }
            }
            (fault(locale, form, Field::AuthorizedStatus))
            (option(Kind::Tick, "capture_on_shipping", "1", settings.capture_on_shipping, title, hint))
        }
    }
}

fn unpaid(locale: Locale, form: &SettingsForm) -> Markup {
    use say::unpaid as say;
    let radio = |value: Unpaid, title, hint| {
        option(Kind::Radio, "unpaid", value.key(), form.settings.unpaid == value, title, hint)
    };
    html! {
        section.card {
            h2 { (say::title(locale)) }
            (fault(locale, form, Field::Unpaid))
            (radio(Unpaid::Leave, say::leave(locale), say::leave_hint(locale)))
            div.choice {
                (radio(Unpaid::Cancel, say::cancel(locale), say::cancel_hint(locale)))
                (radio(Unpaid::Decline, say::decline(locale), say::decline_hint(locale)))
                div.inside {
                    label for="unpaid_grace_hours" { (say::grace(locale)) }
                    input.short id="unpaid_grace_hours" name="unpaid_grace_hours" inputmode="numeric"
                        value=(form.grace);
                    (fault(locale, form, Field::Grace))
                    p.hint { (say::grace_hint(locale)) }
                }
            }
        }
    }
}

fn refunds(locale: Locale, form: &SettingsForm) -> Markup {
    use say::refunds as say;
    let settings = &form.settings;
    let radio = |value: RefundPolicy, title, hint| {
        option(Kind::Radio, "refunds", value.key(), settings.refunds == value, title, hint)
    };
    let (second, second_hint) = (say::second(locale), say::second_hint(locale));
    html! {
        section.card {
            h2 { (say::title(locale)) }
            (fault(locale, form, Field::Refunds))
            (radio(RefundPolicy::AtOnce, say::at_once(locale), say::at_once_hint(locale)))
            (radio(RefundPolicy::Confirm, say::confirm(locale), say::confirm_hint(locale)))
            (radio(RefundPolicy::Never, say::never(locale), say::never_hint(locale)))
            p.hint { (say::cash_hint(locale)) }
            (option(Kind::Tick, "refund_second", "1", settings.refund_second, second, second_hint))
        }
    }
}

fn orders(locale: Locale, form: &SettingsForm) -> Markup {
    use say::orders as say;
    let settings = &form.settings;
    let tick = |name, on, title, hint| option(Kind::Tick, name, "1", on, title, hint);
    let (watch, watch_hint) = (say::watch_new(locale), say::watch_new_hint(locale));
    let (test, test_hint) = (say::test_moves(locale), say::test_moves_hint(locale));
    html! {
        section.card {
            h2 { (say::title(locale)) }
            (tick("watch_new_orders", settings.watch_new_orders, watch, watch_hint))
            (tick("test_moves_orders", settings.test_moves_orders, test, test_hint))
            (counting(locale, "store_credit", settings.store_credit, say::store_credit(locale)))
            (counting(locale, "gift_certificates", settings.gift_certificates, say::gift_certificates(locale)))
            p.hint { (say::counting_hint(locale)) }
            label for="prefix" { (say::prefix(locale)) }
            input.code.short id="prefix" name="prefix" value=(form.prefix);
            (fault(locale, form, Field::Prefix))
            p.hint { (say::prefix_hint(locale)) }
            label for="keep_days" { (say::keep_days(locale)) }
            input.short id="keep_days" name="keep_days" inputmode="numeric" value=(form.keep);
            (fault(locale, form, Field::Keep))
            p.hint { (say::keep_days_hint(locale)) }
        }
    }
}

/// How order totals count store credit or gift certificates. "Ask" means: not known yet.
fn counting(locale: Locale, name: &str, answer: Option<Counting>, label: &str) -> Markup {
    let choices = [
        ("ask", say::orders::ask(locale)),
        (Counting::Gross.key(), say::orders::gross(locale)),
        (Counting::Net.key(), say::orders::net(locale)),
    ];
    let chosen = answer.map_or("ask", Counting::key);
    html! {
        label for=(name) { (label) }
        select id=(name) name=(name) {
            @for (value, words) in choices {
                option value=(value) selected[value == chosen] { (words) }
            }
        }
    }
}

fn staff(panel: &Panel<'_>, desk: &Desk, locale: Locale, form: &SettingsForm) -> Markup {
    use say::staff as say;
    let kept = form.settings.keys_for_owner;
    let (title, hint) = (say::keys_for_owner(locale), say::keys_for_owner_hint(locale));
    html! {
        section.card {
            h2 { (say::title(locale)) }
            @if desk.is_owner {
                (option(Kind::Tick, "keys_for_owner", "1", kept, title, hint))
            } @else if kept {
                p { (say::keys_are_kept(locale)) }
            }
            p { a href=(panel.visitor.link(panel.ctx, "/changes", &[])) { (say::who_changed_what(locale)) } }
        }
    }
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
    html! {
        label.option {
            input type=(kind) name=(name) value=(value) checked[on];
            span { b { (title) } span.hint { (hint) } }
        }
    }
}

/// BigCommerce's own name for the status, which is English everywhere.
fn status_name(locale: Locale, status: OrderStatus) -> &'static str {
    match status.0 {
        7 => say::status::awaiting_payment(locale),
        8 => say::status::awaiting_pickup(locale),
        9 => say::status::awaiting_shipment(locale),
        12 => say::status::verification_required(locale),
        _ => say::status::awaiting_fulfillment(locale),
    }
}

/// What is wrong with a field, if anything is.
fn fault(locale: Locale, form: &SettingsForm, field: Field) -> Markup {
    let words = match field {
        Field::Capture | Field::AuthorizedStatus | Field::Unpaid | Field::Refunds => {
            say::fault::choose(locale)
        }
        Field::Grace => say::fault::grace(locale),
        Field::Keep => say::fault::keep_days(locale),
        Field::Prefix => say::fault::prefix(locale),
    };
    html! {
        @if form.faults.contains(&field) {
            p.fault { (words) }
        }
    }
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
