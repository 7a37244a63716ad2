//! The messages of the two sides that are on their way, and what becomes of each.

use domain::state::hint::Hint;

use super::schedule::{Fate, MINUTE};

/// How long after the first a message may come once more.
const AGAIN: i64 = 90 * MINUTE;

#[derive(Debug, Clone)]
pub struct Letter {
    pub due: i64,
    pub hint: Hint,
    pub early: bool,
    /// The `external_order_num` it names, for those who read it.
    pub number: String,
}

#[derive(Debug)]
pub struct Post {
    /// What becomes of messages from now on.
    pub fate: Fate,
    pub box_: Vec<Letter>,
    pub lost: Vec<Letter>,
    /// So many hooks have been sent.
    pub hooks: u32,
    /// Whether the word of our own move has come, where it replaced something.
    pub told_of_own_move: Vec<(u8, u8)>,
}

impl Default for Post {
    fn default() -> Self {
        Self {
            fate: Fate::Arrives,
            box_: Vec::new(),
            lost: Vec::new(),
            hooks: 0,
            told_of_own_move: Vec::new(),
        }
    }
}

impl Post {
    pub fn next_due(&self) -> Option<i64> {
        self.box_.iter().map(|letter| letter.due).min()
    }

    pub fn send(&mut self, hint: Hint, number: String, now: i64) {
        let letter = Letter { due: now, hint, early: self.fate == Fate::Overtakes, number };
        match self.fate {
            Fate::Lost => self.lost.push(letter),
            Fate::Twice => {
                let again = Letter { due: now + AGAIN, ..letter.clone() };
                self.box_.extend([letter.clone(), letter, again]);
            }
            Fate::Late(minutes) => self.box_.push(Letter { due: now + minutes * MINUTE, ..letter }),
            Fate::Arrives | Fate::Overtakes => self.box_.push(letter),
        }
    }

    pub fn take(&mut self, due: impl Fn(&Letter) -> bool) -> Vec<Letter> {
        let (now, later) = std::mem::take(&mut self.box_).into_iter().partition(due);
        self.box_ = later;
        now
    }
}
