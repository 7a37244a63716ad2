//! What is wrong with an installation, for the merchant to see. Kept as facts; the panel puts them into words.

use domain::state::failure::Failure;
use domain::values::attention::Side;
use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantArray};

/// The result of the last sync.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Health {
    /// When the last sync ended, in ms since the epoch. 0: never.
    pub checked_at_ms: i64,
    #[serde(default)]
    pub troubles: Vec<Trouble>,
    /// What was last odd about BigCommerce's own signature of a hook. Worth knowing, but no trouble: our own header
    /// is what proves a hook.
    pub hook_signature: Option<SignatureNote>,
}

/// What was odd about the signature of a hook that our own header had proved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr, VariantArray)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum SignatureDoubt {
    /// Signed correctly, but minutes ago or more.
    Old,
    /// Not made over this body with the app's client secret, as far as we know how BigCommerce makes it.
    Mismatch,
}

impl SignatureDoubt {
    /// The name under which it is stored and shown.
    pub fn key(self) -> &'static str {
        self.into()
    }
}

/// A doubt, and when it last came up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignatureNote {
    pub doubt: SignatureDoubt,
    /// When it last came up, in ms since the epoch.
    pub at_ms: i64,
}

/// A note that has not come up again for this long (ms) is dropped.
const NOTED_MS: i64 = 24 * 3_600_000;

impl Health {
    /// Takes in a doubt. True if it is worth a write: the same doubt is written once an hour.
    pub fn note(&mut self, doubt: SignatureDoubt, at_ms: i64) -> bool {
        let known = self.hook_signature.is_some_and(|n| n.doubt == doubt && at_ms - n.at_ms < NOTED_MS / 24);
        if !known {
            self.hook_signature = Some(SignatureNote { doubt, at_ms });
        }
        !known
    }

    /// The health after a sync: what it found, and the note, unless it is a day old.
    pub fn after_look(self, troubles: Vec<Trouble>, at_ms: i64) -> Self {
        let hook_signature = self.hook_signature.filter(|note| at_ms - note.at_ms < NOTED_MS);
        Self { checked_at_ms: at_ms, troubles, hook_signature }
    }
}

/// One thing that is not as it should be. `why` is BigCommerce's or KOMOJU's own text, or one of the constants below.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Trouble {
    /// The merchant has switched our script off on this storefront.
    ScriptDisabled { channel: u64 },
    /// BigCommerce refused the script.
    Script { channel: u64, why: String },
    /// BigCommerce refused the hook.
    Hook { scope: String, why: String },
    /// A call did not succeed. It will be tried again.
    Unreachable { call: String, why: String },
    /// The app lacks a permission (scope) for this call, which only the merchant can grant.
    ScopeMissing { call: String },
    /// The store does not use the optimized one-page checkout, so its confirmation page loads no storefront scripts.
    CheckoutNotOptimized,
    /// The store's theme is not a Stencil theme, so it loads no storefront scripts.
    ThemeNotStencil,
    /// KOMOJU no longer accepts the secret key.
    KomojuKeyRefused,
    /// Orders are placed with our payment methods, and none of their shoppers reaches KOMOJU.
    NobodyStarts { orders: u32, since_ms: i64 },
    /// A side has sent no message for a day, though something happened that it should have told.
    Silent { side: Side, since_ms: i64 },
}

impl Trouble {
    /// True if it is about how orders and messages come in; the others are about what is installed.
    pub fn is_of_flow(&self) -> bool {
        matches!(self, Self::NobodyStarts { .. } | Self::Silent { .. })
    }

    /// The trouble that a failed call to BigCommerce makes.
    pub fn of(call: &str, failure: &Failure) -> Self {
        let call = call.to_owned();
        match failure {
            Failure::Forbidden => Self::ScopeMissing { call },
            _ => Self::Unreachable { call, why: why(failure) },
        }
    }
}

/// How failures are kept that the other side did not put into words. The panel recognises these texts, and shows them
/// in Japanese too.
pub const BUSY: &str = "busy, or locked by another request";
pub const TOO_MANY: &str = "too many requests";
pub const TOKEN_REFUSED: &str = "the access token was refused";
pub const NO_PERMISSION: &str = "a permission (scope) is missing";
pub const NOT_FOUND: &str = "not found";

/// A failure in a few words, for the merchant.
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
