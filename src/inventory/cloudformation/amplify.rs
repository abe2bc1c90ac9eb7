//! What Amplify (Gen 1) keeps beside its templates: the values of their parameters, by stack and by environment; how they hang together; and what
//! two functions that it puts into them do when they are deployed.
//!
//! <https://docs.amplify.aws/gen1/javascript/tools/cli/project/team-provider-info/>

use super::Stack;
use super::resources::{Named, Taking, policy_of_one};
use crate::arn::Arn;
use crate::identity::{Ambiguous, Mapping, MappingType, RoleMap, Setting};
use crate::inventory::aws_cli::text;
use crate::inventory::reader::folder_of;
use crate::inventory::{Belongs, Pending};
use crate::policy::PolicyKind;
use crate::source::{Sources, Span};
use crate::syntax::{Kind, Node, Text, Tree};

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
    let projects = projects(stacks, sources);
    for own in pending.iter().filter(|own| own.belongs == Belongs::Settings) {
        let root = own.tree.root();
        let folder = folder_of(sources, Span::new(root.span().source, 0, 0));
        match environments(root).next() {
            Some((name, environment)) => of_environment(stacks, sources, folder, name, environment),
            None => used.extend(of_parameters(stacks, sources, &projects, folder, root).then_some(own.document)),
        }
    }
    for project in &projects {
        project.join(stacks);
    }
    used
}

/// The templates of one project.
struct Project {
    /// That of the stack which all others are nested in.
    outermost: Option<usize>,
    /// All others, each with what the names of its outputs elsewhere start with.
    parts: Vec<(String, usize)>,
    /// Whether the folder around them is one of Amplify by its name.
    is_amplify: bool,
}

/// The projects: templates that lie below one folder `backend`, in folders of their categories.
fn projects(stacks: &[Stack<'_, '_>], sources: &Sources) -> Vec<Project> {
    let mut projects: Vec<(String, Project)> = Vec::new();
    for stack in stacks {
        let place = folder_of(sources, stack.root.mark()).replace('\\', "/");
        let place = place.strip_suffix("/build").unwrap_or(&place);
        let Some(at) = place.rfind("backend/") else { continue };
        let (project, rest) = place.split_at(at);
        let is_amplify = project.trim_end_matches('/').rsplit('/').next() == Some("amplify");
        let is_outermost = stack.resource("AuthRole").is_some() && stack.resource("UnauthRole").is_some();
        let name: String = rest.split('/').skip(1).collect();
        let known = projects.iter().position(|own| own.0 == project);
        let index = known.unwrap_or(projects.len());
        if known.is_none() {
            projects.push((project.to_owned(), Project { outermost: None, parts: Vec::new(), is_amplify }));
        }
        let Some((_, own)) = projects.get_mut(index) else { continue };
        if is_outermost {
            own.outermost = Some(stack.index);
        } else {
            own.parts.push((name, stack.index));
        }
    }
    projects.into_iter().map(|own| own.1).collect()
}

impl Project {
    /// Nests all parts in the outermost stack, and gives each parameter that is named after an output of a part that output.
    fn join<'t, 's>(&self, stacks: &mut [Stack<'t, 's>]) {
        let output = |stacks: &[Stack<'t, 's>], index: usize, name: &str| -> Option<Node<'t, 's>> {
            stacks.get(index)?.root.get("Outputs")?.get(name)?.get("Value")
        };
        for (name, index) in &self.parts {
            let parameters = stacks.get(*index).and_then(|own| own.root.get("Parameters"));
            for parameter in parameters.into_iter().flat_map(Node::entries).filter_map(|own| own.key.string()) {
                let of_part = self.parts.iter().find_map(|(part, own)| {
                    Some((*own, output(stacks, *own, parameter.strip_prefix(part.as_str())?)?)).filter(|_| own != index)
                });
                // of the two roles that the outermost stack makes
                let of_outermost = || {
                    let name = match &*parameter {
                        "authRoleArn" => "AuthRoleArn",
                        "unauthRoleArn" => "UnauthRoleArn",
                        other => other,
                    };
                    Some((self.outermost?, output(stacks, self.outermost?, name)?))
                };
                let Some(found) = of_part.or_else(of_outermost) else { continue };
                if let Some(stack) = stacks.get_mut(*index) {
                    stack.given.entry((*parameter).into()).or_insert(found);
                }
            }
            // without it, they are of one account all the same
            let first = || self.parts.first().map(|own| own.1).filter(|own| self.is_amplify && own != index);
            let outermost = self.outermost.or_else(first).and_then(|own| stacks.get_mut(own));
            if let Some(outermost) = outermost.filter(|own| !own.nested.iter().any(|nested| nested.1 == *index)) {
                outermost.nested.push((name.clone(), *index));
            }
        }
    }
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
fn of_parameters<'t, 's>(
    stacks: &mut [Stack<'t, 's>],
    sources: &Sources,
    projects: &[Project],
    folder: &str,
    root: Node<'t, 's>,
) -> bool {
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
        // what names a resource names one of the outermost stack
        let project = projects.iter().find(|own| own.parts.iter().any(|part| part.1 == stack.index));
        let outermost = project.and_then(|own| own.outermost);
        for (name, value) in values {
            let index = outermost.filter(|_| value.kind() == Kind::Map).unwrap_or(stack.index);
            stack.given.entry(name.into()).or_insert((index, value));
        }
    }
    is_used
}

