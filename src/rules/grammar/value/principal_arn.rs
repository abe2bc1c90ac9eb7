//! ARNs that `aws:PrincipalArn` never has: of a session the key is the ARN of its role.

use std::ptr;

use super::keys::{Asked, Remedy, Wrong};
use crate::arn::Arn;
use crate::pattern::{Field, Mode, Part, Pattern, Shape, Unit, Without, matches};
use crate::policy::Comparison;

/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-principalarn>
pub(super) fn judge(asked: &Asked<'_, '_>) -> Option<Wrong> {
    let pattern = &asked.operand.pattern;
    if pattern.plain().is_some() && asked.text().is_none() {
        return None;
    }
    let mode = match asked.comparison {
        Comparison::Arn => Mode::Arn,
        Comparison::StringLike => Mode::Like,
        _ => Mode::Equal,
    };
    let folds = asked.comparison == Comparison::StringEqualsIgnoreCase;
    let told = pattern.text.shown();
    // what is no ARN is told of operators on ARNs
    if folds && pattern.plain().is_none() || mode == Mode::Arn && !told.starts_with("arn:") {
        return None;
    }
    let folded = told.to_ascii_lowercase();
    let shape = Shape::of(&if folds { vec![Unit::Wild(&folded)] } else { units(pattern) }, mode);
    if forms().any(|form| form.meets(&shape)) {
        return None;
    }
    if !told.contains(":assumed-role/") {
        let meant = "the ARN of a role, of a user, of a federated user or of root: `arn:aws:iam::ACCOUNT:role/NAME`";
        return Some(Wrong::write("of another form", meant, None));
    }
    let label = "the ARN of a session";
    let Some(role) = pattern.plain().and_then(|text| role_of(text, asked.is_like())) else {
        return Some(Wrong::write(label, "the ARN of its role: `arn:aws:iam::ACCOUNT:role/NAME`", None));
    };
    let is_named = asked.condition.values.iter().filter(|own| !ptr::eq(*own, asked.operand)).any(|own| {
        let other = own.pattern.plain().filter(|own| Arn::parse(own).is_some_and(|own| own.role_name().is_some()));
        other.is_some_and(|own| matches(&[Unit::Wild(own)], &role, mode) || is_same(own, &role))
    });
    if is_named {
        let why = "the ARN of its role, which stands beside it, is what requests of its sessions hold";
        return Some(Wrong { label: label.to_owned(), remedy: Remedy::TakeOut(why), likely: None });
    }
    Some(Wrong::write(label, format!("the ARN of its role, with the path if it has one: `{role}`"), Some(role)))
}

/// All that the key may be.
fn forms() -> impl Iterator<Item = Shape> {
    let (name, path) = (Field::Blank(Without::Both), Field::Blank(Without::Colons));
    let forms = [
        ("iam", "role/", Some(path)),
        ("iam", "user/", Some(path)),
        ("iam", "root", None),
        ("sts", "federated-user/", Some(name)),
    ];
    forms.into_iter().map(move |(service, kind, rest)| {
        let colon = Field::Text(":");
        let head = [Field::Text("arn:"), name, colon, Field::Text(service), Field::Text("::"), name, colon, Field::Text(kind)];
        Shape::of_form(head.into_iter().chain(rest))
    })
}

/// The ARN of the role of a session. AWS makes the roles of permission sets in a path that their sessions do not tell.
fn role_of(text: &str, like: bool) -> Option<String> {
    let Arn { partition, account, resource, .. } = Arn::parse(text)?;
    let name = resource.strip_prefix("assumed-role/")?.split('/').next().filter(|name| !name.is_empty())?;
    let path = if like && name.starts_with("AWSReservedSSO_") { "aws-reserved/sso.amazonaws.com/*" } else { "" };
    Some(format!("arn:{partition}:iam::{account}:role/{path}{name}"))
}

/// Whether two ARNs are of roles of one name in one account.
fn is_same(own: &str, other: &str) -> bool {
    let role = |text| Arn::parse(text).map(|arn| (arn.account, arn.role_name().map(|name| name.trim_start_matches('*'))));
    role(own) == role(other)
}

fn units<'p>(pattern: &'p Pattern<'_>) -> Vec<Unit<'p>> {
    let unit = |part: &'p Part<'_>| match part {
        Part::Literal(text) => Unit::Wild(text),
        Part::Symbol('*') => Unit::Exact("*"),
        Part::Symbol('?') => Unit::Exact("?"),
        Part::Symbol(_) => Unit::Exact("$"),
        Part::Variable(_) | Part::Malformed(..) | Part::Hole(_) => Unit::Any,
    };
    pattern.plain().map_or_else(|| pattern.parts().iter().map(unit).collect(), |text| vec![Unit::Wild(text)])
}
