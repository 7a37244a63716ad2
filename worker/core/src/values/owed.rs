//! What an order still owes if store credit or gift certificates paid a part of it.
//!
//! BigCommerce does not document whether an order's total still contains such a part, and the two kinds may differ. A
//! wrong guess would charge the shopper twice for it, or ship goods that are not paid. So we never guess. Each kind
//! is either *gross* (the total contains it) or *net* (it is already taken off), which gives up to four candidates:
//!
//! ```text
//! total ¥2,030, store credit ¥300, gift certificates ¥500
//!   credit net,   certificates net     ¥2,030
//!   credit gross, certificates net     ¥1,730 = 2,030 − 300
//!   credit net,   certificates gross   ¥1,530 = 2,030 − 500
//!   credit gross, certificates gross   ¥1,230 = 2,030 − 300 − 500
//! ```
//!
//! The first of these that knows chooses among the candidates ([`Split::decide`]):
//!
//! 1. the way in which an attempt was counted that can still be paid, or was: the shopper has seen that amount;
//! 2. the merchant's word on this order: "¥1,530 are left to pay";
//! 3. the order's transactions: our payment method's row says ¥1,530;
//! 4. the store's answers, learned from the first such order: "credit is gross", "certificates are net". With the
//!    first alone, ¥1,730 and ¥1,230 remain, so the order stays undecided.
//!
//! Invariant: if nothing chooses, the amount is undecided and nothing is charged; the merchant is asked once
//! ([`Split::choices`]), and the answer is remembered for the store as far as it tells ([`Split::lesson`]).

use super::money::Money;
use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantArray};

/// Whether a store's order totals still contain what was paid by store credit, or by gift certificates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr, VariantArray)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Counting {
    /// The total contains the part, so we subtract it.
    Gross,
    /// The part is already taken off: the total is what is left to pay.
    Net,
}

impl Counting {
    /// Its name in text; stored JSON has the same.
    pub fn key(self) -> &'static str {
        self.into()
    }
}

/// How both kinds are counted in one order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Basis {
    pub credit: Counting,
    pub certificates: Counting,
}

impl Basis {
    /// What former versions always assumed. They recorded only the amount of an attempt.
    pub const FORMER: Self = Self { credit: Counting::Gross, certificates: Counting::Gross };
}

/// An order that was paid in part by store credit or gift certificates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Split {
    /// The order's total, as BigCommerce says it.
    pub total: Money,
    /// What store credit paid, in minor units of the total's currency; 0 if nothing.
    pub credit: i64,
    /// What gift certificates paid, in minor units of the total's currency; 0 if nothing.
    pub certificates: i64,
}

/// What is known about how to count an order, the strongest first. None: this source does not know.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Evidence {
    /// How an attempt was counted that can still be paid, or was.
    pub frozen: Option<Basis>,
    /// The amount due that the merchant chose in the panel, in minor units of the order's currency.
    pub said: Option<i64>,
    /// The amount of our payment method's row in the order's transactions.
    pub charged: Option<Money>,
    /// How this store counts store credit.
    pub credit: Option<Counting>,
    /// How this store counts gift certificates.
    pub certificates: Option<Counting>,
}

impl Split {
    /// What is left to pay if the order is counted this way.
    pub fn due(&self, basis: Basis) -> Money {
        let part = |counting, minor| if counting == Counting::Gross { minor } else { 0 };
        let parts = part(basis.credit, self.credit) + part(basis.certificates, self.certificates);
        Money::new(self.total.minor - parts, self.total.currency)
    }

    /// Every way in which the order may be counted, with the amount due; the largest amount first.
    /// Ways that yield less than 0 are left out: a total of ¥300 cannot contain a part of ¥500. A kind
    /// that paid nothing counts as net.
    pub fn candidates(&self) -> Vec<(Basis, Money)> {
        use Counting::{Gross, Net};
        let ways = |minor| if minor > 0 { &[Net, Gross][..] } else { &[Net][..] };
        let both = ways(self.credit).iter().flat_map(|credit| {
            ways(self.certificates)
                .iter()
                .map(|certificates| Basis { credit: *credit, certificates: *certificates })
        });
        let mut all: Vec<_> = both.map(|basis| (basis, self.due(basis))).collect();
        all.retain(|(_, due)| due.minor >= 0);
        all.sort_by_key(|(_, due)| std::cmp::Reverse(due.minor));
        all
    }

