//! Holders of tokens of an OIDC issuer: jobs, pods, users.

mod ask;
mod tell;

use super::door::{Asked, Door, Holder, Told, fits, like, said_of_the_session};
use super::shape::{Form, Known, Scope, Shape};
use super::{Distance, Kind, Perhaps, Sample, Taker, Takers};
use crate::prove::Values;
use crate::reference::IssuerKey;
use crate::simulate::Presented;
use tell::tell;

pub use tell::words;

/// How many of the holders of an issuer's tokens get in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Breadth {
    /// All of them, whoever they belong to.
    All,
    /// All who sign in to an application, by its client id; empty for any that the provider lists.
    OfApplication(String),
    /// Those of everybody whose name fits a pattern: `octo*`.
    OwnersLike(String),
    /// All that belong to somebody: an owner, a group, an organization. `repository_owner_id 123` where a claim tells who that is.
    OfOwner(String),
    /// Those that belong to somebody and whose name fits a pattern: `octo/app*`.
    MembersLike(String),
    /// Some of one repository, project or the like, in these circumstances.
    OfMember {
        /// Its name, with its owner's; `repository_id 123` where a claim tells which that is.
        member: String,
        /// The ids of the forms of subjects of which any may come.
        forms: Vec<String>,
    },
    /// Those of which the subject fits a pattern.
    Like(String),
    /// Those with this subject.
    Exactly(String),
    /// Those with this address in `email`, or with one that fits this pattern.
    OfAddress(String),
    /// Those with claims that are asked for beside the subject.
    Other,
}

/// Who of the holders of an issuer's tokens can take the role.
pub(super) fn takers<'i, 's>(door: &Door<'i, 's>, found: &mut Takers<'i, 's>) {
    let before = found.takers.len() + found.open.len();
    let shape = door.issuer().and_then(|issuer| Shape::of(issuer, door.host()));
    let asking = Asking { door, shape: shape.as_ref(), named: Named::of(door, shape.as_ref()), keys: keys(door) };
    let nobody = |found: &Takers<'_, '_>| found.takers.len() + found.open.len() == before;
    match &asking.shape {
        Some(shape) => asking.by_scope(shape, found),
        None => asking.by_subject(found),
    }
    if let Some(shape) = asking.shape.filter(|_| nobody(found)) {
        asking.by_number(shape, found);
    }
    if nobody(found) {
        // a subject of the owner's own making may be of no form
        asking.by_text(|text| shape.as_ref().is_none_or(|shape| shape.owner(text).is_some()), found);
    }
    if nobody(found) {
        asking.by_anything(found);
    }
}

struct Asking<'a, 'i, 's> {
    door: &'a Door<'i, 's>,
    shape: Option<&'a Shape>,
    named: Named<'i>,
    /// The claims that the policy looks at and that are made of what the subject is made of.
    keys: Vec<&'static IssuerKey>,
}

/// Whom the policy names.
#[derive(Default)]
struct Named<'i> {
    owners: Vec<String>,
    /// With their owners: `octo/app`.
    members: Vec<String>,
    /// The subjects that stand there without wildcards.
    subjects: Vec<String>,
    /// What stands there for subjects.
    told: Vec<Told<'i>>,
    /// Subjects with a `*` that is a letter, which no token has, subjects in another case of letters, and those that the issuer never makes; as
    /// patterns.
    impossible: Vec<String>,
}

fn keys(door: &Door<'_, '_>) -> Vec<&'static IssuerKey> {
    let keys = door.issuer().map_or(&[][..], |issuer| &issuer.keys);
    keys.iter().filter(|key| !key.forms.is_empty() && door.looks_at(&key.name)).collect()
}

impl<'i> Named<'i> {
    fn of(door: &Door<'i, '_>, shape: Option<&Shape>) -> Self {
        let mut named = Self { told: door.told("sub"), ..Self::default() };
        for told in &named.told {
            let text = told.text;
            if door.issuer().is_some_and(|issuer| issuer.never(text).is_some()) {
                named.impossible.push(text.to_owned());
                continue;
            }
            if !text.contains(['*', '?']) {
                add(&mut named.subjects, text);
            } else if !told.is_pattern {
                named.impossible.push(text.replace('*', "?"));
            }
            if told.folds {
                named.impossible.push(text.chars().map(|own| if own.is_alphabetic() { '?' } else { own }).collect());
            }
            let Some(shape) = shape else { continue };
            if let Some(owner) = shape.owner(text) {
                add(&mut named.owners, &owner);
            }
            if let Some(member) = shape.member(text) {
                add(&mut named.members, &member);
            }
        }
        if let Some(shape) = shape {
            named.by_claims(door, shape);
        }
        named
    }

