//! Small trust policies of the kinds that people write: the same on each run.

use std::fmt::Write as _;

use super::lint::Named;

/// So many, each as a file of its own.
pub(crate) fn trusts(count: usize) -> Vec<Named> {
    let mut maker = Maker { chance: 0x9E37_79B9_7F4A_7C15 };
    (0..count).map(|at| (format!("trust-{at:05}.json"), maker.policy())).collect()
}

struct Maker {
    chance: u64,
}

impl Maker {
    fn below(&mut self, bound: u64) -> u64 {
        self.chance ^= self.chance << 13;
        self.chance ^= self.chance >> 7;
        self.chance ^= self.chance << 17;
        (self.chance >> 16) % bound
    }

    fn account(&mut self) -> u64 {
        100_000_000_000 + self.below(900_000_000_000)
    }

    fn policy(&mut self) -> String {
        let statements = if self.below(4) == 0 { vec![self.statement(), self.service()] } else { vec![self.statement()] };
        let joined = statements.join(",\n");
        format!("{{\n    \"Version\": \"2012-10-17\",\n    \"Statement\": [\n{joined}\n    ]\n}}\n")
    }

    fn statement(&mut self) -> String {
        match self.below(8) {
            0 | 1 => self.service(),
            2 | 3 => self.cognito(),
            4 => self.github(),
            5 => self.cluster(),
            6 => self.saml(),
            _ => self.other_account(),
        }
    }

    /// A service takes the role; some ask on whose behalf.
    fn service(&mut self) -> String {
        let services = ["ec2", "lambda", "ecs-tasks", "states", "events", "glue"];
        let service = services[self.below(services.len() as u64) as usize];
        let account = self.account();
        let condition =
            (self.below(3) == 0).then(|| format!("{{ \"StringEquals\": {{ \"aws:SourceAccount\": \"{account}\" }} }}"));
        statement(&format!("{{ \"Service\": \"{service}.amazonaws.com\" }}"), "sts:AssumeRole", condition.as_deref())
    }

    /// Users of an identity pool; some policies forget which of them.
    fn cognito(&mut self) -> String {
        let pool = format!("eu-west-1:{:08x}-7b3a-4e58-9c06-{:012x}", self.below(1 << 32), self.below(1 << 48));
        let mut condition = format!("{{ \"StringEquals\": {{ \"cognito-identity.amazonaws.com:aud\": \"{pool}\" }}");
        if self.below(5) > 0 {
            let amr = if self.below(6) == 0 { "unauthenticated" } else { "authenticated" };
            // a string takes any write
            let _ = write!(condition, ", \"ForAnyValue:StringLike\": {{ \"cognito-identity.amazonaws.com:amr\": \"{amr}\" }}");
        }
        condition.push_str(" }");
        statement("{ \"Federated\": \"cognito-identity.amazonaws.com\" }", "sts:AssumeRoleWithWebIdentity", Some(&condition))
    }

    /// Workflows of a repository; some policies let those of any branch in.
    fn github(&mut self) -> String {
        let (account, repository, branch) = (self.account(), self.below(5_000), ["*", "ref:refs/heads/main", "environment:live"]);
        let branch = branch[self.below(3) as usize];
        let issuer = "token.actions.githubusercontent.com";
        let condition = format!(
            "{{ \"StringEquals\": {{ \"{issuer}:aud\": \"sts.amazonaws.com\" }}, \"StringLike\": {{ \"{issuer}:sub\": \"repo:firm/service-{repository}:{branch}\" }} }}"
        );
        let provider = format!("{{ \"Federated\": \"arn:aws:iam::{account}:oidc-provider/{issuer}\" }}");
        statement(&provider, "sts:AssumeRoleWithWebIdentity", Some(&condition))
    }

    /// A workload of a cluster.
    fn cluster(&mut self) -> String {
        let (account, id) = (self.account(), self.below(1 << 48));
        let issuer = format!("oidc.eks.eu-west-1.amazonaws.com/id/{id:032X}");
        let (space, name) = (["shop", "data", "kube-system"][self.below(3) as usize], self.below(100));
        let condition = format!(
            "{{ \"StringEquals\": {{ \"{issuer}:sub\": \"system:serviceaccount:{space}:worker-{name}\", \"{issuer}:aud\": \"sts.amazonaws.com\" }} }}"
        );
        let provider = format!("{{ \"Federated\": \"arn:aws:iam::{account}:oidc-provider/{issuer}\" }}");
        statement(&provider, "sts:AssumeRoleWithWebIdentity", Some(&condition))
    }

    fn saml(&mut self) -> String {
        let account = self.account();
        let condition = "{ \"StringEquals\": { \"SAML:aud\": \"https://signin.aws.amazon.com/saml\" } }";
        let provider = format!("{{ \"Federated\": \"arn:aws:iam::{account}:saml-provider/firm\" }}");
        statement(&provider, "sts:AssumeRoleWithSAML", Some(condition))
    }

    /// Another account, or a role of it; some policies ask for an external id.
    fn other_account(&mut self) -> String {
        let account = self.account();
        let who = if self.below(2) == 0 { "root".to_owned() } else { format!("role/deploy-{}", self.below(40)) };
        let id = self.below(1 << 32);
        let condition = (self.below(2) == 0).then(|| format!("{{ \"StringEquals\": {{ \"sts:ExternalId\": \"{id:08x}\" }} }}"));
        statement(&format!("{{ \"AWS\": \"arn:aws:iam::{account}:{who}\" }}"), "sts:AssumeRole", condition.as_deref())
    }
}

fn statement(principal: &str, action: &str, condition: Option<&str>) -> String {
    let mut text = format!(
        "        {{\n            \"Effect\": \"Allow\",\n            \"Principal\": {principal},\n            \"Action\": \"{action}\""
    );
    if let Some(condition) = condition {
        let _ = write!(text, ",\n            \"Condition\": {condition}");
    }
    text.push_str("\n        }");
    text
}
