//! What is taken for HCL: by its name, and else by its first block.
//!
//! <https://github.com/hashicorp/hcl/blob/main/hclsyntax/spec.md>

use super::BLOCKS;

/// What the names of files end with that Terraform reads as HCL.
const ENDINGS: [&str; 3] = [".tf", ".tofu", ".tfvars"];

/// What stands in another block of the same kind only in other languages.
const OUTERMOST: [&str; 2] = ["module", "import"];

/// Whether a file of this name is HCL, whatever stands in it.
pub(in crate::inventory) fn is_hcl_by_name(name: &str) -> bool {
    ENDINGS.iter().any(|ending| name.ends_with(ending))
}

/// Whether the first line of a text that says something is the head of a block.
pub(in crate::inventory) fn may_be_hcl(text: &str) -> bool {
    let text = behind_comments(text.trim_start_matches('\u{FEFF}'));
    let (word, behind) = word(text);
    if !BLOCKS.contains(&word) {
        return false;
    }
    let line = behind.lines().next().unwrap_or("");
    // of quoted labels, one tells enough
    if behind.starts_with([' ', '\t', '"']) && line.trim_start().starts_with('"') && line.contains('{') {
        return true;
    }
    let Some((labels, body)) = labels(behind) else { return false };
    let fits = match word {
        "action" | "data" | "ephemeral" | "resource" => labels == 2,
        "check" | "module" | "output" | "provider" | "variable" => labels == 1,
        _ => labels == 0,
    };
    fits && may_be_body(body)
}

/// Whether what stands behind the bracket of a block starts as in HCL: with an argument, a block or the end.
fn may_be_body(text: &str) -> bool {
    let text = behind_comments(text);
    let (word, behind) = word(text);
    if word.is_empty() {
        // an import of JavaScript goes on behind its brackets
        let end = text.strip_prefix('}').map(|behind| behind.lines().next().unwrap_or("").trim());
        return text.is_empty() || end.is_some_and(|end| end.is_empty() || end.starts_with(['#', '/']));
    }
    let value = behind.trim_start_matches([' ', '\t']).strip_prefix('=');
    value.is_some_and(|value| !value.starts_with(['=', '>']))
        || !OUTERMOST.contains(&word) && labels(behind).is_some_and(|own| own.0 < 2)
}

/// How many labels stand before the bracket of a block, and what stands behind it.
fn labels(mut text: &str) -> Option<(usize, &str)> {
    for number in 0..=2 {
        text = text.trim_start_matches([' ', '\t']);
        if let Some(body) = text.strip_prefix('{') {
            return Some((number, body));
        }
        text = match text.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"').filter(|own| !own.0.contains('\n'))?.1,
            None => Some(word(text)).filter(|own| !own.0.is_empty())?.1,
        };
    }
    text.trim_start_matches([' ', '\t']).strip_prefix('{').map(|body| (3, body))
}

/// The identifier that a text starts with, and the rest.
fn word(text: &str) -> (&str, &str) {
    if !text.starts_with(|first: char| first.is_alphabetic() || first == '_') {
        return ("", text);
    }
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '_' && c != '-').unwrap_or(text.len());
    text.split_at_checked(end).unwrap_or((text, ""))
}

fn behind_comments(text: &str) -> &str {
    let mut rest = text.trim_start();
    loop {
        if rest.starts_with('#') || rest.starts_with("//") {
            rest = rest.split_once('\n').map_or("", |own| own.1).trim_start();
        } else if let Some(comment) = rest.strip_prefix("/*") {
            rest = comment.split_once("*/").map_or("", |own| own.1).trim_start();
        } else {
            return rest;
        }
    }
}
