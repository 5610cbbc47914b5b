//! Values of headers that are put together for each reply.

use axum::http::HeaderValue;

/// A text of visible ASCII characters and at most `MOST` bytes. It is on the stack, so that memory
/// is asked for once, and it knows no formats: they take longer than an answer from a cache.
pub(super) struct Short<const MOST: usize> {
    bytes: [u8; MOST],
    length: usize,
}

impl<const MOST: usize> Short<MOST> {
    pub(super) fn new() -> Self {
        Self { bytes: [0; MOST], length: 0 }
    }

    /// Adds a text; one that has no room is left out.
    pub(super) fn text(&mut self, text: &str) -> &mut Self {
        let end = self.length + text.len();
        if let Some(room) = self.bytes.get_mut(self.length..end) {
            room.copy_from_slice(text.as_bytes());
            self.length = end;
        }
        self
    }

    /// Adds a number in decimal digits.
    pub(super) fn number(&mut self, number: u64) -> &mut Self {
        self.text(itoa::Buffer::new().format(number))
    }

    /// Adds thousandths with three decimals.
    pub(super) fn thousandths(&mut self, number: u64) -> &mut Self {
        let fraction = number % 1_000;
        self.number(number / 1_000).text(match fraction {
            0..10 => ".00",
            10..100 => ".0",
            _ => ".",
        });
        self.number(fraction)
    }

    pub(super) fn value(&self) -> HeaderValue {
        let bytes = self.bytes.get(..self.length).unwrap_or_default();
        HeaderValue::from_bytes(bytes).unwrap_or(HeaderValue::from_static(""))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_and_numbers_are_put_together() {
        assert_eq!(Short::<16>::new().text("dur=").number(120).value(), "dur=120");
        for (number, text) in [(0, "0.000"), (7, "0.007"), (70, "0.070"), (1_234_567, "1234.567")] {
            assert_eq!(Short::<16>::new().thousandths(number).value(), text);
        }
        let largest = Short::<32>::new().thousandths(u64::MAX).value();
        assert_eq!(largest, "18446744073709551.615");
    }

    #[test]
    fn what_has_no_room_is_left_out() {
        assert_eq!(Short::<4>::new().text("abc").text("de").text("f").value(), "abcf");
    }
}
