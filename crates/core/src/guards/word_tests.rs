use super::*;
use crate::canonical::Canonical;
use Effect::{Explain, Lower, Refuse, SuggestOnly};
use GuardKind::{Aspect as Asked, Direction, Exclusive, Modality, Name, Negation, Role, Scope};

/// A question against phrasings: what the guard of a kind does, none where it finds nothing.
#[track_caller]
fn check_phrasings(kind: GuardKind, question: &str, phrasings: &[&str], expected: Option<Effect>) {
    let entry = EntrySlots::new(phrasings.iter().copied(), []);
    let found = check(&Slots::extract(question), &entry);
    let found = found.into_iter().find(|result| result.kind == kind);
    let effect = found.as_ref().map(|result| result.effect);
    assert_eq!(effect, expected, "{question} | {phrasings:?} | {found:?}");
}

#[track_caller]
fn check_one(kind: GuardKind, question: &str, phrasing: &str, expected: Option<Effect>) {
    check_phrasings(kind, question, &[phrasing], expected);
}

#[test]
fn direction() {
    let check = |question, phrasing, expected| check_one(Direction, question, phrasing, expected);
    check("passare da forfettario a ordinario", "passare da ordinario a forfettario", Some(Refuse));
    check("passare da forfettario a ordinario", "da forfettario a ordinario", Some(Explain));
    check("from iOS 17 to iOS 18", "from iOS 18 to iOS 17", Some(Refuse));
    check("dal tasso fisso al tasso variabile", "dal tasso variabile al tasso fisso", Some(Refuse));
    check("dal tasso fisso al tasso variabile", "dal tasso fisso al variabile", Some(Explain));
    check("upgrade to 1.29 from 1.28", "upgrade from 1.28 to 1.29", Some(Explain));
    check("switch mysql to postgres", "switch postgres to mysql", Some(Refuse));
    check("mysql → postgres migration", "migration from postgres to mysql", Some(Refuse));
    check("bonifico dal conto deposito", "bonifico al conto deposito", Some(Refuse));
    check("da Roma a Milano", "da Torino a Napoli", None);
    check("andare a Roma", "restare a Milano", None);
}

#[test]
fn negation() {
    let check = |question, phrasing, expected| check_one(Negation, question, phrasing, expected);
    check("il bonus non spetta", "il bonus spetta", Some(Refuse));
    check("can I cancel my plan", "why can't I cancel my plan", Some(Refuse));
    check("con partita iva", "senza partita iva", Some(Refuse));
    check("un conto privo di spese", "un conto con spese", Some(Refuse));
    check("non spetta il bonus", "non spetta il bonus", Some(Explain));
    check("non ho mai lavorato", "non ho lavorato", Some(Explain));
    check("se non sbaglio il bonus spetta", "il bonus spetta", None);
    check("come mai il bonus spetta", "il bonus spetta", None);
    check("spetta sì o no", "spetta", None);
    let late = "cosa fare se la consegna ritarda";
    check("il pacco non arriva, che faccio", late, Some(Explain));
}

#[test]
fn modality() {
    let check = |question, phrasing, expected| check_one(Modality, question, phrasing, expected);
    check("posso aprire la partita iva", "devo aprire la partita iva", Some(Refuse));
    check("conviene la cedolare secca", "è obbligatoria la cedolare secca", Some(Refuse));
    check("can I return the router", "do I have to return the router", Some(Refuse));
    check("should I return the router", "must I return the router", Some(Refuse));
    check("can I return the router", "am I allowed to return the router", Some(Explain));
    check("can I or must I return the router", "must I return the router", None);
    check("return the router", "must I return the router", None);
}

#[test]
fn exclusive_terms() {
    let check = |question, phrasing, expected| check_one(Exclusive, question, phrasing, expected);
    check("come attivo la carta", "come si disattiva la carta", Some(Refuse));
    check("how do I enable two-factor login", "how do I turn two-factor login off", Some(Refuse));
    check("reddito lordo annuo", "reddito netto annuo", Some(Refuse));
    check("spese deducibili mediche", "spese detraibili mediche", Some(Refuse));
    check("IMU per residenti", "IMU per non residenti", Some(Refuse));
    check("is 1000 gross or net", "is 1000 net", None);
    check("how do I enable login", "how do I enable login", Some(Explain));
    // Opposites by a prefix are in no list.
    check("dichiarazioni esatte sul rischio", "dichiarazioni inesatte sul rischio", Some(Refuse));
    check("a claimed refund policy", "an unclaimed refund policy", Some(Refuse));
    // In far words a strong term is evidence, a weak one is nothing.
    let far = "quali documenti vuole il condominio per la fibra lorda";
    check("stipendio netto di un impiegato comunale", far, Some(Lower));
    check("aprire la finestra del bagno piccolo", "chiudere un conto corrente postale", None);
    // Another phrasing on the question's side.
    let both = ["come disattivo il servizio", "come attivo la tessera"];
    check_phrasings(Exclusive, "come attivo il servizio", &both, None);
}

