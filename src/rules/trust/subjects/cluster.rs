//! Trust policies for the pods of a cluster of which a template does not tell the issuer.

use crate::inventory::Role;
use crate::policy::{Condition, Policy, PrincipalKind, Statement};
use crate::syntax::Text;

/// Stands for the issuer of a cluster that is not known.
pub(super) const SOME_CLUSTER: &str = "oidc.eks.us-east-1.amazonaws.com/id/00000000000000000000000000000000";

/// What the subjects of pods start with.
const SUBJECT: &str = "system:serviceaccount:";

/// A role as it is for some cluster, where a statement asks for the subjects of pods and for nothing that tells of which cluster; and how the
/// issuer is written there. What lets in the pods of that lets in those of any other that may stand there.
pub(super) fn of_some_cluster<'s>(role: &Role<'s>) -> Option<(Role<'s>, String)> {
    let policy = role.trust.as_ref().filter(|policy| policy.has_hole)?;
    let mut written = None;
    let mut statements = policy.statements.to_vec();
    for statement in &mut statements {
        if let Some(issuer) = fill(statement, role.account().unwrap_or("000000000000")) {
            written = Some(issuer);
        }
    }
    let policy = Policy { statements: statements.into(), ..policy.clone() };
    Some((Role { trust: Some(policy), other_trusts: Vec::new(), ..role.clone() }, written?))
}

/// Puts that issuer into a statement; gives how it was written.
fn fill(statement: &mut Statement<'_>, account: &str) -> Option<String> {
    let issuer = statement.conditions.iter().find_map(issuer_of_pods)?;
    for condition in &mut statement.conditions {
        let key = condition.key.shown().into_owned();
        if let Some(claim) = key.strip_prefix(&*issuer).filter(|claim| claim.starts_with(':')) {
            condition.key = Text::made(format!("{SOME_CLUSTER}{claim}"), condition.key.span());
        }
    }
    let principals = statement.principals.iter_mut().flat_map(|own| &mut own.list);
    for principal in principals.filter(|own| own.kind == PrincipalKind::Federated && own.value.known().is_none()) {
        let arn = format!("arn:aws:iam::{account}:oidc-provider/{SOME_CLUSTER}");
        principal.value = Text::made(arn, principal.value.span());
    }
    Some(issuer)
}

/// How the issuer is written in a condition on the subjects of pods, where it is not known.
fn issuer_of_pods(condition: &Condition<'_>) -> Option<String> {
    let key = condition.key.known().is_none().then(|| condition.key.shown())?;
    let issuer = key.strip_suffix(":sub").filter(|own| own.starts_with("${") && own.ends_with('}'))?;
    let asks = |text: &Text<'_>| text.shown().starts_with(SUBJECT);
    condition.values.iter().all(|own| asks(&own.pattern.text)).then(|| issuer.to_owned())
}
