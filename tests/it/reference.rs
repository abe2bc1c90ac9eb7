//! The service reference: what it says of services, and that every name of ours is in it.

use rolecall::arn::Arn;
use rolecall::pattern::{Mode, Shape, Unit};
use rolecall::policy::Instant;
use rolecall::reference::{self, KeyType, Level, Reference, Topic, old_action};
use rolecall::reference::{Partition, partitions, regions, regions_date, service_principals, service_principals_date};

use crate::support;

#[test]
fn an_action_tells_its_resources_and_keys() {
    let reference = Reference::default();
    let action = reference.action("S3:getobject").expect("an action");
    assert_eq!((action.name, action.service.title(), action.level()), ("GetObject", "Amazon S3", Level::Read));
    let types: Vec<_> = action.resources().map(|kind| (kind.name().into_owned(), kind.required)).collect();
    assert!(types.contains(&("object".to_owned(), false)), "{types:?}");
    assert!(action.takes_key("s3:ExistingObjectTag/team") && action.takes_key("S3:authtype"));
    assert!(!action.takes_key("s3:prefix") && !action.takes_key("s3:ExistingObjectTag/"));
    let list = reference.action("s3:ListBucket").expect("an action");
    assert!(list.takes_key("s3:prefix") && list.takes_key("s3:max-keys"));
    assert!(reference.action("s3:ListObjectsV2").is_none() && reference.action("s4:GetObject").is_none());
    // a type may have its own keys for one action
    let run = reference.action("ec2:RunInstances").expect("an action");
    assert!(run.takes_key("ec2:InstanceType") && run.takes_key("ec2:Owner") && !run.takes_key("ec2:AccepterVpc"));
    assert!(run.needs().any(|name| name == "iam:PassRole"));
}

#[test]
fn types_have_formats() {
    let reference = Reference::default();
    let service = reference.service("s3").expect("a service");
    let object = service.resource("Object").expect("a type");
    assert_eq!(object.formats().collect::<Vec<_>>(), ["arn:${Partition}:s3:::${BucketName}/${ObjectName}"]);
    // a type may have several, and a name with a blank in it
    let lambda = reference.service("lambda").expect("a service");
    assert_eq!(lambda.resource("code signing config").expect("a type").name(), "code signing config");
    let kinds = lambda.action("UpdateCodeSigningConfig").expect("an action");
    let kinds: Vec<_> = kinds.resources().filter_map(|kind| kind.kind(lambda)).map(|kind| kind.name().into_owned()).collect();
    assert_eq!(kinds, ["code signing config"]);
    let lex = reference.service("lex").expect("a service");
    assert!(lex.resources().any(|kind| kind.formats().count() == 2));
}

#[test]
fn a_name_in_a_format_ends_where_another_type_goes_on() {
    let reference = Reference::default();
    let kinds = |pattern: &str| {
        let own = Shape::of(&[Unit::Wild(pattern)], Mode::Arn);
        let service = Arn::parse(pattern).expect("an ARN").service;
        let mut kinds: Vec<_> =
            reference.forms(service, |form| form.whole().meets(&own)).iter().map(|form| form.kind.clone()).collect();
        kinds.dedup();
        kinds
    };
    assert_eq!(kinds("arn:aws:s3:::reports"), ["bucket"]);
    assert_eq!(kinds("arn:aws:s3:::reports/*"), ["object"]);
    assert_eq!(kinds("arn:aws:dynamodb:*:*:table/reports"), ["table"]);
    assert_eq!(kinds("arn:aws:dynamodb:*:*:table/reports/index/*"), ["index"]);
    // names with a path hold slashes
    assert_eq!(kinds("arn:aws:iam::*:user/team/ann"), ["user"]);
    assert!(kinds("arn:aws:dynamodb:*:*:reports").is_empty());
    // types of other services have ARNs of this one
    assert_eq!(kinds("arn:aws:s3-object-lambda:*:*:accesspoint/x"), ["objectlambdaaccesspoint"]);
}

