use super::check;

/// Texts with the references that they name, in order.
const REFERENCES: &[(&str, &[&str])] = &[
    // Italian.
    ("risoluzione 63/2024", &["risoluzione 63/2024"]),
    ("circolare 12/E del 2024", &["circolare 12/2024"]),
    ("Circ. INPS 163/2003", &["circolare 163/2003"]),
    ("circolare INPS n. 12/2024", &["circolare 12/2024"]),
    ("circolare Agenzia delle Entrate n. 12/E", &["circolare 12"]),
    ("art. 7-ter DPR 633/1972", &["art 7-ter dpr 633/1972"]),
    ("articolo 7 ter del D.P.R. n. 633 del 1972", &["art 7-ter dpr 633/1972"]),
    (
        "articolo 18, comma 2, lettera a) della legge 300/1970",
        &["art 18 comma 2 lett a legge 300/1970"],
    ),
    ("lettera b) del comma 1", &["comma 1 lett b"]),
    ("art. 10, c. 2, D.Lgs. 66/2003", &["art 10 comma 2 dlgs 66/2003"]),
    ("art. 3, commi 1 e 2", &["art 3 comma 1", "art 3 comma 2"]),
    ("art. 2-bis, 2 bis e art. 2ter", &["art 2-bis", "art 2-bis", "art 2-ter"]),
    ("articoli da 3 a 5", &["art 3", "art 5"]),
    ("articolo quattro della legge 91/1992", &["art 4 legge 91/1992"]),
    ("D.Lgs. 81/2008", &["dlgs 81/2008"]),
    ("dlgs 81/08", &["dlgs 81/2008"]),
    ("decreto legislativo 9 aprile 2008, n. 81", &["dlgs 81/2008"]),
    ("decreto del Presidente della Repubblica n. 633/72", &["dpr 633/1972"]),
    ("Legge 197/2022", &["legge 197/2022"]),
    ("L. 197/2022", &["legge 197/2022"]),
    ("legge n. 197 del 2022", &["legge 197/2022"]),
    ("legge 29 dicembre 2022, n. 197", &["legge 197/2022"]),
    ("legge di bilancio 2024", &["legge 213/2023"]),
    ("legge di bilancio per il 2030", &["legge di bilancio 2030"]),
    ("decreto flussi 2025", &["decreto flussi 2025"]),
    ("L. 5 febbraio 1992 n. 104, art. 33 co. 3", &["art 33 comma 3 legge 104/1992"]),
    ("la legge 104", &["legge 104"]),
    ("legge del 2004", &["legge 2004"]),
    ("D.L. 663/1979", &["dl 663/1979"]),
    ("Reg. UE 2016/679", &["regolamento 679/2016"]),
    ("regolamento (UE) 2016/679", &["regolamento 679/2016"]),
    ("direttiva 2006/112/CE", &["direttiva 112/2006"]),
    ("raccomandazione 2003/361/CE", &["raccomandazione 361/2003"]),
    ("art. 7 del 261/2004", &["art 7 261/2004"]),
    ("2003/361 e 626/94", &["361/2003", "626/1994"]),
    ("art. 2119 c.c.", &["art 2119 cc"]),
    ("vizi vendita 1495 cc", &["art 1495 cc"]),
    ("il 128 del codice del consumo", &["art 128 dlgs 206/2005"]),
    ("il 2482 bis", &["art 2482-bis"]),
    ("125 ter del tub", &["art 125-ter dlgs 385/1993"]),
    ("art. 2, codice civile", &["art 2 cc"]),
    ("art. 18 St. Lav.", &["art 18 legge 300/1970"]),
    ("art. 18 Statuto dei lavoratori", &["art 18 legge 300/1970"]),
    ("art. 51 TUIR", &["art 51 dpr 917/1986"]),
    ("art. 13 GDPR", &["art 13 regolamento 679/2016"]),
    ("art. 217 legge fallimentare", &["art 217 rd 267/1942"]),
    ("codice del consumo, art. 61", &["art 61 dlgs 206/2005"]),
    ("interpello 5/2023", &["interpello 5/2023"]),
    ("sentenza n. 1234/2020", &["sentenza 1234/2020"]),
    ("Cass. SS.UU. n. 1234/2020", &["sentenza 1234/2020"]),
    ("Cass., sez. lav., 12 marzo 2020, n. 1234", &["sentenza 1234/2020"]),
    ("sentenza Corte cost. 194/2018", &["sentenza 194/2018"]),
    (
        "artt. 16, 20 e 22 D.Lgs. 151/2001",
        &["art 16 dlgs 151/2001", "art 20 dlgs 151/2001", "art 22 dlgs 151/2001"],
    ),
    ("art. 19 e 21 D.Lgs. 81/2015", &["art 19 dlgs 81/2015", "art 21 dlgs 81/2015"]),
    ("modello F24 e mod. 730", &["form f24", "form 730"]),
    ("modello 730/2024", &["form 730/2024"]),
    ("730/2024", &["730/2024"]),
    ("quadro RW, rigo E8", &["quadro rw", "rigo e8"]),
    ("quadro E, righi E1-E3", &["quadro e", "rigo e1-e3"]),
    ("codice tributo 6099", &["codice tributo 6099"]),
    ("tributo 2003", &["codice tributo 2003"]),
    ("causale contributo DM10", &["causale dm10"]),
    ("codice Ateco 62.01.00", &["ateco 62.01.00"]),
    ("il 63/2024 vale", &["63/2024"]),
    ("art. 98-septies decies", &["art 98-septiesdecies"]),
    ("titolo VII, capo II", &["titolo 7", "capo 2"]),
    // English.
    ("section 179", &["section 179"]),
    ("s. 21 and Section 8", &["section 21", "section 8"]),
    ("Section 401(k)", &["section 401(k)"]),
    ("IRC 401(k)", &["art 401 lett k irc"]),
    ("Form 1099", &["form 1099"]),
    ("Form W-2", &["form w-2"]),
    ("Schedule C, Sch. 2", &["quadro c", "quadro 2"]),
    ("Publication 17", &["publication 17"]),
    ("Article 6 GDPR", &["art 6 regolamento 679/2016"]),
    ("Article 6(1)(f) of the GDPR", &["art 6 comma 1 lett f regolamento 679/2016"]),
    ("26 U.S.C. § 61", &["art 61 usc 26"]),
    ("Reg. 1.61-1", &["regolamento 1.61-1"]),
    ("Directive 2006/112/EC", &["direttiva 112/2006"]),
    ("EU Regulation 261/2004", &["regolamento 261/2004"]),
    ("EU261", &["regolamento 261"]),
    ("Terms of Service, section 6.2", &["section 6.2"]),
    ("clause 7.1 and recital 27", &["clausola 7.1", "considerando 27"]),
    ("Title VII, Part 36, Rule 23", &["titolo 7", "part 36", "rule 23"]),
    ("Medicare Part B", &["part b"]),
    ("Equality Act 2010", &["act equality/2010"]),
    ("legislative decree no. 81 of 2008", &["dlgs 81/2008"]),
];

#[test]
fn references_of_texts() {
    for (text, expected) in REFERENCES {
        let expected: Vec<String> =
            expected.iter().map(|reference| format!("legal_reference {reference}")).collect();
        check(text, &expected.iter().map(String::as_str).collect::<Vec<_>>());
    }
}

#[test]
fn what_only_looks_like_a_reference() {
    check("la nuova legge 2024", &["year 2024"]);
    check("la legge dice tre cose", &[]);
    check("il quadro e il modulo, schedule an appointment", &[]);
    check("does article 6 let a company", &["legal_reference art 6"]);
    check("decreto ingiuntivo", &[]);
    check("the law and the form", &[]);
    check("sentenza 30 giorni", &["duration 30 days"]);
    check("as part of a plan, the title and the clause", &[]);
    check("how does it cost, the gdpr, jobs act", &[]);
}
