//! Tests of multi-factor authentication that let requests without it through.

use crate::evaluate::{Context, ContextValue, Truth, judge};
use crate::finding::{Finding, Severity, Witness};
use crate::lint::{Facts, Rule};
use crate::policy::{Condition, Effect, Policy, PolicyKind, PrincipalKind, Statement};
use crate::prove::{self, Among, Budget, Held, Proof, Question, Values, prove};
use crate::rules::access::request;
use crate::rules::logic::alone::{allowing, beside_denies};
use crate::rules::probe::principals_of;

pub(super) static RULE: Rule = Rule {
    name: "mfa-test-passes-without",
    severity: Severity::Medium,
    page: include_str!("../../../rules/access/mfa-test-passes-without.md"),
};

const KEY: &str = "aws:MultiFactorAuthPresent";

/// What a request says of multi-factor authentication.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Said {
    /// Nothing, as with an access key of a user.
    Nothing,
    /// `false`, as in the session of one who signed in without.
    No,
    /// `true`.
    Yes,
}

pub(super) fn check(facts: &Facts<'_, '_>, findings: &mut Vec<Finding>) {
    for (policy, _) in facts.inventory.all_policies().filter(|(policy, _)| policy.refusal().is_none()) {
        for statement in &policy.statements {
            // of the holder of a token another rule tells that he never holds the key
            let is_meant = statement.later.is_none() && principals_of(statement, PrincipalKind::Federated).next().is_none();
            let Some(first) = on_key(statement).next().filter(|_| is_meant) else { continue };
            let finding = match statement.effect {
                // what holds with and without, and looks as if it asked for it
                Some((Effect::Allow, _)) if holds(statement, Said::Yes) => of_allow(facts, policy, statement, first),
                Some((Effect::Deny, _)) if !holds(statement, Said::Yes) => of_deny(facts, policy, statement, first),
                _ => None,
            };
            findings.extend(finding);
        }
    }
}

fn of_allow(facts: &Facts<'_, '_>, policy: &Policy<'_>, statement: &Statement<'_>, first: &Condition<'_>) -> Option<Finding> {
    let alone = beside_denies(policy, statement.clone());
    let passes = |said: Said| {
        let question = Question { allowed_by: vec![&alone], not_by: Vec::new(), among: among(said) };
        match prove(&question, facts.reference, Budget::default()) {
            Proof::Witness(witness) => Some((said, told(policy, said, &witness))),
            _ => None,
        }
    };
    let found = [Said::Nothing, Said::No].into_iter().filter(|said| holds(statement, *said)).find_map(passes);
    let (said, witness) = found?;
    Some(Finding {
        severity: if said == Said::Nothing { Severity::Low } else { RULE.severity },
        help: Some(
            "write `\"Bool\": { \"aws:MultiFactorAuthPresent\": \"true\" }`, which is false where the key is missing".to_owned(),
        ),
        witness,
        ..RULE.finding(format!("{} allows also {}", statement.title(), said.phrase()), first.operator_text.span(), said.reason())
    })
}

fn of_deny(facts: &Facts<'_, '_>, policy: &Policy<'_>, statement: &Statement<'_>, first: &Condition<'_>) -> Option<Finding> {
    let [spared, denied] = [Said::Nothing, Said::No];
    let (spared, denied) = if holds(statement, spared) { (denied, spared) } else { (spared, denied) };
    if holds(statement, spared) || !holds(statement, denied) {
        return None;
    }
    // what it denies of those with whom it does not deal: does another Deny?
    let mut own = allowing(statement);
    own.conditions = own.conditions.iter().filter(|own| !is_on_key(own)).cloned().collect();
    let alone = beside_denies(policy, own);
    let question = Question { allowed_by: vec![&alone], not_by: Vec::new(), among: among(spared) };
    matches!(prove(&question, facts.reference, Budget::default()), Proof::Witness(_)).then(|| Finding {
        help: Some("write `\"BoolIfExists\": { \"aws:MultiFactorAuthPresent\": \"false\" }`, which denies both".to_owned()),
        ..RULE.finding(
            format!("{} does not deny {}", statement.title(), spared.phrase()),
            first.operator_text.span(),
            spared.reason(),
        )
    })
}

fn told(policy: &Policy<'_>, said: Said, witness: &prove::Witness<'_, '_>) -> Option<Witness> {
    let has_principals = matches!(policy.kind, PolicyKind::Resource | PolicyKind::Trust);
    has_principals.then(|| Witness { who: said.phrase().to_owned(), claims: request(witness).to_json() })
}

fn among(said: Said) -> Among {
    let values = said.value().map_or(Values::None, |value| Values::One(value.to_owned()));
    Among { keys: vec![Held { key: KEY.to_owned(), values }], ..Among::default() }
}

/// Whether the statement's conditions on the key hold.
fn holds(statement: &Statement<'_>, said: Said) -> bool {
    let mut context = Context::new();
    if let Some(value) = said.value() {
        context.set(KEY, ContextValue::One(value.into()));
    }
    on_key(statement).all(|own| judge(own, &context) == Truth::Yes)
}

fn on_key<'p, 's>(statement: &'p Statement<'s>) -> impl Iterator<Item = &'p Condition<'s>> {
    statement.conditions.iter().filter(|own| is_on_key(own))
}

fn is_on_key(condition: &Condition<'_>) -> bool {
    condition.key.known().is_some_and(|own| own.eq_ignore_ascii_case(KEY))
}

impl Said {
    fn value(self) -> Option<&'static str> {
        match self {
            Self::Nothing => None,
            Self::No => Some("false"),
            Self::Yes => Some("true"),
        }
    }

    fn phrase(self) -> &'static str {
        match self {
            Self::Nothing => "requests with the access key of a user",
            _ => "sessions of users who signed in without MFA",
        }
    }

    fn reason(self) -> &'static str {
        match self {
            Self::Nothing => "they do not hold the key at all",
            _ => "they hold the key, as `false`",
        }
    }
}
