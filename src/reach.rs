//! Who can take a role: every kind of caller whom its trust policy lets in, each with one of them who gets through.
//!
//! Which kinds there are comes from what the trust policy and the inputs name: the pools, providers, tenants, repositories and accounts
//! that stand there, and for each of them everybody else. Whether a kind gets in is asked of the prover, so that the answer does not hang
//! on how a condition is written, and whoever is told has been brought to the trust policy by the simulator.

pub(crate) mod address;
pub(crate) mod client;
pub(crate) mod control;
mod door;
mod graph;
pub(crate) mod loose;
mod never;
mod pools;
mod principals;
mod shape;
mod subjects;
mod unnamed;

use crate::finding::Fault;
use crate::inventory::Role;
use crate::policy::{Effect, Policy, PolicyFault, PrincipalKind, Statement};
use crate::prove::Doubt;
use crate::simulate::{Presented, World};
use crate::source::Span;
use door::Door;

pub use graph::{
    ADMINISTRATOR, Asked, Cell, Closing, Path, Permitted, Reach, Reason, Rebuild, Step, Subject, Target, Way, closings, reach,
    subjects as everybody,
};
pub use never::{Goal, Kept, Never, keep, unknown_names};
pub use subjects::{Breadth, words};

/// Who can take a role.
#[derive(Debug)]
pub struct Takers<'i, 's> {
    /// The kinds of callers, in the order in which the trust policy lets them in.
    pub takers: Vec<Taker<'i, 's>>,
    /// Of whom it is not known.
    pub open: Vec<Perhaps>,
    /// AWS refuses to store the trust policy.
    pub refused: Option<Fault<PolicyFault>>,
}

/// A kind of caller who can take a role.
#[derive(Clone, Debug)]
pub struct Taker<'i, 's> {
    /// Who it is, as a phrase: "any signed-in user of identity pool `…`".
    pub who: String,
    /// How far he is from whoever the role is meant for.
    pub distance: Distance,
    /// What kind that is.
    pub kind: Kind,
    /// The call that takes the role: `sts:AssumeRoleWithWebIdentity`.
    pub call: &'static str,
    /// One of them.
    pub sample: Sample,
    /// The statement that lets them in.
    pub statement: &'i Statement<'s>,
    /// The value of it that does, where it is one.
    pub place: Option<Span>,
    /// What the request must hold beside.
    pub given: Vec<(String, String)>,
}

/// A kind of caller of whom it is not known whether he can take a role.
#[derive(Clone, Debug)]
pub struct Perhaps {
    /// Who it is, as a phrase.
    pub who: String,
    /// What kind that is.
    pub kind: Kind,
    /// Why it is not known.
    pub doubt: Doubt,
}

/// How far a caller is from the account of the role.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Distance {
    /// Somebody whom the trust policy or the inputs name, or of the account.
    Known,
    /// Somebody whom another account chooses.
    Other,
    /// Anybody on earth may become one.
    Anyone,
}

/// The kinds of callers.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Kind {
    /// A guest of an identity pool, by its id.
    Guest(String),
    /// Somebody who signed in to an identity pool, by its id.
    SignedIn(String),
    /// Guests or users of an identity pool that nobody named.
    ForeignPool {
        /// Whether STS takes its tokens from another account too.
        across_accounts: bool,
    },
    /// Holders of tokens of an issuer, by its host.
    Subject {
        /// The issuer's host and path.
        host: String,
        /// How many of them.
        breadth: Breadth,
    },
    /// Holders of assertions of a SAML provider.
    Saml,
    /// Principals of AWS.
    Principal,
    /// An AWS service.
    Service,
    /// Whoever a hole of a template stands for.
    Unnamed,
}

/// One caller of a kind.
#[derive(Clone, Debug)]
pub enum Sample {
    /// He brings this token.
    Token(Presented),
    /// He signs as this principal, as [`Caller::parse`](crate::evaluate::Caller::parse) reads it.
    Principal(String),
}

