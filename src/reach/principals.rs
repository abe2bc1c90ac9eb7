//! Principals of AWS, services, and holders of SAML assertions.

use super::door::Door;
use super::{Distance, Kind, Perhaps, Sample, Taker, Takers};
use crate::arn::{Arn, is_account_id};
use crate::evaluate::OF_CALLER;
use crate::inventory::Role;
use crate::policy::{Effect, Policy, PrincipalKind};
use crate::prove::{Among, Budget, Proof, Question, Whom, Witness, prove};
use crate::simulate::World;

/// Whether a principal that the policy names can take the role.
pub(super) fn takers<'i, 's>(
    world: World<'i, 's>,
    role: &'i Role<'s>,
    policy: &'i Policy<'s>,
    (kind, text): (PrincipalKind, &str),
    found: &mut Takers<'i, 's>,
) {
    let arn = Arn::parse(text);
    let account = arn.map_or(text, |arn| arn.account);
    let (caller, who, distance) = match kind {
        PrincipalKind::Service => (format!("service:{text}"), format!("the service `{text}`"), Distance::Known),
        PrincipalKind::Anyone => return anyone(world, role, policy, found),
        PrincipalKind::Aws => {
            let other = role.account().is_some_and(|own| own != account);
            let distance = if other { Distance::Other } else { Distance::Known };
            match arn {
                Some(arn) if arn.resource != "root" => match arn.role_name() {
                    Some(name) => {
                        let session = format!("arn:{}:sts::{account}:assumed-role/{name}/session", arn.partition);
                        (session, format!("any session of the role `{text}`"), distance)
                    }
                    None => (text.to_owned(), format!("`{text}`"), distance),
                },
                // the id of a user or role that was deleted, which nobody has
                None if !is_account_id(text) => return,
                _ => {
                    let partition = arn.map_or("aws", |arn| arn.partition);
                    return of_account(world, policy, Account { partition, id: account, distance }, found);
                }
            }
        }
        PrincipalKind::CanonicalUser | PrincipalKind::Federated | PrincipalKind::Later => return,
    };
    let own = if kind == PrincipalKind::Service { Kind::Service } else { Kind::Principal };
    ask(world, policy, (by(&caller), ASSUME), own, |witness| {
        let given = given(witness);
        (told(&who, &given), distance, given)
    })
    .put(found, who.clone(), caller.clone());
}

/// An account that a policy names.
#[derive(Clone, Copy)]
struct Account<'a> {
    partition: &'a str,
    id: &'a str,
    distance: Distance,
}

/// Whether those can take the role whom an account lets: all of them; else those whom the conditions name; else anybody of it.
fn of_account<'i, 's>(world: World<'i, 's>, policy: &'i Policy<'s>, account: Account<'_>, found: &mut Takers<'i, 's>) {
    let Account { partition, id, distance } = account;
    let who = format!("whomever account `{id}` lets call `{ASSUME}`");
    let all = [
        (format!("arn:{partition}:iam::{id}:user/example"), who.clone()),
        (
            format!("arn:{partition}:sts::{id}:assumed-role/example/session"),
            format!("any session of any role of account `{id}` that this lets call `{ASSUME}`"),
        ),
    ];
    let tell = |who: &str| {
        let who = who.to_owned();
        move |witness: &Witness<'_, '_>| {
            let given = given(witness);
            (told(&who, &given), distance, given)
        }
    };
    for (caller, who) in all {
        let answer = ask(world, policy, (by(&caller), ASSUME), Kind::Principal, tell(&who));
        if !matches!(answer.proof, Proof::Holds) {
            return answer.put(found, who, caller);
        }
    }
    let before = found.takers.len() + found.open.len();
    for (caller, who) in by_conditions(policy, Some(account)) {
        ask(world, policy, (by(&caller), ASSUME), Kind::Principal, tell(&who)).put(found, who, caller);
    }
    if found.takers.len() + found.open.len() == before {
        somebody(world, policy, (Some(id), &who, Kind::Principal), distance, found);
    }
}

