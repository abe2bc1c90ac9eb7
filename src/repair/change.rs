//! Changes of a token, or of how it is brought to STS, that let it in.

use super::probe::without_claim;
use super::{Refused, Repair, Side};
use crate::evaluate::Verdict;
use crate::identity::Claim;
use crate::policy::Comparison;
use crate::reference;
use crate::simulate::{Difference, DifferenceKind, Flow, NearMiss, Part, Presented, Subject, part_word, try_assume};

/// The changes with which the policy takes the token as it is, those for the nearest statement first.
pub(super) fn changes(refused: &Refused<'_, '_>, near: &[NearMiss<'_, '_>]) -> Vec<(Repair, Presented)> {
    let mut repairs: Vec<(Repair, Presented)> = Vec::new();
    for miss in near {
        let mut attempt = Attempt { refused, token: refused.token.clone(), given: Vec::new(), words: Vec::new() };
        let is_changed = attempt.trade(miss) || miss.failing.iter().all(|difference| attempt.change(difference));
        if !is_changed || !attempt.passes() {
            continue;
        }
        let words = attempt.words.join(", and ");
        if !repairs.iter().any(|(own, _)| own.words == words) {
            let repair = Repair { side: Side::Token, words, edits: Vec::new(), admits: Vec::new() };
            repairs.push((repair, attempt.token));
        }
    }
    repairs
}

/// A token on its way to what a statement wants.
struct Attempt<'a, 's> {
    refused: &'a Refused<'a, 's>,
    token: Presented,
    given: Vec<(String, String)>,
    words: Vec<String>,
}

impl Attempt<'_, '_> {
    /// Whether the policy takes the token as it is now.
    fn passes(&self) -> bool {
        let Refused { policy, role, flow, given, .. } = *self.refused;
        let mut given = given.to_vec();
        given.extend(self.given.iter().map(|(key, value)| (key.as_str(), vec![value.as_str()])));
        matches!(try_assume(policy, role, &self.token, flow, &given).verdict, Verdict::Allowed(_))
    }

    /// Takes a user pool's token to the identity pool that a statement pins; whether that is what it wants.
    fn trade(&mut self, miss: &NearMiss<'_, '_>) -> bool {
        if !miss.failing.iter().any(|own| own.kinds.contains(&DifferenceKind::Untraded)) {
            return false;
        }
        let is_pool = |own: &&Difference<'_, '_>| match own.part {
            Part::Condition(condition, _) => condition.key.known().is_some_and(|key| key.ends_with(":aud")),
            _ => false,
        };
        let Some(pinned) = miss.failing.iter().find(is_pool) else { return false };
        self.token = Presented::signed_in_to(&filled(&pinned.wanted), &self.refused.token.host);
        self.words
            .push(format!("take it to the identity pool {}, and bring the token that this makes of it", like(&pinned.wanted)));
        true
    }

    /// Changes the token in what differs; whether there is such a change.
    fn change(&mut self, difference: &Difference<'_, '_>) -> bool {
        match difference.part {
            Part::Principal(_) => false,
            Part::Action(_) => match difference.kinds.first() {
                Some(DifferenceKind::TagSession) => {
                    self.token = self.token.with_tags(&[]);
                    self.words.push("send no session tags".to_owned());
                    true
                }
                Some(DifferenceKind::SourceIdentity) => {
                    self.token.claims = without_claim(&self.token.claims, "https://aws.amazon.com/source_identity");
                    self.words.push("send no source identity".to_owned());
                    true
                }
                _ => false,
            },
            Part::Condition(condition, operand) => {
                let fixed = condition.operator.is_some_and(|operator| !operator.negated);
                let wanted = operand.and_then(|operand| operand.pattern.plain()).filter(|_| fixed);
                let key = condition.key.known();
                if condition.operator.is_some_and(|operator| operator.comparison == Comparison::Null) {
                    // a tag that must be there may have any value
                    let is_tag = |key: &&str| key.get(..TAG.len()).is_some_and(|start| start.eq_ignore_ascii_case(TAG));
                    return matches!((key.filter(is_tag), wanted), (Some(key), Some("false")) if self.beside(key, ANY));
                }
                matches!((key, wanted), (Some(key), Some(wanted)) if self.to(key, wanted, &difference.kinds))
            }
        }
    }

