//! Live and test: two worlds of one merchant, strangers to each other, as the keys are.

/// Which of a merchant's two worlds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Livemode {
    Test,
    Live,
}

impl Livemode {
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Test => "test",
            Self::Live => "live",
        }
    }
}
