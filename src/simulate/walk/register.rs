//! Whether STS takes tokens of an issuer at all: the provider that the account has for it, and the audiences that this takes.
//!
//! Source: "Create an `OpenID Connect` (OIDC) identity provider in IAM".

use super::Walk;
use crate::arn::Arn;
use crate::finding::Label;
use crate::identity::{Claims, OidcProvider, ProviderKind, ProviderList};
use crate::inventory::SnapshotPart;
use crate::reference;
use crate::simulate::{Gate, GateKind, GateState};
use crate::source::Span;
use crate::syntax::Text;

impl<'i, 's> Walk<'_, 'i, 's> {
    /// Whether the account has a provider for the issuer of a token, and whether that takes its audience.
    pub(super) fn registered(&mut self, host: &str, claims: &Claims) {
        let built_in = reference::issuer(host).is_some_and(|issuer| issuer.is_built_in);
        if built_in {
            return;
        }
        let Some(provider) = self.provider(host) else {
            return self.without_provider(host);
        };
        let text = format!("the account has a provider for `{host}`");
        self.gate(GateKind::Provider, GateState::Pass, text, vec![Label::new(provider.url.span(), "this provider")]);
        self.takes_audience(provider, claims);
    }

    /// No provider of just this issuer was given: there may be one of nearly the same, or a list that lacks it.
    fn without_provider(&mut self, host: &str) {
        let none = format!("\"No OpenIDConnect provider found in your account for https://{host}\"");
        let lists = self.provider_lists();
        let ending = format!(":oidc-provider/{host}");
        let mut arns = lists.clone().flat_map(|list| &list.arns);
        if let Some(arn) = arns.find(|arn| arn.known().is_some_and(|arn| arn.ends_with(&ending))) {
            let label = Label::new(arn.span(), "this provider");
            let text = format!("the account has a provider for `{host}`");
            self.gate(GateKind::Provider, GateState::Pass, text, vec![label]);
            return self.unread_audiences(arn.known().unwrap_or_default());
        }
        if let Some(unread) = self.unread(SnapshotPart::OidcProviders(self.account())) {
            let text = format!("whether the account has a provider for `{host}` was not readable");
            return self.gate(GateKind::Provider, GateState::Unknown, text, vec![unread]);
        }
        if let Some((span, kind)) = self.nearly(host) {
            let text = format!("{none}: {kind}");
            return self.gate(GateKind::Provider, GateState::Fail, text, vec![Label::new(span, kind)]);
        }
        let places: Vec<Label> = lists.map(|list| Label::new(list.mark, "not among these")).collect();
        if places.is_empty() {
            let text = format!("taken to have a provider for `{host}` (`aws iam list-open-id-connect-providers`)");
            return self.gate(GateKind::Provider, GateState::Skipped, text, places);
        }
        self.gate(GateKind::Provider, GateState::Fail, none, places);
    }

    /// A provider whose issuer differs in what is easily overlooked, and in what.
    fn nearly(&self, host: &str) -> Option<(Span, &'static str)> {
        let inventory = self.world.inventory;
        let described = inventory.oidc_providers.iter().filter(|own| self.may_have(own.arn.as_ref()));
        let described = described.filter_map(|own| Some((own.url.span(), own.host()?)));
        let listed = self.provider_lists().flat_map(|list| &list.arns);
        let listed = listed.filter_map(|arn| Some((arn.span(), ProviderKind::of(arn.known()?)?.1)));
        described.chain(listed).filter(|(_, own)| *own != host).find_map(|(span, own)| {
            let kind = if own.trim_end_matches('/') == host.trim_end_matches('/') {
                "only the slash at the end of the issuer differs"
            } else if own.eq_ignore_ascii_case(host) {
                "only the letter case of the issuer differs"
            } else if own.split('/').next() == host.split('/').next() {
                "only the path of the issuer differs"
            } else {
                return None;
            };
            Some((span, kind))
        })
    }

    fn provider(&self, host: &str) -> Option<&'i OidcProvider<'s>> {
        let mut providers = self.world.inventory.oidc_providers.iter();
        providers.find(|own| own.host() == Some(host) && self.may_have(own.arn.as_ref()))
    }

    /// The lists of the OIDC providers of the account in question.
    fn provider_lists(&self) -> impl Iterator<Item = &'i ProviderList<'s>> + Clone + use<'i, 's> {
        let (inventory, account) = (self.world.inventory, self.account());
        let of_account = move |list: &&ProviderList<'_>| {
            let own = inventory.account_of_list(list);
            list.kind == ProviderKind::Oidc && own.zip(account).is_none_or(|(own, account)| own == account)
        };
        inventory.provider_lists.iter().filter(of_account)
    }

    /// Whether the account in question may have the provider of this ARN, so far as that is known.
    fn may_have(&self, arn: Option<&Text<'_>>) -> bool {
        arn.is_none_or(|arn| is_of(self.account(), arn))
    }

    /// The account of the role in question, or of all roles: STS uses no provider of another.
    ///
    /// sts-provider-account
    pub(super) fn account(&self) -> Option<&'i str> {
        let inventory = self.world.inventory;
        if self.of_account.is_some() {
            return self.of_account;
        }
        if let Some(role) = self.question.role {
            return inventory.role(role).and_then(|role| inventory.account_of_role(role));
        }
        let mut accounts = inventory.roles.iter().map(|role| inventory.account_of_role(role));
        let first = accounts.next()??;
        accounts.all(|own| own == Some(first)).then_some(first)
    }

    /// A provider of which no description was given: it may not have been readable.
    pub(super) fn unread_audiences(&mut self, arn: &str) {
        if let Some(unread) = self.unread(SnapshotPart::OidcProvider(arn)) {
            let text = "which audiences the provider takes was not readable".to_owned();
            self.gate(GateKind::Audience, GateState::Unknown, text, vec![unread]);
        }
    }

    /// As [`Walk::registered`], in one account; the gates stand by themselves.
    pub(super) fn registered_in(&mut self, account: Option<&'i str>, host: &str, claims: &Claims) -> Vec<Gate> {
        let before = std::mem::take(&mut self.simulation.gates);
        self.of_account = account;
        self.registered(host, claims);
        self.of_account = None;
        std::mem::replace(&mut self.simulation.gates, before)
    }

    /// Whether no role is named and those that there are lie in several accounts.
    pub(super) fn is_for_several_accounts(&self) -> bool {
        let inventory = self.world.inventory;
        let mut accounts = inventory.roles.iter().filter_map(|role| inventory.account_of_role(role));
        let first = accounts.next();
        self.question.role.is_none() && accounts.any(|own| Some(own) != first)
    }

    /// Whether the provider lists the audience of a token.
    pub(super) fn takes_audience(&mut self, provider: &OidcProvider<'_>, claims: &Claims) {
        let listed = |id: &str| provider.clients.iter().any(|own| own.known() == Some(id));
        let values =
            |name: &str| claims.get(name).map(|claim| claim.values().iter().map(ToString::to_string).collect::<Vec<_>>());
        let (azp, aud) = (values("azp").unwrap_or_default(), values("aud").unwrap_or_default());
        let shown = |ids: &[String]| ids.iter().map(|id| format!("`{id}`")).collect::<Vec<_>>().join(", ");
        let places: Vec<Label> = provider.clients.iter().map(|own| Label::new(own.span(), "an audience it takes")).collect();
        let places = if places.is_empty() { vec![Label::new(provider.mark, "it takes no audience")] } else { places };
        let has = |ids: &[String]| ids.iter().any(|id| listed(id));
        let (state, text) = match (azp.as_slice(), aud.as_slice()) {
            // sts-token-one-aud
            ([], [_, _, ..]) => (
                GateState::Unknown,
                format!("the token has several `aud` and no `azp`, and AWS does not say what then holds: {}", shown(&aud)),
            ),
            ([], aud) if has(aud) => (GateState::Pass, format!("audience {} is one of the provider's", shown(aud))),
            ([], aud) => (GateState::Fail, format!("\"Incorrect token audience\": {} is not among the provider's", shown(aud))),
            // sts-audience: what is authorized stands before what the token was made for
            (azp, _) if has(azp) => (GateState::Pass, format!("`azp` {} is one of the provider's audiences", shown(azp))),
            (azp, _) => {
                (GateState::Fail, format!("\"Incorrect token audience\": `azp` {} is not among the provider's", shown(azp)))
            }
        };
        self.gate(GateKind::Audience, state, text, places);
    }
}

/// Whether a provider is of this account, so far as both are known.
fn is_of(account: Option<&str>, arn: &Text<'_>) -> bool {
    let own = arn.known().and_then(Arn::parse).map(|arn| arn.account);
    own.zip(account).is_none_or(|(own, account)| own == account)
}
