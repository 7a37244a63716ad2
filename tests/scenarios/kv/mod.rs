//! Workers KV is a cache: it may show the store as it was long ago, or nothing but errors, and neither may matter.

mod failing;
mod script;
mod stale;
