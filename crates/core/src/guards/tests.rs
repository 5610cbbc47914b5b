use super::*;
use crate::canonical::Canonical;
use proptest::prelude::*;

/// Texts with the values that they name, in order.
const VALUES: &[(&str, &[&str])] = &[
    // Legal references, Italian.
    ("risoluzione 63/2024", &["legal_reference risoluzione 63/2024"]),
    ("circolare 12/E del 2024", &["legal_reference circolare 12/2024"]),
    ("Circ. INPS 163/2003", &["legal_reference circolare 163/2003"]),
    ("circolare Agenzia delle Entrate n. 12/E", &["legal_reference circolare 12"]),
    ("art. 7-ter DPR 633/1972", &["legal_reference art 7-ter dpr 633/1972"]),
    ("articolo 7 ter del D.P.R. n. 633 del 1972", &["legal_reference art 7-ter dpr 633/1972"]),
    (
        "articolo 18, comma 2, lettera a) della legge 300/1970",
        &["legal_reference art 18 comma 2 lett a legge 300/1970"],
    ),
    ("art. 10, c. 2, D.Lgs. 66/2003", &["legal_reference art 10 comma 2 dlgs 66/2003"]),
    ("D.Lgs. 81/2008", &["legal_reference dlgs 81/2008"]),
    ("dlgs 81/08", &["legal_reference dlgs 81/2008"]),
    ("decreto legislativo 9 aprile 2008, n. 81", &["legal_reference dlgs 81/2008"]),
    ("decreto del Presidente della Repubblica n. 633/72", &["legal_reference dpr 633/1972"]),
    ("Legge 197/2022", &["legal_reference legge 197/2022"]),
    ("L. 197/2022", &["legal_reference legge 197/2022"]),
    ("legge n. 197 del 2022", &["legal_reference legge 197/2022"]),
    ("legge 29 dicembre 2022, n. 197", &["legal_reference legge 197/2022"]),
    (
        "L. 5 febbraio 1992 n. 104, art. 33 co. 3",
        &["legal_reference art 33 comma 3 legge 104/1992"],
    ),
    ("la legge 104", &["legal_reference legge 104"]),
    ("legge del 2004", &["legal_reference legge 2004"]),
    ("D.L. 663/1979", &["legal_reference dl 663/1979"]),
    ("Reg. UE 2016/679", &["legal_reference regolamento 679/2016"]),
    ("direttiva 2006/112/CE", &["legal_reference direttiva 112/2006"]),
    ("art. 2119 c.c.", &["legal_reference art 2119 cc"]),
    ("vizi vendita 1495 cc", &["legal_reference art 1495 cc"]),
    ("art. 2, codice civile", &["legal_reference art 2 cc"]),
    ("art. 13 GDPR", &["legal_reference art 13 regolamento 679/2016"]),
    ("codice del consumo, art. 61", &["legal_reference art 61 dlgs 206/2005"]),
    ("interpello 5/2023", &["legal_reference interpello 5/2023"]),
    ("sentenza n. 1234/2020", &["legal_reference sentenza 1234/2020"]),
    (
        "artt. 16, 20 e 22 D.Lgs. 151/2001",
        &[
            "legal_reference art 16 dlgs 151/2001",
            "legal_reference art 20 dlgs 151/2001",
            "legal_reference art 22 dlgs 151/2001",
        ],
    ),
    (
        "art. 19 e 21 D.Lgs. 81/2015",
        &["legal_reference art 19 dlgs 81/2015", "legal_reference art 21 dlgs 81/2015"],
    ),
    ("modello F24", &["legal_reference form f24"]),
    ("modello 730/2024", &["legal_reference form 730/2024"]),
    ("quadro RW", &["legal_reference quadro rw"]),
    ("codice tributo 6099", &["legal_reference codice tributo 6099"]),
    ("il 63/2024 vale", &["legal_reference 63/2024"]),
    ("art. 98-septies decies", &["legal_reference art 98-septiesdecies"]),
    // Legal references, English.
    ("section 179", &["legal_reference section 179"]),
    ("Section 401(k)", &["legal_reference section 401(k)"]),
    ("Form 1099", &["legal_reference form 1099"]),
    ("Form W-2", &["legal_reference form w-2"]),
    ("Publication 17", &["legal_reference publication 17"]),
    ("Article 6 GDPR", &["legal_reference art 6 regolamento 679/2016"]),
    ("Article 6(1)(f) of the GDPR", &["legal_reference art 6 comma 1 lett f regolamento 679/2016"]),
    ("under article 21", &["legal_reference art 21"]),
    ("26 U.S.C. § 61", &["legal_reference art 61 usc 26"]),
    ("Reg. 1.61-1", &["legal_reference regolamento 1.61-1"]),
    ("Directive 2006/112/EC", &["legal_reference direttiva 112/2006"]),
    ("EU Regulation 261/2004", &["legal_reference regolamento 261/2004"]),
    ("Terms of Service, section 6.2", &["legal_reference section 6.2"]),
    ("legislative decree no. 81 of 2008", &["legal_reference dlgs 81/2008"]),
    // What only looks like one.
    ("la nuova legge 2024", &["year 2024"]),
    ("la legge dice tre cose", &[]),
    ("decreto ingiuntivo", &[]),
    ("the law and the form", &[]),
    ("sentenza 30 giorni", &["number 30 days"]),
    // Dates.
    ("entro il 31/12/2024", &["date 2024-12-31"]),
    ("31 dicembre 2024", &["date 2024-12-31"]),
    ("December 31, 2024", &["date 2024-12-31"]),
    ("a marzo 2024", &["date 2024-03"]),
    ("03/2024", &["date 2024-03"]),
    ("on March 5th", &["date --03-05"]),
    ("primo gennaio", &["date --01-01"]),
    ("scadenza 30/05", &["date --05-30"]),
    ("24/7 support", &["number 24", "number 7"]),
    // Percentages.
    ("al 22 per cento", &["percentage 22%"]),
    ("4.9 % offer", &["percentage 4.9%"]),
    ("dieci per cento", &["percentage 10%"]),
    ("fifty percent", &["percentage 50%"]),
    ("5-10%", &["percentage 5%", "percentage 10%"]),
    // Amounts.
    ("1.000,00 €", &["amount 1000 eur"]),
    ("$1,000 or £50k", &["amount 1000 usd", "amount 50000 gbp"]),
    ("trenta euro", &["amount 30 eur"]),
    ("2000 euro", &["amount 2000 eur"]),
    ("7,5 milioni di euro", &["amount 7500000 eur"]),
    // Years.
    ("anno d'imposta 2023", &["year 2023"]),
    ("FY2024 and FY25", &["year 2024", "year 2025"]),
    ("2023/2024 e 2023-24", &["year 2023", "year 2024", "year 2023", "year 2024"]),
    ("24/25 winter term", &["year 2024", "year 2025"]),
    ("nel '23", &["year 2023"]),
    ("entro il 2041", &["year 2041"]),
    ("x2024y", &["number x2024y"]),
    ("2000 dipendenti", &["number 2000"]),
    ("1899 e 2200", &["number 1899", "number 2200"]),
    // Numbers.
    ("3 mesi e tre mesi", &["number 3 months", "number 3 months"]),
    ("two working days", &["number 2 days"]),
    ("six-hour intervals", &["number 6 h"]),
    ("sei sicuro? uno solo, one day", &[]),
    ("due date", &[]),
    ("due figli", &["number 2"]),
    ("centottanta", &["number 180"]),
    ("two hundred and fifty employees", &["number 250"]),
    ("4° livello", &["number 4"]),
    ("the 4th level", &["number 4"]),
    ("livello B2 e 4G", &["number b2", "number 4g"]),
    ("version 2.10", &["number 2.10"]),
    ("1.000 persone", &["number 1000"]),
];

