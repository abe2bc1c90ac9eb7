//! Which of the causes that an error may have hold for a login, by what its simulation shows.

use super::near_miss::{Difference, Part};
use super::selection::{applies, roles_claim};
use super::{Flow, GateKind, GateState, Login, Outcome, Question, Simulation, World, stored};
use crate::evaluate::{Block, Verdict};
use crate::identity::{Claims, IdentityPool, Issuer, Mapping, MappingType, RoleMap, Signature, Token, TokenKind};
use crate::policy::{Condition, PolicyKind};
use crate::reference::{self, Cause};

/// Whether something is so with what was given.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Holds {
    /// It is.
    Yes,
    /// It hangs on something that was not given, or that no file tells.
    Unknown,
    /// It is not.
    No,
}

/// What a simulation shows where a cause holds.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Sign {
    /// This gate is closed.
    Gate(GateKind),
    /// What comes nearest fails by the value of this key, of an issuer's key by its claim, or by this element of a statement.
    Key(String),
    /// What comes nearest differs in this way.
    Kind(String),
    /// Something of its own.
    Fact(Fact),
}

/// Something that a sign-in shows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fact {
    /// A statement of the trust policy denies.
    Deny,
    /// The role is not among what was given.
    RoleNotGiven,
    /// Role and identity pool are of two accounts, and the trust policy names no pool.
    PoolOfAnotherAccount,
    /// STS asks for a condition that the trust policy lacks.
    RunTimeControl,
    /// A policy of the organization closes what the trust policy opens.
    OrganizationPolicy,
    /// The pool has no role for guests, or for users.
    NoDefaultRole,
    /// The login's provider has no role mapping.
    NoMapping,
    /// Mapped is another app client of the user pool.
    MappingOfOtherClient,
    /// The mapping takes the role from the token, which names none.
    NoRoleClaims,
    /// The mapping takes the role from the token, which names several and prefers none.
    SeveralRoles,
    /// No rule of the mapping matches.
    NoRuleMatches,
    /// A rule of the mapping asks for a claim that the token does not hold.
    RuleClaimAbsent,
    /// The login is an assertion, and the assertion lacks something.
    OfAssertion,
    /// The developer's backend vouches.
    Developer,
    /// The caller is a guest, and guest access is off.
    GuestsOff,
    /// The token is an access token of a user pool.
    AccessToken,
    /// The token is one of an identity pool.
    PoolToken,
    /// The token lacks a claim that STS needs.
    ClaimMissing,
    /// The token was issued for a party, which takes the place of its audience, and that is refused.
    AuthorizedParty,
    /// The token's signature is none that AWS takes.
    Algorithm,
    /// The token's signature does not fit its key.
    BadSignature,
    /// The issuer does not publish the key that the token names.
    KeyMissing,
    /// The classic flow is off.
    ClassicFlowOff,
    /// The pool has role mappings, which close the classic flow.
    RoleMappingsCloseFlow,
    /// The session is to last longer than the role lets it.
    LongerThanRole,
    /// A duration is asked for in the enhanced flow.
    DurationInEnhancedFlow,
    /// No session is so short or so long.
    DurationOutOfRange,
    /// Cognito narrows the guest's session.
    GuestScopeDown,
    /// The role's policies do not allow the action.
    RoleDoesNotAllow,
    /// A statement denies the action.
    PermissionDeny,
    /// The permissions boundary does not allow the action.
    Boundary,
}

impl Sign {
    /// Reads a sign as it stands in the data on errors: `kind letter-case`.
    pub fn parse(text: &str) -> Option<Self> {
        let (what, name) = text.split_once(' ')?;
        match what {
            "gate" => GateKind::ALL.into_iter().find(|kind| kind.name() == name).map(Self::Gate),
            "key" => Some(Self::Key(name.to_owned())),
            "kind" => Some(Self::Kind(name.to_owned())),
            "fact" => FACTS.iter().find(|(own, _)| *own == name).map(|(_, fact)| Self::Fact(*fact)),
            _ => None,
        }
    }
}

/// Whether a cause holds for a login. Where the files cannot show it, that is not known.
pub fn holds(world: World<'_, '_>, question: &Question<'_>, simulation: &Simulation<'_, '_>, cause: &Cause) -> Holds {
    let at = At { world, question, simulation };
    let signs = cause.signs.iter().filter_map(|sign| Sign::parse(sign));
    signs.map(|sign| at.shows(&sign)).min().unwrap_or(Holds::Unknown)
}

