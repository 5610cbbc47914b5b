use proptest::prelude::*;
use rust_decimal::Decimal;

use crate::canonical::{Currency, PartialDate};
use crate::guards::act;
use crate::guards::{Bound, Duration, LegalRef, Period, SlotValue, Slots, TimeUnit};

mod fragments;
mod legal;
mod places;

/// Texts with the values that they name, in order.
const VALUES: &[(&str, &[&str])] = &[
    // Dates.
    ("entro il 31/12/2024", &["date 2024-12-31"]),
    ("31 dicembre 2024", &["date 2024-12-31"]),
    ("December 31, 2024", &["date 2024-12-31"]),
    ("a marzo 2024", &["date 2024-03"]),
    ("03/2024", &["date 2024-03"]),
    ("on March 5th", &["date --03-05"]),
    ("primo gennaio", &["date --01-01"]),
    ("scadenza 30/05, 20/1", &["date --05-30", "date --01-20"]),
    ("tax day 4/15", &["date --04-15"]),
    ("il quindici marzo", &["date --03-15"]),
    ("dieci agosto 2024", &["date 2024-08-10"]),
    ("venti dicembre del 26", &["date 2026-12-20"]),
    ("1° luglio del 2025", &["date 2025-07-01"]),
    ("the fifteenth of October", &["date --10-15"]),
    ("the eighth of July 2023", &["date 2023-07-08"]),
    ("24-25 dicembre", &["date --12-24", "date --12-25"]),
    ("24-25 dicembre 2024", &["date 2024-12-24", "date 2024-12-25"]),
    ("a marzo si paga", &["date --03"]),
    ("in May and since march", &["date --05", "date --03"]),
    ("by the end of april", &["date --04"]),
    ("i may march there", &[]),
    ("may i cancel", &[]),
    ("set the alarm", &[]),
    // Parts of a year.
    ("primo trimestre 2025", &["date Q1 2025"]),
    ("I trim. 2025", &["date Q1 2025"]),
    ("3° trimestre del 2024", &["date Q3 2024"]),
    ("IV trimestre", &["date Q4"]),
    ("Q1 2025, 2Q25 e q3/2025", &["date Q1 2025", "date Q2 2025", "date Q3 2025"]),
    ("secondo semestre dell'anno 2024", &["date H2 2024"]),
    ("H1", &["date H1"]),
    ("the first quarter of 2025", &["date Q1 2025"]),
    ("first half of 2024", &["date H1 2024"]),
    ("the second half of the price", &[]),
    // Relative times are left alone.
    ("l'anno scorso, il mese prossimo, oggi", &[]),
    ("next month, last year, today", &[]),
    ("un anno fa", &[]),
    // Percentages.
    ("al 22 per cento", &["percentage 22%"]),
    ("4.9 % offer", &["percentage 4.9%"]),
    ("dieci per cento", &["percentage 10%"]),
    ("fifty percent", &["percentage 50%"]),
    ("5-10%", &["percentage ≥5%", "percentage ≤10%"]),
    ("lo 0,5% e il 5 per mille", &["percentage 0.5%", "percentage 0.5%"]),
    ("tre euro ogni cento", &["percentage 3%"]),
    ("ridotto della metà", &["percentage 50%"]),
    ("quattro quinti della paga", &["percentage 80%"]),
    ("alla metà di giugno", &["date --06"]),
    ("tre quarti d'ora", &[]),
    ("cessione del quinto", &[]),
    // Amounts.
    ("1.000,00 €", &["amount 1000 eur"]),
    ("$1,000 or £50k", &["amount 1000 usd", "amount 50000 gbp"]),
    ("trenta euro", &["amount 30 eur"]),
    ("2000 euro", &["amount 2000 eur"]),
    ("7,5 milioni di euro", &["amount 7500000 eur"]),
    ("due milioni di euro", &["amount 2000000 eur"]),
    ("trecentomila euro", &["amount 300000 eur"]),
    ("un milione e mezzo di euro", &["amount 1500000 eur"]),
    ("half a million dollars", &["amount 500000 usd"]),
    ("€1.5m and 2bn dollars", &["amount 1500000 eur", "amount 2000000000 usd"]),
    ("CHF 100, 50 franchi", &["amount 100 chf", "amount 50 chf"]),
    ("8 bucks or 100 quid", &["amount 8 usd", "amount 100 gbp"]),
    ("100k, twelve grand", &["number 100000", "number 12000"]),
    ("4k video and 401k", &["code 4k", "code 401k"]),
    // Years.
    ("anno d'imposta 2023", &["year 2023"]),
    ("periodo d'imposta 23", &["year 2023"]),
    ("FY2024 and FY25, TY24", &["year 2024", "year 2025", "year 2024"]),
    ("2023/2024 e 2023-24", &["year 2023", "year 2024", "year 2023", "year 2024"]),
    ("24/25 winter term", &["year 2024", "year 2025"]),
    ("nel '23 e nel 24", &["year 2023", "year 2024"]),
    ("duemilaventiquattro", &["year 2024"]),
    ("twenty twenty-four", &["year 2024"]),
    ("duemila euro", &["amount 2000 eur"]),
    ("entro il 2041", &["year 2041"]),
    ("x2024y", &["code x2024y"]),
    ("2000 dipendenti", &["number 2000"]),
    ("1899 e 2119", &["number 1899", "number 2119"]),
    ("24/7 support", &["number 24", "number 7"]),
    // Lengths of time.
    ("3 mesi e tre mesi", &["duration 3 months", "duration 3 months"]),
    ("two working days", &["duration 2 days"]),
    ("six-hour intervals", &["duration 6 h"]),
    ("2 anni e 6 mesi", &["duration 30 months"]),
    ("1 hour 30 minutes", &["duration 90 min"]),
    ("three days (72 hours)", &["duration 3 days", "duration 72 h"]),
    ("un anno e mezzo", &["duration 1.5 years"]),
    ("two and a half years", &["duration 2.5 years"]),
    ("entro un mese", &["duration 1 months"]),
    ("within a month", &["duration 1 months"]),
    ("twice a year, once in a month", &[]),
    ("un giorno mi hanno detto", &[]),
    ("mezz'ora e mezza giornata", &["duration 0.5 h", "duration 0.5 days"]),
    ("half an hour", &["duration 0.5 h"]),
    ("vent'anni", &["duration 20 years"]),
    ("un biennio, due trimestri", &["duration 2 years", "duration 6 months"]),
    ("esonero triennale", &["duration 3 years"]),
    ("a fortnight", &["duration 14 days"]),
    ("rata mensile, monthly, annual", &[]),
    ("gg. 30 e giorni 15", &["duration 30 days", "duration 15 days"]),
    ("30d or 3-mo", &["duration 30 days", "duration 3 months"]),
    ("3-6 mesi", &["duration ≥3 months", "duration ≤6 months"]),
    ("ultimi 12 mesi", &["duration 12 months"]),
    // Limits.
    ("più di 60 giorni", &["duration >60 days"]),
    ("oltre 5.000", &["number >5000"]),
    ("under 35", &["number <35"]),
    ("fino a 15 dipendenti", &["number ≤15"]),
    ("almeno 3 anni", &["duration ≥3 years"]),
    ("non oltre 10 giorni", &["duration ≤10 days"]),
    ("non inferiore a 1.000 euro", &["amount ≥1000 eur"]),
    ("debiti che superano 50.000 euro", &["amount >50000 eur"]),
    ("65+ and 70 or over", &["number ≥65", "number ≥70"]),
    (">50 dip, <= 30%", &["number >50", "percentage ≤30%"]),
    ("7 -> 14", &["number 7", "number 14"]),
    ("4+4", &["number 4", "number 4"]),
    ("da 15 a 50 dipendenti", &["number ≥15", "number ≤50"]),
    ("tra 30 e 60 giorni", &["duration ≥30 days", "duration ≤60 days"]),
    ("from 5 to 10 days", &["duration ≥5 days", "duration ≤10 days"]),
    ("dopo 30 giorni", &["duration 30 days"]),
    ("under article 21", &["legal_reference art 21"]),
    // Numbers.
    ("sei sicuro? uno solo, one day", &[]),
    ("due date, due diligence, ten", &[]),
    ("due figli", &["number 2"]),
    ("centottanta", &["number 180"]),
    ("two hundred and fifty employees", &["number 250"]),
    ("twenty point five degrees", &["number 20.5"]),
    ("half a dozen members", &["number 6"]),
    ("1.000 persone", &["number 1000"]),
    ("the 4th and the 1st", &["number 4", "number 1"]),
    ("children under 7s", &["number <7"]),
    // Names with a number.
    ("4° livello", &["code livello 4"]),
    ("IV livello, livello IV", &["code livello 4", "code livello 4"]),
    ("quarto livello o livello 4", &["code livello 4", "code livello 4"]),
    ("the 4th level", &["code livello 4"]),
    ("livello B2 e 4G", &["code b2", "code 4g"]),
    ("secondo anno, third year", &["code anno 2", "code anno 3"]),
    ("secondo figlio, prima rata", &["code figlio 2", "code rata 1"]),
    ("secondo la legge, in primo luogo, prima di", &[]),
    ("wait a second, second opinion", &[]),
    (
        "v2.3, version 2.3.1, versione 4",
        &["code version 2.3", "code version 2.3.1", "code version 4"],
    ),
    ("version 2.10", &["code version 2.10"]),
    ("the 3.4 release", &["code version 3.4"]),
    ("Windows 11, win10", &["code windows 11", "code windows 10"]),
    ("iOS v17 and Android 14", &["code ios 17", "code android 14"]),
    ("TLS 1.2, TLSv1.3, PHP 8.2", &["code tls 1.2", "code tls 1.3", "code php 8.2"]),
    ("Industria 4.0 e Transizione 5.0", &["code industria 4", "code transizione 5"]),
    ("Quota 103", &["code quota 103"]),
    ("Type II, tipo 1", &["code tipo 2", "code tipo 1"]),
    ("i livelli, vi spetta, e di civili", &[]),
    // Times of day.
    ("8 pm, 20:00, 8:30 am", &["code 20:00", "code 20:00", "code 8:30"]),
    ("dalle 9 alle 13", &["code 9:00", "code 13:00"]),
    ("27001:2022", &["code 27001:2022"]),
    // Forms without their word.
    ("P45, W-2, I-9, 1099-NEC", &["code p45", "code w-2", "code i-9", "code 1099-nec"]),
];

