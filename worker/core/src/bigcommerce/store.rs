//! Facts about a store: its name, its country, where its control panel is, and whether storefront scripts run on its
//! checkout.

use super::{Api, read};
use crate::http::{HttpRequest, Outcome};
use crate::json::{flag, text, unsigned};
use crate::state::failure::Failure;
use crate::url::origin_of;
use serde_json::Value;

/// Asks for the store. Also the cheapest call that tells whether a token still works.
pub fn info_request(api: Api<'_>) -> HttpRequest {
    api.get("/v2/store")
}

/// What we know of a store.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StoreInfo {
    pub name: String,
    /// ISO 3166-1 alpha-2; empty if unknown.
    pub country: String,
    /// The origin of the control panel; empty if unknown.
    pub panel_url: String,
    /// The origin of the default storefront.
    pub default_origin: Option<String>,
    pub default_channel: u64,
    /// True for Optimized One-Page Checkout. Any other checkout runs no storefront script.
    pub checkout_is_optimized: bool,
    /// True for a Stencil theme. A Blueprint theme runs no storefront script.
    pub theme_is_stencil: bool,
}

/// The answer to [`info_request`]. Any field may be absent or of another shape: what is not known is empty. Errors:
/// no answer, a refusal, or not an object.
pub fn parse_info(outcome: &Outcome) -> Result<StoreInfo, Failure> {
    let body: Value = read(outcome)?.unwrap_or_default();
    if !body.is_object() && !body.is_null() {
        return Err(Failure::Unreadable("the store cannot be read".to_owned()));
    }
    let features = body.get("features").cloned().unwrap_or_default();
    Ok(StoreInfo {
        name: text(&body, "name"),
        country: text(&body, "country_code").to_ascii_uppercase(),
        panel_url: origin_of(&text(&body, "control_panel_base_url")).unwrap_or_default(),
        default_origin: origin_of(&text(&body, "secure_url")),
        default_channel: unsigned(&body, "default_channel_id").unwrap_or(1),
        checkout_is_optimized: text(&features, "checkout_type") == "optimized",
        theme_is_stencil: flag(&features, "stencil_enabled"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bigcommerce::tests::answer;

    #[test]
    fn what_is_missing_is_empty_not_an_error() {
        let info = parse_info(&answer(200, r#"{"name":"Hoshi","country_code":"jp"}"#)).expect("it reads");
        assert_eq!((info.name.as_str(), info.country.as_str(), info.default_channel), ("Hoshi", "JP", 1));
        assert!(!info.checkout_is_optimized && info.panel_url.is_empty());
    }

    #[test]
    fn addresses_become_origins() {
        let body = r#"{"control_panel_base_url":"https://store-q7w8e9.mybigcommerce.com/","secure_url":"https://Shop.example",
            "features":{"stencil_enabled":true,"checkout_type":"optimized"}}"#;
        let info = parse_info(&answer(200, body)).expect("it reads");
        assert_eq!(info.panel_url, "https://store-q7w8e9.mybigcommerce.com");
        assert_eq!(info.default_origin.as_deref(), Some("https://shop.example"));
        assert!(info.checkout_is_optimized && info.theme_is_stencil);
    }
}
