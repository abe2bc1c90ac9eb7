//! From the session of one role to another role: by assuming it, or by what the first may change or start.

use std::collections::HashMap;

use super::{Reason, Step, Way};
use crate::arn::Arn;
use crate::evaluate::{OF_CALLER, Verdict};
use crate::finding::Label;
use crate::identity::{Group, IdentityPool, ProviderKind};
use crate::inventory::Role;
use crate::pattern::{Mode, Pattern, Unit, matches};
use crate::policy::{Effect, Instant, Patterns, Policy, PrincipalKind};
use crate::prove::{Among, Budget, Held, Proof, Question, Values, prove};
use crate::reach::{Sample, Taker};
use crate::reference::{Escalation, Gain, On, escalations, made_role};
use crate::simulate::{Access, Denial, Flow, Outcome, Permission, Presented, World, deciding, may, try_assume};
use crate::source::SourceId;

/// A name that no role has.
const NOBODYS: &str = "unrelated-7f3c";

/// How many names of roles are tried that a policy leaves room for.
const MOST_ROLES: usize = 200;

/// What leads from one role to another.
pub(super) enum Link {
    /// This step.
    Step(Way, Step),
    /// It is not known whether anything does.
    Open(Reason),
}

/// What a set of actions must be allowed on.
#[derive(Clone, PartialEq, Eq, Hash, Default)]
struct Sought {
    /// The ARN of the role that is to be got.
    role: Option<String>,
    /// The service that is to take it.
    service: Option<&'static str>,
    /// The ARN of the identity pool, user pool or SAML provider that is to be changed.
    pool: Option<String>,
}

