//! Which of the policies that were given bear on a request.

use crate::arn::Arn;
use crate::evaluate::{Caller, Missing, Policies, Standing, is_pattern, resource_must_grant, takes_role};
use crate::inventory::{Inventory, LoosePolicy, Role, SnapshotPart};
use crate::pattern::{Mode, Part, Pattern, Shape, Unit, matches};
use crate::policy::{Patterns, Policy, PolicyKind, Statement};
use crate::source::{SourceId, Sources, Span};
use crate::spelling::nearest;

/// The policies that bear on a request, as far as they were given.
#[derive(Clone, Debug, Default)]
pub struct Bearing<'i, 's> {
    /// They, by type.
    pub policies: Policies<'i, 's>,
    /// What was taken for granted, each in one clause.
    pub assumptions: Vec<String>,
    /// What bears on the request too but is not known, each in one clause.
    pub unknown: Vec<String>,
}

impl<'i, 's> Bearing<'i, 's> {
    /// The policies that bear on a request of a caller: those of the role that asks, or what was given by itself; the policy of the
    /// resource or the trust policy of the role that it is; and what limits accounts, sessions and endpoints.
    pub fn of(inventory: &'i Inventory<'s>, sources: &Sources, caller: Caller<'_>, action: &str, resource: &str) -> Self {
        Self::in_session(inventory, sources, caller, (action, resource), None)
    }

    /// As [`Bearing::of`], in a session that is narrowed to these policies, where they are known.
    pub(super) fn in_session(
        inventory: &'i Inventory<'s>,
        sources: &Sources,
        caller: Caller<'_>,
        (action, resource): (&str, &str),
        narrowed: Option<Vec<&'i Policy<'s>>>,
    ) -> Self {
        let mut search = Search { inventory, sources, bearing: Self::default() };
        search.add_own(caller);
        search.add_of_resource(action, resource);
        search.add_limits(caller);
        if let Some(policies) = narrowed {
            search.bearing.policies.session = policies;
        }
        search.bearing.assumptions.extend(inventory.assumed());
        search.bearing.assume_absent(caller, !resource_must_grant(action, resource));
        search.bearing
    }

    /// What could bear on the request and was not given.
    fn assume_absent(&mut self, caller: Caller<'_>, without_own: bool) {
        let misses = |kind| self.policies.missing.iter().any(|missing| missing.kind == kind);
        let is_somebody = caller.standing() != Standing::None;
        let kinds = [
            ("resource policy", without_own && self.policies.resource.is_none() && !misses(PolicyKind::Resource)),
            ("permissions boundary", is_limited(caller) && self.policies.boundaries.is_empty() && !misses(PolicyKind::Boundary)),
            ("session policy", is_limited(caller) && self.policies.session.is_empty()),
            ("service control policy", is_somebody && self.policies.scps.is_empty()),
            ("resource control policy", self.policies.rcps.is_empty()),
            ("endpoint policy", self.policies.endpoint.is_empty()),
        ];
        let absent: Vec<&str> = kinds.into_iter().filter_map(|(name, is_absent)| is_absent.then_some(name)).collect();
        if !absent.is_empty() {
            self.assumptions.push(format!("no {} bears on it: none was given", listed(&absent, "or")));
        }
    }

    fn miss(&mut self, kind: PolicyKind, span: Span, text: String) {
        self.policies.missing.push(Missing { kind, span });
        self.unknown.push(text);
    }
}

/// What is found on the way.
struct Search<'q, 'i, 's> {
    inventory: &'i Inventory<'s>,
    sources: &'q Sources,
    bearing: Bearing<'i, 's>,
}

