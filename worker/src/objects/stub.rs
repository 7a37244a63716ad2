//! The way to a Durable Object: a question goes in as JSON, its answer comes back.
//!
//! After an exception a stub may stay broken, so every try takes a new one. If the platform marks an error as
//! retryable, and the question may be asked twice, it is asked once more. An overloaded object is left alone: another
//! question would make it worse. <https://developers.cloudflare.com/durable-objects/best-practices/error-handling/>

use super::messages::Repeat;
use crate::fetch;
use crate::log;
use domain::json::write;
use serde::Serialize;
use worker::js_sys::Reflect;
use worker::{Env, Error, Result};

/// Countries for whose stores Japan is the nearest region.
const NEAR_JAPAN: [&str; 7] = ["JP", "KR", "TW", "HK", "MO", "CN", "MN"];

/// The region for a store's new objects, by its country (ISO 3166-1 alpha-2). An object that exists stays where it
/// is. <https://developers.cloudflare.com/durable-objects/reference/data-location/>
pub fn location(country: &str) -> &'static str {
    if NEAR_JAPAN.contains(&country) { "apac-ne" } else { "apac" }
}

/// One object, by the binding of its class and its name. Cheap to make; nothing is sent until [`Stub::ask`].
#[derive(Debug, Clone)]
pub struct Stub {
    env: Env,
    binding: &'static str,
    name: String,
    location: &'static str,
}

impl Stub {
    pub fn new(env: &Env, binding: &'static str, name: String, location: &'static str) -> Self {
        Self { env: env.clone(), binding, name, location }
    }

    /// Asks a question and returns the answer's JSON. `timeout_ms`: None waits as long as the platform does. Errors:
    /// the object threw, or cannot be reached; `RateLimitExceeded`: it is overloaded.
    pub async fn ask(
        &self,
        question: &impl Serialize,
        repeat: Repeat,
        timeout_ms: Option<u32>,
    ) -> Result<String> {
        let question = write(question);
        match self.put(&question, timeout_ms).await {
            Err(error) if Thrown::of(&error).may_repeat(repeat) => {
                log::warn("object", "asked_again", &[("kind", self.binding), ("error", &error.to_string())]);
                self.put(&question, timeout_ms).await
            }
            // The caller is told to come back later, and the object is spared until then.
            Err(error) if Thrown::of(&error).overloaded => Err(Error::RateLimitExceeded(error.to_string())),
            answer => answer,
        }
    }

    /// One try, with a stub of its own.
    async fn put(&self, question: &str, timeout_ms: Option<u32>) -> Result<String> {
        let namespace = self.env.durable_object(self.binding)?;
        let stub = namespace.get_by_name_with_location_hint(&self.name, self.location)?;
        let mut answer =
            stub.fetch_with_request(fetch::post("https://object/", question, timeout_ms)?).await?;
        match answer.status_code() {
            200 => answer.text().await,
            status => Err(Error::RustError(["the object answered ", &status.to_string()].concat())),
        }
    }
}

/// What the platform says about an exception that a stub has thrown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Thrown {
    /// The cause may pass: a lost connection, an object that was moved, a new version of the code.
    retryable: bool,
    /// The object has more to do than it can do.
    overloaded: bool,
}

impl Thrown {
    /// Reads the two marks from the JavaScript error; neither is set on an error of another kind.
    fn of(error: &Error) -> Self {
        let Error::UnknownJsError { original, .. } = error else { return Self::default() };
        let says =
            |property: &str| Reflect::get(original, &property.into()).is_ok_and(|value| value.is_truthy());
        Self { retryable: says("retryable"), overloaded: says("overloaded") }
    }

    fn may_repeat(self, repeat: Repeat) -> bool {
        repeat == Repeat::May && self.retryable && !self.overloaded
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_passing_trouble_is_asked_again_and_only_where_twice_is_as_once() {
        let trouble = |retryable, overloaded| Thrown { retryable, overloaded };
        assert!(trouble(true, false).may_repeat(Repeat::May));
        assert!(!trouble(true, false).may_repeat(Repeat::MustNot));
        assert!(!trouble(true, true).may_repeat(Repeat::May), "an overloaded object is left alone");
        assert!(!trouble(false, false).may_repeat(Repeat::May), "an object that threw would throw again");
        assert_eq!(
            Thrown::of(&Error::RustError("the object answered 500".to_owned())),
            trouble(false, false)
        );
    }

    #[test]
    fn stores_of_japan_and_its_neighbours_are_placed_near_japan() {
        assert_eq!(["JP", "KR", "TW", "HK", "CN"].map(location), ["apac-ne"; 5]);
        assert_eq!(["", "SG", "AU", "US", "jp "].map(location), ["apac"; 5]);
    }
}