const FACTS: [(&str, Fact); 31] = [
    ("deny", Fact::Deny),
    ("role-not-given", Fact::RoleNotGiven),
    ("pool-of-another-account", Fact::PoolOfAnotherAccount),
    ("run-time-control", Fact::RunTimeControl),
    ("organization-policy", Fact::OrganizationPolicy),
    ("no-default-role", Fact::NoDefaultRole),
    ("no-mapping", Fact::NoMapping),
    ("mapping-of-other-client", Fact::MappingOfOtherClient),
    ("no-role-claims", Fact::NoRoleClaims),
    ("several-roles", Fact::SeveralRoles),
    ("no-rule-matches", Fact::NoRuleMatches),
    ("rule-claim-absent", Fact::RuleClaimAbsent),
    ("of-assertion", Fact::OfAssertion),
    ("developer", Fact::Developer),
    ("guests-off", Fact::GuestsOff),
    ("access-token", Fact::AccessToken),
    ("pool-token", Fact::PoolToken),
    ("claim-missing", Fact::ClaimMissing),
    ("authorized-party", Fact::AuthorizedParty),
    ("algorithm", Fact::Algorithm),
    ("bad-signature", Fact::BadSignature),
    ("key-missing", Fact::KeyMissing),
    ("classic-flow-off", Fact::ClassicFlowOff),
    ("role-mappings-close-flow", Fact::RoleMappingsCloseFlow),
    ("longer-than-role", Fact::LongerThanRole),
    ("duration-in-enhanced-flow", Fact::DurationInEnhancedFlow),
    ("duration-out-of-range", Fact::DurationOutOfRange),
    ("guest-scope-down", Fact::GuestScopeDown),
    ("role-does-not-allow", Fact::RoleDoesNotAllow),
    ("permission-deny", Fact::PermissionDeny),
    ("boundary", Fact::Boundary),
];

/// How long sessions of the enhanced flow last, and the shortest and longest that there are, in seconds.
const HOUR: u32 = 3600;
const RANGE: std::ops::RangeInclusive<u32> = 900..=43_200;

/// A login, and what came of it.
struct At<'a, 'i, 's> {
    world: World<'i, 's>,
    question: &'a Question<'a>,
    simulation: &'a Simulation<'i, 's>,
}