#[test]
fn partitions_have_regions() {
    let names: Vec<_> = partitions().map(|own| own.name).collect();
    assert_eq!(names.first(), Some(&"aws"));
    assert!(names.contains(&"aws-us-gov"), "{names:?}");
    let china = Partition::named("aws-cn").expect("a partition");
    assert_eq!((china.suffix, china.regions().collect::<Vec<_>>()), ("amazonaws.com.cn", vec!["cn-north-1", "cn-northwest-1"]));
    let all: Vec<_> = regions().collect();
    assert!(all.contains(&"eu-west-1") && all.contains(&"us-gov-west-1"));
    assert!(all.iter().all(|name| name.split('-').count() > 2), "{all:?}");
    assert!(
        service_principals().all(|name| name.contains('.')) && service_principals().any(|name| name == "lambda.amazonaws.com")
    );
    for date in [regions_date(), service_principals_date()] {
        assert!(Instant::parse(date).is_some(), "`{date}`");
    }
}

#[test]
fn wildcards_expand() {
    let reference = Reference::default();
    let service = reference.service("s3").expect("a service");
    let names = |pattern: &str| service.matching(pattern).actions().map(|action| action.name.to_owned()).collect::<Vec<_>>();
    assert_eq!(names("getobjectacl"), ["GetObjectAcl"]);
    assert!(names("Get*").len() > 50 && names("Get*").iter().all(|name| name.starts_with("Get")));
    assert_eq!(names("*").len(), service.actions().len());
    assert_eq!(names("?etObjectAcl"), ["GetObjectAcl"]);
    assert_eq!(names("*Acl"), service.actions().map(|own| own.name).filter(|own| own.ends_with("Acl")).collect::<Vec<_>>());
    assert!(names("Gett*").is_empty());
}

#[test]
fn keys_have_types() {
    let reference = Reference::default();
    let of = |name: &str| reference.key(name).map(|key| (key.name.to_string(), key.kind, key.many));
    let key = |name: &str, kind, many| Some((name.to_owned(), kind, many));
    assert_eq!(of("aws:principalorgpaths"), key("aws:PrincipalOrgPaths", KeyType::String, true));
    assert_eq!(of("aws:ResourceTag/team"), key("aws:ResourceTag/${TagKey}", KeyType::String, false));
    assert_eq!(of("S3:MAX-KEYS"), key("s3:max-keys", KeyType::Numeric, false));
    assert_eq!(of("dynamodb:LeadingKeys"), key("dynamodb:LeadingKeys", KeyType::String, true));
    let amr = "cognito-identity.amazonaws.com:amr";
    assert_eq!(of(amr), key(amr, KeyType::String, true));
    // some claims of any issuer are keys, and those of an issuer by itself go before them
    for (name, generic, many) in [
        ("token.actions.githubusercontent.com:sub", "${Host}.${Domain}:sub", false),
        ("Auth.example.com/realms/x:AUD", "${Host}.${Domain}:aud", false),
        ("auth.example.com:amr", "${Host}.${Domain}:amr", true),
    ] {
        assert_eq!(of(name), key(generic, KeyType::String, many), "{name}");
        assert!(reference.action("sts:AssumeRoleWithWebIdentity").expect("an action").takes_key(name), "{name}");
    }
    assert_eq!((of("s3:sub"), of("auth.example.com:groups")), (None, None));
    let repository = "token.actions.${Domain}.ghe.com:repository";
    assert_eq!(of("token.actions.octo.ghe.com:repository"), key(repository, KeyType::String, false));
    let source = "codebuild:secondarySources/${sourceIdentifier}.auth.type";
    assert_eq!(of("codebuild:secondarysources/one.auth.type"), key(source, KeyType::String, false));
    assert_eq!(of("codebuild:secondarySources/.auth.type"), None);
    for unknown in ["aws:Nothing", "s3:nothing", "nothing:at-all", "aws:ResourceTag/", "aws:ResourceTag", "prefix"] {
        assert_eq!(of(unknown), None, "{unknown}");
    }
    assert!(reference.has_keys_of("aws") && reference.has_keys_of("S3") && reference.has_keys_of("saml"));
    assert!(!reference.has_keys_of("s4"));
}

