//! The app clients through which identity pools take users, and which role the simulator says that each hands out.

use crate::arn::Arn;
use crate::finding::Label;
use crate::identity::{
    Claim, Claims, Client, Group, IdentityPool, Mapping, MappingType, Provider, RoleMap, Token, UserPool, id_token,
};
use crate::inventory::{Inventory, SnapshotPart};
use crate::policy::Instant;
use crate::reference::brings_id_token;
use crate::simulate::{Flow, Gate, GateKind, GateState, Login, Question, Simulation, World, simulate};
use crate::source::Span;
use crate::syntax::Text;

/// An app client of a user pool, or an application of a public provider, as a provider of an identity pool whose roles were given.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PoolClient<'i, 's> {
    world: World<'i, 's>,
    pub(crate) pool: &'i IdentityPool<'s>,
    pub(crate) map: &'i RoleMap<'s>,
    pub(crate) provider: &'i Provider<'s>,
    pub(crate) mapping: Option<&'i Mapping<'s>>,
    pool_id: &'i str,
    /// The user pool as identity pools name it, or the host of the public provider.
    pub(crate) host: &'i str,
    /// The client's id.
    pub(crate) id: &'i str,
    /// Whether it is an application of a public provider, not an app client of a user pool.
    pub(crate) is_public: bool,
}

/// A role that a mapping hands out, and to whom.
#[derive(Clone, Debug)]
pub(crate) struct Held<'i, 's> {
    pub(crate) role: &'i Text<'s>,
    /// "group `Editor`", "the rule on `email`".
    pub(crate) holder: String,
}

/// What an identity pool answers to a token.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Picked {
    /// This role, by ARN. Its trust policy takes the user, or was not given.
    Role(String),
    /// No role.
    Refused,
    /// AWS does not say; the place on which it hangs.
    Unknown(Option<Span>),
}

/// Every app client of every identity pool whose roles were given, in the order of the inputs.
pub(crate) fn pool_clients<'i, 's>(world: World<'i, 's>) -> Vec<PoolClient<'i, 's>> {
    let inventory = world.inventory;
    let with_map = inventory.identity_pools.iter().filter_map(|pool| Some((pool, pool.id.known()?, inventory.role_map(pool)?)));
    let clients = with_map.flat_map(|(pool, pool_id, map)| {
        pool.providers.iter().filter_map(move |provider| {
            let (host, id) = (provider.name.known()?, provider.client.known()?);
            let key = format!("{host}:{id}");
            let mapping = map.mappings.iter().find(|mapping| mapping.provider.known() == Some(&*key));
            Some(PoolClient { world, pool, map, provider, mapping, pool_id, host, id, is_public: false })
        })
    });
    let mut distinct: Vec<PoolClient<'_, '_>> = Vec::new();
    for client in clients {
        if !distinct.iter().any(|other| other.is_beside(&client) && other.id == client.id) {
            distinct.push(client);
        }
    }
    distinct
}

/// Every application of a public provider whose users bring an ID token, of every identity pool whose roles were given.
pub(crate) fn public_clients<'i, 's>(world: World<'i, 's>) -> Vec<PoolClient<'i, 's>> {
    let inventory = world.inventory;
    let with_map = inventory.identity_pools.iter().filter_map(|pool| Some((pool, pool.id.known()?, inventory.role_map(pool)?)));
    let clients = with_map.flat_map(|(pool, pool_id, map)| {
        pool.social.iter().filter_map(move |provider| {
            let host = provider.name.known().filter(|host| brings_id_token(host))?;
            let id = provider.client.known()?;
            let mapping = map.mappings.iter().find(|mapping| mapping.provider.known() == Some(host));
            Some(PoolClient { world, pool, map, provider, mapping, pool_id, host, id, is_public: true })
        })
    });
    clients.collect()
}

/// The token of a user of a provider past user pools: what all of them hold.
pub(crate) fn token_of(host: &str, application: &str, user: &str) -> Token {
    let mut claims = Claims::new();
    for (name, value) in [("iss", &*format!("https://{host}")), ("aud", application), ("sub", user)] {
        claims.set(name, Claim::Text(value.to_owned()));
    }
    Token { is_made: true, ..Token::from_claims(claims) }
}

