//! The text of a key, and what is kept of it.

use std::fmt;

use super::KeyId;

/// What every key begins with, so that people and scanners of leaked secrets know one.
const PREFIX: &str = "gs_";
const SECRET_BYTES: usize = 32;

/// The part of a key that nobody can guess: 32 uniformly random bytes. Never shown by `Debug`.
#[derive(Clone)]
pub struct Secret([u8; SECRET_BYTES]);

impl From<[u8; SECRET_BYTES]> for Secret {
    fn from(bytes: [u8; SECRET_BYTES]) -> Self {
        Self(bytes)
    }
}

impl Secret {
    /// What is kept of it. A fast hash: there is no dictionary of 256 random bits to try, which is
    /// what slow hashes are for.
    #[must_use]
    pub fn hash(&self) -> SecretHash {
        SecretHash(blake3::hash(&self.0))
    }

    /// The key as its holder gets it, once: `gs_<id>_<64 hexadecimal digits>`.
    #[must_use]
    pub fn text(&self, id: KeyId) -> String {
        let digits: String = self.0.iter().map(|byte| format!("{byte:02x}")).collect();
        format!("{PREFIX}{id}_{digits}")
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

/// Hash of a secret. Two are compared in constant time, which is what `==` of `blake3::Hash` does:
/// how long it takes tells nothing of how much was right.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct SecretHash(blake3::Hash);

impl SecretHash {
    /// A hash as it was kept.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(blake3::Hash::from_bytes(bytes))
    }

    /// The hash as it is kept.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }
}

impl fmt::Debug for SecretHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretHash")
    }
}

/// A key as a caller brings it.
#[derive(Debug, Clone)]
pub struct PresentedKey {
    /// The key that it says it is.
    pub id: KeyId,
    /// What is to prove it.
    pub secret: Secret,
}

impl PresentedKey {
    /// Reads the text of a key; none where it is no such text. One key has one text: no sign, no
    /// leading zero, small letters.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (id, digits) = text.strip_prefix(PREFIX)?.split_once('_')?;
        let plain = id.bytes().all(|byte| byte.is_ascii_digit()) && !id.starts_with('0');
        let id = KeyId(id.parse().ok().filter(|_| plain)?);
        let (pairs, rest) = digits.as_bytes().as_chunks::<2>();
        if pairs.len() != SECRET_BYTES || !rest.is_empty() {
            return None;
        }
        let mut secret = [0; SECRET_BYTES];
        for (byte, [high, low]) in secret.iter_mut().zip(pairs) {
            *byte = digit(*high)? << 4 | digit(*low)?;
        }
        Some(Self { id, secret: Secret(secret) })
    }
}

fn digit(sign: u8) -> Option<u8> {
    match sign {
        b'0'..=b'9' => Some(sign - b'0'),
        b'a'..=b'f' => Some(sign - b'a' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret() -> Secret {
        let mut bytes = [0; 32];
        for (at, byte) in (0..).zip(&mut bytes) {
            *byte = at * 8 + 7;
        }
        Secret::from(bytes)
    }

    #[test]
    fn text_leads_back_to_the_hash() {
        let text = secret().text(KeyId(42));
        assert!(text.starts_with("gs_42_070f17") && text.len() == 6 + 64, "{text}");
        let presented = PresentedKey::parse(&text).unwrap();
        assert_eq!((presented.id, presented.secret.hash()), (KeyId(42), secret().hash()));
        let kept = SecretHash::from_bytes(*secret().hash().as_bytes());
        assert_eq!(kept, secret().hash());
        assert_ne!(Secret::from([0; 32]).hash(), kept);
    }

    #[test]
    fn what_is_no_key_is_none() {
        let text = secret().text(KeyId(42));
        let digits = text.rsplit('_').next().unwrap();
        for bad in [
            String::new(),
            "gs_".into(),
            "gs_42_".into(),
            format!("gs__{digits}"),
            format!("42_{digits}"),
            format!("gs_042_{digits}"),
            format!("gs_+42_{digits}"),
            format!("gs_4294967296_{digits}"),
            format!("{text}0"),
            format!("{text}00"),
            text[..text.len() - 1].to_owned(),
            text.to_uppercase(),
            format!("gs_42_{}", digits.to_uppercase()),
            format!("gs_42_{}", "è".repeat(32)),
            format!(" {text}"),
        ] {
            assert!(PresentedKey::parse(&bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn debug_shows_nothing() {
        let presented = PresentedKey { id: KeyId(1), secret: secret() };
        let shown = format!("{presented:?} {:?}", secret().hash());
        assert_eq!(shown, "PresentedKey { id: KeyId(1), secret: Secret } SecretHash");
    }
}
