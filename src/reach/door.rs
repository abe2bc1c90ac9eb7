//! A provider that a trust policy names, and questions about the holders of its tokens.

use crate::arn::Arn;
use crate::evaluate::{Context, ContextValue, Gap, GapReason, Truth, Verdict, compare};
use crate::identity::{Claim, Claims, ProviderKind};
use crate::inventory::{Role, is_made_up};
use crate::pattern::{Mode, Tested, Unit, Wildcard, instance, matches};
use crate::policy::{Comparison, Condition, Effect, Operand, Policy, Statement};
use crate::prove::{Among, Budget, Doubt, Held, Proof, Question, Values, prove};
use crate::reference::{self, Issuer, IssuerKey};
use crate::simulate::{Flow, Presented, World, never_held_with_token, try_assume};
use crate::source::Span;

/// A provider that a trust policy names.
pub(super) struct Door<'i, 's> {
    pub(super) world: World<'i, 's>,
    pub(super) role: &'i Role<'s>,
    pub(super) policy: &'i Policy<'s>,
    /// As the policy names it: a host, or an ARN.
    pub(super) provider: &'i str,
}

/// A text that a policy compares a claim with.
#[derive(Clone, Copy, Debug)]
pub(super) struct Told<'i> {
    pub(super) text: &'i str,
    pub(super) span: Span,
    /// Whether wildcards stand in it and count as such.
    pub(super) is_pattern: bool,
    /// Whether the case of letters does not count.
    pub(super) folds: bool,
}

/// What became of a question about holders of tokens.
pub(super) enum Asked<'i, 's> {
    /// This one gets in.
    In(Box<Holder<'i, 's>>),
    /// None gets in.
    Out,
    /// It is not known.
    Open(Doubt),
}

/// Somebody who gets in.
#[derive(Clone, Debug)]
pub(super) struct Holder<'i, 's> {
    pub(super) token: Presented,
    pub(super) statement: &'i Statement<'s>,
    /// What his request holds beside the token.
    pub(super) given: Vec<(String, String)>,
}

impl<'i, 's> Door<'i, 's> {
    pub(super) fn is_of_pools(&self) -> bool {
        self.provider.starts_with("cognito-identity")
    }

    pub(super) fn is_saml(&self) -> bool {
        ProviderKind::of(self.provider).is_some_and(|(kind, _)| kind == ProviderKind::Saml)
    }

