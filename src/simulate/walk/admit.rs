//! Whether an identity pool takes a login, and which pool that is.

use super::super::selection::Known;
use super::super::{GateKind, GateState};
use super::{Visitor, Walk};
use crate::finding::Label;
use crate::identity::{Claims, IdentityPool};
use crate::syntax::Text;

impl<'i, 's> Walk<'_, 'i, 's> {
    /// Whether an identity pool takes this visitor, and which.
    pub(super) fn admit(&mut self, visitor: &Visitor<'_>) -> Option<&'i IdentityPool<'s>> {
        match (&visitor.known, &visitor.login) {
            (Known::Provider(_, claims), Some((provider, client))) => self.admit_login(provider, client, claims),
            (Known::Developer, _) => self.admit_where(
                |pool| pool.developer.is_some(),
                "has a developer provider",
                "no identity pool among the inputs has a developer provider",
            ),
            _ => self.admit_guest(),
        }
    }

    fn admit_guest(&mut self) -> Option<&'i IdentityPool<'s>> {
        let pool = self.one_pool(|_| true)?;
        let (state, text, places) = match pool.guests {
            Some(setting) if setting.value => {
                (GateState::Pass, "guest access is on".to_owned(), vec![Label::new(setting.span, "guests get an identity")])
            }
            Some(setting) => (
                GateState::Fail,
                "guest access is off: \"Unauthenticated access is not supported for this identity pool.\"".to_owned(),
                vec![Label::new(setting.span, "guests get no identity")],
            ),
            None => (
                GateState::Unknown,
                "the input does not say whether guest access is on".to_owned(),
                vec![Label::new(pool.mark, "no `AllowUnauthenticatedIdentities`")],
            ),
        };
        self.gate(GateKind::Provider, state, text, places);
        Some(pool)
    }

    fn admit_login(&mut self, provider: &str, client: &str, claims: &Claims) -> Option<&'i IdentityPool<'s>> {
        let takes = |pool: &IdentityPool<'_>| {
            let named = |text: &Text<'_>| text.known() == Some(provider);
            pool.providers.iter().chain(&pool.social).any(|own| named(&own.name)) || pool.oidc.iter().any(named)
        };
        let pool = self.admit_where(
            takes,
            &format!("takes logins of `{provider}`"),
            &format!("no identity pool among the inputs takes logins of `{provider}`"),
        )?;
        let mut of_provider =
            pool.providers.iter().chain(&pool.social).filter(|own| own.name.known() == Some(provider)).peekable();
        if of_provider.peek().is_none() {
            // an OIDC provider's clients are listed with the provider in IAM
            return Some(pool);
        }
        let places: Vec<Label> = of_provider.clone().map(|own| Label::new(own.client.span(), "the client it takes")).collect();
        let (state, text) = match of_provider.find(|own| own.client.known() == Some(client)) {
            Some(_) => (GateState::Pass, format!("app client `{client}` is one of the pool's")),
            None if claims.get("aud").is_some_and(|aud| aud.values().len() > 1) => {
                (GateState::Unknown, "the token has several `aud`, and AWS does not say which counts".to_owned())
            }
            None if client.is_empty() => (GateState::Fail, "the token has no `aud`".to_owned()),
            None => (
                GateState::Fail,
                format!(
                    "the token is for app client `{client}`: \"Token is not from a supported provider of this identity pool.\""
                ),
            ),
        };
        self.gate(GateKind::Audience, state, text, places);
        Some(pool)
    }

    fn admit_where(&mut self, takes: impl Fn(&IdentityPool<'_>) -> bool, yes: &str, no: &str) -> Option<&'i IdentityPool<'s>> {
        if !self.inventory.identity_pools.iter().any(&takes) {
            let places = self.inventory.identity_pools.iter().map(|pool| Label::new(pool.mark, "not this pool")).collect();
            self.gate(GateKind::Provider, GateState::Fail, no.to_owned(), places);
            return None;
        }
        let pool = self.one_pool(takes)?;
        let name = pool.name.as_ref().unwrap_or(&pool.id).shown();
        self.gate(
            GateKind::Provider,
            GateState::Pass,
            format!("identity pool `{name}` {yes}"),
            vec![Label::new(pool.id.span(), "this pool")],
        );
        Some(pool)
    }

    /// The pool that was named, or the only one that fits.
    fn one_pool(&mut self, fits: impl Fn(&IdentityPool<'_>) -> bool) -> Option<&'i IdentityPool<'s>> {
        let mut fitting = self.inventory.identity_pools.iter().filter(|pool| fits(pool) && self.is_meant(pool));
        let (first, second) = (fitting.next(), fitting.next());
        match (first, second) {
            (Some(pool), None) => Some(pool),
            (None, _) => {
                let text =
                    format!("identity pool `{}` is not among those that take this login", self.question.pool.unwrap_or_default());
                self.gate(GateKind::Provider, GateState::Fail, text, Vec::new());
                None
            }
            (Some(first), Some(second)) => {
                let places = vec![Label::new(first.id.span(), "this one"), Label::new(second.id.span(), "or this one")];
                self.gate(
                    GateKind::Provider,
                    GateState::Unknown,
                    "several identity pools fit: name one with `--pool`".to_owned(),
                    places,
                );
                None
            }
        }
    }

    pub(super) fn pool_by(&self, fits: impl Fn(&IdentityPool<'_>) -> bool) -> Option<&'i IdentityPool<'s>> {
        self.inventory.identity_pools.iter().find(|pool| fits(pool) && self.is_meant(pool))
    }

    fn is_meant(&self, pool: &IdentityPool<'_>) -> bool {
        self.question.pool.is_none_or(|wanted| pool.is(wanted))
    }
}
