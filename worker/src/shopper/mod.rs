//! What the shopper meets.
