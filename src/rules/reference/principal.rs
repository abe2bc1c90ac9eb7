//! Principals that cannot be, and names of services and providers that AWS does not have.

use super::Check;
use super::view::{View, quoted};
use crate::arn::{Arn, is_account_id};
use crate::finding::{Finding, Severity};
use crate::lint::Rule;
use crate::policy::{PolicyKind, Principal, PrincipalKind};
use crate::reference::{partitions, regions, service_principals, service_principals_date};
use crate::spelling::nearest;

pub(super) const CHECK: Check =
    Check { rule: &MALFORMED, run: |view, findings| each(view, PrincipalKind::Aws, findings, malformed) };

pub(super) const DELETED_CHECK: Check =
    Check { rule: &DELETED, run: |view, findings| each(view, PrincipalKind::Aws, findings, deleted) };

pub(super) const SERVICE_CHECK: Check =
    Check { rule: &UNKNOWN_SERVICE, run: |view, findings| each(view, PrincipalKind::Service, findings, unknown_service) };

pub(super) const PROVIDER_CHECK: Check =
    Check { rule: &UNKNOWN_PROVIDER, run: |view, findings| each(view, PrincipalKind::Federated, findings, unknown_provider) };

static MALFORMED: Rule = Rule {
    name: "malformed-principal",
    severity: Severity::Error,
    page: include_str!("../../../rules/reference/malformed-principal.md"),
};

static DELETED: Rule = Rule {
    name: "deleted-principal",
    severity: Severity::Low,
    page: include_str!("../../../rules/reference/deleted-principal.md"),
};

static UNKNOWN_SERVICE: Rule = Rule {
    name: "unknown-service-principal",
    severity: Severity::Medium,
    page: include_str!("../../../rules/reference/unknown-service-principal.md"),
};

static UNKNOWN_PROVIDER: Rule = Rule {
    name: "unknown-federated-provider",
    severity: Severity::Medium,
    page: include_str!("../../../rules/reference/unknown-federated-provider.md"),
};

/// The web identity providers that a trust policy names by their domain.
///
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html>
const DOMAINS: [&str; 4] = ["cognito-identity.amazonaws.com", "www.amazon.com", "graph.facebook.com", "accounts.google.com"];

/// The findings of each principal of a kind that is known and has no wildcard; one with a wildcard is told elsewhere.
fn each(
    view: &View<'_, '_, '_>,
    kind: PrincipalKind,
    findings: &mut Vec<Finding>,
    judge: fn(&View<'_, '_, '_>, &Principal<'_>, &str) -> Option<Finding>,
) {
    if matches!(view.policy.kind, PolicyKind::Rcp | PolicyKind::Identity | PolicyKind::Scp) {
        return;
    }
    let list = view.statement.principals.iter().flat_map(|principals| &principals.list);
    for principal in list.filter(|principal| principal.kind == kind) {
        let known = principal.value.known().filter(|own| !own.contains(['*', '?']) && !own.contains("${"));
        findings.extend(known.and_then(|known| judge(view, principal, known)));
    }
}

