//! What a script may be: <https://developer.bigcommerce.com/docs/integrations/scripts>.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};
use time::OffsetDateTime;

use crate::bigcommerce::errors::ApiError;
use crate::bigcommerce::store::{Script, Store};

/// What the rules depend on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rules<'a> {
    /// The one origin that may be plain http here.
    pub app_url: &'a str,
    /// Whether the app holds the *Checkout content* scope.
    pub checkout: bool,
    /// The store's.
    pub channels: &'a [u64],
}

const HTML_LIMIT: usize = 65_536;
const HASHES: usize = 5;

/// A script before its fields are set, with the API's defaults.
pub(super) fn blank(client_id: &str) -> Script {
    let now = OffsetDateTime::now_utc();
    Script {
        uuid: String::new(),
        name: String::new(),
        description: String::new(),
        kind: "src".into(),
        src: String::new(),
        html: String::new(),
        load_method: "default".into(),
        location: "head".into(),
        visibility: "storefront".into(),
        consent_category: "unknown".into(),
        auto_uninstall: false,
        enabled: true,
        channel_id: Store::CHANNEL,
        integrity_hashes: Vec::new(),
        api_client_id: client_id.into(),
        created: now,
        modified: now,
    }
}

/// Sets the given fields, then checks the whole.
pub(super) fn change(
    mut script: Script,
    fields: &Map<String, Value>,
    rules: &Rules,
) -> Result<Script, ApiError> {
    for (name, value) in fields {
        set(&mut script, name, value)?;
    }
    check(&script, rules)?;
    Ok(script)
}

fn set(script: &mut Script, name: &str, value: &Value) -> Result<(), ApiError> {
    let bad = |message: &str| ApiError::v3_fields(&[(name, message)]);
    let text = || value.as_str().map(str::to_owned).ok_or_else(|| bad("error.expected.jsstring"));
    let flag = || value.as_bool().ok_or_else(|| bad("error.expected.jsboolean"));
    let one_of = |allowed: &[&str]| {
        text().and_then(|text| {
            if allowed.contains(&text.as_str()) { Ok(text) } else { Err(bad("error.invalid.value")) }
        })
    };
    match name {
        "name" => script.name = text()?,
        "description" => script.description = text()?,
        "src" => script.src = text()?,
        "html" => script.html = text()?,
        "kind" => script.kind = one_of(&["src", "script_tag"])?,
        "load_method" => script.load_method = one_of(&["default", "async", "defer"])?,
        "location" => script.location = one_of(&["head", "footer"])?,
        "visibility" => {
            script.visibility = one_of(&["storefront", "all_pages", "checkout", "order_confirmation"])?
        }
        "consent_category" => {
            script.consent_category = one_of(&["essential", "functional", "analytics", "targeting"])?;
        }
        "auto_uninstall" => script.auto_uninstall = flag()?,
        "enabled" => script.enabled = flag()?,
        "channel_id" => script.channel_id = value.as_u64().ok_or_else(|| bad("error.expected.jsnumber"))?,
        "integrity_hashes" => {
            script.integrity_hashes = hashes(value).ok_or_else(|| bad("error.invalid.integrity_hash"))?;
        }
        // Read-only fields and fields nobody knows are left alone.
        _ => {}
    }
    Ok(())
}

fn hashes(value: &Value) -> Option<Vec<String>> {
    let list = value.as_array().filter(|list| list.len() <= HASHES)?;
    list.iter().map(|hash| hash.as_str().filter(|hash| is_integrity(hash)).map(str::to_owned)).collect()
}

/// `sha256-…`, `sha384-…` or `sha512-…` with base64 of that many bits.
fn is_integrity(hash: &str) -> bool {
    let Some((algorithm, digest)) = hash.split_once('-') else { return false };
    let bytes = match algorithm {
        "sha256" => 32,
        "sha384" => 48,
        "sha512" => 64,
        _ => return false,
    };
    STANDARD.decode(digest).is_ok_and(|raw| raw.len() == bytes)
}

