//! Questions about holders of tokens, with claims that go together.

use super::super::address::names_domain;
use super::super::door::{Asked, Holder, fits, like};
use super::super::shape::{Form, Known, Shape};
use super::{Asking, audience};
use crate::identity::Claim;
use crate::prove::Values;
use crate::reference::KeyType;
use crate::simulate::Presented;

/// Of whom is asked.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Level {
    /// Of somebody whom nobody named.
    Stranger,
    /// Of somebody's, but for what is named.
    Owner,
    /// Of one repository, project or the like.
    Member,
}

/// The claims that tell an owner.
pub(super) const OWNERS: [&str; 5] =
    ["repository_owner_id", "namespace_id", "organization_id", "organization_slug", "enterprise_id"];

/// The claims that tell what somebody has.
pub(super) const MEMBERS: [&str; 4] = ["repository_id", "project_id", "pipeline_id", "oidc.circleci.com/project-id"];

/// Further claims that a stranger does not have.
const OTHERS: [&str; 4] = ["repository", "cluster_id", "google/organization_number", "email"];

impl<'i, 's> Asking<'_, 'i, 's> {
    pub(super) fn is_shared(&self) -> bool {
        self.door.issuer().is_some_and(|issuer| issuer.is_shared)
    }

    /// Somebody whom nobody named: with an audience that is not one's own, where audiences tell customers apart; and whether he may be anybody.
    pub(super) fn strangers(&self, forms: &[&Form], except: &[String]) -> (Asked<'i, 's>, bool) {
        let known = Known::default();
        let Some(foreign) = self.foreign_audience() else {
            let is_anybody = self.is_shared() && !self.is_told_by_audience();
            return (self.ask_forms(forms, &known, except, Level::Stranger), is_anybody);
        };
        match self.ask_with(forms, &known, except, (Level::Stranger, &[("aud", foreign)])) {
            Asked::Out => (self.ask_forms(forms, &known, except, Level::Stranger), false),
            asked => (asked, true),
        }
    }

    /// As [`Asking::strangers`], where nothing is known of the subjects.
    pub(super) fn strange_subjects(&self, except: &[String]) -> (Asked<'i, 's>, bool) {
        let sub = like(["?*"], except);
        let claims = self.strange(Level::Stranger);
        if let Some(foreign) = self.foreign_audience() {
            let all: Vec<(&str, Values)> = claims.iter().cloned().chain([("aud", foreign)]).collect();
            match self.ask(sub.clone(), &all) {
                Asked::Out => {}
                asked => return (asked, true),
            }
        }
        let accounts = self.service_accounts();
        let of_others = (!accounts.is_empty()).then(|| ("aud", like(["?*"], &accounts)));
        let claims: Vec<(&str, Values)> = claims.into_iter().chain(of_others).collect();
        (self.ask(sub, &claims), self.is_shared() && self.door.issuer().is_none_or(|issuer| issuer.required != ["aud"]))
    }

    /// The application whose users get in: whose id is the audience of this token, where nothing else tells them from others.
    pub(super) fn application(&self, holder: &Holder<'_, '_>) -> Option<String> {
        let audience = audience(&holder.token).filter(|_| self.is_of_applications())?;
        if self.audiences().iter().any(|own| own == audience) {
            return Some(audience.to_owned());
        }
        // STS takes only the client ids of the provider
        self.door.issuer().is_some_and(|issuer| !issuer.is_built_in).then(String::new)
    }

    /// Whether the issuer's tokens are for an application, by all that is known.
    fn is_of_applications(&self) -> bool {
        self.door.issuer().is_none_or(|issuer| issuer.audience.as_deref() == Some("{client}"))
    }

    /// Whether the audience tells one's own tokens of the issuer from those of strangers.
    fn is_told_by_audience(&self) -> bool {
        self.door.issuer().is_some_and(|issuer| issuer.required == ["aud"])
    }

    /// An audience that is not one's own, where there may be such and that tells something.
    fn foreign_audience(&self) -> Option<Values> {
        let is_built_in = self.door.issuer().is_some_and(|issuer| issuer.is_built_in);
        let is_open = self.is_told_by_audience() && self.clients().is_empty() || self.is_of_applications() && is_built_in;
        is_open.then(|| like(["?*"], &self.audiences()))
    }

    /// The audiences that the policy names, or that the provider has as client ids.
    fn audiences(&self) -> Vec<String> {
        let named = self.door.told("aud").into_iter().map(|told| told.text.to_owned()).filter(|text| !text.contains(['*', '?']));
        named.chain(self.clients()).collect()
    }

    /// The service accounts of Google that the policy names as audiences: `aud` is their own id, and what they ask for is `oaud`.
    ///
    /// <https://docs.cloud.google.com/compute/docs/instances/verifying-instance-identity>
    pub(super) fn service_accounts(&self) -> Vec<String> {
        if self.door.issuer().is_none_or(|issuer| issuer.id != "google") {
            return Vec::new();
        }
        let is_id = |text: &String| text.len() > 15 && text.bytes().all(|own| own.is_ascii_digit());
        self.audiences().into_iter().filter(is_id).collect()
    }

    fn clients(&self) -> Vec<String> {
        let provider = self.door.world.inventory.oidc_provider(self.door.provider);
        provider.into_iter().flat_map(|own| &own.clients).filter_map(|own| own.known().map(str::to_owned)).collect()
    }

    /// Asks for some subject of these forms, of whose parts something is known.
    pub(super) fn ask_forms(&self, forms: &[&Form], known: &Known, except: &[String], level: Level) -> Asked<'i, 's> {
        self.ask_with(forms, known, except, (level, &[]))
    }

    /// Asks for some subject of these forms, with claims that go before all others.
    pub(super) fn ask_with(
        &self,
        forms: &[&Form],
        known: &Known,
        except: &[String],
        (level, more): (Level, &[(&str, Values)]),
    ) -> Asked<'i, 's> {
        let strange = self.strange(level);
        let with = |claims: Vec<(&'static str, Values)>| -> Vec<(&str, Values)> {
            let mut all: Vec<(&str, Values)> = more.to_vec();
            for (claim, values) in claims {
                if !all.iter().any(|(own, _)| *own == claim) {
                    all.push((claim, values));
                }
            }
            all
        };
        let mut last = Asked::Out;
        for (form, pattern) in forms.iter().filter_map(|form| Some((*form, form.pattern(known)?))) {
            let claims = with(self.beside(form, known, &strange, level));
            let parts = pattern.matches(':').count();
            match self.ask(sub_of(pattern, except), &claims) {
                Asked::Out => {}
                Asked::In(holder) => {
                    let holder = self.together(form, *holder, 0).filter(|holder| {
                        let subject = holder.token.claims.text("sub").unwrap_or_default();
                        !except.iter().any(|own| fits(subject, own))
                    });
                    let Some(holder) = holder else { continue };
                    let subject = holder.token.claims.text("sub").unwrap_or_default();
                    // best one whose parts hold no more colons: others look like subjects of another form
                    let is_plain = subject.matches(':').count() == parts;
                    last = Asked::In(Box::new(holder));
                    if is_plain {
                        break;
                    }
                }
                open @ Asked::Open(_) if matches!(last, Asked::Out) => last = open,
                Asked::Open(_) => {}
            }
        }
        last
    }

    /// Asks for a subject of a form with further claims, first without what GitLab keeps branches by; with the name of the circumstance.
    pub(super) fn in_circumstance(
        &self,
        form: &Form,
        known: &Known,
        except: &[String],
        more: &[(&str, Values)],
    ) -> (Asked<'i, 's>, String) {
        let forms = [form];
        if self.door.issuer().is_some_and(|issuer| issuer.key(PROTECTED).is_some()) && self.door.looks_at(PROTECTED) {
            let open: Vec<(&str, Values)> = more.iter().cloned().chain([(PROTECTED, Values::One("false".to_owned()))]).collect();
            match self.ask_with(&forms, known, except, (Level::Member, &open)) {
                Asked::Out => {
                    return (self.ask_with(&forms, known, except, (Level::Member, more)), format!("protected-{}", form.id));
                }
                asked => return (asked, form.id.clone()),
            }
        }
        (self.ask_with(&forms, known, except, (Level::Member, more)), form.id.clone())
    }

    /// What the claims that tell an owner, or what he has, cannot be for somebody whom nobody named.
    fn strange(&self, level: Level) -> Vec<(&'static str, Values)> {
        let claims: Vec<&'static str> = match level {
            Level::Stranger => OWNERS.iter().chain(&MEMBERS).chain(&OTHERS).copied().collect(),
            Level::Owner => MEMBERS.iter().chain(&["repository", "pipeline_slug"]).copied().collect(),
            Level::Member => Vec::new(),
        };
        let asked = claims.into_iter().filter_map(|claim| {
            let key = self.door.registered(claim).filter(|_| self.door.looks_at(claim))?;
            if matches!(key.kind, KeyType::Numeric) {
                return Some((claim, Values::One("999999999999".to_owned())));
            }
            let is_own = |text: &&str| !text.contains(['*', '?']) || claim == "email" && self.names_domain(text);
            let texts = self.door.texts(claim).into_iter().map(|(text, _)| text).filter(is_own);
            let owners = self.named.owners.iter().filter(|_| claim == "repository" && level == Level::Stranger);
            let except: Vec<String> = texts.map(str::to_owned).chain(owners.map(|owner| format!("{owner}/*"))).collect();
            Some((claim, like(["?*"], &except)))
        });
        asked.collect()
    }

    /// Whether a pattern of addresses takes those of somebody's domain alone, and the issuer tells nobody's address but his own.
    fn names_domain(&self, pattern: &str) -> bool {
        self.door.issuer().is_some_and(|issuer| issuer.id == "google") && names_domain(pattern)
    }

    /// The claims beside a subject of a form, as far as that tells them.
    fn beside(
        &self,
        form: &Form,
        known: &Known,
        strange: &[(&'static str, Values)],
        level: Level,
    ) -> Vec<(&'static str, Values)> {
        let mut claims: Vec<(&'static str, Values)> = strange.to_vec();
        for key in &self.keys {
            // what is named is asked for by itself
            let texts =
                self.door.texts(&key.name).into_iter().filter(|(text, _)| level == Level::Member && !text.contains(['*', '?']));
            let named: Vec<String> = texts.map(|(text, _)| text.to_owned()).collect();
            let own = match form.claim(key, known) {
                Some(text) if !text.contains(['*', '?']) => Values::One(text),
                Some(text) => match claims.iter().find(|(claim, _)| *claim == key.name) {
                    Some((_, Values::Like { except, .. })) => like([text], except),
                    _ => like([text], &named),
                },
                None if key.name == "environment" => Values::None,
                None if key.name == "ref" && form.id == "pull-request" => like(["refs/pull/?*/merge"], &[]),
                None => continue,
            };
            claims.retain(|(claim, _)| *claim != key.name);
            claims.push((key.name.as_str(), own));
        }
        claims
    }

    /// The holder of a token of which the claims go together, like this one and let in, too.
    fn together(&self, form: &Form, holder: Holder<'i, 's>, tried: usize) -> Option<Holder<'i, 's>> {
        let subject = holder.token.claims.text("sub")?.to_owned();
        let known = form.read(&subject);
        let differing = self.keys.iter().find_map(|key| {
            let value = holder.token.claims.text(&key.name)?;
            let expected = form.claim(key, &known)?;
            (expected != value).then(|| (*key, value.to_owned(), expected))
        });
        let Some((key, value, expected)) = differing else { return Some(holder) };
        if tried > self.keys.len() {
            return None;
        }
        let as_claim = form.told_by(key, &value).and_then(|told| form.pattern(&known.with(told)));
        let changes = [as_claim.map(|subject| ("sub", subject)), Some((key.name.as_str(), expected))];
        changes.into_iter().flatten().find_map(|(claim, text)| {
            let mut claims = holder.token.claims.clone();
            claims.set(claim.to_owned(), Claim::Text(text));
            match self.door.bring(Presented::new(self.door.host(), claims), holder.given.clone()) {
                Asked::In(other) => self.together(form, *other, tried + 1),
                _ => None,
            }
        })
    }

    /// The holder of a token with words in place of what was only filled in, if he gets in by the same statement.
    pub(super) fn polished(&self, holder: Holder<'i, 's>) -> Holder<'i, 's> {
        let Some(subject) = holder.token.claims.text("sub").map(str::to_owned) else { return holder };
        let mut best = holder;
        for claim in ["aud", "sub"] {
            let text = best.token.claims.text(claim).unwrap_or_default().to_owned();
            best = self.with_claim(best, claim, text.replace("0example", "example"), None);
        }
        let Some(form) = self.shape.and_then(|shape| shape.form_of(&subject)) else { return best };
        let parts: Vec<String> = form.read(&subject).names().map(str::to_owned).collect();
        for part in parts {
            let known = form.read(best.token.claims.text("sub").unwrap_or_default());
            let Some(own) = known.get(&part) else { continue };
            let begun = self.shape.map_or_else(Vec::new, |shape| [self.owners_begun(shape), self.members_begun(shape)].concat());
            let mut names = begun.iter().filter_map(|begun| begun.rsplit(['/', ':']).next());
            let begun = names.find(|begun| own.strip_prefix(begun).is_some_and(|rest| rest.len() == 1));
            let is_named =
                self.named.owners.iter().chain(&self.named.members).any(|named| named.split(['/', ':']).any(|name| name == own));
            if is_named || !is_filler(own) && begun.is_none() {
                continue;
            }
            let words = if let Some(begun) = begun {
                vec![format!("{begun}-example"), format!("{begun}example")]
            } else if part.ends_with("-id") {
                vec!["123456".to_owned()]
            } else {
                let own = own.replace("0example", "");
                vec!["example".to_owned(), format!("{own}example"), format!("example{own}")]
            };
            for word in words {
                let other = form.pattern(&known.clone().with(Known::of(&part, &word)));
                let before = best.token.claims.text("sub").map(str::to_owned);
                if let Some(subject) = other {
                    best = self.with_claim(best, "sub", subject, Some(form));
                }
                if best.token.claims.text("sub") != before.as_deref() {
                    break;
                }
            }
        }
        best
    }

    /// The holder with another text for a claim, and what goes with it; as he was where he would not get in so.
    fn with_claim(&self, holder: Holder<'i, 's>, claim: &'static str, text: String, form: Option<&Form>) -> Holder<'i, 's> {
        let is_named = |text: &str| {
            let owner = self.shape.and_then(|shape| shape.owner(text));
            self.named.subjects.iter().any(|own| own == text)
                || owner.is_some_and(|owner| owner == "example" && self.named.owners.contains(&owner))
        };
        if holder.token.claims.text(claim) == Some(&text) || claim == "sub" && is_named(&text) {
            return holder;
        }
        let mut claims = holder.token.claims.clone();
        if let Some(form) = form {
            let known = form.read(&text);
            for key in self.keys.iter().filter(|key| holder.token.claims.text(&key.name).is_some()) {
                if let Some(own) = form.claim(key, &known) {
                    claims.set(key.name.clone(), Claim::Text(own));
                }
            }
        }
        claims.set(claim, Claim::Text(text));
        match self.door.bring(Presented::new(self.door.host(), claims), holder.given.clone()) {
            Asked::In(other) if std::ptr::eq(other.statement, holder.statement) => *other,
            _ => holder,
        }
    }

    /// Asks with a subject and claims beside it, best with the usual audience.
    pub(super) fn ask(&self, sub: Values, claims: &[(&str, Values)]) -> Asked<'i, 's> {
        if claims.iter().any(|(claim, _)| *claim == "aud") {
            let all: Vec<(&str, Values)> = claims.iter().cloned().chain([("sub", sub)]).collect();
            return self.door.ask(&all);
        }
        // STS takes only the client ids of the provider
        let clients = self.clients();
        let is_taken = |own: &String| clients.is_empty() || clients.contains(own);
        let usual =
            self.door.issuer().and_then(|issuer| issuer.audience.clone()).filter(|own| !own.contains('{') && is_taken(own));
        let named: Vec<String> = self.audiences().into_iter().filter(is_taken).collect();
        let any = if clients.is_empty() { like(["?*"], &[]) } else { like(clients.clone(), &[]) };
        let with = |aud: Values| {
            let all: Vec<(&str, Values)> =
                [("aud", aud), ("sub", sub.clone())].into_iter().chain(claims.iter().cloned()).collect();
            self.door.ask(&all)
        };
        // most questions are answered by no, and then no audience helps
        let anyhow = with(any);
        if matches!(anyhow, Asked::Out) {
            return anyhow;
        }
        let named = (!named.is_empty()).then(|| like(named, &[]));
        let best = usual.map(Values::One).into_iter().chain(named).map(with).find(|asked| matches!(asked, Asked::In(_)));
        best.unwrap_or(anyhow)
    }

    /// The pattern that keeps somebody to fewer subjects than all of a kind, and the subjects that it comes to.
    pub(super) fn narrow(&self, holder: &Holder<'_, '_>, whole: &str) -> Option<(String, String)> {
        let subject = holder.token.claims.text("sub")?;
        let taking = self.door.taking(holder.statement, "sub", subject);
        let told = taking.into_iter().find(|told| told.is_pattern && !takes_all(told.text, whole))?;
        let own = self.shape.and_then(|shape| effective(shape, told.text, whole)).unwrap_or_else(|| told.text.to_owned());
        Some((told.text.to_owned(), own))
    }
}

/// Whether a part of a subject is hardly more than a letter in place of something.
fn is_filler(part: &str) -> bool {
    part.len() < 2
        || part.starts_with("0example")
        || !part.ends_with(char::is_alphanumeric)
        || !part.starts_with(char::is_alphanumeric)
}

/// A subject, or one that a pattern takes.
fn sub_of(pattern: String, except: &[String]) -> Values {
    if pattern.contains(['*', '?']) { like([pattern], except) } else { Values::One(pattern) }
}

/// What a pattern for whatever repository comes to for the one that another condition names.
fn effective(shape: &Shape, pattern: &str, whole: &str) -> Option<String> {
    if shape.member(pattern).is_some() {
        return None;
    }
    let rest = shape.rest(pattern).filter(|rest| !rest.is_empty())?;
    let member = shape.member(whole)?;
    Some(format!("{}{member}{rest}", shape.head))
}

/// Whether a pattern takes all texts of a form, as far as can be told by one of them.
pub(super) fn takes_all(pattern: &str, form: &str) -> bool {
    fits(&form.replace("?*", "\u{1}").replace('*', "\u{1}"), pattern)
}

/// Where a branch is kept from those who may not merge, by a claim of GitLab.
const PROTECTED: &str = "ref_protected";
