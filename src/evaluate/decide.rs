//! The answer of all policies that bear on a request: which types must allow, and who blocks.

use super::principal::{Asked, Reach};
use super::{Caller, Gap, GapReason, Recorder, Request, Standing, Tally, Truth, tally};
use crate::arn::{Arn, is_account_id};
use crate::finding::Fault;
use crate::policy::{Policy, PolicyFault, PolicyKind, Statement};
use crate::source::{SourceId, Span};

/// The policies that bear on a request, by type. What is empty is not there: a caller without a boundary, a request that passes
/// no endpoint.
#[derive(Clone, Debug, Default)]
pub struct Policies<'p, 's> {
    /// Those of the caller: inline, attached, of its groups. They are a union.
    pub identity: Vec<&'p Policy<'s>>,
    /// That of the resource; of a role, its trust policy.
    pub resource: Option<&'p Policy<'s>>,
    /// The caller's permissions boundary. Of several, each must allow.
    pub boundaries: Vec<&'p Policy<'s>>,
    /// Those passed when the session was made. They are a union.
    pub session: Vec<&'p Policy<'s>>,
    /// The service control policies that are above the caller's account, level by level from the root. Each level is a union.
    pub scps: Vec<Vec<&'p Policy<'s>>>,
    /// The resource control policies that are above the resource's account, level by level from the root.
    pub rcps: Vec<Vec<&'p Policy<'s>>>,
    /// Those of the VPC endpoint that the request passes. They are a union.
    pub endpoint: Vec<&'p Policy<'s>>,
    /// Policies that bear on the request too, but are not known: each may allow and may deny.
    pub missing: Vec<Missing>,
}

/// A policy that bears on a request, but is not known.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Missing {
    /// What it is attached to.
    pub kind: PolicyKind,
    /// The place that tells of it.
    pub span: Span,
}

/// Where a request is made: what decides on the policies that count, beside the request itself.
#[derive(Clone, Copy, Debug, Default)]
pub struct Setting<'a> {
    /// The account of the resource; where it is not given, that of its ARN, and where that has none, the caller's.
    pub resource_account: Option<&'a str>,
    /// Whether the caller's account is the management account of its organization.
    pub management_account: bool,
    /// Whether the caller is a session of a service-linked role. Where its ARN, or `aws:PrincipalArn`, tells so, this need not.
    pub service_linked_role: bool,
    /// Whether the service of the resource is one that resource control policies cover.
    pub rcps_cover: bool,
}

/// The answer to a request, and what each type of policy comes to.
#[derive(Clone, Copy, Debug)]
pub struct Decision<'p, 's> {
    /// The answer.
    pub answer: Answer<'p, 's>,
    /// The type of the resource's own policy: a trust policy where a role is to be taken.
    pub of_resource: PolicyKind,
    /// Whether the resource's policy allows, but only to the caller's account, which leaves it to the identity policies.
    pub delegates: bool,
    /// Whether the resource's policy must allow and was not given.
    pub lacks_policy: bool,
    weights: [Weight<'p, 's>; PolicyKind::ALL.len()],
}

/// May the caller do it?
#[derive(Clone, Copy, Debug)]
pub enum Answer<'p, 's> {
    /// Yes.
    Allowed,
    /// No: nothing denies it, but these must allow and do not.
    NotAllowed(Blocks),
    /// No: this statement denies, in a policy of this type.
    Denied(PolicyKind, &'p Statement<'s>),
    /// It hangs on something that is not known.
    Undecided(Gap),
    /// AWS refuses to store a policy of this type.
    Refused(PolicyKind, Fault<PolicyFault>),
}

/// How the policies of one type bear on a request.
#[derive(Clone, Copy, Debug, Default)]
pub enum Weight<'p, 's> {
    /// There are none.
    #[default]
    None,
    /// There are some, but they do not count: the service control policies of a management account, the identity policies of a root user.
    Idle,
    /// What they come to. Of several levels: what the first comes to that does not allow, else what the last does.
    Counts(Tally<'p, 's>),
}

/// What must allow a request and does not.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Block {
    /// The policies of this type.
    Policies(PolicyKind),
    /// The caller: a root user takes no role.
    Caller,
}

/// Several blocks.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Blocks(u16);