    /// The issuer's host and path: the prefix of its condition keys.
    pub(super) fn host(&self) -> &'i str {
        match ProviderKind::of(self.provider) {
            Some((_, host)) => host,
            None => self.provider,
        }
    }

    pub(super) fn issuer(&self) -> Option<&'static Issuer> {
        reference::issuer(self.host())
    }

    /// The condition key of a claim.
    pub(super) fn key(&self, claim: &str) -> String {
        format!("{}:{claim}", self.host())
    }

    /// The texts that the policy compares a claim with, each with its place.
    pub(super) fn texts(&self, claim: &str) -> Vec<(&'i str, Span)> {
        self.told(claim).into_iter().map(|told| (told.text, told.span)).collect()
    }

    /// What the policy compares a claim with.
    pub(super) fn told(&self, claim: &str) -> Vec<Told<'i>> {
        let key = self.key(claim);
        let conditions = self.policy.statements.iter().flat_map(|statement| &statement.conditions);
        let own = conditions.filter(|own| own.key.known().is_some_and(|own| own.eq_ignore_ascii_case(&key)));
        let told = own.flat_map(|own| {
            let comparison = own.operator.map(|operator| operator.comparison).filter(|own| *own != Comparison::Null);
            let of = move |operand: &'i Operand<'s>| {
                let text = operand.pattern.plain()?;
                Some(Told {
                    text,
                    span: operand.pattern.text.span(),
                    is_pattern: comparison? == Comparison::StringLike && text.contains(['*', '?']),
                    folds: comparison? == Comparison::StringEqualsIgnoreCase,
                })
            };
            own.values.iter().filter_map(of)
        });
        told.collect()
    }

    /// Whether the policy has a condition on a claim.
    pub(super) fn looks_at(&self, claim: &str) -> bool {
        let key = self.key(claim);
        let mut conditions = self.policy.statements.iter().flat_map(|statement| &statement.conditions);
        conditions.any(|own| own.key.known().is_some_and(|own| own.eq_ignore_ascii_case(&key)))
    }

    /// The value in the conditions of a statement that takes a value of a claim.
    pub(super) fn place(&self, statement: &Statement<'_>, claim: &str, value: &str) -> Option<Span> {
        self.taking(statement, claim, value).first().map(|told| told.span)
    }

    /// The values in the conditions of a statement that take a value of a claim: one for each condition that asks for some.
    pub(super) fn taking<'p>(&self, statement: &'p Statement<'_>, claim: &str, value: &str) -> Vec<Told<'p>> {
        let key = self.key(claim);
        let own = statement.conditions.iter().filter(|own| own.key.known().is_some_and(|own| own.eq_ignore_ascii_case(&key)));
        let nothing = Context::new();
        let taking = own.filter_map(|own| {
            let operator = own.operator.filter(|operator| !operator.negated && operator.comparison != Comparison::Null)?;
            let mut operands = own.values.iter();
            let operand = operands.find(|operand| compare(operator.comparison, operand, value, &nothing) == Truth::Yes)?;
            let text = operand.pattern.plain()?;
            let is_pattern = operator.comparison == Comparison::StringLike && text.contains(['*', '?']);
            let folds = operator.comparison == Comparison::StringEqualsIgnoreCase;
            Some(Told { text, span: operand.pattern.text.span(), is_pattern, folds })
        });
        taking.collect()
    }

    /// Whether nobody gets in with a subject that none of these patterns takes, as far as that shows without a proof: each statement asks for
    /// subjects that they take.
    pub(super) fn is_covered(&self, patterns: &[String]) -> bool {
        let taken = |text: &str, is_pattern: bool| {
            patterns.iter().any(|own| own == text || !(is_pattern && own.contains('?')) && fits(text, own))
        };
        let key = self.key("sub");
        let covers = |own: &Condition<'_>| {
            let operator = own.operator.filter(|operator| !operator.negated && operator.set.is_none());
            let is_on = own.key.known().is_some_and(|own| own.eq_ignore_ascii_case(&key));
            let is_like = match operator.map(|operator| operator.comparison) {
                Some(Comparison::StringLike) => true,
                Some(Comparison::StringEquals) => false,
                _ => return false,
            };
            let all_taken = own
                .values
                .iter()
                .all(|operand| operand.pattern.plain().is_some_and(|text| taken(text, is_like && text.contains(['*', '?']))));
            is_on && all_taken
        };
        let is_of_provider = |statement: &&Statement<'_>| {
            statement.principals.as_ref().is_none_or(|own| {
                let is_open = |text: Option<&str>| text.is_none_or(|text| text == "*" || text == self.provider);
                own.negated || own.list.iter().any(|principal| is_open(principal.value.known()))
            })
        };
        let mut allowing = self.policy.with_effect(Effect::Allow).filter(is_of_provider);
        allowing.all(|statement| statement.conditions.iter().any(covers))
    }

    /// Asks whether somebody gets in with these claims; others he holds or not, as he likes. `aud` and `sub` are always told.
    pub(super) fn ask(&self, claims: &[(&str, Values)]) -> Asked<'i, 's> {
        let own: Vec<Held> = claims.iter().map(|(claim, values)| Held { key: self.key(claim), values: values.clone() }).collect();
        // what tags tell comes from claims, and a guest has none
        let is_guest = |held: &Held| held.values == Values::Set(vec!["unauthenticated".to_owned()]);
        let says = self.may_say_of_the_session() && !own.iter().any(is_guest);
        let among = Among {
            caller: Some(format!("federated:{}", self.provider)),
            action: Some("sts:AssumeRoleWithWebIdentity".to_owned()),
            keys: own.iter().cloned().chain(self.never(&own, says)).collect(),
            ..Among::default()
        };
        let question = Question { allowed_by: vec![self.policy], not_by: Vec::new(), among };
        let witness = match prove(&question, self.world.reference, Budget::default()) {
            Proof::Holds => return self.out_but_for_tags(&own, says),
            Proof::Undecided(doubt) => return Asked::Open(doubt),
            Proof::Witness(witness) => witness,
        };
        let mut told = Claims::new();
        told.set("iss", Claim::Text(format!("https://{}", self.host())));
        for (claim, values) in claims {
            match witness.context.get(&self.key(claim)) {
                Some(held) => told.set(*claim, claim_of(held)),
                None => {
                    if let Some(claim_value) = some(values) {
                        told.set(*claim, claim_value);
                    }
                }
            }
        }
        let mut given = Vec::new();
        for (key, value) in witness.context.iter() {
            match self.claim_in(key) {
                Some(claim) if claims.iter().any(|(own, _)| own.eq_ignore_ascii_case(claim)) => {}
                Some(claim) => told.set(claim.to_owned(), claim_of(value)),
                None => given.extend(value.values().map(|value| (key.to_owned(), value.to_owned()))),
            }
        }
        given.retain(|(key, _)| !key.eq_ignore_ascii_case("aws:SecureTransport"));
        let token = Presented::new(self.host(), with_audiences(told));
        if !says {
            return self.bring(token, given);
        }
        let (token, further) = saying_of_the_session(&token, &mut given);
        // the trust policy lets him say so by a call of its own
        let is_let = |action: &str| {
            let among = Among { action: Some(action.to_owned()), ..question.among.clone() };
            let question = Question { among, ..question.clone() };
            !matches!(prove(&question, self.world.reference, Budget::default()), Proof::Holds)
        };
        if further.iter().all(|action| is_let(action)) { self.bring(token, given) } else { Asked::Out }
    }

    /// That nobody gets in, unless it hangs on session tags: which of its claims an issuer tells as such is up to whoever asks for the token.
    fn out_but_for_tags(&self, own: &[Held], says: bool) -> Asked<'i, 's> {
        let conditions = self.policy.with_effect(Effect::Allow).flat_map(|statement| &statement.conditions);
        let mut tags = conditions.filter(|own| own.key.known().is_some_and(|key| is_of_session(key) && !is_identity(key)));
        let (Some(tag), true, false) = (tags.next(), self.may_tell_tags(), says) else {
            return Asked::Out;
        };
        let among = Among {
            caller: Some(format!("federated:{}", self.provider)),
            action: Some("sts:AssumeRoleWithWebIdentity".to_owned()),
            keys: own.iter().cloned().chain(self.never(own, true)).collect(),
            ..Among::default()
        };
        let question = Question { allowed_by: vec![self.policy], not_by: Vec::new(), among };
        match prove(&question, self.world.reference, Budget::default()) {
            Proof::Holds => Asked::Out,
            _ => Asked::Open(Doubt::Open(Gap { reason: GapReason::Key, span: tag.key.span() })),
        }
    }

    /// Whether some tokens of an issuer of which something is known may tell session tags: those of a user pool that is given do where it has a
    /// function that adds claims.
    ///
    /// <https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-pre-token-generation.html>
    fn may_tell_tags(&self) -> bool {
        let id = self.host().rsplit('/').next();
        let mut pools = self.world.inventory.user_pools.iter();
        let is_plain = self.issuer().is_some_and(|issuer| issuer.id == "cognito")
            && pools.any(|pool| pool.id.known() == id && pool.pre_token.is_none());
        self.issuer().is_some_and(|issuer| issuer.tells_tags) && !is_plain
    }

    /// Whether tokens of this issuer may tell session tags and a source identity: those of identity pools the former, and of an issuer of which
    /// nothing is known both.
    fn may_say_of_the_session(&self) -> bool {
        self.is_of_pools() || self.issuer().is_none()
    }

    /// Brings a token to the trust policy, as the simulator does.
    pub(super) fn bring(&self, token: Presented, given: Vec<(String, String)>) -> Asked<'i, 's> {
        let role = self.role.arn.as_ref().and_then(|arn| arn.known());
        // a role of which the account is not known may be in that of any provider
        let moved = role.and_then(|role| in_account_of(role, self.provider));
        let role = moved.as_deref().or(role);
        let beside: Vec<(&str, Vec<&str>)> = given.iter().map(|(key, value)| (key.as_str(), vec![value.as_str()])).collect();
        match try_assume(self.policy, role, &token, Flow::Classic, &beside).verdict {
            Verdict::Allowed(statement) => Asked::In(Box::new(Holder { token, statement, given })),
            Verdict::Undecided(gap) => Asked::Open(Doubt::Open(gap)),
            _ => Asked::Open(Doubt::Refuted),
        }
    }

    /// The claim that a condition key of the issuer stands for.
    fn claim_in<'k>(&self, key: &'k str) -> Option<&'k str> {
        let host = self.host();
        let own = key.get(..host.len()).is_some_and(|own| own.eq_ignore_ascii_case(host));
        key.get(host.len()..).filter(|_| own)?.strip_prefix(':')
    }

    /// The keys in the policy that no request with a token of this issuer holds; and those that each holds in one way. A token may say
    /// something of the session.
    fn never(&self, own: &[Held], says_of_the_session: bool) -> Vec<Held> {
        let keys = self.policy.statements.iter().flat_map(|statement| &statement.conditions).filter_map(|own| own.key.known());
        let mut held: Vec<Held> = Vec::new();
        for key in keys {
            let is_told = own.iter().chain(&held).any(|known| known.key.eq_ignore_ascii_case(key));
            let values = match self.claim_in(key) {
                _ if is_told => continue,
                Some(claim) if self.registered(claim).is_some() => continue,
                Some(_) => Values::None,
                None if key.eq_ignore_ascii_case("aws:SecureTransport") => Values::One("true".to_owned()),
                None if says_of_the_session && is_of_session(key) && !(self.is_of_pools() && is_identity(key)) => continue,
                None if never_held_with_token(key) => Values::None,
                None => continue,
            };
            held.push(Held { key: key.to_owned(), values });
        }
        held
    }

    /// The condition key that a claim of the issuer is, where it is one.
    pub(super) fn registered(&self, claim: &str) -> Option<&'static IssuerKey> {
        let keys = self.issuer().map_or_else(reference::default_issuer_keys, |issuer| &issuer.keys);
        keys.iter().find(|key| key.name.eq_ignore_ascii_case(claim))
    }
}

