use proptest::prelude::*;

use super::*;

fn built(dimensions: usize, words: &[(Range<u32>, f32, Vec<f32>)]) -> WordVectors {
    let mut builder = WordVectorsBuilder::new(dimensions);
    for (place, surprisal, vector) in words {
        builder.push(place.clone(), *surprisal, vector);
    }
    builder.build()
}

#[test]
fn words_come_back_in_order_to_half_a_step() {
    let words = [
        (0..3, 4.5, vec![1.0, -2.0, 0.25]),
        (4..9, 0.0, vec![0.0, 0.0, 0.0]),
        (10..11, 12.25, vec![1e-3, 5e-4, -1e-3]),
    ];
    let made = built(3, &words);
    assert_eq!((made.len(), made.dimensions(), made.is_empty()), (3, 3, false));
    assert_eq!(made.bytes(), 3 * 16 + 9);
    assert!(made.iter().eq((0..3).filter_map(|place| made.get(place))));
    assert_eq!(made.get(3), None);
    for (word, (place, surprisal, vector)) in made.iter().zip(&words) {
        assert_eq!((word.start..word.end, word.surprisal), (place.clone(), *surprisal));
        for (code, number) in word.codes.iter().zip(vector) {
            let off = (f32::from(*code) * word.scale - number).abs();
            assert!(off <= word.scale / 2.0 + f32::EPSILON, "{number}: {off}");
        }
    }
    assert_eq!(made.get(0).unwrap().codes, [64, -127, 16]);
    assert_eq!(made.get(1).unwrap().scale, 0.0);
}

#[test]
fn odd_vectors_are_zeros_or_cut() {
    let check = |vector: &[f32], codes: [i8; 2]| {
        let made = built(2, &[(0..1, f32::NAN, vector.to_vec())]);
        let word = made.get(0).unwrap();
        assert_eq!((word.codes, word.surprisal), (codes.as_slice(), 0.0), "{vector:?}");
        assert_eq!(WordVectors::decode(&made.encode()), Some(made));
    };
    check(&[f32::NAN, 1.0], [0, 0]);
    check(&[1.0, f32::INFINITY], [0, 0]);
    check(&[f32::MAX, f32::MIN], [127, -127]);
    check(&[f32::from_bits(200), f32::from_bits(1)], [100, 1]);
    check(&[f32::from_bits(1), 0.0], [0, 0]);
    check(&[1.0], [127, 0]);
    check(&[], [0, 0]);
    check(&[1.0, -1.0, 1.0], [127, -127]);
}

#[test]
fn no_more_words_than_may_be() {
    let words: Vec<_> =
        (0..MOST_WORDS as u32 + 9).map(|n| (n..n + 1, n as f32, vec![1.0])).collect();
    let made = built(1, &words);
    assert_eq!(made.len(), MOST_WORDS);
    assert_eq!(made.get(MOST_WORDS - 1).unwrap().start, MOST_WORDS as u32 - 1);
    let mut bytes = made.encode();
    assert_eq!(WordVectors::decode(&bytes), Some(made));
    bytes.extend([0; 17]);
    assert_eq!(WordVectors::decode(&bytes), None);
}

#[test]
fn nothing_is_nothing() {
    let none = WordVectors::default();
    assert!(none.is_empty() && none.get(0).is_none() && none.iter().next().is_none());
    assert_eq!((none.dimensions(), none.bytes()), (0, 0));
    assert_eq!(built(3, &[]), none);
    assert_eq!(built(0, &[(0..1, 1.0, vec![])]), none);
    assert_eq!(WordVectors::decode(&none.encode()), Some(none));
}

#[test]
fn dimensions_are_those_of_vector_and_words() {
    let words = built(2, &[(0..1, 1.0, vec![1.0, 0.0])]);
    let vector = Vector::from([1.0, 0.0]);
    assert!(Embedding::from(Vector::clone(&vector)).has_dimensions(2));
    let embedding = Embedding { vector, words: words.clone() };
    assert!(embedding.has_dimensions(2) && !embedding.has_dimensions(3));
    assert!(!Embedding { vector: [1.0].into(), words }.has_dimensions(1));
}

/// The layout is what lies in databases; this one is written out by hand.
#[test]
fn layout_is_fixed() {
    let made = built(2, &[(1..3, 0.5, vec![1.27, -0.01])]);
    let mut bytes = made.encode();
    let (head, codes) = bytes.split_at(17);
    assert_eq!(head, [1, 2, 0, 0, 0, 1, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0x3f]);
    assert_eq!(codes[..4], 0.01_f32.to_le_bytes());
    assert_eq!(codes[4..], [127, 255]);
    for length in 0..bytes.len() {
        assert_eq!(WordVectors::decode(&bytes[..length]), None, "{length}");
    }
    bytes[0] = 2;
    assert_eq!(WordVectors::decode(&bytes), None, "another format");
}

proptest! {
    #[test]
    fn decoding_gives_back_what_was_encoded(
        dimensions in 1usize..40,
        words in prop::collection::vec((any::<u32>(), 0u32..99, any::<f32>()), 0..MOST_WORDS + 2),
        numbers in prop::collection::vec(-9.0f32..9.0, 1..60),
    ) {
        let words: Vec<_> = words.into_iter().map(|(start, length, surprisal)| {
            let vector = numbers.iter().cycle().skip(length as usize).take(dimensions);
            (start..start.saturating_add(length), surprisal, vector.copied().collect())
        }).collect();
        let made = built(dimensions, &words);
        prop_assert_eq!(made.len(), words.len().min(MOST_WORDS));
        prop_assert_eq!(WordVectors::decode(&made.encode()), Some(made));
    }

    #[test]
    fn any_bytes_decode_to_what_encodes_back_or_to_nothing(
        format in prop_oneof![Just(WordVectors::FORMAT), any::<u8>()],
        dimensions in prop_oneof![0u32..9, any::<u32>()],
        rest in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        let bytes = [&[format][..], &dimensions.to_le_bytes(), &rest].concat();
        if let Some(words) = WordVectors::decode(&bytes) {
            prop_assert_eq!(words.encode(), bytes);
        }
    }

    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let words = WordVectors::decode(&bytes).unwrap_or_default();
        prop_assert!(words.len() <= MOST_WORDS);
        prop_assert_eq!(words.iter().len(), words.len());
    }
}
