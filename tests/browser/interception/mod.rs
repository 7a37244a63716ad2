//! The script listens to the page's own calls, and the page never notices: whatever it calls, it gets what it would
//! have got without us, and whatever it calls by, the order is heard.
//!
//! The tables are JavaScript: a row is what a page calls and tells of what it got. [`compare`] runs every row twice in
//! one Chromium, on a page with the script and on one without it.

mod beside;
mod fetch;
mod life;
mod stand;
mod xhr;

use sandbox::harness::{Browser, Language, eventually};
use serde_json::Value;

use stand::{Stand, own_question};

/// The number from one order to the next on the same page.
const NEXT: u64 = 500;

/// Runs a table. Every row tells the same with us and without us, and its order is heard as the row says.
async fn compare(table: &str, files: Vec<(&'static str, String)>) {
    let page = format!(
        "<script src=\"/files/page.js\" data-app=\"{{app}}\"></script><script src=\"/files/{table}\"></script>"
    );
    let files = [files, vec![("page.js", include_str!("page.js").to_owned())]].concat();
    let stand = Stand::open(&page, files).await;
    let browser = Browser::open(Language::English).await;
    browser.goto(&stand.shop).await;
    let report = eventually("all rows to be run", async || {
        let report = browser.eval("window.report ?? null").await;
        report.as_array().cloned()
    })
    .await;
    assert!(!report.is_empty());
    let noticed: Vec<_> = report.iter().filter(|row| row["with"] != row["without"]).map(difference).collect();
    assert!(noticed.is_empty(), "pages notice us:\n{}", noticed.join("\n"));
    for row in &report {
        is_heard(&stand, row).await;
    }
    let faults =
        "[...document.querySelectorAll('iframe')].flatMap(({ contentWindow }) => contentWindow.faults)
        .filter((fault) => !fault.includes(\"of the page's own\"))";
    assert_eq!(browser.eval(faults).await, Value::Array(Vec::new()), "nothing breaks afterwards");
}

fn difference(row: &Value) -> String {
    let text = |key: &str| row[key].as_str().unwrap_or("nothing").to_owned();
    format!("{}\n  with us    {}\n  without us {}", row["name"], text("with"), text("without"))
}

/// The script makes of a row's order what the row says.
async fn is_heard(stand: &Stand, row: &Value) {
    let name = &row["name"];
    let order = row["id"].as_u64().expect("a row has an order");
    let own = own_question(order);
    match row["hears"].as_str() {
        Some("heard") => {
            let start = stand.started(order).await;
            assert_ne!(start.answer, own, "{name}: the page's own answer is taken");
            assert!(!stand.asked(order).contains(&own), "{name}: the order is not asked for again");
        }
        Some("asked") => {
            assert_eq!(stand.started(order).await.answer, own, "{name}: our own question's answer is taken");
        }
        Some("either") => {
            stand.started(order).await;
        }
        Some("ignored") => {
            stand.started(order + NEXT).await;
            assert!(stand.starts().iter().all(|start| start.order != order), "{name}: nothing is started");
        }
        Some("silent") => {
            let both = [order, order + NEXT];
            assert!(
                stand.starts().iter().all(|start| !both.contains(&start.order)),
                "{name}: nothing is started"
            );
        }
        other => panic!("{name}: {other:?} is no expectation"),
    }
}
