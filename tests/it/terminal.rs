//! Nothing of the user's commands the terminal: whatever stands in policies, tokens, names of files, the configuration, expectations and
//! arguments, each command prints it so that it neither moves the cursor, nor turns the reading direction, nor hides. Reports for programs
//! hold it all, escaped as their form has it. The commands are those that the tool's own help lists.

#![cfg(unix)]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::secrets::{command_names, formats};
use crate::support;
use crate::transcript::{Run, finish, tool};

/// What no report holds, by the numbers of the first and the last.
const FORBIDDEN: [(u32, u32); 20] = [
    (0x00, 0x08),
    (0x0B, 0x1F),
    (0x7F, 0x9F),
    (0xAD, 0xAD),
    (0x34F, 0x34F),
    (0x61C, 0x61C),
    (0x115F, 0x1160),
    (0x17B4, 0x17B5),
    (0x180B, 0x180F),
    (0x200B, 0x200F),
    (0x2028, 0x202E),
    (0x2060, 0x206F),
    (0x3164, 0x3164),
    (0xFE00, 0xFE0F),
    (0xFEFF, 0xFEFF),
    (0xFFA0, 0xFFA0),
    (0xFFF0, 0xFFFB),
    (0x1_BCA0, 0x1_BCA3),
    (0x1_D173, 0x1_D17A),
    (0xE_0000, 0xE_0FFF),
];

/// Formats for programs, and how they are read.
const JSON: [&str; 4] = ["json", "sarif", "gitlab", "rdjson"];
const LINES: [&str; 1] = ["ndjson"];
const XML: [&str; 2] = ["junit", "checkstyle"];

/// What starts a line only where a line end of the user's is printed as it is.
const FORGED: &str = "FORGED";

/// The name of a file with all that a name may hold.
fn name() -> String {
    format!("role{}.json", evil().replace(['/', '\0'], ""))
}

/// Something of everything that may not be printed as it is.
fn evil() -> String {
    let few = ['\u{0}', '\u{1}', '\u{7}', '\u{8}', '\u{B}', '\r', '\u{1B}', '\u{7F}', '\u{80}', '\u{85}', '\u{9B}', '\u{9D}'];
    let turning = ['\u{61C}', '\u{200E}', '\u{200F}', '\u{202A}', '\u{202D}', '\u{202E}', '\u{2066}', '\u{2068}', '\u{2069}'];
    let hidden =
        ['\u{AD}', '\u{200B}', '\u{200D}', '\u{2028}', '\u{2029}', '\u{2060}', '\u{3164}', '\u{FE0F}', '\u{FEFF}', '\u{FFF9}'];
    let tags = ['\u{E0001}', '\u{E0041}', '\u{E0101}'];
    let all: String = few.into_iter().chain(turning).chain(hidden).chain(tags).collect();
    format!("{all}\u{1B}[31m\u{1B}]8;;http://e.example\u{7}\n{FORGED}\t")
}

/// A text as JSON has it; also C1 and what turns the direction stand as they are.
fn string(text: &str) -> String {
    Value::from(text).to_string()
}

/// A text as TOML, YAML and HCL have it.
fn escaped(text: &str) -> String {
    let code =
        |c: char| if c.is_ascii_graphic() && c != '"' && c != '\\' { c.to_string() } else { format!("\\U{:08X}", c as u32) };
    format!("\"{}\"", text.chars().map(code).collect::<String>())
}

fn write(folder: &Path, name: &str, text: &str) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    fs::write(&path, text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
}