fn check(script: &Script, rules: &Rules) -> Result<(), ApiError> {
    let bad = |name: &str, message: &str| Err(ApiError::v3_fields(&[(name, message)]));
    let length = script.name.chars().count();
    if !(1..=255).contains(&length) {
        return bad("name", if length == 0 { "error.path.missing." } else { "error.maxLength" });
    }
    if !rules.channels.contains(&script.channel_id) {
        return bad("channel_id", "The channel does not exist.");
    }
    if !rules.checkout && matches!(script.visibility.as_str(), "all_pages" | "checkout") {
        return Err(ApiError::missing_scope());
    }
    if script.kind == "src" { check_src(script, rules) } else { check_tag(script) }
}

fn check_src(script: &Script, rules: &Rules) -> Result<(), ApiError> {
    let bad = |name: &str, message: &str| Err(ApiError::v3_fields(&[(name, message)]));
    let ours = script.src.strip_prefix(rules.app_url).is_some_and(|rest| rest.starts_with('/'));
    if script.src.is_empty() {
        return bad("src", "error.path.missing.");
    }
    if !ours && !script.src.starts_with("https://") {
        return bad("src", "The script must be served over HTTPS.");
    }
    if !script.html.is_empty() {
        return bad("html", "A script of kind src has no html.");
    }
    Ok(())
}

fn check_tag(script: &Script) -> Result<(), ApiError> {
    let bad = |name: &str, message: &str| Err(ApiError::v3_fields(&[(name, message)]));
    let html = script.html.to_ascii_lowercase();
    if html.matches("<script").count() != 1 || html.matches("</script>").count() != 1 {
        return bad("html", "The html must contain exactly one script tag.");
    }
    if html.chars().count() > HTML_LIMIT {
        return bad("html", "error.maxLength");
    }
    if !script.src.is_empty() {
        return bad("src", "A script of kind script_tag has no src.");
    }
    if script.load_method != "default" {
        return bad("load_method", "A script of kind script_tag loads by the default method.");
    }
    if !script.integrity_hashes.is_empty() {
        return bad("integrity_hashes", "Integrity hashes are for scripts of kind src.");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const RULES: Rules =
        Rules { app_url: "http://app.localhost:8787", checkout: true, channels: &[Store::CHANNEL] };

    fn made(fields: Value, rules: &Rules) -> Result<Script, ApiError> {
        let Value::Object(fields) = fields else { panic!("an object is given") };
        change(blank("client"), &fields, rules)
    }

    fn refused(fields: Value) -> bool {
        made(fields, &RULES).is_err()
    }

    #[test]
    fn a_script_by_address_carries_its_hashes() {
        let hash = format!("sha384-{}", STANDARD.encode([7; 48]));
        let script = made(
            json!({ "name": "Pay", "kind": "src", "src": "http://app.localhost:8787/storefront/x.js",
                    "integrity_hashes": [hash], "visibility": "order_confirmation" }),
            &RULES,
        );
        assert_eq!(script.expect("it is good").integrity_hashes, [hash]);
    }

    #[test]
    fn what_does_not_fit_its_kind_is_refused() {
        let src = "https://pay.example.com/x.js";
        assert!(refused(json!({ "src": src })));
        assert!(refused(json!({ "name": "Pay" })));
        assert!(refused(json!({ "name": "Pay", "src": src, "channel_id": Store::SECOND_CHANNEL })));
        assert!(refused(json!({ "name": "Pay", "src": "http://pay.example.com/x.js" })));
        assert!(refused(json!({ "name": "Pay", "src": src, "html": "<script></script>" })));
        assert!(refused(json!({ "name": "Pay", "src": src, "integrity_hashes": ["sha384-short"] })));
        assert!(refused(json!({ "name": "Pay", "src": src, "consent_category": "unknown" })));
        assert!(refused(json!({ "name": "Pay", "kind": "script_tag", "html": "<b>no script</b>" })));
        assert!(refused(json!({ "name": "Pay", "kind": "script_tag", "html": "<script>1</script>",
                                "load_method": "async" })));
    }

    #[test]
    fn checkout_pages_need_their_own_scope() {
        let rules = Rules { checkout: false, ..RULES };
        let script = |visibility: &str| {
            made(
                json!({ "name": "Pay", "src": "https://pay.example.com/x.js", "visibility": visibility }),
                &rules,
            )
        };
        assert!(script("order_confirmation").is_ok());
        assert!(script("all_pages").is_err());
    }
}
