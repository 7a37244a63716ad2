//! The storefront's order, as `GET /api/storefront/orders/{id}` answers it. Amounts are numbers here.

use serde_json::{Value, json};

use crate::bigcommerce::money::{Currency, number};
use crate::bigcommerce::order::{Address, Line, Order, status};
use crate::bigcommerce::store::{Locale, Store, is_offline};

/// What `?include=` asks for; payments come only when asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Include {
    payments: bool,
    social_media: bool,
    options: bool,
}

impl Include {
    pub(super) fn of(list: &str) -> Self {
        let has = |wanted: &str| list.split(',').any(|part| part == wanted);
        Self {
            payments: has("payments"),
            social_media: has("lineItems.physicalItems.socialMedia"),
            options: has("lineItems.physicalItems.options"),
        }
    }
}

pub(super) fn order(store: &Store, order: &Order, include: Include, shop: &str) -> Value {
    let money = |minor| number(minor, order.currency);
    let mut body = json!({
        "orderId": order.id,
        "cartId": order.cart_id,
        "currency": currency(order.currency),
        "isTaxIncluded": true,
        "baseAmount": money(order.subtotal()),
        "discountAmount": money(order.discount()),
        "orderAmount": money(store.stated_total(order)),
        "orderAmountAsInteger": store.stated_total(order),
        "shippingCostTotal": money(order.shipping),
        "shippingCostBeforeDiscount": money(order.shipping),
        "handlingCostTotal": 0,
        "giftWrappingCostTotal": 0,
        "coupons": coupons(order),
        "lineItems": line_items(order, include, shop),
        "customerId": order.customer_id,
        "billingAddress": billing(&order.billing),
        "status": status_code(order.status_id),
        "customerCanBeCreated": order.customer_id == 0,
        "hasDigitalItems": order.has_digital(),
        "isDownloadable": order.has_digital() && status::is_paid(order.status_id),
        "isComplete": true,
        "customerMessage": order.customer_message,
        "taxes": [{ "name": tax_name(store.settings.locale), "amount": money(order.tax_within(order.total())) }],
        "taxTotal": money(order.tax_within(order.total())),
        "channelId": order.channel_id,
        "consignments": { "shipping": shipping(order) },
        "fees": [],
        "totalDiscount": money(order.discount()),
        "displayDiscountTotal": money(order.discount()),
        "orderBasedAutoDiscountTotal": 0,
        "manualDiscountTotal": 0,
        "productAutoDiscountedSubtotal": money(order.subtotal()),
        "productBasedAutoDiscountTotal": 0,
    });
    if include.payments {
        body["payments"] = payments(order);
    }
    body
}

/// `Awaiting Payment` → `AWAITING_PAYMENT`.
pub(super) fn status_code(id: u8) -> String {
    status::name(id).unwrap_or_default().to_ascii_uppercase().replace(' ', "_")
}

fn currency(currency: Currency) -> Value {
    json!({
        "name": currency.name(),
        "code": currency.code(),
        "symbol": currency.symbol(),
        "decimalPlaces": currency.decimals(),
    })
}

fn tax_name(locale: Locale) -> &'static str {
    match locale {
        Locale::Ja => "消費税",
        Locale::En => "Tax",
    }
}

fn coupons(order: &Order) -> Value {
    let coupons = order.coupon.iter().map(|coupon| {
        json!({
            "id": coupon.id,
            "code": coupon.code,
            "displayName": coupon.code,
            "couponType": "per_total_discount",
            "discountedAmount": number(coupon.discount, order.currency),
        })
    });
    coupons.collect()
}

fn line_items(order: &Order, include: Include, shop: &str) -> Value {
    let of = |digital: bool| -> Value {
        let wanted = order.lines.iter().filter(|line| line.digital == digital);
        wanted.map(|line| line_item(order, line, include, shop)).collect()
    };
    json!({ "physicalItems": of(false), "digitalItems": of(true), "giftCertificates": [], "customItems": [] })
}

