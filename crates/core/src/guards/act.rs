//! The names of acts, rulings and forms in Italian and English.

use crate::words::head;

/// What an act is; acts of different families are not compared with each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Family {
    /// Statutes, decrees, codes, regulations, directives.
    Law,
    /// Circulars, resolutions and replies of authorities.
    Practice,
    /// Court decisions.
    Court,
    /// Forms.
    Form,
    /// Parts of forms.
    FormPart,
    /// Codes of taxes on payment forms.
    TaxCode,
    /// Numbered publications.
    Publication,
    /// Sections of an act or contract that is not named.
    Section,
    /// Other parts of acts and contracts: titles, parts, clauses, annexes.
    Division,
}

/// A type of act.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Act {
    /// Its short name: `dlgs`, `circolare`, `cc`.
    pub name: &'static str,
    /// What it is compared with.
    pub family: Family,
    /// Whether a number tells the acts of this type apart; a code has none.
    pub numbered: bool,
}

impl Act {
    const fn of(name: &'static str, family: Family) -> Self {
        Self { name, family, numbered: true }
    }

    const fn code(name: &'static str) -> Self {
        Self { name, family: Family::Law, numbered: false }
    }

    /// Whether both may be the same act: `decreto` alone may be any decree.
    #[must_use]
    pub fn agrees(&self, other: &Self) -> bool {
        const DECREES: &[&str] = &["dlgs", "dl", "dm", "dpcm", "dpr", "rd", "rdl"];
        self == other
            || self.name == "decreto" && DECREES.contains(&other.name)
            || other.name == "decreto" && DECREES.contains(&self.name)
    }

    /// Whether the year stands before the number: acts of the European Union.
    pub(super) fn is_european(&self) -> bool {
        matches!(self.name, "regolamento" | "direttiva")
    }

    /// The numbered act that a code is, where there is only one: people cite either.
    pub(super) fn alias(&self) -> Option<(Self, &'static str, u16)> {
        let (name, number, year) = match self.name {
            "tub" => ("dlgs", "385", 1993),
            "tuf" => ("dlgs", "58", 1998),
            "tuir" => ("dpr", "917", 1986),
            "ccii" => ("dlgs", "14", 2019),
            "cds" => ("dlgs", "285", 1992),
            "cad" => ("dlgs", "82", 2005),
            "codice del consumo" => ("dlgs", "206", 2005),
            "codice privacy" => ("dlgs", "196", 2003),
            "statuto dei lavoratori" => ("legge", "300", 1970),
            "gdpr" => ("regolamento", "679", 2016),
            "codice assicurazioni" => ("dlgs", "209", 2005),
            "codice comunicazioni" => ("dlgs", "259", 2003),
            "codice terzo settore" => ("dlgs", "117", 2017),
            "codice turismo" => ("dlgs", "79", 2011),
            "legge fallimentare" => ("rd", "267", 1942),
            "statuto contribuente" => ("legge", "212", 2000),
            "tu edilizia" => ("dpr", "380", 2001),
            "tu immigrazione" => ("dlgs", "286", 1998),
            "tu maternità" => ("dlgs", "151", 2001),
            "tu pubblico impiego" => ("dlgs", "165", 2001),
            "tu sicurezza" => ("dlgs", "81", 2008),
            "tuel" => ("dlgs", "267", 2000),
            _ => return None,
        };
        Some((Self::of(name, Law), number, year))
    }

    /// The budget law of a year, which has another number and is dated the year before.
    pub(super) fn of_budget(&self, year: u16) -> Option<(Self, &'static str, u16)> {
        let number = match (self.name, year) {
            ("legge di bilancio", 2017) => "232",
            ("legge di bilancio", 2018) => "205",
            ("legge di bilancio", 2019) => "145",
            ("legge di bilancio", 2020) => "160",
            ("legge di bilancio", 2021) => "178",
            ("legge di bilancio", 2022) => "234",
            ("legge di bilancio", 2023) => "197",
            ("legge di bilancio", 2024) => "213",
            ("legge di bilancio", 2025) => "207",
            _ => return None,
        };
        Some((Self::of("legge", Law), number, year - 1))
    }

