//! A SAML assertion: whether it is one that goes on, and what STS makes of it.
//!
//! Sources: "Configure SAML assertions for the authentication response", "Troubleshoot SAML federation with IAM", and
//! `AssumeRoleWithSAML`.

use super::Walk;
use super::after::{HOUR, duration};
use super::arrive::{Arrival, Kind};
use crate::arn::Arn;
use crate::finding::Label;
use crate::identity::{Assertion, Claim, Claims, RolePair, SamlSignature, Times};
use crate::inventory::{Role, SnapshotPart};
use crate::policy::Instant;
use crate::simulate::presented::is_name;
use crate::simulate::selection::{names, short};
use crate::simulate::{Flow, GateKind, GateState, Presented};

impl<'q, 's> Walk<'q, '_, 's> {
    /// Form, signature and time of an assertion; whether its form is one that goes on.
    pub(super) fn examine_assertion(&mut self, assertion: &Assertion) -> bool {
        let invalid = "\"Your request included an invalid SAML response.\"";
        let problem = if assertion.subject.is_none() {
            Some("the assertion has no `NameID`, which AWS asks for".to_owned())
        } else if assertion.recipient.is_none() {
            Some(
                "the assertion has not exactly one `SubjectConfirmation` with `Recipient` and `NotOnOrAfter`, which AWS asks for"
                    .to_owned(),
            )
        } else {
            let spaced = assertion.spaced();
            spaced.map(|name| format!("{invalid}: a value of the attribute `{name}` has a space at its start or end"))
        };
        if let Some(text) = problem {
            self.gate(GateKind::Token, GateState::Fail, text, Vec::new());
            return false;
        }
        let issuer = assertion.issuer.as_deref().unwrap_or("(no issuer)");
        self.gate(GateKind::Token, GateState::Pass, format!("a SAML assertion of `{issuer}`"), Vec::new());
        let text = match assertion.signature {
            SamlSignature::NotChecked => "the signature of an assertion is not checked here",
            SamlSignature::Missing => "the assertion has no signature: AWS takes none such, but it does to ask with",
        };
        self.gate(GateKind::Signature, GateState::Skipped, text.to_owned(), Vec::new());
        let (state, text) = self.time_of(assertion);
        self.gate(GateKind::Expiry, state, text, Vec::new());
        true
    }

    /// STS has a limit of its own on the age of an assertion; of identity pools none is known.
    fn time_of(&self, assertion: &Assertion) -> (GateState, String) {
        let (at, tolerance) = (self.question.at, self.question.tolerance);
        let fresh = assertion.fresh_until().filter(|end| self.flow == Flow::Direct && *end <= at);
        match assertion.times(at, tolerance) {
            Times::Expired(end) => (GateState::Fail, format!("\"Response has expired\": the assertion was good until {end}")),
            Times::NotYet(start) => (GateState::Fail, format!("the assertion is good from {start} on only")),
            Times::Malformed(part) => (GateState::Unknown, format!("`{part}` of the assertion is no time with its zone")),
            Times::Within { time, .. } => (
                GateState::Unknown,
                format!("{time} is a limit of the assertion, and AWS does not say how far clocks may differ"),
            ),
            times => match (fresh, times) {
                (Some(end), _) => stale(end, at, tolerance),
                (None, Times::Good { until }) => (GateState::Pass, format!("the assertion is good until {until}")),
                (None, _) => (GateState::Skipped, "the assertion names no end".to_owned()),
            },
        }
    }

    /// Whether an assertion is for an identity pool: the pool or the provider is told, or a pool takes logins of one that its roles name
    /// or, where they name none, of any.
    pub(super) fn is_taken_by_pools(&self, assertion: &Assertion, told: Option<&str>) -> bool {
        let pairs = assertion.roles().unwrap_or_default();
        told.or(self.question.pool).is_some()
            || self.saml_providers().any(|arn| pairs.is_empty() || pairs.iter().any(|pair| pair.provider == arn))
    }

    /// The bearer of an assertion, as identity pools see it.
    pub(super) fn bearer(&mut self, assertion: &'q Assertion, told: Option<&str>) -> Option<Arrival<'q>> {
        let Some(provider) = told.map(str::to_owned).or_else(|| self.only_provider(assertion)) else {
            let text = "it is not known of which SAML provider the assertion is: name it with `--login`".to_owned();
            self.gate(GateKind::Provider, GateState::Unknown, text, Vec::new());
            return None;
        };
        let amr = vec![Claim::Text(provider.clone()), Claim::Unknown("what identity pools say of a user of SAML")];
        Some(Arrival { kind: Kind::Saml(assertion), provider, client: None, amr, claims: Claims::new() })
    }

    /// The one provider that pools take logins of and that the roles of an assertion name, or leave open; else the one that these name.
    fn only_provider(&self, assertion: &Assertion) -> Option<String> {
        let pairs = assertion.roles().unwrap_or_default();
        let named = || pairs.iter().map(|pair| &*pair.provider);
        let taken = self.saml_providers().filter(|arn| pairs.is_empty() || named().any(|own| own == *arn));
        only(taken).or_else(|| only(named())).map(str::to_owned)
    }

    /// The SAML providers of which identity pools take logins.
    fn saml_providers(&self) -> impl Iterator<Item = &str> {
        let pools = self.world.inventory.identity_pools.iter().filter(|pool| self.is_meant(pool));
        pools.flat_map(|pool| &pool.saml).filter_map(|arn| arn.known())
    }

    /// An assertion that is taken to STS as it is.
    pub(super) fn direct_with_assertion(&mut self, assertion: &Assertion, told: Option<&str>) {
        let pairs: Vec<RolePair> = match assertion.roles() {
            Ok(pairs) => pairs.into_iter().filter(|pair| told.is_none_or(|told| pair.provider == told)).collect(),
            Err(why) => return self.gate(GateKind::RolesClaim, GateState::Unknown, why.to_owned(), Vec::new()),
        };
        let pair = match pair_of(&pairs, self.question.role) {
            Ok(pair) => pair,
            Err((state, text)) => return self.gate(GateKind::RolesClaim, state, text, Vec::new()),
        };
        self.has_provider(pair);
        self.is_recipient(assertion);
        let text = format!("the assertion names `{}`, with provider `{}`", short(&pair.role), pair.provider);
        self.gate(GateKind::RolesClaim, GateState::Pass, text, Vec::new());
        let presented = Presented::of_assertion(assertion, &pair.provider);
        self.at_role(&pair.role, &presented);
    }

    /// Whether the provider is there, in the account of the role.
    fn has_provider(&mut self, pair: &RolePair) {
        let account = |arn| Arn::parse(arn).map(|arn| arn.account);
        let lists = self.world.inventory.provider_lists.iter();
        let places = lists.flat_map(|list| &list.arns).filter(|arn| arn.known() == Some(&pair.provider));
        let mut places: Vec<Label> = places.map(|arn| Label::new(arn.span(), "this provider")).take(1).collect();
        let unread = self.unread(SnapshotPart::SamlProviders(account(&pair.provider)));
        let (state, text) = match self.world.inventory.has_provider(&pair.provider) {
            _ if account(&pair.role) != account(&pair.provider) => (
                GateState::Fail,
                "the provider is of another account than the role, and STS takes only one of the same".to_owned(),
            ),
            Some(true) => (GateState::Pass, format!("the account has the provider `{}`", pair.provider)),
            Some(false) => (GateState::Fail, format!("\"Specified provider doesn't exist.\": `{}`", pair.provider)),
            None if let Some(label) = unread => {
                places = vec![label];
                (GateState::Unknown, format!("whether the account has the provider `{}` was not readable", pair.provider))
            }
            None => (GateState::Skipped, "the account is taken to have the provider (`aws iam list-saml-providers`)".to_owned()),
        };
        self.gate(GateKind::Provider, state, text, places);
    }

    /// Whether the assertion is to be presented to AWS.
    fn is_recipient(&mut self, assertion: &Assertion) {
        let recipient = assertion.recipient.as_deref().unwrap_or_default();
        let (state, text) = match host_and_path(recipient) {
            Some((host, path)) if is_sign_in(host) && is_path(path) => {
                (GateState::Pass, format!("the recipient is AWS's sign-in, `{recipient}`"))
            }
            Some((host, _)) if host.split('.').any(|part| part == "signin") => {
                (GateState::Unknown, format!("AWS does not list the recipient `{recipient}` as a sign-in of its own"))
            }
            _ => (
                GateState::Fail,
                format!("the recipient `{recipient}` is no sign-in of AWS: \"Your request included an invalid SAML response.\""),
            ),
        };
        self.gate(GateKind::Audience, state, text, Vec::new());
    }

    /// The session that an assertion gives at STS: name and length stand in it.
    pub(super) fn session_by(&self, assertion: &Assertion, role: Option<&Role<'s>>) -> (GateState, String) {
        let named = match (assertion.session_name(), assertion.source_identity()) {
            _ if self.question.session_name.is_some() => {
                Some((GateState::Fail, "the name of the session comes from the assertion".to_owned()))
            }
            (None, _) => Some((GateState::Fail, "\"RoleSessionName is required in AuthnResponse\"".to_owned())),
            (Some(Claim::Text(name)), _) if !is_name(name) => Some((
                GateState::Fail,
                format!("\"RoleSessionName in AuthnResponse must match [a-zA-Z_0-9+=,.@-]{{2,64}}\": it is `{name}`"),
            )),
            (_, Some(Claim::Text(name))) if !is_name(name) => Some((
                GateState::Fail,
                format!("\"Source Identity must match [a-zA-Z_0-9+=,.@-]{{2,256}} and not begin with \"aws:\"\": it is `{name}`"),
            )),
            (Some(Claim::Text(_)), None | Some(Claim::Text(_))) => None,
            _ => Some((
                GateState::Unknown,
                "the assertion has several values where AWS takes one: `RoleSessionName` or `SourceIdentity`".to_owned(),
            )),
        };
        if let Some(problem) = named {
            return problem;
        }
        let (state, text) = self.question.duration.map_or((GateState::Pass, String::new()), |asked| duration(asked, role));
        if state != GateState::Pass {
            return (state, text);
        }
        let asked = self.question.duration.unwrap_or(HOUR);
        let own = assertion.session_duration().and_then(|own| own.values().first()?.parse::<u32>().ok());
        let left = assertion.session_end.map(|end| end.seconds().saturating_sub(self.question.at.seconds()));
        let left = left.map(|left| u32::try_from(left.max(0)).unwrap_or(u32::MAX));
        let seconds = [Some(asked), own, left].into_iter().flatten().min().unwrap_or(asked);
        let why = if seconds < asked { ", as the assertion says" } else { "" };
        (GateState::Pass, format!("lasts {seconds} seconds{why}"))
    }
}

