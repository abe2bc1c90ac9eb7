//! A sign-in to a user pool, from the groups alone.

use std::fmt;

use super::{Inventory, SnapshotFile, SnapshotPart};
use crate::identity::{Client, Group, Token, id_token};

/// Why no sign-in can be made.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum SignInError {
    /// No group of this name was given.
    NoGroup(String),
    /// No group of this name was given, and a snapshot could not read all groups.
    UnreadGroup(String),
    /// No user pool was given, neither by itself nor as a provider of an identity pool.
    NoUserPool,
    /// No user pool has all of the groups.
    Apart,
    /// Several user pools fit.
    Several,
}

impl<'s> Inventory<'s> {
    /// The ID token of a user who is in exactly these groups of one user pool, through this app client.
    ///
    /// Of several user pools it is the one that identity pools take. Without a client it is one that the identity pool takes,
    /// best one that has a role mapping.
    pub fn sign_in(&self, groups: &[&str], client: Option<&str>) -> Result<Token, SignInError> {
        if let Some(name) = groups.iter().find(|name| !self.groups.iter().any(|group| group.name.known() == Some(name))) {
            let name = (*name).to_owned();
            let unread = self.unread_groups().next().is_some();
            return Err(if unread { SignInError::UnreadGroup(name) } else { SignInError::NoGroup(name) });
        }
        let hosts = self.user_pool_hosts();
        if hosts.is_empty() {
            return Err(SignInError::NoUserPool);
        }
        let with_groups = hosts.into_iter().filter(|host| self.members(host, groups).is_some()).collect();
        let of_client = prefer(with_groups, |host| client.is_some_and(|client| self.is_client(host, client)));
        match prefer(of_client, |host| self.any_client(host).is_some()).as_slice() {
            [] => Err(SignInError::Apart),
            [host] => Ok(self.sign_in_to(host, groups, client).ok_or(SignInError::Apart)?),
            _ => Err(SignInError::Several),
        }
    }

    /// As [`Inventory::sign_in`], to the user pool of this host; `None` where it lacks one of the groups.
    pub fn sign_in_to(&self, host: &str, groups: &[&str], client: Option<&str>) -> Option<Token> {
        let members = self.members(host, groups)?;
        let client = client.or_else(|| self.mapped_client(host)).or_else(|| self.any_client(host));
        let client = client.or_else(|| self.client_of_mapping(host));
        Some(id_token(host, client.unwrap_or("app-client"), &members))
    }

    /// The user pools, as identity pools name them: `cognito-idp.REGION.amazonaws.com/POOL`.
    pub fn user_pool_hosts(&self) -> Vec<String> {
        let of_groups = self.groups.iter().filter_map(|group| group.user_pool.known());
        let named = self.user_pools.iter().filter_map(|pool| pool.id.known()).chain(of_groups).map(user_pool_host);
        let mut hosts: Vec<String> = self.providers().map(|(host, _)| host.to_owned()).chain(named).collect();
        hosts.sort_unstable();
        hosts.dedup();
        hosts
    }

    /// The user pools of which not all groups were readable, by their ids, each with the call that would tell them.
    pub fn unread_groups(&self) -> impl Iterator<Item = (String, &SnapshotFile<'s>)> {
        let pools = self.user_pool_hosts().into_iter().filter_map(|host| host.rsplit('/').next().map(str::to_owned));
        pools.filter_map(|pool| {
            let unread = self.unread(SnapshotPart::Groups(&pool))?;
            Some((pool, unread))
        })
    }

    /// The names of the groups of the user pool of this host, sorted.
    pub fn group_names(&self, host: &str) -> Vec<&str> {
        let mut names: Vec<&str> = self.groups_of(host).filter_map(|group| group.name.known()).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    fn groups_of(&self, host: &str) -> impl Iterator<Item = &Group<'s>> {
        let pool = host.rsplit('/').next().unwrap_or(host);
        self.groups.iter().filter(move |group| group.user_pool.known() == Some(pool))
    }

    fn members(&self, host: &str, groups: &[&str]) -> Option<Vec<&Group<'s>>> {
        let member = |name: &&str| self.groups_of(host).find(|group| group.name.known() == Some(name));
        groups.iter().map(member).collect()
    }

    fn is_client(&self, host: &str, client: &str) -> bool {
        let pool = host.rsplit('/').next().unwrap_or(host);
        let described = |own: &Client<'_>| own.id.known() == Some(client) && own.user_pool.known() == Some(pool);
        self.providers().any(|own| own == (host, client)) || self.clients.iter().any(described)
    }

    fn any_client(&self, host: &str) -> Option<&str> {
        self.providers().find(|(own, _)| *own == host).map(|(_, client)| client)
    }

    fn mapped_client(&self, host: &str) -> Option<&str> {
        self.providers().filter(|(own, _)| *own == host).map(|(_, client)| client).find(|client| {
            let key = format!("{host}:{client}");
            self.role_maps.iter().flat_map(|map| &map.mappings).any(|mapping| mapping.provider.known() == Some(&key))
        })
    }

    /// The app client that a role mapping is for.
    fn client_of_mapping(&self, host: &str) -> Option<&str> {
        let keys = self.role_maps.iter().flat_map(|map| &map.mappings).filter_map(|mapping| mapping.provider.known());
        keys.filter_map(|key| key.strip_prefix(host)?.strip_prefix(':')).find(|client| !client.is_empty())
    }

    fn providers(&self) -> impl Iterator<Item = (&str, &str)> {
        let providers = self.identity_pools.iter().flat_map(|pool| &pool.providers);
        providers.filter_map(|provider| Some((provider.name.known()?, provider.client.known()?)))
    }
}

/// Those that are so, or all where none is.
fn prefer(list: Vec<String>, is_so: impl Fn(&str) -> bool) -> Vec<String> {
    if list.iter().any(|own| is_so(own)) { list.into_iter().filter(|own| is_so(own)).collect() } else { list }
}

impl fmt::Display for SignInError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoGroup(name) => write!(out, "no group `{name}` among the inputs"),
            Self::UnreadGroup(name) => write!(out, "no group `{name}` among the inputs, and not all groups were readable"),
            Self::NoUserPool => out.write_str("no user pool among the inputs, so there is nothing to sign in to"),
            Self::Apart => out.write_str("no user pool has all of these groups, and a user is in one pool only"),
            Self::Several => out.write_str("several user pools fit, so it is not known which to sign in to"),
        }
    }
}

impl std::error::Error for SignInError {}

/// The name under which identity pools know a user pool: `cognito-idp.REGION.amazonaws.com/POOL`.
fn user_pool_host(pool: &str) -> String {
    let region = pool.split('_').next().unwrap_or(pool);
    let dns = if region.starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" };
    format!("cognito-idp.{region}.{dns}/{pool}")
}
