//! What stands in templates and is easily passed over: policies under other names, in other places, in other words.

use serde_json::Value;

use crate::cli::run;
use crate::support;
use crate::transcript::Run;

/// What `check` prints of files, one finding a line.
fn check(files: &[(&str, &str)]) -> Run {
    let folder = support::folder(files);
    run(&["check", "--format", "ndjson", folder.path().to_str().expect("a path in UTF-8")])
}

/// The lines that a rule has a finding in.
fn lines_of(ran: &Run, rule: &str) -> Vec<u64> {
    let findings = ran.stdout.lines().map(|line| serde_json::from_str::<Value>(line).expect("a finding"));
    let mut lines: Vec<u64> = findings.filter(|own| own["rule"] == rule).filter_map(|own| own["line"].as_u64()).collect();
    lines.dedup();
    lines
}

/// A template of resources, each of which is a line; the first of them is the third.
fn template(resources: &[(&str, &str)]) -> String {
    let line =
        |(index, (kind, properties)): (usize, &(&str, &str))| format!("  R{index}: {{Type: {kind}, Properties: {properties}}}\n");
    let lines: String = resources.iter().enumerate().map(line).collect();
    format!("AWSTemplateFormatVersion: 2010-09-09\nResources:\n{lines}")
}

/// Types that hold a policy for strangers, each with how it holds it; `POLICY` and `TEXT` are that policy.
const HOLD: [(&str, &str); 8] = [
    ("AWS::Events::EventBus", "{Name: b, Policy: POLICY}"),
    ("AWS::Logs::Destination", "{DestinationName: d, DestinationPolicy: TEXT}"),
    ("AWS::CloudTrail::ResourcePolicy", "{ResourceArn: ARN, ResourcePolicy: POLICY}"),
    ("AWS::XRay::ResourcePolicy", "{PolicyName: p, PolicyDocument: TEXT}"),
    ("AWS::Lex::ResourcePolicy", "{ResourceArn: ARN, Policy: POLICY}"),
    ("AWS::Organizations::ResourcePolicy", "{Content: POLICY}"),
    ("AWS::BedrockAgentCore::ResourcePolicy", "{ResourceArn: ARN, Policy: TEXT}"),
    ("AWS::Events::EventBusPolicy", "{StatementId: s, Statement: STATEMENT}"),
];

#[test]
fn every_type_that_holds_a_policy_is_looked_at() {
    let arn = "arn:aws:events:us-east-1:111122223333:event-bus/b";
    let statement = format!("{{Effect: Allow, Principal: '*', Action: 'events:PutEvents', Resource: '{arn}'}}");
    let text = format!(
        r#"'{{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", "Principal": "*", "Action": "events:PutEvents", "Resource": "{arn}"}}]}}'"#
    );
    let filled = HOLD.map(|(kind, properties)| {
        let policy = format!("{{Version: '2012-10-17', Statement: [{statement}]}}");
        let properties = properties.replace("POLICY", &policy).replace("TEXT", &text).replace("STATEMENT", &statement);
        (kind, properties.replace("ARN", &format!("'{arn}'")))
    });
    let resources: Vec<(&str, &str)> = filled.iter().map(|own| (own.0, own.1.as_str())).collect();
    let ran = check(&[("t.yaml", &template(&resources))]);
    let expected: Vec<u64> = (3..3 + HOLD.len() as u64).collect();
    assert_eq!(lines_of(&ran, "public-resource"), expected, "{}", ran.stdout);
}

