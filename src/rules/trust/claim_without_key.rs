//! A condition on a claim of which STS makes no condition key.

use super::foreign_issuer_key::{NOBODY, is_key_of, issuer_of, of_absence, providers, token_of};
use crate::finding::{Finding, Label, Severity};
use crate::lint::{Facts, Rule};
use crate::policy::{Condition, Effect, Statement};
use crate::reference::{self, IssuerKey};
use crate::rules::probe::storable;
use crate::spelling;

pub(super) static RULE: Rule =
    Rule { name: "claim-without-key", severity: Severity::High, page: include_str!("../../../rules/trust/claim-without-key.md") };

pub(super) fn check(facts: &Facts<'_, '_>, findings: &mut Vec<Finding>) {
    for (role, policy) in storable(facts) {
        for statement in &policy.statements {
            for (condition, host, claim) in unkeyed(statement) {
                let consequence = of_absence(role, policy, (statement, condition), &token_of(host));
                findings.extend(consequence.map(|consequence| finding(statement, condition, (host, claim), consequence)));
            }
        }
    }
}

/// The conditions of a statement on a claim of its providers that is no key, each with the provider and the claim.
fn unkeyed<'p, 's>(statement: &'p Statement<'s>) -> Vec<(&'p Condition<'s>, &'p str, &'p str)> {
    let Some(hosts) = providers(statement) else { return Vec::new() };
    let on_claim = |condition: &'p Condition<'s>| {
        let issuer = issuer_of(condition)?;
        let host = *hosts.iter().find(|host| is_key_of(host, issuer))?;
        let (_, claim) = condition.key.known()?.rsplit_once(':')?;
        let is_key = keys(host).iter().any(|key| key.name.eq_ignore_ascii_case(claim));
        (!is_key && !claim.is_empty()).then_some((condition, host, claim))
    };
    statement.conditions.iter().filter_map(on_claim).collect()
}

fn keys(host: &str) -> &'static [IssuerKey] {
    reference::issuer(host).map_or_else(reference::default_issuer_keys, |issuer| &issuer.keys)
}

fn finding(
    statement: &Statement<'_>,
    condition: &Condition<'_>,
    (host, claim): (&str, &str),
    consequence: &'static str,
) -> Finding {
    let issuer = reference::issuer(host);
    let whose = issuer.map_or("this issuer", |issuer| issuer.name.as_str());
    let told = issuer.and_then(|issuer| issuer.not_keys.iter().find(|(name, _)| name.eq_ignore_ascii_case(claim)));
    let names = || keys(host).iter().map(|key| key.name.as_str());
    let near = spelling::nearest(claim, names());
    let listed = || names().map(|name| format!("`{host}:{name}`")).collect::<Vec<_>>().join(", ");
    // whose tokens come in the provider says
    let allows = statement.effect.is_some_and(|(effect, _)| effect == Effect::Allow);
    let is_kept = claim.eq_ignore_ascii_case("iss") && consequence != NOBODY && allows;
    let help = match (told, near) {
        _ if is_kept => "take it out: the provider in `Principal` says already whose tokens these are".to_owned(),
        (Some((_, instead)), _) if !instead.is_empty() => instead.clone(),
        (None, Some(near)) => format!("write `{host}:{near}`"),
        _ => format!("ask for what is a key, as of {}: {}", reference::issuers_date(), listed()),
    };
    let of_keys = statement.principals.iter().flat_map(|principals| &principals.list).next();
    Finding {
        // that a claim is none is sure only of those that AWS's list was held against
        severity: match told {
            _ if is_kept => Severity::Low,
            None if consequence == NOBODY => Severity::Medium,
            _ => RULE.severity,
        },
        related: of_keys.map(|principal| Label::new(principal.value.span(), "the tokens come from here")).into_iter().collect(),
        help: Some(help),
        ..RULE.finding(
            format!("the claim `{claim}` of {whose} becomes no condition key, {consequence}"),
            condition.key.span(),
            "never in the request",
        )
    }
}
