//! What is wrong with an installation, for the merchant to see: kept as facts, put into words by the panel.

use domain::state::failure::Failure;
use domain::values::attention::Side;
use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantArray};

/// The result of the last sync.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Health {
    /// 0: never.
    pub checked_at_ms: i64,
    #[serde(default)]
    pub troubles: Vec<Trouble>,
    /// BigCommerce's own signature of a hook was not what it should have been: worth knowing, and no trouble.
    pub hook_signature: Option<SignatureNote>,
}

/// What was odd about the signature of a hook that our own header had proved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr, VariantArray)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum SignatureDoubt {
    /// Rightly signed, minutes ago or more.
    Old,
    /// Not made over this body with the app's client secret, as far as we know how that is done.
    Mismatch,
}

impl SignatureDoubt {
    /// What it is called wherever text must name it.
    pub fn key(self) -> &'static str {
        self.into()
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignatureNote {
    pub doubt: SignatureDoubt,
    /// When it was last so.
    pub at_ms: i64,
}

/// A note that has not been renewed for so long is dropped.
const NOTED_MS: i64 = 24 * 3_600_000;

impl Health {
    /// Whether this note is worth a write: the same is written down once an hour.
    pub fn note(&mut self, doubt: SignatureDoubt, at_ms: i64) -> bool {
        let known = self.hook_signature.is_some_and(|n| n.doubt == doubt && at_ms - n.at_ms < NOTED_MS / 24);
        if !known {
            self.hook_signature = Some(SignatureNote { doubt, at_ms });
        }
        !known
    }

    /// After a look at everything: what it found, and the note if it is not old.
    pub fn after_look(self, troubles: Vec<Trouble>, at_ms: i64) -> Self {
        let hook_signature = self.hook_signature.filter(|note| at_ms - note.at_ms < NOTED_MS);
        Self { checked_at_ms: at_ms, troubles, hook_signature }
    }
}

/// One thing that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Trouble {
    /// The merchant has switched the script off on this storefront.
    ScriptDisabled { channel: u64 },
    /// BigCommerce did not take the script.
    Script { channel: u64, why: String },
    /// BigCommerce did not take a webhook.
    Hook { scope: String, why: String },
    /// A call did not succeed: which, and why.
    Unreachable { call: String, why: String },
    /// BigCommerce lets the app call almost anything, but not this.
    ScopeMissing { call: String },
    /// The store's checkout shows no storefront scripts.
    CheckoutNotOptimized,
    /// The store's theme shows no storefront scripts.
    ThemeNotStencil,
    /// KOMOJU no longer takes the secret key.
    KomojuKeyRefused,
    /// Orders come under our labels, and nobody reaches KOMOJU.
    NobodyStarts { orders: u32, since_ms: i64 },
    /// A side has told nothing for a day, though there was something to tell.
    Silent { side: Side, since_ms: i64 },
}

impl Trouble {
    /// In how orders and messages come in; all else is in what is installed.
    pub fn is_of_flow(&self) -> bool {
        matches!(self, Self::NobodyStarts { .. } | Self::Silent { .. })
    }

    /// A call to BigCommerce that did not succeed.
    pub fn of(call: &str, failure: &Failure) -> Self {
        let call = call.to_owned();
        match failure {
            Failure::Forbidden => Self::ScopeMissing { call },
            _ => Self::Unreachable { call, why: why(failure) },
        }
    }
}

/// What is kept of a failure that is not told in the other side's words. The panel knows these, and has them in Japanese.
pub const BUSY: &str = "busy, or locked by another request";
pub const TOO_MANY: &str = "too many requests";
pub const TOKEN_REFUSED: &str = "the access token was refused";
pub const NO_PERMISSION: &str = "a permission (scope) is missing";
pub const NOT_FOUND: &str = "not found";

/// A failure in a few words for the merchant's eye.
pub fn why(failure: &Failure) -> String {
    match failure {
        Failure::Indeterminate(why) | Failure::Unreadable(why) => why.clone(),
        Failure::Later { busy: true, .. } => BUSY.to_owned(),
        Failure::Later { busy: false, .. } => TOO_MANY.to_owned(),
        Failure::Unauthorized => TOKEN_REFUSED.to_owned(),
        Failure::Forbidden => NO_PERMISSION.to_owned(),
        Failure::NotFound => NOT_FOUND.to_owned(),
        Failure::Refused { message, .. } => message.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_doubt_is_written_once_an_hour_and_forgotten_after_a_day() {
        let hour = 3_600_000;
        let mut health = Health::default();
        assert!(health.note(SignatureDoubt::Old, hour));
        assert!(!health.note(SignatureDoubt::Old, hour + 60_000));
        assert!(health.note(SignatureDoubt::Mismatch, hour + 60_000), "another doubt is news");
        assert!(health.note(SignatureDoubt::Mismatch, 3 * hour));
        let looked = health.after_look(Vec::new(), 20 * hour);
        assert!(looked.hook_signature.is_some());
        assert_eq!(looked.after_look(Vec::new(), 28 * hour).hook_signature, None);
    }

    #[test]
    fn health_of_before_is_read() {
        let former = r#"{"checked_at_ms":5}"#;
        assert_eq!(domain::json::read(former), Ok(Health { checked_at_ms: 5, ..Health::default() }));
    }
}
