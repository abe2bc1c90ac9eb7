//! An operator that reads the values of a key as what they are not.

use super::Check;
use super::view::{Key, View};
use crate::finding::{Finding, Fix, Severity};
use crate::lint::Rule;
use crate::policy::{Comparison, Operator, Relation, Value};
use crate::reference::{ConditionKey, KeyType};
use crate::rules::mend::guess;

pub(super) const CHECK: Check = Check { rule: &RULE, run };

static RULE: Rule = Rule {
    name: "operator-of-other-type",
    severity: Severity::Medium,
    page: include_str!("../../../rules/reference/operator-of-other-type.md"),
};

fn run(view: &View<'_, '_, '_>, findings: &mut Vec<Finding>) {
    findings.extend(view.keys.iter().filter_map(|key| finding(view, key)));
}

fn finding(view: &View<'_, '_, '_>, key: &Key<'_, '_, '_>) -> Option<Finding> {
    let known = key.known?;
    let compared = compared(key.operator.comparison)?;
    // a value that the operator cannot read is a fault of its own
    let unread = key.condition.values.iter().any(|operand| operand.value == Value::Unreadable);
    if compared == known.kind || Some(compared) == known.also || unread {
        return None;
    }
    let fits = match compared {
        KeyType::String => reads_as_text(key, known.kind),
        // AWS writes ARNs into keys of text, and an ARN as value says that it is one
        KeyType::Arn => known.kind == KeyType::String,
        // a tag may hold anything
        _ => known.name.to_string().contains("${"),
    };
    if fits {
        return None;
    }
    let name = key.condition.operator_text.shown();
    let better = Operator { comparison: comparison_for(known), negated: false, ..key.operator }.name();
    Some(Finding {
        fix: fix(view, key, known.kind),
        severity: if known.global.is_some() { RULE.severity } else { Severity::Low },
        help: Some(format!(
            "write `{better}`, or another operator of that kind; AWS does not document what `{name}` makes of it"
        )),
        ..RULE.finding(
            format!("`{name}` compares {}, but `{}` holds {}", plural(compared), key.name, plural(known.kind)),
            key.condition.operator_text.span(),
            "",
        )
    })
}

/// The operator of the other kind that asks the same, where there is one, and it reads the values.
fn fix(view: &View<'_, '_, '_>, key: &Key<'_, '_, '_>, kind: KeyType) -> Option<Fix> {
    use Comparison as C;
    let asks_for_equality = matches!(
        key.operator.comparison,
        C::StringEquals
            | C::StringLike
            | C::Arn
            | C::Bool
            | C::IpAddress
            | C::Numeric(Relation::Equals)
            | C::Date(Relation::Equals)
    );
    let values = || key.condition.values.iter().map(|operand| operand.pattern.plain());
    let wild = || key.condition.values.iter().any(|operand| operand.pattern.has_wildcard());
    let comparison = match kind {
        KeyType::String if wild() => C::StringLike,
        KeyType::String => C::StringEquals,
        KeyType::Arn => C::Arn,
        KeyType::Bool => C::Bool,
        KeyType::IpAddress => C::IpAddress,
        KeyType::Numeric => C::Numeric(Relation::Equals),
        KeyType::Date | KeyType::Binary => return None,
    };
    let reads = values().all(|own| own.is_some_and(|own| Value::parse(comparison, own).is_some()));
    if !asks_for_equality || !reads {
        return None;
    }
    view.mender().operator(view.statement, key.condition, Operator { comparison, ..key.operator }).map(guess)
}

/// Whether a string operator with these values does what it seems to on a key of this type, because a value has one form only.
fn reads_as_text(key: &Key<'_, '_, '_>, kind: KeyType) -> bool {
    let mut texts = key.condition.values.iter().filter_map(|operand| operand.pattern.plain());
    match kind {
        KeyType::Bool => texts.all(|text| ["true", "false"].iter().any(|own| own.eq_ignore_ascii_case(text))),
        // a block of addresses, of which the text is that of no address
        KeyType::IpAddress => !texts.any(|text| text.contains('/')),
        KeyType::Date => false,
        KeyType::String | KeyType::Arn | KeyType::Numeric | KeyType::Binary => true,
    }
}

fn compared(comparison: Comparison) -> Option<KeyType> {
    use Comparison as C;
    Some(match comparison {
        C::StringEquals | C::StringEqualsIgnoreCase | C::StringLike => KeyType::String,
        C::Numeric(_) => KeyType::Numeric,
        C::Date(_) => KeyType::Date,
        C::Bool => KeyType::Bool,
        C::Binary => KeyType::Binary,
        C::IpAddress => KeyType::IpAddress,
        C::Arn => KeyType::Arn,
        C::Null => return None,
    })
}

fn comparison_for(key: ConditionKey<'_>) -> Comparison {
    match key.kind {
        KeyType::String => Comparison::StringEquals,
        KeyType::Arn => Comparison::Arn,
        KeyType::Bool => Comparison::Bool,
        KeyType::Numeric => Comparison::Numeric(Relation::LessThan),
        KeyType::Date => Comparison::Date(Relation::LessThan),
        KeyType::IpAddress => Comparison::IpAddress,
        KeyType::Binary => Comparison::Binary,
    }
}

fn plural(kind: KeyType) -> &'static str {
    match kind {
        KeyType::String => "text",
        KeyType::Arn => "ARNs",
        KeyType::Bool => "`true` or `false`",
        KeyType::Numeric => "numbers",
        KeyType::Date => "dates",
        KeyType::IpAddress => "addresses",
        KeyType::Binary => "bytes",
    }
}
