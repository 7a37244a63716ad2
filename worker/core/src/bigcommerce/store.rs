//! Facts about a store: name, country, where its control panel is, and whether its checkout is one that storefront
//! scripts run on.

use super::{Api, read};
use crate::http::{HttpRequest, Outcome};
use crate::json::{flag, text, unsigned};
use crate::state::failure::Failure;
use crate::url::origin_of;
use serde_json::Value;

/// Also the cheapest call that tells whether a token still works.
pub fn info_request(api: Api<'_>) -> HttpRequest {
    api.get("/v2/store")
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StoreInfo {
    pub name: String,
    /// ISO 3166-1 alpha-2, or empty.
    pub country: String,
    /// Origin of the control panel, or empty.
    pub panel_url: String,
    pub default_origin: Option<String>,
    pub default_channel: u64,
    /// Optimized One-Page Checkout: any other shows no storefront script.
    pub checkout_is_optimized: bool,
    /// A Stencil theme: Blueprint ones show no storefront script.
    pub theme_is_stencil: bool,
}

/// Every field may be absent, or of another shape: what is not known is empty.
pub fn info(outcome: &Outcome) -> Result<StoreInfo, Failure> {
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
        let info = info(&answer(200, r#"{"name":"Hoshi","country_code":"jp"}"#)).expect("it reads");
        assert_eq!((info.name.as_str(), info.country.as_str(), info.default_channel), ("Hoshi", "JP", 1));
        assert!(!info.checkout_is_optimized && info.panel_url.is_empty());
    }

    #[test]
    fn addresses_become_origins() {
        let body = r#"{"control_panel_base_url":"https://store-q7w8e9.mybigcommerce.com/","secure_url":"https://Shop.example",
            "features":{"stencil_enabled":true,"checkout_type":"optimized"}}"#;
        let info = info(&answer(200, body)).expect("it reads");
        assert_eq!(info.panel_url, "https://store-q7w8e9.mybigcommerce.com");
        assert_eq!(info.default_origin.as_deref(), Some("https://shop.example"));
        assert!(info.checkout_is_optimized && info.theme_is_stencil);
    }
}
