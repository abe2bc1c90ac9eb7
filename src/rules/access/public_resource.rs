//! Resource policies that let strangers in.

use crate::evaluate::{Standing, value_for};
use crate::finding::{Finding, Label, Severity, Witness};
use crate::identity::{Claim, Claims};
use crate::lint::{Facts, Rule};
use crate::policy::{Comparison, Policy, PolicyKind, PrincipalKind, Statement, Value};
use crate::prove::{self, Among, Budget, Held, Proof, Question, Values, Whom, prove_each};
use crate::reference::{Level, Reference};
use crate::rules::probe::{by_action, is_on, on_own_resource, possible};

pub(super) static RULE: Rule =
    Rule { name: "public-resource", severity: Severity::High, page: include_str!("../../../rules/access/public-resource.md") };

pub(super) fn check(facts: &Facts<'_, '_>, findings: &mut Vec<Finding>) {
    let is_meant =
        |policy: &&Policy<'_>| policy.kind == PolicyKind::Resource && policy.refusal().is_none() && names_anybody(policy);
    for policy in facts.inventory.all_policies().map(|(policy, _)| policy).filter(is_meant) {
        let policy = &*on_own_resource(policy);
        let all = everywhere(policy, &strange(policy));
        let mut told: Vec<&Statement<'_>> = Vec::new();
        for among in all.iter().flat_map(|keys| strangers(policy, keys, facts.reference)) {
            let question = Question { allowed_by: vec![policy], not_by: Vec::new(), among };
            for (statement, proof) in prove_each(&question, facts.reference, Budget::default()) {
                let Proof::Witness(witness) = proof else { continue };
                let is_old = told.iter().any(|own| std::ptr::eq(*own, statement)) || is_told(statement, facts.reference);
                if is_old || is_anonymous(&witness) && is_signed(&witness.action) {
                    continue;
                }
                let Some(witness) = possible(witness, statement, &question, facts.reference) else { continue };
                told.push(statement);
                let worse = changing(statement, &question, facts.reference);
                findings.push(finding(statement, worse.as_deref().unwrap_or(&witness), facts.reference));
            }
        }
    }
}

/// The requests of strangers of each kind, who hold these keys beside: nobody whom AWS knows first.
fn strangers(policy: &Policy<'_>, keys: &[Held], reference: &Reference) -> Vec<Among> {
    let keys_of = |standing| match standing {
        Standing::Root => without_tags(policy, keys),
        standing => keys.iter().cloned().chain(made_id(policy, standing)).collect(),
    };
    let anonymous =
        Among { caller: Some(ANONYMOUS.to_owned()), keys: without_credentials(policy, keys, reference), ..Among::default() };
    let known = STANDINGS.map(|own| Among { whom: Whom::Strangers(own), keys: keys_of(own), ..Among::default() });
    std::iter::once(anonymous).chain(known).collect()
}

/// The id that AWS makes up for a stranger: it begins as those of his kind do, and is none that the policy names. Behind it the name of a session stands, which
/// he chooses.
///
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-prefixes>,
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#principaltable>
fn made_id(policy: &Policy<'_>, standing: Standing) -> Option<Held> {
    let form = match standing {
        Standing::User => "AIDA*",
        Standing::Session => "AROA*:*",
        _ => return None,
    };
    let own = policy.statements.iter().flat_map(|statement| &statement.conditions).filter(|own| is_on(own, USER_ID));
    let named = own.flat_map(|own| &own.values).filter_map(|own| own.pattern.plain());
    let except = named.filter(|text| names_id(text)).map(str::to_owned).collect();
    Some(Held { key: USER_ID.to_owned(), values: Values::Like { forms: vec![form.to_owned()], except, or_none: false } })
}

/// Whether a pattern holds a part of an id that AWS made up, beyond what all of a kind begin with.
fn names_id(text: &str) -> bool {
    let id = text.split_once(':').map_or_else(|| text.split('*').next().unwrap_or(text), |(id, _)| id);
    let fixed = id.replace(['*', '?'], "");
    !["AIDA", "AROA"].iter().any(|kind| kind.starts_with(&fixed))
}

/// The root user of an account has no tags.
fn without_tags(policy: &Policy<'_>, keys: &[Held]) -> Vec<Held> {
    let all = policy.statements.iter().flat_map(|statement| &statement.conditions).filter_map(|own| own.key.known());
    let tags = all.filter(|key| key.to_ascii_lowercase().starts_with("aws:principaltag/"));
    keys.iter().cloned().chain(tags.map(|key| Held { key: key.to_owned(), values: Values::None })).collect()
}

