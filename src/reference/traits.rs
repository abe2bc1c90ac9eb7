//! What rules ask of an action again and again, read from its line once.

use super::action::{Action, Level};
use super::service::Service;
use super::yields::{Yield, yields};

/// What there is to say of an action at a glance.
#[derive(Clone, Copy, Debug)]
pub struct Traits {
    /// What it does.
    pub level: Level,
    /// What it does by the first word of its name.
    pub verb: Verb,
    /// What it hands out, or commits to.
    pub yields: Option<Yield>,
    /// Whether sources disagree on its resource types.
    pub unsure: bool,
    /// Whether it takes any resource but `*`.
    pub takes_resources: bool,
    /// Whether the form of each of its resource types is told.
    pub told: bool,
    /// Its resource types.
    pub types: Types,
}

/// Resource types of one service, each as one bit. Those behind the 127th share the last one: no service that is built in has so many.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Types(u128);

/// What the first word of a name says that an action does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verb {
    /// It only reads.
    Reads,
    /// It makes something new.
    Makes,
    /// Anything else.
    Other,
}

impl Traits {
    pub(super) fn of(action: Action<'_>) -> Self {
        let service = action.service;
        let handed = yields(service.prefix());
        let mut own = Self {
            level: action.level(),
            verb: Verb::of(action.name),
            yields: handed.iter().find(|(name, _)| *name == action.name).map(|(_, own)| *own),
            unsure: action.is_unsure(),
            takes_resources: false,
            told: true,
            types: Types::default(),
        };
        for kind in action.resources() {
            own.takes_resources = true;
            let types = service.type_at(kind.name).map_or_else(Types::default, Types::at);
            own.types = own.types.with(types);
            own.told &= types.meets(service.told_types());
        }
        own
    }
}

impl Types {
    /// The type of this place among those of its service.
    pub fn at(place: usize) -> Self {
        Self(1 << place.min(127))
    }

    /// All of both.
    #[must_use]
    pub fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Those that are among others.
    #[must_use]
    pub fn both(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Those that are not among others.
    #[must_use]
    pub fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Whether some type is in both.
    pub fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}

impl Verb {
    /// What a name says, or a pattern that starts with a word.
    pub fn of(name: &str) -> Self {
        let starts: &[&str] = match name.as_bytes().first() {
            Some(b'G') => &["Get", "GET"],
            Some(b'D') => &["Describe"],
            Some(b'L') => &["List", "Lookup"],
            Some(b'S') => &["Search"],
            Some(b'V') => &["View"],
            Some(b'Q') => &["Query"],
            Some(b'R') => &["Read"],
            _ => &[],
        };
        let made: &[&str] = match name.as_bytes().first() {
            Some(b'A') => &["Allocate"],
            Some(b'C') => &["Create", "Copy"],
            Some(b'I') => &["Import"],
            Some(b'R') => &["Register", "Request", "Run"],
            _ => &[],
        };
        let starts_with = |start: &&str| name.starts_with(*start);
        match () {
            () if starts.iter().any(starts_with) => Self::Reads,
            () if made.iter().any(starts_with) => Self::Makes,
            () => Self::Other,
        }
    }
}

/// The resource types of a service that have the forms that are asked for.
pub(super) fn types_with(service: &Service, is_asked_for: impl Fn(&str) -> bool) -> Types {
    let own = service.resources().enumerate().filter(|(_, kind)| kind.formats().any(&is_asked_for));
    own.fold(Types::default(), |types, (at, _)| types.with(Types::at(at)))
}
