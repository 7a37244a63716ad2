//! What a shopper needs to pay at a till or by bank transfer: the numbers of a code, each with what it is.

use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantArray};

/// How to pay a code. For a konbini code, say: `[(Store, "seicomart"), (Receipt, "40017")]`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Instructions {
    /// What it is, and KOMOJU's value, in the order in which they are shown.
    #[serde(default)]
    pub lines: Vec<(InstructionKind, String)>,
    /// KOMOJU's page with the same instructions.
    pub url: Option<String>,
}

/// What a line of the instructions is; the texts have a word for each.
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
    /// Its name in text; stored JSON has the same.
    pub fn key(self) -> &'static str {
        self.into()
    }
}
