//! What Amplify (Gen 1) keeps beside its templates: the values of their parameters, by stack and by environment.
//!
//! <https://docs.amplify.aws/gen1/javascript/tools/cli/project/team-provider-info/>

use super::Stack;
use crate::arn::Arn;
use crate::inventory::reader::folder_of;
use crate::inventory::{Belongs, Pending};
use crate::source::{Sources, Span};
use crate::syntax::{Kind, Node};

/// More values than this are those of no template.
const MOST_VALUES: usize = 1000;

/// Whether a document tells of the environments of a project.
pub(super) fn has_environments(root: Node<'_, '_>) -> bool {
    environments(root).next().is_some()
}

/// Whether a document is names and values and no more.
pub(super) fn is_flat(root: Node<'_, '_>) -> bool {
    // what a stack around it gives
    let is_value = |node: Node<'_, '_>| match node.kind() {
        Kind::Map => node.entries().next().is_none_or(|own| own.key.is("Ref") || own.key.is("Fn::GetAtt")),
        _ => true,
    };
    let count = root.entries().take(MOST_VALUES + 1).count();
    (1..=MOST_VALUES).contains(&count) && root.entries().all(|own| is_value(own.value))
}

/// The environments that a project is deployed to: their names, and what is known of each.
fn environments<'t, 's>(root: Node<'t, 's>) -> impl Iterator<Item = (Node<'t, 's>, Node<'t, 's>)> {
    root.entries().filter_map(|own| {
        own.value.get("awscloudformation").filter(|known| known.get("AuthRoleArn").is_some())?;
        Some((own.key, own.value))
    })
}

/// Gives stacks the values of their parameters that lie beside them, and tells which documents hold such.
pub(super) fn give<'t, 's>(stacks: &mut [Stack<'t, 's>], sources: &Sources, pending: &'t [Pending<'s>]) -> Vec<usize> {
    let mut used = Vec::new();
    for own in pending.iter().filter(|own| own.belongs == Belongs::Settings) {
        let root = own.tree.root();
        let folder = folder_of(sources, Span::new(root.span().source, 0, 0));
        match environments(root).next() {
            Some((name, environment)) => of_environment(stacks, sources, folder, name, environment),
            None => used.extend(of_parameters(stacks, sources, folder, root).then_some(own.document)),
        }
    }
    used
}

/// The first environment counts for all templates below its folder.
fn of_environment<'t, 's>(
    stacks: &mut [Stack<'t, 's>],
    sources: &Sources,
    folder: &str,
    name: Node<'t, 's>,
    environment: Node<'t, 's>,
) {
    let known = environment.get("awscloudformation");
    let arn = known.and_then(|known| known.get("AuthRoleArn")).and_then(Node::string);
    let account = arn.as_deref().and_then(Arn::parse).map(|arn| arn.account.to_owned());
    let region = known.and_then(|known| known.get("Region")).and_then(Node::string);
    let below = |place: &str| {
        folder.is_empty() || place == folder || place.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
    };
    for stack in stacks {
        let place = folder_of(sources, stack.root.mark());
        if !below(place) {
            continue;
        }
        let mut told = |name: &str, value: Option<&str>| {
            stack.told.extend(value.map(|value| (name.to_owned(), value.to_owned())));
        };
        told("AWS::AccountId", account.as_deref());
        told("AWS::Region", region.as_deref());
        let index = stack.index;
        let mut given = |name: &str, value: Node<'t, 's>| {
            if stack.root.get("Parameters").is_some_and(|own| own.get(name).is_some()) {
                stack.given.entry(name.into()).or_insert((index, value));
            }
        };
        given("env", name);
        // its own category lies in a folder of its name
        let categories = environment.get("categories").into_iter().flat_map(Node::entries).flat_map(|own| own.value.entries());
        let is_own = |resource: &str| place.split(['/', '\\']).any(|part| part == resource);
        let of_stack = categories.filter(|own| own.key.string().is_some_and(|name| is_own(&name))).map(|own| own.value);
        for entry in of_stack.chain(known).flat_map(Node::entries) {
            if let Some(name) = entry.key.string() {
                given(&name, entry.value);
            }
        }
    }
}

/// A flat document in the folder of a template, or in the one around it, that names its parameters holds their values.
fn of_parameters<'t, 's>(stacks: &mut [Stack<'t, 's>], sources: &Sources, folder: &str, root: Node<'t, 's>) -> bool {
    let mut is_used = false;
    for stack in stacks {
        let place = folder_of(sources, stack.root.mark());
        if place != folder && place.strip_prefix(folder).is_none_or(|rest| rest.trim_start_matches(['/', '\\']) != "build") {
            continue;
        }
        let Some(parameters) = stack.root.get("Parameters") else { continue };
        let values: Vec<_> = root
            .entries()
            .filter_map(|own| Some((own.key.string()?, own.value)))
            .filter(|own| parameters.get(&own.0).is_some())
            .collect();
        // half of them, so that a document which has a name in common is none
        if values.len() < 2 || values.len() * 2 < parameters.entries().count() {
            continue;
        }
        is_used = true;
        for (name, value) in values {
            let index = stack.index;
            stack.given.entry(name.into()).or_insert((index, value));
        }
    }
    is_used
}
