//! Values that a condition key never has, and regions that there are not.

use super::words::quoted;
use super::{IMPOSSIBLE_VALUE, UNKNOWN_REGION};
use crate::arn::Arn;
use crate::finding::{Finding, Label};
use crate::lint::Facts;
use crate::pattern::{Mode, Pattern, Unit, matches};
use crate::policy::{Comparison, Condition, Operand};
use crate::reference::{Partition, partitions, regions, regions_date};
use crate::rules::mend::Mender;
use crate::spelling;

/// The findings of all conditions and resources.
pub(super) fn findings(facts: &Facts<'_, '_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (policy, _) in facts.inventory.all_policies() {
        let mender = Mender::of(facts.sources, policy);
        for statement in &policy.statements {
            findings.extend(statement.conditions.iter().flat_map(|own| of_condition(own, mender)));
            findings.extend(statement.resources.iter().flat_map(|own| &own.list).filter_map(|own| of_resource(own, mender)));
        }
    }
    findings
}

/// A region of no partition, or of another one, in an ARN.
fn of_resource(pattern: &Pattern<'_>, mender: Mender<'_, '_>) -> Option<Finding> {
    let text = pattern.plain()?;
    let arn = Arn::parse(text).filter(|arn| !["", "*", "aws-global"].contains(&arn.region))?;
    // what is no region at all is no ARN, which is told as such
    let form = |byte: u8| byte.is_ascii_alphanumeric() || b"-*?".contains(&byte);
    if !arn.region.bytes().all(form) || arn.region.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let is = |region: &str| matches(&[Unit::Wild(arn.region)], region, Mode::Like);
    let partition = Partition::named(arn.partition);
    if partition.map_or_else(|| regions().any(is), |own| own.regions().any(is)) {
        return None;
    }
    let start = text.len() - arn.resource.len() - arn.account.len() - arn.region.len() - 2;
    let span = pattern.text.span_of(start..start + arn.region.len());
    let date = regions_date();
    if let Some(other) = partitions().find(|own| own.regions().any(is)) {
        return Some(Finding {
            help: Some(format!("write `arn:{}:…`, or a region of `{}`; the list is of {date}", other.name, arn.partition)),
            ..UNKNOWN_REGION.finding(
                format!("the partition `{}` has no region {}", arn.partition, quoted(arn.region)),
                span,
                format!("of `{}`", other.name),
            )
        });
    }
    let near = spelling::nearest(arn.region, regions());
    let (label, fix) = (did_you_mean(near), near.and_then(|near| mender.likely(span, near)));
    let help = Some(format!("write the code of a region, such as `eu-west-1`; the list that was looked at is of {date}"));
    Some(Finding { help, fix, ..UNKNOWN_REGION.finding(format!("no region {}", quoted(arn.region)), span, label) })
}

fn did_you_mean(name: Option<&str>) -> String {
    name.map_or_else(String::new, |name| format!("did you mean `{name}`?"))
}

fn of_condition(condition: &Condition<'_>, mender: Mender<'_, '_>) -> Vec<Finding> {
    let comparison = condition.operator.map(|operator| operator.comparison);
    let texts = [Comparison::StringEquals, Comparison::StringEqualsIgnoreCase, Comparison::StringLike, Comparison::Arn];
    let (Some(key), Some(comparison)) = (condition.key.known(), comparison.filter(|own| texts.contains(own))) else {
        return Vec::new();
    };
    if REGION_KEYS.iter().any(|own| own.eq_ignore_ascii_case(key)) {
        return condition.values.iter().filter_map(|operand| region(condition, operand, comparison, mender)).collect();
    }
    let Some(form) = FORMS.iter().find(|form| form.keys.iter().any(|own| own.eq_ignore_ascii_case(key))) else {
        return Vec::new();
    };
    condition.values.iter().filter_map(|operand| of_form(form, condition, operand, comparison, mender)).collect()
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

fn of_form(
    form: &Form,
    condition: &Condition<'_>,
    operand: &Operand<'_>,
    comparison: Comparison,
    mender: Mender<'_, '_>,
) -> Option<Finding> {
    let text = operand.pattern.plain().filter(|text| !text.is_empty() && !text.contains(['*', '?']))?;
    let folded = text.to_ascii_lowercase();
    let compared = if comparison == Comparison::StringEqualsIgnoreCase { &folded } else { text };
    if (form.fits)(compared) {
        return None;
    }
    let is_cased = (form.fits)(&folded);
    Some(Finding {
        fix: if is_cased { mender.likely(operand.pattern.text.span(), &folded) } else { None },
        related: vec![Label::new(condition.key.span(), "the key")],
        help: Some(format!("write {}; no request holds the value as it is", form.expected)),
        ..IMPOSSIBLE_VALUE.finding(
            format!("{} is no value that {} ever has", quoted(text), quoted(&condition.key.shown())),
            operand.pattern.text.span(),
            if is_cased { "has capital letters" } else { "of another form" },
        )
    })
}

fn region(condition: &Condition<'_>, operand: &Operand<'_>, comparison: Comparison, mender: Mender<'_, '_>) -> Option<Finding> {
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
    if regions().any(|region| matches(&[Unit::Wild(text)], region, mode)) {
        return None;
    }
    let (near, date) = (spelling::nearest(text, regions()), regions_date());
    let label = did_you_mean(near);
    Some(Finding {
        fix: near.and_then(|near| mender.likely(operand.pattern.text.span(), near)),
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
