//! StoreObject: the one owner of the truth about a store. Installation, sealed secrets, settings, learned labels,
//! staff, and the ledger of its payments.
//!
//! Atomicity: an object runs on one thread, and everything written between two awaits commits as one. So each change
//! is "await what must be awaited, then read, change and write without awaiting". Input gates do not hold across a
//! fetch: whatever was read before one is read again after it.
//!
//! Nothing is stored, not even tables, until BigCommerce has confirmed an installation.

mod ledger;
mod records;

use super::store_client::Ask;
use crate::profile::{self, Profile};
use records::{Installation, Records};
use serde::Serialize;
use worker::{DurableObject, Env, Request, Response, Result, State, durable_object, wasm_bindgen};

/// The Durable Object class behind the binding STORES; its name is the store hash.
#[derive(Debug)]
#[durable_object]
pub struct StoreObject {
    env: Env,
    records: Records,
}

impl DurableObject for StoreObject {
    fn new(state: State, env: Env) -> Self {
        Self { records: Records::new(state.storage().sql()), env }
    }

    async fn fetch(&self, mut request: Request) -> Result<Response> {
        let ask: Ask = serde_json::from_str(&request.text().await?)?;
        self.answer(ask).await
    }

    async fn alarm(&self) -> Result<Response> {
        Response::empty()
    }
}

impl StoreObject {
    async fn answer(&self, ask: Ask) -> Result<Response> {
        match ask {
            Ask::Profile => json(&self.profile()?),
            Ask::LearnLabel { channel, label, provider } => {
                let news = self.records.installation()?.is_some()
                    && self.records.learn_label(channel, &label, provider)?;
                match news {
                    true => json(&self.change(|_| ()).await?),
                    false => json(&()),
                }
            }
            Ask::UpsertPayment { row } => match self.records.installation()? {
                Some(_) => json(&self.records.upsert_payment(&row)?),
                None => json(&()),
            },
            Ask::FindOrder { by } => match self.records.installation()? {
                Some(_) => json(&self.records.find_order(&by)?),
                None => json(&()),
            },
            Ask::TokenRefused => json(&()),
        }
    }

    fn profile(&self) -> Result<Option<Profile>> {
        match self.records.installation()? {
            Some(installation) => Ok(Some(installation.profile(self.records.labels()?))),
            None => Ok(None),
        }
    }

    /// Changes the installation and publishes the profile that follows from it.
    async fn change(&self, change: impl FnOnce(&mut Installation)) -> Result<()> {
        let Some(mut installation) = self.records.installation()? else { return Ok(()) };
        change(&mut installation);
        installation.version += 1;
        self.records.save(&installation)?;
        self.publish().await
    }

    /// Puts the profile into KV. Two puts may overtake each other: whoever finds that its version is no longer the
    /// newest puts again, so that the last put is the newest.
    async fn publish(&self) -> Result<()> {
        let mut published = None;
        while let Some(profile) = self.profile()?.filter(|p| Some(p.version) != published) {
            let text = serde_json::to_string(&profile)?;
            self.env.kv(profile::KV)?.put(&profile::key(&profile.store), text)?.execute().await?;
            published = Some(profile.version);
        }
        Ok(())
    }
}

fn json<T: Serialize>(value: &T) -> Result<Response> {
    Response::ok(serde_json::to_string(value)?)
}
