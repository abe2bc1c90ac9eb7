//! Which of two roles may do more, found by asking the evaluator with sample requests from their own policies.
//!
//! Samples never prove that a role may *not* do more; they give requests that one role is allowed and the other is not.

use std::collections::BTreeSet;

use crate::evaluate::{Caller, Context, ContextValue, Request, Verdict, evaluate};
use crate::inventory::Role;
use crate::pattern::{Mode, Part, Pattern, Unit, matches};
use crate::policy::{Effect, Patterns, Statement};
use crate::reference;
use crate::simulate::Presented;
use crate::source::Span;

/// A request that one role is allowed and others are not.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Advantage {
    /// The action, and its resource where one of the others may do this to something else.
    pub(super) request: String,
    /// The statement that allows it.
    pub(super) place: Span,
}

/// The roles of one identity pool, asked with a session of a user who signed in through it.
#[derive(Debug)]
pub(super) struct Scales {
    context: Context<'static>,
}

impl Scales {
    pub(super) fn new(pool: &str) -> Self {
        Self::of(&Presented::signed_in(pool))
    }

    /// As [`Scales::new`], with the session of a guest.
    pub(super) fn of_guest(pool: &str) -> Self {
        Self::of(&Presented::guest(pool))
    }

    fn of(token: &Presented) -> Self {
        let mut context = token.keys();
        // what else a request holds is not known, so that a condition on it makes no difference between roles
        context.partial = true;
        Self { context }
    }

    /// What a role may do and a weaker one may not: the weaker one's samples are all allowed to the first too.
    ///
    /// `None` where neither is stronger, or where not all of the policies were given.
    pub(super) fn stronger(&self, strong: &Role<'_>, weak: &Role<'_>) -> Option<Advantage> {
        if !is_whole(strong) || !is_whole(weak) {
            return None;
        }
        // what the weaker one may perhaps do counts as its own
        let mut own = self.samples(weak).filter(|sample| !self.refuses(weak, sample));
        let covers = own.all(|sample| self.allows(strong, &sample).is_some());
        if covers { self.beyond(strong, &[weak]) } else { None }
    }

