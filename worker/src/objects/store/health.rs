//! What is wrong with an installation, for the merchant to see: kept as facts, put into words by the panel.

use crate::json::{record, variants};
use crate::payment::attention::Side;
use crate::payment::call::Failure;

/// The result of the last sync.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Health {
    /// 0: never.
    pub checked_at_ms: i64,
    pub troubles: Vec<Trouble>,
}
record!(Health { checked_at_ms, troubles });

/// One thing that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
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
variants!(Trouble {
    ScriptDisabled { channel }, Script { channel, why }, Hook { scope, why }, Unreachable { call, why },
    ScopeMissing { call }, CheckoutNotOptimized, ThemeNotStencil, KomojuKeyRefused,
    NobodyStarts { orders, since_ms }, Silent { side, since_ms },
});

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

/// A failure in a few words for the merchant's eye.
pub fn why(failure: &Failure) -> String {
    match failure {
        Failure::Indeterminate(why) | Failure::Unreadable(why) => why.clone(),
        Failure::Later { .. } => "too many requests".to_owned(),
        Failure::Unauthorized => "the access token was refused".to_owned(),
        Failure::Forbidden => "a permission (scope) is missing".to_owned(),
        Failure::NotFound => "not found".to_owned(),
        Failure::Refused { message, .. } => message.clone(),
    }
}
