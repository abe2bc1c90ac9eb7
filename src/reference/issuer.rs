//! Issuers of tokens that STS takes: how trust policies name them, what STS reads of their tokens, and what their subjects look like.

use std::sync::OnceLock;

use super::{KeyType, pool};
use crate::source::SourceId;
use crate::syntax::{Node, json};

/// An issuer of tokens.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub struct Issuer {
    /// A short name: `github`.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// Its hosts with their paths, and `{…}` where each customer has an own part.
    pub hosts: Vec<String>,
    /// Whether customers share it, so that nothing but the claims tells one's own tokens from those of a stranger.
    pub is_shared: bool,
    /// Whether a trust policy names it by its host: it needs no provider object in the account.
    pub is_built_in: bool,
    /// Whether its tokens are opaque: no JWT, so nobody but the issuer reads claims in them.
    pub is_opaque: bool,
    /// Whether its tokens may tell session tags.
    pub tells_tags: bool,
    /// The condition keys that STS makes of its tokens.
    pub keys: Vec<IssuerKey>,
    /// Claims that are no condition keys though people take them for such, each with what to use instead, or an empty text.
    pub not_keys: Vec<(String, String)>,
    /// Claims of which it is not clear whether they become a condition key.
    pub unclear: Vec<UnclearClaim>,
    /// What `aud` usually is.
    pub audience: Option<String>,
    /// The keys of which IAM wants one in a trust policy that names the issuer; empty where it asks for none.
    pub required: Vec<String>,
    /// Whether STS refuses, too, when a trust policy without such a key is used.
    pub required_by_sts: bool,
    /// What `sub` looks like.
    pub subjects: Vec<SubjectForm>,
    /// The day from which new repositories have the immutable forms of subjects, as `2026-07-15`.
    pub immutable_since: Option<String>,
    /// What else is good to know of it.
    pub notes: Vec<String>,
    /// The page that tells most of it.
    pub source: String,
}

/// A condition key of an issuer, without the issuer before it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct IssuerKey {
    /// `sub`.
    pub name: String,
    /// Of which type its values are.
    pub kind: KeyType,
    /// Whether a token may hold several values of it.
    pub many: bool,
    /// Whether it is also there in later requests of the session.
    pub in_session: bool,
    /// What its values are made of, where they are made of parts of the subject; the first form that can be filled counts.
    pub forms: Vec<String>,
}

/// A claim of which it is not clear whether it becomes a condition key.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct UnclearClaim {
    /// The claim.
    pub claim: String,
    /// The condition key that it may become.
    pub key: String,
    /// What is not clear.
    pub why: String,
}

/// A form of the claim `sub`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SubjectForm {
    /// `branch`.
    pub id: String,
    /// `repo:{owner}/{repository}:ref:refs/heads/{branch}`.
    pub form: String,
    /// The same with numbers that are never given to another, where the issuer has such a form.
    pub immutable: Option<String>,
    /// The parts that differ from run to run, so that a trust policy had best leave them open.
    pub open: Vec<String>,
    /// What stands for a colon in a part, where none may stand.
    pub colon: Option<String>,
}

impl Issuer {
    /// The condition key of this name, in any letter case.
    pub fn key(&self, name: &str) -> Option<&IssuerKey> {
        self.keys.iter().find(|key| key.name.eq_ignore_ascii_case(name))
    }

    /// Why no token has a subject like this, which may be a pattern of `StringLike`; `None` where some may, by one of the forms or of its owner's
    /// making. Known of GitHub: there a subject of an owner's making is of claims, `NAME:VALUE` for `NAME:VALUE`, and `repo` holds the repository.
    ///
    /// <https://docs.github.com/en/actions/reference/security/oidc>,
    /// <https://docs.github.com/en/rest/actions/oidc>
    pub fn never(&self, subject: &str) -> Option<&'static str> {
        if !matches!(&*self.id, "github" | "github-enterprise") {
            return None;
        }
        // what follows the first wildcard may be anything
        let begun = subject.split(['*', '?']).next().unwrap_or(subject);
        let (name, rest) = begun.split_once(':').unwrap_or((begun, ""));
        if name.contains(['/', '@']) {
            return Some("each begins with `repo:`, or with the name of another claim");
        }
        let (repository, behind) = rest.split_once(':').filter(|_| name == "repo")?;
        if !repository.contains('/') {
            return Some("`OWNER/REPOSITORY` stands behind `repo:`");
        }
        let reference = behind.strip_prefix("ref:")?;
        let is_one = "refs/".starts_with(reference) || reference.starts_with("refs/");
        (!is_one).then_some("`refs/heads/BRANCH` or `refs/tags/TAG` stands behind `ref:`")
    }

    /// The form of subjects of this id.
    pub fn subject(&self, id: &str) -> Option<&SubjectForm> {
        self.subjects.iter().find(|form| form.id == id)
    }
}

/// All issuers that are known.
pub fn issuers() -> &'static [Issuer] {
    &facts().issuers
}

/// The issuer of this host and path, without the scheme and in any letter case.
pub fn issuer(host: &str) -> Option<&'static Issuer> {
    let literal = |issuer: &&Issuer| issuer.hosts.iter().any(|own| own.eq_ignore_ascii_case(host));
    let filled = |issuer: &&Issuer| issuer.hosts.iter().any(|own| host_parts(own, host).is_some());
    // identity pools are asked for most often, and are read apart
    let pools = Some(pool::issuer()).filter(|own| literal(own) || filled(own));
    pools.or_else(|| issuers().iter().find(literal)).or_else(|| issuers().iter().find(filled))
}

/// The issuer of this id.
pub fn issuer_named(id: &str) -> Option<&'static Issuer> {
    issuers().iter().find(|issuer| issuer.id == id)
}

