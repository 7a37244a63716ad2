//! What happens to the order: the product's promise to the merchant, as one table.
//!
//! The status moves at a milestone and only there; from then on it belongs to the merchant. Rows are what KOMOJU
//! says of one payment, columns what the order is at that moment.

use super::reading::{OrderReading, OrderStatus};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Row {
    CapturedAsAsked,
    CapturedOtherwise,
    /// Two-step: reserved, to be captured later.
    Authorized,
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
    pub attention: bool,
    /// End it at KOMOJU.
    pub cancel: bool,
    /// Enter the refund in BigCommerce, which moves the order to 4 or 14 itself.
    pub record: bool,
    /// Move it to 5 or 6 once the grace is over, where the merchant wants that.
    pub lapse: bool,
}

impl Cell {
    const LEAVE: Self =
        Self { status: None, note: false, attention: false, cancel: false, record: false, lapse: false };
    const RECORD: Self = Self { record: true, ..Self::LEAVE };
    const LAPSE: Self = Self { lapse: true, ..Self::LEAVE };

    const fn to(status: OrderStatus) -> Self {
        Self { status: Some(status), note: true, ..Self::LEAVE }
    }

    const fn noted(self) -> Self {
        Self { note: true, ..self }
    }

    const fn attended(self) -> Self {
        Self { attention: true, ..self }
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
        (Row::CapturedAsAsked, Ended) => VERIFY.attended(),
        (Row::CapturedAsAsked, Refunded) => LEAVE.attended(),
        (Row::CapturedAsAsked, MovedOn) => LEAVE.noted(),
        (Row::CapturedOtherwise, Unpaid | Ended) => VERIFY.attended(),
        (Row::CapturedOtherwise, Refunded | MovedOn) => LEAVE.attended(),
        (Row::Authorized, Unpaid) => Cell::to(OrderStatus::AWAITING_FULFILLMENT),
        (Row::Authorized, Ended | Refunded) => LEAVE.cancelled().noted(),
        (Row::Authorized, MovedOn) => LEAVE.noted(),
        (Row::Open, Unpaid) => LEAVE.noted(),
        (Row::Open, Ended) => LEAVE.cancelled().noted(),
        (Row::Open, Refunded | MovedOn) => LEAVE.cancelled(),
        (Row::Authorized | Row::Open, Deleted) => LEAVE.cancelled(),
        (Row::Dead, Unpaid) => Cell::LAPSE,
        (Row::Dead, Ended | Refunded | MovedOn | Deleted) => LEAVE,
        (Row::Refunded, Unpaid | Refunded | MovedOn) => Cell::RECORD,
        // BigCommerce books refunds of paid orders only; here the merchant has done both by hand.
        (Row::Refunded, Ended) => LEAVE.noted(),
        (Row::Disputed, Unpaid | Ended | Refunded | MovedOn) => Cell::to(OrderStatus::DISPUTED).attended(),
        (Row::Fraud, Unpaid | Ended | Refunded | MovedOn) => VERIFY.attended(),
        // The goods may be on their way: this once, a shipped order goes back.
        (Row::CaptureRefused, Unpaid | MovedOn) => VERIFY.attended(),
        (Row::CaptureRefused, Ended | Refunded) => LEAVE.attended(),
        (Row::LapsesSoon, Unpaid | MovedOn) => LEAVE.noted().attended(),
        (Row::LapsesSoon, Ended | Refunded | Deleted) => LEAVE,
        (
            Row::CapturedAsAsked
            | Row::CapturedOtherwise
            | Row::Refunded
            | Row::Disputed
            | Row::Fraud
            | Row::CaptureRefused,
            Deleted,
        ) => LEAVE.attended(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The table as the design writes it down, by hand: a number is the new status, `-` leaves it, then `n`ote,
    /// `a`ttention, `c`ancel, `r`ecord in the books, `l`apse after the grace. Columns: unpaid, ended, refunded, moved
    /// on, deleted.
    const WRITTEN: [(Row, [&str; 5]); 10] = [
        (Row::CapturedAsAsked, ["11n", "12na", "-a", "-n", "-a"]),
        (Row::CapturedOtherwise, ["12na", "12na", "-a", "-a", "-a"]),
        (Row::Authorized, ["11n", "-nc", "-nc", "-n", "-c"]),
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
        for (on, letter) in [(note, 'n'), (attention, 'a'), (cancel, 'c'), (record, 'r'), (lapse, 'l')] {
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
    fn a_paid_digital_order_is_completed() {
        let cell = cell(Row::CapturedAsAsked, Column::Unpaid, true);
        assert_eq!(cell.status, Some(OrderStatus::COMPLETED));
    }
}