/// Whether the policies that bear on a request allow it.
///
/// A Deny that applies in any policy that counts wins. Else each type that must allow is asked: the levels of service control
/// policies, the endpoint, and of identity and resource policies either or both, by the accounts and by how the resource's policy
/// names the caller.
///
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html>,
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html>
pub fn decide<'p, 's: 'p, R: Recorder<'p, 's>>(
    request: &Request<'_>,
    setting: &Setting<'_>,
    policies: &Policies<'p, 's>,
    recorder: &mut R,
) -> Decision<'p, 's> {
    let court = Court { request, setting, policies, standing: request.principal.standing() };
    match court.weigh(recorder) {
        Ok(_) if court.needs_no_permission() => court.open(),
        Ok(mut decision) => {
            court.judge(&mut decision);
            decision
        }
        Err((kind, fault)) => Decision { answer: Answer::Refused(kind, fault), ..court.open() },
    }
}

/// Whether the resource's own policy must allow, whatever those of the caller say: that of a role that is to be taken, and that of
/// a KMS key.
pub fn resource_must_grant(action: &str, resource: &str) -> bool {
    let is_key = || Arn::parse(resource).is_some_and(|arn| arn.service == "kms" && arn.resource.starts_with("key/"));
    takes_role(action, resource) || is_key()
}

/// Whether it is asked for a session of a role, of which the trust policy decides.
pub fn takes_role(action: &str, resource: &str) -> bool {
    is_of(action, "sts") && Arn::parse(resource).is_some_and(|arn| arn.role_name().is_some())
}

impl<'a> Setting<'a> {
    /// The account of a resource, where it is given or its ARN tells.
    pub fn account_of(&self, resource: &'a str) -> Option<&'a str> {
        self.resource_account.or_else(|| Arn::parse(resource).map(|arn| arn.account).filter(|own| is_account_id(own)))
    }
}

impl<'p, 's> Decision<'p, 's> {
    /// How the policies of a type bear on the request.
    pub fn weight(&self, kind: PolicyKind) -> Weight<'p, 's> {
        self.weights.get(kind as usize).copied().unwrap_or_default()
    }

    /// Each type with how its policies bear on the request, in the order in which AWS looks at them.
    pub fn weights(&self) -> impl Iterator<Item = (PolicyKind, Weight<'p, 's>)> {
        IN_ORDER.into_iter().map(|kind| (kind, self.weight(kind)))
    }

    /// Whether the policies of a type allow, whatever they or others deny.
    fn allows(&self, kind: PolicyKind) -> Truth {
        match self.weight(kind) {
            Weight::Counts(tally) => tally.allows(),
            Weight::None | Weight::Idle => Truth::No,
        }
    }

    /// As [`Decision::allows`]; of a type that only narrows, and so allows where there is none.
    fn leaves(&self, kind: PolicyKind) -> Truth {
        match self.weight(kind) {
            Weight::Counts(tally) => tally.allows(),
            Weight::None | Weight::Idle => Truth::Yes,
        }
    }
}

impl<'p, 's> Weight<'p, 's> {
    /// With a further level, which must allow as well.
    fn and(self, level: Tally<'p, 's>) -> Self {
        match self {
            Self::Counts(before) => Self::Counts(before.and(level)),
            Self::None | Self::Idle => Self::Counts(level),
        }
    }