    /// Whom claims beside the subject name.
    fn by_claims(&mut self, door: &Door<'_, '_>, shape: &Shape) {
        for (text, _) in door.texts("repository") {
            let subject = format!("{}{text}:", shape.head);
            if let Some(owner) = shape.owner(&subject) {
                add(&mut self.owners, &owner);
            }
            if let Some(member) = shape.member(&subject) {
                add(&mut self.members, &member);
            }
        }
        for (organization, _) in door.texts("organization_slug") {
            add(&mut self.owners, organization);
            for (pipeline, _) in door.texts("pipeline_slug") {
                add(&mut self.members, &format!("{organization}:pipeline:{pipeline}"));
            }
        }
        for (project, _) in door.texts("oidc.circleci.com/project-id").into_iter().filter(|_| !shape.has_owner) {
            add(&mut self.members, project);
        }
    }

    /// What is excepted beside what a level of the search excepts.
    fn excepting(&self, others: impl IntoIterator<Item = String>) -> Vec<String> {
        others.into_iter().chain(self.impossible.iter().cloned()).collect()
    }
}

fn add(list: &mut Vec<String>, text: &str) {
    if !text.contains(['*', '?']) && !text.is_empty() && !list.iter().any(|own| own == text) {
        list.push(text.to_owned());
    }
}

/// How many patterns of one kind are told apart.
const MOST: usize = 8;

