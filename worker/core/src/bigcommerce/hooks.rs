//! The webhooks that we ask BigCommerce for: one per scope, each carrying a secret of our own in a header. They only
//! ever cause a look. <https://developer.bigcommerce.com/docs/integrations/webhooks>
//!
//! Compare, then change: [`plan`] looks at what BigCommerce has and says what is missing, wrong or double, so it can
//! run at any time and any number of times.

use super::{Api, Data, NotOne, read};
use crate::http::{HttpRequest, Outcome};
use crate::json::{Each, flag, integer, text, unsigned};
use crate::secret::Secret;
use crate::state::failure::Failure;
use crate::state::hint::{About, Hint, Moved, REFUND_CREATED};
use crate::values::ids::{HintId, OrderId, StoreHash};
use crate::values::order_status::OrderStatus;
use serde::Deserialize;
use serde_json::{Value, json};

/// The header that proves a webhook to come from a hook that we registered.
pub const SECRET_HEADER: &str = "X-Komoju-Bigcommerce-Secret";

/// The scope of a new order: the one message that the merchant may switch off.
pub const ORDER_CREATED: &str = "store/order/created";

/// The scopes that we ask for.
pub const SCOPES: [&str; 3] = ["store/order/statusUpdated", REFUND_CREATED, ORDER_CREATED];

/// The order that a message is about, and the hint that it makes. Hash and time name the message, so the same message
/// again is the same hint. None: not about an order.
pub fn message(event: &Value) -> Option<(OrderId, Hint)> {
    let scope = text(event, "scope");
    let data = event.get("data")?;
    let order = unsigned(data, "id").and_then(|id| OrderId::new(id).ok())?;
    let name = format!("{}-{}", text(event, "hash"), text(event, "created_at"));
    let id = HintId::parse(&name).ok()?;
    let moved = moved(event, data);
    scope.starts_with("store/order/").then_some((order, Hint { id, about: About::Order { scope, moved } }))
}

/// From which status to which the order was moved. None: the message does not name both, or one is no status, or the
/// time is missing.
fn moved(event: &Value, data: &Value) -> Option<Moved> {
    let change = data.get("status")?;
    let status = |field| unsigned(change, field).and_then(|n| u8::try_from(n).ok()).map(OrderStatus);
    let at = integer(event, "created_at")?.checked_mul(1_000)?;
    Some(Moved { from: status("previous_status_id")?, to: status("new_status_id")?, at })
}

/// Asks for all hooks of the app in this store. One page holds them all.
pub fn list_request(api: Api<'_>) -> HttpRequest {
    api.get("/v3/hooks?limit=250")
}

/// A hook of ours as BigCommerce has it. The API shows an app its own hooks only.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Value")]
pub struct Hook {
    pub id: u64,
    scope: String,
    destination: String,
    is_active: bool,
    /// The headers by name; null if there are none.
    headers: Value,
}

impl TryFrom<Value> for Hook {
    type Error = NotOne;

    fn try_from(value: Value) -> Result<Self, NotOne> {
        let hook = &value;
        let Some(id) = unsigned(hook, "id") else { return Err(NotOne) };
        Ok(Self {
            id,
            scope: text(hook, "scope"),
            destination: text(hook, "destination"),
            is_active: flag(hook, "is_active"),
            headers: hook.get("headers").cloned().unwrap_or_default(),
        })
    }
}

/// The answer to [`list_request`]. A hook that cannot be read is left out.
pub fn parse_list(outcome: &Outcome) -> Result<Vec<Hook>, Failure> {
    let hooks: Option<Data<Each<Hook>>> = read(outcome)?;
    Ok(hooks.map(|h| h.data.read).unwrap_or_default())
}

/// Where the hooks should go, and what they should carry.
#[derive(Debug, Clone)]
pub struct Wanted {
    pub destination: String,
    pub secret: Secret,
    /// True if the merchant wants us to hear of new orders.
    pub new_orders: bool,
}

impl Wanted {
    /// The hooks of one store.
    pub fn new(app_url: &str, store: &StoreHash, secret: Secret, new_orders: bool) -> Self {
        Self { destination: [app_url, "/webhooks/bigcommerce/", store.as_str()].concat(), secret, new_orders }
    }

    fn wants(&self, scope: &str) -> bool {
        self.new_orders || scope != ORDER_CREATED
    }

    /// True if the hook is as it should be. BigCommerce switches a hook off after 90 quiet days or two days of
    /// failures; to us that is as good as missing.
    fn is(&self, hook: &Hook) -> bool {
        let mut headers = hook.headers.as_object().into_iter().flatten();
        let secret = Some(self.secret.expose());
        let carried = headers.any(|(k, v)| k.eq_ignore_ascii_case(SECRET_HEADER) && v.as_str() == secret);
        hook.is_active && hook.destination == self.destination && carried
    }

