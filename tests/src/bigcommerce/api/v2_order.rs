//! A v2 order as JSON, and its sub-resources. Every amount is a string of four decimals in the transactional currency.

use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;

use crate::bigcommerce::money::four_decimals;
use crate::bigcommerce::order::{Address, Coupon, Line, Order};
use crate::bigcommerce::refunds::returned;
use crate::bigcommerce::store::{Store, is_offline};

/// Sub-resources a caller may ask to have embedded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Include {
    pub consignments: bool,
    pub line_items: bool,
    pub fees: bool,
}

/// Writes orders of one store.
#[derive(Clone, Copy, Debug)]
pub struct Writer<'a> {
    pub store: &'a Store,
    /// Base of the API, for links.
    pub api: &'a str,
}

impl Writer<'_> {
    #[must_use]
    pub fn order(&self, order: &Order, include: Include) -> Value {
        let mut body = head(order);
        extend(&mut body, costs(order, self.store.stated_total(order)));
        extend(&mut body, self.rest(order));
        extend(&mut body, self.links(order, include));
        body
    }

    fn rest(&self, order: &Order) -> Value {
        let refunded = if self.store.settings.refunded_amount { order.refunded() } else { 0 };
        let payment_status = if is_offline(&order.provider) { "" } else { "captured" };
        json!({
            "payment_method": order.payment_method,
            "payment_provider_id": order.payment_provider_id,
            "payment_status": payment_status,
            "refunded_amount": four_decimals(refunded, order.currency),
            "order_is_digital": order.is_digital(),
            "ip_address": "203.0.113.24",
            "ip_address_v6": "",
            "geoip_country": order.billing.country,
            "geoip_country_iso2": order.billing.country_iso2,
            "currency_id": order.display_currency.id(),
            "currency_code": order.display_currency.code(),
            "currency_exchange_rate": self.store.currency.rate_to(order.display_currency),
            "default_currency_id": order.currency.id(),
            "default_currency_code": order.currency.code(),
            "store_default_currency_code": self.store.currency.code(),
            "store_default_to_transactional_exchange_rate": self.store.currency.rate_to(order.currency),
            "staff_notes": order.staff_notes,
            "customer_message": order.customer_message,
            "shipping_address_count": u8::from(order.shipping_address.is_some()),
            "is_deleted": order.archived,
            "ebay_order_id": "0",
            "cart_id": order.cart_id,
            "billing_address": billing(&order.billing),
            "is_email_opt_in": false,
            "credit_card_type": null,
            "order_source": "www",
            "channel_id": order.channel_id,
            "external_source": order.external_source,
            "external_id": null,
            "external_merchant_id": null,
            "external_order_id": order.external_order_id,
            "tax_provider_id": "BasicTaxProvider",
            "customer_locale": order.locale,
        })
    }

    fn links(&self, order: &Order, include: Include) -> Value {
        let link = |name: &str| self.link(&format!("/orders/{}/{name}", order.id));
        let consignments = if include.consignments || include.line_items {
            self.consignments(order, include.line_items)
        } else {
            link("consignments")
        };
        let fees = if include.fees { json!([]) } else { link("fees") };
        json!({
            "products": link("products"),
            "shipping_addresses": link("shippingaddresses"),
            "coupons": link("coupons"),
            "consignments": consignments,
            "fees": fees,
        })
    }

    fn link(&self, resource: &str) -> Value {
        json!({ "url": format!("{}/stores/{}/v2{resource}", self.api, self.store.hash), "resource": resource })
    }

    fn consignments(&self, order: &Order, line_items: bool) -> Value {
        let lines = |digital: bool| -> Value {
            let wanted = order.lines.iter().filter(|line| line.digital == digital);
            wanted.map(|line| self.consignment_line(order, line, line_items)).collect()
        };
        let shipping: Vec<Value> = order.shipping_address.iter().map(|(id, address)| {
            let mut body = shipping_to(order, *id, address);
            extend(&mut body, json!({
                "line_items": lines(false),
                "shipping_quotes": self.link(&format!("/orders/{}/consignments/shipping/{id}/shipping_quotes", order.id)),
            }));
            body
        }).collect();
        let downloads: Vec<Value> = order
            .has_digital()
            .then(|| json!({ "recipient_email": order.billing.email, "line_items": lines(true) }))
            .into_iter()
            .collect();
        json!({ "pickups": [], "shipping": shipping, "downloads": downloads, "email": { "gift_certificates": [] } })
    }

    fn consignment_line(&self, order: &Order, line: &Line, whole: bool) -> Value {
        if whole {
            return product(order, line);
        }
        self.link(&format!("/orders/{}/products/{}", order.id, line.id))
    }
}

fn head(order: &Order) -> Value {
    json!({
        "id": order.id,
        "customer_id": order.customer_id,
        "date_created": rfc2822(order.created),
        "date_modified": rfc2822(order.modified),
        "date_shipped": order.date_shipped.map(rfc2822).unwrap_or_default(),
        "status_id": order.status_id,
        "status": order.status(),
        "custom_status": order.status(),
    })
}

