//! How a value is wrapped: a version, a checksum, and its bytes, compressed where that saves.
//!
//! | bytes | what |
//! |---|---|
//! | 1 | version of the format |
//! | 1 | 1: the rest is compressed (LZ4 block, with its length before it), 0: it is not |
//! | 8 | BLAKE3 of the two above, the key, its length before it, and the rest; cut |
//! | … | the value |

use std::borrow::Cow;

/// Version of the format of everything that is shared. It is in the keys as well, so that programs
/// of two formats do not write over each other's values.
pub(super) const FORMAT: u8 = 1;

/// Values from this length on are compressed where that saves an eighth. Measured over the demo day
/// (`docs/decisions/0023-redis.md`): below it hardly anything is saved.
const COMPRESS_FROM: usize = 256;

/// No value is longer, in bytes; whoever says that one is wants only memory.
const MOST: usize = 4 << 20;

const CHECKSUM: usize = 8;
const HEAD: usize = 2 + CHECKSUM;

pub(super) fn seal(key: &str, value: &[u8]) -> Vec<u8> {
    let mut rest = Cow::Borrowed(value);
    if value.len() >= COMPRESS_FROM {
        let packed = lz4_flex::block::compress_prepend_size(value);
        if packed.len() <= value.len() - value.len() / 8 {
            rest = Cow::Owned(packed);
        }
    }
    let mut sealed = Vec::with_capacity(HEAD + rest.len());
    let head = [FORMAT, u8::from(matches!(rest, Cow::Owned(_)))];
    sealed.extend(head);
    sealed.extend(checksum(head, key, &rest));
    sealed.extend_from_slice(&rest);
    sealed
}

/// What was sealed under this key; none for anything else.
pub(super) fn open<'a>(key: &str, sealed: &'a [u8]) -> Option<Cow<'a, [u8]>> {
    let (head @ &[format, packed], rest) = sealed.split_first_chunk()?;
    let (sum, rest) = rest.split_first_chunk::<CHECKSUM>()?;
    if format != FORMAT || *sum != checksum(*head, key, rest) {
        return None;
    }
    match packed {
        0 => Some(Cow::Borrowed(rest)),
        1 => {
            let (length, _) = rest.split_first_chunk()?;
            let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
            if length > MOST {
                return None;
            }
            lz4_flex::block::decompress_size_prepended(rest).ok().map(Cow::Owned)
        }
        _ => None,
    }
}

fn checksum(head: [u8; 2], key: &str, rest: &[u8]) -> [u8; CHECKSUM] {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&head).update(&(key.len() as u64).to_le_bytes());
    hasher.update(key.as_bytes()).update(rest);
    let mut sum = [0; CHECKSUM];
    sum.copy_from_slice(&hasher.finalize().as_bytes()[..CHECKSUM]);
    sum
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_sealed_is_opened_and_nothing_else(
            value in prop::collection::vec(0u8..4, 0..2000),
            place in any::<prop::sample::Index>(),
            bit in 0u8..8,
            garbage in prop::collection::vec(any::<u8>(), 0..300),
        ) {
            let sealed = seal("a", &value);
            prop_assert_eq!(open("a", &sealed).unwrap(), &value[..]);
            prop_assert_eq!(open("b", &sealed), None, "somebody else's value");
            prop_assert_eq!(open("a", &garbage), None);
            for bit in 0..8 * HEAD {
                let mut damaged = sealed.clone();
                damaged[bit / 8] ^= 1 << (bit % 8);
                prop_assert_eq!(open("a", &damaged), None);
            }
            let mut damaged = sealed.clone();
            damaged[place.index(sealed.len())] ^= 1 << bit;
            prop_assert_eq!(open("a", &damaged), None);
            let cut = place.index(sealed.len());
            prop_assert_eq!(open("a", &sealed[..cut]), None);
            let grows = sealed.len() > HEAD + value.len();
            prop_assert!(!grows, "{} bytes for {}", sealed.len(), value.len());
        }
    }

    #[test]
    fn a_length_that_is_a_lie_takes_no_memory() {
        let mut rest = u32::MAX.to_le_bytes().to_vec();
        rest.extend([0; 8]);
        let head = [FORMAT, 1];
        let mut sealed = head.to_vec();
        sealed.extend(checksum(head, "a", &rest));
        sealed.extend(rest);
        assert_eq!(open("a", &sealed), None);
    }
}
