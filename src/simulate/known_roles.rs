//! Which of the roles that a question names nobody knows.

use std::borrow::Cow;

use super::{Login, Question};
use crate::arn::Arn;
use crate::identity::MappingType;
use crate::inventory::{Inventory, SnapshotPart};
use crate::spelling::nearest;

/// A role that a question names, and that nothing else does.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct UnknownRole<'a> {
    /// As the question names it.
    pub name: &'a str,
    /// Whether that is an ARN. A role of this ARN may be there all the same, and it is known who it would be; of a name that is not so.
    pub by_arn: bool,
    /// The name or ARN that was meant, where one is near.
    pub meant: Option<String>,
}

impl<'a> Question<'a> {
    /// The roles that it names, that are not among the inputs, and that neither these nor the login speak of. Where roles may be there that are
    /// not told by name, none counts as unknown.
    pub fn unknown_roles(&self, inventory: &Inventory<'_>) -> Vec<UnknownRole<'a>> {
        let asked = [self.role, self.custom_role, self.then_role].into_iter().flatten();
        let missing: Vec<&str> = asked.filter(|name| inventory.role(name).is_none()).collect();
        let is_open = inventory.roles.iter().any(|role| role.name.known().is_none());
        if missing.is_empty() || is_open || inventory.unread(SnapshotPart::Roles(None)).is_some() {
            return Vec::new();
        }
        let mut known = of_inputs(inventory);
        if known.is_empty() {
            return Vec::new();
        }
        known.extend(self.of_logins());
        let is_known = |own: &str| known.iter().any(|known| known == own || short(known) == own);
        let unknown = missing.into_iter().filter(|name| !is_known(name)).map(|name| {
            let arn = Arn::parse(name).filter(|arn| arn.role_name().is_some());
            // a role of another account may well be called nearly the same
            let of_account = |own: &&str| arn.is_none_or(|arn| Arn::parse(own).is_some_and(|own| own.account == arn.account));
            let candidates = || known.iter().map(Cow::as_ref).filter(of_account);
            let near = nearest(short(name), candidates().map(short));
            let meant = near.and_then(|near| candidates().find(|own| short(own) == near));
            let meant = meant.map(|own| if arn.is_some() { own } else { short(own) }.to_owned());
            UnknownRole { name, by_arn: arn.is_some(), meant }
        });
        unknown.collect()
    }

    /// The ARNs of roles that the logins tell.
    fn of_logins(&self) -> Vec<Cow<'static, str>> {
        let mut arns = Vec::new();
        for login in std::iter::once(&self.login).chain(&self.linked) {
            match login {
                Login::Token(token) => {
                    let values = token.claims.iter().flat_map(|(_, claim)| claim.values());
                    arns.extend(values.filter(|own| Arn::parse(own).and_then(Arn::role_name).is_some()).map(Cow::into_owned));
                }
                Login::Saml(assertion, _) => {
                    arns.extend(assertion.roles().unwrap_or_default().into_iter().map(|pair| pair.role));
                }
                Login::Guest | Login::Social(..) | Login::Developer(..) => {}
            }
        }
        arns.into_iter().map(Cow::Owned).collect()
    }
}

/// The names and ARNs of roles that the inputs tell.
fn of_inputs<'i>(inventory: &'i Inventory<'_>) -> Vec<Cow<'i, str>> {
    let maps = || inventory.role_maps.iter();
    let of_rules = maps().flat_map(|map| &map.mappings).flat_map(|mapping| match &mapping.kind {
        MappingType::Rules(rules) => rules.as_slice(),
        MappingType::Token | MappingType::Unknown => &[],
    });
    let of_maps = maps().flat_map(|map| map.authenticated.iter().chain(&map.unauthenticated)).filter_map(|arn| arn.known());
    let of_groups = inventory.groups.iter().filter_map(|group| group.role.as_ref()?.known());
    let named = of_rules.filter_map(|rule| rule.role()).chain(of_maps).chain(of_groups);
    inventory.roles.iter().map(|role| role.id()).chain(named.map(Cow::Borrowed)).collect()
}

/// The name of a role of which the ARN may be given.
fn short(role: &str) -> &str {
    Arn::parse(role).and_then(Arn::role_name).unwrap_or(role)
}