impl<'i, 's> Asking<'_, 'i, 's> {
    /// Everybody, then owner by owner, then by what each owns.
    fn by_scope(&self, shape: &Shape, found: &mut Takers<'i, 's>) {
        let open = self.owners_begun(shape);
        let before = found.takers.len();
        if self.everybody(shape, &open, found) {
            return;
        }
        // where a pattern takes no longer name, it is for the name that it begins with
        let short = open.iter().filter(|own| found.takers.len() == before && !self.named.owners.contains(own));
        let owners: Vec<String> = self.named.owners.iter().chain(short).cloned().collect();
        for owner in &owners {
            self.of_owner(shape, owner, found);
        }
        if !shape.has_owner {
            for member in &self.named.members {
                self.of_member(shape, member, None, found);
            }
        }
        self.by_text(|text| !starts_alike(text, &shape.head), found);
    }

    /// What the patterns begin with that leave the name of an owner open.
    fn owners_begun(&self, shape: &Shape) -> Vec<String> {
        let mut begun = Vec::new();
        for told in self.named.told.iter().filter(|told| told.is_pattern) {
            if let Scope::OwnersLike(pattern) = shape.scope(told.text) {
                add(&mut begun, pattern.split(['*', '?', '@']).next().unwrap_or_default());
            }
        }
        begun
    }

    /// Those whom the policy does not name. Whether it is everybody.
    fn everybody(&self, shape: &Shape, open: &[String], found: &mut Takers<'i, 's>) -> bool {
        let owners = self.named.owners.iter().chain(open);
        let mut except = self.named.excepting(owners.flat_map(|owner| shape.all_of_owner(owner)));
        if !shape.has_owner {
            except.extend(self.named.members.iter().flat_map(|member| shape.all_of_member(member)));
        }
        let forms: Vec<&Form> = shape.forms.iter().collect();
        for _ in 0..MOST {
            if self.door.is_covered(&except) {
                break;
            }
            let (asked, is_strange) = self.strangers(&forms, &except);
            let distance = if is_strange { Distance::Anyone } else { Distance::Known };
            match self.narrowest(shape, &asked) {
                None | Some((Scope::All, _)) => return self.add(asked, distance, |_| Breadth::All, found),
                Some((scope, pattern)) => {
                    self.add(asked, distance, |_| breadth(scope.clone()), found);
                    except.push(pattern);
                }
            }
        }
        false
    }

    fn of_owner(&self, shape: &Shape, owner: &str, found: &mut Takers<'i, 's>) {
        let bare = |name: &str| name.split(['@', '/', ':']).next().unwrap_or_default().to_owned();
        let begun = self.members_begun(shape);
        let members: Vec<&String> = self.named.members.iter().chain(&begun).filter(|own| bare(own) == bare(owner)).collect();
        let mut except = self.named.excepting(members.iter().flat_map(|member| shape.all_of_member(member)));
        let (known, forms): (_, Vec<&Form>) = (shape.known(owner), shape.forms.iter().collect());
        let mut longer: Vec<String> = Vec::new();
        let mut wide = None;
        for _ in 0..MOST {
            if self.door.is_covered(&except) {
                break;
            }
            let asked = self.ask_forms(&forms, &known, &except, ask::Level::Owner);
            if matches!(asked, Asked::Out) {
                break;
            }
            let own = match self.narrowest(shape, &asked) {
                Some((Scope::OfOwner(part), pattern)) if part != owner => Some((Breadth::OfOwner(part), pattern)),
                Some((Scope::MembersLike(like), pattern)) => Some((Breadth::MembersLike(like), pattern)),
                Some((Scope::Within(_), pattern)) => Some((Breadth::Like(pattern.clone()), pattern)),
                _ => None,
            };
            let Some((breadth, pattern)) = own else {
                let pattern = self.narrowest(shape, &asked).map(|(_, pattern)| pattern);
                if self.add(asked, Distance::Known, |_| Breadth::OfOwner(owner.to_owned()), found) && pattern.is_none() {
                    return;
                }
                wide = pattern;
                break;
            };
            self.add(asked, Distance::Known, |_| breadth.clone(), found);
            longer.push(pattern.clone());
            except.push(pattern);
        }
        // where a pattern takes no longer name, it is for the name that it begins with
        let is_longer = |member: &String| longer.iter().any(|own| own.starts_with(&format!("{}{member}", shape.head)));
        let members = members.into_iter().filter(|own| self.named.members.contains(own) || !is_longer(own));
        for member in members.filter(|member| shape.owner(&format!("{}{member}:", shape.head)).as_deref() == Some(owner)) {
            // who takes whatever the owner has takes this, in some circumstances or in all
            let whole = format!("{}{member}:?*", shape.head);
            if wide.as_deref().is_none_or(|pattern| !ask::takes_all(pattern, &whole)) {
                self.of_member(shape, member, wide.as_deref(), found);
            }
        }
    }

    /// What the patterns begin with that leave the name of something open.
    fn members_begun(&self, shape: &Shape) -> Vec<String> {
        let mut begun = Vec::new();
        for told in self.named.told.iter().filter(|told| told.is_pattern) {
            if let Scope::MembersLike(pattern) = shape.scope(told.text) {
                let text = pattern.split(['*', '?']).next().unwrap_or_default();
                if text.ends_with(char::is_alphanumeric) && shape.member(&format!("{}{text}", shape.head)).is_some() {
                    add(&mut begun, text);
                }
            }
        }
        begun
    }

    /// The circumstances in which something of one repository or project gets in.
    fn of_member(&self, shape: &Shape, member: &str, wide: Option<&str>, found: &mut Takers<'i, 's>) {
        let others = self.named.members.iter().filter(|other| *other != member && other.contains('@'));
        let others: Vec<String> = others.flat_map(|other| shape.all_of_member(other)).collect();
        let subjects = self.subjects_of(shape, member);
        let begun = self.subjects_begun(shape, member);
        let named = subjects.iter().chain(&begun).cloned();
        let except = self.named.excepting(named.chain(others));
        let known = shape.known(member);
        let before = found.takers.len();
        let whole = self.circumstances(shape, (&known, &except, &[]), member, found);
        let longer = |subject: &str| {
            let added = found.takers.iter().skip(before);
            let mut kinds = added.map(|taker| &taker.kind);
            kinds.any(|kind| matches!(kind, Kind::Subject { breadth: Breadth::Like(pattern), .. } if fits(subject, pattern)))
        };
        // where a pattern takes nothing longer, it is for what it begins with
        let short: Vec<&String> = begun.iter().filter(|own| !subjects.contains(own) && !longer(own)).collect();
        for subject in subjects.iter().chain(short) {
            let Some(form) = shape.form_of(subject) else { continue };
            if whole.contains(&form.id) || wide.is_some_and(|pattern| fits(subject, pattern)) {
                continue;
            }
            let asked = self.ask_forms(&[form], &form.read(subject), &[], ask::Level::Member);
            self.add(asked, Distance::Known, |_| Breadth::Exactly(subject.clone()), found);
        }
        // what no form is like: a subject of the owner's own making
        for subject in self.named.subjects.iter().filter(|own| shape.form_of(own).is_none()) {
            if shape.member(subject).as_deref() == Some(member) {
                let asked = self.ask(Values::One(subject.clone()), &[]);
                self.add(asked, Distance::Known, |_| Breadth::Exactly(subject.clone()), found);
            }
        }
    }

    /// The circumstances in which something gets in, by what is known of its subjects: the forms of which all may come, and patterns.
    fn circumstances(
        &self,
        shape: &Shape,
        (known, except, more): (&Known, &[String], &[(&str, Values)]),
        member: &str,
        found: &mut Takers<'i, 's>,
    ) -> Vec<String> {
        let mut ids: Vec<String> = Vec::new();
        let mut first = None;
        let mut patterns: Vec<(String, Box<Holder<'i, 's>>)> = Vec::new();
        for form in &shape.forms {
            let Some(whole) = form.pattern(known).filter(|whole| !self.named.subjects.contains(whole)) else { continue };
            let mut except = except.to_vec();
            for _ in 0..MOST {
                if self.door.is_covered(&except) {
                    break;
                }
                let (asked, id) = self.in_circumstance(form, known, &except, more);
                match asked {
                    Asked::In(holder) => {
                        let narrow = self.narrow(&holder, &whole);
                        let Some((told, effective)) = narrow else {
                            if !ids.contains(&id) {
                                ids.push(id);
                            }
                            first = first.or(Some(holder));
                            break;
                        };
                        // a subject without wildcards is asked for by itself
                        if effective.contains(['*', '?']) && !patterns.iter().any(|(own, _)| *own == effective) {
                            patterns.push((effective, holder));
                        }
                        except.push(told);
                    }
                    Asked::Out => break,
                    Asked::Open(doubt) => {
                        let kind = Kind::Subject { host: self.door.host().to_owned(), breadth: Breadth::Other };
                        found.open.push(Perhaps { who: format!("something of `{member}`"), kind, doubt });
                        break;
                    }
                }
            }
        }
        if let Some(holder) = first {
            let own = Breadth::OfMember { member: member.to_owned(), forms: ids.clone() };
            self.add(Asked::In(holder), Distance::Known, |_| own.clone(), found);
        }
        for (pattern, holder) in patterns {
            self.add(Asked::In(holder), Distance::Known, |_| Breadth::Like(pattern.clone()), found);
            if let (Some((claim, number)), Some(taker)) = (member.split_once(' '), found.takers.last_mut()) {
                taker.who = format!("{}, whose `{claim}` is `{number}`", taker.who);
            }
        }
        ids
    }

    /// What the patterns begin with that leave the end of a subject open.
    fn subjects_begun(&self, shape: &Shape, member: &str) -> Vec<String> {
        let mut begun = Vec::new();
        for told in self.named.told.iter().filter(|told| told.is_pattern) {
            let text = told.text.trim_end_matches('*');
            if shape.form_of(text).is_some() && shape.member(text).as_deref() == Some(member) {
                add(&mut begun, text);
            }
        }
        begun
    }

    /// The subjects of something that the policy names, or that follow from what it names.
    fn subjects_of(&self, shape: &Shape, member: &str) -> Vec<String> {
        let named =
            self.named.subjects.iter().filter(|own| shape.member(own).as_deref() == Some(member) && shape.form_of(own).is_some());
        let mut subjects: Vec<String> = named.cloned().collect();
        // a pattern for whatever repository, and another condition that names it
        let rests = self.named.told.iter().filter(|told| told.is_pattern).filter_map(|told| shape.rest(told.text));
        let rests = rests.map(str::to_owned).filter(|rest| !rest.is_empty());
        let of_claims = self.door.texts("ref").into_iter().map(|(text, _)| format!(":ref:{text}"));
        let environments = self.door.texts("environment").into_iter().map(|(text, _)| format!(":environment:{text}"));
        let branches = self.door.texts("build_branch").into_iter().map(|(text, _)| format!(":ref:refs/heads/{text}:"));
        for rest in rests.chain(of_claims).chain(environments).chain(branches) {
            let subject = format!("{}{member}{rest}", shape.head);
            if shape.form_of(&subject).is_some() {
                add(&mut subjects, &subject);
            }
        }
        subjects
    }

    /// Where nothing is known of the subjects: all but those that are named, then these.
    fn by_subject(&self, found: &mut Takers<'i, 's>) {
        let mut except = self.named.excepting(self.named.subjects.iter().cloned());
        for _ in 0..MOST {
            if self.door.is_covered(&except) {
                break;
            }
            let (asked, is_strange) = self.strange_subjects(&except);
            let Asked::In(holder) = asked else {
                self.add(asked, Distance::Known, |_| Breadth::All, found);
                break;
            };
            let taking = self.door.taking(holder.statement, "sub", holder.token.claims.text("sub").unwrap_or_default());
            let narrow =
                taking.iter().find(|told| !told.text.trim_matches(['*', '?']).is_empty()).map(|told| told.text.to_owned());
            let distance = |open: bool| if is_strange && open { Distance::Anyone } else { Distance::Known };
            let Some(pattern) = narrow else {
                let all = self.application(&holder).map_or(Breadth::All, Breadth::OfApplication);
                self.add(Asked::In(holder), distance(true), |_| all.clone(), found);
                return;
            };
            except.push(pattern.clone());
            self.add(Asked::In(holder), distance(ends_open(&pattern)), |_| Breadth::Like(pattern.clone()), found);
        }
        for subject in &self.named.subjects {
            let asked = self.ask(Values::One(subject.clone()), &[]);
            self.add(asked, Distance::Known, |_| Breadth::Exactly(subject.clone()), found);
        }
        // the token of a service account has its id as the one and as the other
        for account in self.service_accounts().into_iter().filter(|own| !self.named.subjects.contains(own)) {
            let asked = self.ask(Values::One(account.clone()), &[("aud", Values::One(account.clone()))]);
            self.add(asked, Distance::Known, |_| Breadth::Exactly(account.clone()), found);
        }
        let mut addresses: Vec<&str> = self.door.texts("email").into_iter().map(|(text, _)| text).collect();
        addresses.dedup();
        for address in addresses {
            let own = if address.contains(['*', '?']) { like([address], &[]) } else { Values::One(address.to_owned()) };
            let asked = self.ask(like(["?*"], &except), &[("email", own)]);
            self.add(asked, Distance::Known, |_| Breadth::OfAddress(address.to_owned()), found);
        }
    }

    /// By the number of an owner or of a repository, where that alone tells.
    fn by_number(&self, shape: &Shape, found: &mut Takers<'i, 's>) {
        let except = self.named.excepting([]);
        let (known, forms): (_, Vec<&Form>) = (Known::default(), shape.forms.iter().collect());
        for (claims, is_owner) in [(&ask::MEMBERS[..], false), (&ask::OWNERS[..], true)] {
            for claim in claims.iter().filter(|claim| self.door.issuer().is_some_and(|issuer| issuer.key(claim).is_some())) {
                let mut values: Vec<String> = Vec::new();
                self.door.texts(claim).into_iter().for_each(|(text, _)| add(&mut values, text));
                for value in values {
                    let own = format!("{claim} {value}");
                    let number = [(*claim, Values::One(value))];
                    if is_owner {
                        let asked = self.ask_with(&forms, &known, &except, (ask::Level::Member, &number));
                        self.add(asked, Distance::Known, |_| Breadth::OfOwner(own.clone()), found);
                    } else {
                        self.circumstances(shape, (&known, &except, &number), &own, found);
                    }
                }
            }
            if !found.takers.is_empty() {
                return;
            }
        }
    }

    /// By the texts that stand in the policy for subjects.
    fn by_text(&self, is_meant: impl Fn(&str) -> bool, found: &mut Takers<'i, 's>) {
        let mut texts: Vec<&str> = Vec::new();
        let comes = |told: &&Told<'_>| {
            let is_whole = !told.text.contains(['*', '?']);
            (told.is_pattern || is_whole) && !self.named.impossible.iter().any(|own| own == told.text)
        };
        for told in self.named.told.iter().filter(|told| is_meant(told.text)).filter(comes) {
            if !texts.contains(&told.text) {
                texts.push(told.text);
            }
        }
        let is_github = self.door.issuer().is_some_and(|issuer| issuer.id.starts_with("github"));
        for text in texts {
            let is_pattern = text.contains(['*', '?']);
            let sub = if is_pattern { like([text], &self.named.subjects) } else { Values::One(text.to_owned()) };
            let asked = self.ask(sub, &[]);
            let anyone = is_github && self.is_shared() && !tells_owner(text);
            let distance = if anyone { Distance::Anyone } else { Distance::Known };
            let own = if is_pattern { Breadth::Like(text.to_owned()) } else { Breadth::Exactly(text.to_owned()) };
            self.add(asked, distance, |_| own.clone(), found);
        }
    }

    /// Whoever gets in by what is asked beside the subject.
    fn by_anything(&self, found: &mut Takers<'i, 's>) {
        let forms = self
            .shape
            .map_or_else(Vec::new, |shape| shape.forms.iter().filter_map(|form| form.pattern(&Known::default())).collect());
        let forms = if forms.is_empty() { vec!["?*".to_owned()] } else { forms };
        let asked = self.ask(like(forms, &self.named.excepting([])), &[]);
        self.add(asked, Distance::Known, |_| Breadth::Other, found);
    }

    /// Of the patterns that take the subject of somebody who gets in, how far the narrowest one reaches.
    fn narrowest(&self, shape: &Shape, asked: &Asked<'i, 's>) -> Option<(Scope, String)> {
        let Asked::In(holder) = asked else { return None };
        let taking = self.door.taking(holder.statement, "sub", holder.token.claims.text("sub")?);
        taking
            .into_iter()
            .filter(|told| told.is_pattern)
            .map(|told| (shape.scope(told.text), told.text.to_owned()))
            .max_by_key(|own| own.0.clone())
    }

    /// Adds whoever gets in, or may. Whether he does.
    fn add(
        &self,
        asked: Asked<'i, 's>,
        distance: Distance,
        breadth: impl Fn(&Holder<'i, 's>) -> Breadth,
        found: &mut Takers<'i, 's>,
    ) -> bool {
        let host = self.door.host().to_owned();
        match asked {
            Asked::Out => false,
            Asked::Open(doubt) => {
                let who = format!("holders of tokens of `{host}`");
                if !found.open.iter().any(|own| own.who == who) {
                    let kind = Kind::Subject { host, breadth: Breadth::Other };
                    found.open.push(Perhaps { who, kind, doubt });
                }
                false
            }
            Asked::In(holder) => {
                let holder = self.polished(*holder);
                let breadth = breadth(&holder);
                let audience = audience(&holder.token).filter(|aud| self.door.place(holder.statement, "aud", aud).is_some());
                let who = tell(self.door.issuer(), &host, (&breadth, audience), &holder.given);
                let who = who + &said_of_the_session(&holder.token);
                let subject = holder.token.claims.text("sub").unwrap_or_default().to_owned();
                let place = self.door.place(holder.statement, "sub", &subject);
                let Holder { token, statement, given } = holder;
                let (call, sample) = (token.action(), Sample::Token(token));
                let kind = Kind::Subject { host, breadth };
                found.takers.push(Taker { who, distance, kind, call, sample, statement, place, given });
                true
            }
        }
    }
}

