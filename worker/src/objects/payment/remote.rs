//! Carries the core's calls out: adds address and secret, opens what is sealed, sends, parses.
//!
//! The machine decides when to retry, by its ladder. There are three exceptions here, none of which can repeat an
//! effect:
//! - BigCommerce refused our token, and the store's object has a newer one than the copy in KV;
//! - KOMOJU refused a key that the merchant has replaced, so the new key is tried;
//! - KOMOJU refused a refund request for the form of its bank account number: it is sent as a JSON number instead,
//!   under a key of its own (`komoju::refund::with_number`).

use crate::config::Config;
use crate::crypto::{SealError, Vault};
use crate::fetch;
use crate::links::{Links, is_on};
use crate::log;
use crate::objects::messages::store::Importance;
use crate::objects::profiles::{self, Absent, Doubt};
use crate::objects::store_client::StoreClient;
use crate::profile::{KomojuAccount, Profile, field};
use domain::bigcommerce;
use domain::http::{self, HttpRequest, Outcome};
use domain::json::read;
use domain::komoju;
use domain::state::call::{Answer, Call};
use domain::state::failure::Failure;
use domain::values::ids::{AccountId, OrderId, StoreHash};
use domain::wire::{self, Upstream};
use std::borrow::Cow;
use std::cell::Cell;
use worker::Env;
use worker::wasm_bindgen_futures::spawn_local;

/// Everything a call needs besides itself.
pub struct CallSurroundings<'a> {
    pub env: &'a Env,
    pub config: &'a Config,
    pub profile: &'a Profile,
    pub order: OrderId,
    /// Ms since the epoch.
    pub now_ms: i64,
    /// A shopper is waiting: shorter timeout, and no asking for a slot.
    pub hurried: bool,
    /// No call needs a slot. Taken back as soon as an answer says that the quota runs low.
    pub quota_is_free: &'a Cell<bool>,
}

/// The result of preparing and sending a call. Err: it failed before anything left this worker, so it certainly had
/// no effect.
type Unsent = worker::Result<Answer>;

