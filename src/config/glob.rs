//! Patterns of paths: `*` and `?` stay within one part, `**` is any number of parts, `[…]` is one character, `{…,…}` is a choice.

use std::fmt;

use glob_match::glob_match;

/// A pattern of paths that can match something.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Glob(String);

/// Why a pattern cannot match what it seems to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum BadGlob {
    /// It holds nothing.
    Empty,
    /// It starts with `!`.
    Negated,
    /// It starts at the root of the file system, or has `..` as a part.
    Outside,
    /// A `[` or `{` without its end, or an end without its start.
    Unbalanced,
    /// `**` with something else in the same part.
    Stars,
    /// A `\` in it.
    Backslash,
    /// More braces within each other than there can be.
    TooDeep,
}

/// How many braces can stand within each other.
const BRACES: usize = 8;

impl Glob {
    /// A pattern, if it can match something. `./` in front and `/` behind go without saying.
    pub fn new(pattern: &str) -> Result<Self, BadGlob> {
        let mut own = pattern;
        while let Some(rest) = own.strip_prefix("./") {
            own = rest;
        }
        if own.starts_with('/') {
            return Err(BadGlob::Outside);
        }
        let own = own.trim_end_matches('/');
        check(own)?;
        Ok(Self(own.to_owned()))
    }

    /// A pattern that matches this path.
    pub fn literal(path: &str) -> String {
        let mut pattern = String::with_capacity(path.len());
        for c in path.chars() {
            match c {
                '*' | '?' | '[' | ']' | '{' | '}' => pattern.extend(['[', c, ']']),
                // there are no exceptions, and in brackets it is no character
                '!' if pattern.is_empty() => pattern.push('?'),
                c => pattern.push(c),
            }
        }
        pattern
    }

    /// Whether it matches a whole path.
    pub fn matches(&self, path: &str) -> bool {
        glob_match(&self.0, path)
    }
}

impl fmt::Display for BadGlob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "it is empty",
            Self::Negated => "there are no exceptions from `exclude`",
            Self::Outside => "paths are relative to the folder of this file, and lie in it",
            Self::Unbalanced => "a bracket is not closed, or not opened",
            Self::Stars => "`**` stands for whole folders, alone between slashes",
            Self::Backslash => "`\\` is no part of a pattern: write `/` between folders, and `[*]` for a literal `*`",
            Self::TooDeep => "it has too many braces within each other",
        })
    }
}

fn check(pattern: &str) -> Result<(), BadGlob> {
    if pattern.is_empty() || pattern == "." {
        return Err(BadGlob::Empty);
    }
    if pattern.starts_with('!') {
        return Err(BadGlob::Negated);
    }
    if pattern.contains('\\') {
        return Err(BadGlob::Backslash);
    }
    check_brackets(pattern)?;
    for part in pattern.split('/') {
        if part == ".." {
            return Err(BadGlob::Outside);
        }
        if part.contains("**") && part != "**" {
            return Err(BadGlob::Stars);
        }
    }
    Ok(())
}

fn check_brackets(pattern: &str) -> Result<(), BadGlob> {
    let mut braces = 0;
    let mut chars = pattern.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '{' if braces == BRACES => return Err(BadGlob::TooDeep),
            '{' => braces += 1,
            '}' if braces == 0 => return Err(BadGlob::Unbalanced),
            '}' => braces -= 1,
            ']' => return Err(BadGlob::Unbalanced),
            '[' => {
                chars.next_if(|c| matches!(c, '!' | '^'));
                // the first character of a class stands for itself, also where it is the end of one
                let first = chars.next();
                if first.is_none() || !chars.by_ref().any(|c| c == ']') {
                    return Err(BadGlob::Unbalanced);
                }
            }
            _ => {}
        }
    }
    if braces > 0 { Err(BadGlob::Unbalanced) } else { Ok(()) }
}
