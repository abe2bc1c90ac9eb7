//! Visitors of identity pools.

use super::door::{Asked, Door, Holder, like, said_of_the_session};
use super::{Distance, Kind, Perhaps, Sample, Taker, Takers};
use crate::identity::IdentityPool;
use crate::prove::Values;
use crate::reference::identity_pool_host;

/// Who of the visitors of identity pools can take the role.
pub(super) fn takers<'i, 's>(door: &Door<'i, 's>, found: &mut Takers<'i, 's>) {
    let own = pools(door);
    for id in &own {
        of_pool(door, id, found);
    }
    of_strangers(door, &own, found);
}

/// The identity pools of this issuer that the policy or the inputs name.
fn pools(door: &Door<'_, '_>) -> Vec<String> {
    let named =
        door.texts("aud").into_iter().map(|(text, _)| text).filter(|text| !text.contains(['*', '?']) && text.contains(':'));
    let given = door.world.inventory.identity_pools.iter().filter_map(|pool| pool.id.known());
    let mut pools: Vec<String> = Vec::new();
    for id in named.chain(given).filter(|id| identity_pool_host(id) == door.host()) {
        if !pools.iter().any(|own| own == id) {
            pools.push(id.to_owned());
        }
    }
    pools
}

fn of_pool<'i, 's>(door: &Door<'i, 's>, id: &str, found: &mut Takers<'i, 's>) {
    let pool = door.world.inventory.identity_pools.iter().find(|pool| pool.id.known() == Some(id));
    let anybody = like([format!("{}:{GUID}", region(id))], &named_subjects(door));
    let mut ask = |amr: &[String], who: String, distance, kind| {
        let aud = Values::One(id.to_owned());
        let sub = anybody.clone();
        let asked = door.ask(&[("aud", aud), ("sub", sub), ("amr", Values::Set(amr.to_vec()))]);
        add(door, asked, (who, distance, kind), found)
    };
    let closed = pool.and_then(|pool| pool.guests.as_ref()).is_some_and(|guests| !guests.value);
    let (who, distance) = if closed {
        (format!("a guest of identity pool `{id}`, should its guest access be turned on"), Distance::Known)
    } else {
        (format!("any guest of identity pool `{id}`"), Distance::Anyone)
    };
    ask(&guest(), who, distance, Kind::Guest(id.to_owned()));

    let logins = logins(pool, id);
    let kind = Kind::SignedIn(id.to_owned());
    let all = logins.iter().all(|(_, amr)| {
        let claims = [("aud", Values::One(id.to_owned())), ("sub", anybody.clone()), ("amr", Values::Set(amr.clone()))];
        matches!(door.ask(&claims), Asked::In(_))
    });
    if let Some((_, amr)) = logins.first().filter(|_| all) {
        ask(amr, format!("any signed-in user of identity pool `{id}`"), Distance::Known, kind);
        return;
    }
    let mut any = false;
    for (provider, amr) in logins.iter().chain(&named_logins(door, id)) {
        let who = format!("any user of identity pool `{id}` who signs in through `{provider}`");
        any |= ask(amr, who, Distance::Known, kind.clone());
    }
    if any {
        return;
    }
    for subject in named_subjects(door).into_iter().filter(|own| !own.contains(['*', '?'])) {
        let every = logins.iter().chain(&named_logins(door, id)).cloned().collect::<Vec<_>>();
        for (_, amr) in every {
            let aud = Values::One(id.to_owned());
            let asked = door.ask(&[("aud", aud), ("sub", Values::One(subject.clone())), ("amr", Values::Set(amr))]);
            let who = format!("the identity `{subject}` of identity pool `{id}`");
            if add(door, asked, (who, Distance::Known, kind.clone()), found) {
                break;
            }
        }
    }
}

/// Visitors of pools that nobody named.
fn of_strangers<'i, 's>(door: &Door<'i, 's>, own: &[String], found: &mut Takers<'i, 's>) {
    // STS asks for conditions on both before it takes a token of another account
    let across_accounts = door.looks_at("aud") && door.looks_at("amr");
    let kind = Kind::ForeignPool { across_accounts };
    let whose = if across_accounts { "of whatever account" } else { "of the role's account" };
    let region = own.first().map_or("us-east-1", |id| region(id));
    let regions = [region.to_owned(), "*".to_owned()];
    let generic = format!("cognito-idp.{region}.amazonaws.com/{region}_Stranger1");
    for (login, amr) in [("guest", guest()), ("user", through(&generic, ""))] {
        for region in &regions {
            let aud = like([format!("{region}:{GUID}")], own);
            let sub = like([format!("{region}:{GUID}")], &named_subjects(door));
            let asked = door.ask(&[("aud", aud), ("sub", sub), ("amr", Values::Set(amr.clone()))]);
            let is_host =
                |holder: &Holder<'_, '_>| holder.token.claims.text("aud").is_some_and(|id| identity_pool_host(id) == door.host());
            match asked {
                Asked::In(holder) if !is_host(&holder) => {}
                Asked::Out => {}
                asked => {
                    let who = format!("any {login} of any other identity pool {whose}");
                    add(door, asked, (who, Distance::Anyone, kind.clone()), found);
                    return;
                }
            }
        }
    }
}

