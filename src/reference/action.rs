//! An action, and what its line in the text of its service says.

use std::borrow::Cow;

use memchr::memchr_iter;

use super::key::KeyName;
use super::name::{is_same, shown, words};
use super::service::Service;
use super::traits::Traits;

/// An action of a service.
#[derive(Clone, Copy, Debug)]
pub struct Action<'r> {
    /// The service that has it.
    pub service: &'r Service,
    /// Its name as AWS writes it: `GetObject`.
    pub name: &'r str,
    /// Its place among the actions of the service.
    pub(super) at: u32,
}

/// What an action does, as AWS groups actions.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Level {
    /// Tells which resources there are.
    List,
    /// Tells what is in them.
    Read,
    /// Makes, changes or deletes them.
    Write,
    /// Changes nothing but their tags.
    Tagging,
    /// Grants or changes permissions.
    PermissionsManagement,
}

/// A resource type that an action takes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ActionResource<'r> {
    /// With `~` for a blank.
    pub(super) name: &'r str,
    /// Whether each request must name one.
    pub required: bool,
    /// As written, with commas between.
    pub(super) keys: &'r str,
}

/// A resource type of a service.
#[derive(Clone, Copy, Debug)]
pub struct ResourceType<'r> {
    service: &'r Service,
    name: &'r str,
    rest: &'r str,
}

impl<'r> Action<'r> {
    /// What it does.
    pub fn level(self) -> Level {
        match self.letter() {
            "L" => Level::List,
            "R" => Level::Read,
            "T" => Level::Tagging,
            "P" => Level::PermissionsManagement,
            _ => Level::Write,
        }
    }

    /// What is asked of it again and again.
    pub fn traits(self) -> Traits {
        let noted = self.service.traits_of(self);
        noted.map_or_else(|| Traits::of(self), |noted| *noted.get_or_init(|| Traits::of(self)))
    }

    /// Whether sources disagree on its resource types.
    pub fn is_unsure(self) -> bool {
        self.rest().get(1..).and_then(|rest| rest.strip_prefix(" !")).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
    }

    /// The resource types that it takes; none where it takes no resource but `*`.
    pub fn resources(self) -> impl Iterator<Item = ActionResource<'r>> {
        // types stand before keys, which stand before further actions
        self.words().skip_while(|word| *word == "!").map_while(ActionResource::of)
    }

    /// The resource types that it takes, where sources agree on them.
    pub fn agreed_resources(self) -> Option<impl Iterator<Item = ActionResource<'r>> + Clone> {
        let words = self.words();
        let is_unsure = words.clone().next() == Some("!");
        (!is_unsure).then(|| words.map_while(ActionResource::of))
    }

    /// The condition keys that go with it, whatever the resource.
    pub fn keys(self) -> impl Iterator<Item = KeyName<'r>> {
        self.words().filter(|word| is_key(word)).map(|word| self.service.key_name(word))
    }

    /// The actions that its caller needs besides: `iam:PassRole`.
    pub fn needs(self) -> impl Iterator<Item = &'r str> {
        self.words().filter_map(|word| word.strip_prefix('+'))
    }

    /// Whether a request for it may hold this condition key, as far as the reference tells: with itself, with a resource type that
    /// it takes, or with all resources of that type. Global keys that are no tags are not told there.
    pub fn takes_key(self, key: &str) -> bool {
        let service = self.service;
        // most keys are written as the reference writes them
        let written = Some(written_as(key, service.prefix())).filter(|_| !key.ends_with('/'));
        let is_written_in = |line: &str| written.is_some_and(|written| stands_in(line, written));
        let of_type = |kind: ResourceType<'_>| is_written_in(kind.rest) || kind.keys().any(|own| own.is(key));
        is_written_in(self.rest())
            || self.words().any(|word| match ActionResource::of(word) {
                Some(kind) => kind.keys(service).any(|own| own.is(key)) || kind.kind(service).is_some_and(of_type),
                None => !word.starts_with('+') && service.key_name(word).is(key),
            })
    }

    /// The letter for what it does.
    pub(super) fn letter(self) -> &'r str {
        self.rest().split(' ').next().unwrap_or("")
    }

    /// What its line says behind its name.
    fn rest(self) -> &'r str {
        self.service.rest_of(self)
    }

    /// All words behind the level.
    fn words(self) -> impl Iterator<Item = &'r str> + Clone {
        words(self.rest()).skip(1)
    }
}

