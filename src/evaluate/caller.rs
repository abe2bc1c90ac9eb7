//! Who asks.

use crate::arn::{Arn, is_account_id};

/// Who asks, as far as policies can tell callers apart.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Caller<'a> {
    /// The holder of a token or of an assertion of this provider: a host (`cognito-identity.amazonaws.com`) or a provider's ARN.
    Federated(&'a str),
    /// A user, role, session or root user, by ARN. That of a role stands for a session of it whose name is not told.
    Aws(&'a str),
    /// The root user of this account.
    Account(&'a str),
    /// An AWS service: `lambda.amazonaws.com`.
    Service(&'a str),
    /// An account, by its canonical id.
    Canonical(&'a str),
    /// Nobody that AWS knows.
    Anonymous,
}

/// What a caller is in IAM, which decides on the policies that count for it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Standing {
    /// A user of IAM.
    User,
    /// A session of a role.
    Session,
    /// A session of a user, made by `sts:GetFederationToken`.
    FederatedUser,
    /// The root user of an account, whom no policy of its own limits.
    Root,
    /// No identity of IAM: a service, the holder of a token, a canonical id, nobody.
    None,
}

impl<'a> Caller<'a> {
    /// Reads how people write a caller: an ARN of IAM or STS, an account id, `service:NAME`, `federated:HOST-OR-ARN`, `canonical:ID`,
    /// `anonymous`. `None` for what is none of these, or cannot ask for anything, as a group.
    pub fn parse(text: &'a str) -> Option<Self> {
        let named = |name: &'a str| Some(name).filter(|name| !name.is_empty());
        match text.split_once(':') {
            None if text == "anonymous" => Some(Self::Anonymous),
            None => is_account_id(text).then_some(Self::Account(text)),
            Some(("service", name)) => named(name).map(Self::Service),
            Some(("federated", name)) => named(name).map(Self::Federated),
            Some(("canonical", id)) => named(id).map(Self::Canonical),
            Some(_) => Some(Self::Aws(text)).filter(|caller| caller.standing() != Standing::None),
        }
    }

    /// What it is in IAM.
    pub fn standing(self) -> Standing {
        let arn = match self {
            Self::Aws(arn) => Arn::parse(arn),
            Self::Account(_) => return Standing::Root,
            _ => None,
        };
        let Some(arn) = arn else { return Standing::None };
        let starts = |prefix: &str| arn.resource.strip_prefix(prefix).is_some_and(|name| !name.is_empty());
        match arn.service {
            "iam" if arn.resource == "root" => Standing::Root,
            "iam" if starts("user/") => Standing::User,
            "iam" if starts("role/") => Standing::Session,
            "sts" if session_of(arn).is_some() => Standing::Session,
            "sts" if starts("federated-user/") => Standing::FederatedUser,
            _ => Standing::None,
        }
    }

    /// Whether its ARN tells a service-linked role: the path is kept for them. The ARN of a session has none.
    ///
    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create-service-linked-role.html>
    pub fn is_service_linked(self) -> bool {
        let Self::Aws(arn) = self else { return false };
        Arn::parse(arn).is_some_and(|arn| arn.service == "iam" && arn.resource.starts_with("role/aws-service-role/"))
    }

    /// The account that it belongs to.
    pub fn account(self) -> Option<&'a str> {
        match self {
            Self::Aws(arn) => Arn::parse(arn).map(|arn| arn.account).filter(|account| !account.is_empty()),
            Self::Account(account) => Some(account),
            _ => None,
        }
    }
}

/// The names of the role and of the session, where this is the ARN of a session: `assumed-role/ROLE/SESSION`.
pub(super) fn session_of(arn: Arn<'_>) -> Option<(&str, &str)> {
    let named = arn.resource.strip_prefix("assumed-role/").filter(|_| arn.service == "sts")?;
    named.split_once('/').filter(|(role, session)| !role.is_empty() && !session.is_empty())
}
