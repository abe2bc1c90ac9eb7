//! Whether what somebody holds is a token that goes on: its form, its signature, its times.

use super::Walk;
use crate::identity::{Issuer, Signature, Times, Token, TokenKind, times};
use crate::reference;
use crate::simulate::{Flow, GateKind, GateState};

impl Walk<'_, '_, '_> {
    /// Form, signature and times of a token; whether its form is one that goes on.
    pub(super) fn examine(&mut self, token: &Token) -> bool {
        let at_sts = self.flow == Flow::Direct;
        if let Some(text) = fault(token, at_sts) {
            self.gate(GateKind::Token, GateState::Fail, text, Vec::new());
            return false;
        }
        self.gate(GateKind::Token, GateState::Pass, name(token), Vec::new());
        self.signature(token);
        self.expiry(token);
        true
    }

    fn signature(&mut self, token: &Token) {
        let (state, text) = match &token.signature {
            // gate-login-signature
            _ if self.flow != Flow::Direct && is_curve(token) => {
                (GateState::Fail, "identity pools check the signatures of OIDC logins by RSA keys only".to_owned())
            }
            Signature::Verified(_) => (GateState::Pass, token.signature.to_string()),
            Signature::Claims | Signature::NotChecked => (GateState::Skipped, token.signature.to_string()),
            // keys were given, and say nothing
            Signature::KeyMissing(_) | Signature::Unsupported(_) => (GateState::Unknown, token.signature.to_string()),
            Signature::Bad(_) | Signature::Unsigned | Signature::SharedSecret | Signature::WrongAlgorithm => {
                (GateState::Fail, token.signature.to_string())
            }
        };
        self.gate(GateKind::Signature, state, text, Vec::new());
    }

    /// The times of a token. Of those that go to STS a page says of which form they are, and an observation that age counts too.
    ///
    /// sts-token-times, sts-token-age
    fn expiry(&mut self, token: &Token) {
        let claims = &token.claims;
        let times = times(claims, self.question.at, self.question.tolerance);
        let at_sts = self.flow == Flow::Direct;
        let state = match times {
            Times::Good { .. } | Times::Late(_) => GateState::Pass,
            Times::Expired(_) => GateState::Fail,
            Times::Malformed(_) if at_sts => GateState::Fail,
            Times::NotYet(_) | Times::Within { .. } | Times::Malformed(_) => GateState::Unknown,
            Times::None => GateState::Skipped,
        };
        let age = claims.seconds("iat").map(|made| self.question.at.seconds().saturating_sub(made));
        // claims given by themselves tell of no token that was made at some time
        let is_token = token.signature != Signature::Claims;
        let is_old = at_sts && is_token && age.is_some_and(|age| age > A_DAY) && state == GateState::Pass;
        let (state, text) = if is_old {
            let text =
                format!("{times}, but it is older than a day: AWS refuses tokens for their age, and does not say from which on");
            (GateState::Unknown, text)
        } else {
            (state, times.to_string())
        };
        self.gate(GateKind::Expiry, state, text, Vec::new());
    }
}

/// What a token is, as a phrase.
fn name(token: &Token) -> String {
    match &token.issuer {
        Issuer::UserPool(host) => format!("an ID token of user pool `{}`", host.rsplit('/').next().unwrap_or(host)),
        Issuer::IdentityPools => {
            format!("a token of identity pool `{}`", token.claims.text("aud").unwrap_or("(no `aud`)"))
        }
        Issuer::Other(host) => match reference::issuer(host) {
            Some(issuer) => format!("a token of {} (`{host}`)", issuer.name),
            None => format!("a token of `{host}`"),
        },
        Issuer::Missing => "a token of nobody".to_owned(),
    }
}

/// Why a token goes no further: to an identity pool, or to STS.
fn fault(token: &Token, at_sts: bool) -> Option<String> {
    match (&token.issuer, token.kind) {
        (Issuer::Missing, _) => Some("the token has no `iss`, so nobody vouches for it".to_owned()),
        (_, TokenKind::UserPoolAccess) if at_sts => {
            Some("\"Missing a required claim: aud\": this is an access token, and STS takes ID tokens only".to_owned())
        }
        (_, TokenKind::UserPoolAccess) => Some(
            "this is an access token; identity pools take the ID token that the user pool gave beside it (`token_use` is `id`)"
                .to_owned(),
        ),
        (Issuer::Other(host), _) if at_sts && !reference::issuer(host).is_some_and(|issuer| issuer.is_opaque) => {
            fault_at_sts(token)
        }
        _ => None,
    }
}

/// <https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html>
fn fault_at_sts(token: &Token) -> Option<String> {
    // sts-token-size
    const LONGEST: usize = 20_000;
    if let Some(length) = token.length.filter(|length| *length > LONGEST) {
        return Some(format!("the token has {length} characters, and STS takes {LONGEST} at most"));
    }
    // sts-token-claims; where only claims were given, they need not tell times
    let times = if token.signature == Signature::Claims { &[][..] } else { &["iat", "exp"] };
    if let Some(missing) = ["sub", "aud"].iter().chain(times).find(|name| token.claims.get(name).is_none()) {
        return Some(format!("\"Missing a required claim: {missing}\""));
    }
    // sts-provider-url; one public provider names itself without a scheme too
    let is_url = token.claims.text("iss").is_some_and(|iss| iss.starts_with("https://") || iss == "accounts.google.com");
    (!is_url).then(|| "the token's `iss` is no address that starts with `https://`".to_owned())
}

/// Whether an issuer that is no user pool signed a token with a key on a curve.
fn is_curve(token: &Token) -> bool {
    matches!(token.issuer, Issuer::Other(_)) && token.algorithm.is_some_and(|name| name.starts_with("ES"))
}

/// In seconds.
const A_DAY: i64 = 86_400;