/// The role that was asked about, by its ARN, the action, and what it was asked of.
type Key = (String, &'static str, On, Sought);

/// The steps between roles.
pub(super) struct Links<'i, 's> {
    world: World<'i, 's>,
    at: Instant,
    /// What was asked before: whether a role may do that, and where it is allowed.
    known: HashMap<Key, Option<Vec<Label>>>,
}

impl<'i, 's> Links<'i, 's> {
    pub(super) fn new(world: World<'i, 's>, at: Instant) -> Self {
        Self { world, at, known: HashMap::new() }
    }

    /// Whether the session of a role may take another.
    pub(super) fn chain(&self, from: &'i Role<'s>, to: &'i Role<'s>) -> Option<Link> {
        let (own, arn) = (arn_of(from)?, arn_of(to)?);
        to.trust.as_ref().filter(|policy| names(policy, own))?;
        let permission = may(self.world, from, Access { action: ASSUME, resource: arn }, &[], self.at);
        let (one, other) = (from.name.shown(), to.name.shown());
        match permission.outcome {
            Outcome::Allowed => {
                let text = format!("with the session of `{one}` takes `{other}`: {}", permission.why);
                Some(Link::Step(Way::Chain, Step { call: ASSUME.to_owned(), text, places: places(&permission) }))
            }
            Outcome::Undecided => {
                let text = format!("whether the session of `{one}` may take it is not known: {}", permission.why);
                Some(Link::Open(Reason { way: Way::Chain, text, place: permission.place.map(|label| label.span) }))
            }
            Outcome::Denied | Outcome::Error => None,
        }
    }

    /// Whether a policy keeps the sessions of a role that was given from taking another one, whoever its trust policy lets in.
    pub(super) fn denied(&self, taker: &Taker<'_, '_>, to: &Role<'s>) -> Option<Reason> {
        let Sample::Principal(caller) = &taker.sample else { return None };
        let own = Arn::parse(caller)?;
        let name = own.resource.strip_prefix("assumed-role/")?.split('/').next()?;
        let is_his = |role: &&Role<'_>| {
            let arn = arn_of(role).and_then(Arn::parse);
            arn.is_some_and(|arn| arn.account == own.account && arn.role_name() == Some(name))
        };
        let from = self.world.inventory.roles.iter().find(is_his)?;
        let given: Vec<(&str, Vec<&str>)> = taker.given.iter().map(|(key, value)| (key.as_str(), vec![value.as_str()])).collect();
        let permission = may(self.world, from, Access { action: ASSUME, resource: arn_of(to)? }, &given, self.at);
        let is_denied = permission.outcome == Outcome::Denied && permission.reply.denial() == Some(Denial::Explicit);
        is_denied.then(|| {
            let text = format!("the session of `{}` may not take it: {}", from.name.shown(), permission.why);
            Reason { way: Way::Trust, text, place: permission.place.map(|label| label.span) }
        })
    }

    /// The step by which the session of a role gives itself any right; none where a permissions boundary keeps it within bounds.
    pub(super) fn rights(&mut self, role: &'i Role<'s>) -> Option<Step> {
        if role.boundary.is_some() || role.limit.is_some() {
            return None;
        }
        if let Some(step) = by_managed_policy(role) {
            return Some(step);
        }
        let mut sets = escalations().iter().filter(|set| set.gain == Gain::Rights);
        sets.find_map(|set| {
            let roles = if set.makes_role() { self.new_roles(role, set).into_iter().map(Some).collect() } else { vec![None] };
            let mut sought = roles.into_iter().map(|role| Sought { role, ..Sought::default() });
            sought.find_map(|sought| self.step(role, set, &sought, "gives itself any right of the account"))
        })
    }

    /// Roles of names that nobody has, which the policies of a role on the actions of a set leave room for.
    fn new_roles(&self, role: &'i Role<'s>, set: &Escalation) -> Vec<String> {
        let Some(own) = arn_of(role).and_then(Arn::parse) else { return Vec::new() };
        let allowing = policies(self.world, role).flat_map(|policy| policy.with_effect(Effect::Allow));
        let names_one = |own: &Pattern<'_>| {
            let names = |text: &str| set.actions.iter().any(|action| matches(&[Unit::Wild(text)], action.name, Mode::Action));
            own.plain().is_some_and(names)
        };
        let is_about = |own: &Patterns<'_>| own.negated || own.list.iter().any(names_one);
        let about = allowing.filter(|own| own.actions.as_ref().is_some_and(is_about));
        let names = about.filter_map(|own| own.resources.as_ref()).flat_map(|own| {
            let listed = own.list.iter().filter(|_| !own.negated).filter_map(Pattern::plain);
            listed.chain(own.negated.then_some("*")).filter_map(|text| made_role(text, NOBODYS))
        });
        let mut roles: Vec<String> =
            names.take(MOST_ROLES).map(|name| format!("arn:{}:iam::{}:{name}", own.partition, own.account)).collect();
        roles.dedup();
        roles
    }

    /// The roles that the session of a role comes by, by their places in the inventory; perhaps, where it hangs on whether something runs
    /// with them.
    pub(super) fn escalations(&mut self, role: &'i Role<'s>) -> Vec<(usize, Link)> {
        let mut found: Vec<(usize, Link)> = Vec::new();
        if policies(self.world, role).next().is_none() {
            return found;
        }
        for (at, target) in self.world.inventory.roles.iter().enumerate().filter(|(_, target)| !std::ptr::eq(*target, role)) {
            // INVARIANT: in the list sets that hang on what runs come last
            let mut sets = escalations().iter();
            let link = sets.find_map(|set| {
                let (sought, words) = self.sought(set.gain, role, target)?;
                let step = self.step(role, set, &sought, &words)?;
                Some(if matches!(set.gain, Gain::RunsAs(_)) { perhaps(&step) } else { Link::Step(Way::Escalation, step) })
            });
            found.extend(link.map(|link| (at, link)));
        }
        found
    }

    /// What a set of actions must be allowed on to give a role; `None` where it cannot give it.
    fn sought(&self, gain: Gain, own: &Role<'s>, target: &'i Role<'s>) -> Option<(Sought, String)> {
        let (name, arn) = (target.name.shown(), arn_of(target)?);
        let (mut sought, inventory) = (Sought { role: Some(arn.to_owned()), ..Sought::default() }, self.world.inventory);
        let words = match gain {
            Gain::Rights
            | Gain::UserRights
            | Gain::User
            | Gain::PermissionSet
            | Gain::NoBoundary
            | Gain::NoUserBoundary
            | Gain::OlderVersion => return None,
            Gain::RunsAs(service) => {
                is_for(target, PrincipalKind::Service, service).then_some(())?;
                sought.role = None;
                format!("would act as `{name}`, if something runs with it for `{service}`")
            }
            Gain::Role => format!("lets itself into `{name}`"),
            Gain::RoleOf(service) => {
                is_for(target, PrincipalKind::Service, service).then_some(())?;
                sought.service = Some(service);
                format!("has `{service}` run something with `{name}`")
            }
            Gain::PoolRole | Gain::ClassicRole => {
                let takes = |id: &str| {
                    let trust = target.trust.as_ref()?;
                    let verdict = try_assume(trust, Some(arn), &Presented::signed_in(id), Flow::Classic, &[]).verdict;
                    matches!(verdict, Verdict::Allowed(_)).then_some(())
                };
                let is_open = |pool: &IdentityPool<'s>| inventory.role_map(pool).is_some_and(|map| map.mappings.is_empty());
                let mut pools = inventory.identity_pools.iter().filter(|pool| gain == Gain::PoolRole || is_open(pool));
                let id = pools.find_map(|pool| pool.id.known().filter(|id| takes(id).is_some()))?;
                sought.pool =
                    Some(resource(arn_of(own)?, "cognito-identity", id.split(':').next()?, &format!("identitypool/{id}"))?);
                format!("changes identity pool `{id}` so that its users get `{name}`")
            }
            Gain::Group => {
                let of_target = |group: &&Group<'s>| group.role.as_ref().and_then(|own| own.known()) == Some(arn);
                let group = inventory.groups.iter().find(of_target)?;
                let id = group.user_pool.known()?;
                sought.pool = Some(resource(arn_of(own)?, "cognito-idp", id.split('_').next()?, &format!("userpool/{id}"))?);
                format!("adds a user to `{}`, whose role is `{name}`", group.name.shown())
            }
            Gain::SamlRole => {
                let allowing = target.trust.iter().flat_map(|policy| policy.with_effect(Effect::Allow));
                let named =
                    allowing.filter_map(|own| own.principals.as_ref()).filter(|own| !own.negated).flat_map(|own| &own.list);
                let is_saml = |text: &&str| matches!(ProviderKind::of(text), Some((ProviderKind::Saml, _)));
                let provider = named.filter_map(|own| own.value.known()).find(is_saml)?;
                sought.pool = Some(provider.to_owned());
                format!("replaces the keys of `{provider}`, signs an assertion and takes `{name}`")
            }
        };
        Some((sought, words))
    }

    /// The step, where the session may do all that it takes.
    fn step(&mut self, role: &'i Role<'s>, set: &'static Escalation, sought: &Sought, words: &str) -> Option<Step> {
        let mut places = Vec::new();
        for action in &set.actions {
            places.extend(self.allowed(role, (action.name, action.on), sought)?);
        }
        let call = set.actions.iter().map(|action| action.name).collect::<Vec<_>>().join(" + ");
        Some(Step { call, text: format!("with the session of `{}` {words}", role.name.shown()), places })
    }

    /// Whether the session of a role may do something to what it takes, and where that is allowed.
    fn allowed(&mut self, role: &'i Role<'s>, (action, on): (&'static str, On), sought: &Sought) -> Option<Vec<Label>> {
        let about = match on {
            On::Any | On::Itself | On::OwnPolicy | On::User | On::Group | On::Instance => Sought::default(),
            On::Role | On::New => Sought { pool: None, ..sought.clone() },
            On::Pool | On::UserPool | On::Saml => Sought { pool: sought.pool.clone(), ..Sought::default() },
        };
        let key: Key = (arn_of(role)?.to_owned(), action, on, about);
        if let Some(known) = self.known.get(&key) {
            return known.clone();
        }
        let answer = self.ask(role, (action, on), &key.3);
        self.known.insert(key, answer.clone());
        answer
    }

    fn ask(&self, role: &'i Role<'s>, (action, on): (&'static str, On), sought: &Sought) -> Option<Vec<Label>> {
        let own = arn_of(role)?;
        let resources: Vec<String> = match on {
            On::Any | On::User | On::Group | On::Instance => return self.anywhere(role, action),
            On::Role | On::New => vec![sought.role.clone()?],
            On::Itself => vec![own.to_owned()],
            On::OwnPolicy => role.own_policies(own),
            On::Pool | On::UserPool | On::Saml => vec![sought.pool.clone()?],
        };
        let given = sought.service.map(|service| ("iam:PassedToService".to_owned(), service.to_owned()));
        let given: Vec<(String, String)> = given.into_iter().collect();
        resources.iter().find_map(|resource| self.may(role, action, resource, &given))
    }

    /// Whether the session may do something to whatever resource.
    fn anywhere(&self, role: &'i Role<'s>, action: &'static str) -> Option<Vec<Label>> {
        if let Some(places) = self.may(role, action, "*", &[]) {
            return Some(places);
        }
        let among = Among { caller: Some(arn_of(role)?.to_owned()), action: Some(action.to_owned()), ..Among::default() };
        let among =
            Among { keys: vec![Held { key: "aws:SecureTransport".to_owned(), values: Values::One("true".to_owned()) }], ..among };
        let question = Question { allowed_by: policies(self.world, role).collect(), not_by: Vec::new(), among };
        let Proof::Witness(witness) = prove(&question, self.world.reference, Budget::default()) else { return None };
        let follows = |key: &str| OF_CALLER.contains(&key.to_ascii_lowercase().as_str());
        let keys = witness.context.iter().filter(|(key, _)| !follows(key));
        let given: Vec<(String, String)> = keys
            .flat_map(|(key, value)| value.values().map(|value| (key.to_owned(), value.to_owned())).collect::<Vec<_>>())
            .collect();
        self.may(role, action, &witness.resource, &given)
    }

    fn may(&self, role: &'i Role<'s>, action: &str, resource: &str, given: &[(String, String)]) -> Option<Vec<Label>> {
        let given: Vec<(&str, Vec<&str>)> = given.iter().map(|(key, value)| (key.as_str(), vec![value.as_str()])).collect();
        let permission = may(self.world, role, Access { action, resource }, &given, self.at);
        (permission.outcome == Outcome::Allowed).then(|| permission.place.into_iter().collect())
    }
}

/// The step by which a policy that AWS manages gives the session any right. What these hold need not be given to be known.
///
/// <https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AdministratorAccess.html>
/// <https://docs.aws.amazon.com/aws-managed-policy/latest/reference/IAMFullAccess.html>
fn by_managed_policy(role: &Role<'_>) -> Option<Step> {
    const ALL_RIGHTS: [(&str, &str); 2] =
        [("AdministratorAccess", "has any right of the account"), ("IAMFullAccess", "gives itself any right of the account")];
    let name = role.name.shown();
    role.unread.iter().find_map(|attached| {
        let arn = Arn::parse(attached.known()?).filter(|own| own.service == "iam" && own.account == "aws")?;
        let (policy, what) = ALL_RIGHTS.iter().find(|own| arn.resource.strip_prefix("policy/") == Some(own.0))?;
        let places = vec![Label::new(attached.span(), "attached here")];
        let call = if *policy == "IAMFullAccess" { "iam:PutRolePolicy" } else { "*" }.to_owned();
        Some(Step { call, text: format!("with the session of `{name}` {what}, by `{policy}`"), places })
    })
}

/// A step that is one only if something runs that it is about.
fn perhaps(step: &Step) -> Link {
    let place = step.places.first().map(|label| label.span);
    Link::Open(Reason { way: Way::Escalation, text: format!("{}: {}", step.call, step.text), place })
}

/// The places in files that were given which decide on a permission.
fn places(permission: &Permission<'_, '_>) -> Vec<Label> {
    let deciding = permission.reply.ways.iter().flat_map(|way| deciding(&way.decision, &way.record));
    deciding.flat_map(|own| own.labels).filter(|label| label.span.source != SourceId::NONE).collect()
}

const ASSUME: &str = "sts:AssumeRole";

fn arn_of<'r>(role: &'r Role<'_>) -> Option<&'r str> {
    role.arn.as_ref().and_then(|arn| arn.known())
}

/// What a role may do, as far as it was given.
fn policies<'i, 's>(world: World<'i, 's>, role: &'i Role<'s>) -> impl Iterator<Item = &'i Policy<'s>> {
    role.permissions.iter().map(|named| &named.policy).chain(world.inventory.beside(role))
}

/// Whether a trust policy may be for a role: it names it, its account, or everybody.
fn names(policy: &Policy<'_>, arn: &str) -> bool {
    let account = Arn::parse(arn).map_or("", |arn| arn.account);
    policy.with_effect(Effect::Allow).filter_map(|statement| statement.principals.as_ref()).any(|principals| {
        principals.negated
            || principals.list.iter().any(|own| match own.value.known() {
                None => own.kind == PrincipalKind::Aws,
                Some("*") => true,
                Some(text) => own.kind == PrincipalKind::Aws && (text == account || text.contains(account)),
            })
    })
}

/// Whether a trust policy names a service or a provider in a statement that allows.
fn is_for(role: &Role<'_>, kind: PrincipalKind, name: &str) -> bool {
    let allowing = role.trust.iter().flat_map(|policy| policy.with_effect(Effect::Allow));
    allowing
        .filter_map(|statement| statement.principals.as_ref())
        .filter(|own| !own.negated)
        .any(|principals| principals.list.iter().any(|own| own.kind == kind && own.value.known() == Some(name)))
}

/// The ARN of something in the account of a role.
fn resource(role: &str, service: &str, region: &str, name: &str) -> Option<String> {
    let arn = Arn::parse(role)?;
    Some(format!("arn:{}:{service}:{region}:{}:{name}", arn.partition, arn.account))
}
