//! A Deny outside of some regions that takes the global services along.

use super::walk::{Line, is_star, lines};
use crate::finding::{Finding, Label, Severity};
use crate::lint::{Facts, Rule};
use crate::pattern::{Mode, Unit, matches};
use crate::policy::{Comparison, Patterns, PolicyKind};
use crate::source::Span;

pub(super) static RULE: Rule = Rule {
    name: "global-services-denied",
    severity: Severity::Medium,
    page: include_str!("../../../rules/logic/global-services-denied.md"),
};

/// Where global services answer.
///
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_examples_aws_deny-requested-region.html>
const HOME: &str = "us-east-1";

/// Those of them that AWS names first.
const GLOBAL: [&str; 4] = ["cloudfront", "iam", "route53", "support"];

pub(super) fn check(facts: &Facts<'_, '_>, findings: &mut Vec<Finding>) {
    for line in lines(facts).filter(|line| line.operator.negated && line.is_of("aws:RequestedRegion") && line.denies()) {
        let Some((actions, first)) = takes_all(&line).zip(line.condition.values.first().filter(|_| leaves_home_out(&line)))
        else {
            continue;
        };
        findings.push(Finding {
            related: vec![Label::new(actions, "takes the global services in")],
            help: Some(
                "except them by `NotAction`: `iam:*`, `cloudfront:*`, `route53:*`, `support:*`, and whatever others are used"
                    .to_owned(),
            ),
            ..RULE.finding(
                format!("{} also denies IAM, CloudFront, Route 53 and Support, which answer in `{HOME}`", line.statement.title()),
                first.pattern.text.span(),
                format!("leaves `{HOME}` out"),
            )
        });
    }
}

/// Whether the regions are known, of the partition that all this is said of, and others than where global services answer.
fn leaves_home_out(line: &Line<'_, '_>) -> bool {
    let mode = match line.operator.comparison {
        Comparison::StringEquals | Comparison::StringEqualsIgnoreCase => Mode::Equal,
        Comparison::StringLike => Mode::Like,
        _ => return false,
    };
    let is_other = |text: &str| {
        let of_partition = !["cn-", "us-gov-", "us-iso", "eu-isoe-", "eusc-"].iter().any(|start| text.starts_with(start));
        of_partition && !matches(&[Unit::Wild(text)], HOME, mode)
    };
    line.operator.set.is_none() && line.condition.values.iter().all(|own| own.pattern.plain().is_some_and(is_other))
}

/// What makes a statement deny all actions on all resources to whoever holds it, global services among them.
fn takes_all(line: &Line<'_, '_>) -> Option<Span> {
    use PolicyKind as K;
    let is_held = matches!(line.policy.kind, K::Identity | K::Scp | K::Boundary | K::Session);
    let all = |own: &Patterns<'_>| !own.negated && own.list.iter().any(is_star);
    let (actions, resources) = (line.statement.actions.as_ref()?, line.statement.resources.as_ref()?);
    if !is_held || !all(resources) {
        return None;
    }
    if !actions.negated {
        return actions.list.iter().find(|own| is_star(own)).map(|own| own.text.span());
    }
    // who excepts one of them has thought of them; a hole may be one
    let is_global = |text: &str| {
        let service = text.split(':').next().unwrap_or(text);
        service.contains(['*', '?']) || GLOBAL.iter().any(|own| own.eq_ignore_ascii_case(service))
    };
    actions.list.iter().all(|own| own.plain().is_some_and(|text| !is_global(text))).then_some(actions.key)
}
