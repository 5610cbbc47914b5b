//! A set in which a question may leave open which year is meant.

use super::Rig;

/// Questions of entries that are near neither year nor one another.
pub(crate) const OTHERS: [&str; 10] = [
    "come si apre una partita iva",
    "quando scade il versamento del saldo",
    "chi deve presentare la dichiarazione",
    "dove si ritira la tessera sanitaria",
    "perché la bolletta del gas aumenta",
    "a chi spetta il bonus per gli asili",
    "come si disdice un abbonamento in palestra",
    "quali documenti servono per il passaporto",
    "cosa succede se perdo il treno",
    "come si calcola il trattamento di fine rapporto",
];

/// Entries that differ in their year alone, `2023` and `2024`, among others.
pub(crate) async fn two_years() -> Rig {
    let rig = Rig::new().await;
    for (place, question) in OTHERS.iter().enumerate() {
        rig.publish(&format!("other-{place}"), question, "Una risposta.").await;
    }
    for year in ["2023", "2024"] {
        let question = format!("quali sono le aliquote irpef per scaglioni di reddito nel {year}");
        rig.publish(year, &question, "Una tabella.").await;
    }
    rig
}