#[test]
fn permissions_are_what_the_service_makes_of_them() {
    let resources = [
        ("AWS::Events::EventBusPolicy", "{StatementId: s, Action: 'events:PutEvents', Principal: '*'}"),
        (
            "AWS::Lambda::LayerVersionPermission",
            "{Action: 'lambda:GetLayerVersion', LayerVersionArn: 'arn:aws:lambda:us-east-1:111122223333:layer:l:1', Principal: '*'}",
        ),
        ("AWS::Signer::ProfilePermission", "{Action: 'signer:StartSigningJob', Principal: '*', ProfileName: pr, StatementId: s}"),
        // all of an organization are no strangers
        (
            "AWS::Events::EventBusPolicy",
            "{StatementId: s, Action: 'events:PutEvents', Principal: '*', Condition: {Type: StringEquals, Key: 'aws:PrincipalOrgID', Value: o-1234567890}}",
        ),
        (
            "AWS::Lambda::LayerVersionPermission",
            "{Action: 'lambda:GetLayerVersion', LayerVersionArn: 'arn:aws:lambda:us-east-1:111122223333:layer:l:1', Principal: '*', OrganizationId: o-1234567890}",
        ),
        (
            "AWS::Signer::ProfilePermission",
            "{Action: 'signer:StartSigningJob', Principal: '111122223333', ProfileName: pr, StatementId: s}",
        ),
    ];
    let ran = check(&[("t.yaml", &template(&resources))]);
    assert_eq!(lines_of(&ran, "public-resource"), [3, 4, 5], "{}", ran.stdout);
    assert!(!ran.stdout.contains(r#""severity":"error""#), "{}", ran.stdout);
}

/// How a permission names its function, and the resource of the statement that comes of it.
const FUNCTIONS: [(&str, &str); 13] = [
    ("f", "arn:aws:lambda:us-east-1:000000000000:function:f"),
    ("'f:live'", "arn:aws:lambda:us-east-1:000000000000:function:f:live"),
    ("'111122223333:function:f'", "arn:aws:lambda:us-east-1:111122223333:function:f"),
    ("'arn:aws:lambda:eu-west-1:111122223333:function:f'", "arn:aws:lambda:eu-west-1:111122223333:function:f"),
    ("!Ref F", "arn:aws:lambda:us-east-1:000000000000:function:F"),
    ("!GetAtt F.Arn", "arn:aws:lambda:us-east-1:000000000000:function:F"),
    ("!Sub '${F}'", "arn:aws:lambda:us-east-1:000000000000:function:F"),
    ("!Sub '${F.Arn}:live'", "arn:aws:lambda:us-east-1:000000000000:function:F:live"),
    ("!Ref A", "arn:aws:lambda:us-east-1:000000000000:function:F:live"),
    ("!Ref G", "arn:aws:lambda:us-east-1:000000000000:function:g"),
    ("!Sub '${Stage}-f'", "arn:aws:lambda:us-east-1:000000000000:function:${Stage}-f"),
    ("!Ref Stage", "${Stage}"),
    ("!ImportValue x", "${Fn::ImportValue}"),
];

#[test]
fn a_permission_is_for_its_function() {
    for (named, arn) in FUNCTIONS {
        let text = format!(
            "AWSTemplateFormatVersion: 2010-09-09
Parameters: {{Stage: {{Type: String}}}}
Resources:
  F: {{Type: AWS::Lambda::Function, Properties: {{Handler: x}}}}
  G: {{Type: AWS::Lambda::Function, Properties: {{FunctionName: g}}}}
  A: {{Type: AWS::Lambda::Alias, Properties: {{FunctionName: !Ref F, Name: live}}}}
  P: {{Type: AWS::Lambda::Permission, Properties: {{Action: 'lambda:InvokeFunction', Principal: '*', FunctionName: {named}}}}}
"
        );
        assert_eq!(resources(&text), [arn], "{named}");
    }
}

/// What the statements of the policies of a template are for.
fn resources(text: &str) -> Vec<String> {
    support::with_inventory(None, std::iter::once(("t.yaml", text.to_owned())), |_, inventory| {
        let statements = inventory.all_policies().flat_map(|own| &own.0.statements);
        let lists = statements.filter_map(|own| own.resources.as_ref()).flat_map(|own| &own.list);
        lists.map(|own| own.text.shown().into_owned()).collect()
    })
}

#[test]
fn a_url_of_a_function_without_sign_in_is_for_everybody() {
    let permission = "{Action: 'lambda:InvokeFunctionUrl', Principal: '*', FunctionName: f, FunctionUrlAuthType: NONE}";
    let own = [
        ("AWS::Lambda::Permission", permission),
        ("AWS::Serverless::Function", "{FunctionUrlConfig: {AuthType: NONE}}"),
        ("AWS::Serverless::Function", "{FunctionUrlConfig: {AuthType: AWS_IAM}}"),
    ];
    let ran = check(&[("t.yaml", &template(&own))]);
    assert_eq!(lines_of(&ran, "public-resource"), [3, 4], "{}", ran.stdout);
}

/// API Gateway takes `execute-api:/…` for the ARN of the API itself.
#[test]
fn the_policy_of_an_api_is_for_that_api() {
    let statement = "{Effect: Allow, Principal: '*', Action: 'execute-api:Invoke', Resource: ['execute-api:/prod/*']}";
    let text = r#"'{"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke", "Resource": "execute-api:/*"}]}'"#;
    let sam = format!("{{StageName: p, Auth: {{ResourcePolicy: {{CustomStatements: [{statement}]}}}}}}");
    let object = format!("{{Policy: {{Statement: {statement}}}}}");
    let as_text = format!("{{Policy: {text}}}");
    let own = [
        ("AWS::Serverless::Api", sam.as_str()),
        ("AWS::ApiGateway::RestApi", object.as_str()),
        ("AWS::ApiGateway::RestApi", as_text.as_str()),
    ];
    let start = "arn:aws:execute-api:us-east-1:000000000000";
    let expected = ["${R0}/prod/*", "${R1}/prod/*", "${R2}/*"].map(|path| format!("{start}:{path}"));
    assert_eq!(resources(&template(&own)), expected);
}

const SERVICE: &str = "service: shop
provider:
  name: aws
  stage: ${opt:stage, 'dev'}
  iam:
    role:
      managedPolicies: ['arn:aws:iam::aws:policy/PowerUserAccess']
      statements:
        - {Effect: Allow, Action: 's3:PutObject', Resource: 'arn:aws:s3:::${self:custom.bucket}/*'}
        - {Effect: Allow, Action: 'dynamodb:GetItem', Resource: !GetAtt Table.Arn}
  apiGateway:
    resourcePolicy: [{Effect: Allow, Principal: '*', Action: 'execute-api:Invoke', Resource: 'execute-api:/*'}]
functions:
  hello: {handler: x.y, iamRoleStatements: [{Effect: Allow, Action: 'sqs:SendMessage', Resource: !Sub 'arn:aws:sqs:${AWS::Region}:${aws:accountId}:q'}]}
custom:
  bucket: b
  more: [{Effect: Allow, Action: 's3:GetObject', Resource: 'arn:aws:s3:::more/*'}]
resources:
  - Resources:
      Table: {Type: AWS::DynamoDB::Table, Properties: {TableName: t}}
      Pool: {Type: AWS::Cognito::IdentityPool, Properties: {IdentityPoolName: 'x${self:provider.stage}', AllowUnauthenticatedIdentities: true}}
      Guest:
        Type: AWS::IAM::Role
        Properties:
          RoleName: guest-${self:provider.stage}
          Policies:
            - PolicyName: p
              PolicyDocument: {Version: '2012-10-17', Statement: [{Effect: Allow, Action: !If [Wide, 's3:GetObject', 's3:ListBucket'], Resource: !Join ['', [!GetAtt Bucket.Arn, '/*']]}]}
          AssumeRolePolicyDocument:
            Version: '2012-10-17'
            Statement:
              - Effect: Allow
                Principal: {Federated: cognito-identity.amazonaws.com}
                Action: sts:AssumeRoleWithWebIdentity
                Condition:
                  StringEquals: {cognito-identity.amazonaws.com:aud: {Ref: Pool}}
                  ForAnyValue:StringLike: {cognito-identity.amazonaws.com:amr: unauthenticated}
  - ${file(more.yml)}
  - Conditions: {Wide: !Equals ['a', 'a']}
    Resources:
      Bucket: {Type: AWS::S3::Bucket, Properties: {BucketName: files}}
      Roles: {Type: AWS::Cognito::IdentityPoolRoleAttachment, Properties: {IdentityPoolId: {Ref: Pool}, Roles: {unauthenticated: {Fn::GetAtt: [Guest, Arn]}}}}
";

/// What a service of the Serverless Framework names as its resources is a template, and so is what it makes itself.
#[test]
fn a_service_is_the_template_that_it_comes_to() {
    let folder = support::folder(&[("serverless.yml", SERVICE)]);
    let path = folder.path().to_str().expect("a path in UTF-8");
    let ran = run(&["simulate", "--guest", "--action", "s3:GetObject", "--resource", "arn:aws:s3:::files/x", path]);
    assert!(ran.stdout.starts_with("allowed"), "{}{}", ran.stdout, ran.stderr);
    let expected = [
        "arn:aws:s3:::files/*",
        "arn:aws:s3:::${self:custom.bucket}/*",
        "arn:aws:dynamodb:us-east-1:000000000000:table/t",
        "arn:aws:s3:::more/*",
        "arn:aws:execute-api:us-east-1:000000000000:${ApiGatewayRestApi}/*",
        "arn:aws:sqs:us-east-1:${aws:accountId}:q",
    ];
    assert_eq!(resources(SERVICE), expected);
    let ran = check(&[("serverless.yml", SERVICE)]);
    assert!(ran.stdout.contains("`IamRoleLambdaExecution` has `PowerUserAccess`"), "{}", ran.stdout);
    assert!(!ran.stdout.contains(r#""severity":"error""#), "{}", ran.stdout);
}

/// Other documents with a provider are none.
#[test]
fn what_is_no_service_is_read_as_before() {
    let other = SERVICE.replace("name: aws", "name: google");
    let ran = check(&[("serverless.yml", &other)]);
    assert!(!ran.stdout.contains("IamRoleLambdaExecution"), "{}", ran.stdout);
    assert!(resources(&other).contains(&"arn:aws:s3:::more/*".to_owned()));
}

/// The stacks of a project of Amplify are in one account, also where nothing tells which that is.
#[test]
fn the_stacks_of_a_project_are_one() {
    let name = r#"{"Fn::Join": ["", [{"Ref": "authxUserPoolId"}, "-AdminsGroupRole"]]}"#;
    let parameter = r#""Parameters": {"authxUserPoolId": {"Type": "String", "Default": "authxUserPoolId"}}"#;
    let trust = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}}"#;
    let role = format!(
        r#"{{{parameter}, "Resources": {{"R": {{"Type": "AWS::IAM::Role", "Properties": {{"RoleName": {name}, "AssumeRolePolicyDocument": {trust}}}}}}}}}"#
    );
    let document = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}}"#;
    let policy = format!(
        r#"{{{parameter}, "Resources": {{"P": {{"Type": "AWS::IAM::Policy", "Properties": {{"PolicyName": "p", "Roles": [{name}], "PolicyDocument": {document}}}}}}}}}"#
    );
    let pool = "Resources: {UserPool: {Type: AWS::Cognito::UserPool}}\nOutputs: {UserPoolId: {Value: !Ref UserPool}}\n";
    let roles = |start: &str| {
        let files = [
            (format!("{start}backend/auth/x/x-cloudformation-template.yml"), pool.to_owned()),
            (format!("{start}backend/auth/userPoolGroups/template.json"), role.clone()),
            (format!("{start}backend/storage/s/s3-cloudformation-template.json"), policy.clone()),
        ];
        let files = files.iter().map(|(name, text)| (name.as_str(), text.clone()));
        support::with_inventory(None, files, |_, inventory| {
            inventory.roles.iter().map(|role| format!("{} {}", role.name.shown(), role.permissions.len())).collect::<Vec<_>>()
        })
    };
    assert_eq!(roles("app/amplify/"), ["us-east-1_000000001-AdminsGroupRole 1"]);
    // elsewhere, templates that lie in folders of these names are of accounts of their own
    assert_eq!(roles("app/").len(), 2);
}