/// The claims by which a token holds these condition keys: of two audiences `azp` is the key `aud`, and `aud` the key `oaud`.
///
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html#condition-keys-wif>
fn with_audiences(keys: Claims) -> Claims {
    let Some(audience) = keys.get("oaud").cloned() else { return keys };
    let mut claims = Claims::new();
    for (name, claim) in keys.iter().filter(|(name, _)| *name != "oaud") {
        claims.set(if name == "aud" { "azp" } else { name }, claim.clone());
    }
    claims.set("aud", audience);
    claims
}

/// Whether a condition key is one that a token may tell of the session that it is for.
fn is_of_session(key: &str) -> bool {
    tag_in(key).is_some() || key.eq_ignore_ascii_case("aws:TagKeys") || is_identity(key)
}

fn is_identity(key: &str) -> bool {
    key.eq_ignore_ascii_case("sts:SourceIdentity")
}

/// The name of a session tag in its condition key.
fn tag_in(key: &str) -> Option<&str> {
    const START: &str = "aws:RequestTag/";
    key.split_at_checked(START.len()).filter(|(start, _)| start.eq_ignore_ascii_case(START)).map(|(_, name)| name)
}

/// What a token says of the session, as the end of a phrase.
pub(super) fn said_of_the_session(token: &Presented) -> String {
    let mut said = String::new();
    for (name, value) in token.tags() {
        said.extend([", with the session tag `", name, "`"]);
        for own in value.values() {
            said.extend([" `", own, "`"]);
        }
    }
    if let Some(own) = token.source_identity() {
        said.extend([", with the source identity `", own, "`"]);
    }
    said
}

