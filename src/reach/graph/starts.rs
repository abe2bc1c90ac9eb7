//! Who starts: guests, users by group and by what they may write, logins of other providers, and whoever trust policies let in.

use super::{Step, Subject, is_same_groups};
use crate::finding::Label;
use crate::identity::{Claim, Group, IdentityPool, MappingType, MatchRule, MatchType, ProviderKind, Token};
use crate::inventory::{Inventory, Role};
use crate::policy::Policy;
use crate::reach::client::{PoolClient, groups_of, pool_clients, public_clients, token_of};
use crate::reach::control::{Control, control};
use crate::reach::loose::stranger;
use crate::reach::{Distance, Kind, Sample, Taker, Takers};
use crate::reference::brings_id_token;
use crate::simulate::{Login, World};

/// A subject, and how he gets in.
#[derive(Debug)]
pub(super) struct Start<'i, 's> {
    pub(super) subject: Subject,
    pub(super) origin: Origin<'i, 's>,
}

/// How a subject gets in.
#[derive(Debug)]
pub(super) enum Origin<'i, 's> {
    /// By one of these logins, as he likes.
    Logins(Vec<Entry>),
    /// A trust policy lets him in.
    Taker(Box<Taker<'i, 's>>),
    /// It is not known whether a trust policy lets him in: he goes by this phrase.
    Perhaps(String),
    /// He has an identity pool of his own, that nobody named.
    ForeignPool,
    /// He logs in at a pool that was not given, and no trust policy lets him in.
    Nobody,
}

/// A login of a subject.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) login: Own,
    /// The host of a public provider with which he logs in as well.
    pub(super) linked: Option<String>,
    /// How he comes by it.
    pub(super) steps: Vec<Step>,
    /// The options with which `rolecall simulate` logs in so; none where there are none.
    pub(super) options: Vec<String>,
}

/// A login.
#[derive(Clone, Debug)]
pub(super) enum Own {
    Guest,
    Token(Box<Token>),
    /// A user of a public provider whose tokens nobody else can read: its host, and his id there.
    Social(String, String),
    Developer,
}

impl Own {
    pub(super) fn login(&self) -> Login<'_> {
        match self {
            Self::Guest => Login::Guest,
            Self::Token(token) => Login::Token(token),
            Self::Social(host, user) => Login::Social(host, Some(user)),
            Self::Developer => Login::Developer(USER, &[]),
        }
    }

    /// The host of the token's issuer.
    pub(super) fn host(&self) -> Option<&str> {
        match self {
            Self::Token(token) => token.host(),
            Self::Guest | Self::Social(..) | Self::Developer => None,
        }
    }
}

/// The id of a user at a provider.
pub(super) const USER: &str = "example-user";

/// Everybody who starts, those who need the least first.
///
/// Of many groups that tie, those are told together whom one of these names means, and of the rest one example.
pub(super) fn starts<'i, 's>(world: World<'i, 's>, takers: &[Takers<'i, 's>], named: &[String]) -> Vec<Start<'i, 's>> {
    let inventory = world.inventory;
    let mut starts = Vec::new();
    if !inventory.identity_pools.is_empty() {
        let entry = Entry { login: Own::Guest, linked: None, steps: Vec::new(), options: vec!["--guest".to_owned()] };
        starts.push(start("a guest", &["guest"], Distance::Anyone, vec![entry]));
    }
    let clients = pool_clients(world);
    let hosts = inventory.user_pool_hosts();
    for host in &hosts {
        let of_pool = host.rsplit('/').next().filter(|_| hosts.len() > 1);
        starts.extend(users(world, (host, of_pool), &clients, named));
    }
    starts.extend(others(world));
    let is_for_pools = inventory.roles.iter().flat_map(Role::trusts).any(names_pools);
    if !inventory.identity_pools.is_empty() || is_for_pools {
        let name = "somebody with an identity pool of his own".to_owned();
        let subject = Subject { name, words: vec!["foreign-pool".to_owned()], distance: Distance::Anyone };
        starts.push(Start { subject, origin: Origin::ForeignPool });
    }
    starts.extend(of_trust(world, takers));
    // who is asked for by a word that fits him is somebody, also where nothing lets him in
    for (word, name, distance) in [("guest", "a guest", Distance::Anyone), ("user", "a signed-in user", Distance::Known)] {
        if is_for_pools && !starts.iter().any(|start| start.subject.words.iter().any(|own| own == word)) {
            let subject = Subject { name: name.to_owned(), words: vec![word.to_owned()], distance };
            starts.push(Start { subject, origin: Origin::Nobody });
        }
    }
    starts
}

