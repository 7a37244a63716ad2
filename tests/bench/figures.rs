//! What was measured, beside what it is held against.

use std::fmt;

/// One figure: ours, the one beside it from the same run, and the bound that their ratio must keep.
#[derive(Debug)]
pub struct Figure {
    pub name: String,
    pub ours: f64,
    /// What `ours` is divided by: the peer's figure, or our own under other conditions.
    pub beside: f64,
    pub unit: &'static str,
    pub bound: Bound,
}

/// What the ratio must be.
#[derive(Debug, Clone, Copy)]
pub enum Bound {
    AtLeast(f64),
    AtMost(f64),
    /// None was set: the figure is shown.
    Free,
}

impl Figure {
    pub fn ratio(&self) -> f64 {
        self.ours / self.beside
    }

    pub fn holds(&self) -> bool {
        match self.bound {
            Bound::AtLeast(least) => self.ratio() >= least,
            Bound::AtMost(most) => self.ratio() <= most,
            Bound::Free => true,
        }
    }

    /// A row of the table.
    pub fn row(&self) -> String {
        let Self { name, ours, beside, unit, bound } = self;
        let verdict = if self.holds() { "" } else { " **missed**" };
        format!("| {name} | {ours:.1} {unit} | {beside:.1} {unit} | {:.2} | {bound}{verdict} |", self.ratio())
    }
}

impl fmt::Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AtLeast(least) => write!(f, "≥ {least}"),
            Self::AtMost(most) => write!(f, "≤ {most}"),
            Self::Free => write!(f, "–"),
        }
    }
}

/// The middle of several rounds.
pub fn middle(mut rounds: Vec<f64>) -> f64 {
    rounds.sort_by(f64::total_cmp);
    rounds[rounds.len() / 2]
}
