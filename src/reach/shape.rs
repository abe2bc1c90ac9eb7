//! What the subjects of an issuer are made of, and how much of them a pattern leaves open.

use super::door::fits;
use crate::reference::{Issuer, IssuerKey, SubjectForm, host_parts};

/// The forms of an issuer's subjects, of which each names an owner or something that is owned.
pub(super) struct Shape {
    pub(super) forms: Vec<Form>,
    /// What stands before the first name.
    pub(super) head: String,
    /// Whether the subjects name an owner, and not only what he has.
    pub(super) has_owner: bool,
}

/// A form of subjects.
#[derive(Clone)]
pub(super) struct Form {
    /// `branch`.
    pub(super) id: String,
    pieces: Vec<Piece>,
}

#[derive(Clone)]
enum Piece {
    Literal(String),
    /// A part, by its name.
    Part(String),
}

/// What is known of the parts of a subject, by their names.
#[derive(Clone, Default)]
pub(super) struct Known(Vec<(String, String)>);

/// How far a pattern reaches.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Scope {
    /// Every owner; where subjects name none, everything.
    All,
    /// The owners whose name fits this.
    OwnersLike(String),
    /// All that this owner has, or all in some part of it: a group in a group.
    OfOwner(String),
    /// What has a name that fits this.
    MembersLike(String),
    /// One thing, with its owner.
    Within(String),
}

/// Names, each with whether it ends there; and what is behind them.
type Names<'t> = (Vec<(String, &'t str, bool)>, &'t str);

impl Shape {
    /// `None` where the subjects have no parts that tell whose they are.
    pub(super) fn of(issuer: &Issuer, host: &str) -> Option<Self> {
        let parts = issuer.hosts.iter().find_map(|own| host_parts(own, host)).unwrap_or_default();
        let forms: Vec<Form> = issuer.subjects.iter().flat_map(forms_of).map(|form| form.filled_by_host(&parts)).collect();
        let first = forms.first()?;
        let is_whose = |piece: &Piece| matches!(piece, Piece::Part(name) if is_owner(name) || is_member(name));
        if !first.pieces.iter().any(is_whose) {
            return None;
        }
        let head = match first.pieces.first() {
            Some(Piece::Literal(text)) => text.clone(),
            _ => String::new(),
        };
        let has_owner = first.pieces.iter().any(|piece| matches!(piece, Piece::Part(name) if is_owner(name)));
        Some(Self { forms, head, has_owner })
    }

    /// Whether some form has the owner's number, too.
    fn is_numbered(&self) -> bool {
        self.forms.iter().any(|form| form.has("owner-id"))
    }

