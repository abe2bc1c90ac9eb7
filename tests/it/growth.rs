//! Ten times the work costs at most twelve times as much: in bytes and pieces of memory exactly, in time with some room, for other tests run beside.

use std::time::{Duration, Instant};

use allocation_counter::AllocationInfo;
use rolecall::config::Config;
use rolecall::inventory::Inventory;
use rolecall::lint::Facts;
use rolecall::reference::Reference;
use rolecall::rules;
use rolecall::source::Sources;

/// The most that ten times the work may cost.
const MOST: u64 = 12;

/// What a look at so many files costs.
fn cost(files: &[String]) -> (AllocationInfo, Duration) {
    let start = Instant::now();
    let memory = allocation_counter::measure(|| {
        let mut sources = Sources::new();
        let ids: Vec<_> = files.iter().enumerate().map(|(at, text)| sources.add(format!("{at}.json"), text.as_str())).collect();
        let mut inventory = Inventory::new(None);
        for id in ids {
            inventory.read(&sources, id);
        }
        inventory.complete(&sources);
        let (config, reference) = (Config::default(), Reference::default());
        drop(rules::run(&Facts { sources: &sources, inventory: &inventory, config: &config, reference: &reference }));
    });
    (memory, start.elapsed())
}

/// Compares the cost of `count` and of ten times as many.
#[track_caller]
fn grows(what: &str, count: usize, of: impl Fn(usize) -> Vec<String>) {
    let (small, large) = (of(count), of(10 * count));
    // what is built in is read on the first touch
    cost(&small);
    let ((few, little), (many, much)) = (cost(&small), cost(&large));
    let fits = |few: u64, many: u64| many <= MOST * few;
    assert!(
        fits(few.count_total, many.count_total),
        "{what}: {} pieces of memory, and {} for ten times as much",
        few.count_total,
        many.count_total
    );
    assert!(
        fits(few.bytes_total, many.bytes_total),
        "{what}: {} bytes, and {} for ten times as much",
        few.bytes_total,
        many.bytes_total
    );
    let room = Duration::from_millis(400);
    assert!(much <= little * 2 * MOST as u32 + room, "{what}: {little:?}, and {much:?} for ten times as much");
}

fn listed(count: usize, of: impl Fn(usize) -> String) -> String {
    (0..count).map(of).collect::<Vec<_>>().join(",")
}

fn policy(statements: &str) -> String {
    format!(r#"{{"Version":"2012-10-17","Statement":[{statements}]}}"#)
}

fn with(element: &str) -> Vec<String> {
    vec![policy(&format!(r#"{{"Effect":"Allow","Action":"s3:GetObject",{element}}}"#))]
}

fn read(index: usize) -> String {
    format!(r#"{{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::bucket-{index}/*"}}"#)
}

fn role(index: usize, inline: &str, attached: &str) -> String {
    format!(
        r#"{{"RoleName":"role-{index}","Arn":"arn:aws:iam::111122223333:role/role-{index}","AssumeRolePolicyDocument":{{"Version":"2012-10-17",
        "Statement":{{"Effect":"Allow","Principal":{{"Service":"ec2.amazonaws.com"}},"Action":"sts:AssumeRole"}}}},"RolePolicyList":[{inline}],"AttachedManagedPolicies":[{attached}]}}"#
    )
}

fn attached(index: usize) -> String {
    format!(r#"{{"PolicyName":"p{index}","PolicyArn":"arn:aws:iam::111122223333:policy/p{index}"}}"#)
}

fn managed(index: usize) -> String {
    let arn = format!("arn:aws:iam::111122223333:policy/p{index}");
    format!(
        r#"{{"Arn":"{arn}","PolicyName":"p{index}","PolicyVersionList":[{{"IsDefaultVersion":true,"Document":{}}}]}}"#,
        policy(&read(index))
    )
}

fn account(roles: &str, policies: &str) -> Vec<String> {
    vec![format!(r#"{{"RoleDetailList":[{roles}],"Policies":[{policies}]}}"#)]
}

#[test]
fn with_the_files() {
    grows("files", 100, |count| (0..count).map(|index| policy(&read(index))).collect());
}

#[test]
fn with_the_roles() {
    grows("roles", 100, |count| account(&listed(count, |index| role(index, "", &attached(index))), &listed(count, managed)));
}

/// One role with all of them, given in front of it, behind it, in another order, or not at all.
#[test]
fn with_the_policies_of_a_role() {
    let all = |count: usize| role(0, "", &listed(count, attached));
    grows("attached policies that are given", 200, |count| account(&all(count), &listed(count, managed)));
    grows("attached policies that are given in another order", 200, |count| {
        account(&all(count), &listed(count, |index| managed(count - 1 - index)))
    });
    grows("attached policies that are given before", 200, |count| {
        [account("", &listed(count, managed)), account(&all(count), "")].concat()
    });
    grows("attached policies that are given behind", 200, |count| {
        [account(&all(count), ""), account("", &listed(count, managed))].concat()
    });
    grows("attached policies that are not given", 1_000, |count| account(&all(count), ""));
    let inline = |index: usize| format!(r#"{{"PolicyName":"q{index}","PolicyDocument":{}}}"#, policy(&read(index)));
    grows("inline policies", 200, |count| account(&role(0, &listed(count, inline), ""), ""));
}

#[test]
fn with_the_statements() {
    let one = |index: usize| format!(r#"{{"Effect":"Allow","Action":"s3:Get{index}","Resource":"*"}}"#);
    grows("statements", 100, |count| vec![policy(&listed(count, one))]);
    let deny = |index: usize| format!(r#"{{"Effect":"Deny","Action":"a:b{index}","Resource":"*"}}"#);
    grows("statements that deny", 100, |count| vec![policy(&listed(count, deny))]);
}

#[test]
fn with_the_values() {
    let condition = |operator: &str, values: &str| {
        with(&format!(r#""Resource":"arn:aws:s3:::b/*","Condition":{{"{operator}":{{"aws:PrincipalTag/t":[{values}]}}}}"#))
    };
    for (operator, end) in
        [("StringEquals", ""), ("StringEqualsIgnoreCase", "X"), ("StringLike", "*"), ("ForAllValues:StringNotLike", "?")]
    {
        grows(operator, 1_000, |count| condition(operator, &listed(count, |index| format!("\"v{index}{end}\""))));
    }
    grows("resources", 500, |count| {
        with(&format!(r#""Resource":[{}]"#, listed(count, |index| format!("\"arn:aws:s3:::b{index}/*\""))))
    });
    grows("actions", 500, |count| {
        vec![policy(&format!(
            r#"{{"Effect":"Allow","Action":[{}],"Resource":"*"}}"#,
            listed(count, |index| format!("\"s3:Get{index}\""))
        ))]
    });
    let account = |index: usize| format!("\"{}\"", 100_000_000_000 + index);
    let trust = |accounts: &str| {
        vec![policy(&format!(r#"{{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{{"AWS":[{accounts}]}}}}"#))]
    };
    grows("principals", 300, |count| trust(&listed(count, account)));
    grows("keys", 100, |count| {
        with(&format!(
            r#""Resource":"*","Condition":{{"StringEquals":{{{}}}}}"#,
            listed(count, |index| format!("\"aws:PrincipalTag/t{index}\":\"v\""))
        ))
    });
}
