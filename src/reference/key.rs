//! The global condition keys.

use std::sync::OnceLock;

use super::service::{ConditionKey, Global, KeyName, KeyType, fold_cmp};

/// The global condition key of this name, in any letter case.
pub(super) fn global(name: &str) -> Option<ConditionKey<'static>> {
    globals().iter().find(|key| key.name.is(name)).copied()
}

/// All of them, sorted by name.
pub(super) fn globals() -> &'static [ConditionKey<'static>] {
    static KEYS: OnceLock<Vec<ConditionKey<'static>>> = OnceLock::new();
    KEYS.get_or_init(|| {
        let lines = GLOBAL_KEYS.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
        let mut keys: Vec<_> = lines.filter_map(read).collect();
        keys.sort_by(|a, b| fold_cmp(&a.name.to_string(), &b.name.to_string()));
        keys
    })
}

static GLOBAL_KEYS: &str = include_str!("global-keys.txt");

/// `aws:EpochTime Date|Numeric single always`
fn read(line: &'static str) -> Option<ConditionKey<'static>> {
    let mut words = line.split_ascii_whitespace();
    let name = KeyName::global(words.next()?);
    let kinds = words.next()?;
    let (kind, other) = kinds.split_once('|').map_or((kinds, None), |(kind, other)| (kind, Some(other)));
    let kind = KeyType::named(kind)?;
    let has = |word| line.split_ascii_whitespace().skip(2).any(|own| own == word);
    let global = Global {
        always: has("always"),
        signed: has("signed"),
        deprecated: has("deprecated"),
        unsupported: has("unsupported"),
        of_principal: has("principal"),
    };
    let also = other.and_then(KeyType::named);
    Some(ConditionKey { name, kind, also, many: has("multivalued"), global: Some(global) })
}
