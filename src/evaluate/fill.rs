//! Patterns with their variables filled from a request.

use super::undocumented::MULTIVALUED_VARIABLE;
use super::{Context, ContextValue, Gap, GapReason, Truth};
use crate::pattern::{Mode, Part, Pattern, Unit, Variable, matches};

/// Whether a pattern, filled from a request, matches a text.
pub(super) fn judge(pattern: &Pattern<'_>, context: &Context<'_>, text: &str, mode: Mode) -> Truth {
    if let Some(plain) = pattern.plain() {
        return matches(&[Unit::Wild(plain)], text, mode).into();
    }
    let mut units = Units::new();
    match fill(pattern, context, &mut units) {
        Err(truth) => truth,
        Ok(gap) => match (matches(units.as_slice(), text, mode), gap) {
            (false, _) => Truth::No,
            (true, None) => Truth::Yes,
            (true, Some(gap)) => Truth::Unknown(gap),
        },
    }
}

/// Fills a pattern from a request.
///
/// With a gap in it, it is known but for that: any text may stand there. `Err` is an answer that does not hang on the text.
pub(super) fn fill<'a>(pattern: &'a Pattern<'_>, context: &'a Context<'_>, units: &mut Units<'a>) -> Result<Option<Gap>, Truth> {
    if let Some(plain) = pattern.plain() {
        units.push(Unit::Wild(plain));
        return Ok(None);
    }
    let mut gap = None;
    let mut unknown = None;
    for part in pattern.parts() {
        units.push(match part {
            Part::Literal(text) => Unit::Wild(text),
            Part::Symbol(symbol) => Unit::Exact(symbol_text(*symbol)),
            Part::Hole(span) => {
                gap = gap.or(Some(Gap { reason: GapReason::Hole, span: *span }));
                Unit::Any
            }
            Part::Variable(variable) => match value_of(variable, context) {
                VariableValue::Text(text) => Unit::Exact(text),
                // "There is no equal or like value", whatever else stands in the pattern.
                VariableValue::None => return Err(Truth::No),
                VariableValue::Unknown => {
                    gap = gap.or(Some(Gap { reason: GapReason::Key, span: variable.span }));
                    Unit::Any
                }
                VariableValue::Many => {
                    let reason = GapReason::Undocumented(MULTIVALUED_VARIABLE);
                    unknown = unknown.or(Some(Gap { reason, span: variable.span }));
                    Unit::Any
                }
            },
        });
    }
    match unknown {
        Some(gap) => Err(Truth::Unknown(gap)),
        None => Ok(gap),
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
        Some(ContextValue::Many(values)) if !values.is_empty() => VariableValue::Many,
        Some(ContextValue::Unknown) => VariableValue::Unknown,
        None if context.partial => VariableValue::Unknown,
        _ => variable.default.as_deref().map_or(VariableValue::None, VariableValue::Text),
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
}
