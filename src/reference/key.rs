//! Condition keys: how they are called, of which type they are, and the global ones.

use std::cmp::Ordering;
use std::sync::OnceLock;

use super::name::{facts, fold_cmp, is_filled, shown, without_start, words};

/// A condition key, as the reference writes it.
#[derive(Clone, Copy, Debug)]
pub struct KeyName<'r> {
    /// The prefix of the service in whose text it stands; what starts with `:` is its own.
    prefix: &'r str,
    written: &'r str,
}

/// A condition key.
#[derive(Clone, Copy, Debug)]
pub struct ConditionKey<'r> {
    /// How it is called.
    pub name: KeyName<'r>,
    /// Of which type its values are.
    pub kind: KeyType,
    /// Of which other type they may be read as well.
    pub also: Option<KeyType>,
    /// Whether a request may hold several values of it.
    pub many: bool,
    /// What is said of it beyond, where it is a global one.
    pub global: Option<Global>,
}

/// What is said of a global condition key.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a column of the list")]
pub struct Global {
    /// Whether every request holds it.
    pub always: bool,
    /// Whether every signed request holds it.
    pub signed: bool,
    /// Whether AWS advises against it.
    pub deprecated: bool,
    /// Whether it only looks like a key.
    pub unsupported: bool,
    /// Whether only requests of IAM principals hold it, so that a call of an AWS service by itself lacks it.
    pub of_principal: bool,
    /// Whether only calls that an AWS service makes by itself hold it.
    pub of_service: bool,
    /// Whether AWS knows no valid use of a wildcard in its value.
    pub sensitive: bool,
}

/// The type of the values of a condition key.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum KeyType {
    /// Text.
    String,
    /// The ARN of something.
    Arn,
    /// `true` or `false`.
    Bool,
    /// A number.
    Numeric,
    /// A point in time.
    Date,
    /// An address.
    IpAddress,
    /// Bytes.
    Binary,
}

impl<'r> KeyName<'r> {
    /// One that stands in the text of a service.
    pub(super) fn of_service(prefix: &'r str, written: &'r str) -> Self {
        Self { prefix, written }
    }

    /// A global one.
    pub(super) fn global(written: &'r str) -> Self {
        Self { prefix: "aws", written }
    }

    /// The prefix of the service in whose text it stands.
    pub(super) fn holder(self) -> &'r str {
        self.prefix
    }

    /// How it is written there.
    pub(super) fn written(self) -> &'r str {
        self.written
    }

    /// Whether keys with this prefix may be it.
    pub(super) fn has_prefix(self, prefix: &str) -> bool {
        match self.written.split_once(':') {
            Some(("", _)) => self.prefix.eq_ignore_ascii_case(prefix),
            own => own.is_some_and(|(own, _)| is_filled(own, prefix)),
        }
    }

    /// Whether a condition key as a policy writes it is this one: without letter case, and with any name where this one has a
    /// placeholder.
    pub fn is(self, key: &str) -> bool {
        let own = if self.written.starts_with(':') { self.prefix } else { "" };
        // nearly all others begin with another letter
        let behind = usize::from(!own.is_empty());
        let (first, other) = (self.written.as_bytes().get(behind), key.as_bytes().get(own.len() + behind));
        if first.is_some_and(|first| *first != b'$' && !other.is_some_and(|other| other.eq_ignore_ascii_case(first))) {
            return false;
        }
        let Some(rest) = without_start(key, own) else { return false };
        if self.written.ends_with(['/', ':']) {
            without_start(rest, self.written).is_some_and(|name| !name.is_empty())
        } else {
            is_filled(self.written, rest)
        }
    }
}

impl std::fmt::Display for KeyName<'_> {
    /// As AWS writes it: `s3:prefix`, `aws:ResourceTag/${TagKey}`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let own = if self.written.starts_with(':') { self.prefix } else { "" };
        let tag = match self.written.bytes().last() {
            Some(b'/') => "${TagKey}",
            Some(b':') => "${Key}",
            _ => "",
        };
        write!(f, "{own}{}{tag}", shown(self.written))
    }
}

impl KeyType {
    /// The type of a name as the reference writes it.
    pub(super) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "String" => Self::String,
            "ARN" => Self::Arn,
            "Bool" => Self::Bool,
            "Numeric" => Self::Numeric,
            "Date" => Self::Date,
            "IPAddress" => Self::IpAddress,
            "Binary" => Self::Binary,
            _ => return None,
        })
    }

    /// The name that the reference has for it.
    pub fn aws_name(self) -> &'static str {
        match self {
            Self::String => "String",
            Self::Arn => "ARN",
            Self::Bool => "Bool",
            Self::Numeric => "Numeric",
            Self::Date => "Date",
            Self::IpAddress => "IPAddress",
            Self::Binary => "Binary",
        }
    }

    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::String => "text",
            Self::Arn => "ARN",
            Self::Bool => "true or false",
            Self::Numeric => "number",
            Self::Date => "date",
            Self::IpAddress => "address",
            Self::Binary => "bytes",
        }
    }
}

/// The global condition key of this name, in any letter case.
pub(super) fn global(name: &str) -> Option<ConditionKey<'static>> {
    // the last one that does not sort behind the name: it may be the beginning of that, as `aws:RequestTag/` is
    let rows = rows();
    let behind = rows.partition_point(|(key, _)| fold_cmp(key.written, name) != Ordering::Greater);
    let (key, rest) = rows.get(behind.checked_sub(1)?).filter(|(key, _)| key.is(name))?;
    read(*key, rest)
}

/// All of them, sorted by name.
pub(super) fn globals() -> impl Iterator<Item = ConditionKey<'static>> {
    rows().iter().filter_map(|(key, rest)| read(*key, rest))
}

/// The name of each, and what stands behind it.
fn rows() -> &'static [(KeyName<'static>, &'static str)] {
    static ROWS: OnceLock<Vec<(KeyName<'static>, &'static str)>> = OnceLock::new();
    let row = |line: &'static str| line.split_once(' ').map(|(name, rest)| (KeyName::global(name), rest));
    ROWS.get_or_init(|| facts(GLOBAL_KEYS).filter_map(row).collect())
}

static GLOBAL_KEYS: &str = include_str!("global-keys.txt");

/// `Date|Numeric single always`
fn read(name: KeyName<'static>, rest: &str) -> Option<ConditionKey<'static>> {
    let (kinds, marks) = rest.split_once(' ').unwrap_or((rest, ""));
    let (kind, other) = kinds.split_once('|').map_or((kinds, None), |(kind, other)| (kind, Some(other)));
    let kind = KeyType::named(kind)?;
    let has = |word| words(marks).any(|own| own == word);
    let global = Global {
        always: has("always"),
        signed: has("signed"),
        deprecated: has("deprecated"),
        unsupported: has("unsupported"),
        of_principal: has("principal"),
        of_service: has("service"),
        sensitive: has("sensitive"),
    };
    let also = other.and_then(KeyType::named);
    Some(ConditionKey { name, kind, also, many: has("multivalued"), global: Some(global) })
}
