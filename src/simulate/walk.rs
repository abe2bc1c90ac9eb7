//! The walk of one login through the gates, in the order in which AWS applies them.
//!
//! A closed gate decides, but the walk goes on where the later gates can still be asked: a reader wants to know
//! everything that is in the way.

mod admit;

use super::selection::{Answer, Known, names, select, short};
use super::trust::{judge, names_provider, pinned_audience};
use super::{Choice, Flow, Gate, GateKind, GateState, Login, Outcome, Presented, Question, RoleRef, Simulation, near_miss, permissions};
use crate::evaluate::Verdict;
use crate::finding::Label;
use crate::identity::{Algorithm, Claim, Claims, IdentityPool, Issuer, Token};
use crate::inventory::{Inventory, Role};
use crate::policy::Instant;
use crate::reference::identity_pool_host;

pub(super) fn walk<'i, 's>(inventory: &'i Inventory<'s>, question: &Question<'_>) -> Simulation<'i, 's> {
    let mut walk = Walk { inventory, question, flow: question.flow, simulation: Simulation::start(), picked: None };
    walk.run();
    walk.finish()
}

struct Walk<'q, 'i, 's> {
    inventory: &'i Inventory<'s>,
    question: &'q Question<'q>,
    /// Classic also where a token is taken to STS past any pool.
    flow: Flow,
    simulation: Simulation<'i, 's>,
    /// Why the pool picked the role that it picked.
    picked: Option<String>,
}

/// Who comes to the identity pool.
struct Visitor<'q> {
    known: Known<'q>,
    /// Host and path of the provider of the login, and the app client: of a user pool's token.
    login: Option<(String, String)>,
    /// What the pool's token says of how the visitor signed in, without a state in front.
    amr: Vec<String>,
}

impl<'i, 's> Simulation<'i, 's> {
    fn start() -> Self {
        Self {
            outcome: Outcome::Denied,
            role: None,
            why: String::new(),
            decided_by: None,
            gates: Vec::new(),
            presented: None,
            trust: None,
            choices: Vec::new(),
            permissions: Vec::new(),
            near_miss: None,
            assumptions: Vec::new(),
        }
    }

    fn role_ref(&mut self, inventory: &'i Inventory<'s>, name: &str) -> Option<&'i Role<'s>> {
        let role = inventory.role(name);
        let arn = role.and_then(|role| role.arn.as_ref()).and_then(|arn| arn.known());
        self.role = Some(RoleRef { name: arn.unwrap_or(name).to_owned(), role });
        role
    }
}

