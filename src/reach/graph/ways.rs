//! The ways to a role that need no other role: each is a question to the simulator, or to the trust policy alone.

use super::starts::{Entry, Own, USER};
use super::{Asked, Cell, Path, Permitted, Reason, Step, Way};
use crate::evaluate::Verdict;
use crate::finding::Label;
use crate::inventory::Role;
use crate::policy::{Policy, PrincipalKind};
use crate::reach::{Kind, Sample, Taker, Takers};
use crate::simulate::{Flow, Gate, GateKind, GateState, Login, Outcome, Question, Simulation, World, simulate, try_assume};
use crate::source::Span;

/// Whether somebody gets a role by one of his logins.
pub(super) fn by_logins<'s>(
    world: World<'_, 's>,
    entries: &[Entry],
    role: &Role<'s>,
    asked: Asked<'_>,
    assumptions: &mut Vec<String>,
) -> Cell {
    let mut found = Found::default();
    for entry in entries {
        for (way, pool) in questions(world, entry, role) {
            found.ask(world, entry, (way, pool), role, asked, assumptions);
        }
    }
    if found.paths.is_empty() && found.open.is_empty() && found.closed.is_empty() {
        let place = role.trust.as_ref().map(|policy| policy.mark);
        let text = "its trust policy is not for tokens of these logins".to_owned();
        found.closed.push(Reason { way: Way::Trust, text, place });
    }
    found.cell()
}

/// The ways that a login may be tried in: each with the identity pool to which it is taken.
fn questions<'i>(world: World<'i, '_>, entry: &Entry, role: &Role<'_>) -> Vec<(Way, Option<&'i str>)> {
    let mut ways = Vec::new();
    let names = |is: &dyn Fn(&str) -> bool| role.trust.as_ref().is_none_or(|policy| is_for(policy, is));
    if names(&|provider| provider.starts_with("cognito-identity")) {
        for pool in &world.inventory.identity_pools {
            let Some(id) = pool.id.known() else { continue };
            let is_social = |host: &str| pool.social.iter().any(|own| own.name.known() == Some(host));
            let is_taken = match &entry.login {
                Own::Guest => true,
                Own::Developer => pool.developer.is_some(),
                Own::Social(host, _) => is_social(host),
                Own::Token(token) => {
                    let host = token.host().unwrap_or_default();
                    let ending = format!(":oidc-provider/{host}");
                    let of_iam = pool.oidc.iter().any(|arn| arn.known().is_some_and(|arn| arn.ends_with(&ending)));
                    of_iam || is_social(host) || pool.providers.iter().any(|own| own.name.known() == Some(host))
                }
            };
            if !is_taken {
                continue;
            }
            if entry.linked.is_none() {
                ways.extend([(Way::Enhanced, Some(id)), (Way::CustomRole, Some(id))]);
            }
            ways.push((Way::Classic, Some(id)));
        }
    }
    if let Some(host) = entry.login.host().filter(|_| entry.linked.is_none())
        && names(&|provider| provider.strip_suffix(host).is_some_and(|before| before.ends_with(":oidc-provider/")))
    {
        ways.push((Way::Direct, None));
    }
    ways
}

/// Whether a trust policy may be for holders of tokens of such a provider.
fn is_for(policy: &Policy<'_>, is_provider: &dyn Fn(&str) -> bool) -> bool {
    policy.statements.iter().any(|statement| {
        statement.principals.as_ref().is_none_or(|principals| {
            principals.negated
                || principals.list.iter().any(|own| {
                    let text = own.value.known();
                    own.kind == PrincipalKind::Anyone || text.is_none_or(|text| text == "*" || is_provider(text))
                })
        })
    })
}

/// What came of the questions so far.
#[derive(Default)]
struct Found {
    paths: Vec<Path>,
    open: Vec<Reason>,
    closed: Vec<Reason>,
}

impl Found {
    fn ask(
        &mut self,
        world: World<'_, '_>,
        entry: &Entry,
        (way, pool): (Way, Option<&str>),
        role: &Role<'_>,
        asked: Asked<'_>,
        assumptions: &mut Vec<String>,
    ) {
        let id = role.id();
        let flow = match way {
            Way::Classic => Flow::Classic,
            Way::Direct => Flow::Direct,
            _ => Flow::Enhanced,
        };
        let linked = entry.linked.iter().map(|host| Login::Social(host, Some(USER))).collect();
        let question = Question {
            pool,
            flow,
            role: Some(&id),
            custom_role: (way == Way::CustomRole).then_some(&*id),
            linked,
            ..Question::new(entry.login.login(), asked.at)
        };
        let simulation = simulate(world, &question);
        if simulation.outcome == Outcome::Allowed && simulation.gets(&id) {
            let mut path = path(world, entry, (way, pool), role, &simulation);
            if asked.access.is_some() {
                let then = simulate(world, &Question { access: asked.access.into_iter().collect(), ..question });
                path.permitted = then.permissions.into_iter().next().map(Permitted::of);
            }
            self.paths.push(path);
            return;
        }
        if entry.linked.is_some() {
            return;
        }
        // through which client is asked for each of them
        for own in simulation.assumptions.iter().filter(|own| !own.ends_with("(`--client`)")) {
            if !assumptions.contains(own) {
                assumptions.push(own.clone());
            }
        }
        let gate = simulation.gates.iter().find(|gate| Some(gate.kind) == simulation.decided_by);
        let place = gate.and_then(|gate| gate.places.first()).map(|label| label.span);
        let reason = Reason { way, text: simulation.why.clone(), place };
        let list = if simulation.outcome == Outcome::Undecided { &mut self.open } else { &mut self.closed };
        if !list.contains(&reason) {
            list.push(reason);
        }
    }

