//! The names of acts, rulings and forms in Italian and English.

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
            _ => return None,
        };
        Some((Self::of(name, Law), number, year))
    }

    /// Whether its articles are often named by the number alone: `2119 c.c.`.
    pub(super) fn follows_number(&self) -> bool {
        !self.numbered && self.name.len() <= 4
    }
}

/// The United States Code; its number is the title.
pub(super) const US_CODE: Act = Act::of("usc", Family::Law);

use Family::{Court, Form, FormPart, Law, Practice, Publication, Section, TaxCode};

/// Names with their act, sorted by bytes for the search.
const NAMES: &[(&str, Act)] = &[
    ("cad", Act::code("cad")),
    ("cass", Act::of("sentenza", Court)),
    ("cassazione", Act::of("sentenza", Court)),
    ("cc", Act::code("cc")),
    ("ccii", Act::code("ccii")),
    ("cds", Act::code("cds")),
    ("circ", Act::of("circolare", Practice)),
    ("circolare", Act::of("circolare", Practice)),
    ("circular", Act::of("circolare", Practice)),
    ("civil code", Act::code("cc")),
    ("cod civ", Act::code("cc")),
    ("cod consumo", Act::code("codice del consumo")),
    ("cod pen", Act::code("cp")),
    ("cod proc civ", Act::code("cpc")),
    ("codice appalti", Act::code("codice dei contratti")),
    ("codice civile", Act::code("cc")),
    ("codice consumo", Act::code("codice del consumo")),
    ("codice crisi", Act::code("ccii")),
    ("codice dei contratti", Act::code("codice dei contratti")),
    ("codice dei contratti pubblici", Act::code("codice dei contratti")),
    ("codice del consumo", Act::code("codice del consumo")),
    ("codice della crisi", Act::code("ccii")),
    ("codice della strada", Act::code("cds")),
    ("codice di procedura civile", Act::code("cpc")),
    ("codice di procedura penale", Act::code("cpp")),
    ("codice penale", Act::code("cp")),
    ("codice privacy", Act::code("codice privacy")),
    ("codice procedura civile", Act::code("cpc")),
    ("codice procedura penale", Act::code("cpp")),
    ("codice strada", Act::code("cds")),
    ("codice tributo", Act::of("codice tributo", TaxCode)),
    ("codici tributo", Act::of("codice tributo", TaxCode)),
    ("corte cost", Act::of("sentenza", Court)),
    ("cost", Act::code("costituzione")),
    ("costituzione", Act::code("costituzione")),
    ("cp", Act::code("cp")),
    ("cpc", Act::code("cpc")),
    ("cpp", Act::code("cpp")),
    ("decreto", Act::of("decreto", Law)),
    ("decreto del presidente del consiglio dei ministri", Act::of("dpcm", Law)),
    ("decreto del presidente della repubblica", Act::of("dpr", Law)),
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
    ("interpello", Act::of("interpello", Practice)),
    ("l", Act::of("legge", Law)),
    ("law", Act::of("legge", Law)),
    ("legge", Act::of("legge", Law)),
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
    ("provv", Act::of("provvedimento", Practice)),
    ("provvedimento", Act::of("provvedimento", Practice)),
    ("pub", Act::of("publication", Publication)),
    ("publication", Act::of("publication", Publication)),
    ("quadro", Act::of("quadro", FormPart)),
    ("rd", Act::of("rd", Law)),
    ("rdl", Act::of("rdl", Law)),
    ("reg", Act::of("regolamento", Law)),
    ("regio decreto", Act::of("rd", Law)),
    ("regolamento", Act::of("regolamento", Law)),
    ("regulation", Act::of("regolamento", Law)),
    ("resolution", Act::of("risoluzione", Practice)),
    ("ris", Act::of("risoluzione", Practice)),
    ("risoluzione", Act::of("risoluzione", Practice)),
    ("risposta a interpello", Act::of("interpello", Practice)),
    ("risposta ad interpello", Act::of("interpello", Practice)),
    ("risposta interpello", Act::of("interpello", Practice)),
    ("schedule", Act::of("quadro", FormPart)),
    ("sec", Act::of("section", Section)),
    ("section", Act::of("section", Section)),
    ("sections", Act::of("section", Section)),
    ("sent", Act::of("sentenza", Court)),
    ("sentenza", Act::of("sentenza", Court)),
    ("statuto dei lavoratori", Act::code("statuto dei lavoratori")),
    ("statuto lavoratori", Act::code("statuto dei lavoratori")),
    ("testo unico bancario", Act::code("tub")),
    ("tub", Act::code("tub")),
    ("tuf", Act::code("tuf")),
    ("tuir", Act::code("tuir")),
    ("§", Act::of("section", Section)),
];

/// The act whose name begins at `words`, and how many words the name has.
pub(super) fn named<'t>(words: impl Iterator<Item = &'t str> + Clone) -> Option<(Act, usize)> {
    let first = words.clone().next()?;
    if !first.starts_with(|c: char| c.is_ascii_lowercase() || c == '§') {
        return None;
    }
    let from = NAMES.partition_point(|(name, _)| *name < first);
    let alike = NAMES.iter().skip(from).take_while(|(name, _)| name.starts_with(first));
    // Of names that begin alike the longest stands last.
    alike
        .filter_map(|(name, act)| {
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
        assert!(NAMES.is_sorted_by_key(|(name, _)| *name));
        let act = |text: &str| named(text.split(' ')).map(|(act, words)| (act.name, words));
        assert_eq!(act("decreto legislativo 81"), Some(("dlgs", 2)));
        assert_eq!(act("decreto 81"), Some(("decreto", 1)));
        assert_eq!(act("codice di procedura civile"), Some(("cpc", 4)));
        assert_eq!(act("codice sconto"), None);
        assert_eq!(act("§ 12"), Some(("section", 1)));
    }
}
