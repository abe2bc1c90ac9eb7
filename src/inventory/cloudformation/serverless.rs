//! Services of the Serverless Framework: the template that one comes to, as far as that tells of policies, roles and pools. Variables of the
//! framework stay as they are written.
//!
//! <https://www.serverless.com/framework/docs/providers/aws/guide/resources>,
//! <https://www.serverless.com/framework/docs/providers/aws/guide/iam>

use crate::policy;
use crate::source::Span;
use crate::syntax::{Entry, Kind, Node, Tree, Weaver};

/// What the framework calls the role of all functions that have none of their own.
pub(super) const ROLE: &str = "IamRoleLambdaExecution";

/// The parts of a template that are put together from all that a service names.
const PARTS: [&str; 5] = ["Parameters", "Mappings", "Conditions", "Resources", "Outputs"];

/// Whether a document is a service that tells of policies, roles or pools.
pub(super) fn is_service(root: Node<'_, '_>) -> bool {
    let Some(provider) = root.get("provider") else { return false };
    let is_aws = |own: Node<'_, '_>| own.text().is_some_and(|own| own.known().is_none_or(|name| name == "aws"));
    let is_of_aws = is_aws(provider) || provider.get("name").is_some_and(is_aws);
    let holds_types = || {
        let resources = templates(root).filter_map(|own| own.get("Resources")).flat_map(Node::entries);
        resources.filter_map(|own| own.value.get("Type")?.string()).any(|kind| kind.starts_with("AWS::"))
    };
    is_of_aws
        && (holds_types()
            || statements(provider).is_some()
            || of_api(provider).is_some()
            || of_functions(root).next().is_some()
            || open_urls(root).next().is_some())
}

/// The template that a service comes to.
pub(super) fn template<'s>(root: Node<'_, '_>) -> Tree<'s> {
    let place = root.mark();
    let mut weaver = Weaver::new(place.source);
    weaver.open(Kind::Map, place);
    for text in ["service", "Serverless Framework"] {
        weaver.put_in(text, place);
    }
    for part in PARTS {
        weaver.put_in(part, place);
        weaver.open(Kind::Map, place);
        for entry in templates(root).filter_map(|own| own.get(part)).flat_map(Node::entries) {
            weaver.copy(entry.key);
            weaver.copy_all(entry.value);
        }
        if part == "Resources" {
            add_own(&mut weaver, root);
        }
        weaver.close(place);
    }
    weaver.close(place);
    weaver.finish()
}

/// What stands around a part of a service that lies in a file of its own: nothing but that it is one.
pub(super) fn around<'s>(place: Span) -> Tree<'s> {
    let mut weaver = Weaver::new(place.source);
    weaver.open(Kind::Map, place);
    for text in ["service", "Serverless Framework"] {
        weaver.put_in(text, place);
    }
    weaver.close(place);
    weaver.finish()
}

/// The files whose statements a service takes in: where that is written, and their names as it gives them.
pub(super) fn taken_in<'t>(root: Node<'t, '_>) -> impl Iterator<Item = (Span, &'t str)> {
    let statements = root.within().filter_map(|own| own.get("Statement").or_else(|| own.get("CustomStatements")));
    statements.flat_map(Node::items_or_self).filter_map(|own| {
        let (name, _) = own.written().strip_prefix("${file(")?.split_once(')')?;
        (!name.contains("${")).then_some((own.mark(), name.trim()))
    })
}

/// What else stands in a service and may hold policies.
pub(super) fn rest<'s>(root: Node<'_, '_>) -> Tree<'s> {
    let place = root.mark();
    let mut weaver = Weaver::new(place.source);
    weaver.open(Kind::Map, place);
    for entry in root.entries().filter(|own| !["resources", "provider", "functions"].iter().any(|name| own.key.is(name))) {
        weaver.copy(entry.key);
        weaver.copy_all(entry.value);
    }
    weaver.close(place);
    weaver.finish()
}

/// The templates that a service names: one, or a list of such.
fn templates<'t, 's>(root: Node<'t, 's>) -> impl Iterator<Item = Node<'t, 's>> {
    root.get("resources").into_iter().flat_map(Node::items_or_self).filter(|own| own.kind() == Kind::Map)
}

/// The settings of the role of all functions.
fn role<'t, 's>(provider: Node<'t, 's>) -> Option<Node<'t, 's>> {
    provider.get("iam")?.get("role").filter(|own| own.kind() == Kind::Map)
}

/// What that role may do.
fn statements<'t, 's>(provider: Node<'t, 's>) -> Option<Node<'t, 's>> {
    let statements = role(provider).and_then(|own| own.get("statements")).or_else(|| provider.get("iamRoleStatements"));
    statements.filter(|own| are_statements(*own))
}

/// Whether something is a list of statements, or is filled in by the framework where one is due, as a whole or item by item.
fn are_statements(node: Node<'_, '_>) -> bool {
    let is_variable = |own: Node<'_, '_>| own.written().starts_with("${") && own.text().is_some();
    node.items_or_self().any(|own| is_variable(own) || node.kind() == Kind::List && policy::looks_like_statement(own))
}

/// The statements of the policy of the API.
fn of_api<'t, 's>(provider: Node<'t, 's>) -> Option<Node<'t, 's>> {
    let own = provider.get("apiGateway").and_then(|own| own.get("resourcePolicy")).or_else(|| provider.get("resourcePolicy"));
    own.filter(|own| are_statements(*own))
}

/// The functions of a service.
fn functions<'t, 's>(root: Node<'t, 's>) -> impl Iterator<Item = Entry<'t, 's>> {
    root.get("functions").into_iter().flat_map(Node::items_or_self).flat_map(Node::entries)
}

