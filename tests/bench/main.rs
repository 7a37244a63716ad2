//! `scripts/bench [NAME…]`: the worker as shipped, beside a bare one on the same machine in the same run.

#![allow(clippy::float_arithmetic, reason = "figures are times and ratios")]

mod burst;
mod cold;
mod figures;
mod intake;
mod load;
mod target;

use std::process::ExitCode;

use sandbox::harness::{Code, World};

const PARTS: [&str; 3] = ["intake", "burst", "cold"];

/// Our worker as it is deployed, with delays of production.
async fn shipped() -> World {
    World::own_with(|options| {
        options.code = Code::Shipped;
        options.vars.insert("TIME_SCALE".into(), "1".into());
    })
    .await
}

#[tokio::main]
async fn main() -> ExitCode {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    if let Some(unknown) = wanted.iter().find(|name| !PARTS.contains(&name.as_str())) {
        eprintln!("There is no part {unknown:?}. Parts are: {}.", PARTS.join(", "));
        return ExitCode::FAILURE;
    }
    let mut figures = Vec::new();
    for part in PARTS.into_iter().filter(|part| wanted.is_empty() || wanted.iter().any(|name| name == part)) {
        eprintln!("{part}");
        let world = shipped().await;
        figures.extend(match part {
            "intake" => intake::measure(&world).await,
            "burst" => burst::measure(&world).await,
            _ => cold::measure(&world).await,
        });
    }
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
