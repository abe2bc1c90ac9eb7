//! What a refusal is called, and what is told to mend it: no repair that was not tried, and nobody let in unsaid.

use proptest::prelude::*;
use rolecall::evaluate::Verdict;
use rolecall::identity::{Claim, Claims, Token};
use rolecall::inventory::{Inventory, Role};
use rolecall::policy::{self, Instant, Policy, PolicyKind};
use rolecall::reference::Reference;
use rolecall::repair::{Refused, Repair, Side, of_simulation, probes, repairs};
use rolecall::simulate::{DifferenceKind, Flow, Login, Presented, Question, World, near_misses, try_assume};
use rolecall::source::Sources;
use rolecall::syntax::yaml;

use crate::support::{read, simulate, with_inventory};

const GITHUB: &str = "token.actions.githubusercontent.com";
const POOL: &str = "eu-west-1:4f9d2c1e-7b3a-4e58-9c06-d1a2b3c4e5f6";
const POOLS: &str = "cognito-identity.amazonaws.com";
const EKS: &str = "oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF";
const USERS: &str = "cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Users";
const OKTA: &str = "arn:aws:iam::111122223333:saml-provider/okta";
const MAIN: &str = "repo:octo-org/app:ref:refs/heads/main";
/// Long names, and how they stand in the stories.
const SHORT: [(&str, &str); 8] = [
    ("arn:aws:iam::111122223333:oidc-provider/", "PROVIDER/"),
    (MAIN, "MAIN"),
    (GITHUB, "GITHUB"),
    (POOLS, "POOLS"),
    (POOL, "POOL"),
    (EKS, "EKS"),
    (USERS, "USERS"),
    ("cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Sample123", "SAMPLE"),
];

const ASSUME: &str = r#""sts:AssumeRoleWithWebIdentity""#;

/// A trust policy and a token that it refuses, with what is to be said of it.
struct Story {
    name: &'static str,
    statements: String,
    token: Presented,
    kinds: &'static [&'static str],
    repairs: &'static [&'static str],
}

