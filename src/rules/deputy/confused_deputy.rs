//! Resource policies that let services of AWS act for whoever asks them to.

use super::foreign::{foreign, on_source_arn, tells_source};
use crate::arn::Arn;
use crate::evaluate::value_for;
use crate::finding::{Finding, Label, Severity, Witness};
use crate::lint::{Facts, Rule};
use crate::policy::{Effect, Policy, PolicyKind, PrincipalKind, Statement};
use crate::prove::{self, Among, Budget, Proof, Question, prove_each};
use crate::reference::{Level, Reference, service_principals, yields};
use crate::rules::access::request;
use crate::rules::probe::{on_own_resource, principals_of};

pub(super) static RULE: Rule =
    Rule { name: "confused-deputy", severity: Severity::Medium, page: include_str!("../../../rules/deputy/confused-deputy.md") };

pub(super) static WIDE: Rule =
    Rule { name: "wide-source-arn", severity: Severity::Medium, page: include_str!("../../../rules/deputy/wide-source-arn.md") };

/// Statements that do not ask for whose resource a service calls.
pub(super) fn check(facts: &Facts<'_, '_>, findings: &mut Vec<Finding>) {
    each(facts, &|statement| on_source_arn(statement).next().is_none(), &mut |statement, service, witness| {
        let Some(principal) = principals_of(statement, PrincipalKind::Service).find(|(_, name)| *name == service) else { return };
        let weak = statement
            .conditions
            .iter()
            .filter(|own| own.key.known().is_some_and(|key| tells_source(key) || key.eq_ignore_ascii_case("aws:UserAgent")));
        findings.push(Finding {
            related: weak.map(|own| Label::new(own.key.span(), "keeps nobody out")).collect(),
            help: Some(
                "add `aws:SourceArn` with the resource that it calls for, `aws:SourceAccount` with your account, or `aws:SourceOrgID` \
                 with your organization"
                    .to_owned(),
            ),
            witness: Some(told(witness)),
            severity: if only_reads(statement, facts.reference) { Severity::Low } else { RULE.severity },
            ..RULE.finding(
                format!("`{service}` may call `{}` for any account by {}", witness.action, statement.title()),
                principal.0.value.span(),
                "acts for whoever tells it to",
            )
        });
    });
}

/// Whether all actions of a statement are named, and tell of things without handing out what they hold.
fn only_reads(statement: &Statement<'_>, reference: &Reference) -> bool {
    let reads = |text: &str| {
        let Some(action) = reference.action(text) else { return false };
        let hands_out = yields(action.service.prefix()).iter().any(|(name, _)| *name == action.name);
        matches!(action.level(), Level::List | Level::Read) && !hands_out
    };
    statement.actions.as_ref().is_some_and(|own| !own.negated && own.list.iter().all(|own| own.plain().is_some_and(reads)))
}

/// Statements that ask for it and take whatever account.
pub(super) fn wide(facts: &Facts<'_, '_>, findings: &mut Vec<Finding>) {
    let may = |statement: &Statement<'_>| on_source_arn(statement).any(|(_, own)| own.pattern.has_wildcard());
    each(facts, &may, &mut |statement, service, witness| {
        let Some(value) = value_for(statement, "aws:SourceArn", &witness.context) else { return };
        let source = witness.context.get("aws:SourceArn").and_then(|own| own.values().next()).unwrap_or_default();
        let bucket = Arn::parse(source).is_some_and(|own| own.service == "s3" && own.account.is_empty());
        let (label, help) = if bucket {
            ("others have such buckets, too", "add `aws:SourceAccount` with your account: the ARN of a bucket has none")
        } else {
            ("whatever account", "write the account into the ARN, or add `aws:SourceAccount` with your account")
        };
        findings.push(Finding {
            help: Some(help.to_owned()),
            witness: Some(told(witness)),
            ..WIDE.finding(
                format!("`{service}` may call `{}` for the resources of others by {}", witness.action, statement.title()),
                value.pattern.text.span(),
                label,
            )
        });
    });
}

type Tell<'t> = dyn FnMut(&Statement<'_>, &str, &prove::Witness<'_, '_>) + 't;

/// Each statement that may be meant and lets a service in for an account that no policy names.
fn each(facts: &Facts<'_, '_>, is_meant: &dyn Fn(&Statement<'_>) -> bool, tell: &mut Tell<'_>) {
    let policies = facts.inventory.all_policies().map(|(policy, _)| policy);
    for policy in policies.filter(|own| own.kind == PolicyKind::Resource && own.refusal().is_none()) {
        let policy = &*on_own_resource(policy);
        let services = services(policy, is_meant);
        if services.is_empty() {
            continue;
        }
        let keys = foreign(policy, facts.reference);
        let mut done: Vec<&Statement<'_>> = Vec::new();
        for service in services {
            let among = Among { caller: Some(format!("service:{service}")), keys: keys.clone(), ..Among::default() };
            let question = Question { allowed_by: vec![policy], not_by: Vec::new(), among };
            for (statement, proof) in prove_each(&question, facts.reference, Budget::default()) {
                let Proof::Witness(witness) = proof else { continue };
                if is_meant(statement) && !done.iter().any(|own| std::ptr::eq(*own, statement)) {
                    done.push(statement);
                    tell(statement, &service, &witness);
                }
            }
        }
    }
}

/// The services that statements let in: those that they name, and of statements for everybody those whose resources they name.
fn services(policy: &Policy<'_>, is_meant: &dyn Fn(&Statement<'_>) -> bool) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for statement in policy.with_effect(Effect::Allow).filter(|own| is_meant(own)) {
        let named = principals_of(statement, PrincipalKind::Service).map(|(_, name)| name.to_owned());
        let sources = on_source_arn(statement).filter_map(|(_, own)| Arn::parse(own.pattern.plain()?));
        let calling = sources.map(|own| format!("{}.amazonaws.com", own.service)).filter(|_| is_for_all(statement));
        let calling = calling.filter(|own| service_principals().any(|name| name == own));
        for name in named.chain(calling) {
            if name != "*" && !SILENT.contains(&name.as_str()) && !all.contains(&name) {
                all.push(name);
            }
        }
    }
    all
}

fn is_for_all(statement: &Statement<'_>) -> bool {
    let principals = statement.principals.as_ref().filter(|own| !own.negated);
    principals.is_some_and(|own| own.list.iter().any(|own| own.kind == PrincipalKind::Anyone || own.value.known() == Some("*")))
}

/// A witness as findings tell it.
pub(super) fn told(witness: &prove::Witness<'_, '_>) -> Witness {
    Witness { who: "a call for another account".to_owned(), claims: request(witness).to_json() }
}

/// Services of which AWS's own policies ask for no key: the path that they write to holds the account.
///
/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html>
const SILENT: [&str; 2] = ["logdelivery.elasticloadbalancing.amazonaws.com", "logdelivery.elb.amazonaws.com"];