impl<'i, 's> At<'_, 'i, 's> {
    fn shows(&self, sign: &Sign) -> Holds {
        match sign {
            // a token that lists no roles meets no such gate
            Sign::Gate(GateKind::RolesClaim) if self.state(GateKind::RolesClaim).is_none() && self.token().is_some() => Holds::No,
            Sign::Gate(kind) => match self.state(*kind) {
                Some(GateState::Fail) => Holds::Yes,
                Some(GateState::Pass) => Holds::No,
                Some(GateState::Unknown | GateState::Skipped) | None => Holds::Unknown,
            },
            Sign::Key(key) => self.nearest(|difference| is_on(difference, key)),
            Sign::Kind(id) => self.nearest(|difference| difference.kinds.iter().any(|kind| kind.id() == *id)),
            Sign::Fact(fact) => self.fact(*fact),
        }
    }

    fn fact(&self, fact: Fact) -> Holds {
        match fact {
            Fact::Deny => match &self.simulation.trust {
                Some(judgement) => truth(matches!(judgement.verdict, Verdict::Denied(_))),
                None => Holds::Unknown,
            },
            Fact::RoleNotGiven => match &self.simulation.role {
                Some(role) if role.role.is_some() => Holds::No,
                _ => Holds::Unknown,
            },
            Fact::PoolOfAnotherAccount | Fact::RunTimeControl | Fact::OrganizationPolicy => self.closed_beside_policy(fact),
            Fact::NoDefaultRole => self.no_default_role(),
            Fact::NoMapping | Fact::MappingOfOtherClient => self.unmapped(fact),
            Fact::NoRoleClaims | Fact::SeveralRoles | Fact::NoRuleMatches | Fact::RuleClaimAbsent => self.selection(fact),
            Fact::GuestsOff => match self.pool().and_then(|pool| pool.guests) {
                Some(setting) => truth(!setting.value && matches!(self.question.login, Login::Guest)),
                None => Holds::Unknown,
            },
            Fact::AccessToken
            | Fact::PoolToken
            | Fact::ClaimMissing
            | Fact::Algorithm
            | Fact::BadSignature
            | Fact::KeyMissing => self.token().map_or(Holds::Unknown, |token| of_token(fact, token)),
            // what it lacks, the gates tell
            Fact::OfAssertion => {
                if matches!(self.question.login, Login::Saml(..)) {
                    Holds::Unknown
                } else {
                    Holds::No
                }
            }
            Fact::AuthorizedParty => match (self.token(), self.state(GateKind::Audience)) {
                (Some(token), _) if token.claims.get("azp").is_none() => Holds::No,
                (Some(_), Some(GateState::Fail)) => Holds::Yes,
                (_, Some(GateState::Pass)) => Holds::No,
                _ => Holds::Unknown,
            },
            Fact::Developer => truth(matches!(self.question.login, Login::Developer(..))),
            // not set means on; and where there are role mappings, another message tells of them first
            Fact::ClassicFlowOff => self.pool().map_or(Holds::Unknown, |pool| {
                let is_mapped = self.role_map().is_some_and(|map| !map.mappings.is_empty());
                truth(pool.classic.is_some_and(|setting| !setting.value) && !is_mapped)
            }),
            Fact::RoleMappingsCloseFlow => self.role_map().map_or(Holds::Unknown, |map| truth(!map.mappings.is_empty())),
            Fact::LongerThanRole => {
                let most = self.simulation.role.as_ref().and_then(|role| role.role?.max_session);
                match (self.question.duration, most) {
                    (Some(seconds), Some(most)) => truth(self.simulation.flow != Flow::Enhanced && seconds > most.value),
                    _ => Holds::Unknown,
                }
            }
            Fact::DurationInEnhancedFlow => self
                .question
                .duration
                .map_or(Holds::Unknown, |seconds| truth(self.simulation.flow == Flow::Enhanced && seconds != HOUR)),
            Fact::DurationOutOfRange => self.question.duration.map_or(Holds::Unknown, |seconds| truth(!RANGE.contains(&seconds))),
            Fact::GuestScopeDown => {
                let narrowed = matches!(self.question.login, Login::Guest) && self.simulation.flow == Flow::Enhanced;
                if narrowed { self.blocked(PolicyKind::Session) } else { Holds::No }
            }
            Fact::RoleDoesNotAllow => self.blocked(PolicyKind::Identity),
            Fact::Boundary => self.blocked(PolicyKind::Boundary),
            Fact::PermissionDeny => self.permission(|reply| reply.denial() == Some(super::Denial::Explicit)),
        }
    }

    fn state(&self, kind: GateKind) -> Option<GateState> {
        // several may be of a kind; one that is closed counts
        let states = self.simulation.gates.iter().filter(|gate| gate.kind == kind).map(|gate| gate.state);
        states.min_by_key(|state| match state {
            GateState::Fail => 0,
            GateState::Unknown => 1,
            GateState::Pass => 2,
            GateState::Skipped => 3,
        })
    }

    /// Whether what comes nearest to taking the token differs in a way. Where the trust policy was not reached, that is not known.
    fn nearest(&self, differs: impl Fn(&Difference<'i, 's>) -> bool) -> Holds {
        // of roles that were only tried, none counts where another takes the token
        let is_taken = self.state(GateKind::Trust) == Some(GateState::Pass);
        let of_choices = self.simulation.choices.iter().filter(|_| !is_taken).filter_map(|choice| choice.near_miss.as_ref());
        let own = self.simulation.near_miss.iter().chain(&self.simulation.tags_near_miss);
        let mut misses = own.chain(of_choices);
        if misses.any(|miss| miss.failing.iter().any(&differs)) {
            return Holds::Yes;
        }
        match (self.state(GateKind::Trust), self.state(GateKind::Tags)) {
            (Some(GateState::Pass | GateState::Fail), Some(GateState::Pass | GateState::Fail | GateState::Skipped) | None) => {
                Holds::No
            }
            _ => Holds::Unknown,
        }
    }

    /// What closes the gate of the trust policy, or of session tags, though the policy itself takes the token.
    fn closed_beside_policy(&self, fact: Fact) -> Holds {
        let lets_tag = self.simulation.tags.as_ref().is_some_and(|own| matches!(own.verdict, Verdict::Allowed(_)));
        if fact == Fact::OrganizationPolicy && lets_tag && self.state(GateKind::Tags) == Some(GateState::Fail) {
            return Holds::Yes;
        }
        let (Some(judgement), Some(state)) = (&self.simulation.trust, self.state(GateKind::Trust)) else {
            return Holds::Unknown;
        };
        if state == GateState::Unknown {
            return Holds::Unknown;
        }
        let Verdict::Allowed(statement) = judgement.verdict else { return Holds::No };
        if state != GateState::Fail {
            return Holds::No;
        }
        let host = self.simulation.presented.as_ref().map_or("", |token| &token.host);
        let issuer = reference::issuer(host);
        let limited = self.world.inventory.policies.iter().any(|loose| loose.policy.kind == PolicyKind::Rcp);
        let lacks_required =
            |issuer: &reference::Issuer| issuer.required_by_sts && !stored::asks_for_required(statement, issuer, host);
        let by = match issuer {
            Some(issuer) if lacks_required(issuer) => Fact::RunTimeControl,
            Some(issuer) if issuer.id == "cognito-identity" => {
                let audience = format!("{host}:aud");
                let is_audience = |own: &Condition<'_>| own.key.known().is_some_and(|own| own.eq_ignore_ascii_case(&audience));
                match (limited, statement.conditions.iter().any(is_audience)) {
                    (false, false) => Fact::PoolOfAnotherAccount,
                    // only in the enhanced flow is that not enough
                    (false, true) => return Holds::No,
                    (true, true) if self.simulation.flow != Flow::Enhanced => Fact::OrganizationPolicy,
                    (true, _) => return Holds::Unknown,
                }
            }
            _ => Fact::OrganizationPolicy,
        };
        truth(by == fact)
    }

    fn no_default_role(&self) -> Holds {
        let Some(map) = self.role_map() else { return Holds::Unknown };
        let role = if matches!(self.question.login, Login::Guest) { &map.unauthenticated } else { &map.authenticated };
        match self.state(GateKind::RoleMapping) {
            Some(GateState::Fail) => truth(role.is_none()),
            Some(GateState::Pass) => Holds::No,
            _ => Holds::Unknown,
        }
    }

    fn unmapped(&self, fact: Fact) -> Holds {
        let (Some(map), Some((provider, _))) = (self.role_map(), self.mapping_key()) else {
            return if self.has_no_mapping() { Holds::No } else { Holds::Unknown };
        };
        if self.mapping().is_some() {
            return Holds::No;
        }
        let of_provider =
            |mapping: &Mapping<'_>| mapping.provider.known().is_some_and(|own| own.starts_with(&format!("{provider}:")));
        truth(map.mappings.iter().any(of_provider) == (fact == Fact::MappingOfOtherClient))
    }

    /// Why a mapping gives no single role.
    fn selection(&self, fact: Fact) -> Holds {
        let (Some(mapping), Some(claims)) = (self.mapping(), self.claims()) else {
            let is_unmapped = self.role_map().is_some() && self.claims().is_some();
            return if is_unmapped || self.has_no_mapping() { Holds::No } else { Holds::Unknown };
        };
        let prefers = claims.text("cognito:preferred_role").is_some_and(|role| !role.is_empty());
        match (&mapping.kind, fact) {
            (MappingType::Token, Fact::NoRoleClaims) => truth(!prefers && roles_claim(claims).is_empty()),
            (MappingType::Token, Fact::SeveralRoles) => truth(!prefers && roles_claim(claims).len() > 1),
            (MappingType::Rules(rules), Fact::NoRuleMatches) => {
                let mut answers =
                    rules.iter().map(|rule| applies(rule.claim.as_ref()?, rule.matching?, rule.value.as_ref()?, claims));
                // the first that matches, or of which it is not known, decides
                let decides = answers.find(|answer| *answer != Some(false));
                decides.map_or(Holds::Yes, |answer| if answer.is_some() { Holds::No } else { Holds::Unknown })
            }
            (MappingType::Rules(rules), Fact::RuleClaimAbsent) => {
                let absent = |name: &str| claims.get(name).is_none();
                truth(rules.iter().any(|rule| rule.claim.as_ref().and_then(|claim| claim.known()).is_some_and(absent)))
            }
            (MappingType::Unknown, _) => Holds::Unknown,
            _ => Holds::No,
        }
    }

    /// Whether no mapping is asked for such a login, whatever the pool has.
    fn has_no_mapping(&self) -> bool {
        matches!(self.question.login, Login::Guest | Login::Developer(..))
    }

    fn blocked(&self, kind: PolicyKind) -> Holds {
        self.permission(|reply| reply.blocked_by().contains(&Block::Policies(kind)))
    }

    /// Whether something holds of what may be done; not known where nothing was asked.
    fn permission(&self, holds: impl Fn(&super::Reply<'i, 's, crate::evaluate::Trace<'i, 's>>) -> bool) -> Holds {
        let mut asked = self.simulation.permissions.iter().peekable();
        if asked.peek().is_none() {
            return Holds::Unknown;
        }
        let outcomes = asked.map(|own| match own.outcome {
            Outcome::Denied => truth(holds(&own.reply)),
            Outcome::Allowed => Holds::No,
            Outcome::Undecided | Outcome::Error => Holds::Unknown,
        });
        outcomes.min().unwrap_or(Holds::Unknown)
    }

    /// The identity pool: the one that was named, or the only one.
    fn pool(&self) -> Option<&'i IdentityPool<'s>> {
        let pools = &self.world.inventory.identity_pools;
        match self.question.pool {
            Some(wanted) => pools.iter().find(|pool| pool.is(wanted)),
            None => pools.first().filter(|_| pools.len() == 1),
        }
    }

    fn role_map(&self) -> Option<&'i RoleMap<'s>> {
        self.world.inventory.role_map(self.pool()?)
    }

    fn token(&self) -> Option<&Token> {
        match self.question.login {
            Login::Token(token) => Some(token),
            Login::Guest | Login::Saml(..) | Login::Social(..) | Login::Developer(..) => None,
        }
    }

    fn claims(&self) -> Option<&Claims> {
        self.token().map(|token| &token.claims)
    }

    /// The provider of the login, and the key of its role mapping.
    fn mapping_key(&self) -> Option<(String, String)> {
        let Login::Token(token) = self.question.login else { return None };
        match &token.issuer {
            Issuer::UserPool(host) => Some((host.clone(), format!("{host}:{}", token.claims.text("aud").unwrap_or_default()))),
            Issuer::Other(host) => {
                let ending = format!(":oidc-provider/{host}");
                let arns = self.pool()?.oidc.iter().filter_map(|arn| arn.known());
                let key = arns.into_iter().find(|arn| arn.ends_with(&ending)).map_or_else(|| host.clone(), str::to_owned);
                Some((key.clone(), key))
            }
            Issuer::IdentityPools | Issuer::Missing => None,
        }
    }

    fn mapping(&self) -> Option<&'i Mapping<'s>> {
        let (_, key) = self.mapping_key()?;
        self.role_map()?.mappings.iter().find(|mapping| mapping.provider.known() == Some(&key))
    }
}