    fn cell(mut self) -> Cell {
        self.paths.sort_by_key(|path| (path.steps.len(), path.way));
        let mut kept: Vec<Path> = Vec::new();
        for path in self.paths {
            if !kept.iter().any(|own| own.way == path.way) {
                kept.push(path);
            }
        }
        if !kept.is_empty() {
            return Cell::Reached(kept);
        }
        if self.open.is_empty() { Cell::No(self.closed) } else { Cell::Open(self.open) }
    }
}

/// The steps of a sign-in that got the role.
fn path(
    world: World<'_, '_>,
    entry: &Entry,
    (way, pool): (Way, Option<&str>),
    role: &Role<'_>,
    simulation: &Simulation<'_, '_>,
) -> Path {
    let passed = |kind: GateKind| simulation.gates.iter().find(|gate| gate.kind == kind && gate.state == GateState::Pass);
    let places = |kind: GateKind| passed(kind).map_or_else(Vec::new, |gate: &Gate| gate.places.clone());
    let name = role.name.shown();
    let mut steps = entry.steps.clone();
    if let Some(pool) = pool {
        let given = world.inventory.identity_pools.iter().find(|own| own.is(pool));
        let mut from = places(GateKind::Provider);
        if let (Own::Guest, Some(setting)) = (&entry.login, given.and_then(|pool| pool.guests.as_ref())) {
            from = vec![Label::new(setting.span, "guests are allowed")];
        }
        let title = given.and_then(|pool| pool.name.as_ref()).map_or_else(|| pool.into(), |name| name.shown());
        let call = "cognito-identity:GetId".to_owned();
        steps.push(Step { call, text: format!("gets an identity of identity pool `{title}`"), places: from });
    }
    let trust = simulation.trust.as_ref().and_then(|trust| match trust.verdict {
        Verdict::Allowed(statement) => Some(Label::new(statement.place(), "its trust policy takes the token")),
        _ => None,
    });
    match way {
        Way::Classic => {
            let text = passed(GateKind::Flow).map_or_else(|| "gets a token for STS".to_owned(), |gate| gate.text.clone());
            let call = "cognito-identity:GetOpenIdToken".to_owned();
            steps.push(Step { call, text, places: places(GateKind::Flow) });
        }
        Way::Enhanced | Way::CustomRole => {
            let text = passed(GateKind::RoleMapping).map_or_else(String::new, |gate| gate.text.clone());
            let from: Vec<Label> = places(GateKind::RoleMapping).into_iter().chain(trust.clone()).collect();
            steps.push(Step { call: "cognito-identity:GetCredentialsForIdentity".to_owned(), text, places: from });
        }
        _ => {}
    }
    if matches!(way, Way::Classic | Way::Direct) {
        let call = simulation.presented.as_ref().map_or("sts:AssumeRoleWithWebIdentity", |token| token.action()).to_owned();
        let text = format!("names `{name}`, whose trust policy takes the token");
        steps.push(Step { call, text, places: trust.into_iter().collect() });
    }
    let mut options = entry.options.clone();
    if !options.is_empty() {
        let more: &[&str] = match way {
            Way::Classic => &["--flow", "classic", "--role", &name],
            Way::Direct => &["--flow", "direct", "--role", &name],
            Way::CustomRole => &["--custom-role", &name],
            _ => &[],
        };
        options.extend(more.iter().map(|word| (*word).to_owned()));
        if let Some(pool) = pool.filter(|_| world.inventory.identity_pools.len() > 1) {
            options.extend(["--pool".to_owned(), pool.to_owned()]);
        }
    }
    let narrowed = matches!(entry.login, Own::Guest) && way == Way::Enhanced;
    Path { way, steps, sample: simulation.presented.clone().map(Sample::Token), narrowed, options, permitted: None }
}

