//! The bank account to which a cash payment is paid back, in the form that KOMOJU wants. Text is taken as the shopper
//! has written it in a mail, as far as that needs no guessing: full-width digits and kana become half-width ones.

use crate::texts::panel::bank as say;
use domain::state::call::BankDetails;
use domain::texts::locale::Locale;
use domain::url::{Pair, value};
use maud::{Markup, html};
use std::fmt;

/// In characters.
const LONGEST: usize = 60;
/// A sentence in the language that it is given.
type Sentence = fn(Locale) -> &'static str;

/// Kinds of account: KOMOJU's word, and ours.
const TYPES: [(&str, Sentence); 3] =
    [("normal", say::types::normal), ("checking", say::types::checking), ("savings", say::types::savings)];

/// The half-width form of each katakana from small a on, in the order of the full-width ones in Unicode. A voicing
/// mark belongs to the letter before it. Old and small letters that banks do not know are replaced by those that they
/// do.
const HALF_WIDTH: &str = "ｧｱｨｲｩｳｪｴｫｵｶｶﾞｷｷﾞｸｸﾞｹｹﾞｺｺﾞｻｻﾞｼｼﾞｽｽﾞｾｾﾞｿｿﾞﾀﾀﾞﾁﾁﾞｯﾂﾂﾞﾃﾃﾞﾄﾄﾞﾅﾆﾇﾈﾉﾊﾊﾞﾊﾟﾋﾋﾞﾋﾟﾌﾌﾞﾌﾟﾍﾍﾞﾍﾟﾎﾎﾞﾎﾟ\
    ﾏﾐﾑﾒﾓｬﾔｭﾕｮﾖﾗﾘﾙﾚﾛﾜﾜｲｴｦﾝｳﾞｶｹ";
/// `ァ`, the first of them.
const SMALL_A: u32 = 0x30a1;

/// One field of the form.
struct Field {
    name: &'static str,
    label: Sentence,
    /// What the entry must look like.
    rule: Sentence,
    /// True if an entry is right.
    keep: fn(&str) -> bool,
}

/// In the order of the fields of [`BankDetails`].
const FIELDS: [Field; 7] = [
    Field { name: "customer_name", label: say::customer_name, rule: say::customer_name_rule, keep: is_kana },
    Field {
        name: "bank_name",
        label: say::bank_name,
        rule: say::bank_name_rule,
        keep: |text| !text.is_empty(),
    },
    Field {
        name: "bank_code",
        label: say::bank_code,
        rule: say::bank_code_rule,
        keep: |text| text.is_empty() || is_number(text, 4),
    },
    Field { name: "branch_name", label: say::branch_name, rule: say::branch_name_rule, keep: |_| true },
    Field {
        name: "branch_number",
        label: say::branch_number,
        rule: say::branch_number_rule,
        keep: |text| is_number(text, 3),
    },
    Field {
        name: "account_type",
        label: say::account_type,
        rule: say::account_type_rule,
        keep: |text| TYPES.iter().any(|(name, _)| *name == text),
    },
    Field {
        name: "account_number",
        label: say::account_number,
        rule: say::account_number_rule,
        keep: |text| is_number(text, 7),
    },
];

/// The account as entered; empty before anything was.
#[derive(Default)]
pub struct BankForm {
    values: [String; 7],
    /// True once it was submitted: only then are faults shown.
    entered: bool,
}

/// An account is nobody's to read in a log.
impl fmt::Debug for BankForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BankForm(…)")
    }
}

impl BankForm {
    /// The form as it was submitted, with its text brought into the form that KOMOJU wants.
    pub fn read(form: &[Pair]) -> Self {
        let mut read = Self { values: Default::default(), entered: true };
        for (place, field) in read.values.iter_mut().zip(&FIELDS) {
            let text = narrow(value(form, field.name).unwrap_or("").trim());
            *place = if field.name == "customer_name" { half_width_kana(&text) } else { text };
        }
        read
    }

    /// The account. None: something is wrong.
    pub fn checked(&self) -> Option<BankDetails> {
        if self.faulty().any(|wrong| wrong) {
            return None;
        }
        let [customer_name, bank_name, bank_code, branch_name, branch_number, account_type, account_number] =
            self.values.clone();
        Some(BankDetails {
            customer_name,
            bank_name,
            bank_code,
            branch_name,
            branch_number,
            account_type,
            account_number,
        })
    }

    /// For each field, whether its entry is wrong.
    fn faulty(&self) -> impl Iterator<Item = bool> {
        let fits = |text: &str, field: &Field| text.chars().count() <= LONGEST && (field.keep)(text);
        self.values.iter().zip(&FIELDS).map(move |(text, field)| !fits(text, field))
    }

    /// The form's fields.
    pub fn fields(&self, locale: Locale) -> Markup {
        html! {
            div.fields {
                @for ((text, field), wrong) in self.values.iter().zip(&FIELDS).zip(self.faulty()) {
                    (field.html(locale, text, wrong && self.entered))
                }
            }
        }
    }
}

impl Field {
    fn html(&self, locale: Locale, text: &str, wrong: bool) -> Markup {
        // The rule of an obvious field is shown only if it was not kept.
        let obvious = ["bank_name", "branch_name", "account_type"].contains(&self.name);
        html! {
            div {
                label for=(self.name) { ((self.label)(locale)) }
                @if self.name == "account_type" {
                    select id=(self.name) name=(self.name) {
                        @for (name, word) in TYPES {
                            option value=(name) selected[name == text] { (word(locale)) }
                        }
                    }
                } @else {
                    input id=(self.name) name=(self.name) autocomplete="off" value=(text);
                }
                @if wrong || !obvious {
                    p class=(if wrong { "fault" } else { "hint" }) { ((self.rule)(locale)) }
                }
            }
        }
    }
}

