//! Callers to ask with: one of each kind that the policies of a question can tell apart.

use crate::arn::{Arn, is_account_id};
use crate::evaluate::{Caller, Context, OF_CALLER, Setting, Standing, derive};
use crate::policy::{Instant, Policy, PrincipalKind};

use super::keys::Keys;
use super::words::ACCOUNT;

/// A caller to ask with.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(super) struct Someone {
    /// As [`Caller::parse`] reads it.
    pub(super) name: String,
    /// Where he stands for all of a kind whom no policy names: the form of the ARN that tells of him, as `aws:PrincipalArn` has it.
    pub(super) form: Option<String>,
    /// The ARN that a policy names him by, where that tells more than his own does: of a role with its path.
    pub(super) arn: Option<String>,
    /// Whether he is of an account that no policy names.
    pub(super) stranger: bool,
}

/// The callers that these policies name, and strangers of each kind; none where no statement says whom it is for.
///
/// Whom a policy names as an account, all users and roles of it are; so there is one of each kind of each account, beside whoever is
/// named himself.
pub(super) fn callers<'q, 's: 'q>(policies: impl Iterator<Item = &'q Policy<'s>> + Clone, keys: &Keys<'_, '_>) -> Vec<Someone> {
    let principals = policies.flat_map(|policy| &policy.statements).filter_map(|statement| statement.principals.as_ref());
    let principals = principals.flat_map(|principals| &principals.list);
    if principals.clone().next().is_none() {
        return Vec::new();
    }
    let mut found = Found::default();
    for principal in principals.clone() {
        let Some(text) = principal.value.known() else { continue };
        match principal.kind {
            PrincipalKind::Federated if text != "*" => found.named(format!("federated:{text}")),
            PrincipalKind::Service if text != "*" => found.named(format!("service:{text}")),
            PrincipalKind::CanonicalUser => found.named(format!("canonical:{text}")),
            PrincipalKind::Aws => found.principal(text),
            _ => {}
        }
    }
    // conditions on the caller tell callers apart as principals do
    for key in keys.iter() {
        match key.name.to_ascii_lowercase().as_str() {
            "aws:principalarn" | "aws:principalaccount" => key.texts.iter().for_each(|text| found.account_in(text)),
            "aws:principalservicename" => key.texts.iter().for_each(|text| found.named(format!("service:{text}"))),
            _ => {}
        }
    }
    let stranger = STRANGERS.into_iter().find(|own| !found.accounts.iter().any(|(_, known)| known == own)).unwrap_or(ACCOUNT);
    found.accounts.push(("aws".to_owned(), stranger.to_owned()));
    let others = std::mem::take(&mut found.partitions);
    found.accounts.extend(others.into_iter().map(|partition| (partition, stranger.to_owned())));
    for (partition, account) in std::mem::take(&mut found.accounts) {
        let known = found.callers.len();
        found.kind(format!("arn:{partition}:iam::{account}:user/example"), format!("arn:{partition}:iam::{account}:user/*"));
        let role = format!("arn:{partition}:sts::{account}:assumed-role/example/session");
        found.kind(role, format!("arn:{partition}:iam::{account}:role/*"));
        found.named(format!("arn:{partition}:iam::{account}:root"));
        let federated = format!("arn:{partition}:sts::{account}:federated-user/example");
        found.kind(federated, format!("arn:{partition}:sts::{account}:federated-user/*"));
        found.callers.iter_mut().skip(known).for_each(|own| own.stranger = account == stranger);
    }
    let has = |kind: PrincipalKind| principals.clone().any(|own| own.kind == kind || own.kind == PrincipalKind::Later);
    let open = |kind: PrincipalKind| has(kind) || has(PrincipalKind::Anyone) || has(PrincipalKind::Aws);
    if open(PrincipalKind::Federated) {
        found.named("federated:arn:aws:iam::111122223333:oidc-provider/issuer.example".to_owned());
    }
    if open(PrincipalKind::Service) {
        found.named("service:example.amazonaws.com".to_owned());
    }
    // to others they are another name of an account, of which there is a user already
    if has(PrincipalKind::CanonicalUser) {
        found.named("canonical:0000000000000000000000000000000000000000000000000000000000000000".to_owned());
    }
    found.named("anonymous".to_owned());
    found.join_paths();
    found.callers
}

/// The caller of a name; of a session with the path of its role, where a policy names that.
pub(super) fn named<'q, 's: 'q>(
    name: &str,
    policies: impl Iterator<Item = &'q Policy<'s>> + Clone,
    keys: &Keys<'_, '_>,
) -> Someone {
    let is_session = name.contains(":assumed-role/");
    let known = is_session.then(|| callers(policies, keys)).into_iter().flatten();
    let known = known.into_iter().find(|own| own.name == name && own.form.is_none());
    known.unwrap_or_else(|| Someone { name: name.to_owned(), form: None, arn: None, stranger: false })
}

/// The callers and accounts that were found so far.
#[derive(Default)]
struct Found {
    callers: Vec<Someone>,
    /// Partitions and ids.
    accounts: Vec<(String, String)>,
    /// Partitions, beside the usual one, of ARNs that leave the account open.
    partitions: Vec<String>,
}