impl<'i, 's> Search<'_, 'i, 's> {
    /// What the caller has: identity policies and a boundary.
    fn add_own(&mut self, caller: Caller<'_>) {
        if !is_limited(caller) {
            return;
        }
        self.bearing.policies.boundaries = loose(self.inventory, PolicyKind::Boundary).collect();
        if let Some((names, is_one)) = self.names(&self.bearing.policies.boundaries) {
            let what = if is_one { "is the caller's permissions boundary" } else { "are the caller's permissions boundaries" };
            self.assume(format!("{names} {what}"));
        }
        match role_of(self.inventory, caller) {
            Some(role) => self.add_role(role),
            None => self.add_loose(caller),
        }
    }

    /// The identity policies that were given by themselves.
    fn add_loose(&mut self, caller: Caller<'_>) {
        let (of_somebody, own): (Vec<_>, Vec<_>) =
            of_kind(self.inventory, PolicyKind::Identity).partition(|own| self.inventory.is_of_somebody(own));
        self.bearing.policies.identity = own.into_iter().map(|own| &own.policy).collect();
        if let Some((names, is_one)) = self.names(&self.bearing.policies.identity) {
            let is = if is_one { "is" } else { "are" };
            self.assume(format!("{names} {is} all that the caller has of identity policies"));
        } else if caller.standing() == Standing::Session {
            self.miss_role(caller);
        } else if let Some(user) = self.user_of_snapshot(caller) {
            let text = format!("the policies of `{user}`: a snapshot holds those of roles alone");
            self.bearing.miss(PolicyKind::Identity, Span::new(SourceId::NONE, 0, 0), text);
        } else if let Some(first) = of_somebody.first() {
            let text = "the caller's identity policies: whose those of users and groups in a list of an account are is not read";
            self.bearing.miss(PolicyKind::Identity, first.policy.mark, text.to_owned());
        } else {
            self.assume("the caller has no identity policy: none was given".to_owned());
        }
    }

    /// The name of a user of an account of which a snapshot was given.
    fn user_of_snapshot<'c>(&self, caller: Caller<'c>) -> Option<&'c str> {
        let Caller::Aws(arn) = caller else { return None };
        let account = caller.account().filter(|_| caller.standing() == Standing::User)?;
        self.inventory.has_snapshot_of(account).then(|| arn.rsplit('/').next().unwrap_or(arn))
    }

    /// Why something of the roles of an account was not given, as the end of a sentence: `was not given`.
    fn not_given(&self, part: SnapshotPart<'_>) -> (Option<Span>, String) {
        let Some(unread) = self.inventory.unread(part) else { return (None, "was not given".to_owned()) };
        let place = self.sources.place(unread.state_span);
        let name = self.sources.get(unread.state_span.source).name();
        (Some(unread.state_span), format!("was not readable ({name}:{}:{})", place.line, place.column))
    }

    /// A role that was not given, where others of its account were, is rather misspelt than without policies.
    fn miss_role(&mut self, caller: Caller<'_>) {
        let of_account = |role: &&Role<'_>| role.account().is_some() && role.account() == caller.account();
        let given: Vec<&str> = self.inventory.roles.iter().filter(of_account).filter_map(|role| role.name.known()).collect();
        if let (Some(span), why) = self.not_given(SnapshotPart::Roles(caller.account()))
            && let Caller::Aws(arn) = caller
        {
            let text = format!("the policies of `{}`: which roles the account has {why}", role_name(arn).unwrap_or(arn));
            return self.bearing.miss(PolicyKind::Identity, span, text);
        }
        if given.is_empty() {
            return self.assume("the caller has no identity policy: none was given".to_owned());
        }
        let Caller::Aws(arn) = caller else { return };
        let name = role_name(arn).unwrap_or(arn);
        let but = nearest(name, given).map_or_else(String::new, |meant| format!(", but `{meant}` is"));
        let text = format!("the policies of `{name}`, which is not among the roles that were given{but}");
        self.bearing.miss(PolicyKind::Identity, Span::new(SourceId::NONE, 0, 0), text);
    }

    fn add_role(&mut self, role: &'i Role<'s>) {
        let beside: Vec<_> = self.inventory.beside(role).collect();
        let alone = of_kind(self.inventory, PolicyKind::Identity).filter(|loose| loose.alone).map(|loose| &loose.policy);
        let others: Vec<_> = alone.filter(|_| beside.is_empty()).collect();
        self.bearing.policies.identity = role.permissions.iter().map(|named| &named.policy).chain(beside).collect();
        let name = role.name.shown();
        if let Some((names, is_one)) = self.names(&others) {
            let is = if is_one { "is" } else { "are" };
            self.assume(format!("{names} {is} not among the identity policies of `{name}`"));
        }
        let account = self.inventory.account_of_role(role);
        let (unread, why) = self.not_given(SnapshotPart::RoleDetails(account));
        for arn in &role.unread {
            let text = format!("`{}`, which `{name}` has and which {why}", arn.shown());
            self.bearing.miss(PolicyKind::Identity, arn.span(), text);
        }
        if self.bearing.policies.identity.is_empty() && role.lacks_policies() {
            let text = match unread {
                Some(_) => format!("the policies of `{name}`: what its account's roles may do {why}"),
                None => {
                    format!("the policies of `{name}` (`aws iam get-role-policy`, `aws iam get-account-authorization-details`)")
                }
            };
            self.bearing.miss(PolicyKind::Identity, role.span(), text);
        } else if !role.complete {
            self.assume(format!("`{name}` is taken to have no policies but those that were given"));
        }
        let Some(arn) = role.boundary.as_ref().filter(|_| self.bearing.policies.boundaries.is_empty()) else { return };
        if let Some(limit) = &role.limit {
            self.bearing.policies.boundaries.push(limit);
        } else {
            let text = format!("`{}`, which limits `{name}` and which {why}", arn.shown());
            self.bearing.miss(PolicyKind::Boundary, arn.span(), text);
        }
    }

    /// What the resource has of its own.
    fn add_of_resource(&mut self, action: &str, resource: &str) {
        if takes_role(action, resource) {
            self.bearing.policies.resource = if is_pattern(resource) { None } else { self.trust(resource) };
            return;
        }
        let may_be = loose(self.inventory, PolicyKind::Resource).filter(|policy| may_be_of(policy, action, resource));
        let given: Vec<&Policy<'_>> = may_be.collect();
        let Some((names, _)) = self.names(&given) else { return };
        match given.as_slice() {
            [only] => {
                self.bearing.policies.resource = Some(only);
                self.assume(format!("{names} is the policy of the resource"));
            }
            several => {
                let place = several.first().map_or(Span::new(SourceId::NONE, 0, 0), |policy| policy.mark);
                let text = format!("which of the {} resource policies in {names} is that of the resource", several.len());
                self.bearing.miss(PolicyKind::Resource, place, text);
            }
        }
    }

    /// The trust policy of a role; of a role that was not given, the only one that was given without telling whose it is.
    fn trust(&mut self, role: &str) -> Option<&'i Policy<'s>> {
        if let Some(role) = self.inventory.role(role) {
            return role.trust.as_ref();
        }
        let mut bare = self.inventory.roles.iter().filter(|role| role.arn.is_none()).filter_map(|role| role.trust.as_ref());
        let (first, second) = (bare.next(), bare.next());
        let only = first.filter(|_| second.is_none())?;
        if let Some((names, _)) = self.names(&[only]) {
            self.assume(format!("{names} is the trust policy of the role"));
        }
        Some(only)
    }

    /// What limits accounts, sessions and endpoints; taken to be all that there is of it.
    fn add_limits(&mut self, caller: Caller<'_>) {
        let given = |kind| loose(self.inventory, kind).collect::<Vec<_>>();
        let (session, endpoint) = (given(PolicyKind::Session), given(PolicyKind::Endpoint));
        let (scps, rcps) = (given(PolicyKind::Scp), given(PolicyKind::Rcp));
        let told = [
            (&scps, caller.account().is_some(), "the only level of service control policies above the caller's account"),
            (&rcps, true, "the only level of resource control policies above the resource's account"),
            (&session, is_limited(caller), "what the session was narrowed to when it was made"),
            (&endpoint, true, "what the endpoint lets pass through which the request goes"),
        ];
        for (policies, _, what) in told.into_iter().filter(|(_, counts, _)| *counts) {
            if let Some((names, is_one)) = self.names(policies) {
                let is = if is_one { "is" } else { "are" };
                self.bearing.assumptions.push(format!("{names} {is} {what}"));
            }
        }
        self.bearing.policies.session = session;
        self.bearing.policies.endpoint = endpoint;
        self.bearing.policies.scps = level(scps);
        self.bearing.policies.rcps = level(rcps);
    }

    /// The names of the inputs that hold these policies, and whether it is one policy; `None` where there is none.
    fn names(&self, policies: &[&Policy<'_>]) -> Option<(String, bool)> {
        let mut names: Vec<String> =
            policies.iter().map(|policy| format!("`{}`", self.sources.get(policy.mark.source).name())).collect();
        names.dedup();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        (!policies.is_empty()).then(|| (listed(&names, "and"), policies.len() == 1))
    }

    fn assume(&mut self, text: String) {
        self.bearing.assumptions.push(text);
    }
}