/// Whether a trust policy names identity pools.
fn names_pools(policy: &Policy<'_>) -> bool {
    let principals = policy.statements.iter().filter_map(|statement| statement.principals.as_ref());
    let mut named = principals.flat_map(|own| &own.list).filter_map(|principal| principal.value.known());
    named.any(|text| text.starts_with("cognito-identity"))
}

fn start<'i, 's>(name: impl Into<String>, words: &[&str], distance: Distance, entries: Vec<Entry>) -> Start<'i, 's> {
    let words = words.iter().map(|word| (*word).to_owned()).collect();
    Start { subject: Subject { name: name.into(), words, distance }, origin: Origin::Logins(entries) }
}

/// The users of a user pool: in no group, in each group, in those that tie for the best precedence, and with each claim that gives a role
/// and that they do not write themselves.
fn users<'i, 's>(
    world: World<'i, 's>,
    (host, of_pool): (&str, Option<&str>),
    clients: &[PoolClient<'_, '_>],
    named: &[String],
) -> Vec<Start<'i, 's>> {
    let inventory = world.inventory;
    let at = of_pool.map_or_else(String::new, |pool| format!(" of `{pool}`"));
    let of_host: Vec<&PoolClient<'_, '_>> = clients.iter().filter(|client| client.host == host).collect();
    let groups = groups_of(inventory, host);
    let logins = |groups: &[&Group<'_>]| logins(inventory, host, groups, &of_host);

    let sign_up = of_host.iter().find_map(|client| client.open_sign_up());
    let (name, distance) = match sign_up {
        Some(_) => (format!("a signed-in user in no group{at} (anybody may register)"), Distance::Anyone),
        None => (format!("a signed-in user in no group{at}"), Distance::Known),
    };
    let words: &[&str] = if sign_up.is_some() { &["user", "registered"] } else { &["user"] };
    let mut starts = vec![start(name, words, distance, logins(&[]))];
    for group in &groups {
        let name = group.name.shown();
        let words = [format!("group:{name}"), format!("group:{}/{name}", pool_id(host))];
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        starts.push(start(format!("a member of `{name}`{at}"), &words, Distance::Known, logins(&[group])));
    }
    for Tie { groups: tie, like } in ties(&groups, named) {
        let titles: Vec<String> = tie.iter().map(|group| format!("`{}`", group.name.shown())).collect();
        let others = if like == 0 { String::new() } else { format!(" (like {like} other pairs of groups that tie)") };
        let name = format!("a member of {}{at}{others}", titles.join(" and "));
        starts.push(start(name, &[&word_of(&tie)], Distance::Known, logins(&tie)));
    }
    for (claim, value) in given_claims(&of_host) {
        let entries = logins(&[]).into_iter().map(|entry| with_claim(entry, &claim, &value)).collect();
        let own = format!("claim:{claim}={value}");
        starts.push(start(format!("a user{at} whose `{claim}` is `{value}`"), &[&own], Distance::Known, entries));
    }
    starts
}

/// Groups that tie.
struct Tie<'i, 's> {
    groups: Vec<&'i Group<'s>>,
    /// How many other pairs it stands for.
    like: usize,
}

/// So many pairs of groups that tie are told each by itself.
const MOST_PAIRS: usize = 20;

/// Groups that a user may be in together and of which none is preferred, each two of them, and all groups together where there are more.
///
/// Of other combinations the preferred role is that of one of them, and the user may ask for those of each: they reach no more than their
/// groups by themselves. Nor do two that tie, but for what the identity pool gives where nothing is preferred, which is the same for all.
fn ties<'i, 's>(groups: &[&'i Group<'s>], named: &[String]) -> Vec<Tie<'i, 's>> {
    let precedence = |group: &Group<'_>| group.precedence.map(|own| own.value);
    let mut pairs = Vec::new();
    for (at, one) in groups.iter().enumerate() {
        let same = |other: &&&Group<'_>| precedence(one) == precedence(other) && one.role != other.role;
        pairs.extend(groups.iter().skip(at + 1).filter(same).map(|other| vec![*one, *other]));
    }
    let with_all = groups.len() > 1 && !pairs.iter().any(|own| own.len() == groups.len());
    let is_named = |pair: &[&Group<'_>]| {
        let word = word_of(pair);
        named.iter().any(|own| *own == word || is_same_groups(&word, own))
    };
    let mut ties: Vec<Tie<'i, 's>> = Vec::new();
    if pairs.len() <= MOST_PAIRS {
        ties.extend(pairs.into_iter().map(|groups| Tie { groups, like: 0 }));
    } else {
        for pair in pairs {
            let rank = pair.first().and_then(|group| precedence(group));
            let is_like = |own: &&mut Tie<'_, '_>| own.groups.first().and_then(|group| precedence(group)) == rank;
            match ties.iter_mut().find(is_like) {
                Some(own) if !is_named(&pair) => own.like += 1,
                _ => ties.push(Tie { groups: pair, like: 0 }),
            }
        }
    }
    if with_all {
        ties.push(Tie { groups: groups.to_vec(), like: 0 });
    }
    ties
}

/// By which word a member of several groups can be named.
fn word_of(groups: &[&Group<'_>]) -> String {
    format!("group:{}", groups.iter().map(|group| group.name.shown().into_owned()).collect::<Vec<_>>().join("+"))
}

/// The ways in which a user may log in: through each app client that identity pools take, with each claim that gives a role and that he
/// writes himself, and with a login of a public provider beside.
fn logins(inventory: &Inventory<'_>, host: &str, groups: &[&Group<'_>], clients: &[&PoolClient<'_, '_>]) -> Vec<Entry> {
    let names: Vec<&str> = groups.iter().filter_map(|group| group.name.known()).collect();
    let mut ids: Vec<&str> = Vec::new();
    for id in inventory.identity_pools.iter().flat_map(|pool| &pool.providers).filter_map(|provider| {
        let is_of_host = provider.name.known() == Some(host);
        provider.client.known().filter(|_| is_of_host)
    }) {
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    let several = ids.len() > 1;
    let mut entries = Vec::new();
    for id in ids.iter().copied().map(Some).chain(ids.is_empty().then_some(None)) {
        let Some(token) = inventory.sign_in_to(host, &names, id) else { continue };
        let of_client = id.filter(|_| several);
        let through = id.map_or_else(String::new, |id| format!(" through the app client `{id}`"));
        let places = groups.iter().filter_map(|group| Some(Label::new(group.role.as_ref()?.span(), "the role of the group")));
        let step = Step {
            call: "cognito-idp:InitiateAuth".to_owned(),
            text: format!("signs in to user pool `{}`{through}", pool_id(host)),
            places: places.collect(),
        };
        let mut options: Vec<String> = names.iter().flat_map(|name| ["--group".to_owned(), (*name).to_owned()]).collect();
        if names.is_empty() {
            options.push("--no-group".to_owned());
        }
        options.extend(of_client.into_iter().flat_map(|id| ["--client".to_owned(), id.to_owned()]));
        let entry = Entry { login: Own::Token(Box::new(token)), linked: None, steps: vec![step], options };
        let own = clients.iter().find(|client| Some(client.id) == id);
        let written = own.into_iter().flat_map(|client| written_claims(client));
        let written = written.map(|(claim, value, place)| {
            let mut other = with_claim(entry.clone(), &claim, &value);
            let step = Step {
                call: "cognito-idp:UpdateUserAttributes".to_owned(),
                text: format!("sets the own `{claim}` to `{value}`, which users may write"),
                places: place.into_iter().collect(),
            };
            other.steps.insert(0, step);
            other
        });
        let written: Vec<Entry> = written.collect();
        let linked = inventory.identity_pools.iter().filter(|pool| takes(pool, host)).flat_map(|pool| &pool.social);
        let linked = linked.filter_map(|provider| provider.name.known()).map(|social| {
            let mut other = Entry { linked: Some(social.to_owned()), options: Vec::new(), ..entry.clone() };
            let call = "cognito-identity:GetId".to_owned();
            let text = format!("links a login of `{social}` to the same identity");
            other.steps.push(Step { call, text, places: Vec::new() });
            other
        });
        let linked: Vec<Entry> = linked.collect();
        entries.push(entry);
        entries.extend(written);
        entries.extend(linked);
    }
    entries
}

fn takes(pool: &IdentityPool<'_>, host: &str) -> bool {
    pool.providers.iter().any(|provider| provider.name.known() == Some(host))
}

/// A login with one claim more.
fn with_claim(mut entry: Entry, claim: &str, value: &str) -> Entry {
    if let Own::Token(token) = &mut entry.login {
        token.claims.set(claim, Claim::Text(value.to_owned()));
        entry.options = vec!["--claims".to_owned(), token.claims.to_json()];
    }
    entry
}

/// The claims of rules, each with a value that makes its rule fit.
fn claims_of_rules<'c>(client: &'c PoolClient<'_, '_>) -> impl Iterator<Item = (&'c str, String)> {
    let rules = match client.mapping.map(|mapping| &mapping.kind) {
        Some(MappingType::Rules(rules)) => rules.as_slice(),
        _ => &[],
    };
    rules.iter().filter_map(|rule| Some((rule.claim()?, rule.sample()?)))
}

/// The claims of rules that users write themselves, each with a value that makes a rule fit, and where that is set.
fn written_claims(client: &PoolClient<'_, '_>) -> Vec<(String, String, Option<Label>)> {
    let written = claims_of_rules(client).filter_map(|(claim, value)| match control(client, claim) {
        Control::User { listed, .. } => {
            let place = listed.map(|span| Label::new(span, "users write it"));
            Some((claim.to_owned(), value, place))
        }
        Control::Owner | Control::Others | Control::Unknown => None,
    });
    written.collect()
}

/// The claims of rules that somebody else gives to users, each with a value that makes a rule fit. Groups are subjects of their own.
fn given_claims(clients: &[&PoolClient<'_, '_>]) -> Vec<(String, String)> {
    let mut given = Vec::new();
    for client in clients {
        for (claim, value) in claims_of_rules(client) {
            let is_written = matches!(control(client, claim), Control::User { .. });
            let own = (claim.to_owned(), value);
            if !is_written && !claim.starts_with("cognito:") && !given.contains(&own) {
                given.push(own);
            }
        }
    }
    given
}

/// Users of public and OIDC providers of identity pools, and of the developer's own.
fn others<'i, 's>(world: World<'i, 's>) -> Vec<Start<'i, 's>> {
    let inventory = world.inventory;
    let public = public_clients(world);
    let mut starts: Vec<Start<'i, 's>> = Vec::new();
    let mut add = |start: Start<'i, 's>| match starts.iter_mut().find(|own| own.subject == start.subject) {
        // of one provider each pool may ask for other claims
        Some(Start { origin: Origin::Logins(own), .. }) => {
            let Origin::Logins(entries) = start.origin else { return };
            let further: Vec<Entry> =
                entries.into_iter().filter(|new| own.iter().all(|old| old.options != new.options)).collect();
            own.extend(further);
        }
        Some(_) => {}
        None => starts.push(start),
    };
    for pool in &inventory.identity_pools {
        for provider in &pool.social {
            let Some(host) = provider.name.known() else { continue };
            let client = public.iter().find(|own| std::ptr::eq(own.provider, provider));
            let application = provider.client.known().filter(|_| brings_id_token(host));
            let rules = rules_of(inventory, pool, host);
            let mut base = social(host, USER);
            if let Some(application) = application {
                let own = bearer(token_of(host, application, USER));
                // without rules it makes no difference what the token holds
                base = if rules.is_empty() { Entry { options: base.options, ..own } } else { own };
            }
            let mut entries = vec![base.clone()];
            for rule in rules {
                let Some((claim, value)) = rule.claim().zip(rule.sample()) else { continue };
                let chosen = match client.map(|client| control(client, claim)) {
                    Some(Control::User { .. }) => Some(value.clone()),
                    Some(Control::Owner) => stranger(rule),
                    _ => None,
                };
                match chosen {
                    Some(value) => entries.push(with_account(base.clone(), host, claim, &value)),
                    None if application.is_some() && is_told_of_one(rule, claim) => {
                        add(given(host, claim, &value, with_claim(base.clone(), claim, &value)));
                    }
                    None if application.is_none() && claim == "sub" && is_told_of_one(rule, claim) => {
                        add(given(host, claim, &value, social(host, &value)));
                    }
                    None => {}
                }
            }
            add(start(format!("a user of `{host}`"), &[&format!("login:{host}")], Distance::Anyone, entries));
        }
        for arn in pool.oidc.iter().filter_map(|arn| arn.known()) {
            let Some((ProviderKind::Oidc, host)) = ProviderKind::of(arn) else { continue };
            let client = inventory.oidc_provider(arn).and_then(|own| own.clients.iter().find_map(|client| client.known()));
            let base = bearer(token_of(host, client.unwrap_or("example"), USER));
            for rule in rules_of(inventory, pool, arn) {
                let Some((claim, value)) = rule.claim().zip(rule.sample()) else { continue };
                if is_told_of_one(rule, claim) {
                    add(given(host, claim, &value, with_claim(base.clone(), claim, &value)));
                }
            }
            add(start(format!("a user of `{host}`"), &[&format!("login:{host}")], Distance::Known, vec![base]));
        }
        if let Some(name) = pool.developer.as_ref().and_then(|name| name.known()) {
            let call = "cognito-identity:GetOpenIdTokenForDeveloperIdentity".to_owned();
            let text = format!("the backend behind `{name}` vouches for the user");
            let step = Step { call, text, places: Vec::new() };
            let options = vec!["--developer".to_owned(), USER.to_owned()];
            let entry = Entry { login: Own::Developer, linked: None, steps: vec![step], options };
            let name = format!("a user for whom the developer provider `{name}` vouches");
            add(start(name, &["developer"], Distance::Known, vec![entry]));
        }
    }
    starts
}

/// The rules by which an identity pool gives roles to the users of a provider.
fn rules_of<'i, 's>(inventory: &'i Inventory<'s>, pool: &IdentityPool<'s>, provider: &str) -> &'i [MatchRule<'s>] {
    let mut mappings = inventory.role_map(pool).into_iter().flat_map(|map| &map.mappings);
    match mappings.find(|mapping| mapping.provider.known() == Some(provider)).map(|mapping| &mapping.kind) {
        Some(MappingType::Rules(rules)) => rules,
        _ => &[],
    }
}

/// Whether a claim that a rule asks for tells some users of a provider from the others: all have the same issuer and audience, and any of them
/// another subject than a certain one.
fn is_told_of_one(rule: &MatchRule<'_>, claim: &str) -> bool {
    match claim {
        "iss" | "aud" => false,
        "sub" => rule.matching != Some(MatchType::NotEqual),
        _ => true,
    }
}

/// A user to whom a provider gives a claim.
fn given<'i, 's>(host: &str, claim: &str, value: &str, entry: Entry) -> Start<'i, 's> {
    let own = format!("claim:{claim}={value}");
    start(format!("a user of `{host}` whose `{claim}` is `{value}`"), &[&own], Distance::Known, vec![entry])
}

/// A login with a token that only its provider can read.
fn social(host: &str, user: &str) -> Entry {
    let options = ["--login", host, "--user", user].map(str::to_owned).to_vec();
    Entry { login: Own::Social(host.to_owned(), user.to_owned()), linked: None, steps: vec![signs_in(host)], options }
}

/// A login with a token that was made.
fn bearer(token: Token) -> Entry {
    let options = vec!["--claims".to_owned(), token.claims.to_json()];
    let steps = vec![signs_in(token.host().unwrap_or_default())];
    Entry { login: Own::Token(Box::new(token)), linked: None, steps, options }
}

/// A login by an account that somebody makes for himself, or by what he writes into it.
fn with_account(entry: Entry, host: &str, claim: &str, value: &str) -> Entry {
    let mut entry = with_claim(entry, claim, value);
    let text = format!("signs in to `{host}` by an account of his own whose `{claim}` is `{value}`");
    entry.steps = vec![Step { call: String::new(), text, places: Vec::new() }];
    entry
}

fn signs_in(host: &str) -> Step {
    Step { call: String::new(), text: format!("signs in to `{host}`"), places: Vec::new() }
}

/// Whoever the trust policies let in past the identity pools that were given: each kind of caller once.
fn of_trust<'i, 's>(world: World<'i, 's>, takers: &[Takers<'i, 's>]) -> Vec<Start<'i, 's>> {
    let given = |id: &str| world.inventory.identity_pools.iter().any(|pool| pool.id.known() == Some(id));
    let mut starts: Vec<Start<'i, 's>> = Vec::new();
    for taker in takers.iter().flat_map(|own| &own.takers) {
        let Some(mut words) = words(&taker.kind, given) else { continue };
        if let (Kind::Principal, Sample::Principal(arn)) = (&taker.kind, &taker.sample) {
            words.insert(0, arn.clone());
        }
        // one role may be of his account and another one not
        if let Some(own) = starts.iter_mut().find(|own| own.subject.name == taker.who && own.subject.words == words) {
            own.subject.distance = own.subject.distance.max(taker.distance);
            continue;
        }
        let subject = Subject { name: taker.who.clone(), words, distance: taker.distance };
        starts.push(Start { subject, origin: Origin::Taker(Box::new(taker.clone())) });
    }
    for own in takers.iter().flat_map(|own| &own.open) {
        let Some(words) = words(&own.kind, given) else { continue };
        if !starts.iter().any(|start| start.subject.name == own.who) {
            // where it is not known, it may be the worst
            let distance = if matches!(own.kind, Kind::Principal | Kind::Saml) { Distance::Other } else { Distance::Anyone };
            let subject = Subject { name: own.who.clone(), words, distance };
            starts.push(Start { subject, origin: Origin::Perhaps(own.who.clone()) });
        }
    }
    starts
}

/// The words by which a kind of caller can be named; none for those who are no subjects of their own.
fn words(kind: &Kind, is_given: impl Fn(&str) -> bool) -> Option<Vec<String>> {
    let words = match kind {
        Kind::Service | Kind::ForeignPool { .. } => return None,
        Kind::Guest(id) | Kind::SignedIn(id) if is_given(id) => return None,
        Kind::Guest(id) => vec![format!("guest:{id}"), "guest".to_owned()],
        Kind::SignedIn(id) => vec![format!("user:{id}"), "user".to_owned()],
        Kind::Subject { host, .. } => vec![format!("oidc:{host}")],
        Kind::Saml => vec!["saml".to_owned()],
        Kind::Principal => vec!["principal".to_owned()],
        Kind::Unnamed => vec!["unnamed".to_owned()],
    };
    Some(words)
}

/// `eu-west-1_Abc123` of `cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Abc123`.
fn pool_id(host: &str) -> &str {
    host.rsplit('/').next().unwrap_or(host)
}