/// The value of a parameter that is a list is one with commas, wherever it comes from.
#[test]
fn lists_are_split_at_their_commas() {
    let inner = "AWSTemplateFormatVersion: 2010-09-09
Parameters: {Tables: {Type: CommaDelimitedList}, Other: {Type: String}}
Resources:
  P: {Type: AWS::IAM::ManagedPolicy, Properties: {PolicyDocument: {Version: '2012-10-17', Statement: [{Effect: Allow, Action: 'dynamodb:GetItem', Resource: !Ref Tables}]}}}
";
    let outer = "AWSTemplateFormatVersion: 2010-09-09
Parameters: {X: {Type: String}}
Resources:
  Inner: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: ./inner.yaml, Parameters: {Tables: VALUE, Other: x}}}
";
    let of = |files: &[(&str, String)]| {
        support::with_inventory(None, files.iter().map(|(name, text)| (*name, text.clone())), |_, inventory| {
            let statements = inventory.all_policies().flat_map(|own| &own.0.statements);
            let lists = statements.filter_map(|own| own.resources.as_ref()).flat_map(|own| &own.list);
            lists.map(|own| own.text.shown().into_owned()).collect::<Vec<_>>()
        })
    };
    let outer_with = |value: &str| [("inner.yaml", inner.to_owned()), ("outer.yaml", outer.replace("VALUE", value))];
    assert_eq!(of(&outer_with("'arn:a, arn:b'")), ["arn:a", "arn:b"]);
    assert_eq!(of(&outer_with("!Join [',', [!Sub 'arn:${X}', 'arn:b']]")), ["arn:${X}", "arn:b"]);
    assert_eq!(of(&outer_with("!Ref X")), ["${X}"]);
    let values = r#"{"Tables": "arn:a,arn:b", "Other": "x"}"#;
    assert_eq!(of(&[("inner.yaml", inner.to_owned()), ("parameters.json", values.to_owned())]), ["arn:a", "arn:b"]);
}

