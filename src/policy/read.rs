//! From a spanned tree to a policy.

mod character;
mod condition;
mod control;
mod name;
mod principal;
mod variable;

use super::element::{Element, Keys, Name, Spelling, elements};
use super::size::{self, Size};
use super::{Effect, Patterns, Policy, PolicyFault, PolicyKind, Statement, Statements, Version};
use crate::finding::Fault;
use crate::pattern::Pattern;
use crate::source::Span;
use crate::spelling;
use crate::syntax::{Directive, Kind, Node, Text};

pub use condition::TAG_KEYS;

/// Reads a policy document. Reading never fails: what is wrong stands in [`Policy::faults`].
///
/// An element under a misspelt or wrongly cased name is read as the one it was meant to be, so that one slip is one
/// fault. Of an element that stands twice the last counts, but the conditions of both: AWS takes neither. A hole, and
/// what the tree already calls [`Kind::Wrong`], is never a fault here. What is larger than any policy has no statements, and one fault.
pub fn read<'s>(node: Node<'_, 's>, kind: PolicyKind) -> Policy<'s> {
    let is_too_large = node.written().len() > size::LARGEST;
    let with_holes: Vec<Text<'_>> = if is_too_large { Vec::new() } else { node.texts_with_holes().collect() };
    let mut policy = Policy {
        kind,
        guessed: false,
        mark: node.mark(),
        range: node.span(),
        size: Size::of(node, &with_holes),
        has_hole: !with_holes.is_empty(),
        version: Version::V2008,
        version_span: None,
        id: None,
        statements: Statements::default(),
        later: None,
        otherwise: false,
        faults: Vec::new(),
    };
    if is_too_large {
        policy.faults.push(Fault::at(PolicyFault::TooLarge(node.written().len()), policy.mark));
        return policy;
    }
    let mut reader = Reader { kind, variables: false, faults: Vec::new() };
    match node.kind() {
        Kind::Map => reader.document(node, &mut policy),
        _ if is_open(node) => policy.later = Some(node.span()),
        _ => reader.fault(PolicyFault::WrongType("an object"), node.mark()),
    }
    reader.sids(&policy.statements);
    reader.variables_of_2008(&policy);
    reader.characters(node);
    if let Some(fault) = size::fault(&policy) {
        reader.fault(fault, policy.mark);
    }
    let form = node.tree().faults().iter().find(|fault| policy.range.contains(fault.span));
    reader.faults.extend(form.map(|fault| Fault::at(PolicyFault::NotJson, fault.span)));
    reader.faults.sort_by_key(|fault| fault.span);
    policy.faults = reader.faults;
    policy
}

struct Reader {
    kind: PolicyKind,
    /// Whether `${…}` is a variable.
    variables: bool,
    faults: Vec<Fault<PolicyFault>>,
}

impl Reader {
    fn fault(&mut self, kind: PolicyFault, span: Span) {
        self.faults.push(Fault::at(kind, span));
    }

    fn wrong_type(&mut self, expected: &'static str, value: Node<'_, '_>, key: Node<'_, '_>) {
        if !is_open(value) {
            self.faults.push(Fault::between(PolicyFault::WrongType(expected), value.mark(), key.span()));
        }
    }