    /// The names of an owner and of what he has, at the start of a subject or of a pattern; each with whether it ends there; and the rest.
    fn names<'t>(&self, text: &'t str) -> Option<Names<'t>> {
        let form = self.forms.first()?;
        let mut rest = text.strip_prefix(self.head.as_str())?;
        let mut names = Vec::new();
        let mut pieces = form.pieces.iter().skip(usize::from(!self.head.is_empty())).peekable();
        while let Some(Piece::Part(name)) = pieces.next() {
            if !is_owner(name) && !is_member(name) {
                break;
            }
            let Some(Piece::Literal(literal)) = pieces.next() else {
                let (own, behind) = rest.split_at(rest.find(':').unwrap_or(rest.len()));
                names.push((name.clone(), own, true));
                return Some((names, behind));
            };
            // no name holds a colon, though a wildcard may take one
            let end = literal.chars().next().and_then(|first| rest.find([first, ':']));
            let (own, behind) = rest.split_at(end.unwrap_or(rest.len()));
            names.push((name.clone(), own, end.is_some()));
            rest = behind;
            match rest.strip_prefix(literal.as_str()) {
                Some(behind) if matches!(pieces.peek(), Some(Piece::Part(next)) if is_owner(next) || is_member(next)) => {
                    rest = behind;
                }
                _ => break,
            }
        }
        Some((names, rest))
    }

    /// How many names tell one thing.
    fn depth(&self) -> usize {
        let whose = |piece: &&Piece| matches!(piece, Piece::Part(name) if is_owner(name) || is_member(name));
        self.forms.first().map_or(0, |form| form.pieces.iter().filter(whose).count())
    }

    /// How far a pattern reaches.
    pub(super) fn scope(&self, pattern: &str) -> Scope {
        let Some((names, _)) = self.names(pattern) else { return Scope::All };
        let mut so_far = String::new();
        for (index, (name, text, _)) in names.iter().enumerate() {
            let is_first = index == 0;
            let joint = if is_first { String::new() } else { self.joint(index) };
            let bare = bare(text);
            if bare.contains(['*', '?']) {
                let is_open = bare.trim_matches(['*', '?']).is_empty();
                return match (is_first, is_owner(name)) {
                    (true, _) if is_open => Scope::All,
                    (true, true) => Scope::OwnersLike((*text).to_owned()),
                    (true, false) => Scope::MembersLike((*text).to_owned()),
                    // a workspace in whatever project
                    _ if is_open && names.iter().skip(index + 1).any(|(_, own, ends)| *ends && !own.contains(['*', '?'])) => {
                        Scope::Within(pattern.to_owned())
                    }
                    _ if is_open => Scope::OfOwner(so_far),
                    // a group in a group
                    _ => match text.strip_suffix("/*").filter(|group| !group.contains(['*', '?'])) {
                        Some(group) => Scope::OfOwner(format!("{so_far}{joint}{group}")),
                        None => Scope::MembersLike(format!("{so_far}{joint}{text}")),
                    },
                };
            }
            so_far.push_str(&joint);
            so_far.push_str(&normal(text));
        }
        if names.len() < self.depth() { Scope::OfOwner(so_far) } else { Scope::Within(so_far) }
    }

    /// What stands before the name of this number, which is not the first.
    fn joint(&self, index: usize) -> String {
        let mut parts = 0;
        for pair in self.forms.first().map_or(&[][..], |form| &form.pieces).windows(2) {
            if let [Piece::Literal(literal), Piece::Part(name)] = pair
                && (is_owner(name) || is_member(name))
            {
                if parts == index {
                    return literal.clone();
                }
                parts += 1;
            }
        }
        String::new()
    }

    /// The owner that a subject or a pattern names.
    pub(super) fn owner(&self, text: &str) -> Option<String> {
        let (names, _) = self.names(text).filter(|_| self.has_owner)?;
        let (_, own, ends) = names.first()?;
        let is_named = !bare(own).contains(['*', '?']) && !own.is_empty() && (*ends || own.contains('@'));
        (is_named && !wild_number(own)).then(|| normal(own))
    }

    /// The one thing that a subject or a pattern names, with its owner.
    pub(super) fn member(&self, text: &str) -> Option<String> {
        match self.scope(text) {
            Scope::Within(member) if !member.contains(['*', '?']) => Some(member),
            _ => None,
        }
    }

    /// What follows the names in a pattern.
    pub(super) fn rest<'t>(&self, pattern: &'t str) -> Option<&'t str> {
        self.names(pattern).map(|(_, rest)| rest)
    }

    /// The subjects of an owner, whatever his number.
    pub(super) fn all_of_owner(&self, owner: &str) -> Vec<String> {
        let literal = self.joint(1);
        let ends = literal.chars().next().into_iter().chain(self.is_numbered().then_some('@'));
        ends.map(|end| format!("{}{}{end}*", self.head, bare(owner))).collect()
    }

    /// The subjects of one thing.
    pub(super) fn all_of_member(&self, member: &str) -> Vec<String> {
        let known = self.known(member);
        let whole = |form: &Form| form.pattern(&known).map(|pattern| pattern.replace("?*", "*"));
        self.forms.iter().filter_map(whole).chain([format!("{}{member}:*", self.head)]).collect()
    }

    /// What is known of the parts of a subject of an owner or of what he has.
    pub(super) fn known(&self, name: &str) -> Known {
        let text = format!("{}{name}", self.head);
        let names = self.names(&text).map(|(names, _)| names).unwrap_or_default();
        let mut known = Known::default();
        for (part, own, _) in names {
            if let Some((_, id)) = own.split_once('@').filter(|_| self.is_numbered()) {
                let of = if is_owner(&part) { "owner-id" } else { "repository-id" };
                known.0.push((of.to_owned(), id.to_owned()));
            }
            known.0.push((part, if self.is_numbered() { bare(own).to_owned() } else { own.to_owned() }));
        }
        known
    }

    /// The form that a subject is of.
    pub(super) fn form_of(&self, subject: &str) -> Option<&Form> {
        let taking = |form: &&Form| form.pattern(&Known::default()).is_some_and(|pattern| fits(subject, &pattern));
        // the form with numbers fits more closely
        let numbered = self.forms.iter().filter(|form| form.has("owner-id")).find(taking);
        numbered.or_else(|| self.forms.iter().find(taking))
    }
}

impl Form {
    fn has(&self, part: &str) -> bool {
        self.pieces.iter().any(|piece| matches!(piece, Piece::Part(name) if name == part))
    }

    fn filled_by_host(mut self, parts: &[(&str, &str)]) -> Self {
        for piece in &mut self.pieces {
            if let Piece::Part(name) = piece
                && let Some((_, text)) = parts.iter().find(|(own, _)| own == name)
            {
                *piece = Piece::Literal((*text).to_owned());
            }
        }
        let mut pieces: Vec<Piece> = Vec::new();
        for piece in self.pieces {
            match (pieces.last_mut(), piece) {
                (Some(Piece::Literal(before)), Piece::Literal(text)) => before.push_str(&text),
                (_, piece) => pieces.push(piece),
            }
        }
        Self { pieces, ..self }
    }

    /// The subjects of this form of which something is known, as `StringLike` takes them; `None` where a number is known that the form
    /// does not have.
    pub(super) fn pattern(&self, known: &Known) -> Option<String> {
        if ["owner-id", "repository-id"].iter().any(|id| known.get(id).is_some() && !self.has(id)) {
            return None;
        }
        let text = |piece: &Piece| match piece {
            Piece::Literal(text) => text.clone(),
            Piece::Part(name) => known.get(name).unwrap_or("?*").to_owned(),
        };
        Some(self.pieces.iter().map(text).collect())
    }

