//! What the objects are asked and what they answer: plain data, carried as JSON. Whoever asks and the object that
//! answers both import it; it imports neither.

pub mod desk;
pub mod health;
pub mod ledger;
pub mod payment;
pub mod store;

/// Whether a question may reach its object twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repeat {
    /// Twice has the effect of once.
    May,
    MustNot,
}
