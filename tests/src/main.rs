//! `sandbox --port 8790 --app http://app.localhost:8787`: the sandbox as a program, with a demo shop ready.

use std::process::ExitCode;

use sandbox::{Config, Sandbox};

#[tokio::main]
async fn main() -> ExitCode {
    let config = match arguments(std::env::args().skip(1)) {
        Ok(config) => config,
        Err(problem) => return fail(&problem),
    };
    match Sandbox::start(config).await {
        Ok(sandbox) => run(sandbox).await,
        Err(error) => fail(&format!("cannot listen: {error}")),
    }
}

/// Makes the demo store and merchant, says where they are, and serves until Ctrl-C.
async fn run(sandbox: Sandbox) -> ExitCode {
    let store = sandbox.bigcommerce.create_demo();
    let merchant = sandbox.komoju.create_demo();
    let places = sandbox.places();
    println!("store              {}", places.demo_shop());
    println!("control panel      {}/stores/{store}", places.panel());
    // The walk uses the live key: its payments stand on the live side.
    println!("KOMOJU dashboard   {}/dashboard/{}?mode=live", places.pay(), merchant.id);
    println!("KOMOJU live key    {}", merchant.secret_key_live);
    println!("KOMOJU test key    {}", merchant.secret_key_test);
    match tokio::signal::ctrl_c().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&format!("cannot wait for Ctrl-C: {error}")),
    }
}

fn fail(problem: &str) -> ExitCode {
    eprintln!("sandbox: {problem}");
    ExitCode::FAILURE
}

fn arguments(given: impl Iterator<Item = String>) -> Result<Config, String> {
    let mut config = Config { port: 8790, app_url: "http://app.localhost:8787".into() };
    let mut given = given;
    while let Some(name) = given.next() {
        let value = given.next().ok_or_else(|| format!("{name} needs a value"))?;
        match name.as_str() {
            "--port" => config.port = value.parse().map_err(|_| format!("{value} is no port"))?,
            "--app" => config.app_url = value,
            _ => return Err(format!("unknown option {name}; there are --port and --app")),
        }
    }
    Ok(config)
}
