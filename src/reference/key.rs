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

/// `aws:PrincipalOrgPaths String multivalued sometimes principal`
fn read(line: &'static str) -> Option<ConditionKey<'static>> {
    let mut words = line.split_ascii_whitespace();
    let name = KeyName::global(words.next()?);
    let mut kinds = words.next()?.split('|').filter_map(KeyType::named);
    let kind = kinds.next()?;
    let has = |word| words.clone().any(|own| own == word);
    let global = Global {
        always: has("always"),
        signed: has("signed"),
        unsupported: has("unsupported"),
        of_principal: has("principal"),
        of_service: has("service"),
    };
    Some(ConditionKey { name, kind, other_kind: kinds.next(), many: has("multivalued"), global: Some(global) })
}
