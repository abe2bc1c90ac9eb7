//! Rust source read as text: words without comments, strings and test blocks, and the paths that they name.

/// One word or sign of the code.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Token<'c> {
    pub(super) text: &'c str,
    pub(super) line: usize,
}

/// The words and signs of the code, without comments, literals and what stands under `#[cfg(test)]`.
pub(super) fn tokens(code: &str) -> Vec<Token<'_>> {
    without_tests(&all_tokens(code))
}

/// The modules at the root of this package that are named, each with its line: by `crate::`, `rolecall::`, or enough `super::`
/// to leave a file that lies `depth` modules deep.
pub(super) fn imports<'c>(tokens: &[Token<'c>], depth: usize) -> Vec<Token<'c>> {
    let mut found = Vec::new();
    for (index, token) in tokens.iter().enumerate() {
        if is(tokens, index.wrapping_sub(1), "::") {
            continue;
        }
        match token.text {
            "crate" | "rolecall" if is(tokens, index + 1, "::") => found.extend(heads(tokens, index + 2)),
            "super" => {
                let is_super = |n: &usize| is(tokens, index + 2 * n, "super") && is(tokens, index + 2 * n + 1, "::");
                let supers = (0..tokens.len()).take_while(is_super).count();
                if supers >= depth {
                    found.extend(heads(tokens, index + 2 * supers));
                }
            }
            _ => {}
        }
    }
    found
}

/// Where a crate is named: as the head of a path, or in a `use` of its own.
pub(super) fn names_crate(tokens: &[Token<'_>], name: &str) -> Option<usize> {
    let name = name.replace('-', "_");
    let named = tokens.iter().enumerate().find(|(index, token)| {
        let before = |text: &str| is(tokens, index.wrapping_sub(1), text);
        let head = !before("::") && !before(".") && is(tokens, index + 1, "::");
        token.text == name && (head || before("use") || before("crate"))
    });
    named.map(|(_, token)| token.line)
}

/// The first segments behind `crate::`: one, or those of a group.
fn heads<'c>(tokens: &[Token<'c>], start: usize) -> Vec<Token<'c>> {
    if !is(tokens, start, "{") {
        return tokens.get(start).copied().into_iter().collect();
    }
    let mut depth = 0;
    let mut found = Vec::new();
    for (index, token) in tokens.iter().enumerate().skip(start) {
        match token.text {
            "{" => depth += 1,
            "}" if depth == 1 => break,
            "}" => depth -= 1,
            "self" | "," => {}
            _ if depth == 1 && ["{", ","].contains(&tokens[index - 1].text) => found.push(*token),
            _ => {}
        }
    }
    found
}

fn is(tokens: &[Token<'_>], index: usize, text: &str) -> bool {
    tokens.get(index).is_some_and(|token| token.text == text)
}

/// Leaves out every item that stands under `#[cfg(test)]`.
fn without_tests<'c>(tokens: &[Token<'c>]) -> Vec<Token<'c>> {
    const MARK: [&str; 7] = ["#", "[", "cfg", "(", "test", ")", "]"];
    let mut kept = Vec::new();
    let mut index = 0;
    while index < tokens.len() {
        let marked = MARK.iter().enumerate().all(|(at, text)| is(tokens, index + at, text));
        if marked {
            index = behind_item(tokens, index + MARK.len());
        } else {
            kept.push(tokens[index]);
            index += 1;
        }
    }
    kept
}

