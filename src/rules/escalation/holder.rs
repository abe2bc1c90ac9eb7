//! Whoever holds identity policies: a role with all of them, or whom one policy by itself is for.

use std::cell::OnceCell;

use super::actions::Actions;
use crate::arn::Arn;
use crate::evaluate::{Caller, Context, ContextValue, Request, Verdict, evaluate};
use crate::inventory::Role;
use crate::lint::Facts;
use crate::pattern::{Mode, Pattern, Unit, matches};
use crate::policy::{Effect, Patterns, Policy, PolicyKind, Statement};
use crate::reference::{Escalation, Form, Reference, made_role};
use crate::rules::access::wide::unnamed;
use crate::source::Span;

/// Whoever holds identity policies.
pub(super) struct Holder<'i, 's> {
    /// The role, where it is one.
    pub(super) role: Option<&'i Role<'s>>,
    /// What the policy by itself goes by, where that is told.
    name: Option<&'i str>,
    /// All of its policies that were given.
    policies: Vec<&'i Policy<'s>>,
    /// Its permissions boundary, where it has one that was given.
    limit: Option<&'i Policy<'s>>,
    reference: &'i Reference,
    /// Its partition and account, as far as they are told, once that was asked.
    home: OnceCell<(&'i str, &'i str)>,
    /// Its ARN, once that was asked.
    arn: OnceCell<String>,
    /// What of the sets of actions its statements that allow may be about.
    mentioned: Actions,
}

/// The name of the user who asks.
pub(super) const USER: &str = "aws:username";

/// What hands a role to a service.
pub(super) const PASS: &str = "iam:PassRole";

/// Something that nobody named.
pub(super) const ANYTHING: &str = "unrelated-7f3c";

/// All of them. A role whose boundary is not known is left out, for nobody can tell what it may do; so is, by itself,
/// what AWS manages, and what is but a boundary.
pub(super) fn holders<'i, 's>(facts: &Facts<'i, 's>) -> Vec<Holder<'i, 's>> {
    let (inventory, reference) = (facts.inventory, facts.reference);
    let mut holders = Vec::new();
    let mut beside: Vec<Span> = Vec::new();
    for role in &inventory.roles {
        let own: Vec<&Policy<'s>> = inventory.beside(role).collect();
        beside.extend(own.iter().map(|policy| policy.range));
        let policies = role.permissions.iter().map(|named| &named.policy).chain(own).filter(|policy| policy.refusal().is_none());
        if role.boundary.is_none() || role.limit.is_some() {
            holders.push(Holder::of(Some(role), policies.collect(), role.limit.as_deref(), reference));
        }
    }
    for loose in &inventory.policies {
        let name = loose.name.as_ref().and_then(|name| name.known());
        let of_aws = name.and_then(Arn::parse).is_some_and(|arn| arn.account == "aws");
        let is_spared = of_aws || name.is_some_and(|name| inventory.is_boundary(name));
        let policy = &loose.policy;
        if policy.kind == PolicyKind::Identity && policy.refusal().is_none() && !is_spared && !beside.contains(&policy.range) {
            holders.push(Holder { name, ..Holder::of(None, vec![policy], None, reference) });
        }
    }
    holders
}

impl<'i, 's> Holder<'i, 's> {
    pub(super) fn of(
        role: Option<&'i Role<'s>>,
        policies: Vec<&'i Policy<'s>>,
        limit: Option<&'i Policy<'s>>,
        reference: &'i Reference,
    ) -> Self {
        let mentioned = Actions::mentioned(policies.iter().flat_map(|policy| policy.with_effect(Effect::Allow)));
        Self { role, name: None, policies, limit, reference, home: OnceCell::new(), arn: OnceCell::new(), mentioned }
    }

