//! How tests and the demo drive the platform: the merchant's and the shopper's side, without a browser.
//!
//! Methods that name a store or an order which does not exist panic: in a test that is a mistake, not a case.

use std::time::Duration;

use serde_json::Value;

use super::browsing::{PurchaseEvent, Visit};
use super::deeds::OrderUpdate;
use super::order::{Actor, Order, status};
use super::quota::Quota;
use super::spec::{OrderSpec, PlacedOrder};
use super::store::{Hook, Installation, PaymentMethod, Script, Settings, Store, StoreSpec};
use super::{BigCommerce, random, storefront};

/// How long [`BigCommerce::order_when`] waits: generous, because nobody waits for it when all is well, and a machine may
/// have much else to do.
pub const PATIENCE: Duration = Duration::from_secs(120);

pub(super) const NO_STORE: &str = "the store exists";
pub(super) const NO_ORDER: &str = "the order exists";

impl BigCommerce {
    /// Opens a store and returns its hash.
    pub fn create_store(&self, spec: StoreSpec) -> String {
        let mut state = self.lock();
        let id = 1_002_600_000 + state.stores.len() as u64;
        let hash = spec.hash.clone().unwrap_or_else(|| random::hex(5));
        state.stores.push(Store::new(hash.clone(), id, random::uuid(), spec));
        hash
    }

    /// The store of `scripts/dev`: always the same hash, Japanese, in yen.
    pub fn create_demo(&self) -> String {
        self.create_store(StoreSpec::default().hash("hoshi1").name("Hoshi Coffee Roasters / 星珈琲焙煎所"))
    }

    /// Origin of a store's storefront.
    #[must_use]
    pub fn shop_origin(&self, hash: &str) -> String {
        let first = self.lock().stores.first().is_some_and(|store| store.hash == hash);
        if first { self.env.places.demo_shop() } else { self.env.places.shop(hash) }
    }

    /// Origin of the storefront of one of a store's channels.
    #[must_use]
    pub fn channel_origin(&self, hash: &str, channel: u64) -> String {
        match channel {
            Store::SECOND_CHANNEL => self.env.places.shop(&format!("{hash}{}", storefront::SECOND)),
            _ => self.shop_origin(hash),
        }
    }

    #[must_use]
    pub fn settings(&self, hash: &str) -> Settings {
        self.read(hash, |store| store.settings.clone()).expect(NO_STORE)
    }

    /// Switches settings of a store.
    pub fn configure(&self, hash: &str, change: impl FnOnce(&mut Settings)) {
        self.write(hash, |store| change(&mut store.settings)).expect(NO_STORE);
    }

    #[must_use]
    pub fn payment_methods(&self, hash: &str) -> Vec<PaymentMethod> {
        self.read(hash, |store| store.methods.clone()).expect(NO_STORE)
    }

    /// Enables a payment method under a name, as the merchant does; later orders show the new name.
    pub fn rename_method(&self, hash: &str, provider: &str, label: &str) {
        let change = |store: &mut Store| {
            let method = store.methods.iter_mut().find(|method| method.provider == provider)?;
            label.clone_into(&mut method.label);
            method.enabled = true;
            Some(())
        };
        self.write(hash, change).flatten().expect("one of the five offline methods");
    }

    /// Requests a store's apps may make per window; BigCommerce's smallest plan has 150 per 30 s.
    pub fn set_quota(&self, hash: &str, limit: u32, window: Duration) {
        self.write(hash, |store| store.quota = Quota::new(limit, window)).expect(NO_STORE);
    }

    /// The app in this store; `None` where it is not installed.
    #[must_use]
    pub fn installation(&self, hash: &str) -> Option<Installation> {
        self.read(hash, |store| store.installation.clone()).expect(NO_STORE)
    }

    /// Kills the app's token without telling anybody, as a change of the merchant's e-mail does.
    pub fn revoke_token(&self, hash: &str) {
        self.write(hash, |store| {
            if let Some(installation) = &mut store.installation {
                installation.token = None;
            }
        });
    }

    /// Takes a scope from the app's token.
    pub fn revoke_scope(&self, hash: &str, scope: &str) {
        self.write(hash, |store| {
            if let Some(installation) = &mut store.installation {
                installation.scopes.retain(|granted| granted != scope);
            }
        });
    }

    #[must_use]
    pub fn hooks(&self, hash: &str) -> Vec<Hook> {
        self.read(hash, |store| store.hooks.clone()).expect(NO_STORE)
    }

    /// Switches all hooks off, as BigCommerce does after 90 days of silence or two days of failures.
    pub fn deactivate_hooks(&self, hash: &str) {
        self.write(hash, |store| store.hooks.iter_mut().for_each(|hook| hook.is_active = false))
            .expect(NO_STORE);
    }

    /// Sends a hook of the test's own making to whoever listens to its scope.
    pub fn send_hook(&self, hash: &str, scope: &str, data: &Value) {
        self.emit(hash, scope, data);
    }

    /// All scripts, hand-made ones included.
    #[must_use]
    pub fn scripts(&self, hash: &str) -> Vec<Script> {
        self.read(hash, |store| store.scripts.clone()).expect(NO_STORE)
    }

    /// Switches a script on or off, as the merchant does in Script Manager.
    pub fn enable_script(&self, hash: &str, uuid: &str, enabled: bool) {
        self.write(hash, |store| {
            store
                .scripts
                .iter_mut()
                .filter(|script| script.uuid == uuid)
                .for_each(|script| script.enabled = enabled);
        });
    }

