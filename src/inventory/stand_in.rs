//! What stands for an id that is known only once a template was deployed. Each is made up, tells so by its zeros, and is an assumption like any
//! other: it is told with every answer, and the user may say another.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::{Assumption, Inventory, Unresolved};
use crate::source::Span;

/// What an id is of.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) enum Made {
    /// An account; each stack or module has its own.
    Account,
    /// A region.
    Region,
    /// A partition.
    Partition,
    /// The domain of its services.
    UrlSuffix,
    /// A user pool.
    UserPool,
    /// An app client of a user pool.
    Client,
    /// An identity pool.
    IdentityPool,
    /// The issuer of the tokens of an EKS cluster.
    ClusterIssuer,
}

/// The ids that were made up: by the stack or module and the name there.
#[derive(Clone, Debug, Default)]
pub(super) struct StandIns {
    ids: HashMap<(usize, String), String>,
    counts: HashMap<Made, usize>,
    /// What was noted to be taken for something: names and values.
    taken: HashSet<(String, String)>,
    /// The account of a stack or module, where what stands in it is only of use in that one.
    accounts: HashMap<usize, String>,
}

/// An account of which nothing is known.
pub(super) const ACCOUNT: &str = "000000000000";

/// Whether an account is made up: nothing says that it is another one than any that is known.
pub(crate) fn is_made_up(account: &str) -> bool {
    account.starts_with("00000000")
}

/// The region that a template is taken to be deployed in.
const REGION: &str = "us-east-1";

impl Inventory<'_> {
    /// What the user said that a name stands for, in a hole that is written like this.
    pub(super) fn said(&mut self, name: &str, written: &str) -> Option<String> {
        if self.assumptions.iter().any(|own| own.said) && !self.hole_names.iter().any(|own| own == name) {
            self.hole_names.push(name.to_owned());
        }
        let own = self.assumptions.iter_mut().find(|own| own.said && (own.name == name || own.name == written))?;
        own.hole.get_or_insert_with(|| written.to_owned());
        Some(own.value.clone())
    }

    /// What stands for an id that a name of a stack or module has: what the user said, or one that is made up.
    pub(super) fn stand_in(&mut self, scope: usize, name: &str, made: Made) -> String {
        self.stand_in_of(scope, name, made, REGION)
    }

    /// As [`Inventory::stand_in`], in a region.
    pub(super) fn stand_in_of(&mut self, scope: usize, name: &str, made: Made, region: &str) -> String {
        let written = format!("${{{name}}}");
        if let Some(said) = self.said(name, &written) {
            return said;
        }
        if let Some(known) = self.stand_ins.ids.get(&(scope, name.to_owned())) {
            return known.clone();
        }
        let count = self.stand_ins.counts.entry(made).or_default();
        *count += 1;
        let value = match made {
            Made::Account => self.stand_ins.accounts.get(&scope).cloned().unwrap_or_else(|| format!("{scope:012}")),
            Made::Region => region.to_owned(),
            Made::Partition => "aws".to_owned(),
            Made::UrlSuffix => "amazonaws.com".to_owned(),
            Made::UserPool => format!("{region}_{count:09}"),
            Made::Client => format!("{count:026}"),
            Made::IdentityPool => format!("{region}:00000000-0000-0000-0000-{count:012}"),
            Made::ClusterIssuer => format!("https://oidc.eks.{region}.amazonaws.com/id/{count:032}"),
        };
        self.stand_ins.ids.insert((scope, name.to_owned()), value.clone());
        self.take_for(name, &value, &written);
        value
    }

    /// What a look at the inputs tells of the accounts that stacks or modules are in; of one of which it tells several, nothing is known. The look
    /// leaves nothing behind.
    pub(super) fn tell_accounts(&mut self, look: impl FnOnce(&mut Self) -> BTreeSet<(usize, String)>) {
        let before = (self.stand_ins.clone(), self.assumptions.clone(), self.hole_names.clone());
        let told = look(self);
        (self.stand_ins, self.assumptions, self.hole_names) = before;
        for (scope, account) in &told {
            if told.iter().filter(|own| own.0 == *scope).count() == 1 {
                self.stand_ins.accounts.insert(*scope, account.clone());
            }
        }
    }

    /// Notes that something was taken for a value which nobody said.
    pub(super) fn take_for(&mut self, name: &str, value: &str, written: &str) {
        if self.stand_ins.taken.insert((name.to_owned(), value.to_owned())) {
            let hole = Some(written.to_owned());
            self.assumptions.push(Assumption { name: name.to_owned(), value: value.to_owned(), hole, said: false });
        }
    }

    /// Notes that conditions of these names do not hold, of those that were taken to since there were so many assumptions.
    pub(super) fn take_otherwise(&mut self, since: usize, names: &[String]) {
        for own in self.assumptions.iter_mut().skip(since).filter(|own| own.value == "true" && names.contains(&own.name)) {
            self.stand_ins.taken.remove(&(own.name.clone(), own.value.clone()));
            "false".clone_into(&mut own.value);
        }
    }

    /// Notes that something which belongs to a template or module is not among what was given, or not known.
    pub(super) fn unresolved(&mut self, span: Span, message: String) {
        self.unresolved.push(Unresolved { span, message });
    }

    /// The number of a stack or module that shares no names with those before.
    pub(super) fn new_scope(&mut self) -> usize {
        self.scopes += 1;
        self.scopes - 1
    }
}