/// Who can take a role, by its trust policy that counts. Of those whom only another one lets in that a template may give it, it is not known.
pub fn takers<'i, 's>(world: World<'i, 's>, role: &'i Role<'s>) -> Takers<'i, 's> {
    let mut found = of_principals(world, role, role.trust.as_ref(), |_, _| true);
    if let Some(policy) = role.trust.as_ref().filter(|policy| policy.has_hole && found.refused.is_none()) {
        found.open.extend(unnamed::unnamed(policy));
    }
    let is_of_template = |policy: &&Policy<'_>| world.inventory.templates().contains(&policy.mark.source);
    for policy in role.other_trusts.iter().filter(is_of_template) {
        let other = of_principals(world, role, Some(policy), |_, _| true);
        let perhaps = other.takers.into_iter().map(|own| {
            let doubt = Doubt::Branch(own.place.unwrap_or_else(|| own.statement.place()));
            Perhaps { who: own.who, kind: own.kind, doubt }
        });
        for own in perhaps.chain(other.open) {
            if !found.takers.iter().any(|told| told.who == own.who) && !found.open.iter().any(|told| told.who == own.who) {
                found.open.push(own);
            }
        }
    }
    found
}

/// Who of the holders of tokens of OIDC issuers can take a role, but for those of identity pools. It costs nothing where the trust policy
/// names no such issuer.
pub fn holders<'i, 's>(world: World<'i, 's>, role: &'i Role<'s>) -> Takers<'i, 's> {
    let is_meant = |kind: PrincipalKind, name: &str| {
        kind == PrincipalKind::Federated && !name.starts_with("cognito-identity") && !name.contains(":saml-provider/")
    };
    if role.trust.as_ref().is_some_and(|policy| named(policy).into_iter().any(|(kind, name)| is_meant(kind, name))) {
        of_principals(world, role, role.trust.as_ref(), is_meant)
    } else {
        Takers { takers: Vec::new(), open: Vec::new(), refused: None }
    }
}

fn of_principals<'i, 's>(
    world: World<'i, 's>,
    role: &'i Role<'s>,
    trust: Option<&'i Policy<'s>>,
    is_meant: impl Fn(PrincipalKind, &str) -> bool,
) -> Takers<'i, 's> {
    let mut found = Takers { takers: Vec::new(), open: Vec::new(), refused: None };
    let Some(policy) = trust else { return found };
    let named: Vec<(PrincipalKind, &str)> = named(policy).into_iter().filter(|(kind, name)| is_meant(*kind, name)).collect();
    if let Some(fault) = policy.refusal() {
        found.refused = Some(*fault);
        return found;
    }
    for (kind, name) in named {
        match kind {
            // no provider is called so: an ARN has the issuer without its scheme
            PrincipalKind::Federated if name.contains("://") => {}
            PrincipalKind::Federated => {
                let door = Door { world, role, policy, provider: name };
                if door.is_of_pools() {
                    pools::takers(&door, &mut found);
                } else if door.is_saml() {
                    principals::saml(&door, &mut found);
                } else {
                    subjects::takers(&door, &mut found);
                }
            }
            _ => principals::takers(world, role, policy, (kind, name), &mut found),
        }
    }
    // an issuer may be named as the providers of several accounts, of which one is the role's
    let mut told = Vec::new();
    found.takers.retain(|taker| {
        let own = (taker.who.clone(), taker.statement.index, taker.place);
        let is_new = !told.contains(&own);
        if is_new {
            told.push(own);
        }
        is_new
    });
    found
}

impl Takers<'_, '_> {
    /// Somebody whom the trust policy may let in and of whom it is not known who that is: as a phrase, and the place.
    fn unnamed(&self) -> Option<(&str, Span)> {
        self.open.iter().find_map(|own| match own.doubt {
            Doubt::Open(gap) if own.kind == Kind::Unnamed => Some((own.who.as_str(), gap.span)),
            _ => None,
        })
    }
}

/// The principals that the allowing statements of a policy name, each once, in the order of the text.
fn named<'i>(policy: &'i Policy<'_>) -> Vec<(PrincipalKind, &'i str)> {
    let mut named = Vec::new();
    for principals in policy.with_effect(Effect::Allow).filter_map(|statement| statement.principals.as_ref()) {
        for principal in principals.list.iter().filter(|_| !principals.negated) {
            let Some(text) = principal.value.known() else { continue };
            let kind = if text == "*" { PrincipalKind::Anyone } else { principal.kind };
            if !named.contains(&(kind, text)) {
                named.push((kind, text));
            }
        }
    }
    named
}
