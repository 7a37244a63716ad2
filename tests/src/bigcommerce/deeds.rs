//! Everything that changes an order. The management API, the control panel, the storefront and the tests all come
//! through here, so that each change is in the status history and tells the hooks that BigCommerce would tell.

use serde_json::{Value, json};
use time::OffsetDateTime;

use super::browsing::Session;
use super::order::{Actor, Address, Coupon, Line, Order, status};
use super::spec::OrderSpec;
use super::store::{Locale, Store, is_offline};
use super::{BigCommerce, Currency, PaymentMethod, catalog, random};

/// Fields of an order that somebody sets; what is `None` stays.
#[derive(Clone, Debug, Default)]
pub(super) struct OrderUpdate {
    pub status_id: Option<u8>,
    pub staff_notes: Option<String>,
    pub customer_message: Option<String>,
    pub customer_locale: Option<String>,
    pub payment_method: Option<String>,
    pub payment_provider_id: Option<Value>,
    pub external_order_id: Option<Value>,
    pub external_source: Option<Value>,
    /// A new grand total in minor units.
    pub total: Option<i64>,
    pub archived: Option<bool>,
    /// Items that have left so far.
    pub shipped: Option<u32>,
}

impl BigCommerce {
    /// Places an order in a browser session. `None`: no such store.
    pub(super) fn place(&self, hash: &str, session: &str, spec: &OrderSpec) -> Option<Order> {
        let order = self.write(hash, |store| {
            let mut order = compose(store, spec);
            let session =
                store.sessions.entry(session.to_owned()).or_insert_with(|| Session::new(order.currency));
            session.orders.push(order.id);
            order.cart_id = std::mem::take(&mut session.cart).id;
            store.orders.insert(order.id, order.clone());
            order
        })?;
        let converted = json!({ "type": "cart", "id": order.cart_id, "orderId": order.id });
        self.emit(hash, "store/cart/converted", &converted);
        self.emit(hash, "store/order/created", &about(order.id));
        for change in &order.history {
            self.emit_status(hash, order.id, change.from, change.to);
        }
        Some(order)
    }

    /// Writes fields of an order. `None`: no such order.
    pub(super) fn update_order(&self, hash: &str, id: u64, update: OrderUpdate, by: Actor) -> Option<Order> {
        let (order, moved, archived) = self.write(hash, |store| {
            let order = store.orders.get_mut(&id)?;
            let was_archived = order.archived;
            let moved = apply(order, update, by);
            Some((order.clone(), moved, order.archived && !was_archived))
        })??;
        self.emit(hash, "store/order/updated", &about(id));
        if let Some(from) = moved {
            self.emit_status(hash, id, from, order.status_id);
        }
        if archived {
            self.emit(hash, "store/order/archived", &about(id));
        }
        Some(order)
    }

    pub(super) fn emit_status(&self, hash: &str, id: u64, from: u8, to: u8) {
        let mut data = about(id);
        data["status"] = json!({ "previous_status_id": from, "new_status_id": to });
        self.emit(hash, "store/order/statusUpdated", &data);
    }
}

/// The thin `data` of an order's hooks.
pub(super) fn about(order: u64) -> Value {
    json!({ "type": "order", "id": order })
}

fn apply(order: &mut Order, update: OrderUpdate, by: Actor) -> Option<u8> {
    set(&mut order.staff_notes, update.staff_notes);
    set(&mut order.customer_message, update.customer_message);
    set(&mut order.locale, update.customer_locale);
    set(&mut order.payment_method, update.payment_method);
    set(&mut order.payment_provider_id, update.payment_provider_id);
    set(&mut order.external_order_id, update.external_order_id);
    set(&mut order.external_source, update.external_source);
    set(&mut order.archived, update.archived);
    if update.shipped.is_some_and(|shipped| shipped > order.shipped) {
        order.date_shipped = Some(OffsetDateTime::now_utc());
    }
    set(&mut order.shipped, update.shipped);
    if update.total.is_some() {
        order.total_override = update.total;
    }
    order.touch();
    order.move_to(update.status_id?, by)
}

fn set<T>(field: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *field = value;
    }
}

fn compose(store: &mut Store, spec: &OrderSpec) -> Order {
    let currency = spec.currency.unwrap_or(store.currency);
    let locale = store.settings.locale;
    let lines = lines(store, spec, currency, locale);
    let digital = lines.iter().all(|line| line.digital);
    let provider = spec.provider.clone().unwrap_or_else(|| "instore".into());
    let method = store.method(&provider).cloned();
    let billing = spec.billing.clone().unwrap_or_else(|| usual_address(currency));
    let shipping_cost = if digital { 0 } else { catalog::shipping_cost(currency) };
    let now = OffsetDateTime::now_utc();
    let first = if is_offline(&provider) { status::AWAITING_PAYMENT } else { status::AWAITING_FULFILLMENT };
    let id = store.draw_order_id();
    let mut order = Order {
        id,
        cart_id: String::new(),
        channel_id: spec.channel.unwrap_or(Store::CHANNEL),
        permalink_token: random::hex(20),
        status_id: status::INCOMPLETE,
        history: Vec::new(),
        currency,
        display_currency: spec.display_currency.unwrap_or(currency),
        lines,
        shipping: spec.shipping.unwrap_or(shipping_cost),
        coupon: coupon(store, spec.coupon),
        store_credit: spec.store_credit,
        gift_certificate: spec.gift_certificate,
        total_override: None,
        instructions: instructions(method.as_ref(), id),
        payment_method: method.map_or_else(|| unlisted(&provider).into(), |method| method.label),
        provider,
        payment_provider_id: Value::Null,
        staff_notes: String::new(),
        customer_message: spec.customer_message.clone(),
        external_order_id: "".into(),
        external_source: Value::Null,
        customer_id: spec.customer_id,
        locale: spec.locale.clone().unwrap_or_else(|| locale.code().into()),
        shipping_address: (!digital).then(|| (store.draw_id(), billing.clone())),
        billing,
        refunds: Vec::new(),
        shipped: 0,
        date_shipped: None,
        metafields: Vec::new(),
        archived: false,
        buy_now: spec.buy_now,
        created: now,
        modified: now,
    };
    order.move_to(spec.status.unwrap_or(first), Actor::Shopper);
    order
}

fn lines(store: &mut Store, spec: &OrderSpec, currency: Currency, locale: Locale) -> Vec<Line> {
    let usual = OrderSpec::new().product(77, 1);
    let wanted = if spec.lines.is_empty() { &usual.lines } else { &spec.lines };
    wanted.iter().map(|line| line.settle(store.draw_id(), currency, locale)).collect()
}

fn coupon(store: &mut Store, discount: i64) -> Option<Coupon> {
    (discount > 0).then(|| Coupon { id: store.draw_id(), code: "HOSHI-WELCOME".into(), discount })
}

/// What v2 shows where no method of the store's was chosen.
fn unlisted(provider: &str) -> &str {
    match provider {
        "storecredit" => "Store Credit",
        "giftcertificate" => "Gift Certificate",
        other => other,
    }
}

fn instructions(method: Option<&PaymentMethod>, order: u64) -> String {
    method.map_or_else(String::new, |method| method.instructions.replace("%%OrderID%%", &order.to_string()))
}

fn usual_address(currency: Currency) -> Address {
    match currency {
        Currency::Jpy => Address::japanese(),
        Currency::Usd | Currency::Eur | Currency::Twd | Currency::Idr => Address::american(),
    }
}