const BRANCHES: &str = "AWSTemplateFormatVersion: 2010-09-09
Parameters:
  Open: {Type: String, Default: 'no'}
  Partner: {Type: String, Default: ''}
  Unused: {Type: String, Default: 'x'}
Conditions: {IsOpen: !Equals [!Ref Open, 'yes'], HasPartner: !Not [!Equals [!Ref Partner, '']]}
Resources:
  R0:
    Type: AWS::IAM::Role
    Properties:
      RoleName: r0
      AssumeRolePolicyDocument: {Version: '2012-10-17', Statement: [{Effect: Allow, Principal: {AWS: !If [IsOpen, '*', 'arn:aws:iam::444455556666:root']}, Action: sts:AssumeRole}]}
  R1:
    Type: AWS::IAM::Role
    Properties:
      RoleName: r1
      AssumeRolePolicyDocument: {Version: '2012-10-17', Statement: [{Effect: Allow, Principal: {AWS: !If [HasPartner, !Ref Partner, 'arn:aws:iam::444455556666:role/x']}, Action: sts:AssumeRole}]}
";

/// A template is deployed with other values than the defaults of its parameters: what these decide is looked at both ways, and told.
#[test]
fn a_default_is_no_more_than_an_assumption() {
    let ran = check(&[("t.yaml", BRANCHES)]);
    assert_eq!(lines_of(&ran, "anyone-can-assume"), [12], "{}", ran.stdout);
    // the value that is not the default is not known, and no mistake
    assert!(!ran.stdout.contains(r#""line":17"#), "{}", ran.stdout);
    support::with_inventory(None, std::iter::once(("t.yaml", BRANCHES.to_owned())), |_, inventory| {
        let told: Vec<String> = inventory.assumed().collect();
        assert_eq!(told.iter().filter(|own| own.contains("Open")).collect::<Vec<_>>(), ["`${Open}` stands for `no`"]);
        assert!(!told.iter().any(|own| own.contains("Unused")), "{told:?}");
        assert!(inventory.roles.iter().all(|role| role.trusts().count() == 2), "{:?}", inventory.roles);
    });
    // a value that is given decides
    let given = run(&[
        "check",
        "--format",
        "ndjson",
        "--assume",
        "Open=no",
        support::folder(&[("t.yaml", BRANCHES)]).path().to_str().expect("a path"),
    ]);
    assert_eq!(lines_of(&given, "anyone-can-assume"), [0; 0], "{}", given.stdout);
}

/// CloudFormation puts values in where `Fn::Sub` says so, and nowhere else.
#[test]
fn what_stands_outside_of_sub_is_text() {
    let resources_of = |resource: &str| {
        let text = format!(
            "AWSTemplateFormatVersion: 2010-09-09
Parameters: {{Org: {{Type: String, Default: acme}}}}
Resources:
  B: {{Type: AWS::S3::Bucket, Properties: {{BucketName: b}}}}
  P: {{Type: AWS::IAM::ManagedPolicy, Properties: {{PolicyDocument: {{Version: '2012-10-17', Statement: [{{Effect: Allow, Action: 's3:GetObject', Resource: {resource}}}]}}}}}}
"
        );
        support::with_inventory(None, std::iter::once(("t.yaml", text)), |_, inventory| {
            let policy = &inventory.policies[0].policy;
            let text = policy.statements[0].resources.as_ref().unwrap().list[0].text.clone();
            (text.known().map(str::to_owned), text.holds_reference(), inventory.unresolved.len())
        })
    };
    let known = |text: &str, reference, told| (Some(text.to_owned()), reference, told);
    for text in ["arn:aws:s3:::${Org}/*", "arn:aws:s3:::${AWS::AccountId}/*", "arn:aws:s3:::${B.Arn}/*"] {
        assert_eq!(resources_of(&format!("'{text}'")), known(text, false, 1));
    }
    assert_eq!(resources_of("'arn:aws:s3:::b/${aws:username}'"), known("arn:aws:s3:::b/${aws:username}", true, 0));
    assert_eq!(resources_of("!Sub 'arn:aws:s3:::${Org}/*'"), known("arn:aws:s3:::acme/*", false, 0));
    // what the template does not know, something else fills in
    assert_eq!(resources_of("'arn:aws:s3:::${Bucket}/*'"), (None, true, 0));
}

/// The resources of a loop, and those of a template that stands in another one.
#[test]
fn resources_that_stand_deeper_are_looked_at() {
    let trust = "AssumeRolePolicyDocument: {Version: '2012-10-17', Statement: [{Effect: Allow, Principal: {AWS: '*'}, Action: sts:AssumeRole}]}";
    let looped = format!(
        "AWSTemplateFormatVersion: 2010-09-09
Transform: AWS::LanguageExtensions
Parameters: {{L: {{Type: CommaDelimitedList}}}}
Resources:
  Fn::ForEach::Roles: [N, [a, b], {{'Role${{N}}': {{Type: AWS::IAM::Role, Properties: {{RoleName: !Sub 'r-${{N}}', {trust}}}}}}}]
  Fn::ForEach::Others: [N, !Ref L, {{'X${{N}}': {{Type: AWS::S3::Bucket}}}}]
"
    );
    support::with_inventory(None, std::iter::once(("t.yaml", looped.clone())), |sources, inventory| {
        let names: Vec<_> = inventory.roles.iter().map(|own| own.name.shown().into_owned()).collect();
        assert_eq!(names, ["r-a", "r-b"]);
        let told: Vec<_> = inventory.unresolved.iter().map(|own| (sources.slice(own.span), own.message.as_str())).collect();
        let why = "the resources of `Fn::ForEach::Others` are not looked at, since what it goes over is not written in it";
        assert_eq!(told, [("Fn::ForEach::Others", why)]);
    });
    assert_eq!(lines_of(&check(&[("t.yaml", &looped)]), "anyone-can-assume"), [5]);
    let of_set = |body: &str| {
        format!(
            "AWSTemplateFormatVersion: 2010-09-09
Resources:
  Set:
    Type: AWS::CloudFormation::StackSet
    Properties:
      TemplateBody: {body}
"
        )
    };
    let yaml = of_set(&format!(
        "|\n        Resources:\n          R:\n            Type: AWS::IAM::Role\n            Properties:\n              {trust}"
    ));
    assert_eq!(lines_of(&check(&[("t.yaml", &yaml)]), "anyone-can-assume"), [11]);
    let unknown = of_set("!Ref Body");
    support::with_inventory(None, std::iter::once(("t.yaml", unknown)), |_, inventory| {
        let told: Vec<_> = inventory.unresolved.iter().map(|own| own.message.as_str()).collect();
        assert_eq!(told, ["the template of `Set` is not looked at, since it is not written there"]);
    });
}

/// What SAM takes by its name is a policy of AWS.
#[test]
fn policies_of_aws_go_by_their_names() {
    let own = [
        (
            "AWS::Serverless::Function",
            "{Policies: [AdministratorAccess, AWSLambdaVPCAccessExecutionRole, {S3ReadPolicy: {BucketName: b}}]}",
        ),
        ("AWS::Serverless::Function", "{Policies: AdministratorAccess}"),
        ("AWS::Serverless::StateMachine", "{Policies: [AdministratorAccess]}"),
    ];
    let text = template(&own);
    assert_eq!(lines_of(&check(&[("t.yaml", &text)]), "everything-allowed"), [3, 4, 5]);
    support::with_inventory(None, std::iter::once(("t.yaml", text)), |_, inventory| {
        let unread: Vec<_> = inventory.roles[0].unread.iter().map(|own| own.shown().into_owned()).collect();
        let expected = [
            "arn:aws:iam::aws:policy/AdministratorAccess",
            "arn:aws:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole",
            "S3ReadPolicy",
            "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole",
        ];
        assert_eq!(unread, expected);
    });
}

/// Loops in loops end soon, and what is not looked at is told.
#[test]
fn loops_are_bounded() {
    let list: Vec<String> = (0..100).map(|index| format!("v{index}")).collect();
    for innermost in ["'R${N0}${N4}': {Type: AWS::S3::Bucket}", ""] {
        let wrap = |body: String, depth: usize| format!("'Fn::ForEach::L{depth}': [N{depth}, [{}], {{{body}}}]", list.join(", "));
        let nested = (0..5).rev().fold(innermost.to_owned(), wrap);
        let text = format!("AWSTemplateFormatVersion: 2010-09-09\nResources: {{{nested}, R: {{Type: AWS::IAM::Role}}}}\n");
        support::with_inventory(None, std::iter::once(("t.yaml", text)), |_, inventory| {
            let told: Vec<_> = inventory.unresolved.iter().map(|own| own.message.as_str()).collect();
            assert_eq!(told, ["the resources of `Fn::ForEach::L0` are too many to be looked at"]);
            assert_eq!(inventory.roles.len(), 1);
        });
    }
}

/// What a template takes in from a file of its own has functions, too.
#[test]
fn parts_of_templates_have_functions() {
    let statements = "- Effect: Allow\n  Action: 'dynamodb:GetItem'\n  Resource:\n    - Fn::GetAtt: [Users, Arn]\n    - !GetAtt Other.Arn\n    - !Sub 'arn:aws:dynamodb:${AWS::Region}:${AWS::AccountId}:table/x'\n    - Fn::Join: ['/', [{'Fn::GetAtt': [Users, Arn]}, 'index/*']]\n- Effect: Allow\n  Action: 'dynamodb:GetItemz'\n  Resource: {Ref: Table}\n";
    let policy = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "dynamodb:GetItemz", "Resource": {"Fn::Sub": "arn:aws:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${Name}"}}]}"#;
    let snippet = "Type: AWS::IAM::ManagedPolicy\nProperties:\n  PolicyDocument:\n    Statement: {Effect: Allow, Action: 'dynamodb:GetItemz', Resource: !Ref T}\n    Version: '2012-10-17'\n";
    for (name, text) in [("iam.yml", statements), ("p.json", policy), ("snippet.yaml", snippet)] {
        let ran = check(&[(name, text)]);
        assert!(!ran.stdout.contains(r#""severity":"error""#), "{name}: {}", ran.stdout);
        assert_eq!(lines_of(&ran, "unknown-action").len(), 1, "{name}: {}", ran.stdout);
    }
    // and they are mended as templates are
    let twice = snippet.replace("'dynamodb:GetItemz'", "['dynamodb:GetItem', 'dynamodb:GetItem']");
    let folder = support::folder(&[("iam.yml", &twice)]);
    let ran = run(&["check", "--pedantic", "--diff", folder.path().to_str().expect("a path in UTF-8")]);
    assert!(ran.stdout.contains("Action: ['dynamodb:GetItem']"), "{}{}", ran.stdout, ran.stderr);
    assert_eq!(resources(policy), ["arn:aws:dynamodb:us-east-1:000000000000:table/${Name}"]);
}

/// Statements that a service takes in from a file are looked at there; where that is not among the inputs, it is told.
#[test]
fn statements_of_a_service_may_lie_in_a_file() {
    let service = "service: x\nprovider:\n  name: aws\n  iamRoleStatements: ${file(iam.yml)}\nfunctions:\n  a: {handler: a.b}\n";
    let missing = "`iam.yml` are not among the inputs";
    let folder = support::folder(&[("serverless.yml", service)]);
    let path = folder.path().to_str().expect("a path in UTF-8");
    let ran = run(&["check", path]);
    assert!(ran.stderr.contains(missing) && !ran.stdout.contains("no policy"), "{}{}", ran.stdout, ran.stderr);
    let folder = support::folder(&[
        ("serverless.yml", service),
        ("iam.yml", "- {Effect: Allow, Action: 's3:GetObjekt', Resource: '*'}\n"),
    ]);
    let ran = run(&["check", folder.path().to_str().expect("a path in UTF-8")]);
    assert!(!ran.stderr.contains(missing) && ran.stdout.contains("GetObjekt"), "{}{}", ran.stdout, ran.stderr);
}

/// Whatever the type of a resource is: a policy in it is looked at.
#[test]
fn policies_in_resources_of_any_type_are_looked_at() {
    let policy = "{Version: '2012-10-17', Statement: [{Effect: Allow, Action: 'iot:Connekt', Resource: !Sub 'arn:aws:iot:${AWS::Region}:${AWS::AccountId}:client/*'}]}";
    let text = r#"'{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "iot:Connekt", "Resource": "*"}]}'"#;
    let (own, held, list) = (
        format!("{{PolicyDocument: {policy}}}"),
        format!("{{A: {{B: {text}}}}}"),
        format!("{{Policies: [{{Document: {policy}}}]}}"),
    );
    let either = format!("{{Policy: !If [C, {policy}, {}]}}", policy.replace("Connekt", "Publis"));
    let none = "{Script: 'a Statement with an Effect'}";
    let resources = [
        ("AWS::IoT::Policy", own.as_str()),
        ("Custom::X", &held),
        ("A::B::C", &list),
        ("AWS::Oam::Sink", &either),
        ("AWS::SSM::Document", none),
    ];
    let ran = check(&[("t.yaml", &template(&resources))]);
    assert_eq!(lines_of(&ran, "unknown-action"), [3, 4, 5, 6], "{}", ran.stdout);
    assert!(ran.stdout.contains("Connekt") && ran.stdout.contains("Publis"), "{}", ran.stdout);
    assert!(!ran.stdout.contains(r#""severity":"error""#), "{}", ran.stdout);
}

/// What nobody has given yet is not known in a policy.
#[test]
fn a_default_that_is_empty_is_no_value_in_a_policy() {
    let text = "Parameters:
  Topic: {Type: String, Default: ''}
  Topics: {Type: CommaDelimitedList, Default: ''}
  Prefix: {Type: String, Default: ''}
Conditions:
  Has: !Not [!Equals [!Ref Topic, '']]
Resources:
  B: {Type: AWS::S3::Bucket, Properties: {BucketName: !Sub '${Prefix}b'}}
  P:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      ManagedPolicyName: !Sub '${Prefix}p'
      PolicyDocument:
        Version: '2012-10-17'
        Statement:
          - Effect: Allow
            Action: 'sns:Publish'
            Resource: [!Ref Topic, !Sub '${Topic}-x', !Ref Topics, !GetAtt B.Arn, !If [Has, yes, no]]
";
    let policy = ["${Topic}", "${Topic}-x", "${Topics}", "arn:aws:s3:::b", "no"];
    assert_eq!(resources(text).get(..5).map(<[String]>::to_vec), Some(policy.map(str::to_owned).to_vec()));
}