/// Whether there is anybody at all, of an account or of any, who can take the role.
fn somebody<'i, 's>(
    world: World<'i, 's>,
    policy: &'i Policy<'s>,
    (account, who, unknown): (Option<&str>, &str, Kind),
    distance: Distance,
    found: &mut Takers<'i, 's>,
) {
    let among = Among { whom: Whom::Principals(account.map(str::to_owned)), ..Among::default() };
    let mut answer = ask(world, policy, (among, ASSUME), Kind::Principal, |witness| {
        let given = given(witness);
        let own =
            witness.principal.as_ref().map_or_else(|| who.to_owned(), |own| format!("`{own}`, and whoever else is like it"));
        (told(&own, &given), distance, given)
    });
    let caller = match &answer.proof {
        Proof::Witness(witness) => witness.principal.clone().unwrap_or_default(),
        _ => String::new(),
    };
    if matches!(answer.proof, Proof::Undecided(_)) {
        answer.kind = unknown;
    }
    answer.put(found, who.to_owned(), caller);
}

/// Whether anybody can take the role; else whether those can whom the conditions name.
fn anyone<'i, 's>(world: World<'i, 's>, role: &'i Role<'s>, policy: &'i Policy<'s>, found: &mut Takers<'i, 's>) {
    let strangers = [
        (format!("arn:aws:iam::{STRANGER}:user/example"), "any principal of any account"),
        (format!("arn:aws:sts::{STRANGER}:assumed-role/example/session"), "any session of any role of any account"),
    ];
    for (caller, who) in strangers {
        let answer = ask(world, policy, (by(&caller), ASSUME), Kind::Principal, |witness| {
            let given = given(witness);
            let distance = if given.is_empty() { Distance::Anyone } else { narrowed(&given) };
            (told(who, &given), distance, given)
        });
        let is_answered = !matches!(answer.proof, Proof::Holds);
        answer.put(found, who.to_owned(), caller);
        if is_answered {
            return;
        }
    }
    let before = found.takers.len() + found.open.len();
    for (caller, who) in by_conditions(policy, None) {
        let account = Arn::parse(&caller).map(|arn| arn.account.to_owned());
        let other = role.account().is_some_and(|own| account.as_deref() != Some(own));
        let distance = if other { Distance::Other } else { Distance::Known };
        ask(world, policy, (by(&caller), ASSUME), Kind::Principal, |witness| {
            let given = given(witness);
            (told(&who, &given), distance, given)
        })
        .put(found, who.clone(), caller.clone());
    }
    if found.takers.len() + found.open.len() == before {
        somebody(world, policy, (None, "somebody of some account", Kind::Unnamed), Distance::Anyone, found);
    }
}

/// Principals that the conditions of the allowing statements name, each with who that is; of a pattern one that fits. Of an account only its
/// own.
fn by_conditions(policy: &Policy<'_>, of: Option<Account<'_>>) -> Vec<(String, String)> {
    let mut callers: Vec<(String, String)> = Vec::new();
    let mut add = |caller: String, who: String| {
        if !callers.iter().any(|(own, _)| *own == caller) {
            callers.push((caller, who));
        }
    };
    let (partition, open) = of.map_or(("aws", STRANGER), |own| (own.partition, own.id));
    let whose = of.map_or_else(|| "any account".to_owned(), |own| format!("account `{}`", own.id));
    for condition in policy.with_effect(Effect::Allow).flat_map(|statement| &statement.conditions) {
        let Some(key) = condition.key.known().map(str::to_ascii_lowercase) else { continue };
        for text in condition.values.iter().filter_map(|operand| operand.pattern.plain()) {
            let filled = text.replace(['*', '?'], "x");
            let is_pattern = filled != text;
            match (key.as_str(), Arn::parse(&filled)) {
                ("aws:principalaccount", _) if of.is_none() => {
                    let digits = "0".repeat(13_usize.saturating_sub(text.len()));
                    let account = text.replacen('*', &digits, 1).replace('*', "").replace('?', "0");
                    add(format!("arn:aws:iam::{account}:user/example"), format!("any principal of account `{text}`"));
                }
                ("aws:username", _) => {
                    add(format!("arn:{partition}:iam::{open}:user/{filled}"), format!("a user `{text}` of {whose}"));
                }
                // root users take no role
                ("aws:principalarn", Some(arn)) if arn.resource != "root" => {
                    // any account fits a pattern that leaves it open
                    let is_told = !arn.account.is_empty() && arn.account.bytes().all(|byte| byte.is_ascii_digit());
                    let account = if is_told { arn.account } else { open };
                    if of.is_some_and(|own| own.id != account) {
                        continue;
                    }
                    let partition = if of.is_some() { partition } else { arn.partition };
                    let named = format!("arn:{partition}:iam::{account}:{}", arn.resource);
                    let who = match (arn.role_name().is_some(), is_pattern) {
                        (true, true) => format!("any session of a role like `{text}`"),
                        (true, false) => format!("any session of the role `{text}`"),
                        (false, true) => format!("a principal like `{text}`"),
                        (false, false) => format!("`{text}`"),
                    };
                    add(named, who);
                }
                _ => {}
            }
        }
    }
    callers
}

