//! Conditions as types: what is compared, and how.

use std::net::IpAddr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_PAD_INDIFFERENT;
use ipnet::IpNet;

use super::date::Instant;
use super::number::Decimal;
use crate::pattern::Pattern;
use crate::spelling;
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
    pub values: Box<[Operand<'s>]>,
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
    /// A block of addresses: its first address and the length of its prefix.
    Network(IpAddr, u8),
    /// Not readable as what the operator compares.
    Unreadable,
    /// A hole or a variable: readable only once it is filled.
    Later,
}

impl Operator {
    /// Reads the name of an operator with its prefix and suffix, ignoring letter case.
    pub fn parse(name: &str) -> Option<Self> {
        entry(name).map(|&(_, operator)| operator)
    }

    /// The name as AWS writes it (`ArnEquals` and `ArnLike` are one: `ArnLike`).
    ///
    /// Empty for a combination that has no name, such as a negated `Bool`; [`Operator::parse`] gives none of these.
    pub fn name(self) -> &'static str {
        OPERATORS.iter().find(|(_, operator)| *operator == self).map_or("", |&(name, _)| name)
    }
}

impl Value {
    /// Reads a text as what an operator compares; `None` where it is not readable as that.
    pub fn parse(comparison: Comparison, text: &str) -> Option<Self> {
        use Comparison as C;
        match comparison {
            C::StringEquals | C::StringEqualsIgnoreCase | C::StringLike | C::Arn => Some(Self::Text),
            C::Numeric(_) => Decimal::parse(text).map(Self::Number),
            C::Date(_) => Instant::parse(text).map(Self::Date),
            C::Bool | C::Null => read_bool(text),
            C::Binary => STANDARD_PAD_INDIFFERENT.decode(text).ok().map(|bytes| Self::Binary(bytes.into())),
            C::IpAddress => read_network(text),
        }
    }

    /// Whether this is a block of addresses that holds this one. An address is in no block of the other family.
    pub fn holds_address(&self, address: IpAddr) -> bool {
        match self {
            Self::Network(first, prefix) => IpNet::new(*first, *prefix).is_ok_and(|network| network.contains(&address)),
            _ => false,
        }
    }

    /// Reads a value for an operator; `None` is an operator that does not exist.
    pub(super) fn read(comparison: Option<Comparison>, pattern: &Pattern<'_>) -> Self {
        use Comparison as C;
        match (comparison, pattern.plain()) {
            (None | Some(C::StringEquals | C::StringEqualsIgnoreCase | C::StringLike | C::Arn), _) => Self::Text,
            (Some(_), None) => Self::Later,
            (Some(comparison), Some(text)) => Self::parse(comparison, text).unwrap_or(Self::Unreadable),
        }
    }
}

impl Comparison {
    /// What a value of it looks like.
    pub(super) fn example(self) -> &'static str {
        match self {
            Self::StringEquals | Self::StringEqualsIgnoreCase | Self::StringLike => "text",
            Self::Numeric(_) => "a number such as `10` or `0.5`",
            Self::Date(_) => "a date such as `2026-11-23T00:00:00Z`",
            Self::Bool | Self::Null => "`true` or `false`",
            Self::Binary => "base64 text such as `cm9sZWNhbGw=`",
            Self::IpAddress => "an address such as `203.0.113.9` or a range such as `203.0.113.0/24`",
            Self::Arn => "an ARN such as `arn:aws:iam::111122223333:role/name`",
        }
    }
}

/// The operator of a name, ignoring letter case, with the name as AWS writes it.
pub(super) fn entry(name: &str) -> Option<&'static (&'static str, Operator)> {
    OPERATORS.iter().find(|(own, _)| own.eq_ignore_ascii_case(name))
}

/// The operator whose name is nearest to a misspelt one. It never turns a `Not…` into its opposite.
pub(super) fn nearest(name: &str) -> Option<&'static str> {
    let negated = name.to_ascii_lowercase().contains("not");
    let known = OPERATORS.iter().filter(|(_, operator)| operator.negated == negated && !operator.is_null_if_exists());
    spelling::nearest(name, known.map(|&(name, _)| name))
}

