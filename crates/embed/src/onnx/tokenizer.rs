//! The tokenizer of a model.

use std::path::Path;

use goldenset_core::Result;
use tokenizers::{PostProcessor, Tokenizer, TruncationParams};

use super::{Role, unusable};

/// How many texts a run reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Texts {
    One,
    /// Together, by the tokenizer's own template for pairs.
    Two,
}

/// Reads a tokenizer that cuts what is longer than `max_tokens`, special tokens included. Of two
/// texts the longer one is cut first.
///
/// # Errors
/// `model_unusable` naming the file and the fix.
pub(crate) fn read_tokenizer(
    bytes: &[u8],
    max_tokens: usize,
    texts: Texts,
    file: &Path,
    role: &Role,
) -> Result<Tokenizer> {
    let fault = |error: tokenizers::Error| {
        let fix = "put the tokenizer.json of the model there (Hugging Face tokenizers format)";
        unusable("the tokenizer cannot be read", file, fix).cause(error)
    };
    let mut tokenizer = Tokenizer::from_bytes(bytes).map_err(fault)?;
    let pair = texts == Texts::Two;
    // Cutting is refused by the template for one text, also where only pairs are read.
    let special = tokenizer
        .get_post_processor()
        .map_or(0, |post| post.added_tokens(pair).max(post.added_tokens(false)));
    if special + usize::from(pair) >= max_tokens {
        let fix = format!("raise max_tokens in {}", role.settings);
        return Err(unusable("the tokenizer's special tokens alone fill max_tokens", file, fix));
    }
    let truncation = TruncationParams { max_length: max_tokens, ..TruncationParams::default() };
    tokenizer.with_padding(None).with_truncation(Some(truncation)).map_err(fault)?;
    // Who asks must not be able to end the question and begin the entry with a token of the
    // template. A sentence model reads one text, where such a token changes its own vector only.
    tokenizer.set_encode_special_tokens(pair);
    Ok(tokenizer)
}