    /// What a role may do and none of the others may. `None` also where not all of the policies were given.
    pub(super) fn beyond(&self, role: &Role<'_>, others: &[&Role<'_>]) -> Option<Advantage> {
        if !is_whole(role) || !others.iter().all(|other| is_whole(other)) {
            return None;
        }
        let of_others: Vec<Sample> = others.iter().flat_map(|other| self.allowed_samples(other)).collect();
        let is_new = |sample: &Sample| !of_others.iter().any(|other| other.action.eq_ignore_ascii_case(&sample.action));
        let alone: Vec<Sample> =
            self.allowed_samples(role).filter(|sample| others.iter().all(|other| self.refuses(other, sample))).collect();
        // an action that the others may do to nothing at all is the most telling
        let told = alone.iter().find(|sample| is_new(sample));
        let request = match (told, alone.first()) {
            (Some(sample), _) => format!("`{}`", sample.action),
            (None, Some(sample)) => format!("`{}` on `{}`", sample.action, sample.resource),
            (None, None) => return None,
        };
        let place = self.allows(role, told.or(alone.first())?)?;
        Some(Advantage { request, place })
    }

    /// What a role may do that Cognito keeps guests of the enhanced flow from.
    pub(super) fn beyond_guests(&self, role: &Role<'_>) -> Option<Advantage> {
        let samples = self.allowed_samples(role).filter(|_| is_whole(role));
        let mut beyond = samples.filter(|sample| matches!(self.ask_guests(sample), Verdict::NotAllowed));
        let sample = beyond.next()?;
        Some(Advantage { request: format!("`{}`", sample.action), place: self.allows(role, &sample)? })
    }

    /// The statement that allows a role a request. `None` also where not all of its policies were given.
    pub(super) fn allowed(&self, role: &Role<'_>, action: &str, resource: &str) -> Option<Span> {
        let sample = Sample { action: action.to_owned(), resource: resource.to_owned() };
        self.allows(role, &sample).filter(|_| is_whole(role))
    }

    /// Whether a guest who may do this by the role may do it in a session: Cognito cuts those of the enhanced flow down.
    pub(super) fn leaves_guests(&self, action: &str, resource: &str) -> bool {
        let sample = Sample { action: action.to_owned(), resource: resource.to_owned() };
        matches!(self.ask_guests(&sample), Verdict::Allowed(_))
    }

    fn ask_guests(&self, sample: &Sample) -> Verdict<'static, 'static> {
        let request = Request {
            principal: Caller::Aws("arn:aws:iam::111122223333:role/guest"),
            action: &sample.action,
            resource: &sample.resource,
            context: &self.context,
        };
        evaluate(reference::guest_session_policies().iter().map(|own| &own.policy), &request, &mut ())
    }

    /// Of several roles the one that may do most of what any of them may; the first where they are equal.
    pub(super) fn strongest(&self, roles: &[&Role<'_>]) -> usize {
        // roles of one pool often share their actions, and each sample is asked of each role
        let samples: BTreeSet<Sample> = roles.iter().flat_map(|role| self.allowed_samples(role)).take(MOST_SAMPLES).collect();
        let samples: Vec<Sample> = samples.into_iter().take(MOST_QUESTIONS / roles.len().max(1)).collect();
        let count = |role: &Role<'_>| samples.iter().filter(|sample| self.allows(role, sample).is_some()).count();
        let counted = roles.iter().enumerate().map(|(index, role)| (index, count(role)));
        let best = counted.reduce(|best, next| if next.1 > best.1 { next } else { best });
        best.map_or(0, |(index, _)| index)
    }

    /// The samples of a role that it is allowed.
    fn allowed_samples(&self, role: &Role<'_>) -> impl Iterator<Item = Sample> {
        self.samples(role).filter(|sample| self.allows(role, sample).is_some())
    }

    /// Requests that the allowing statements of a role are about.
    fn samples(&self, role: &Role<'_>) -> impl Iterator<Item = Sample> {
        let policies = role.permissions.iter().map(|named| &named.policy);
        let allows = policies.flat_map(|policy| policy.with_effect(Effect::Allow));
        allows.flat_map(|statement| self.samples_of(statement)).take(MOST_SAMPLES)
    }

    fn samples_of(&self, statement: &Statement<'_>) -> impl Iterator<Item = Sample> {
        let actions = statement.actions.as_ref().map(|actions| self.actions(actions)).unwrap_or_default();
        actions.into_iter().flat_map(move |action| {
            let resources = match &statement.resources {
                Some(resources) if !resources.negated => self.resources(resources, &action),
                _ => vec![usual_resource(&action)],
            };
            resources.into_iter().map(move |resource| Sample { action: action.clone(), resource })
        })
    }

    fn actions(&self, actions: &Patterns<'_>) -> Vec<String> {
        let known = || USUAL_REQUESTS.iter().map(|(action, _)| (*action).to_owned());
        if actions.negated {
            // whether it is one of the others is for the evaluator to say
            return known().collect();
        }
        let of_pattern = |pattern: &Pattern<'_>| match pattern.plain() {
            Some(plain) if pattern.has_wildcard() => {
                let fits = |action: &String| matches(&[Unit::Wild(plain)], action, Mode::Action);
                let fitting: Vec<String> = known().filter(fits).collect();
                if fitting.is_empty() { vec![filled(plain)] } else { fitting }
            }
            _ => vec![self.fill(pattern)],
        };
        actions.list.iter().flat_map(of_pattern).collect()
    }

    fn resources(&self, resources: &Patterns<'_>, action: &str) -> Vec<String> {
        let of_pattern =
            |pattern: &Pattern<'_>| if pattern.plain() == Some("*") { usual_resource(action) } else { self.fill(pattern) };
        resources.list.iter().map(of_pattern).collect()
    }

    /// A text that a pattern matches.
    fn fill(&self, pattern: &Pattern<'_>) -> String {
        if let Some(plain) = pattern.plain() {
            return filled(plain);
        }
        let mut text = String::new();
        for part in pattern.parts() {
            match part {
                Part::Literal(literal) => text.push_str(&filled(literal)),
                Part::Symbol(symbol) => text.push(*symbol),
                Part::Variable(variable) => match self.context.get(&variable.key) {
                    Some(ContextValue::One(value)) => text.push_str(value),
                    _ => text.push_str(variable.default.as_deref().unwrap_or(ANYTHING)),
                },
                Part::Hole(_) | Part::Malformed(..) => text.push_str(ANYTHING),
            }
        }
        text
    }

    /// The statement that allows a role a request.
    fn allows(&self, role: &Role<'_>, sample: &Sample) -> Option<Span> {
        match self.ask(role, sample) {
            Verdict::Allowed(statement) => Some(statement.place()),
            _ => None,
        }
    }

    fn refuses(&self, role: &Role<'_>, sample: &Sample) -> bool {
        matches!(self.ask(role, sample), Verdict::NotAllowed | Verdict::Denied(_))
    }

    fn ask<'p, 's>(&self, role: &'p Role<'s>, sample: &Sample) -> Verdict<'p, 's> {
        let caller = role.arn.as_ref().and_then(|arn| arn.known()).unwrap_or_default();
        let request = Request {
            principal: Caller::Aws(caller),
            action: &sample.action,
            resource: &sample.resource,
            context: &self.context,
        };
        evaluate(role.permissions.iter().map(|named| &named.policy), &request, &mut ())
    }
}

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Sample {
    action: String,
    resource: String,
}