fn malformed(view: &View<'_, '_, '_>, principal: &Principal<'_>, known: &str) -> Option<Finding> {
    let (label, help) = if let Some(arn) = Arn::parse(known) {
        match (arn.service, arn.resource.split(['/', ':']).next().unwrap_or("")) {
            ("iam", "group") => ("a group", "write the users or the role; a group cannot be a principal"),
            ("iam", "instance-profile") => ("an instance profile", "write the role that is in it"),
            ("iam", "policy") => ("a policy", "write the role or the user that has it"),
            ("iam", "oidc-provider" | "saml-provider") => ("a provider", "write it under `Federated`"),
            ("iam" | "sts", _) if !arn.region.is_empty() => (HAS_REGION, "leave the region empty: `arn:aws:iam::111122223333:…`"),
            ("iam", "root") if arn.resource == "root" => return of_account(principal, known, arn.account),
            ("iam", "user" | "role") | ("sts", "assumed-role" | "federated-user" | "self") => {
                return of_account(principal, known, arn.account);
            }
            ("iam" | "sts", _) => ("of no kind that can call", ROLE_OR_USER),
            _ => (OF_OTHER_SERVICE, ROLE_OR_USER),
        }
    } else if known.starts_with("arn:") {
        ("fewer than six parts", ROLE_OR_USER)
    } else if service(known).is_some() {
        ("a service", "write it under `Service`")
    } else if is_digits(known) {
        return of_account(principal, known, known);
    } else if known.is_empty() {
        ("empty", ROLE_OR_USER)
    } else {
        return None;
    };
    let has_region = |arn: Arn<'_>| {
        let start = known.len() - arn.resource.len() - arn.account.len() - arn.region.len() - 2;
        principal.value.span_of(start..start + arn.region.len())
    };
    let region = Arn::parse(known).filter(|_| label == HAS_REGION).map(has_region);
    let fix = region.and_then(|place| view.mender().empty(place, "leave the region empty"));
    // services have policies of their own, whose principals are not all told
    let sure = view.policy.kind == PolicyKind::Trust || label != OF_OTHER_SERVICE;
    Some(Finding {
        fix,
        severity: if sure { MALFORMED.severity } else { Severity::Medium },
        help: Some(help.to_owned()),
        ..MALFORMED.finding(format!("{} can be no `AWS` principal", quoted(known)), principal.value.span(), label)
    })
}

const HAS_REGION: &str = "has a region";

const OF_OTHER_SERVICE: &str = "not of IAM or STS";

const ROLE_OR_USER: &str = "write the id of an account, or the ARN of a role, user or session";

/// A principal of an account whose id is none. A word stands there for the users of an AWS service.
fn of_account(principal: &Principal<'_>, known: &str, account: &str) -> Option<Finding> {
    let valid = is_account_id(account) || account.bytes().any(|byte| byte.is_ascii_alphabetic());
    (!valid).then(|| Finding {
        help: Some("write the 12 digits of the account".to_owned()),
        ..MALFORMED.finding(
            format!("`{known}` can be no `AWS` principal"),
            principal.value.span(),
            if account.is_empty() { "no account".to_owned() } else { format!("{} digits, not 12", account.len()) },
        )
    })
}

fn deleted(_: &View<'_, '_, '_>, principal: &Principal<'_>, known: &str) -> Option<Finding> {
    let what = match known.get(..4)? {
        "AROA" => "role",
        "AIDA" => "user",
        _ => return None,
    };
    let is_id = (16..=128).contains(&known.len()) && known.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    is_id.then(|| Finding {
        help: Some("remove it, or write the ARN of the one that exists now".to_owned()),
        ..DELETED.finding(format!("`{known}` is the id of a {what} that was deleted"), principal.value.span(), "an id, no ARN")
    })
}

fn unknown_service(view: &View<'_, '_, '_>, principal: &Principal<'_>, known: &str) -> Option<Finding> {
    let found = |message: String, label: String, meant: Result<&str, &str>| {
        let fix = meant.ok().and_then(|meant| view.mender().likely(principal.value.span(), meant));
        let help = meant.map_or_else(str::to_owned, |meant| format!("write `{meant}`"));
        let help = Some(format!("{help}; the list of services is of {}", service_principals_date()));
        Some(Finding { help, fix, ..UNKNOWN_SERVICE.finding(message, principal.value.span(), label) })
    };
    if is_service(known) {
        return None;
    }
    let lower = known.to_ascii_lowercase();
    if lower != known && is_service(&lower) {
        return found(format!("no service is called `{known}`"), "has capital letters".to_owned(), Ok(&lower));
    }
    let Some(own) = service(known) else {
        let with_ending = format!("{known}.amazonaws.com");
        let (label, meant) = if service_principals().any(|own| own == with_ending) {
            (format!("did you mean `{with_ending}`?"), Ok(with_ending.as_str()))
        } else {
            ("no domain of AWS".to_owned(), Err("write the name of a service, such as `lambda.amazonaws.com`"))
        };
        return found(format!("no service is called {}", quoted(known)), label, meant);
    };
    // beyond a slip the list is no evidence: it is not complete
    let near = nearest(own, service_principals().filter_map(service)).filter(|near| own.len() > 3 && is_slip(own, near))?;
    let meant = format!("{near}{}", known.get(own.len()..).unwrap_or(""));
    found(format!("no service is known as `{known}`"), format!("did you mean `{meant}`?"), Ok(&meant))
}

