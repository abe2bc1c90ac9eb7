//! Trust policies of templates that do not say in full whom they let in: what can stand there is found, and what cannot is told as not known.

use std::fs;

use rolecall::config::Config;
use rolecall::inventory::Inventory;
use rolecall::lint::Facts;
use rolecall::policy::Instant;
use rolecall::reach::{Asked, Cell, Distance, Kind, reach, takers};
use rolecall::reference::Reference;
use rolecall::rules;
use rolecall::simulate::World;
use rolecall::source::Sources;
use tempfile::TempDir;

use crate::support;
use crate::transcript::run_line;

const HOST: &str = "token.actions.githubusercontent.com";

fn with<T>(files: &[(&str, &str)], look: impl FnOnce(&Sources, &Inventory<'_>) -> T) -> T {
    support::with_inventory(None, files.iter().map(|(name, text)| (*name, (*text).to_owned())), look)
}

/// The rules that are broken, in order.
fn broken(files: &[(&str, &str)]) -> Vec<String> {
    let (config, reference) = (Config::default(), Reference::default());
    with(files, |sources, inventory| {
        let found = rules::run(&Facts { sources, inventory, config: &config, reference: &reference });
        found.iter().map(|own| own.rule.to_owned()).collect()
    })
}

/// The first role: its ARN, who can take it, and of whom that is not known.
fn asked(files: &[(&str, &str)]) -> (String, Vec<String>, Vec<String>) {
    let reference = Reference::default();
    with(files, |sources, inventory| {
        let role = inventory.roles.first().expect("a role");
        let found = takers(World { inventory, sources, reference: &reference }, role);
        let who = found.takers.iter().map(|own| own.who.clone()).collect();
        (role.id().into_owned(), who, found.open.iter().map(|own| own.who.clone()).collect())
    })
}

fn assumed(files: &[(&str, &str)]) -> Vec<String> {
    with(files, |_, inventory| inventory.assumed().collect())
}

/// A role of Terraform that takes tokens of GitHub, by the providers that it names.
fn module(before: &str, identifiers: &str) -> String {
    format!(
        r#"{before}
data "aws_iam_policy_document" "trust" {{
  statement {{
    actions = ["sts:AssumeRoleWithWebIdentity"]
    principals {{
      type        = "Federated"
      identifiers = [{identifiers}]
    }}
    condition {{
      test     = "StringEquals"
      variable = "{HOST}:aud"
      values   = ["sts.amazonaws.com"]
    }}
    condition {{
      test     = "StringLike"
      variable = "{HOST}:sub"
      values   = ["repo:*"]
    }}
  }}
}}

resource "aws_iam_role" "deploy" {{
  name               = "deploy"
  assume_role_policy = data.aws_iam_policy_document.trust.json
}}
"#
    )
}

/// The same as a template of CloudFormation, by the provider and what stands before the resources.
fn template(before: &str, provider: &str) -> String {
    format!(
        r#"AWSTemplateFormatVersion: "2010-09-09"
{before}
Resources:
  Deploy:
    Type: AWS::IAM::Role
    Properties:
      RoleName: deploy
      AssumeRolePolicyDocument: {{ Version: "2012-10-17", Statement: [{{ Effect: Allow,
        Principal: {{ Federated: {provider} }},
        Action: sts:AssumeRoleWithWebIdentity,
        Condition: {{ StringEquals: {{ "{HOST}:aud": sts.amazonaws.com }}, StringLike: {{ "{HOST}:sub": "repo:*" }} }} }}] }}
"#
    )
}

/// A trust policy by itself, with principals and conditions.
fn policy(principal: &str, conditions: &str) -> String {
    format!(
        r#"{{ "Version": "2012-10-17", "Statement": [{{ "Effect": "Allow", "Principal": {principal},
        "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {{ {conditions} }} }}] }}"#
    )
}

fn of_github(provider: &str) -> String {
    let conditions =
        format!(r#""StringEquals": {{ "{HOST}:aud": "sts.amazonaws.com" }}, "StringLike": {{ "{HOST}:sub": "repo:*" }}"#);
    policy(&format!(r#"{{ "Federated": "{provider}" }}"#), &conditions)
}

const ANYONE: &str = "anyone with a token of GitHub Actions, of any owner";
const OWN: &str = "arn:aws:iam::111122223333:role/deploy";
const NO_ACCOUNT: &str = "arn:aws:iam::000000000000:role/deploy";

/// Every form in which a provider may be written, with the role's ARN. In each the condition on the subject lets in everybody at GitHub, and the
/// account that stands there is no other one than the role's.
#[test]
fn whoever_a_condition_lets_in_is_told_however_the_provider_is_written() {
    let arn = |account: &str| format!("arn:aws:iam::{account}:oidc-provider/{HOST}");
    let told = arn("111122223333");
    let variable = "variable \"x\" {\n  type = string\n}";
    let with_default = |value: &str| format!("variable \"x\" {{\n  default = \"{value}\"\n}}");
    let in_hcl = |text: &str| format!("\"{text}\"");
    let plan = format!(
        r#"{{ "format_version": "1.2", "planned_values": {{ "root_module": {{ "resources": [{{ "address": "aws_iam_role.deploy", "mode": "managed",
        "type": "aws_iam_role", "name": "deploy", "values": {{ "name": "deploy", "assume_role_policy": {} }} }}] }} }} }}"#,
        serde_json::to_string(&of_github(&told)).expect("a string")
    );
    let cases: Vec<(&str, String, &str)> = vec![
        ("main.tf", module("", &in_hcl(&told)), OWN),
        ("main.tf", module(&with_default("111122223333"), &in_hcl(&arn("${var.x}"))), OWN),
        ("main.tf", module(&with_default(&told), "var.x"), OWN),
        ("main.tf", module(&format!("locals {{\n  x = \"{told}\"\n}}"), "local.x"), OWN),
        ("main.tf", module(variable, &in_hcl(&arn("${var.x}"))), NO_ACCOUNT),
        ("main.tf", module(variable, "var.x"), NO_ACCOUNT),
        ("main.tf", module(variable, &in_hcl("arn:aws:iam::${var.x}:oidc-provider/${local.host}")), NO_ACCOUNT),
        ("main.tf", module(variable, &in_hcl("arn:${var.partition}:iam::${var.x}:oidc-provider/${var.host}")), NO_ACCOUNT),
        ("main.tf", module("", &format!("{}, {}", in_hcl(&told), in_hcl(&arn("444455556666")))), NO_ACCOUNT),
        ("role.yaml", template("", &told), OWN),
        ("role.yaml", template("", &format!("!Join ['', ['arn:aws:iam::', '111122223333', ':oidc-provider/{HOST}']]")), OWN),
        ("role.yaml", template("Parameters: { X: { Type: String } }", &format!("!Sub '{}'", arn("${X}"))), NO_ACCOUNT),
        (
            "role.yaml",
            template("Parameters: { X: { Type: String, Default: '111122223333' } }", &format!("!Sub '{}'", arn("${X}"))),
            OWN,
        ),
        ("role.yaml", template("Parameters: { X: { Type: String } }", "!Ref X"), NO_ACCOUNT),
        ("role.yaml", template("", "!ImportValue github-provider"), NO_ACCOUNT),
        ("plan.json", plan, OWN),
        ("trust.json", of_github(&arn("${ACCOUNT}")), "trust"),
        ("trust.json", of_github(&arn("<ACCOUNT_ID>")), "trust"),
        ("trust.json", of_github("{{ provider }}"), "trust"),
    ];
    for (name, text, role) in &cases {
        let files = [(*name, text.as_str())];
        assert_eq!(broken(&files), ["any-tenant-can-assume"], "{text}");
        assert_eq!(asked(&files), ((*role).to_owned(), vec![ANYONE.to_owned()], Vec::new()), "{text}");
    }
}

