//! The real machine and the real protocol code against models of BigCommerce and KOMOJU, on the host, in made-up time.
//!
//! A seed makes a [`schedule`] (by [`stories`]): what shoppers, merchants and KOMOJU do, when, and what goes wrong with each message
//! and each call. [`truth`] says, from what the two models hold and from nothing the machine says of itself, how the
//! world must look when nothing happens any more. Whatever breaks that is shrunk and printed as a test.
//!
//! From the top: [`search`] runs schedules and has [`truth`] judge; [`driver`], [`occasions`], [`postman`] and [`people`]
//! make things happen; [`world`] holds what there is, the two models [`bank`] and [`store`] among it.
//!
//! `SIMULATION_SEED=n` replays one seed, `SIMULATION_SCHEDULES=n` tries so many, from seed
//! `SIMULATION_FIRST` on.

mod answer;
mod bank;
mod driver;
mod edge;
mod faults;
mod found;
mod mutation;
mod occasions;
mod odd;
mod page;
mod people;
mod post;
mod postman;
mod random;
mod reach;
mod reviewed;
mod schedule;
mod search;
mod shop;
mod shrink;
mod spoil;
mod storage;
mod store;
mod stories;
mod truth;
mod world;
