//! Conditions as types: what is compared, and how.

use std::net::IpAddr;

use super::date::Instant;
use crate::pattern::Pattern;
use crate::source::Span;
use crate::syntax::Text;

/// One line of a `Condition` block: an operator, a key and its values.
#[derive(Clone, Debug)]
pub struct Condition<'s> {
    /// How the values are compared; `None` for an operator that does not exist.
    pub operator: Option<Operator>,
    /// The operator as written.
    pub operator_text: Text<'s>,
    /// The condition key as written; its name ignores case.
    pub key: Text<'s>,
    /// The values; one must match, or with a negated operator none may.
    pub values: Vec<Operand<'s>>,
}

/// A condition operator, taken apart.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Operator {
    /// How each value of a multivalued key counts.
    pub set: Option<SetPrefix>,
    /// What is compared.
    pub comparison: Comparison,
    /// The `Not…` form: true where the positive form is false.
    pub negated: bool,
    /// True where the request does not hold the key.
    pub if_exists: bool,
}

/// How each value of a multivalued key counts.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum SetPrefix {
    /// Every value of the request must match; true where there is none.
    ForAllValues,
    /// One value of the request must match; false where there is none.
    ForAnyValue,
}

/// What an operator compares, in its positive form.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Comparison {
    /// `StringEquals`.
    StringEquals,
    /// `StringEqualsIgnoreCase`.
    StringEqualsIgnoreCase,
    /// `StringLike`.
    StringLike,
    /// `NumericEquals` and its like.
    Numeric(Relation),
    /// `DateEquals` and its like.
    Date(Relation),
    /// `Bool`.
    Bool,
    /// `BinaryEquals`.
    Binary,
    /// `IpAddress`.
    IpAddress,
    /// `ArnEquals` and `ArnLike`, which behave alike.
    Arn,
    /// `Null`: whether the request does not hold the key.
    Null,
}

/// How numbers and dates are compared: the request's value with the policy's.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Relation {
    /// Equal.
    Equals,
    /// Less than.
    LessThan,
    /// Less than or equal.
    LessThanEquals,
    /// Greater than.
    GreaterThan,
    /// Greater than or equal.
    GreaterThanEquals,
}

/// One value of a condition: as written, and as its operator reads it.
#[derive(Clone, Debug)]
pub struct Operand<'s> {
    /// As written.
    pub pattern: Pattern<'s>,
    /// As its operator reads it.
    pub value: Value,
}

/// A value as its operator reads it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Value {
    /// Text; the pattern says all.
    Text,
    /// A number.
    Number(Decimal),
    /// A point in time.
    Date(Instant),
    /// True or false.
    Bool(bool),
    /// Bytes.
    Binary(Box<[u8]>),
    /// A block of addresses: the address and the length of its prefix.
    Network(IpAddr, u8),
    /// Not readable as what the operator compares.
    Unreadable,
    /// A hole or a variable: readable only once it is filled.
    Later,
}

/// A decimal number, exact to 18 digits behind the point.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Decimal(i128);

impl Decimal {
    /// Reads `-12`, `3.50`, `1e3`; nothing else, and nothing too large or too fine.
    pub fn parse(text: &str) -> Option<Self> {
        let _ = text;
        todo!()
    }
}

impl Operator {
    /// Reads the name of an operator with its prefix and suffix, ignoring letter case.
    pub fn parse(name: &str) -> Option<Self> {
        let _ = name;
        todo!()
    }

    /// The name as AWS writes it (`ArnEquals` and `ArnLike` are one: `ArnLike`).
    pub fn name(self) -> String {
        todo!()
    }
}

/// The operator whose name is nearest to a misspelt one.
pub(super) fn nearest(name: &str) -> Option<&'static str> {
    let _ = (name, Span::is_empty);
    todo!()
}
