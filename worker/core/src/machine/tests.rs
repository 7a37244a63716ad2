//! What the machine does as a whole, one behaviour a file. The file's name is the behaviour.

mod before_us;
mod by_the_ladder;
mod decisions;
mod early_word;
mod edited_since;
mod gathering;
mod in_vain;
mod key_refused;
mod lean_session;
mod let_in_by_contact;
mod missed;
mod moved_meanwhile;
mod overtaken;
mod own_word;
mod paid_twice;
mod paid_unshown;
mod partly_unread;
mod places_in_the_ledger;
mod reserved;
mod row_of_its_own;
mod stale_copy;
mod transfers;
mod unasked;
mod worst_first;
