//! What KOMOJU holds: merchants, sessions, payments with their refunds, events.

mod event;
mod livemode;
mod locale;
mod merchant;
mod payment;
mod session;

pub use self::event::Event;
pub use self::livemode::Livemode;
pub use self::locale::Locale;
pub use self::merchant::{Endpoint, Merchant, Mood, Transfers};
pub use self::payment::{
    BankAccount, Details, Payment, PaymentStatus, Refund, RefundRequest, RequestStatus, ShownType,
};
pub use self::session::{Capture, Offer, Session, SessionStatus};
