//! `scripts/bench [NAME…]`: the worker as shipped, beside a bare one on the same machine in the same run.
//! `scripts/bench soak MINUTES`: the same worker under load for so long.

#![allow(clippy::float_arithmetic, reason = "figures are times and ratios")]

mod burst;
mod cold;
mod figures;
mod intake;
mod load;
mod neighbour;
mod pages;
mod soak;
mod start;
mod target;

use std::process::ExitCode;
use std::time::Duration;

use sandbox::harness::{Code, World};

const PARTS: [&str; 6] = ["intake", "burst", "cold", "start", "pages", "neighbour"];

/// Our worker as it is deployed, with delays of production.
async fn shipped() -> World {
    World::own_with(|options| {
        options.code = Code::Shipped;
        options.vars.insert("TIME_SCALE".into(), "1".into());
    })
    .await
}

/// [`shipped`], with delays sixty times shorter, so that an hour sees what takes days.
async fn hurried() -> World {
    World::own_with(|options| options.code = Code::Shipped).await
}

fn main() -> ExitCode {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let wanted: Vec<&str> = wanted.iter().map(String::as_str).collect();
    let figures = match wanted[..] {
        ["soak", minutes] => match minutes.parse::<u64>() {
            Ok(minutes) => {
                let world = runtime.block_on(hurried());
                soak::measure(&world, Duration::from_secs(60 * minutes))
            }
            Err(_) => return refused(&format!("{minutes:?} is no number of minutes.")),
        },
        _ => match wanted.iter().find(|name| !PARTS.contains(name)) {
            Some(unknown) => {
                let parts = PARTS.join(", ");
                return refused(&format!(
                    "There is no part {unknown:?}. Parts are: {parts}; and: soak MINUTES."
                ));
            }
            None => runtime.block_on(measure(&wanted)),
        },
    };
    println!("| | ours | beside it | ratio | goal |\n|---|---|---|---|---|");
    for figure in &figures {
        println!("{}", figure.row());
    }
    let missed = figures.iter().filter(|figure| !figure.holds()).count();
    match missed {
        0 => println!("\nAll goals hold."),
        _ => println!("\n{missed} of {} goals are missed.", figures.len()),
    }
    if missed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn refused(why: &str) -> ExitCode {
    eprintln!("{why}");
    ExitCode::FAILURE
}

/// The parts that are wanted; none named: all.
async fn measure(wanted: &[&str]) -> Vec<figures::Figure> {
    let mut figures = Vec::new();
    for part in PARTS.into_iter().filter(|part| wanted.is_empty() || wanted.contains(part)) {
        eprintln!("{part}");
        let world = shipped().await;
        figures.extend(match part {
            "intake" => intake::measure(&world).await,
            "burst" => burst::measure(&world).await,
            "start" => start::measure(&world).await,
            "pages" => pages::measure(&world).await,
            "neighbour" => neighbour::measure(&world).await,
            _ => cold::measure(&world).await,
        });
    }
    figures
}