    fn document<'s>(&mut self, node: Node<'_, 's>, policy: &mut Policy<'s>) {
        let bare = is_bare_statement(node);
        let known = if bare { Name::ALL } else { Name::OF_POLICY };
        let mut keys = Keys::default();
        for element in elements(node, known) {
            self.unknown(&element, PolicyFault::UnknownElement);
            keys.add(&element);
        }
        let has = |name| keys.is_open() || keys.get(name).is_some();
        let old = self.kind.needs_2012();
        if !has(Name::Version) {
            self.fault(if old { PolicyFault::OldVersion } else { PolicyFault::MissingVersion }, node.mark());
        }
        if !has(Name::Statement) {
            self.fault(PolicyFault::MissingStatement, node.mark());
        }
        // the version says how all the rest is read, wherever it stands
        for Element { key, value, .. } in elements(node, known).filter(|element| element.name == Some(Name::Version)) {
            policy.version = self.version(value, key);
            policy.version_span = Some(value.span());
        }
        self.variables = policy.version == Version::V2012;
        policy.later = keys.is_open().then(|| node.mark());
        let mut statements = Vec::new();
        for Element { name, key, value, .. } in elements(node, known) {
            match name {
                Some(Name::Id) => policy.id = self.string(value, key),
                Some(Name::Statement) => self.statements(value, key, policy, &mut statements),
                _ => {}
            }
        }
        if bare {
            let statement = self.statement(node, true, 0);
            statements.push(statement);
        }
        policy.statements = statements.into();
    }

    fn unknown(&mut self, element: &Element<'_, '_>, kind: fn(Option<&'static str>) -> PolicyFault) {
        if let Spelling::Wrong(nearest) = element.spelling {
            self.fault(kind(nearest.map(Name::text)), element.key.span());
        }
    }

    fn version(&mut self, value: Node<'_, '_>, key: Node<'_, '_>) -> Version {
        let Some(text) = self.string(value, key) else { return Version::V2012 };
        match text.known() {
            Some("2012-10-17") => Version::V2012,
            Some("2008-10-17") => {
                if self.kind.needs_2012() {
                    self.fault(PolicyFault::OldVersion, value.span());
                }
                Version::V2008
            }
            // nobody who puts a version in by template wants the old one
            None => Version::V2012,
            Some(_) => {
                self.fault(PolicyFault::UnknownVersion, value.span());
                Version::V2012
            }
        }
    }

    fn statements<'s>(&mut self, value: Node<'_, 's>, key: Node<'_, 's>, policy: &mut Policy<'s>, list: &mut Vec<Statement<'s>>) {
        if value.kind() == Kind::List && value.items().next().is_none() {
            self.faults.push(Fault::between(PolicyFault::EmptyStatement, value.mark(), key.span()));
        }
        list.reserve(value.items_or_self().count());
        let (mut part, mut depth) = (None, 0_usize);
        for item in value.items_or_self() {
            if item.kind() == Kind::Map {
                let mut statement = self.statement(item, false, list.len());
                statement.optional = part.or_else(|| policy.has_hole.then(|| directive_in(item)).flatten());
                list.push(statement);
            } else {
                match item.directive() {
                    Some(Directive::Opens) => depth += 1,
                    Some(Directive::Closes) => depth = depth.saturating_sub(1),
                    _ => {}
                }
                part = (depth > 0).then(|| item.span());
                policy.later = policy.later.or(is_open(item).then(|| item.span()));
                self.wrong_type(if value.kind() == Kind::List { "an object" } else { "a list of objects" }, item, key);
            }
        }
    }

    /// A statement. `bare`: it is the document itself, whose unknown elements are told.
    fn statement<'s>(&mut self, node: Node<'_, 's>, bare: bool, index: usize) -> Statement<'s> {
        let mut statement = Statement {
            index,
            mark: node.mark(),
            range: node.span(),
            sid: None,
            effect: None,
            principals: None,
            actions: None,
            resources: None,
            conditions: Box::default(),
            condition_key: None,
            later: None,
            optional: None,
        };
        let mut keys = Keys::default();
        for element in elements(node, if bare { Name::ALL } else { Name::OF_STATEMENT }) {
            if !bare {
                self.unknown(&element, PolicyFault::UnknownStatementElement);
            }
            keys.add(&element);
            let (Some(name), Element { key, value, .. }) = (element.name, element) else { continue };
            match name {
                Name::Sid => statement.sid = self.string(value, key),
                Name::Effect => statement.effect = self.effect(value, key),
                Name::Principal | Name::NotPrincipal => {
                    statement.principals = Some(Box::new(self.principals(name == Name::NotPrincipal, key, value)));
                }
                // variables are not filled in in actions
                Name::Action | Name::NotAction => {
                    let actions = self.patterns(name == Name::NotAction, key, value, false);
                    self.actions(&actions);
                    statement.actions = Some(actions);
                }
                Name::Resource | Name::NotResource => {
                    let resources = self.patterns(name == Name::NotResource, key, value, self.variables);
                    resources.list.iter().for_each(|resource| self.variables_of(resource));
                    statement.resources = Some(resources);
                }
                Name::Condition => {
                    statement.condition_key = Some(key.span());
                    // AWS takes no second block; the conditions of both count
                    let mut conditions = std::mem::take(&mut statement.conditions).into_vec();
                    let later = self.conditions(value, &mut conditions);
                    statement.conditions = conditions.into();
                    statement.later = statement.later.or(later);
                }
                Name::Version | Name::Id | Name::Statement => {}
            }
        }
        statement.later = keys.is_open().then_some(statement.mark).or(statement.later);
        if node.entries().next().is_some() {
            self.what_is_missing(&keys, &statement);
        } else {
            self.fault(PolicyFault::EmptyStatement, node.mark());
        }
        self.what_excludes(&keys);
        self.special(&statement);
        statement
    }

    /// What the kind of policy needs and does not find, or finds and must not have.
    fn what_is_missing(&mut self, keys: &Keys<'_, '_>, statement: &Statement<'_>) {
        let principal = keys.either([Name::Principal, Name::NotPrincipal]);
        let resource = keys.either([Name::Resource, Name::NotResource]);
        let kind = self.kind;
        let mut missing = |is_there: bool, fault| {
            if !is_there && !keys.is_open() {
                self.fault(fault, statement.mark);
            }
        };
        missing(keys.get(Name::Effect).is_some(), PolicyFault::MissingEffect);
        missing(keys.either([Name::Action, Name::NotAction]).is_some(), PolicyFault::MissingAction);
        if kind.has_principal() {
            missing(principal.is_some(), PolicyFault::MissingPrincipal);
        }
        if kind != PolicyKind::Trust && !(kind == PolicyKind::Resource && needs_no_resource(statement)) {
            missing(resource.is_some(), PolicyFault::MissingResource);
        }
        if let Some((_, key)) = principal.filter(|_| !kind.has_principal()) {
            self.fault(PolicyFault::PrincipalNotAllowed, key.span());
        }
        if kind == PolicyKind::Trust {
            if let Some((_, key)) = resource {
                self.fault(PolicyFault::ResourceInTrust, key.span());
            }
            if let Some((_, key)) = principal.filter(|(name, _)| *name == Name::NotPrincipal) {
                self.fault(PolicyFault::NotPrincipalInTrust, key.span());
            }
        }
    }

    fn what_excludes(&mut self, keys: &Keys<'_, '_>) {
        for [name, not] in
            [[Name::Principal, Name::NotPrincipal], [Name::Action, Name::NotAction], [Name::Resource, Name::NotResource]]
        {
            if let (Some(name), Some(not)) = (keys.get(name), keys.get(not)) {
                let (one, other) = (name.span(), not.span());
                self.faults.push(Fault::between(PolicyFault::ExclusiveElements, one.max(other), one.min(other)));
            }
        }
    }

    fn effect(&mut self, value: Node<'_, '_>, key: Node<'_, '_>) -> Option<(Effect, Span)> {
        let text = self.string(value, key)?;
        match text.known()? {
            "Allow" => Some((Effect::Allow, value.span())),
            "Deny" => Some((Effect::Deny, value.span())),
            other => {
                let nearest = spelling::nearest(other, ["Allow", "Deny"]);
                self.fault(PolicyFault::UnknownEffect(nearest), value.span());
                None
            }
        }
    }

    fn patterns<'s>(&mut self, negated: bool, key: Node<'_, 's>, value: Node<'_, 's>, variables: bool) -> Patterns<'s> {
        let expected = if value.kind() == Kind::List { "a string" } else { "a string or a list of strings" };
        let mut list = Vec::with_capacity(value.items_or_self().count());
        for item in value.items_or_self() {
            match item.text() {
                Some(text) if matches!(item.kind(), Kind::String | Kind::Hole) => list.push(Pattern::new(text, variables)),
                _ => self.wrong_type(expected, item, key),
            }
        }
        let wild = list.iter().any(Pattern::has_wildcard);
        Patterns { key: key.span(), negated, list: list.into(), wild }
    }

    fn string<'s>(&mut self, value: Node<'_, 's>, key: Node<'_, 's>) -> Option<Text<'s>> {
        if matches!(value.kind(), Kind::String | Kind::Hole) {
            return value.text();
        }
        self.wrong_type("a string", value, key);
        None
    }
}