/// The functions that everybody may call by their URLs: each, and where that is said.
///
/// <https://www.serverless.com/framework/docs/providers/aws/guide/functions#aws-lambda-function-urls>
fn open_urls<'t, 's>(root: Node<'t, 's>) -> impl Iterator<Item = (Entry<'t, 's>, Node<'t, 's>)> {
    functions(root).filter_map(|own| {
        let url = own.value.get("url")?;
        let is_open = match url.kind() {
            Kind::Bool(on) => on,
            Kind::Map => url.get("authorizer").is_none_or(|own| own.kind() == Kind::Null),
            _ => false,
        };
        is_open.then_some((own, url))
    })
}

/// What single functions may do, as a plugin takes it: the name of each, and its statements.
fn of_functions<'t, 's>(root: Node<'t, 's>) -> impl Iterator<Item = (Node<'t, 's>, Node<'t, 's>)> {
    functions(root).filter_map(|own| {
        let statements = own.value.get("iamRoleStatements")?;
        are_statements(statements).then_some((own.key, statements))
    })
}

/// Puts in what the framework makes itself.
fn add_own(weaver: &mut Weaver, root: Node<'_, '_>) {
    let Some(provider) = root.get("provider") else { return };
    let is_written = |name: &str| templates(root).any(|own| own.get("Resources").is_some_and(|own| own.get(name).is_some()));
    let managed = role(provider).and_then(|own| own.get("managedPolicies")).or_else(|| provider.get("iamManagedPolicies"));
    let own = statements(provider);
    if let Some(node) = own.or(managed).filter(|_| !is_written(ROLE)) {
        add_role(weaver, root, node.mark(), own, managed);
    }
    if let Some(statements) = of_api(provider) {
        let place = statements.mark();
        open(weaver, "ApiGatewayRestApi", "AWS::Serverless::Api", place);
        for name in ["Auth", "ResourcePolicy"] {
            weaver.put_in(name, place);
            weaver.open(Kind::Map, place);
        }
        weaver.put_in("CustomStatements", place);
        weaver.copy_all(statements);
        (0..4).for_each(|_| weaver.close(place));
    }
    for (function, url) in open_urls(root) {
        let place = url.mark();
        let name = function.key.string().unwrap_or_default();
        open(weaver, &format!("{name}LambdaPermissionFnUrl"), "AWS::Lambda::Permission", place);
        let function = function.value.get("name").filter(|own| own.text().is_some());
        for text in ["Action", "lambda:InvokeFunctionUrl", "Principal", "*", "FunctionUrlAuthType", "NONE", "FunctionName"] {
            weaver.put_in(text, place);
        }
        match function {
            Some(own) => weaver.copy_all(own),
            None => weaver.put_in(&format!("${{self:functions.{name}.name}}"), place),
        }
        (0..2).for_each(|_| weaver.close(place));
    }
    for (name, statements) in of_functions(root) {
        let place = statements.mark();
        let name = name.string().unwrap_or_default();
        open(weaver, &format!("{name}IamRoleStatements"), "AWS::IAM::Policy", place);
        add_document(weaver, statements, place);
        (0..2).for_each(|_| weaver.close(place));
    }
}

/// Puts in the role of all functions.
fn add_role(
    weaver: &mut Weaver,
    root: Node<'_, '_>,
    place: Span,
    statements: Option<Node<'_, '_>>,
    managed: Option<Node<'_, '_>>,
) {
    open(weaver, ROLE, "AWS::IAM::Role", place);
    let provider = root.get("provider");
    let settings = provider.and_then(role);
    let boundary = ["permissionsBoundary", "permissionBoundary"].iter().find_map(|name| settings?.get(name));
    let boundary = boundary.or_else(|| provider?.get("rolePermissionsBoundary"));
    let own = |name: &str| settings.and_then(|own| own.get(name));
    let properties =
        [("RoleName", own("name")), ("Path", own("path")), ("PermissionsBoundary", boundary), ("ManagedPolicyArns", managed)];
    for (name, value) in properties {
        if let Some(value) = value {
            weaver.put_in(name, place);
            weaver.copy_all(value);
        }
    }
    weaver.put_in("AssumeRolePolicyDocument", place);
    weaver.open(Kind::Map, place);
    for text in ["Version", "2012-10-17", "Statement"] {
        weaver.put_in(text, place);
    }
    weaver.open(Kind::Map, place);
    for text in ["Effect", "Allow", "Action", "sts:AssumeRole", "Principal"] {
        weaver.put_in(text, place);
    }
    weaver.open(Kind::Map, place);
    for text in ["Service", "lambda.amazonaws.com"] {
        weaver.put_in(text, place);
    }
    (0..3).for_each(|_| weaver.close(place));
    if let Some(statements) = statements {
        weaver.put_in("Policies", place);
        weaver.open(Kind::List, place);
        weaver.open(Kind::Map, place);
        for text in ["PolicyName", "lambda"] {
            weaver.put_in(text, place);
        }
        add_document(weaver, statements, place);
        (0..2).for_each(|_| weaver.close(place));
    }
    (0..2).for_each(|_| weaver.close(place));
}

/// Opens a resource up to its properties.
fn open(weaver: &mut Weaver, name: &str, kind: &str, place: Span) {
    weaver.put_in(name, place);
    weaver.open(Kind::Map, place);
    for text in ["Type", kind, "Properties"] {
        weaver.put_in(text, place);
    }
    weaver.open(Kind::Map, place);
}

/// Puts in a policy of statements.
fn add_document(weaver: &mut Weaver, statements: Node<'_, '_>, place: Span) {
    weaver.put_in("PolicyDocument", place);
    weaver.open(Kind::Map, place);
    for text in ["Version", "2012-10-17", "Statement"] {
        weaver.put_in(text, place);
    }
    weaver.copy_all(statements);
    weaver.close(place);
}