    /// The candidates that agree with the store's answers. If none does, the answers do not fit this order, and all
    /// candidates are open.
    fn open_candidates(&self, known: &Evidence) -> Vec<(Basis, Money)> {
        let agrees = |answer: Option<Counting>, minor, counting| {
            minor == 0 || answer.is_none_or(|answer| answer == counting)
        };
        let all = self.candidates();
        let open: Vec<_> = all
            .iter()
            .copied()
            .filter(|(basis, _)| {
                agrees(known.credit, self.credit, basis.credit)
                    && agrees(known.certificates, self.certificates, basis.certificates)
            })
            .collect();
        if open.is_empty() { all } else { open }
    }

    /// How to count the order, and the amount due. None: undecided, so nothing may be charged. Evidence that equals
    /// no candidate is passed over: the merchant may have edited the order since.
    pub fn decide(&self, known: &Evidence) -> Option<(Basis, Money)> {
        if let Some(basis) = known.frozen {
            return Some((basis, self.due(basis)));
        }
        let all = self.candidates();
        let of = |minor: i64| all.iter().copied().find(|(_, due)| due.minor == minor);
        let charged = known.charged.filter(|charged| charged.currency == self.total.currency);
        if let Some(found) = known.said.and_then(of).or_else(|| charged.and_then(|c| of(c.minor))) {
            return Some(found);
        }
        match self.open_candidates(known).as_slice() {
            [only] => Some(*only),
            // If credit and certificates paid the same, two ways yield one amount, and it
            // does not matter which is right.
            [first, rest @ ..] if rest.iter().all(|(_, due)| due == &first.1) => Some(*first),
            _ => None,
        }
    }

    /// The amounts among which the merchant chooses, each once, the largest first.
    pub fn choices(&self, known: &Evidence) -> Vec<Money> {
        let mut sums: Vec<Money> = self.open_candidates(known).into_iter().map(|(_, due)| due).collect();
        sums.dedup();
        sums
    }

