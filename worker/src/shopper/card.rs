//! The card: what a shopper is shown of a payment, as a small tree. Beside the order the script draws it, on our own pages
//! [`super::page`] writes it as HTML: one design, made in one place.
//!
//! A node is its element's name, its class, what stands in it (text, or more nodes) and what it does:
//!
//! ```text
//! {"head":[["h2","",[["span","","Pay at Lawson"],["span","","by 23:59, Sun 29 Nov (Japan time)"]]],["p","","Pay with …"]],
//!  "body":[["span","left","3 days left"],
//!          ["dl","",[["div","",[["dt","","Amount"],["dd","","¥2,030"]]],
//!                    ["div","code",[["dt","","Customer number"],
//!                                   ["dd","",[["span","n",[["span","","123"],["span","","4567"],["span","","8901"]]],
//!                                             ["button","copy","Copy",{"copy":"12345678901","done":"Copied"}]]]]]]],
//!          ["a","main","How to pay",{"href":"https://komoju.com/…","target":"_blank"}],
//!          ["button","quiet","Pay another way",{"press":3}]]}
//! ```
//!
//! The script draws only elements that hold text, and follows only addresses of http(s).

use super::line::Line;
use super::view::{Asking, View, ViewState};
use super::voucher::Guide;
use crate::texts::shopper as say;
use domain::texts::locale::Locale;
use domain::values::ids::OrderId;
use serde::{Serialize, Serializer};
use std::borrow::Cow;

/// How a payment stands, with its card as it is to be drawn.
///
/// ```text
/// {"state":"paid","order":118,"token":"…","card":{"head":[…],"body":[…]}}
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Drawn {
    pub state: ViewState,
    pub order: OrderId,
    pub token: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub redirect_url: Option<String>,
    pub card: Card,
    /// What stands in its place where the browser is to go to KOMOJU and the page may not be left without a press.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stay: Option<Card>,
    /// The question that stands in its place before a live code is given up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asking: Option<Card>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub poll_ms: Option<u32>,
}

impl Drawn {
    /// `stay`: the same view where nobody leaves; `page`: our own page about it.
    pub fn of(view: View, stay: Option<&View>, page: String, locale: Locale) -> Self {
        Self {
            stay: stay.map(|stay| card(stay, page.clone(), locale)),
            card: card(&view, page, locale),
            asking: view.asking.as_ref().map(|asking| question(&view, asking)),
            state: view.state,
            order: view.order,
            token: view.token,
            redirect_url: view.redirect_url,
            poll_ms: view.poll_ms,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Card {
    /// What has happened, in a sentence or two: read aloud whenever it changes.
    pub head: Vec<Node>,
    /// All that can be read and pressed below it.
    pub body: Vec<Node>,
}

/// An element.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    pub tag: &'static str,
    pub class: &'static str,
    pub content: Content,
    pub act: Option<Act>,
}

/// What stands in an element.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Content {
    Text(Cow<'static, str>),
    Nodes(Vec<Node>),
}

/// What an element does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Act {
    /// A button that the flow of the page knows.
    Press { press: Press },
    /// A button that copies, and what it says once it has.
    Copy { copy: String, done: &'static str },
    /// A link, in a tab of its own.
    Link { href: String, target: &'static str },
    /// A page that can be printed; on that page itself, the button that prints.
    Print { href: String, target: &'static str },
}

/// What is pressed. The script has the same numbers (`storefront-wasm/src/flow.rs`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Press {
    Pay = 0,
    /// Gives up a live code.
    Restart = 1,
    /// Shows the question before that.
    Ask = 3,
    /// Keeps the code.
    Keep = 4,
}

impl Serialize for Press {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u8(*self as u8)
    }
}

impl Serialize for Node {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.act {
            Some(act) => (self.tag, self.class, &self.content, act).serialize(serializer),
            None => (self.tag, self.class, &self.content).serialize(serializer),
        }
    }
}

impl Node {
    fn text(tag: &'static str, class: &'static str, text: impl Into<Cow<'static, str>>) -> Self {
        Self { tag, class, content: Content::Text(text.into()), act: None }
    }

    fn of(tag: &'static str, class: &'static str, nodes: Vec<Self>) -> Self {
        Self { tag, class, content: Content::Nodes(nodes), act: None }
    }

