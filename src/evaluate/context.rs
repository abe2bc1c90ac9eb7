//! The condition keys of a request.

use std::borrow::Cow;

/// The condition keys that a request holds. Names ignore case.
#[derive(Clone, Debug, Default)]
pub struct Context<'a> {
    keys: Vec<Key<'a>>,
    /// Whether a key that is not given is unknown rather than absent.
    pub partial: bool,
    /// Of a partial request: the keys that it is known not to hold all the same.
    pub never: Option<fn(&str) -> bool>,
}

#[derive(Clone, Debug)]
struct Key<'a> {
    name: Cow<'a, str>,
    value: ContextValue<'a>,
    derived: bool,
}

/// The value or values of a condition key.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ContextValue<'a> {
    /// Of a key that has one value.
    One(Cow<'a, str>),
    /// Of a key that has any number of values, also where it holds just one.
    Many(Vec<Cow<'a, str>>),
    /// Of a key that has any number of values: these, and at least one more that is not known.
    Part(Vec<Cow<'a, str>>),
    /// Whether it is there, or with which value, is not known.
    Unknown,
}

impl<'a> Context<'a> {
    /// No key at all; every key is absent.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets a key; a key of the same name in other case is replaced.
    pub fn set(&mut self, key: impl Into<Cow<'a, str>>, value: ContextValue<'a>) {
        let own = Key { name: key.into(), value, derived: false };
        match self.keys.iter_mut().find(|key| key.name.eq_ignore_ascii_case(&own.name)) {
            Some(old) => *old = Key { name: std::mem::take(&mut old.name), ..own },
            None => self.keys.push(own),
        }
    }

    /// Sets a key that follows from the request itself, unless it is there already.
    pub fn derive(&mut self, key: impl Into<Cow<'a, str>>, value: ContextValue<'a>) {
        let name = key.into();
        if self.get(&name).is_none() {
            self.keys.push(Key { name, value, derived: true });
        }
    }

    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&ContextValue<'a>> {
        self.keys.iter().find(|own| own.name.eq_ignore_ascii_case(key)).map(|own| &own.value)
    }

    /// Takes the value of a key out.
    pub fn take(&mut self, key: &str) -> Option<ContextValue<'a>> {
        let at = self.keys.iter().position(|own| own.name.eq_ignore_ascii_case(key))?;
        Some(self.keys.swap_remove(at).value)
    }

    /// Whether a key follows from the request itself.
    pub fn is_derived(&self, key: &str) -> bool {
        self.keys.iter().any(|own| own.derived && own.name.eq_ignore_ascii_case(key))
    }

    /// Whether it is known that the request does not hold a key.
    pub fn lacks(&self, key: &str) -> bool {
        self.get(key).is_none() && (!self.partial || self.never.is_some_and(|never| never(key)))
    }

    /// All keys in the order in which they were set.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &ContextValue<'a>)> {
        self.keys.iter().map(|own| (own.name.as_ref(), &own.value))
    }
}

impl ContextValue<'_> {
    /// Its values, as far as they are known.
    pub fn values(&self) -> impl Iterator<Item = &str> {
        match self {
            Self::One(value) => std::slice::from_ref(value),
            Self::Many(values) | Self::Part(values) => values.as_slice(),
            Self::Unknown => &[],
        }
        .iter()
        .map(AsRef::as_ref)
    }
}
