//! One page that holds everything it shows: no script, no font, no picture from elsewhere.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::plot;
use super::table::Table;

/// A part of a page.
#[derive(Debug, Clone)]
pub enum Part {
    /// A table.
    Table(Table),
    /// A plot under its title.
    Plot {
        /// What it is about.
        title: String,
        /// The plot, as [`plot`] draws it.
        svg: String,
        /// How to read it.
        note: String,
    },
}

const STYLE: &str = "
:root{color-scheme:light dark;--ink:#222;--paper:#fff;--grid:#d0d0d0}
@media (prefers-color-scheme:dark){:root{--ink:#ddd;--paper:#1b1b1b;--grid:#444}}
body{color:var(--ink);background:var(--paper);font:15px/1.45 system-ui,sans-serif;max-width:72rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.5rem}h2{font-size:1.1rem;margin:2rem 0 .4rem}
.wide{overflow-x:auto}table{border-collapse:collapse;font-variant-numeric:tabular-nums}
th,td{padding:.2rem .7rem;text-align:right;white-space:nowrap;border-bottom:1px solid var(--grid)}
th:first-child,td:first-child{text-align:left}
.note{opacity:.8;font-size:.9rem;max-width:60rem}
svg{max-width:100%;height:auto}
";

/// The page as HTML.
#[must_use]
pub fn page(title: &str, lead: &[String], parts: &[Part]) -> String {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) }
                style { (PreEscaped(STYLE)) (PreEscaped(plot::css())) }
            }
            body {
                h1 { (title) }
                @for line in lead { p { (line) } }
                @for part in parts { (shown(part)) }
            }
        }
    }
    .into_string()
}

fn shown(part: &Part) -> Markup {
    match part {
        Part::Table(table) => html! {
            h2 { (table.title) }
            div class="wide" {
                table {
                    thead { tr { @for cell in &table.head { th { (cell) } } } }
                    tbody { @for row in &table.rows { tr { @for cell in row { td { (cell) } } } } }
                }
            }
            @if !table.note.is_empty() { p class="note" { (table.note) } }
        },
        Part::Plot { title, svg, note } => html! {
            h2 { (title) }
            // Drawn by `plot`, which escapes what it writes.
            div class="plot" { (PreEscaped(svg)) }
            p class="note" { (note) }
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_escaped() {
        let mut table = Table::new("a < b", &["", "n"], "");
        table.row("<script>alert(1)</script>", ["1 & 2".into()]);
        let page = page("<t>", &["l & m".into()], &[Part::Table(table)]);
        for text in ["&lt;script&gt;", "1 &amp; 2", "a &lt; b", "&lt;t&gt;", "l &amp; m"] {
            assert!(page.contains(text), "{text}");
        }
        assert!(!page.contains("<script"));
    }
}
