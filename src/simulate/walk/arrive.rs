//! Who arrives, as identity pools see him.

use super::Walk;
use crate::identity::{Assertion, Claim, Claims, IdentityPool, Issuer, MappingType, MatchRule, Token};
use crate::inventory::SnapshotPart;
use crate::reference;
use crate::simulate::{Flow, GateKind, GateState, Login};

/// A login, as identity pools see it.
pub(super) struct Arrival<'q> {
    pub(super) kind: Kind<'q>,
    /// As identity pools name the provider: host and path, the name of the developer's provider, or an ARN.
    pub(super) provider: String,
    /// The app client or application that the token was made for.
    pub(super) client: Option<String>,
    /// What the pool's token says of how he signed in, without the state in front.
    pub(super) amr: Vec<Claim>,
    /// The claims that mappings may ask for, where there is no token that holds them.
    pub(super) claims: Claims,
}

/// What vouches for a login.
#[derive(Clone, Copy)]
pub(super) enum Kind<'q> {
    /// The developer's own backend, with the session tags that it gives.
    Developer(&'q [(String, String)]),
    /// A token.
    Token(&'q Token),
    /// A token that nobody but its provider can read.
    Opaque,
    /// A SAML assertion.
    Saml(&'q Assertion),
}

impl Arrival<'_> {
    /// The key of its role mapping.
    pub(super) fn key(&self) -> String {
        match (&self.kind, &self.client) {
            (Kind::Token(Token { issuer: Issuer::UserPool(_), .. }), Some(client)) => format!("{}:{client}", self.provider),
            _ => self.provider.clone(),
        }
    }

    /// The claims that mappings may ask for; of an assertion its attributes.
    pub(super) fn claims(&self) -> &Claims {
        match self.kind {
            Kind::Token(token) => &token.claims,
            Kind::Saml(assertion) => &assertion.attributes,
            Kind::Developer(_) | Kind::Opaque => &self.claims,
        }
    }
}

impl<'q> Walk<'q, '_, '_> {
    pub(super) fn run(&mut self) {
        let question = self.question;
        let past_pools = question.flow == Flow::Direct;
        let brought = std::iter::once(&question.login).chain(&question.linked);
        self.simulation.digests = brought.filter_map(digest).map(str::to_owned).collect();
        match question.login {
            Login::Social(host, user) if past_pools => {
                self.opaque(host, user);
            }
            Login::Guest | Login::Developer(..) if past_pools => {
                let text = "there is no token to bring to STS: give it by `--token` or `--claims`".to_owned();
                self.gate(GateKind::Token, GateState::Fail, text, Vec::new());
            }
            Login::Token(token) if past_pools || !self.is_for_pool(token) => {
                if matches!(token.issuer, Issuer::Other(_)) {
                    self.assume_past_pools();
                }
                self.go_past_pools();
                if self.examine(token) {
                    self.direct(token);
                }
            }
            Login::Saml(assertion, provider) if past_pools || !self.is_taken_by_pools(assertion, provider) => {
                self.assume_past_pools();
                self.go_past_pools();
                if self.examine_assertion(assertion) {
                    self.direct_with_assertion(assertion, provider);
                }
            }
            _ => {
                let logins = std::iter::once(&question.login).chain(&question.linked);
                let somebody = logins.filter(|login| !matches!(login, Login::Guest));
                let arrivals: Option<Vec<Arrival<'q>>> = somebody.map(|login| self.arrive(*login)).collect();
                if let Some(arrivals) = arrivals {
                    self.at_pool(&arrivals);
                }
            }
        }
    }

    /// A login goes to STS where no identity pool takes it; one that was not readable might.
    fn assume_past_pools(&mut self) {
        if let Some(unread) = self.unread(SnapshotPart::IdentityPools).filter(|_| self.question.flow != Flow::Direct) {
            let place = self.place(unread.span);
            self.assume(format!("no identity pool takes this login, so it goes to STS: not all were readable, {place}"));
        }
    }

    fn go_past_pools(&mut self) {
        if !self.question.linked.is_empty() {
            self.assume("the further logins play no part, for the token goes to STS as it is".to_owned());
        }
        self.flow = Flow::Direct;
    }

    /// Whether a token is one that an identity pool would take, rather than STS itself.
    fn is_for_pool(&self, token: &Token) -> bool {
        match &token.issuer {
            Issuer::UserPool(_) | Issuer::Missing => true,
            Issuer::IdentityPools => false,
            Issuer::Other(host) => self.question.pool.is_some() || self.provider_name(host).is_some(),
        }
    }

    /// One login; `None` where what he holds is no token that goes on.
    fn arrive(&mut self, login: Login<'q>) -> Option<Arrival<'q>> {
        match login {
            Login::Guest => None,
            Login::Developer(id, tags) => Some(self.developer(id, tags)),
            Login::Social(host, user) => Some(self.social(host, user)),
            Login::Token(token) => {
                if !self.examine(token) {
                    return None;
                }
                self.assume_of_made(token);
                self.holder(token)
            }
            Login::Saml(assertion, provider) => {
                if !self.examine_assertion(assertion) {
                    return None;
                }
                self.bearer(assertion, provider)
            }
        }
    }

    fn developer(&self, id: &str, tags: &'q [(String, String)]) -> Arrival<'q> {
        let pool = self.pool_by(|pool| pool.developer.is_some());
        let name =
            pool.and_then(|pool| pool.developer.as_ref()).map_or("login.example".to_owned(), |name| name.shown().into_owned());
        let pool_id = pool.map_or("POOL".to_owned(), |pool| pool.id.shown().into_owned());
        let amr = vec![Claim::Text(name.clone()), Claim::Text(format!("{name}:{pool_id}:{id}"))];
        Arrival { kind: Kind::Developer(tags), provider: name, client: None, amr, claims: Claims::new() }
    }

    fn social(&self, host: &str, user: Option<&str>) -> Arrival<'q> {
        let is = |pool: &IdentityPool<'_>| pool.social.iter().any(|own| own.name.known() == Some(host));
        let of_pool = self.pool_by(is).into_iter().flat_map(|pool| &pool.social);
        let mut applications = of_pool.filter(|own| own.name.known() == Some(host));
        let client = applications.next().and_then(|own| own.client.known()).map(str::to_owned);
        let last = match (&client, user) {
            (Some(client), Some(user)) => Claim::Text(format!("{host}:{client}:{user}")),
            _ => Claim::Unknown("the application's and the user's id"),
        };
        // select-rules-claims: of a provider whose tokens nobody else can read a rule may ask for three claims only
        let mut claims = Claims::new();
        if reference::brings_id_token(host) {
            for claim in self.asked_claims(host) {
                claims.set(claim, Claim::Unknown("a token that was not given"));
            }
        }
        let own = |value: Option<&str>, what| value.map_or(Claim::Unknown(what), |value| Claim::Text(value.to_owned()));
        claims.set("iss", own(Some(host), "the provider"));
        claims.set("aud", own(client.as_deref(), "the application's id"));
        claims.set("sub", own(user, "the user's id"));
        Arrival { kind: Kind::Opaque, provider: host.to_owned(), client, amr: vec![Claim::Text(host.to_owned()), last], claims }
    }

    /// The claims of tokens of a provider that the mappings of identity pools ask for: to roles, and to session tags.
    fn asked_claims(&self, host: &str) -> impl Iterator<Item = &str> {
        let inventory = self.world.inventory;
        let mappings = inventory.role_maps.iter().flat_map(|map| &map.mappings);
        let rules = mappings.filter(move |own| own.provider.known() == Some(host)).flat_map(|own| match &own.kind {
            MappingType::Rules(rules) => rules.as_slice(),
            MappingType::Token | MappingType::Unknown => &[],
        });
        let tags = inventory.tag_maps.iter().filter(move |own| own.provider.known() == Some(host)).flat_map(|own| &own.tags);
        rules.filter_map(MatchRule::claim).chain(tags.filter_map(|(_, claim)| claim.known()))
    }

    /// The holder of a token that an identity pool may take.
    fn holder(&self, token: &'q Token) -> Option<Arrival<'q>> {
        let claims = &token.claims;
        let client = audience(claims);
        let user = claims.text("sub").unwrap_or("USER");
        let text = |text: String| Claim::Text(text);
        let (provider, amr) = match &token.issuer {
            Issuer::UserPool(host) => (host.clone(), vec![text(host.clone()), text(format!("{host}:CognitoSignIn:{user}"))]),
            Issuer::Other(host) => {
                let provider = self.provider_name(host).unwrap_or_else(|| host.clone());
                let last = if provider.starts_with("arn:") {
                    format!("{provider}:OIDC:{user}")
                } else {
                    format!("{host}:{client}:{user}")
                };
                (provider, vec![text(host.clone()), text(last)])
            }
            Issuer::IdentityPools | Issuer::Missing => return None,
        };
        Some(Arrival { kind: Kind::Token(token), provider, client: Some(client), amr, claims: Claims::new() })
    }

    /// What is taken for granted of a token that was made here, of groups: that no Lambda of the user pool changes it, and through which of
    /// several app clients the user signs in.
    ///
    /// claim-lambda, select-second-client
    fn assume_of_made(&mut self, token: &Token) {
        let Issuer::UserPool(host) = &token.issuer else { return };
        if !token.is_made {
            return;
        }
        let inventory = self.world.inventory;
        let id = host.rsplit('/').next().unwrap_or(host);
        if inventory.user_pools.iter().any(|pool| pool.id.known() == Some(id) && pool.pre_token.is_some()) {
            self.assume(format!(
                "the pre token generation Lambda of user pool `{id}` leaves groups and roles as they are (`--pre-token`)"
            ));
        }
        let is_given = inventory.user_pools.iter().any(|pool| pool.id.known() == Some(id));
        if let Some(unread) = self.unread(SnapshotPart::UserPool(id)).filter(|_| !is_given) {
            let place = self.place(unread.span);
            self.assume(format!(
                "user pool `{id}` has no pre token generation Lambda that changes groups and roles: its settings were not readable, \
                 {place} (`--pre-token`)"
            ));
        }
        let client = audience(&token.claims);
        let of_host =
            inventory.identity_pools.iter().flat_map(|pool| &pool.providers).filter(|own| own.name.known() == Some(host));
        if of_host.filter_map(|own| own.client.known()).any(|own| own != client) {
            self.assume(format!("the user signs in through the app client `{client}` (`--client`)"));
        }
    }

    /// The name under which an identity pool takes logins of a public or OIDC provider.
    fn provider_name(&self, host: &str) -> Option<String> {
        let ending = format!(":oidc-provider/{host}");
        self.world.inventory.identity_pools.iter().filter(|pool| self.is_meant(pool)).find_map(|pool| {
            let social = pool.social.iter().filter_map(|provider| provider.name.known()).find(|name| *name == host);
            let key = social.or_else(|| pool.oidc.iter().filter_map(|arn| arn.known()).find(|arn| arn.ends_with(&ending)));
            key.map(str::to_owned)
        })
    }
}

/// What tells a token or an assertion from others.
fn digest<'q>(login: &Login<'q>) -> Option<&'q str> {
    match *login {
        Login::Token(token) => token.digest.as_deref(),
        Login::Saml(assertion, _) => Some(&assertion.digest),
        Login::Guest | Login::Social(..) | Login::Developer(..) => None,
    }
}

/// Whom a token was made for, where that is one: also in a list.
fn audience(claims: &Claims) -> String {
    match claims.get("aud").map(Claim::values).as_deref() {
        Some([only]) => only.clone().into_owned(),
        _ => String::new(),
    }
}
