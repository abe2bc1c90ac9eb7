//! Who arrives, and whether what he holds is a token at all: form, signature, time.

use super::Walk;
use crate::identity::{Assertion, Claim, Claims, IdentityPool, Issuer, Signature, Times, Token, TokenKind, times};
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
        match question.login {
            Login::Social(host, user) if past_pools => {
                self.opaque(host, user);
            }
            Login::Guest | Login::Developer(..) if past_pools => {
                let text = "there is no token to bring to STS: give it by `--token` or `--claims`".to_owned();
                self.gate(GateKind::Token, GateState::Fail, text, Vec::new());
            }
            Login::Token(token) if past_pools || !self.is_for_pool(token) => {
                self.go_past_pools();
                if self.examine(token) {
                    self.direct(token);
                }
            }
            Login::Saml(assertion, provider) if past_pools || !self.is_taken_by_pools(assertion, provider) => {
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
                self.assume_lambda(token);
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
        // select-rules-claims: of such a provider a rule may ask for these three only
        let mut claims = Claims::new();
        let own = |value: Option<&str>, what| value.map_or(Claim::Unknown(what), |value| Claim::Text(value.to_owned()));
        claims.set("iss", own(Some(host), "the provider"));
        claims.set("aud", own(client.as_deref(), "the application's id"));
        claims.set("sub", own(user, "the user's id"));
        Arrival { kind: Kind::Opaque, provider: host.to_owned(), client, amr: vec![Claim::Text(host.to_owned()), last], claims }
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

    /// A Lambda of the user pool may change a token that was made here.
    ///
    /// claim-lambda
    fn assume_lambda(&mut self, token: &Token) {
        let Issuer::UserPool(host) = &token.issuer else { return };
        let id = host.rsplit('/').next().unwrap_or(host);
        let mut pools = self.world.inventory.user_pools.iter();
        if token.is_made && pools.any(|pool| pool.id.known() == Some(id) && pool.pre_token.is_some()) {
            self.assume(format!(
                "the pre token generation Lambda of user pool `{id}` leaves groups and roles as they are (`--pre-token`)"
            ));
        }
    }

    /// The name under which an identity pool takes logins of a public or OIDC provider.
    fn provider_name(&self, host: &str) -> Option<String> {
        let ending = format!(":oidc-provider/{host}");
        self.world.inventory.identity_pools.iter().find_map(|pool| {
            let social = pool.social.iter().filter_map(|provider| provider.name.known()).find(|name| *name == host);
            let key = social.or_else(|| pool.oidc.iter().filter_map(|arn| arn.known()).find(|arn| arn.ends_with(&ending)));
            key.map(str::to_owned)
        })
    }

    /// Form, signature and time of a token; whether its form is one that goes on.
    fn examine(&mut self, token: &Token) -> bool {
        if !self.form(token) {
            return false;
        }
        self.signature(token);
        self.expiry(token);
        true
    }

    /// The token's form: whether it is one that this way takes at all.
    fn form(&mut self, token: &Token) -> bool {
        let claims = &token.claims;
        let (state, text) = match (&token.issuer, token.kind) {
            (Issuer::Missing, _) => (GateState::Fail, "the token has no `iss`, so nobody vouches for it".to_owned()),
            (_, TokenKind::UserPoolAccess) if self.flow != Flow::Direct => (
                GateState::Fail,
                "this is an access token; identity pools take the ID token that the user pool gave beside it (`token_use` is `id`)"
                    .to_owned(),
            ),
            (_, TokenKind::UserPoolAccess) => (
                GateState::Fail,
                "\"Missing a required claim: aud\": this is an access token, and STS takes ID tokens only".to_owned(),
            ),
            (Issuer::UserPool(host), _) => {
                (GateState::Pass, format!("an ID token of user pool `{}`", host.rsplit('/').next().unwrap_or(host)))
            }
            (Issuer::IdentityPools, _) => {
                (GateState::Pass, format!("a token of identity pool `{}`", claims.text("aud").unwrap_or("(no `aud`)")))
            }
            _ if self.flow == Flow::Direct && missing_claim(token).is_some() => {
                (GateState::Fail, format!("\"Missing a required claim: {}\"", missing_claim(token).unwrap_or_default()))
            }
            (Issuer::Other(_), _) if self.flow == Flow::Direct && !is_url(token) => {
                (GateState::Fail, "the token's `iss` is no address that starts with `https://`".to_owned())
            }
            (Issuer::Other(host), _) => match reference::issuer(host) {
                Some(issuer) => (GateState::Pass, format!("a token of {} (`{host}`)", issuer.name)),
                None => (GateState::Pass, format!("a token of `{host}`")),
            },
        };
        self.gate(GateKind::Token, state, text, Vec::new());
        state == GateState::Pass
    }

    fn signature(&mut self, token: &Token) {
        let state = match &token.signature {
            Signature::Verified(_) => GateState::Pass,
            Signature::Claims | Signature::NotChecked | Signature::Unsupported(_) => GateState::Skipped,
            Signature::KeyMissing(_) => GateState::Unknown,
            Signature::Bad(_) | Signature::Unsigned | Signature::SharedSecret | Signature::WrongAlgorithm => GateState::Fail,
        };
        self.gate(GateKind::Signature, state, token.signature.to_string(), Vec::new());
    }

    /// The times of a token. Of those that go to STS a page says of which form they are, and an observation that age counts too.
    ///
    /// sts-token-times, sts-token-age
    fn expiry(&mut self, token: &Token) {
        let claims = &token.claims;
        let times = times(claims, self.question.at, self.question.tolerance);
        let at_sts = self.flow == Flow::Direct;
        let state = match times {
            Times::Good { .. } | Times::Late(_) => GateState::Pass,
            Times::Expired(_) => GateState::Fail,
            Times::Malformed(_) if at_sts => GateState::Fail,
            Times::NotYet(_) | Times::Within { .. } | Times::Malformed(_) => GateState::Unknown,
            Times::None => GateState::Skipped,
        };
        let age = claims.seconds("iat").map(|made| self.question.at.seconds().saturating_sub(made));
        // claims given by themselves tell of no token that was made at some time
        let is_token = token.signature != Signature::Claims;
        let is_old = at_sts && is_token && age.is_some_and(|age| age > A_DAY) && state == GateState::Pass;
        let (state, text) = if is_old {
            let text =
                format!("{times}, but it is older than a day: AWS refuses tokens for their age, and does not say from which on");
            (GateState::Unknown, text)
        } else {
            (state, times.to_string())
        };
        self.gate(GateKind::Expiry, state, text, Vec::new());
    }
}

/// In seconds.
const A_DAY: i64 = 86_400;

/// A claim that STS asks for and the token lacks. Where only claims were given, they need not tell times.
///
/// sts-token-claims
fn missing_claim(token: &Token) -> Option<&'static str> {
    let host = match &token.issuer {
        Issuer::Other(host) => host,
        _ => return None,
    };
    if reference::issuer(host).is_some_and(|issuer| issuer.is_opaque) {
        return None;
    }
    let times = if token.signature == Signature::Claims { &[][..] } else { &["iat", "exp"] };
    ["sub", "aud"].iter().chain(times).copied().find(|name| token.claims.get(name).is_none())
}

/// Whether the issuer of a token is an address of the kind that STS takes. One public provider names itself without a scheme too.
fn is_url(token: &Token) -> bool {
    token.claims.text("iss").is_some_and(|iss| iss.starts_with("https://") || iss == "accounts.google.com")
        || matches!(&token.issuer, Issuer::Other(host) if reference::issuer(host).is_some_and(|issuer| issuer.is_opaque))
}

/// Whom a token was made for, where that is one: also in a list.
fn audience(claims: &Claims) -> String {
    match claims.get("aud").map(Claim::values).as_deref() {
        Some([only]) => only.clone().into_owned(),
        _ => String::new(),
    }
}
