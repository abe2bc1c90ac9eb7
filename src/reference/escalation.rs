//! Sets of actions by which a session comes by rights that it was not given.

use std::sync::OnceLock;

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
    /// On an identity pool.
    Pool,
    /// On a user pool.
    UserPool,
}

/// What a set of actions gives.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Gain {
    /// Any right that the account has.
    Rights,
    /// A role.
    Role,
    /// A role that this service may take.
    RoleOf(&'static str),
    /// A role whose trust policy takes tokens of an identity pool.
    PoolRole,
    /// The same, where the pool has no role mappings.
    ClassicRole,
    /// The roles of the groups of a user pool.
    Group,
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
    let gain = match gain.split_once(' ') {
        Some(("role-of", service)) => Gain::RoleOf(service),
        None if gain == "rights" => Gain::Rights,
        None if gain == "role" => Gain::Role,
        None if gain == "pool-role" => Gain::PoolRole,
        None if gain == "classic-role" => Gain::ClassicRole,
        None if gain == "group" => Gain::Group,
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
        Some((name, "pool")) => (name, On::Pool),
        Some((name, "user-pool")) => (name, On::UserPool),
        Some(_) => return None,
    };
    Some(EscalationAction { name, on })
}
