//! Providers of which a part is known only once a template was deployed. What is left open follows from the rest: a provider lies in the account of
//! the role, and only tokens of its issuer hold the condition keys that the statement asks for.
//!
//! sts-provider-account

use super::{Inventory, Role, assumed, stand_in};
use crate::arn::Arn;
use crate::identity::ProviderKind;
use crate::policy::{Comparison, Operator, Policy, Principal, PrincipalKind, SetPrefix, Statement};
use crate::reference;
use crate::syntax::{Piece, Text};

/// A provider, and what its holes were taken to stand for: how each is written, and its value.
struct Named {
    provider: String,
    holes: Vec<(String, String)>,
}

impl Inventory<'_> {
    /// Names the providers in trust policies of which a part is a hole, where only one can stand there.
    pub(super) fn fill_providers(&mut self) {
        let mut roles = std::mem::take(&mut self.roles);
        for role in roles.iter_mut().filter(|role| role.trusts().any(|policy| policy.has_hole)) {
            let place = self.place_of(role);
            for policy in role.trust.iter_mut().chain(&mut role.other_trusts).filter(|policy| policy.has_hole) {
                for (name, value) in name_in(policy, &place) {
                    self.take_for(assumed::name_of(&name), &value, &name);
                }
            }
        }
        self.roles = roles;
    }

    /// What the ARNs in IAM start with that lie where a role does.
    fn place_of(&self, role: &Role<'_>) -> String {
        let arn = role.arn.as_ref().and_then(|arn| Arn::parse(arn.known()?));
        let account = || self.account_of(role.span()).unwrap_or(stand_in::ACCOUNT);
        arn.map_or_else(|| format!("arn:aws:iam::{}:", account()), place_in)
    }
}

/// Names the providers in a policy that is read again as they are named in it as it was taken in.
pub(crate) fn fill_as(known: &Policy<'_>, policy: &mut Policy<'_>) {
    if policy.has_hole {
        let principals = known.statements.iter().filter_map(|statement| statement.principals.as_ref()).flat_map(|own| &own.list);
        let of_provider = |arn: &str| ProviderKind::of(arn).and_then(|_| Arn::parse(arn)).map(place_in);
        let place = principals.filter_map(|own| own.value.known()).find_map(of_provider);
        name_in(policy, &place.unwrap_or_else(|| format!("arn:aws:iam::{}:", stand_in::ACCOUNT)));
    }
}

/// What the ARNs in IAM start with that lie beside another.
fn place_in(arn: Arn<'_>) -> String {
    format!("arn:{}:iam::{}:", arn.partition, arn.account)
}

/// Names the providers in a policy, and tells what for which holes.
fn name_in(policy: &mut Policy<'_>, place: &str) -> Vec<(String, String)> {
    let is_open = |statement: &Statement<'_>| {
        let mut all = statement.principals.iter().flat_map(|own| &own.list);
        all.any(|own| own.kind == PrincipalKind::Federated && own.value.known().is_none())
    };
    if !policy.statements.iter().any(is_open) {
        return Vec::new();
    }
    let (mut statements, mut taken) = (policy.statements.to_vec(), Vec::new());
    for statement in statements.iter_mut().filter(|statement| is_open(statement)) {
        let host = only_issuer(statement);
        let Some(principals) = &mut statement.principals else { continue };
        for at in 0..principals.list.len() {
            let is_open = |own: &&Principal<'_>| own.kind == PrincipalKind::Federated && own.value.known().is_none();
            let open = principals.list.get(at).filter(is_open);
            let Some(named) = open.and_then(|own| named(&own.value, place, host.as_deref())) else { continue };
            // of two that would be the same, one is another that is not known
            if !principals.list.iter().any(|own| own.value.known() == Some(&*named.provider))
                && let Some(principal) = principals.list.get_mut(at)
            {
                principal.value = Text::made(named.provider, principal.value.span());
                taken.extend(named.holes);
            }
        }
    }
    policy.statements = statements.into();
    taken
}

/// The provider that a text with holes names, if it is only one.
fn named(text: &Text<'_>, place: &str, host: Option<&str>) -> Option<Named> {
    const PLACES: [&str; 2] = [":oidc-provider/", ":saml-provider/"];
    let pieces = text.pieces();
    if let [Piece::Hole(hole)] = &*pieces {
        let host = host?;
        let is_built_in = reference::issuer(host).is_some_and(|issuer| issuer.is_built_in);
        let provider = if is_built_in { host.to_owned() } else { format!("{place}oidc-provider/{host}") };
        return Some(Named { holes: vec![(hole.written.clone().into_owned(), provider.clone())], provider });
    }
    let own = Arn::parse(place)?;
    let (mut provider, mut holes) = (String::new(), Vec::new());
    for (at, piece) in pieces.iter().enumerate() {
        let hole = match piece {
            Piece::Literal(literal) => {
                provider.push_str(&literal.value);
                continue;
            }
            Piece::Hole(hole) => hole,
        };
        let behind = match pieces.get(at + 1) {
            Some(Piece::Literal(literal)) => &*literal.value,
            Some(Piece::Hole(_)) => return None,
            None => "",
        };
        let value = match &*provider {
            "arn:" if behind.starts_with(":iam::") => own.partition,
            before if before.ends_with(":iam::") && PLACES.iter().any(|own| behind.starts_with(own)) => own.account,
            before if before.ends_with(PLACES[0]) && behind.is_empty() => host?,
            _ => return None,
        };
        provider.push_str(value);
        holes.push((hole.written.clone().into_owned(), value.to_owned()));
    }
    Some(Named { provider, holes })
}

/// The issuer of whose tokens alone a statement takes some: one whose keys it asks for.
fn only_issuer(statement: &Statement<'_>) -> Option<String> {
    let asked = statement.conditions.iter().filter(|condition| {
        let holds_without = |own: Operator| own.negated || own.if_exists || own.set == Some(SetPrefix::ForAllValues);
        condition.operator.is_some_and(|own| !holds_without(own) && own.comparison != Comparison::Null)
    });
    // the hosts of issuers have points, other prefixes of keys have none
    let mut hosts =
        asked.filter_map(|condition| Some(condition.key.known()?.rsplit_once(':')?.0)).filter(|own| own.contains('.'));
    let first = hosts.next()?;
    hosts.all(|own| own.eq_ignore_ascii_case(first)).then(|| first.to_ascii_lowercase())
}

/// The accounts in which the IAM of a text lies: those of its providers and policies, which count in their own account only.
pub(super) fn accounts_in(text: &str) -> impl Iterator<Item = &str> {
    const OWN: [&str; 3] = [":oidc-provider/", ":saml-provider/", ":policy/"];
    text.match_indices(":iam::").filter_map(|(at, found)| {
        let (account, behind) = text.get(at + found.len()..)?.split_at_checked(12)?;
        let is_told = account.bytes().all(|byte| byte.is_ascii_digit()) && !stand_in::is_made_up(account);
        (is_told && OWN.iter().any(|own| behind.starts_with(own))).then_some(account)
    })
}

/// Whether what is written may be a part of such an ARN.
pub(super) fn may_tell_account(written: &str) -> bool {
    written.contains("-provider/") || written.contains(":policy/")
}