/// The token with what a request holds of the session, and the actions that it takes to say that.
fn saying_of_the_session(token: &Presented, given: &mut Vec<(String, String)>) -> (Presented, Vec<&'static str>) {
    let (said, rest): (Vec<_>, Vec<_>) = std::mem::take(given).into_iter().partition(|(key, _)| is_of_session(key));
    *given = rest;
    let named: Vec<(&str, &str)> = said.iter().filter_map(|(key, value)| Some((tag_in(key)?, value.as_str()))).collect();
    let listed = said.iter().filter(|(key, _)| key.eq_ignore_ascii_case("aws:TagKeys")).map(|(_, name)| name.as_str());
    let others = listed.filter(|name| !named.iter().any(|(own, _)| own == name)).map(|name| (name, "example"));
    let tags: Vec<(&str, &str)> = named.iter().copied().chain(others).collect();
    let mut token = if tags.is_empty() { token.clone() } else { token.with_tags(&tags) };
    if let Some((_, identity)) = said.iter().find(|(key, _)| is_identity(key)) {
        token = token.with_source_identity(identity);
    }
    let further = token.further_actions().collect();
    (token, further)
}

/// The ARN of a role whose account is made up, in that of a provider.
fn in_account_of(role: &str, provider: &str) -> Option<String> {
    let own = Arn::parse(role).filter(|own| is_made_up(own.account))?;
    let account = Arn::parse(provider)?.account;
    Some(format!("arn:{}:iam::{account}:{}", own.partition, own.resource))
}

