//! Identities for which the developer vouches: beside other providers, and by whom they are made.

use crate::evaluate::{Caller, Context, Request, Verdict, evaluate};
use crate::finding::{Finding, Label, Severity};
use crate::lint::{Facts, Rule};
use crate::policy::{Effect, PolicyKind};
use crate::rules::probe::naming;

pub(super) static BESIDE: Rule = Rule {
    name: "developer-provider-beside-others",
    severity: Severity::Low,
    page: include_str!("../../../rules/cognito/developer-provider-beside-others.md"),
};

pub(super) static UNSCOPED: Rule = Rule {
    name: "developer-identity-of-any-pool",
    severity: Severity::Medium,
    page: include_str!("../../../rules/cognito/developer-identity-of-any-pool.md"),
};

pub(super) fn beside(facts: &Facts<'_, '_>, findings: &mut Vec<Finding>) {
    for pool in &facts.inventory.identity_pools {
        let Some(developer) = &pool.developer else { continue };
        let names = pool.providers.iter().chain(&pool.social).map(|provider| &provider.name);
        let Some(other) = names.chain(&pool.oidc).chain(&pool.saml).next() else { continue };
        findings.push(Finding {
            related: vec![Label::new(other.span(), "users of others")],
            help: Some("give the developer's users an identity pool of their own, with roles of their own".to_owned()),
            ..BESIDE.finding(
                format!(
                    "whoever may vouch as `{}` makes identities of the pool that `{}` signs users in to",
                    developer.shown(),
                    other.shown()
                ),
                developer.span(),
                "the developer's own users",
            )
        });
    }
}

/// Policies that let somebody make identities of a pool that nobody named.
pub(super) fn unscoped(facts: &Facts<'_, '_>, findings: &mut Vec<Finding>) {
    const ACTION: &str = "cognito-identity:GetOpenIdTokenForDeveloperIdentity";
    const ELSEWHERE: &str =
        "arn:aws:cognito-identity:eu-west-1:111122223333:identitypool/eu-west-1:9b7e4c20-51d6-4f83-a2c4-0e6f8d13b597";
    let context = Context::new();
    let request = Request {
        principal: Caller::Aws("arn:aws:iam::111122223333:role/somebody"),
        action: ACTION,
        resource: ELSEWHERE,
        context: &context,
    };
    let policies = facts.inventory.all_policies().map(|(policy, _)| policy);
    for policy in policies.filter(|policy| policy.kind == PolicyKind::Identity && !policy.guessed) {
        let Verdict::Allowed(statement) = evaluate([policy], &request, &mut ()) else { continue };
        // who may do all of everything is no matter of this one action
        let named =
            policy.with_effect(Effect::Allow).find_map(|own| naming(own, ACTION).filter(|_| std::ptr::eq(own, statement)));
        let is_meant = |text: &str| !text.contains(['*', '?']);
        let Some(pattern) = named.filter(|pattern| pattern.text.known().is_some_and(is_meant)) else { continue };
        let resources = statement.resources.as_ref().and_then(|resources| resources.list.first());
        findings.push(Finding {
            related: resources.map(|own| Label::new(own.text.span(), "any pool")).into_iter().collect(),
            help: Some("name the identity pool in `Resource`: `arn:aws:cognito-identity:REGION:ACCOUNT:identitypool/REGION:GUID`".to_owned()),
            ..UNSCOPED.finding(
                format!("{} lets its holder become any user of any identity pool with a developer provider, with session tags of their choice", statement.title()),
                pattern.text.span(),
                "for every pool",
            )
        });
    }
}
