//! Reads and checks the panel's forms. Pure. A form that has a fault comes back with everything that was entered, and
//! the fault beside its field, so that nothing is lost.

use crate::objects::messages::desk::{Desk, Wish};
use domain::json::{read, write};
use domain::state::settings::{Method, Provider};
use domain::state::shop::same_label;
use domain::url::{Pair, value, values};
use serde::de::DeserializeOwned;

/// In characters.
const LONGEST_LABEL: usize = 100;

/// What is wrong with a field of the methods form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The method is ticked as ours, but has no name.
    NoLabel,
    LabelTooLong,
    /// Two of our methods have the same name, so orders made with them could not be told apart.
    SameLabel,
}

/// One offline method of BigCommerce, as entered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MethodEntry {
    pub provider: Provider,
    /// Orders made with it are paid through KOMOJU.
    pub ours: bool,
    /// Its name at checkout, which is all that an order shows of it.
    pub label: String,
    /// The KOMOJU payment types that it offers; empty: all of them.
    pub types: Vec<String>,
    pub fault: Option<Fault>,
}

/// The one form of the methods page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MethodsForm {
    pub methods: Vec<MethodEntry>,
}

impl MethodsForm {
    /// The form as it is stored.
    pub fn of(desk: &Desk) -> Self {
        let settings = &desk.profile.settings;
        let entry = |provider: Provider| {
            let method = settings.method(provider);
            MethodEntry {
                provider,
                ours: method.is_some(),
                label: method.map_or_else(|| provider.default_label().to_owned(), |m| m.label.clone()),
                types: method.map(|m| m.types.clone()).unwrap_or_default(),
                fault: None,
            }
        };
        Self { methods: Provider::ALL.into_iter().map(entry).collect() }
    }

    /// The form as it was entered, with its faults. A payment type is kept only if KOMOJU offers it, or if it was
    /// stored before.
    pub fn read(form: &[Pair], desk: &Desk) -> Self {
        let stored = Self::of(desk);
        let offered = |slug: &str, stored: &MethodEntry| {
            desk.payment_types.iter().any(|t| t.slug == slug) || stored.types.iter().any(|t| t == slug)
        };
        let methods = stored.methods.iter().map(|stored| {
            let field = |name: &str| [name, ".", stored.provider.id()].concat();
            let types = values(form, &field("type"));
            MethodEntry {
                provider: stored.provider,
                ours: value(form, &field("on")).is_some(),
                label: value(form, &field("label")).unwrap_or("").trim().to_owned(),
                types: types.into_iter().filter(|slug| offered(slug, stored)).map(str::to_owned).collect(),
                fault: None,
            }
        });
        let mut read = Self { methods: methods.collect() };
        read.check();
        read
    }

    /// Marks the fields that are wrong.
    fn check(&mut self) {
        for at in 0..self.methods.len() {
            self.methods[at].fault = self.label_fault(at);
        }
    }

    fn label_fault(&self, at: usize) -> Option<Fault> {
        let method = &self.methods[at];
        if !method.ours {
            return None;
        }
        let twin =
            self.methods[..at].iter().any(|other| other.ours && same_label(&other.label, &method.label));
        match method.label.chars().count() {
            0 => Some(Fault::NoLabel),
            1..=LONGEST_LABEL => twin.then_some(Fault::SameLabel),
            _ => Some(Fault::LabelTooLong),
        }
    }

    /// The methods that are ours. None: something is wrong.
    pub fn checked(&self) -> Option<Vec<Method>> {
        if self.methods.iter().any(|m| m.fault.is_some()) {
            return None;
        }
        let ours = self.methods.iter().filter(|m| m.ours);
        let methods =
            ours.map(|m| Method { provider: m.provider, label: m.label.clone(), types: m.types.clone() });
        Some(methods.collect())
    }
}

/// A value of one of our own enums, by the name that it has in JSON. None: there is no such value.
pub fn choice<T: DeserializeOwned>(text: &str) -> Option<T> {
    read(&write(&text)).ok()
}

/// The merchant's answer about a label: `provider` is one of our methods, or `none`. None: the form is malformed.
pub fn label(form: &[Pair]) -> Option<Wish> {
    let channel = value(form, "channel")?.parse().ok()?;
    let label = value(form, "label").filter(|l| !l.is_empty() && l.len() <= 400)?.to_owned();
    let provider = match value(form, "provider")? {
        "none" => None,
        id => Some(Provider::from_id(id)?),
    };
    Some(Wish::PlaceLabel { channel, label, provider })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::objects::messages::desk::Funnel;
    use crate::objects::messages::health::Health;
    use crate::objects::messages::ledger::Tally;
    use domain::json::read_value;
    use domain::state::settings::Settings;
    use domain::url::pairs;

    fn desk() -> Desk {
        let profile = serde_json::json!({
            "version": 1, "store": "q7w8e9", "connected": true, "bigcommerce_token": null, "komoju": [],
            "webhook_secrets": [], "hook_secret": "k.AA.AA", "settings": Settings::default(), "channels": [],
            "labels": [], "store_name": "Hoshi", "country": "JP", "panel_url": "",
        });
        let konbini = serde_json::json!([{ "slug": "konbini", "name_en": "Konbini", "name_ja": "コンビニ" }]);
        Desk {
            profile: read_value(profile).expect("a profile"),
            payment_types: read_value(konbini).expect("a list"),
            health: Health::default(),
            undecided: Vec::new(),
            tally: Tally::default(),
            funnel: Funnel::default(),
            heard_komoju_ms: None,
            staff_name: String::new(),
            is_owner: true,
            account_changed: None,
        }
    }

    fn read(form: &str) -> MethodsForm {
        MethodsForm::read(&pairs(form), &desk())
    }

    #[test]
    fn ticked_methods_become_ours_with_the_types_that_exist() {
        let form = read("on.cod=1&label.cod=+Konbini+&type.cod=konbini&type.cod=made_up&label.instore=x");
        let cod = Method {
            provider: Provider::Cod,
            label: "Konbini".to_owned(),
            types: vec!["konbini".to_owned()],
        };
        assert_eq!(form.checked(), Some(vec![cod]));
    }

    #[test]
    fn faults_stand_beside_their_fields_and_nothing_entered_is_lost() {
        let form =
            read("on.instore=1&label.instore=KOMOJU&on.cod=1&label.cod=KOMOJU&on.cheque=1&label.cheque=");
        let fault = |provider| form.methods.iter().find(|m| m.provider == provider).and_then(|m| m.fault);
        assert_eq!(fault(Provider::InStore), None);
        assert_eq!(fault(Provider::Cod), Some(Fault::SameLabel));
        assert_eq!(fault(Provider::Cheque), Some(Fault::NoLabel));
        assert!(form.checked().is_none());
    }

    #[test]
    fn a_method_that_is_not_ours_may_be_called_anything() {
        assert!(read("label.cod=&label.cheque=").checked().is_some());
        let long = ["on.cod=1&label.cod=", &"あ".repeat(101)].concat();
        assert!(read(&long).checked().is_none());
    }

    #[test]
    fn a_label_is_placed_or_dismissed() {
        let wish = |provider| label(&pairs(&["channel=1&label=Konbini&provider=", provider].concat()));
        assert!(matches!(wish("cod"), Some(Wish::PlaceLabel { provider: Some(Provider::Cod), .. })));
        assert!(matches!(wish("none"), Some(Wish::PlaceLabel { provider: None, .. })));
        assert_eq!(wish("stripe"), None);
        assert_eq!(label(&pairs("channel=x&label=a&provider=none")), None);
    }
}
