//! What all forms of input have in common: how a role, a policy or a document is taken in.

use super::{Inventory, LoosePolicy, NamedPolicy, Role};
use crate::finding::Fault;
use crate::identity::Setting;
use crate::policy::{self, Policy, PolicyKind};
use crate::source::{Sources, Span};
use crate::syntax::{Kind, Node, Room, SyntaxFault, Text, Tree, is_directive, json};

/// Takes in what one input, or several that belong together, tell.
pub(super) struct Reader<'i, 's> {
    pub(super) inventory: &'i mut Inventory<'s>,
    pub(super) sources: &'i Sources,
    pub(super) faults: &'i mut Vec<Fault<SyntaxFault>>,
}

/// What an input tells of a role beside its name.
pub(super) struct RoleParts<'s> {
    pub(super) trust: Option<Policy<'s>>,
    pub(super) permissions: Vec<NamedPolicy<'s>>,
    /// The ARNs of attached policies.
    pub(super) unread: Vec<Text<'s>>,
    /// Whether these are all policies that it has.
    pub(super) complete: bool,
    pub(super) boundary: Option<Text<'s>>,
    /// All its tags, where the input tells them.
    pub(super) tags: Option<Vec<(Text<'s>, Text<'s>)>>,
    pub(super) max_session: Option<Setting<u32>>,
    /// Whether the role is made of this input. What AWS tells of a role, it may tell in several outputs; what is written twice is two things.
    pub(super) is_source: bool,
}

impl<'i, 's> Reader<'i, 's> {
    /// Takes in what an input tells of a role.
    pub(super) fn take_role(&mut self, name: Text<'s>, arn: Option<Text<'s>>, parts: RoleParts<'s>) {
        let sources = self.sources;
        self.join(name, arn, |role| {
            if let Some(trust) = parts.trust {
                let whole = whole(sources, &trust);
                role.take_trust(trust, sources, parts.is_source);
                role.other_trusts.extend(whole);
            }
            take_over(&mut role.permissions, parts.permissions);
            take_over(&mut role.unread, parts.unread);
            role.complete |= parts.complete;
            role.boundary = parts.boundary.or(role.boundary.take());
            if let Some(tags) = parts.tags {
                role.tags = tags;
                role.tags.shrink_to_fit();
                role.tags_known = true;
            }
            role.max_session = parts.max_session.or(role.max_session);
        });
    }

    /// A role's parts may lie in several files, in any order. Names are unique in an account only, so roles of other ARNs are
    /// other roles; of these, a part without an ARN belongs to the one that lies in its folder.
    pub(super) fn join(&mut self, name: Text<'s>, arn: Option<Text<'s>>, fill: impl FnOnce(&mut Role<'s>)) {
        let folder = self.folder(name.span());
        let is_known = |one: &Text<'_>, other: &Text<'_>| one.known().is_some() && one.known() == other.known();
        let may_be = |role: &Role<'_>| role.arn.as_ref().zip(arn.as_ref()).is_none_or(|(own, arn)| is_known(own, arn));
        let roles = &self.inventory.roles;
        let candidates =
            || self.namesakes(&name).filter_map(|index| Some((index, roles.get(index)?))).filter(|own| may_be(own.1));
        let near = candidates().find(|(_, role)| self.folder(role.span()) == folder);
        let found = near.or_else(|| candidates().next()).map(|(index, _)| index);
        let index = found.unwrap_or_else(|| {
            let strays = self.strays(&name, folder);
            self.inventory.add_role(Role { permissions: strays, ..Role::new(name) })
        });
        if let Some(role) = self.inventory.roles.get_mut(index) {
            role.arn = role.arn.take().or(arn);
            fill(role);
        }
        self.inventory.attach_given(index);
    }

    /// The roles of this name, by their places in the list.
    fn namesakes(&self, name: &Text<'_>) -> impl Iterator<Item = usize> + use<'_, 'i, 's> {
        name.known().and_then(|name| self.inventory.by_name.get(name)).into_iter().flatten().copied()
    }

    /// Policies that lie in this folder and went to a role of this name in another one, as long as that was the only one.
    fn strays(&mut self, name: &Text<'s>, folder: &str) -> Vec<NamedPolicy<'s>> {
        let mut strays = Vec::new();
        let sources = self.sources;
        for index in self.namesakes(name).collect::<Vec<_>>() {
            let Some(role) = self.inventory.roles.get_mut(index) else { continue };
            // those of a list are the role's own, wherever the list lies
            let is_stray = |named: &mut NamedPolicy<'_>| named.inline && folder_of(sources, named.name.span()) == folder;
            if folder_of(sources, role.name.span()) != folder {
                strays.extend(role.permissions.extract_if(.., is_stray));
            }
        }
        strays
    }

    pub(super) fn folder(&self, span: Span) -> &'i str {
        folder_of(self.sources, span)
    }

    /// A policy document: an object, or a string that holds one, percent-encoded as IAM's API returns it or not.
    ///
    /// What a template may leave out of it is looked at as if it were there, too.
    pub(super) fn document(&mut self, node: Node<'_, 's>, kind: PolicyKind) -> Option<Policy<'s>> {
        let policy = self.document_alone(node, kind)?;
        if kind != PolicyKind::Trust
            && let Some(whole) = whole(self.sources, &policy)
        {
            self.add_loose(whole, None);
        }
        Some(policy)
    }

    /// As [`Reader::document`], of which nothing is taken in.
    pub(super) fn document_alone(&mut self, node: Node<'_, 's>, kind: PolicyKind) -> Option<Policy<'s>> {
        self.document_where(node, |_| Some(kind))
    }

