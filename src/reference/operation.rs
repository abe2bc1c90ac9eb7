//! Names that are taken for actions or for prefixes of services and are neither: API operations, products.

use std::sync::OnceLock;

use super::name::{facts, fold_cmp};
use crate::pattern::{Mode, Unit, matches};

/// An operation of an API that is no action.
#[derive(Clone, Copy, Debug)]
pub struct Operation {
    /// Its name as a policy would write it: `s3:ListObjectsV2`.
    pub name: &'static str,
    /// Whether it is sure that there is no such action.
    pub sure: bool,
    actions: &'static str,
}

impl Operation {
    /// The actions that allow it. Where there are several, the request decides which of them count.
    pub fn actions(self) -> impl Iterator<Item = &'static str> {
        self.actions.split(' ')
    }
}

/// The operations that are no actions, sorted by name.
pub fn operations() -> impl Iterator<Item = Operation> {
    sorted().iter().copied()
}

/// The operation of this name, in any letter case: `s3:ListObjectsV2`.
pub fn operation(name: &str) -> Option<Operation> {
    let at = sorted().binary_search_by(|own| fold_cmp(own.name, name)).ok()?;
    sorted().get(at).copied()
}

/// The operations that an action with `*` and `?` would stand for if they were actions.
pub fn operations_matching(pattern: &str) -> impl Iterator<Item = Operation> {
    operations().filter(move |own| matches(&[Unit::Wild(pattern)], own.name, Mode::Action))
}

/// Where a name still stands that was an action once, if it is such: "the default policies of topics".
pub fn old_action(name: &str) -> Option<&'static str> {
    let mut all = facts(OLD).filter_map(|line| line.split_once(' '));
    all.find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, place)| place)
}

/// Names of products, of command lines and of libraries that are no prefixes of services, each with the service that is meant.
pub fn products() -> impl Iterator<Item = (&'static str, &'static str)> {
    facts(PRODUCTS).filter_map(|line| line.split_once(' '))
}

fn sorted() -> &'static [Operation] {
    static SORTED: OnceLock<Vec<Operation>> = OnceLock::new();
    SORTED.get_or_init(|| {
        let all = facts(OPERATIONS).filter_map(|line| {
            let (name, actions) = line.split_once(' ')?;
            let bare = name.trim_end_matches('?');
            Some(Operation { name: bare, sure: bare == name, actions })
        });
        let mut all: Vec<_> = all.collect();
        all.sort_by(|a, b| fold_cmp(a.name, b.name));
        all
    })
}

static OPERATIONS: &str = include_str!("operations.txt");

static OLD: &str = include_str!("old-actions.txt");

static PRODUCTS: &str = include_str!("products.txt");
