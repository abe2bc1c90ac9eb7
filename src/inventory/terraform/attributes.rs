//! What resources and data sources tell of themselves only once they are there: names, ids and ARNs.

use super::evaluate::{At, Evaluation};
use super::path::Step;
use crate::inventory::stand_in::Made;
use crate::syntax::Node;

/// What has a name in its ARN: type, the attribute of the name, the service, what stands before the name, whether region and account do, whether the
/// id is the ARN.
const NAMED: [(&str, &str, &str, &str, bool, bool); 11] = [
    ("aws_s3_bucket", "bucket", "s3", "", false, false),
    ("aws_dynamodb_table", "name", "dynamodb", "table/", true, false),
    ("aws_sqs_queue", "name", "sqs", "", true, false),
    ("aws_sns_topic", "name", "sns", "", true, true),
    ("aws_lambda_function", "function_name", "lambda", "function:", true, false),
    ("aws_sfn_state_machine", "name", "states", "stateMachine:", true, true),
    ("aws_cloudwatch_log_group", "name", "logs", "log-group:", true, false),
    ("aws_kinesis_stream", "name", "kinesis", "stream/", true, true),
    ("aws_ecr_repository", "name", "ecr", "repository/", true, false),
    ("aws_cloudwatch_event_bus", "name", "events", "event-bus/", true, false),
    ("aws_ecs_cluster", "name", "ecs", "cluster/", true, true),
];

