//! Refunds: what may be refunded, by which methods, and what a refund does to the order.
//!
//! For an offline payment BigCommerce only keeps the books: no money moves. It still refuses what does not add up.

use serde_json::json;
use time::OffsetDateTime;

use super::BigCommerce;
use super::deeds::about;
use super::order::{Actor, Order, Refund, RefundItem, RefundPayment, status};
use super::store::is_offline;

/// Title of BigCommerce's refusal.
pub(super) type Refusal = String;

/// *Order refunds should be processed sequentially.*
pub(super) const ONE_AT_A_TIME: &str = "Another refund of this order is being processed.";
pub(super) const GUEST_STORE_CREDIT: &str = "Unable to provide store credit for a guest customer.";

/// A refund as asked for.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    pub items: Vec<RefundItem>,
    pub payments: Vec<DraftPayment>,
}

#[derive(Clone, Debug)]
pub(super) struct DraftPayment {
    pub provider_id: String,
    pub amount: i64,
    pub offline: bool,
}

/// One part of a refund method.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PaymentOption {
    pub provider_id: String,
    pub description: String,
    pub amount: i64,
    pub offline: bool,
    pub offline_provider: bool,
}

impl BigCommerce {
    /// Refunds for an app, which takes as long as the store was told it does. A caller that hangs up does not stop it.
    pub(super) async fn refund_slowly(
        &self,
        hash: &str,
        id: u64,
        draft: Draft,
    ) -> Option<Result<Refund, Refusal>> {
        let claimed = self.write(hash, |store| store.refunding.insert(id).then_some(store.refund_time))?;
        let Some(processing) = claimed else { return Some(Err(ONE_AT_A_TIME.into())) };
        let (platform, hash) = (self.clone(), hash.to_owned());
        let work = tokio::spawn(async move {
            tokio::time::sleep(processing).await;
            let refunded = platform.refund(&hash, id, draft, Actor::App);
            platform.write(&hash, |store| store.refunding.remove(&id));
            refunded
        });
        work.await.ok().flatten()
    }

    /// Refunds, moves the order to 4 or 14, and tells the hooks. `None`: no such order.
    pub(super) fn refund(
        &self,
        hash: &str,
        id: u64,
        draft: Draft,
        by: Actor,
    ) -> Option<Result<Refund, Refusal>> {
        let done = self.write(hash, |store| {
            if by == Actor::Merchant && store.refunding.contains(&id) {
                return Some(Err(ONE_AT_A_TIME.into()));
            }
            let order = store.orders.get(&id)?;
            let total = match check(order, &draft, by) {
                Ok(total) => total,
                Err(refusal) => return Some(Err(refusal)),
            };
            let refund_id = store.draw_id();
            let payments = draft.payments.into_iter().map(|payment| RefundPayment {
                id: store.draw_id(),
                provider_id: payment.provider_id,
                amount: payment.amount,
                offline: payment.offline,
                declined: false,
            });
            let payments = payments.collect();
            let refund = Refund {
                id: refund_id,
                created: OffsetDateTime::now_utc(),
                by,
                total,
                items: draft.items,
                payments,
            };
            let order = store.orders.get_mut(&id)?;
            order.refunds.push(refund.clone());
            let to =
                if order.refunded() == order.total() { status::REFUNDED } else { status::PARTIALLY_REFUNDED };
            Some(Ok((refund, order.move_to(to, Actor::Platform), to)))
        })??;
        Some(done.map(|(refund, moved, to)| {
            let mut data = about(id);
            data["refund"] = json!({ "refund_id": refund.id });
            self.emit(hash, "store/order/refund/created", &data);
            self.emit(hash, "store/order/updated", &about(id));
            if let Some(from) = moved {
                self.emit_status(hash, id, from, to);
            }
            refund
        }))
    }
}

/// The total of a draft, or why it is refused.
fn check(order: &Order, draft: &Draft, by: Actor) -> Result<i64, Refusal> {
    let total = total(order, &draft.items)?;
    let paid: i64 = draft.payments.iter().map(|payment| payment.amount).sum();
    if paid != total {
        return Err("The payment amounts do not match the total refund amount.".into());
    }
    for payment in &draft.payments {
        check_payment(order, payment)?;
    }
    if by == Actor::App && !methods(order, total).iter().any(|method| is_quoted(method, &draft.payments)) {
        return Err("The payments do not match a refund method of the quote.".into());
    }
    Ok(total)
}

