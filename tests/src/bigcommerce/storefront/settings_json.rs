//! `checkout-settings` and `form-fields`, as far as a confirmation page reads them.

use serde_json::{Value, json};

use crate::bigcommerce::money::Currency;
use crate::bigcommerce::store::{Locale, Store};

pub(super) fn checkout_settings(store: &Store, shopper: Currency, shop: &str) -> Value {
    let (country, country_code) = match store.settings.locale {
        Locale::Ja => ("Japan", "JP"),
        Locale::En => ("United States", "US"),
    };
    json!({
        "context": {
            "flashMessages": [],
            "payment": { "token": null },
            "checkoutId": "",
            "geoCountryCode": country_code,
        },
        "customization": { "languageData": [] },
        "storeConfig": {
            "cdnPath": format!("{shop}/assets"),
            "checkoutSettings": {
                "checkoutBillingSameAsShippingEnabled": true,
                "enableOrderComments": true,
                "enableTermsAndConditions": false,
                "guestCheckoutEnabled": true,
                "isAnalyticsEnabled": true,
                "isAccountCreationEnabled": true,
                "features": { "CHECKOUT-3190.enable_buy_now_cart": true },
                "requiresMarketingConsent": false,
            },
            "currency": currency(store.currency),
            "displayDateFormat": "do MMM yyyy",
            "displaySettings": { "hidePriceFromGuests": false },
            "inputDateFormat": "yyyy/MM/dd",
            "links": {
                "cartLink": format!("{shop}/cart"),
                "checkoutLink": format!("{shop}/checkout"),
                "createAccountLink": format!("{shop}/login.php?action=create_account"),
                "loginLink": format!("{shop}/login.php"),
                "orderConfirmationLink": format!("{shop}/checkout/order-confirmation"),
                "siteLink": shop,
            },
            "paymentSettings": {
                "bigpayBaseUrl": format!("{shop}/bigpay"),
                "clientSidePaymentProviders": [],
            },
            "shopperConfig": { "defaultNewsletterSignup": false, "showNewsletterSignup": false },
            "storeProfile": {
                "orderEmail": "orders@hoshi-coffee.example",
                "shopPath": shop,
                "storeCountry": country,
                "storeCountryCode": country_code,
                "storeHash": store.hash,
                "storeId": store.id,
                "storeName": store.name,
                "storePhoneNumber": "",
                "storeLanguage": store.settings.locale.code(),
            },
            "shopperCurrency": shopper_currency(store, shopper),
        },
    })
}

/// `decimalPlaces` is a string here, and a number everywhere else.
fn currency(currency: Currency) -> Value {
    json!({
        "code": currency.code(),
        "decimalPlaces": currency.decimals().to_string(),
        "decimalSeparator": ".",
        "isTransactional": true,
        "symbolLocation": "left",
        "symbol": currency.symbol(),
        "thousandsSeparator": ",",
    })
}

fn shopper_currency(store: &Store, shopper: Currency) -> Value {
    let mut body = currency(shopper);
    let rate: f64 = store.currency.rate_to(shopper).parse().unwrap_or(1.0);
    body["exchangeRate"] = rate.into();
    body
}

pub(super) fn form_fields() -> Value {
    let field = |id: u32, name: &str, label: &str| {
        json!({
            "id": format!("field_{id}"), "name": name, "custom": false, "label": label, "required": true,
            "default": "", "maxLength": "",
        })
    };
    let address = json!([
        field(4, "firstName", "First Name"),
        field(5, "lastName", "Last Name"),
        field(8, "address1", "Address"),
        field(10, "city", "City"),
        field(11, "countryCode", "Country"),
        field(13, "postalCode", "Postal Code"),
    ]);
    json!({
        "customerAccount": [field(1, "email", "Email"), field(2, "password", "Password")],
        "shippingAddress": address,
        "billingAddress": address,
    })
}
