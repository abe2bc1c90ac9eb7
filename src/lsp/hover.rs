//! What is told where the pointer rests: what a name in a policy stands for, and what a finding is about.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::ops::Range;

use super::Desk;
use super::view::View;
use crate::lint::Facts;
use crate::policy::{Policy, PrincipalKind};
use crate::reference::{Issuer, Reference, Topic, issuer};
use crate::report::{Listing, Look, human, text};
use crate::source::SourceId;
use crate::syntax::Text;

/// A name in a policy.
#[derive(Debug)]
pub(super) struct Spot {
    range: Range<usize>,
    kind: Kind,
    name: String,
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    /// An action, or an ARN.
    Name,
    /// A condition key.
    Key,
    Principal(PrincipalKind),
}

/// The names in the policies of a text.
pub(super) fn spots(id: SourceId, facts: &Facts<'_, '_>) -> Vec<Spot> {
    let mut spots: BTreeMap<(u32, u32), (Kind, String)> = BTreeMap::new();
    for (policy, _) in facts.inventory.all_policies() {
        each_name(policy, &mut |text, kind| {
            let span = text.span();
            // what a template puts together may stand elsewhere
            if span.source == id && !span.is_empty() {
                spots.insert((span.start, span.end), (kind, text.shown().into_owned()));
            }
        });
    }
    let spot = |((start, end), (kind, name))| Spot { range: start as usize..end as usize, kind, name };
    spots.into_iter().map(spot).collect()
}

/// What is told at a byte of a text, as Markdown, with the part of the text that it is about.
pub(super) fn at(view: &View, offset: usize, desk: &dyn Desk) -> Option<(String, Range<usize>)> {
    let holds = |range: &Range<usize>| range.start <= offset && offset < range.end.max(range.start + 1);
    let mut page = String::new();
    let mut place = None;
    let around = view.spots.iter().filter(|spot| holds(&spot.range));
    if let Some(spot) = around.min_by_key(|spot| spot.range.len())
        && let Some(told) = spot.told(desk.reference())
    {
        page.push_str(&told);
        place = Some(spot.range.clone());
    }
    let mut seen: Vec<&str> = Vec::new();
    for note in view.notes.iter().filter(|note| holds(&note.range)) {
        let Some(rule) = desk.rule(note.rule).filter(|rule| !seen.contains(&rule.name)) else { continue };
        seen.push(rule.name);
        if !page.is_empty() {
            page.push_str("\n\n---\n\n");
        }
        // a string takes any write
        let _ = write!(page, "**{}** ({}): {}", rule.name, rule.severity.name(), rule.summary());
        if let Some(claims) = &note.claims {
            let _ = write!(page, "\n\nA token that gets through:\n\n{}", fenced("json", &text::escape(claims)));
        }
        place.get_or_insert_with(|| note.range.clone());
    }
    place.map(|place| (text::settle(&page).into_owned(), place))
}

fn each_name(policy: &Policy<'_>, note: &mut dyn FnMut(&Text<'_>, Kind)) {
    for statement in &policy.statements {
        for pattern in [&statement.actions, &statement.resources].into_iter().flatten().flat_map(|own| &own.list) {
            note(&pattern.text, Kind::Name);
        }
        for principal in statement.principals.iter().flat_map(|own| &own.list) {
            note(&principal.value, Kind::Principal(principal.kind));
        }
        for condition in &statement.conditions {
            note(&condition.key, Kind::Key);
        }
    }
}

impl Spot {
    fn told(&self, reference: &Reference) -> Option<String> {
        let name = self.name.as_str();
        match self.kind {
            Kind::Name => topics(name, reference).or_else(|| topics(name.split_once(':')?.0, reference)),
            Kind::Key => {
                let of_issuer = name.rsplit_once(':').and_then(|(host, claim)| Some(claim_of(issuer(host)?, host, claim)));
                let parts: Vec<String> = of_issuer.into_iter().chain(topics(name, reference)).collect();
                (!parts.is_empty()).then(|| parts.join("\n\n"))
            }
            Kind::Principal(kind) => principal(kind, name, reference),
        }
    }
}

/// Columns of what is not Markdown.
const WIDTH: usize = 88;

/// What stands behind a list that is cut, and means the command line.
const CUT: &str = " (`-v` shows all)";

