//! Ways to sign in to an identity pool, as its token tells them in `amr`.

use crate::pattern::{Mode, Unit, matches};
use crate::policy::{Condition, Policy};

/// A way to sign in.
#[derive(Clone, Debug)]
pub(in crate::rules) struct Login {
    /// Who does, as a phrase: "a guest".
    pub(in crate::rules) who: String,
    /// What the token says of it.
    pub(in crate::rules) amr: Vec<String>,
    /// Whether only one person signs in so.
    pub(in crate::rules) personal: bool,
}

/// A guest.
pub(in crate::rules) fn guest() -> Login {
    Login { who: "a guest".to_owned(), amr: vec![GUEST.to_owned()], personal: false }
}

/// A user of some user pool, and a user of each provider that a trust policy names under `amr`.
///
/// What a provider's elements look like: `docs/semantics.md`, `token-amr-…`.
pub(in crate::rules) fn signed_in(policy: &Policy<'_>, host: &str, pool: &str) -> Vec<Login> {
    let region = pool.split(':').next().unwrap_or(pool);
    let usual = format!("cognito-idp.{region}.amazonaws.com/{region}_Sample123");
    let mut logins = vec![Login { who: "a signed-in user".to_owned(), ..through(&usual, pool, false) }];
    let key = format!("{host}:amr");
    let named = policy.statements.iter().flat_map(|statement| &statement.conditions).filter(|condition| is_on(condition, &key));
    for text in named.flat_map(|condition| &condition.values).filter_map(|operand| operand.pattern.plain()) {
        // what is told by these is no provider
        if text.is_empty() || [SIGNED_IN, GUEST].iter().any(|word| matches(&[Unit::Wild(text)], word, Mode::Like)) {
            continue;
        }
        let filled = text.replace('*', "Sample123").replace('?', "0");
        let login = through(&filled, pool, filled == text);
        if !logins.iter().any(|own| own.amr == login.amr) {
            logins.push(login);
        }
    }
    logins
}

/// Whether a condition is on this key.
pub(in crate::rules) fn is_on(condition: &Condition<'_>, key: &str) -> bool {
    condition.key.known().is_some_and(|own| own.eq_ignore_ascii_case(key))
}

/// The elements of `amr` of everyone who signs in, and of a guest.
pub(in crate::rules) const SIGNED_IN: &str = "authenticated";
pub(in crate::rules) const GUEST: &str = "unauthenticated";

/// A sign-in of which `amr` holds this element: a provider, or a provider with a user.
fn through(element: &str, pool: &str, exact: bool) -> Login {
    let (provider, user) = if let Some((provider, _)) = element.split_once(":CognitoSignIn:") {
        (provider, Some(element.to_owned()))
    } else if let Some((_, issuer)) = element.split_once(":oidc-provider/") {
        match issuer.split_once(":OIDC:") {
            Some((issuer, _)) => (issuer, Some(element.to_owned())),
            None => (issuer, None),
        }
    } else if element.starts_with("cognito-idp.") {
        (element, None)
    } else {
        match element.split_once(':') {
            Some((provider, _)) => (provider, Some(element.to_owned())),
            None => (element, None),
        }
    };
    let personal = exact && user.is_some();
    let user = user.unwrap_or_else(|| {
        if provider.starts_with("cognito-idp.") {
            format!("{provider}:CognitoSignIn:00000000-aaaa-4bbb-8ccc-000000000001")
        } else if element.starts_with("arn:") {
            format!("{element}:OIDC:some-user")
        } else {
            format!("{provider}:{pool}:some-user")
        }
    });
    let who = format!("a user who signs in through `{provider}`");
    Login { who, amr: vec![SIGNED_IN.to_owned(), provider.to_owned(), user], personal }
}
