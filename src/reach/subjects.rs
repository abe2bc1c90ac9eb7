//! Holders of tokens of an OIDC issuer: jobs, pods, users.

use super::door::{Asked, Door, Holder, fits, like};
use super::{Distance, Kind, Sample, Taker, Takers};
use crate::prove::Values;
use crate::reference::{Issuer, SubjectForm};

/// How many of the holders of an issuer's tokens get in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Breadth {
    /// All of them, whoever they belong to.
    All,
    /// Those of everybody whose name fits a pattern: `octo*`.
    OwnersLike(String),
    /// All that belong to somebody: an owner, a group, an organization.
    OfOwner(String),
    /// Those that belong to somebody and whose name fits a pattern: `octo/app*`.
    MembersLike(String),
    /// Some of one repository, project or the like, in these circumstances.
    OfMember {
        /// Its name, with its owner's.
        member: String,
        /// The ids of the forms of subjects of which any may come.
        forms: Vec<String>,
    },
    /// Those of which the subject fits a pattern.
    Like(String),
    /// Those with this subject.
    Exactly(String),
    /// Those with claims that are asked for beside the subject.
    Other,
}

/// Who of the holders of an issuer's tokens can take the role.
pub(super) fn takers<'i, 's>(door: &Door<'i, 's>, found: &mut Takers<'i, 's>) {
    let before = found.takers.len() + found.open.len();
    let forms = door.issuer().map_or(&[][..], |issuer| &issuer.subjects);
    let parted = Parted::of(forms);
    let asking = Asking { door, parted: parted.as_ref(), named: Named::of(door, parted.as_ref()) };
    match &asking.parted {
        Some(parted) => asking.by_owner(parted, found),
        None => asking.by_subject(found),
    }
    if found.takers.len() + found.open.len() == before {
        asking.by_anything(found);
    }
}

struct Asking<'a, 'i, 's> {
    door: &'a Door<'i, 's>,
    parted: Option<&'a Parted>,
    named: Named,
}

/// How the subjects of an issuer tell their owner: `repo:` before his name.
struct Parted {
    head: String,
    /// The forms with `*` for each part.
    forms: Vec<String>,
    /// Each form with its id.
    by_id: Vec<(String, String)>,
    /// Whether the owner's name is followed by a `/` and that of what he owns.
    slashed: bool,
}

/// Whom the policy names.
#[derive(Default)]
struct Named {
    owners: Vec<String>,
    /// With their owners: `octo/app`.
    members: Vec<String>,
    /// The subjects that stand there without wildcards.
    subjects: Vec<String>,
}

impl Parted {
    fn of(forms: &[SubjectForm]) -> Option<Self> {
        let head = forms.first()?.form.split('{').next()?.to_owned();
        if head.is_empty() || !forms.iter().all(|own| own.form.starts_with(&head)) {
            return None;
        }
        let texts = |own: &SubjectForm| std::iter::once(own.form.clone()).chain(own.immutable.clone()).collect::<Vec<_>>();
        let by_id: Vec<(String, String)> =
            forms.iter().flat_map(|own| texts(own).into_iter().map(|text| (own.id.clone(), starred(&text)))).collect();
        let slashed = forms.iter().any(|own| own.form.contains("}/{") || own.form.contains("-path}"));
        Some(Self { head, forms: by_id.iter().map(|(_, form)| form.clone()).collect(), by_id, slashed })
    }

    /// The owner in a subject or a pattern of one, and what follows; `None` where the name is open or does not end.
    fn owner<'t>(&self, subject: &'t str) -> Option<(&'t str, &'t str)> {
        let rest = subject.strip_prefix(self.head.as_str())?;
        let end = rest.find(['/', ':', '@'])?;
        Some((rest.get(..end)?, rest.get(end..)?))
    }

    /// What somebody owns, in a subject or a pattern of one.
    fn member<'t>(&self, subject: &'t str) -> Option<(&'t str, &'t str)> {
        let (owner, rest) = self.owner(subject)?;
        let rest = rest.split_once('/').filter(|_| self.slashed).map(|(_, rest)| rest)?;
        Some((owner, rest.get(..rest.find([':', '@'])?)?))
    }

    /// The forms, of an owner.
    fn of_owner(&self, owner: &str) -> Vec<String> {
        let own = format!("{}*", self.head);
        self.forms
            .iter()
            .filter_map(|form| form.strip_prefix(own.as_str()).map(|rest| format!("{}{owner}{rest}", self.head)))
            .collect()
    }
}

