//! Resource policies that let services of AWS act for whoever asks them to.

use super::foreign::{foreign, on_source_arn, tells_source};
use crate::arn::Arn;
use crate::evaluate::value_for;
use crate::finding::{Finding, Label, Severity, Witness};
use crate::lint::{Facts, Rule};
use crate::pattern::{Mode, Pattern, Unit, matches};
use crate::policy::{Comparison, Effect, Policy, PolicyKind, PrincipalKind, Statement};
use crate::prove::{self, Among, Budget, Proof, Question, prove_each};
use crate::reference::{Level, Reference, service_principals, yields};
use crate::rules::access::request;
use crate::rules::probe::{is_on, on_own_resource, possible, principals_of};
use crate::source::Span;

pub(super) static RULE: Rule =
    Rule { name: "confused-deputy", severity: Severity::Medium, page: include_str!("../../../rules/deputy/confused-deputy.md") };

pub(super) static WIDE: Rule =
    Rule { name: "wide-source-arn", severity: Severity::Medium, page: include_str!("../../../rules/deputy/wide-source-arn.md") };

/// Statements that do not ask for whose resource a service calls.
pub(super) fn check(facts: &Facts<'_, '_>, findings: &mut Vec<Finding>) {
    each(facts, &|statement| on_source_arn(statement).next().is_none(), &mut |statement, found| {
        let Some((first, others)) = found.split_first() else { return };
        // of whichever services one that makes such calls
        let first = found.iter().find(|own| own.service.any && calls(own)).unwrap_or(first);
        let weak = statement
            .conditions
            .iter()
            .filter(|own| own.key.known().is_some_and(|key| tells_source(key) || key.eq_ignore_ascii_case("aws:UserAgent")));
        let shown = others
            .iter()
            .filter(|_| !first.service.any)
            .take(MOST_PLACES)
            .map(|own| Label::new(own.service.place, "so does this"));
        findings.push(Finding {
            related: shown.chain(weak.map(|own| Label::new(own.key.span(), "keeps nobody out"))).collect(),
            help: Some(
                "add `aws:SourceArn` with the resource that it calls for, `aws:SourceAccount` with your account, or `aws:SourceOrgID` \
                 with your organization"
                    .to_owned(),
            ),
            witness: Some(told(&first.witness)),
            severity: if only_reads(statement, facts.reference) { Severity::Low } else { RULE.severity },
            ..RULE.finding(
                format!("{} may call `{}` for any account by {}", names(found), first.witness.action, statement.title()),
                first.service.place,
                if first.service.any { "each acts for whoever asks" } else { "acts for whoever tells it to" },
            )
        });
    });
}

/// Whether one of the services that stand for whichever is known to make a call of this kind.
fn calls(found: &Found<'_, '_>) -> bool {
    let prefix = found.witness.action.split(':').next().unwrap_or_default();
    ANY.iter().any(|(name, prefixes)| *name == found.service.name && prefixes.contains(&prefix))
}

/// How many further services are shown.
const MOST_PLACES: usize = 5;

/// The services that get in, as the subject of a sentence.
fn names(found: &[Found<'_, '_>]) -> String {
    match found {
        [] => String::new(),
        [first, ..] if first.service.any => "any service".to_owned(),
        [first] => format!("`{}`", first.service.name),
        [first, _] => format!("`{}` and another service", first.service.name),
        [first, others @ ..] => format!("`{}` and {} other services", first.service.name, others.len()),
    }
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
    each(facts, &may, &mut |statement, found| {
        let Some(Found { witness, .. }) = found.first() else { return };
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
                format!("{} may call `{}` for the resources of others by {}", names(found), witness.action, statement.title()),
                value.pattern.text.span(),
                label,
            )
        });
    });
}

/// A service that a statement lets in.
#[derive(Clone, Debug)]
struct Service {
    name: String,
    /// Where the statement names it.
    place: Span,
    /// Whether it stands for whatever service.
    any: bool,
}

/// A service that gets in for an account that no policy names, with its call.
#[derive(Debug)]
struct Found<'q, 's> {
    service: Service,
    witness: Box<prove::Witness<'q, 's>>,
}

type Tell<'t> = dyn FnMut(&Statement<'_>, &[Found<'_, '_>]) + 't;

