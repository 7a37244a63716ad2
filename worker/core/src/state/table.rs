//! What happens to the order: the product's promise to the merchant, as one table.
//!
//! The status moves at a milestone and only there; from then on it belongs to the merchant. Rows are what KOMOJU
//! says of one payment, columns what the order is at that moment.

use super::reading::OrderReading;
use crate::values::attention::Attention;
use crate::values::order_status::OrderStatus;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Row {
    CapturedAsAsked,
    CapturedOtherwise,
    /// Captured and paid back in full before the order heard of the money.
    RefundedFirst,
    /// Captured and paid back in part before the order heard of the money.
    PartRefundedFirst,
    /// Two-step: reserved, to be captured later.
    Authorized,
    /// Two-step: reserved, but another amount or currency than was asked.
    AuthorizedOtherwise,
    /// A code or a session that can still be paid.
    Open,
    /// Nothing of the order was paid, and nothing can be paid any more.
    Dead,
    /// Refunded at KOMOJU by the merchant, in part or in full.
    Refunded,
    /// Chargeback.
    Disputed,
    /// Fraud mark.
    Fraud,
    /// Two-step: KOMOJU will not capture.
    CaptureRefused,
    /// Two-step: the authorization ends within days.
    LapsesSoon,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    /// 0, 1, 7.
    Unpaid,
    /// 5 Cancelled, 6 Declined.
    Ended,
    /// 4, 14.
    Refunded,
    /// 2, 3, 8–13, and anything BigCommerce may add.
    MovedOn,
    Deleted,
}

impl Column {
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
    pub fn column(&self) -> Column {
        Column::of(self.status, self.deleted)
    }
}

/// What to do with the order and with what is still open at KOMOJU.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Cell {
    /// The new status; None leaves it.
    pub status: Option<OrderStatus>,
    pub note: bool,
    /// What a person must look at because of it.
    pub attention: Option<Attention>,
    /// End it at KOMOJU.
    pub cancel: bool,
    /// Enter the refund in BigCommerce, which moves the order to 4 or 14 itself.
    pub record: bool,
    /// Move it to 5 or 6 once the grace is over, where the merchant wants that.
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

/// The table. `digital` orders have nothing to ship: paid is completed.
pub fn cell(row: Row, column: Column, digital: bool) -> Cell {
    use Column::*;
    const LEAVE: Cell = Cell::LEAVE;
    const VERIFY: Cell = Cell::to(OrderStatus::MANUAL_VERIFICATION);
    let paid = Cell::to(if digital { OrderStatus::COMPLETED } else { OrderStatus::AWAITING_FULFILLMENT });
    match (row, column) {
        (Row::CapturedAsAsked, Unpaid) => paid,
        // The refund may be for the very file that a completed order would hand out.
        (Row::PartRefundedFirst, Unpaid) if digital => VERIFY,
        (Row::PartRefundedFirst, Unpaid) => paid,
        (Row::CapturedAsAsked | Row::PartRefundedFirst, Ended) => VERIFY.attended(Attention::PaidAfterEnd),
        (Row::CapturedAsAsked | Row::PartRefundedFirst, Refunded | Deleted) => {
            LEAVE.attended(Attention::PaidAfterEnd)
        }
        (Row::CapturedAsAsked | Row::PartRefundedFirst, MovedOn) => LEAVE.noted(),
        (Row::CapturedOtherwise, Unpaid | Ended) => VERIFY.attended(Attention::AmountMismatch),
        (Row::CapturedOtherwise, Refunded | MovedOn | Deleted) => LEAVE.attended(Attention::AmountMismatch),
        // No money is left to ship for. BigCommerce books refunds of paid orders only, so the order must leave the
        // unpaid statuses first; "Awaiting Fulfillment" would say "ship it" on the way.
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
        // BigCommerce books refunds of paid orders only; here the merchant has done both by hand.
        (Row::Refunded, Ended) => LEAVE.noted(),
        (Row::Refunded | Row::RefundedFirst, Deleted) => LEAVE.attended(Attention::RefundedAtKomoju),
        (Row::Disputed, Unpaid | Ended | Refunded | MovedOn) => {
            Cell::to(OrderStatus::DISPUTED).attended(Attention::Disputed)
        }
        (Row::Disputed, Deleted) => LEAVE.attended(Attention::Disputed),
        (Row::Fraud, Unpaid | Ended | Refunded | MovedOn) => VERIFY.attended(Attention::FraudMarked),
        (Row::Fraud, Deleted) => LEAVE.attended(Attention::FraudMarked),
        // The goods may be on their way: this once, a shipped order goes back.
        (Row::CaptureRefused, Unpaid | MovedOn) => VERIFY.attended(Attention::CaptureRefused),
        (Row::CaptureRefused, Ended | Refunded | Deleted) => LEAVE.attended(Attention::CaptureRefused),
        (Row::LapsesSoon, Unpaid | MovedOn) => LEAVE.noted().attended(Attention::CaptureDue),
        (Row::LapsesSoon, Ended | Refunded | Deleted) => LEAVE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The table as the design writes it down, by hand: a number is the new status, `-` leaves it, then `n`ote,
    /// `a`ttention, `c`ancel, `r`ecord in the books, `l`apse after the grace. Columns: unpaid, ended, refunded, moved
    /// on, deleted.
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

    /// A person is told of what the row is about, whatever the column.
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