fn costs(order: &Order, total: i64) -> Value {
    let money = |minor| four_decimals(minor, order.currency);
    let net = |minor| money(minor - order.tax_within(minor));
    let tax = |minor| money(order.tax_within(minor));
    let subtotal = order.subtotal();
    let mut body = json!({
        "subtotal_ex_tax": net(subtotal),
        "subtotal_inc_tax": money(subtotal),
        "subtotal_tax": tax(subtotal),
        "total_ex_tax": net(total),
        "total_inc_tax": money(total),
        "total_tax": tax(total),
        "is_tax_inclusive_pricing": true,
        "items_total": order.items(),
        "items_shipped": order.shipped,
        "store_credit_amount": money(order.store_credit),
        "gift_certificate_amount": money(order.gift_certificate),
        "discount_amount": "0.0000",
        "coupon_discount": money(order.discount()),
    });
    for (kind, cost) in [("shipping", order.shipping), ("handling", 0), ("wrapping", 0)] {
        body[format!("base_{kind}_cost")] = money(cost).into();
        body[format!("{kind}_cost_ex_tax")] = net(cost).into();
        body[format!("{kind}_cost_inc_tax")] = money(cost).into();
        body[format!("{kind}_cost_tax")] = tax(cost).into();
        body[format!("{kind}_cost_tax_class_id")] = 2.into();
    }
    body
}

fn billing(address: &Address) -> Value {
    let mut body = address_fields(address);
    body["form_fields"] = json!([]);
    body
}

fn address_fields(address: &Address) -> Value {
    json!({
        "first_name": address.first_name,
        "last_name": address.last_name,
        "company": address.company,
        "street_1": address.street_1,
        "street_2": address.street_2,
        "city": address.city,
        "state": address.state,
        "zip": address.zip,
        "country": address.country,
        "country_iso2": address.country_iso2,
        "phone": address.phone,
        "email": address.email,
    })
}

/// An element of `/orders/{id}/shipping_addresses`.
#[must_use]
pub fn shipping_address(order: &Order, id: u64, address: &Address) -> Value {
    let mut body = json!({ "id": id, "order_id": order.id });
    extend(&mut body, shipping_to(order, id, address));
    body
}

/// Where goods go and what that costs: a consignment has these members, and names no order.
fn shipping_to(order: &Order, id: u64, address: &Address) -> Value {
    let money = |minor| four_decimals(minor, order.currency);
    let tax = order.tax_within(order.shipping);
    let mut body = json!({ "id": id });
    extend(&mut body, address_fields(address));
    extend(
        &mut body,
        json!({
            "items_total": order.items(),
            "items_shipped": order.shipped,
            "shipping_method": "Flat rate",
            "base_cost": money(order.shipping),
            "cost_ex_tax": money(order.shipping - tax),
            "cost_inc_tax": money(order.shipping),
            "cost_tax": money(tax),
            "cost_tax_class_id": 2,
            "base_handling_cost": "0.0000",
            "handling_cost_ex_tax": "0.0000",
            "handling_cost_inc_tax": "0.0000",
            "handling_cost_tax": "0.0000",
            "handling_cost_tax_class_id": 2,
            "shipping_zone_id": 1,
            "shipping_zone_name": address.country,
            "form_fields": [],
        }),
    );
    body
}

/// An element of `/orders/{id}/products`.
#[must_use]
pub fn product(order: &Order, line: &Line) -> Value {
    let money = |minor| four_decimals(minor, order.currency);
    let (unit_tax, tax) = (order.tax_within(line.unit), order.tax_within(line.total()));
    let (address, kind) = match (&order.shipping_address, line.digital) {
        (Some((id, _)), false) => (*id, "physical"),
        (_, _) => (0, "digital"),
    };
    json!({
        "id": line.id,
        "order_id": order.id,
        "product_id": line.product_id,
        "variant_id": line.product_id + 300,
        "order_address_id": address,
        "name": line.name,
        "name_customer": line.name,
        "name_merchant": line.name,
        "sku": line.sku,
        "upc": "",
        "type": kind,
        "base_price": money(line.unit),
        "price_ex_tax": money(line.unit - unit_tax),
        "price_inc_tax": money(line.unit),
        "price_tax": money(unit_tax),
        "base_total": money(line.total()),
        "total_ex_tax": money(line.total() - tax),
        "total_inc_tax": money(line.total()),
        "total_tax": money(tax),
        "weight": "0.2500",
        "quantity": line.quantity,
        "is_refunded": false,
        "quantity_refunded": returned(order, line.id),
        "refund_amount": "0.0000",
        "quantity_shipped": order.shipped_of(line.id),
        "option_set_id": null,
        "parent_order_product_id": null,
        "is_bundled_product": false,
        "external_id": null,
        "brand": "Hoshi",
        "applied_discounts": [],
        "product_options": [],
        "configurable_fields": [],
        "gift_certificate_id": null,
        "discounted_total_inc_tax": money(line.total()),
    })
}

/// An element of `/orders/{id}/coupons`. Its amounts are numbers, as the documented example has them.
#[must_use]
pub fn coupon(order: &Order, coupon: &Coupon) -> Value {
    let discount = crate::bigcommerce::money::number(coupon.discount, order.currency);
    json!({
        "id": coupon.id,
        "coupon_id": 1,
        "order_id": order.id,
        "code": coupon.code,
        "amount": discount,
        "type": 2,
        "discount": discount,
    })
}

/// v2's way to write a time: always UTC.
#[must_use]
pub fn rfc2822(at: OffsetDateTime) -> String {
    at.format(&Rfc2822).unwrap_or_default()
}

fn extend(body: &mut Value, more: Value) {
    if let (Value::Object(body), Value::Object(more)) = (body, more) {
        body.extend(more);
    }
}
