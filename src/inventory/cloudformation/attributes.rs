//! What `Ref` and `Fn::GetAtt` give of a resource. Names that the template does not tell are those of the template for what IAM and Cognito know
//! by name, and holes for all else.

use super::evaluate::Evaluation;
use crate::identity::ProviderKind;
use crate::inventory::stand_in::Made;
use crate::syntax::Node;

impl<'t, 's> Evaluation<'_, 't, 's> {
    /// The value of `NAME` or `NAME.ATTRIBUTE`.
    pub(super) fn of_resource(&mut self, stack: usize, whole: &str) -> Option<String> {
        let (name, attribute) = whole.split_once('.').unwrap_or((whole, ""));
        let own = self.stack(stack)?;
        let Some(resource) = own.resource(name) else {
            // the role that SAM makes for a function
            let of = name.strip_suffix("Role").and_then(|base| own.resource(base))?;
            let makes_role = of.get("Type")?.string()?.starts_with("AWS::Serverless::");
            return if makes_role { self.role(stack, name, None, attribute) } else { None };
        };
        let kind = resource.get("Type")?.string()?;
        let properties = resource.get("Properties");
        match &*kind {
            "AWS::IAM::Role" => self.role(stack, name, properties, attribute),
            "AWS::IAM::ManagedPolicy" => match attribute {
                "" | "PolicyArn" => {
                    let policy = self.name_of(stack, name, properties, "ManagedPolicyName");
                    let path = self.path_of(stack, properties);
                    Some(self.iam_arn(stack, &format!("policy{path}{policy}")))
                }
                _ => None,
            },
            "AWS::IAM::User" => self.named_holder(stack, name, properties, ("UserName", "user"), attribute),
            "AWS::IAM::Group" => self.named_holder(stack, name, properties, ("GroupName", "group"), attribute),
            "AWS::IAM::OIDCProvider" => match attribute {
                "" | "Arn" => {
                    let url = self.text_of(stack, properties, "Url")?;
                    let host = url.strip_prefix("https://").unwrap_or(&url);
                    let arn = self.iam_arn(stack, &format!("oidc-provider/{host}"));
                    ProviderKind::of(&arn).map(|_| arn.clone())
                }
                _ => None,
            },
            "AWS::IAM::SAMLProvider" => match attribute {
                "" | "Arn" => {
                    let provider = self.name_of(stack, name, properties, "Name");
                    Some(self.iam_arn(stack, &format!("saml-provider/{provider}")))
                }
                _ => None,
            },
            "AWS::Cognito::UserPool" => self.user_pool(stack, name, attribute),
            "AWS::Cognito::UserPoolClient" => match attribute {
                "" | "ClientId" => Some(self.made(stack, name, Made::Client)),
                "Name" => self.text_of(stack, properties, "ClientName"),
                _ => None,
            },
            "AWS::Cognito::UserPoolGroup" => match attribute {
                "" => self.text_of(stack, properties, "GroupName"),
                _ => None,
            },
            "AWS::Cognito::IdentityPool" => match attribute {
                "" | "Id" => Some(self.made(stack, name, Made::IdentityPool)),
                "Name" => self.text_of(stack, properties, "IdentityPoolName"),
                _ => None,
            },
            "AWS::EKS::Cluster" => match attribute {
                "" => self.text_of(stack, properties, "Name"),
                "OpenIdConnectIssuerUrl" => Some(self.made(stack, whole, Made::ClusterIssuer)),
                _ => None,
            },
            "AWS::CloudFormation::Stack" | "AWS::Serverless::Application" => {
                let output = attribute.strip_prefix("Outputs.")?;
                let &(_, inner) = own.nested.iter().find(|nested| nested.0 == name)?;
                let value = self.stack(inner)?.root.get("Outputs")?.get(output)?.get("Value")?;
                self.known_at(inner, value)
            }
            _ => self.of_named(stack, &kind, properties, attribute),
        }
    }

    /// Of what has a name in its ARN, as long as the template tells it.
    fn of_named(&mut self, stack: usize, kind: &str, properties: Option<Node<'t, 's>>, attribute: &str) -> Option<String> {
        // type, the property of the name, the service, what stands before the name, whether region and account do, whether `Ref` is the ARN
        const NAMED: [(&str, &str, &str, &str, bool, bool); 13] = [
            ("AWS::S3::Bucket", "BucketName", "s3", "", false, false),
            ("AWS::DynamoDB::Table", "TableName", "dynamodb", "table/", true, false),
            ("AWS::DynamoDB::GlobalTable", "TableName", "dynamodb", "table/", true, false),
            ("AWS::SQS::Queue", "QueueName", "sqs", "", true, false),
            ("AWS::SNS::Topic", "TopicName", "sns", "", true, true),
            ("AWS::Lambda::Function", "FunctionName", "lambda", "function:", true, false),
            ("AWS::Serverless::Function", "FunctionName", "lambda", "function:", true, false),
            ("AWS::Serverless::SimpleTable", "TableName", "dynamodb", "table/", true, false),
            ("AWS::StepFunctions::StateMachine", "StateMachineName", "states", "stateMachine:", true, true),
            ("AWS::Logs::LogGroup", "LogGroupName", "logs", "log-group:", true, false),
            ("AWS::Kinesis::Stream", "Name", "kinesis", "stream/", true, false),
            ("AWS::ECR::Repository", "RepositoryName", "ecr", "repository/", true, false),
            ("AWS::Events::EventBus", "Name", "events", "event-bus/", true, false),
        ];
        let (_, property, service, before, is_regional, ref_is_arn) = *NAMED.iter().find(|own| own.0 == kind)?;
        let name = self.text_of(stack, properties, property)?;
        // the URL of a queue
        if attribute.is_empty() && kind == "AWS::SQS::Queue" {
            return None;
        }
        if attribute.is_empty() && !ref_is_arn {
            return Some(name);
        }
        if !matches!(attribute, "" | "Arn" | "TopicArn") {
            return None;
        }
        let partition = self.attribute(stack, "AWS::Partition")?;
        if !is_regional {
            return Some(format!("arn:{partition}:{service}:::{before}{name}"));
        }
        let (region, account) = (self.attribute(stack, "AWS::Region")?, self.attribute(stack, "AWS::AccountId")?);
        let behind = if service == "logs" { ":*" } else { "" };
        Some(format!("arn:{partition}:{service}:{region}:{account}:{before}{name}{behind}"))
    }

    fn role(&mut self, stack: usize, name: &str, properties: Option<Node<'t, 's>>, attribute: &str) -> Option<String> {
        match attribute {
            "" => Some(self.name_of(stack, name, properties, "RoleName")),
            "Arn" => {
                let role = self.name_of(stack, name, properties, "RoleName");
                let path = self.path_of(stack, properties);
                Some(self.iam_arn(stack, &format!("role{path}{role}")))
            }
            _ => None,
        }
    }

    fn named_holder(
        &mut self,
        stack: usize,
        name: &str,
        properties: Option<Node<'t, 's>>,
        (property, kind): (&str, &str),
        attribute: &str,
    ) -> Option<String> {
        let own = self.name_of(stack, name, properties, property);
        match attribute {
            "" => Some(own),
            "Arn" => {
                let path = self.path_of(stack, properties);
                Some(self.iam_arn(stack, &format!("{kind}{path}{own}")))
            }
            _ => None,
        }
    }

    fn user_pool(&mut self, stack: usize, name: &str, attribute: &str) -> Option<String> {
        let id = self.made(stack, name, Made::UserPool);
        // an id that the user gave tells its region
        let region = id.split_once('_').map(|own| own.0.to_owned());
        let region = region.or_else(|| self.attribute(stack, "AWS::Region"))?;
        match attribute {
            "" | "UserPoolId" => Some(id),
            "ProviderName" => Some(format!("cognito-idp.{region}.amazonaws.com/{id}")),
            "ProviderURL" => Some(format!("https://cognito-idp.{region}.amazonaws.com/{id}")),
            "Arn" => {
                let (partition, account) = (self.attribute(stack, "AWS::Partition")?, self.attribute(stack, "AWS::AccountId")?);
                Some(format!("arn:{partition}:cognito-idp:{region}:{account}:userpool/{id}"))
            }
            _ => None,
        }
    }

    fn made(&mut self, stack: usize, name: &str, made: Made) -> String {
        let region = self.attribute(stack, "AWS::Region").unwrap_or_default();
        let index = self.stack(stack).map_or(0, |own| own.index);
        self.inventory.stand_in_of(index, name, made, &region)
    }

    /// The name that a template gives, or that by which it knows the resource itself.
    pub(super) fn name_of(&mut self, stack: usize, name: &str, properties: Option<Node<'t, 's>>, property: &str) -> String {
        if let Some(known) = self.text_of(stack, properties, property) {
            return known;
        }
        self.inventory.take_for(name, name, &format!("${{{name}}}"));
        name.to_owned()
    }

    fn path_of(&mut self, stack: usize, properties: Option<Node<'t, 's>>) -> String {
        self.text_of(stack, properties, "Path").filter(|path| path.starts_with('/')).unwrap_or_else(|| "/".to_owned())
    }

    fn text_of(&mut self, stack: usize, properties: Option<Node<'t, 's>>, property: &str) -> Option<String> {
        let node = properties?.get(property)?;
        self.known_at(stack, node)
    }

    /// The ARN of something in IAM, in the stack's account.
    pub(super) fn iam_arn(&mut self, stack: usize, resource: &str) -> String {
        let partition = self.attribute(stack, "AWS::Partition").unwrap_or_default();
        let account = self.attribute(stack, "AWS::AccountId").unwrap_or_default();
        format!("arn:{partition}:iam::{account}:{resource}")
    }
}
