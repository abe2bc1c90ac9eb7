//! Pairs of policies made of few words, so that two of them often have to do with each other, and requests to them; and what a witness must
//! stand.

use rolecall::evaluate::{Caller, Context, ContextValue, Request, Setting, Verdict, derive, evaluate};
use rolecall::policy::{Instant, Policy, PolicyKind};
use rolecall::prove::{Question, Witness};
use serde_json::{Map, Value, json};

use crate::questions::Dice;

/// A condition key: its operators, values of policies, values of requests.
struct Key {
    name: &'static str,
    operators: &'static [&'static str],
    wanted: &'static [&'static str],
    held: &'static [&'static str],
    many: bool,
}

const STRING: &[&str] = &["StringEquals", "StringNotEquals", "StringLike", "StringNotLike", "StringEqualsIgnoreCase"];
const KEYS: [Key; 8] = [
    Key {
        name: "aws:PrincipalTag/team",
        operators: STRING,
        wanted: &["a", "b", "ab", "a*", "*b", "?", "${aws:ResourceTag/team}"],
        held: &["a", "b", "A", "ab", "aab", "c"],
        many: false,
    },
    Key { name: "aws:ResourceTag/team", operators: STRING, wanted: &["a", "b", "?*"], held: &["a", "b", "ab"], many: false },
    Key {
        name: "aws:SourceIp",
        operators: &["IpAddress", "NotIpAddress"],
        wanted: &["10.0.0.0/8", "10.1.0.0/16", "2001:db8::/32", "0.0.0.0/0", "10.1.2.3"],
        held: &["10.1.2.3", "10.2.0.1", "192.0.2.1", "2001:db8::1", "2001:db9::1"],
        many: false,
    },
    Key { name: "aws:SecureTransport", operators: &["Bool"], wanted: &["true", "false"], held: &["true", "false"], many: false },
    Key {
        name: "s3:max-keys",
        operators: &["NumericEquals", "NumericNotEquals", "NumericLessThan", "NumericGreaterThanEquals"],
        wanted: &["1", "10", "10.5"],
        held: &["0", "1", "1.0", "10", "10.25", "10.5", "99"],
        many: false,
    },
    Key {
        name: "aws:CurrentTime",
        operators: &["DateLessThan", "DateGreaterThanEquals", "DateNotEquals"],
        wanted: &["2026-11-26", "2026-11-26T01:00:00+01:00", "2027-01-01T00:00:00Z"],
        held: &["2026-11-25T23:59:59Z", "2026-11-26T00:00:00Z", "2026-12-24", "2027-06-01"],
        many: false,
    },
    Key { name: "aws:TagKeys", operators: STRING, wanted: &["a", "b", "a*", "*"], held: &["a", "b", "ab", "c"], many: true },
    Key {
        name: "aws:SourceArn",
        operators: &["ArnLike", "ArnNotLike"],
        wanted: &["arn:aws:sns:*:111122223333:t*", "arn:aws:sns:eu-west-1:*:t", "arn:aws:s3:::b"],
        held: &["arn:aws:sns:eu-west-1:111122223333:t", "arn:aws:sns:us-east-1:444455556666:t", "arn:aws:s3:::b"],
        many: false,
    },
];
const ACTIONS: [&str; 8] = ["s3:*", "s3:Get*", "s3:GetObject", "S3:PUTOBJECT", "*", "s3:?etObject", "sqs:*", "sqs:SendMessage"];
const ASKED: [&str; 4] = ["s3:GetObject", "s3:PutObject", "s3:GetObjectTagging", "sqs:SendMessage"];
const RESOURCES: [&str; 10] = [
    "*",
    "arn:aws:s3:::b/*",
    "arn:aws:s3:::b/x",
    "arn:aws:s3:::*",
    "arn:aws:s3*",
    "arn:aws:s3:::?/x",
    "arn:aws:sqs:*:111122223333:q",
    "arn:aws:sqs:eu-*:q",
    "arn:aws:s3:::b/${aws:ResourceTag/team}",
    "arn:aws:sqs:e*1:*:q",
];
const TOUCHED: [&str; 7] = [
    "arn:aws:s3:::b/x",
    "arn:aws:s3:::c/x",
    "arn:aws:s3:::b/a",
    "arn:aws:s3:::b",
    "arn:aws:sqs:eu-west-1:111122223333:q",
    "arn:aws:sqs:us-east-1:111122223333:q",
    "*",
];
const PRINCIPALS: [(&str, &str); 7] = [
    ("AWS", "111122223333"),
    ("AWS", "arn:aws:iam::111122223333:user/bob"),
    ("AWS", "arn:aws:iam::111122223333:role/reader"),
    ("AWS", "arn:aws:iam::444455556666:root"),
    ("AWS", "*"),
    ("Service", "sns.amazonaws.com"),
    ("Federated", "cognito-identity.amazonaws.com"),
];
const CALLERS: [&str; 9] = [
    "arn:aws:iam::111122223333:user/bob",
    "arn:aws:iam::111122223333:user/eve",
    "arn:aws:sts::111122223333:assumed-role/reader/s",
    "arn:aws:iam::444455556666:user/dan",
    "arn:aws:iam::555566667777:user/joe",
    "arn:aws:iam::111122223333:root",
    "service:sns.amazonaws.com",
    "federated:cognito-identity.amazonaws.com",
    "anonymous",
];

