//! What a refusal is called, and what is told to mend it: no repair that was not tried, and nobody let in unsaid.

use rolecall::identity::{Claims, Token};
use rolecall::inventory::{Inventory, Role};
use rolecall::repair::{Refused, Repair, Side, probes, repairs};
use rolecall::simulate::{Flow, Presented, near_misses};
use rolecall::source::Sources;

use crate::support::with_inventory;

const GITHUB: &str = "token.actions.githubusercontent.com";
const POOL: &str = "eu-west-1:4f9d2c1e-7b3a-4e58-9c06-d1a2b3c4e5f6";
const POOLS: &str = "cognito-identity.amazonaws.com";
const EKS: &str = "oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF";
const USERS: &str = "cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Users";
const MAIN: &str = "repo:octo-org/app:ref:refs/heads/main";
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
            kinds: &[],
            repairs: &[],
        },
        Story {
            name: "letter case of a repository in a list",
            statements: github_list(r#"["repo:octo-org/App:ref:refs/heads/main", "repo:octo-org/other:ref:refs/heads/main"]"#),
            token: run(MAIN),
            kinds: &[],
            repairs: &[],
        },
        Story {
            name: "letter case in a pattern",
            statements: github("StringLike", "repo:Octo-Org/*"),
            token: run(MAIN),
            kinds: &[],
            repairs: &[],
        },
        Story {
            name: "`environment:` for `ref:`",
            statements: github("StringEquals", MAIN),
            token: run("repo:octo-org/app:environment:production"),
            kinds: &[],
            repairs: &[],
        },
        Story {
            name: "`ref:` for `environment:`",
            statements: github("StringEquals", "repo:octo-org/app:environment:production"),
            token: run(MAIN),
            kinds: &[],
            repairs: &[],
        },
        Story {
            name: "a pull request",
            statements: github("StringEquals", MAIN),
            token: run("repo:octo-org/app:pull_request"),
            kinds: &[],
            repairs: &[],
        },
        Story {
            name: "an immutable subject",
            statements: github("StringEquals", MAIN),
            token: run("repo:octo-org@1234/app@5678:ref:refs/heads/main"),
            kinds: &[],
            repairs: &[],
        },
        Story {
            name: "a name where ids are due",
            statements: github("StringEquals", "repo:octo-org@1234/app@5678:ref:refs/heads/main"),
            token: run(MAIN),
            kinds: &[],
            repairs: &[],
        },
        Story {
            name: "another branch",
            statements: github("StringEquals", MAIN),
            token: run("repo:octo-org/app:ref:refs/heads/release"),
            kinds: &[],
            repairs: &[],
        },
        Story {
            name: "a branch that no pattern takes",
            statements: github("StringLike", "repo:octo-org/app:ref:refs/heads/release/*"),
            token: run(MAIN),
            kinds: &[],
            repairs: &[],
        },
        Story {
            name: "a tag for a branch",
            statements: github("StringEquals", MAIN),
            token: run("repo:octo-org/app:ref:refs/tags/v1"),
            kinds: &[],
            repairs: &[],
        },
        Story {
            name: "another repository",
            statements: github("StringEquals", MAIN),
            token: run("repo:octo-org/site:ref:refs/heads/main"),
            kinds: &[],
            repairs: &[],
        },
        Story {
            name: "another organisation and branch",
            statements: github("StringEquals", MAIN),
            token: run("repo:hubot/app:ref:refs/heads/next"),
            kinds: &[],
            repairs: &[],
        },
        Story {
            name: "a list without the value",
            statements: github_list(r#"["repo:octo-org/app:environment:production", "repo:octo-org/app:environment:staging"]"#),
            token: run("repo:octo-org/app:environment:test"),
            kinds: &[],
            repairs: &[],
        },
        Story {
            name: "`StringEquals` with `*`",
            statements: github("StringEquals", "repo:octo-org/app:*"),
            token: run(MAIN),
            kinds: &[],
            repairs: &[],
        },
        Story {
            name: "`StringEquals` with nothing but `*`",
            statements: github("StringEquals", "*"),
            token: run(MAIN),
            kinds: &[],
            repairs: &[],
        },
        Story {
            name: "`StringEquals` with a pattern of everybody",
            statements: github("StringEquals", "repo:*"),
            token: run(MAIN),
            kinds: &[],
            repairs: &[],
        },
        Story {
            name: "another audience",
            statements: github("StringEquals", MAIN).replace("sts.amazonaws.com", "https://github.com/octo-org"),
            token: run(MAIN),
            kinds: &[],
            repairs: &[],
        },
        Story {
            name: "an authorized party",
            statements: google(r#""accounts.google.com:aud": "web""#),
            token: token(r#"{"iss": "https://accounts.google.com", "aud": "web", "azp": "app", "sub": "1"}"#),
            kinds: &[],
            repairs: &[],
        },
        Story {
            name: "a scheme in a key",
            statements: github("StringEquals", MAIN).replace(&format!("{GITHUB}:sub"), &format!("https://{GITHUB}:sub")),
            token: run(MAIN),
            kinds: &[],
            repairs: &[],
        },
        Story {
            name: "a claim that is no key",
            statements: github_key("repository_owner", "octo-org"),
            token: run_of(MAIN, r#", "repository_owner": "octo-org""#),
            kinds: &[],
            repairs: &[],
        },
        Story {
            name: "a key of another issuer",
            statements: github("StringEquals", MAIN).replace(&format!("{GITHUB}:sub"), "gitlab.com:sub"),
            token: run(MAIN),
            kinds: &[],
            repairs: &[],
        },
        Story {
            name: "a claim that the token lacks",
            statements: github_key("environment", "production"),
            token: run(MAIN),
            kinds: &[],
            repairs: &[],
        },
        Story {
            name: "a key that the call never holds",
            statements: statement(&provider(GITHUB), ASSUME, r#""StringEquals": {"sts:ExternalId": "x"}"#),
            token: run(MAIN),
            kinds: &[],
            repairs: &[],
        },
        Story {
            name: "just what it may not be",
            statements: github("StringNotEquals", MAIN).replace("sts.amazonaws.com", "other"),
            token: run(MAIN),
            kinds: &[],
            repairs: &[],
        },
        Story {
            name: "an action for others",
            statements: github("StringEquals", MAIN).replace(ASSUME, r#""sts:AssumeRole""#),
            token: run(MAIN),
            kinds: &[],
            repairs: &[],
        },
        Story {
            name: "session tags without `sts:TagSession`",
            statements: github("StringEquals", MAIN),
            token: tagged(),
            kinds: &[],
            repairs: &[],
        },
        Story {
            name: "a session tag of another value",
            statements: statement(&provider(GITHUB), r#"["sts:AssumeRoleWithWebIdentity", "sts:TagSession"]"#, r#""StringEquals": {"aws:RequestTag/team": "red"}"#),
            token: tagged(),
            kinds: &[],
            repairs: &[],
        },
        Story {
            name: "a source identity without `sts:SetSourceIdentity`",
            statements: github("StringEquals", MAIN),
            token: run_of(MAIN, r#", "https://aws.amazon.com/source_identity": "ann""#),
            kinds: &[],
            repairs: &[],
        },
        Story {
            name: "a slash behind the issuer",
            statements: github("StringEquals", MAIN).replace(GITHUB, &format!("{GITHUB}/")),
            token: run(MAIN),
            kinds: &[],
            repairs: &[],
        },
        Story {
            name: "a scheme before the issuer",
            statements: github("StringEquals", MAIN).replace(&provider(GITHUB), &provider(&format!("https://{GITHUB}"))),
            token: run(MAIN),
            kinds: &[],
            repairs: &[],
        },
        Story {
            name: "a host for the ARN of a provider",
            statements: github("StringEquals", MAIN).replace(&provider(GITHUB), GITHUB),
            token: run(MAIN),
            kinds: &[],
            repairs: &[],
        },
        Story {
            name: "a provider of another account",
            statements: github("StringEquals", MAIN).replace("111122223333", "444455556666"),
            token: run(MAIN),
            kinds: &[],
            repairs: &[],
        },
        Story {
            name: "a provider of another path",
            statements: github("StringEquals", MAIN).replace(&provider(GITHUB), &provider(&format!("{GITHUB}/octo"))),
            token: run(MAIN),
            kinds: &[],
            repairs: &[],
        },
        Story {
            name: "a SAML provider",
            statements: github("StringEquals", MAIN).replace(&provider(GITHUB), "arn:aws:iam::111122223333:saml-provider/okta"),
            token: run(MAIN),
            kinds: &[],
            repairs: &[],
        },
        Story {
            name: "another provider",
            statements: pool("ForAnyValue:StringEquals", "authenticated"),
            token: run(MAIN),
            kinds: &[],
            repairs: &[],
        },
        Story {
            name: "a provider under `AWS`",
            statements: github("StringEquals", MAIN).replace("Federated", "AWS"),
            token: run(MAIN),
            kinds: &[],
            repairs: &[],
        },
        Story {
            name: "two things at once",
            statements: github("StringEquals", MAIN).replace("sts.amazonaws.com", "octo"),
            token: run("repo:octo-org/app:environment:production"),
            kinds: &[],
            repairs: &[],
        },
        Story {
            name: "a statement that denies",
            statements: format!(r#"{}, {{"Effect": "Deny", "Principal": "*", "Action": {ASSUME}, "Condition": {{"StringLike": {{"{GITHUB}:sub": "*:ref:*"}}}}}}"#, github("StringEquals", MAIN)),
            token: run(MAIN),
            kinds: &[],
            repairs: &[],
        },
        Story {
            name: "another identity pool",
            statements: pool("ForAnyValue:StringEquals", "authenticated"),
            token: Presented::signed_in("eu-west-1:00000000-1111-4222-8333-444444444444"),
            kinds: &[],
            repairs: &[],
        },
        Story {
            name: "a guest, and signed-in users are wanted",
            statements: pool("ForAnyValue:StringEquals", "authenticated"),
            token: Presented::guest(POOL),
            kinds: &[],
            repairs: &[],
        },
        Story {
            name: "a signed-in user, and guests are wanted",
            statements: pool("ForAnyValue:StringEquals", "unauthenticated"),
            token: Presented::signed_in(POOL),
            kinds: &[],
            repairs: &[],
        },
        Story {
            name: "another user pool",
            statements: pool("ForAnyValue:StringEquals", "cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Other"),
            token: Presented::signed_in(POOL),
            kinds: &[],
            repairs: &[],
        },
        Story {
            name: "`ForAllValues` on `amr`",
            statements: pool("ForAllValues:StringEquals", "authenticated"),
            token: Presented::signed_in(POOL),
            kinds: &[],
            repairs: &[],
        },
        Story {
            name: "an ARN for the host of identity pools",
            statements: pool("ForAnyValue:StringEquals", "authenticated").replace(&format!(r#": "{POOLS}"}}"#), &format!(r#": "{}"}}"#, provider(POOLS))),
            token: Presented::signed_in(POOL),
            kinds: &[],
            repairs: &[],
        },
        Story {
            name: "another service account",
            statements: subject_of(EKS, "system:serviceaccount:shop:web"),
            token: of(EKS, "sts.amazonaws.com", "system:serviceaccount:shop:api"),
            kinds: &[],
            repairs: &[],
        },
        Story {
            name: "another project of a group",
            statements: subject_of("gitlab.com", "project_path:shop/web:ref_type:branch:ref:main"),
            token: of("gitlab.com", "sts.amazonaws.com", "project_path:shop/api:ref_type:branch:ref:main"),
            kinds: &[],
            repairs: &[],
        },
        Story {
            name: "another phase of a run",
            statements: subject_of("app.terraform.io", "organization:o:project:p:workspace:w:run_phase:apply"),
            token: of("app.terraform.io", "sts.amazonaws.com", "organization:o:project:p:workspace:w:run_phase:plan"),
            kinds: &[],
            repairs: &[],
        },
        Story {
            name: "another user of a user pool",
            statements: subject_of(USERS, "ann"),
            token: of(USERS, "sts.amazonaws.com", "bob"),
            kinds: &[],
            repairs: &[],
        },
    ]
}

#[test]
fn every_refusal_is_named_and_mended() {
    for story in stories() {
        let (kinds, told) = answer(&story.statements, &story.token);
        println!("== {}\n{kinds:?}\n{}", story.name, told.join("\n"));
    }
}

/// The kinds of the nearest statement, and the repairs in a line each.
fn answer(statements: &str, token: &Presented) -> (Vec<String>, Vec<String>) {
    with_role(&document(statements), |sources, role| {
        let policy = role.trust.as_ref().unwrap();
        let arn = role.arn.as_ref().and_then(|arn| arn.known());
        let near = near_misses(policy, arn, token, Flow::Direct, &[]);
        let kinds = near.first().map(|near| near.failing.iter().flat_map(|own| own.kinds.iter().map(|kind| kind.id())).collect());
        let found = repairs(&Refused { sources, role, token, flow: Flow::Direct, given: &[] });
        (kinds.unwrap_or_default(), found.iter().map(|repair| line(sources, repair)).collect())
    })
}

fn line(sources: &Sources, repair: &Repair) -> String {
    let edits: Vec<String> = repair.edits.iter().map(|edit| format!("[{} => {}]", sources.slice(edit.span), edit.text)).collect();
    let admits: Vec<String> =
        repair.admits.iter().map(|own| format!("{}{}", if own.stranger { "!" } else { "" }, own.who)).collect();
    let admits = if admits.is_empty() { String::new() } else { format!(" + {}", admits.join("; ")) };
    format!("{}: {}{}{}", repair.side.name(), repair.words, edits.concat(), admits)
}

fn with_role<T>(document: &str, look: impl FnOnce(&Sources, &Role<'_>) -> T) -> T {
    with_inventory(None, std::iter::once(("role.json", document.to_owned())), |sources, inventory: &Inventory<'_>| look(sources, &inventory.roles[0]))
}

fn document(statements: &str) -> String {
    format!(
        r#"{{"Role": {{"RoleName": "r", "Arn": "arn:aws:iam::111122223333:role/r", "AssumeRolePolicyDocument": {}}}}}"#,
        policy(statements)
    )
}

fn policy(statements: &str) -> String {
    format!(r#"{{"Version": "2012-10-17", "Statement": [{statements}]}}"#)
}

fn statement(provider: &str, actions: &str, conditions: &str) -> String {
    format!(r#"{{"Effect": "Allow", "Principal": {{"Federated": "{provider}"}}, "Action": {actions}, "Condition": {{{conditions}}}}}"#)
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
    Presented::of_claims(&Token::read(claims).unwrap().claims).unwrap()
}