/// Whether policies of its own say what a caller may do.
fn is_limited(caller: Caller<'_>) -> bool {
    matches!(caller.standing(), Standing::User | Standing::Session | Standing::FederatedUser)
}

/// `a, b and c`.
fn listed(names: &[&str], last: &str) -> String {
    match names {
        [others @ .., end] if !others.is_empty() => format!("{} {last} {end}", others.join(", ")),
        names => names.concat(),
    }
}

/// The role that a caller is, or is a session of. The ARN of a session does not tell the path of the role.
fn role_of<'i, 's>(inventory: &'i Inventory<'s>, caller: Caller<'_>) -> Option<&'i Role<'s>> {
    let Caller::Aws(text) = caller else { return None };
    let arn = Arn::parse(text).filter(|_| caller.standing() == Standing::Session)?;
    if arn.service == "iam" {
        return inventory.role(text);
    }
    let name = role_name(text)?;
    let named = || inventory.roles.iter().filter(|role| role.name.known() == Some(name));
    let of_account = named().find(|role| role.account() == Some(arn.account));
    of_account.or_else(|| named().find(|role| role.arn.is_none()))
}

/// The name of the role in the ARN of one, or of a session of it.
fn role_name(text: &str) -> Option<&str> {
    let arn = Arn::parse(text)?;
    arn.role_name().or_else(|| arn.resource.split('/').nth(1))
}

fn of_kind<'i, 's>(inventory: &'i Inventory<'s>, kind: PolicyKind) -> impl Iterator<Item = &'i LoosePolicy<'s>> {
    inventory.policies.iter().filter(move |loose| loose.policy.kind == kind && !loose.policy.otherwise)
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
                Part::Symbol(_) | Part::Variable(_) | Part::Malformed(..) | Part::Hole(_) => Unit::Any,
            })
            .collect(),
    }
}