impl Named {
    fn of(door: &Door<'_, '_>, parted: Option<&Parted>) -> Self {
        let mut named = Self::default();
        let mut add = |list: fn(&mut Self) -> &mut Vec<String>, text: String| {
            let list = list(&mut named);
            if !text.contains(['*', '?']) && !text.is_empty() && !list.contains(&text) {
                list.push(text);
            }
        };
        for (text, _) in door.texts("sub") {
            add(|own| &mut own.subjects, text.to_owned());
            let Some(parted) = parted else { continue };
            if let Some((owner, _)) = parted.owner(text) {
                add(|own| &mut own.owners, owner.to_owned());
            }
            if let Some((owner, member)) = parted.member(text) {
                add(|own| &mut own.members, format!("{owner}/{member}"));
            }
        }
        for (text, _) in door.texts("repository") {
            if let Some((owner, _)) = text.split_once('/') {
                add(|own| &mut own.owners, owner.to_owned());
                add(|own| &mut own.members, text.to_owned());
            }
        }
        for (text, _) in door.texts("organization_slug") {
            add(|own| &mut own.owners, text.to_owned());
        }
        named
    }
}

impl<'i, 's> Asking<'_, 'i, 's> {
    /// Owner by owner, then by what each owns.
    fn by_owner(&self, parted: &Parted, found: &mut Takers<'i, 's>) {
        let except: Vec<String> = self.named.owners.iter().flat_map(|owner| self.all_of(parted, owner)).collect();
        let ids = self.ids(true);
        let asked = self.ask(like(parted.forms.clone(), &except), &ids);
        let shared = self.door.issuer().is_some_and(|issuer| issuer.is_shared);
        let breadth = |holder: &Holder<'_, '_>| self.owners_like(parted, holder).map_or(Breadth::All, Breadth::OwnersLike);
        let distance = if shared { Distance::Anyone } else { Distance::Known };
        // who lets in all lets in those whom he names as well
        let all = self.add(asked, breadth, distance, found).is_some_and(|own| own == Breadth::All);
        for owner in self.named.owners.iter().filter(|_| !all) {
            self.of_owner(parted, owner, found);
        }
    }

    fn of_owner(&self, parted: &Parted, owner: &str, found: &mut Takers<'i, 's>) {
        let members: Vec<&String> = self.named.members.iter().filter(|own| is_of(own, owner)).collect();
        let except: Vec<String> = members.iter().flat_map(|member| of_member(parted, member)).collect();
        let forms: Vec<String> = parted.of_owner(owner).into_iter().chain(parted.of_owner(&format!("{owner}@*"))).collect();
        let except: Vec<String> =
            except.into_iter().chain(if parted.slashed { vec![] } else { self.named.subjects.clone() }).collect();
        let repository =
            [("repository", like([format!("{owner}/*")], &members.iter().map(|own| (*own).clone()).collect::<Vec<_>>()))];
        let repository = if self.door.looks_at("repository") { &repository[..] } else { &[] };
        let asked = self.ask(like(forms, &except), repository);
        let breadth = |holder: &Holder<'_, '_>| match self.pattern(holder) {
            Some(pattern) if members_like(parted, &pattern).is_some() => {
                Breadth::MembersLike(members_like(parted, &pattern).unwrap_or_default())
            }
            Some(pattern) if !parted.slashed => Breadth::Like(pattern),
            _ => Breadth::OfOwner(owner.to_owned()),
        };
        let all = self.add(asked, breadth, Distance::Known, found).is_some_and(|own| matches!(own, Breadth::OfOwner(_)));
        if all {
            return;
        }
        for member in members {
            self.of_member(parted, member, found);
        }
        if !parted.slashed {
            self.exactly(|subject| parted.owner(subject).is_some_and(|(own, _)| own == owner), found);
        }
    }

    /// The circumstances in which something of one repository or project gets in.
    fn of_member(&self, parted: &Parted, member: &str, found: &mut Takers<'i, 's>) {
        let repository = [("repository", Values::One(member.to_owned()))];
        let repository = if self.door.looks_at("repository") { &repository[..] } else { &[] };
        let mut ids: Vec<String> = Vec::new();
        let mut first = None;
        let mut patterns: Vec<(String, Holder<'i, 's>)> = Vec::new();
        for (id, form) in &parted.by_id {
            let Some(form) = filled(parted, form, member) else { continue };
            let asked = self.ask(like([form.clone()], &self.named.subjects), repository);
            match asked {
                Asked::In(holder) => match self.pattern(&holder).filter(|pattern| !takes_all(pattern, &form)) {
                    Some(pattern) => patterns.push((pattern, *holder)),
                    None => {
                        if !ids.contains(id) {
                            ids.push(id.clone());
                        }
                        first = first.or(Some(holder));
                    }
                },
                Asked::Out => {}
                Asked::Open(doubt) => found.open.push((format!("something of `{member}`"), doubt)),
            }
        }
        if let Some(holder) = first {
            let breadth = Breadth::OfMember { member: member.to_owned(), forms: ids };
            self.add(Asked::In(holder), |_| breadth.clone(), Distance::Known, found);
        }
        patterns.dedup_by(|one, other| one.0 == other.0);
        for (pattern, holder) in patterns {
            self.add(Asked::In(Box::new(holder)), |_| Breadth::Like(pattern.clone()), Distance::Known, found);
        }
        let own = |subject: &str| parted.member(subject).is_some_and(|(owner, name)| format!("{owner}/{name}") == member);
        self.exactly(own, found);
    }

    /// Where nothing is known of the subjects: all but those that are named, then these.
    fn by_subject(&self, found: &mut Takers<'i, 's>) {
        let asked = self.ask(like(["*"], &self.named.subjects), &self.ids(true));
        let shared = self.door.issuer().is_some_and(|issuer| issuer.is_shared);
        let breadth = |holder: &Holder<'_, '_>| self.pattern(holder).filter(|own| own != "*").map_or(Breadth::All, Breadth::Like);
        let distance = if shared { Distance::Anyone } else { Distance::Known };
        let all = self.add(asked, breadth, distance, found).is_some_and(|own| own == Breadth::All);
        if !all {
            self.exactly(|_| true, found);
        }
    }

    /// The subjects that stand in the policy.
    fn exactly(&self, is_meant: impl Fn(&str) -> bool, found: &mut Takers<'i, 's>) {
        for subject in self.named.subjects.iter().filter(|own| is_meant(own)) {
            let asked = self.ask(Values::One(subject.clone()), &[]);
            self.add(asked, |_| Breadth::Exactly(subject.clone()), Distance::Known, found);
        }
    }

    /// Whoever gets in by what is asked beside the subject.
    fn by_anything(&self, found: &mut Takers<'i, 's>) {
        let forms = self.parted.map_or_else(|| vec!["*".to_owned()], |parted| parted.forms.clone());
        let asked = self.ask(like(forms, &[]), &[]);
        self.add(asked, |_| Breadth::Other, Distance::Known, found);
    }

    /// Asks with a subject and claims beside it, best with the usual audience.
    fn ask(&self, sub: Values, claims: &[(&str, Values)]) -> Asked<'i, 's> {
        let usual = self.door.issuer().and_then(|issuer| issuer.audience.clone()).filter(|own| !own.contains('{'));
        let provider = self.door.world.inventory.oidc_provider(self.door.provider);
        let clients: Vec<String> =
            provider.into_iter().flat_map(|own| &own.clients).filter_map(|own| own.known().map(str::to_owned)).collect();
        let any = if clients.is_empty() { like(["*"], &[]) } else { like(clients, &[]) };
        let mut last = Asked::Out;
        for aud in usual.map(Values::One).into_iter().chain([any]) {
            let all: Vec<(&str, Values)> =
                [("aud", aud), ("sub", sub.clone())].into_iter().chain(claims.iter().cloned()).collect();
            match self.door.ask(&all) {
                Asked::Out => {}
                found @ Asked::In(_) => return found,
                open @ Asked::Open(_) => last = open,
            }
        }
        last
    }

    /// What the claims that tell an owner by a number or a name cannot be for somebody whom nobody named.
    fn ids(&self, strange: bool) -> Vec<(&'static str, Values)> {
        const CLAIMS: [&str; 12] = [
            "repository_id",
            "repository_owner_id",
            "enterprise_id",
            "repository",
            "namespace_id",
            "project_id",
            "organization_id",
            "organization_slug",
            "pipeline_id",
            "cluster_id",
            "google/organization_number",
            "email",
        ];
        let issuer_keys = |claim: &str| self.door.issuer().is_some_and(|issuer: &Issuer| issuer.key(claim).is_some());
        let asked = CLAIMS.into_iter().filter(|claim| strange && issuer_keys(claim) && self.door.looks_at(claim));
        let except = |claim: &str| -> Vec<String> {
            if claim == "repository" {
                return self.named.owners.iter().map(|owner| format!("{owner}/*")).collect();
            }
            let texts = self.door.texts(claim).into_iter().map(|(text, _)| text);
            texts.filter(|text| !text.contains(['*', '?'])).map(str::to_owned).collect()
        };
        asked.map(|claim| (claim, like([if claim == "repository" { "*/*" } else { "*" }], &except(claim)))).collect()
    }

    /// All subjects of an owner.
    fn all_of(&self, parted: &Parted, owner: &str) -> Vec<String> {
        ["/*", ":*", "@*"].iter().map(|rest| format!("{}{owner}{rest}", parted.head)).collect()
    }

    /// The pattern of the policy that takes the subject of a holder.
    fn pattern(&self, holder: &Holder<'_, '_>) -> Option<String> {
        let subject = holder.token.claims.text("sub")?;
        let span = self.door.place(holder.statement, "sub", subject)?;
        self.door.texts("sub").into_iter().find(|(_, own)| *own == span).map(|(text, _)| text.to_owned())
    }

    /// The part of a pattern that is of owners' names, where some are asked for: `octo*`.
    fn owners_like(&self, parted: &Parted, holder: &Holder<'_, '_>) -> Option<String> {
        let pattern = self.pattern(holder)?;
        let rest = pattern.strip_prefix(parted.head.as_str())?;
        let end = rest.find(['/', ':', '@']).unwrap_or(rest.len());
        let own = rest.get(..end)?;
        (own.contains(['*', '?']) && !own.starts_with('*')).then(|| own.to_owned())
    }

    fn add(
        &self,
        asked: Asked<'i, 's>,
        breadth: impl Fn(&Holder<'i, 's>) -> Breadth,
        distance: Distance,
        found: &mut Takers<'i, 's>,
    ) -> Option<Breadth> {
        let host = self.door.host().to_owned();
        match asked {
            Asked::Out => None,
            Asked::Open(doubt) => {
                found.open.push((format!("holders of tokens of `{host}`"), doubt));
                None
            }
            Asked::In(holder) => {
                let breadth = breadth(&holder);
                let audience =
                    holder.token.claims.text("aud").filter(|aud| self.door.place(holder.statement, "aud", aud).is_some());
                let who = tell(self.door.issuer(), &host, (&breadth, audience), &holder.given);
                let subject = holder.token.claims.text("sub").unwrap_or_default().to_owned();
                let place = self.door.place(holder.statement, "sub", &subject);
                let Holder { token, statement, given } = *holder;
                let (call, sample) = (token.action(), Sample::Token(token));
                let kind = Kind::Subject { host, breadth: breadth.clone() };
                found.takers.push(Taker { who, distance, kind, call, sample, statement, place, given });
                Some(breadth)
            }
        }
    }
}

