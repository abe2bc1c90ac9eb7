//! Who reaches which roles: what is told as reached is gone again by the simulator, what is told to close a way closes it, and each kind of
//! step stands by itself.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use rolecall::inventory::Inventory;
use rolecall::policy::Instant;
use rolecall::reach::{Asked, Cell, Path as Steps, Reach, Way, reach};
use rolecall::reference::{EscalationAction, Gain, On, Reference, escalations};
use rolecall::simulate::World;
use rolecall::source::Sources;
use serde_json::{Value, json};

use crate::support;

fn rolecall(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_rolecall")).args(arguments).current_dir(support::root()).output().expect("it starts")
}

/// What `rolecall reach` tells of a folder, for programs.
fn told(arguments: &[&str]) -> Value {
    let all: Vec<&str> = ["reach", "--format", "json"].iter().chain(arguments).copied().collect();
    let run = rolecall(&all);
    assert!(run.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&run.stderr));
    serde_json::from_slice(&run.stdout).expect("JSON")
}

/// The cells that are told as reached, each with the phrase of its subject.
fn reached(told: &Value) -> Vec<(String, Value)> {
    let subjects = told["subjects"].as_array().expect("subjects");
    let cells = subjects.iter().flat_map(|subject| {
        let who = subject["who"].as_str().expect("a phrase").to_owned();
        subject["reaches"].as_array().expect("cells").iter().map(move |cell| (who.clone(), cell.clone()))
    });
    cells.filter(|(_, cell)| cell["answer"] == "reached").collect()
}

fn folders() -> Vec<String> {
    let mut folders = support::folders("fixtures/scenarios");
    folders.extend(["fixtures/reach".to_owned(), "fixtures/who".to_owned()]);
    folders
}

#[test]
fn every_way_with_a_command_is_gone_by_it() {
    let mut commands = 0;
    let mut complaints = Vec::new();
    for folder in folders() {
        for (_, cell) in reached(&told(&[&folder])) {
            for way in cell["ways"].as_array().expect("ways") {
                let Some(command) = way["command"].as_str() else { continue };
                commands += 1;
                let role = cell["role"].as_str().expect("a role");
                let own = env!("CARGO_BIN_EXE_rolecall");
                let shell = format!("rolecall() {{ {own:?} \"$@\"; }}; {command} --expect allowed --expect-role {role}");
                let run = Command::new("sh").args(["-c", &shell]).current_dir(support::root()).output().expect("a shell");
                if !run.status.success() {
                    complaints.push(format!("{command}\n{}", String::from_utf8_lossy(&run.stderr)));
                }
            }
        }
    }
    support::none(complaints);
    assert!(commands > 40, "{commands}");
}

#[test]
fn what_is_told_to_close_a_way_closes_it() {
    let closings: usize = folders().iter().map(|folder| closings_that_close(folder).len()).sum();
    assert!(closings > 15, "{closings}");
}

/// In each of the forms in which a role and an identity pool may be written.
#[test]
fn what_is_told_to_close_a_way_of_a_template_closes_it() {
    let no_more_than_signed_in = "let only signed-in users in: `amr` must hold `authenticated`";
    let pins = "pin the identity pool: `aud` must be `aws_cognito_identity_pool.p.id`";
    let (guests, classic) =
        ("turn guest access of identity pool `reports` off", "turn the classic flow of identity pool `reports` off");
    let statement = "take statement 1 out of the trust policy of `admin`";
    for (name, text, expected) in [
        (
            "main.tf",
            MODULE.replace("CLASSIC", "allow_classic_flow = true"),
            &[no_more_than_signed_in, pins, guests, classic, statement][..],
        ),
        ("main.tf", MODULE.replace("CLASSIC", ""), &[no_more_than_signed_in, pins, guests, statement]),
        (
            "main.tf",
            MODULE.replace("CLASSIC", "").replace("data.aws_iam_policy_document.trust.json", ENCODED),
            &[guests, statement],
        ),
        ("stack.yaml", STACK.to_owned(), &[guests]),
    ] {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join(name), &text).expect("a file");
        let told = closings_that_close(&folder.path().to_string_lossy());
        for words in expected {
            assert!(told.iter().any(|own| own == words), "{text}: `{words}` is not among {told:#?}");
        }
    }
}

