//! Pages that use XMLHttpRequest: in every order of opening, listening, sending and giving up.

use super::compare;

#[tokio::test]
async fn a_page_that_uses_xml_http_request_gets_what_it_would_get_without_us() {
    compare("xhr.js", vec![("xhr.js", include_str!("xhr.js").to_owned())]).await;
}
