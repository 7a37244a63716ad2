//! The worker's storage, read and written while no worker runs on it: what an earlier version left there, or what has
//! become unreadable.

use std::process::Stdio;

use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

use super::World;
use super::workerd::project;

/// All that a Durable Object has stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// The binding it is reached by, and its name there.
    pub binding: &'static str,
    pub name: String,
    /// When its alarm rings, in milliseconds since the epoch.
    pub alarm: Option<i64>,
    /// Statements that make its tables and rows, as workerd's SQLite has them.
    pub sql: Vec<String>,
}

/// The binding and the name of a store's object.
#[must_use]
pub fn store_object(store: &str) -> (&'static str, String) {
    ("STORES", store.to_owned())
}

/// The binding and the name of a payment's object.
#[must_use]
pub fn payment_object(store: &str, order: u64) -> (&'static str, String) {
    ("PAYMENTS", format!("{store}/{order}"))
}

/// These stop the worker; it stays down until [`super::Workerd::restart`].
impl World {
    /// What an object has stored.
    pub async fn read_object(&self, (binding, name): (&'static str, String)) -> Stored {
        let found = self.scribe(&json!({ "read": [{ "binding": binding, "name": name }] })).await;
        let object = &found["objects"][0];
        let sql = object["sql"].as_array().expect("statements").iter();
        let sql = sql.map(|statement| statement.as_str().expect("a statement").to_owned()).collect();
        Stored { binding, name, alarm: object["alarm"].as_i64(), sql }
    }

    /// Has each of these objects hold this, and nothing else.
    pub async fn write_objects(&self, objects: &[Stored]) {
        let write = objects.iter().map(|Stored { binding, name, alarm, sql }| {
            json!({ "binding": binding, "name": name, "alarm": alarm, "sql": sql })
        });
        self.scribe(&json!({ "write": write.collect::<Vec<_>>() })).await;
    }

    /// A value in KV.
    pub async fn read_kv(&self, key: &str) -> Option<String> {
        self.scribe(&json!({ "get": [key] })).await["kv"][key].as_str().map(str::to_owned)
    }

    pub async fn write_kv(&self, key: &str, value: &str) {
        self.scribe(&json!({ "put": { key: value } })).await;
    }

    async fn scribe(&self, errand: &Value) -> Value {
        self.worker.kill9();
        let mut errand = errand.clone();
        errand["persist"] = json!(self.folder.as_ref().expect("a world of one's own has a folder"));
        let mut scribe = Command::new("node_modules/.bin/node")
            .arg("tests/scribe.mjs")
            .current_dir(project())
            .env("WRANGLER_SEND_METRICS", "false")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("node_modules/.bin/node runs: scripts/setup installs it");
        let mut told = scribe.stdin.take().expect("stdin is piped");
        told.write_all(errand.to_string().as_bytes()).await.expect("the scribe listens");
        drop(told);
        let answer = scribe.wait_with_output().await.expect("our own child can be waited for");
        assert!(answer.status.success(), "the scribe fails: {}", answer.status);
        serde_json::from_slice(&answer.stdout).expect("the scribe answers in JSON")
    }
}
