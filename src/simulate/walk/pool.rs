//! At an identity pool: which flow is open, which role it picks, and the token that it makes.

use super::Walk;
use super::arrive::{Arrival, Kind};
use crate::arn::Arn;
use crate::finding::Label;
use crate::identity::{Claim, Claims, IdentityPool, Issuer, RoleMap};
use crate::inventory::SnapshotPart;
use crate::reference::{self, identity_pool_host};
use crate::simulate::presented::Tagging;
use crate::simulate::selection::{Answer, Known, Selection, agree, names, select, short};
use crate::simulate::trust::{names_provider, pinned_audience};
use crate::simulate::{Flow, GateKind, GateState, Login, Presented};

impl<'s> Walk<'_, '_, 's> {
    /// Everything from the identity pool on.
    pub(super) fn at_pool(&mut self, arrivals: &[Arrival<'_>]) {
        if self.world.inventory.identity_pools.is_empty() {
            return self.without_pool(arrivals);
        }
        let Some(pool) = self.admit(arrivals) else { return };
        self.flow(pool);
        let role = match self.question.flow {
            Flow::Enhanced => self.mapping(pool, arrivals),
            Flow::Classic | Flow::Direct => self.question.role.map(str::to_owned),
        };
        let mut token = self.pool_token(&pool.id.shown(), arrivals);
        if pool.id.known().is_none() {
            token.claims.set("aud", Claim::Unknown("the identity pool's id"));
        }
        match role {
            Some(role) => self.at_role(&role, &token),
            None if self.question.flow == Flow::Enhanced => self.simulation.presented = Some(token),
            None => self.choices(token),
        }
    }

    /// The token that an identity pool makes for these logins: `amr` with the state, then each provider and the user there, and session
    /// tags.
    fn pool_token(&mut self, pool: &str, arrivals: &[Arrival<'_>]) -> Presented {
        let state = if arrivals.is_empty() { "unauthenticated" } else { "authenticated" };
        let of_logins = arrivals.iter().flat_map(|arrival| arrival.amr.iter().cloned());
        let amr = std::iter::once(Claim::Text(state.to_owned())).chain(of_logins).collect();
        let mut token = Presented::of_logins(pool, amr, None);
        let mut each = arrivals.iter().map(|arrival| self.tags_of(pool, arrival)).collect::<Vec<_>>().into_iter();
        let mut tags: Claims = each.next().unwrap_or_default().into_iter().collect();
        for (name, value) in each.flatten() {
            // select-linked-logins
            let agrees = tags.get(&name).is_none_or(|other| *other == value);
            tags.set(name, if agrees { value } else { Claim::Unknown("the login whose tag counts") });
        }
        token.tag(tags);
        if !arrivals.is_empty()
            && let Some(account) = self.pool_account(&token)
        {
            let region = pool.split(':').next().unwrap_or(pool);
            let partition = reference::partitions().find(|own| own.regions().any(|own| own == region));
            let partition = partition.map_or("aws", |own| own.name);
            let arn = format!("arn:{partition}:cognito-identity:{region}:{account}:identitypool/{pool}");
            token.claims.set(POOL_ARN, Claim::Text(arn));
        }
        token.tagging = self.tagging;
        token
    }

    /// The session tags that a login brings: what the developer gives, or what the pool maps from the claims of the token.
    ///
    /// <https://docs.aws.amazon.com/cognito/latest/developerguide/attributes-for-access-control.html>
    fn tags_of(&mut self, pool: &str, arrival: &Arrival<'_>) -> Vec<(String, Claim)> {
        if let Kind::Developer(tags) = arrival.kind {
            return tags.iter().map(|(name, value)| (name.clone(), Claim::list([value.clone()]))).collect();
        }
        let inventory = self.world.inventory;
        let given = inventory.identity_pools.iter().find(|own| own.is(pool));
        let Some(map) = given.and_then(|pool| inventory.tag_map(pool, &arrival.provider)) else {
            self.without_map(SnapshotPart::TagMap(pool, &arrival.provider));
            return Vec::new();
        };
        let from = |tag: &str, claim: &str| {
            let values = match arrival.claims().get(claim)? {
                Claim::Unknown(why) => return Some((tag.to_owned(), Claim::Unknown(why))),
                claim => claim.values(),
            };
            let value = match values.as_slice() {
                [value] => Claim::list([value.clone().into_owned()]),
                _ => Claim::Unknown("a claim that is a list"),
            };
            Some((tag.to_owned(), value))
        };
        // where a map lists its tags, it is by these, also where it says that it is the default one
        let defaults = map.tags.is_empty() && map.defaults.is_some_and(|setting| setting.value);
        let of_user_pool = matches!(arrival.kind, Kind::Token(token) if matches!(token.issuer, Issuer::UserPool(_)));
        let by_default =
            DEFAULT_TAGS.into_iter().filter(|_| defaults && of_user_pool).filter_map(|(tag, claim)| from(tag, claim));
        let mapped = map.tags.iter().filter_map(|(tag, claim)| match claim.known() {
            Some(claim) => from(tag.known()?, claim),
            None => Some((tag.known()?.to_owned(), Claim::Unknown("a claim that is filled in later"))),
        });
        let tags: Vec<_> = by_default.chain(mapped).collect();
        if defaults && !of_user_pool || map.tags.iter().any(|(tag, _)| tag.known().is_none()) {
            self.tagging = Tagging::Unnamed;
        }
        if tags.is_empty() && !map.tags.is_empty() {
            self.map_without_claims = Some(Label::new(map.mark, "maps claims to session tags"));
        }
        tags
    }

    /// No map of claims to session tags was given: AWS may have answered that there is none, or it was not readable.
    fn without_map(&mut self, part: SnapshotPart<'_>) {
        if self.world.inventory.is_none(part) {
            return;
        }
        let unread = self.unread(part);
        self.tagging = self.tagging.max(if unread.is_some() { Tagging::Unread } else { Tagging::Perhaps });
        self.unread_map = self.unread_map.take().or(unread);
    }

    /// The account that an identity pool is in: as asked, as its token tells, that of its snapshot, or as those things tell that it names.
    pub(super) fn pool_account(&self, token: &Presented) -> Option<String> {
        if !token.is_of_pool() {
            return None;
        }
        let account = |arn: &str| Arn::parse(arn).map(|arn| arn.account.to_owned()).filter(|account| !account.is_empty());
        let told = token.claims.text(POOL_ARN).and_then(account);
        if let Some(account) = self.question.pool_account.map(str::to_owned).or(told) {
            return Some(account);
        }
        let id = token.claims.text("aud")?;
        let pool = self.world.inventory.identity_pools.iter().find(|pool| pool.is(id))?;
        if let Some(account) = self.world.inventory.account_of(pool.mark) {
            return Some(account.to_owned());
        }
        let of_providers = pool.oidc.iter().chain(&pool.saml).find_map(|arn| account(arn.known()?));
        of_providers.or_else(|| {
            let map = self.world.inventory.role_map(pool)?;
            let mut roles = map.authenticated.iter().chain(&map.unauthenticated).filter_map(|arn| account(arn.known()?));
            let first = roles.next()?;
            roles.all(|own| own == first).then_some(first)
        })
    }

    /// No identity pool was given: it is the one that is asked for, that the role pins or of which the roles were given. Where these were, they
    /// tell which role it hands out; else it is taken to be the one that was given.
    ///
    /// gate-pool-not-given
    fn without_pool(&mut self, arrivals: &[Arrival<'_>]) {
        let host = identity_pool_host("");
        let inventory = self.world.inventory;
        let mut for_pools = inventory.roles.iter().filter(|role| {
            role.trust.iter().flat_map(|policy| &policy.statements).any(|statement| names_provider(statement, host))
        });
        let role = match self.question.role {
            Some(name) => inventory.role(name),
            None => for_pools.next().filter(|_| for_pools.next().is_none()),
        };
        let pinned = role.and_then(|role| pinned_audience(role.trust.as_ref()?, host));
        let whence = match role.filter(|_| pinned.is_some()) {
            _ if self.question.pool.is_some() => "as asked".to_owned(),
            Some(role) => format!("which `{}` pins", role.name.shown()),
            None => "of which the roles were given".to_owned(),
        };
        let of_map = || match inventory.role_maps.as_slice() {
            [only] => only.pool.known().map(str::to_owned),
            _ => None,
        };
        let pool = self.question.pool.map(str::to_owned).or(pinned).or_else(of_map);
        let map = pool.as_ref().and_then(|pool| inventory.role_maps.iter().find(|map| map.pool.known() == Some(pool)));
        let unread = self.unread(SnapshotPart::IdentityPools);
        let none = if unread.is_some() { "no identity pool was readable" } else { "no identity pool was given" };
        let Some(pool) = pool.filter(|_| role.is_some() || map.is_some()) else {
            let command = if unread.is_some() { "" } else { " (`aws cognito-identity describe-identity-pool`)" };
            let text = format!("{none}, so it is not known what becomes of this login{command}");
            return self.gate(GateKind::Provider, GateState::Unknown, text, unread.into_iter().collect());
        };
        let is_classic = self.question.flow != Flow::Enhanced;
        let what = match map {
            None => "to hand out that role",
            Some(map) if is_classic && map.mappings.is_empty() => "to take this login in the classic flow",
            Some(_) if arrivals.is_empty() => "to take guests",
            Some(_) => "to take this login",
        };
        self.assume(format!("{none}: taken to be `{pool}`, {whence}, and {what}"));
        if let Some(unread) = unread {
            let text = format!("{none}, so it is not known whether `{pool}` takes this login");
            self.gate(GateKind::Provider, GateState::Unknown, text, vec![unread]);
        }
        if !arrivals.is_empty() {
            let text = "the trust policy never sees the login itself, but the token that the identity pool makes of it";
            self.assume(text.to_owned());
        }
        let picked = match map {
            Some(map) if is_classic => {
                if let Some((state, text, places)) = self.mappings_close(map) {
                    self.gate(GateKind::Flow, state, text, places);
                }
                self.question.role.map(str::to_owned)
            }
            Some(map) => self.mapping_of(map, arrivals),
            None => role.map(|role| role.id().into_owned()),
        };
        let token = self.pool_token(&pool, arrivals);
        match picked {
            Some(role) => self.at_role(&role, &token),
            None if is_classic => self.choices(token),
            None => self.simulation.presented = Some(token),
        }
    }

    /// Whether role mappings close the classic flow.
    fn mappings_close(&self, map: &RoleMap<'_>) -> Option<(GateState, String, Vec<Label>)> {
        let mapping = map.mappings.first()?;
        Some(if matches!(self.question.login, Login::Developer(..)) {
            let text = "AWS does not say whether role mappings close the classic flow for developer-authenticated users";
            (GateState::Unknown, text.to_owned(), Vec::new())
        } else {
            (
                GateState::Fail,
                "\"Basic (classic) flow is not supported with RoleMappings, please use enhanced flow.\"".to_owned(),
                vec![Label::new(mapping.provider.span(), "a role mapping closes the classic flow")],
            )
        })
    }

    /// Role mappings close the classic flow whatever `AllowClassicFlow` says; default roles do not.
    fn flow(&mut self, pool: &IdentityPool<'s>) {
        let map = self.world.inventory.role_map(pool);
        let unread = self.unread(SnapshotPart::RoleMap(&pool.id.shown()));
        let of_pool = |own: &&RoleMap<'_>| own.pool.known().is_some() && own.pool.known() == pool.id.known();
        if self.world.inventory.role_maps.iter().filter(of_pool).count() > 1 {
            self.assume(format!("of several answers on the roles of identity pool `{}` the first holds", pool.id.shown()));
        }
        let closed = map.and_then(|map| self.mappings_close(map));
        let (state, text, places) = match (self.question.flow, closed, pool.classic) {
            (Flow::Enhanced, ..) => (GateState::Pass, "enhanced: the identity pool picks the role".to_owned(), Vec::new()),
            (Flow::Classic | Flow::Direct, ..) if matches!(self.question.login, Login::Saml(..)) => {
                (GateState::Fail, "SAML logins have the enhanced flow only".to_owned(), Vec::new())
            }
            (Flow::Classic | Flow::Direct, Some(closed), _) => closed,
            (Flow::Classic | Flow::Direct, None, Some(setting))
                if !setting.value && matches!(self.question.login, Login::Developer(..)) =>
            {
                (
                    GateState::Unknown,
                    "AWS does not say whether `AllowClassicFlow` closes the classic flow for developer-authenticated users"
                        .to_owned(),
                    vec![Label::new(setting.span, "the classic flow is off")],
                )
            }
            (Flow::Classic | Flow::Direct, None, Some(setting)) if !setting.value => (
                GateState::Fail,
                "\"Basic (classic) flow is not enabled, please use enhanced flow.\"".to_owned(),
                vec![Label::new(setting.span, "the classic flow is off")],
            ),
            (Flow::Classic | Flow::Direct, None, _) if map.is_none() && unread.is_some() => (
                GateState::Unknown,
                "role mappings would close the classic flow, and the identity pool's roles were not readable".to_owned(),
                unread.into_iter().collect(),
            ),
            (Flow::Classic | Flow::Direct, None, _) if map.is_none() => (
                GateState::Unknown,
                "role mappings would close the classic flow, and the identity pool's roles were not given \
                 (`aws cognito-identity get-identity-pool-roles`)"
                    .to_owned(),
                vec![Label::new(pool.id.span(), "the roles of this pool")],
            ),
            (Flow::Classic | Flow::Direct, None, Some(setting)) => (
                GateState::Pass,
                "classic: the caller names the role".to_owned(),
                vec![Label::new(setting.span, "the classic flow is on")],
            ),
            (Flow::Classic | Flow::Direct, None, None) if pool.has_open_classic => {
                (GateState::Unknown, "`AllowClassicFlow` is filled in later".to_owned(), vec![Label::new(pool.mark, "this pool")])
            }
            (Flow::Classic | Flow::Direct, None, None) => (
                GateState::Pass,
                "classic: the caller names the role; `AllowClassicFlow` is not set, which leaves it open".to_owned(),
                vec![Label::new(pool.mark, "no `AllowClassicFlow`")],
            ),
        };
        self.gate(GateKind::Flow, state, text, places);
    }

    /// The role to ask the trust policy of: the one that the pool picks, or another that the question names.
    fn mapping(&mut self, pool: &IdentityPool<'s>, arrivals: &[Arrival<'_>]) -> Option<String> {
        let Some(map) = self.world.inventory.role_map(pool) else {
            let (text, place) = match self.unread(SnapshotPart::RoleMap(&pool.id.shown())) {
                Some(unread) => ("the identity pool's roles were not readable", unread),
                None => (
                    "the identity pool's roles were not given (`aws cognito-identity get-identity-pool-roles`)",
                    Label::new(pool.id.span(), "the roles of this pool"),
                ),
            };
            self.gate(GateKind::RoleMapping, GateState::Unknown, text.to_owned(), vec![place]);
            return self.question.role.map(str::to_owned);
        };
        self.mapping_of(map, arrivals)
    }

    /// As [`Walk::mapping`], where the pool's roles were given.
    fn mapping_of(&mut self, map: &RoleMap<'_>, arrivals: &[Arrival<'_>]) -> Option<String> {
        let selection = self.selection(map, arrivals);
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

    /// The role for these logins; of several the one on which all agree.
    fn selection(&self, map: &RoleMap<'_>, arrivals: &[Arrival<'_>]) -> Selection {
        let custom = self.question.custom_role;
        if arrivals.is_empty() {
            return select(map, Known::Guest, custom);
        }
        let each = arrivals.iter().map(|arrival| match arrival.kind {
            Kind::Developer(_) => select(map, Known::Developer, custom),
            Kind::Saml(assertion) => select(map, Known::Saml(&arrival.provider, assertion), custom),
            Kind::Token(_) | Kind::Opaque => select(map, Known::Provider(&arrival.key(), arrival.claims()), custom),
        });
        agree(each.collect())
    }
}

/// The claim in which a signed-in user's token names the identity pool with its account. Seen since 2023; no page tells of it.
///
/// token-account
const POOL_ARN: &str = "https://cognito-identity.amazonaws.com/identity-pool-arn";

/// The session tags of a pool that uses the default map for a user pool, each with its claim. AWS does not tell their names; these
/// are seen.
///
/// token-tags-default-keys
const DEFAULT_TAGS: [(&str, &str); 2] = [("client", "aud"), ("username", "sub")];
