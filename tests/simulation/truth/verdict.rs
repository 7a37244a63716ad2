//! What each judge says.

/// `Err`: what is wrong with the world, in words.
pub type Verdict = Result<(), String>;
