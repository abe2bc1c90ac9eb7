//! Tokens to ask trust policies with.
//!
//! A rule about reach never reads a condition to tell whether it restricts: it asks with tokens that should be refused, and
//! what gets through is the witness.

mod action;
mod caller;
mod login;
mod own_resource;
mod pool_id;
mod stranger;

use crate::evaluate::{Truth, Verdict};
use crate::finding::Witness;
use crate::identity::{Claim, Claims};
use crate::inventory::Role;
use crate::lint::Facts;
use crate::policy::{Condition, Effect, Operand, Policy, Principal, PrincipalKind, Statement};
use crate::reach::address::names_domain;
use crate::reference::identity_pool_host;
use crate::simulate::{Flow, Judgement, Presented, try_assume};

pub(super) use action::{by_action, possible};
pub(super) use caller::{EXTERNAL_ID, call, is_granted, naming, principals_of, put, stranger};
pub(super) use login::{GUEST, Login, SIGNED_IN, guest, is_on, signed_in};
pub(super) use own_resource::on_own_resource;
pub(super) use pool_id::is_pool_id;
pub(super) use stranger::{ANONYMOUS, fits_any_id, strange, strangers};

/// A token to ask with.
#[derive(Clone, Debug)]
pub(super) struct Probe {
    /// Who holds it, as a phrase.
    pub(super) who: String,
    /// The token.
    pub(super) token: Presented,
    /// The id of the identity pool or application that it was made for.
    pub(super) audience: String,
    /// How many of the 32 digits of that id a pattern of the policy asks for: the more, the harder it is to get.
    pub(super) fixed: usize,
}

/// A statement that lets in tokens of a provider from whom anybody can have some: nothing but the conditions tells one's own
/// identity pool, or application, from that of a stranger.
#[derive(Clone, Copy, Debug)]
pub(super) struct Door<'p, 's> {
    /// The role that it opens.
    pub(super) role: &'p Role<'s>,
    /// The role's trust policy.
    pub(super) policy: &'p Policy<'s>,
    /// The statement.
    pub(super) statement: &'p Statement<'s>,
    /// The provider in it.
    pub(super) principal: &'p Principal<'s>,
    /// The provider's name: a host.
    pub(super) host: &'p str,
    /// What kind of provider that is.
    pub(super) provider: Provider,
}

/// A provider from whom anybody can have tokens.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Provider {
    /// Identity pools.
    Pools,
    /// A public provider that IAM knows by itself, without a list of client ids.
    Public {
        /// As people call it.
        name: &'static str,
        /// The claim that names the application.
        audience: &'static str,
        /// Some application.
        application: &'static str,
        /// The claim that names the user, and some user.
        user: (&'static str, &'static str),
    },
}

/// The trust policies that AWS can store, each with its role. Each is asked about all that it names, and each time all of it answers, so
/// one that is far too long is left to the rule on that.
pub(super) fn storable<'i, 's>(facts: &Facts<'i, 's>) -> impl Iterator<Item = (&'i Role<'s>, &'i Policy<'s>)> + use<'i, 's> {
    let is_stored = |policy: &Policy<'_>| {
        policy.refusal().is_none() && policy.statements.len() <= MOST_STATEMENTS && policy.size.packed <= LONGEST
    };
    facts.trust_policies().filter(move |(_, policy)| is_stored(policy))
}

/// The doors of all trust policies, in the order of the text; of one statement at most one for each provider.
///
/// A policy that AWS refuses to store opens nothing; nor does one of more statements than it can store.
pub(super) fn doors<'i, 's>(facts: &Facts<'i, 's>) -> Vec<Door<'i, 's>> {
    let mut doors: Vec<Door<'i, 's>> = Vec::new();
    for (role, policy) in storable(facts) {
        for statement in policy.with_effect(Effect::Allow) {
            let principals = statement.principals.iter().filter(|principals| !principals.negated);
            let first = doors.len();
            for principal in principals.flat_map(|principals| &principals.list) {
                let Some((host, provider)) = open_provider(principal) else { continue };
                if !doors.iter().skip(first).any(|door| door.host == host) {
                    doors.push(Door { role, policy, statement, principal, host, provider });
                }
            }
        }
    }
    doors
}

/// The pool doors, see [`doors`].
pub(super) fn pool_doors<'i, 's>(facts: &Facts<'i, 's>) -> impl Iterator<Item = Door<'i, 's>> {
    doors(facts).into_iter().filter(|door| door.provider == Provider::Pools)
}

