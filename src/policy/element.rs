//! The names of the elements of a policy, and the entries of a map by these names.

use crate::spelling;
use crate::syntax::Node;

/// An element of a policy or of a statement.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Name {
    Version,
    Id,
    Statement,
    Sid,
    Effect,
    Principal,
    NotPrincipal,
    Action,
    NotAction,
    Resource,
    NotResource,
    Condition,
}

/// An entry of a map under a known name.
#[derive(Clone, Copy, Debug)]
pub(super) struct Element<'t, 's> {
    pub(super) name: Name,
    pub(super) key: Node<'t, 's>,
    pub(super) value: Node<'t, 's>,
}

/// The entries of a map by their names.
#[derive(Debug)]
pub(super) struct Elements<'t, 's> {
    /// In the order of the text. One under a misspelt name stands here too, unless the right name is there as well.
    pub(super) found: Vec<Element<'t, 's>>,
    /// Keys that are no such name, with the nearest that is one.
    pub(super) unknown: Vec<(Node<'t, 's>, Option<Name>)>,
    /// Whether a key is a hole, or no key at all: any element may stand there, so that none is missing.
    pub(super) open: bool,
}

/// The entries of a map by their names, of which `known` are the ones that may stand there.
pub(super) fn elements<'t, 's>(map: Node<'t, 's>, known: &[Name]) -> Elements<'t, 's> {
    let mut own = Elements { found: Vec::new(), unknown: Vec::new(), open: false };
    for entry in map.entries() {
        let exact = entry.key.string().and_then(|key| Name::named(&key));
        if let Some(name) = exact.filter(|name| known.contains(name)) {
            own.found.push(Element { name, key: entry.key, value: entry.value });
            continue;
        }
        let text = entry.key.text();
        let Some(key) = text.as_ref().and_then(|text| text.known()) else {
            own.open = true;
            continue;
        };
        let nearest = Name::nearest(key, known);
        own.unknown.push((entry.key, nearest));
        let meant = nearest.filter(|name| !map.entries().any(|other| other.key.is(name.text())));
        own.found.extend(meant.map(|name| Element { name, key: entry.key, value: entry.value }));
    }
    own
}

impl Name {
    /// Both: a document that is its own statement.
    pub(super) const ALL: &[Self] = &[
        Self::Version,
        Self::Id,
        Self::Statement,
        Self::Sid,
        Self::Effect,
        Self::Principal,
        Self::NotPrincipal,
        Self::Action,
        Self::NotAction,
        Self::Resource,
        Self::NotResource,
        Self::Condition,
    ];

    /// What may stand in a document.
    pub(super) const OF_POLICY: &[Self] = Self::ALL.split_at(3).0;

    /// What may stand in a statement.
    pub(super) const OF_STATEMENT: &[Self] = Self::ALL.split_at(3).1;

    /// As it is written.
    pub(super) fn text(self) -> &'static str {
        match self {
            Self::Version => "Version",
            Self::Id => "Id",
            Self::Statement => "Statement",
            Self::Sid => "Sid",
            Self::Effect => "Effect",
            Self::Principal => "Principal",
            Self::NotPrincipal => "NotPrincipal",
            Self::Action => "Action",
            Self::NotAction => "NotAction",
            Self::Resource => "Resource",
            Self::NotResource => "NotResource",
            Self::Condition => "Condition",
        }
    }

    fn named(text: &str) -> Option<Self> {
        Some(match text {
            "Version" => Self::Version,
            "Id" => Self::Id,
            "Statement" => Self::Statement,
            "Sid" => Self::Sid,
            "Effect" => Self::Effect,
            "Principal" => Self::Principal,
            "NotPrincipal" => Self::NotPrincipal,
            "Action" => Self::Action,
            "NotAction" => Self::NotAction,
            "Resource" => Self::Resource,
            "NotResource" => Self::NotResource,
            "Condition" => Self::Condition,
            _ => return None,
        })
    }

    fn nearest(key: &str, known: &[Self]) -> Option<Self> {
        let text = spelling::nearest(key, known.iter().map(|name| name.text()))?;
        known.iter().copied().find(|name| name.text() == text)
    }
}