impl Found {
    fn named(&mut self, name: String) {
        if Caller::parse(&name).is_some() && !self.callers.iter().any(|own| own.name == name) {
            self.callers.push(Someone { name, form: None, arn: None, stranger: false });
        }
    }

    fn kind(&mut self, name: String, form: String) {
        self.callers.push(Someone { name, form: Some(form), arn: None, stranger: false });
    }

    /// A principal under the key `AWS`.
    fn principal(&mut self, text: &str) {
        self.account_in(text);
        let Some(arn) = Arn::parse(text).filter(|arn| arn.resource != "root") else { return };
        match arn.role_name() {
            // who asks as a role is a session of it
            Some(name) => {
                let name = format!("arn:{}:sts::{}:assumed-role/{name}/session", arn.partition, arn.account);
                if !self.callers.iter().any(|own| own.name == name && own.arn.as_deref() == Some(text)) {
                    self.callers.push(Someone { name, form: None, arn: Some(text.to_owned()), stranger: false });
                }
            }
            None => self.named(text.to_owned()),
        }
    }

    /// A session that is named has the path of its role, where that is named too: an account has one role of a name.
    fn join_paths(&mut self) {
        let role_of = |name: &str| {
            name.rsplit_once('/').filter(|(role, _)| role.contains(":assumed-role/")).map(|(role, _)| role.to_owned())
        };
        let paths: Vec<(String, String)> =
            self.callers.iter().filter_map(|own| Some((role_of(&own.name)?, own.arn.clone()?))).collect();
        for own in self.callers.iter_mut().filter(|own| own.arn.is_none() && own.form.is_none()) {
            let role = role_of(&own.name);
            own.arn = paths.iter().find(|(other, _)| Some(other) == role.as_ref()).map(|(_, arn)| arn.clone());
        }
    }

    /// The account of an ARN, or the account itself; of one with wildcards, one that it may stand for.
    fn account_in(&mut self, text: &str) {
        let (partition, account) = Arn::parse(text).map_or(("aws", text), |arn| (arn.partition, arn.account));
        if account == "*"
            && partition != "aws"
            && !partition.contains(['*', '?'])
            && !self.partitions.iter().any(|own| own == partition)
        {
            self.partitions.push(partition.to_owned());
        }
        if account == "*" || account.is_empty() {
            return;
        }
        let known = account.chars().filter(|own| *own != '*').count();
        let account = account.replacen('*', &"0".repeat(12_usize.saturating_sub(known)), 1).replace('*', "").replace('?', "0");
        let partition = if partition.contains(['*', '?']) { "aws" } else { partition };
        let own = (partition.to_owned(), account);
        if is_account_id(&own.1) && !self.accounts.contains(&own) {
            self.accounts.push(own);
        }
    }
}

/// The condition keys that follow from a caller, each with its value; `None` where the request has none.
///
/// Of one who stands for all of a kind, the ARN and the name are left open.
pub(super) fn settled(someone: &Someone, keys: &Keys<'_, '_>) -> Vec<(String, Option<String>)> {
    let Some(caller) = Caller::parse(&someone.name) else { return Vec::new() };
    let mut context = Context::new();
    derive(&mut context, caller, "*", &Setting::default(), Instant::from_seconds(0));
    let is_left = |name: &str| {
        let user = caller.standing() == Standing::User;
        let federated = caller.standing() == Standing::FederatedUser;
        someone.form.is_some()
            && (name == "aws:principalarn" || name == "aws:username" && user || name == "aws:userid" && federated)
    };
    let own = keys.iter().filter_map(|key| {
        let name = key.name.to_ascii_lowercase();
        if is_left(&name) {
            return None;
        }
        if let (Some(arn), "aws:principalarn") = (&someone.arn, name.as_str()) {
            return Some((key.name.clone(), Some(arn.clone())));
        }
        let value = context.get(&key.name).and_then(|value| value.values().next().map(str::to_owned));
        let is_known = value.is_some() || !is_open(&name, caller);
        (is_known && (OF_CALLER.contains(&name.as_str()) || is_none_of(&name, caller))).then(|| (key.name.clone(), value))
    });
    own.collect()
}

/// Whether a request of the caller may hold a key though nothing tells its value: the ids of users and of sessions.
fn is_open(key: &str, caller: Caller<'_>) -> bool {
    key == "aws:userid" && matches!(caller, Caller::Aws(_))
}

/// Whether no request of the caller holds a key: the holder of a token is no principal, and only his own issuer tells of him.
fn is_none_of(key: &str, caller: Caller<'_>) -> bool {
    let Caller::Federated(provider) = caller else { return false };
    if key.starts_with("aws:principal") || key.starts_with("aws:multifactorauth") || key == "aws:tokenissuetime" {
        return true;
    }
    let host = Arn::parse(provider).map_or(provider, |arn| arn.resource.split_once('/').map_or(provider, |(_, host)| host));
    let own = host.to_ascii_lowercase();
    key.rsplit_once(':').is_some_and(|(prefix, _)| prefix.contains('.') && prefix != own)
}

/// Accounts of which one at least is nobody's whom the policies name.
const STRANGERS: [&str; 4] = ["999999999999", "888888888888", "777777777777", "666666666666"];
