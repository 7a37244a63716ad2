//! What an order still owes where store credit or gift certificates paid a part of it.
//!
//! BigCommerce does not document whether an order's total still contains these parts, and they may differ. So nothing
//! is guessed. There are candidates: the total, and the total less one part or both. In this order, the first that
//! knows chooses among them: terms that were already put to the shopper, the merchant's word on this very order, the
//! order's own transactions, the store's learned answer. Where none does, the amount is undecided and nothing is charged.

use super::money::Money;
use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantArray};

/// Whether a store's order totals still contain what was paid in one of these ways.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr, VariantArray)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Counting {
    /// The total contains it: it is subtracted.
    Gross,
    /// It is already taken off: the total is what is left to pay.
    Net,
}

impl Counting {
    /// What it is called wherever text must name it.
    pub fn key(self) -> &'static str {
        self.into()
    }
}

/// How both parts of one order were counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Basis {
    pub credit: Counting,
    pub certificates: Counting,
}

impl Basis {
    /// What former versions of this app always assumed; they recorded nothing beside the amount.
    pub const FORMER: Self = Self { credit: Counting::Gross, certificates: Counting::Gross };
}

/// An order that was paid in part by store credit or gift certificates. Minor units of the total's currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Split {
    pub total: Money,
    pub credit: i64,
    pub certificates: i64,
}

/// What is known about an order's amount, the strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Evidence {
    /// By which an attempt that still stands was made.
    pub frozen: Option<Basis>,
    /// The sum that the merchant pressed.
    pub said: Option<i64>,
    /// The amount of our method's row in the order's transactions.
    pub charged: Option<Money>,
    pub credit: Option<Counting>,
    pub certificates: Option<Counting>,
}

impl Split {
    /// What would be left to pay.
    pub fn due(&self, basis: Basis) -> Money {
        let part = |counting, minor| if counting == Counting::Gross { minor } else { 0 };
        let parts = part(basis.credit, self.credit) + part(basis.certificates, self.certificates);
        Money::new(self.total.minor - parts, self.total.currency)
    }

    /// Every way in which the order may be meant, the largest sum first. A total that contains a part is never smaller
    /// than that part, so no sum is negative.
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

    /// Candidates that agree with what the store has answered; all of them where none does.
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

    /// How the order is to be charged. None: undecided.
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
            // Two ways that come to one sum need no answer.
            [first, rest @ ..] if rest.iter().all(|(_, due)| due == &first.1) => Some(*first),
            _ => None,
        }
    }

    /// The sums among which a person chooses, each once.
    pub fn choices(&self, known: &Evidence) -> Vec<Money> {
        let mut sums: Vec<Money> = self.open_candidates(known).into_iter().map(|(_, due)| due).collect();
        sums.dedup();
        sums
    }

    /// What a person's choice says about the whole store: for each part how it is counted. Nothing where two ways come
    /// to the sum chosen, and nothing about a part that this order does not have.
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
        // A total that contained ¥500 could not be ¥300.
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
        // The order was edited since: what was said of another sum says nothing of this one.
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

    /// For whatever parts: a sum that is decided is a candidate, and with both answers there is always one.
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