/// A pattern's values, but for those of others.
pub(super) fn like(forms: impl IntoIterator<Item = impl Into<String>>, except: &[String]) -> Values {
    Values::Like { forms: forms.into_iter().map(Into::into).collect(), except: except.to_vec(), or_none: false }
}

/// Whether a text fits a pattern, as `StringLike` takes it.
pub(super) fn fits(text: &str, pattern: &str) -> bool {
    matches(&[Unit::Wild(pattern)], text, Mode::Like)
}

fn claim_of(value: &ContextValue<'_>) -> Claim {
    match value {
        ContextValue::Many(values) => Claim::list(values.iter().map(AsRef::as_ref)),
        other => Claim::Text(other.values().next().unwrap_or_default().to_owned()),
    }
}

/// A claim of which nothing is asked but that it is one of these.
fn some(values: &Values) -> Option<Claim> {
    match values {
        Values::None => None,
        Values::One(value) => Some(Claim::Text(value.clone())),
        Values::Set(values) => Some(Claim::list(values.iter().map(String::as_str))),
        Values::Like { forms, except, .. } => {
            let words = ["example", "somebody", "other"];
            let texts = words.iter().flat_map(|word| {
                let fill = |own: Wildcard| if own.many { (*word).into() } else { "0".into() };
                forms.iter().map(move |form| instance(Tested { units: &[Unit::Wild(form)], mode: Mode::Like }, fill))
            });
            texts.into_iter().find(|text| !except.iter().any(|own| fits(text, own))).map(Claim::Text)
        }
    }
}
