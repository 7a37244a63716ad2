//! Workers KV as it misbehaves: a copy that stays as it was, or an exception instead of an answer.

use reqwest::Method;
use serde_json::json;

use super::{Shop, World};

/// What KV does with one key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kv {
    Works,
    /// Every reading answers what was there when this began; it is written to as ever.
    StaysOld,
    /// Reading and writing throw.
    Fails,
}

impl World {
    pub async fn kv(&self, key: &str, does: Kv) {
        let fault = match does {
            Kv::Works => None,
            Kv::StaysOld => Some("old"),
            Kv::Fails => Some("fails"),
        };
        let body = json!({ "key": key, "fault": fault }).to_string();
        let reply = self.send(Method::POST, "/__kv", &[], body).await;
        assert_eq!(reply.status, 200, "{reply:?}");
    }

    /// What really lies there.
    pub async fn kv_now(&self, key: &str) -> Option<String> {
        let reply =
            self.send(Method::POST, "/__kv", &[], json!({ "key": key, "read": true }).to_string()).await;
        reply.json()["now"].as_str().map(str::to_owned)
    }
}

impl Shop<'_> {
    /// What KV does with the copy of this store.
    pub async fn copy(&self, does: Kv) {
        self.world.kv(&format!("store:{}", self.hash), does).await;
    }
}