/// Whether a trust policy lets somebody in whom it, or another one, lets in.
pub(super) fn by_trust(taker: &Taker<'_, '_>, role: &Role<'_>, own: &Takers<'_, '_>, permitted: Option<Permitted>) -> Cell {
    if let Some(own) = own.takers.iter().find(|own| own.who == taker.who) {
        return Cell::Reached(vec![taken(own, role, own.statement.place(), permitted)]);
    }
    let place = role.trust.as_ref().map(|policy| policy.mark);
    let reason = |text: &str| vec![Reason { way: Way::Trust, text: text.to_owned(), place }];
    if own.open.iter().any(|own| own.who == taker.who) {
        return Cell::Open(reason("it is not known whether its trust policy takes him"));
    }
    let Some(policy) = &role.trust else { return Cell::Open(reason("its trust policy was not given")) };
    let Sample::Token(token) = &taker.sample else { return no_or_unnamed(own, policy, "its trust policy does not let him in") };
    let arn = role.arn.as_ref().and_then(|arn| arn.known());
    let given: Vec<(&str, Vec<&str>)> = taker.given.iter().map(|(key, value)| (key.as_str(), vec![value.as_str()])).collect();
    match try_assume(policy, arn, token, Flow::Classic, &given).verdict {
        Verdict::Allowed(statement) => Cell::Reached(vec![taken(taker, role, statement.place(), permitted)]),
        Verdict::Undecided(_) => Cell::Open(reason("it is not known whether its trust policy takes his token")),
        _ => Cell::No(reason("its trust policy does not take his token")),
    }
}

/// Whether a trust policy lets somebody in of whom that is not known of another one.
pub(super) fn perhaps(who: &str, role: &Role<'_>, own: &Takers<'_, '_>, permitted: Option<Permitted>) -> Cell {
    if let Some(own) = own.takers.iter().find(|own| own.who == who) {
        return Cell::Reached(vec![taken(own, role, own.statement.place(), permitted)]);
    }
    let place = role.trust.as_ref().map(|policy| policy.mark);
    let reason = |text: &str| vec![Reason { way: Way::Trust, text: text.to_owned(), place }];
    if own.open.iter().any(|own| own.who == who) {
        return Cell::Open(reason("it is not known whether its trust policy takes him"));
    }
    closed(role, own)
}

/// A trust policy does not let somebody in.
pub(super) fn closed(role: &Role<'_>, own: &Takers<'_, '_>) -> Cell {
    match &role.trust {
        Some(policy) => no_or_unnamed(own, policy, "its trust policy does not let him in"),
        None => Cell::Open(vec![Reason { way: Way::Trust, text: "its trust policy was not given".to_owned(), place: None }]),
    }
}

/// A trust policy does not let somebody in, unless he is one of those of whom it does not say who they are.
fn no_or_unnamed(own: &Takers<'_, '_>, policy: &Policy<'_>, why_not: &str) -> Cell {
    let reason = |text: String, place| vec![Reason { way: Way::Trust, text, place: Some(place) }];
    match own.unnamed() {
        Some((who, place)) => {
            Cell::Open(reason(format!("its trust policy may let in {who}, and who that is is not known"), place))
        }
        None => Cell::No(reason(why_not.to_owned(), policy.mark)),
    }
}

/// Whether a trust policy lets visitors of identity pools in that nobody named.
pub(super) fn from_foreign_pool(role: &Role<'_>, own: &Takers<'_, '_>, permitted: Option<Permitted>) -> Cell {
    if let Some(taker) = own.takers.iter().find(|own| matches!(own.kind, Kind::ForeignPool { .. })) {
        return Cell::Reached(vec![taken(taker, role, taker.statement.place(), permitted)]);
    }
    let place = role.trust.as_ref().map(|policy| policy.mark);
    let reason = |text: &str| vec![Reason { way: Way::Trust, text: text.to_owned(), place }];
    if own.open.iter().any(|own| matches!(own.kind, Kind::ForeignPool { .. })) {
        return Cell::Open(reason("it is not known whether its trust policy takes tokens of other identity pools"));
    }
    match &role.trust {
        Some(policy) => no_or_unnamed(own, policy, "its trust policy takes tokens of no other identity pool"),
        None => Cell::Open(reason("its trust policy was not given")),
    }
}

fn taken(taker: &Taker<'_, '_>, role: &Role<'_>, place: Span, permitted: Option<Permitted>) -> Path {
    let name = role.name.shown();
    let places = vec![Label::new(taker.place.unwrap_or(place), "its trust policy lets him in")];
    let step = Step { call: taker.call.to_owned(), text: format!("names `{name}`, whose trust policy lets him in"), places };
    let options = match &taker.sample {
        Sample::Token(token) if !token.is_assertion() => {
            let given = taker.given.iter().flat_map(|(key, value)| ["--context".to_owned(), format!("{key}={value}")]);
            let own = ["--claims".to_owned(), token.claims.to_json(), "--role".to_owned(), name.into_owned()];
            own.into_iter().chain(given).collect()
        }
        _ => Vec::new(),
    };
    Path { way: Way::Trust, steps: vec![step], sample: Some(taker.sample.clone()), narrowed: false, options, permitted }
}