/// What `explain` prints of a name, with the pages of AWS.
fn topics(name: &str, reference: &Reference) -> Option<String> {
    let topics = reference.topics(name);
    if topics.is_empty() {
        return None;
    }
    let look = Look { width: WIDTH, colour: false, unicode: true };
    let page = human::topics(name, &topics, reference, Listing::Cut, look);
    let links: Vec<String> = topics.iter().filter_map(link).collect();
    let links = if links.is_empty() { String::new() } else { format!("\n\n{}", links.join(" · ")) };
    let more = if page.contains(CUT) {
        format!("\n\n{} shows all", code(&format!("rolecall explain -v {name}")))
    } else {
        String::new()
    };
    Some(format!("{}{more}{links}", fenced("text", &page.replace(CUT, ""))))
}

fn link(topic: &Topic<'_>) -> Option<String> {
    let service = match topic {
        Topic::Service(service) | Topic::Actions(service, _) => service,
        Topic::Action(action) => action.service,
        Topic::Key(key) => key.service?,
        Topic::Resource(kind, _) => kind.service(),
        Topic::Operation(_, actions) => actions.first()?.service,
        Topic::Arn(_) => return None,
    };
    Some(format!("[{}]({})", service.title(), service.page()?))
}

/// A condition key that is made of a claim.
fn claim_of(issuer: &Issuer, host: &str, claim: &str) -> String {
    let mut page = format!("**{}** of the tokens of {}", code(claim), issuer.name);
    if let Some(key) = issuer.key(claim) {
        let many = if key.many { ", several values" } else { "" };
        let later = if key.in_session { "; later requests of the session hold it, too" } else { "" };
        let _ = write!(page, ": {}{many}{later}", key.kind.name());
    } else {
        let not = issuer.not_keys.iter().find(|(name, _)| name == claim);
        let instead = not.map_or("", |(_, instead)| instead);
        let _ = write!(page, ": no condition key{}{instead}", if instead.is_empty() { "" } else { "; use " });
    }
    if let Some(audience) = issuer.audience.as_ref().filter(|_| claim.eq_ignore_ascii_case("aud")) {
        let _ = write!(page, "\n\nusually `{audience}`");
    }
    if claim.eq_ignore_ascii_case("sub") {
        for form in &issuer.subjects {
            let _ = write!(page, "\n- {}: `{}`", form.id, form.form);
        }
    }
    let needed = issuer.required.iter().any(|own| own.eq_ignore_ascii_case(claim));
    if needed {
        let _ = write!(page, "\n\nIAM wants a condition on it in a trust policy that names {}", code(host));
    }
    with_source(page, issuer)
}

fn with_source(mut page: String, issuer: &Issuer) -> String {
    if issuer.source.starts_with("https://") {
        let _ = write!(page, "\n\n[{}]({})", issuer.name, issuer.source);
    }
    page
}

fn principal(kind: PrincipalKind, value: &str, reference: &Reference) -> Option<String> {
    match kind {
        PrincipalKind::Anyone => Some("anyone: also callers without credentials".to_owned()),
        PrincipalKind::Aws if value == "*" => Some("anyone: also callers without credentials".to_owned()),
        PrincipalKind::Aws if value.bytes().all(|byte| byte.is_ascii_digit()) => {
            Some(format!("the account `{value}`: whoever that lets"))
        }
        PrincipalKind::Aws => topics(value, reference),
        PrincipalKind::Service => topics(value.split('.').next()?, reference),
        PrincipalKind::Federated => {
            let host = value.split_once("oidc-provider/").map_or(value, |(_, host)| host);
            let issuer = issuer(host)?;
            let mut page = format!("**{}** ({})", issuer.name, code(host));
            if issuer.is_shared {
                page.push_str(
                    "\n\nIts customers share it: nothing but the claims tells tokens of one's own from those of a stranger.",
                );
            }
            for key in &issuer.keys {
                let many = if key.many { ", several values" } else { "" };
                let _ = write!(page, "\n- {}: {}{many}", code(&format!("{host}:{}", key.name)), key.kind.name());
            }
            Some(with_source(page, issuer))
        }
        PrincipalKind::CanonicalUser | PrincipalKind::Later => None,
    }
}

/// A text of the user's between lines, as it is: no text can end it, and so none becomes a link.
fn code(own: &str) -> String {
    let own = text::escape(own);
    let mut fence = "`".to_owned();
    while own.contains(&fence) {
        fence.push('`');
    }
    // a space of the fence's own keeps a grave accent of the text apart
    let gap = if own.starts_with('`') || own.ends_with('`') { " " } else { "" };
    format!("{fence}{gap}{own}{gap}{fence}")
}

/// A block that no text can end.
fn fenced(language: &str, body: &str) -> String {
    let mut fence = "```".to_owned();
    while body.contains(&fence) {
        fence.push('`');
    }
    format!("{fence}{language}\n{}\n{fence}", body.trim_end())
}
