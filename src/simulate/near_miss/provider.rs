//! Providers that trust policies name, and in what they differ from the one whose token it is.

use super::{Asked, Difference, DifferenceKind, Part};
use crate::arn::Arn;
use crate::evaluate::{StatementTrace, Truth};
use crate::policy::{Principal, PrincipalKind};
use crate::reference;

/// How a trust policy of a role names the provider of a host: by the host, where it is built in, else by the ARN of the provider in
/// the role's account; that of assertions is its ARN already. `None` where the account is not known.
pub fn expected_provider(host: &str, role: Option<&str>) -> Option<String> {
    let is_named_so = host.starts_with("arn:") || reference::issuer(host).is_some_and(|issuer| issuer.is_built_in);
    if is_named_so {
        return Some(host.to_owned());
    }
    let arn = role.and_then(Arn::parse).filter(|arn| !arn.account.is_empty())?;
    Some(format!("arn:{}:iam::{}:oidc-provider/{host}", arn.partition, arn.account))
}

/// In what the provider that a statement names differs, if that is why it does not apply.
pub(super) fn difference<'i, 's>(trace: &StatementTrace<'i, 's>, asked: Asked<'_>) -> Option<Difference<'i, 's>> {
    let principals = trace.statement.principals.as_ref().filter(|own| trace.principal == Truth::No && !own.negated)?;
    let named = principals.list.iter().filter_map(|principal| Some((principal, kind(principal, asked)?)));
    let (principal, kind) = named.min_by_key(|(_, kind)| rank(kind))?;
    let expected = expected_provider(&asked.token.host, asked.role.or_else(|| principal.value.known()));
    Some(Difference {
        part: Part::Principal(principal),
        place: principal.value.span(),
        wanted: principal.value.shown().into_owned(),
        got: Some(expected.unwrap_or_else(|| asked.token.host.clone())),
        kinds: vec![kind],
    })
}

fn rank(kind: &DifferenceKind) -> usize {
    match kind {
        DifferenceKind::Provider => 4,
        DifferenceKind::Untraded => 3,
        DifferenceKind::OtherProtocol => 2,
        DifferenceKind::ProviderPath => 1,
        _ => 0,
    }
}

fn kind(principal: &Principal<'_>, asked: Asked<'_>) -> Option<DifferenceKind> {
    let host = asked.token.host.as_str();
    let named = principal.value.known()?;
    let arn = Arn::parse(named);
    let own = arn.and_then(|arn| arn.resource.strip_prefix("oidc-provider/")).or(arn.is_none().then_some(named));
    if principal.kind != PrincipalKind::Federated {
        let is_it = named == host || arn.is_some() && own == Some(host);
        return is_it.then_some(DifferenceKind::NotFederated);
    }
    let is_saml = arn.is_some_and(|arn| arn.resource.starts_with("saml-provider/"));
    Some(match own {
        _ if is_saml != asked.token.is_assertion() => DifferenceKind::OtherProtocol,
        Some(own) => of_tokens(own, arn.is_some(), host),
        None => of_assertions(arn?, Arn::parse(host)?),
    })
}

/// In what the host that a policy names differs from that of a token.
fn of_tokens(named: &str, by_arn: bool, host: &str) -> DifferenceKind {
    let built_in = reference::issuer(host).is_some_and(|issuer| issuer.is_built_in);
    let is = |id: &str, host: &str| reference::issuer(host).is_some_and(|issuer| issuer.id == id);
    let base = |host: &str| host.split('/').next().map(str::to_ascii_lowercase);
    match named {
        named if named == host && built_in => DifferenceKind::ArnForHost,
        named if named == host && !by_arn => DifferenceKind::HostForArn,
        named if named == host => DifferenceKind::ProviderAccount,
        named if named.strip_prefix("https://") == Some(host) => DifferenceKind::Scheme,
        named if named.trim_end_matches('/') == host.trim_end_matches('/') => DifferenceKind::TrailingSlash,
        named if base(named) == base(host) => DifferenceKind::ProviderPath,
        named if is("cognito-identity", named) && is("cognito", host) => DifferenceKind::Untraded,
        _ => DifferenceKind::Provider,
    }
}

/// In what the provider of assertions that a policy names differs from the one of an assertion.
fn of_assertions(named: Arn<'_>, own: Arn<'_>) -> DifferenceKind {
    if named.resource == own.resource { DifferenceKind::ProviderAccount } else { DifferenceKind::Provider }
}
