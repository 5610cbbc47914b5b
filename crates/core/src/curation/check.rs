//! Texts that people write beside a decision.

use crate::error::{Code, Error, Result};

/// Longest reason or comment, in bytes.
pub const MAX_REASON_BYTES: usize = 4096;

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
    fn reasons_are_plain_text() {
        assert!(check_reason("reason", "perché\n\tsì").is_ok());
        for bad in ["", " \n", "a\u{1b}[31m", &"x".repeat(4097)] {
            let error = check_reason("reason", bad).unwrap_err();
            assert_eq!((error.code, error.field.as_deref()), (Code::InvalidField, Some("reason")));
        }
    }
}
