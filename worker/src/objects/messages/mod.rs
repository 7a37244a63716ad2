//! What the objects are asked, and what they answer: plain data, carried as JSON. Both the asker and the object
//! import it; it imports neither.

pub mod desk;
pub mod health;
pub mod ledger;
pub mod payment;
pub mod store;

/// Whether a question may reach its object twice, after an error that may have come after the effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repeat {
    /// Asked twice, it has the effect of once.
    May,
    /// Asked twice, it would have two effects.
    MustNot,
}
