//! Pages that call fetch: with whatever, by whatever, and whatever comes of it.

use super::compare;

#[tokio::test]
async fn a_page_that_calls_fetch_gets_what_it_would_get_without_us() {
    compare("fetch.js", vec![("fetch.js", include_str!("fetch.js").to_owned())]).await;
}