#[test]
fn what_a_hole_was_taken_for_is_told_with_the_answer() {
    let module = module("variable \"x\" {\n}", "var.x");
    let expected = format!("`${{var.x}}` stands for `arn:aws:iam::000000000000:oidc-provider/{HOST}`");
    assert_eq!(assumed(&[("main.tf", &module)]).last(), Some(&expected));
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("main.tf"), &module).unwrap();
    for line in ["who deploy main.tf", "reach main.tf", "who deploy --format json main.tf"] {
        let told = run_line(line, folder.path()).stdout;
        let told: String = told.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(told.contains(&expected), "{line}: {told}");
    }
    // who says more is believed
    let line = "who deploy --assume data.aws_caller_identity.current.account_id=444455556666 --format json main.tf";
    let told: serde_json::Value = serde_json::from_str(&run_line(line, folder.path()).stdout).unwrap();
    assert_eq!(told["roles"][0]["arn"], "arn:aws:iam::444455556666:role/deploy");
    let provider = format!("`${{var.x}}` stands for `arn:aws:iam::444455556666:oidc-provider/{HOST}`");
    assert_eq!(told["assumptions"].as_array().and_then(|all| all.last()), Some(&provider.into()));
}

/// Of an ARN that counts in its own account only the account is that of all that goes with it, and of no other module.
#[test]
fn the_account_of_a_module_is_the_one_in_which_its_providers_and_policies_lie() {
    let role = |policy: &str| {
        format!(
            "resource \"aws_iam_role\" \"deploy\" {{\n  name = \"deploy\"\n  permissions_boundary = \"{policy}\"\n  assume_role_policy = \
             jsonencode({{ Version = \"2012-10-17\", Statement = [{{ Effect = \"Allow\", Action = \"sts:AssumeRole\", Principal = {{ AWS = \
             \"arn:aws:iam::111122223333:root\" }} }}] }})\n}}\n"
        )
    };
    for (policy, expected) in [
        ("arn:aws:iam::111122223333:policy/limit", OWN),
        // AWS's own, one of all accounts, and one of an organization lie in no account
        ("arn:aws:iam::aws:policy/ReadOnlyAccess", NO_ACCOUNT),
        ("arn:aws:iam::*:policy/limit", NO_ACCOUNT),
        ("arn:aws:organizations::111122223333:policy/o-1/service_control_policy/p-1", NO_ACCOUNT),
        // roles and accounts may be others
        ("arn:aws:iam::111122223333:role/limit", NO_ACCOUNT),
    ] {
        assert_eq!(asked(&[("main.tf", &role(policy))]).0, expected, "{policy}");
    }
    let (one, other) = (role("arn:aws:iam::111122223333:policy/limit"), role("arn:aws:iam::444455556666:policy/limit"));
    let ids = |files: &[(&str, &str)]| {
        with(files, |_, inventory| inventory.roles.iter().map(|own| own.id().into_owned()).collect::<Vec<_>>())
    };
    assert_eq!(ids(&[("a/main.tf", &one), ("b/main.tf", &other)]), [OWN, "arn:aws:iam::444455556666:role/deploy"]);
    // the account is the role's own, so who is of it needs no external id
    assert!(!broken(&[("main.tf", &one)]).contains(&"external-id-missing".to_owned()));
    assert!(broken(&[("main.tf", &other)]).contains(&"external-id-missing".to_owned()));
}