/// Whether this is a name of the list, be it with a region or in another partition.
fn is_service(name: &str) -> bool {
    let Some(own) = service(name) else { return service_principals().any(|known| known == name) };
    let plain =
        own.rsplit_once('.').filter(|(_, region)| regions().any(|known| known == *region)).map_or(own, |(plain, _)| plain);
    service_principals().filter_map(service).any(|known| known == plain || known == own)
}

/// Whether two names are apart by one letter, or by two that are swapped.
fn is_slip(own: &str, other: &str) -> bool {
    let same = |(a, b): &(u8, u8)| a == b;
    let before = own.bytes().zip(other.bytes()).take_while(same).count();
    let left = own.len().min(other.len()) - before;
    let behind = own.bytes().rev().zip(other.bytes().rev()).take(left).take_while(same).count();
    let apart = own.len().max(other.len()) - before - behind;
    let swapped =
        || own.bytes().skip(before).take(2).eq(other.bytes().skip(before).take(2).collect::<Vec<_>>().into_iter().rev());
    apart == 1 || apart == 2 && own.len() == other.len() && swapped()
}

/// What stands before the domain of AWS.
fn service(name: &str) -> Option<&str> {
    let mut suffixes = partitions().map(|partition| partition.suffix).chain(["aws.internal", "aws.com"]);
    suffixes.find_map(|suffix| name.strip_suffix(suffix)?.strip_suffix('.')).filter(|own| !own.is_empty())
}

fn unknown_provider(view: &View<'_, '_, '_>, principal: &Principal<'_>, known: &str) -> Option<Finding> {
    if view.policy.kind != PolicyKind::Trust || DOMAINS.contains(&known) {
        return None;
    }
    if let Some((head, host)) = known.split_once(":oidc-provider/https://") {
        let meant = format!("{head}:oidc-provider/{host}");
        let help = format!("write `{meant}`: the ARN of a provider has its issuer without the scheme");
        return Some(Finding {
            severity: Severity::Error,
            fix: view.mender().likely(principal.value.span(), &meant),
            help: Some(help),
            ..UNKNOWN_PROVIDER.finding(
                format!("no provider has an ARN with `https://`, so nobody comes in by `{known}`"),
                principal.value.span(),
                "with the scheme",
            )
        });
    }
    let is_provider = Arn::parse(known).is_some_and(|arn| {
        let named = |kind| arn.resource.strip_prefix(kind).is_some_and(|name: &str| !name.is_empty());
        arn.service == "iam" && (named("oidc-provider/") || named("saml-provider/"))
    });
    let folded = known.to_ascii_lowercase();
    // letter case is not documented here, and the names of Cognito are those of its regions
    if is_provider || folded.starts_with("cognito-identity") || DOMAINS.contains(&folded.as_str()) {
        return None;
    }
    let (severity, message, label, help) = if known.is_empty() || known.starts_with("arn:") {
        let help =
            "write the ARN of a provider: `arn:aws:iam::ACCOUNT:oidc-provider/HOST` or `arn:aws:iam::ACCOUNT:saml-provider/NAME`";
        (Severity::Error, format!("{} is not the ARN of a provider", quoted(known)), "no provider", help.to_owned())
    } else {
        let host = known.strip_prefix("https://").unwrap_or(known);
        let help = format!("write the ARN of the provider in the account: `arn:aws:iam::ACCOUNT:oidc-provider/{host}`");
        (UNKNOWN_PROVIDER.severity, format!("`{known}` is no provider that IAM knows by its name"), "no ARN", help)
    };
    Some(Finding { severity, help: Some(help), ..UNKNOWN_PROVIDER.finding(message, principal.value.span(), label) })
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}