/// Whether a host is that of identity pools, of whatever partition.
pub(super) fn is_pool_host(host: &str) -> bool {
    REGIONS.iter().any(|region| identity_pool_host(region) == host)
}

/// What a trust policy says to a token.
pub(super) fn ask<'p, 's>(role: &Role<'_>, policy: &'p Policy<'s>, token: &Presented) -> Judgement<'p, 's> {
    try_assume(policy, role.arn.as_ref().and_then(|arn| arn.known()), token, Flow::Classic, &[])
}

impl<'p, 's> Door<'p, 's> {
    /// The claim that names the identity pool or application.
    pub(super) fn audience_claim(&self) -> &'static str {
        match self.provider {
            Provider::Pools => "aud",
            Provider::Public { audience, .. } => audience,
        }
    }

    /// The condition key of a claim.
    pub(super) fn key(&self, claim: &str) -> String {
        format!("{}:{claim}", self.host)
    }

    /// The statement's own conditions on a claim.
    pub(super) fn conditions(&self, claim: &str) -> Vec<&'p Condition<'s>> {
        let key = self.key(claim);
        self.statement.conditions.iter().filter(|condition| is_on(condition, &key)).collect()
    }

    /// Whether the role is got with this token, and this statement lets it in: no other one denies.
    pub(super) fn takes(&self, probe: &Probe) -> bool {
        takes(&ask(self.role, self.policy, &probe.token), self.statement)
    }

    /// The token of a stranger's identity pool or application that gets through here, if one does; best one whose id no
    /// pattern asks for.
    pub(super) fn stranger(&self, facts: &Facts<'_, '_>) -> Option<Probe> {
        self.strangers(facts).into_iter().find(|probe| self.takes(probe))
    }

    /// A token of one's own identity pool or application that lacks a claim, if one gets through.
    pub(super) fn without(&self, facts: &Facts<'_, '_>, claim: &str) -> Option<Probe> {
        let probes = match self.provider {
            Provider::Pools => {
                let strange = self.strange_pools(facts).into_iter().map(|(pool, _)| pool);
                let pools: Vec<String> = self.own_pools(facts).into_iter().chain(strange).collect();
                pools.iter().flat_map(|pool| self.logins(pool).map(|login| pool_probe(pool, &login))).collect()
            }
            Provider::Public { .. } => self.strangers(facts),
        };
        let lacking = probes.into_iter().map(|mut probe: Probe| {
            let mut claims = Claims::new();
            probe.token.claims.iter().filter(|(name, _)| *name != claim).for_each(|(name, own)| claims.set(name, own.clone()));
            probe.token.claims = claims;
            probe
        });
        lacking.into_iter().find(|probe| self.takes(probe))
    }

    /// The identity pools that the door may be meant for: those that the policy names, then those that were given.
    pub(super) fn own_pools(&self, facts: &Facts<'_, '_>) -> Vec<String> {
        let named = self.values_of("aud").filter_map(|text| {
            // a pattern that only one id matches names that one
            let only = || pool_id::matching(text, region_of(text), STRANGERS[0]).filter(|(_, fixed)| *fixed == DIGITS);
            if text.contains(['*', '?']) { only().map(|(id, _)| id) } else { Some(text.to_owned()) }
        });
        let given = facts.inventory.identity_pools.iter().filter_map(|pool| pool.id.known()).map(str::to_owned);
        let mut pools: Vec<String> = Vec::new();
        for id in named.chain(given) {
            if !pools.contains(&id) && identity_pool_host(&id) == self.host {
                pools.push(id);
            }
        }
        pools
    }

    /// Everyone who may sign in to an identity pool, guests first.
    pub(super) fn logins(&self, pool: &str) -> impl Iterator<Item = Login> + use<> {
        std::iter::once(guest()).chain(signed_in(self.policy, self.host, pool))
    }

    /// Tokens of strangers.
    fn strangers(&self, facts: &Facts<'_, '_>) -> Vec<Probe> {
        if let Provider::Public { name, audience, application, user } = self.provider {
            let applications: Vec<String> = self.applications(audience, application).collect();
            let plain = applications.iter().map(|id| public_probe(self.host, name, &[(audience, id), user]));
            return plain.chain(self.by_further_claims(name, &applications, user.1)).collect();
        }
        let pools = self.strange_pools(facts);
        let probes = pools.iter().flat_map(|(pool, fixed)| {
            // who is let in by name is no stranger, whatever the pool
            let logins = self.logins(pool).filter(|login| !login.personal);
            logins.map(move |login| {
                let Probe { token, audience, .. } = pool_probe(pool, &login);
                Probe { who: format!("{} of a stranger's identity pool", login.who), token, audience, fixed: *fixed }
            })
        });
        probes.collect()
    }

    /// Identity pools that neither the policy nor the inputs name, with the number of digits that a pattern fixes.
    pub(super) fn strange_pools(&self, facts: &Facts<'_, '_>) -> Vec<(String, usize)> {
        let own = self.own_pools(facts);
        let patterns: Vec<&str> = self.values_of("aud").filter(|text| text.contains(['*', '?'])).collect();
        let mut regions: Vec<&str> = Vec::new();
        let subjects = self.values_of("sub");
        for text in own.iter().map(String::as_str).chain(patterns.iter().copied()).chain(subjects).chain(REGIONS) {
            let region = region_of(text);
            if !region.contains(['*', '?']) && !regions.contains(&region) && identity_pool_host(region) == self.host {
                regions.push(region);
            }
        }
        let digits = STRANGERS.into_iter().find(|digits| !own.iter().any(|id| id.ends_with(digits))).unwrap_or(STRANGERS[0]);
        let any = regions.iter().map(|region| (format!("{region}:{digits}"), 0));
        let of_patterns = patterns
            .iter()
            .flat_map(|pattern| regions.iter().filter_map(move |region| pool_id::matching(pattern, region, digits)));
        any.chain(of_patterns).filter(|(id, fixed)| *fixed < DIGITS && !own.contains(id)).collect()
    }

    /// Tokens of strangers that hold what a policy asks of Google beside the application: an address, and the audience that service accounts ask
    /// for; `azp` is then who asks.
    fn by_further_claims(&self, name: &str, applications: &[String], user: &str) -> Vec<Probe> {
        if self.host != "accounts.google.com" {
            return Vec::new();
        }
        let filled = |text: &str| text.replace('*', "other").replace('?', "0");
        // an address of a service account is in a domain of Google, and tells whose it is where that is a project's
        let is_account = |text: &str| text.ends_with("gserviceaccount.com");
        let is_told = |text: &&str| text.contains(['*', '?']) && !(is_account(text) && names_domain(text));
        let addresses = self.values_of("email").filter(is_told).map(|text| Some(filled(text)));
        let asked_for = self.values_of(ASKED_FOR).map(|text| Some(filled(text)));
        let (addresses, asked_for) = (std::iter::once(None).chain(addresses), std::iter::once(None).chain(asked_for));
        let asked_for: Vec<Option<String>> = asked_for.collect();
        let mut probes = Vec::new();
        for (address, audience) in addresses.flat_map(|address| asked_for.iter().map(move |own| (address.clone(), own))) {
            let email = address.as_ref().map(|own| ("email", own.as_str()));
            match audience {
                None if email.is_none() => {}
                Some(_) if address.as_deref().is_some_and(|own| !is_account(own)) => {}
                None => {
                    let claims = |id| [("aud", id), ("sub", user)].into_iter().chain(email).collect::<Vec<_>>();
                    probes.extend(applications.iter().map(|id| public_probe(self.host, name, &claims(id))));
                }
                Some(audience) => {
                    let accounts = std::iter::once(user).chain(applications.iter().map(String::as_str));
                    let claims = |id| [("aud", audience.as_str()), ("azp", id), ("sub", id)].into_iter().chain(email);
                    probes.extend(accounts.map(|id| Probe {
                        who: format!("a stranger's service account of {name}, which asks for the audience"),
                        audience: id.to_owned(),
                        ..public_probe(self.host, name, &claims(id).collect::<Vec<_>>())
                    }));
                }
            }
        }
        probes
    }

    fn applications(&self, audience: &str, application: &str) -> impl Iterator<Item = String> {
        let filled = self.values_of(audience).filter(|text| text.contains(['*', '?']));
        let filled: Vec<String> = filled.map(|text| text.replace('*', "other").replace('?', "0")).collect();
        std::iter::once(application.to_owned()).chain(filled)
    }

    /// The values that the policy compares a claim with, where they are plain text.
    fn values_of(&self, claim: &str) -> impl Iterator<Item = &'p str> {
        let key = self.key(claim);
        let conditions = self.policy.statements.iter().flat_map(|own| &own.conditions).filter(move |own| is_on(own, &key));
        conditions.flat_map(|condition| &condition.values).filter_map(|operand: &Operand<'s>| operand.pattern.plain())
    }
}

