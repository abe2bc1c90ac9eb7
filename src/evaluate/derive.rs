//! The condition keys that a request holds whoever describes it: AWS takes them from the request itself.

use std::borrow::Cow;

use super::{Caller, Context, ContextValue, Setting, Standing};
use crate::arn::Arn;
use crate::policy::Instant;
use crate::reference::{ConditionKey, Reference};

/// Adds the keys that follow from who asks for what, and when; those that were given stay.
///
/// A session's ARN does not tell the path of its role, so that of the role is written without. Keys that every request holds, but
/// whose value nothing tells (`aws:SecureTransport`, `aws:userid` of a user), are left to whoever asks.
///
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html>,
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#principaltable>
pub fn derive<'a>(context: &mut Context<'a>, caller: Caller<'a>, resource: &'a str, setting: &Setting<'a>, at: Instant) {
    let one = |value: Cow<'a, str>| ContextValue::One(value);
    context.derive("aws:CurrentTime", one(at.to_string().into()));
    context.derive("aws:EpochTime", one(at.seconds().to_string().into()));
    let arn = Arn::parse(resource);
    if let Some(account) = setting.account_of(resource).or(caller.account()) {
        context.derive("aws:ResourceAccount", one(account.into()));
    }
    if let Some(region) = arn.map(|arn| arn.region).filter(|region| !region.is_empty() && !region.contains(['*', '?'])) {
        context.derive("aws:RequestedRegion", one(region.into()));
    }
    let standing = caller.standing();
    if let Some(kind) = principal_type(caller) {
        context.derive("aws:PrincipalType", one(kind.into()));
    }
    match caller {
        Caller::Anonymous => {
            context.derive("aws:PrincipalAccount", one("anonymous".into()));
            context.derive("aws:userid", one("anonymous".into()));
        }
        Caller::Service(name) => {
            context.derive("aws:PrincipalIsAWSService", one("true".into()));
            context.derive("aws:PrincipalServiceName", one(name.into()));
        }
        Caller::Aws(_) | Caller::Account(_) => {
            context.derive("aws:PrincipalIsAWSService", one("false".into()));
            if let Some(account) = caller.account() {
                context.derive("aws:PrincipalAccount", one(account.into()));
            }
            if let Some(arn) = principal_arn(caller) {
                context.derive("aws:PrincipalArn", one(arn));
            }
        }
        Caller::Federated(_) | Caller::Canonical(_) => {}
    }
    let name = |arn: &'a str| Arn::parse(arn).and_then(|arn| arn.resource.rsplit('/').next());
    match (standing, caller) {
        (Standing::User, Caller::Aws(arn)) => {
            if let Some(name) = name(arn) {
                context.derive("aws:username", one(name.into()));
            }
        }
        (Standing::FederatedUser, Caller::Aws(arn)) => {
            if let (Some(account), Some(name)) = (caller.account(), name(arn)) {
                context.derive("aws:userid", one(format!("{account}:{name}").into()));
            }
        }
        (Standing::Root, _) => {
            if let Some(account) = caller.account() {
                context.derive("aws:userid", one(account.into()));
            }
        }
        _ => {}
    }
}

/// The keys of a request that follow from who asks, as [`derive()`] tells them; in small letters.
pub const OF_CALLER: [&str; 7] = [
    "aws:principalarn",
    "aws:principalaccount",
    "aws:principaltype",
    "aws:principalisawsservice",
    "aws:principalservicename",
    "aws:username",
    "aws:userid",
];

/// Whether a request may hold several values of a key; then it holds a set, be it of one.
pub fn holds_many(reference: &Reference, key: &str) -> bool {
    is_many(reference.key(key), key)
}

/// The same, of a key of which the reference was asked already.
pub fn is_many(known: Option<ConditionKey<'_>>, key: &str) -> bool {
    // the IAM guide says so of `amr` in words; the reference types it as text
    let is_amr = key.rsplit_once(':').is_some_and(|(host, claim)| host.contains('.') && claim.eq_ignore_ascii_case("amr"));
    is_amr || known.is_some_and(|own| own.many)
}

fn principal_type(caller: Caller<'_>) -> Option<&'static str> {
    match (caller, caller.standing()) {
        (Caller::Anonymous, _) => Some("Anonymous"),
        (_, Standing::Root) => Some("Account"),
        (_, Standing::User) => Some("User"),
        (_, Standing::Session) => Some("AssumedRole"),
        (_, Standing::FederatedUser) => Some("FederatedUser"),
        (_, Standing::None) => None,
    }
}

/// Of a session the ARN of its role.
fn principal_arn(caller: Caller<'_>) -> Option<Cow<'_, str>> {
    match caller {
        Caller::Account(account) => Some(format!("arn:aws:iam::{account}:root").into()),
        Caller::Aws(text) => {
            let arn = Arn::parse(text)?;
            Some(match super::caller::session_of(arn) {
                Some((role, _)) => format!("arn:{}:iam::{}:role/{role}", arn.partition, arn.account).into(),
                None => text.into(),
            })
        }
        _ => None,
    }
}
