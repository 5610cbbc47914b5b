//! Reports that people read: tables for a terminal and one page with plots for a browser.

pub mod page;
pub mod plot;
pub mod table;