impl Operator {
    /// `IfExists` behind `Null`, which AWS does not take.
    pub(super) fn is_null_if_exists(self) -> bool {
        self.comparison == Comparison::Null && self.if_exists
    }
}

// whether IAM takes `True` for `true` is not documented; a finding on it would help nobody
fn read_bool(text: &str) -> Option<Value> {
    let is = |word: &str| text.eq_ignore_ascii_case(word);
    if is("true") { Some(Value::Bool(true)) } else { is("false").then_some(Value::Bool(false)) }
}

fn read_network(text: &str) -> Option<Value> {
    let network = text.parse::<IpNet>().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from))?;
    Some(Value::Network(network.network(), network.prefix_len()))
}

/// Each name in all its forms.
macro_rules! operators {
    ($($name:literal: $comparison:expr, $negated:literal;)*) => {
        &[$(
            named($name, None, $comparison, $negated, false),
            named(concat!($name, "IfExists"), None, $comparison, $negated, true),
            named(concat!("ForAllValues:", $name), Some(SetPrefix::ForAllValues), $comparison, $negated, false),
            named(concat!("ForAllValues:", $name, "IfExists"), Some(SetPrefix::ForAllValues), $comparison, $negated, true),
            named(concat!("ForAnyValue:", $name), Some(SetPrefix::ForAnyValue), $comparison, $negated, false),
            named(concat!("ForAnyValue:", $name, "IfExists"), Some(SetPrefix::ForAnyValue), $comparison, $negated, true),
        )*]
    };
}

/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html>
static OPERATORS: &[(&str, Operator)] = operators! {
    "StringEquals": Comparison::StringEquals, false;
    "StringNotEquals": Comparison::StringEquals, true;
    "StringEqualsIgnoreCase": Comparison::StringEqualsIgnoreCase, false;
    "StringNotEqualsIgnoreCase": Comparison::StringEqualsIgnoreCase, true;
    "StringLike": Comparison::StringLike, false;
    "StringNotLike": Comparison::StringLike, true;
    "NumericEquals": Comparison::Numeric(Relation::Equals), false;
    "NumericNotEquals": Comparison::Numeric(Relation::Equals), true;
    "NumericLessThan": Comparison::Numeric(Relation::LessThan), false;
    "NumericLessThanEquals": Comparison::Numeric(Relation::LessThanEquals), false;
    "NumericGreaterThan": Comparison::Numeric(Relation::GreaterThan), false;
    "NumericGreaterThanEquals": Comparison::Numeric(Relation::GreaterThanEquals), false;
    "DateEquals": Comparison::Date(Relation::Equals), false;
    "DateNotEquals": Comparison::Date(Relation::Equals), true;
    "DateLessThan": Comparison::Date(Relation::LessThan), false;
    "DateLessThanEquals": Comparison::Date(Relation::LessThanEquals), false;
    "DateGreaterThan": Comparison::Date(Relation::GreaterThan), false;
    "DateGreaterThanEquals": Comparison::Date(Relation::GreaterThanEquals), false;
    "Bool": Comparison::Bool, false;
    "BinaryEquals": Comparison::Binary, false;
    "IpAddress": Comparison::IpAddress, false;
    "NotIpAddress": Comparison::IpAddress, true;
    "ArnLike": Comparison::Arn, false;
    "ArnNotLike": Comparison::Arn, true;
    "ArnEquals": Comparison::Arn, false;
    "ArnNotEquals": Comparison::Arn, true;
    "Null": Comparison::Null, false;
};

const fn named(
    name: &'static str,
    set: Option<SetPrefix>,
    comparison: Comparison,
    negated: bool,
    if_exists: bool,
) -> (&'static str, Operator) {
    (name, Operator { set, comparison, negated, if_exists })
}
