//! Patterns as a question compares them: with their variables filled as far as they are.

use std::borrow::Cow;

use super::atom::Atoms;
use crate::evaluate::{Gap, GapReason, undocumented};
use crate::pattern::{Mode, Part, Pattern, Tested, Unit, arn_is_short, covers, matches};

/// A pattern, with its variables filled as far as they are.
#[derive(Debug)]
pub(super) struct Shaped<'q> {
    pub(super) units: Vec<Unit<'q>>,
    pub(super) mode: Mode,
    /// Why it is not known what it matches. What it may match at most, its units tell.
    pub(super) open: Option<Gap>,
    /// It matches nothing: a variable has no value.
    pub(super) never: bool,
    /// The one text that it matches.
    pub(super) literal: Option<Cow<'q, str>>,
    /// Itself with a letter of its own for each variable; none where something else is open, too.
    symbols: Option<Vec<Unit<'q>>>,
}

impl<'q, 's> Atoms<'q, 's> {
    pub(super) fn fill(&mut self, pattern: &'q Pattern<'s>, mode: Mode, text: &Cow<'q, str>) -> Shaped<'q> {
        let span = pattern.text.span();
        let doubt = |id| Some(Gap { reason: GapReason::Undocumented(id), span });
        if let Some(plain) = pattern.plain() {
            let is_wild = plain.contains(['*', '?']);
            let units = vec![Unit::Wild(plain)];
            let prefix = plain.split(':').next().unwrap_or("");
            let open = match mode {
                Mode::Action if plain != "*" && prefix.contains(['*', '?']) => doubt(undocumented::ACTION_WILDCARD_PREFIX),
                Mode::Arn if arn_is_short(&units) => doubt(undocumented::OP_ARN_SHORT),
                Mode::EqualIgnoreCase if !plain.is_ascii() => doubt(undocumented::OP_STRING_IGNORE_CASE_UNICODE),
                _ => None,
            };
            let is_literal = !is_wild || matches!(mode, Mode::Equal | Mode::EqualIgnoreCase);
            let literal = (is_literal && open.is_none()).then(|| text.clone());
            return Shaped { units, mode, open, never: false, literal, symbols: None };
        }
        let mut shaped = Shaped { units: Vec::new(), mode, open: None, never: false, literal: None, symbols: None };
        let mut symbols = Some(Vec::new());
        let mut colons = 0;
        for part in pattern.parts() {
            let (unit, gap) = match part {
                Part::Literal(text) => {
                    colons += text.bytes().filter(|byte| *byte == b':').count();
                    (Unit::Wild(text), None)
                }
                Part::Symbol('*') => (Unit::Exact("*"), None),
                Part::Symbol('?') => (Unit::Exact("?"), None),
                Part::Symbol(_) => (Unit::Exact("$"), None),
                Part::Malformed(_, span) => {
                    (Unit::Any, Some(Gap { reason: GapReason::Undocumented(undocumented::VAR_UNCLOSED), span: *span }))
                }
                Part::Hole(span) => (Unit::Any, Some(Gap { reason: GapReason::Hole, span: *span })),
                Part::Variable(variable) => {
                    self.has_variable = true;
                    let misplaced = mode == Mode::Resource && colons < 5;
                    let open = |id| Some(Gap { reason: GapReason::Undocumented(id), span: variable.span });
                    let many = self.keys.find(&variable.key).is_some_and(|at| self.keys.is_many(at));
                    match self.assigned(&variable.key) {
                        _ if many => (Unit::Any, open(undocumented::VAR_MULTIVALUED)),
                        None => (Unit::Any, Some(Gap { reason: GapReason::Key, span: variable.span })),
                        Some(value) => match value.as_deref().or(variable.default.as_deref()) {
                            None => {
                                shaped.never = true;
                                continue;
                            }
                            Some(text) => {
                                (Unit::Exact(text), if misplaced { open(undocumented::RESOURCE_VARIABLE_PLACE) } else { None })
                            }
                        },
                    }
                }
            };
            let letter = match part {
                Part::Variable(variable)
                    if gap.is_some_and(|gap| gap.reason == GapReason::Key) && !(mode == Mode::Resource && colons < 5) =>
                {
                    self.keys.find(&variable.key).and_then(|at| LETTERS.get(at)).map(|own| Unit::Exact(own))
                }
                _ => (unit != Unit::Any).then_some(unit),
            };
            symbols = symbols.zip(letter).map(|(mut all, own)| {
                all.push(own);
                all
            });
            shaped.units.push(unit);
            shaped.open = shaped.open.or(gap);
        }
        shaped.symbols = symbols.filter(|_| shaped.open.is_some_and(|gap| gap.reason == GapReason::Key));
        if mode == Mode::Arn && shaped.open.is_none() && arn_is_short(&shaped.units) {
            shaped.open = doubt(undocumented::OP_ARN_SHORT);
        }
        shaped
    }

    /// What stands for a variable; `None` where that is open.
    fn assigned(&self, key: &str) -> Option<&'q Option<String>> {
        self.assignment?.iter().find(|(own, _)| own.eq_ignore_ascii_case(key)).map(|(_, value)| value)
    }
}