#[test]
fn global_keys_are_sorted_and_all_read() {
    let names: Vec<String> = reference::global_keys().map(|key| key.name.to_string().to_ascii_lowercase()).collect();
    assert!(names.is_sorted(), "{names:?}");
    let rows = support::read("src/reference/global-keys.txt").lines().filter(|line| !line.starts_with('#')).count();
    assert_eq!(names.len(), rows);
}

#[test]
fn actions_that_are_built_in_are_sorted() {
    for service in Reference::default().services() {
        let names: Vec<String> = service.actions().map(|action| action.name.to_ascii_lowercase()).collect();
        assert!(names.is_sorted(), "{}: {names:?}", service.prefix());
    }
}

#[test]
fn every_service_reads_whole() {
    let reference = Reference::default();
    let mut complaints = Vec::new();
    let mut actions = 0;
    for service in reference.services() {
        actions += service.actions().len();
        for action in service.actions() {
            let name = format!("{}:{}", service.prefix(), action.name);
            if reference.action(&name).is_none_or(|found| found.name != action.name) {
                complaints.push(format!("{name}: not found by its own name"));
            }
            let gone = action.resources().filter(|kind| kind.kind(service).is_none());
            complaints.extend(gone.map(|kind| format!("{name}: no resource type `{}`", kind.name())));
            // a key of one service may stand in the requests of another
            let gone = action.keys().map(|key| key.to_string()).filter(|key| !key.contains("${") && reference.key(key).is_none());
            complaints.extend(gone.map(|key| format!("{name}: no key `{key}`")));
        }
        let empty = service.resources().filter(|kind| kind.formats().next().is_none());
        complaints.extend(empty.map(|kind| format!("{}: `{}` has no ARN format", service.prefix(), kind.name())));
    }
    assert!(actions > 20_000, "{actions}");
    support::none(complaints);
}

#[test]
fn facts_grow_old() {
    let on = |day: &str| Reference::new(Instant::parse(day).expect("a day")).is_old();
    let (year, rest) = Reference::date().split_once('-').expect("a date");
    assert!(!on(Reference::date()));
    assert!(on(&format!("{}-{rest}", year.parse::<u32>().expect("a year") + 1)));
}

const LANTERN: &str = "fixtures/reference/lantern.json";

/// A reference with the services of these texts over it.
#[track_caller]
fn overlaid(texts: &[&str]) -> Reference {
    let mut reference = Reference::default();
    for text in texts {
        reference.overlay("a file", text).unwrap_or_else(|refusal| panic!("{}: {}", refusal.line, refusal.message));
    }
    reference
}

/// `tests/reference.py` holds `make-services.py` to the same files.
#[test]
fn what_aws_says_goes_over_what_was_known() {
    let (before, after) = (support::read("fixtures/reference/before.txt"), support::read("fixtures/reference/after.txt"));
    let json = support::read(LANTERN);
    let told = |texts: &[&str]| format!("{:#?}", overlaid(texts).service("lantern").expect("a service"));
    assert_eq!(told(&[&before, &json]), told(&[&after]));
    assert_eq!(told(&[&before, &format!("\u{FEFF}[{json}]")]), told(&[&after]));
    assert_ne!(told(&[&json]), told(&[&after]));
    // a new service, as a list beside another one
    let reference = overlaid(&[&format!("[{json}, {{\"Name\": \"s3\", \"Actions\": [{{\"Name\": \"GetObject\"}}]}}]")]);
    assert!(reference.action("lantern:lightlamp").is_some_and(|own| own.takes_key("lantern:LampTag/team")));
    let get = reference.action("s3:GetObject").expect("an action");
    assert_eq!(
        (get.level(), get.about()),
        (Level::Read, Reference::default().action("s3:GetObject").expect("an action").about())
    );
    assert!(reference.action("s3:PutObject").is_none() && reference.action("sqs:SendMessage").is_some());
    assert_eq!((reference.overlay_of("s3"), reference.overlay_of("sqs")), (Some("a file"), None));
    assert_eq!(reference.services().filter(|own| own.prefix() == "s3").count(), 1);
}

