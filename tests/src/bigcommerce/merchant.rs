//! What a merchant does to an order by hand, each as one call: the control panel's buttons and the tests share them.
//!
//! Methods that name a store or an order which does not exist panic, as those of [`super::control`] do.

use std::time::Duration;

use super::BigCommerce;
use super::control::{NO_ORDER, NO_STORE};
use super::deeds::{OrderUpdate, about};
use super::order::{Actor, Line, Order, Refund, RefundItem, status};
use super::refunds::{Draft, DraftPayment};
use super::store::{Hook, Meddling, PaymentMethod};

impl BigCommerce {
    /// The merchant ships everything: *Shipped*, unless the order has nothing to ship.
    pub fn ship(&self, hash: &str, id: u64) {
        self.ship_some(hash, id, u32::MAX);
    }

    /// The merchant ships so many more items: *Partially Shipped* until the last one has left.
    pub fn ship_some(&self, hash: &str, id: u64, items: u32) {
        let order = self.order(hash, id);
        let shipped = order.shipped.saturating_add(items).min(order.shippable());
        let to = if shipped == order.shippable() { status::SHIPPED } else { status::PARTIALLY_SHIPPED };
        let update = OrderUpdate { status_id: Some(to), shipped: Some(shipped), ..OrderUpdate::default() };
        self.update_order(hash, id, update, Actor::Merchant).expect(NO_ORDER);
    }

    pub fn complete(&self, hash: &str, id: u64) {
        self.set_status(hash, id, status::COMPLETED);
    }

    pub fn cancel(&self, hash: &str, id: u64) {
        self.set_status(hash, id, status::CANCELLED);
    }

    pub fn decline(&self, hash: &str, id: u64) {
        self.set_status(hash, id, status::DECLINED);
    }

    /// The merchant adds goods to the order; its total grows. Returns the new line's id.
    pub fn add_item(&self, hash: &str, id: u64, name: &str, unit: i64, quantity: u32) -> u64 {
        let line = self.write(hash, |store| store.draw_id()).expect(NO_STORE);
        let added = Line {
            id: line,
            product_id: 90,
            sku: "HSH-CUSTOM".into(),
            name: name.into(),
            quantity,
            unit,
            digital: false,
        };
        self.edit_items(hash, id, |order| order.lines.push(added));
        line
    }

    /// The merchant takes a line out of the order; its total shrinks.
    pub fn remove_item(&self, hash: &str, id: u64, line: u64) {
        self.edit_items(hash, id, |order| order.lines.retain(|known| known.id != line));
    }

    /// Editing goods computes the total anew, whatever somebody had made of it.
    fn edit_items(&self, hash: &str, id: u64, edit: impl FnOnce(&mut Order)) {
        let edited = self.write(hash, |store| {
            let order = store.orders.get_mut(&id)?;
            edit(order);
            order.total_override = None;
            order.touch();
            Some(())
        });
        edited.flatten().expect(NO_ORDER);
        self.emit(hash, "store/order/updated", &about(id));
    }

    /// The merchant refunds `minor` on the order's own payment method.
    ///
    /// # Errors
    /// BigCommerce's refusal, where it refuses.
    pub fn create_refund(&self, hash: &str, id: u64, minor: i64) -> Result<Refund, String> {
        let provider = self.order(hash, id).provider;
        self.create_refund_by(hash, id, minor, &provider)
    }

    /// The merchant refunds `minor` by a method: the order's own, `custom` or `storecredit`.
    ///
    /// # Errors
    /// BigCommerce's refusal, where it refuses.
    pub fn create_refund_by(
        &self,
        hash: &str,
        id: u64,
        minor: i64,
        provider: &str,
    ) -> Result<Refund, String> {
        self.refund_parts(hash, id, &[(provider, minor)])
    }