/// Whether the classic flow of a pool is open, and where that is set.
pub(crate) fn classic_flow(world: World<'_, '_>, pool_id: &str) -> Option<Gate> {
    let question = question(Login::Guest, pool_id, Flow::Classic);
    simulate(world, &question).gates.into_iter().find(|gate| gate.kind == GateKind::Flow)
}

/// What a user of a public provider gets from an identity pool in the enhanced flow.
pub(crate) fn social<'i, 's>(world: World<'i, 's>, pool_id: &str, host: &str) -> Simulation<'i, 's> {
    let mut pools = world.inventory.identity_pools.iter().filter(|pool| pool.is(pool_id)).flat_map(|pool| &pool.social);
    let application = pools.find(|own| own.name.known() == Some(host)).and_then(|own| own.client.known());
    let token = application.filter(|_| brings_id_token(host)).map(|application| token_of(host, application, USER));
    let login = token.as_ref().map_or(Login::Social(host, Some(USER)), Login::Token);
    simulate(world, &question(login, pool_id, Flow::Enhanced))
}

/// What a guest gets from an identity pool in the enhanced flow.
pub(crate) fn guest<'i, 's>(world: World<'i, 's>, pool_id: &str) -> Simulation<'i, 's> {
    simulate(world, &question(Login::Guest, pool_id, Flow::Enhanced))
}

/// The role that an identity pool picks for a user of a public provider in the enhanced flow.
pub(crate) fn social_role(world: World<'_, '_>, pool_id: &str, host: &str) -> Picked {
    picked(&social(world, pool_id, host))
}

/// The role that an identity pool picks for a guest in the enhanced flow.
pub(crate) fn guest_role(world: World<'_, '_>, pool_id: &str) -> Picked {
    picked(&guest(world, pool_id))
}

/// The groups of a user pool, best precedence first.
pub(crate) fn groups_of<'i, 's>(inventory: &'i Inventory<'s>, host: &str) -> Vec<&'i Group<'s>> {
    let user_pool = user_pool_id(host);
    let mut groups: Vec<_> = inventory.groups.iter().filter(|group| group.user_pool.known() == Some(user_pool)).collect();
    groups.sort_by_key(|group| group.precedence.map_or(u64::MAX, |precedence| u64::from(precedence.value)));
    groups
}

/// A role's name where its ARN tells.
pub(crate) fn short(arn: &str) -> &str {
    Arn::parse(arn).and_then(Arn::role_name).unwrap_or(arn)
}

