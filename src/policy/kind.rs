//! What a policy is attached to.

use super::element::{Element, Name, elements};
use crate::syntax::{Kind, Node};

/// What a policy is attached to, and so what may stand in it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum PolicyKind {
    /// Who may take a role.
    Trust,
    /// What a user, group or role may do.
    Identity,
    /// Who may do what to a resource.
    Resource,
    /// The most that an identity's policies can grant.
    Boundary,
    /// Passed in when a session is made; narrows it.
    Session,
    /// A service control policy.
    Scp,
    /// A resource control policy.
    Rcp,
    /// Of a VPC endpoint.
    Endpoint,
}

/// The versions of the policy language.
const VERSIONS: [&str; 2] = ["2012-10-17", "2008-10-17"];

impl PolicyKind {
    /// All kinds.
    pub const ALL: [Self; 8] =
        [Self::Trust, Self::Identity, Self::Resource, Self::Boundary, Self::Session, Self::Scp, Self::Rcp, Self::Endpoint];

    /// The word for it, as `--kind` takes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Trust => "trust",
            Self::Identity => "identity",
            Self::Resource => "resource",
            Self::Boundary => "boundary",
            Self::Session => "session",
            Self::Scp => "scp",
            Self::Rcp => "rcp",
            Self::Endpoint => "endpoint",
        }
    }

    /// The kind of a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// The kind as far as the content alone tells it, and whether that is sure.
///
/// A document with a principal whose actions are all of STS is a trust policy; with another principal a resource
/// policy; without, an identity policy, which boundaries, session and service control policies look like too.
pub fn kind_of(policy: Node<'_, '_>) -> (PolicyKind, bool) {
    let mut seen = Seen::default();
    statements(policy).for_each(|statement| seen.look_at(statement));
    // what names resources and no principal is none of trust, whatever its actions
    if seen.with_principal > 0 || seen.with_resource == 0 {
        let named = |name| matches!(name, Some(Name::Action | Name::NotAction));
        let of_statement = |node| elements(node, Name::OF_STATEMENT).filter(|element| named(element.name));
        let actions = statements(policy).flat_map(of_statement).flat_map(|element| element.value.items_or_self());
        actions.for_each(|action| seen.look_at_action(action));
    }
    seen.kind()
}

/// Whether this is a policy document by its version, and a map of nothing but what stands in one.
pub fn is_nothing_else(node: Node<'_, '_>) -> bool {
    let mut is_policy = false;
    for entry in node.entries() {
        match entry.key.string().as_deref() {
            Some("Version") => is_policy |= VERSIONS.iter().any(|version| entry.value.is(version)),
            Some("Id" | "Statement") => {}
            _ => return false,
        }
    }
    is_policy
}

/// Whether this is a policy document, rightly written or not, rather than any other map.
///
/// It is one if its `Version` is one of the policy language, or if there is a `Statement` that holds what a
/// statement holds. Policies of other clouds look the same but for a short `Version`.
pub fn looks_like(node: Node<'_, '_>) -> bool {
    if node.kind() != Kind::Map {
        return false;
    }
    if node.get("Version").is_some_and(|version| VERSIONS.iter().any(|own| version.is(own))) {
        return true;
    }
    // Alibaba Cloud, Huawei Cloud (two), Tencent Cloud
    let version = node.get("Version").or_else(|| node.get("version"));
    if version.is_some_and(|version| ["1", "1.1", "5.0", "2.0"].iter().any(|other| version.is(other))) {
        return false;
    }
    let named = node.entries().filter(|entry| is_written_like(entry.key, Name::Statement));
    named.flat_map(|entry| entry.value.items_or_self()).any(is_statement)
}

/// Whether this is a statement alone, of which the document around it is lost. In a text that is well-formed that may
/// as well be meant, for a program that puts it into a document.
pub fn looks_like_statement(node: Node<'_, '_>) -> bool {
    let decides = node.get("Effect").is_some_and(|effect| effect.is("Allow") || effect.is("Deny"));
    decides && is_statement(node)
}

/// Whether this is a stack policy of CloudFormation, which says what an update may do to the resources of a stack, and lets nobody do anything.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/protect-stack-resources.html>
pub fn is_of_stack(node: Node<'_, '_>) -> bool {
    let named = |name| matches!(name, Some(Name::Action | Name::NotAction));
    let of_statement = |node| elements(node, Name::OF_STATEMENT).filter(|element| named(element.name));
    let mut names_update = false;
    for action in statements(node).flat_map(of_statement).flat_map(|element| element.value.items_or_self()) {
        let Some(action) = action.string() else { return false };
        let is_update = action.split_once(':').is_some_and(|(service, _)| service == "Update");
        names_update |= is_update;
        if !is_update && action != "*" {
            return false;
        }
    }
    names_update
}