impl CallSurroundings<'_> {
    /// Makes the call. What failed before it left becomes "try later", never "indeterminate".
    pub async fn call(&self, call: &Call) -> Answer {
        let answer = match wire::side(call) {
            Upstream::BigCommerce => self.bigcommerce(call).await,
            Upstream::Komoju(account) => self.komoju(account, call).await,
        };
        answer.unwrap_or_else(|error| {
            let what = ["not sent: ", &error.to_string()].concat();
            log::error("payment", "call_failed", &[("store", self.store().as_str()), ("error", &what)]);
            Answer::Failed(Failure::later(None))
        })
    }

    fn store(&self) -> &StoreHash {
        &self.profile.store
    }

    fn vault(&self) -> Vault<'_> {
        Vault::new(&self.config.encryption_keys)
    }

    /// Sends a request, logs the call and its result (without secrets and bodies), and passes on what the answer says
    /// about the quota.
    async fn send(&self, mut request: HttpRequest) -> Outcome {
        if self.hurried {
            request.timeout_ms = http::START_TIMEOUT_MS;
        }
        let outcome = fetch::send(request.clone()).await;
        let (call, result) = (format!("{request:?}"), format!("{outcome:?}"));
        let fields = [
            ("store", self.store().as_str()),
            ("order", &self.order.to_string()),
            ("call", &call),
            ("result", &result),
        ];
        log::info("payment", "call", &fields);
        self.pass_on_quota(&outcome);
        outcome
    }

    // ---- BigCommerce ---------------------------------------------------------------------------------------------

    /// A call to BigCommerce: waits for its slot, and tries a newer token once if ours is refused.
    async fn bigcommerce(&self, call: &Call) -> Unsent {
        if let Some(wait_ms) = self.must_wait(call).await {
            return Ok(Answer::Failed(Failure::later(Some(wait_ms))));
        }
        let answer = self.bigcommerce_as(self.profile, call).await?;
        if answer != Answer::Failed(Failure::Unauthorized) {
            return Ok(answer);
        }
        // The copy in KV may be a minute old, so the token may have been replaced: ask the store's object once before
        // we call the store disconnected.
        match profiles::refresh(self.env, self.store(), Doubt::Token).await? {
            Ok(newer) if newer.bigcommerce_token != self.profile.bigcommerce_token => {
                self.bigcommerce_as(&newer, call).await
            }
            // The store's object did not answer, so we cannot tell if the refused token is the current one: conclude
            // nothing.
            Err(Absent::CannotTell) => Ok(Answer::Failed(Failure::later(None))),
            Ok(_) | Err(Absent::NeverInstalled) => {
                StoreClient::new(self.env, self.store())?.token_refused().await?;
                Ok(answer)
            }
        }
    }

    /// How many ms to wait for BigCommerce's quota, or None to go ahead. A start never asks: a shopper is waiting.
    /// Everything else gives way while the store's quota is low; while it is not, nobody asks.
    async fn must_wait(&self, call: &Call) -> Option<u64> {
        let importance = match call {
            _ if self.hurried || self.quota_is_free.get() => return None,
            Call::UpdateOrder { update, .. } if update.status.is_none() => Importance::Note,
            _ => Importance::Money,
        };
        StoreClient::new(self.env, self.store()).ok()?.slot(importance).await
    }

    /// Tells the store's object that the quota runs low. Nobody waits for it.
    fn pass_on_quota(&self, outcome: &Outcome) {
        let Outcome::Answer { headers, .. } = outcome else { return };
        let Some(rate) = headers.rate.filter(|rate| rate.is_low()) else { return };
        self.quota_is_free.set(false);
        let Ok(store) = StoreClient::new(self.env, self.store()) else { return };
        spawn_local(async move {
            if let Err(error) = store.quota(rate).await {
                log::warn("payment", "quota_not_passed_on", &[("error", &error.to_string())]);
            }
        });
    }

    /// A call with the token of this profile. `Unauthorized`: there is none, because the store is uninstalled.
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
        Ok(self.carry(wire::to_bigcommerce(call, &api, self.order)).await)
    }

    // ---- KOMOJU --------------------------------------------------------------------------------------------------

    /// Uses the key of the account that made the attempt, which need not be the account in use now.
    async fn komoju(&self, account: &AccountId, call: &Call) -> Unsent {
        let Some(account) = self.profile.account(account) else {
            return Ok(Answer::Failed(Failure::Unauthorized));
        };
        let opened = match self.opened(call).await? {
            Ok(opened) => opened,
            Err(failure) => return Ok(Answer::Failed(failure)),
        };
        let call = opened.as_ref();
        let answer = self.komoju_as(account, call).await?;
        // The merchant may have replaced this key and revoked it at KOMOJU. The new key of the same merchant sees the
        // same objects; another merchant's key sees none of them.
        let successor =
            self.profile.current_account().filter(|a| a.id != account.id && a.mode == account.mode);
        match successor {
            Some(successor) if answer == Answer::Failed(Failure::Unauthorized) => {
                self.komoju_by_successor(successor, call).await
            }
            _ => Ok(answer),
        }
    }

    /// Repeats the call with the merchant's current key.
    ///
    /// The current key may belong to another KOMOJU merchant, which has none of this order's objects. So an object
    /// that it finds is this order's, but "not found" is believed only after the same key has read the attempt's own
    /// session. Otherwise all we know is that the attempt's key is no longer good (`Unauthorized`).
    ///
    /// ```text
    /// key A made session S; the merchant now uses key B; A answers 401
    /// B finds payment P                      -> P is this order's: believe it
    /// B: no payment P, but B reads S         -> same merchant: P does not exist
    /// B: no payment P, and B cannot read S   -> another merchant: nothing is known about P
    /// ```
    async fn komoju_by_successor(&self, successor: &KomojuAccount, call: &Call) -> Unsent {
        let answer = self.komoju_as(successor, call).await?;
        if !wire::says_there_is_none(call, &answer) {
            return Ok(answer);
        }
        let proved = match wire::proof_of_merchant(call) {
            Some(proof) => matches!(self.komoju_as(successor, &proof).await?, Answer::Session(_)),
            None => false,
        };
        Ok(if proved { answer } else { Answer::Failed(Failure::Unauthorized) })
    }

    /// A call with the key of this account. A new session whose payment page is not on KOMOJU's host is refused.
    async fn komoju_as(&self, account: &KomojuAccount, call: &Call) -> Unsent {
        let secret_key =
            self.vault().open(self.store(), field::KOMOJU_SECRET_KEY, &account.secret_key).await?;
        let access = komoju::request::Access { base: &self.config.komoju_api_url, secret_key: &secret_key };
        let origin = komoju::session::Origin { store: self.store(), order: self.order };
        let links = Links::new(self.config, self.store(), self.order, self.now_ms);
        let answer = self.carry(wire::to_komoju(call, access, origin, |attempt| links.back(attempt))).await;
        Ok(match call {
            Call::CreateSession(_) => {
                komoju::session::payable(answer, |url| is_on(url, &self.config.komoju_hosted_url))
            }
            _ => answer,
        })
    }

    /// The call with its bank details opened; they are in clear text only until it is sent. Inner error: they can
    /// never be read again. Outer error: the platform failed, try later.
    async fn opened<'c>(&self, call: &'c Call) -> worker::Result<Result<Cow<'c, Call>, Failure>> {
        let Some(sealed) = call.sealed() else { return Ok(Ok(Cow::Borrowed(call))) };
        match self.vault().open(self.store(), field::BANK_DETAILS, sealed).await {
            Ok(text) => Ok(match read(text.expose()) {
                Ok(details) => Ok(Cow::Owned(call.clone().opened(details))),
                Err(_) => Err(unreadable_bank_details()),
            }),
            Err(SealError::Platform) => Err(SealError::Platform.into()),
            Err(_) => Ok(Err(unreadable_bank_details())),
        }
    }

    /// Sends a request and parses the answer. None: there is no request for such a call, which is answered as
    /// forbidden.
    async fn carry(&self, request: Option<(HttpRequest, wire::Reader)>) -> Answer {
        match request {
            Some((request, reader)) => {
                let answer = reader.read(&self.send(request.clone()).await);
                match komoju::refund::with_number(&request, &answer) {
                    Some(again) => reader.read(&self.send(again).await),
                    None => answer,
                }
            }
            None => Answer::Failed(Failure::Forbidden),
        }
    }
}

/// A final refusal that we make ourselves: the merchant must enter the bank details again.
fn unreadable_bank_details() -> Failure {
    Failure::Refused {
        status: 0,
        code: "bank_details".to_owned(),
        param: String::new(),
        message: "The bank details cannot be read any more: please enter them again.".to_owned(),
    }
}