/// What is told to close a way in a folder, each tried in a copy of it.
fn closings_that_close(folder: &str) -> Vec<String> {
    let mut told_of = Vec::new();
    for (who, cell) in reached(&told(&[folder])) {
        for closing in cell["closings"].as_array().expect("closings") {
            told_of.push(closing["words"].as_str().expect("words").to_owned());
            let copy = tempfile::tempdir().expect("a folder");
            copy_folder(&support::root().join(folder), copy.path());
            let mut edits: Vec<&Value> = closing["edits"].as_array().expect("edits").iter().collect();
            edits.sort_by_key(|edit| std::cmp::Reverse(edit["start"].as_u64()));
            for edit in edits {
                let path = edit["path"].as_str().expect("a path").strip_prefix(&format!("{folder}/")).expect("in the folder");
                let file = copy.path().join(path);
                let mut text = fs::read_to_string(&file).expect("a text");
                let place = |name: &str| usize::try_from(edit[name].as_u64().expect("a place")).expect("a place");
                text.replace_range(place("start")..place("end"), edit["text"].as_str().expect("a text"));
                fs::write(file, text).expect("a file");
            }
            let role = cell["role"].as_str().expect("a role");
            let run = rolecall(&["reach", "--format", "json", "--from", &who, "--to", role, &copy.path().to_string_lossy()]);
            let complaints = String::from_utf8_lossy(&run.stderr);
            assert!(!complaints.contains("not well-formed"), "{closing}: {complaints}");
            let again: Value = serde_json::from_slice(&run.stdout).expect("JSON");
            let now = &again["subjects"][0]["reaches"][0];
            let ways = now["ways"].as_array().expect("ways");
            assert_eq!(ways.len() as u64, closing["waysLeft"].as_u64().expect("a number"), "{who} {role} {closing}");
            assert!(ways.iter().all(|way| way["id"] != cell["ways"][0]["id"]), "{who} {role} {closing}");
        }
    }
    told_of
}

/// A guest may take a role, and with that another.
const MODULE: &str = r#"
resource "aws_cognito_identity_pool" "p" {
  identity_pool_name               = "reports"
  allow_unauthenticated_identities = true
  CLASSIC
}

resource "aws_cognito_identity_pool_roles_attachment" "p" {
  identity_pool_id = aws_cognito_identity_pool.p.id
  roles = {
    authenticated   = aws_iam_role.visitor.arn
    unauthenticated = aws_iam_role.visitor.arn
  }
}

data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRoleWithWebIdentity"]
    principals {
      type        = "Federated"
      identifiers = ["cognito-identity.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "visitor" {
  name               = "visitor"
  assume_role_policy = data.aws_iam_policy_document.trust.json
}

data "aws_iam_policy_document" "visitor" {
  statement {
    actions   = ["sts:AssumeRole"]
    resources = ["*"]
  }
}

resource "aws_iam_role_policy" "visitor" {
  role   = aws_iam_role.visitor.name
  policy = data.aws_iam_policy_document.visitor.json
}

data "aws_iam_policy_document" "admin" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "AWS"
      identifiers = [aws_iam_role.visitor.arn]
    }
  }
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["ec2.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "admin" {
  name               = "admin"
  assume_role_policy = data.aws_iam_policy_document.admin.json
}
"#;

const ENCODED: &str = r#"jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRoleWithWebIdentity"
      Principal = { Federated = "cognito-identity.amazonaws.com" }
    }]
  })"#;