/// What a token shows by itself.
fn of_token(fact: Fact, token: &Token) -> Holds {
    match (fact, &token.signature) {
        (Fact::AccessToken, _) => truth(token.kind == TokenKind::UserPoolAccess),
        (Fact::PoolToken, _) => truth(token.issuer == Issuer::IdentityPools),
        (Fact::ClaimMissing, signature) => {
            let lacks = |names: &[&str]| names.iter().any(|name| token.claims.get(name).is_none());
            match signature {
                // claims that are given by themselves need not tell times
                Signature::Claims if !lacks(&["iss", "sub", "aud"]) && lacks(&["exp", "iat"]) => Holds::Unknown,
                _ => truth(lacks(&["iss", "sub", "aud", "exp", "iat"])),
            }
        }
        (_, Signature::Claims | Signature::NotChecked | Signature::Unsupported(_)) => Holds::Unknown,
        (Fact::Algorithm, signature) => {
            truth(matches!(signature, Signature::Unsigned | Signature::SharedSecret | Signature::WrongAlgorithm))
        }
        (Fact::BadSignature, signature) => truth(matches!(signature, Signature::Bad(_))),
        (_, signature) => truth(matches!(signature, Signature::KeyMissing(_))),
    }
}

fn truth(holds: bool) -> Holds {
    if holds { Holds::Yes } else { Holds::No }
}

/// Whether a difference is in this element, or in the value of this key; a key of an issuer goes by the claim too.
fn is_on(difference: &Difference<'_, '_>, key: &str) -> bool {
    let Part::Condition(condition, _) = difference.part else { return difference.subject() == key };
    let Some(own) = condition.key.known().filter(|_| difference.got.is_some()) else { return false };
    let of_issuer = || own.rsplit_once(':').is_some_and(|(host, claim)| host.contains('.') && claim.eq_ignore_ascii_case(key));
    own.eq_ignore_ascii_case(key) || of_issuer()
}