#[test]
fn the_last_text_holds() {
    let one = "# own One\n[actions]\nGo R\n# other Other\n[actions]\nStop R\n";
    let reference = overlaid(&[one, "# own Two\n[keys]\nlogin.example.com:name String\nbadge:level String\n[actions]\nCome R\n"]);
    assert_eq!(reference.service("OWN").map(|own| (own.title(), own.actions().len())), Some(("Two", 1)));
    assert!(
        reference.action("own:come").is_some()
            && reference.action("own:Go").is_none()
            && reference.action("other:Stop").is_some()
    );
    // keys of an issuer, and of a prefix, that only the overlay knows
    let known = |reference: &Reference| {
        [
            reference.key("login.example.com:name").is_some(),
            reference.key("badge:level").is_some(),
            reference.has_keys_of("badge"),
        ]
    };
    assert_eq!((known(&reference), known(&Reference::default())), ([true; 3], [false; 3]));
    // every service of ours can be read back as one of the user's
    let mut all = Reference::default();
    for path in support::files("src/reference/services", "txt") {
        all.overlay(&path, &support::read(&path))
            .unwrap_or_else(|refusal| panic!("{path}:{}: {}", refusal.line, refusal.message));
    }
}

#[test]
fn what_is_wrong_in_an_overlay_is_told_with_its_line() {
    let json = |member: &str| format!("{{\n  \"Name\": \"own\",\n  {member}\n}}");
    let cases = [
        ("", 1, "there is no service in it"),
        ("[]", 1, "there is no service in it"),
        ("prefix,action\n", 1, "a service starts with a line `# prefix Title`"),
        ("# S3 Amazon S3\n", 1, "a service starts with a line `# prefix Title`"),
        ("# own Own\nactions\n", 2, "what is `actions`? Only `page`, `rcp` and sections stand here"),
        ("# own Own\n[actoins]\n", 2, "there is no section `[actoins]`"),
        ("# own Own\n[actions]\nGo X\n", 3, "behind `Go` stands its access level: L, R, W, T or P"),
        ("# own Own\n[actions]\nGo R thing\n", 3, "`own` has no resource type `thing`"),
        ("# own Own\n[resources]\nthing\n", 3, "the resource type `thing` has no ARN"),
        ("# own Own\n[keys]\n:Key Text\n", 3, "`Text` is no type of a condition key"),
        ("# own Own\n[keys]\nKey String\n", 3, "`Key` is no condition key: it has no colon"),
        ("# first One\n\n# own Own\n[keys]\n:Key String more\n", 5, "behind `:Key` stand its type and, where it is so, `many`"),
        (&json("\"Actions\": [,]"), 3, "this is not JSON"),
        (&json("\"Actions\": {}"), 3, "`Actions` is no list"),
        (&json("\"Actions\": [\n{}]"), 4, "`Name` is missing"),
        (&json("\"Actions\": [{\"Name\": 1}]"), 3, "this is no string"),
        (&json("\"Actions\": [{\"Name\": \"a(b\"}]"), 3, "`a(b` cannot be a name"),
        (&json("\"ConditionKeys\": [{\"Name\": \"key\"}]"), 3, "`key` is no condition key: it has no colon"),
        (&json("\"Resources\": [{\"Name\": \"a\", \"ARNFormats\": [\"x\"]}]"), 3, "`x` is no ARN"),
        ("{\"Name\": \"Own\"}", 1, "`Own` is no prefix of actions"),
        ("[1]", 1, "`Name` is missing"),
    ];
    let mut reference = Reference::default();
    for (text, line, message) in cases {
        let refusal = reference.overlay("a file", text).expect_err(text);
        assert_eq!((refusal.line, &*refusal.message), (line, message), "{text}");
    }
    assert_eq!((reference.overlays().count(), reference.service("first").is_none()), (0, true));
}

