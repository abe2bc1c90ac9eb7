//! What every report on who can take a role says in the same words.

use super::diff::{open, span_of_gap};
use crate::finding::Fault;
use crate::policy::{Policy, PolicyFault};
use crate::prove::Doubt;
use crate::reach::{Kind, Perhaps};
use crate::reference::issuer;
use crate::rules::grammar;
use crate::source::{Sources, Span};

/// Why it is not known, in one clause.
pub(super) fn doubt(perhaps: &Perhaps, trust: Option<&Policy<'_>>) -> String {
    if let (Doubt::Refuted, Some(host)) = (&perhaps.doubt, named_by_arn(&perhaps.kind, trust)) {
        return format!("the trust policy names the provider by an ARN, and AWS names this one by its host, `{host}`");
    }
    match &perhaps.doubt {
        Doubt::Budget => "there is too much to look at".to_owned(),
        Doubt::Open(gap) => open(*gap),
        Doubt::Branch(_) => "it hangs on a condition of the template, or on which declaration counts".to_owned(),
        Doubt::Refused(_) => "AWS would refuse to store the trust policy".to_owned(),
        Doubt::Mixed => "a condition key is compared both as text and as something else".to_owned(),
        Doubt::Refuted => "the trust policy asks for what tokens of this form cannot all hold together".to_owned(),
    }
}

/// The host of a provider that is built in, where a trust policy names it by an ARN only.
fn named_by_arn<'k>(kind: &'k Kind, trust: Option<&Policy<'_>>) -> Option<&'k str> {
    let Kind::Subject { host, .. } = kind else { return None };
    let statements = trust.into_iter().flat_map(|policy| &policy.statements);
    let principals = statements.filter_map(|own| own.principals.as_ref()).flat_map(|own| &own.list);
    let named: Vec<&str> = principals.filter_map(|own| own.value.known()).collect();
    let by_arn = |name: &&str| name.split_once(":oidc-provider/").is_some_and(|(_, own)| own == host);
    let is_built_in = issuer(host).is_some_and(|own| own.is_built_in);
    (is_built_in && named.iter().any(by_arn) && !named.contains(&host.as_str())).then_some(host)
}

/// Where what is not known stands.
pub(super) fn place(doubt: &Doubt) -> Option<Span> {
    match doubt {
        Doubt::Open(gap) => span_of_gap(*gap),
        Doubt::Branch(span) => Some(*span),
        Doubt::Refused(fault) => Some(fault.span),
        Doubt::Budget | Doubt::Mixed | Doubt::Refuted => None,
    }
}

/// Why AWS would not store a trust policy.
pub(super) fn refusal(fault: &Fault<PolicyFault>, policy: &Policy<'_>, sources: &Sources) -> String {
    grammar::of_policy(fault, policy, sources).message
}