impl<'i, 's> Walk<'_, 'i, 's> {
    fn run(&mut self) {
        match self.question.login {
            Login::Guest => {
                let visitor = Visitor { known: Known::Guest, login: None, amr: vec!["unauthenticated".to_owned()] };
                self.at_pool(&visitor);
            }
            Login::Developer(id) => self.developer(id),
            Login::Token(token) => self.token(token),
        }
    }

    fn developer(&mut self, id: &str) {
        let pool = self.pool_by(|pool| pool.developer.is_some());
        let name =
            pool.and_then(|pool| pool.developer.as_ref()).map_or("login.example".to_owned(), |name| name.shown().into_owned());
        let pool_id = pool.map_or("POOL".to_owned(), |pool| pool.id.shown().into_owned());
        let amr = vec!["authenticated".to_owned(), name.clone(), format!("{name}:{pool_id}:{id}")];
        self.at_pool(&Visitor { known: Known::Developer, login: None, amr });
    }

    fn token(&mut self, token: &Token) {
        if !self.form(token) {
            return;
        }
        self.signature(token);
        self.expiry(&token.claims);
        match &token.issuer {
            Issuer::UserPool(host) => {
                let client = audience(&token.claims);
                let key = format!("{host}:{client}");
                let user = token.claims.text("sub").unwrap_or("USER");
                let amr = vec!["authenticated".to_owned(), host.clone(), format!("{host}:CognitoSignIn:{user}")];
                let known = Known::Provider(&key, &token.claims);
                self.at_pool(&Visitor { known, login: Some((host.clone(), client)), amr });
            }
            Issuer::IdentityPools => self.direct(identity_pool_host(token.claims.text("aud").unwrap_or_default()), &token.claims),
            Issuer::Other(host) => match self.oidc_key(host) {
                Some((key, amr)) => {
                    let client = audience(&token.claims);
                    let amr = amr(&client, token.claims.text("sub").unwrap_or("USER"));
                    self.at_pool(&Visitor {
                        known: Known::Provider(&key, &token.claims),
                        login: Some((key.clone(), client)),
                        amr,
                    });
                }
                None => self.direct(host, &token.claims),
            },
            Issuer::Missing => {}
        }
    }

    /// The token's form: whether it is one that this way takes at all.
    fn form(&mut self, token: &Token) -> bool {
        let claims = &token.claims;
        let access_token = claims.text("token_use") == Some("access");
        let (state, text) = match &token.issuer {
            Issuer::Missing => (GateState::Fail, "the token has no `iss`, so nobody vouches for it".to_owned()),
            Issuer::UserPool(_) if access_token => (
                GateState::Fail,
                "this is an access token; identity pools take the ID token that the user pool gave beside it (`token_use` is `id`)"
                    .to_owned(),
            ),
            Issuer::UserPool(host) => {
                (GateState::Pass, format!("an ID token of user pool `{}`", host.rsplit('/').next().unwrap_or(host)))
            }
            Issuer::IdentityPools => {
                (GateState::Pass, format!("a token of identity pool `{}`", claims.text("aud").unwrap_or("(no `aud`)")))
            }
            Issuer::Other(host) => (GateState::Pass, format!("a token of `{host}`")),
        };
        self.gate(GateKind::Token, state, text, Vec::new());
        state == GateState::Pass
    }

    fn signature(&mut self, token: &Token) {
        let (state, text) = match token.algorithm {
            Some(Algorithm::None) => (GateState::Fail, "the token is not signed (`alg` is `none`)"),
            Some(Algorithm::SharedSecret) => {
                (GateState::Fail, "the token is signed with a shared secret; AWS takes public-key signatures only")
            }
            Some(_) => (GateState::Skipped, "not checked: the claims are taken as they are"),
            None => (GateState::Skipped, "nothing to check: claims were given, not a signed token"),
        };
        self.gate(GateKind::Signature, state, text.to_owned(), Vec::new());
    }

    fn expiry(&mut self, claims: &Claims) {
        let (state, text) = match claims.seconds("exp").map(Instant::from_seconds) {
            Some(end) if end <= self.question.at => (GateState::Fail, format!("the token expired at {end}")),
            Some(end) => (GateState::Pass, format!("the token is good until {end}")),
            None if claims.get("exp").is_some() => (GateState::Unknown, "the token's `exp` is no number of seconds".to_owned()),
            None => (GateState::Skipped, "the claims name no end".to_owned()),
        };
        self.gate(GateKind::Expiry, state, text, Vec::new());
    }

    /// The mapping key of a public or OIDC provider that a pool takes, and how its logins show in `amr`.
    fn oidc_key(&self, host: &str) -> Option<(String, impl FnOnce(&str, &str) -> Vec<String> + use<>)> {
        let ending = format!(":oidc-provider/{host}");
        let key = self.inventory.identity_pools.iter().find_map(|pool| {
            let social = pool.social.iter().filter_map(|provider| provider.name.known()).find(|name| *name == host);
            social.or_else(|| pool.oidc.iter().filter_map(|arn| arn.known()).find(|arn| arn.ends_with(&ending)))
        })?;
        let (host, key) = (host.to_owned(), key.to_owned());
        let provider = key.clone();
        let amr = move |client: &str, user: &str| {
            let last =
                if provider.starts_with("arn:") { format!("{provider}:OIDC:{user}") } else { format!("{host}:{client}:{user}") };
            vec!["authenticated".to_owned(), host, last]
        };
        Some((key, amr))
    }

    /// Everything from the identity pool on.
    fn at_pool(&mut self, visitor: &Visitor<'_>) {
        if self.inventory.identity_pools.is_empty() {
            return self.without_pool(visitor);
        }
        let Some(pool) = self.admit(visitor) else { return };
        self.flow(pool);
        let role = match self.question.flow {
            Flow::Enhanced => self.mapping(pool, visitor.known),
            Flow::Classic => self.question.role.map(str::to_owned),
        };
        let id = pool.id.shown();
        let token = Presented::of_pool(&id, visitor.amr.clone(), None);
        match role {
            Some(role) => self.at_role(&role, &token),
            None if self.question.flow == Flow::Classic => self.choices(token),
            None => self.simulation.presented = Some(token.claims),
        }
    }

    /// Only roles were given: the pool is the one that the role pins, and taken to hand the role out.
    fn without_pool(&mut self, visitor: &Visitor<'_>) {
        let host = identity_pool_host("");
        let mut for_pools = self.inventory.roles.iter().filter(|role| {
            role.trust.iter().flat_map(|policy| &policy.statements).any(|statement| names_provider(statement, host))
        });
        let role = match self.question.role {
            Some(name) => self.inventory.role(name),
            None => for_pools.next().filter(|_| for_pools.next().is_none()),
        };
        let pinned = role.and_then(|role| pinned_audience(role.trust.as_ref()?, host));
        match (role, self.question.pool.map(str::to_owned).or(pinned)) {
            (Some(role), Some(pool)) => {
                let name = role.name.shown().into_owned();
                let whence = if self.question.pool.is_some() { "as asked".to_owned() } else { format!("which `{name}` pins") };
                self.assume(format!("no identity pool was given: taken to be `{pool}`, {whence}, and to hand out that role"));
                let token = Presented::of_pool(&pool, visitor.amr.clone(), None);
                self.at_role(&role.id(), &token);
            }
            _ => self.gate(
                GateKind::Provider,
                GateState::Unknown,
                "no identity pool was given, so it is not known what becomes of this login (`aws cognito-identity describe-identity-pool`)".to_owned(),
                Vec::new(),
            ),
        }
    }

    /// Role mappings close the classic flow whatever `AllowClassicFlow` says; default roles do not.
    fn flow(&mut self, pool: &IdentityPool<'s>) {
        let map = self.inventory.role_map(pool);
        let mapping = map.and_then(|map| map.mappings.first());
        let (state, text, places) = match (self.question.flow, mapping, pool.classic) {
            (Flow::Enhanced, ..) => (GateState::Pass, "enhanced: the identity pool picks the role".to_owned(), Vec::new()),
            (Flow::Classic, Some(_), _) if matches!(self.question.login, Login::Developer(_)) => (
                GateState::Unknown,
                "AWS does not say whether role mappings close the classic flow for developer-authenticated users".to_owned(),
                Vec::new(),
            ),
            (Flow::Classic, Some(mapping), _) => (
                GateState::Fail,
                "\"Basic (classic) flow is not supported with RoleMappings, please use enhanced flow.\"".to_owned(),
                vec![Label::new(mapping.provider.span(), "a role mapping closes the classic flow")],
            ),
            (Flow::Classic, None, Some(setting)) if !setting.value => (
                GateState::Fail,
                "\"Basic (classic) flow is not enabled, please use enhanced flow.\"".to_owned(),
                vec![Label::new(setting.span, "the classic flow is off")],
            ),
            (Flow::Classic, None, _) if map.is_none() => (
                GateState::Unknown,
                "role mappings would close the classic flow, and the identity pool's roles were not given \
                 (`aws cognito-identity get-identity-pool-roles`)"
                    .to_owned(),
                vec![Label::new(pool.id.span(), "the roles of this pool")],
            ),
            (Flow::Classic, None, Some(setting)) => (
                GateState::Pass,
                "classic: the caller names the role".to_owned(),
                vec![Label::new(setting.span, "the classic flow is on")],
            ),
            (Flow::Classic, None, None) => (
                GateState::Pass,
                "classic: the caller names the role; `AllowClassicFlow` is not set, which leaves it open".to_owned(),
                vec![Label::new(pool.mark, "no `AllowClassicFlow`")],
            ),
        };
        self.gate(GateKind::Flow, state, text, places);
    }

    /// The role to ask the trust policy of: the one that the pool picks, or another that the question names.
    fn mapping(&mut self, pool: &IdentityPool<'s>, known: Known<'_>) -> Option<String> {
        let Some(map) = self.inventory.role_map(pool) else {
            let text = "the identity pool's roles were not given (`aws cognito-identity get-identity-pool-roles`)".to_owned();
            self.gate(
                GateKind::RoleMapping,
                GateState::Unknown,
                text,
                vec![Label::new(pool.id.span(), "the roles of this pool")],
            );
            return self.question.role.map(str::to_owned);
        };
        let selection = select(map, known, self.question.custom_role);
        let (state, text, role) = match (&selection.answer, self.question.role) {
            (Answer::Role(picked), Some(wanted)) if !names(picked, wanted) => (
                GateState::Fail,
                format!("the pool hands out `{}`, not `{}`: {}", short(picked), short(wanted), selection.why),
                Some(wanted.to_owned()),
            ),
            (Answer::Role(picked), _) => {
                let text = format!("`{}`: {}", short(picked), selection.why);
                self.picked = Some(selection.why);
                (GateState::Pass, text, Some(picked.clone()))
            }
            (Answer::Refused, wanted) => (GateState::Fail, selection.why, wanted.map(str::to_owned)),
            (Answer::Unknown, wanted) => (GateState::Unknown, selection.why, wanted.map(str::to_owned)),
        };
        self.gate(GateKind::RoleMapping, state, text, selection.places);
        role
    }

    /// A token that is taken to STS as it is.
    fn direct(&mut self, host: &str, claims: &Claims) {
        self.flow = Flow::Classic;
        let token = Presented { host: host.to_owned(), claims: claims.clone() };
        let only = || self.inventory.roles.first().filter(|_| self.inventory.roles.len() == 1).map(|role| role.id().into_owned());
        match self.question.role.map(str::to_owned).or_else(only) {
            Some(role) => self.at_role(&role, &token),
            None => self.choices(token),
        }
    }

    fn at_role(&mut self, name: &str, token: &Presented) {
        let role = self.simulation.role_ref(self.inventory, name);
        self.simulation.presented = Some(token.claims.clone());
        if let Some((role, policy)) = role.and_then(|role| Some((role, role.trust.as_ref()?))) {
            let answer = judge(role, policy, token, self.flow, self.question);
            self.gate(GateKind::Trust, answer.state, answer.text, answer.places);
            self.simulation.trust = Some(answer.judgement);
            self.simulation.near_miss = answer.near_miss;
        } else {
            let text = format!("the trust policy of `{}` was not given (`aws iam get-role`)", short(name));
            self.gate(GateKind::Trust, GateState::Unknown, text, Vec::new());
        }
        if permissions::is_scoped_down(self.question) {
            let date = crate::reference::guest_session_policies_date();
            let text = format!("guests get at most what Cognito's session policies leave of the role (as of {date})");
            self.gate(GateKind::Session, GateState::Pass, text, Vec::new());
        }
        if let Some(role) = role {
            self.permissions(role, token);
        }
    }

    fn permissions(&mut self, role: &'i Role<'s>, token: &Presented) {
        if self.question.access.is_empty() {
            return;
        }
        let ask = |access| permissions::ask(self.inventory, role, access, token, self.question);
        self.simulation.permissions = self.question.access.iter().copied().map(ask).collect();
        let outcomes = self.simulation.permissions.iter().map(|permission| permission.outcome);
        let state = match worst(outcomes) {
            Outcome::Allowed => GateState::Pass,
            Outcome::Denied => GateState::Fail,
            Outcome::Undecided | Outcome::Error => GateState::Unknown,
        };
        // where not all is allowed, only what is not is worth telling
        let told = self.simulation.permissions.iter().filter(|own| state == GateState::Pass || own.outcome != Outcome::Allowed);
        let text = told.map(|own| format!("`{}`: {}", own.action, own.why)).collect::<Vec<_>>().join("; ");
        let places = self.simulation.permissions.iter().filter_map(|permission| permission.place.clone()).collect();
        self.gate(GateKind::Permissions, state, text, places);
        self.assume(
            "asked were the role's own policies: no resource policy, service control policy or endpoint policy".to_owned(),
        );
        if self.inventory.beside(role).next().is_some() {
            self.assume(format!("the policies that were given by themselves are taken to be those of `{}`", role.name.shown()));
        } else if !role.complete && !role.permissions.is_empty() {
            self.assume(format!("`{}` is taken to have no policies but those that were given", role.name.shown()));
        }
    }

    /// The classic flow lets the caller name any role whose trust policy takes the token.
    fn choices(&mut self, token: Presented) {
        let mut unread = 0;
        for role in &self.inventory.roles {
            let Some(policy) = role.trust.as_ref() else {
                unread += 1;
                continue;
            };
            let answer = judge(role, policy, &token, self.flow, self.question);
            let place = answer.places.first().map(|label| label.span);
            let outcome = match (answer.state, &answer.judgement.verdict) {
                (_, Verdict::Refused(_)) => Outcome::Error,
                (GateState::Pass, _) => Outcome::Allowed,
                (GateState::Unknown, _) => Outcome::Undecided,
                _ => Outcome::Denied,
            };
            self.simulation.choices.push(Choice { role, outcome, place, near_miss: answer.near_miss });
        }
        near_miss::rank(&mut self.simulation.choices);
        let named = |wanted: Outcome| {
            let fitting = self.simulation.choices.iter().filter(move |choice| choice.outcome == wanted);
            fitting.map(|choice| format!("`{}`", choice.role.name.shown())).collect::<Vec<_>>().join(", ")
        };
        let (takes, open) = (named(Outcome::Allowed), named(Outcome::Undecided));
        let (state, text) = match (takes.is_empty(), open.is_empty()) {
            (false, _) => (GateState::Pass, format!("this token is taken by {takes}")),
            (true, false) => (GateState::Unknown, format!("it is not known whether this token is taken by {open}")),
            (true, true) if unread > 0 || self.inventory.roles.is_empty() => (
                GateState::Unknown,
                "no trust policy that was given takes this token, and not every role's was (`aws iam get-role`)".to_owned(),
            ),
            (true, true) => (GateState::Fail, "no role among the inputs takes this token".to_owned()),
        };
        self.gate(GateKind::Trust, state, text, Vec::new());
        if state == GateState::Pass && !self.question.access.is_empty() {
            let text = "what may be done hangs on the role: name one with `--role`".to_owned();
            self.gate(GateKind::Permissions, GateState::Unknown, text, Vec::new());
        }
        self.simulation.presented = Some(token.claims);
    }

    fn gate(&mut self, kind: GateKind, state: GateState, text: String, places: Vec<Label>) {
        self.simulation.gates.push(Gate { kind, state, text, places });
    }

    fn assume(&mut self, text: String) {
        self.simulation.assumptions.push(text);
    }

    fn finish(self) -> Simulation<'i, 's> {
        let mut simulation = self.simulation;
        let refused = simulation.trust.as_ref().is_some_and(|trust| matches!(trust.verdict, Verdict::Refused(_)))
            || simulation.permissions.iter().any(|permission| permission.outcome == Outcome::Error);
        let in_state = |state: GateState| simulation.gates.iter().filter(move |gate| gate.state == state);
        // what the trust policy refuses no other way gets past, so it is the better reason where both are in the way
        let failing =
            in_state(GateState::Fail).find(|gate| gate.kind == GateKind::Trust).or_else(|| in_state(GateState::Fail).next());
        let unknown = in_state(GateState::Unknown).next();
        let passed = |kind: GateKind| in_state(GateState::Pass).find(move |gate| gate.kind == kind);
        let passing = || [GateKind::Permissions, GateKind::RoleMapping, GateKind::Trust].into_iter().find_map(passed);
        let (outcome, gate) = match (failing, unknown) {
            _ if refused => (Outcome::Error, unknown.or(failing)),
            (Some(gate), _) => (Outcome::Denied, Some(gate)),
            (None, Some(gate)) => (Outcome::Undecided, Some(gate)),
            (None, None) => (Outcome::Allowed, passing()),
        };
        let decided_by = gate.map(|gate| gate.kind);
        let why = match (outcome, decided_by, &simulation.near_miss) {
            (Outcome::Denied, Some(GateKind::Trust), Some(near_miss)) => Some(near_miss.clause()),
            (Outcome::Allowed, Some(GateKind::RoleMapping), _) => self.picked,
            _ => gate.map(|gate| gate.text.clone()),
        };
        simulation.decided_by = decided_by;
        simulation.outcome = outcome;
        simulation.why = why.unwrap_or_default();
        simulation
    }
}

/// Whom a token was made for, where that is one: also in a list.
fn audience(claims: &Claims) -> String {
    match claims.get("aud").map(Claim::values).as_deref() {
        Some([only]) => only.clone().into_owned(),
        _ => String::new(),
    }
}

/// The outcome of all together: one denied is denied.
fn worst(outcomes: impl Iterator<Item = Outcome>) -> Outcome {
    let rank = |outcome: &Outcome| match outcome {
        Outcome::Allowed => 0,
        Outcome::Undecided => 1,
        Outcome::Denied => 2,
        Outcome::Error => 3,
    };
    outcomes.max_by_key(rank).unwrap_or(Outcome::Allowed)
}
