//! Which of the policies that were given bear on a request.

use crate::arn::Arn;
use crate::evaluate::{Caller, Missing, Policies, Standing, is_pattern, resource_must_grant, takes_role};
use crate::inventory::{Inventory, LoosePolicy, Role};
use crate::pattern::{Mode, Part, Pattern, Shape, Unit, matches};
use crate::policy::{Patterns, Policy, PolicyKind, Statement};
use crate::source::Span;

/// The policies that bear on a request, as far as they were given.
#[derive(Clone, Debug, Default)]
pub struct Bearing<'i, 's> {
    identity: Vec<&'i Policy<'s>>,
    resource: Option<&'i Policy<'s>>,
    boundaries: Vec<&'i Policy<'s>>,
    session: Vec<&'i Policy<'s>>,
    scps: Vec<Vec<&'i Policy<'s>>>,
    rcps: Vec<Vec<&'i Policy<'s>>>,
    endpoint: Vec<&'i Policy<'s>>,
    missing: Vec<Missing>,
    /// What was taken for granted, each in one clause.
    pub assumptions: Vec<String>,
    /// What bears on the request too but is not known, each in one clause.
    pub unknown: Vec<String>,
}

impl<'i, 's> Bearing<'i, 's> {
    /// The policies that bear on a request of a caller: those of the role that asks, or what was given by itself; the policy of the
    /// resource or the trust policy of the role that it is; and what limits accounts, sessions and endpoints.
    pub fn of(inventory: &'i Inventory<'s>, caller: Caller<'_>, action: &str, resource: &str) -> Self {
        let mut bearing = Self::default();
        if matches!(caller.standing(), Standing::User | Standing::Session | Standing::FederatedUser) {
            bearing.add_own(inventory, caller);
        }
        bearing.add_of_resource(inventory, action, resource);
        bearing.session = loose(inventory, PolicyKind::Session).collect();
        bearing.endpoint = loose(inventory, PolicyKind::Endpoint).collect();
        bearing.scps = level(loose(inventory, PolicyKind::Scp).collect());
        bearing.rcps = level(loose(inventory, PolicyKind::Rcp).collect());
        bearing.assume_levels(caller);
        bearing.assume_absent(caller, !resource_must_grant(action, resource));
        bearing
    }