#[test]
fn any_part_of_an_overlay_is_read_or_refused() {
    for text in [support::read(LANTERN), support::read("fixtures/reference/after.txt")] {
        for end in (0..text.len()).filter(|end| text.is_char_boundary(*end)) {
            let _ = Reference::default().overlay("a file", &text[..end]);
            let _ = Reference::default().overlay("a file", &format!("{}{}", &text[..end / 2], &text[end..]));
        }
    }
}

/// What a name stands for, in a few words.
fn meanings(reference: &Reference, name: &str) -> Vec<String> {
    let of = |topic: &Topic<'_>| match topic {
        Topic::Service(service) => format!("service {}", service.prefix()),
        Topic::Action(action) => format!("action {}", action.name),
        Topic::Actions(service, actions) => format!("{} actions of {}", actions.len(), service.prefix()),
        Topic::Key(key) => format!("key {}", key.key.name),
        Topic::Resource(kind, takers) => format!("type {} of {} actions", kind.name(), takers.len()),
        Topic::Operation(operation, actions) => {
            format!("operation {} by {}", operation.name, actions.iter().map(|own| own.name).collect::<Vec<_>>().join(" "))
        }
        Topic::Arn(kinds) => {
            kinds.iter().map(|(kind, _)| format!("{}:{}", kind.service().prefix(), kind.name())).collect::<Vec<_>>().join(" ")
        }
    };
    reference.topics(name).iter().map(of).collect()
}

#[test]
fn a_name_stands_for_what_it_names() {
    let reference = overlaid(&[&support::read(LANTERN)]);
    let is = |name: &str, expected: &[&str]| assert_eq!(meanings(&reference, name), expected, "{name}");
    is("S3:getobject", &["action GetObject"]);
    is("lantern:*Lamp", &["4 actions of lantern"]);
    is("s3:listobjectsv2", &["operation s3:ListObjectsV2 by ListBucket"]);
    is("S3", &["service s3"]);
    is("lantern:Lamp", &["type lamp of 2 actions"]);
    is("lantern:street lamp", &["type street lamp of 2 actions"]);
    is("AWS:principalorgid", &["key aws:PrincipalOrgID"]);
    for tag in ["aws:ResourceTag/team", "aws:ResourceTag", "aws:ResourceTag/", "aws:ResourceTag/${TagKey}"] {
        is(tag, &["key aws:ResourceTag/${TagKey}"]);
    }
    is("token.actions.githubusercontent.com:repository", &["key token.actions.githubusercontent.com:repository"]);
    for unknown in ["", "*", ":", "s3:", "s3:*Nothing", "s3:Nothing", "nothing", "nothing:*", "arn:", "arn:aws:nothing:::x"] {
        is(unknown, &[]);
    }
}

#[test]
fn an_arn_may_be_of_the_types_whose_form_it_has() {
    let reference = Reference::default();
    let of = |arn: &str| meanings(&reference, arn).join("");
    assert_eq!(of("arn:aws:s3:::bucket/*"), "s3:object");
    assert_eq!(of("arn:aws:s3:::bucket/a/b.txt"), "s3:object");
    assert_eq!(of("arn:aws:s3:::bucket/${aws:username}/*"), "s3:object");
    assert!(of("arn:aws:s3:::bucket").starts_with("s3:bucket") && !of("arn:aws:s3:::bucket").contains("s3:object"));
    assert!(of("arn:aws:s3:::b*").starts_with("s3:bucket s3:object"));
    assert!(of("arn:aws-cn:sns:*:111122223333:t?pic").starts_with("sns:topic"));
    assert!(of("arn:aws:iam::111122223333:role/path/name").starts_with("iam:role"));
    assert!(!of("arn:aws:iam::111122223333:role/path/name").contains("iam:user"));
    assert!(of("arn:aws:sqs*").contains("sqs:queue"));
    // recovery points are of any service
    assert_eq!(of("arn:aws:dynamodb:*:*:table/x/index/*"), "dynamodb:index");
    assert!(of("arn:aws:sns:${aws:RequestedRegion}:${aws:PrincipalAccount}:alarms").starts_with("sns:topic"));
    assert_eq!(of("arn:aws:s3:eu-west-1:111122223333:bucket"), "");
    assert_eq!(of("arn:aws:s3:::"), "");
}

