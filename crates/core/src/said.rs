//! What people write beside what they do: their name, and why.

use crate::error::{Code, Error, Result};

/// Longest name of who does something, in bytes.
pub const MAX_BY_BYTES: usize = 200;
/// Longest reason or comment, in bytes.
pub const MAX_REASON_BYTES: usize = 4096;

/// Checks the name of who does something: 1 to 200 bytes, no control characters.
///
/// # Errors
/// `invalid_field` naming `field`.
pub fn check_by(field: &'static str, name: &str) -> Result<()> {
    let fits = !name.trim().is_empty() && name.len() <= MAX_BY_BYTES;
    if fits && !name.chars().any(char::is_control) {
        return Ok(());
    }
    Err(Error::new(Code::InvalidField, "the name of who does it is empty or unusable")
        .field(field)
        .fix("give 1 to 200 bytes without control characters"))
}

/// Checks a reason or a comment.
///
/// # Errors
/// `invalid_field` naming `field`.
pub fn check_reason(field: &'static str, text: &str) -> Result<()> {
    let fault = |detail: String, fix: &'static str| {
        Err(Error::new(Code::InvalidField, detail).field(field).fix(fix))
    };
    if text.trim().is_empty() {
        return fault(format!("{field} is empty"), "say why, or leave the field out");
    }
    if text.len() > MAX_REASON_BYTES {
        return fault(format!("{field} is too long"), "shorten it to 4096 bytes");
    }
    // It is shown in terminals, which take some of them for commands.
    if text.contains(|c: char| c.is_control() && !matches!(c, '\n' | '\t')) {
        let fix = "leave them out; line breaks and tabs may stay";
        return fault(format!("{field} has control characters"), fix);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_one_line() {
        assert!(check_by("by", " Anna Rossi ").is_ok() && check_by("by", &"x".repeat(200)).is_ok());
        for bad in ["", " ", "a\nb", "a\u{1b}", &"x".repeat(201)] {
            let error = check_by("by", bad).unwrap_err();
            assert_eq!((error.code, error.field.as_deref()), (Code::InvalidField, Some("by")));
        }
    }

    #[test]
    fn reasons_are_plain_text() {
        assert!(check_reason("reason", "perché\n\tsì").is_ok());
        for bad in ["", " \n", "a\u{1b}[31m", &"x".repeat(4097)] {
            let error = check_reason("reason", bad).unwrap_err();
            assert_eq!((error.code, error.field.as_deref()), (Code::InvalidField, Some("reason")));
        }
    }
}
