//! The Durable Objects, which tie the pure parts to the platform: `payment` drives one order's machine, `store` owns
//! one store's installation and ledger. `store_client` is how everybody else talks to the latter.

mod beside;
pub mod payment;
pub mod payment_client;
mod sql;
pub mod store;
pub mod store_client;
pub mod strays;
pub mod turn;

use crate::context::now_ms;
use crate::http;
use crate::json::ToJson;
use worker::{Error, Result, Storage, Stub};

/// Carries a question to an object as JSON, and its answer back.
async fn ask(stub: &Stub, question: &dyn ToJson) -> Result<String> {
    ask_within(stub, question, None).await
}

async fn ask_within(stub: &Stub, question: &dyn ToJson, timeout_ms: Option<u32>) -> Result<String> {
    let request = http::post("https://object/", &question.to_json().to_string(), timeout_ms)?;
    let answer = stub.fetch_with_request(request).await?;
    match answer.status_code() {
        200 => http::read(answer).await,
        status => Err(Error::RustError(["the object answered ", &status.to_string()].concat())),
    }
}

/// Sets an object's alarm to a moment (milliseconds since the epoch), where the library takes an offset.
pub async fn wake_at(storage: &Storage, at_ms: i64) -> Result<()> {
    storage.set_alarm(at_ms.saturating_sub(now_ms()).max(0)).await
}