    /// The same, as the evaluator takes them.
    pub fn policies(&self) -> Policies<'_, 'i, 's> {
        Policies {
            identity: &self.identity,
            resource: self.resource,
            boundaries: &self.boundaries,
            session: &self.session,
            scps: &self.scps,
            rcps: &self.rcps,
            endpoint: &self.endpoint,
            missing: &self.missing,
        }
    }

    /// What the caller has: identity policies and a boundary.
    fn add_own(&mut self, inventory: &'i Inventory<'s>, caller: Caller<'_>) {
        self.boundaries = loose(inventory, PolicyKind::Boundary).collect();
        if !self.boundaries.is_empty() {
            self.assume("the permissions boundary that was given is the caller's");
        }
        if let Some(role) = role_of(inventory, caller) {
            return self.add_role(inventory, role);
        }
        let (listed, own): (Vec<_>, Vec<_>) =
            of_kind(inventory, PolicyKind::Identity).partition(|own| inventory.is_of_somebody(own));
        self.identity = own.into_iter().map(|own| &own.policy).collect();
        match self.identity.len() {
            0 if !listed.is_empty() => {}
            0 if caller.standing() == Standing::Session => {
                self.assume("the role is not among the inputs; it is taken to have no identity policy");
            }
            0 => self.assume("the caller has no identity policy: none was given"),
            1 => self.assume("the identity policy that was given is the caller's, and it has no other"),
            _ => self.assume("the identity policies that were given are the caller's, and it has no others"),
        }
        if let (Some(listed), true) = (listed.first(), self.identity.is_empty()) {
            self.miss(
                PolicyKind::Identity,
                listed.policy.mark,
                "the caller's identity policies: of users and groups in a list of an account it is not read whose they are"
                    .to_owned(),
            );
        }
    }

    fn add_role(&mut self, inventory: &'i Inventory<'s>, role: &'i Role<'s>) {
        self.identity = role.permissions.iter().map(|named| &named.policy).chain(inventory.beside(role)).collect();
        let is_own = |loose: &LoosePolicy<'_>| self.identity.iter().any(|own| std::ptr::eq(*own, &raw const loose.policy));
        if of_kind(inventory, PolicyKind::Identity).any(|loose| !inventory.is_of_somebody(loose) && !is_own(loose)) {
            self.assume("the identity policies that were given by themselves are not the caller's");
        }
        for arn in &role.unread {
            self.miss(PolicyKind::Identity, arn.span(), format!("`{}`, which the role has and which was not given", arn.shown()));
        }
        let name = role.name.shown();
        if self.identity.is_empty() && role.lacks_policies() {
            let text =
                format!("the policies of `{name}` (`aws iam get-role-policy`, `aws iam get-account-authorization-details`)");
            self.miss(PolicyKind::Identity, role.span(), text);
        } else if !role.complete {
            self.assume(&format!("`{name}` is taken to have no policies but those that were given"));
        }
        let Some(arn) = role.boundary.as_ref().filter(|_| self.boundaries.is_empty()) else { return };
        match &role.limit {
            Some(limit) => self.boundaries.push(limit),
            None => self.miss(
                PolicyKind::Boundary,
                arn.span(),
                format!("`{}`, which limits the role and which was not given", arn.shown()),
            ),
        }
    }

    /// What the resource has of its own.
    fn add_of_resource(&mut self, inventory: &'i Inventory<'s>, action: &str, resource: &str) {
        if takes_role(action, resource) {
            self.resource = if is_pattern(resource) { None } else { self.trust(inventory, resource) };
            return;
        }
        let given: Vec<_> = loose(inventory, PolicyKind::Resource).filter(|policy| may_be_of(policy, action, resource)).collect();
        match given.as_slice() {
            [] => {}
            [only] => {
                self.resource = Some(only);
                self.assume("the resource policy that was given is that of the resource");
            }
            [first, ..] => self.miss(
                PolicyKind::Resource,
                first.mark,
                format!("which of {} resource policies that were given is that of the resource", given.len()),
            ),
        }
    }

    /// The trust policy of a role; of a role that was not given, the only one that was given without telling whose it is.
    fn trust(&mut self, inventory: &'i Inventory<'s>, role: &str) -> Option<&'i Policy<'s>> {
        if let Some(role) = inventory.role(role) {
            return role.trust.as_ref();
        }
        let mut bare = inventory.roles.iter().filter(|role| role.arn.is_none()).filter_map(|role| role.trust.as_ref());
        let (first, second) = (bare.next(), bare.next());
        let only = first.filter(|_| second.is_none())?;
        self.assume("the trust policy that was given is that of the role");
        Some(only)
    }

    /// What limits accounts, sessions and endpoints is taken to be all that there is of it.
    fn assume_levels(&mut self, caller: Caller<'_>) {
        let several = |levels: &[Vec<_>]| levels.iter().any(|level| level.len() > 1);
        for (levels, name, whose) in [(&self.scps, "service control", "caller"), (&self.rcps, "resource control", "resource")] {
            if !levels.is_empty() && (whose == "resource" || caller.account().is_some()) {
                let given = if several(levels) { "policies that were given are" } else { "policy that was given is" };
                self.assumptions.push(format!("the {name} {given} the only level above the {whose}'s account"));
            }
        }
        if !self.session.is_empty() {
            self.assume("the session policy that was given was passed when the session was made");
        }
        if !self.endpoint.is_empty() {
            self.assume("the request passes the endpoint whose policy was given");
        }
    }

    /// What could bear on the request and was not given.
    fn assume_absent(&mut self, caller: Caller<'_>, without_own: bool) {
        let misses = |kind| self.missing.iter().any(|missing| missing.kind == kind);
        let (is_root, is_somebody) = (caller.standing() == Standing::Root, caller.standing() != Standing::None);
        let is_limited = is_somebody && !is_root;
        let kinds = [
            ("resource policy", without_own && self.resource.is_none() && !misses(PolicyKind::Resource)),
            ("permissions boundary", is_limited && self.boundaries.is_empty() && !misses(PolicyKind::Boundary)),
            ("session policy", is_limited && self.session.is_empty()),
            ("service control policy", is_somebody && self.scps.is_empty()),
            ("resource control policy", self.rcps.is_empty()),
            ("endpoint policy", self.endpoint.is_empty()),
        ];
        let absent: Vec<&str> = kinds.into_iter().filter_map(|(name, is_absent)| is_absent.then_some(name)).collect();
        if let [others @ .., last] = absent.as_slice() {
            let list = if others.is_empty() { (*last).to_owned() } else { format!("{} or {last}", others.join(", ")) };
            self.assumptions.push(format!("no {list} bears on it: none was given"));
        }
    }

    fn assume(&mut self, text: &str) {
        self.assumptions.push(text.to_owned());
    }

    fn miss(&mut self, kind: PolicyKind, span: Span, text: String) {
        self.missing.push(Missing { kind, span });
        self.unknown.push(text);
    }
}

