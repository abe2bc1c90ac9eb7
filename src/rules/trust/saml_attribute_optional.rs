//! A condition on an attribute of an assertion that also takes assertions without it.

use crate::evaluate::holds_many;
use crate::finding::{Finding, Label, Severity};
use crate::identity::{Claim, Claims};
use crate::inventory::Role;
use crate::lint::{Facts, Rule};
use crate::policy::{Condition, Effect, Policy, PrincipalKind, SetPrefix, Statement};
use crate::rules::probe::{ask, principals_of, storable, takes};
use crate::simulate::Presented;

pub(super) static RULE: Rule = Rule {
    name: "saml-attribute-optional",
    severity: Severity::Medium,
    page: include_str!("../../../rules/trust/saml-attribute-optional.md"),
};

pub(super) fn check(facts: &Facts<'_, '_>, findings: &mut Vec<Finding>) {
    for (role, policy) in storable(facts) {
        for statement in policy.with_effect(Effect::Allow) {
            let mut saml =
                principals_of(statement, PrincipalKind::Federated).filter(|(_, name)| name.contains(":saml-provider/"));
            let Some((principal, provider)) = saml.next() else { continue };
            // a set operator on a key of one value is another rule's
            let loose = statement.conditions.iter().filter(|own| {
                let for_all = own.operator.is_some_and(|own| own.set == Some(SetPrefix::ForAllValues) && !own.negated);
                for_all && saml_key(own).is_some_and(|key| holds_many(facts.reference, key))
            });
            for condition in loose.filter(|condition| is_optional(role, (policy, statement), provider, condition)) {
                let (name, key) = (condition.operator_text.shown(), condition.key.shown());
                findings.push(Finding {
                    related: vec![Label::new(principal.value.span(), "says what it says, or nothing")],
                    help: Some(format!("write `ForAnyValue:` for `ForAllValues:`, or add `\"Null\": {{\"{key}\": \"false\"}}`")),
                    ..RULE.finding(
                        format!("`{name}` also takes assertions that say nothing of `{key}`"),
                        condition.operator_text.span(),
                        "holds where there is none",
                    )
                });
            }
        }
    }
}

/// Whether an assertion gets in that has all that the statement asks for, and not this.
fn is_optional(
    role: &Role<'_>,
    (policy, statement): (&Policy<'_>, &Statement<'_>),
    provider: &str,
    condition: &Condition<'_>,
) -> bool {
    let mut claims = Claims::new();
    for own in statement.conditions.iter().filter(|own| !std::ptr::eq(*own, condition)) {
        let value = own.values.first().and_then(|value| value.pattern.plain());
        if let (Some(key), Some(value)) = (saml_key(own), value) {
            claims.set(key.to_ascii_lowercase(), Claim::Text(value.replace('*', "example").replace('?', "x")));
        }
    }
    takes(&ask(role, policy, &Presented::new(provider, claims)), statement)
}

fn saml_key<'p>(condition: &'p Condition<'_>) -> Option<&'p str> {
    condition.key.known().filter(|key| key.get(..5).is_some_and(|start| start.eq_ignore_ascii_case("saml:")))
}