/// The one text that all of these are.
fn only<'t>(mut texts: impl Iterator<Item = &'t str>) -> Option<&'t str> {
    let first = texts.next()?;
    texts.all(|own| own == first).then_some(first)
}

/// What is said of an assertion that is older than STS takes.
fn stale(end: Instant, at: Instant, tolerance: i64) -> (GateState, String) {
    let text = format!("\"Token must be redeemed within 5 minutes of issuance\": that was until {end}");
    if at.seconds().saturating_sub(end.seconds()) >= tolerance {
        (GateState::Fail, text)
    } else {
        (GateState::Unknown, format!("{text}, and AWS does not say how far clocks may differ"))
    }
}

/// The pair of the role in question, or the only one; else why there is none.
fn pair_of<'p>(pairs: &'p [RolePair], wanted: Option<&str>) -> Result<&'p RolePair, (GateState, String)> {
    let mut fitting = pairs.iter().filter(|pair| wanted.is_none_or(|wanted| names(&pair.role, wanted)));
    let listed = || pairs.iter().map(|pair| format!("`{}`", short(&pair.role))).collect::<Vec<_>>().join(", ");
    match (fitting.next(), wanted) {
        (Some(first), _) if fitting.all(|own| own == first) => Ok(first),
        (Some(_), Some(wanted)) => Err((
            GateState::Unknown,
            format!("the assertion names several roles `{}`, or one with several providers", short(wanted)),
        )),
        (Some(_), None) => {
            Err((GateState::Unknown, format!("the assertion names several roles: choose one with `--role`: {}", listed())))
        }
        (None, Some(wanted)) if !pairs.is_empty() => {
            Err((GateState::Fail, format!("the assertion names {}, not `{}`", listed(), short(wanted))))
        }
        (None, _) => Err((
            GateState::Fail,
            "the assertion has no attribute `Role`: \"Your request included an invalid SAML response.\"".to_owned(),
        )),
    }
}

fn host_and_path(url: &str) -> Option<(&str, &str)> {
    let (host, path) = url.strip_prefix("https://")?.split_once('/')?;
    Some((host, path))
}

/// Whether this is the host of a sign-in, of a Region or of all.
fn is_sign_in(host: &str) -> bool {
    ["signin.aws.amazon.com", "signin.amazonaws.cn", "signin.amazonaws-us-gov.com"].iter().any(|own| {
        let region = host.strip_suffix(own);
        region.is_some_and(|region| region.is_empty() || region.strip_suffix('.').is_some_and(|name| !name.contains('.')))
    })
}

/// Whether this is the path of a sign-in; behind `acs` stands the id of a provider that decrypts assertions.
fn is_path(path: &str) -> bool {
    path == "saml" || path.strip_prefix("saml/acs/").is_some_and(|id| !id.is_empty() && !id.contains('/'))
}
