//! What happens to the order in BigCommerce: the product's promise to the merchant, as one table.
//!
//! A row is what KOMOJU says of one payment; a column is where the order stands when we tell it. The cell
//! says what we do. Invariant: we move a status only at a milestone, once; from then on it belongs to the
//! merchant. So we do not undo what the merchant did by hand: where they have moved the order on, the cell
//! leaves it and at most adds a note. Three rows move such an order all the same, because nothing more may ship: a
//! chargeback, a fraud mark, a capture that KOMOJU refuses.
//!
//! # One payment, by where its order stands
//!
//! ```text
//! KOMOJU says: captured, as asked (¥3,000)
//!   order is 7 Awaiting Payment     → 11 Awaiting Fulfillment, staff note (10 Completed if it is digital)
//!   order is 5 Cancelled            → 12 Manual Verification, staff note, attention: money for a cancelled order
//!   order is 14 Partially Refunded  leave it, attention: the merchant decides
//!   order is 2 Shipped              leave it, staff note: the merchant shipped before the money came
//!   order is deleted                nothing to write to, attention
//!
//! KOMOJU says: a konbini code waits for cash
//!   order is 7                      leave it, staff note
//!   order is 5                      leave it, staff note, cancel the code at KOMOJU: it must not be paid any more
//!   order is 11                     leave it, cancel the code: the merchant has taken the money another way
//!
//! KOMOJU says: captured, but ¥2,500 instead of ¥3,000
//!   order is 7 or 5                 → 12, staff note, attention
//!   order is 11                     leave it, attention
//! ```
//!
//! The whole table is written out by hand in this module's tests (`WRITTEN`), and the code is tested against it. Its
//! statuses are defaults: a setting may choose another one for authorized money ([`super::settings`]), and test money
//! moves no order unless the merchant allows it.

use super::reading::OrderReading;
use crate::values::attention::Attention;
use crate::values::order_status::OrderStatus;

/// What KOMOJU says of one payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Row {
    /// Captured, in the amount and currency that we asked for.
    CapturedAsAsked,
    /// Captured, in another amount or currency, or the order has been edited since.
    CapturedOtherwise,
    /// Captured and refunded in full before we could tell the order of the money.
    RefundedFirst,
    /// Captured and refunded in part before we could tell the order of the money.
    PartRefundedFirst,
    /// Two-step: the money is reserved, to be captured later.
    Authorized,
    /// Two-step: the money is reserved, but in another amount or currency than we asked for.
    AuthorizedOtherwise,
    /// A code or a session that can still be paid.
    Open,
    /// Nothing of the order was paid, and nothing can be paid any more.
    Dead,
    /// The merchant refunded at KOMOJU, in part or in full.
    Refunded,
    /// The shopper's bank charged the payment back.
    Disputed,
    /// KOMOJU marked the payment as fraud.
    Fraud,
    /// Two-step: KOMOJU refused to capture.
    CaptureRefused,
    /// Two-step: the authorization lapses within days.
    LapsesSoon,
}

/// Where the order stands in BigCommerce.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    /// 0 Incomplete, 1 Pending, 7 Awaiting Payment.
    Unpaid,
    /// 5 Cancelled, 6 Declined.
    Ended,
    /// 4 Refunded, 14 Partially Refunded.
    Refunded,
    /// 2 Shipped, 3 Partially Shipped, 8 to 13 (among them 10 Completed, 11 Awaiting Fulfillment, 12 Manual
    /// Verification, 13 Disputed), and any status that BigCommerce may add.
    MovedOn,
    /// Deleted, whatever its status was.
    Deleted,
}

impl Column {
    /// The column of an order with this status.
    pub fn of(status: OrderStatus, deleted: bool) -> Self {
        match status.0 {
            _ if deleted => Self::Deleted,
            0 | 1 | 7 => Self::Unpaid,
            5 | 6 => Self::Ended,
            4 | 14 => Self::Refunded,
            _ => Self::MovedOn,
        }
    }
}

impl OrderReading {
    /// The column in which the order stood when it was read.
    pub fn column(&self) -> Column {
        Column::of(self.status, self.deleted)
    }
}

/// What we do with the order, and with what is still open at KOMOJU.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Cell {
    /// The order's new status; None leaves it.
    pub status: Option<OrderStatus>,
    /// Add a line to the order's staff notes.
    pub note: bool,
    /// What the merchant must look at because of it.
    pub attention: Option<Attention>,
    /// Cancel the payment or session at KOMOJU, so that it cannot be paid or captured any more.
    pub cancel: bool,
    /// Enter the refund in BigCommerce's books. BigCommerce then moves the order to 4 or 14 itself.
    pub record: bool,
    /// Move the order to 5 or 6 after the grace, if the merchant has set that.
    pub lapse: bool,
}

