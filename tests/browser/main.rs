//! Journeys of a shopper or a merchant, in real Chromium, with the worker in real workerd.

mod alive;
