//! The single-click installation: what BigCommerce calls `/auth` with, and the exchange of its code for the store's
//! token. <https://developer.bigcommerce.com/docs/integrations/apps/guide/auth>

use crate::http::{HttpRequest, Outcome, TIMEOUT_MS};
use crate::secret::Secret;
use crate::state::failure::Failure;
use crate::url::{Pair, value};
use crate::values::ids::StoreHash;
use serde::{Deserialize, Serialize};
use serde_json::json;

/// The scopes that we ask for at installation: all that will ever be needed, because adding one later makes every
/// token worthless. The README says what needs each of them.
pub const SCOPES: [&str; 8] = [
    "store_v2_orders",
    "store_v2_content",
    "store_content_checkout",
    "store_v2_information_read_only",
    "store_v2_transactions_read_only",
    "store_channel_settings_read_only",
    "store_sites_read_only",
    "store_app_extensions_manage",
];

/// This app as it is registered with BigCommerce.
#[derive(Debug, Clone, Copy)]
pub struct App<'a> {
    /// The variable BIGCOMMERCE_LOGIN_URL.
    pub login_url: &'a str,
    /// The variable APP_URL.
    pub app_url: &'a str,
    pub client_id: &'a str,
    pub client_secret: &'a Secret,
}

/// What BigCommerce hands over with the merchant's consent. Worth nothing until the code is exchanged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    pub store: StoreHash,
    pub code: String,
    pub scope: String,
}

/// Why `/auth` was called in vain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GrantError {
    /// This parameter is missing or malformed.
    Parameter(&'static str),
    /// The app's registration with BigCommerce lacks these scopes.
    Scopes(Vec<&'static str>),
}

impl Grant {
    /// Reads the query of `/auth`. The scopes are compared before anything is exchanged: with too few of them the
    /// installation would seem to work, and the first refund or the first script would fail.
    pub fn parse(query: &[Pair]) -> Result<Self, GrantError> {
        let get = |name: &'static str| {
            let text = value(query, name).filter(|v| !v.is_empty() && v.len() <= 4096);
            text.ok_or(GrantError::Parameter(name))
        };
        let context = get("context")?.strip_prefix("stores/").and_then(|hash| StoreHash::parse(hash).ok());
        let grant = Self {
            store: context.ok_or(GrantError::Parameter("context"))?,
            code: get("code")?.to_owned(),
            scope: get("scope")?.to_owned(),
        };
        match missing_scopes(&grant.scope) {
            missing if missing.is_empty() => Ok(grant),
            missing => Err(GrantError::Scopes(missing)),
        }
    }
}

/// The scopes that we need and `granted` (separated by spaces) does not hold. BigCommerce adds some of its own
/// accord, so more than asked for is no error.
fn missing_scopes(granted: &str) -> Vec<&'static str> {
    let granted: Vec<&str> = granted.split_whitespace().collect();
    SCOPES.into_iter().filter(|scope| !granted.contains(scope)).collect()
}

/// Exchanges the code for a token. `redirect_uri` must be the registered callback, to the letter.
pub fn exchange_request(app: App<'_>, grant: &Grant) -> HttpRequest {
    let context = ["stores/", grant.store.as_str()].concat();
    let redirect_uri = [app.app_url, "/auth"].concat();
    let body = json!({
        "client_id": app.client_id,
        "client_secret": app.client_secret.expose(),
        "code": grant.code,
        "scope": grant.scope,
        "context": context,
        "grant_type": "authorization_code",
        "redirect_uri": redirect_uri,
    });
    let text = |name: &str| (name.to_owned(), "application/json".to_owned());
    HttpRequest {
        method: "POST",
        url: [app.login_url, "/oauth2/token"].concat(),
        headers: vec![text("content-type"), text("accept")],
        body: Some(body.to_string()),
        timeout_ms: TIMEOUT_MS,
    }
}

/// A store's access token, and who consented.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consent {
    pub token: Secret,
    pub user_id: u64,
    pub user_email: String,
    /// The store's owner; the user, if BigCommerce names no owner.
    pub owner_id: u64,
}

#[derive(Deserialize)]
struct Body {
    access_token: String,
    scope: String,
    context: String,
    user: Person,
    owner: Option<Person>,
}

