//! What a shopper needs in order to pay at a till or by transfer: the numbers of a code, each with what it is.

use crate::json::{names, record};

/// What the shopper needs in order to pay a code, in KOMOJU's words.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Instructions {
    /// Label key and value, in the order they should be shown.
    pub lines: Vec<(InstructionKind, String)>,
    pub url: Option<String>,
}

record!(Instructions { lines, url });

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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

names!(InstructionKind, key {
    Store = "store",
    Receipt = "receipt",
    ConfirmationCode = "confirmation_code",
    Bank = "bank",
    Branch = "branch",
    AccountType = "account_type",
    AccountNumber = "account_number",
    AccountName = "account_name",
    OrderNumber = "order_number",
    BankId = "bank_id",
    CustomerNumber = "customer_number",
    ConfirmationNumber = "confirmation_number",
});