/// The audience of a token, as its condition key tells it.
fn audience(token: &Presented) -> Option<&str> {
    token.claims.text("azp").or_else(|| token.claims.text("aud"))
}

fn breadth(scope: Scope) -> Breadth {
    match scope {
        Scope::All => Breadth::All,
        Scope::OwnersLike(pattern) => Breadth::OwnersLike(pattern),
        Scope::OfOwner(owner) => Breadth::OfOwner(owner),
        Scope::MembersLike(pattern) => Breadth::MembersLike(pattern),
        Scope::Within(member) => Breadth::OfMember { member, forms: Vec::new() },
    }
}

/// Whether a text may be the start of subjects that start so.
fn starts_alike(text: &str, head: &str) -> bool {
    let literal = text.split(['*', '?']).next().unwrap_or(text);
    head.starts_with(literal) && literal.len() < text.len() || literal.starts_with(head)
}

/// Whether the last name of a pattern does not end: `account:a*`.
fn ends_open(pattern: &str) -> bool {
    pattern.split(['*', '?']).next().is_some_and(|literal| literal.ends_with(char::is_alphanumeric) || literal.is_empty())
}

/// Whether a subject of the owner's own making tells who he is, beside what any repository may put there.
///
/// <https://docs.github.com/en/actions/reference/security/oidc>
fn tells_owner(text: &str) -> bool {
    const CLAIMS: [&str; 7] =
        ["repo", "repository", "repository_owner", "repository_owner_id", "repository_id", "enterprise", "enterprise_id"];
    let parts: Vec<&str> = text.split(':').collect();
    parts.windows(2).any(|pair| match pair {
        [claim, value] => {
            let own = value.split('/').next().unwrap_or(value);
            let ends = value.contains('/') || !value.contains(['*', '?']);
            CLAIMS.contains(claim) && !own.is_empty() && !own.contains(['*', '?']) && ends
        }
        _ => false,
    })
}