    /// With further policies of the same level.
    fn or(self, more: Tally<'p, 's>) -> Self {
        match self {
            Self::Counts(before) => Self::Counts(before.or(more)),
            Self::None | Self::Idle => Self::Counts(more),
        }
    }
}

/// All that an answer hangs on.
struct Court<'q, 'a, 'p, 's> {
    request: &'q Request<'a>,
    setting: &'q Setting<'a>,
    policies: &'q Policies<'p, 's>,
    standing: Standing,
}

type Refusal = (PolicyKind, Fault<PolicyFault>);

impl<'p, 's: 'p> Court<'_, '_, 'p, 's> {
    /// Lets the policies of each type speak.
    fn weigh<R: Recorder<'p, 's>>(&self, recorder: &mut R) -> Result<Decision<'p, 's>, Refusal> {
        use PolicyKind as K;
        let given = self.policies;
        let own = matches!(self.standing, Standing::User | Standing::Session | Standing::FederatedUser);
        let scps_count = self.standing != Standing::None && !self.setting.management_account && !self.is_service_linked();
        let mut decision = self.open();
        let mut weigh = |kind, levels: &mut dyn Iterator<Item = &[&'p Policy<'s>]>, counts| {
            let weight = self.weight(kind, levels, counts, recorder)?;
            if let Some(place) = decision.weights.get_mut(kind as usize) {
                *place = weight;
            }
            Ok(())
        };
        let of_resource = self.kind_of_resource();
        weigh(K::Rcp, &mut given.rcps.iter().map(Vec::as_slice), self.rcps_count())?;
        weigh(K::Scp, &mut given.scps.iter().map(Vec::as_slice), scps_count)?;
        let resource_counts = (of_resource != K::Trust || is_of(self.request.action, "sts")) && !self.mends_bucket_policy();
        weigh(of_resource, &mut given.resource.iter().map(std::slice::from_ref), resource_counts)?;
        weigh(K::Identity, &mut one(&given.identity), own)?;
        weigh(K::Boundary, &mut given.boundaries.iter().map(std::slice::from_ref), own)?;
        weigh(K::Session, &mut one(&given.session), own)?;
        weigh(K::Endpoint, &mut one(&given.endpoint), true)?;
        Ok(decision)
    }

    /// What the policies of one type come to, level by level.
    fn weight<R: Recorder<'p, 's>>(
        &self,
        kind: PolicyKind,
        levels: &mut dyn Iterator<Item = &[&'p Policy<'s>]>,
        counts: bool,
        recorder: &mut R,
    ) -> Result<Weight<'p, 's>, Refusal> {
        let mut weight = Weight::None;
        for level in levels {
            if !counts {
                if let Some(fault) = level.iter().find_map(|policy| policy.refusal()) {
                    return Err((kind, *fault));
                }
                weight = Weight::Idle;
                continue;
            }
            let own = tally(level.iter().copied(), self.request, self.asked(Reach::Account), recorder)
                .map_err(|fault| (kind, fault))?;
            weight = weight.and(own);
        }
        for missing in self.policies.missing.iter().filter(|missing| counts && missing.kind == kind) {
            let mut own = Tally::default();
            own.count_either(Gap { reason: GapReason::Policy, span: missing.span });
            let is_union = !matches!(kind, PolicyKind::Boundary | PolicyKind::Scp | PolicyKind::Rcp);
            weight = if is_union { weight.or(own) } else { weight.and(own) };
        }
        Ok(weight)
    }

    /// Whether there is a policy of a type of which no more is known.
    fn misses(&self, kind: PolicyKind) -> bool {
        self.policies.missing.iter().any(|missing| missing.kind == kind)
    }

