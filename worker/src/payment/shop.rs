//! What the core needs to know of the store, handed in beside the time.

use super::call::Locale;
use super::ids::{AccountId, OrderId, StoreHash};
use super::settings::{Method, Mode, Provider, Settings};

#[derive(Debug, Clone, PartialEq)]
pub struct Shop {
    pub store: StoreHash,
    pub order: OrderId,
    pub settings: Settings,
    /// The KOMOJU account that new attempts use; None until keys are entered.
    pub account: Option<(AccountId, Mode)>,
    pub channels: Vec<Channel>,
    pub labels: Vec<Label>,
    /// The language of staff notes.
    pub locale: Locale,
    /// True if the store's own object said all this in the same turn. A copy may be a minute old or more, so nothing is
    /// decided by one: it is good for looks only.
    pub confirmed: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Channel {
    pub id: u64,
    /// `https://shop.example`, without a trailing slash.
    pub origins: Vec<String>,
}

/// A payment method's display name whose provider was once looked up.
#[derive(Debug, Clone, PartialEq)]
pub struct Label {
    pub channel: u64,
    pub text: String,
    /// None: looked up, and not to be found out.
    pub provider: Option<Provider>,
}

/// Whose an order is, as far as its payment method's name tells.
#[derive(Debug, Clone, PartialEq)]
pub enum Ownership<'a> {
    Ours(&'a Method),
    NotOurs,
    Unknown,
}

impl Shop {
    /// By the label that the merchant gave, else by one learned before.
    pub fn ownership(&self, channel: u64, label: &str) -> Ownership<'_> {
        if let Some(method) = self.settings.methods.iter().find(|m| same_label(&m.label, label)) {
            return Ownership::Ours(method);
        }
        let learned = self.labels.iter().find(|l| l.channel == channel && same_label(&l.text, label));
        match learned.map(|l| l.provider) {
            Some(Some(provider)) => self.ownership_of(provider),
            // Looked up in vain once: the list of transactions may have lagged behind the order.
            Some(None) | None => Ownership::Unknown,
        }
    }

    pub fn ownership_of(&self, provider: Provider) -> Ownership<'_> {
        self.settings.method(provider).map_or(Ownership::NotOurs, Ownership::Ours)
    }

    pub fn origins(&self, channel: u64) -> &[String] {
        self.channels.iter().find(|c| c.id == channel).map_or(&[], |c| &c.origins)
    }
}

fn same_label(a: &str, b: &str) -> bool {
    a.trim() == b.trim()
}
