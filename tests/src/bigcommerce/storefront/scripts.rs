//! Which of a store's scripts a page renders, and as what tags.

use crate::bigcommerce::html::escape;
use crate::bigcommerce::store::{Script, Store};

/// Whether the page is the confirmation page, one of checkout, or any other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PageKind {
    Storefront,
    Checkout,
    Confirmation,
}

impl PageKind {
    fn shows(self, visibility: &str) -> bool {
        match visibility {
            "all_pages" => true,
            "storefront" => self == Self::Storefront,
            "checkout" => self == Self::Checkout,
            "order_confirmation" => self == Self::Confirmation,
            _ => false,
        }
    }
}

/// What scripts may need of the page they stand in.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place<'a> {
    pub page: PageKind,
    pub nonce: Option<&'a str>,
    pub order: Option<u64>,
    pub channel: u64,
}

impl Place<'_> {
    /// On a page that is about no order.
    pub(super) fn on(page: PageKind, channel: u64) -> Self {
        Self { page, nonce: None, order: None, channel }
    }
}

/// The tags of one location, `head` or `footer`, in the order they were made.
pub(super) fn tags(store: &Store, location: &str, place: Place) -> String {
    let shown = store.scripts.iter().filter(|script| {
        script.enabled
            && script.location == location
            && script.channel_id == place.channel
            && place.page.shows(&script.visibility)
            && consented(store, script)
    });
    shown.map(|script| tag(store, script, place)).collect()
}

/// Under a consent banner nobody has answered, only what is essential.
fn consented(store: &Store, script: &Script) -> bool {
    !store.settings.consent_banner || script.consent_category == "essential"
}

fn tag(store: &Store, script: &Script, place: Place) -> String {
    let nonce = place.nonce.map_or_else(String::new, |nonce| format!(" nonce=\"{nonce}\""));
    if script.kind == "script_tag" {
        let order = place.order.map_or_else(String::new, |order| order.to_string());
        return script
            .html
            .replace("{{settings.store_hash}}", &store.hash)
            .replace("{{checkout.order.id}}", &order)
            .replace("{{nonce}}", place.nonce.unwrap_or_default())
            .replace("<script", &format!("<script{nonce}"));
    }
    let integrity = match script.integrity_hashes.as_slice() {
        [] => String::new(),
        hashes => format!(" integrity=\"{}\" crossorigin=\"anonymous\"", escape(&hashes.join(" "))),
    };
    let load = match script.load_method.as_str() {
        "async" => " async",
        "defer" => " defer",
        _ => "",
    };
    format!("<script{nonce}{load} src=\"{}\"{integrity}></script>\n", escape(&script.src))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bigcommerce::store::StoreSpec;

    fn store() -> Store {
        Store::new("abc".into(), 1, String::new(), StoreSpec::default())
    }

    const CONFIRMATION: Place =
        Place { page: PageKind::Confirmation, nonce: None, order: Some(7), channel: Store::CHANNEL };

    #[test]
    fn a_script_by_address_gets_integrity_and_crossorigin() {
        let mut store = store();
        let script = Script {
            kind: "src".into(),
            src: "https://pay.example.com/x.js?a=1&b=2".into(),
            integrity_hashes: vec!["sha384-a".into(), "sha384-b".into()],
            ..Script::pasted("u".into(), "")
        };
        store.scripts.push(script);
        let place = Place { nonce: Some("n1"), ..CONFIRMATION };
        assert_eq!(
            tags(&store, "head", place),
            "<script nonce=\"n1\" src=\"https://pay.example.com/x.js?a=1&amp;b=2\" \
             integrity=\"sha384-a sha384-b\" crossorigin=\"anonymous\"></script>\n"
        );
        assert_eq!(tags(&store, "footer", place), "");
    }

    #[test]
    fn tags_know_the_order_and_the_store() {
        let mut store = store();
        let html = "<script>go('{{settings.store_hash}}', {{checkout.order.id}})</script>";
        store.scripts.push(Script::pasted("u".into(), html));
        assert_eq!(tags(&store, "head", CONFIRMATION), "<script>go('abc', 7)</script>");
    }

    #[test]
    fn scripts_off_elsewhere_or_without_consent_are_not_rendered() {
        let mut store = store();
        let script = Script::pasted("u".into(), "<script></script>");
        store.scripts.push(Script { enabled: false, ..script.clone() });
        store.scripts.push(Script { visibility: "checkout".into(), ..script.clone() });
        store.scripts.push(Script { consent_category: "unknown".into(), ..script });
        store.scripts.push(Script {
            channel_id: Store::SECOND_CHANNEL,
            ..Script::pasted("u".into(), "<script></script>")
        });
        store.settings.consent_banner = true;
        assert_eq!(tags(&store, "head", CONFIRMATION), "");
    }
}