#[test]
fn a_provider_of_another_account_is_still_told_where_that_of_the_role_is_known() {
    let text = format!(
        r#"{{ "Role": {{ "RoleName": "deploy", "Arn": "{OWN}", "AssumeRolePolicyDocument": {} }} }}"#,
        of_github(&format!("arn:aws:iam::444455556666:oidc-provider/{HOST}"))
    );
    assert_eq!(broken(&[("role.json", &text)]), ["missing-provider"]);
}

/// The issuer of a cluster is known only once that is there, and what its roles ask for is looked at before.
#[test]
fn roles_of_service_accounts_are_looked_at() {
    let role = |provider: &str, issuer: &str| {
        format!(
            r#"{provider}
data "aws_iam_policy_document" "trust" {{
  statement {{
    actions = ["sts:AssumeRoleWithWebIdentity"]
    principals {{
      type        = "Federated"
      identifiers = [aws_iam_openid_connect_provider.eks.arn]
    }}
    condition {{
      test     = "StringLike"
      variable = "{issuer}:sub"
      values   = ["system:serviceaccount:*:*"]
    }}
  }}
}}

resource "aws_iam_role" "pod" {{
  name               = "pod"
  assume_role_policy = data.aws_iam_policy_document.trust.json
}}
"#
        )
    };
    let provider = |cluster: &str| {
        format!("resource \"aws_iam_openid_connect_provider\" \"eks\" {{\n  url = {cluster}.identity[0].oidc[0].issuer\n}}")
    };
    let cases = [
        (provider("aws_eks_cluster.own"), "resource \"aws_eks_cluster\" \"own\" {\n}\n"),
        (provider("data.aws_eks_cluster.own"), "data \"aws_eks_cluster\" \"own\" {\n  name = \"own\"\n}\n"),
    ];
    for (provider, cluster) in &cases {
        for issuer in [
            "${aws_iam_openid_connect_provider.eks.url}",
            "${replace(aws_iam_openid_connect_provider.eks.url, \"https://\", \"\")}",
            "${trimprefix(aws_iam_openid_connect_provider.eks.url, \"https://\")}",
        ] {
            let text = format!("{cluster}{}", role(provider, issuer));
            let files = [("main.tf", text.as_str())];
            assert_eq!(broken(&files), ["any-workload-can-assume"], "{text}");
            assert_eq!(asked(&files).2, Vec::<String>::new(), "{text}");
        }
    }
    let template = r#"
Resources:
  Cluster:
    Type: AWS::EKS::Cluster
  Provider:
    Type: AWS::IAM::OIDCProvider
    Properties: { Url: !GetAtt Cluster.OpenIdConnectIssuerUrl }
  Pod:
    Type: AWS::IAM::Role
    Properties:
      RoleName: pod
      AssumeRolePolicyDocument:
        Fn::Sub:
          - '{ "Version": "2012-10-17", "Statement": [{ "Effect": "Allow", "Principal": { "Federated": "${Provider}" },
             "Action": "sts:AssumeRoleWithWebIdentity", "Condition": { "StringLike": { "${Host}:sub": "system:serviceaccount:*:*" } } }] }'
          - Host: !Select [1, !Split ['//', !GetAtt Cluster.OpenIdConnectIssuerUrl]]