/// What a call without credentials holds: nothing of what tells of a principal.
fn without_credentials(policy: &Policy<'_>, keys: &[Held], reference: &Reference) -> Vec<Held> {
    let conditions = policy.statements.iter().flat_map(|statement| &statement.conditions);
    let mut all = keys.to_vec();
    for key in conditions.filter_map(|own| own.key.known()) {
        let lower = key.to_ascii_lowercase();
        let is_of_caller = lower.starts_with("aws:multifactorauth")
            || ["aws:viaawsservice", "aws:calledvia", "aws:federatedprovider"].contains(&lower.as_str())
            || reference.key(key).and_then(|key| key.global).is_some_and(|global| global.of_principal);
        if is_of_caller {
            all.retain(|own| !own.key.eq_ignore_ascii_case(key));
            all.push(Held { key: key.to_owned(), values: Values::None });
        }
    }
    all
}

/// A request that changes something, where a statement lists an action that does.
fn changing<'q, 's>(
    statement: &Statement<'s>,
    question: &Question<'q, 's>,
    reference: &Reference,
) -> Option<Box<prove::Witness<'q, 's>>> {
    by_action(statement, question, reference, &|action| !matches!(action.level(), Level::Read | Level::List))
        .and_then(|own| possible(own, statement, question, reference))
}

fn finding(statement: &Statement<'_>, witness: &prove::Witness<'_, '_>, reference: &Reference) -> Finding {
    let reads = reference.action(&witness.action).is_some_and(|action| matches!(action.level(), Level::Read | Level::List));
    let who = if is_anonymous(witness) { "anybody, with an AWS account or without," } else { "anybody with an AWS account" };
    let principal = statement.principals.as_ref().and_then(|own| own.list.iter().find(|own| own.value.known() == Some("*")));
    let span = principal.map_or_else(|| statement.place(), |own| own.value.span());
    // what was meant to keep him out
    let values = witness.context.iter().filter_map(|(key, _)| value_for(statement, key, &witness.context));
    let related = values.map(|own| Label::new(own.pattern.text.span(), "lets strangers in")).collect();
    Finding {
        related,
        severity: if reads { Severity::Medium } else { RULE.severity },
        help: Some(
            "name the accounts or roles, or add a condition on what only yours have: `aws:PrincipalOrgID`, `aws:PrincipalAccount`, \
             `aws:SourceVpce`, `aws:SourceAccount`"
                .to_owned(),
        ),
        witness: Some(Witness { who: "a stranger's request".to_owned(), claims: request(witness).to_json() }),
        ..RULE.finding(format!("{who} may call `{}` by {}", witness.action, statement.title()), span, "whoever asks")
    }
}

fn is_anonymous(witness: &prove::Witness<'_, '_>) -> bool {
    witness.principal.as_deref() == Some(ANONYMOUS)
}

/// Whether an action is of a service that answers nobody who does not sign.
///
/// <https://docs.aws.amazon.com/kms/latest/APIReference/Welcome.html>,
/// <https://docs.aws.amazon.com/AmazonECR/latest/userguide/registry_auth.html>
fn is_signed(action: &str) -> bool {
    action.split_once(':').is_some_and(|(prefix, _)| ["kms", "ecr"].iter().any(|own| prefix.eq_ignore_ascii_case(own)))
}

/// Whether another rule tells of what lets strangers in: `NotPrincipal`, or an operator for sets on a key of one value.
fn is_told(statement: &Statement<'_>, reference: &Reference) -> bool {
    let all_but = statement.principals.as_ref().is_some_and(|own| own.negated);
    all_but
        || statement.conditions.iter().any(|condition| {
            let for_sets = condition.operator.is_some_and(|operator| operator.set.is_some());
            let key = condition.key.known().and_then(|key| reference.key(key));
            for_sets && key.is_some_and(|key| !key.many)
        })
}

/// A request, as claims are written.
pub(in crate::rules) fn request(witness: &prove::Witness<'_, '_>) -> Claims {
    let mut told = Claims::new();
    let principal = witness.principal.as_ref().map(|principal| ("principal", principal.as_str()));
    for (name, value) in principal.into_iter().chain([("action", witness.action.as_str()), ("resource", &witness.resource)]) {
        told.set(name, Claim::Text(value.to_owned()));
    }
    let mut context = Claims::new();
    for (key, value) in witness.context.iter() {
        context.set(key, Claim::Text(value.values().collect::<Vec<_>>().join(", ")));
    }
    if context.iter().next().is_some() {
        told.set("context", Claim::Map(context));
    }
    told
}

/// Whether a policy has a statement for everybody.
fn names_anybody(policy: &Policy<'_>) -> bool {
    let mut principals = policy.statements.iter().filter_map(|statement| statement.principals.as_ref());
    principals
        .any(|own| own.negated || own.list.iter().any(|one| one.kind == PrincipalKind::Anyone || one.value.known() == Some("*")))
}

