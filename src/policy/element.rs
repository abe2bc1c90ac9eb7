//! The names of the elements of a policy, and the entries of a map by these names.

use crate::spelling;
use crate::syntax::{Entry, Node};

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

/// An entry of a map where elements are due.
#[derive(Clone, Copy, Debug)]
pub(super) struct Element<'t, 's> {
    /// What it is read as: under a misspelt name the one that was meant, unless that is there as well.
    pub(super) name: Option<Name>,
    pub(super) spelling: Spelling,
    pub(super) key: Node<'t, 's>,
    pub(super) value: Node<'t, 's>,
}

/// How the name of an element is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Spelling {
    Right,
    /// As none that may stand there; the nearest that may.
    Wrong(Option<Name>),
    /// By a hole, or what is no key at all: any element may stand there, so that none is missing.
    Open,
}

/// The first key of each name.
#[derive(Clone, Copy, Default, Debug)]
pub(super) struct Keys<'t, 's> {
    named: [Option<Node<'t, 's>>; Name::ALL.len()],
    open: bool,
}

/// The entries of a map by their names, of which `known` are the ones that may stand there, in the order of the text.
pub(super) fn elements<'t, 's>(map: Node<'t, 's>, known: &'static [Name]) -> impl Iterator<Item = Element<'t, 's>> {
    let mut written = None;
    map.entries().map(move |Entry { key, value }| {
        let exact = key.string().and_then(|key| Name::named(&key)).filter(|name| known.contains(name));
        let meant = || meant(key, known, written.get_or_insert_with(|| Written::of(map)));
        let (name, spelling) = exact.map_or_else(meant, |name| (Some(name), Spelling::Right));
        Element { name, spelling, key, value }
    })
}

/// Which names stand in a map as they are written.
#[derive(Clone, Copy)]
struct Written([bool; Name::ALL.len()]);

impl Written {
    fn of(map: Node<'_, '_>) -> Self {
        let mut own = Self([false; Name::ALL.len()]);
        for name in map.entries().filter_map(|entry| Name::named(&entry.key.string()?)) {
            if let Some(is_there) = own.0.get_mut(name as usize) {
                *is_there = true;
            }
        }
        own
    }

    fn has(&self, name: Name) -> bool {
        self.0.get(name as usize).copied().unwrap_or(false)
    }
}

#[cold]
fn meant(key: Node<'_, '_>, known: &[Name], written: &Written) -> (Option<Name>, Spelling) {
    let nearest = key.text().and_then(|text| Some(Name::nearest(text.known()?, known)));
    let Some(nearest) = nearest else { return (None, Spelling::Open) };
    let name = nearest.filter(|name| !written.has(*name));
    (name, Spelling::Wrong(nearest))
}

impl<'t, 's> Keys<'t, 's> {
    pub(super) fn add(&mut self, element: &Element<'t, 's>) {
        self.open |= element.spelling == Spelling::Open;
        if let Some(first) = element.name.and_then(|name| self.named.get_mut(name as usize)) {
            first.get_or_insert(element.key);
        }
    }

    /// The first key of this name.
    pub(super) fn get(&self, name: Name) -> Option<Node<'t, 's>> {
        self.named.get(name as usize).copied().flatten()
    }

    /// The first key of either name.
    pub(super) fn either(&self, names: [Name; 2]) -> Option<(Name, Node<'t, 's>)> {
        let present = names.into_iter().filter_map(|name| Some((name, self.get(name)?)));
        present.min_by_key(|(_, key)| key.span())
    }

    /// Whether a key may turn out to be any name.
    pub(super) fn is_open(&self) -> bool {
        self.open
    }
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
