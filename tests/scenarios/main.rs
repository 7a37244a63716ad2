//! Behaviour of the worker as other programs meet it: BigCommerce, KOMOJU, and whoever else sends it requests.

mod alive;
mod app;
mod bad_input;
mod capture;
mod captured_as_asked;
mod captured_otherwise;
mod card_tries;
mod currencies;
mod faults_at_bigcommerce;
mod faults_at_komoju;
mod healing;
mod killed;
mod konbini;
mod older_attempts;
mod order_moved_by_hand;
mod paid_by_card;
mod refunds;
mod restart;
mod session_reuse;
mod shopper_leaves_while_we_ask;
mod status_after_the_milestone;
mod test_money;
mod unknown_label;
mod wallet;
mod webhooks;