const STACK: &str = r"
Resources:
  Pool:
    Type: AWS::Cognito::IdentityPool
    Properties:
      IdentityPoolName: reports
      AllowUnauthenticatedIdentities: true
  Roles:
    Type: AWS::Cognito::IdentityPoolRoleAttachment
    Properties:
      IdentityPoolId: !Ref Pool
      Roles:
        unauthenticated: !GetAtt Visitor.Arn
  Visitor:
    Type: AWS::IAM::Role
    Properties:
      RoleName: visitor
      AssumeRolePolicyDocument:
        Version: '2012-10-17'
        Statement:
          - Effect: Allow
            Action: sts:AssumeRoleWithWebIdentity
            Principal:
              Federated: cognito-identity.amazonaws.com
";

fn copy_folder(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).expect("a folder") {
        let path = entry.expect("an entry").path();
        let target = to.join(path.file_name().expect("a name"));
        if path.is_dir() {
            fs::create_dir(&target).expect("a folder");
            copy_folder(&path, &target);
        } else {
            fs::copy(&path, &target).expect("a copy");
        }
    }
}

/// What somebody reaches in an account of these documents, as he starts by one of these words.
fn with<T>(documents: &[Value], from: &str, look: impl FnOnce(&Reach<'_, '_>) -> T) -> T {
    let mut sources = Sources::new();
    let ids: Vec<_> = documents.iter().enumerate().map(|(at, own)| sources.add(format!("{at}.json"), own.to_string())).collect();
    let mut inventory = Inventory::new(None);
    for id in ids {
        inventory.read(&sources, id);
    }
    let reference = Reference::default();
    let world = World { inventory: &inventory, sources: &sources, reference: &reference };
    let from = if from.is_empty() { Vec::new() } else { vec![from.to_owned()] };
    look(&reach(world, Asked { at: Instant::from_seconds(0), from: &from, access: None }))
}

/// The first way in which the first subject reaches a target, by its place; `None` where he does not.
fn way(reach: &Reach<'_, '_>, target: usize) -> Option<Steps> {
    match &reach.rows[0][target] {
        Cell::Reached(paths) => paths.first().cloned(),
        _ => None,
    }
}

const ACCOUNT: &str = "111122223333";
const POOL: &str = "eu-west-1:7c1d9a52-0b3e-4f6a-8d21-5e9f4a7b6c03";
const USERS: &str = "cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Rep0rtsAA";

fn role(name: &str, trust: &Value) -> Value {
    let document = json!({ "Version": "2012-10-17", "Statement": trust });
    json!({ "Role": { "RoleName": name, "Arn": arn(name), "AssumeRolePolicyDocument": document } })
}

fn may(name: &str, statements: &Value) -> Value {
    let document = json!({ "Version": "2012-10-17", "Statement": statements });
    json!({ "RoleName": name, "PolicyName": "own", "PolicyDocument": document })
}

fn arn(name: &str) -> String {
    format!("arn:aws:iam::{ACCOUNT}:role/{name}")
}

fn trusts(principal: &Value, action: &str) -> Value {
    json!([{ "Effect": "Allow", "Principal": principal, "Action": action }])
}

fn of_pool(more: &Value) -> Value {
    let mut condition = json!({ "StringEquals": { "cognito-identity.amazonaws.com:aud": POOL } });
    condition.as_object_mut().expect("a map").extend(more.as_object().expect("a map").clone());
    json!([{
        "Effect": "Allow",
        "Principal": { "Federated": "cognito-identity.amazonaws.com" },
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": condition,
    }])
}

const SAML: &str = "arn:aws:iam::111122223333:saml-provider/people";

/// Each set of actions gives what it says it gives, and without any one of its actions it does not.
#[test]
fn each_set_of_actions_is_needed_as_a_whole() {
    for set in escalations().iter().filter(|set| is_followed(set.gain)) {
        let all: Vec<&EscalationAction> = set.actions.iter().collect();
        assert!(escalates(set.gain, &all), "{set:?}");
        for left_out in 0..all.len() {
            let rest: Vec<&EscalationAction> =
                all.iter().enumerate().filter(|(at, _)| *at != left_out).map(|(_, own)| *own).collect();
            assert!(!escalates(set.gain, &rest), "{set:?} without {left_out}");
        }
    }
    assert!(escalations().len() > 25);
}