#[test]
fn names() {
    let check = |question, phrasing, expected| check_one(Name, question, phrasing, expected);
    let leave = "quanti giorni di ferie prevede il CCNL Commercio";
    check("quanti giorni di ferie prevede il CCNL Turismo", leave, Some(Refuse));
    // However the rest is worded.
    check("ferie annue, sono nel settore turismo", leave, Some(SuggestOnly));
    check("ferie annue nel contratto Commercio", leave, Some(Explain));
    check("ferie annue", leave, None);
    check("we use OneLogin, what about SAML", "how do I set up SSO with Okta", Some(SuggestOnly));
    check("move from Slack to Zoom", "how do I connect Slack", None);
}

#[test]
fn roles_and_persons() {
    let check = |question, phrasing, expected| check_one(Role, question, phrasing, expected);
    let dismiss = "può il datore licenziare il lavoratore";
    check(dismiss, "può il lavoratore licenziare il datore", Some(Refuse));
    check(dismiss, "il datore può licenziare il lavoratore", Some(Explain));
    check(dismiss, "il lavoratore può essere licenziato dal datore", Some(Explain));
    check(
        "recesso anticipato del conduttore dal contratto",
        "recesso anticipato del locatore dal contratto",
        Some(Refuse),
    );
    check(
        "can an employee deduct the home office",
        "can a freelancer deduct the home office",
        Some(Refuse),
    );
    check(
        "devo comunicare alla banca il cambio",
        "la banca deve comunicare il cambio",
        Some(Refuse),
    );
    check("sconto per apprendisti e pensionati", "sconto per pensionati", None);
}

#[test]
fn scope() {
    let check = |question, phrasing, expected| check_one(Scope, question, phrasing, expected);
    check("vale solo per i residenti", "vale per i residenti", Some(SuggestOnly));
    check("do orders ship free", "do only orders ship free", Some(SuggestOnly));
    check("servono le firme di tutti i soci", "servono le firme dei soci", Some(Lower));
    check("vale solo per i residenti", "vale soltanto per i residenti", Some(Explain));
    check("sconto all'estero", "sconto estero", None);
}

#[test]
fn what_is_asked() {
    let check = |question, phrasing, expected| check_one(Asked, question, phrasing, expected);
    let register = "come si registra il contratto di affitto";
    check("quanto costa registrare il contratto di affitto", register, Some(SuggestOnly));
    check("chi registra il contratto di affitto", register, Some(SuggestOnly));
    check("in che modo si registra il contratto di affitto", register, Some(Explain));
    check("costo contratto di affitto", "termine contratto di affitto", Some(SuggestOnly));
    check("entro quanti giorni", "entro quando", Some(Explain));
    check("must I be home when the meter is read", "must I be home", Some(Explain));
    check("contratto di affitto", register, None);
}

#[test]
fn aspects_of_questions() {
    for (text, expected) in [
        ("quanto costa il passaporto", Some(Aspect::HowMuch)),
        ("passport price", Some(Aspect::HowMuch)),
        ("entro quando va pagata l'IMU", Some(Aspect::When)),
        ("termine presentazione domanda", Some(Aspect::When)),
        ("quali documenti servono per il passaporto", Some(Aspect::WhichDocuments)),
        ("documenti passaporto", Some(Aspect::WhichDocuments)),
        ("cos'è la NASpI", Some(Aspect::Definition)),
        ("what happens if I miss a payment", Some(Aspect::Consequence)),
        ("how long does it take", Some(Aspect::HowLong)),
        ("how often do you bill", Some(Aspect::HowOften)),
        ("perché la bolletta è alta", Some(Aspect::Why)),
        ("dove si firma", Some(Aspect::Where)),
        ("chi paga", Some(Aspect::Who)),
        ("requirements for a visa", Some(Aspect::Requirements)),
        ("quanti figli", Some(Aspect::HowMany)),
        ("posso detrarre l'affitto", Some(Aspect::YesNo)),
        ("is the app free", Some(Aspect::YesNo)),
        ("bonus psicologo", None),
    ] {
        assert_eq!(Slots::extract(text).aspect(), expected, "{text}");
    }
}

#[test]
fn spans_name_the_words() {
    let text = Canonical::of("Come si ATTIVA la carta, e non la SIM?");
    let phrasing = Canonical::of("Come disattivare la carta?");
    let entry = EntrySlots::new(["Altro", phrasing.as_str()], []);
    let results = check(&Slots::of(&text), &entry);
    let exclusive = results.iter().find(|result| result.kind == Exclusive).unwrap();
    let shown: Vec<_> =
        exclusive.query_spans.iter().map(|span| &text.as_str()[span.clone()]).collect();
    assert_eq!(shown, ["attiva"]);
    let place = &exclusive.entry_spans[0];
    assert_eq!((place.phrasing, &phrasing.as_str()[place.bytes.clone()]), (1, "disattivare"));
}

#[test]
fn a_tenants_words_count() {
    let more = "[[exclusive]]\nname = 'colour'\nit = [['rosso'], ['verde']]";
    let lexicon = Lexicon::shipped().extended_with(&Lexicon::parse(more).unwrap()).unwrap();
    let question = Canonical::of("bollino rosso caldaia");
    let find = |lexicon: &Lexicon| {
        let entry = EntrySlots::with(["bollino verde caldaia"], [], lexicon);
        strongest(&check(&Slots::with(&question, lexicon), &entry))
    };
    assert_eq!((find(Lexicon::shipped()), find(&lexicon)), (Explain, Refuse));
}