#[track_caller]
fn check(text: &str, expected: &[&str]) {
    let slots = Slots::extract(text);
    let found: Vec<String> =
        slots.values().iter().map(|slot| format!("{} {}", slot.value.kind(), slot.value)).collect();
    assert_eq!(found, *expected, "{text}");
}

#[test]
fn values_of_texts() {
    for (text, expected) in VALUES {
        check(text, expected);
    }
}

/// A value whose canonical spelling stands for it without more words.
fn values() -> impl Strategy<Value = SlotValue> {
    let decimal = || (1_i64..100_000, 0_u32..3).prop_map(|(n, scale)| Decimal::new(n, scale));
    let number = || decimal().prop_map(|value| value.normalize()).boxed();
    let unit = prop::sample::select(vec![
        TimeUnit::Minute,
        TimeUnit::Hour,
        TimeUnit::Day,
        TimeUnit::Week,
        TimeUnit::Month,
        TimeUnit::Year,
    ]);
    let currency =
        prop::sample::select(vec![Currency::Eur, Currency::Gbp, Currency::Usd, Currency::Chf]);
    let quantity = prop_oneof![
        number().prop_map(SlotValue::Percentage),
        (number(), currency).prop_map(|(value, currency)| SlotValue::Amount(value, currency)),
        (number(), unit).prop_map(|(number, unit)| SlotValue::Time(Duration { number, unit })),
        (2100_u32..9_000_000).prop_map(|value| SlotValue::Number(value.into())),
    ];
    let bound = prop::sample::select(vec![
        None,
        Some(Bound::Above),
        Some(Bound::AtLeast),
        Some(Bound::AtMost),
        Some(Bound::Below),
    ]);
    let limited = (quantity, bound).prop_map(|(value, bound)| match bound {
        Some(bound) => SlotValue::Limit(bound, Box::new(value)),
        None => value,
    });
    let date = (1900_u16..2100, 1_u8..=12, 1_u8..=28).prop_map(|(year, month, day)| PartialDate {
        year: Some(year),
        month,
        day: Some(day),
    });
    let period = (prop::option::of(1900_u16..2100), prop::bool::ANY, 1_u8..=2).prop_map(
        |(year, quarter, part)| Period { year, parts: if quarter { 4 } else { 2 }, part },
    );
    let name = prop::sample::select(vec!["version", "windows", "livello", "quota", "php"]);
    let code =
        (name, 1_u32..200).prop_map(|(name, n)| SlotValue::Code(format!("{name} {n}").into()));
    let act = prop::sample::select(vec!["dlgs", "dl", "legge", "dpr", "circolare", "direttiva"]);
    let article = (1_u32..3000, prop::sample::select(vec!["", "-bis", "-ter"]));
    let part = |text: String| Some(text.into_boxed_str());
    // "direttiva 1950/2001" would begin with its year.
    let legal = (act, 1_u32..1800, 1950_u16..2050, prop::option::of(article), 1_u32..20).prop_map(
        move |(act, number, year, article, comma)| {
            SlotValue::Legal(LegalRef {
                act: act::named(std::iter::once(act)).map(|(act, _)| act),
                number: part(number.to_string()),
                year: Some(year),
                comma: article.and_then(|_| part(comma.to_string())),
                article: article.and_then(|(article, latin)| part(format!("{article}{latin}"))),
                letter: None,
            })
        },
    );
    prop_oneof![
        limited,
        date.prop_map(SlotValue::Date),
        period.prop_map(SlotValue::Period),
        (1900_u16..2100).prop_map(SlotValue::Year),
        code,
        legal,
    ]
}

proptest! {
    #[test]
    fn canonical_spellings_read_as_the_value(value in values()) {
        let text = value.to_string();
        let slots = Slots::extract(&text);
        let found: Vec<&SlotValue> = slots.values().iter().map(|slot| &slot.value).collect();
        prop_assert_eq!(found, [&value], "{}", text);
    }
}