    /// The merchant refunds all that is left: on the order's own method what it took, the rest as store credit, or as
    /// *Custom* to a guest, who has none.
    ///
    /// # Errors
    /// BigCommerce's refusal, where it refuses.
    pub fn refund_in_full(&self, hash: &str, id: u64) -> Result<Refund, String> {
        let order = self.order(hash, id);
        let left = order.total() - order.refunded();
        let own = left.min(order.left_on_provider());
        let other = if order.customer_id == 0 { "custom" } else { "storecredit" };
        let parts = [(order.provider.as_str(), own), (other, left - own)];
        let parts: Vec<_> = parts.into_iter().filter(|(_, minor)| *minor > 0).collect();
        self.refund_parts(hash, id, &parts)
    }

    /// The merchant refunds by several methods at once: `&[("instore", 900), ("storecredit", 300)]`.
    ///
    /// # Errors
    /// BigCommerce's refusal, where it refuses.
    pub fn refund_parts(&self, hash: &str, id: u64, parts: &[(&str, i64)]) -> Result<Refund, String> {
        let item = RefundItem {
            item_type: "ORDER".into(),
            item_id: id,
            quantity: None,
            requested: Some(parts.iter().map(|(_, minor)| minor).sum()),
            reason: String::new(),
        };
        let payment = |(provider, minor): &(&str, i64)| DraftPayment {
            provider_id: (*provider).into(),
            amount: *minor,
            offline: *provider != "storecredit" && *provider != PaymentMethod::GATEWAY,
        };
        let draft = Draft { items: vec![item], payments: parts.iter().map(payment).collect() };
        self.refund(hash, id, draft, Actor::Merchant).expect(NO_ORDER)
    }

    /// The payments of a refund turn out to be declined: the refund stays in the list, and gave nothing back.
    pub fn decline_refund(&self, hash: &str, id: u64, refund: u64) {
        let declined = self.write(hash, |store| {
            let refunds = &mut store.orders.get_mut(&id)?.refunds;
            let refund = refunds.iter_mut().find(|known| known.id == refund)?;
            refund.payments.iter_mut().for_each(|payment| payment.declined = true);
            Some(())
        });
        declined.flatten().expect("the order has the refund");
    }

    /// How long a refund through the API is processed before it is there; a second one meanwhile is refused.
    pub fn slow_refunds(&self, hash: &str, processing: Duration) {
        self.write(hash, |store| store.refund_time = processing).expect(NO_STORE);
    }

    /// The merchant moves the order just before an app's next PUT of it, when the app has read it already.
    pub fn move_before_next_put(&self, hash: &str, id: u64, to: u8) {
        assert!(status::name(to).is_some(), "{to} is an order status");
        self.meddle(hash, id, Meddling::Status(to));
    }

    /// The merchant changes the order's total just before an app's next PUT of it.
    pub fn edit_before_next_put(&self, hash: &str, id: u64, minor: i64) {
        self.meddle(hash, id, Meddling::Total(minor));
    }

    /// The merchant deletes the order just before an app's next PUT of it.
    pub fn delete_before_next_put(&self, hash: &str, id: u64) {
        self.meddle(hash, id, Meddling::Delete);
    }

    fn meddle(&self, hash: &str, id: u64, deed: Meddling) {
        self.write(hash, |store| store.meddling.entry(id).or_default().push(deed)).expect(NO_STORE);
    }

    /// Lets the merchant do what waited for this PUT.
    pub(super) fn before_put(&self, hash: &str, id: u64) {
        let waiting = self.write(hash, |store| store.meddling.remove(&id)).flatten();
        for deed in waiting.unwrap_or_default() {
            match deed {
                Meddling::Status(to) => self.set_status(hash, id, to),
                Meddling::Total(minor) => self.edit_total(hash, id, minor),
                Meddling::Delete => self.delete_order(hash, id),
            }
        }
    }

    /// Changes a store's hooks behind everybody's back.
    pub fn change_hooks(&self, hash: &str, change: impl FnMut(&mut Hook)) {
        self.write(hash, |store| store.hooks.iter_mut().for_each(change)).expect(NO_STORE);
    }

    /// Deletes the hooks of a scope behind everybody's back.
    pub fn delete_hooks(&self, hash: &str, scope: &str) {
        self.write(hash, |store| store.hooks.retain(|hook| hook.scope != scope)).expect(NO_STORE);
    }
}