    /// Whether a statement says that it may do everything, whatever a Deny takes back: then that is told.
    pub(super) fn may_do_everything(&self) -> bool {
        let is_all = |own: &Patterns<'_>, all: &[&str]| {
            !own.negated && own.list.iter().any(|own| own.plain().is_some_and(|text| all.contains(&text)))
        };
        let says = |own: &Statement<'_>| {
            own.conditions.is_empty()
                && own.actions.as_ref().is_some_and(|own| is_all(own, &["*"]))
                && own.resources.as_ref().is_some_and(|own| is_all(own, &["*", "arn:*", "arn:aws:*"]))
        };
        self.allowing().any(says) || self.allows(&format!("{ANYTHING}:{ANYTHING}"), ANYTHING, None).is_some()
    }

    /// Whether its statements are about any action that gives more than it says.
    pub(super) fn mentions_any(&self) -> bool {
        !self.mentioned.is_empty()
    }

    /// The sets of actions that its statements may be about, each as a whole.
    pub(super) fn sets(&self) -> impl Iterator<Item = &'static Escalation> {
        self.mentioned.sets()
    }

    /// Its statements that allow.
    pub(super) fn allowing(&self) -> impl Iterator<Item = &'i Statement<'s>> {
        self.policies.iter().flat_map(|policy| policy.with_effect(Effect::Allow))
    }

    /// What it is called in a sentence.
    pub(super) fn title(&self) -> String {
        match (self.role, self.name) {
            (Some(role), _) => format!("`{}`", role.name.shown()),
            (None, Some(name)) => format!("whoever has `{name}`"),
            (None, None) => "whoever has this policy".to_owned(),
        }
    }

    /// Its ARN, or one that nobody named in the account that its policies tell.
    pub(super) fn arn(&self) -> &str {
        let own = self.role.and_then(|role| role.arn.as_ref()?.known());
        own.unwrap_or_else(|| self.arn.get_or_init(|| self.in_iam(&format!("role/{ANYTHING}"))))
    }

    /// Something of its own account in IAM: `role/NAME`.
    pub(super) fn in_iam(&self, resource: &str) -> String {
        let (partition, account) = self.home.get_or_init(|| {
            let own = self.role.and_then(|role| role.arn.as_ref()?.known()).and_then(Arn::parse);
            let own = own.map(|arn| (arn.partition, arn.account));
            own.or_else(|| home(&self.policies)).unwrap_or(("aws", "111122223333"))
        });
        format!("arn:{partition}:iam::{account}:{resource}")
    }

    /// Whether it may be that any role can be passed, to whatever service: where not, there is no need to ask for each.
    pub(super) fn may_pass_any_role(&self) -> bool {
        if !self.mentions(PASS) {
            return false;
        }
        let mut context = Context::new();
        context.partial = true;
        let role = self.in_iam(&format!("role/{ANYTHING}"));
        let request = Request { principal: Caller::Aws(self.arn()), action: PASS, resource: &role, context: &context };
        let verdict = evaluate(self.policies.iter().copied(), &request, &mut ());
        matches!(verdict, Verdict::Allowed(_) | Verdict::Undecided(_))
    }

    /// The value of `Action` that allows it a request, whatever else the request holds; with all the statements that do.
    pub(super) fn allows(&self, action: &str, resource: &str, given: Option<(&str, &str)>) -> Option<Span> {
        let mut context = Context::new();
        context.partial = true;
        context.set("aws:SecureTransport", ContextValue::One("true".into()));
        if let Some((key, value)) = given {
            context.set(key.to_owned(), ContextValue::One(value.to_owned().into()));
        }
        // what names its user by a variable means the holder
        let user = given.filter(|(key, _)| *key == USER).map(|_| self.in_iam(&format!("user/{ANYTHING}")));
        let own = user.as_deref().unwrap_or_else(|| self.arn());
        let request = Request { principal: Caller::Aws(own), action, resource, context: &context };
        let Verdict::Allowed(statement) = evaluate(self.policies.iter().copied(), &request, &mut ()) else { return None };
        let within = self.limit.is_none_or(|limit| matches!(evaluate([limit], &request, &mut ()), Verdict::Allowed(_)));
        within.then(|| place(statement, action))
    }

    /// The same for whatever resource is listed that the action takes.
    pub(super) fn allows_listed(&self, action: &str) -> Option<Span> {
        let services = self.forms(action).map(|form| form.service.as_str()).collect::<Vec<_>>();
        let takes = |resource: &str| {
            services.is_empty() || resource == "*" || Arn::parse(resource).is_some_and(|arn| services.contains(&arn.service))
        };
        let resources =
            self.allowing().filter(|statement| lists(statement, action)).flat_map(|statement| listed(statement, action));
        let resources: Vec<String> = resources.filter(|own| takes(own)).take(MOST_RESOURCES).collect();
        resources.iter().find_map(|resource| self.allows(action, resource, None))
    }

    /// The same for something of a type that the action takes, and that nobody named.
    pub(super) fn allows_unnamed(&self, action: &str) -> Option<Span> {
        let mut forms = self.forms(action).peekable();
        if forms.peek().is_none() {
            return self.allows(action, "*", None);
        }
        forms.find_map(|form| self.allows_any_of(action, &unnamed(&form.format)))
    }

    /// The same for a resource that nobody named, wherever the statements name such: in their partition, region and account.
    pub(super) fn allows_any_of(&self, action: &str, resource: &str) -> Option<Span> {
        let own = Arn::parse(resource)?;
        let about =
            self.allowing().filter(|statement| lists(statement, action)).filter_map(|statement| statement.resources.as_ref());
        let listed = about.flat_map(|own| &own.list).filter_map(Pattern::plain).filter_map(Arn::parse);
        let or =
            |part: &str, own: &str| if part.is_empty() || part.contains(['*', '?']) { own.to_owned() } else { part.to_owned() };
        let placed = listed.filter(|arn| arn.service == own.service || arn.service == "*").take(MOST_RESOURCES).map(|arn| {
            let (partition, region) = (or(arn.partition, own.partition), or(arn.region, own.region));
            format!("arn:{partition}:{}:{region}:{}:{}", own.service, or(arn.account, own.account), own.resource)
        });
        let mut all: Vec<String> = std::iter::once(resource.to_owned()).chain(placed).collect();
        all.dedup();
        all.iter().find_map(|resource| self.allows(action, resource, None))
    }

    /// Roles of names that nobody has, which its statements on the actions of a set leave room for.
    pub(super) fn new_roles(&self, set: &Escalation) -> Vec<String> {
        let is_about = |own: &&Statement<'_>| set.actions.iter().any(|action| lists(own, action.name));
        let about = self.allowing().filter(is_about).filter_map(|own| own.resources.as_ref());
        let names = about.flat_map(|own| {
            let listed = own.list.iter().filter(|_| !own.negated).filter_map(Pattern::plain);
            listed.chain(own.negated.then_some("*")).filter_map(|text| made_role(text, ANYTHING))
        });
        let mut roles: Vec<String> = names.take(MOST_RESOURCES).map(|name| self.in_iam(&name)).collect();
        roles.dedup();
        roles
    }

    /// The forms of the resources that an action takes.
    fn forms(&self, action: &str) -> impl Iterator<Item = &'i Form> + use<'i, 's> {
        let action = self.reference.action(action);
        action.into_iter().flat_map(|action| action.resources().flat_map(move |kind| action.service.forms_of(kind.name())))
    }

    /// Whether a statement that allows may be about an action: a glance that rules most questions out.
    pub(super) fn mentions(&self, action: &str) -> bool {
        self.mentioned.has(action).unwrap_or_else(|| self.allowing().any(|statement| lists(statement, action)))
    }
}