"#;
    assert_eq!(broken(&[("role.yaml", template)]), ["any-workload-can-assume"]);
    // two clusters are two issuers
    let one = "resource \"aws_eks_cluster\" \"own\" {\n}\nresource \"aws_eks_cluster\" \"other\" {\n}\n";
    let text =
        format!("{one}{}", role(&cases[0].0, "${trimprefix(aws_eks_cluster.other.identity.0.oidc.0.issuer, \"https://\")}"));
    assert!(broken(&[("main.tf", &text)]).contains(&"foreign-issuer-key".to_owned()), "{:?}", broken(&[("main.tf", &text)]));
}

/// A provider is not named by conditions that its tokens need not meet, or by those of several issuers.
#[test]
fn only_conditions_that_ask_for_a_claim_tell_the_issuer() {
    let hole = r#"{ "Federated": "${PROVIDER}" }"#;
    let known = |conditions: &str| asked(&[("trust.json", &policy(hole, conditions))]).2.is_empty();
    assert!(known(&format!(r#""StringEquals": {{ "{HOST}:aud": "sts.amazonaws.com" }}"#)));
    assert!(known(
        r#""StringEquals": { "cognito-identity.amazonaws.com:aud": "eu-west-1:4f9d2c1e-7b3a-4e58-9c06-d1a2b3c4e5f6" }"#
    ));
    for conditions in [
        String::new(),
        format!(r#""StringNotEquals": {{ "{HOST}:aud": "x" }}"#),
        format!(r#""StringEqualsIfExists": {{ "{HOST}:aud": "x" }}"#),
        format!(r#""ForAllValues:StringEquals": {{ "{HOST}:aud": "x" }}"#),
        format!(r#""Null": {{ "{HOST}:aud": "true" }}"#),
        r#""StringEquals": { "aws:SourceIp": "x", "sts:RoleSessionName": "x", "saml:aud": "x" }"#.to_owned(),
        format!(r#""StringEquals": {{ "{HOST}:aud": "x", "gitlab.com:sub": "x" }}"#),
        r#""StringEquals": { "${HOST}:aud": "x" }"#.to_owned(),
    ] {
        assert!(!known(&conditions), "{conditions}");
    }
}

/// Trust policies in which it stays open whom they let in, with who that is.
fn open() -> Vec<(String, &'static str)> {
    let aws = |principal: &str| {
        format!(
            r#"{{ "Version": "2012-10-17", "Statement": [{{ "Effect": "Allow", "Principal": {principal}, "Action": "sts:AssumeRole" }}] }}"#
        )
    };
    vec![
        (aws(r#"{ "AWS": "arn:aws:iam::${ACCOUNT}:root" }"#), "whoever `arn:aws:iam::${ACCOUNT}:root` stands for"),
        (aws(r#"{ "AWS": "${TRUSTED}" }"#), "whoever `${TRUSTED}` stands for"),
        (aws(r#"{ "Service": "${NAME}.amazonaws.com" }"#), "the service `${NAME}.amazonaws.com`"),
        (aws(r#""${PRINCIPAL}""#), "whoever `${PRINCIPAL}` stands for"),
        (aws("${PRINCIPAL}"), "whoever `${PRINCIPAL}` stands for"),
        (
            r#"{ "Version": "2012-10-17", "Statement": [{ "Effect": "${EFFECT}", "Principal": "*", "Action": "sts:AssumeRole" }] }"#.to_owned(),
            "whoever statement 1 is about",
        ),
        (r#"{ "Version": "2012-10-17", "Statement": [ ${STATEMENTS} ] }"#.to_owned(), "whoever further statements let in"),
        (
            policy(r#"{ "Federated": "arn:aws:iam::111122223333:oidc-provider/${HOST}" }"#, r#""StringEquals": { "${HOST}:sub": "x" }"#),
            "whoever the provider `arn:aws:iam::111122223333:oidc-provider/${HOST}` vouches for",
        ),
    ]
}

#[test]
fn who_it_is_not_known_of_is_told_and_never_as_nobody() {
    let reference = Reference::default();
    for (text, who) in open() {
        let text = format!(r#"{{ "Role": {{ "RoleName": "deploy", "Arn": "{OWN}", "AssumeRolePolicyDocument": {text} }} }}"#);
        let files = [("role.json", text.as_str())];
        assert_eq!(asked(&files), (OWN.to_owned(), Vec::new(), vec![who.to_owned()]), "{text}");
        with(&files, |sources, inventory| {
            let world = World { inventory, sources, reference: &reference };
            let found = takers(world, &inventory.roles[0]);
            assert!(found.open.iter().all(|own| own.kind == Kind::Unnamed), "{text}");
            // it may be anybody, so who asks for anybody is told
            let reached = reach(world, Asked { at: Instant::from_seconds(0), from: &["anyone".to_owned()], access: None });
            assert!(reached.subjects.iter().any(|own| own.name == who && own.distance == Distance::Anyone), "{text}");
            assert!(reached.rows.iter().all(|cells| matches!(cells[0], Cell::Open(_))), "{text}");
        });
    }
}

/// A role of which it is not known whom it lets in may let in those whom another one does.
#[test]
fn an_assertion_does_not_hold_where_it_is_not_known() {
    let folder = TempDir::new().unwrap();
    let role = |name: &str, principal: &str| {
        format!(
            r#"{{ "Role": {{ "RoleName": "{name}", "Arn": "arn:aws:iam::111122223333:role/{name}", "AssumeRolePolicyDocument": {{
            "Version": "2012-10-17", "Statement": [{{ "Effect": "Allow", "Principal": {{ "AWS": "{principal}" }}, "Action": "sts:AssumeRole" }}] }} }} }}"#
        )
    };
    let user = "arn:aws:iam::111122223333:user/alice";
    fs::write(folder.path().join("reader.json"), role("reader", user)).unwrap();
    fs::write(
        folder.path().join("config.toml"),
        format!(
            "inputs = [\"reader.json\", \"admin.json\"]\n\n[[never]]\nname = \"no admin\"\nfrom = [\"{user}\"]\nto = \"admin\"\n"
        ),
    )
    .unwrap();
    for (principal, is_kept) in [("arn:aws:iam::111122223333:user/bob", true), ("${TRUSTED}", false)] {
        fs::write(folder.path().join("admin.json"), role("admin", principal)).unwrap();
        let run = run_line("test config.toml", folder.path());
        assert_eq!((run.exit == 0), is_kept, "{principal}: {}{}", run.stdout, run.stderr);
    }
}

/// What stands in the file is what it was, so it is mended as before.
#[test]
fn what_was_filled_in_is_neither_mended_nor_compared() {
    let folder = TempDir::new().unwrap();
    for provider in ["arn:aws:iam::${ACCOUNT}:oidc-provider/token.actions.githubusercontent.com", "${PROVIDER}"] {
        let text = of_github(provider).replacen(r#""Effect""#, r#""Sid": "", "Effect""#, 1);
        fs::write(folder.path().join("trust.json"), &text).unwrap();
        run_line("check --fix trust.json", folder.path());
        assert_eq!(fs::read_to_string(folder.path().join("trust.json")).unwrap(), of_github(provider));
    }
    let two = of_github("${ONE}").replace(r#""${ONE}""#, r#"["${ONE}", "${OTHER}"]"#);
    let files = [("trust.json", two.as_str())];
    assert_eq!(broken(&files), ["any-tenant-can-assume"]);
    let (_, takers, open) = asked(&files);
    assert_eq!((takers, open), (vec![ANYONE.to_owned()], vec!["whoever the provider `${OTHER}` vouches for".to_owned()]));
}
