//! A sign-in to a user pool, from the groups alone.

use std::fmt;

use super::Inventory;
use crate::identity::{Group, Token, id_token};

/// Why no sign-in can be made.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum SignInError {
    /// No group of this name was given.
    NoGroup(String),
    /// No user pool was given, neither by itself nor as a provider of an identity pool.
    NoUserPool,
}

impl<'s> Inventory<'s> {
    /// The ID token of a user who is in exactly these groups, through this app client.
    ///
    /// Without a client it is one that the identity pool takes, best one that has a role mapping.
    pub fn sign_in(&self, groups: &[&str], client: Option<&str>) -> Result<Token, SignInError> {
        let members: Vec<&Group<'s>> = groups.iter().map(|name| self.group(name)).collect::<Result<_, _>>()?;
        let pool = members.first().and_then(|group| group.user_pool.known()).or_else(|| self.any_user_pool());
        let host = match pool {
            Some(pool) => user_pool_host(pool),
            None => self.any_provider_host().ok_or(SignInError::NoUserPool)?,
        };
        let client = client.or_else(|| self.mapped_client(&host)).or_else(|| self.any_client(&host));
        Ok(id_token(&host, client.unwrap_or("app-client"), &members))
    }

    fn group(&self, name: &str) -> Result<&Group<'s>, SignInError> {
        let found = self.groups.iter().find(|group| group.name.known() == Some(name));
        found.ok_or_else(|| SignInError::NoGroup(name.to_owned()))
    }

    fn any_user_pool(&self) -> Option<&str> {
        let of_groups = self.groups.iter().filter_map(|group| group.user_pool.known());
        of_groups.chain(self.user_pools.iter().filter_map(|pool| pool.id.known())).next()
    }

    fn any_provider_host(&self) -> Option<String> {
        self.providers().next().map(|(host, _)| host.to_owned())
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

    fn providers(&self) -> impl Iterator<Item = (&str, &str)> {
        let providers = self.identity_pools.iter().flat_map(|pool| &pool.providers);
        providers.filter_map(|provider| Some((provider.name.known()?, provider.client.known()?)))
    }
}

impl fmt::Display for SignInError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoGroup(name) => write!(out, "no group `{name}` among the inputs"),
            Self::NoUserPool => out.write_str("no user pool among the inputs, so there is nothing to sign in to"),
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
