//! The script beside what shops really load: libraries that call for the page, and such as listen to its calls as we
//! do. Each before our tag and after it. It takes half a minute, so it runs only where it is asked for:
//! `scripts/test --ignored beside`.

use std::io::Write;
use std::process::{Command, Stdio};

use super::compare;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// How a page gets each, by the name of the file that it loads.
const PACKAGES: [(&str, &str); 5] = [
    ("zone.js", "import 'zone.js';"),
    ("axios.js", "import axios from 'axios'; window.axios = axios;"),
    ("jquery.js", "import $ from 'jquery'; window.$ = $;"),
    ("sentry.js", "import * as Sentry from '@sentry/browser'; window.Sentry = Sentry;"),
    ("datadog.js", "import { datadogRum } from '@datadog/browser-rum'; window.datadogRum = datadogRum;"),
];

#[tokio::test]
#[ignore = "for changes of how the script listens: scripts/test --ignored beside"]
async fn a_page_with_known_libraries_gets_what_it_would_get_without_us() {
    let mut files = PACKAGES.map(|(name, source)| (name, bundle(source))).to_vec();
    files.push(("beside.js", include_str!("beside.js").to_owned()));
    compare("beside.js", files).await;
}

/// What a page imports, as one file.
fn bundle(source: &str) -> String {
    let mut esbuild = Command::new(format!("{ROOT}/node_modules/.bin/esbuild"))
        .args(["--bundle", "--format=iife", "--log-level=error"])
        .current_dir(ROOT)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("esbuild starts: scripts/setup installs it");
    let mut input = esbuild.stdin.take().expect("stdin is piped");
    input.write_all(source.as_bytes()).expect("esbuild reads");
    drop(input);
    let made = esbuild.wait_with_output().expect("esbuild ends");
    assert!(made.status.success(), "{source} is bundled");
    String::from_utf8(made.stdout).expect("a script is text")
}