    fn button(class: &'static str, label: &'static str, press: Press) -> Self {
        Self { act: Some(Act::Press { press }), ..Self::text("button", class, label) }
    }
}

/// How a payment stands. `print`: our own page about it.
pub fn card(view: &View, print: String, locale: Locale) -> Card {
    let title = match &view.until {
        Some(until) => {
            let lines = [view.title.clone(), until.clone()];
            Node::of("h2", "", lines.map(|line| Node::text("span", "", line)).into())
        }
        None => Node::text("h2", "", view.title.clone()),
    };
    let test = view.test.map(|test| Node::text("b", "test", test));
    let message = Node::text("p", "", view.message.clone());
    let left = view
        .left
        .as_ref()
        .map(|left| Node::text("span", if left.last { "left last" } else { "left" }, left.text.clone()));
    let rows = (view.facts.iter().map(|line| row(line, None)))
        .chain(view.dead.iter().map(dead))
        .chain(view.numbers.iter().map(|line| row(line, view.copy)));
    let how = view.link.as_ref().map(|link| Node {
        act: Some(Act::Link { href: link.url.clone(), target: "_blank" }),
        ..Node::text("a", "main", link.label)
    });
    let print = view.copy.is_some().then(|| Node {
        act: Some(Act::Print { href: print, target: "_blank" }),
        ..Node::text("a", "quiet print", say::print(locale))
    });
    let press = if view.asking.is_some() { Press::Ask } else { Press::Restart };
    let mut body: Vec<_> = left.into_iter().chain([Node::of("dl", "", rows.collect())]).collect();
    body.extend(view.guide.iter().flat_map(guide));
    body.extend(view.pay.map(|label| Node::button("main", label, Press::Pay)));
    // How to pay the code they have is what most shoppers need; giving the code up is a quiet way out.
    body.extend(how);
    body.extend(print);
    body.extend(view.restart.map(|label| Node::button("quiet", label, press)));
    Card { head: test.into_iter().chain([title, message]).collect(), body }
}

/// The question before a live code is given up: shows the number that would stop working, and two answers, the safe one
/// first.
pub fn question(view: &View, asking: &Asking) -> Card {
    let lines = view.facts.iter().chain(&asking.lines);
    Card {
        head: vec![Node::text("h2", "", asking.title), Node::text("p", "", asking.message.clone())],
        body: vec![
            Node::of("dl", "", lines.map(|line| row(line, None)).collect()),
            Node::text("p", "note", asking.note),
            Node::button("main", asking.keep, Press::Keep),
            Node::button("", asking.give_up, Press::Restart),
        ],
    }
}

/// A label and its value. A number stands in the groups in which it is read, and is copied without them. `copy`: what
/// the button for that says, before and after.
fn row(line: &Line, copy: Option<[&'static str; 2]>) -> Node {
    let label = Node::text("dt", "", line.label.clone());
    if !line.code {
        return Node::of("div", "", vec![label, Node::text("dd", "", line.value.clone())]);
    }
    let class = if line.groups.is_empty() { "code name" } else { "code" };
    let button = copy.map(|[before, done]| {
        // Heard by itself, the button says what it copies.
        let what = Node::text("span", "of", [" ", &line.label].concat());
        Node {
            act: Some(Act::Copy { copy: line.value.clone(), done }),
            ..Node::of("button", "copy", vec![Node::text("span", "", before), what])
        }
    });
    let value = [number("span", line)].into_iter().chain(button).collect();
    Node::of("div", class, vec![label, Node::of("dd", "", value)])
}

/// A number that no longer works.
fn dead(line: &Line) -> Node {
    let value = Node::of("dd", "", vec![number("s", line)]);
    Node::of("div", "dead", vec![Node::text("dt", "", line.label.clone()), value])
}

fn number(tag: &'static str, line: &Line) -> Node {
    if line.groups.is_empty() {
        return Node::text(tag, "n", line.value.clone());
    }
    Node::of(tag, "n", line.groups.iter().map(|group| Node::text("span", "", group.clone())).collect())
}

/// How it is done there.
fn guide(guide: &Guide) -> Vec<Node> {
    let steps = guide.steps.iter().map(|step| Node::text("li", "", *step)).collect();
    let notes = guide.notes.iter().map(|note| Node::text("p", "note", note.clone()));
    [Node::text("h3", "note", guide.title), Node::of("ol", "", steps)].into_iter().chain(notes).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_is_written_as_short_as_the_script_reads_it() {
        let copy = Act::Copy { copy: "012".to_owned(), done: "Copied" };
        let node = Node::of(
            "dd",
            "",
            vec![
                Node::text("span", "n", "012"),
                Node { act: Some(copy), ..Node::text("button", "copy", "Copy") },
                Node::button("main", "Pay", Press::Ask),
            ],
        );
        let written = domain::json::write(&node);
        assert_eq!(
            written,
            r#"["dd","",[["span","n","012"],["button","copy","Copy",{"copy":"012","done":"Copied"}],["button","main","Pay",{"press":3}]]]"#
        );
    }

    #[test]
    fn a_number_is_shown_in_groups_and_copied_whole() {
        let line = Line::number("Number".to_owned(), "12345678901");
        let row = domain::json::write(&row(&line, Some(["Copy", "Copied"])));
        assert!(row.contains(r#"[["span","","123"],["span","","4567"],["span","","8901"]]"#), "{row}");
        assert!(row.contains(r#"{"copy":"12345678901","done":"Copied"}"#), "{row}");
    }
}
