//! Carries the core's calls out: adds address and secret, sends, parses. One retry, and only for a token that has
//! been replaced meanwhile.

use crate::bigcommerce::{self, order as bc_order};
use crate::config::Config;
use crate::crypto::{Secret, Vault};
use crate::http::{self, HttpRequest, Outcome};
use crate::komoju::{self, payment as km_payment, session as km_session};
use crate::log;
use crate::objects::store_client::StoreClient;
use crate::payment::call::{Answer, Call, Failure};
use crate::payment::ids::{AccountId, OrderId, StoreHash};
use crate::profile::{self, Profile, field};
use crate::shopper::links::Links;
use worker::Env;

/// Everything a call needs beside itself.
pub struct Remote<'a> {
    pub env: &'a Env,
    pub config: &'a Config,
    pub profile: &'a Profile,
    pub order: OrderId,
    pub now_ms: i64,
    /// A shopper waits for the answer.
    pub hurried: bool,
}

/// Everything that goes wrong before a call leaves: certainly without effect.
type Unsent = worker::Result<Answer>;

impl Remote<'_> {
    pub async fn call(&self, call: &Call) -> Answer {
        let answer = match call {
            Call::ReadOrder | Call::ReadProvider | Call::UpdateOrder { .. } => self.bigcommerce(call).await,
            Call::CreateSession(_)
            | Call::ReadSession { .. }
            | Call::CancelSession { .. }
            | Call::ReadPayment { .. }
            | Call::CancelPayment { .. } => self.komoju(call).await,
        };
        answer.unwrap_or_else(|error| {
            let what = ["not sent: ", &error.to_string()].concat();
            log::error("payment", "call_failed", &[("store", self.store().as_str()), ("error", &what)]);
            Answer::Failed(Failure::Later { after_ms: None })
        })
    }

    fn store(&self) -> &StoreHash {
        &self.profile.store
    }

    fn vault(&self) -> Vault<'_> {
        Vault::new(&self.config.encryption_keys)
    }

    async fn send(&self, mut request: HttpRequest) -> Outcome {
        if self.hurried {
            request.timeout_ms = http::START_TIMEOUT_MS;
        }
        let outcome = http::send(request.clone()).await;
        let (call, result) = (format!("{request:?}"), format!("{outcome:?}"));
        let fields = [
            ("store", self.store().as_str()),
            ("order", &self.order.to_string()),
            ("call", &call),
            ("result", &result),
        ];
        log::info("payment", "call", &fields);
        outcome
    }

    // ---- BigCommerce ---------------------------------------------------------------------------------------------

    async fn bigcommerce(&self, call: &Call) -> Unsent {
        let answer = self.bigcommerce_as(self.profile, call).await?;
        if answer != Answer::Failed(Failure::Unauthorized) {
            return Ok(answer);
        }
        // The copy in KV may be a minute old: ask the owner once before the store is called disconnected.
        let newer = profile::refresh(self.env, self.store())
            .await?
            .filter(|p| p.bigcommerce_token != self.profile.bigcommerce_token);
        if let Some(newer) = newer {
            return self.bigcommerce_as(&newer, call).await;
        }
        StoreClient::new(self.env, self.store())?.token_refused().await?;
        Ok(answer)
    }

    async fn bigcommerce_as(&self, profile: &Profile, call: &Call) -> Unsent {
        let Some(sealed) = &profile.bigcommerce_token else {
            return Ok(Answer::Failed(Failure::Unauthorized));
        };
        let token = self.vault().open(self.store(), field::BIGCOMMERCE_TOKEN, sealed).await?;
        let api = bigcommerce::Api {
            base: &self.config.bigcommerce_api_url,
            store: self.store(),
            token: &token,
            timeout_ms: http::TIMEOUT_MS,
        };
        Ok(match call {
            Call::ReadProvider => {
                bc_order::provider_answer(&self.send(bc_order::transactions(&api, self.order)).await)
            }
            Call::UpdateOrder { update, staff_notes } => {
                let request = bc_order::update(&api, self.order, update, staff_notes);
                bc_order::order_answer(&self.send(request).await)
            }
            _ => bc_order::order_answer(&self.send(bc_order::read(&api, self.order)).await),
        })
    }

    // ---- KOMOJU --------------------------------------------------------------------------------------------------

    async fn komoju(&self, call: &Call) -> Unsent {
        let Some(secret_key) = self.secret_key(account_of(call)).await? else {
            return Ok(Answer::Failed(Failure::Unauthorized));
        };
        let access = komoju::request::Access { base: &self.config.komoju_api_url, secret_key: &secret_key };
        let (request, parse): (HttpRequest, fn(&Outcome) -> Answer) = match call {
            Call::CreateSession(new) => {
                let return_url =
                    Links::new(self.config, self.store(), self.order, self.now_ms).back(new.attempt);
                (km_session::create(access, self.store(), self.order, new, &return_url), km_session::answer)
            }
            Call::ReadSession { session, .. } => (km_session::read(access, session), km_session::answer),
            Call::CancelSession { session, key, .. } => {
                (km_session::cancel(access, session, key), km_session::answer)
            }
            Call::ReadPayment { payment, .. } => (km_payment::read(access, payment), km_payment::answer),
            Call::CancelPayment { payment, key, .. } => {
                (km_payment::cancel(access, payment, key), km_payment::answer)
            }
            Call::ReadOrder | Call::ReadProvider | Call::UpdateOrder { .. } => {
                return Ok(Answer::Failed(Failure::Forbidden));
            }
        };
        Ok(parse(&self.send(request).await))
    }

    /// The key of the account that made the attempt, which need not be the one in use now.
    async fn secret_key(&self, account: Option<&AccountId>) -> worker::Result<Option<Secret>> {
        let Some(account) = account.and_then(|id| self.profile.account(id)) else { return Ok(None) };
        let key = self.vault().open(self.store(), field::KOMOJU_SECRET_KEY, &account.secret_key).await?;
        Ok(Some(key))
    }
}

fn account_of(call: &Call) -> Option<&AccountId> {
    match call {
        Call::CreateSession(new) => Some(&new.terms.account),
        Call::ReadSession { account, .. }
        | Call::CancelSession { account, .. }
        | Call::ReadPayment { account, .. }
        | Call::CancelPayment { account, .. } => Some(account),
        Call::ReadOrder | Call::ReadProvider | Call::UpdateOrder { .. } => None,
    }
}
