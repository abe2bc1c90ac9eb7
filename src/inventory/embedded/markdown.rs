//! The fences of Markdown.

use std::ops::Range;

/// The languages of fences that are read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::inventory) enum Language {
    Json,
    Yaml,
    Hcl,
    Shell,
}

/// The most that a fence may be indented, in bytes.
const DEEPEST: usize = 64;

/// The fences of a text in a language that is read, each with what stands in it.
pub(in crate::inventory) fn fences(text: &str) -> Vec<(Language, Range<usize>)> {
    let mut found = Vec::new();
    let mut open: Option<(&str, &str, usize)> = None;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        match (open, fence(line)) {
            (None, Some((marks, info))) => open = Some((marks, info, at)),
            (Some((marks, info, behind)), Some((own, ""))) if own.starts_with(marks) => {
                open = None;
                let range = behind..start;
                found.extend(language(info, text.get(range.clone()).unwrap_or("")).map(|language| (language, range)));
            }
            _ => {}
        }
    }
    // one that is not closed goes on to the end
    found.extend(open.and_then(|(_, info, behind)| {
        let range = behind..text.len();
        Some((language(info, text.get(range.clone())?)?, range))
    }));
    found
}

/// Whether a text is Markdown: a fence stands in it at the start of a line.
pub(in crate::inventory) fn holds_fence(text: &str) -> bool {
    let starts =
        |marks: &str| text.starts_with(marks) || memchr::memmem::find(text.as_bytes(), format!("\n{marks}").as_bytes()).is_some();
    starts("```") || starts("~~~")
}

/// The marks of a fence and what stands behind them.
fn fence(line: &str) -> Option<(&str, &str)> {
    let inner = line.trim_start_matches([' ', '\t']);
    let mark = inner.chars().next().filter(|c| matches!(c, '`' | '~'))?;
    let behind = inner.trim_start_matches(mark);
    let marks = inner.get(..inner.len() - behind.len())?;
    let info = behind.trim();
    let is_fence = marks.len() >= 3 && line.len() - inner.len() <= DEEPEST && !(mark == '`' && info.contains('`'));
    is_fence.then_some((marks, info))
}

fn language(info: &str, inside: &str) -> Option<Language> {
    let end = info.find(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '+')).unwrap_or(info.len());
    match info.get(..end)?.to_ascii_lowercase().as_str() {
        "json" | "jsonc" | "json5" | "js" | "javascript" | "text" | "txt" | "" => {
            inside.trim_start().starts_with('{').then_some(Language::Json)
        }
        "yaml" | "yml" => Some(Language::Yaml),
        "hcl" | "terraform" | "tf" => Some(Language::Hcl),
        "sh" | "bash" | "shell" | "console" | "zsh" | "bash-session" => Some(Language::Shell),
        _ => None,
    }
}