    /// Gives a key the value that is wanted.
    fn to(&mut self, key: &str, wanted: &str, kinds: &[DifferenceKind]) -> bool {
        use DifferenceKind as K;
        let host = &self.refused.token.host;
        let own = key.split_at_checked(host.len()).filter(|(prefix, _)| prefix.eq_ignore_ascii_case(host));
        let Some(claim) = own.and_then(|(_, rest)| rest.strip_prefix(':')) else { return self.beside(key, wanted) };
        // what the other side spells is not for the token to change
        if kinds.iter().any(|kind| {
            matches!(kind, K::LetterCase(_) | K::Scheme | K::TrailingSlash | K::ImmutableSubject | K::NoKey(_) | K::ForAllValues)
        }) {
            return false;
        }
        let value = filled(wanted);
        match claim {
            "amr" => return self.login(wanted, kinds),
            "sub" => {
                let words = subject_words(host, wanted, self.refused.token.claims.text("sub"));
                self.words.push(words.unwrap_or_else(|| format!("bring a token whose `sub` is {}", like(wanted))));
            }
            "aud" => self.words.push(self.audience_words(wanted)),
            "environment" => self.words.push(format!("use the environment {}", like(wanted))),
            claim => self.words.push(format!("bring a token whose `{claim}` is {}", like(wanted))),
        }
        let claim = if claim == "aud" && self.token.claims.get("azp").is_some() { "azp" } else { claim };
        self.token.claims.set(claim, Claim::Text(value));
        true
    }

    fn audience_words(&self, wanted: &str) -> String {
        let host = &self.refused.token.host;
        match reference::issuer(host).map(|issuer| issuer.id.as_str()) {
            Some("cognito-identity") => format!("take the token of the identity pool {}", like(wanted)),
            Some("cognito") => format!("sign in through the app client {}", like(wanted)),
            _ if self.token.claims.get("azp").is_some() => format!("have the token made for {}, in its `azp`", like(wanted)),
            _ => format!("request the audience {}", like(wanted)),
        }
    }

    /// Another way to sign in to an identity pool.
    fn login(&mut self, wanted: &str, kinds: &[DifferenceKind]) -> bool {
        let pool = self.token.claims.text("aud").unwrap_or_default();
        let region = pool.split(':').next().unwrap_or(pool);
        let usual = format!("cognito-idp.{region}.amazonaws.com/{region}_Sample123");
        let is = |kind: &DifferenceKind| kinds.contains(kind);
        let (words, amr) = match wanted {
            "unauthenticated" => ("come as a guest".to_owned(), vec!["unauthenticated".to_owned()]),
            _ if !is(&DifferenceKind::Guest) && !is(&DifferenceKind::Login) => return false,
            "authenticated" => {
                ("sign in".to_owned(), vec![wanted.to_owned(), usual.clone(), format!("{usual}:CognitoSignIn:some-user")])
            }
            wanted => {
                let provider = wanted.split(":CognitoSignIn:").next().unwrap_or(wanted);
                let amr = vec!["authenticated".to_owned(), filled(provider), filled(wanted)];
                (format!("sign in through {}", like(provider)), amr)
            }
        };
        self.words.push(words);
        self.token.claims.set("amr", Claim::list(amr));
        true
    }