    fn asked(&self, reach: Reach) -> Asked<'_> {
        Asked {
            caller: self.request.principal,
            reach,
            bounded: self.standing != Standing::Root
                && (!self.policies.boundaries.is_empty() || self.misses(PolicyKind::Boundary)),
            context: self.request.context,
            through_gateway: is_of(self.request.action, "s3") || is_of(self.request.action, "dynamodb"),
        }
    }

    /// Nothing has spoken yet.
    fn open(&self) -> Decision<'p, 's> {
        let weights = [Weight::None; PolicyKind::ALL.len()];
        Decision { answer: Answer::Allowed, of_resource: self.kind_of_resource(), delegates: false, lacks_policy: false, weights }
    }

    /// Puts in the answer, once each type has spoken.
    fn judge(&self, decision: &mut Decision<'p, 's>) {
        let allows = self.allows(decision);
        decision.answer = Self::answer(decision, &allows);
        decision.delegates = allows.delegates();
        decision.lacks_policy = allows.must_grant && matches!(decision.weight(decision.of_resource), Weight::None);
    }

    fn answer(decision: &Decision<'p, 's>, allows: &Allows) -> Answer<'p, 's> {
        let mut maybe_denied = None;
        for kind in IN_ORDER {
            let Weight::Counts(tally) = decision.weight(kind) else { continue };
            if let Some(statement) = tally.denied {
                return Answer::Denied(kind, statement);
            }
            maybe_denied = maybe_denied.or(tally.maybe_denied);
        }
        match (allows.whole(), maybe_denied) {
            (Truth::No, _) => Answer::NotAllowed(allows.blocks(decision.of_resource)),
            (Truth::Unknown(gap), _) | (Truth::Yes, Some(gap)) => Answer::Undecided(gap),
            (Truth::Yes, None) => Answer::Allowed,
        }
    }

    fn allows(&self, decision: &Decision<'p, 's>) -> Allows {
        use PolicyKind as K;
        let is_root = self.standing == Standing::Root;
        let must_grant = resource_must_grant(self.request.action, self.request.resource);
        let granted = |reach| self.granted(decision, reach, must_grant);
        // a federated session without a policy of its own may do only what a resource grants to it
        let lacks_session =
            self.standing == Standing::FederatedUser && self.policies.session.is_empty() && !self.misses(K::Session);
        Allows {
            scp: decision.leaves(K::Scp),
            endpoint: decision.leaves(K::Endpoint),
            caller: (!(is_root && self.request.action.eq_ignore_ascii_case("sts:AssumeRole"))).into(),
            identity: if is_root { Truth::Yes } else { decision.allows(K::Identity) },
            boundary: decision.leaves(K::Boundary),
            session: if lacks_session { Truth::No } else { decision.leaves(K::Session) },
            to_account: granted(Reach::Account),
            to_role: granted(Reach::Role),
            to_itself: granted(Reach::Itself),
            must_grant,
            relation: match self.standing {
                Standing::None => Relation::Stranger,
                _ if self.is_in_own_account() => Relation::SameAccount,
                _ => Relation::OtherAccount,
            },
        }
    }

    /// Whether the resource's policy allows, naming the caller as directly as that.
    fn granted(&self, decision: &Decision<'p, 's>, reach: Reach, must_grant: bool) -> Truth {
        let widest = match decision.weight(self.kind_of_resource()) {
            Weight::Counts(tally) => tally.allows(),
            _ if must_grant => return Truth::Unknown(Gap { reason: GapReason::Policy, span: Span::new(SourceId::NONE, 0, 0) }),
            _ => Truth::No,
        };
        // a policy that is not known names the caller in a way that is not known
        let Some(policy) = self.policies.resource.filter(|_| widest != Truth::No && reach != Reach::Account) else {
            return widest;
        };
        tally([policy], self.request, self.asked(reach), &mut ()).map_or(Truth::No, |own| own.allows())
    }

    /// The type of the resource's policy.
    fn kind_of_resource(&self) -> PolicyKind {
        match self.policies.resource {
            Some(policy) if policy.kind == PolicyKind::Trust => PolicyKind::Trust,
            None if takes_role(self.request.action, self.request.resource) => PolicyKind::Trust,
            _ => PolicyKind::Resource,
        }
    }

    fn is_one_of(&self, actions: &[&str]) -> bool {
        actions.iter().any(|action| action.eq_ignore_ascii_case(self.request.action))
    }

    /// Whether this is the root user of a bucket's account, who may always mend its policy.
    ///
    /// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketPolicy.html>
    fn mends_bucket_policy(&self) -> bool {
        self.standing == Standing::Root
            && self.is_one_of(&["s3:GetBucketPolicy", "s3:PutBucketPolicy", "s3:DeleteBucketPolicy"])
            && self.is_in_own_account()
    }

    /// Whether policies have no say, not even by a Deny.
    ///
    /// <https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html>,
    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_control-access_getsessiontoken.html>
    fn needs_no_permission(&self) -> bool {
        self.standing != Standing::None && self.is_one_of(&["sts:GetCallerIdentity", "sts:GetSessionToken"])
    }

    fn is_in_own_account(&self) -> bool {
        let caller = self.request.principal.account();
        self.setting.account_of(self.request.resource).is_none_or(|account| caller == Some(account))
    }

    /// Whether a service-linked role asks, which no policy of an organization limits.
    fn is_service_linked(&self) -> bool {
        let Request { principal, context, .. } = self.request;
        let of_session = || context.get("aws:PrincipalArn").and_then(|own| own.values().next());
        self.setting.service_linked_role
            || principal.is_service_linked()
            || self.standing == Standing::Session && of_session().is_some_and(|arn| Caller::Aws(arn).is_service_linked())
    }

    /// Whether resource control policies count: those of the resource's account.
    fn rcps_count(&self) -> bool {
        let in_management_account =
            self.setting.management_account && self.standing != Standing::None && self.is_in_own_account();
        self.setting.rcps_cover
            && !self.is_service_linked()
            && !in_management_account
            // <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html#actions-not-restricted-by-rcps>
            && !self.is_one_of(&["kms:RetireGrant"])
    }
}