impl Cell {
    const LEAVE: Self =
        Self { status: None, note: false, attention: None, cancel: false, record: false, lapse: false };
    const RECORD: Self = Self { record: true, ..Self::LEAVE };
    const LAPSE: Self = Self { lapse: true, ..Self::LEAVE };

    const fn to(status: OrderStatus) -> Self {
        Self { status: Some(status), note: true, ..Self::LEAVE }
    }

    const fn noted(self) -> Self {
        Self { note: true, ..self }
    }

    const fn attended(self, attention: Attention) -> Self {
        Self { attention: Some(attention), ..self }
    }

    const fn cancelled(self) -> Self {
        Self { cancel: true, ..self }
    }
}

/// The table. An order is `digital` if it has nothing to ship: once paid it is Completed, and
/// BigCommerce hands out the downloads.
pub fn cell(row: Row, column: Column, digital: bool) -> Cell {
    use Column::*;
    const LEAVE: Cell = Cell::LEAVE;
    const VERIFY: Cell = Cell::to(OrderStatus::MANUAL_VERIFICATION);
    let paid = Cell::to(if digital { OrderStatus::COMPLETED } else { OrderStatus::AWAITING_FULFILLMENT });
    match (row, column) {
        (Row::CapturedAsAsked, Unpaid) => paid,
        // The merchant may have refunded the very file that a Completed order would hand out: a person decides.
        (Row::PartRefundedFirst, Unpaid) if digital => VERIFY,
        (Row::PartRefundedFirst, Unpaid) => paid,
        (Row::CapturedAsAsked | Row::PartRefundedFirst, Ended) => VERIFY.attended(Attention::PaidAfterEnd),
        (Row::CapturedAsAsked | Row::PartRefundedFirst, Refunded | Deleted) => {
            LEAVE.attended(Attention::PaidAfterEnd)
        }
        (Row::CapturedAsAsked | Row::PartRefundedFirst, MovedOn) => LEAVE.noted(),
        (Row::CapturedOtherwise, Unpaid | Ended) => VERIFY.attended(Attention::AmountMismatch),
        (Row::CapturedOtherwise, Refunded | MovedOn | Deleted) => LEAVE.attended(Attention::AmountMismatch),
        // All the money has gone back, so "Awaiting Fulfillment" must never show, not even on the
        // way. But BigCommerce books a refund only of an order that has left the unpaid statuses,
        // so the order goes to 12 first.
        (Row::RefundedFirst, Unpaid) => VERIFY,
        (Row::RefundedFirst, Ended) => LEAVE.noted(),
        (Row::RefundedFirst, Refunded | MovedOn) => LEAVE,
        (Row::Authorized, Unpaid) => Cell::to(OrderStatus::AWAITING_FULFILLMENT),
        (Row::AuthorizedOtherwise, Unpaid) => VERIFY.attended(Attention::AmountMismatch),
        (Row::Authorized | Row::AuthorizedOtherwise, Ended | Refunded) => LEAVE.cancelled().noted(),
        (Row::Authorized, MovedOn) => LEAVE.noted(),
        (Row::AuthorizedOtherwise, MovedOn) => LEAVE.noted().attended(Attention::AmountMismatch),
        (Row::Open, Unpaid) => LEAVE.noted(),
        (Row::Open, Ended) => LEAVE.cancelled().noted(),
        (Row::Open, Refunded | MovedOn) => LEAVE.cancelled(),
        (Row::Authorized | Row::AuthorizedOtherwise | Row::Open, Deleted) => LEAVE.cancelled(),
        (Row::Dead, Unpaid) => Cell::LAPSE,
        (Row::Dead, Ended | Refunded | MovedOn | Deleted) => LEAVE,
        (Row::Refunded, Unpaid | Refunded | MovedOn) => Cell::RECORD,
        // The merchant has both cancelled the order and refunded by hand, and BigCommerce books no refund of a
        // cancelled order. A note is all that is left to do.
        (Row::Refunded, Ended) => LEAVE.noted(),
        (Row::Refunded | Row::RefundedFirst, Deleted) => LEAVE.attended(Attention::RefundedAtKomoju),
        (Row::Disputed, Unpaid | Ended | Refunded | MovedOn) => {
            Cell::to(OrderStatus::DISPUTED).attended(Attention::Disputed)
        }
        (Row::Disputed, Deleted) => LEAVE.attended(Attention::Disputed),
        (Row::Fraud, Unpaid | Ended | Refunded | MovedOn) => VERIFY.attended(Attention::FraudMarked),
        (Row::Fraud, Deleted) => LEAVE.attended(Attention::FraudMarked),
        // The merchant may ship, or have shipped, for money that we cannot take.
        (Row::CaptureRefused, Unpaid | MovedOn) => VERIFY.attended(Attention::CaptureRefused),
        (Row::CaptureRefused, Ended | Refunded | Deleted) => LEAVE.attended(Attention::CaptureRefused),
        (Row::LapsesSoon, Unpaid | MovedOn) => LEAVE.noted().attended(Attention::CaptureDue),
        (Row::LapsesSoon, Ended | Refunded | Deleted) => LEAVE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The table, written out by hand. Columns: unpaid, ended, refunded, moved on, deleted. A number is the new
    /// status and `-` leaves it; then come `n`ote, `a`ttention, `c`ancel, `r`ecord in the books, `l`apse after the
    /// grace. So `12na` is: move the order to 12, add a note, tell the merchant.
    const WRITTEN: [(Row, [&str; 5]); 13] = [
        (Row::CapturedAsAsked, ["11n", "12na", "-a", "-n", "-a"]),
        (Row::CapturedOtherwise, ["12na", "12na", "-a", "-a", "-a"]),
        (Row::RefundedFirst, ["12n", "-n", "-", "-", "-a"]),
        (Row::PartRefundedFirst, ["11n", "12na", "-a", "-n", "-a"]),
        (Row::Authorized, ["11n", "-nc", "-nc", "-n", "-c"]),
        (Row::AuthorizedOtherwise, ["12na", "-nc", "-nc", "-na", "-c"]),
        (Row::Open, ["-n", "-nc", "-c", "-c", "-c"]),
        (Row::Dead, ["-l", "-", "-", "-", "-"]),
        (Row::Refunded, ["-r", "-n", "-r", "-r", "-a"]),
        (Row::Disputed, ["13na", "13na", "13na", "13na", "-a"]),
        (Row::Fraud, ["12na", "12na", "12na", "12na", "-a"]),
        (Row::CaptureRefused, ["12na", "-a", "-a", "12na", "-a"]),
        (Row::LapsesSoon, ["-na", "-", "-", "-na", "-"]),
    ];

    fn spell(cell: Cell) -> String {
        let mut text = cell.status.map_or("-".to_owned(), |s| s.0.to_string());
        let Cell { note, attention, cancel, record, lapse, .. } = cell;
        for (on, letter) in
            [(note, 'n'), (attention.is_some(), 'a'), (cancel, 'c'), (record, 'r'), (lapse, 'l')]
        {
            if on {
                text.push(letter);
            }
        }
        text
    }

    #[test]
    fn the_table_is_the_one_written_down() {
        let statuses = [(7, false), (5, false), (14, false), (11, false), (7, true)];
        for (row, cells) in WRITTEN {
            for ((status, deleted), written) in statuses.into_iter().zip(cells) {
                let column = Column::of(OrderStatus(status), deleted);
                assert_eq!(spell(cell(row, column, false)), written, "{row:?} {column:?}");
            }
        }
    }

    #[test]
    fn every_status_has_its_column() {
        let column = |status| Column::of(OrderStatus(status), false);
        for (expected, statuses) in [
            (Column::Unpaid, vec![0, 1, 7]),
            (Column::Ended, vec![5, 6]),
            (Column::Refunded, vec![4, 14]),
            (Column::MovedOn, vec![2, 3, 8, 9, 10, 11, 12, 13, 99]),
        ] {
            for status in statuses {
                assert_eq!(column(status), expected, "{status}");
            }
        }
    }

    #[test]
    fn a_download_goes_out_only_where_nothing_was_paid_back() {
        let status = |row| cell(row, Column::Unpaid, true).status;
        assert_eq!(status(Row::CapturedAsAsked), Some(OrderStatus::COMPLETED));
        for row in [Row::PartRefundedFirst, Row::RefundedFirst, Row::CapturedOtherwise] {
            assert_eq!(status(row), Some(OrderStatus::MANUAL_VERIFICATION), "{row:?}");
        }
    }

    /// Whatever the column, a cell's attention is about its own row: an authorization
    /// never says "paid after the end".
    #[test]
    fn a_cells_attention_is_that_of_its_row() {
        let columns = [Column::Unpaid, Column::Ended, Column::Refunded, Column::MovedOn, Column::Deleted];
        for (row, only) in [
            (Row::CapturedAsAsked, Attention::PaidAfterEnd),
            (Row::CapturedOtherwise, Attention::AmountMismatch),
            (Row::RefundedFirst, Attention::RefundedAtKomoju),
            (Row::PartRefundedFirst, Attention::PaidAfterEnd),
            (Row::AuthorizedOtherwise, Attention::AmountMismatch),
            (Row::Refunded, Attention::RefundedAtKomoju),
            (Row::Disputed, Attention::Disputed),
            (Row::Fraud, Attention::FraudMarked),
            (Row::CaptureRefused, Attention::CaptureRefused),
            (Row::LapsesSoon, Attention::CaptureDue),
        ] {
            let shown: Vec<_> = columns.iter().filter_map(|c| cell(row, *c, false).attention).collect();
            assert!(!shown.is_empty() && shown.iter().all(|a| *a == only), "{row:?}: {shown:?}");
        }
    }
}
