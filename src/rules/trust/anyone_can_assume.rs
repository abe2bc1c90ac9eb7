//! Anybody with an account at AWS takes the role.

use crate::evaluate::{Context, Standing};
use crate::finding::{Finding, Severity};
use crate::inventory::Role;
use crate::lint::{Facts, Rule};
use crate::policy::{Effect, Policy, PrincipalKind, Statement};
use crate::prove::{Among, Budget, Held, Proof, Question, Values, Whom, prove_each};
use crate::reference::Reference;
use crate::rules::probe::{EXTERNAL_ID, call, principals_of, storable, strange, strangers};

pub(super) static RULE: Rule =
    Rule { name: "anyone-can-assume", severity: Severity::High, page: include_str!("../../../rules/trust/anyone-can-assume.md") };

pub(super) fn check(facts: &Facts<'_, '_>, findings: &mut Vec<Finding>) {
    for (role, policy) in storable(facts) {
        for statement in policy.with_effect(Effect::Allow) {
            // a bare star is a matter of grammar
            let anyone = principals_of(statement, PrincipalKind::Aws).find(|(_, name)| *name == "*");
            let Some((principal, _)) = anyone else { continue };
            let Some(own) = intruder(role, policy, statement, facts.reference) else { continue };
            let Intruder { who, name, by_id, context } = own;
            let title = statement.title();
            let message = if by_id {
                format!("{title} lets any account take the role: every external id will do, and `{name}` makes one up")
            } else {
                format!("{title} lets any account take the role, as `{name}` does")
            };
            findings.push(Finding {
                witness: Some(call(role, policy, (who, &name, "sts:AssumeRole"), &context)),
                help: Some(
                    "name the accounts, or the roles in them, that may take it; or ask for your organization with `StringEquals` on \
                     `aws:PrincipalOrgID`"
                        .to_owned(),
                ),
                ..RULE.finding(message, principal.value.span(), "anyone with an account")
            });
        }
    }
}

/// A stranger whom a statement lets in: what he is, his name, and what his call holds.
struct Intruder {
    who: &'static str,
    name: String,
    /// Whether he has to make an external id up.
    by_id: bool,
    context: Context<'static>,
}

/// A stranger of some kind that takes roles; best one who needs no external id.
fn intruder(role: &Role<'_>, policy: &Policy<'_>, statement: &Statement<'_>, reference: &Reference) -> Option<Intruder> {
    let known = strange(policy);
    let ids = [Values::None, Values::One("made-up".to_owned())];
    let all = ids.into_iter().flat_map(|id| {
        let by_id = id != Values::None;
        let keys: Vec<Held> = known.iter().cloned().chain([Held { key: EXTERNAL_ID.to_owned(), values: id }]).collect();
        KINDS.map(|(standing, who)| {
            (by_id, who, strangers(policy, &keys, reference).into_iter().find(|own| own.whom == Whom::Strangers(standing)))
        })
    });
    all.filter_map(|(by_id, who, among)| Some((by_id, who, among?))).find_map(|(by_id, who, among)| {
        let resource = role.arn.as_ref().and_then(|arn| arn.known()).unwrap_or("*");
        let among = Among { action: Some("sts:AssumeRole".to_owned()), resource: Some(resource.to_owned()), ..among };
        let question = Question { allowed_by: vec![policy], not_by: Vec::new(), among };
        let proofs = prove_each(&question, reference, Budget::default());
        let own = proofs.into_iter().find(|(own, _)| std::ptr::eq(*own, statement));
        let (_, Proof::Witness(witness)) = own? else { return None };
        let name = role_of(witness.principal.as_deref()?, &witness.context);
        Some(Intruder { who, name, by_id, context: witness.context })
    })
}

/// The name of a caller; of a session that of its role.
fn role_of(principal: &str, context: &Context<'_>) -> String {
    let told = context.get("aws:PrincipalArn").and_then(|own| own.values().next()).map(str::to_owned);
    let role = || {
        let (arn, name) = principal.split_once(":assumed-role/")?;
        Some(format!("{}:role/{}", arn.replacen(":sts:", ":iam:", 1), name.split('/').next()?))
    };
    told.or_else(role).unwrap_or_else(|| principal.to_owned())
}

/// Whoever takes roles: a root user does not, nor does the session of a user.
///
/// <https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html>,
/// <https://docs.aws.amazon.com/STS/latest/APIReference/API_GetFederationToken.html>
const KINDS: [(Standing, &str); 2] = [(Standing::Session, "a role of any account"), (Standing::User, "a user of any account")];