/// Whether a gain leads from role to role. The others are a user's, or hang on what nobody gave.
fn is_followed(gain: Gain) -> bool {
    use Gain as G;
    !matches!(gain, G::UserRights | G::User | G::PermissionSet | G::NoBoundary | G::NoUserBoundary | G::OlderVersion)
}

/// Whether somebody who may do that comes by the target of a gain; by what runs already, perhaps.
fn escalates(gain: Gain, actions: &[&EscalationAction]) -> bool {
    let statements = actions.iter().map(|action| {
        let resource = match action.on {
            On::Any | On::User | On::Group | On::Instance => "*".to_owned(),
            On::Role => arn("target"),
            On::Saml => SAML.to_owned(),
            On::Itself => arn("start"),
            On::New => arn("made-*"),
            On::OwnPolicy => format!("arn:aws:iam::{ACCOUNT}:policy/mine"),
            On::Pool => format!("arn:aws:cognito-identity:eu-west-1:{ACCOUNT}:identitypool/{POOL}"),
            On::UserPool => format!("arn:aws:cognito-idp:eu-west-1:{ACCOUNT}:userpool/eu-west-1_Rep0rtsAA"),
        };
        json!({ "Effect": "Allow", "Action": action.name, "Resource": resource })
    });
    let statements: Vec<Value> = statements.collect();
    let trust = match gain {
        Gain::RoleOf(service) | Gain::RunsAs(service) => trusts(&json!({ "Service": service }), "sts:AssumeRole"),
        Gain::PoolRole | Gain::ClassicRole | Gain::Group => {
            of_pool(&json!({ "ForAnyValue:StringEquals": { "cognito-identity.amazonaws.com:amr": "authenticated" } }))
        }
        Gain::SamlRole => trusts(&json!({ "Federated": SAML }), "sts:AssumeRoleWithSAML"),
        _ => trusts(&json!({ "Service": "config.amazonaws.com" }), "sts:AssumeRole"),
    };
    let mut documents = vec![
        role("start", &trusts(&json!({ "AWS": "arn:aws:iam::444455556666:root" }), "sts:AssumeRole")),
        may("start", &json!(statements)),
        role("target", &trust),
    ];
    if gain == Gain::Group {
        documents.push(json!({ "Groups": [
            { "GroupName": "owners", "UserPoolId": "eu-west-1_Rep0rtsAA", "RoleArn": arn("target"), "Precedence": 1 },
        ] }));
    }
    if matches!(gain, Gain::PoolRole | Gain::ClassicRole) {
        documents.push(json!({
            "IdentityPoolId": POOL,
            "IdentityPoolName": "reports",
            "AllowUnauthenticatedIdentities": false,
            "AllowClassicFlow": false,
            "CognitoIdentityProviders": [{ "ProviderName": USERS, "ClientId": "web", "ServerSideTokenCheck": true }],
        }));
        documents.push(json!({ "IdentityPoolId": POOL, "Roles": { "authenticated": arn("other") } }));
    }
    if actions.iter().any(|action| action.on == On::OwnPolicy) {
        let read = json!([{ "Effect": "Allow", "Action": "s3:GetObject", "Resource": "*" }]);
        let (mine, harmless) =
            (format!("arn:aws:iam::{ACCOUNT}:policy/mine"), json!({ "Version": "2012-10-17", "Statement": read }));
        let trust = json!({ "Version": "2012-10-17", "Statement": trusts(&json!({ "AWS": "444455556666" }), "sts:AssumeRole") });
        documents.push(json!({
            "UserDetailList": [],
            "GroupDetailList": [],
            "RoleDetailList": [{
                "RoleName": "start",
                "Arn": arn("start"),
                "AssumeRolePolicyDocument": trust,
                "RolePolicyList": [],
                "AttachedManagedPolicies": [{ "PolicyName": "mine", "PolicyArn": mine }],
            }],
            "Policies": [{
                "PolicyName": "mine",
                "Arn": mine,
                "DefaultVersionId": "v1",
                "PolicyVersionList": [{ "Document": harmless, "VersionId": "v1", "IsDefaultVersion": true }],
            }],
        }));
        documents.remove(0);
    }
    with(&documents, "principal", |reach| match gain {
        Gain::Rights => reach.targets.len() > 2 && way(reach, 2).is_some_and(|path| path.way == Way::Escalation),
        Gain::RunsAs(_) => match &reach.rows[0][1] {
            Cell::Open(reasons) => reasons.iter().any(|reason| reason.way == Way::Escalation),
            _ => false,
        },
        _ => way(reach, 1).is_some_and(|path| path.way == Way::Escalation),
    })
}

