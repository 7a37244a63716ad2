//! HTML that nothing can be injected into: literals in the source are markup; everything else is text and is escaped.

/// A piece of markup.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Html(String);

/// What may stand between the literals of [`html!`]: text, which is escaped, or markup made by [`html!`].
pub trait Part {
    fn write(self, out: &mut Html);
}

impl Html {
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds markup as it stands in the source. Not inlined, because it is called from everywhere.
    #[inline(never)]
    pub fn raw(&mut self, markup: &'static str) {
        self.0.push_str(markup);
    }

    /// Adds text, escaped for an element or a double-quoted attribute.
    #[inline(never)]
    pub fn text(&mut self, text: &str) {
        for c in text.chars() {
            match c {
                '&' => self.0.push_str("&amp;"),
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '"' => self.0.push_str("&quot;"),
                '\'' => self.0.push_str("&#39;"),
                other => self.0.push(other),
            }
        }
    }

    pub fn push(&mut self, part: impl Part) {
        part.write(self);
    }

    pub fn into_string(self) -> String {
        self.0
    }
}

impl Part for &str {
    fn write(self, out: &mut Html) {
        out.text(self);
    }
}

impl Part for &String {
    fn write(self, out: &mut Html) {
        out.text(self);
    }
}

impl Part for String {
    fn write(self, out: &mut Html) {
        out.text(&self);
    }
}

impl Part for u64 {
    fn write(self, out: &mut Html) {
        out.text(&self.to_string());
    }
}

impl Part for Html {
    fn write(self, out: &mut Html) {
        out.0.push_str(&self.0);
    }
}

impl<T: Part> Part for Option<T> {
    fn write(self, out: &mut Html) {
        if let Some(part) = self {
            part.write(out);
        }
    }
}

impl<T: Part> Part for Vec<T> {
    fn write(self, out: &mut Html) {
        self.into_iter().for_each(|part| part.write(out));
    }
}

/// Text, escaped for an element or a double-quoted attribute.
pub fn escape(text: &str) -> String {
    let mut out = Html::new();
    out.text(text);
    out.into_string()
}

/// `html!["<b>" (text) "</b>"]`: literals are markup; values in parentheses are escaped, unless they are [`Html`].
#[macro_export]
macro_rules! html {
    (@$out:ident) => {};
    (@$out:ident $markup:literal $($rest:tt)*) => {
        $out.raw($markup);
        $crate::html!(@$out $($rest)*);
    };
    (@$out:ident ($value:expr) $($rest:tt)*) => {
        $out.push($value);
        $crate::html!(@$out $($rest)*);
    };
    ($($parts:tt)*) => {{
        let mut out = $crate::html::Html::new();
        $crate::html!(@out $($parts)*);
        out
    }};
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_text_and_literals_are_markup() {
        let name = "<script>\"'&";
        let inner = html!["<i>" (name) "</i>"];
        let list: Vec<Html> = (1..3).map(|n: u64| html!["<li>" (n) "</li>"]).collect();
        let page = html!["<p title=\"" (name) "\">" (inner) "</p>" (list) (None::<Html>)];
        let escaped = "&lt;script&gt;&quot;&#39;&amp;";
        let expected = format!("<p title=\"{escaped}\"><i>{escaped}</i></p><li>1</li><li>2</li>");
        assert_eq!(page.into_string(), expected);
    }
}