impl<'q> Shaped<'q> {
    /// Any text.
    pub(super) fn any(mode: Mode) -> Self {
        Self { units: vec![Unit::Wild("*")], mode, open: None, never: false, literal: None, symbols: None }
    }

    /// Whether it matches all that another does, whatever stands for the variables of both.
    pub(super) fn takes_all_of(&self, other: &Self) -> bool {
        let (Some(wide), Some(narrow)) = (&self.symbols, &other.symbols) else { return false };
        covers(Tested { units: wide, mode: self.mode }, Tested { units: narrow, mode: other.mode })
    }

    /// The one text that it matches, in the letter case in which it is written.
    pub(super) fn as_written(&self) -> Option<&'q str> {
        match self.units.as_slice() {
            [Unit::Wild(text) | Unit::Exact(text)] if self.literal.is_some() => Some(text),
            _ => None,
        }
    }

    /// How its widest form is compared.
    pub(super) fn mode_of_widest(&self) -> Mode {
        match self.open {
            Some(Gap { reason: GapReason::Undocumented(undocumented::OP_ARN_SHORT), .. }) => Mode::Like,
            _ => self.mode,
        }
    }

    /// Whether it matches a text, or may.
    pub(super) fn may_match(&self, text: &str) -> bool {
        if self.never {
            return false;
        }
        match self.open {
            // what AWS makes of a short one is hardly more than to let the missing parts be anything
            Some(Gap { reason: GapReason::Undocumented(undocumented::OP_ARN_SHORT), .. }) => {
                matches(&self.units, text, Mode::Like) || matches(&self.widest(), text, Mode::Like)
            }
            _ => matches(&self.units, text, self.mode),
        }
    }

    /// What it matches at most.
    pub(super) fn widest(&self) -> Vec<Unit<'q>> {
        let mut units = self.units.clone();
        if matches!(self.open, Some(Gap { reason: GapReason::Undocumented(undocumented::OP_ARN_SHORT), .. })) {
            units.push(Unit::Any);
        }
        units
    }

    /// Whether it may be what makes a text fit. `strict`: whether what is open never is.
    pub(super) fn is_usable(&self, strict: bool) -> bool {
        !self.never && (!strict || self.open.is_none())
    }

    /// Whether it may be what keeps a text from fitting. `strict`: whether what is open always may.
    pub(super) fn is_bar(&self, strict: bool) -> bool {
        !self.never && (strict || self.open.is_none())
    }
}

/// Letters that stand for variables.
const LETTERS: [&str; 16] = [
    "\u{e100}", "\u{e101}", "\u{e102}", "\u{e103}", "\u{e104}", "\u{e105}", "\u{e106}", "\u{e107}", "\u{e108}", "\u{e109}",
    "\u{e10a}", "\u{e10b}", "\u{e10c}", "\u{e10d}", "\u{e10e}", "\u{e10f}",
];