/// The partition and account of a resource of IAM that policies name.
fn home<'i>(policies: &[&'i Policy<'_>]) -> Option<(&'i str, &'i str)> {
    let statements = policies.iter().flat_map(|policy| policy.with_effect(Effect::Allow));
    let listed = statements.filter_map(|statement| statement.resources.as_ref()).flat_map(|own| &own.list);
    let arns = listed.filter_map(Pattern::plain).filter_map(Arn::parse).filter(|arn| arn.service == "iam");
    let is_plain = |text: &str| !text.is_empty() && !text.contains(['*', '?']);
    arns.map(|arn| (if is_plain(arn.partition) { arn.partition } else { "aws" }, arn.account))
        .find(|(_, account)| is_plain(account))
}

/// Resources that a statement is about, with a name in the place of each wildcard.
fn listed(statement: &Statement<'_>, action: &str) -> Vec<String> {
    let Some(resources) = &statement.resources else { return Vec::new() };
    if resources.negated {
        return vec![format!("arn:aws:{}:eu-west-1:111122223333:{ANYTHING}", action.split(':').next().unwrap_or(""))];
    }
    let fill = |text: &str| if text == "*" { text.to_owned() } else { text.replace('*', ANYTHING).replace('?', "x") };
    resources.list.iter().filter_map(Pattern::plain).map(fill).collect()
}

/// Bounds the work on statements that list very much.
const MOST_RESOURCES: usize = 200;

/// Whether a statement may be about an action.
fn lists(statement: &Statement<'_>, action: &str) -> bool {
    statement.actions.as_ref().is_some_and(|own| own.negated || own.list.iter().any(|pattern| names(pattern, action)))
}

fn names(pattern: &Pattern<'_>, action: &str) -> bool {
    pattern.plain().is_some_and(|text| fits(text, action))
}

/// Whether an action, or its name, is one that a pattern stands for.
pub(super) fn fits(pattern: &str, action: &str) -> bool {
    matches(&[Unit::Wild(pattern)], action, Mode::Action)
}

/// What in a statement names an action.
fn place(statement: &Statement<'_>, action: &str) -> Span {
    let listed = statement.actions.as_ref().filter(|own| !own.negated);
    let own = listed.and_then(|own| own.list.iter().find(|pattern| names(pattern, action)));
    let key = || statement.actions.as_ref().map_or_else(|| statement.place(), |own| own.key);
    own.map_or_else(key, |own| own.text.span())
}