fn role(name: &str, principal: &Value) -> String {
    let evil = evil();
    let trust = json!({ "Version": "2012-10-17", "Id": evil, "Statement": [
        { "Sid": format!("s{evil}"), "Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRoleWithWebIdentity", (format!("x{evil}")): evil,
          "Condition": { "StringEquals": { "cognito-identity.amazonaws.com:aud": format!("eu-west-1:{evil}"), (format!("aws:{evil}")): evil },
                         "ForAnyValue:StringLike": { "cognito-identity.amazonaws.com:amr": "authenticated" }, (format!("Op{evil}")): { "a": "b" } } },
        { "Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {} }] });
    let rights = json!({ "Version": "2012-10-17", "Statement": [
        { "Sid": "", "Effect": "Allow", "Action": ["s3:GetObject", "s3:getObject", format!("s3:{evil}")], "Resource": ["*", format!("arn:aws:s3:::{evil}")] },
        { "Sid": "", "Effect": format!("Allow{evil}"), "Action": "iam:*", "Resource": "*" }] });
    let role = json!({ "RoleDetailList": [{ "RoleName": name, "Arn": format!("arn:aws:iam::111122223333:role/{name}"), "AssumeRolePolicyDocument": trust,
        "RolePolicyList": [{ "PolicyName": format!("p{evil}"), "PolicyDocument": rights }],
        "AttachedManagedPolicies": [{ "PolicyName": evil, "PolicyArn": format!("arn:aws:iam::111122223333:policy/{evil}") }] }], "Policies": [] });
    serde_json::to_string_pretty(&role).expect("JSON")
}

const POOL: &str = "eu-west-1:4f9d2c1e-7b3a-4e58-9c06-d1a2b3c4e5f6";
const HOST: &str = "cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Rb4cUsers";

/// What every command is run on.
fn hostile() -> TempDir {
    let folder = TempDir::new().expect("a folder");
    let (root, evil) = (folder.path(), evil());
    let federated =
        json!({ "Federated": ["cognito-identity.amazonaws.com", format!("arn:aws:iam::111122223333:oidc-provider/{evil}")] });
    write(root, &format!("all/{}", name()), &role(&format!("role{evil}"), &federated));
    write(root, "all/plain.json", &role("plain", &json!({ "Federated": "cognito-identity.amazonaws.com" })));
    let policy = json!({ "Version": "2012-10-17", "Statement": [{ "Sid": "", "Effect": "Allow", "Action": ["s3:GetObject", "s3:GetObject"],
        "Resource": format!("arn:aws:s3:::{evil}/*") }] });
    let policy = serde_json::to_string_pretty(&policy).expect("JSON");
    write(root, "all/mend.json", &policy);
    write(root, "old/policy.json", &policy.replace("\"s3:GetObject\"", "\"s3:PutObject\""));
    write(root, "new/policy.json", &policy);
    write(root, "all/cut.json", &format!("{{\"Version\": \"2012-10-17\", \"Statement\": [{{{}: tru", string(&evil)));
    write(
        root,
        "all/raw.json",
        &format!("{{\"Version\": \"2012-10-17\", \"Statement\": [{{\"Sid\": \"{}\"}}]}} {evil}", evil.replace('\n', "")),
    );
    let template = format!(
        "AWSTemplateFormatVersion: 2010-09-09\nResources:\n  R:\n    Type: AWS::IAM::Role\n    Metadata: {{rolecall: {{ignore: [{{rule: {0}, reason: {0}}}]}}}}\n\
         \x20   Properties:\n      RoleName: {0}\n      AssumeRolePolicyDocument:\n        # rolecall: ignore[anyone-can-assume] \u{202E}\u{200B}\u{85}\n\
         \x20       Statement: [{{Effect: Allow, Principal: {{AWS: '*'}}, Action: sts:AssumeRole, Sid: {0}}}]\n",
        escaped(&evil)
    );
    write(root, "all/template.yaml", &template);
    let module = format!(
        "resource \"aws_iam_role\" \"a\" {{\n  name = {0}\n  assume_role_policy = jsonencode({{ Statement = [{{ Sid = {0}, Effect = \"Allow\", Principal = {{ AWS = \"*\" }},\n\
         Action = \"sts:AssumeRole\" }}] }})\n}}\n",
        escaped(&evil)
    );
    write(root, "all/main.tf", &module);
    let groups = json!({ "Groups": [{ "GroupName": format!("g{evil}"), "UserPoolId": "eu-west-1_Rb4cUsers", "RoleArn": format!("arn:aws:iam::111122223333:role/role{evil}"), "Precedence": 1 }] });
    write(root, "all/groups.json", &groups.to_string());
    let pool = json!({ "IdentityPoolId": POOL, "IdentityPoolName": evil, "AllowUnauthenticatedIdentities": true, "DeveloperProviderName": evil,
        "CognitoIdentityProviders": [{ "ProviderName": HOST, "ClientId": format!("c{evil}"), "ServerSideTokenCheck": true }], "IdentityPoolTags": { (evil.clone()): evil } });
    write(root, "all/pool.json", &pool.to_string());
    let role_arn = format!("arn:aws:iam::111122223333:role/role{evil}");
    let rule = json!({ "Claim": evil, "MatchType": "Equals", "Value": evil, "RoleARN": role_arn });
    let roles = json!({ "IdentityPoolId": POOL, "Roles": { "authenticated": "arn:aws:iam::111122223333:role/plain", "unauthenticated": role_arn },
        "RoleMappings": { (format!("{HOST}:c{evil}")): { "Type": "Rules", "AmbiguousRoleResolution": "Deny", "RulesConfiguration": { "Rules": [rule] } } } });
    write(root, "all/roles.json", &roles.to_string());
    let snapshot = json!({ "rolecall-snapshot": 1, "account": "111122223333", "partition": "aws", "parts": ["roles"], "regions": ["eu-west-1"],
        "time": "2026-11-26T17:00:00Z", "files": [{ "file": "x.json", "call": format!("iam {evil}"), "arguments": { (evil.clone()): evil },
        "time": "2026-11-26T17:00:00Z", "state": "not readable", "error": evil }] });
    write(root, "all/snapshot.json", &snapshot.to_string());
    let claims = json!({ "iss": format!("https://{HOST}"), "aud": format!("c{evil}"), "sub": evil, "exp": 4_102_444_800_u64, "iat": 1_795_435_200, "token_use": "id",
        "cognito:groups": [format!("g{evil}")], (evil.clone()): evil, "list": [evil, { (evil.clone()): [evil] }], "email": evil });
    write(root, "claims.json", &claims.to_string());
    let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
    write(
        root,
        "token.jwt",
        &format!("{}.{}.{}", part(json!({ "alg": evil, "kid": evil, "typ": evil })), part(claims), URL_SAFE_NO_PAD.encode("x")),
    );
    write(root, "keys.json", &json!({ "keys": [{ "kty": evil, "kid": evil, "alg": evil, "use": "sig" }] }).to_string());
    let odd = json!({ "iss": format!("https://{evil}.example/{evil}"), "aud": [evil], "sub": "x", "exp": 1 });
    write(root, "odd.json", &odd.to_string());
    let assertion = "<saml:Assertion xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\"><saml:Issuer>\u{202E}\u{85}</saml:Issuer><saml:Subject><saml:NameID>\u{200B}\u{2066}</saml:NameID>\
         </saml:Subject><saml:AttributeStatement><saml:Attribute Name=\"https://aws.amazon.com/SAML/Attributes/Role\"><saml:AttributeValue>\u{202E}arn:aws:iam::1:role/x,\u{9B}</saml:AttributeValue>\
         </saml:Attribute><saml:Attribute Name=\"\u{202E}\"><saml:AttributeValue>\u{7F}\u{FEFF}</saml:AttributeValue></saml:Attribute></saml:AttributeStatement></saml:Assertion>";
    write(root, "assertion.xml", assertion);
    let case = |more: &str| format!("[[case]]\nname = {0}\nwhy = {0}\n{more}\n", escaped(&evil));
    let expectations = [
        "inputs = [\"all/plain.json\", \"all/pool.json\", \"all/roles.json\", \"all/groups.json\"]\n".to_owned(),
        case(&format!("guest = true\nexpect-role = {}", escaped(&evil))),
        case(&format!("group = [{}]\nexpect-claims = {{ {0} = {0} }}", escaped(&format!("g{evil}")))),
        format!("[[never]]\nname = {0}\nfrom = [\"guest\"]\nto = {0}\n", escaped(&evil)),
        format!(
            "[[request]]\nname = {0}\nprincipal = \"arn:aws:iam::111122223333:role/app\"\naction = \"s3:GetObject\"\nresource = {1}\ncontext = {{ {1} = {1} }}\n\
             policies = {{ identity = [\"all/mend.json\"] }}\nexpect = \"denied-explicit\"\n",
            escaped(&evil),
            escaped(&format!("arn:aws:s3:::{evil}/x"))
        ),
    ];
    write(root, "good.rolecall.toml", &expectations.concat());
    write(
        root,
        "bad.rolecall.toml",
        &format!(
            "{0} = 1\n[[case]]\nname = {0}\nexpect = {0}\n{0} = {0}\n[[request]]\nname = 1\nprincipal = {0}\n",
            escaped(&evil)
        ),
    );
    write(root, "torn.rolecall.yaml", &format!("case: [{{name: {0}, {0}: *x", escaped(&evil)));
    let config = format!(
        "[check]\nexclude = [{0}]\n[trust]\nproviders = [{0}]\n[[ignore]]\npath = \"all/template.yaml\"\nrule = \"missing-version\"\nreason = {0}\n[[ignore]]\npath = {0}\nrule = \"missing-version\"\nreason = {0}\n\
         [[assert]]\nname = {0}\nwhy = {0}\nfrom = [{1}]\nto = {0}\n[[forbid]]\nname = {0}\nwhy = {0}\naction = \"s3:GetObject\"\n",
        escaped(&evil),
        escaped(&format!("group:{evil}"))
    );
    write(root, "good.toml", &config);
    write(
        root,
        "bad.toml",
        &format!(
            "{0} = 1\n[check]\nselect = [{0}]\nseverity = {{ {0} = {0} }}\n[[ignore]]\nreason = \"\"\nrule = {0}\nuntil = {0}\n[{0}]\n{0} = [{0}]\n",
            escaped(&evil)
        ),
    );
    write(root, "torn.toml", &format!("a = \"\u{202E}\u{85}\nb = {evil}"));
    write(root, "overlay.json", &json!({ "Name": evil, "Actions": [{ "Name": evil }] }).to_string());
    let baseline = json!({ "version": 1, "findings": [{ "path": evil, "rule": evil, "fingerprint": evil, "message": evil }] });
    write(root, "baseline.json", &baseline.to_string());
    folder
}

/// What is run, with the name of the command in front: each in every format that the command has.
#[expect(clippy::too_many_lines, reason = "it is a table")]
fn runs() -> Vec<(&'static str, Vec<String>)> {
    let evil = evil().replace('\0', "");
    let group = format!("g{evil}");
    let file = format!("all/{}", name());
    let at = format!("{file}#s{evil}");
    let arn = format!("arn:aws:iam::111122223333:role/role{evil}");
    let action = format!("s3:{evil}");
    let mut runs: Vec<(&'static str, Vec<String>)> = Vec::new();
    let mut add = |command: &'static str, lines: &[&[&str]]| {
        runs.extend(lines.iter().map(|line| (command, line.iter().map(|word| (*word).to_owned()).collect())));
    };
    add(
        "check",
        &[
            &["all"],
            &["all", "--config", "good.toml"],
            &["all", "--config", "bad.toml"],
            &["--config", "torn.toml"],
            &["all", "--pedantic"],
            &[&evil],
        ],
    );
    add(
        "check",
        &[
            &["all", "--diff"],
            &["all", "--diff", "--unsafe-fixes"],
            &["all", "--select", &evil],
            &["all", "--baseline", "baseline.json"],
        ],
    );
    add(
        "check",
        &[
            &["all", "--reference", "overlay.json"],
            &["all", "--assume", &evil],
            &["all", "--assume", &format!("{evil}={evil}")],
            &["--kind", &evil],
            &["all", &format!("--{evil}")],
        ],
    );
    add(
        "check",
        &[
            &["all", "--output", &format!("human={evil}/x")],
            &["all", "--output", &evil],
            &["all", "--fail-on", &evil],
            &["all", "--ignore-suppressions"],
        ],
    );
    add(
        "simulate",
        &[
            &["all"],
            &["all", "--guest"],
            &["all", "--claims", "claims.json"],
            &["all", "--token", "token.jwt"],
            &["all", "--claims", "claims.json", "--flow", "classic"],
        ],
    );
    add(
        "simulate",
        &[
            &["all", "--claims", "claims.json", "--flow", "direct", "--role", "plain"],
            &["all", "--claims", "odd.json", "--flow", "direct", "--role", &arn],
        ],
    );
    add(
        "simulate",
        &[
            &["all", "--group", &group],
            &["all", "--group", &evil],
            &["all", "--developer", &evil],
            &["all", "--login", &evil],
            &["all", "--role", &evil],
            &["all", "--pool", &evil],
        ],
    );
    add(
        "simulate",
        &[
            &["all", "--saml", "assertion.xml"],
            &["all", "--guest", "--expect-role", &evil],
            &["all", "--guest", "--at", &evil],
            &["all", "--guest", "--tag", &format!("{evil}={evil}")],
        ],
    );
    add(
        "simulate",
        &[
            &["all", "--guest", "--action", &action, "--resource", &evil, "--context", &format!("{evil}={evil}")],
            &["all", "--token", "token.jwt", "--jwks", "keys.json"],
        ],
    );
    add(
        "simulate",
        &[
            &["all", "--principal", &arn, "--action", &action, "--resource", &evil, "--expect", "allowed"],
            &["all", "--principal", &evil, "--action", "s3:GetObject"],
        ],
    );
    add(
        "simulate",
        &[
            &["all", "--principal", &arn, "--action", "s3:GetObject", "--resource", "*", "--policy", &format!("scp={file}")],
            &["all", "--guest", "--session-name", &evil, "--pre-token", &format!("{evil}={evil}")],
        ],
    );
    add(
        "diff",
        &[
            &["old", "new"],
            &["old", "all"],
            &["all", "new"],
            &["old", &evil],
            &["git:\u{202E}\u{1B}[2J", "new"],
            &["old", "new", "--kind", "scp"],
            &["all/plain.json", &file],
        ],
    );
    add(
        "who",
        &[
            &[&arn, "all"],
            &[&format!("role{evil}"), "all"],
            &[&evil, "all"],
            &["plain", "all"],
            &["--action", &action, "--resource", &evil, "all"],
            &["--action", "s3:GetObject", "--resource", "*", "all"],
        ],
    );
    add("who", &[&["plain", "all", "--from", &evil]]);
    add(
        "reach",
        &[
            &["all"],
            &["all", "--from", &format!("group:{group}")],
            &["all", "--to", &evil],
            &["all", "--from", &evil],
            &["all", "--to", "plain"],
        ],
    );
    add("test", &[&["good.rolecall.toml"], &["bad.rolecall.toml"], &["torn.rolecall.yaml"], &[&evil], &["."]]);
    add(
        "token",
        &[
            &["token.jwt"],
            &["claims.json"],
            &["odd.json"],
            &["token.jwt", "--jwks", "keys.json"],
            &["assertion.xml"],
            &[&evil],
            &["claims.json", "--at", &evil],
        ],
    );
    add(
        "claims github",
        &[
            &["--repository", &format!("o/{evil}"), "--branch", &evil],
            &["--repository", &evil],
            &["--repository", "o/r", "--environment", &evil, "--account", &evil, "--audience", &evil],
        ],
    );
    add("claims gitlab", &[&["--project", &format!("g/{evil}"), "--branch", &evil], &["--project", &evil]]);
    add("claims eks", &[&["--issuer", &evil, "--namespace", &evil, "--service-account", &evil]]);
    add("claims cognito", &[&["--pool", &evil], &["--user-pool", &evil, "--user", &evil]]);
    add("claims circleci", &[&["--organization", &evil, "--project", &evil]]);
    add("claims buildkite", &[&["--organization", &evil, "--pipeline", &evil]]);
    add("claims terraform-cloud", &[&["--organization", &evil, "--project", &evil, "--workspace", &evil]]);
    add("claims bitbucket", &[&["--workspace", &evil, "--repository", &evil]]);
    add("claims vercel", &[&["--team", &evil, "--project", &evil]]);
    add("pull", &[&["--profile", &evil, "--region", &evil, "--out", &evil], &["--only", &evil]]);
    add("init", &[&[], &["--force"], &[&evil]]);
    add(
        "ignore",
        &[
            &["empty-sid", "--at", &at, "--reason", &evil],
            &["empty-sid", "--at", &file, "--reason", &evil],
            &[&evil, "--at", &file, "--reason", "x"],
            &["empty-sid", "--at", &evil, "--reason", "x"],
        ],
    );
    add(
        "ignore",
        &[
            &["empty-sid", "--at", "all/mend.json", "--reason", &evil, "--value", &evil],
            &["empty-sid", "--at", "all/mend.json", "--reason", "x", "--until", &evil],
            &["empty-sid", "--at", &format!("{file}#/{evil}"), "--reason", "x"],
        ],
    );
    add(
        "config show",
        &[&["--config", "good.toml"], &["--config", "bad.toml"], &["--config", &evil], &["--config", "torn.toml"]],
    );
    add("config schema", &[&[], &[&evil]]);
    add(
        "baseline",
        &[
            &["all", "--output", &format!("b{}", evil.replace('/', ""))],
            &["all", "--output", &format!("{evil}/x")],
            &["all/mend.json"],
            &["all", "--prune", "--output", "baseline.json"],
            &[&evil],
        ],
    );
    add("files", &[&["all"], &[&file, &evil], &["all", "--config", "good.toml"]]);
    add(
        "explain",
        &[
            &[&evil],
            &[&action],
            &[&format!("{evil}:x")],
            &[&arn],
            &["Not authorized to perform sts:AssumeRoleWithWebIdentity", "all", "--claims", "claims.json", "--role", "plain"],
        ],
    );
    add(
        "explain",
        &[
            &[&format!("Not authorized to perform sts:AssumeRoleWithWebIdentity {evil}"), "all", "--guest"],
            &[&format!("s3:GetObject{evil}")],
            &["s3:GetObject", "--reference", "overlay.json"],
        ],
    );
    add("rules", &[&[], &[&evil]]);
    add("completions", &[&["bash"], &[&evil]]);
    add("man", &[&["--output", &format!("{evil}/x/y")], &[&evil]]);
    add("lsp", &[&[&evil], &["--config", "bad.toml"]]);
    runs
}

#[test]
fn nothing_commands_the_terminal() {
    let tried: BTreeSet<String> = runs().iter().map(|(command, _)| listed(command).to_owned()).collect();
    let known: BTreeSet<String> = command_names().into_iter().collect();
    assert_eq!(tried, known, "left: what is tried; right: what the help lists");
    let mut complaints = Vec::new();
    let mut printed = 0;
    let mut seen = BTreeSet::new();
    for (index, (command, arguments)) in runs().into_iter().enumerate() {
        let formats = formats(listed(command));
        let is_first = seen.insert(command);
        // what is for people is tried in every run, the rest in the first and then in turn
        let in_turn = |own: &usize| is_first || *own == 0 || *own == index % formats.len();
        let formats = if formats.is_empty() {
            vec![None]
        } else {
            (0..formats.len()).filter(in_turn).map(|own| Some(&formats[own])).collect()
        };
        for format in formats {
            let folder = hostile();
            let is_machine = format.is_some_and(|own| own != "human");
            for colour in if is_machine { &["always"][..] } else { &["never", "always"] } {
                let mut tool = tool();
                tool.args(command.split(' ')).args(&arguments).args(["-v", "--color", colour]).current_dir(folder.path());
                if let Some(format) = format {
                    tool.args(["--format", format]);
                }
                let run = finish(&mut tool);
                printed += run.stdout.matches("202E").count() + run.stderr.matches("202E").count();
                let called = format!("{command} {arguments:?} {format:?} --color {colour}");
                complaints.extend(complain(&run, format.map_or("", |own| own.as_str())).map(|what| format!("{called}: {what}")));
            }
        }
    }
    // the planted texts are shown, and not left out
    assert!(printed > 1000, "{printed}");
    support::none(complaints);
}

/// A command as the help lists it: `claims` has one for each provider.
fn listed(command: &str) -> &str {
    if command.starts_with("claims ") { "claims" } else { command }
}

/// Programs get the texts as they are.
#[test]
fn reports_for_programs_lose_nothing() {
    let folder = hostile();
    for format in JSON.into_iter().chain(LINES).chain(XML) {
        let ran = finish(tool().args(["check", "all", "--format", format]).current_dir(folder.path()));
        let texts: Vec<String> = if XML.contains(&format) {
            let page = roxmltree::Document::parse(&ran.stdout).unwrap_or_else(|error| panic!("{format}: {error}"));
            page.descendants().flat_map(|node| node.attributes().map(|own| own.value().to_owned()).collect::<Vec<_>>()).collect()
        } else {
            ran.stdout_values(format).iter().flat_map(texts).collect()
        };
        // SARIF has addresses in the place of names; XML has no characters below the space
        let whole =
            if XML.contains(&format) { "\u{80}\u{85}\u{9B}\u{9D}\u{61C}\u{200E}".to_owned() } else { evil().replace('\0', "") };
        assert!(texts.iter().any(|text| text.contains(&whole)), "{format}");
    }
    let ran = finish(tool().args(["token", "claims.json", "--format", "json"]).current_dir(folder.path()));
    assert!(ran.stdout_values("json").iter().flat_map(texts).any(|text| text == evil()));
}

/// What is mended on its way through is as it was but for that.
#[test]
fn standard_input_goes_through_as_it_is() {
    use std::io::Write as _;
    let folder = hostile();
    let text = fs::read(folder.path().join("all/mend.json")).expect("a file");
    let mut child = tool()
        .args(["check", "-", "--fix"])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .expect("it starts");
    child.stdin.take().expect("a pipe").write_all(&text).expect("it reads");
    let out = String::from_utf8(child.wait_with_output().expect("it ends").stdout).expect("text");
    assert!(out.contains("\u{202E}") && out.contains("\u{9B}") && !out.contains("\"Sid\": \"\""), "{out:?}");
    // and so is what is written
    let ran = finish(tool().args(["check", "all/mend.json", "--fix"]).current_dir(folder.path()));
    assert!(ran.stdout.contains("fixed"), "{}", ran.stdout);
    assert_eq!(fs::read_to_string(folder.path().join("all/mend.json")).expect("text"), out);
}

/// A diff that cannot be applied says so; one of a file with carriage returns can be.
#[test]
fn a_diff_tells_whether_it_can_be_applied() {
    let folder = hostile();
    let ran = finish(tool().args(["check", "all/mend.json", "--diff"]).current_dir(folder.path()));
    assert!(
        ran.stderr.starts_with("warning: `all/mend.json` holds characters that cannot be shown as they are"),
        "{}",
        ran.stderr
    );
    let plain = "{\r\n\t\"Version\": \"2012-10-17\",\r\n\t\"Statement\": {\"Sid\": \"\", \"Effect\": \"Deny\", \"Action\": \"*\", \"Resource\": \"*\"}\r\n}\r\n";
    write(folder.path(), "plain.json", plain);
    let ran = finish(tool().args(["check", "plain.json", "--diff"]).current_dir(folder.path()));
    assert!(!ran.stderr.contains("warning") && ran.stdout.contains(" \t\"Version\": \"2012-10-17\",\r\n"), "{ran:?}");
}

/// The test sees what it looks for.
#[test]
fn a_leak_would_be_seen() {
    for (text, wanted) in [
        ("all is \u{1B}[31;1mwell\u{1B}[0m ✓\tx\r\n", None),
        ("a\u{1B}[8mb", Some("U+001B")),
        ("a\u{1B}]8;;x\u{7}b", Some("U+001B")),
        ("a\rb", Some("U+000D")),
        ("a\u{202E}b", Some("U+202E")),
        ("a\u{E0041}b", Some("U+E0041")),
        ("a\nFORGED", Some("a line of the user's")),
    ] {
        let run = Run { stdout: text.to_owned(), stderr: String::new(), exit: 0 };
        let found: Vec<String> = complain(&run, "human").collect();
        assert!(
            found.len() == usize::from(wanted.is_some()) && found.iter().all(|own| own.contains(wanted.unwrap_or(""))),
            "{found:?}"
        );
    }
}

/// What is wrong with what a run printed.
fn complain(run: &Run, format: &str) -> impl Iterator<Item = String> {
    let mut complaints = Vec::new();
    for (stream, text) in [("stdout", &run.stdout), ("stderr", &run.stderr)] {
        let bare = without_colours(text);
        let is_forbidden = |c: char| FORBIDDEN.iter().any(|(first, last)| (*first..=*last).contains(&(c as u32)));
        if let Some(at) = bare.find(is_forbidden) {
            let c = bare[at..].chars().next().map_or(0, |c| c as u32);
            let start = bare[..at].rfind('\n').map_or(0, |at| at + 1);
            complaints.push(format!("{stream} holds U+{c:04X} behind {:?}", &bare[start..at]));
        }
        if let Some(line) = bare.lines().find(|line| line.starts_with(FORGED)) {
            complaints.push(format!("{stream} has a line of the user's: {line:?}"));
        }
    }
    // a diff is no report
    if run.exit < 2 && !run.stdout.is_empty() && !without_colours(&run.stdout).starts_with("--- ") {
        if XML.contains(&format) {
            complaints.extend(roxmltree::Document::parse(&run.stdout).err().map(|error| format!("no XML: {error}")));
        } else if JSON.contains(&format) || LINES.contains(&format) {
            run.stdout_values(format);
        }
    }
    complaints.into_iter()
}

/// A text without the colours that the tool has, and without the carriage returns before the ends of lines.
fn without_colours(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once("\u{1B}[") {
        out.push_str(before);
        let code =
            |code: &str| matches!(code, "0" | "1" | "2" | "3" | "4" | "22" | "31" | "32" | "33" | "34" | "35" | "36" | "39");
        rest = if let Some((_, behind)) = behind.split_once('m').filter(|(codes, _)| codes.split(';').all(code)) {
            behind
        } else {
            out.push_str("\u{1B}[");
            behind
        };
    }
    (out + rest).replace("\r\n", "\n")
}

impl Run {
    /// What was printed for programs.
    fn stdout_values(&self, format: &str) -> Vec<Value> {
        let parts: Vec<&str> = if LINES.contains(&format) { self.stdout.lines().collect() } else { vec![self.stdout.as_str()] };
        parts.iter().map(|part| serde_json::from_str(part).unwrap_or_else(|error| panic!("{format}: {error}\n{part}"))).collect()
    }
}

/// All texts in a value, names of members too.
fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Array(items) => items.iter().flat_map(texts).collect(),
        Value::Object(members) => members.iter().flat_map(|(name, own)| [vec![name.clone()], texts(own)].concat()).collect(),
        _ => Vec::new(),
    }
}
