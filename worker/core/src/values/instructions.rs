//! What a shopper needs in order to pay at a till or by transfer: the numbers of a code, each with what it is.

use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantArray};

/// What the shopper needs in order to pay a code, in KOMOJU's words.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Instructions {
    /// Label key and value, in the order they should be shown.
    #[serde(default)]
    pub lines: Vec<(InstructionKind, String)>,
    pub url: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr, VariantArray)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum InstructionKind {
    Store,
    Receipt,
    ConfirmationCode,
    Bank,
    Branch,
    AccountType,
    AccountNumber,
    AccountName,
    OrderNumber,
    BankId,
    CustomerNumber,
    ConfirmationNumber,
}

impl InstructionKind {
    /// What it is called wherever text must name it.
    pub fn key(self) -> &'static str {
        self.into()
    }
}