#[test]
fn a_role_is_taken_with_another() {
    let start = role("start", &trusts(&json!({ "AWS": "arn:aws:iam::444455556666:root" }), "sts:AssumeRole"));
    let take = json!([{ "Effect": "Allow", "Action": "sts:AssumeRole", "Resource": arn("target") }]);
    let deny = json!([{ "Effect": "Deny", "Action": "sts:*", "Resource": "*" }]);
    let of_account = role("target", &trusts(&json!({ "AWS": format!("arn:aws:iam::{ACCOUNT}:root") }), "sts:AssumeRole"));
    let of_role = role("target", &trusts(&json!({ "AWS": arn("start") }), "sts:AssumeRole"));
    let of_other = role("target", &trusts(&json!({ "AWS": arn("other") }), "sts:AssumeRole"));
    let nothing = may("start", &json!([{ "Effect": "Allow", "Action": "s3:GetObject", "Resource": "*" }]));
    let cases = [
        (&of_account, may("start", &take), true),
        (&of_account, nothing.clone(), false),
        // a trust policy that names the role itself needs no other
        (&of_role, nothing.clone(), true),
        (&of_role, may("start", &deny), false),
        (&of_other, may("start", &take), false),
    ];
    for (target, policy, expected) in cases {
        let documents = [start.clone(), policy.clone(), target.clone()];
        let got = with(&documents, "principal", |reach| way(reach, 1).map(|path| (path.way, path.steps.len())));
        assert_eq!(got, expected.then_some((Way::Chain, 2)), "{target} {policy}");
    }
}

/// A trust policy that wants a login of two providers is for those who have both.
#[test]
fn two_logins_of_one_identity() {
    let both = json!({
        "ForAnyValue:StringEquals": { "cognito-identity.amazonaws.com:amr": "accounts.google.com" },
        "ForAnyValue:StringLike": { "cognito-identity.amazonaws.com:amr": "cognito-idp.*" },
    });
    let pool = |social: &Value| {
        json!({
            "IdentityPoolId": POOL,
            "IdentityPoolName": "reports",
            "AllowUnauthenticatedIdentities": false,
            "AllowClassicFlow": true,
            "SupportedLoginProviders": social,
            "CognitoIdentityProviders": [{ "ProviderName": USERS, "ClientId": "web", "ServerSideTokenCheck": true }],
        })
    };
    let roles = json!({ "IdentityPoolId": POOL, "Roles": { "authenticated": arn("other") } });
    for (social, expected) in [(json!({ "accounts.google.com": "app" }), true), (json!({ "www.amazon.com": "app" }), false)] {
        let documents = [pool(&social), roles.clone(), role("target", &of_pool(&both))];
        let got = with(&documents, "user", |reach| way(reach, 0).map(|path| path.way));
        assert_eq!(got, expected.then_some(Way::Classic), "{social}");
    }
}

