//! A condition on whoever signs, in a statement for callers that do not sign: they bring a token or an assertion.

use super::foreign_issuer_key::{NOBODY, issuer_named, of_absence, token_of};
use crate::finding::{Finding, Label, Severity};
use crate::identity::{Claim, Claims};
use crate::lint::{Facts, Rule};
use crate::policy::{Condition, Principal, PrincipalKind, Statement};
use crate::rules::probe::storable;
use crate::simulate::Presented;

pub(super) static RULE: Rule = Rule {
    name: "principal-key-for-token",
    severity: Severity::High,
    page: include_str!("../../../rules/trust/principal-key-for-token.md"),
};

pub(super) fn check(facts: &Facts<'_, '_>, findings: &mut Vec<Finding>) {
    for (role, policy) in storable(facts) {
        for statement in &policy.statements {
            let Some((principal, token)) = caller(statement) else { continue };
            for condition in statement.conditions.iter().filter(|condition| is_of_signer(condition)) {
                let consequence = of_absence(role, policy, (statement, condition), &token);
                findings.extend(consequence.map(|consequence| finding(principal, condition, consequence)));
            }
        }
    }
}

/// The first principal of a statement and a token of it, where all that come in by it bring one.
fn caller<'p, 's>(statement: &'p Statement<'s>) -> Option<(&'p Principal<'s>, Presented)> {
    let principals = statement.principals.as_ref().filter(|principals| !principals.negated)?;
    let brings_token = |principal: &Principal<'_>| principal.kind == PrincipalKind::Federated && token(principal).is_some();
    let first = principals.list.first().filter(|_| principals.list.iter().all(brings_token))?;
    Some((first, token(first)?))
}

fn token(principal: &Principal<'_>) -> Option<Presented> {
    let saml = principal.value.known().filter(|name| name.contains(":saml-provider/")).map(|provider| {
        let mut claims = Claims::new();
        claims.set("saml:aud", Claim::Text("https://signin.aws.amazon.com/saml".to_owned()));
        Presented::new(provider, claims)
    });
    saml.or_else(|| issuer_named(principal).map(token_of))
}

/// Whether a condition is on a key that AWS takes from who signed the call.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html>
fn is_of_signer(condition: &Condition<'_>) -> bool {
    const KEYS: [&str; 5] = ["aws:principal", "aws:userid", "aws:username", "aws:multifactorauth", "aws:tokenissuetime"];
    let key = condition.key.known().map(str::to_ascii_lowercase);
    key.is_some_and(|key| KEYS.iter().any(|own| key.starts_with(own)))
}

fn finding(principal: &Principal<'_>, condition: &Condition<'_>, consequence: &'static str) -> Finding {
    let key = condition.key.shown();
    Finding {
        // what locks all out is noticed at once
        severity: if consequence == NOBODY { Severity::Medium } else { RULE.severity },
        related: vec![Label::new(principal.value.span(), "calls with a token, unsigned")],
        help: Some(help(&key)),
        ..RULE.finding(
            format!("a call with a token is not signed and never holds `{key}`, {consequence}"),
            condition.key.span(),
            "of calls that are signed",
        )
    }
}

fn help(key: &str) -> String {
    let is = |start: &str| key.get(..start.len()).is_some_and(|own| own.eq_ignore_ascii_case(start));
    let instead = match () {
        () if is("aws:MultiFactorAuthPresent") || is("aws:MultiFactorAuthAge") => {
            "have the identity provider demand it, and ask for a claim that says so"
        }
        () if is("aws:PrincipalTag") => "session tags that a token brings are `aws:RequestTag/…` here",
        () => "ask for claims of the token",
    };
    format!("take it out of this statement; {instead}")
}
