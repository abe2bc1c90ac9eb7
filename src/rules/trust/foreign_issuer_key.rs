//! A condition on a key of another issuer than the one that is let in.

use crate::evaluate::{Got, Truth};
use crate::finding::{Finding, Label, Severity};
use crate::identity::{Claim, Claims};
use crate::inventory::Role;
use crate::lint::{Facts, Rule};
use crate::policy::{Condition, Effect, Policy, Principal, PrincipalKind, Statement};
use crate::rules::probe::ask;
use crate::simulate::Presented;

pub(super) static RULE: Rule = Rule {
    name: "foreign-issuer-key",
    severity: Severity::High,
    page: include_str!("../../../rules/trust/foreign-issuer-key.md"),
};

pub(super) fn check(facts: &Facts<'_, '_>, findings: &mut Vec<Finding>) {
    for (role, policy) in facts.trust_policies().filter(|(_, policy)| policy.refusal().is_none()) {
        for statement in &policy.statements {
            let keys = foreign_keys(statement);
            let Some(&(condition, issuer)) = keys.first() else { continue };
            let Some(host) = providers(statement).and_then(|hosts| hosts.first().copied()) else { continue };
            let Some(consequence) = of_absence(role, policy, (statement, condition), &token_of(host)) else { continue };
            let message = format!("tokens of `{host}` never hold the key `{}`, {consequence}", condition.key.shown());
            let mut related: Vec<Label> =
                keys.iter().skip(1).map(|(other, _)| Label::new(other.key.span(), "so is this one")).collect();
            let first = statement.principals.iter().flat_map(|principals| &principals.list).next();
            related.extend(first.map(|principal| Label::new(principal.value.span(), "the tokens come from here")));
            findings.push(Finding {
                related,
                help: Some(help(condition, issuer, host)),
                ..RULE.finding(message, condition.key.span(), "key of another issuer")
            });
        }
    }
}

/// What a condition comes to on a key that is absent from every token of a provider, so that any token of it shows this; `None` where
/// the key is not absent.
pub(super) fn of_absence(
    role: &Role<'_>,
    policy: &Policy<'_>,
    (statement, condition): (&Statement<'_>, &Condition<'_>),
    token: &Presented,
) -> Option<&'static str> {
    let judgement = ask(role, policy, token);
    let own = judgement.trace.statements.iter().filter(|trace| std::ptr::eq(trace.statement, statement));
    let mut traces = own.flat_map(|trace| &trace.conditions);
    let trace = traces.find(|trace| std::ptr::eq(trace.condition, condition) && trace.got == Got::Absent)?;
    let is_deny = statement.effect.is_some_and(|(effect, _)| effect == Effect::Deny);
    Some(match (trace.holds, is_deny) {
        (Truth::No, false) => NOBODY,
        (Truth::No, true) => "so this statement never denies anything",
        (Truth::Yes, _) => "so this condition always holds and guards nothing",
        (Truth::Unknown(_), _) => "and AWS does not document what this condition then does",
    })
}

/// What comes of a condition that never holds.
pub(super) const NOBODY: &str = "so nobody gets in by this statement";

/// The conditions of a statement on keys that no token of its providers holds, each with the issuer that the key names.
///
/// Where it is not known who else may come in by the statement, or somebody who is no web identity, there is none: a key
/// of a web identity may follow its session into a further role.
pub(super) fn foreign_keys<'p, 's>(statement: &'p Statement<'s>) -> Vec<(&'p Condition<'s>, &'p str)> {
    let Some(hosts) = providers(statement) else { return Vec::new() };
    let with_issuer = statement.conditions.iter().filter_map(|condition| Some((condition, issuer_of(condition)?)));
    with_issuer.filter(|(_, issuer)| !hosts.iter().any(|host| is_key_of(host, issuer))).collect()
}

/// The issuers whose tokens a statement is about, by host and path; `None` where it is also about others, or that is not known.
pub(super) fn providers<'p>(statement: &'p Statement<'_>) -> Option<Vec<&'p str>> {
    let principals = statement.principals.as_ref().filter(|principals| !principals.negated && !principals.list.is_empty())?;
    // a provider that is named with its scheme is another rule's
    principals.list.iter().map(|principal| issuer_named(principal).map(without_scheme)).collect()
}

pub(super) fn issuer_named<'p>(principal: &'p Principal<'_>) -> Option<&'p str> {
    let name = principal.value.known().filter(|_| principal.kind == PrincipalKind::Federated)?;
    match name.split_once(":oidc-provider/") {
        Some((_, issuer)) => Some(issuer),
        None if name.contains('.') && !name.contains(':') => Some(name),
        None => None,
    }
}

/// AWS's pages on China write the keys of identity pools in two ways.
pub(super) fn is_key_of(host: &str, issuer: &str) -> bool {
    let is_chinese = |name: &str| name.starts_with("cognito-identity.") && name.ends_with(".amazonaws.com.cn");
    host.eq_ignore_ascii_case(issuer) || is_chinese(host) && is_chinese(issuer)
}

/// The issuer that a condition key names, if it names one: the keys of AWS's own services have no dot before the colon.
pub(super) fn issuer_of<'p>(condition: &'p Condition<'_>) -> Option<&'p str> {
    let (issuer, _) = condition.key.known()?.rsplit_once(':')?;
    // `aws:RequestTag/a.b:c` is none
    let bare = without_scheme(issuer);
    (bare.contains('.') && !bare.contains(':')).then_some(issuer)
}

pub(super) fn token_of(host: &str) -> Presented {
    let mut claims = Claims::new();
    for (claim, value) in [("iss", format!("https://{host}")), ("aud", "audience".to_owned()), ("sub", "subject".to_owned())] {
        claims.set(claim, Claim::Text(value));
    }
    Presented::new(host, claims)
}

fn help(condition: &Condition<'_>, issuer: &str, host: &str) -> String {
    let key = condition.key.shown();
    let claim = key.rsplit(':').next().unwrap_or_default();
    let bare = without_scheme(issuer);
    if bare != issuer && bare.trim_end_matches('/').eq_ignore_ascii_case(host) {
        return format!("write `{host}:{claim}`: keys name the issuer without its scheme; tokens with these values then count");
    }
    if bare.trim_end_matches('/').eq_ignore_ascii_case(host) {
        return format!("write `{host}:{claim}`, as the provider is named; tokens with these values then count");
    }
    format!(
        "a key starts with the issuer as the provider names it: `{host}:{claim}`; check the values too, which may be those of the other issuer"
    )
}

fn without_scheme(issuer: &str) -> &str {
    issuer.strip_prefix("https://").or_else(|| issuer.strip_prefix("http://")).unwrap_or(issuer)
}