/// Who it is, as a phrase.
fn tell(
    issuer: Option<&Issuer>,
    host: &str,
    (breadth, audience): (&Breadth, Option<&str>),
    given: &[(String, String)],
) -> String {
    let name = issuer.filter(|issuer| issuer.is_shared).map_or_else(|| format!("`{host}`"), |issuer| issuer.name.clone());
    let (owners, members) = match issuer.map_or("", |issuer| issuer.id.as_str()) {
        "github" | "github-enterprise" => ("owner", "repository"),
        "gitlab" => ("group or user", "project"),
        "terraform-cloud" | "buildkite" | "buildkite-other" | "upbound" => ("organization", "member"),
        "eks" => ("namespace", "service account"),
        _ => ("owner", "member"),
    };
    let who = match breadth {
        Breadth::All if issuer.is_some_and(|issuer| Parted::of(&issuer.subjects).is_some()) => {
            format!("anyone with a token of {name}, of any {owners}")
        }
        Breadth::All => match audience {
            Some(audience) => format!("anyone with a token of {name} for `{audience}`"),
            None => format!("anyone with a token of {name}"),
        },
        Breadth::OwnersLike(pattern) => format!("any {owners} of {name} whose name fits `{pattern}`"),
        Breadth::OfOwner(owner) => format!("any {members} of {owners} `{owner}` of {name}"),
        Breadth::MembersLike(pattern) => format!("any {members} of {name} whose name fits `{pattern}`"),
        Breadth::OfMember { member, forms } => {
            format!(
                "`{member}` of {name}, by any {}",
                forms.iter().map(|form| form.replace('-', " ")).collect::<Vec<_>>().join(", ")
            )
        }
        Breadth::Like(pattern) => format!("whoever has a token of {name} with a subject like `{pattern}`"),
        Breadth::Exactly(subject) => format!("the subject `{subject}` of {name}"),
        Breadth::Other => format!("holders of tokens of {name}"),
    };
    let all: Vec<String> = given.iter().map(|(key, value)| format!("`{key}` `{value}`")).collect();
    if all.is_empty() { who } else { format!("{who}, with {}", all.join(", ")) }
}

