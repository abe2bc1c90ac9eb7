//! What the benches share.

#![allow(dead_code, reason = "each bench takes what it needs")]

use serde_json::Value;

/// A document as text: with four spaces a level, or minified.
pub(crate) fn print(document: &Value, spaces: bool) -> String {
    if !spaces {
        return document.to_string();
    }
    // twice the two spaces that it prints
    let lines = format!("{document:#}");
    let indented = lines.lines().map(|line| format!("{}{line}\n", " ".repeat(line.len() - line.trim_start().len())));
    indented.collect()
}

/// The number in the middle.
pub(crate) fn median(numbers: impl IntoIterator<Item = f64>) -> f64 {
    let mut numbers: Vec<f64> = numbers.into_iter().collect();
    numbers.sort_by(f64::total_cmp);
    numbers.get(numbers.len() / 2).copied().unwrap_or(0.0)
}