/// The condition keys that STS makes of the tokens of any OIDC provider.
pub fn default_issuer_keys() -> &'static [IssuerKey] {
    &facts().default_keys
}

/// The day on which issuers were looked up, as `2026-11-26`.
pub fn issuers_date() -> &'static str {
    &facts().as_of
}

/// What stands in a host where a form of it has `{…}`, by the names there; `None` where the host is not of the form. Such a part is
/// never empty, and goes to the next point or slash.
pub fn host_parts<'f, 't>(form: &'f str, host: &'t str) -> Option<Vec<(&'f str, &'t str)>> {
    let mut parts = Vec::new();
    let (mut form, mut rest) = (form, host);
    while let Some((literal, behind)) = form.split_once('{') {
        rest = rest.split_at_checked(literal.len()).filter(|(own, _)| own.eq_ignore_ascii_case(literal))?.1;
        let (name, behind) = behind.split_once('}')?;
        form = behind;
        let end = rest.find(['/', '.']).unwrap_or(rest.len());
        let (part, left) = rest.split_at_checked(end).filter(|(part, _)| !part.is_empty())?;
        parts.push((name, part));
        rest = left;
    }
    form.eq_ignore_ascii_case(rest).then_some(parts)
}

static ISSUERS: &str = include_str!("issuers.json");

struct Facts {
    as_of: String,
    default_keys: Vec<IssuerKey>,
    issuers: Vec<Issuer>,
}

fn facts() -> &'static Facts {
    static FACTS: OnceLock<Facts> = OnceLock::new();
    FACTS.get_or_init(|| {
        let tree = json::read(SourceId::NONE, ISSUERS);
        let root = tree.root();
        let default_keys = keys(root.get("default-keys"));
        let mut issuers: Vec<Issuer> = vec![pool::issuer().clone()];
        for node in root.get("issuers").into_iter().flat_map(Node::items) {
            let like = optional(node, "like").and_then(|id| issuers.iter().find(|own| own.id == id));
            let issuer = read(node, like, &default_keys);
            issuers.push(issuer);
        }
        Facts { as_of: text(root, "as-of"), default_keys, issuers }
    })
}

/// An issuer; what it does not say is as with the one that it is like.
pub(super) fn read(node: Node<'_, '_>, like: Option<&Issuer>, default_keys: &[IssuerKey]) -> Issuer {
    let own_keys = || match node.get("keys") {
        Some(list) => keys(Some(list)),
        None => [default_keys.to_vec(), keys(node.get("more-keys"))].concat(),
    };
    let pairs = |name: &str| -> Vec<(String, String)> {
        let entries = node.get(name).into_iter().flat_map(Node::entries);
        let string = |node: Node<'_, '_>| node.string().unwrap_or_default().into_owned();
        entries.map(|entry| (string(entry.key), string(entry.value))).collect()
    };
    Issuer {
        id: text(node, "id"),
        name: text(node, "name"),
        hosts: list(node, "hosts"),
        is_shared: node.get("tenancy").is_some_and(|own| own.is("shared")),
        is_built_in: node.get("named-by").is_some_and(|own| own.is("host")),
        is_opaque: node.get("tokens").is_some_and(|own| own.is("opaque")),
        tells_tags: node.get("session-tags").is_some() || like.is_some_and(|like| like.tells_tags),
        keys: like.map_or_else(own_keys, |like| like.keys.clone()),
        not_keys: like.map_or_else(|| pairs("not-keys"), |like| like.not_keys.clone()),
        unclear: unclear(node),
        audience: optional(node, "audience").or_else(|| like?.audience.clone()),
        required: list(node, "required"),
        required_by_sts: node.get("required-at").is_some_and(|own| own.is("run time")),
        subjects: like.map_or_else(|| subjects(node), |like| like.subjects.clone()),
        immutable_since: optional(node, "immutable-since").or_else(|| like?.immutable_since.clone()),
        notes: like.map_or_else(|| list(node, "notes"), |like| like.notes.clone()),
        source: text(node, "source"),
    }
}

fn subjects(node: Node<'_, '_>) -> Vec<SubjectForm> {
    let forms = node.get("subjects").into_iter().flat_map(Node::items);
    let form = |own| SubjectForm {
        id: text(own, "id"),
        form: text(own, "form"),
        immutable: optional(own, "immutable"),
        open: list(own, "open"),
        colon: optional(own, "colon"),
    };
    forms.map(form).collect()
}

fn unclear(node: Node<'_, '_>) -> Vec<UnclearClaim> {
    let claims = node.get("unclear").into_iter().flat_map(Node::items);
    claims.map(|own| UnclearClaim { claim: text(own, "claim"), key: text(own, "key"), why: text(own, "why") }).collect()
}

fn keys(node: Option<Node<'_, '_>>) -> Vec<IssuerKey> {
    let flag = |node: Node<'_, '_>, name: &str| node.get(name).is_some_and(|own| own.written() == "true");
    let key = |node: Node<'_, '_>| IssuerKey {
        name: text(node, "name"),
        kind: optional(node, "type").and_then(|name| KeyType::named(&name)).unwrap_or(KeyType::String),
        many: flag(node, "many"),
        in_session: flag(node, "session"),
        forms: list(node, "forms"),
    };
    node.into_iter().flat_map(Node::items).map(key).collect()
}

fn text(node: Node<'_, '_>, name: &str) -> String {
    optional(node, name).unwrap_or_default()
}

fn optional(node: Node<'_, '_>, name: &str) -> Option<String> {
    Some(node.get(name)?.string()?.into_owned())
}

fn list(node: Node<'_, '_>, name: &str) -> Vec<String> {
    node.get(name).into_iter().flat_map(Node::items).filter_map(Node::string).map(Into::into).collect()
}