    /// Whether the year that it is for names it: the budget law of a year.
    pub(super) fn is_yearly(&self) -> bool {
        matches!(self.name, "legge di bilancio" | "legge di stabilità" | "decreto flussi")
    }

    /// Whether a number that looks like a year may be its number.
    pub(super) fn may_have_any_number(&self) -> bool {
        self.family == TaxCode
    }

    /// Whether its articles are often named by the number alone: `2119 c.c.`.
    pub(super) fn follows_number(&self) -> bool {
        !self.numbered && self.name.len() <= 4
    }
}

/// The United States Code; its number is the title.
pub(super) const US_CODE: Act = Act::of("usc", Law);
/// The Code of Federal Regulations; its number is the title.
pub(super) const FEDERAL_REGULATIONS: Act = Act::of("cfr", Law);
/// A statute that is cited by the last word of its name and its year: `Equality Act 2010`.
pub(super) const STATUTE: Act = Act::of("act", Law);
/// A regulation of the European Union.
pub(super) const REGULATION: Act = Act::of("regolamento", Law);

use Family::{Court, Division, Form, FormPart, Law, Practice, Publication, Section, TaxCode};

/// Names with their act, sorted by bytes for the search.
const NAMES: &[(&str, Act)] = &[
    ("allegato", Act::of("allegato", Division)),
    ("annex", Act::of("allegato", Division)),
    ("ateco", Act::of("ateco", TaxCode)),
    ("cad", Act::code("cad")),
    ("campo", Act::of("campo", FormPart)),
    ("capitolo", Act::of("capitolo", Division)),
    ("capo", Act::of("capo", Division)),
    ("casella", Act::of("casella", FormPart)),
    ("cass", Act::of("sentenza", Court)),
    ("cassazione", Act::of("sentenza", Court)),
    ("causale", Act::of("causale", TaxCode)),
    ("causale contributo", Act::of("causale", TaxCode)),
    ("cc", Act::code("cc")),
    ("ccii", Act::code("ccii")),
    ("cds", Act::code("cds")),
    ("chapter", Act::of("capitolo", Division)),
    ("circ", Act::of("circolare", Practice)),
    ("circolare", Act::of("circolare", Practice)),
    ("circular", Act::of("circolare", Practice)),
    ("civil code", Act::code("cc")),
    ("cl", Act::of("clausola", Division)),
    ("clause", Act::of("clausola", Division)),
    ("clausola", Act::of("clausola", Division)),
    ("cod civ", Act::code("cc")),
    ("cod consumo", Act::code("codice del consumo")),
    ("cod pen", Act::code("cp")),
    ("cod proc civ", Act::code("cpc")),
    ("cod tributo", Act::of("codice tributo", TaxCode)),
    ("codice appalti", Act::code("codice dei contratti")),
    ("codice assicurazioni", Act::code("codice assicurazioni")),
    ("codice ateco", Act::of("ateco", TaxCode)),
    ("codice civile", Act::code("cc")),
    ("codice comunicazioni", Act::code("codice comunicazioni")),
    ("codice consumo", Act::code("codice del consumo")),
    ("codice crisi", Act::code("ccii")),
    ("codice dei contratti", Act::code("codice dei contratti")),
    ("codice dei contratti pubblici", Act::code("codice dei contratti")),
    ("codice del consumo", Act::code("codice del consumo")),
    ("codice del terzo settore", Act::code("codice terzo settore")),
    ("codice del turismo", Act::code("codice turismo")),
    ("codice della crisi", Act::code("ccii")),
    ("codice della strada", Act::code("cds")),
    ("codice delle assicurazioni", Act::code("codice assicurazioni")),
    ("codice delle comunicazioni", Act::code("codice comunicazioni")),
    ("codice delle comunicazioni elettroniche", Act::code("codice comunicazioni")),
    ("codice di procedura civile", Act::code("cpc")),
    ("codice di procedura penale", Act::code("cpp")),
    ("codice penale", Act::code("cp")),
    ("codice privacy", Act::code("codice privacy")),
    ("codice procedura civile", Act::code("cpc")),
    ("codice procedura penale", Act::code("cpp")),
    ("codice strada", Act::code("cds")),
    ("codice terzo settore", Act::code("codice terzo settore")),
    ("codice tributo", Act::of("codice tributo", TaxCode)),
    ("codice turismo", Act::code("codice turismo")),
    ("codici tributo", Act::of("codice tributo", TaxCode)),
    ("considerando", Act::of("considerando", Division)),
    ("corte cost", Act::of("sentenza", Court)),
    ("corte costituzionale", Act::of("sentenza", Court)),
    ("corte di cassazione", Act::of("sentenza", Court)),
    ("cost", Act::code("costituzione")),
    ("costituzione", Act::code("costituzione")),
    ("cp", Act::code("cp")),
    ("cpc", Act::code("cpc")),
    ("cpp", Act::code("cpp")),
    ("cts", Act::code("codice terzo settore")),
    ("decreto", Act::of("decreto", Law)),
    ("decreto del presidente del consiglio dei ministri", Act::of("dpcm", Law)),
    ("decreto del presidente della repubblica", Act::of("dpr", Law)),
    ("decreto flussi", Act::of("decreto flussi", Law)),
    ("decreto legge", Act::of("dl", Law)),
    ("decreto legislativo", Act::of("dlgs", Law)),
    ("decreto ministeriale", Act::of("dm", Law)),
    ("decreto presidente della repubblica", Act::of("dpr", Law)),
    ("decreto-legge", Act::of("dl", Law)),
    ("dir", Act::of("direttiva", Law)),
    ("directive", Act::of("direttiva", Law)),
    ("direttiva", Act::of("direttiva", Law)),
    ("dl", Act::of("dl", Law)),
    ("dlg", Act::of("dlgs", Law)),
    ("dlgs", Act::of("dlgs", Law)),
    ("dm", Act::of("dm", Law)),
    ("dpcm", Act::of("dpcm", Law)),
    ("dpr", Act::of("dpr", Law)),
    ("form", Act::of("form", Form)),
    ("gdpr", Act::code("gdpr")),
    ("internal revenue code", Act::code("irc")),
    ("interpello", Act::of("interpello", Practice)),
    ("irc", Act::code("irc")),
    ("jobs act", Act::code("jobs act")),
    ("l", Act::of("legge", Law)),
    ("l fall", Act::code("legge fallimentare")),
    ("law", Act::of("legge", Law)),
    ("legge", Act::of("legge", Law)),
    ("legge bilancio", Act::of("legge di bilancio", Law)),
    ("legge di bilancio", Act::of("legge di bilancio", Law)),
    ("legge di stabilità", Act::of("legge di stabilità", Law)),
    ("legge fallimentare", Act::code("legge fallimentare")),
    ("legge regionale", Act::of("lr", Law)),
    ("legislative decree", Act::of("dlgs", Law)),
    ("lr", Act::of("lr", Law)),
    ("mess", Act::of("messaggio", Practice)),
    ("messaggio", Act::of("messaggio", Practice)),
    ("mod", Act::of("form", Form)),
    ("modello", Act::of("form", Form)),
    ("modulo", Act::of("form", Form)),
    ("msg", Act::of("messaggio", Practice)),
    ("ord", Act::of("ordinanza", Court)),
    ("ordinanza", Act::of("ordinanza", Court)),
    ("part", Act::of("part", Division)),
    ("point", Act::of("punto", Division)),
    ("provv", Act::of("provvedimento", Practice)),
    ("provvedimento", Act::of("provvedimento", Practice)),
    ("pub", Act::of("publication", Publication)),
    ("publication", Act::of("publication", Publication)),
    ("punto", Act::of("punto", Division)),
    ("quadro", Act::of("quadro", FormPart)),
    ("racc", Act::of("raccomandazione", Law)),
    ("raccomandazione", Act::of("raccomandazione", Law)),
    ("rd", Act::of("rd", Law)),
    ("rdl", Act::of("rdl", Law)),
    ("recital", Act::of("considerando", Division)),
    ("recommendation", Act::of("raccomandazione", Law)),
    ("reg", Act::of("regolamento", Law)),
    ("regio decreto", Act::of("rd", Law)),
    ("regolamento", Act::of("regolamento", Law)),
    ("regulation", Act::of("regolamento", Law)),
    ("resolution", Act::of("risoluzione", Practice)),
    ("righi", Act::of("rigo", FormPart)),
    ("rigo", Act::of("rigo", FormPart)),
    ("ris", Act::of("risoluzione", Practice)),
    ("risoluzione", Act::of("risoluzione", Practice)),
    ("risposta a interpello", Act::of("interpello", Practice)),
    ("risposta ad interpello", Act::of("interpello", Practice)),
    ("risposta interpello", Act::of("interpello", Practice)),
    ("rule", Act::of("rule", Division)),
    ("s", Act::of("section", Section)),
    ("sch", Act::of("quadro", FormPart)),
    ("schedule", Act::of("quadro", FormPart)),
    ("sec", Act::of("section", Section)),
    ("section", Act::of("section", Section)),
    ("sections", Act::of("section", Section)),
    ("sent", Act::of("sentenza", Court)),
    ("sentenza", Act::of("sentenza", Court)),
    ("ss", Act::of("section", Section)),
    ("st lav", Act::code("statuto dei lavoratori")),
    ("stat lav", Act::code("statuto dei lavoratori")),
    ("statuto dei lavoratori", Act::code("statuto dei lavoratori")),
    ("statuto del contribuente", Act::code("statuto contribuente")),
    ("statuto lavoratori", Act::code("statuto dei lavoratori")),
    ("testo unico bancario", Act::code("tub")),
    ("testo unico delle imposte sui redditi", Act::code("tuir")),
    ("testo unico edilizia", Act::code("tu edilizia")),
    ("testo unico immigrazione", Act::code("tu immigrazione")),
    ("testo unico maternità", Act::code("tu maternità")),
    ("testo unico pubblico impiego", Act::code("tu pubblico impiego")),
    ("testo unico sicurezza", Act::code("tu sicurezza")),
    ("testo unico sulla sicurezza", Act::code("tu sicurezza")),
    ("title", Act::of("titolo", Division)),
    ("titolo", Act::of("titolo", Division)),
    ("tributo", Act::of("codice tributo", TaxCode)),
    ("tub", Act::code("tub")),
    ("tuel", Act::code("tuel")),
    ("tuf", Act::code("tuf")),
    ("tui", Act::code("tu immigrazione")),
    ("tuir", Act::code("tuir")),
    ("tupi", Act::code("tu pubblico impiego")),
    ("tusl", Act::code("tu sicurezza")),
    ("§", Act::of("section", Section)),
];

