//! The app as BigCommerce and the merchant meet it: installed, opened, repaired, uninstalled; keys, secrets, headers.

mod cross_origin;
mod headers;
mod installation;
mod keys;
mod limits;
mod log;
mod repair;
mod uninstallation;
mod who_changed;