/// Whether these are the payments of one quoted method; merchants may split as they like.
fn is_quoted(method: &[PaymentOption], payments: &[DraftPayment]) -> bool {
    let is = |part: &PaymentOption, payment: &DraftPayment| {
        part.provider_id == payment.provider_id && part.amount == payment.amount
    };
    method.len() == payments.len()
        && payments.iter().all(|payment| method.iter().any(|part| is(part, payment)))
}

fn check_payment(order: &Order, payment: &DraftPayment) -> Result<(), Refusal> {
    let provider = payment.provider_id.as_str();
    match provider {
        _ if payment.amount <= 0 => Err("The payment amount must be positive.".into()),
        "storecredit" if order.customer_id == 0 => Err(GUEST_STORE_CREDIT.into()),
        "storecredit" => Ok(()),
        _ if provider != "custom" && provider != order.provider => {
            Err(format!("The payment provider {provider} is not available for this order."))
        }
        _ if !payment.offline && (provider == "custom" || is_offline(provider)) => {
            Err(format!("The payment provider {provider} can only be refunded offline."))
        }
        _ if provider == order.provider && payment.amount > order.left_on_provider() => {
            Err(format!("The amount exceeds what was paid by {provider}."))
        }
        _ => Ok(()),
    }
}

/// The sum of `items`, once each of them is known to be refundable.
pub(super) fn total(order: &Order, items: &[RefundItem]) -> Result<i64, Refusal> {
    if order.status_id == status::REFUNDED {
        return Err("The order has already been refunded.".into());
    }
    if !status::is_paid(order.status_id) {
        return Err("The order must have received payment before it can be refunded.".into());
    }
    if items.is_empty() {
        return Err("At least one item is required.".into());
    }
    let amounts: Result<Vec<i64>, Refusal> = items.iter().map(|item| amount(order, item)).collect();
    let total: i64 = amounts?.iter().sum();
    if total > order.total() - order.refunded() {
        return Err("The refund amount exceeds the refundable amount of the order.".into());
    }
    Ok(total)
}

fn amount(order: &Order, item: &RefundItem) -> Result<i64, Refusal> {
    let requested =
        || item.requested.filter(|amount| *amount > 0).ok_or("The item amount is invalid.".to_owned());
    let unknown = || format!("Item {} of type {} is not part of the order.", item.item_id, item.item_type);
    match item.item_type.as_str() {
        "ORDER" if item.item_id == order.id => requested(),
        "SHIPPING" if order.shipping_address.as_ref().is_some_and(|(id, _)| *id == item.item_id) => {
            requested().and_then(|amount| if amount > order.shipping { Err(unknown()) } else { Ok(amount) })
        }
        "PRODUCT" => {
            let line = order.lines.iter().find(|line| line.id == item.item_id).ok_or_else(unknown)?;
            let left = line.quantity.saturating_sub(returned(order, line.id));
            let quantity = item.quantity.filter(|quantity| (1..=left).contains(quantity));
            quantity
                .map(|quantity| line.unit * i64::from(quantity))
                .ok_or("The item quantity is invalid.".into())
        }
        _ => Err(unknown()),
    }
}

/// Pieces of a line that earlier refunds have taken back.
pub(super) fn returned(order: &Order, line: u64) -> u32 {
    let items = order.refunds.iter().flat_map(|refund| &refund.items);
    items
        .filter(|item| item.item_type == "PRODUCT" && item.item_id == line)
        .filter_map(|item| item.quantity)
        .sum()
}

/// The methods by which `total` may be given back; each is a list of parts.
pub(super) fn methods(order: &Order, total: i64) -> Vec<Vec<PaymentOption>> {
    let customer = order.customer_id != 0;
    let mut methods = Vec::new();
    if customer {
        methods.push(vec![store_credit(total)]);
    }
    methods.push(vec![offline("custom", "Custom", total)]);
    let own = total.min(order.left_on_provider());
    if own > 0 && (own == total || customer) {
        let mut method = vec![if is_offline(&order.provider) {
            offline(&order.provider, &order.payment_method, own)
        } else {
            PaymentOption {
                offline: false,
                offline_provider: false,
                ..offline(&order.provider, &order.payment_method, own)
            }
        }];
        method.extend((own < total).then(|| store_credit(total - own)));
        methods.push(method);
    }
    methods
}

fn offline(provider: &str, description: &str, amount: i64) -> PaymentOption {
    PaymentOption {
        provider_id: provider.into(),
        description: description.into(),
        amount,
        offline: true,
        offline_provider: true,
    }
}

fn store_credit(amount: i64) -> PaymentOption {
    PaymentOption {
        offline: false,
        offline_provider: false,
        ..offline("storecredit", "Store Credit", amount)
    }
}