#[test]
fn the_nearest_name_of_any_kind_is_found() {
    let reference = Reference::default();
    let near = |name: &str| reference.meant(name).join(" ");
    assert_eq!(near("s3:GetObjct"), "s3:GetObject");
    assert_eq!(near("s3:prefx"), "s3:prefix");
    assert_eq!(near("s3:objct"), "s3:object");
    assert_eq!(near("lamdba:InvokeFunction"), "lambda:InvokeFunction");
    assert_eq!(near("aws:PrincipalOrgIdd"), "aws:PrincipalOrgID");
    assert_eq!(near("dynamodbb"), "dynamodb");
    assert!(near("putobject").contains("s3:PutObject"));
    assert_eq!(near("nothing-like-it-at-all:Nothing"), "");
}

/// Names of ours that the data does not have, and why they are right.
const NOT_IN_THE_DATA: [(&str, &str); 20] = [
    ("sns:Receive", "an old name, which is told as one"),
    ("aws:accountId", "a variable of the Serverless Framework"),
    ("aws:region", "likewise"),
    ("cognito:groups", "a claim of the tokens of user pools"),
    ("cognito:roles", "a claim of the tokens of user pools"),
    ("cognito:preferred_role", "a claim of the tokens of user pools"),
    ("aws:principal", "the start of aws:PrincipalArn and others in lower case"),
    ("aws:multifactorauth", "the start of aws:MultiFactorAuthAge and aws:MultiFactorAuthPresent in lower case"),
    ("env:NAME", "how `--token` names a variable"),
    ("canonical:ID", "how a message shows the form of a caller"),
    ("federated:HOST-OR-ARN", "how a message shows the form of a caller"),
    ("git:HEAD", "a revision of a repository"),
    ("git:origin/main", "a revision of a repository"),
    ("prefix:name", "how a message shows the form of a condition key"),
    ("service:NAME", "how a message shows the form of a caller"),
    ("service:Name", "how a message shows the form of an action"),
    ("google:organization_number", "a claim of the tokens of Google"),
    ("cognito:username", "a claim of the tokens of user pools"),
    ("us-east-1:a1b2c3d4-5678-90ab-cdef-EXAMPLE11111", "the id of an identity pool"),
    ("us-east-2:identity-pool-id", "the id of an identity pool"),
];

/// What rules and lists name must exist: a name that AWS gave up makes a rule silent.
/// A name is an old one only as long as there is no such action.
#[test]
fn an_old_name_is_no_action() {
    assert_eq!(old_action("SNS:receive"), Some("the default policies of topics"));
    assert!(Reference::default().action("sns:Receive").is_none());
    assert_eq!(old_action("sns:Publish"), None);
}

#[test]
fn every_name_of_ours_exists() {
    let reference = Reference::default();
    let mut files = support::files("src", "rs");
    files.extend(support::files("src/reference", "json"));
    files.extend(support::files("src/reference", "txt"));
    let mut complaints = Vec::new();
    let mut seen = Vec::new();
    for path in files {
        let text = support::read(&path);
        // descriptions are prose
        let lines = text.lines().enumerate().take_while(|(_, line)| *line != "[descriptions]");
        for (at, line) in lines.filter(|(_, line)| !line.trim_start().starts_with("//")) {
            for name in names(line, path.starts_with("src/reference/services/")) {
                seen.push(name.to_owned());
                let exempt = NOT_IN_THE_DATA.iter().any(|(own, _)| *own == name);
                if !exempt && !exists(&reference, name) {
                    complaints.push(format!("{path}:{}: `{name}` is no action and no condition key", at + 1));
                }
            }
        }
    }
    let unused = NOT_IN_THE_DATA.iter().filter(|(own, _)| !seen.iter().any(|name| name == own));
    complaints.extend(unused.map(|(own, _)| format!("`{own}` stands nowhere; take it out of NOT_IN_THE_DATA")));
    assert!(seen.len() > 1000, "{}", seen.len());
    support::none(complaints);
}