impl Probe {
    /// This token as what gets through.
    pub(super) fn witness(&self) -> Witness {
        Witness { who: self.who.clone(), claims: self.token.claims.to_json() }
    }
}

/// The token of somebody who signed in to an identity pool.
pub(super) fn pool_probe(pool: &str, login: &Login) -> Probe {
    let identity = format!("{}:00000000-dddd-4eee-8fff-000000000002", region_of(pool));
    let token = Presented::of_pool(pool, login.amr.iter().cloned(), Some(&identity));
    Probe { who: format!("{} of `{pool}`", login.who), token, audience: pool.to_owned(), fixed: 0 }
}

/// Whether a statement is one that lets the token in.
pub(super) fn takes(judgement: &Judgement<'_, '_>, statement: &Statement<'_>) -> bool {
    let mut own = judgement.trace.statements.iter().filter(|trace| std::ptr::eq(trace.statement, statement));
    matches!(judgement.verdict, Verdict::Allowed(_)) && own.any(|trace| trace.applies == Truth::Yes)
}

fn region_of(pool: &str) -> &str {
    pool.split(':').next().unwrap_or(pool)
}

/// No trust policy has more: a statement of a federated principal takes 50 of its 8,192 characters at the least. Each door is
/// asked with what every statement names, and each time all statements answer.
const MOST_STATEMENTS: usize = 160;

