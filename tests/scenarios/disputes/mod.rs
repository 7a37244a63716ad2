//! Money that is taken back from the merchant, or that KOMOJU distrusts.

mod charged_back;
mod marked_as_fraud;