fn is_of(action: &str, service: &str) -> bool {
    action.split_once(':').is_some_and(|(own, _)| own.eq_ignore_ascii_case(service))
}

/// The types in the order in which AWS looks at them, which is the order in which a Deny is named.
const IN_ORDER: [PolicyKind; 8] = [
    PolicyKind::Rcp,
    PolicyKind::Scp,
    PolicyKind::Trust,
    PolicyKind::Resource,
    PolicyKind::Identity,
    PolicyKind::Boundary,
    PolicyKind::Session,
    PolicyKind::Endpoint,
];

/// A union, as the only level; none where it is empty.
fn one<T>(union: &[T]) -> impl Iterator<Item = &[T]> {
    Some(union).filter(|union| !union.is_empty()).into_iter()
}

/// Whose the resource is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Relation {
    SameAccount,
    OtherAccount,
    /// The caller has no account.
    Stranger,
}

/// Who allows.
struct Allows {
    scp: Truth,
    endpoint: Truth,
    caller: Truth,
    identity: Truth,
    boundary: Truth,
    session: Truth,
    /// The resource's policy allows, naming at least the account.
    to_account: Truth,
    /// At least the role.
    to_role: Truth,
    to_itself: Truth,
    must_grant: bool,
    relation: Relation,
}

impl Allows {
    /// Whether all that must allow do.
    ///
    /// Within one account a resource's policy that names the caller itself is enough, and one that names his role is limited by
    /// boundary and session only; one that names the account leaves it to the identity policies.
    fn whole(&self) -> Truth {
        let limits = self.boundary.and(self.session);
        let by_identity = self.identity.and(limits);
        let granted = match self.relation {
            Relation::Stranger => self.to_account,
            Relation::OtherAccount => self.to_account.and(by_identity),
            Relation::SameAccount => {
                let by_identity = if self.must_grant { self.to_account.and(by_identity) } else { by_identity };
                self.to_itself.or(self.to_role.and(limits)).or(by_identity)
            }
        };
        self.caller.and(self.scp).and(self.endpoint).and(granted)
    }

    /// Whether the resource's policy allows within one account, but names nothing smaller than the account.
    fn delegates(&self) -> bool {
        self.relation == Relation::SameAccount && self.to_account == Truth::Yes && self.to_role == Truth::No
    }

    /// What stands in the way, where something does.
    fn blocks(&self, of_resource: PolicyKind) -> Blocks {
        let mut blocks = Blocks::default();
        let mut block = |allows: Truth, block| {
            if allows == Truth::No {
                blocks.add(block);
            }
        };
        block(self.caller, Block::Caller);
        block(self.scp, Block::Policies(PolicyKind::Scp));
        block(self.endpoint, Block::Policies(PolicyKind::Endpoint));
        if self.relation != Relation::SameAccount || self.must_grant {
            block(self.to_account, Block::Policies(of_resource));
        }
        let needs_own = match self.relation {
            Relation::Stranger => false,
            Relation::OtherAccount => true,
            Relation::SameAccount => self.to_itself == Truth::No,
        };
        if needs_own {
            let is_granted = self.relation == Relation::SameAccount && self.to_role != Truth::No;
            block(if is_granted { Truth::Yes } else { self.identity }, Block::Policies(PolicyKind::Identity));
            block(self.boundary, Block::Policies(PolicyKind::Boundary));
            block(self.session, Block::Policies(PolicyKind::Session));
        }
        blocks
    }
}

impl Blocks {
    /// Each of them.
    pub fn iter(self) -> impl Iterator<Item = Block> {
        let of_types = IN_ORDER.into_iter().map(Block::Policies);
        std::iter::once(Block::Caller).chain(of_types).filter(move |block| self.0 & block.bit() != 0)
    }

    fn add(&mut self, block: Block) {
        self.0 |= block.bit();
    }
}

impl Block {
    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Caller => "caller",
            Self::Policies(kind) => kind.name(),
        }
    }

    fn bit(self) -> u16 {
        match self {
            Self::Caller => 1,
            Self::Policies(kind) => 2 << kind as u16,
        }
    }
}
