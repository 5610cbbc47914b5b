//! What a search finds: exactly what is nearest among what the query allows.

use std::slice::from_ref;

use goldenset_core::ports::VectorSearch;
use goldenset_core::{Filters, Validity, Vector};
use jiff::civil::{Date, date};

use super::kit::{DIMENSIONS, Entry, Place, TODAY, asking, entry, random, unit};

const WORDS: [&str; 4] = ["a", "b", "it's", "ü"];

fn any(draw: &mut fastrand::Rng, share: f64) -> Vec<String> {
    WORDS.iter().filter(|_| draw.f64() < share).map(|word| (*word).to_owned()).collect()
}

fn day(draw: &mut fastrand::Rng) -> Date {
    date(2026, 4, draw.i8(1..=30))
}

/// Mostly one day, as lookups ask.
fn period(draw: &mut fastrand::Rng) -> Validity {
    let first = day(draw);
    match draw.u8(..4) {
        0 => Validity { valid_from: draw.bool().then_some(first), valid_until: None },
        1 => Validity { valid_until: Some(first.max(day(draw))), ..Validity::on(first) },
        _ => Validity::on(first),
    }
}

/// An entry with anything that a filter looks at; its vectors lie close to few points, so that
/// some are nearly or entirely the same.
fn random_entry(draw: &mut fastrand::Rng, id: usize, points: &[Vector]) -> Entry {
    let vectors: Vec<_> = (0..draw.usize(1..4))
        .map(|_| {
            let point = &points[draw.usize(..points.len())];
            let off = [0.0, 1e-5, 1e-3, 0.2][draw.usize(..4)];
            unit(point.iter().map(|number| number + off * (draw.f32() - 0.5)).collect())
        })
        .collect();
    let mut entry = entry(&format!("e{id}"), &vectors);
    entry.content.category = draw.choice(WORDS).filter(|_| !id.is_multiple_of(3)).map(Into::into);
    entry.content.lang = draw.choice(WORDS).filter(|_| !id.is_multiple_of(5)).map(Into::into);
    entry.content.tags = any(draw, 0.4);
    let (from, until) = (day(draw), day(draw));
    let some = |draw: &mut fastrand::Rng, day| draw.bool().then_some(day);
    entry.content.validity = Validity {
        valid_from: some(draw, from.min(until)),
        valid_until: some(draw, from.max(until)),
    };
    entry
}

/// Every filter, day and count gives what the types of the core say, in the order that full
/// precision gives it, ties broken by id.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn any_search_is_exact() {
    for seed in 0..4 {
        let draw = &mut fastrand::Rng::with_seed(seed);
        let place = Place::new().await;
        let points: Vec<_> = (0..12).map(|_| random(draw)).collect();
        for tenant in ["default", "other"] {
            let entries: Vec<_> = (0..150).map(|id| random_entry(draw, id, &points)).collect();
            place.publish(tenant, &entries).await;
            place.sync(tenant).await;
        }
        for round in 0..60 {
            let vectors: Vec<_> = (0..draw.usize(1..5))
                .map(|_| match draw.bool() {
                    true => points[draw.usize(..points.len())].clone(),
                    false => random(draw),
                })
                .collect();
            let mut asked = asking(["default", "other"][round % 2], draw.usize(1..25), &vectors);
            asked.in_force = period(draw);
            if round % 4 > 0 {
                let share = draw.f64() * 0.7;
                asked.filters = Filters {
                    category: any(draw, share),
                    tags: any(draw, share),
                    lang: any(draw, share),
                };
            }
            place.is_exact(&asked).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_entry_is_in_force_on_its_first_and_last_day() {
    let place = Place::new().await;
    let vector = random(&mut fastrand::Rng::with_seed(1));
    let mut bounded = entry("a", from_ref(&vector));
    bounded.content.validity =
        Validity { valid_from: Some(TODAY), valid_until: Some(date(2026, 12, 31)) };
    place.publish("default", &[bounded]).await;
    place.sync("default").await;
    for (day, found) in [
        (date(2026, 4, 30), 0),
        (TODAY, 1),
        (date(2026, 12, 31), 1),
        (date(2027, 1, 1), 0),
        (date(-1, 1, 1), 0),
    ] {
        let mut asked = asking("default", 1, from_ref(&vector));
        asked.in_force = Validity::on(day);
        assert_eq!(place.found(&asked).await[0].len(), found, "{day}");
    }
}

/// One entry with very many phrasings near the question does not crowd the others out.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn phrasings_crowd_nobody_out() {
    let place = Place::new().await;
    let draw = &mut fastrand::Rng::with_seed(2);
    let centre = random(draw);
    let near = |draw: &mut fastrand::Rng, off: f32| {
        unit(centre.iter().map(|number| number + off * (draw.f32() - 0.5)).collect())
    };
    let crowd: Vec<_> = (0..180).map(|_| near(draw, 0.01)).collect();
    let mut entries = vec![entry("crowd", &crowd)];
    for number in 0..12 {
        entries.push(entry(&format!("e{number}"), &[near(draw, 0.5)]));
    }
    place.publish("default", &entries).await;
    place.sync("default").await;
    let asked = asking("default", 10, &[centre.clone(), near(draw, 0.01)]);
    place.is_exact(&asked).await;
    assert_eq!(place.found(&asked).await[0].len(), 10);
}

/// More entries with one and the same vector than a search looks at: the first by id come.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn equal_vectors_are_told_apart_by_id() {
    let place = Place::new().await;
    let draw = &mut fastrand::Rng::with_seed(3);
    let same = random(draw);
    let mut ids: Vec<_> = (0..150).map(|number| format!("e{number}")).collect();
    draw.shuffle(&mut ids);
    let entries: Vec<_> = ids.iter().map(|id| entry(id, from_ref(&same))).collect();
    place.publish("default", &entries).await;
    place.sync("default").await;
    place.is_exact(&asking("default", 7, &[same, random(draw)])).await;
}

/// Vectors that half precision cannot tell apart come in the order of full precision.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn half_precision_decides_nothing() {
    let place = Place::new().await;
    let draw = &mut fastrand::Rng::with_seed(4);
    let centre = random(draw);
    let entries: Vec<_> = (0..300)
        .map(|number| {
            let near = centre.iter().map(|number| number + 2e-4 * (draw.f32() - 0.5)).collect();
            entry(&format!("e{number}"), &[unit(near)])
        })
        .collect();
    place.publish("default", &entries).await;
    place.sync("default").await;
    let far: Vector = unit(vec![1.0; DIMENSIONS]);
    place.is_exact(&asking("default", 10, &[centre, far])).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn values_that_no_entry_can_have_find_nothing() {
    let place = Place::new().await;
    let vector = random(&mut fastrand::Rng::with_seed(5));
    place.publish("default", &[entry("a", from_ref(&vector))]).await;
    place.sync("default").await;
    let mut asked = asking("default", 1, from_ref(&vector));
    asked.filters.tags = vec!["a\0".into()];
    place.is_exact(&asked).await;
    // No number at all: it is compared by nobody, and is no fault of the search.
    let nothing: Vector = vec![f32::NAN; DIMENSIONS].into();
    assert!(place.search.nearest(&asking("default", 1, &[nothing])).await.is_ok());
    assert_eq!(place.search.nearest(&asking("default", 1, &[])).await.unwrap().found.len(), 0);
}