/// Takes in what a function does that Amplify puts into its templates and that a resource calls.
pub(super) fn call(taking: &mut Taking<'_, '_, '_, '_>, resource: &Named<'_>, root: Node<'_, '_>) {
    if let (Some(pool), Some(auth), Some(unauth)) =
        (text(root, "idpId"), text(root, "authRoleName"), text(root, "unauthRoleName"))
    {
        for (role, sign_in) in [(auth, "authenticated"), (unauth, "unauthenticated")] {
            let tree = trust_of(&pool, sign_in);
            let Some(name) = role.known() else { continue };
            let arn = Text::made(taking.evaluation.arn_of_role(resource.stack, name), role.span());
            let Some(policy) = taking.reader().document(tree.root(), PolicyKind::Trust) else { continue };
            let written = format!("trust policy of {name}");
            let value = format!("that which {} writes", resource.name);
            taking.evaluation.inventory.take_for(&written, &value, &written);
            let role = Text::made(name.to_owned(), role.span());
            taking.reader().join(role, Some(arn), |own| own.trust = Some(policy));
        }
    }
    let (Some(pool), Some(user_pool)) = (text(root, "identityPoolId"), text(root, "userPoolId")) else { return };
    let clients = ["appClientIDWeb", "appClientID"].iter().filter_map(|name| text(root, name));
    let region = text(root, "region");
    let region = region.as_ref().and_then(Text::known).unwrap_or("us-east-1");
    let mapping = |client: Text<'_>| {
        let provider = format!("cognito-idp.{region}.amazonaws.com/{}:{}", user_pool.shown(), client.shown());
        let ambiguous = Some(Setting { value: Ambiguous::AuthenticatedRole, span: client.span() });
        Mapping { provider: Text::made(provider, client.span()), kind: MappingType::Token, kind_span: client.span(), ambiguous }
    };
    let mappings: Vec<_> = clients.map(mapping).collect();
    let maps = &mut taking.evaluation.inventory.role_maps;
    match maps.iter_mut().find(|own| own.pool.known().is_some() && own.pool.known() == pool.known()) {
        Some(map) => map.mappings = mappings,
        None => maps.push(RoleMap {
            pool: Text::made(pool.shown().into_owned(), pool.span()),
            authenticated: text(root, "AuthRoleArn").map(|own| Text::made(own.shown().into_owned(), own.span())),
            unauthenticated: text(root, "UnauthRoleArn").map(|own| Text::made(own.shown().into_owned(), own.span())),
            mappings,
            mark: root.mark(),
        }),
    }
}

/// The trust policy that lets in those of an identity pool who came in one way.
fn trust_of<'s>(pool: &Text<'_>, sign_in: &str) -> Tree<'s> {
    let place = pool.span();
    let principal = ("Federated", "cognito-identity.amazonaws.com");
    policy_of_one(place, "sts:AssumeRoleWithWebIdentity", principal, |weaver| {
        weaver.put_in("Condition", place);
        weaver.open(Kind::Map, place);
        for (operator, key, value) in [("StringEquals", "aud", &*pool.shown()), ("ForAnyValue:StringLike", "amr", sign_in)] {
            weaver.put_in(operator, place);
            weaver.open(Kind::Map, place);
            weaver.put_in(&format!("cognito-identity.amazonaws.com:{key}"), place);
            weaver.put_in(value, place);
            weaver.close(place);
        }
        weaver.close(place);
    })
}