/// Makes policies and requests.
pub(crate) struct Maker<'d, 'b> {
    pub(crate) dice: &'d mut Dice<'b>,
    pub(crate) kind: PolicyKind,
}

impl Maker<'_, '_> {
    pub(crate) fn chance(&mut self, percent: usize) -> bool {
        // no bytes left make the simplest
        self.dice.below(100) >= 100 - percent
    }

    fn some(&mut self, words: &[&str]) -> Value {
        let count = 1 + self.dice.below(3) / 2;
        (0..count).map(|_| Value::from(self.dice.of(words))).collect()
    }

    pub(crate) fn policy(&mut self) -> Value {
        let count = 1 + self.dice.below(3);
        let statements: Vec<Value> = (0..count).map(|at| self.statement(at > 0)).collect();
        json!({"Version": "2012-10-17", "Statement": statements})
    }

    fn statement(&mut self, may_deny: bool) -> Value {
        let effect = if may_deny && self.chance(45) { "Deny" } else { "Allow" };
        let mut statement = Map::new();
        statement.insert("Effect".to_owned(), effect.into());
        if self.kind != PolicyKind::Identity {
            let (kind, name) = PRINCIPALS[self.dice.below(PRINCIPALS.len() - usize::from(self.kind == PolicyKind::Resource))];
            statement.insert("Principal".to_owned(), json!({kind: name}));
        }
        let actions: &[&str] =
            if self.kind == PolicyKind::Trust { &["sts:AssumeRole", "sts:TagSession", "sts:*"] } else { &ACTIONS };
        statement.insert(self.or_not("Action", 8), self.some(actions));
        if self.kind != PolicyKind::Trust {
            statement.insert(self.or_not("Resource", 8), self.some(&RESOURCES));
        }
        for _ in 0..self.dice.below(3) {
            self.condition(&mut statement);
        }
        statement.into()
    }

    fn or_not(&mut self, element: &str, percent: usize) -> String {
        if self.kind != PolicyKind::Trust && self.chance(percent) { format!("Not{element}") } else { element.to_owned() }
    }

    fn condition(&mut self, statement: &mut Map<String, Value>) {
        let key = &KEYS[self.dice.below(KEYS.len())];
        let mut operator = self.dice.of(key.operators).to_owned();
        let mut values = self.some(key.wanted);
        if self.chance(12) {
            (operator, values) = ("Null".to_owned(), self.dice.of(&["true", "false"]).into());
        } else if key.many {
            operator = format!("{}:{operator}", self.dice.of(&["ForAllValues", "ForAnyValue"]));
        } else if self.chance(20) {
            operator.push_str("IfExists");
        }
        let block = statement.entry("Condition").or_insert_with(|| json!({}));
        block[operator][key.name] = values;
    }

