//! Roles that are spared by a pattern of names.

use crate::arn::Arn;
use crate::finding::{Finding, Severity};
use crate::lint::{Facts, Rule};
use crate::policy::{Comparison, PolicyKind};
use crate::prove::{Among, Budget, Held, Proof, Question, Values, prove};
use crate::rules::logic::alone::everything;
use crate::rules::logic::walk::{Line, is_star, lines};

pub(super) static RULE: Rule = Rule {
    name: "exempt-role-name",
    severity: Severity::Low,
    page: include_str!("../../../rules/guardrail/exempt-role-name.md"),
};

/// Only where that is asked for: another policy may keep such roles from being made.
pub(super) fn check(facts: &Facts<'_, '_>, findings: &mut Vec<Finding>) {
    if !facts.is_pedantic(&RULE) {
        return;
    }
    let is_meant = |kind: PolicyKind| matches!(kind, PolicyKind::Scp | PolicyKind::Rcp);
    for line in lines(facts).filter(|line| is_meant(line.policy.kind) && line.denies() && line.operator.negated) {
        let likens = matches!(line.operator.comparison, Comparison::Arn | Comparison::StringLike);
        if !likens || !line.is_of("aws:PrincipalArn") {
            continue;
        }
        let open = line.condition.values.iter().filter(|own| !is_star(&own.pattern)).find_map(|own| {
            let role = role_of(own.pattern.plain()?)?;
            Some((own, role))
        });
        let Some((value, role)) = open else { continue };
        if line.policy.kind == PolicyKind::Scp && !may_be_made(facts, &line, &role) {
            continue;
        }
        findings.push(Finding {
            help: Some(
                "write the names out, or give such roles a path, and deny `iam:CreateRole` and changes of their trust policies there"
                    .to_owned(),
            ),
            ..RULE.finding(
                format!("{} spares every role of such a name, and `{role}` is one that may be made", line.statement.title()),
                value.pattern.text.span(),
                "whoever makes roles names them",
            )
        });
    }
}

/// A role that a pattern takes in, where its name is open; none of the roles that AWS keeps to itself.
fn role_of(pattern: &str) -> Option<String> {
    let own = Arn::parse(pattern)?;
    let path = own.resource.strip_prefix("role/").filter(|path| path.contains(['*', '?']) && *path != "*")?;
    let is_reserved = ["aws-reserved/", "aws-service-role/"].iter().any(|own| path.starts_with(own));
    let name = path.replace(['*', '?'], "x");
    (!is_reserved).then(|| format!("arn:aws:iam::{ACCOUNT}:role/{name}"))
}

/// Whether the same policy lets somebody who is not spared make such a role.
fn may_be_made(facts: &Facts<'_, '_>, line: &Line<'_, '_>, role: &str) -> bool {
    let other = format!("arn:aws:iam::{ACCOUNT}:role/q");
    let keys = vec![Held { key: "aws:PrincipalArn".to_owned(), values: Values::One(other) }];
    let among = Among { action: Some("iam:CreateRole".to_owned()), resource: Some(role.to_owned()), keys, ..Among::default() };
    let question = Question { allowed_by: vec![line.policy, everything(false)], not_by: Vec::new(), among };
    matches!(prove(&question, facts.reference, Budget::default()), Proof::Witness(_))
}

const ACCOUNT: &str = "111122223333";
