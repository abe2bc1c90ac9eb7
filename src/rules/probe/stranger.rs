//! Strangers who ask for a resource: what they are, and what their requests hold.

use crate::arn::Arn;
use crate::evaluate::Standing;
use crate::policy::{Comparison, Policy, Value};
use crate::prove::{Among, Held, Values, Whom};
use crate::reference::Reference;
use crate::rules::view::is_of_issuer;

use super::is_on;

/// The requests of strangers of each kind, who hold these keys beside: nobody whom AWS knows first.
pub(in crate::rules) fn strangers(policy: &Policy<'_>, keys: &[Held], reference: &Reference) -> Vec<Among> {
    let of_principal =
        |key: &str| of_known(key) || reference.key(key).and_then(|key| key.global).is_some_and(|global| global.of_principal);
    let anonymous = without(policy, keys, &|key| of_sessions(key) || of_principal(key));
    let keys_of = |standing| {
        let lacks = |key: &str| match standing {
            Standing::Session => false,
            // the root user of an account has no tags
            Standing::Root => of_sessions(key) || key.to_ascii_lowercase().starts_with("aws:principaltag/"),
            _ => of_sessions(key),
        };
        without(policy, keys, &lacks).into_iter().chain(made_id(policy, standing)).collect()
    };
    let anonymous = Among { caller: Some(ANONYMOUS.to_owned()), keys: anonymous, ..Among::default() };
    let known = STANDINGS.map(|own| Among { whom: Whom::Strangers(own), keys: keys_of(own), ..Among::default() });
    std::iter::once(anonymous).chain(known).collect()
}

/// What the request of a stranger holds: of all that tells who he is or where he comes from nothing that the policy names.
pub(in crate::rules) fn strange(policy: &Policy<'_>) -> Vec<Held> {
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
            let except: Vec<String> = named.filter(|text| names_own(key, text)).map(str::to_owned).collect();
            if except.is_empty() {
                continue;
            }
            Values::Like { forms: vec!["*".to_owned()], except, or_none: true }
        };
        held.push(Held { key: key.to_owned(), values });
    }
    held
}

/// Whether a pattern holds nothing of an id, or of those of a path, beyond what all of a kind begin with.
pub(in crate::rules) fn fits_any_id(pattern: &str) -> bool {
    let is_open = |part: &str| {
        let fixed = part.replace(['*', '?'], "");
        fixed.is_empty() || fixed != part && ["o-", "r-", "ou-", "vpc-", "vpce-"].contains(&fixed.as_str())
    };
    pattern.split('/').all(is_open)
}

/// A caller whom AWS does not know.
pub(in crate::rules) const ANONYMOUS: &str = "anonymous";

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

/// The same without those keys that the policy names and that a request lacks.
fn without(policy: &Policy<'_>, keys: &[Held], lacks: &dyn Fn(&str) -> bool) -> Vec<Held> {
    let named = policy.statements.iter().flat_map(|statement| &statement.conditions).filter_map(|own| own.key.known());
    let mut all = keys.to_vec();
    for key in named.filter(|key| lacks(key)) {
        all.retain(|own| !own.key.eq_ignore_ascii_case(key));
        all.push(Held { key: key.to_owned(), values: Values::None });
    }
    all
}

/// Whether a key tells of somebody whom AWS knows, beside those that the reference calls keys of principals.
fn of_known(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    key.starts_with("aws:multifactorauth")
        || ["aws:viaawsservice", "aws:calledvia", "aws:federatedprovider", "aws:signinsessionarn"].contains(&key.as_str())
}

/// Whether a key is of the sessions of roles: it tells what has the role, or of the token that it was taken with.
fn of_sessions(key: &str) -> bool {
    let lower = key.to_ascii_lowercase();
    let of_instance = ["aws:ec2instancesourcevpc", "aws:ec2instancesourceprivateipv4"].contains(&lower.as_str());
    let of_service = of_instance || SESSIONS.contains(&lower.as_str());
    of_service || lower.starts_with("saml:") || is_of_issuer(key)
}

/// Whether a key tells who somebody is or where he comes from, in a way that he does not choose.
fn tells_apart(key: &str) -> bool {
    let lower = key.to_ascii_lowercase();
    let of_issuer = is_of_issuer(key) && !lower.ends_with(":amr");
    of_issuer || IDS.contains(&lower.as_str()) || ARNS.contains(&lower.as_str()) || SESSIONS.contains(&lower.as_str())
}

/// Whether a value of such a key is one that no stranger has.
fn names_own(key: &str, text: &str) -> bool {
    let lower = key.to_ascii_lowercase();
    if !ARNS.contains(&lower.as_str()) && !SESSIONS.contains(&lower.as_str()) {
        return !fits_any_id(text);
    }
    let Some(arn) = Arn::parse(text) else { return text.contains(':') && text.bytes().any(|own| own.is_ascii_alphanumeric()) };
    let name = arn.resource.rsplit('/').next().unwrap_or_default();
    let of_account = !arn.account.is_empty() && !arn.account.contains(['*', '?']);
    // the ids of networks and instances are made up by AWS
    of_account || ["vpc-", "i-"].iter().any(|kind| name.strip_prefix(kind).is_some_and(|id| !id.starts_with(['*', '?'])))
}

/// Keys whose values are ids, accounts, organizations and addresses.
const IDS: [&str; 19] = [
    "aws:sourceowner",
    "aws:principalorgid",
    "aws:principalorgmasteraccountid",
    "aws:principalorgpaths",
    "aws:sourceaccount",
    "aws:sourcearn",
    "aws:sourceorgid",
    "aws:sourceorgpaths",
    "aws:sourceip",
    "aws:vpcsourceip",
    "aws:sourcevpc",
    "aws:sourcevpce",
    "aws:vpceaccount",
    "aws:vpceorgid",
    "aws:vpceorgpaths",
    "aws:ec2instancesourcevpc",
    "identitystore:userid",
    "kms:calleraccount",
    "s3:dataaccesspointaccount",
];

/// Keys whose values are ARNs; everybody has such of his own account.
const ARNS: [&str; 4] = ["aws:sourcevpcarn", "aws:federatedprovider", "aws:signinsessionarn", "s3:dataaccesspointarn"];

/// Such of what has the role of a session.
const SESSIONS: [&str; 6] = [
    "aws:chatbotsourcearn",
    "codebuild:buildarn",
    "codebuild:projectarn",
    "ec2:sourceinstancearn",
    "lambda:sourcefunctionarn",
    "ssm:sourceinstancearn",
];

/// Whether a file system is reached by its mount target, and so from its own network.
///
/// <https://docs.aws.amazon.com/efs/latest/ug/access-control-block-public-access.html>
const MOUNTED: &str = "elasticfilesystem:AccessedViaMountTarget";

/// What strangers whom AWS knows are.
const STANDINGS: [Standing; 4] = [Standing::User, Standing::Session, Standing::Root, Standing::FederatedUser];

/// The id of a principal.
const USER_ID: &str = "aws:userid";

/// Addresses of the documentation; one of them is in no block that a policy names.
const ADDRESSES: [&str; 4] = ["203.0.113.9", "198.51.100.9", "192.0.2.9", "2001:db8::9"];
