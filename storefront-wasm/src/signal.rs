//! What the browser calls us for. Each signal comes with a tag (a number of ours) and a value. Its own number
//! travels through JavaScript.

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Signal {
    /// The page opened an XMLHttpRequest: `[xhr, arguments, result]`.
    Opened,
    /// … and has set its own handlers: the same. From here on the tag says what for, see [`crate::hearing`].
    Sent,
    /// … which has ended, with or without an answer, and every handler of the page has run: its event.
    Ended,
    /// The page called fetch: `[window, arguments, promise]`.
    Fetched,
    /// A fetch that concerns us was answered: the response, tagged like the above.
    Responded,
    /// … and this is its body as JSON.
    Read,
    /// … or it has failed.
    Lost,
    /// The browser finished loading some resources.
    Loaded,
    /// What the tag names has had its time to be answered.
    Overdue,
    /// The page's own `load`.
    PageLoad,
    /// … and the task after it.
    PageReady,
    /// Some seconds after `load`: whatever the page asks for by itself, it has asked for.
    PageSettled,
    /// The server answered the call numbered by the tag: the response.
    Answered,
    /// … its body as text.
    Told,
    /// … or did not.
    Unanswered,
    /// The wait numbered by the tag is over.
    TimeIsUp,
    /// A button: the tag is a [`crate::flow::Press`].
    Pressed,
    VisibilityChanged,
    PageShown,
    /// Nodes came or went.
    Mutated,
    /// The page's own content has had its time to appear.
    PlaceAnyhow,
    /// Our card has had its time to be thrown out and put back.
    StopPlacing,
}

const ALL: [Signal; 22] = [
    Signal::Opened,
    Signal::Sent,
    Signal::Ended,
    Signal::Fetched,
    Signal::Responded,
    Signal::Read,
    Signal::Lost,
    Signal::Loaded,
    Signal::Overdue,
    Signal::PageLoad,
    Signal::PageReady,
    Signal::PageSettled,
    Signal::Answered,
    Signal::Told,
    Signal::Unanswered,
    Signal::TimeIsUp,
    Signal::Pressed,
    Signal::VisibilityChanged,
    Signal::PageShown,
    Signal::Mutated,
    Signal::PlaceAnyhow,
    Signal::StopPlacing,
];

impl Signal {
    pub fn from_number(number: u32) -> Option<Signal> {
        ALL.get(number as usize).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_comes_back_as_the_signal_it_left_as() {
        for signal in ALL {
            assert_eq!(Signal::from_number(signal as u32), Some(signal));
        }
        assert_eq!(Signal::from_number(u32::MAX), None);
    }
}