/// The heads of the first words of [`NAMES`]: almost every word of a text is looked up.
const HEADS: [u64; NAMES.len()] = {
    let mut heads = [0; NAMES.len()];
    let mut index = 0;
    while index < heads.len() {
        let name = NAMES[index].0.as_bytes();
        let mut end = 0;
        while end < name.len() && name[end] != b' ' {
            end += 1;
        }
        heads[index] = head(name.split_at(end).0);
        index += 1;
    }
    heads
};

/// The act whose name begins at `words`, and how many words the name has.
pub(super) fn named<'t>(words: impl Iterator<Item = &'t str> + Clone) -> Option<(Act, usize)> {
    let head = head(words.clone().next()?.as_bytes());
    let from = HEADS.partition_point(|its| *its < head);
    let alike = HEADS.iter().zip(NAMES).skip(from).take_while(|(its, _)| **its == head);
    // Of names that begin alike the longest stands last.
    alike
        .filter_map(|(_, (name, act))| {
            let mut words = words.clone();
            let mut count = 0;
            let all = name.split(' ').all(|part| {
                count += 1;
                words.next() == Some(part)
            });
            all.then_some((*act, count))
        })
        .last()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_name_counts() {
        assert!(NAMES.is_sorted_by_key(|(name, _)| *name) && HEADS.is_sorted());
        let act = |text: &str| named(text.split(' ')).map(|(act, words)| (act.name, words));
        assert_eq!(act("decreto legislativo 81"), Some(("dlgs", 2)));
        assert_eq!(act("decreto 81"), Some(("decreto", 1)));
        assert_eq!(act("codice di procedura civile"), Some(("cpc", 4)));
        assert_eq!(act("codice sconto"), None);
        assert_eq!(act("§ 12"), Some(("section", 1)));
    }
}