    /// As [`Reader::document_alone`], of the kind that `kind_of` takes it for; `None` where that takes it for none.
    fn document_where(
        &mut self,
        node: Node<'_, 's>,
        kind_of: impl FnOnce(Node<'_, 's>) -> Option<PolicyKind>,
    ) -> Option<Policy<'s>> {
        if node.kind() == Kind::Map {
            return Some(policy::read(node, kind_of(node)?));
        }
        let mut room = std::mem::take(&mut self.inventory.inner_room);
        let tree = inside_in(&mut room, node);
        let policy = tree.as_ref().and_then(|tree| Some((tree, kind_of(tree.root())?))).map(|(tree, kind)| {
            self.faults.extend_from_slice(tree.faults());
            policy::read(tree.root(), kind)
        });
        if let Some(tree) = tree {
            room.take_back(tree);
        }
        self.inventory.inner_room = room;
        policy
    }

    /// A policy that belongs to nothing else that is read; `None` where it is none.
    pub(super) fn loose(&mut self, node: Node<'_, 's>, kind: PolicyKind, name: Option<Text<'s>>) -> Option<()> {
        self.loose_where(node, name, |_| Some(kind))
    }

    /// As [`Reader::loose`], of the kind that `kind_of` takes it for.
    pub(super) fn loose_where(
        &mut self,
        node: Node<'_, 's>,
        name: Option<Text<'s>>,
        kind_of: impl FnOnce(Node<'_, 's>) -> Option<PolicyKind>,
    ) -> Option<()> {
        let policy = self.document_where(node, kind_of).filter(|policy| !policy.says_nothing())?;
        let whole = whole(self.sources, &policy);
        self.add_loose(policy, name.clone());
        if let Some(whole) = whole {
            self.add_loose(whole, name);
        }
        Some(())
    }

    fn add_loose(&mut self, policy: Policy<'s>, name: Option<Text<'s>>) {
        self.inventory.policies.push(LoosePolicy { source: policy.mark.source, name, policy, sure: true, alone: false });
    }
}

/// A policy as it is where all parts of a template are there; `None` where it is no directive that leaves it open.
pub(super) fn whole<'s>(sources: &Sources, policy: &Policy<'s>) -> Option<Policy<'s>> {
    let text = |span: Span| sources.get(span.source).text().get(span.start as usize..).unwrap_or("");
    policy.with_all_parts(|span| is_directive(text(span)))
}

/// Puts what is new behind what is there. No more room is taken than that: there may be thousands of roles.
fn take_over<T>(list: &mut Vec<T>, mut new: Vec<T>) {
    new.shrink_to_fit();
    if list.is_empty() {
        *list = new;
    } else {
        list.reserve_exact(new.len());
        list.append(&mut new);
    }
}

/// What a string holds, where that may be a document.
pub(super) fn inside<'s>(node: Node<'_, 's>) -> Option<Tree<'s>> {
    inside_in(&mut Room::default(), node)
}

fn inside_in<'s>(room: &mut Room, node: Node<'_, 's>) -> Option<Tree<'s>> {
    let mut literal = node.literal()?;
    // API Gateway escapes what is escaped once more as it is printed
    if literal.value.trim_start().starts_with("{\\") {
        literal = json::unescaped_again(&literal);
    }
    let start = literal.value.trim_start();
    start.starts_with(['{', '%']).then(|| json::read_inside_in(room, &literal, start.starts_with('%')))
}

/// The folder of the file that a span lies in.
pub(super) fn folder_of(sources: &Sources, span: Span) -> &str {
    let name = sources.get(span.source).name();
    name.rfind(['/', '\\']).and_then(|end| name.get(..end)).unwrap_or("")
}