#[derive(Deserialize)]
struct Person {
    id: u64,
    email: Option<String>,
}

/// The answer to [`exchange_request`]. Errors also: a token for another store, or with fewer scopes than asked for.
pub fn consent(outcome: &Outcome, grant: &Grant) -> Result<Consent, Failure> {
    let refused = |message: &str| Failure::Refused {
        status: 200,
        code: String::new(),
        param: String::new(),
        message: message.to_owned(),
    };
    let body: Body = super::read(outcome)?.ok_or_else(|| refused("an empty answer"))?;
    if body.context != ["stores/", grant.store.as_str()].concat() {
        return Err(refused("a token for another store"));
    }
    if !missing_scopes(&body.scope).is_empty() || body.access_token.is_empty() {
        return Err(refused("a token with fewer scopes than asked for"));
    }
    let user_id = body.user.id;
    Ok(Consent {
        token: Secret::new(body.access_token),
        user_id,
        user_email: body.user.email.unwrap_or_default(),
        owner_id: body.owner.map_or(user_id, |o| o.id),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bigcommerce::tests::answer;
    use crate::url::pairs;

    fn all_scopes() -> String {
        SCOPES.join(" ")
    }

    fn query(scope: &str, context: &str) -> Vec<Pair> {
        pairs(&crate::url::form(&[
            ("code", "c0de"),
            ("scope", scope),
            ("context", context),
            ("account_uuid", "u"),
        ]))
    }

    fn grant() -> Grant {
        Grant::parse(&query(&all_scopes(), "stores/q7w8e9")).expect("a whole query")
    }

    #[test]
    fn more_scopes_than_needed_are_welcome_and_fewer_are_named() {
        let more = [&all_scopes(), " users_basic_information"].concat();
        assert!(Grant::parse(&query(&more, "stores/q7w8e9")).is_ok());
        let fewer = all_scopes().replace("store_v2_content ", "").replace("store_sites_read_only ", "");
        let error = Grant::parse(&query(&fewer, "stores/q7w8e9")).expect_err("two are missing");
        assert_eq!(error, GrantError::Scopes(vec!["store_v2_content", "store_sites_read_only"]));
    }

    #[test]
    fn a_context_that_is_no_store_is_refused() {
        for context in ["q7w8e9", "stores/", "stores/a/../b", "stores/A B", "stores/x?y"] {
            let error = Grant::parse(&query(&all_scopes(), context)).expect_err(context);
            assert_eq!(error, GrantError::Parameter("context"));
        }
        assert_eq!(Grant::parse(&[]).expect_err("nothing given"), GrantError::Parameter("context"));
    }

    #[test]
    fn the_exchange_repeats_the_registered_callback() {
        let secret = Secret::new("s3cret");
        let app = App {
            login_url: "https://login.bigcommerce.com",
            app_url: "https://app.example",
            client_id: "c1ient",
            client_secret: &secret,
        };
        let request = exchange_request(app, &grant());
        let body: serde_json::Value = serde_json::from_str(&request.body.expect("a body")).expect("JSON");
        assert_eq!(request.url, "https://login.bigcommerce.com/oauth2/token");
        assert_eq!(body["redirect_uri"], "https://app.example/auth");
        assert_eq!(body["context"], "stores/q7w8e9");
        assert_eq!(body["grant_type"], "authorization_code");
    }

    #[test]
    fn a_token_for_another_store_or_with_less_reach_is_refused() {
        let body = |context: &str, scope: &str| {
            let (token, user) = ("t0ken", json!({ "id": 5, "username": "u", "email": "u@shop.example" }));
            json!({ "access_token": token, "scope": scope, "context": context, "user": user, "owner": { "id": 9 } })
        };
        let read =
            |context: &str, scope: &str| consent(&answer(200, &body(context, scope).to_string()), &grant());
        let good = read("stores/q7w8e9", &all_scopes()).expect("it is what was asked for");
        assert_eq!((good.user_id, good.owner_id, good.token.expose()), (5, 9, "t0ken"));
        assert!(matches!(read("stores/other", &all_scopes()), Err(Failure::Refused { .. })));
        assert!(matches!(read("stores/q7w8e9", "store_v2_orders"), Err(Failure::Refused { .. })));
    }
}
