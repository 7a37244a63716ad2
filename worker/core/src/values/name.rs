//! Names of ours that another version of this app may have written or sent.
//!
//! During a release or after a rollback two versions read each other's rows. A name that one of them does not know
//! must not make a whole list unreadable.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One of our own names, or a text that this version does not know and keeps as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Name<T> {
    Known(T),
    Other(String),
}

impl<T> Name<T> {
    /// None: this version does not know the name.
    pub fn known(&self) -> Option<&T> {
        match self {
            Self::Known(known) => Some(known),
            Self::Other(_) => None,
        }
    }
}

impl<T: DeserializeOwned> Name<T> {
    /// The name that `text` is.
    pub fn of(text: &str) -> Self {
        let known = crate::json::read_value(Value::String(text.to_owned())).map(Self::Known);
        known.unwrap_or_else(|_| Self::Other(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::{read, write};
    use crate::values::phase::Phase;

    #[test]
    fn a_name_of_another_version_stands_for_itself() {
        let names: Vec<Name<Phase>> = read(r#"["paid", "of_tomorrow", ""]"#).expect("names");
        let other = |text: &str| Name::Other(text.to_owned());
        assert_eq!(names, [Name::Known(Phase::Paid), other("of_tomorrow"), other("")]);
        assert_eq!(write(&names), r#"["paid","of_tomorrow",""]"#);
        assert_eq!((Name::of("paid"), Name::of("no")), (Name::Known(Phase::Paid), other("no")));
        assert_eq!(Name::of("paid").known(), Some(&Phase::Paid));
    }
}
