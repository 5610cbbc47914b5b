//! What the publish gate found, for a person.

use std::io::{self, Write};

use serde_json::Value;

use super::listing::cell;

/// What came, or would come, of a change of what is served.
pub(super) fn write_gate(out: &mut dyn Write, gate: &Value) -> io::Result<()> {
    let Some(conflicts) = gate.get("conflicts") else { return Ok(()) };
    let checked = cell(&gate["questions_checked"]);
    match conflicts.as_array().map_or(0, Vec::len) {
        0 => writeln!(out, "no conflicts; {checked} recorded questions asked again"),
        _ => {
            writeln!(out, "conflicts; {checked} recorded questions asked again:")?;
            write_conflicts(out, conflicts)
        }
    }
}

/// The conflicts, a line each and then what is wrong.
pub(super) fn write_conflicts(out: &mut dyn Write, conflicts: &Value) -> io::Result<()> {
    for conflict in conflicts.as_array().into_iter().flatten() {
        let weight = if conflict["blocking"] == true { "blocks" } else { "notice" };
        let [kind, detail] = ["kind", "detail"].map(|field| cell(&conflict[field]));
        let entry = match &conflict["entry_id"] {
            Value::Null => String::new(),
            id => format!(" of {}", cell(id)),
        };
        writeln!(out, "  {weight}  {kind}{entry}: {detail}")?;
    }
    Ok(())
}