/// Other people's identity pools are asked for wherever there are some, and get in where nothing pins one's own.
#[test]
fn other_peoples_pools() {
    let pinned = of_pool(&json!({ "ForAnyValue:StringEquals": { "cognito-identity.amazonaws.com:amr": "authenticated" } }));
    let mut open = pinned.clone();
    open[0]["Condition"].as_object_mut().expect("a map").remove("StringEquals");
    for (trust, expected) in [(&pinned, None), (&open, Some(Way::Trust))] {
        let got = with(&[role("target", trust)], "foreign-pool", |reach| way(reach, 0).map(|path| path.way));
        assert_eq!(got, expected, "{trust}");
    }
}

/// Where a trust policy names a pool that was not given, its guests and users start all the same.
#[test]
fn a_pool_that_was_not_given() {
    let guests = of_pool(&json!({ "ForAnyValue:StringEquals": { "cognito-identity.amazonaws.com:amr": "unauthenticated" } }));
    for (from, expected) in [("guest", true), ("user", false)] {
        with(&[role("visitor", &guests), role("any", &of_pool(&json!({})))], from, |reach| {
            assert_eq!(way(reach, 0).is_some(), expected, "{from}");
            assert!(way(reach, 1).is_some(), "{from}");
        });
    }
    // whom nothing lets in is somebody all the same
    with(&[role("visitor", &guests)], "user", |reach| assert!(matches!(reach.rows[0][0], Cell::No(_))));
}

/// Guests of the enhanced flow hold neither STS nor IAM, whatever their role may do; by the classic flow they do.
#[test]
fn guests_go_on_from_the_classic_flow_only() {
    let guests = json!({ "ForAnyValue:StringEquals": { "cognito-identity.amazonaws.com:amr": "unauthenticated" } });
    for (classic, expected) in [(false, None), (true, Some(Way::Chain))] {
        let documents = [
            role("visitor", &of_pool(&guests)),
            may("visitor", &json!([{ "Effect": "Allow", "Action": "*", "Resource": "*" }])),
            role("target", &trusts(&json!({ "AWS": format!("arn:aws:iam::{ACCOUNT}:root") }), "sts:AssumeRole")),
            json!({
                "IdentityPoolId": POOL,
                "IdentityPoolName": "reports",
                "AllowUnauthenticatedIdentities": true,
                "AllowClassicFlow": classic,
            }),
            json!({ "IdentityPoolId": POOL, "Roles": { "unauthenticated": arn("visitor") } }),
        ];
        with(&documents, "guest", |reach| {
            assert!(way(reach, 0).is_some(), "{classic}");
            assert_eq!(way(reach, 1).map(|path| path.way), expected, "{classic}");
        });
    }
}

/// Who gives himself any right of an account has its roles too, and no others; a permissions boundary keeps him from it.
#[test]
fn any_right_is_every_role_of_the_account() {
    let service = trusts(&json!({ "Service": "config.amazonaws.com" }), "sts:AssumeRole");
    let mut start = role("start", &trusts(&json!({ "AWS": "arn:aws:iam::444455556666:root" }), "sts:AssumeRole"));
    let mut elsewhere = role("elsewhere", &service);
    elsewhere["Role"]["Arn"] = json!("arn:aws:iam::777788889999:role/elsewhere");
    let rights = may("start", &json!([{ "Effect": "Allow", "Action": "iam:PutRolePolicy", "Resource": arn("start") }]));
    let documents = |start: &Value| [start.clone(), rights.clone(), role("target", &service), elsewhere.clone()];
    with(&documents(&start), "principal", |reach| {
        assert_eq!(way(reach, 1).map(|path| path.way), Some(Way::Rights));
        assert!(matches!(reach.rows[0][2], Cell::No(_)), "{:?}", reach.rows[0][2]);
        assert_eq!(way(reach, 3).map(|path| path.way), Some(Way::Escalation));
    });
    start["Role"]["PermissionsBoundary"] = json!({
        "PermissionsBoundaryType": "Policy",
        "PermissionsBoundaryArn": "arn:aws:iam::aws:policy/PowerUserAccess",
    });
    with(&documents(&start), "principal", |reach| {
        assert_eq!(reach.targets.len(), 3);
        assert!(!matches!(reach.rows[0][1], Cell::Reached(_)));
    });
}

