//! Patterns with their variables filled from a request.

use super::undocumented::MULTIVALUED_VARIABLE;
use super::{Context, ContextValue, Gap, GapReason, Truth};
use crate::pattern::{Mode, Part, Pattern, Unit, Variable, matches};

/// A pattern filled from a request.
pub(super) enum Filled<'a> {
    /// Known, but for the gap: what stands there may be any text.
    Units(Units<'a>, Option<Gap>),
    /// A variable has no value, so the pattern matches nothing.
    Nothing,
    /// Not known at all.
    Unknown(Gap),
}

impl<'a> Filled<'a> {
    /// Fills a pattern.
    pub(super) fn of(pattern: &'a Pattern<'_>, context: &'a Context<'_>) -> Self {
        let mut units = Units::new();
        if let Some(text) = pattern.plain() {
            units.push(Unit::Wild(text));
            return Self::Units(units, None);
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
                    VariableValue::None => return Self::Nothing,
                    VariableValue::Unknown => {
                        gap = gap.or(Some(Gap { reason: GapReason::Key, span: variable.span }));
                        Unit::Any
                    }
                    VariableValue::Many => {
                        unknown =
                            unknown.or(Some(Gap { reason: GapReason::Undocumented(MULTIVALUED_VARIABLE), span: variable.span }));
                        Unit::Any
                    }
                },
            });
        }
        match unknown {
            Some(gap) => Self::Unknown(gap),
            None => Self::Units(units, gap),
        }
    }

    /// Whether it matches a text.
    pub(super) fn matches(&self, text: &str, mode: Mode) -> Truth {
        match self {
            Self::Nothing => Truth::No,
            Self::Unknown(gap) => Truth::Unknown(*gap),
            Self::Units(units, gap) => match (matches(units.as_slice(), text, mode), gap) {
                (false, _) => Truth::No,
                (true, None) => Truth::Yes,
                (true, Some(gap)) => Truth::Unknown(*gap),
            },
        }
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
