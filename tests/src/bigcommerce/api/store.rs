//! `GET v2/store` and `GET v2/order_statuses`.

use axum::Json;
use axum::extract::{Path, State};
use axum::response::IntoResponse;
use serde_json::{Value, json};

use crate::bigcommerce::BigCommerce;
use crate::bigcommerce::errors::{ApiError, ApiResult};
use crate::bigcommerce::order::status;
use crate::bigcommerce::store::{Locale, Store};
use crate::env::Places;

pub(super) async fn show(State(platform): State<BigCommerce>, Path(hash): Path<String>) -> ApiResult {
    let shop = platform.shop_origin(&hash);
    let body = platform.read(&hash, |store| resource(store, &shop, &platform.env.places));
    body.map(|body| Json(body).into_response()).ok_or_else(ApiError::v2_not_found)
}

fn resource(store: &Store, shop: &str, places: &Places) -> Value {
    let country = match store.settings.locale {
        Locale::Ja => ("Japan", "JP"),
        Locale::En => ("United States", "US"),
    };
    json!({
        "id": store.hash,
        "account_uuid": store.account_uuid,
        "domain": shop.trim_start_matches("http://"),
        "secure_url": shop,
        "control_panel_base_url": places.panel(),
        "status": "live",
        "name": store.name,
        "first_name": "Haruka",
        "last_name": "Hoshino",
        "address": "2-8-1 Yanaka, Taito-ku, Tokyo",
        "country": country.0,
        "country_code": country.1,
        "phone": "03-5550-0142",
        "admin_email": "haruka@hoshi-coffee.example",
        "order_email": "orders@hoshi-coffee.example",
        "timezone": {
            "name": "Asia/Tokyo",
            "raw_offset": 32400,
            "dst_offset": 32400,
            "dst_correction": false,
            "date_format": { "display": "M jS Y", "export": "M jS Y", "extended_display": "M jS Y @ g:i A" },
        },
        "language": store.settings.locale.code(),
        "currency": store.currency.code(),
        "currency_symbol": store.currency.symbol(),
        "decimal_separator": ".",
        "thousands_separator": ",",
        "decimal_places": store.currency.decimals(),
        "currency_symbol_location": "left",
        "weight_units": "KGS",
        "dimension_units": "Centimeters",
        "plan_name": "Plus",
        "plan_level": "Plus",
        "plan_is_trial": false,
        "industry": "Food and drink",
        "is_price_entered_with_tax": true,
        "store_id": store.id,
        "default_channel_id": Store::CHANNEL,
        "default_site_id": Store::SITE,
        "active_comparison_modules": [],
        "features": {
            "stencil_enabled": true,
            "sitewidehttps_enabled": true,
            "facebook_catalog_id": "",
            "checkout_type": "optimized",
            "wishlists_enabled": true,
            "graphql_storefront_api_enabled": true,
            "shopper_consent_tracking_enabled": store.settings.consent_banner,
            "multi_storefront_enabled": true,
            "storefront_limits": { "active": 3, "total_including_inactive": 4 },
        },
    })
}

pub(super) async fn statuses() -> Json<Value> {
    let all = status::ALL.iter().map(|(id, name)| {
        json!({ "id": id, "name": name, "system_label": name, "custom_label": name, "system_description": "", "order": id })
    });
    Json(all.collect())
}