/// Bounds the work on policies that list very much; ten kilobytes of usual policies stay far below it.
const MOST_SAMPLES: usize = 2_000;

/// Bounds the work on pools of very many roles: samples times roles.
const MOST_QUESTIONS: usize = 200_000;

/// What stands for a wildcard.
const ANYTHING: &str = "example";

/// Requests that people know, for patterns that leave the action or the resource open.
const USUAL_REQUESTS: [(&str, &str); 21] = [
    ("s3:GetObject", "arn:aws:s3:::example/example"),
    ("s3:PutObject", "arn:aws:s3:::example/example"),
    ("s3:DeleteObject", "arn:aws:s3:::example/example"),
    ("s3:ListBucket", "arn:aws:s3:::example"),
    ("dynamodb:GetItem", "arn:aws:dynamodb:eu-west-1:111122223333:table/example"),
    ("dynamodb:Query", "arn:aws:dynamodb:eu-west-1:111122223333:table/example"),
    ("dynamodb:PutItem", "arn:aws:dynamodb:eu-west-1:111122223333:table/example"),
    ("dynamodb:UpdateItem", "arn:aws:dynamodb:eu-west-1:111122223333:table/example"),
    ("dynamodb:DeleteItem", "arn:aws:dynamodb:eu-west-1:111122223333:table/example"),
    ("lambda:InvokeFunction", "arn:aws:lambda:eu-west-1:111122223333:function:example"),
    ("execute-api:Invoke", "arn:aws:execute-api:eu-west-1:111122223333:example/prod/GET/example"),
    ("sqs:SendMessage", "arn:aws:sqs:eu-west-1:111122223333:example"),
    ("sns:Publish", "arn:aws:sns:eu-west-1:111122223333:example"),
    ("kms:Decrypt", "arn:aws:kms:eu-west-1:111122223333:key/example"),
    ("secretsmanager:GetSecretValue", "arn:aws:secretsmanager:eu-west-1:111122223333:secret:example"),
    ("ssm:GetParameter", "arn:aws:ssm:eu-west-1:111122223333:parameter/example"),
    ("logs:GetLogEvents", "arn:aws:logs:eu-west-1:111122223333:log-group:example:log-stream:example"),
    ("cognito-idp:AdminAddUserToGroup", "arn:aws:cognito-idp:eu-west-1:111122223333:userpool/example"),
    ("sts:AssumeRole", "arn:aws:iam::111122223333:role/example"),
    ("iam:PassRole", "arn:aws:iam::111122223333:role/example"),
    ("iam:CreateUser", "arn:aws:iam::111122223333:user/example"),
];

/// Whether all that decides what a role may do was given. A role without any policy is one whose policies were not read.
fn is_whole(role: &Role<'_>) -> bool {
    !role.permissions.is_empty() && role.unread.is_empty() && role.boundary.is_none()
}

fn usual_resource(action: &str) -> String {
    let usual = USUAL_REQUESTS.iter().find(|(own, _)| own.eq_ignore_ascii_case(action));
    let service = || action.split(':').next().unwrap_or(action).to_ascii_lowercase();
    usual.map_or_else(|| format!("arn:aws:{}:eu-west-1:111122223333:{ANYTHING}", service()), |(_, arn)| (*arn).to_owned())
}

fn filled(pattern: &str) -> String {
    pattern.replace('*', ANYTHING).replace('?', "x")
}
