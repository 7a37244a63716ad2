//! Payment methods, and how the storefront behaves.

use axum::extract::{Form, Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::layout::{Section, checkbox, missing, page};
use crate::bigcommerce::BigCommerce;
use crate::bigcommerce::html::escape;
use crate::bigcommerce::store::{Locale, PaymentMethod, Permalink, Settings};

#[derive(Debug, Deserialize)]
pub(super) struct MethodForm {
    provider: String,
    label: String,
    #[serde(default)]
    instructions: String,
    #[serde(default)]
    enabled: bool,
}

#[derive(Debug, Deserialize)]
pub(super) struct StorefrontForm {
    locale: String,
    permalink: String,
    #[serde(default)]
    csp_blocks_wasm: bool,
    #[serde(default)]
    custom_confirmation: bool,
    #[serde(default)]
    consent_banner: bool,
    #[serde(default)]
    offline_transactions: bool,
    #[serde(default)]
    refunded_amount: bool,
    #[serde(default)]
    total_has_credit: bool,
    #[serde(default)]
    total_has_certificates: bool,
}

pub(super) async fn payments(State(platform): State<BigCommerce>, Path(hash): Path<String>) -> Response {
    let shop = platform.shop_origin(&hash);
    let shown = platform.read(&hash, |store| {
        let methods: String = store.methods.iter().map(|method| method_form(&hash, method)).collect();
        let main = format!(
            r#"<h1>Payments</h1><p class="lead">BigCommerce knows five offline methods. Rename the ones that KOMOJU shall serve; the provider ID stays.</p>{methods}"#
        );
        page(store, &shop, Section::Payments, "Payments", &main)
    });
    shown.map_or_else(missing, IntoResponse::into_response)
}

fn method_form(hash: &str, method: &PaymentMethod) -> String {
    let instructions = if method.is_offline() {
        format!(
            r#"<label class="field">Payment instructions <textarea name="instructions" rows="2">{}</textarea></label>"#,
            escape(&method.instructions)
        )
    } else {
        String::new()
    };
    format!(
        r#"<form class="card method" method="post" action="/stores/{hash}/settings/payments"><input type="hidden" name="provider" value="{provider}"><h2><code>{provider}</code></h2>{enabled}<label class="field">Name at checkout <input name="label" value="{label}"></label>{instructions}<button>Save</button></form>"#,
        provider = escape(&method.provider),
        label = escape(&method.label),
        enabled = checkbox("enabled", method.enabled, "Offered at checkout"),
    )
}

pub(super) async fn save_payment(
    State(platform): State<BigCommerce>,
    Path(hash): Path<String>,
    Form(form): Form<MethodForm>,
) -> Redirect {
    platform.write(&hash, |store| {
        if let Some(method) = store.methods.iter_mut().find(|method| method.provider == form.provider) {
            method.enabled = form.enabled;
            method.label = form.label;
            method.instructions = form.instructions;
        }
    });
    Redirect::to(&format!("/stores/{hash}/settings/payments"))
}

pub(super) async fn storefront(State(platform): State<BigCommerce>, Path(hash): Path<String>) -> Response {
    let shop = platform.shop_origin(&hash);
    let shown = platform.read(&hash, |store| {
        let main = format!("<h1>Storefront</h1>{}", storefront_form(&hash, &store.settings));
        page(store, &shop, Section::Storefront, "Storefront", &main)
    });
    shown.map_or_else(missing, IntoResponse::into_response)
}

fn storefront_form(hash: &str, settings: &Settings) -> String {
    let locales = [(Locale::Ja.code(), "日本語"), (Locale::En.code(), "English")];
    let permalinks = [
        (Permalink::Valid.code(), "are valid"),
        (Permalink::Expired.code(), "have expired"),
        (Permalink::RateLimited.code(), "are rate limited"),
    ];
    let checks = [
        checkbox(
            "csp_blocks_wasm",
            settings.csp_blocks_wasm,
            "Nonce-based script authorization (a CSP under which no WebAssembly runs)",
        ),
        checkbox(
            "custom_confirmation",
            settings.custom_confirmation,
            "Custom order confirmation page (calls by fetch)",
        ),
        checkbox(
            "consent_banner",
            settings.consent_banner,
            "Cookie consent banner (only essential scripts render)",
        ),
        checkbox(
            "offline_transactions",
            settings.offline_transactions,
            "Offline orders have a transaction row",
        ),
        checkbox(
            "refunded_amount",
            settings.refunded_amount,
            "v2 orders tell their refunded amount (the specification says they always tell 0)",
        ),
        checkbox(
            "total_has_credit",
            settings.total_has_credit,
            "An order's total includes what store credit paid (not proved either way)",
        ),
        checkbox(
            "total_has_certificates",
            settings.total_has_certificates,
            "An order's total includes what gift certificates paid (not proved either way)",
        ),
    ]
    .concat();
    format!(
        r#"<form class="card" method="post" action="/stores/{hash}/settings/storefront">
<label class="field">Language {}</label>{checks}<label class="field">E-mailed order links {}</label><button>Save</button></form>"#,
        select("locale", &locales, settings.locale.code()),
        select("permalink", &permalinks, settings.permalink.code()),
    )
}

fn select(name: &str, options: &[(&str, &str)], chosen: &str) -> String {
    let options: String = options
        .iter()
        .map(|(value, label)| {
            let selected = if *value == chosen { " selected" } else { "" };
            format!(r#"<option value="{value}"{selected}>{label}</option>"#)
        })
        .collect();
    format!(r#"<select name="{name}">{options}</select>"#)
}

pub(super) async fn save_storefront(
    State(platform): State<BigCommerce>,
    Path(hash): Path<String>,
    Form(form): Form<StorefrontForm>,
) -> Redirect {
    let permalink = [Permalink::Expired, Permalink::RateLimited]
        .into_iter()
        .find(|standing| standing.code() == form.permalink)
        .unwrap_or(Permalink::Valid);
    platform.write(&hash, |store| {
        store.settings = Settings {
            locale: Locale::from_code(&form.locale),
            csp_blocks_wasm: form.csp_blocks_wasm,
            custom_confirmation: form.custom_confirmation,
            consent_banner: form.consent_banner,
            offline_transactions: form.offline_transactions,
            refunded_amount: form.refunded_amount,
            total_has_credit: form.total_has_credit,
            total_has_certificates: form.total_has_certificates,
            permalink,
            ignored_parameters: std::mem::take(&mut store.settings.ignored_parameters),
            signing: store.settings.signing,
        };
    });
    Redirect::to(&format!("/stores/{hash}/settings/storefront"))
}