/// A form with `*` for each of its parts.
fn starred(form: &str) -> String {
    let mut text = String::new();
    let mut rest = form;
    while let Some((before, behind)) = rest.split_once('{') {
        text.push_str(before);
        text.push('*');
        rest = behind.split_once('}').map_or("", |(_, rest)| rest);
    }
    text + rest
}

/// A form, of what somebody owns.
fn filled(parted: &Parted, form: &str, member: &str) -> Option<String> {
    let (owner, name) = member.split_once('/')?;
    let rest = form.strip_prefix(parted.head.as_str())?;
    let (start, owned) = if let Some(rest) = rest.strip_prefix("*@*/*@*") {
        (format!("{owner}@*/{name}@*"), rest)
    } else if let Some(rest) = rest.strip_prefix("*/*") {
        (format!("{owner}/{name}"), rest)
    } else {
        (format!("{owner}/{name}"), rest.strip_prefix('*')?)
    };
    Some(format!("{}{start}{owned}", parted.head))
}

fn of_member(parted: &Parted, member: &str) -> Vec<String> {
    let Some((owner, name)) = member.split_once('/') else { return Vec::new() };
    let head = &parted.head;
    vec![format!("{head}{owner}/{name}:*"), format!("{head}{owner}@*/{name}@*:*"), format!("{head}{owner}/{name}/*")]
}

fn is_of(member: &str, owner: &str) -> bool {
    member.split_once('/').is_some_and(|(own, _)| own == owner)
}

/// The name of an owner with a pattern for what he owns, where a pattern asks for some only: `octo/app*`.
fn members_like(parted: &Parted, pattern: &str) -> Option<String> {
    let (owner, rest) = parted.owner(pattern)?;
    let rest = rest.split_once('/').filter(|_| parted.slashed).map(|(_, rest)| rest)?;
    let own = rest.get(..rest.find([':', '@']).unwrap_or(rest.len()))?;
    (own.contains(['*', '?']) && !own.starts_with('*')).then(|| format!("{owner}/{own}"))
}

/// Whether a pattern takes all texts of a form, as far as can be told by one of them.
fn takes_all(pattern: &str, form: &str) -> bool {
    fits(&form.replace('*', "\u{1}"), pattern)
}