    /// What the parts of a subject of this form are.
    pub(super) fn read(&self, subject: &str) -> Known {
        let mut known = Known::default();
        let mut rest = subject;
        for (index, piece) in self.pieces.iter().enumerate() {
            match piece {
                Piece::Literal(text) => rest = rest.strip_prefix(text.as_str()).unwrap_or(rest),
                Piece::Part(name) => {
                    let end = match self.pieces.get(index + 1) {
                        Some(Piece::Literal(next)) => rest.find(next.as_str()).unwrap_or(rest.len()),
                        _ => rest.len(),
                    };
                    let (own, behind) = rest.split_at(end);
                    known.0.push((name.clone(), own.to_owned()));
                    rest = behind;
                }
            }
        }
        known
    }

    /// What a claim is beside a subject of this form: a pattern of which the parts are filled in as far as they are known. `None` where the
    /// subject does not tell.
    pub(super) fn claim(&self, key: &IssuerKey, known: &Known) -> Option<String> {
        let filled = |form: &String| {
            let pieces = cut(form);
            let tells = pieces.iter().all(|piece| !matches!(piece, Piece::Part(name) if !self.has(name)));
            let text = |piece: &Piece| match piece {
                Piece::Literal(text) => text.clone(),
                Piece::Part(name) => known.get(name).unwrap_or("?*").to_owned(),
            };
            tells.then(|| pieces.iter().map(text).collect())
        };
        key.forms.iter().find_map(filled)
    }

    /// What a claim of this value tells of the parts of a subject of this form.
    pub(super) fn told_by(&self, key: &IssuerKey, value: &str) -> Option<Known> {
        let own = key.forms.iter().find(|form| {
            let parts = cut(form);
            parts.iter().all(|piece| !matches!(piece, Piece::Part(name) if !self.has(name)))
        })?;
        let form = Self { id: String::new(), pieces: cut(own) };
        fits(value, &form.pattern(&Known::default())?).then(|| form.read(value))
    }
}

impl Known {
    pub(super) fn of(part: &str, text: &str) -> Self {
        Self(vec![(part.to_owned(), text.to_owned())])
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(own, _)| own.as_str())
    }

    pub(super) fn get(&self, part: &str) -> Option<&str> {
        self.0.iter().find(|(own, _)| own == part).map(|(_, text)| text.as_str())
    }

    /// With what else is known, which counts more.
    pub(super) fn with(mut self, other: Self) -> Self {
        self.0.retain(|(own, _)| other.get(own).is_none());
        self.0.extend(other.0);
        self
    }
}

/// The forms to ask with. A path is a group and what is in it; and where a part can only be one of a few, there is a form of each.
fn forms_of(own: &SubjectForm) -> Vec<Form> {
    let texts = std::iter::once(&own.form).chain(&own.immutable);
    let forms = texts.flat_map(|text| {
        let text = text.replace("{project-path}", "{group}/{project}");
        let phases = ["plan", "apply"].into_iter().filter(|_| text.contains("{phase}"));
        let of_phases: Vec<(String, String)> = phases.map(|phase| (phase.to_owned(), text.replace("{phase}", phase))).collect();
        if of_phases.is_empty() { vec![(own.id.clone(), text)] } else { of_phases }
    });
    forms.map(|(id, text)| Form { id, pieces: cut(&text) }).collect()
}

fn cut(form: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut rest = form;
    while let Some((before, behind)) = rest.split_once('{') {
        if !before.is_empty() {
            pieces.push(Piece::Literal(before.to_owned()));
        }
        let (name, after) = behind.split_once('}').unwrap_or((behind, ""));
        pieces.push(Piece::Part(name.to_owned()));
        rest = after;
    }
    if !rest.is_empty() {
        pieces.push(Piece::Literal(rest.to_owned()));
    }
    pieces
}

fn is_owner(part: &str) -> bool {
    ["owner", "organization", "team", "group", "namespace"].contains(&part)
}

fn is_member(part: &str) -> bool {
    let known = ["repository", "project", "workspace", "pipeline", "control-plane", "service-account", "name", "project-id"];
    known.contains(&part) || part == "repository-uuid"
}

/// A name without its number: `octo` of `octo@123`.
fn bare(name: &str) -> &str {
    name.split('@').next().unwrap_or(name)
}

/// Whether a name has a number of which only a part is asked for.
fn wild_number(name: &str) -> bool {
    name.split_once('@').is_some_and(|(_, id)| id.contains(['*', '?']) && !id.trim_matches(['*', '?']).is_empty())
}

/// A name without a number that may be any.
fn normal(name: &str) -> String {
    match name.split_once('@') {
        Some((own, id)) if id.trim_matches(['*', '?']).is_empty() => own.to_owned(),
        _ => name.to_owned(),
    }
}
