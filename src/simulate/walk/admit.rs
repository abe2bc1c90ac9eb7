//! Whether an identity pool takes a login, and which pool that is.

use super::super::{GateKind, GateState};
use super::Walk;
use super::arrive::{Arrival, Kind};
use crate::finding::Label;
use crate::identity::{IdentityPool, Provider, ProviderKind};
use crate::inventory::SnapshotPart;
use crate::syntax::Text;

impl<'i, 's> Walk<'_, 'i, 's> {
    /// Whether an identity pool takes all of these logins, and which; none is a guest.
    pub(super) fn admit(&mut self, arrivals: &[Arrival<'_>]) -> Option<&'i IdentityPool<'s>> {
        if arrivals.is_empty() {
            return self.admit_guest();
        }
        let words: Vec<String> = arrivals.iter().map(wanted).collect();
        let pools = &self.world.inventory.identity_pools;
        let takes_all = |pool: &IdentityPool<'_>| arrivals.iter().all(|arrival| takes(pool, arrival));
        if !pools.iter().any(takes_all) {
            let may_take_all = |pool: &IdentityPool<'_>| arrivals.iter().all(|arrival| may_take(pool, arrival));
            if let Some(pool) = pools.iter().find(|pool| self.is_meant(pool) && may_take_all(pool)) {
                let text = "which logins the identity pool takes is filled in later".to_owned();
                self.gate(GateKind::Provider, GateState::Unknown, text, vec![Label::new(pool.mark, "this pool")]);
                return None;
            }
            let places = pools.iter().map(|pool| Label::new(pool.mark, "not this pool")).collect();
            let text = format!("no identity pool among the inputs {}", words.join(" and "));
            self.no_pool(text, places);
            return None;
        }
        let pool = self.one_pool(takes_all)?;
        let name = pool.name.as_ref().unwrap_or(&pool.id).shown();
        let text = format!("identity pool `{name}` {}", words.join(" and "));
        self.gate(GateKind::Provider, GateState::Pass, text, vec![Label::new(pool.id.span(), "this pool")]);
        for arrival in arrivals {
            self.audience(pool, arrival);
        }
        Some(pool)
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

    /// Whether the token was made for an app client that the pool knows. The clients of an OIDC provider are listed with it in IAM.
    fn audience(&mut self, pool: &IdentityPool<'_>, arrival: &Arrival<'_>) {
        let Kind::Token(token) = arrival.kind else { return };
        let mut of_provider = of_provider(pool, &arrival.provider).peekable();
        if of_provider.peek().is_none() {
            match self.world.inventory.oidc_provider(&arrival.provider) {
                Some(provider) => self.takes_audience(provider, &token.claims),
                None => self.unread_audiences(&arrival.provider),
            }
            return;
        }
        let client = arrival.client.as_deref().unwrap_or_default();
        let places: Vec<Label> = of_provider.clone().map(|own| Label::new(own.client.span(), "the client it takes")).collect();
        let has_open_client = of_provider.clone().any(|own| own.client.known().is_none());
        let (state, text) = match of_provider.find(|own| own.client.known() == Some(client)) {
            Some(_) => (GateState::Pass, format!("app client `{client}` is one of the pool's")),
            None if token.claims.get("aud").is_some_and(|aud| aud.values().len() > 1) => {
                (GateState::Unknown, "the token has several `aud`, and AWS does not say which counts".to_owned())
            }
            None if has_open_client => (GateState::Unknown, "an app client of the pool is filled in later".to_owned()),
            None if client.is_empty() => (GateState::Fail, "the token has no `aud`".to_owned()),
            None => (
                GateState::Fail,
                format!(
                    "the token is for app client `{client}`: \"Token is not from a supported provider of this identity pool.\""
                ),
            ),
        };
        self.gate(GateKind::Audience, state, text, places);
    }

    /// No pool that was given takes a login. One that was not readable may.
    fn no_pool(&mut self, text: String, places: Vec<Label>) {
        match self.unread(SnapshotPart::IdentityPools) {
            Some(unread) => {
                let text = format!("{text}, and not all identity pools were readable");
                self.gate(GateKind::Provider, GateState::Unknown, text, vec![unread]);
            }
            None => self.gate(GateKind::Provider, GateState::Fail, text, places),
        }
    }

    /// The pool that was named, or the only one that fits.
    fn one_pool(&mut self, fits: impl Fn(&IdentityPool<'_>) -> bool) -> Option<&'i IdentityPool<'s>> {
        let pools = &self.world.inventory.identity_pools;
        let fitting: Vec<&IdentityPool<'_>> = pools.iter().filter(|pool| fits(pool) && self.is_meant(pool)).collect();
        match fitting.as_slice() {
            [only] => Some(only),
            [] => {
                let text =
                    format!("identity pool `{}` is not among those that take this login", self.question.pool.unwrap_or_default());
                self.no_pool(text, Vec::new());
                None
            }
            [first, others @ ..] => {
                let others = others.iter().map(|pool| Label::new(pool.id.span(), "or this one"));
                let places = std::iter::once(Label::new(first.id.span(), "this one")).chain(others).collect();
                let text = "several identity pools fit: name one with `--pool`".to_owned();
                self.gate(GateKind::Provider, GateState::Unknown, text, places);
                self.simulation.pools = fitting;
                None
            }
        }
    }

    pub(super) fn pool_by(&self, fits: impl Fn(&IdentityPool<'_>) -> bool) -> Option<&'i IdentityPool<'s>> {
        self.world.inventory.identity_pools.iter().find(|pool| fits(pool) && self.is_meant(pool))
    }

    pub(super) fn is_meant(&self, pool: &IdentityPool<'_>) -> bool {
        self.question.pool.is_none_or(|wanted| pool.is(wanted))
    }
}

/// What a pool does that takes this login, as the rest of a sentence.
fn wanted(arrival: &Arrival<'_>) -> String {
    match arrival.kind {
        Kind::Developer(_) => "has a developer provider".to_owned(),
        Kind::Token(_) | Kind::Opaque | Kind::Saml(_) => format!("takes logins of `{}`", arrival.provider),
    }
}

fn takes(pool: &IdentityPool<'_>, arrival: &Arrival<'_>) -> bool {
    let named = |text: &Text<'_>| text.known() == Some(&*arrival.provider);
    match arrival.kind {
        Kind::Developer(_) => pool.developer.is_some(),
        Kind::Saml(_) => pool.saml.iter().any(named),
        Kind::Token(_) | Kind::Opaque => {
            let issuer = ProviderKind::of(&arrival.provider);
            let of_issuer = |text: &Text<'_>| issuer.is_some() && text.known().and_then(ProviderKind::of) == issuer;
            of_provider(pool, &arrival.provider).next().is_some() || pool.oidc.iter().any(|own| named(own) || of_issuer(own))
        }
    }
}

/// Whether a pool takes this login, or may once what is left open in it is filled in.
fn may_take(pool: &IdentityPool<'_>, arrival: &Arrival<'_>) -> bool {
    let is_open = |text: &Text<'_>| text.known().is_none();
    let open_names = || pool.providers.iter().chain(&pool.social).any(|own| is_open(&own.name));
    takes(pool, arrival)
        || match arrival.kind {
            Kind::Developer(_) => false,
            Kind::Saml(_) => pool.saml.iter().any(is_open),
            Kind::Token(_) | Kind::Opaque => open_names() || pool.oidc.iter().any(is_open),
        }
}

/// The entries of a pool for one provider: each with the client that it takes.
fn of_provider<'p, 's>(pool: &'p IdentityPool<'s>, name: &str) -> impl Iterator<Item = &'p Provider<'s>> + Clone {
    pool.providers.iter().chain(&pool.social).filter(move |own| own.name.known() == Some(name))
}
