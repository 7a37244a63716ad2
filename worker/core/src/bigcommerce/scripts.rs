//! The registration of our storefront script: one per storefront, in the head of the confirmation page, pinned by its
//! integrity hash, and `async`, so that a host of ours that hangs does not hold up a page.
//! <https://developer.bigcommerce.com/docs/integrations/scripts>
//!
//! A script that is missing or was changed is put right whenever we look. One that the merchant has switched off
//! stays off until the merchant asks for repair: it is their storefront.

use super::{Api, Data, NotOne, read};
use crate::http::{HttpRequest, Outcome};
use crate::json::{Each, flag, present, text, unsigned};
use crate::state::failure::Failure;
use crate::state::settings::Provider;
use crate::values::ids::StoreHash;
use serde::Deserialize;
use serde_json::{Value, json};

/// The name under which the merchant sees it in Script Manager.
pub const NAME: &str = "KOMOJU payments";
/// `async`: the page never waits for the script, which asks for whatever it missed. BigCommerce takes this with
/// `kind: src` only.
const LOAD_METHOD: &str = "async";

/// Asks for all scripts of the app in this store. One page holds them all.
pub fn list_request(api: Api<'_>) -> HttpRequest {
    api.get("/v3/content/scripts?limit=250")
}

/// A script of ours as BigCommerce has it. The API shows an app its own scripts only.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Value")]
pub struct Script {
    pub uuid: String,
    name: String,
    src: Option<String>,
    kind: String,
    location: String,
    load_method: String,
    visibility: String,
    consent_category: Option<String>,
    auto_uninstall: bool,
    enabled: bool,
    channel_id: Option<u64>,
    integrity_hashes: Option<Vec<String>>,
}

impl TryFrom<Value> for Script {
    type Error = NotOne;

    fn try_from(value: Value) -> Result<Self, NotOne> {
        let script = &value;
        let uuid = text(script, "uuid");
        if uuid.is_empty() {
            return Err(NotOne);
        }
        let optional = |field| present(script, field).and_then(Value::as_str).map(str::to_owned);
        let hashes = present(script, "integrity_hashes").and_then(Value::as_array);
        Ok(Self {
            uuid,
            name: text(script, "name"),
            src: optional("src"),
            kind: text(script, "kind"),
            location: text(script, "location"),
            load_method: text(script, "load_method"),
            visibility: text(script, "visibility"),
            consent_category: optional("consent_category"),
            auto_uninstall: flag(script, "auto_uninstall"),
            enabled: script.get("enabled").and_then(Value::as_bool).unwrap_or(true),
            channel_id: unsigned(script, "channel_id"),
            integrity_hashes: hashes
                .map(|list| list.iter().filter_map(Value::as_str).map(str::to_owned).collect()),
        })
    }
}

/// The answer to [`list_request`]. A script that cannot be read is left out.
pub fn parse_list(outcome: &Outcome) -> Result<Vec<Script>, Failure> {
    let scripts: Option<Data<Each<Script>>> = read(outcome)?;
    Ok(scripts.map(|s| s.data.read).unwrap_or_default())
}

/// The build that the storefronts should carry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    pub src: String,
    /// Its SRI hash (`sha384-…`): a browser runs no other bytes.
    pub integrity: String,
}

impl Wanted {
    /// The script's address for one store. `hash` names the build. `methods` are the offline methods that are ours,
    /// so that the script leaves all other orders alone without asking anyone.
    pub fn new(app_url: &str, store: &StoreHash, hash: &str, integrity: &str, methods: &[Provider]) -> Self {
        let methods = methods.iter().map(|m| m.id()).collect::<Vec<_>>().join(",");
        let query = [".js?store=", store.as_str(), "&methods=", &methods].concat();
        Self { src: [app_url, "/storefront/", hash, &query].concat(), integrity: integrity.to_owned() }
    }

    /// True if the script is as it should be, whether it is switched on or not.
    fn is(&self, script: &Script) -> bool {
        script.src.as_deref() == Some(self.src.as_str())
            && script.integrity_hashes.as_deref() == Some(std::slice::from_ref(&self.integrity))
            && (script.kind.as_str(), script.location.as_str()) == ("src", "head")
            && (script.load_method.as_str(), script.visibility.as_str())
                == (LOAD_METHOD, "order_confirmation")
            && script.consent_category.as_deref() == Some("essential")
            && script.auto_uninstall
    }