/// Whether they get in; whoever does, or may, is noted.
fn add<'i, 's>(
    door: &Door<'i, 's>,
    asked: Asked<'i, 's>,
    (who, distance, kind): (String, Distance, Kind),
    found: &mut Takers<'i, 's>,
) -> bool {
    match asked {
        Asked::Out => false,
        Asked::Open(doubt) => {
            found.open.push(Perhaps { who, kind, doubt });
            false
        }
        Asked::In(holder) => {
            let Holder { token, statement, given } = *holder;
            let who = who + &said_of_the_session(&token);
            let place = token.claims.text("aud").and_then(|id| door.place(statement, "aud", id));
            let (call, sample) = (token.action(), Sample::Token(token));
            found.takers.push(Taker { who, distance, kind, call, sample, statement, place, given });
            true
        }
    }
}

/// The identities that the policy names.
fn named_subjects(door: &Door<'_, '_>) -> Vec<String> {
    let texts = door.texts("sub").into_iter().map(|(text, _)| text);
    texts.filter(|text| !text.contains(['*', '?'])).map(str::to_owned).collect()
}

/// The providers of a pool, each with what `amr` says of one of its users; some user pool where the pool was not given.
fn logins(pool: Option<&IdentityPool<'_>>, id: &str) -> Vec<(String, Vec<String>)> {
    let region = region(id);
    let Some(pool) = pool else {
        let provider = format!("cognito-idp.{region}.amazonaws.com/{region}_Example01");
        let amr = through(&provider, id);
        return vec![(provider, amr)];
    };
    let of = |name: Option<&str>| name.map(|name| (name.to_owned(), through(name, id)));
    let users = pool.providers.iter().chain(&pool.social).filter_map(|provider| of(provider.name.known()));
    let others = pool.oidc.iter().chain(&pool.developer).filter_map(|own| of(own.known()));
    let mut logins: Vec<(String, Vec<String>)> = users.chain(others).collect();
    logins.dedup();
    if logins.is_empty() {
        return self::logins(None, id);
    }
    logins
}

/// The providers that the policy names in conditions on `amr`.
fn named_logins(door: &Door<'_, '_>, id: &str) -> Vec<(String, Vec<String>)> {
    let texts = door.texts("amr").into_iter().map(|(text, _)| text);
    let providers = texts.filter(|text| !text.is_empty() && !["authenticated", "unauthenticated"].contains(text));
    providers.map(|text| text.replace('*', "example").replace('?', "0")).map(|text| (text.clone(), through(&text, id))).collect()
}

/// What `amr` says of somebody who signed in through a provider, or of the user whom a text names.
///
/// `docs/semantics.md`, `token-amr-…`.
fn through(text: &str, pool: &str) -> Vec<String> {
    let sample = "00000000-aaaa-4bbb-8ccc-000000000001";
    let (provider, user) = if let Some((provider, _)) = text.split_once(":CognitoSignIn:") {
        (provider, text.to_owned())
    } else if let Some((_, issuer)) = text.split_once(":oidc-provider/") {
        let bare = issuer.split(":OIDC:").next().unwrap_or(issuer);
        (bare, if text.contains(":OIDC:") { text.to_owned() } else { format!("{text}:OIDC:{sample}") })
    } else if text.starts_with("cognito-idp.") {
        (text, format!("{text}:CognitoSignIn:{sample}"))
    } else {
        (
            text.split(':').next().unwrap_or(text),
            if text.contains(':') { text.to_owned() } else { format!("{text}:{pool}:{sample}") },
        )
    };
    vec!["authenticated".to_owned(), provider.to_owned(), user]
}

fn guest() -> Vec<String> {
    vec!["unauthenticated".to_owned()]
}

fn region(pool: &str) -> &str {
    pool.split(':').next().unwrap_or(pool)
}

/// What follows the region in the ids of pools and of identities.
const GUID: &str = "????????-????-????-????-????????????";