    /// A key that is none of the token's claims.
    fn beside(&mut self, key: &str, wanted: &str) -> bool {
        let lower = key.to_ascii_lowercase();
        if lower.starts_with(TAG) {
            let tag = key.split_once('/').map_or("", |(_, tag)| tag);
            let (token, value) = (self.token.clone(), filled(wanted));
            let values: Vec<_> = token.tags().collect();
            let others = values.iter().filter(|(name, _)| !name.eq_ignore_ascii_case(tag));
            let mut tags: Vec<(&str, &str)> = others.filter_map(|(name, value)| Some((*name, value.values().next()?))).collect();
            tags.push((tag, &value));
            self.token = token.with_tags(&tags);
            self.words.push(match wanted {
                ANY => format!("send the session tag `{tag}`"),
                wanted => format!("send the session tag `{tag}` with the value {}", like(wanted)),
            });
            return true;
        }
        let words = match lower.as_str() {
            // in the enhanced flow the name is Cognito's
            "sts:rolesessionname" if self.refused.flow != Flow::Enhanced => format!("name the session {}", like(wanted)),
            saml if self.token.is_assertion() && saml.starts_with("saml:") => {
                self.words.push(format!("bring an assertion whose `{key}` is {}", like(wanted)));
                self.token.claims.set(saml, Claim::Text(filled(wanted)));
                return true;
            }
            _ => return false,
        };
        self.words.push(words);
        self.given.push((key.to_owned(), filled(wanted)));
        true
    }
}

/// The start of the keys of session tags, in small letters.
const TAG: &str = "aws:requesttag/";

/// The pattern of any value.
const ANY: &str = "*";

/// A value, in words that tell whether it is a pattern.
fn like(wanted: &str) -> String {
    if wanted.contains(['*', '?']) { format!("of the form `{wanted}`") } else { format!("`{wanted}`") }
}

/// A text that a pattern takes.
fn filled(pattern: &str) -> String {
    pattern.replace(['*', '?'], "x")
}

/// What to do so that a token has a subject like this; `None` where it is of no form that is known.
fn subject_words(host: &str, wanted: &str, got: Option<&str>) -> Option<String> {
    let wanted = Subject::read_pattern(host, wanted)?;
    let got = got.and_then(|got| Subject::read(host, got));
    let differs = |part: &str| wanted.part(part).filter(|own| got.as_ref().and_then(|got| got.part(part)) != Some(*own));
    let mut words = Vec::new();
    if let (Some(owner), Some(repository)) = (wanted.part("owner"), wanted.part("repository"))
        && (differs("owner").is_some() || differs("repository").is_some())
    {
        words.push(format!("in the repository {}", like(&format!("{owner}/{repository}"))));
    }
    if wanted.immutable && got.as_ref().is_none_or(|got| !got.immutable) {
        words.push("with immutable subjects".to_owned());
    }
    let got_form = got.as_ref().map(|got| got.form.id.as_str());
    match wanted.form.id.as_str() {
        _ if !wanted.whole => {}
        form @ ("branch" | "tag") => {
            if let Some(value) = differs(form) {
                words.push(format!("on the {form} {}", like(value)));
            }
            if got_form == Some("environment") {
                words.push("without `environment:`".to_owned());
            }
        }
        "environment" => words.extend(differs("environment").map(|value| format!("in the environment {}", like(value)))),
        "pull-request" if got_form != Some("pull-request") => words.push("for a pull request".to_owned()),
        _ => {}
    }
    let told = ["owner", "repository", "owner-id", "repository-id", "branch", "tag", "environment"];
    let is_open = |part: &str| wanted.form.open.iter().any(|own| own == part);
    for (part, _) in wanted.parts.iter().filter(|(part, _)| !told.contains(part) && !is_open(part)) {
        words.extend(differs(part).map(|value| match *part {
            "user" => format!("as {}", like(value)),
            "service-account" => format!("with the service account {}", like(value)),
            part => format!("in the {} {}", part_word(part), like(value)),
        }));
    }
    let verb = match wanted.form.id.as_str() {
        "user" => "sign in",
        "service-account" => "run the pod",
        _ => "run the job",
    };
    (!words.is_empty()).then(|| format!("{verb} {}", words.join(" ")))
}
