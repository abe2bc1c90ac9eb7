//! The service reference: what it says of services, and that every name of ours is in it.

use rolecall::arn::Arn;
use rolecall::pattern::{Mode, Shape, Unit};
use rolecall::policy::Instant;
use rolecall::reference::{KeyType, Level, Reference};
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
            reference.forms(service, |form| form.whole.meets(&own)).iter().map(|form| form.kind.clone()).collect();
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