impl<'t, 's> Evaluation<'_, 't, 's> {
    /// The value of an attribute that is not set, but follows from the rest.
    pub(super) fn computed(&mut self, at: At, index: usize, attribute: &str) -> Option<String> {
        let own = self.module(at.module)?.resources.get(index)?;
        let body = own.body;
        if own.is_data {
            return self.of_data(at, &own.kind, body, attribute);
        }
        match (&*own.kind, attribute) {
            ("aws_iam_role" | "aws_iam_user" | "aws_iam_group" | "aws_iam_policy" | "aws_iam_instance_profile", "name") => {
                Some(self.name_of(at, index))
            }
            ("aws_iam_role" | "aws_iam_user" | "aws_iam_group" | "aws_iam_instance_profile", "id") => {
                Some(self.name_of(at, index))
            }
            ("aws_iam_role" | "aws_iam_user" | "aws_iam_group" | "aws_iam_policy" | "aws_iam_instance_profile", "arn" | "id") => {
                let path = self.text_of(at, body, "path").filter(|path| path.starts_with('/')).unwrap_or_else(|| "/".to_owned());
                let kind = own.kind.trim_start_matches("aws_iam_").replace('_', "-");
                let name = self.name_of(at, index);
                Some(self.iam_arn(at, &format!("{kind}{path}{name}")))
            }
            ("aws_iam_openid_connect_provider", "arn" | "id") => {
                let host = self.computed(at, index, "url")?;
                Some(self.iam_arn(at, &format!("oidc-provider/{host}")))
            }
            ("aws_iam_openid_connect_provider", "url") => {
                let url = self.text_of(at, body, "url")?;
                Some(url.strip_prefix("https://").unwrap_or(&url).to_owned())
            }
            ("aws_iam_saml_provider", "arn" | "id") => {
                let name = self.name_of(at, index);
                Some(self.iam_arn(at, &format!("saml-provider/{name}")))
            }
            ("aws_cognito_user_pool", "id" | "arn" | "endpoint") => {
                let id = self.made(at, index, Made::UserPool);
                let region = id.split_once('_').map_or_else(|| self.region(at), |own| own.0.to_owned());
                match attribute {
                    "id" => Some(id),
                    "endpoint" => Some(format!("cognito-idp.{region}.amazonaws.com/{id}")),
                    _ => {
                        let (partition, account) = (self.partition(at), self.account(at));
                        Some(format!("arn:{partition}:cognito-idp:{region}:{account}:userpool/{id}"))
                    }
                }
            }
            ("aws_cognito_user_pool_client", "id") => Some(self.made(at, index, Made::Client)),
            ("aws_cognito_identity_pool", "id" | "arn") => {
                let id = self.made(at, index, Made::IdentityPool);
                if attribute == "id" {
                    return Some(id);
                }
                let region = id.split_once(':').map_or_else(|| self.region(at), |own| own.0.to_owned());
                let (partition, account) = (self.partition(at), self.account(at));
                Some(format!("arn:{partition}:cognito-identity:{region}:{account}:identitypool/{id}"))
            }
            (kind, "arn" | "id") => self.of_named(at, kind, body, attribute),
            _ => None,
        }
    }

    fn of_named(&mut self, at: At, kind: &str, body: Node<'t, 's>, attribute: &str) -> Option<String> {
        let (_, property, service, before, is_regional, id_is_arn) = *NAMED.iter().find(|own| own.0 == kind)?;
        let name = self.text_of(at, body, property)?;
        if attribute == "id" && !id_is_arn {
            // the id of a queue is its URL
            return (kind != "aws_sqs_queue").then_some(name);
        }
        let partition = self.partition(at);
        if !is_regional {
            return Some(format!("arn:{partition}:{service}:::{before}{name}"));
        }
        let (region, account) = (self.region(at), self.account(at));
        Some(format!("arn:{partition}:{service}:{region}:{account}:{before}{name}"))
    }

    fn of_data(&mut self, at: At, kind: &str, body: Node<'t, 's>, attribute: &str) -> Option<String> {
        match (kind, attribute) {
            ("aws_caller_identity", "account_id" | "id") => Some(self.account(at)),
            ("aws_partition", "partition" | "id") => Some(self.partition(at)),
            ("aws_partition", "dns_suffix") => Some(self.of_account(at, kind, attribute, Made::UrlSuffix)),
            ("aws_region", "name" | "region" | "id") => Some(self.region(at)),
            ("aws_iam_openid_connect_provider", "arn" | "id") if body.get("arn").is_none() => {
                let url = self.text_of(at, body, "url")?;
                let host = url.strip_prefix("https://").unwrap_or(&url);
                Some(self.iam_arn(at, &format!("oidc-provider/{host}")))
            }
            ("aws_iam_openid_connect_provider", "url") => {
                if let Some(url) = self.text_of(at, body, "url") {
                    return Some(url.strip_prefix("https://").unwrap_or(&url).to_owned());
                }
                let arn = self.text_of(at, body, "arn")?;
                arn.split_once(":oidc-provider/").map(|own| own.1.to_owned())
            }
            _ => None,
        }
    }

    /// The name of something in IAM: the one that is set, or the one by which the module knows it.
    pub(super) fn name_of(&mut self, at: At, index: usize) -> String {
        let Some(own) = self.module(at.module).and_then(|own| own.resources.get(index)) else { return String::new() };
        if let Some(name) = self.text_of(at, own.body, "name").filter(|name| !name.is_empty()) {
            return name;
        }
        let address = self.address(at, index);
        let written = format!("{address}.name");
        if let Some(said) = self.inventory.said(&written, &format!("${{{written}}}")) {
            return said;
        }
        let prefix = self.text_of(at, own.body, "name_prefix").unwrap_or_default();
        let folder = self.module(at.module).filter(|own| own.is_child).map(|own| own.folder.rsplit('/').next().unwrap_or(""));
        let folder = folder.map(|own| format!("{own}-")).unwrap_or_default();
        let key = self.instances.get(at.instance).map(|own| own.key.clone()).filter(|key| !key.is_empty());
        let key = key.map(|own| format!("-{own}")).unwrap_or_default();
        let name = format!("{prefix}{folder}{}{key}", own.name);
        self.inventory.take_for(&written, &name, &format!("${{{written}}}"));
        name
    }

    /// The address of an instance, as Terraform shows it.
    pub(super) fn address(&self, at: At, index: usize) -> String {
        let Some(own) = self.module(at.module).and_then(|own| own.resources.get(index)) else { return String::new() };
        let key = self.instances.get(at.instance).filter(|_| at.instance > 0).map(|own| match own.key.parse::<usize>() {
            Ok(number) => format!("[{number}]"),
            Err(_) => format!("[\"{}\"]", own.key),
        });
        format!("{}.{}{}", own.kind, own.name, key.unwrap_or_default())
    }

    fn made(&mut self, at: At, index: usize, made: Made) -> String {
        let name = format!("{}.id", self.address(at, index));
        self.stand(at, self.scope(at), &name, made)
    }

    /// What lies at the end of some steps in a cluster, where that is the issuer of its tokens.
    pub(super) fn issuer(&mut self, at: At, index: usize, steps: &[Step<'_>]) -> Option<String> {
        let [Step::Name("identity"), _, Step::Name("oidc"), _, Step::Name("issuer")] = steps else { return None };
        let own = self.module(at.module)?.resources.get(index).filter(|own| own.kind == "aws_eks_cluster")?;
        let before = if own.is_data { "data." } else { "" };
        let name = format!("{before}{}.identity[0].oidc[0].issuer", self.address(at, index));
        Some(self.stand(at, self.scope(at), &name, Made::ClusterIssuer))
    }

    /// The account that a module is in.
    fn scope(&self, at: At) -> usize {
        self.scope.or_else(|| Some(self.module(at.module)?.scope)).unwrap_or(0)
    }

    fn stand(&mut self, at: At, scope: usize, name: &str, made: Made) -> String {
        // of modules that belong together each has names of its own
        let name = match self.module(at.module).filter(|own| own.is_child) {
            Some(own) if matches!(made, Made::UserPool | Made::Client | Made::IdentityPool | Made::ClusterIssuer) => {
                format!("{}/{name}", own.folder)
            }
            _ => name.to_owned(),
        };
        self.inventory.stand_in(scope, &name, made)
    }

    fn text_of(&mut self, at: At, body: Node<'t, 's>, attribute: &str) -> Option<String> {
        let node = body.get(attribute)?;
        self.known_at(at, node)
    }

    fn told_region(&mut self, at: At) -> Option<String> {
        let mut module = self.module(at.module)?;
        // a module that is called has the provider of its caller, mostly
        if module.region.is_none()
            && let Some((caller, _)) = module.caller
        {
            module = self.module(caller)?;
        }
        let node = module.region?;
        self.known_at(At { module: module.index, instance: 0 }, node)
    }

    fn region(&mut self, at: At) -> String {
        self.told_region(at).unwrap_or_else(|| self.of_account(at, "aws_region", "region", Made::Region))
    }

    fn partition(&mut self, at: At) -> String {
        self.of_account(at, "aws_partition", "partition", Made::Partition)
    }

    fn account(&mut self, at: At) -> String {
        self.of_account(at, "aws_caller_identity", "account_id", Made::Account)
    }

    /// What the modules that belong together have a data source for, whatever its name is, or could have one.
    fn of_account(&mut self, at: At, kind: &str, attribute: &str, made: Made) -> String {
        let scope = self.scope(at);
        let together = self.modules.iter().filter(|own| own.scope == scope).flat_map(|own| &own.resources);
        let source = together.filter(|own| own.is_data).find(|own| own.kind == kind).map_or("current", |own| &own.name);
        let name = format!("data.{kind}.{source}.{attribute}");
        self.stand(at, scope, &name, made)
    }

    /// The ARN of something in IAM, in the account of a module.
    pub(super) fn iam_arn(&mut self, at: At, resource: &str) -> String {
        let (partition, account) = (self.partition(at), self.account(at));
        format!("arn:{partition}:iam::{account}:{resource}")
    }
}
