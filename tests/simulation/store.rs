//! BigCommerce, as far as one order sees it.

use komoju_bigcommerce_worker::http::{HttpRequest, Outcome};
use serde_json::{Value, json};

use super::driver::answer;

pub const CART: &str = "5d0c7c7e-6f3a-4c1b-8f0e-2b9d4a7c1e55";

/// One order, and everything that ever happened to its status.
#[derive(Debug, Clone)]
pub struct Store {
    pub status: u8,
    pub history: Vec<u8>,
    pub notes: String,
    pub total: i64,
    pub deleted: bool,
    pub payment_id: String,
    pub placed_ms: i64,
    /// How often a PUT took effect.
    pub puts: u32,
}

impl Store {
    pub fn with_order(total: i64, placed_ms: i64) -> Self {
        Self {
            status: 7,
            history: vec![7],
            notes: "Wrap as a gift".to_owned(),
            total,
            deleted: false,
            payment_id: String::new(),
            placed_ms,
            puts: 0,
        }
    }

    /// The merchant's own move.
    pub fn move_to(&mut self, status: u8) {
        self.status = status;
        self.history.push(status);
    }

    pub fn serve(&mut self, request: &HttpRequest) -> Outcome {
        if self.deleted {
            return answer(
                404,
                &json!([{ "status": 404, "message": "The requested resource was not found." }]),
            );
        }
        match request.method {
            "GET" => answer(200, &self.order()),
            "PUT" => self.put(request.body.as_deref().unwrap_or("")),
            other => panic!("BigCommerce is never asked to {other}"),
        }
    }

    fn put(&mut self, body: &str) -> Outcome {
        let body: Value = serde_json::from_str(body).expect("the worker sends JSON");
        if let Some(status) = body["status_id"].as_u64() {
            self.move_to(u8::try_from(status).expect("a status"));
        }
        self.notes = body["staff_notes"].as_str().expect("notes are always sent").to_owned();
        self.payment_id = body["payment_provider_id"].as_str().expect("so is the payment").to_owned();
        self.puts += 1;
        answer(200, &self.order())
    }

    fn order(&self) -> Value {
        json!({
            "id": 1001, "status_id": self.status, "date_created": rfc2822(self.placed_ms),
            "total_inc_tax": format!("{}.0000", self.total), "store_credit_amount": "0.0000",
            "gift_certificate_amount": "0.0000", "currency_code": "JPY", "default_currency_code": "JPY",
            "payment_method": "Pay in Store", "payment_provider_id": self.payment_id, "channel_id": 1,
            "cart_id": CART, "order_is_digital": false, "is_deleted": false, "staff_notes": self.notes,
            "billing_address": { "first_name": "Aoi", "last_name": "Mori", "email": "aoi@shop.example" },
        })
    }
}

/// All orders here are placed at the same minute of the same day.
fn rfc2822(ms: i64) -> String {
    assert_eq!(ms, super::driver::EPOCH);
    "Sun, 22 Nov 2026 00:00:00 +0000".to_owned()
}