/// Each statement that may be meant and lets services in for an account that no policy names.
fn each(facts: &Facts<'_, '_>, is_meant: &dyn Fn(&Statement<'_>) -> bool, tell: &mut Tell<'_>) {
    let policies = facts.inventory.all_policies().map(|(policy, _)| policy);
    for policy in policies.filter(|own| own.kind == PolicyKind::Resource && own.refusal().is_none()) {
        let policy = &*on_own_resource(policy);
        let meant = policy.with_effect(Effect::Allow).filter(|own| is_meant(own));
        let may_be = |own: &Statement<'_>, service: &Service| !(service.any && may_be_of_endpoint(policy, own));
        let named = |own| services(own).into_iter().filter(|service| may_be(own, service)).collect();
        let meant: Vec<(&Statement<'_>, Vec<Service>)> = meant.map(|own| (own, named(own))).collect();
        if meant.iter().all(|(_, services)| services.is_empty()) {
            continue;
        }
        let keys = foreign(policy, facts.reference);
        let mut calls: Vec<Vec<Found<'_, '_>>> = meant.iter().map(|_| Vec::new()).collect();
        for name in distinct(meant.iter().flat_map(|(_, services)| services)) {
            let among = Among { caller: Some(format!("service:{name}")), keys: keys.clone(), ..Among::default() };
            let question = Question { allowed_by: vec![policy], not_by: Vec::new(), among };
            for (statement, proof) in prove_each(&question, facts.reference, Budget::default()) {
                let Proof::Witness(witness) = proof else { continue };
                let own = meant.iter().zip(&mut calls).find(|((own, _), _)| std::ptr::eq(*own, statement));
                let Some(((_, services), calls)) = own else { continue };
                let Some(service) = services.iter().find(|own| own.name == name) else { continue };
                let witness = possible(witness, statement, &question, facts.reference);
                calls.extend(witness.map(|witness| Found { service: service.clone(), witness }));
            }
        }
        for ((statement, _), found) in meant.iter().zip(&calls).filter(|(_, found)| !found.is_empty()) {
            tell(statement, found);
        }
    }
}

/// Whether a statement may be one of the policy of a VPC endpoint, which AWS's examples open to services as a whole: it is about every resource,
/// and nothing else tells what its policy is of.
///
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_data-perimeters.html>
fn may_be_of_endpoint(policy: &Policy<'_>, statement: &Statement<'_>) -> bool {
    let is_every = |own: &Pattern<'_>| own.plain() == Some("*");
    policy.guessed && statement.resources.as_ref().is_some_and(|own| own.list.iter().any(is_every))
}

/// The names of services, each once.
fn distinct<'v>(services: impl Iterator<Item = &'v Service>) -> Vec<&'v str> {
    let mut names: Vec<&str> = Vec::new();
    for service in services {
        if !names.contains(&service.name.as_str()) {
            names.push(&service.name);
        }
    }
    names
}

/// The services that a statement lets in: those that it names, and where it is for everybody, those that its conditions ask for.
fn services(statement: &Statement<'_>) -> Vec<Service> {
    let known = |name: &str, place| Service { name: name.to_owned(), place, any: false };
    let named = principals_of(statement, PrincipalKind::Service).map(|(own, name)| known(name, own.value.span()));
    let mut all: Vec<Service> = named.filter(|own| own.name != "*").collect();
    if is_for_all(statement) {
        let sources = on_source_arn(statement).filter_map(|(_, own)| Some((Arn::parse(own.pattern.plain()?)?, own)));
        let calling = sources.map(|(arn, own)| known(&format!("{}.amazonaws.com", arn.service), own.pattern.text.span()));
        all.extend(calling.filter(|own| service_principals().any(|name| name == own.name)));
        all.extend(by_condition(statement));
    }
    all.retain(|own| !SILENT.contains(&own.name.as_str()));
    all
}

/// The services that conditions ask for: by name, or whichever.
fn by_condition(statement: &Statement<'_>) -> Vec<Service> {
    let of = |keys: &'static [&'static str]| {
        let own = statement.conditions.iter().filter(|own| {
            let is_plain = own.operator.is_some_and(|own| !own.negated && !own.if_exists && own.comparison != Comparison::Null);
            is_plain && keys.iter().any(|key| is_on(own, key))
        });
        own.flat_map(|own| &own.values).filter_map(|own| Some((own.pattern.plain()?, own.pattern.text.span())))
    };
    let any = |place| ANY.map(|(name, _)| Service { name: name.to_owned(), place, any: true });
    let mut all: Vec<Service> = Vec::new();
    for (name, place) in of(&["aws:PrincipalServiceName", "aws:PrincipalServiceNamesList"]) {
        if ANY.iter().all(|(own, _)| matches(&[Unit::Wild(name)], own, Mode::Like)) {
            all.extend(any(place));
        } else {
            let name = name.replace('*', "us-east-1").replace('?', "1");
            all.push(Service { name, place, any: false });
        }
    }
    if all.is_empty() {
        let whichever = of(&["aws:PrincipalIsAWSService"]).filter(|(value, _)| value.eq_ignore_ascii_case("true"));
        all.extend(whichever.flat_map(|(_, place)| any(place)));
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

/// Services that stand for whichever, with those that they call: both act for everybody who has them write or send something.
///
/// <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html>,
/// <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html>
const ANY: [(&str, &[&str]); 2] =
    [("cloudtrail.amazonaws.com", &["s3", "kms"]), ("events.amazonaws.com", &["sqs", "sns", "lambda", "logs", "kms"])];
