//! Values that a condition key never has.

use super::words::quoted;
use super::{IMPOSSIBLE_VALUE, UNKNOWN_REGION};
use crate::finding::{Finding, Label};
use crate::lint::Facts;
use crate::pattern::{Mode, Unit, matches};
use crate::policy::{Comparison, Condition, Operand};
use crate::reference;
use crate::spelling;

/// The findings of all conditions.
pub(super) fn findings(facts: &Facts<'_, '_>) -> Vec<Finding> {
    let statements = facts.inventory.all_policies().flat_map(|(policy, _)| &policy.statements);
    statements.flat_map(|statement| &statement.conditions).flat_map(of_condition).collect()
}

fn of_condition(condition: &Condition<'_>) -> Vec<Finding> {
    let comparison = condition.operator.map(|operator| operator.comparison);
    let texts = [Comparison::StringEquals, Comparison::StringEqualsIgnoreCase, Comparison::StringLike, Comparison::Arn];
    let (Some(key), Some(comparison)) = (condition.key.known(), comparison.filter(|own| texts.contains(own))) else {
        return Vec::new();
    };
    if REGION_KEYS.iter().any(|own| own.eq_ignore_ascii_case(key)) {
        return condition.values.iter().filter_map(|operand| region(condition, operand, comparison)).collect();
    }
    let Some(form) = FORMS.iter().find(|form| form.keys.iter().any(|own| own.eq_ignore_ascii_case(key))) else {
        return Vec::new();
    };
    condition.values.iter().filter_map(|operand| of_form(form, condition, operand, comparison)).collect()
}

/// What the values of some keys look like.
struct Form {
    keys: &'static [&'static str],
    /// Whether a value without wildcards is one.
    fits: fn(&str) -> bool,
    expected: &'static str,
}

/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html>
static FORMS: [Form; 5] = [
    Form { keys: &["aws:SourceVpc"], fits: |text| is_id(text, "vpc-"), expected: "`vpc-` and 8 or 17 letters and digits" },
    Form { keys: &["aws:SourceVpce"], fits: |text| is_id(text, "vpce-"), expected: "`vpce-` and 8 or 17 letters and digits" },
    Form {
        keys: &["s3:x-amz-server-side-encryption-aws-kms-key-id"],
        fits: is_key,
        expected: "the ARN of a key: `arn:aws:kms:REGION:ACCOUNT:key/ID`",
    },
    Form { keys: &["kms:ViaService"], fits: is_regional_service, expected: "`SERVICE.REGION.amazonaws.com`" },
    Form {
        keys: &[
            "iam:PassedToService",
            "iam:AWSServiceName",
            "aws:CalledVia",
            "aws:CalledViaFirst",
            "aws:CalledViaLast",
            "aws:PrincipalServiceName",
        ],
        fits: is_service,
        expected: "a service principal, such as `lambda.amazonaws.com`",
    },
];

static REGION_KEYS: [&str; 2] = ["aws:RequestedRegion", "ec2:Region"];

fn of_form(form: &Form, condition: &Condition<'_>, operand: &Operand<'_>, comparison: Comparison) -> Option<Finding> {
    let text = operand.pattern.plain().filter(|text| !text.is_empty() && !text.contains(['*', '?']))?;
    let folded = text.to_ascii_lowercase();
    let compared = if comparison == Comparison::StringEqualsIgnoreCase { &folded } else { text };
    if (form.fits)(compared) {
        return None;
    }
    Some(Finding {
        related: vec![Label::new(condition.key.span(), "the key")],
        help: Some(format!("write {}; no request holds the value as it is", form.expected)),
        ..IMPOSSIBLE_VALUE.finding(
            format!("{} is no value that {} ever has", quoted(text), quoted(&condition.key.shown())),
            operand.pattern.text.span(),
            if (form.fits)(&folded) { "has capital letters" } else { "of another form" },
        )
    })
}

fn region(condition: &Condition<'_>, operand: &Operand<'_>, comparison: Comparison) -> Option<Finding> {
    let text = operand.pattern.plain().filter(|text| !text.is_empty())?;
    let like = matches!(comparison, Comparison::StringLike | Comparison::Arn);
    // a wildcard that the operator does not take is a mistake of its own
    if text.contains(['*', '?']) && !like {
        return None;
    }
    let mode = match comparison {
        Comparison::StringEqualsIgnoreCase => Mode::EqualIgnoreCase,
        _ if like => Mode::Like,
        _ => Mode::Equal,
    };
    if reference::regions().any(|region| matches(&[Unit::Wild(text)], region, mode)) {
        return None;
    }
    let nearest = spelling::nearest(text, reference::regions());
    let label = nearest.map_or_else(String::new, |name| format!("did you mean `{name}`?"));
    let date = reference::regions_date();
    Some(Finding {
        related: vec![Label::new(condition.key.span(), "the key")],
        help: Some(format!("write the code of a region, such as `eu-west-1`; the list that was looked at is of {date}")),
        ..UNKNOWN_REGION.finding(format!("no region {}", quoted(text)), operand.pattern.text.span(), label)
    })
}

fn is_id(text: &str, prefix: &str) -> bool {
    let id = text.strip_prefix(prefix);
    id.is_some_and(|id| [8, 17].contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

fn is_key(text: &str) -> bool {
    text.starts_with("arn:") && text.contains(":kms:") && text.contains(":key/")
}

/// Not only of `amazonaws.com`: other partitions have domains of their own.
fn is_service(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-_".contains(&byte);
    text.contains('.') && text.bytes().all(allowed)
}

fn is_regional_service(text: &str) -> bool {
    is_service(text) && text.split(".amazonaws.").next().is_some_and(|own| own.contains('.'))
}