fn is_number(text: &str, digits: usize) -> bool {
    text.len() == digits && text.bytes().all(|b| b.is_ascii_digit())
}

/// True for half-width kana, with the signs that stand between words and in abbreviations such as `ｶ)`.
fn is_kana(text: &str) -> bool {
    let kana = |c: char| ('\u{ff66}'..='\u{ff9f}').contains(&c);
    text.chars().any(kana) && text.chars().all(|c| kana(c) || " ().-".contains(c))
}

/// Full-width letters, digits, signs and spaces as ASCII.
fn narrow(text: &str) -> String {
    let narrow = |c: char| match c {
        '\u{3000}' => ' ',
        '！'..='～' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        _ => c,
    };
    text.chars().map(narrow).collect()
}

/// Hiragana and full-width katakana as banks write them. Anything else stays as it is, and is found to be a fault.
fn half_width_kana(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        let katakana = match c {
            'ぁ'..='ゖ' => u32::from(c) + 0x60,
            _ => u32::from(c),
        };
        match c {
            'ー' => out.push('ｰ'),
            '・' => out.push('.'),
            '\u{3099}' | '゛' => out.push('ﾞ'),
            '\u{309a}' | '゜' => out.push('ﾟ'),
            _ => match katakana.checked_sub(SMALL_A).and_then(half_width) {
                Some(half) => out.push_str(half),
                None => out.push(c),
            },
        }
    }
    out
}

/// The half-width form of the katakana that is `nth` after small a.
fn half_width(nth: u32) -> Option<&'static str> {
    let begins = HALF_WIDTH.char_indices().filter(|(_, c)| !matches!(c, 'ﾞ' | 'ﾟ')).map(|(at, _)| at);
    let mut begins = begins.skip(usize::try_from(nth).ok()?);
    let from = begins.next()?;
    HALF_WIDTH.get(from..begins.next().unwrap_or(HALF_WIDTH.len()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::url::form;

    const GOOD: [(&str, &str); 7] = [
        ("customer_name", "ほしの　ハナコ"),
        ("bank_name", "みなと銀行"),
        ("bank_code", "０５６２"),
        ("branch_name", ""),
        ("branch_number", "012"),
        ("account_type", "normal"),
        ("account_number", " 0034567 "),
    ];

    fn read(changed: &[(&str, &str)]) -> BankForm {
        let mut all: Vec<_> =
            GOOD.into_iter().filter(|(name, _)| changed.iter().all(|(c, _)| c != name)).collect();
        all.extend_from_slice(changed);
        BankForm::read(&domain::url::pairs(&form(&all)))
    }

    #[test]
    fn an_account_is_taken_as_a_shopper_writes_it() {
        let expected = BankDetails {
            customer_name: "ﾎｼﾉ ﾊﾅｺ".to_owned(),
            bank_name: "みなと銀行".to_owned(),
            bank_code: "0562".to_owned(),
            branch_name: String::new(),
            branch_number: "012".to_owned(),
            account_type: "normal".to_owned(),
            account_number: "0034567".to_owned(),
        };
        assert_eq!(read(&[]).checked(), Some(expected));
    }

    #[test]
    fn a_wrong_field_is_named_and_nothing_is_passed_on() {
        let bad = [
            ("customer_name", ""),
            ("customer_name", "星野花子"),
            ("customer_name", "Hanako"),
            ("customer_name", "  "),
            ("bank_name", ""),
            ("bank_code", "12"),
            ("branch_number", "12"),
            ("branch_number", "12a"),
            ("account_type", "giro"),
            ("account_number", "123456"),
            ("account_number", "12345678"),
            ("branch_name", &"あ".repeat(61)),
        ];
        for (name, text) in bad {
            let form = read(&[(name, text)]);
            let faults: Vec<_> = form.faulty().zip(&FIELDS).filter(|(wrong, _)| *wrong).collect();
            assert!(form.checked().is_none(), "{name} {text}");
            assert_eq!(faults.iter().map(|(_, field)| field.name).collect::<Vec<_>>(), [name]);
        }
    }

    #[test]
    fn kana_become_half_width() {
        for (full, half) in [
            ("ガギグゲゴ", "ｶﾞｷﾞｸﾞｹﾞｺﾞ"),
            ("ぱぴぷぺぽ", "ﾊﾟﾋﾟﾌﾟﾍﾟﾎﾟ"),
            ("ヴァイオレット", "ｳﾞｧｲｵﾚｯﾄ"),
            ("ァン", "ｧﾝ"),
            ("ヲヰヱヶ", "ｦｲｴｹ"),
            ("カ）バリスタ", "ｶ)ﾊﾞﾘｽﾀ"),
            ("コーヒー・ヤ", "ｺｰﾋｰ.ﾔ"),
            ("か\u{3099}", "ｶﾞ"),
            ("ﾎｼﾉ", "ﾎｼﾉ"),
        ] {
            assert_eq!(half_width_kana(&narrow(full)), half, "{full}");
        }
        assert_eq!(half_width_kana("星"), "星");
    }
}
