//! Resources of which the service makes a policy: those that are one permission, and APIs, which write the ARN of their own short.

use super::evaluate::Evaluation;
use super::resources::{Named, Taking, close_policy, open_policy};
use crate::inventory::aws_cli::text;
use crate::inventory::permission::{Permission, Said, conditions};
use crate::inventory::reader::inside;
use crate::source::Span;
use crate::syntax::{Kind, Node, Text, Tree, Weaver};

/// The types of such resources.
pub(super) const KINDS: [&str; 5] = [
    "AWS::ApiGateway::RestApi",
    "AWS::Events::EventBusPolicy",
    "AWS::Lambda::LayerVersionPermission",
    "AWS::Lambda::Permission",
    "AWS::Signer::ProfilePermission",
];

/// The policy that comes of a resource which is no whole one; `None` where it is nothing of the kind.
pub(super) fn policy<'s>(taking: &mut Taking<'_, '_, '_, 's>, resource: &Named<'_>, root: Node<'_, 's>) -> Option<Tree<'s>> {
    let stack = resource.stack;
    let permission = match resource.kind {
        "AWS::ApiGateway::RestApi" => {
            let policy = whole(taking, root.get("Policy")?);
            return Some(of_api(taking.evaluation, resource, policy.root()));
        }
        // <https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-function-resourcepolicystatement.html>
        "AWS::Serverless::Api" => {
            let statements = root.get("Auth")?.get("ResourcePolicy")?.get("CustomStatements")?;
            let policy = of_statements(statements, resource.place);
            return Some(of_api(taking.evaluation, resource, policy.root()));
        }
        "AWS::Events::EventBusPolicy" => match root.get("Statement") {
            Some(statement) => {
                let statement = whole(taking, statement);
                return Some(of_statements(statement.root(), resource.place));
            }
            None => of_event_bus(taking.evaluation, stack, root)?,
        },
        "AWS::Lambda::LayerVersionPermission" => Permission {
            sid: None,
            action: Said::Written(root.get("Action")?),
            principal: Said::Written(root.get("Principal")?),
            may_be_service: false,
            resource: Said::Written(root.get("LayerVersionArn")?),
            conditions: conditions(root, &[("OrganizationId", "StringEquals", "aws:PrincipalOrgID")]),
        },
        "AWS::Signer::ProfilePermission" => {
            let profile = root.get("ProfileName")?;
            let name = format!("/signing-profiles/{}", profile.text()?.shown());
            let arn = taking.evaluation.arn_of(stack, "signer", &name);
            Permission {
                sid: None,
                action: Said::Written(root.get("Action")?),
                principal: Said::Written(root.get("Principal")?),
                may_be_service: false,
                resource: Said::Made(arn, profile.span()),
                conditions: Vec::new(),
            }
        }
        "AWS::Lambda::Permission" => of_function(taking.evaluation, stack, root)?,
        "AWS::Serverless::Function" => return of_url(taking.evaluation, resource, root),
        _ => return None,
    };
    Some(permission.policy(resource.place))
}

/// What stands there, or in the text that stands there.
fn whole<'s>(taking: &mut Taking<'_, '_, '_, 's>, node: Node<'_, 's>) -> Tree<'s> {
    if node.kind() == Kind::String
        && let Some(tree) = inside(node)
    {
        taking.faults.extend_from_slice(tree.faults());
        return tree;
    }
    let mut weaver = Weaver::new(node.span().source);
    weaver.copy_all(node);
    weaver.finish()
}

/// The policy of an API with the whole ARNs for which API Gateway takes `execute-api:/STAGE/METHOD/PATH`.
///
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-resource-policies-examples.html>
fn of_api<'s>(evaluation: &mut Evaluation<'_, '_, 's>, resource: &Named<'_>, policy: Node<'_, 's>) -> Tree<'s> {
    let start = evaluation.arn_of(resource.stack, "execute-api", &format!("${{{}}}/", resource.name));
    let mut weaver = Weaver::new(policy.span().source);
    copy_with_arns(&mut weaver, policy, &start);
    weaver.finish()
}

fn copy_with_arns(weaver: &mut Weaver, node: Node<'_, '_>, start: &str) {
    match node.kind() {
        Kind::Map => {
            weaver.open_as(node);
            for entry in node.entries() {
                weaver.copy(entry.key);
                copy_with_arns(weaver, entry.value, start);
            }
            weaver.close(node.span());
        }
        Kind::List => {
            weaver.open_as(node);
            node.items().for_each(|item| copy_with_arns(weaver, item, start));
            weaver.close(node.span());
        }
        _ => match node.string().as_deref().and_then(|own| own.strip_prefix("execute-api:/")) {
            Some(rest) => weaver.put_in(&format!("{start}{rest}"), node.span()),
            None => weaver.copy(node),
        },
    }
}

/// The policy of a list of statements, or of one.
fn of_statements<'s>(statements: Node<'_, 's>, place: Span) -> Tree<'s> {
    let mut weaver = Weaver::new(place.source);
    open_policy(&mut weaver, place);
    for statement in statements.items_or_self() {
        weaver.copy_all(statement);
    }
    close_policy(&mut weaver, place);
    weaver.finish()
}

