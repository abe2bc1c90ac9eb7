//! Somebody may take the role, but not do what he does with the same call: set session tags, or a source identity.

use crate::evaluate::{Caller, Verdict};
use crate::finding::{Finding, Fix, Label, Severity};
use crate::identity::{IdentityPool, TagMap};
use crate::inventory::Role;
use crate::lint::{Facts, Rule};
use crate::policy::{Policy, PrincipalKind, Statement};
use crate::rules::cognito::pool_roles;
use crate::rules::mend::Mender;
use crate::rules::probe::{is_granted, naming, principals_of, storable};
use crate::simulate::{Flow, Presented, try_assume};

pub(super) static RULE: Rule = Rule {
    name: "tag-session-missing",
    severity: Severity::Medium,
    page: include_str!("../../../rules/trust/tag-session-missing.md"),
};

pub(super) fn check(facts: &Facts<'_, '_>, findings: &mut Vec<Finding>) {
    for (role, policy) in storable(facts).filter(|(_, policy)| policy.later.is_none()) {
        findings.extend(SERVICES.iter().filter_map(|service| of_service(facts, role, policy, service)));
    }
    for pool in &facts.inventory.identity_pools {
        findings.extend(of_pool(facts, pool));
    }
}

/// A service that sets more with each session than `sts:AssumeRole` allows.
struct Service {
    principal: &'static str,
    name: &'static str,
    actions: &'static [&'static str],
    severity: Severity,
    remark: &'static str,
}

const TAG_SESSION: &str = "sts:TagSession";

/// <https://docs.aws.amazon.com/eks/latest/userguide/pod-id-role.html>,
/// <https://docs.aws.amazon.com/rolesanywhere/latest/userguide/trust-model.html>
const SERVICES: [Service; 2] = [
    Service {
        principal: "pods.eks.amazonaws.com",
        name: "EKS Pod Identity",
        actions: &[TAG_SESSION],
        severity: Severity::Medium,
        remark: "only an association whose session tags are off does without",
    },
    Service {
        principal: "rolesanywhere.amazonaws.com",
        name: "IAM Roles Anywhere",
        actions: &[TAG_SESSION, "sts:SetSourceIdentity"],
        severity: Severity::Error,
        remark: "without it no certificate gets the role",
    },
];

fn of_service(facts: &Facts<'_, '_>, role: &Role<'_>, policy: &Policy<'_>, service: &Service) -> Option<Finding> {
    let granted = |action| is_granted(role, policy, Caller::Service(service.principal), action);
    // who is let in among all others is not meant
    let is_named =
        |statement: &&Statement<'_>| principals_of(statement, PrincipalKind::Service).any(|(_, name)| name == service.principal);
    let statement = granted("sts:AssumeRole").filter(is_named)?;
    let absent: Vec<&str> = service.actions.iter().filter(|action| granted(action).is_none()).copied().collect();
    let fix = added(facts, policy, statement, &absent);
    let missing: Vec<String> = absent.iter().map(|action| format!("`{action}`")).collect();
    if missing.is_empty() {
        return None;
    }
    let (missing, name) = (missing.join(", "), service.name);
    let place = naming(statement, "sts:AssumeRole").map_or(statement.place(), |pattern| pattern.text.span());
    Some(Finding {
        severity: service.severity,
        fix,
        help: Some(format!("add {missing} to the actions of {}; {}", statement.title(), service.remark)),
        ..RULE.finding(format!("{missing} is not allowed to {name}, which does that with each session"), place, "not enough")
    })
}

/// A statement with further actions.
fn added(facts: &Facts<'_, '_>, policy: &Policy<'_>, statement: &Statement<'_>, actions: &[&str]) -> Option<Fix> {
    let list = statement.actions.as_ref().filter(|own| !own.negated)?;
    let texts: Vec<_> = list.list.iter().map(|own| &own.text).collect();
    let names: Vec<String> = actions.iter().map(|action| format!("`{action}`")).collect();
    Mender::of(facts.sources, policy).add(&texts, actions, format!("add {} to the actions", names.join(" and ")))
}

/// The first role that an identity pool hands out whose trust policy takes its users without session tags and not with them.
fn of_pool(facts: &Facts<'_, '_>, pool: &IdentityPool<'_>) -> Option<Finding> {
    let id = pool.id.known()?;
    let roles = pool_roles(facts.inventory, pool);
    let maps = facts.inventory.tag_maps.iter().filter(|map| map.pool.known() == Some(id));
    maps.filter_map(|map| Some((map, tagged(pool, map)?))).find_map(|(map, (token, tag))| {
        roles.iter().find_map(|(name, role, trust)| {
            let host = token.host.as_str();
            let bare = token.with_tags(&[]);
            let verdict = |token: &Presented| try_assume(trust, Some(name), token, Flow::Enhanced, &[]).verdict;
            let Verdict::Allowed(statement) = verdict(&bare) else { return None };
            let is_missing = is_granted(role, trust, Caller::Federated(host), TAG_SESSION).is_none();
            (is_missing && matches!(verdict(&token), Verdict::NotAllowed)).then(|| {
                let fix = added(facts, trust, statement, &[TAG_SESSION]);
                Finding { fix, ..of_map(map, tag, statement) }
            })
        })
    })
}

fn of_map(map: &TagMap<'_>, tag: &str, statement: &Statement<'_>) -> Finding {
    let place = naming(statement, "sts:AssumeRoleWithWebIdentity").map_or(statement.place(), |pattern| pattern.text.span());
    Finding {
        related: vec![Label::new(map.provider.span(), "its users get session tags")],
        help: Some(format!("add `{TAG_SESSION}` to the actions of {}, or of one of its own for this provider", statement.title())),
        ..RULE.finding(
            format!("the identity pool makes a session tag `{tag}` for its users, and no statement allows them `{TAG_SESSION}`, so they get no role"),
            place,
            "not enough",
        )
    }
}

/// A token of the pool with the session tags that a map makes, and one of them.
fn tagged<'m>(pool: &IdentityPool<'_>, map: &'m TagMap<'_>) -> Option<(Presented, &'m str)> {
    let (id, provider) = (pool.id.known()?, map.provider.known()?);
    // the names of the default tags are not documented
    let tags: Vec<(&str, &str)> = map.tags.iter().filter_map(|(tag, _)| Some((tag.known()?, "example"))).collect();
    let first = tags.first()?.0;
    let token = match provider.split_once(":oidc-provider/") {
        Some((_, host)) => Presented::signed_in_by(id, host, &format!("{provider}:OIDC:1234567890")),
        None if provider.starts_with("cognito-idp.") => Presented::signed_in_to(id, provider),
        None => return None,
    };
    Some((token.with_tags(&tags), first))
}
