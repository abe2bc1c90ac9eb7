//! A trust policy names a provider or an identity pool that its account does not have.

use crate::arn::Arn;
use crate::finding::{Finding, Label, Severity};
use crate::identity::ProviderKind;
use crate::inventory::{Inventory, Role, SnapshotPart, SnapshotState, is_made_up};
use crate::lint::{Facts, Rule};
use crate::policy::{Comparison, Condition, Effect, Operand, PrincipalKind};
use crate::rules::probe::{is_pool_id, pool_doors, principals_of, storable};

pub(super) static RULE: Rule =
    Rule { name: "missing-provider", severity: Severity::Medium, page: include_str!("../../../rules/trust/missing-provider.md") };

pub(super) fn check(facts: &Facts<'_, '_>, findings: &mut Vec<Finding>) {
    let inventory = facts.inventory;
    for (role, policy) in storable(facts) {
        for statement in policy.with_effect(Effect::Allow) {
            for (principal, arn) in principals_of(statement, PrincipalKind::Federated) {
                let Some((kind, name)) = ProviderKind::of(arn) else { continue };
                let Some(account) = Arn::parse(arn).map(|arn| arn.account) else { continue };
                let kind = if kind == ProviderKind::Oidc { "an OIDC" } else { "a SAML" };
                let title = statement.title();
                let is_other = |own: &str| own != account && !is_made_up(own);
                let finding = if inventory.account_of_role(role).is_some_and(is_other) {
                    let help =
                        "a provider has to lie in the account of the role: name the one there, and create it where there is none";
                    let message = format!(
                        "{title} names {kind} provider of account {account}, which is not the role's own, so nobody gets in by it"
                    );
                    (message, "of another account", help.to_owned())
                } else if inventory.has_provider(arn) == Some(false) {
                    let message = format!(
                        "{title} is for {kind} provider, `{name}`, that account {account} does not have, so nobody gets in by it"
                    );
                    let help = "remove the statement, or the role where nothing else may take it: whoever may create providers opens it again";
                    (message, "no such provider", help.to_owned())
                } else {
                    continue;
                };
                let (message, label, help) = finding;
                findings.push(Finding { help: Some(help), ..RULE.finding(message, principal.value.span(), label) });
            }
        }
    }
    for door in pool_doors(facts) {
        let of_pools = door.conditions("aud").into_iter().filter(|condition| names_pools(condition));
        findings
            .extend(of_pools.flat_map(|condition| &condition.values).filter_map(|value| of_pool(inventory, door.role, value)));
    }
}

fn of_pool(inventory: &Inventory<'_>, role: &Role<'_>, value: &Operand<'_>) -> Option<Finding> {
    let id = value.pattern.plain().filter(|id| is_pool_id(id))?;
    let account = inventory.account_of_role(role)?;
    let (region, _) = id.split_once(':')?;
    if inventory.identity_pools.iter().any(|pool| pool.id.known() == Some(id)) || !are_pools_read(inventory, account, id) {
        return None;
    }
    Some(Finding {
        severity: Severity::Low,
        related: vec![Label::new(role.span(), "the role that waits for it")],
        help: Some("remove the role where the pool was deleted; the pool may also be one of another account".to_owned()),
        ..RULE.finding(
            format!("account {account} has no identity pool `{id}` in {region}"),
            value.pattern.text.span(),
            "no such pool in the snapshot",
        )
    })
}

/// Whether a snapshot tells of all identity pools that an account has in the region of a pool.
fn are_pools_read(inventory: &Inventory<'_>, account: &str, id: &str) -> bool {
    let region = id.split(':').next();
    let of_account =
        inventory.snapshots.iter().filter(|snapshot| snapshot.account.as_ref().and_then(|own| own.known()) == Some(account));
    let mut lists = of_account.flat_map(|snapshot| &snapshot.files).filter(|file| {
        file.call.known() == Some("cognito-identity list-identity-pools")
            && file.region.as_ref().and_then(|own| own.known()) == region
    });
    lists.any(|file| file.state != SnapshotState::NotReadable) && inventory.unread(SnapshotPart::IdentityPool(id)).is_none()
}

/// Whether a condition lets in the pools that it names, and no others.
fn names_pools(condition: &Condition<'_>) -> bool {
    condition.operator.is_some_and(|operator| {
        let by_text =
            matches!(operator.comparison, Comparison::StringEquals | Comparison::StringEqualsIgnoreCase | Comparison::StringLike);
        by_text && !operator.negated
    })
}