/// Whether holders of assertions of a SAML provider can take the role.
pub(super) fn saml<'i, 's>(door: &Door<'i, 's>, found: &mut Takers<'i, 's>) {
    let who = format!("whoever `{}` vouches for", door.provider);
    let caller = format!("federated:{}", door.provider);
    ask(door.world, door.policy, (by(&caller), "sts:AssumeRoleWithSAML"), Kind::Saml, |witness| {
        let given = given(witness);
        (told(&who, &given), Distance::Known, given)
    })
    .put(found, who.clone(), caller.clone());
}

/// Who it is, how far away, and what the request must hold.
type Told = (String, Distance, Vec<(String, String)>);

/// What came out of a question about a principal.
struct Answer<'i, 's> {
    proof: Proof<'i, 's>,
    call: &'static str,
    kind: Kind,
    told: Option<Told>,
}

/// The requests of a caller.
fn by(caller: &str) -> Among {
    Among { caller: Some(caller.to_owned()), ..Among::default() }
}

fn ask<'i, 's>(
    world: World<'i, 's>,
    policy: &'i Policy<'s>,
    (among, call): (Among, &'static str),
    kind: Kind,
    tell: impl FnOnce(&Witness<'_, '_>) -> Told,
) -> Answer<'i, 's> {
    let among = Among { action: Some(call.to_owned()), ..among };
    let proof = prove(&Question { allowed_by: vec![policy], not_by: Vec::new(), among }, world.reference, Budget::default());
    let told = if let Proof::Witness(witness) = &proof { Some(tell(witness)) } else { None };
    Answer { proof, call, kind, told }
}

impl<'i, 's> Answer<'i, 's> {
    fn put(self, found: &mut Takers<'i, 's>, unknown: String, caller: String) {
        match (self.proof, self.told) {
            (Proof::Witness(witness), Some((who, distance, given))) => found.takers.push(Taker {
                who,
                distance,
                kind: self.kind,
                call: self.call,
                sample: Sample::Principal(caller),
                statement: witness.allowed_by,
                place: None,
                given,
            }),
            (Proof::Undecided(doubt), _) => found.open.push(Perhaps { who: unknown, kind: self.kind, doubt }),
            _ => {}
        }
    }
}

/// What a request must hold beside what follows from its caller; the id of a user or session follows from nothing.
fn given(witness: &Witness<'_, '_>) -> Vec<(String, String)> {
    let follows = |key: &str| {
        let key = key.to_ascii_lowercase();
        OF_CALLER.contains(&key.as_str()) && key != "aws:userid" || key == "aws:securetransport"
    };
    let keys = witness.context.iter().filter(|(key, _)| !follows(key));
    keys.flat_map(|(key, value)| value.values().map(|value| (key.to_owned(), value.to_owned())).collect::<Vec<_>>()).collect()
}

/// With what the request must hold.
fn told(who: &str, given: &[(String, String)]) -> String {
    let all: Vec<String> = given.iter().map(|(key, value)| format!("`{key}` `{value}`")).collect();
    if all.is_empty() { who.to_owned() } else { format!("{who}, with {}", all.join(", ")) }
}

/// How far away somebody is of whom the policy asks more than that he has an account.
fn narrowed(given: &[(String, String)]) -> Distance {
    const KEYS: [&str; 7] = [
        "aws:sourcearn",
        "aws:sourceaccount",
        "aws:sourceip",
        "aws:sourcevpc",
        "aws:sourcevpce",
        "aws:sourceorgid",
        "aws:sourceorgpaths",
    ];
    let of_owner = |key: &str| {
        let key = key.to_ascii_lowercase();
        key.starts_with("aws:principal") || key == "sts:externalid" || KEYS.contains(&key.as_str())
    };
    if given.iter().any(|(key, _)| of_owner(key)) { Distance::Other } else { Distance::Anyone }
}

const ASSUME: &str = "sts:AssumeRole";

/// An account that is nobody's.
const STRANGER: &str = "999999999999";