impl<'r> ActionResource<'r> {
    /// `queue`, `queue?`, `queue(aws:TagKeys)`; `None` for a condition key and for a further action.
    fn of(word: &'r str) -> Option<Self> {
        let end = word.bytes().position(|byte| matches!(byte, b':' | b'(')).unwrap_or(word.len());
        let (name, behind) = word.split_at_checked(end)?;
        if behind.starts_with(':') || name.starts_with('+') {
            return None;
        }
        let bare = name.strip_suffix('?');
        let keys = behind.strip_prefix('(').and_then(|keys| keys.strip_suffix(')')).unwrap_or("");
        Some(Self { name: bare.unwrap_or(name), required: bare.is_none(), keys })
    }

    /// Its name, as in [`ResourceType::name`].
    pub fn name(self) -> Cow<'r, str> {
        shown(self.name)
    }

    /// Whether it is the type of this name, in any letter case.
    pub fn is(self, name: &str) -> bool {
        self.name == name || is_same(self.name, name)
    }

    /// The condition keys that go with the action for this type only.
    pub fn keys(self, service: &'r Service) -> impl Iterator<Item = KeyName<'r>> {
        self.keys.split(',').filter(|word| !word.is_empty()).map(|word| service.key_name(word))
    }

    /// The type itself.
    pub fn kind(self, service: &'r Service) -> Option<ResourceType<'r>> {
        service.resource(self.name)
    }
}

impl<'r> ResourceType<'r> {
    pub(super) fn new(service: &'r Service, name: &'r str, rest: &'r str) -> Self {
        Self { service, name, rest }
    }

    /// The service that has it.
    pub fn service(self) -> &'r Service {
        self.service
    }

    /// Its name: `object`.
    pub fn name(self) -> Cow<'r, str> {
        shown(self.name)
    }

    /// The forms of its ARNs: `arn:${Partition}:s3:::${BucketName}`.
    pub fn formats(self) -> impl Iterator<Item = &'r str> {
        words(self.rest).filter(|word| word.starts_with("arn:"))
    }

    /// The condition keys that go with it.
    pub fn keys(self) -> impl Iterator<Item = KeyName<'r>> {
        words(self.rest).filter(|word| !word.starts_with("arn:")).map(|word| self.service.key_name(word))
    }
}

impl Level {
    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::List => "list",
            Self::Read => "read",
            Self::Write => "write",
            Self::Tagging => "tagging",
            Self::PermissionsManagement => "permissions management",
        }
    }
}

/// A condition key as the text of a service would have it: without the service's own prefix, and without the name of a tag.
fn written_as<'k>(key: &'k str, prefix: &str) -> &'k str {
    let own = key.strip_prefix(prefix).filter(|own| own.starts_with(':')).unwrap_or(key);
    own.split_inclusive('/').next().unwrap_or(own)
}

/// Whether a condition key stands in a line as a word of its own.
fn stands_in(line: &str, written: &str) -> bool {
    let (line, written) = (line.as_bytes(), written.as_bytes());
    let is_end = |byte: Option<&u8>| byte.is_none_or(|byte| b" ,()".contains(byte));
    // a slash or a capital is rarer in a line than other letters
    let Some(rare) = written.iter().rposition(|byte| !byte.is_ascii_lowercase()) else { return false };
    let mut starts =
        written.get(rare).into_iter().flat_map(|byte| memchr_iter(*byte, line)).filter_map(|at| at.checked_sub(rare));
    starts.any(|start| {
        let behind = line.get(start..).and_then(|rest| rest.strip_prefix(written));
        behind.is_some_and(|behind| is_end(behind.first()) && is_end(start.checked_sub(1).and_then(|at| line.get(at))))
    })
}

/// Whether a word of an action is a condition key: its colon is not behind a bracket.
fn is_key(word: &str) -> bool {
    !word.starts_with('+') && word.bytes().find(|byte| matches!(byte, b':' | b'(')) == Some(b':')
}