/// The index behind an item: behind its closing brace, or its semicolon.
fn behind_item(tokens: &[Token<'_>], start: usize) -> usize {
    let mut depth = 0;
    for (index, token) in tokens.iter().enumerate().skip(start) {
        match token.text {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" => depth -= 1,
            "}" if depth == 1 => return index + 1,
            "}" => depth -= 1,
            ";" if depth == 0 => return index + 1,
            _ => {}
        }
    }
    tokens.len()
}

fn all_tokens(code: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut line = 1;
    let mut rest = code;
    while let Some(first) = rest.chars().next() {
        let skipped = if first.is_whitespace() { first.len_utf8() } else { literal_or_comment(rest) };
        let length = if skipped > 0 {
            skipped
        } else {
            let length = word_or_sign(rest);
            tokens.push(Token { text: rest[..length].trim_start_matches("r#"), line });
            length
        };
        line += rest[..length].matches('\n').count();
        rest = &rest[length..];
    }
    tokens
}

/// The length of the comment, string, character or lifetime that the text starts with; 0 for none.
fn literal_or_comment(text: &str) -> usize {
    if text.starts_with("//") {
        return text.find('\n').unwrap_or(text.len());
    }
    if text.starts_with("/*") {
        return block_comment(text);
    }
    if let Some(behind) = text.strip_prefix('\'') {
        return 1 + character_or_lifetime(behind);
    }
    let prefix = text.find(|c: char| !"bcr".contains(c)).unwrap_or(text.len());
    let hashes = text[prefix..].find(|c| c != '#').unwrap_or(0);
    let behind = &text[prefix + hashes..];
    let raw = text[..prefix].ends_with('r');
    if prefix > 2 || !behind.starts_with('"') || (hashes > 0 && !raw) {
        return 0;
    }
    let body = &behind[1..];
    let length = if raw {
        let close = format!("\"{}", "#".repeat(hashes));
        body.find(&close).map_or(body.len(), |at| at + close.len())
    } else {
        closing(body, '"')
    };
    prefix + hashes + 1 + length
}

fn block_comment(text: &str) -> usize {
    let mut depth = 0;
    let mut at = 0;
    while at < text.len() {
        if text[at..].starts_with("/*") {
            depth += 1;
            at += 2;
        } else if text[at..].starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += text[at..].chars().next().map_or(1, char::len_utf8);
        }
    }
    text.len()
}

/// Behind a single quote: `a'`, `\n'` or a lifetime's name.
fn character_or_lifetime(text: &str) -> usize {
    let first = text.chars().next().map_or(0, char::len_utf8);
    if text.starts_with('\\') || text[first..].starts_with('\'') { closing(text, '\'') } else { word(text) }
}

/// The length up to and with a closing quote, escapes skipped.
fn closing(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if c == quote => return at + c.len_utf8(),
            _ => {}
        }
    }
    text.len()
}

fn word_or_sign(text: &str) -> usize {
    if text.starts_with("::") {
        return 2;
    }
    let prefix = if text.starts_with("r#") { 2 } else { 0 };
    match word(&text[prefix..]) {
        0 => text.chars().next().map_or(1, char::len_utf8),
        length => prefix + length,
    }
}

fn word(text: &str) -> usize {
    text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len())
}

#[test]
fn words_are_read_without_comments_and_literals() {
    let code = "a /* b /* c */ d */ r#e // f\n\"g \\\" h\" 'i' '\\'' '\\u{1A}' &'j k::l r#\"m \" n\"# b'o' br\"p\" c\"q\" 1_000";
    let words: Vec<&str> = tokens(code).iter().map(|token| token.text).collect();
    assert_eq!(words, ["a", "e", "&", "k", "::", "l", "b", "1_000"]);
    assert_eq!(tokens("\"\n\n\" a")[0].line, 3);
}

#[test]
fn items_under_cfg_test_are_left_out() {
    let code = "a; #[cfg(test)] mod tests { fn b() { [0; 3] } } c; #[cfg(test)] #[path = \"x\"] mod d; #[cfg(unix)] e";
    let words: Vec<&str> =
        tokens(code).iter().map(|token| token.text).filter(|text| text.starts_with(char::is_alphabetic)).collect();
    assert_eq!(words, ["a", "c", "cfg", "unix", "e"]);
}

#[test]
fn every_way_to_name_a_module_is_found() {
    let cases: [(&str, usize, &[&str]); 9] = [
        ("use crate::a;", 1, &["a"]),
        ("use crate::a::{b, c};", 1, &["a"]),
        ("use crate::{a, b::c, d::{e, f}, g as h};", 1, &["a", "b", "d", "g"]),
        ("fn f() -> crate::a::B { crate::c::d() }", 1, &["a", "c"]),
        ("use rolecall::{a::B, c};", 0, &["a", "c"]),
        ("use super::a; use super::b::{C, D};", 1, &["a", "b"]),
        ("use super::a; use super::super::b::c;", 2, &["b"]),
        ("pub(crate) fn f() { other::crate_name(); }", 1, &[]),
        ("// use crate::a;\n/// [`crate::b`]\n#[cfg(test)] mod t { use crate::c; }", 1, &[]),
    ];
    for (code, depth, expected) in cases {
        let tokens = tokens(code);
        let found: Vec<&str> = imports(&tokens, depth).iter().map(|token| token.text).collect();
        assert_eq!(found, expected, "{code}");
    }
}
