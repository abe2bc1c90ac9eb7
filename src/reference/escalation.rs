//! Sets of actions by which somebody comes by rights that he was not given.

use std::sync::OnceLock;

use crate::arn::Arn;

/// Actions that together give more than each says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Escalation {
    /// The actions; all of them are needed.
    pub actions: Vec<EscalationAction>,
    /// What they give.
    pub gain: Gain,
}

/// One of the actions.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct EscalationAction {
    /// `service:Name`.
    pub name: &'static str,
    /// On what it must be allowed.
    pub on: On,
}

/// On what an action must be allowed.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum On {
    /// On whatever resource.
    Any,
    /// On the role that is got.
    Role,
    /// On the role that the session is of.
    Itself,
    /// On a managed policy that this role has.
    OwnPolicy,
    /// On a user.
    User,
    /// On a group.
    Group,
    /// On one role that is made, of a name that the own policies leave open.
    New,
    /// On an EC2 instance.
    Instance,
    /// On an identity pool.
    Pool,
    /// On a user pool.
    UserPool,
    /// On a SAML provider.
    Saml,
}

/// What a set of actions gives.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Gain {
    /// Any right that the account has.
    Rights,
    /// The same to a user.
    UserRights,
    /// A role.
    Role,
    /// What a user may do.
    User,
    /// Any right, to whoever has a permission set.
    PermissionSet,
    /// What the permissions boundary of the own role kept back.
    NoBoundary,
    /// The same of a user.
    NoUserBoundary,
    /// What an older version of a policy allowed.
    OlderVersion,
    /// A role that this service may take.
    RoleOf(&'static str),
    /// A role whose trust policy takes tokens of an identity pool.
    PoolRole,
    /// The same, where the pool has no role mappings.
    ClassicRole,
    /// The roles of the groups of a user pool.
    Group,
    /// A role whose trust policy takes assertions of a SAML provider.
    SamlRole,
    /// A role with which something runs already for which this service took it.
    RunsAs(&'static str),
}

impl Escalation {
    /// Whether it is about a role that is made.
    pub fn makes_role(&self) -> bool {
        self.actions.iter().any(|action| action.on == On::New)
    }
}

/// A role that a resource of a policy leaves room for, as `role/NAME`: with a name in the place of each wildcard. `None` of what has none.
pub fn made_role(resource: &str, name: &str) -> Option<String> {
    let own = if resource == "*" { "*" } else { Arn::parse(resource).filter(|arn| matches!(arn.service, "iam" | "*"))?.resource };
    if own == "*" {
        return Some(format!("role/{name}"));
    }
    let is_open = own.starts_with("role/") && own.contains(['*', '?']);
    is_open.then(|| own.replace('*', name).replace('?', "x"))
}

/// All sets that are known.
pub fn escalations() -> &'static [Escalation] {
    static ALL: OnceLock<Vec<Escalation>> = OnceLock::new();
    ALL.get_or_init(|| TEXT.lines().filter(|line| !line.starts_with('#')).filter_map(read).collect())
}

static TEXT: &str = include_str!("escalations.txt");

fn read(line: &'static str) -> Option<Escalation> {
    let parts: Vec<&str> = line.split(" + ").collect();
    let (last, gain) = parts.last()?.split_once(' ')?;
    let actions = parts.iter().take(parts.len() - 1).copied().chain([last]).map(action).collect::<Option<_>>()?;
    let gain = match gain.split_once(' ').unwrap_or((gain, "")) {
        ("role-of", service) => Gain::RoleOf(service),
        ("runs-as", service) => Gain::RunsAs(service),
        ("rights", _) => Gain::Rights,
        ("user-rights", _) => Gain::UserRights,
        ("role", _) => Gain::Role,
        ("user", _) => Gain::User,
        ("permission-set", _) => Gain::PermissionSet,
        ("no-boundary", _) => Gain::NoBoundary,
        ("no-user-boundary", _) => Gain::NoUserBoundary,
        ("older-version", _) => Gain::OlderVersion,
        ("pool-role", _) => Gain::PoolRole,
        ("classic-role", _) => Gain::ClassicRole,
        ("group", _) => Gain::Group,
        ("saml-role", _) => Gain::SamlRole,
        _ => return None,
    };
    Some(Escalation { actions, gain })
}

fn action(text: &'static str) -> Option<EscalationAction> {
    let (name, on) = match text.split_once('@') {
        None => (text, On::Any),
        Some((name, "role")) => (name, On::Role),
        Some((name, "self")) => (name, On::Itself),
        Some((name, "policy")) => (name, On::OwnPolicy),
        Some((name, "user")) => (name, On::User),
        Some((name, "group")) => (name, On::Group),
        Some((name, "new")) => (name, On::New),
        Some((name, "instance")) => (name, On::Instance),
        Some((name, "pool")) => (name, On::Pool),
        Some((name, "user-pool")) => (name, On::UserPool),
        Some((name, "saml")) => (name, On::Saml),
        Some(_) => return None,
    };
    Some(EscalationAction { name, on })
}
