//! The session that a role gives: who then asks, with which condition keys, and what that may do.

use super::{Access, Flow, Given, Login, Outcome, Permission, Presented, Question, World, presented, request};
use crate::arn::Arn;
use crate::evaluate::{Answer, Block, Caller, Context, ContextValue, Decision, Setting, Trace, Verdict, Weight, derive};
use crate::finding::Label;
use crate::inventory::Role;
use crate::policy::{Instant, PolicyKind};
use crate::reference::{self, Service};
use crate::simulate::{Bearing, Inquiry, Reply, deciding};
use crate::source::SourceId;

/// A session of a role.
pub(super) struct Session<'i, 's> {
    /// The role.
    pub(super) role: &'i Role<'s>,
    /// Whose ARN its requests carry: that of the session or, where its name is not known, that of the role.
    arn: String,
    /// The condition keys of its requests that do not hang on what is asked.
    keys: Context<'static>,
    /// Whether Cognito narrows it.
    narrowed: bool,
    /// Whether it may have session tags that are not known.
    has_open_tags: bool,
}

/// What stands for the account where nothing tells it.
const NO_ACCOUNT: &str = "000000000000";

/// Whether the session is one that Cognito narrows: a guest's in the enhanced flow.
pub(super) fn is_narrowed(question: &Question<'_>) -> bool {
    matches!(question.login, Login::Guest) && question.flow == Flow::Enhanced
}

/// Whether a session of a role, however it was got, may do one thing. Its tags are not known, nor is whatever nobody gave.
pub fn may<'i, 's>(
    world: World<'i, 's>,
    role: &'i Role<'s>,
    access: Access<'_>,
    context: Given<'_>,
    at: Instant,
) -> Permission<'i, 's> {
    let own = Session { role, arn: String::new(), keys: Context::new(), narrowed: false, has_open_tags: true }.named(None);
    let question = Question { context: context.to_vec(), ..Question::new(Login::Guest, at) };
    own.ask(world, access, &question).permission
}

/// Whether anybody may do one thing without credentials, by the policy of the resource alone. Whatever nobody gave is not known.
pub fn anybody_may<'i, 's>(world: World<'i, 's>, access: Access<'_>, at: Instant) -> Reply<'i, 's, Trace<'i, 's>> {
    let service = access.action.split(':').next().and_then(|prefix| world.reference.service(prefix));
    let setting = Setting { rcps_cover: service.is_some_and(Service::has_rcps), ..Setting::default() };
    let mut context = Context::new();
    context.partial = true;
    derive(&mut context, Caller::Anonymous, access.resource, &setting, at);
    let bearing = Bearing::of(world.inventory, world.sources, Caller::Anonymous, access.action, access.resource);
    let inquiry =
        Inquiry { principal: Caller::Anonymous, action: access.action, resource: access.resource, context: &context, setting };
    request::ask(&inquiry, &bearing.policies)
}

impl<'i, 's> Session<'i, 's> {
    /// The session that is got with a token; `name` is that of the session, where it is known. It may have further session tags.
    pub(super) fn of_token(
        role: &'i Role<'s>,
        token: &Presented,
        (name, has_open_tags): (Option<&str>, bool),
        question: &Question<'_>,
    ) -> Self {
        let keys = token.session_keys();
        let own = Self { role, arn: String::new(), keys, narrowed: is_narrowed(question), has_open_tags };
        own.named(name)
    }

    /// The session of a second role, taken with that of a token. Tags that are not transitive end here.
    pub(super) fn chained(role: &'i Role<'s>, token: &Presented, name: Option<&str>) -> Self {
        Self { role, arn: String::new(), keys: token.chained_keys(), narrowed: false, has_open_tags: false }.named(name)
    }

    fn named(mut self, name: Option<&str>) -> Self {
        let role = self.role;
        let arn = role
            .arn
            .as_ref()
            .and_then(|arn| arn.known())
            .map_or_else(|| format!("arn:aws:iam::{NO_ACCOUNT}:role/{}", role.name.shown()), str::to_owned);
        let parsed = Arn::parse(&arn);
        let session = parsed.zip(name).and_then(|(own, name)| {
            Some(format!("arn:{}:sts::{}:assumed-role/{}/{name}", own.partition, own.account, own.role_name()?))
        });
        self.keys.set("aws:PrincipalArn", presented::one(&arn));
        // a session tag stands before the role's own of that name
        for (tag, value) in &role.tags {
            if let (Some(tag), value) = (tag.known(), value.known().filter(|_| !self.has_open_tags)) {
                self.keys.derive(format!("aws:PrincipalTag/{tag}"), value.map_or(ContextValue::Unknown, presented::one));
            }
        }
        // what nobody gave may be there: an address, tags of the resource
        self.keys.partial = true;
        let are_tags_known = role.tags_known && !self.has_open_tags && role.tags.iter().all(|(tag, _)| tag.known().is_some());
        self.keys.never = Some(if are_tags_known { is_never_held_with_tags } else { is_never_held });
        self.arn = session.unwrap_or(arn);
        self
    }