    fn body(&self, channel: u64, enabled: bool) -> Value {
        json!({
            "name": NAME,
            "description": "Starts and shows KOMOJU payments on the order confirmation page.",
            "kind": "src",
            "src": self.src,
            "location": "head",
            "load_method": LOAD_METHOD,
            "visibility": "order_confirmation",
            "consent_category": "essential",
            "auto_uninstall": true,
            "enabled": enabled,
            "channel_id": channel,
            "integrity_hashes": [self.integrity],
        })
    }
}

/// One change to make at BigCommerce.
#[derive(Debug, Clone, PartialEq)]
pub enum Deed {
    Create { channel: u64, body: Value },
    Update { channel: u64, uuid: String, body: Value },
    Delete { uuid: String },
}

/// What we must do, and what only the merchant may do.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Plan {
    pub deeds: Vec<Deed>,
    /// The storefronts whose script the merchant has switched off.
    pub disabled: Vec<u64>,
}

/// The changes that make `found` into what is wanted, one script per storefront. `repair`: the merchant asked for it,
/// so what is off is switched on. If `channels` is empty, the storefronts are not known, and nothing is taken away.
pub fn plan(found: &[Script], channels: &[u64], wanted: &Wanted, repair: bool) -> Plan {
    let mut plan = Plan::default();
    if channels.is_empty() {
        return plan;
    }
    let mut rest: Vec<&Script> = found.iter().filter(|s| is_ours(s)).collect();
    for &channel in channels {
        let mine = |s: &&Script| s.channel_id.map_or(channels.len() == 1, |id| id == channel);
        let script = rest.iter().position(mine).map(|at| rest.remove(at));
        plan.channel(channel, script, wanted, repair);
    }
    plan.deeds.extend(rest.into_iter().map(|s| Deed::Delete { uuid: s.uuid.clone() }));
    plan
}

impl Plan {
    /// What becomes of one storefront's script.
    fn channel(&mut self, channel: u64, script: Option<&Script>, wanted: &Wanted, repair: bool) {
        let Some(script) = script else {
            return self.deeds.push(Deed::Create { channel, body: wanted.body(channel, true) });
        };
        let enabled = script.enabled || repair;
        if !enabled {
            self.disabled.push(channel);
        }
        if !wanted.is(script) || script.enabled != enabled {
            let body = wanted.body(channel, enabled);
            self.deeds.push(Deed::Update { channel, uuid: script.uuid.clone(), body });
        }
    }
}

/// True if the script is ours: by its name, or by an address that only this app serves, should the merchant have
/// renamed it.
fn is_ours(script: &Script) -> bool {
    script.name == NAME || script.src.as_deref().is_some_and(|src| src.contains("/storefront/"))
}

impl Deed {
    /// The storefront that it is about; None if it only tidies up.
    pub fn channel(&self) -> Option<u64> {
        match self {
            Self::Create { channel, .. } | Self::Update { channel, .. } => Some(*channel),
            Self::Delete { .. } => None,
        }
    }

