//! The forms that a word of the lexicon stands for. They are written out once, when a lexicon is
//! read, so that finding a word in a text is one look in a table. A form that no one ever writes
//! does no harm; a stem that two words share does, so no stemmer is used: `attività` and `attivo`
//! have one Snowball stem.

/// Language of a word, which says how it inflects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Language {
    Italian,
    English,
}

/// The forms of a word; `=word` is that one form.
pub(super) fn forms(word: &str, language: Language) -> Vec<String> {
    if let Some(exact) = word.strip_prefix('=') {
        return vec![exact.to_owned()];
    }
    let mut forms = vec![word.to_owned()];
    // Short words are function words, and what is no word of letters has no endings.
    if word.chars().count() > 3 && word.chars().all(char::is_alphabetic) {
        match language {
            Language::Italian => italian(word, &mut forms),
            Language::English => english(word, &mut forms),
        }
    }
    forms.sort();
    forms.dedup();
    forms
}

/// Endings of the three conjugations; what follows `|` is put to the infinitive without its `e`.
const ARE: &str = "o i a iamo ate ano ato ata ati ando avo avi ava avamo avate avano erò erai erà \
    eremo erete eranno erei eresti erebbe eremmo erebbero ai ò arono ino iate assi asse assero \
    azione azioni amento amenti";
const ERE: &str = "o i e iamo ete ono uto uta uti ute endo evo evi eva evano erò erai erà eremo \
    erete eranno erei erebbe erebbero a ano esse essero";
const IRE: &str = "o i e isco isci isce iscono iamo ite ono ito ita iti endo ivo ivi iva ivano irò \
    irai irà iremo irete iranno irei irebbe irebbero isca iscano a ano isse izione izioni imento \
    imenti";
const CLITICS: &str = "mi ti si ci vi lo la li le ne gli gliene melo mela celo sela selo meli";

fn italian(word: &str, forms: &mut Vec<String>) {
    let conjugation =
        [("are", ARE), ("ere", ERE), ("ire", IRE)].into_iter().find_map(|(infinitive, endings)| {
            word.strip_suffix(infinitive).map(|stem| (stem, endings))
        });
    if let Some((stem, endings)) = conjugation {
        forms.extend(endings.split_whitespace().map(|ending| joined(stem, ending)));
        let cut = word.strip_suffix('e').unwrap_or(word);
        forms.extend(CLITICS.split_whitespace().map(|clitic| format!("{cut}{clitic}")));
        forms.push(cut.to_owned());
        return;
    }
    let endings: &[&str] = match word.chars().last() {
        Some('o') => &["o", "a", "i", "e"],
        Some('a') => &["a", "e", "i"],
        Some('e') => &["e", "i"],
        _ => return,
    };
    let mut stem = word.to_owned();
    stem.pop();
    forms.extend(endings.iter().map(|ending| joined(&stem, ending)));
}

/// A stem with its ending as it is spelled: `cerc` and `i` is `cerchi`, `licenzi` and `i` is
/// `licenzi`. `c` and `g` may also keep their soft sound (`amici`), so a bare `i` is taken both
/// ways by the caller's list of forms.
fn joined(stem: &str, ending: &str) -> String {
    if stem.ends_with('i') && ending.starts_with('i') {
        return format!("{stem}{}", ending.strip_prefix('i').unwrap_or(ending));
    }
    let hard = stem.ends_with(['c', 'g']) && ending.starts_with(['e', 'i']);
    // "medico" is "medici" and "carico" is "carichi": where nouns differ, "-ico" is soft.
    let soft = stem.ends_with("ic") && ending == "i" || stem.ends_with(['c', 'g']) && ending == "e";
    if hard && !soft { format!("{stem}h{ending}") } else { format!("{stem}{ending}") }
}

fn english(word: &str, forms: &mut Vec<String>) {
    let hissing = ["s", "x", "z", "ch", "sh"].iter().any(|end| word.ends_with(end));
    forms.push(format!("{word}{}", if hissing { "es" } else { "s" }));
    let consonant = |c: char| !matches!(c, 'a' | 'e' | 'i' | 'o' | 'u');
    let mut back = word.chars().rev();
    let (last, second, third) = (back.next(), back.next(), back.next());
    match last {
        Some('e') => {
            let stem = word.strip_suffix('e').unwrap_or(word);
            forms.extend([format!("{word}d"), format!("{stem}ing")]);
        }
        Some('y') if second.is_some_and(consonant) => {
            let stem = word.strip_suffix('y').unwrap_or(word);
            forms.extend([format!("{stem}ies"), format!("{stem}ied"), format!("{word}ing")]);
        }
        Some(end) => {
            forms.extend([format!("{word}ed"), format!("{word}ing")]);
            let doubles = consonant(end)
                && !matches!(end, 'w' | 'x' | 'y')
                && second.is_some_and(|c| !consonant(c))
                && third.is_some_and(consonant);
            if doubles {
                forms.extend([format!("{word}{end}ed"), format!("{word}{end}ing")]);
            }
        }
        None => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(word: &str, language: Language, are: &[&str], are_not: &[&str]) {
        let forms = forms(word, language);
        let has = |form: &&str| forms.iter().any(|known| known == form);
        assert!(are.iter().all(has), "{word}: {are:?} in {forms:?}");
        assert!(!are_not.iter().any(has), "{word}: none of {are_not:?} in {forms:?}");
    }

    #[test]
    fn words_stand_for_their_forms() {
        use Language::{English, Italian};
        let attivare = ["attivo", "attivato", "attivarla", "attivazione", "attivare"];
        check("attivare", Italian, &attivare, &["attività", "attivismo"]);
        check("licenziare", Italian, &["licenzia", "licenzi", "licenzierà", "licenziamento"], &[]);
        check("cercare", Italian, &["cerchi", "cercherà"], &["cerci"]);
        check("vendere", Italian, &["venduto", "vende", "vendermi"], &["vendita"]);
        check("spedire", Italian, &["spedisco", "spedito", "spedizione"], &[]);
        check("dipendente", Italian, &["dipendenti"], &["dipendenza"]);
        check("medico", Italian, &["medici", "medica"], &[]);
        check("=prima", Italian, &["prima"], &["prime"]);
        check("enable", English, &["enables", "enabled", "enabling"], &["enablement"]);
        check("stop", English, &["stopped", "stopping", "stops"], &[]);
        check("supply", English, &["supplies", "supplied", "supplying"], &[]);
        check("switch", English, &["switches", "switched"], &[]);
        check("may", English, &["may"], &["mays"]);
    }
}