impl PolicyKind {
    /// Whether its documents must be of version 2012-10-17.
    pub(super) fn needs_2012(self) -> bool {
        matches!(self, Self::Scp | Self::Rcp)
    }

    /// Whether its statements name principals.
    fn has_principal(self) -> bool {
        matches!(self, Self::Trust | Self::Resource | Self::Rcp | Self::Endpoint)
    }
}

/// Whether something may still become what is due: a hole, or what is no value at all, as the tree's reader has told.
fn is_open(value: Node<'_, '_>) -> bool {
    match value.kind() {
        Kind::Wrong => true,
        _ => value.has_hole(),
    }
}

/// The first directive of a template in a statement.
fn directive_in(statement: Node<'_, '_>) -> Option<Span> {
    statement.within().find(|node| node.directive().is_some()).map(Node::span)
}

/// A document without `Statement` that itself holds what belongs into one.
fn is_bare_statement(node: Node<'_, '_>) -> bool {
    let has = |names: &[Name]| names.iter().any(|name| node.get(name.text()).is_some());
    let has_statement = elements(node, Name::OF_POLICY).any(|element| element.name == Some(Name::Statement));
    !has_statement && has(&[Name::Effect, Name::Action, Name::NotAction])
}

/// Repositories of container images and file systems are themselves the resource: their policies may leave it out.
fn needs_no_resource(statement: &Statement<'_>) -> bool {
    let services = ["ecr:", "ecr-public:", "elasticfilesystem:"];
    let actions = statement.actions.iter().flat_map(|actions| &actions.list).filter_map(|action| action.plain());
    let mut known = actions.map(|action| services.iter().any(|service| action.starts_with(service))).peekable();
    known.peek().is_some() && known.all(|is_there| is_there)
}