    /// What the merchant's choice on this order says about the whole store: how it counts store credit, and how gift
    /// certificates. None for a kind that this order does not have, and for both if two ways yield the chosen amount.
    pub fn lesson(&self, known: &Evidence, minor: i64) -> (Option<Counting>, Option<Counting>) {
        let mut ways = self.open_candidates(known);
        ways.retain(|(_, due)| due.minor == minor);
        match ways.as_slice() {
            [(basis, _)] => (
                (self.credit > 0).then_some(basis.credit),
                (self.certificates > 0).then_some(basis.certificates),
            ),
            _ => (None, None),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Counting::{Gross, Net};
    use super::*;
    use crate::values::money::Currency;

    fn yen(minor: i64) -> Money {
        Money::new(minor, Currency::JPY)
    }

    fn split(total: i64, credit: i64, certificates: i64) -> Split {
        Split { total: yen(total), credit, certificates }
    }

    fn sums(split: Split) -> Vec<i64> {
        split.choices(&Evidence::default()).into_iter().map(|m| m.minor).collect()
    }

    fn due(split: Split, known: Evidence) -> Option<i64> {
        split.decide(&known).map(|(_, due)| due.minor)
    }

    #[test]
    fn without_any_knowledge_nothing_is_decided() {
        assert_eq!(due(split(2_030, 500, 0), Evidence::default()), None);
        assert_eq!(due(split(2_030, 0, 500), Evidence::default()), None);
        assert_eq!(sums(split(2_030, 0, 500)), [2_030, 1_530]);
        assert_eq!(sums(split(2_030, 300, 500)), [2_030, 1_730, 1_530, 1_230]);
    }

    #[test]
    fn what_the_order_cannot_mean_is_no_candidate() {
        // If the total contained the credit of ¥500, it could not be ¥300.
        assert_eq!(due(split(300, 500, 0), Evidence::default()), Some(300));
        assert_eq!(due(split(0, 500, 700), Evidence::default()), Some(0));
        assert_eq!(sums(split(600, 500, 500)), [600, 100]);
    }

    #[test]
    fn the_transactions_choose_where_they_equal_a_candidate() {
        let charged =
            |minor| Evidence { charged: Some(yen(minor)), credit: Some(Gross), ..Evidence::default() };
        assert_eq!(due(split(2_030, 500, 0), charged(2_030)), Some(2_030));
        assert_eq!(due(split(2_030, 500, 0), charged(1_530)), Some(1_530));
        assert_eq!(due(split(2_030, 500, 0), charged(1_999)), Some(1_530), "the store's answer is left");
        let dollars = Money::new(2_030, Currency::parse("USD").expect("USD"));
        let foreign = Evidence { charged: Some(dollars), ..Evidence::default() };
        assert_eq!(due(split(2_030, 500, 0), foreign), None, "another currency says nothing");
    }

    #[test]
    fn the_stores_answers_count_each_for_its_own_kind() {
        let known = |credit, certificates| Evidence { credit, certificates, ..Evidence::default() };
        for (credit, certificates, expected) in [
            (Some(Gross), Some(Gross), Some(1_230)),
            (Some(Net), Some(Gross), Some(1_530)),
            (Some(Gross), Some(Net), Some(1_730)),
            (Some(Net), Some(Net), Some(2_030)),
            (Some(Net), None, None),
            (None, Some(Gross), None),
        ] {
            assert_eq!(due(split(2_030, 300, 500), known(credit, certificates)), expected);
        }
        assert_eq!(due(split(2_030, 300, 0), known(None, Some(Gross))), None);
        assert_eq!(due(split(2_030, 300, 0), known(Some(Net), None)), Some(2_030));
        let open = split(2_030, 300, 500).choices(&known(Some(Gross), None));
        assert_eq!(open, [yen(1_730), yen(1_230)]);
    }

    #[test]
    fn a_persons_word_on_the_order_outdoes_transactions_and_store() {
        let known = Evidence {
            said: Some(2_030),
            charged: Some(yen(1_530)),
            credit: Some(Gross),
            ..Evidence::default()
        };
        assert_eq!(due(split(2_030, 500, 0), known), Some(2_030));
        // The merchant has edited the order since: their word on another amount says nothing about this one.
        assert_eq!(due(split(3_030, 500, 0), Evidence { charged: None, ..known }), Some(2_530));
    }

    #[test]
    fn what_stands_is_not_counted_anew() {
        let frozen = Evidence { frozen: Some(Basis::FORMER), said: Some(2_030), ..Evidence::default() };
        assert_eq!(due(split(2_030, 500, 0), frozen), Some(1_530));
    }

    #[test]
    fn a_choice_teaches_the_store_only_what_it_tells_apart() {
        let none = Evidence::default();
        assert_eq!(split(2_030, 500, 0).lesson(&none, 1_530), (Some(Gross), None));
        assert_eq!(split(2_030, 0, 500).lesson(&none, 2_030), (None, Some(Net)));
        assert_eq!(split(2_030, 300, 500).lesson(&none, 1_730), (Some(Gross), Some(Net)));
        assert_eq!(split(2_030, 500, 500).lesson(&none, 1_530), (None, None), "either of the two");
        assert_eq!(split(2_030, 500, 0).lesson(&none, 77), (None, None));
    }

    /// Whatever the parts are: the amount that is decided is one of the candidates, and no candidate is negative.
    #[test]
    fn every_decision_is_one_of_the_candidates() {
        for total in [0, 1, 499, 500, 1_000, 2_030] {
            for credit in [0, 1, 500, 1_000] {
                for certificates in [0, 499, 500, 3_000] {
                    let split = split(total, credit, certificates);
                    let sums: Vec<_> = split.candidates().iter().map(|(_, due)| due.minor).collect();
                    assert!(sums.contains(&total) && sums.iter().all(|sum| (0..=total).contains(sum)));
                    for (c, g) in [(Gross, Gross), (Gross, Net), (Net, Gross), (Net, Net)] {
                        let known =
                            Evidence { credit: Some(c), certificates: Some(g), ..Evidence::default() };
                        let decided = due(split, known);
                        assert!(decided.is_none_or(|minor| sums.contains(&minor)), "{split:?} {known:?}");
                    }
                }
            }
        }
    }
}