    fn body(&self, scope: &str) -> Value {
        json!({
            "scope": scope,
            "destination": self.destination,
            "is_active": true,
            "headers": { SECRET_HEADER: self.secret.expose() },
        })
    }
}

/// One change to make at BigCommerce.
#[derive(Clone, PartialEq)]
pub enum Deed {
    Create { scope: &'static str, body: Value },
    Update { scope: &'static str, id: u64, body: Value },
    Delete { id: u64 },
}

/// Prints no body: it carries the secret.
impl std::fmt::Debug for Deed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Create { scope, .. } => write!(f, "Create({scope})"),
            Self::Update { scope, id, .. } => write!(f, "Update({scope}, {id})"),
            Self::Delete { id } => write!(f, "Delete({id})"),
        }
    }
}

/// The changes that make `found` into what is wanted. We look before we create, because BigCommerce does not document
/// what it answers to a double. Hooks of other scopes stay.
pub fn plan(found: &[Hook], wanted: &Wanted) -> Vec<Deed> {
    let mut deeds = Vec::new();
    for scope in SCOPES {
        let hooks = || found.iter().filter(|hook| hook.scope == scope);
        let best = hooks()
            .min_by_key(|hook| (!wanted.is(hook), hook.destination != wanted.destination, hook.id))
            .filter(|_| wanted.wants(scope));
        let doubles = hooks().filter(|hook| best.is_none_or(|best| best.id != hook.id));
        deeds.extend(doubles.map(|hook| Deed::Delete { id: hook.id }));
        match best {
            None if !wanted.wants(scope) => (),
            None => deeds.push(Deed::Create { scope, body: wanted.body(scope) }),
            Some(hook) if !wanted.is(hook) => {
                deeds.push(Deed::Update { scope, id: hook.id, body: wanted.body(scope) });
            }
            Some(_) => (),
        }
    }
    deeds
}

