//! What the platform bills, counted by tests/watched.mjs.

use reqwest::Method;
use serde::Deserialize;

use super::World;

/// Of the worker, or of all objects of one class.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Count {
    /// Requests and alarms.
    pub invocations: u32,
    /// Rows written to SQLite.
    pub rows: u32,
    /// How often an alarm was set.
    pub alarms: u32,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Counts {
    pub worker: Count,
    #[serde(rename = "PaymentObject")]
    pub payments: Count,
    #[serde(rename = "StoreObject")]
    pub stores: Count,
}

impl Counts {
    #[must_use]
    pub fn invocations(&self) -> u32 {
        self.worker.invocations + self.payments.invocations + self.stores.invocations
    }
}

impl World {
    /// What was counted since this was last asked.
    pub async fn counts(&self) -> Counts {
        let reply = self.send(Method::POST, "/__counts", &[], String::new()).await;
        assert_eq!(reply.status, 200, "{reply:?}");
        serde_json::from_value(reply.json()).expect("counts")
    }
}