fn stories() -> Vec<Story> {
    vec![
        Story {
            name: "letter case of an organisation",
            statements: github("StringEquals", "repo:Octo-Org/app:ref:refs/heads/main"),
            token: run(MAIN),
            kinds: &["letter-case"],
            repairs: &[r#"policy: replace the value of `GITHUB:sub`["repo:Octo-Org/app:ref:refs/heads/main" => "MAIN"]"#],
        },
        Story {
            name: "letter case of a repository in a list",
            statements: github_list(r#"["repo:octo-org/App:ref:refs/heads/main", "repo:octo-org/other:ref:refs/heads/main"]"#),
            token: run(MAIN),
            kinds: &["letter-case"],
            repairs: &[r#"policy: replace the value of `GITHUB:sub`["repo:octo-org/App:ref:refs/heads/main" => "MAIN"]"#],
        },
        Story {
            name: "letter case in a pattern",
            statements: github("StringLike", "repo:Octo-Org/*"),
            token: run(MAIN),
            kinds: &["letter-case"],
            repairs: &[
                r#"policy: replace the value of `GITHUB:sub`["repo:Octo-Org/*" => "repo:octo-org/*"] + a run in another repository of the organisation; a run on another branch; a run on a tag; a run in an environment; a run for a pull request"#,
            ],
        },
        Story {
            name: "`environment:` for `ref:`",
            statements: github("StringEquals", MAIN),
            token: run("repo:octo-org/app:environment:production"),
            kinds: &["environment-for-ref"],
            repairs: &[
                r#"policy: add a value to `GITHUB:sub`["MAIN" => ["MAIN", "repo:octo-org/app:environment:production"]]"#,
                r#"policy: replace the value of `GITHUB:sub`["MAIN" => "repo:octo-org/app:environment:production"]"#,
                "token: run the job on the branch `main` without `environment:`",
            ],
        },
        Story {
            name: "`ref:` for `environment:`",
            statements: github("StringEquals", "repo:octo-org/app:environment:production"),
            token: run(MAIN),
            kinds: &["ref-for-environment"],
            repairs: &[
                r#"policy: add a value to `GITHUB:sub`["repo:octo-org/app:environment:production" => ["repo:octo-org/app:environment:production", "MAIN"]]"#,
                r#"policy: replace the value of `GITHUB:sub`["repo:octo-org/app:environment:production" => "MAIN"]"#,
                "token: run the job in the environment `production`",
            ],
        },
        Story {
            name: "a pull request",
            statements: github("StringEquals", MAIN),
            token: run("repo:octo-org/app:pull_request"),
            kinds: &["pull-request-for-ref"],
            repairs: &[
                r#"policy: add a value to `GITHUB:sub`["MAIN" => ["MAIN", "repo:octo-org/app:pull_request"]] + a run for any other pull request"#,
                r#"policy: replace the value of `GITHUB:sub`["MAIN" => "repo:octo-org/app:pull_request"] + a run for any other pull request"#,
                "token: run the job on the branch `main`",
            ],
        },
        Story {
            name: "an immutable subject",
            statements: github("StringEquals", MAIN),
            token: run("repo:octo-org@1234/app@5678:ref:refs/heads/main"),
            kinds: &["immutable-subject"],
            repairs: &[
                r#"policy: add a value to `GITHUB:sub`["MAIN" => ["MAIN", "repo:octo-org@1234/app@5678:ref:refs/heads/main"]]"#,
                r#"policy: replace the value of `GITHUB:sub`["MAIN" => "repo:octo-org@1234/app@5678:ref:refs/heads/main"]"#,
            ],
        },
        Story {
            name: "a name where ids are due",
            statements: github("StringEquals", "repo:octo-org@1234/app@5678:ref:refs/heads/main"),
            token: run(MAIN),
            kinds: &["name-subject"],
            repairs: &[
                r#"policy: add a value to `GITHUB:sub`["repo:octo-org@1234/app@5678:ref:refs/heads/main" => ["repo:octo-org@1234/app@5678:ref:refs/heads/main", "MAIN"]]"#,
                r#"policy: replace the value of `GITHUB:sub`["repo:octo-org@1234/app@5678:ref:refs/heads/main" => "MAIN"]"#,
                "token: run the job with immutable subjects",
            ],
        },
        Story {
            name: "another branch",
            statements: github("StringEquals", MAIN),
            token: run("repo:octo-org/app:ref:refs/heads/release"),
            kinds: &["another-branch"],
            repairs: &[
                r#"policy: add a value to `GITHUB:sub`["MAIN" => ["MAIN", "repo:octo-org/app:ref:refs/heads/release"]]"#,
                r#"policy: replace the value of `GITHUB:sub`["MAIN" => "repo:octo-org/app:ref:refs/heads/release"]"#,
                "token: run the job on the branch `main`",
            ],
        },
        Story {
            name: "a branch that no pattern takes",
            statements: github("StringLike", "repo:octo-org/app:ref:refs/heads/release/*"),
            token: run(MAIN),
            kinds: &["another-branch"],
            repairs: &[
                r#"policy: add a value to `GITHUB:sub`["repo:octo-org/app:ref:refs/heads/release/*" => ["repo:octo-org/app:ref:refs/heads/release/*", "MAIN"]]"#,
                "token: run the job on the branch of the form `release/*`",
            ],
        },
        Story {
            name: "a tag for a branch",
            statements: github("StringEquals", MAIN),
            token: run("repo:octo-org/app:ref:refs/tags/v1"),
            kinds: &["tag-for-branch"],
            repairs: &[
                r#"policy: add a value to `GITHUB:sub`["MAIN" => ["MAIN", "repo:octo-org/app:ref:refs/tags/v1"]]"#,
                r#"policy: replace the value of `GITHUB:sub`["MAIN" => "repo:octo-org/app:ref:refs/tags/v1"]"#,
                "token: run the job on the branch `main`",
            ],
        },
        Story {
            name: "another repository",
            statements: github("StringEquals", MAIN),
            token: run("repo:octo-org/site:ref:refs/heads/main"),
            kinds: &["another-repository"],
            repairs: &[
                r#"policy: add a value to `GITHUB:sub`["MAIN" => ["MAIN", "repo:octo-org/site:ref:refs/heads/main"]]"#,
                r#"policy: replace the value of `GITHUB:sub`["MAIN" => "repo:octo-org/site:ref:refs/heads/main"]"#,
                "token: run the job in the repository `octo-org/app`",
            ],
        },
        Story {
            name: "another organisation and branch",
            statements: github("StringEquals", MAIN),
            token: run("repo:hubot/app:ref:refs/heads/next"),
            kinds: &["another-owner", "another-branch"],
            repairs: &[
                r#"policy: add a value to `GITHUB:sub`["MAIN" => ["MAIN", "repo:hubot/app:ref:refs/heads/next"]]"#,
                r#"policy: replace the value of `GITHUB:sub`["MAIN" => "repo:hubot/app:ref:refs/heads/next"]"#,
                "token: run the job in the repository `octo-org/app` on the branch `main`",
            ],
        },
        Story {
            name: "a list without the value",
            statements: github_list(r#"["repo:octo-org/app:environment:production", "repo:octo-org/app:environment:staging"]"#),
            token: run("repo:octo-org/app:environment:test"),
            kinds: &["another-environment"],
            repairs: &[
                r#"policy: add a value to `GITHUB:sub`[ => , "repo:octo-org/app:environment:test"]"#,
                r#"policy: replace the value of `GITHUB:sub`["repo:octo-org/app:environment:staging" => "repo:octo-org/app:environment:test"]"#,
                "token: run the job in the environment `staging`",
            ],
        },
        Story {
            name: "`StringEquals` with `*`",
            statements: github("StringEquals", "repo:octo-org/app:*"),
            token: run(MAIN),
            kinds: &["literal-wildcard"],
            repairs: &[
                r#"policy: replace the value of `GITHUB:sub`["repo:octo-org/app:*" => "MAIN"]"#,
                r#"policy: compare by `StringLike`["StringEquals" => "StringLike"] + a run on another branch; a run on a tag; a run in an environment; a run for a pull request"#,
            ],
        },
        Story {
            name: "`StringEquals` with nothing but `*`",
            statements: github("StringEquals", "*"),
            token: run(MAIN),
            kinds: &["literal-wildcard"],
            repairs: &[r#"policy: replace the value of `GITHUB:sub`["*" => "MAIN"]"#],
        },
        Story {
            name: "`StringEquals` with a pattern of everybody",
            statements: github("StringEquals", "repo:*"),
            token: run(MAIN),
            kinds: &["literal-wildcard"],
            repairs: &[r#"policy: replace the value of `GITHUB:sub`["repo:*" => "MAIN"]"#],
        },
        Story {
            name: "another audience",
            statements: github("StringEquals", MAIN).replace("sts.amazonaws.com", "https://github.com/octo-org"),
            token: run(MAIN),
            kinds: &["another-audience"],
            repairs: &[
                r#"policy: add a value to `GITHUB:aud`["https://github.com/octo-org" => ["https://github.com/octo-org", "sts.amazonaws.com"]]"#,
                r#"policy: replace the value of `GITHUB:aud`["https://github.com/octo-org" => "sts.amazonaws.com"]"#,
                "token: request the audience `https://github.com/octo-org`",
            ],
        },
        Story {
            name: "an authorized party",
            statements: google(r#""accounts.google.com:aud": "web""#),
            token: token(r#"{"iss": "https://accounts.google.com", "aud": "web", "azp": "app", "sub": "1"}"#),
            kinds: &["authorized-party"],
            repairs: &[
                r#"policy: add a statement for `accounts.google.com` that pins `aud` and `sub`[ => , {"Effect": "Allow", "Principal": {"Federated": "accounts.google.com"}, "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {"StringEquals": {"accounts.google.com:aud": "app", "accounts.google.com:sub": "1"}}}]"#,
                "token: have the token made for `web`, in its `azp`",
            ],
        },
        Story {
            name: "a scheme in a key",
            statements: github("StringEquals", MAIN).replace(&format!("{GITHUB}:sub"), &format!("https://{GITHUB}:sub")),
            token: run(MAIN),
            kinds: &["scheme"],
            repairs: &[r#"policy: ask for `GITHUB:sub`["https://GITHUB:sub" => "GITHUB:sub"]"#],
        },
        Story {
            name: "a claim that is no key",
            statements: github_key("repository_owner", "octo-org"),
            token: run_of(MAIN, r#", "repository_owner": "octo-org""#),
            kinds: &["no-key"],
            repairs: &[
                r#"policy: ask for `GITHUB:sub`, and for the token's value of it["GITHUB:repository_owner" => "GITHUB:sub"]["octo-org" => "MAIN"]"#,
            ],
        },
        Story {
            name: "a key of another issuer",
            statements: github("StringEquals", MAIN).replace(&format!("{GITHUB}:sub"), "gitlab.com:sub"),
            token: run(MAIN),
            kinds: &["foreign-key"],
            repairs: &[r#"policy: ask for `GITHUB:sub`["gitlab.com:sub" => "GITHUB:sub"]"#],
        },
        Story {
            name: "a claim that the token lacks",
            statements: github_key("environment", "production"),
            token: run(MAIN),
            kinds: &["absent"],
            repairs: &["token: use the environment `production`"],
        },
        Story {
            name: "a key that the call never holds",
            statements: statement(&provider(GITHUB), ASSUME, r#""StringEquals": {"sts:ExternalId": "x"}"#),
            token: run(MAIN),
            kinds: &["never-present"],
            repairs: &[
                r#"policy: add a statement for `PROVIDER/GITHUB` that pins `aud` and `sub`[ => , {"Effect": "Allow", "Principal": {"Federated": "PROVIDER/GITHUB"}, "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {"StringEquals": {"GITHUB:aud": "sts.amazonaws.com", "GITHUB:sub": "MAIN"}}}]"#,
            ],
        },
        Story {
            name: "just what it may not be",
            statements: github("StringNotEquals", MAIN).replace("sts.amazonaws.com", "other"),
            token: run(MAIN),
            kinds: &["forbidden"],
            repairs: &[],
        },
        Story {
            name: "an action for others",
            statements: github("StringEquals", MAIN).replace(ASSUME, r#""sts:AssumeRole""#),
            token: run(MAIN),
            kinds: &["action"],
            repairs: &[
                r#"policy: allow `sts:AssumeRoleWithWebIdentity` instead["sts:AssumeRole" => "sts:AssumeRoleWithWebIdentity"]"#,
            ],
        },
        Story {
            name: "session tags without `sts:TagSession`",
            statements: github("StringEquals", MAIN),
            token: tagged(),
            kinds: &["tag-session"],
            repairs: &[
                r#"policy: add `sts:TagSession` to the actions["sts:AssumeRoleWithWebIdentity" => ["sts:AssumeRoleWithWebIdentity", "sts:TagSession"]] + somebody with other session tags"#,
                "token: send no session tags",
            ],
        },
        Story {
            name: "a session tag of another value",
            statements: statement(
                &provider(GITHUB),
                r#"["sts:AssumeRoleWithWebIdentity", "sts:TagSession"]"#,
                r#""StringEquals": {"aws:RequestTag/team": "red"}"#,
            ),
            token: tagged(),
            kinds: &["text"],
            repairs: &[
                "token: send the session tag `team` with the value `red`",
                r#"policy: add a value to `aws:RequestTag/team`["red" => ["red", "blue"]] + !a run in a repository of another organisation; a run in another repository of the organisation; a run on another branch; a run on a tag; a run in an environment; a run for a pull request; a token for another audience"#,
            ],
        },
        Story {
            name: "a source identity without `sts:SetSourceIdentity`",
            statements: github("StringEquals", MAIN),
            token: run_of(MAIN, r#", "https://aws.amazon.com/source_identity": "ann""#),
            kinds: &["source-identity"],
            repairs: &[
                r#"policy: add `sts:SetSourceIdentity` to the actions["sts:AssumeRoleWithWebIdentity" => ["sts:AssumeRoleWithWebIdentity", "sts:SetSourceIdentity"]]"#,
                "token: send no source identity",
            ],
        },
        Story {
            name: "a slash behind the issuer",
            statements: github("StringEquals", MAIN).replace(GITHUB, &format!("{GITHUB}/")),
            token: run(MAIN),
            kinds: &["trailing-slash", "trailing-slash", "trailing-slash"],
            repairs: &[
                r#"policy: correct the provider, and ask for `GITHUB:aud`, and ask for `GITHUB:sub`["PROVIDER/GITHUB/" => "PROVIDER/GITHUB"]["GITHUB/:aud" => "GITHUB:aud"]["GITHUB/:sub" => "GITHUB:sub"]"#,
            ],
        },
        Story {
            name: "a scheme before the issuer",
            statements: github("StringEquals", MAIN).replace(&provider(GITHUB), &provider(&format!("https://{GITHUB}"))),
            token: run(MAIN),
            kinds: &["scheme"],
            repairs: &[r#"policy: correct the provider["PROVIDER/https://GITHUB" => "PROVIDER/GITHUB"]"#],
        },
        Story {
            name: "a host for the ARN of a provider",
            statements: github("StringEquals", MAIN).replace(&provider(GITHUB), GITHUB),
            token: run(MAIN),
            kinds: &["host-for-arn"],
            repairs: &[r#"policy: correct the provider["GITHUB" => "PROVIDER/GITHUB"]"#],
        },
        Story {
            name: "a provider of another account",
            statements: github("StringEquals", MAIN).replace("111122223333", "444455556666"),
            token: run(MAIN),
            kinds: &["provider-account"],
            repairs: &[r#"policy: correct the provider["arn:aws:iam::444455556666:oidc-provider/GITHUB" => "PROVIDER/GITHUB"]"#],
        },
        Story {
            name: "a provider of another path",
            statements: github("StringEquals", MAIN).replace(&provider(GITHUB), &provider(&format!("{GITHUB}/octo"))),
            token: run(MAIN),
            kinds: &["provider-path"],
            repairs: &[r#"policy: correct the provider["PROVIDER/GITHUB/octo" => "PROVIDER/GITHUB"]"#],
        },
        Story {
            name: "a SAML provider",
            statements: github("StringEquals", MAIN).replace(&provider(GITHUB), "arn:aws:iam::111122223333:saml-provider/okta"),
            token: run(MAIN),
            kinds: &["other-protocol"],
            repairs: &[
                r#"policy: add a statement for `PROVIDER/GITHUB` that pins `aud` and `sub`[ => , {"Effect": "Allow", "Principal": {"Federated": "PROVIDER/GITHUB"}, "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {"StringEquals": {"GITHUB:aud": "sts.amazonaws.com", "GITHUB:sub": "MAIN"}}}]"#,
            ],
        },
        Story {
            name: "another provider",
            statements: pool("ForAnyValue:StringEquals", "authenticated"),
            token: run(MAIN),
            kinds: &["another-provider", "foreign-key", "foreign-key"],
            repairs: &[
                r#"policy: add a statement for `PROVIDER/GITHUB` that pins `aud` and `sub`[ => , {"Effect": "Allow", "Principal": {"Federated": "PROVIDER/GITHUB"}, "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {"StringEquals": {"GITHUB:aud": "sts.amazonaws.com", "GITHUB:sub": "MAIN"}}}]"#,
            ],
        },
        Story {
            name: "a provider under `AWS`",
            statements: github("StringEquals", MAIN).replace("Federated", "AWS"),
            token: run(MAIN),
            kinds: &["not-federated"],
            repairs: &[
                r#"policy: add a statement for `PROVIDER/GITHUB` that pins `aud` and `sub`[ => , {"Effect": "Allow", "Principal": {"Federated": "PROVIDER/GITHUB"}, "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {"StringEquals": {"GITHUB:aud": "sts.amazonaws.com", "GITHUB:sub": "MAIN"}}}]"#,
            ],
        },
        Story {
            name: "an assertion for another audience",
            statements: saml(OKTA),
            token: assertion("https://eu-west-1.signin.aws.amazon.com/saml"),
            kinds: &["another-audience"],
            repairs: &[
                r#"policy: add a value to `saml:aud`["https://signin.aws.amazon.com/saml" => ["https://signin.aws.amazon.com/saml", "https://eu-west-1.signin.aws.amazon.com/saml"]] + another user of the provider"#,
                r#"policy: replace the value of `saml:aud`["https://signin.aws.amazon.com/saml" => "https://eu-west-1.signin.aws.amazon.com/saml"] + another user of the provider"#,
                "token: bring an assertion whose `saml:aud` is `https://signin.aws.amazon.com/saml`",
            ],
        },
        Story {
            name: "an assertion of another provider",
            statements: saml("arn:aws:iam::111122223333:saml-provider/ping"),
            token: assertion("https://signin.aws.amazon.com/saml"),
            kinds: &["another-provider"],
            repairs: &[
                r#"policy: add a statement for `arn:aws:iam::111122223333:saml-provider/okta` that pins `saml:aud` and `saml:sub`[ => , {"Effect": "Allow", "Principal": {"Federated": "arn:aws:iam::111122223333:saml-provider/okta"}, "Action": "sts:AssumeRoleWithSAML", "Condition": {"StringEquals": {"saml:aud": "https://signin.aws.amazon.com/saml", "saml:sub": "ann"}}}]"#,
            ],
        },
        Story {
            name: "an assertion, and tokens are wanted",
            statements: github("StringEquals", MAIN),
            token: assertion("https://signin.aws.amazon.com/saml"),
            kinds: &["other-protocol", "action", "foreign-key", "foreign-key"],
            repairs: &[
                r#"policy: add a statement for `arn:aws:iam::111122223333:saml-provider/okta` that pins `saml:aud` and `saml:sub`[ => , {"Effect": "Allow", "Principal": {"Federated": "arn:aws:iam::111122223333:saml-provider/okta"}, "Action": "sts:AssumeRoleWithSAML", "Condition": {"StringEquals": {"saml:aud": "https://signin.aws.amazon.com/saml", "saml:sub": "ann"}}}]"#,
            ],
        },
        Story {
            name: "two things at once",
            statements: github("StringEquals", MAIN).replace("sts.amazonaws.com", "octo"),
            token: run("repo:octo-org/app:environment:production"),
            kinds: &["another-audience", "environment-for-ref"],
            repairs: &[
                r#"policy: add a value to `GITHUB:aud`, and add a value to `GITHUB:sub`["octo" => ["octo", "sts.amazonaws.com"]]["MAIN" => ["MAIN", "repo:octo-org/app:environment:production"]]"#,
                r#"policy: replace the value of `GITHUB:aud`, and replace the value of `GITHUB:sub`["octo" => "sts.amazonaws.com"]["MAIN" => "repo:octo-org/app:environment:production"]"#,
                "token: request the audience `octo`, and run the job on the branch `main` without `environment:`",
            ],
        },
        Story {
            name: "a statement that denies",
            statements: format!(
                r#"{}, {{"Effect": "Deny", "Principal": "*", "Action": {ASSUME}, "Condition": {{"StringLike": {{"{GITHUB}:sub": "*:ref:*"}}}}}}"#,
                github("StringEquals", MAIN)
            ),
            token: run(MAIN),
            kinds: &[],
            repairs: &[],
        },
        Story {
            name: "another identity pool",
            statements: pool("ForAnyValue:StringEquals", "authenticated"),
            token: Presented::signed_in("eu-west-1:00000000-1111-4222-8333-444444444444"),
            kinds: &["another-identity-pool"],
            repairs: &[
                r#"policy: add a value to `POOLS:aud`["POOL" => ["POOL", "eu-west-1:00000000-1111-4222-8333-444444444444"]] + another user who signs in through `SAMPLE`; a user who signs in to the identity pool through another provider"#,
                r#"policy: replace the value of `POOLS:aud`["POOL" => "eu-west-1:00000000-1111-4222-8333-444444444444"] + another user who signs in through `SAMPLE`; a user who signs in to the identity pool through another provider"#,
                "token: take the token of the identity pool `POOL`",
            ],
        },
        Story {
            name: "a guest, and signed-in users are wanted",
            statements: pool("ForAnyValue:StringEquals", "authenticated"),
            token: Presented::guest(POOL),
            kinds: &["guest"],
            repairs: &[
                "token: sign in",
                r#"policy: add a value to `POOLS:amr`["authenticated" => ["authenticated", "unauthenticated"]] + !any guest of the identity pool"#,
            ],
        },
        Story {
            name: "a signed-in user, and guests are wanted",
            statements: pool("ForAnyValue:StringEquals", "unauthenticated"),
            token: Presented::signed_in(POOL),
            kinds: &["signed-in"],
            repairs: &[
                r#"policy: add a value to `POOLS:amr`["unauthenticated" => ["unauthenticated", "SAMPLE:CognitoSignIn:00000000-aaaa-4bbb-8ccc-000000000001"]]"#,
                r#"policy: add a value to `POOLS:amr`["unauthenticated" => ["unauthenticated", "SAMPLE"]] + another user who signs in through `SAMPLE`"#,
                "token: come as a guest",
            ],
        },
        Story {
            name: "another user pool",
            statements: pool("ForAnyValue:StringEquals", "cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Other"),
            token: Presented::signed_in(POOL),
            kinds: &["another-login"],
            repairs: &[
                r#"policy: add a value to `POOLS:amr`["cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Other" => ["cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Other", "SAMPLE:CognitoSignIn:00000000-aaaa-4bbb-8ccc-000000000001"]]"#,
                r#"policy: add a value to `POOLS:amr`["cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Other" => ["cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Other", "SAMPLE"]] + another user who signs in through `SAMPLE`"#,
                r#"policy: replace the value of `POOLS:amr`["cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Other" => "SAMPLE"] + another user who signs in through `SAMPLE`"#,
                "token: sign in through `cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Other`",
            ],
        },
        Story {
            name: "`ForAllValues` on `amr`",
            statements: pool("ForAllValues:StringEquals", "authenticated"),
            token: Presented::signed_in(POOL),
            kinds: &["for-all-values"],
            repairs: &[
                r#"policy: compare by `ForAnyValue:StringEquals`["ForAllValues:StringEquals" => "ForAnyValue:StringEquals"] + another user who signs in through `SAMPLE`; a user who signs in to the identity pool through another provider"#,
            ],
        },
        Story {
            name: "an ARN for the host of identity pools",
            statements: pool("ForAnyValue:StringEquals", "authenticated")
                .replace(&format!(r#": "{POOLS}"}}"#), &format!(r#": "{}"}}"#, provider(POOLS))),
            token: Presented::signed_in(POOL),
            kinds: &["arn-for-host"],
            repairs: &[
                r#"policy: correct the provider["PROVIDER/POOLS" => "POOLS"] + another user who signs in through `SAMPLE`; a user who signs in to the identity pool through another provider"#,
            ],
        },
        Story {
            name: "another service account",
            statements: subject_of(EKS, "system:serviceaccount:shop:web"),
            token: of(EKS, "sts.amazonaws.com", "system:serviceaccount:shop:api"),
            kinds: &["another-service-account"],
            repairs: &[
                r#"policy: add a value to `EKS:sub`["system:serviceaccount:shop:web" => ["system:serviceaccount:shop:web", "system:serviceaccount:shop:api"]]"#,
                r#"policy: replace the value of `EKS:sub`["system:serviceaccount:shop:web" => "system:serviceaccount:shop:api"]"#,
                "token: run the pod with the service account `web`",
            ],
        },
        Story {
            name: "another project of a group",
            statements: subject_of("gitlab.com", "project_path:shop/web:ref_type:branch:ref:main"),
            token: of("gitlab.com", "sts.amazonaws.com", "project_path:shop/api:ref_type:branch:ref:main"),
            kinds: &["another-project-path"],
            repairs: &[
                r#"policy: add a value to `gitlab.com:sub`["project_path:shop/web:ref_type:branch:ref:main" => ["project_path:shop/web:ref_type:branch:ref:main", "project_path:shop/api:ref_type:branch:ref:main"]]"#,
                r#"policy: replace the value of `gitlab.com:sub`["project_path:shop/web:ref_type:branch:ref:main" => "project_path:shop/api:ref_type:branch:ref:main"]"#,
                "token: run the job in the project `shop/web`",
            ],
        },
        Story {
            name: "another phase of a run",
            statements: subject_of("app.terraform.io", "organization:o:project:p:workspace:w:run_phase:apply"),
            token: of("app.terraform.io", "sts.amazonaws.com", "organization:o:project:p:workspace:w:run_phase:plan"),
            kinds: &["another-phase"],
            repairs: &[
                r#"policy: add a value to `app.terraform.io:sub`["organization:o:project:p:workspace:w:run_phase:apply" => ["organization:o:project:p:workspace:w:run_phase:apply", "organization:o:project:p:workspace:w:run_phase:plan"]]"#,
                r#"policy: replace the value of `app.terraform.io:sub`["organization:o:project:p:workspace:w:run_phase:apply" => "organization:o:project:p:workspace:w:run_phase:plan"]"#,
                "token: run the job in the phase `apply`",
            ],
        },
        Story {
            name: "another pipeline, of which each run has another subject",
            statements: subject_of("agent.buildkite.com", "organization:o:pipeline:web:ref:refs/heads/main:commit:abc:step:go"),
            token: of(
                "agent.buildkite.com",
                "sts.amazonaws.com",
                "organization:o:pipeline:api:ref:refs/heads/main:commit:def:step:go",
            ),
            kinds: &["another-pipeline", "another-commit"],
            repairs: &[
                r#"policy: compare by `StringLike`, and add a value to `agent.buildkite.com:sub`["StringEquals" => "StringLike"]["organization:o:pipeline:web:ref:refs/heads/main:commit:abc:step:go" => ["organization:o:pipeline:web:ref:refs/heads/main:commit:abc:step:go", "organization:o:pipeline:api:ref:refs/heads/main:commit:*:step:*"]] + a run of another commit; another step of the run"#,
                "token: run the job in the pipeline `web`",
            ],
        },
        Story {
            name: "another pipeline, where the rest is left open",
            statements: subject_of("agent.buildkite.com", "organization:o:pipeline:web:ref:refs/heads/main:*")
                .replace("StringEquals", "StringLike"),
            token: of(
                "agent.buildkite.com",
                "sts.amazonaws.com",
                "organization:o:pipeline:api:ref:refs/heads/main:commit:def:step:go",
            ),
            kinds: &["another-pipeline"],
            repairs: &[
                r#"policy: add a value to `agent.buildkite.com:sub`["organization:o:pipeline:web:ref:refs/heads/main:*" => ["organization:o:pipeline:web:ref:refs/heads/main:*", "organization:o:pipeline:api:ref:refs/heads/main:commit:*:step:*"]] + a run of another commit; another step of the run"#,
                "token: run the job in the pipeline `web`",
            ],
        },
        Story {
            name: "an immutable subject, and a pattern",
            statements: github("StringLike", "repo:octo-org/app:*"),
            token: run("repo:octo-org@1234/app@5678:ref:refs/heads/main"),
            kinds: &["immutable-subject"],
            repairs: &[
                r#"policy: add a value to `GITHUB:sub`["repo:octo-org/app:*" => ["repo:octo-org/app:*", "repo:octo-org@1234/app@5678:ref:refs/heads/main"]]"#,
                r#"policy: replace the value of `GITHUB:sub`["repo:octo-org/app:*" => "repo:octo-org@1234/app@5678:*"] + a run on another branch; a run on a tag; a run in an environment; a run for a pull request"#,
            ],
        },
        Story {
            name: "another repository than those of a pattern",
            statements: github("StringLike", "repo:octo-org/app:*"),
            token: run("repo:octo-org/site:ref:refs/heads/main"),
            kinds: &["another-repository"],
            repairs: &[
                r#"policy: add a value to `GITHUB:sub`["repo:octo-org/app:*" => ["repo:octo-org/app:*", "repo:octo-org/site:ref:refs/heads/main"]]"#,
                "token: run the job in the repository `octo-org/app`",
            ],
        },
        Story {
            name: "another user of a user pool",
            statements: subject_of(USERS, "ann"),
            token: of(USERS, "sts.amazonaws.com", "bob"),
            kinds: &["another-user"],
            repairs: &[
                r#"policy: add a value to `USERS:sub`["ann" => ["ann", "bob"]]"#,
                r#"policy: replace the value of `USERS:sub`["ann" => "bob"]"#,
                "token: sign in as `ann`",
            ],
        },
    ]
}

#[test]
fn every_refusal_is_named_and_mended() {
    for story in stories() {
        let (kinds, told) = answer(&story.statements, &story.token);
        assert_eq!(kinds, story.kinds, "{}", story.name);
        assert_eq!(told, story.repairs, "{}", story.name);
        // the page lists them all, but for the forms and parts of single issuers
        let page = read("docs/refusals.md");
        let of_issuer = |kind: &str| kind.starts_with("another-") || kind.contains("-for-");
        let unlisted = kinds.iter().find(|kind| !page.contains(&format!("`{kind}`")) && !of_issuer(kind));
        assert_eq!(unlisted, None, "docs/refusals.md");
    }
}

/// A policy inside a string of JSON, and percent-encoded as IAM's API returns it, is edited as it is written there.
#[test]
fn edits_are_written_as_the_policy_is() {
    let statements = github("StringEquals", MAIN);
    let token = run("repo:octo-org/app:pull_request");
    let list = |open: &str, quote: &str, comma: &str, close: &str, text: fn(&str) -> String| {
        let value = |value: &str| format!("{quote}{}{quote}", text(value));
        format!("{open}{}{comma}{}{close}", value(MAIN), value("repo:octo-org/app:pull_request"))
    };
    let same = |text: &str| text.to_owned();
    for (way, expected) in [
        (Way::Plain, list("[", "\"", ", ", "]", same)),
        (Way::String, list("[", "\\\"", ", ", "]", same)),
        (Way::Percent, list("%5B", "%22", "%2C%20", "%5D", percent)),
    ] {
        let document = document(&statements, way);
        with_role(&document, |sources, role| {
            let found = repairs(&refused(sources, role, &token));
            assert_eq!(found[0].edits[0].text, expected, "{way:?}");
            assert!(document.contains(sources.slice(found[0].edits[0].span)), "{way:?}");
            assert_eq!(takes(&found[0].apply(&document).unwrap(), &token), Some(true), "{way:?}");
        });
    }
}

/// A list that is written over several lines stays one.
#[test]
fn a_value_is_added_as_those_before_it_are_written() {
    let list = "[\n  \"repo:octo-org/app:ref:refs/heads/a\",\n  \"repo:octo-org/app:ref:refs/heads/b\"\n]";
    let document = document(&github_list(list), Way::Plain);
    let token = run("repo:octo-org/app:ref:refs/heads/c");
    with_role(&document, |sources, role| {
        let edited = repairs(&refused(sources, role, &token))[0].apply(&document).unwrap();
        assert!(edited.contains("heads/b\",\n  \"repo:octo-org/app:ref:refs/heads/c\"\n]"), "{edited}");
    });
}

/// Of a policy that is not written in JSON no edit can be told, but what to write for what.
#[test]
fn edits_of_other_languages_are_told_in_words() {
    let text = format!(
        "Version: 2012-10-17\nStatement:\n- Effect: Allow\n  Principal: {{Federated: {}}}\n  Action: sts:AssumeRoleWithWebIdentity\n  \
         Condition:\n    StringEquals:\n      {GITHUB}:sub: {MAIN}\n",
        provider(GITHUB)
    );
    let mut sources = Sources::new();
    let id = sources.add("role.yaml", text);
    let tree = yaml::read(id, sources.get(id).text());
    let policy = policy::read(tree.root(), PolicyKind::Trust);
    let token = run("repo:octo-org/app:environment:production");
    let found =
        repairs(&Refused { sources: &sources, policy: &policy, role: None, token: &token, flow: Flow::Direct, given: &[] });
    let lines: Vec<String> = found.iter().map(|repair| line(&sources, repair)).collect();
    let expected = [
        r#"policy: add a value to `GITHUB:sub`: write `["MAIN", "repo:octo-org/app:environment:production"]` for `"MAIN"` + a token for another audience"#,
        r#"policy: replace the value of `GITHUB:sub`: write `"repo:octo-org/app:environment:production"` for `"MAIN"` + a token for another audience"#,
        "token: run the job on the branch `main` without `environment:`",
    ];
    assert_eq!(lines, expected);
}

/// The name of a session is the caller's own, but in the enhanced flow.
#[test]
fn a_session_can_be_named() {
    let statements = statement(&provider(GITHUB), ASSUME, r#""StringEquals": {"sts:RoleSessionName": "ci"}"#);
    let (token, given) = (run(MAIN), [("sts:RoleSessionName", vec!["me"])]);
    with_role(&document(&statements, Way::Plain), |sources, role| {
        for (flow, expected) in [(Flow::Direct, &["name the session `ci`"][..]), (Flow::Enhanced, &[])] {
            let found = repairs(&Refused { flow, given: &given, ..refused(sources, role, &token) });
            let of_token = found.iter().filter(|repair| repair.side == Side::Token);
            assert_eq!(of_token.map(|repair| repair.words.as_str()).collect::<Vec<_>>(), expected, "{flow:?}");
        }
    });
}

/// Where no role is named, those that take the token come first, then those of which least fails; the repairs are for the nearest.
#[test]
fn roles_are_ranked() {
    let role = |name: &str, statements: &str| {
        (format!("{name}.json"), format!(r#"{{"Version": "2012-10-17", "Statement": [{statements}]}}"#))
    };
    let far = github("StringEquals", "repo:hubot/app:pull_request").replace("sts.amazonaws.com", "other");
    let near = github("StringEquals", "repo:octo-org/app:ref:refs/heads/next");
    let elsewhere = pool("ForAnyValue:StringEquals", "authenticated");
    let files = [role("elsewhere", &elsewhere), role("far", &far), role("near", &near)];
    let token = run(MAIN);
    let claims = Token::read(&token.claims.to_json()).unwrap();
    let ranked = |files: &[(String, String)]| {
        with_inventory(None, files.iter().map(|(name, text)| (name.as_str(), text.clone())), |sources, inventory| {
            let question = Question::new(Login::Token(&claims), Instant::from_seconds(1_790_000_000));
            let simulation = simulate(inventory, &question);
            let names: Vec<String> = simulation.choices.iter().map(|choice| choice.role.name.shown().into_owned()).collect();
            let reference = Reference::default();
            let world = World { inventory, sources, reference: &reference };
            let places: Vec<String> = of_simulation(world, &simulation, &question)
                .iter()
                .flat_map(|repair| repair.edits.iter().map(|edit| sources.get(edit.span.source).name().to_owned()))
                .collect();
            (names, places)
        })
    };
    let (names, places) = ranked(&files);
    assert_eq!(names, ["near", "far", "elsewhere"]);
    assert_eq!(places, ["near.json", "near.json"]);
    let open = role("open", &github("StringEquals", MAIN));
    let (names, places) = ranked(&[files[1].clone(), open]);
    assert_eq!(names, ["open", "far"]);
    assert_eq!(places, Vec::<String>::new(), "the token is taken");
}

/// Nothing is told where nothing is to be mended, or where AWS would not store the policy.
#[test]
fn no_repair_without_a_refusal() {
    for (statements, token) in [
        (github("StringEquals", MAIN), run(MAIN)),
        (github("StringEquals", MAIN).replace("Allow", "Permit"), run("repo:octo-org/app:pull_request")),
        (github("StringEquals", "${subject}"), run(MAIN)),
    ] {
        let (_, told) = answer(&statements, &token);
        assert_eq!(told, Vec::<String>::new(), "{statements}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

    /// Each edit that is offered lets the token in, and says exactly who else of its neighbours it lets in. None makes a
    /// subject of a shared issuer anything at all, and one that lets strangers in stands alone.
    #[test]
    fn edits_do_what_they_say((statements, token, way) in any_story()) {
        let document = document(&statements, way);
        let before = takes(&document, &token);
        with_role(&document, |sources, role| -> Result<(), TestCaseError> {
            let found = repairs(&refused(sources, role, &token));
            let edits: Vec<&Repair> = found.iter().filter(|repair| repair.side == Side::Policy).collect();
            prop_assert!(before == Some(false) || found.is_empty());
            for repair in &edits {
                let edited = repair.apply(&document).unwrap();
                prop_assert_eq!(takes(&edited, &token), Some(true), "{}", edited);
                let newly = probes(&token).into_iter().filter(|probe| {
                    takes(&document, &probe.token) != Some(true) && takes(&edited, &probe.token) == Some(true)
                });
                let newly = newly.map(|probe| probe.who).fold(Vec::new(), |mut all: Vec<String>, who| {
                    if !all.contains(&who) {
                        all.push(who);
                    }
                    all
                });
                let told: Vec<String> = repair.admits.iter().map(|own| own.who.clone()).collect();
                prop_assert_eq!(told, newly, "{}", edited);
                prop_assert!(repair.edits.iter().all(|edit| !edit.text.trim_matches(['"', '\\', '[', ']']).eq("*")));
            }
            let strange = edits.iter().filter(|repair| repair.admits_strangers()).count();
            prop_assert!(strange == 0 || edits.len() == 1);
            Ok(())
        })?;
    }
}

/// Small trust policies, tokens that many of them refuse, and ways to write a policy.
fn any_story() -> impl Strategy<Value = (String, Presented, Way)> {
    let statements = prop::collection::vec(any_statement(), 1..=2).prop_map(|list| list.join(", "));
    let ways = prop::sample::select(vec![Way::Plain, Way::String, Way::Percent]);
    (statements, prop::sample::select(tokens()), ways)
}

fn any_statement() -> impl Strategy<Value = String> {
    let texts = |list: &[&str]| prop::sample::select(list.iter().map(|&own| own.to_owned()).collect::<Vec<_>>());
    let providers = texts(&[
        "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com",
        "arn:aws:iam::444455556666:oidc-provider/token.actions.githubusercontent.com",
        "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com/",
        GITHUB,
        POOLS,
    ]);
    let actions = texts(&[
        ASSUME,
        r#""sts:AssumeRole""#,
        r#"["sts:AssumeRoleWithWebIdentity", "sts:TagSession"]"#,
        r#"["sts:AssumeRoleWithWebIdentity"]"#,
        r#""sts:AssumeRoleWith*""#,
    ]);
    let operators = texts(&[
        "StringEquals",
        "StringLike",
        "StringEqualsIgnoreCase",
        "StringNotEquals",
        "ForAnyValue:StringLike",
        "ForAllValues:StringEquals",
    ]);
    let keys = texts(&[
        "token.actions.githubusercontent.com:sub",
        "token.actions.githubusercontent.com:aud",
        "https://token.actions.githubusercontent.com:sub",
        "token.actions.githubusercontent.com:repository_owner",
        "token.actions.githubusercontent.com:environment",
        "cognito-identity.amazonaws.com:aud",
        "cognito-identity.amazonaws.com:amr",
        "aws:RequestTag/team",
    ]);
    let values = texts(&[
        MAIN,
        "repo:Octo-Org/app:ref:refs/heads/main",
        "repo:octo-org/*",
        "repo:*",
        "*",
        "",
        "sts.amazonaws.com",
        "https://octo",
        "octo-org",
        POOL,
        "authenticated",
        "unauthenticated",
        "red",
    ]);
    let lists = prop::collection::vec(values, 1..=2).prop_map(|list| match list.as_slice() {
        [only] => format!("{only:?}"),
        list => format!("[{}]", list.iter().map(|own| format!("{own:?}")).collect::<Vec<_>>().join(", ")),
    });
    let conditions = prop::collection::vec((operators, keys, lists), 0..=3).prop_map(|mut list| {
        // an operator that stands twice would be a fault
        list.sort();
        list.dedup_by(|one, other| one.0 == other.0);
        list.iter()
            .map(|(operator, key, values)| format!(r#""{operator}": {{"{key}": {values}}}"#))
            .collect::<Vec<_>>()
            .join(", ")
    });
    (providers, actions, conditions).prop_map(|(provider, actions, conditions)| statement(&provider, &actions, &conditions))
}

fn tokens() -> Vec<Presented> {
    vec![
        run(MAIN),
        run("repo:octo-org/app:pull_request"),
        run("repo:octo-org@1234/app@5678:environment:production"),
        run("odd*subject${x}"),
        run_of(MAIN, r#", "repository": "octo-org/app", "repository_owner": "octo-org", "ref": "refs/heads/main""#),
        tagged(),
        assertion("https://signin.aws.amazon.com/saml"),
        Presented::guest(POOL),
        Presented::signed_in(POOL),
        Presented::signed_in("eu-west-1:00000000-1111-4222-8333-444444444444"),
        of(EKS, "sts.amazonaws.com", "system:serviceaccount:shop:api"),
    ]
}

/// How a policy is written in its file.
#[derive(Clone, Copy, Debug)]
enum Way {
    Plain,
    String,
    Percent,
}

/// Whether the role of a document takes a token; `None` where AWS would not store the policy.
fn takes(document: &str, token: &Presented) -> Option<bool> {
    with_role(document, |_, role| {
        let policy: &Policy<'_> = role.trust.as_ref().unwrap();
        let arn = role.arn.as_ref().and_then(|arn| arn.known());
        match try_assume(policy, arn, token, Flow::Direct, &[]).verdict {
            Verdict::Allowed(_) => Some(true),
            Verdict::NotAllowed => Some(false),
            _ => None,
        }
    })
}

fn refused<'a, 's>(sources: &'a Sources, role: &'a Role<'s>, token: &'a Presented) -> Refused<'a, 's> {
    let arn = role.arn.as_ref().and_then(|arn| arn.known());
    Refused { sources, policy: role.trust.as_ref().unwrap(), role: arn, token, flow: Flow::Direct, given: &[] }
}

fn percent(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    text.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

/// The kinds of the nearest statement, and the repairs in a line each.
fn answer(statements: &str, token: &Presented) -> (Vec<String>, Vec<String>) {
    with_role(&document(statements, Way::Plain), |sources, role| {
        let policy = role.trust.as_ref().unwrap();
        let arn = role.arn.as_ref().and_then(|arn| arn.known());
        let near = near_misses(policy, arn, token, Flow::Direct, &[]);
        let kinds =
            near.first().map(|near| near.failing.iter().flat_map(|own| own.kinds.iter().map(DifferenceKind::id)).collect());
        let found = repairs(&refused(sources, role, token));
        (kinds.unwrap_or_default(), found.iter().map(|repair| line(sources, repair)).collect())
    })
}

fn line(sources: &Sources, repair: &Repair) -> String {
    let edits: Vec<String> = repair.edits.iter().map(|edit| format!("[{} => {}]", sources.slice(edit.span), edit.text)).collect();
    let admits: Vec<String> =
        repair.admits.iter().map(|own| format!("{}{}", if own.stranger { "!" } else { "" }, own.who)).collect();
    let admits = if admits.is_empty() { String::new() } else { format!(" + {}", admits.join("; ")) };
    let line = format!("{}: {}{}{}", repair.side.name(), repair.words, edits.concat(), admits);
    SHORT.iter().fold(line, |line, (long, short)| line.replace(long, short))
}

fn with_role<T>(document: &str, look: impl FnOnce(&Sources, &Role<'_>) -> T) -> T {
    with_inventory(None, std::iter::once(("role.json", document.to_owned())), |sources, inventory: &Inventory<'_>| {
        look(sources, &inventory.roles[0])
    })
}

fn document(statements: &str, way: Way) -> String {
    let policy = format!(r#"{{"Version": "2012-10-17", "Statement": [{statements}]}}"#);
    let written = match way {
        Way::Plain => policy,
        Way::String => serde_json::to_string(&policy).unwrap(),
        Way::Percent => format!("\"{}\"", percent(&policy)),
    };
    let arn = "arn:aws:iam::111122223333:role/r";
    format!(r#"{{"Role": {{"RoleName": "r", "Arn": "{arn}", "AssumeRolePolicyDocument": {written}}}}}"#)
}

fn statement(provider: &str, actions: &str, conditions: &str) -> String {
    format!(
        r#"{{"Effect": "Allow", "Principal": {{"Federated": "{provider}"}}, "Action": {actions}, "Condition": {{{conditions}}}}}"#
    )
}

fn github(operator: &str, subject: &str) -> String {
    github_with(operator, &format!("{subject:?}"))
}

fn github_list(subjects: &str) -> String {
    github_with("StringEquals", subjects)
}

fn github_with(operator: &str, subject: &str) -> String {
    let conditions = format!(r#""{operator}": {{"{GITHUB}:aud": "sts.amazonaws.com", "{GITHUB}:sub": {subject}}}"#);
    statement(&provider(GITHUB), ASSUME, &conditions)
}

/// A trust in the runs with a value of some claim.
fn github_key(claim: &str, value: &str) -> String {
    let conditions = format!(r#""StringEquals": {{"{GITHUB}:aud": "sts.amazonaws.com", "{GITHUB}:{claim}": "{value}"}}"#);
    statement(&provider(GITHUB), ASSUME, &conditions)
}

fn google(condition: &str) -> String {
    statement("accounts.google.com", ASSUME, &format!(r#""StringEquals": {{{condition}}}"#))
}

fn saml(provider: &str) -> String {
    let conditions = r#""StringEquals": {"saml:aud": "https://signin.aws.amazon.com/saml"}"#;
    statement(provider, r#""sts:AssumeRoleWithSAML""#, conditions)
}

/// An assertion, as STS reads it.
fn assertion(audience: &str) -> Presented {
    let mut claims = Claims::new();
    for (key, value) in [("saml:aud", audience), ("saml:sub", "ann"), ("saml:iss", "http://www.okta.com/x")] {
        claims.set(key, Claim::Text(value.to_owned()));
    }
    Presented::new(OKTA, claims)
}

fn pool(operator: &str, amr: &str) -> String {
    let conditions = format!(r#""StringEquals": {{"{POOLS}:aud": "{POOL}"}}, "{operator}": {{"{POOLS}:amr": "{amr}"}}"#);
    statement(POOLS, ASSUME, &conditions)
}

fn subject_of(host: &str, subject: &str) -> String {
    let conditions = format!(r#""StringEquals": {{"{host}:aud": "sts.amazonaws.com", "{host}:sub": "{subject}"}}"#);
    statement(&provider(host), ASSUME, &conditions)
}

fn provider(host: &str) -> String {
    format!("arn:aws:iam::111122223333:oidc-provider/{host}")
}

/// A token of GitHub Actions.
fn run(subject: &str) -> Presented {
    of(GITHUB, "sts.amazonaws.com", subject)
}

/// A token of GitHub Actions with further claims.
fn run_of(subject: &str, more: &str) -> Presented {
    token(&format!(r#"{{"iss": "https://{GITHUB}", "aud": "sts.amazonaws.com", "sub": "{subject}"{more}}}"#))
}

fn tagged() -> Presented {
    run_of(MAIN, r#", "https://aws.amazon.com/tags": {"principal_tags": {"team": ["blue"]}}"#)
}

fn of(host: &str, audience: &str, subject: &str) -> Presented {
    token(&format!(r#"{{"iss": "https://{host}", "aud": "{audience}", "sub": "{subject}"}}"#))
}

fn token(claims: &str) -> Presented {
    let claims = Token::read(claims).unwrap().claims;
    Presented::new(claims.text("iss").unwrap().trim_start_matches("https://").to_owned(), claims)
}
