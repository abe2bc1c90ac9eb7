//! `Principal` and `NotPrincipal`.

use super::Reader;
use crate::policy::{PolicyFault, PolicyKind, Principal, PrincipalKind, Principals};
use crate::spelling;
use crate::syntax::{Kind, Node, Piece};

impl Reader {
    pub(super) fn principals<'s>(&mut self, negated: bool, key: Node<'_, 's>, value: Node<'_, 's>) -> Principals<'s> {
        let mut list = Vec::new();
        match value.kind() {
            Kind::Map => self.principal_map(value, &mut list),
            Kind::String | Kind::Hole => list.extend(self.bare_principal(value)),
            Kind::Wrong => {}
            _ => self.fault(PolicyFault::PrincipalShape, value.mark()),
        }
        Principals { key: key.span(), negated, list: list.into() }
    }

    fn bare_principal<'s>(&mut self, value: Node<'_, 's>) -> Option<Principal<'s>> {
        let text = value.text()?;
        let kind = match text.known() {
            Some("*") => PrincipalKind::Anyone,
            Some(_) => {
                self.fault(PolicyFault::PrincipalShape, value.span());
                return None;
            }
            None => PrincipalKind::Later,
        };
        if kind == PrincipalKind::Anyone && self.kind == PolicyKind::Trust {
            self.fault(PolicyFault::StarInTrust, value.span());
        }
        Some(Principal { kind, value: text })
    }

    fn principal_map<'s>(&mut self, map: Node<'_, 's>, list: &mut Vec<Principal<'s>>) {
        for entry in map.entries() {
            let Some(kind) = self.principal_kind(entry.key) else { continue };
            for item in entry.value.items_or_self() {
                match item.kind() {
                    // the number of an account needs no quotes
                    Kind::String | Kind::Number | Kind::Hole => {
                        let principal = item.text().map(|value| Principal { kind, value });
                        if let Some(principal) = &principal {
                            self.principal(principal);
                        }
                        list.extend(principal);
                    }
                    _ => self.wrong_type("a string or a list of strings", item, entry.key),
                }
            }
        }
    }

    /// What may stand under a key of a principal.
    fn principal(&mut self, principal: &Principal<'_>) {
        let Principal { kind, value } = principal;
        if self.has_variable(value) || *kind == PrincipalKind::Later {
            return;
        }
        let outside = matches!(self.kind, PolicyKind::Resource | PolicyKind::Endpoint);
        let wild = value.pieces().iter().any(|piece| matches!(piece, Piece::Literal(own) if own.value.contains(['*', '?'])));
        if value.known() == Some("*") {
            if *kind != PrincipalKind::Aws {
                self.fault(PolicyFault::StarPrincipal, value.span());
            }
        } else if wild {
            self.fault(PolicyFault::WildcardInPrincipal, value.span());
        } else if *kind == PrincipalKind::Federated && outside {
            self.fault(PolicyFault::FederatedOutsideTrust, value.span());
        }
    }

    fn principal_kind(&mut self, key: Node<'_, '_>) -> Option<PrincipalKind> {
        let text = key.text()?;
        let Some(name) = text.known() else { return Some(PrincipalKind::Later) };
        let find = |name| KEYS.iter().find(|&&(own, _)| own == name).map(|&(_, kind)| kind);
        find(name).or_else(|| {
            let nearest = spelling::nearest(name, KEYS.iter().map(|&(own, _)| own));
            self.fault(PolicyFault::UnknownPrincipalKey(nearest), key.span());
            find(nearest?)
        })
    }
}

const KEYS: [(&str, PrincipalKind); 4] = [
    ("AWS", PrincipalKind::Aws),
    ("Service", PrincipalKind::Service),
    ("Federated", PrincipalKind::Federated),
    ("CanonicalUser", PrincipalKind::CanonicalUser),
];
