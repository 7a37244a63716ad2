//! The frame of the dashboard's pages, and the bar on top of a merchant's.

use super::super::html::{Page, esc};
use crate::komoju::model::{Livemode, Locale, Merchant};

pub fn page(title: &str, test: bool, body: String) -> Page<'_> {
    Page { locale: Locale::En, title, kind: "dashboard", test, body }
}

/// The bar on top of a merchant's pages.
pub fn bar(merchant: &Merchant, livemode: Livemode) -> String {
    let id = esc(&merchant.id);
    let mode = |mode: Livemode, name: &str| {
        let current = if mode == livemode { r#" aria-current="page""# } else { "" };
        let code = mode.name();
        format!(
            r#"<a id="mode-{code}" data-test="mode-{code}" href="/dashboard/{id}?mode={code}"{current}>{name}</a>"#
        )
    };
    format!(
        r#"<header class="bar"><strong><a href="/dashboard">KOMOJU sandbox</a></strong><a href="/dashboard/{id}?mode={code}">{name}</a><nav class="modes">{test}{live}</nav></header>"#,
        code = livemode.name(),
        name = esc(&merchant.name),
        test = mode(Livemode::Test, "Test"),
        live = mode(Livemode::Live, "Live"),
    )
}