impl<'i, 's> PoolClient<'i, 's> {
    /// The ID token of a user in these groups; a public provider has none.
    pub(crate) fn token(&self, groups: &[&Group<'_>]) -> Token {
        if self.is_public { token_of(self.host, self.id, USER) } else { id_token(self.host, self.id, groups) }
    }

    /// The ID token of a user in no group, with one more claim.
    pub(crate) fn token_with(&self, claim: &str, value: &str) -> Token {
        let mut token = self.token(&[]);
        token.claims.set(claim, Claim::Text(value.to_owned()));
        token
    }

    /// What a token gets from the identity pool in the enhanced flow.
    pub(crate) fn simulate(&self, token: &Token) -> Simulation<'i, 's> {
        simulate(self.world, &question(Login::Token(token), self.pool_id, Flow::Enhanced))
    }

    /// The role that the identity pool picks for a token in the enhanced flow.
    pub(crate) fn ask(&self, token: &Token) -> Picked {
        picked(&self.simulate(token))
    }

    /// As [`PoolClient::ask`], for a user who asks for a certain role.
    pub(crate) fn ask_for(&self, token: &Token, role: &str) -> Picked {
        let question = question(Login::Token(token), self.pool_id, Flow::Enhanced);
        picked(&simulate(self.world, &Question { custom_role: Some(role), ..question }))
    }

    /// The roles that the mapping hands out; without a mapping those that the groups have.
    pub(crate) fn held(&self) -> Vec<Held<'i, 's>> {
        match self.mapping.map(|mapping| &mapping.kind) {
            Some(MappingType::Rules(rules)) => {
                let held = rules.iter().filter_map(|rule| {
                    let (role, claim) = (rule.role.as_ref()?, rule.claim.as_ref()?);
                    Some(Held { role, holder: format!("the rule on `{}`", claim.shown()) })
                });
                held.collect()
            }
            Some(MappingType::Unknown) => Vec::new(),
            Some(MappingType::Token) | None => {
                let groups = self.groups().into_iter();
                groups
                    .filter_map(|group| {
                        Some(Held { role: group.role.as_ref()?, holder: format!("group `{}`", group.name.shown()) })
                    })
                    .collect()
            }
        }
    }

    /// The groups of the user pool, best precedence first.
    pub(crate) fn groups(&self) -> Vec<&'i Group<'s>> {
        groups_of(self.world.inventory, self.host)
    }

    /// Whether the mapping may hand out roles that are not known: those of groups that a snapshot could not read.
    pub(crate) fn may_hold_more(&self) -> bool {
        let by_rules = matches!(self.mapping.map(|mapping| &mapping.kind), Some(MappingType::Rules(_)));
        !by_rules && self.world.inventory.unread(SnapshotPart::Groups(user_pool_id(self.host))).is_some()
    }

    /// Whether a snapshot could not read the settings of the user pool.
    pub(crate) fn lacks_settings(&self) -> bool {
        let part = SnapshotPart::UserPool(user_pool_id(self.host));
        self.user_pool().is_none() && self.world.inventory.unread(part).is_some()
    }

    /// The user pool, where it was given.
    pub(crate) fn user_pool(&self) -> Option<&'i UserPool<'s>> {
        let id = user_pool_id(self.host);
        self.world.inventory.user_pools.iter().find(|pool| pool.id.known() == Some(id))
    }

    /// The client itself, where it was given.
    pub(crate) fn client(&self) -> Option<&'i Client<'s>> {
        let user_pool = user_pool_id(self.host);
        let mut clients = self.world.inventory.clients.iter();
        clients.find(|client| client.id.known() == Some(self.id) && client.user_pool.known() == Some(user_pool))
    }

    /// What to call the client: its name, else its id.
    pub(crate) fn title(&self) -> String {
        let name = self.client().and_then(|client| client.name.as_ref());
        name.map_or_else(|| self.id.to_owned(), |name| name.shown().into_owned())
    }

    /// Where the user pool lets anybody sign up.
    pub(crate) fn open_sign_up(&self) -> Option<Label> {
        let setting = self.user_pool()?.admin_only?;
        (!setting.value).then(|| Label::new(setting.span, "anybody may sign up"))
    }

    /// Whether only administrators create users.
    pub(crate) fn is_admin_only(&self) -> bool {
        self.user_pool().and_then(|pool| pool.admin_only).is_some_and(|setting| setting.value)
    }

    /// Whether both are clients of one user pool in one identity pool.
    pub(crate) fn is_beside(&self, other: &Self) -> bool {
        self.pool_id == other.pool_id && self.host == other.host
    }
}

/// The id of a user at a public provider.
const USER: &str = "1234567890";

fn picked(simulation: &Simulation<'_, '_>) -> Picked {
    let gate = |kind: GateKind| simulation.gates.iter().find(|gate| gate.kind == kind);
    if simulation.gates.iter().any(|gate| gate.state == GateState::Fail) {
        return Picked::Refused;
    }
    match (gate(GateKind::RoleMapping), &simulation.role) {
        (Some(Gate { state: GateState::Pass, .. }), Some(role)) => Picked::Role(role.name.clone()),
        (Some(gate), _) => Picked::Unknown(gate.places.first().map(|label| label.span)),
        (None, _) => Picked::Unknown(None),
    }
}

fn question<'a>(login: Login<'a>, pool: &'a str, flow: Flow) -> Question<'a> {
    // INVARIANT: the tokens asked with never expire, so that no finding hangs on the time
    Question { pool: Some(pool), flow, ..Question::new(login, Instant::from_seconds(0)) }
}

/// `eu-west-1_Abc123` of `cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Abc123`.
fn user_pool_id(host: &str) -> &str {
    host.rsplit('/').next().unwrap_or(host)
}