/// Twice of what a trust policy may hold.
const LONGEST: usize = 16_384;

/// How many hexadecimal digits a GUID has.
const DIGITS: usize = 32;

/// Regions to ask with, one of each partition at least.
const REGIONS: [&str; 7] =
    ["us-east-1", "eu-west-1", "ap-southeast-2", "us-gov-west-1", "us-gov-east-1", "cn-north-1", "us-west-2"];

/// GUIDs of pools that are nobody's.
const STRANGERS: [&str; 2] = ["9b7e4c20-51d6-4f83-a2c4-0e6f8d13b597", "2d80f6a3-7c19-4be5-9d02-64a1c8f7e35b"];

/// The claim key of the audience that whoever asks Google for the token of a service account chooses.
///
/// <https://cloud.google.com/iam/credentials/reference/rest/v1/projects.serviceAccounts/generateIdToken>
pub(super) const ASKED_FOR: &str = "oaud";

/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html>
const PUBLIC: [(&str, Provider); 3] = [
    (
        "accounts.google.com",
        Provider::Public {
            name: "Google",
            audience: "aud",
            application: "000000000000-somebodyelse.apps.googleusercontent.com",
            user: ("sub", "100000000000000000001"),
        },
    ),
    (
        "www.amazon.com",
        Provider::Public {
            name: "Amazon",
            audience: "app_id",
            application: "amzn1.application.00000000000000000000000000000000",
            user: ("user_id", "amzn1.account.SOMEBODYELSE"),
        },
    ),
    (
        "graph.facebook.com",
        Provider::Public {
            name: "Facebook",
            audience: "app_id",
            application: "000000000000000",
            user: ("id", "100000000000001"),
        },
    ),
];

fn open_provider<'p>(principal: &'p Principal<'_>) -> Option<(&'p str, Provider)> {
    let host = principal.value.known().filter(|_| principal.kind == PrincipalKind::Federated)?;
    if is_pool_host(host) {
        return Some((host, Provider::Pools));
    }
    PUBLIC.iter().find(|(own, _)| *own == host).map(|&(_, provider)| (host, provider))
}

/// The token of somebody who signed in with a public provider: the first of its claims is the audience.
fn public_probe(host: &str, name: &str, told: &[(&str, &str)]) -> Probe {
    let mut claims = Claims::new();
    claims.set("iss", Claim::Text(format!("https://{host}")));
    for (claim, value) in told {
        claims.set(*claim, Claim::Text((*value).to_owned()));
    }
    let token = Presented::new(host, claims);
    Probe {
        who: format!("somebody who signed in with {name} to a stranger's application"),
        token,
        audience: told.first().map_or("", |(_, audience)| *audience).to_owned(),
        fixed: 0,
    }
}