/// The statements of a document; the document itself where it holds what belongs into one.
fn statements<'t, 's>(policy: Node<'t, 's>) -> impl Iterator<Item = Node<'t, 's>> {
    let named = || elements(policy, Name::OF_POLICY).filter(|element| element.name == Some(Name::Statement));
    let bare = named().next().is_none().then_some(policy);
    named().flat_map(|element| element.value.items_or_self()).chain(bare).filter(|node| node.kind() == Kind::Map)
}

/// Whether a map holds two things of a statement.
fn is_statement(node: Node<'_, '_>) -> bool {
    const TELLING: [Name; 7] =
        [Name::Effect, Name::Principal, Name::NotPrincipal, Name::Action, Name::NotAction, Name::Resource, Name::NotResource];
    node.entries().filter(|entry| TELLING.iter().any(|&name| is_written_like(entry.key, name))).nth(1).is_some()
}

/// Whether a key is this name in any letter case, or its plural. Not `actions` or `statements`: these are Terraform's words.
fn is_written_like(key: Node<'_, '_>, name: Name) -> bool {
    let key = key.written();
    let singular = key.strip_suffix(['s', 'S']).filter(|_| key.starts_with(|c: char| c.is_ascii_uppercase()));
    [Some(key), singular].into_iter().flatten().any(|key| key.eq_ignore_ascii_case(name.text()))
}

/// What stands in the statements of a document, each counted.
#[derive(Default)]
struct Seen {
    statements: usize,
    with_principal: usize,
    with_resource: usize,
    /// Principals other than everyone.
    somebody: usize,
    /// Principals other than federated ones.
    not_federated: usize,
    /// Actions of STS.
    sts: usize,
    /// Actions that are neither of STS nor `*`.
    other: usize,
}

impl Seen {
    fn look_at(&mut self, statement: Node<'_, '_>) {
        self.statements += 1;
        let (mut with_principal, mut with_resource) = (false, false);
        for Element { name, value, .. } in elements(statement, Name::OF_STATEMENT) {
            match name {
                Some(Name::Principal | Name::NotPrincipal) => {
                    with_principal = true;
                    self.look_at_principal(value);
                }
                Some(Name::Resource | Name::NotResource) => with_resource = true,
                _ => {}
            }
        }
        self.with_principal += usize::from(with_principal);
        self.with_resource += usize::from(with_resource);
    }

    fn look_at_principal(&mut self, principal: Node<'_, '_>) {
        if principal.kind() == Kind::Map {
            let values = principal.entries().flat_map(|entry| entry.value.items_or_self());
            self.somebody += values.filter(|value| !value.is("*")).count();
            self.not_federated += principal.entries().filter(|entry| !entry.key.is("Federated")).count();
        } else {
            self.somebody += usize::from(!principal.is("*"));
            self.not_federated += 1;
        }
    }

    fn look_at_action(&mut self, action: Node<'_, '_>) {
        let Some(action) = action.string() else { return };
        let may_be_sts = action.trim_start().get(..3).is_some_and(|beginning| beginning.eq_ignore_ascii_case("sts"));
        let of_sts = || action.split_once(':').is_some_and(|(service, _)| service.trim().eq_ignore_ascii_case("sts"));
        let sts = may_be_sts && of_sts();
        self.sts += usize::from(sts);
        self.other += usize::from(!sts && action != "*");
    }

    fn kind(&self) -> (PolicyKind, bool) {
        let all_name_somebody = self.with_principal == self.statements;
        let no_resource = self.with_resource == 0;
        if self.with_principal == 0 {
            let trust = self.sts > 0 && self.other == 0 && no_resource;
            return (if trust { PolicyKind::Trust } else { PolicyKind::Identity }, false);
        }
        match (self.sts > 0, self.other > 0) {
            // the endpoint of STS may have a policy of its own: with Resource, and for everyone
            (true, false) if no_resource || self.somebody > 0 => (PolicyKind::Trust, no_resource && all_name_somebody),
            (_, false) | (true, true) if no_resource => (PolicyKind::Trust, false),
            (false, true) if no_resource && self.not_federated == 0 => (PolicyKind::Trust, false),
            // a principal in a few of many statements is rather a slip in an identity policy
            _ if self.with_principal * 2 < self.statements => (PolicyKind::Identity, false),
            (sts, _) => (PolicyKind::Resource, all_name_somebody && self.somebody > 0 && !sts),
        }
    }
}