/// A permission for an event bus as it was written before there were whole statements.
fn of_event_bus<'n, 's>(evaluation: &mut Evaluation<'_, '_, 's>, stack: usize, root: Node<'n, 's>) -> Option<Permission<'n, 's>> {
    let principal = root.get("Principal")?;
    let bus = text(root, "EventBusName");
    let arn = match bus.as_ref().map(Text::shown) {
        Some(arn) if arn.starts_with("arn:") => arn.into_owned(),
        name => evaluation.arn_of(stack, "events", &format!("event-bus/{}", name.as_deref().unwrap_or("default"))),
    };
    let condition = root.get("Condition").and_then(|own| {
        let known = |name: &str| text(own, name).map(|own| own.shown().into_owned());
        Some((known("Type")?, known("Key")?, Said::Written(own.get("Value")?)))
    });
    Some(Permission {
        sid: None,
        action: Said::Written(root.get("Action")?),
        principal: Said::Written(principal),
        may_be_service: false,
        resource: Said::Made(arn, bus.as_ref().map_or(principal.span(), Text::span)),
        conditions: condition.into_iter().collect(),
    })
}

fn of_function<'n, 's>(evaluation: &mut Evaluation<'_, '_, 's>, stack: usize, root: Node<'n, 's>) -> Option<Permission<'n, 's>> {
    let function = root.get("FunctionName");
    let named = function.and_then(Node::text);
    let arn = named.as_ref().and_then(|own| evaluation.arn_of_function(stack, &own.shown()));
    let action = root.get("Action")?;
    let resource = match (function, arn) {
        (Some(function), Some(arn)) => Said::Made(arn, function.span()),
        (Some(function), None) if named.is_some() => Said::Written(function),
        _ => Said::Made("${FunctionArn}".to_owned(), action.span()),
    };
    let given = [
        ("SourceArn", "ArnLike", "aws:SourceArn"),
        ("SourceAccount", "StringEquals", "aws:SourceAccount"),
        ("PrincipalOrgID", "StringEquals", "aws:PrincipalOrgID"),
        ("FunctionUrlAuthType", "StringEquals", "lambda:FunctionUrlAuthType"),
        ("EventSourceToken", "StringEquals", "lambda:EventSourceToken"),
    ];
    let conditions = conditions(root, &given);
    let (action, principal) = (Said::Written(action), Said::Written(root.get("Principal")?));
    Some(Permission { sid: None, action, principal, may_be_service: true, resource, conditions })
}

/// The permission that SAM makes for the URL of a function which asks nobody who he is.
///
/// <https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification-generated-resources-function.html>
fn of_url<'s>(evaluation: &mut Evaluation<'_, '_, 's>, resource: &Named<'_>, root: Node<'_, 's>) -> Option<Tree<'s>> {
    let auth = text(root.get("FunctionUrlConfig")?, "AuthType").filter(|own| own.known() == Some("NONE"))?;
    let arn = evaluation.arn_of_function(resource.stack, &format!("${{{}}}", resource.name))?;
    let place = auth.span();
    Some(Permission::of_url(arn, place).policy(place))
}

impl Evaluation<'_, '_, '_> {
    /// The ARN of something in the stack's account and region.
    fn arn_of(&mut self, stack: usize, service: &str, resource: &str) -> String {
        let mut known = |name: &str| self.attribute(stack, name).unwrap_or_default();
        let (partition, region, account) = (known("AWS::Partition"), known("AWS::Region"), known("AWS::AccountId"));
        format!("arn:{partition}:{service}:{region}:{account}:{resource}")
    }

    /// The ARN of a function that goes by its name, its ARN or a part of that, each with a version or alias behind it or not; `None` where
    /// that is not known. A function of the template that has no name goes by the one it has there.
    ///
    /// <https://docs.aws.amazon.com/lambda/latest/api/API_AddPermission.html>
    fn arn_of_function(&mut self, stack: usize, written: &str) -> Option<String> {
        let mut name = written.to_owned();
        if let Some((reference, behind)) = written.strip_prefix("${").and_then(|rest| rest.split_once('}')) {
            match self.name_of_function(stack, reference.strip_suffix(".Arn").unwrap_or(reference), 0) {
                Some(own) => name = format!("{own}{behind}"),
                // it may be an ARN
                None if behind.is_empty() => return None,
                None => {}
            }
        }
        if name.starts_with("arn:") {
            return Some(name);
        }
        let account = name.split_once(":function:").filter(|own| own.0.len() == 12).map(|own| own.0.to_owned());
        let own = account.as_deref().map_or(&*name, |own| name.strip_prefix(own).unwrap_or(&name).trim_start_matches(':'));
        let own = own.strip_prefix("function:").unwrap_or(own);
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"-_:$".contains(&byte);
        if own.is_empty() || !own.contains("${") && !own.bytes().all(is_name) {
            return None;
        }
        let arn = self.arn_of(stack, "lambda", &format!("function:{own}"));
        let there = self.attribute(stack, "AWS::AccountId").unwrap_or_default();
        Some(account.map_or(arn.clone(), |account| arn.replacen(&there, &account, 1)))
    }

    /// What a function of the template goes by, or an alias of one.
    fn name_of_function(&mut self, stack: usize, resource: &str, depth: usize) -> Option<String> {
        let node = self.stack(stack)?.resource(resource)?;
        let properties = node.get("Properties");
        match &*node.get("Type")?.string()? {
            "AWS::Lambda::Function" | "AWS::Serverless::Function" => {
                Some(self.name_of(stack, resource, properties, "FunctionName"))
            }
            "AWS::Lambda::Alias" if depth == 0 => {
                let function = properties?.get("FunctionName")?;
                let function = self.tree(stack, function);
                let function = function.root().text()?.shown().into_owned();
                let name = match function.strip_prefix("${").and_then(|rest| rest.strip_suffix('}')) {
                    Some(own) => self.name_of_function(stack, own.strip_suffix(".Arn").unwrap_or(own), depth + 1)?,
                    None => function,
                };
                let alias = self.known_at(stack, properties?.get("Name")?)?;
                Some(format!("{name}:{alias}"))
            }
            _ => None,
        }
    }
}