/// The role that a caller is, or is a session of. The ARN of a session does not tell the path of the role.
fn role_of<'i, 's>(inventory: &'i Inventory<'s>, caller: Caller<'_>) -> Option<&'i Role<'s>> {
    let Caller::Aws(text) = caller else { return None };
    let arn = Arn::parse(text).filter(|_| caller.standing() == Standing::Session)?;
    if arn.service == "iam" {
        return inventory.role(text);
    }
    let name = arn.resource.split('/').nth(1)?;
    let named = || inventory.roles.iter().filter(|role| role.name.known() == Some(name));
    let of_account = named().find(|role| role.account() == Some(arn.account));
    of_account.or_else(|| named().find(|role| role.arn.is_none()))
}

fn of_kind<'i, 's>(inventory: &'i Inventory<'s>, kind: PolicyKind) -> impl Iterator<Item = &'i LoosePolicy<'s>> {
    inventory.policies.iter().filter(move |loose| loose.policy.kind == kind)
}

fn loose<'i, 's: 'i>(inventory: &'i Inventory<'s>, kind: PolicyKind) -> impl Iterator<Item = &'i Policy<'s>> {
    of_kind(inventory, kind).map(|loose| &loose.policy)
}

/// Policies as the only level; no level where there are none.
fn level<'i, 's>(policies: Vec<&'i Policy<'s>>) -> Vec<Vec<&'i Policy<'s>>> {
    if policies.is_empty() { Vec::new() } else { vec![policies] }
}

/// Whether a policy may be that of a resource: it speaks of it, and of actions of that service. One that AWS would refuse may be
/// anybody's.
fn may_be_of(policy: &Policy<'_>, action: &str, resource: &str) -> bool {
    let service = action.split(':').next().unwrap_or(action);
    let asked = Shape::of(&[if is_pattern(resource) { Unit::Wild(resource) } else { Unit::Exact(resource) }], Mode::Resource);
    let speaks_of = |statement: &Statement<'_>| {
        may_name(statement.actions.as_ref(), |pattern| names_service(pattern, service))
            && may_name(statement.resources.as_ref(), |pattern| Shape::of(&units(pattern), Mode::Resource).meets(&asked))
    };
    policy.later.is_some() || policy.refusal().is_some() || policy.statements.iter().any(speaks_of)
}

/// Whether a list may take something in; the `Not…` form may always, and so may what is not there.
fn may_name(list: Option<&Patterns<'_>>, names: impl Fn(&Pattern<'_>) -> bool) -> bool {
    list.is_none_or(|list| list.negated || list.list.iter().any(names))
}

fn names_service(action: &Pattern<'_>, service: &str) -> bool {
    action.plain().is_none_or(|action| matches(&[Unit::Wild(action.split(':').next().unwrap_or(action))], service, Mode::Action))
}

/// A pattern in which any text may stand for variables and holes.
fn units<'p>(pattern: &'p Pattern<'_>) -> Vec<Unit<'p>> {
    match pattern.plain() {
        Some(plain) => vec![Unit::Wild(plain)],
        None => pattern
            .parts()
            .iter()
            .map(|part| match part {
                Part::Literal(text) => Unit::Wild(text),
                Part::Symbol(_) | Part::Variable(_) | Part::Hole(_) => Unit::Any,
            })
            .collect(),
    }
}
