//! What the browser calls us for. Each signal comes with a tag (a number of ours, whose meaning depends on the
//! signal) and a value. The signal itself travels through JavaScript as its number.

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Signal {
    /// The page opened an XMLHttpRequest: `[xhr, arguments, result]`.
    Opened,
    /// … and has set its own handlers. The same value; from here on the tag is an order's id or `SETTINGS`, see
    /// [`crate::hearing`].
    Sent,
    /// … which has ended, with or without an answer, after every handler of the page. The value is the event.
    Ended,
    /// The page called fetch: `[window, arguments, promise]`.
    Fetched,
    /// A fetch that concerns us was answered. The value is the response; the tag as above.
    Responded,
    /// … and this is its body as JSON.
    Read,
    /// … or it failed.
    Lost,
    /// The browser has loaded some resources. The value lists them.
    Loaded,
    /// What the tag names has had its time to be answered.
    Overdue,
    /// The page's own `load` event.
    PageLoad,
    /// … and one task later.
    PageReady,
    /// A few seconds after `load`: whatever the page asks for by itself, it has asked for by now.
    PageSettled,
    /// Our server answered the call numbered by the tag. The value is the response.
    Answered,
    /// … and this is its body, as text.
    Told,
    /// … or it did not.
    Unanswered,
    /// The wait or the call numbered by the tag has used up its time.
    TimeIsUp,
    /// The shopper has been on the way for so long; the tag is the flow's.
    Reminded,
    /// A button was pressed; the tag is a [`crate::flow::Press`].
    Pressed,
    /// A number is to be copied. The value is the event.
    Copy,
    /// … and it was.
    Copied,
    /// … or the browser did not let us.
    NotCopied,
    VisibilityChanged,
    Online,
    PageShown,
    /// Nodes were added or removed somewhere on the page.
    Mutated,
    /// The page's own content has had its time to appear.
    PlaceAnyhow,
    /// The page has had its time to remove our card, and we ours to put it back.
    StopPlacing,
}

/// By number. A test checks that each stands at its own.
const ALL: [Signal; 27] = [
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
    Signal::Reminded,
    Signal::Pressed,
    Signal::Copy,
    Signal::Copied,
    Signal::NotCopied,
    Signal::VisibilityChanged,
    Signal::Online,
    Signal::PageShown,
    Signal::Mutated,
    Signal::PlaceAnyhow,
    Signal::StopPlacing,
];

impl Signal {
    /// The signal with this number. None: there is no such signal.
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