fn line_item(order: &Order, line: &Line, include: Include, shop: &str) -> Value {
    let money = |minor| number(minor, order.currency);
    let mut body = json!({
        "id": line.id,
        "productId": line.product_id,
        "variantId": line.product_id + 300,
        "name": line.name,
        "url": format!("{shop}/#product-{}", line.product_id),
        "sku": line.sku,
        "brand": "Hoshi",
        "quantity": line.quantity,
        "isTaxable": true,
        "giftWrapping": null,
        "imageUrl": "",
        "discounts": [],
        "discountAmount": 0,
        "couponAmount": 0,
        "listPrice": money(line.unit),
        "salePrice": money(line.unit),
        "comparisonPrice": money(line.unit),
        "extendedListPrice": money(line.total()),
        "extendedSalePrice": money(line.total()),
        "extendedComparisonPrice": money(line.total()),
        "addedByPromotion": false,
        "categories": [],
        "type": if line.digital { "digital" } else { "physical" },
    });
    if include.social_media {
        body["socialMedia"] = json!([]);
    }
    if include.options {
        body["options"] = json!([]);
    }
    body
}

fn billing(address: &Address) -> Value {
    json!({
        "firstName": address.first_name,
        "lastName": address.last_name,
        "email": address.email,
        "company": address.company,
        "address1": address.street_1,
        "address2": address.street_2,
        "city": address.city,
        "stateOrProvince": address.state,
        "stateOrProvinceCode": "",
        "country": address.country,
        "countryCode": address.country_iso2,
        "postalCode": address.zip,
        "phone": address.phone,
        "customFields": [],
    })
}

fn shipping(order: &Order) -> Value {
    let addresses = order.shipping_address.iter().map(|(id, address)| {
        let physical = order.lines.iter().filter(|line| !line.digital);
        let items: Vec<Value> = physical.map(|line| json!({ "id": line.id })).collect();
        let mut body = billing(address);
        body["lineItems"] = items.into();
        body["shippingAddressId"] = (*id).into();
        body["itemsTotal"] = order.items().into();
        body["itemsShipped"] = order.shipped.into();
        body["shippingMethod"] = "Flat rate".into();
        for cost in ["baseCost", "costExTax", "costIncTax"] {
            body[cost] = number(order.shipping, order.currency);
        }
        body["discounts"] = json!([]);
        body
    });
    addresses.collect()
}

fn payments(order: &Order) -> Value {
    let money = |minor| number(minor, order.currency);
    let mut payments = Vec::new();
    if order.gift_certificate > 0 {
        payments.push(json!({
            "providerId": "giftcertificate", "gatewayId": null, "methodId": null, "description": "Gift Certificate",
            "amount": money(order.gift_certificate), "detail": { "code": "HSH-GIFT-2024", "remaining": 0 },
        }));
    }
    if order.store_credit > 0 {
        payments.push(json!({
            "providerId": "storecredit", "gatewayId": null, "methodId": null, "description": "Store Credit",
            "amount": money(order.store_credit), "detail": {},
        }));
    }
    if order.due() > 0 {
        let offline = is_offline(&order.provider);
        payments.push(json!({
            "providerId": order.provider,
            "gatewayId": null,
            "methodId": if offline { Value::Null } else { "credit_card".into() },
            "description": order.payment_method,
            "amount": money(order.due()),
            "detail": {
                "step": if offline { "INITIALIZE" } else { "FINALIZE" },
                "instructions": order.instructions,
            },
            "mandate": null,
        }));
    }
    payments.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn payments_come_only_when_asked_for() {
        let real = "payments,lineItems.physicalItems.socialMedia,lineItems.physicalItems.options";
        assert_eq!(Include::of(real), Include { payments: true, social_media: true, options: true });
        assert_eq!(Include::of(""), Include::default());
    }

    #[test]
    fn statuses_are_shouted() {
        assert_eq!(status_code(7), "AWAITING_PAYMENT");
        assert_eq!(status_code(12), "MANUAL_VERIFICATION_REQUIRED");
    }
}
