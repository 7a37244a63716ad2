//! The store's storefronts and the origins that their pages are served from: where our script goes, and where a
//! shopper may be sent back to. An origin that is not listed here is never redirected to.

use super::{Api, Data, NotOne, read};
use crate::http::{HttpRequest, Outcome};
use crate::json::{Each, list as list_of, text, unsigned};
use crate::state::failure::Failure;
use crate::url::origin_of;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A storefront, and the origins that its pages are served from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Channel {
    pub id: u64,
    pub name: String,
    /// `https://shop.example`, without a path: primary, canonical and checkout.
    #[serde(default)]
    pub origins: Vec<String>,
}

/// Asks for every storefront that is live or can go live.
pub fn list_request(api: Api<'_>) -> HttpRequest {
    api.get("/v3/channels?type:in=storefront&available=true&limit=250")
}

/// Asks for the addresses of one storefront.
pub fn site_request(api: Api<'_>, channel: u64) -> HttpRequest {
    api.get(&["/v3/channels/", &channel.to_string(), "/site"].concat())
}

#[derive(Deserialize)]
#[serde(try_from = "Value")]
struct ListedChannel {
    id: u64,
    name: String,
}

impl TryFrom<Value> for ListedChannel {
    type Error = NotOne;

    fn try_from(value: Value) -> Result<Self, NotOne> {
        let id = unsigned(&value, "id").ok_or(NotOne)?;
        Ok(Self { id, name: text(&value, "name") })
    }
}

/// The answer to [`list_request`]: the storefronts, without their origins yet. If one of them cannot be read, those
/// in `known` that seem to be missing stay: a storefront is not closed because of one bad line. Errors also: an empty
/// list, for every store has a storefront.
pub fn parse_list(outcome: &Outcome, known: &[Channel]) -> Result<Vec<Channel>, Failure> {
    let listed: Option<Data<Each<ListedChannel>>> = read(outcome)?;
    let listed = listed.map(|l| l.data).filter(|l| !l.read.is_empty());
    let listed = listed.ok_or_else(|| Failure::Unreadable("no storefront is listed".to_owned()))?;
    let new = |c: ListedChannel| Channel { id: c.id, name: c.name, origins: Vec::new() };
    let mut all: Vec<Channel> = listed.read.into_iter().map(new).collect();
    if listed.unread > 0 {
        let missing: Vec<_> = known.iter().filter(|k| all.iter().all(|c| c.id != k.id)).cloned().collect();
        all.extend(missing);
    }
    Ok(all)
}

#[derive(Deserialize)]
#[serde(try_from = "Value")]
struct Site {
    url: String,
    urls: Vec<String>,
}

impl TryFrom<Value> for Site {
    type Error = NotOne;

    fn try_from(value: Value) -> Result<Self, NotOne> {
        value.as_object().ok_or(NotOne)?;
        let urls = list_of(&value, "urls").iter().map(|url| text(url, "url")).collect();
        Ok(Self { url: text(&value, "url"), urls })
    }
}

/// The answer to [`site_request`]: every origin of the site (primary, canonical, checkout), each once. A storefront
/// without a site (404) has none.
pub fn parse_origins(outcome: &Outcome) -> Result<Vec<String>, Failure> {
    let site: Option<Data<Site>> = match read(outcome) {
        Err(Failure::NotFound) => None,
        site => site?,
    };
    let Some(site) = site.map(|s| s.data) else { return Ok(Vec::new()) };
    let mut origins = Vec::new();
    for url in site.urls.iter().chain([&site.url]) {
        let origin = origin_of(url).filter(|origin| !origins.contains(origin));
        origins.extend(origin);
    }
    Ok(origins)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bigcommerce::tests::answer;

    #[test]
    fn a_site_has_each_origin_once() {
        let body = r#"{"data":{"id":9,"url":"https://shop.example","channel_id":1,"urls":[
            {"url":"https://shop.example","type":"primary"},
            {"url":"https://store-q7w8e9.mybigcommerce.com","type":"canonical"},
            {"url":"https://pay.shop.example/","type":"checkout"},
            {"url":"nonsense","type":"primary"}]},"meta":{}}"#;
        let expected =
            ["https://shop.example", "https://store-q7w8e9.mybigcommerce.com", "https://pay.shop.example"];
        assert_eq!(parse_origins(&answer(200, body)), Ok(expected.map(str::to_owned).to_vec()));
    }

    #[test]
    fn a_storefront_without_a_site_has_no_origins() {
        assert_eq!(parse_origins(&answer(404, r#"{"status":404,"title":"Not found"}"#)), Ok(Vec::new()));
        assert!(matches!(parse_origins(&answer(503, "")), Err(Failure::Indeterminate(_))));
    }

    #[test]
    fn a_list_without_storefronts_is_not_believed() {
        for nothing in [answer(204, ""), answer(200, r#"{"data":[],"meta":{}}"#)] {
            assert!(matches!(parse_list(&nothing, &[]), Err(Failure::Unreadable(_))), "{nothing:?}");
        }
        let one = parse_list(
            &answer(200, r#"{"data":[{"id":1,"name":"Main","type":"storefront"}],"meta":{}}"#),
            &[],
        );
        assert_eq!(one.map(|c| c[0].id), Ok(1));
    }

    #[test]
    fn one_bad_line_closes_no_storefront() {
        let known = [1, 2, 3].map(|id| Channel { id, name: "known".to_owned(), origins: Vec::new() });
        let ids = |body: &str| {
            let mut ids: Vec<u64> =
                parse_list(&answer(200, body), &known).expect("a list").iter().map(|c| c.id).collect();
            ids.sort_unstable();
            ids
        };
        assert_eq!(ids(r#"{"data":[{"id":1},{"id":null},{"id":4,"name":7}]}"#), [1, 2, 3, 4]);
        assert_eq!(
            ids(r#"{"data":[{"id":1},{"id":4}]}"#),
            [1, 4],
            "without a bad line, what is gone is gone"
        );
    }
}