#[test]
fn values_of_texts() {
    for (text, expected) in VALUES {
        let slots = Slots::extract(text);
        let found: Vec<String> = slots
            .values()
            .iter()
            .map(|slot| format!("{} {}", slot.value.kind(), slot.value))
            .collect();
        assert_eq!(found, *expected, "{text}");
    }
}

use GuardKind::{Amount, Date, LegalReference, Negation, Number, Percentage, Year};
use GuardOutcome::{Agree, Conflict, Extra, Missing};

/// Question, phrasings, answer, finding of each kind named.
type Case =
    (&'static str, &'static [&'static str], &'static str, &'static [(GuardKind, GuardOutcome)]);

const CHECKS: &[Case] = &[
    ("requisiti 2024", &["requisiti 2024"], "", &[(Year, Agree)]),
    ("requisiti 2023", &["requisiti 2024"], "vale dal 2023", &[(Year, Conflict)]),
    ("requisiti 2024", &["requisiti"], "Dal 2024 servono ...", &[(Year, Agree)]),
    ("requisiti 2024", &["requisiti"], "Servono ...", &[(Year, Missing)]),
    ("requisiti", &["requisiti 2024"], "", &[(Year, Extra)]),
    ("requisiti 2023 e 2024", &["requisiti 2024"], "", &[(Year, Missing)]),
    ("domanda nel 2024", &["domanda entro il 31/12/2024"], "", &[(Year, Agree)]),
    ("domanda il 31/12/2024", &["domanda nel 2023"], "", &[(Date, Conflict), (Year, Extra)]),
    ("scade il 31/12/2024", &["scade a dicembre 2024"], "", &[(Date, Agree)]),
    ("scade il 3 marzo", &["scade il 4 marzo 2024"], "", &[(Date, Conflict)]),
    ("iva al 10%", &["iva al 22 per cento"], "", &[(Percentage, Conflict)]),
    ("soglia 1.000 euro", &["soglia € 1000,00"], "", &[(Amount, Agree)]),
    ("soglia 1000", &["soglia 1000 euro"], "", &[(Number, Agree)]),
    ("soglia 1000 euro", &["soglia 1000 dollari"], "", &[(Amount, Conflict)]),
    ("isee 15.000", &["isee 50.000"], "", &[(Number, Conflict)]),
    ("preavviso di 48 ore", &["preavviso di due giorni"], "", &[(Number, Agree)]),
    ("prova di 3 mesi", &["prova di 3 anni"], "", &[(Number, Conflict)]),
    ("siamo in 8 dipendenti", &["aziende fino a 15 dipendenti"], "", &[(Number, Missing)]),
    ("oltre 50 dipendenti", &["oltre 15 dipendenti"], "", &[(Number, Conflict)]),
    ("livello B2", &["livello B1"], "", &[(Number, Conflict)]),
    ("il mio W2", &["il modello W-2"], "", &[(Number, Agree)]),
    ("attivare la 2FA", &["attivare in 5 minuti"], "", &[(Number, Missing)]),
    ("risoluzione 63/2024", &["circolare 63/2024"], "", &[(LegalReference, Conflict)]),
    ("dlgs 81/08", &["decreto legislativo n. 81 del 2008"], "", &[(LegalReference, Agree)]),
    ("art. 18", &["art. 18 legge 300/1970"], "", &[(LegalReference, Agree)]),
    ("legge 300/1970", &["art. 18 legge 300/1970"], "", &[(LegalReference, Agree)]),
    ("art. 18 legge 300/1970", &["art. 7 legge 300/1970"], "", &[(LegalReference, Conflict)]),
    ("art. 7-ter", &["art. 7-bis"], "", &[(LegalReference, Conflict)]),
    ("art. 3 comma 2", &["art. 2 comma 3"], "", &[(LegalReference, Conflict)]),
    ("comma 2", &["art. 2"], "", &[(LegalReference, Missing)]),
    ("modello F24", &["art. 18 legge 300"], "", &[(LegalReference, Missing)]),
    ("Form 1040", &["Form 1041"], "", &[(LegalReference, Conflict)]),
    ("la 104", &["legge 104/1992"], "", &[(Number, Agree)]),
    ("art. 61 codice del consumo", &["art. 61 d.lgs. 206/2005"], "", &[(LegalReference, Agree)]),
    (
        "spetta art. 6",
        &["spetta"],
        "Riferimento: art. 6 D.Lgs. 22/2015",
        &[(LegalReference, Agree)],
    ),
    ("il bonus non spetta", &["il bonus spetta"], "", &[(Negation, Conflict)]),
    ("can I cancel my plan", &["why can't I cancel my plan"], "", &[(Negation, Conflict)]),
    ("con partita iva", &["senza partita iva"], "", &[(Negation, Conflict)]),
    ("non spetta il bonus", &["non spetta il bonus"], "", &[(Negation, Agree)]),
    ("se non sbaglio il bonus spetta", &["il bonus spetta"], "", &[]),
    (
        "il pacco non arriva, che faccio",
        &["cosa fare se la consegna ritarda"],
        "",
        &[(Negation, Missing)],
    ),
    ("pacco in ritardo", &["cosa fare se la consegna non arriva"], "", &[(Negation, Extra)]),
    ("non ho mai lavorato", &["non ho lavorato"], "", &[(Negation, Agree)]),
    ("come mai il bonus spetta", &["il bonus spetta"], "", &[]),
    ("spetta sì o no", &["spetta"], "", &[]),
];

#[test]
fn findings() {
    for (question, phrasings, answer, expected) in CHECKS {
        let entry = EntrySlots::new(phrasings.iter().copied(), [*answer]);
        let found: Vec<_> = check(&Slots::extract(question), &entry)
            .into_iter()
            .map(|result| (result.kind, result.result))
            .collect();
        assert_eq!(found, *expected, "{question} | {phrasings:?} | {answer}");
    }
}

#[test]
fn numbers_refuse_in_short_questions_only() {
    let entry = EntrySlots::new(["preavviso con 5 anni di anzianità"], []);
    let short = Slots::extract("preavviso con 3 anni di anzianità");
    assert_eq!(strongest(&check(&short, &entry)), Effect::Refuse);
    let story = "ieri mattina parlando lungamente dentro ufficio grande direttore generale simpatico \
                 spiegava colleghi presenti regole complicate riguardanti preavviso dimissioni \
                 contratto collettivo commercio livello quarto";
    let long = Slots::extract(&format!("{story} con 3 anni"));
    assert!(long.content_words() > SHORT_QUESTION_WORDS);
    assert_eq!(strongest(&check(&long, &entry)), Effect::SuggestOnly);
}

#[test]
fn spans_name_the_value() {
    let text = Canonical::of("Quanto spetta nel 2024 (art. 7-ter) su € 1.000?");
    let slots = Slots::of(&text);
    let named: Vec<_> =
        slots.values().iter().map(|slot| &text.as_str()[slot.span.clone()]).collect();
    assert_eq!(named, ["2024", "art 7-ter", "1000 eur"]);
}

fn check_self(text: &str) {
    let slots = Slots::extract(text);
    for result in check(&slots, &EntrySlots::new([text], [])) {
        assert_eq!(result.result, GuardOutcome::Agree, "{text:?} {result:?}");
    }
    let canonical = Canonical::of(text);
    assert_eq!(Slots::extract(canonical.as_str()), slots, "{text:?}");
}

#[test]
fn demo_questions_agree_with_themselves_and_their_canonical_form() {
    for line in include_str!("../../../../demo/queries.jsonl").lines() {
        let row: serde_json::Value = serde_json::from_str(line).unwrap();
        check_self(row["query"].as_str().unwrap());
    }
}

proptest! {
    #[test]
    fn any_text_agrees_with_itself(text in any::<String>()) {
        check_self(&text);
    }

    #[test]
    fn any_words_agree_with_themselves(parts in prop::collection::vec(prop::sample::select(vec![
        "art.", "7-ter", "18", "comma", "c.", "2", "lett.", "a)", "legge", "l.", "n.", "del",
        "2024", "104/1992", "81/08", "12/E", "dlgs", "circolare", "inps", "gdpr", "cc", "form",
        "W-2", "quadro", "RW", "§", "61", "26", "usc", "31/12/2024", "marzo", "tre", "mesi",
        "two", "hundred", "and", "fifty", "per cento", "%", "€", "1.000", "k", "non", "senza",
        "mai", "not", "don't", "o", "no", "24/25", "2023-24", "5-10%", "fy24", "b2", "4°", "fino",
        "a", "under", "artt.", "e", "39-41", "bis", "direttiva", "2006/112/ce", "12:30",
    ]), 0..12)) {
        check_self(&parts.join(" "));
    }
}