    /// The request that makes the change.
    pub fn request(&self, api: Api<'_>) -> HttpRequest {
        let one = |uuid: &str| ["/v3/content/scripts/", uuid].concat();
        match self {
            Self::Create { body, .. } => api.request("POST", "/v3/content/scripts", Some(body.to_string())),
            Self::Update { uuid, body, .. } => api.request("PUT", &one(uuid), Some(body.to_string())),
            Self::Delete { uuid } => api.request("DELETE", &one(uuid), None),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::read_value;

    fn wanted() -> Wanted {
        let store = StoreHash::parse("q7w8e9").expect("a hash");
        Wanted::new("https://app.example", &store, "ab12", "sha384-new", &[Provider::InStore, Provider::Cod])
    }

    /// What BigCommerce would show after `body` was sent.
    fn shown(uuid: &str, body: &Value) -> Script {
        let mut body = body.clone();
        body["uuid"] = json!(uuid);
        read_value(body).expect("BigCommerce echoes what it took")
    }

    fn right(channel: u64) -> Script {
        shown("u1", &wanted().body(channel, true))
    }

    #[test]
    fn the_address_names_build_store_and_methods() {
        assert_eq!(wanted().src, "https://app.example/storefront/ab12.js?store=q7w8e9&methods=instore,cod");
    }

    #[test]
    fn a_storefront_without_script_gets_one() {
        let plan = plan(&[right(1)], &[1, 2], &wanted(), false);
        assert!(matches!(plan.deeds.as_slice(), [Deed::Create { channel: 2, .. }]), "{plan:?}");
    }

    #[test]
    fn one_bad_script_hides_no_other() {
        let good = json!({ "uuid": "u1", "name": NAME, "description": { "odd": 1 }, "channel_id": "2" });
        for bad in [json!(null), json!([]), json!({}), json!({ "uuid": 0.5, "name": [] , "uuid ": 1 })] {
            let body = json!({ "data": [good, bad] }).to_string();
            let scripts = parse_list(&crate::bigcommerce::tests::answer(200, &body)).expect("a list");
            assert_eq!((scripts[0].uuid.as_str(), scripts[0].channel_id), ("u1", Some(2)));
        }
    }

    #[test]
    fn what_is_right_is_left_alone() {
        assert_eq!(plan(&[right(1)], &[1], &wanted(), false), Plan::default());
        assert_eq!(plan(&[right(1)], &[1], &wanted(), true), Plan::default());
    }

    #[test]
    fn every_changed_field_is_put_right() {
        for (field, value) in [
            ("src", json!("https://app.example/storefront/old.js?store=q7w8e9")),
            ("integrity_hashes", json!(["sha384-old"])),
            ("integrity_hashes", json!(null)),
            ("location", json!("footer")),
            ("load_method", json!("default")),
            ("load_method", json!("defer")),
            ("visibility", json!("all_pages")),
            ("consent_category", json!("analytics")),
            ("auto_uninstall", json!(false)),
        ] {
            let mut body = wanted().body(1, true);
            body[field] = value;
            let plan = plan(&[shown("u1", &body)], &[1], &wanted(), false);
            assert!(matches!(plan.deeds.as_slice(), [Deed::Update { .. }]), "{field}");
        }
    }

    #[test]
    fn what_the_merchant_switched_off_stays_off_until_they_ask() {
        let off = shown("u1", &wanted().body(1, false));
        let quiet = plan(std::slice::from_ref(&off), &[1], &wanted(), false);
        assert_eq!((quiet.deeds.len(), quiet.disabled), (0, vec![1]));
        let asked = plan(&[off], &[1], &wanted(), true);
        assert!(matches!(asked.deeds.as_slice(), [Deed::Update { body, .. }] if body["enabled"] == true));
        assert!(asked.disabled.is_empty());
    }

    #[test]
    fn a_new_build_reaches_a_switched_off_script_without_switching_it_on() {
        let mut body = wanted().body(1, false);
        body["integrity_hashes"] = json!(["sha384-old"]);
        let plan = plan(&[shown("u1", &body)], &[1], &wanted(), false);
        assert!(matches!(plan.deeds.as_slice(), [Deed::Update { body, .. }] if body["enabled"] == false));
        assert_eq!(plan.disabled, [1]);
    }

    #[test]
    fn doubles_and_closed_storefronts_scripts_go_and_foreign_ones_stay() {
        let double = shown("u2", &wanted().body(1, true));
        let closed = shown("u3", &wanted().body(9, true));
        let mut foreign = wanted().body(1, true);
        foreign["name"] = json!("Some chat");
        foreign["src"] = json!("https://chat.example/x.js");
        let plan = plan(&[right(1), double, closed, shown("u4", &foreign)], &[1], &wanted(), false);
        let gone = |uuid: &str| Deed::Delete { uuid: uuid.to_owned() };
        assert_eq!(plan.deeds, [gone("u2"), gone("u3")]);
    }

    #[test]
    fn where_no_storefront_is_known_every_script_stays() {
        assert_eq!(plan(&[right(1)], &[], &wanted(), true), Plan::default());
    }

    #[test]
    fn a_script_without_channel_belongs_to_the_only_storefront() {
        let mut body = wanted().body(1, true);
        body["channel_id"] = json!(null);
        assert!(plan(&[shown("u1", &body)], &[1], &wanted(), false).deeds.is_empty());
    }
}