    /// Who asks.
    pub(super) fn caller(&self) -> Caller<'_> {
        Caller::Aws(&self.arn)
    }

    /// Whether one thing may be done, by all policies that bear on it.
    pub(super) fn ask(&self, world: World<'i, 's>, access: Access<'_>, question: &Question<'_>) -> Asked<'i, 's> {
        let service = access.action.split(':').next().and_then(|prefix| world.reference.service(prefix));
        let setting = Setting { rcps_cover: service.is_some_and(Service::has_rcps), ..Setting::default() };
        let mut given = self.keys.clone();
        if setting.account_of(access.resource).is_none() {
            given.set("aws:ResourceAccount", ContextValue::Unknown);
        }
        presented::add_given(&mut given, world.reference, &question.context);
        let mut context: Context<'_> = given;
        derive(&mut context, self.caller(), access.resource, &setting, question.at);
        let narrowed = self.narrowed.then(|| reference::guest_session_policies().iter().map(|own| &own.policy).collect());
        let bearing =
            Bearing::in_session(world.inventory, world.sources, self.caller(), (access.action, access.resource), narrowed);
        let inquiry =
            Inquiry { principal: self.caller(), action: access.action, resource: access.resource, context: &context, setting };
        let reply: Reply<'i, 's, Trace<'i, 's>> = request::ask(&inquiry, &bearing.policies);
        let by_cognito = self.is_narrowing(&reply);
        let labels = reply.ways.iter().flat_map(|way| deciding(&way.decision, &way.record)).flat_map(|own| own.labels);
        let place = labels.into_iter().find(|label: &Label| label.span.source != SourceId::NONE);
        let place = if by_cognito { reply.ways.first().and_then(|way| granted(&way.decision)) } else { place };
        let permission = Permission {
            action: access.action.to_owned(),
            resource: access.resource.to_owned(),
            outcome: reply.outcome,
            why: if by_cognito { NARROWED.to_owned() } else { reply.why() },
            place,
            reply,
        };
        Asked { permission, assumptions: bearing.assumptions, unknown: bearing.unknown }
    }

    /// Whether it is only Cognito that keeps a guest from something.
    fn is_narrowing(&self, reply: &Reply<'_, '_, Trace<'_, '_>>) -> bool {
        self.narrowed
            && reply.outcome == Outcome::Denied
            && reply.ways.iter().all(|way| match way.decision.answer {
                Answer::NotAllowed(blocks) => blocks.iter().eq([Block::Policies(PolicyKind::Session)]),
                _ => false,
            })
    }
}

/// The statement of the role's own policies that allows.
fn granted(decision: &Decision<'_, '_>) -> Option<Label> {
    match decision.weight(PolicyKind::Identity) {
        Weight::Counts(tally) => match tally.verdict() {
            Verdict::Allowed(statement) => Some(Label::new(statement.place(), "allows it")),
            _ => None,
        },
        _ => None,
    }
}

const NARROWED: &str =
    "the role allows it, but Cognito narrows guests in the enhanced flow, and this is not among what it leaves";

/// Whether a session cannot hold this key beyond what it got at its start: one on an issuer, or on how an IAM user signed in.
fn is_never_held(key: &str) -> bool {
    let by_name = ["aws:MultiFactorAuthPresent", "aws:MultiFactorAuthAge", "aws:username", "aws:FederatedProvider"];
    presented::is_of_issuer(key) || by_name.iter().any(|name| starts(key, name))
}

/// As [`is_never_held`], where the tags of the role are known.
fn is_never_held_with_tags(key: &str) -> bool {
    is_never_held(key) || starts(key, "aws:PrincipalTag/")
}

fn starts(key: &str, with: &str) -> bool {
    key.get(..with.len()).is_some_and(|start| start.eq_ignore_ascii_case(with))
}

/// An answer with what it took for granted and what it does not know.
pub(super) struct Asked<'i, 's> {
    pub(super) permission: Permission<'i, 's>,
    pub(super) assumptions: Vec<String>,
    pub(super) unknown: Vec<String>,
}
