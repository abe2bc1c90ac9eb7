//! What actions hand out, or commit to.

use std::sync::OnceLock;

use super::name::facts;

/// What an action hands out, or commits to.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Yield {
    /// What customers store.
    Data,
    /// Something that others sign in with: keys, tokens, passwords, presigned addresses.
    Credentials,
    /// A payment.
    Purchase,
}

/// The actions of a service that hand something out, by their names behind the prefix.
pub fn yields(prefix: &str) -> &'static [(&'static str, Yield)] {
    static ALL: OnceLock<Vec<(&str, Own)>> = OnceLock::new();
    let all = ALL.get_or_init(|| {
        let mut services: Vec<(&str, Own)> = Vec::new();
        for (prefix, name, own) in facts(TEXT).filter_map(read) {
            match services.iter_mut().find(|(known, _)| *known == prefix) {
                Some((_, names)) => names.push((name, own)),
                None => services.push((prefix, vec![(name, own)])),
            }
        }
        services.sort_unstable();
        services
    });
    let found = all.binary_search_by(|(own, _)| (*own).cmp(prefix)).ok();
    found.and_then(|at| all.get(at)).map_or(&[], |(_, names)| names)
}

/// The actions of one service.
type Own = Vec<(&'static str, Yield)>;

static TEXT: &str = include_str!("yields.txt");

fn read(line: &'static str) -> Option<(&'static str, &'static str, Yield)> {
    let (word, action) = line.split_once(' ')?;
    let (prefix, name) = action.split_once(':')?;
    let own = match word {
        "data" => Yield::Data,
        "credentials" => Yield::Credentials,
        "purchase" => Yield::Purchase,
        _ => return None,
    };
    Some((prefix, name, own))
}