impl Deed {
    /// The scope that it is about; None if it only tidies up.
    pub fn scope(&self) -> Option<&'static str> {
        match self {
            Self::Create { scope, .. } | Self::Update { scope, .. } => Some(scope),
            Self::Delete { .. } => None,
        }
    }

    /// The request that makes the change.
    pub fn request(&self, api: Api<'_>) -> HttpRequest {
        let one = |id: &u64| ["/v3/hooks/", &id.to_string()].concat();
        match self {
            Self::Create { body, .. } => api.request("POST", "/v3/hooks", Some(body.to_string())),
            Self::Update { id, body, .. } => api.request("PUT", &one(id), Some(body.to_string())),
            Self::Delete { id } => api.request("DELETE", &one(id), None),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::read_value;

    fn wanted() -> Wanted {
        let store = StoreHash::parse("q7w8e9").expect("a hash");
        Wanted::new("https://app.example", &store, Secret::new("h00k"), true)
    }

    fn shown(id: u64, scope: &str) -> Hook {
        let mut body = wanted().body(scope);
        body["id"] = json!(id);
        read_value(body).expect("BigCommerce echoes what it took")
    }

    fn right() -> Vec<Hook> {
        SCOPES.iter().zip(1..).map(|(scope, id)| shown(id, scope)).collect()
    }

    #[test]
    fn a_new_store_gets_every_hook() {
        let deeds = plan(&[], &wanted());
        assert!(deeds.iter().all(|deed| matches!(deed, Deed::Create { .. })), "{deeds:?}");
        assert_eq!(deeds.iter().filter_map(Deed::scope).collect::<Vec<_>>(), SCOPES);
        let Deed::Create { body, .. } = &deeds[0] else { panic!("just matched") };
        assert_eq!(body["destination"], "https://app.example/webhooks/bigcommerce/q7w8e9");
        assert_eq!(body["headers"][SECRET_HEADER], "h00k");
    }

    #[test]
    fn what_is_right_is_left_alone_even_with_a_lower_cased_header() {
        let mut hooks = right();
        assert!(plan(&hooks, &wanted()).is_empty());
        hooks[0].headers = json!({ SECRET_HEADER.to_lowercase(): "h00k" });
        assert!(plan(&hooks, &wanted()).is_empty());
    }

    #[test]
    fn a_hook_that_is_off_or_elsewhere_or_without_our_secret_is_put_right() {
        let broken: [fn(&mut Hook); 4] = [
            |h| h.is_active = false,
            |h| h.destination = "https://old.example/webhooks/bigcommerce/q7w8e9".to_owned(),
            |h| h.headers = Value::Null,
            |h| h.headers = json!({ SECRET_HEADER: "older" }),
        ];
        for change in broken {
            let mut hooks = right();
            change(&mut hooks[0]);
            assert!(matches!(plan(&hooks, &wanted()).as_slice(), [Deed::Update { id: 1, .. }]));
        }
    }

    #[test]
    fn of_two_the_right_one_stays() {
        let mut hooks = right();
        let mut old = shown(9, SCOPES[0]);
        old.destination = "https://old.example/x".to_owned();
        hooks.insert(0, old);
        assert_eq!(plan(&hooks, &wanted()), [Deed::Delete { id: 9 }]);
    }

    #[test]
    fn of_new_orders_only_who_wants_to_is_told() {
        let few = Wanted { new_orders: false, ..wanted() };
        assert_eq!(plan(&right(), &few), [Deed::Delete { id: 3 }]);
        assert_eq!(plan(&right()[..2], &few), []);
        assert!(matches!(
            plan(&right()[..2], &wanted()).as_slice(),
            [Deed::Create { scope: ORDER_CREATED, .. }]
        ));
    }

    #[test]
    fn hooks_of_other_scopes_stay() {
        let mut hooks = right();
        hooks.push(shown(7, "store/cart/created"));
        assert!(plan(&hooks, &wanted()).is_empty());
    }

    #[test]
    fn one_bad_hook_hides_no_other() {
        let good = json!({ "id": 3, "scope": "store/order/created", "destination": "https://a.example" });
        for bad in [json!(null), json!("x"), json!({}), json!({ "id": {} })] {
            let body = json!({ "data": [bad, good, bad] }).to_string();
            let hooks = parse_list(&crate::bigcommerce::tests::answer(200, &body)).expect("a list");
            assert_eq!(hooks.iter().map(|hook| hook.id).collect::<Vec<_>>(), [3]);
        }
    }

    #[test]
    fn a_message_names_its_order_and_the_same_message_is_the_same_hint() {
        let event = json!({ "scope": "store/order/statusUpdated", "hash": "h1", "created_at": 1795399140,
            "data": { "type": "order", "id": 118, "status": { "new_status_id": 11 } } });
        let (order, hint) = message(&event).expect("about an order");
        assert_eq!(order.get(), 118);
        assert_eq!(message(&event).map(|(_, hint)| hint), Some(hint));
    }

    #[test]
    fn a_change_of_status_tells_from_where_to_where() {
        let moved = |data: Value| {
            let event =
                json!({ "scope": "store/order/statusUpdated", "hash": "h2", "created_at": 1, "data": data });
            let About::Order { moved, .. } = message(&event).expect("about an order").1.about else {
                panic!("it is about an order");
            };
            moved
        };
        let told = moved(json!({ "id": 9, "status": { "previous_status_id": 2, "new_status_id": 11 } }));
        assert_eq!(
            told,
            Some(Moved { from: OrderStatus::SHIPPED, to: OrderStatus::AWAITING_FULFILLMENT, at: 1_000 })
        );
        for half in [
            json!({ "id": 9 }),
            json!({ "id": 9, "status": { "new_status_id": 11 } }),
            json!({ "id": 9, "status": { "previous_status_id": 300, "new_status_id": 11 } }),
        ] {
            assert_eq!(moved(half), None);
        }
    }

    #[test]
    fn a_refund_in_bigcommerce_is_about_its_order() {
        let event = json!({ "scope": "store/order/refund/created", "hash": "h3", "created_at": 1,
            "data": { "type": "order", "id": 9, "refund": { "refund_id": 5 } } });
        let (order, hint) = message(&event).expect("about an order");
        let scope = "store/order/refund/created".to_owned();
        assert_eq!((order.get(), hint.about), (9, About::Order { scope, moved: None }));
    }

    #[test]
    fn other_messages_are_about_nothing_of_ours() {
        for event in [
            json!(null),
            json!({ "scope": "store/order/statusUpdated" }),
            json!({ "scope": "store/order/statusUpdated", "hash": "h", "data": { "id": "x" } }),
            json!({ "scope": "store/cart/converted", "hash": "h", "data": { "id": 4 } }),
            json!({ "scope": "store/order/created", "hash": "h", "data": {} }),
        ] {
            assert!(message(&event).is_none(), "{event}");
        }
    }

    #[test]
    fn debug_hides_the_secret() {
        assert!(!format!("{:?}{:?}", plan(&[], &wanted()), wanted()).contains("h00k"));
    }
}