    /// Changes a store's scripts behind everybody's back: what an earlier version of the app left there, say.
    pub fn change_scripts(&self, hash: &str, change: impl FnMut(&mut Script)) {
        self.write(hash, |store| store.scripts.iter_mut().for_each(change)).expect(NO_STORE);
    }

    /// Deletes a script, as the merchant does in Script Manager.
    pub fn delete_script(&self, hash: &str, uuid: &str) {
        self.write(hash, |store| store.scripts.retain(|script| script.uuid != uuid));
    }

    /// Pastes tags into Script Manager for the head of the confirmation page. Returns the script's uuid.
    pub fn paste_script(&self, hash: &str, html: &str) -> String {
        let uuid = random::uuid();
        let script = Script::pasted(uuid.clone(), html);
        self.write(hash, |store| store.scripts.push(script)).expect(NO_STORE);
        uuid
    }

    /// Places an order without a browser.
    pub fn place_order(&self, hash: &str, spec: &OrderSpec) -> PlacedOrder {
        let session = random::hex(16);
        let known = |channel| self.read(hash, |store| store.channels.contains(&channel)) == Some(true);
        assert!(spec.channel.is_none_or(known), "the store has the channel");
        let order = self.place(hash, &session, spec).expect(NO_STORE);
        let shop = self.channel_origin(hash, order.channel_id);
        let path = storefront::confirmation_path(&order);
        PlacedOrder {
            order_id: order.id,
            confirmation_url: format!("{shop}/__sandbox/enter/{session}?to={path}"),
            permalink: format!(
                "{shop}/checkout/order-confirmation/{}?orderToken={}",
                order.id, order.permalink_token
            ),
            page: format!("{shop}{path}"),
            cart_id: order.cart_id,
            session,
        }
    }

    /// An order as it is now; archived ones too. `None` once deleted.
    #[must_use]
    pub fn find_order(&self, hash: &str, id: u64) -> Option<Order> {
        self.read(hash, |store| store.orders.get(&id).cloned()).expect(NO_STORE)
    }

    /// An order as it is now.
    #[must_use]
    pub fn order(&self, hash: &str, id: u64) -> Order {
        self.find_order(hash, id).expect(NO_ORDER)
    }

    /// All orders, oldest first.
    #[must_use]
    pub fn orders(&self, hash: &str) -> Vec<Order> {
        self.read(hash, |store| store.orders.values().cloned().collect()).expect(NO_STORE)
    }

    /// Waits until an order satisfies `done`, and returns it.
    ///
    /// # Panics
    /// When it does not within [`PATIENCE`]; the message shows the order as it is.
    pub async fn order_when(&self, hash: &str, id: u64, done: impl Fn(&Order) -> bool) -> Order {
        let mut changes = self.changed.subscribe();
        let waited = tokio::time::timeout(PATIENCE, async {
            loop {
                let order = self.order(hash, id);
                if done(&order) {
                    return order;
                }
                changes.changed().await.expect("the sender lives as long as self");
            }
        });
        match waited.await {
            Ok(order) => order,
            Err(_) => panic!("waited {PATIENCE:?} in vain; the order is {:#?}", self.order(hash, id)),
        }
    }

    /// The merchant changes the status.
    pub fn set_status(&self, hash: &str, id: u64, to: u8) {
        assert!(status::name(to).is_some(), "{to} is an order status");
        self.merchant_update(hash, id, OrderUpdate { status_id: Some(to), ..OrderUpdate::default() });
    }

    /// The merchant replaces the staff notes.
    pub fn set_staff_notes(&self, hash: &str, id: u64, notes: &str) {
        self.merchant_update(
            hash,
            id,
            OrderUpdate { staff_notes: Some(notes.into()), ..OrderUpdate::default() },
        );
    }

    /// The merchant edits the order until its total (minor units) is another.
    pub fn edit_total(&self, hash: &str, id: u64, minor: i64) {
        self.merchant_update(hash, id, OrderUpdate { total: Some(minor), ..OrderUpdate::default() });
    }

    /// The merchant archives the order: still there by id, no longer in lists.
    pub fn archive_order(&self, hash: &str, id: u64) {
        self.merchant_update(hash, id, OrderUpdate { archived: Some(true), ..OrderUpdate::default() });
    }

    /// The order is gone for good: 404 from now on.
    pub fn delete_order(&self, hash: &str, id: u64) {
        self.write(hash, |store| store.orders.remove(&id)).flatten().expect(NO_ORDER);
        self.emit(hash, "store/order/archived", &super::deeds::about(id));
    }

    /// The purchase events the confirmation page has fired.
    #[must_use]
    pub fn purchase_events(&self, hash: &str) -> Vec<PurchaseEvent> {
        self.read(hash, |store| store.purchases.clone()).expect(NO_STORE)
    }

    /// Ends every browser session of the storefront: the order API answers 403 from now on.
    pub fn end_sessions(&self, hash: &str) {
        self.write(hash, |store| store.sessions.clear()).expect(NO_STORE);
    }

    /// Requests to the storefront, oldest first.
    #[must_use]
    pub fn visits(&self, hash: &str) -> Vec<Visit> {
        self.read(hash, |store| store.visits.clone()).expect(NO_STORE)
    }

    fn merchant_update(&self, hash: &str, id: u64, update: OrderUpdate) {
        self.update_order(hash, id, update, Actor::Merchant).expect(NO_ORDER);
    }
}
