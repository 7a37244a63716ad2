//! Which offline methods are ours, what they are called at checkout, and which KOMOJU payment types each of them
//! offers.

use super::fields::{copy_field, copy_text, hidden, hidden_token};
use super::forms::{Fault, MethodEntry, MethodsForm};
use super::layout::{PanelPage, Tab, page as frame};
use super::request::Panel;
use super::words::provider;
use crate::links;
use crate::objects::messages::desk::Desk;
use crate::profile::LearnedLabel;
use crate::texts::panel::{LANGUAGES, layout, methods as say};
use domain::komoju::methods::PaymentType;
use domain::texts::locale::Locale;
use maud::{Markup, html};

/// The page. `form`: as stored, or as entered with its faults.
pub fn page<'a>(panel: &Panel<'a>, desk: &Desk, form: &MethodsForm) -> PanelPage<'a> {
    let locale = panel.visitor.locale;
    let content = html! {
        (undecided(panel, desk, locale))
        form method="post" action="/panel/methods" {
            (hidden_token(panel))
            section.card {
                h2 { (say::title(locale)) }
                p { (say::hint(locale)) }
                @if !desk.profile.settings.methods_chosen {
                    p.notice { (say::guessed(locale)) }
                }
                @if desk.payment_types.is_empty() {
                    p.notice { (say::no_types(locale)) }
                }
                @for each in &form.methods { (method(locale, each, &desk.payment_types)) }
            }
            p.save { button.primary { (say::save(locale)) } }
        }
        (instructions(panel, locale))
    };
    frame(panel, desk, Tab::Methods, content)
}

/// What the merchant writes into the instructions of an offline method, in each language that a merchant reads. It is
/// HTML, as BigCommerce takes there, with the way back for shoppers who have lost theirs.
fn instructions(panel: &Panel<'_>, locale: Locale) -> Markup {
    let address = links::way_back(&panel.ctx.config, &panel.visitor.store, "%%OrderID%%");
    let text = |lang: Locale| {
        let link = ["<a href=\"", &address, "\">", say::instructions::page(lang), "</a>"].concat();
        say::instructions::text(lang, &link)
    };
    html! {
        section.card {
            h2 { (say::instructions::title(locale)) }
            p { (say::instructions::hint(locale)) }
            @for lang in LANGUAGES.iter().copied() {
                (copy_text(locale, &["instructions-", lang.code()].concat(), layout::language(lang), &text(lang), lang))
            }
            (copy_field(locale, "way_back", say::instructions::address(locale), &address))
        }
    }
}

fn method(locale: Locale, entry: &MethodEntry, types: &[PaymentType]) -> Markup {
    let id = entry.provider.id();
    let label = ["label.", id].concat();
    html! {
        fieldset.method {
            legend {
                label.check {
                    input type="checkbox" name={ "on." (id) } value="1" checked[entry.ours];
                    " "
                    b { (provider(locale, entry.provider)) }
                }
            }
            div.inside {
                label for=(label) { (say::label(locale)) }
                input id=(label) name=(label) value=(entry.label);
                @if let Some(fault) = entry.fault {
                    p.fault { (fault_words(locale, fault)) }
                }
                (offered(locale, entry, types))
            }
        }
    }
}

/// The payment types to choose from. One that is stored but that KOMOJU no longer offers stays ticked until the
/// merchant unticks it.
fn offered(locale: Locale, entry: &MethodEntry, types: &[PaymentType]) -> Markup {
    if types.is_empty() && entry.types.is_empty() {
        return html! {};
    }
    let name = ["type.", entry.provider.id()].concat();
    let gone = entry.types.iter().filter(|slug| types.iter().all(|t| t.slug != **slug));
    html! {
        p.label { (say::types(locale)) }
        div.types {
            @for kind in types {
                label.check {
                    input type="checkbox" name=(name) value=(kind.slug) checked[entry.types.contains(&kind.slug)];
                    " " (kind.name(locale))
                }
            }
            @for slug in gone {
                label.check.gone {
                    input type="checkbox" name=(name) value=(slug) checked;
                    " " (say::gone(locale, slug))
                }
            }
        }
        p.hint { (say::types_hint(locale)) }
    }
}

fn fault_words(locale: Locale, fault: Fault) -> &'static str {
    match fault {
        Fault::NoLabel => say::fault::no_label(locale),
        Fault::LabelTooLong => say::fault::label_too_long(locale),
        Fault::SameLabel => say::fault::same_label(locale),
    }
}

/// Names on orders that could not be placed. The merchant says with one click what each of them is.
fn undecided(panel: &Panel<'_>, desk: &Desk, locale: Locale) -> Markup {
    html! {
        @if !desk.undecided.is_empty() {
            section.card.warn {
                h2 { (say::unknown_names(locale)) }
                p { (say::unknown_names_hint(locale)) }
                @for label in &desk.undecided { (undecided_row(panel, desk, locale, label)) }
            }
        }
    }
}

fn undecided_row(panel: &Panel<'_>, desk: &Desk, locale: Locale, label: &LearnedLabel) -> Markup {
    html! {
        form.actions method="post" action="/panel/labels" {
            (hidden_token(panel))
            (hidden("channel", &label.channel.to_string()))
            (hidden("label", &label.label))
            span.grow { (say::name(locale, &label.label)) }
            @for method in &desk.profile.settings.methods {
                button name="provider" value=(method.provider.id()) { (say::ours(locale, &method.label)) }
            }
            button name="provider" value="none" { (say::not_ours(locale)) }
        }
    }
}