    /// The same with a small change.
    pub(crate) fn changed(&mut self, policy: &Value) -> Value {
        let mut policy = policy.clone();
        let statements = policy["Statement"].as_array_mut().expect("statements");
        let at = self.dice.below(statements.len());
        match self.dice.below(6) {
            0 => statements.push(self.statement(true)),
            1 if statements.len() > 1 => drop(statements.remove(at)),
            2 => {
                let element = if statements[at].get("Action").is_some() { "Action" } else { "NotAction" };
                let more = self.dice.of(if self.kind == PolicyKind::Trust { &["sts:AssumeRole", "sts:*"] } else { &ACTIONS });
                statements[at][element].as_array_mut().expect("a list").push(more.into());
            }
            3 => drop(statements[at].as_object_mut().expect("a statement").remove("Condition")),
            _ => self.condition(statements[at].as_object_mut().expect("a statement")),
        }
        policy
    }

    pub(crate) fn request(&mut self) -> Value {
        let action = if self.kind == PolicyKind::Trust {
            self.dice.of(&["sts:AssumeRole", "sts:TagSession"])
        } else {
            self.dice.of(&ASKED)
        };
        let caller = if self.kind == PolicyKind::Identity { CALLERS[0] } else { self.dice.of(&CALLERS) };
        // the holder of a token is no principal, and has no tags of one
        let may_hold = |name: &str| !(caller.starts_with("federated:") && name.starts_with("aws:Principal"));
        let mut context = Map::new();
        for key in KEYS.iter().filter(|key| may_hold(key.name)) {
            if self.chance(70) {
                let value = if key.many { self.some(key.held) } else { self.dice.of(key.held).into() };
                context.insert(key.name.to_owned(), value);
            }
        }
        json!({
            "principal": caller, "action": action, "resource": self.dice.of(&TOUCHED), "context": context,
            "at": 1_795_651_200, "resource-account": "111122223333", "policies": {},
        })
    }
}

/// Brings a witness to the evaluator again.
pub(crate) fn check_witness(question: &Question<'_, '_>, witness: &Witness<'_, '_>) {
    let caller = witness.principal.as_deref().map_or(Some(Caller::Anonymous), Caller::parse).expect("a caller that can be read");
    let request = Request { principal: caller, action: &witness.action, resource: &witness.resource, context: &witness.context };
    match evaluate(question.allowed_by.iter().copied(), &request, &mut ()) {
        Verdict::Allowed(statement) => {
            assert!(std::ptr::eq(statement, witness.allowed_by), "another statement allows {witness:#?}");
        }
        other => panic!("{other:?}, not allowed: {witness:#?}"),
    }
    match (evaluate(question.not_by.iter().copied(), &request, &mut ()), witness.denied_by) {
        (Verdict::NotAllowed, None) => {}
        (Verdict::Denied(statement), Some(own)) => assert!(std::ptr::eq(statement, own), "another statement denies {witness:#?}"),
        (other, own) => panic!("{other:?} by the others, where {own:?} is told: {witness:#?}"),
    }
}

/// What two policies say of a request, as [`allows`] tells it.
pub(crate) fn said(policies: [&Policy<'_>; 2], request: &Value) -> [Option<bool>; 2] {
    let text = |name: &str| request[name].as_str().expect("a text");
    let mut context = Context::new();
    for (key, value) in request["context"].as_object().into_iter().flatten() {
        let value = match value {
            Value::Array(list) => ContextValue::Many(list.iter().filter_map(Value::as_str).map(Into::into).collect()),
            one => ContextValue::One(one.as_str().unwrap_or_default().into()),
        };
        context.set(key.as_str(), value);
    }
    let principal = Caller::parse(text("principal")).expect("a caller");
    derive(&mut context, principal, text("resource"), &Setting::default(), Instant::from_seconds(1_795_651_200));
    let asked = Request { principal, action: text("action"), resource: text("resource"), context: &context };
    policies.map(|policy| allows(policy, &asked))
}

/// What a policy says of a request: `Some` of whether it allows, `None` where that is open.
fn allows(policy: &Policy<'_>, request: &Request<'_>) -> Option<bool> {
    match evaluate([policy], request, &mut ()) {
        Verdict::Allowed(_) => Some(true),
        Verdict::NotAllowed | Verdict::Denied(_) => Some(false),
        Verdict::Undecided(_) => None,
        Verdict::Refused(fault) => panic!("a policy that AWS refuses: {fault:?}"),
    }
}
