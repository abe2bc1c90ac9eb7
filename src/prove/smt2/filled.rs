//! Patterns whose variables are filled with values of the request, as equations.

use super::glob::{Letter, Reach, language};
use super::term::{all, any, choose, equal, in_language, literal, text_of};
use super::writer::{HOLE, Writer};
use crate::evaluate::undocumented;
use crate::pattern::Variable;

impl Writer<'_> {
    /// What holds of a pattern with variables: nothing where one of these has no value, and `holds` where all have. `shadow`: what must
    /// hold for a `*` in the value of one to be a wildcard.
    pub(super) fn filled(&mut self, own: &[Letter<'_, '_>], holds: String, shadow: Option<String>, doubt: &str) -> String {
        let (mut there, mut several, mut wild) = (Vec::new(), Vec::new(), Vec::new());
        for variable in own.iter().filter_map(variable_of) {
            let Some(key) = self.keys.get(&variable.key) else { continue };
            if variable.default.is_none() {
                there.push(key.present());
            }
            if key.many {
                several.push(key.present());
            } else if !key.without_wildcards {
                wild.extend(self.value_of(variable));
            }
        }
        let mut holds = holds;
        if let (Some(shadow), false) = (shadow, wild.is_empty()) {
            let contains = |own: &String| any(["*", "?"].map(|wild| format!("(str.contains {own} \"{wild}\")")));
            let wild = any(wild.iter().map(contains));
            holds = any([holds, all([self.open(&format!("wildcards in {doubt}"), undocumented::VAR_LITERAL), wild, shadow])]);
        }
        if !several.is_empty() {
            let open = self.open(doubt, undocumented::VAR_MULTIVALUED);
            holds = choose(any(several), open, holds);
        }
        all(there.into_iter().chain([holds]))
    }

    /// The text of a pattern without wildcards, its variables filled.
    pub(super) fn filled_text(&self, own: &[Letter<'_, '_>]) -> String {
        text_of(&self.pieces(own).iter().filter_map(Piece::term).collect::<Vec<_>>())
    }

    /// The value of a letter that is a variable.
    pub(super) fn value_of_letter(&self, letter: &Letter<'_, '_>) -> Option<String> {
        variable_of(letter).and_then(|variable| self.value_of(variable))
    }

    fn value_of(&self, variable: &Variable<'_>) -> Option<String> {
        let key = self.keys.get(&variable.key)?;
        let default = variable.default.as_deref().map(literal);
        if key.many {
            // where it holds values, the answer is open whatever they are
            return Some(default.unwrap_or_else(|| literal("")));
        }
        let value = key.values().into_iter().next()?;
        Some(match default {
            Some(default) => format!("(ite {} {} {default})", value.held, value.term),
            None => value.term,
        })
    }

    /// Whether a text agrees with a pattern whose wildcards reach everywhere and whose variables have values.
    ///
    /// Between two `*` the first place will do: what is behind it has most room there.
    pub(super) fn like(&mut self, own: &[Letter<'_, '_>], term: &str, doubt: &str) -> String {
        let near = in_language(term, &language(own, Reach::All, false));
        if own.iter().any(|letter| matches!(letter, Letter::Open)) {
            return all([self.open(doubt, HOLE), near]);
        }
        let chunks: Vec<Vec<Piece>> =
            own.split(|letter| matches!(letter, Letter::Many)).map(|chunk| self.pieces(chunk)).collect();
        let length = format!("(str.len {term})");
        let (first, middle, last) = match chunks.as_slice() {
            [] => return equal(term, &literal("")),
            [only] => {
                return text_in(only)
                    .map_or_else(|| all([equal(&length, &sum(only)), pieces_at(only, term, None)]), |text| equal(term, &text));
            }
            [first, middle @ .., last] => (first, middle, last),
        };
        let Some(middle) = middle.iter().map(|chunk| text_in(chunk)).collect::<Option<Vec<String>>>() else {
            return all([self.open(doubt, "a `?` between two `*` in a pattern with a variable"), near]);
        };
        let mut holds = vec![near];
        holds.push(match text_in(first) {
            Some(text) => format!("(str.prefixof {text} {term})"),
            None => all([format!("(<= {} {length})", sum(first)), pieces_at(first, term, None)]),
        });
        let mut end = sum(first);
        for text in middle.iter().filter(|text| *text != "\"\"") {
            let place = self.number(&format!("(str.indexof {term} {text} {end})"));
            holds.push(format!("(<= 0 {place})"));
            end = format!("(+ {place} (str.len {text}))");
        }
        if !last.is_empty() {
            let start = format!("(- {length} {})", sum(last));
            holds.push(format!("(<= {end} {start})"));
            holds.push(match text_in(last) {
                Some(text) => format!("(str.suffixof {text} {term})"),
                None => pieces_at(last, term, Some(&start)),
            });
        }
        all(holds)
    }

    /// The pieces of a stretch without `*`.
    fn pieces(&self, own: &[Letter<'_, '_>]) -> Vec<Piece> {
        let mut pieces: Vec<Piece> = Vec::new();
        for letter in own {
            match (letter, pieces.last_mut()) {
                (Letter::Exact(c), Some(Piece::Text(text))) => text.push(*c),
                (Letter::Exact(c), _) => pieces.push(Piece::Text(c.to_string())),
                (letter, _) => pieces.push(self.value_of_letter(letter).map_or(Piece::One, Piece::Value)),
            }
        }
        pieces
    }
}

/// A piece of a pattern.
enum Piece {
    /// This very text.
    Text(String),
    /// The value of this term.
    Value(String),
    /// Any one character.
    One,
}

impl Piece {
    fn term(&self) -> Option<String> {
        match self {
            Self::Text(text) => Some(literal(text)),
            Self::Value(term) => Some(term.clone()),
            Self::One => None,
        }
    }
}

/// The pieces as one text; `None` where one may be any character.
fn text_in(pieces: &[Piece]) -> Option<String> {
    pieces.iter().map(Piece::term).collect::<Option<Vec<_>>>().map(|terms| text_of(&terms))
}

/// The length of pieces together.
fn sum(pieces: &[Piece]) -> String {
    let mut known = 0;
    let mut terms = Vec::new();
    for piece in pieces {
        match piece {
            Piece::Text(text) => known += text.chars().count(),
            Piece::One => known += 1,
            Piece::Value(term) => terms.push(format!("(str.len {term})")),
        }
    }
    if known > 0 || terms.is_empty() {
        terms.insert(0, known.to_string());
    }
    if terms.len() == 1 { terms.concat() } else { format!("(+ {})", terms.join(" ")) }
}

/// Whether the pieces stand one behind the other from a place on, else from the beginning.
fn pieces_at(pieces: &[Piece], term: &str, start: Option<&str>) -> String {
    let mut holds = Vec::new();
    for (index, piece) in pieces.iter().enumerate() {
        let Some(text) = piece.term() else { continue };
        let before = sum(pieces.get(..index).unwrap_or(&[]));
        let place = start.map_or_else(|| before.clone(), |start| format!("(+ {start} {before})"));
        let length = sum(std::slice::from_ref(piece));
        holds.push(equal(&format!("(str.substr {term} {place} {length})"), &text));
    }
    all(holds)
}

fn variable_of<'p, 's>(letter: &Letter<'p, 's>) -> Option<&'p Variable<'s>> {
    if let Letter::Filled(variable) = letter { Some(variable) } else { None }
}
