//! What templates hold beside values: conditions, loops and remarks that their engine takes out.

use std::ops::Range;

/// What a directive does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Directive {
    /// Begins a part that may be left out or repeated: `%{ if x }`, `{% for x in y %}`, `{{- range .x }}`, `<% if x %>`.
    Opens,
    /// Begins another part in its place: `%{ else }`.
    Parts,
    /// Ends what was begun: `{{ end }}`.
    Closes,
    /// Does something else: sets a name, includes a text.
    Stands,
    /// Says nothing: `{# … #}`, `{{/* … */}}`.
    Remark,
}

/// Whether a text starts with a directive.
pub fn is_directive(text: &str) -> bool {
    at(text).is_some()
}

/// How far to look for the end of a directive, in bytes.
const LONGEST: usize = 1024;

/// How far to look for the end of a part that a directive begins, in bytes.
const LONGEST_PART: usize = 4096;

/// How deep the braces in a directive may nest.
const DEEPEST: usize = 32;

/// The directive that `text` starts with, and its length.
pub(super) fn at(text: &str) -> Option<(usize, Directive)> {
    match text.as_bytes() {
        [b'%', b'{', ..] => {
            let end = braces_end(text)?;
            Some((end, of_terraform(inside(text, 2, end - 1))))
        }
        [b'{', b'%', ..] => {
            let end = behind(text, "%}")?;
            Some((end, of_jinja(inside(text, 2, end - 2))))
        }
        [b'{', b'#', ..] => Some((behind(text, "#}")?, Directive::Remark)),
        [b'{', b'{', ..] => {
            let remark = text.get(2..)?.trim_start_matches('-').trim_start().starts_with("/*");
            let end = if remark {
                behind(text, "*/").and_then(|end| Some(end + behind(text.get(end..)?, "}}")?))
            } else {
                behind(text, "}}")
            };
            let end = end?;
            Some((end, of_go(inside(text, 2, end - 2))?))
        }
        [b'<', b'%', third, ..] if !matches!(third, b'=' | b'%') => {
            let end = behind(text, "%>")?;
            Some((end, of_ruby(inside(text, 2, end - 2))))
        }
        _ => None,
    }
}

/// The length of the part that `text` starts with: from the directive that opens it to the one that closes it; that of the
/// directive alone where none closes it soon.
pub(super) fn part_end(text: &str) -> Option<usize> {
    let (first, what) = at(text)?;
    if what != Directive::Opens {
        return Some(first);
    }
    let near = up_to(text, LONGEST_PART);
    let (mut end, mut depth) = (first, 1_usize);
    while let Some(next) = near.get(end..).and_then(|rest| rest.find(['%', '{', '<'])) {
        let start = end + next;
        let Some((length, what)) = near.get(start..).and_then(at) else {
            end = start + 1;
            continue;
        };
        end = start + length;
        match what {
            Directive::Opens => depth += 1,
            Directive::Closes if depth == 1 => return Some(end),
            Directive::Closes => depth -= 1,
            _ => {}
        }
    }
    Some(first)
}

/// Behind the first `mark` of a text, if that is near.
fn behind(text: &str, mark: &str) -> Option<usize> {
    up_to(text, LONGEST).get(2..)?.find(mark).map(|at| at + 2 + mark.len())
}

/// The length of `%{…}`, whose braces may nest.
fn braces_end(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, byte) in up_to(text, LONGEST).bytes().enumerate() {
        match byte {
            b'{' if depth == DEEPEST => return None,
            b'{' => depth += 1,
            b'}' if depth == 1 => return Some(at + 1),
            b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    None
}

fn up_to(text: &str, length: usize) -> &str {
    let end = (0..=length.min(text.len())).rev().find(|&end| text.is_char_boundary(end)).unwrap_or(0);
    text.get(..end).unwrap_or("")
}

/// What stands between the brackets, without the marks that take white space away.
fn inside(text: &str, start: usize, end: usize) -> &str {
    let Range { start, end } = start..end.max(start);
    text.get(start..end).unwrap_or("").trim_matches(['~', '-', '+']).trim()
}

fn word(inside: &str) -> &str {
    let end = inside.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(inside.len());
    inside.get(..end).unwrap_or("")
}

fn of_terraform(inside: &str) -> Directive {
    match word(inside) {
        "if" | "for" => Directive::Opens,
        "else" => Directive::Parts,
        "endif" | "endfor" => Directive::Closes,
        _ => Directive::Stands,
    }
}

fn of_jinja(inside: &str) -> Directive {
    match word(inside) {
        "if" | "unless" | "for" | "block" | "macro" | "filter" | "raw" | "with" | "call" | "case" => Directive::Opens,
        "set" if !inside.contains('=') => Directive::Opens,
        "else" | "elif" | "elsif" | "elseif" | "when" => Directive::Parts,
        word if word.starts_with("end") => Directive::Closes,
        _ => Directive::Stands,
    }
}

/// None for a value: `{{ .Values.x }}`.
fn of_go(inside: &str) -> Option<Directive> {
    if inside.starts_with("/*") || inside.starts_with('!') {
        return Some(Directive::Remark);
    }
    Some(match word(inside) {
        // the words alone may well be the name of a value elsewhere
        "if" | "range" | "with" | "define" | "block" if inside.contains(' ') => Directive::Opens,
        "else" => Directive::Parts,
        "end" => Directive::Closes,
        "break" | "continue" => Directive::Stands,
        _ if inside.starts_with(['#', '^']) => Directive::Opens,
        _ if inside.starts_with('/') => Directive::Closes,
        _ if inside.starts_with('$') && assigns(inside) => Directive::Stands,
        _ => return None,
    })
}

/// Whether `$name := …` or `$name = …` stands there.
fn assigns(inside: &str) -> bool {
    let behind = inside.trim_start_matches(|c: char| c == '$' || c == '_' || c.is_ascii_alphanumeric()).trim_start();
    behind.starts_with(":=") || behind.starts_with("= ")
}

/// Ruby in ERB, and JavaScript in EJS.
fn of_ruby(inside: &str) -> Directive {
    if inside.starts_with('#') {
        return Directive::Remark;
    }
    let block = inside.ends_with(" do") || inside.ends_with('|') || inside.ends_with('{');
    match word(inside) {
        "else" | "elsif" | "when" | "in" | "rescue" => Directive::Parts,
        "end" => Directive::Closes,
        _ if inside.starts_with('}') => {
            if block {
                Directive::Parts
            } else {
                Directive::Closes
            }
        }
        "if" | "unless" | "for" | "while" | "until" | "case" | "begin" => Directive::Opens,
        _ if block => Directive::Opens,
        _ => Directive::Stands,
    }
}