/// Where it is not known whether a role is reached, nor is it of what it leads to.
#[test]
fn a_doubt_goes_on() {
    let take = json!([{ "Effect": "Allow", "Action": "sts:AssumeRole", "Resource": arn("target") }]);
    let mut given = trusts(&json!({ "AWS": "arn:aws:iam::444455556666:root" }), "sts:AssumeRole");
    given[0]["Condition"] = json!({ "StringEquals": { "aws:PrincipalOrgID": "${var.organization}" } });
    let documents = [
        role("start", &given),
        may("start", &take),
        role("target", &trusts(&json!({ "AWS": format!("arn:aws:iam::{ACCOUNT}:root") }), "sts:AssumeRole")),
        role("other", &trusts(&json!({ "Service": "config.amazonaws.com" }), "sts:AssumeRole")),
    ];
    with(&documents, "*444455556666*", |reach| {
        let answers: Vec<_> = reach.rows[0].iter().map(|cell| matches!(cell, Cell::Open(_))).collect();
        assert_eq!(answers, [true, true, false], "{:?}", reach.rows[0]);
    });
}

/// Whatever is not reached has a reason, and whatever is has steps.
#[test]
fn nothing_is_told_without_a_reason() {
    for folder in folders() {
        let told = told(&[&folder]);
        for subject in told["subjects"].as_array().expect("subjects") {
            for cell in subject["reaches"].as_array().expect("cells") {
                let list = if cell["answer"] == "reached" { &cell["ways"][0]["steps"] } else { &cell["reasons"] };
                assert!(list.as_array().is_some_and(|list| !list.is_empty()), "{folder}: {} {cell}", subject["who"]);
            }
        }
    }
}

#[test]
fn names_that_stand_for_nothing_are_refused() {
    let folder = "fixtures/scenarios/tutorial";
    for (arguments, complaint, help) in [
        (
            ["reach", "--from", "group:Edtor", folder],
            "nobody `group:Edtor` among those who start",
            "did you mean `group:Editor`?",
        ),
        (
            ["reach", "--to", "rbac-user-admin-role", folder],
            "no role `rbac-user-admin-role`",
            "did you mean `rbac-users-admin-role`?",
        ),
        (["who", "--action", "PutObject", folder], "`PutObject` is no action", "write its service before it"),
    ] {
        let run = rolecall(&arguments);
        let complained = String::from_utf8_lossy(&run.stderr).into_owned();
        assert_eq!(run.status.code(), Some(2), "{arguments:?}");
        assert!(complained.contains(complaint) && complained.contains(help), "{complained}");
    }
}

/// Text of the user's is no markup.
#[test]
fn a_page_holds_no_markup_of_others() {
    let documents = [
        json!({ "IdentityPoolId": POOL, "IdentityPoolName": "reports", "AllowUnauthenticatedIdentities": false,
            "CognitoIdentityProviders": [{ "ProviderName": USERS, "ClientId": "web", "ServerSideTokenCheck": true }] }),
        json!({ "Groups": [{ "GroupName": "<script>alert(1)</script>", "UserPoolId": "eu-west-1_Rep0rtsAA", "Precedence": 1 }] }),
        role("target", &of_pool(&json!({}))),
    ];
    let folder = tempfile::tempdir().expect("a folder");
    for (at, own) in documents.iter().enumerate() {
        fs::write(folder.path().join(format!("{at}.json")), own.to_string()).expect("a file");
    }
    let run = rolecall(&["reach", "--format", "html", &folder.path().to_string_lossy()]);
    let page = String::from_utf8(run.stdout).expect("a text");
    assert!(page.contains("&lt;script&gt;") && !page.contains("<script>"), "{page}");
}
