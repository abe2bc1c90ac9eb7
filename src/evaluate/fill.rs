//! Patterns with their variables filled from a request.

use super::undocumented::{VAR_LITERAL, VAR_MULTIVALUED, VAR_UNCLOSED};
use super::{Context, ContextValue, Gap, GapReason, Truth};
use crate::pattern::{Mode, Part, Pattern, Unit, Variable, matches};
use crate::source::Span;

/// Whether a pattern, filled from a request, matches a text.
pub(super) fn judge(pattern: &Pattern<'_>, context: &Context<'_>, text: &str, mode: Mode) -> Truth {
    if let Some(plain) = pattern.plain() {
        return matches(&[Unit::Wild(plain)], text, mode).into();
    }
    let mut units = Units::new();
    let (gap, wild) = match fill(pattern, context, &mut units) {
        Ok(filled) => (filled.gap, filled.wild),
        Err(truth) => return truth,
    };
    if matches(units.as_slice(), text, mode) {
        return gap.map_or(Truth::Yes, Truth::Unknown);
    }
    // What the value holds stands for itself; but should its wildcards be wildcards, it might match after all.
    let Some(span) = wild.filter(|_| matches!(mode, Mode::Like | Mode::Arn | Mode::Resource)) else {
        return Truth::No;
    };
    units.make_wild(pattern);
    if matches(units.as_slice(), text, mode) { Gap::undocumented(VAR_LITERAL, span).into() } else { Truth::No }
}

/// What is to be known of a filled pattern.
pub(super) struct FilledUp {
    /// It is known but for this: any text may stand there.
    pub(super) gap: Option<Gap>,
    /// A variable whose value holds a `*` or `?`.
    wild: Option<Span>,
}

impl FilledUp {
    /// Whether a variable has a value with a `*` or `?`, of which AWS does not say whether it is one.
    pub(super) fn holds_wildcards(&self) -> bool {
        self.wild.is_some()
    }
}

/// Fills a pattern from a request. `Err` is an answer that does not hang on the text.
pub(super) fn fill<'a>(pattern: &'a Pattern<'_>, context: &'a Context<'_>, units: &mut Units<'a>) -> Result<FilledUp, Truth> {
    let mut filled = FilledUp { gap: None, wild: None };
    if let Some(plain) = pattern.plain() {
        units.push(Unit::Wild(plain));
        return Ok(filled);
    }
    let mut unknown = None;
    for part in pattern.parts() {
        units.push(match part {
            Part::Literal(text) => Unit::Wild(text),
            Part::Symbol(symbol) => Unit::Exact(symbol_text(*symbol)),
            Part::Malformed(_, span) => {
                filled.gap = filled.gap.or(Some(Gap::undocumented(VAR_UNCLOSED, *span)));
                Unit::Any
            }
            Part::Hole(span) => {
                filled.gap = filled.gap.or(Some(Gap { reason: GapReason::Hole, span: *span }));
                Unit::Any
            }
            Part::Variable(variable) => match value_of(variable, context) {
                VariableValue::Text(text) => {
                    if text.contains(['*', '?']) {
                        filled.wild = filled.wild.or(Some(variable.span));
                    }
                    Unit::Exact(text)
                }
                // "There is no equal or like value", whatever else stands in the pattern.
                VariableValue::None => return Err(Truth::No),
                VariableValue::Unknown => {
                    filled.gap = filled.gap.or(Some(Gap { reason: GapReason::Key, span: variable.span }));
                    Unit::Any
                }
                VariableValue::Many => {
                    unknown = unknown.or(Some(Gap::undocumented(VAR_MULTIVALUED, variable.span)));
                    Unit::Any
                }
            },
        });
    }
    match unknown {
        Some(gap) => Err(gap.into()),
        None => Ok(filled),
    }
}

enum VariableValue<'a> {
    Text(&'a str),
    None,
    Unknown,
    Many,
}

fn value_of<'a>(variable: &'a Variable<'_>, context: &'a Context<'_>) -> VariableValue<'a> {
    match context.get(&variable.key) {
        Some(ContextValue::One(value)) => VariableValue::Text(value),
        Some(ContextValue::Part(_)) => VariableValue::Many,
        Some(ContextValue::Many(values)) if !values.is_empty() => VariableValue::Many,
        Some(ContextValue::Unknown) => VariableValue::Unknown,
        None if !context.lacks(&variable.key) => VariableValue::Unknown,
        Some(ContextValue::Many(_)) | None => variable.default.as_deref().map_or(VariableValue::None, VariableValue::Text),
    }
}

fn symbol_text(symbol: char) -> &'static str {
    match symbol {
        '*' => "*",
        '?' => "?",
        _ => "$",
    }
}

/// A short list of units that needs no allocation where there are few, as nearly always.
pub(super) struct Units<'a> {
    few: [Unit<'a>; FEW],
    count: usize,
    /// All of them, once there are more than fit.
    many: Vec<Unit<'a>>,
}

const FEW: usize = 8;

impl<'a> Units<'a> {
    pub(super) fn new() -> Self {
        Self { few: [Unit::Any; FEW], count: 0, many: Vec::new() }
    }

    pub(super) fn push(&mut self, unit: Unit<'a>) {
        if let Some(place) = self.few.get_mut(self.count) {
            *place = unit;
        } else {
            if self.many.is_empty() {
                self.many.extend_from_slice(&self.few);
            }
            self.many.push(unit);
        }
        self.count += 1;
    }

    pub(super) fn as_slice(&self) -> &[Unit<'a>] {
        if self.many.is_empty() { self.few.get(..self.count).unwrap_or(&[]) } else { &self.many }
    }

    /// Lets wildcards be wildcards also in the values of the pattern's variables.
    pub(super) fn make_wild(&mut self, pattern: &Pattern<'_>) {
        let units = if self.many.is_empty() { self.few.as_mut_slice() } else { self.many.as_mut_slice() };
        for (unit, part) in units.iter_mut().zip(pattern.parts()) {
            if let (Unit::Exact(text), Part::Variable(_)) = (*unit, part) {
                *unit = Unit::Wild(text);
            }
        }
    }
}
