//! The service reference: what it says of services, and that every name of ours is in it.

use rolecall::policy::Instant;
use rolecall::reference::{self, KeyType, Level, Reference};

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
fn wildcards_expand() {
    let reference = Reference::default();
    let service = reference.service("s3").expect("a service");
    let names = |pattern: &str| service.matching(pattern).map(|action| action.name.to_owned()).collect::<Vec<_>>();
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
