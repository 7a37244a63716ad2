//! Workers KV as it misbehaves: a copy that stays as it was, none, an exception, or a write that does not end.

use reqwest::Method;
use serde_json::{Value, json};

use super::{Shop, World, eventually};

/// What KV does with one key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kv {
    Works,
    /// Every reading answers what was there when this began; it is written to as ever.
    StaysOld,
    /// Every reading answers that there is nothing; it is written to as ever.
    Misses,
    /// Reading and writing throw.
    Fails,
    /// Writing waits, without effect until then, until KV does something else.
    HoldsPuts,
    /// The same for deleting.
    HoldsDeletes,
}

impl World {
    pub async fn kv(&self, key: &str, does: Kv) {
        let fault = match does {
            Kv::Works => None,
            Kv::StaysOld => Some("old"),
            Kv::Misses => Some("missing"),
            Kv::Fails => Some("fails"),
            Kv::HoldsPuts => Some("holds put"),
            Kv::HoldsDeletes => Some("holds delete"),
        };
        let body = json!({ "key": key, "fault": fault }).to_string();
        let reply = self.send(Method::POST, "/__kv", &[], body).await;
        assert_eq!(reply.status, 200, "{reply:?}");
    }

    /// What really lies there.
    pub async fn kv_now(&self, key: &str) -> Option<String> {
        self.kv_read(key).await["now"].as_str().map(str::to_owned)
    }

    /// Waits until what KV does with the key has hit a call.
    pub async fn kv_met(&self, key: &str) {
        let met = async || (self.kv_read(key).await["met"].as_u64() > Some(0)).then_some(());
        eventually(format!("a call about {key}"), met).await;
    }

    async fn kv_read(&self, key: &str) -> Value {
        let body = json!({ "key": key, "read": true }).to_string();
        self.send(Method::POST, "/__kv", &[], body).await.json()
    }
}

impl Shop<'_> {
    /// What KV does with the copy of this store.
    pub async fn copy(&self, does: Kv) {
        self.world.kv(&self.copy_key(), does).await;
    }

    /// Waits until that has hit a call.
    pub async fn copy_met(&self) {
        self.world.kv_met(&self.copy_key()).await;
    }

    pub async fn copy_now(&self) -> Option<String> {
        self.world.kv_now(&self.copy_key()).await
    }

    fn copy_key(&self) -> String {
        format!("store:{}", self.hash)
    }
}