/// What the request of a stranger holds: of all that tells who he is or where he comes from nothing that the policy names.
fn strange(policy: &Policy<'_>) -> Vec<Held> {
    let conditions = policy.statements.iter().flat_map(|statement| &statement.conditions);
    let mut held: Vec<Held> = Vec::new();
    for condition in conditions {
        let Some(key) = condition.key.known() else { continue };
        if held.iter().any(|own| own.key.eq_ignore_ascii_case(key)) {
            continue;
        }
        if key.eq_ignore_ascii_case(MOUNTED) {
            held.push(Held { key: key.to_owned(), values: Values::One("false".to_owned()) });
            continue;
        }
        if !tells_apart(key) {
            continue;
        }
        let own = policy.statements.iter().flat_map(|statement| &statement.conditions);
        let own = own.filter(|own| own.key.known().is_some_and(|own| own.eq_ignore_ascii_case(key)));
        let operands: Vec<_> = own.flat_map(|own| own.values.iter().map(move |value| (own.operator, value))).collect();
        let by_address = operands.iter().any(|(operator, _)| operator.is_some_and(|own| own.comparison == Comparison::IpAddress));
        let values = if by_address {
            let inside = |address: &str| {
                let address = address.parse().ok();
                operands.iter().any(|(_, own)| {
                    // a block of half the internet keeps nobody out
                    let narrow = matches!(own.value, Value::Network(_, prefix) if prefix > 1);
                    narrow && address.is_some_and(|address| own.value.holds_address(address))
                })
            };
            let Some(address) = ADDRESSES.iter().find(|address| !inside(address)) else { continue };
            Values::One((*address).to_owned())
        } else {
            let named = operands.iter().filter_map(|(_, own)| own.pattern.plain());
            let except: Vec<String> = named.filter(|text| !text.chars().all(|own| own == '*')).map(str::to_owned).collect();
            if except.is_empty() {
                continue;
            }
            Values::Like { forms: vec!["*".to_owned()], except, or_none: true }
        };
        held.push(Held { key: key.to_owned(), values });
    }
    held
}

/// The same with each address that a stranger may have a topic send to, where the policy asks for addresses.
fn everywhere(policy: &Policy<'_>, held: &[Held]) -> Vec<Vec<Held>> {
    let mut keys = policy.statements.iter().flat_map(|own| &own.conditions).filter_map(|own| own.key.known());
    if !keys.any(|own| own.eq_ignore_ascii_case(ENDPOINT)) {
        return vec![held.to_vec()];
    }
    let at = |(protocol, form, except): (&str, &str, &str)| {
        let endpoint = Values::Like { forms: vec![form.to_owned()], except: vec![except.to_owned()], or_none: true };
        let protocol = Values::Like { forms: vec![protocol.to_owned()], except: Vec::new(), or_none: true };
        let own = [(ENDPOINT, endpoint), ("sns:Protocol", protocol)];
        held.iter().cloned().chain(own.map(|(key, values)| Held { key: key.to_owned(), values })).collect()
    };
    ENDPOINTS.map(at).to_vec()
}

/// Whether a key tells who somebody is or where he comes from, in a way that he does not choose.
fn tells_apart(key: &str) -> bool {
    const KEYS: [&str; 13] = [
        "aws:sourceowner",
        "aws:principalorgid",
        "aws:principalorgpaths",
        "aws:sourceaccount",
        "aws:sourcearn",
        "aws:sourceorgid",
        "aws:sourceorgpaths",
        "aws:sourceip",
        "aws:vpcsourceip",
        "aws:sourcevpc",
        "aws:sourcevpce",
        "kms:calleraccount",
        "s3:dataaccesspointaccount",
    ];
    KEYS.contains(&key.to_ascii_lowercase().as_str())
}

/// Whether a file system is reached by its mount target, and so from its own network.
///
/// <https://docs.aws.amazon.com/efs/latest/ug/access-control-block-public-access.html>
const MOUNTED: &str = "elasticfilesystem:AccessedViaMountTarget";

/// A caller whom AWS does not know.
const ANONYMOUS: &str = "anonymous";

/// What strangers whom AWS knows are.
const STANDINGS: [Standing; 4] = [Standing::User, Standing::Session, Standing::Root, Standing::FederatedUser];

/// The id of a principal.
const USER_ID: &str = "aws:userid";

/// Where a topic sends what is published: who has the address reads it.
///
/// <https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-language-api-permissions-reference.html>
const ENDPOINT: &str = "sns:Endpoint";

/// Addresses that strangers have: the protocol, their form, and what only looks so. No address of mail has a colon, and ARNs have so many.
const ENDPOINTS: [(&str, &str, &str); 6] = [
    ("email", "*@stranger.example", "*:*"),
    ("email-json", "*@stranger.example", "*:*"),
    ("https", "https://stranger.example/*", ""),
    ("http", "http://stranger.example/*", ""),
    ("sqs", "arn:aws:sqs:*:999999999999:*", "arn:*:*:*:*:*:*"),
    ("lambda", "arn:aws:lambda:*:999999999999:function:*", "arn:*:*:*:*:*:*:*"),
];

/// Addresses of the documentation; one of them is in no block that a policy names.
const ADDRESSES: [&str; 4] = ["203.0.113.9", "198.51.100.9", "192.0.2.9", "2001:db8::9"];