/// What looks like an action or a condition key in a line: between quotes or backticks, or as a word of a list.
fn names(line: &str, service: bool) -> impl Iterator<Item = &str> {
    let marks: &[char] = if service { &[' ', '(', ',', ')'] } else { &['"', '`', ' '] };
    let words = line.split(marks).map(move |word| if service { word.trim_start_matches('+') } else { word });
    words.filter(|word| {
        let Some((prefix, name)) = word.split_once(':') else { return false };
        let is =
            |text: &str, more: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || more.bytes().any(|own| own == byte));
        let named = name.bytes().next().is_some_and(|first| first.is_ascii_alphabetic()) && is(name, "-_/");
        prefix.len() > 1
            && prefix != "arn"
            && is(prefix, "-.")
            && prefix.starts_with(|first: char| first.is_ascii_lowercase())
            && named
    })
}

fn exists(reference: &Reference, name: &str) -> bool {
    reference.action(name).is_some()
        || reference.key(name).is_some()
        || reference.key(&format!("{}/x", name.trim_end_matches('/'))).is_some()
        || reference::operation(name).is_some()
}

#[test]
fn operations_are_no_actions_and_what_allows_them_is() {
    let reference = Reference::default();
    let mut complaints = Vec::new();
    for operation in reference::operations() {
        let name = operation.name;
        complaints.extend(reference.action(name).map(|_| format!("{name}: is an action")));
        complaints.extend((operation.actions().count() == 0).then(|| format!("{name}: nothing allows it")));
        let gone = operation.actions().filter(|action| reference.action(action).is_none());
        complaints.extend(gone.map(|action| format!("{name}: no action `{action}`")));
        let found = reference::operation(&name.to_ascii_uppercase());
        complaints.extend(found.is_none_or(|own| own.name != name).then(|| format!("{name}: stands twice")));
    }
    support::none(complaints);
    assert!(reference::operations().count() > 100);
    let list = reference::operation("s3:listobjectsv2").expect("an operation");
    assert_eq!((list.actions().collect::<Vec<_>>(), list.sure), (vec!["s3:ListBucket"], true));
    assert!(reference::operation("s3:ListBucket").is_none());
    let fitting: Vec<_> = reference::operations_matching("s3:ListObjects*").map(|own| own.name).collect();
    assert_eq!(fitting, ["s3:ListObjects", "s3:ListObjectsV2"]);
}

#[test]
fn names_of_products_are_no_prefixes_and_what_is_meant_is() {
    let reference = Reference::default();
    let mut complaints = Vec::new();
    for (product, prefix) in reference::products() {
        complaints.extend(reference.service(product).map(|_| format!("{product}: is a service")));
        complaints.extend(reference.service(prefix).is_none().then(|| format!("{product}: no service `{prefix}`")));
    }
    support::none(complaints);
    assert!(reference::products().any(|(product, prefix)| (product, prefix) == ("stepfunctions", "states")));
}

#[test]
fn two_letters_that_changed_places_are_one_slip() {
    use rolecall::spelling::{nearest, slips};
    let apart = |name: &str| slips(name, "Query");
    assert_eq!(["query", "Qurey", "Quer", "Queryy", "Quary", "uQeyr", "Scan"].map(apart), [0, 1, 1, 1, 1, 2, 5]);
    assert_eq!(slips("", "ab"), 2);
    assert_eq!(nearest("Qurey", ["Scan", "Query", "GetItem"]), Some("Query"));
}

#[test]
fn each_resource_type_of_a_service_has_a_bit_of_its_own() {
    let reference = Reference::default();
    let most = reference.services().map(|service| service.resources().len()).max();
    assert!(most.is_some_and(|most| (100..128).contains(&most)), "{most:?}");
}
