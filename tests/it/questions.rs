//! Questions that nobody thought of: a row of bytes makes one, and no byte makes the simplest. What the objects mean, `oracle.rs` tells.
//!
//! The names are few, so that statements often match what is asked.

use serde_json::{Map, Value, json};

/// The choices, taken from bytes one by one; when they run out, each is the first.
pub(crate) struct Dice<'b> {
    bytes: std::slice::Iter<'b, u8>,
}

impl<'b> Dice<'b> {
    pub(crate) fn new(bytes: &'b [u8]) -> Self {
        Self { bytes: bytes.iter() }
    }

    pub(crate) fn below(&mut self, bound: usize) -> usize {
        self.bytes.next().map_or(0, |byte| usize::from(*byte) % bound)
    }

    pub(crate) fn of<'a>(&mut self, list: &[&'a str]) -> &'a str {
        list[self.below(list.len())]
    }

    /// So many times of a hundred.
    fn chance(&mut self, percent: usize) -> bool {
        self.below(100) >= 100 - percent
    }
}

/// What a question is about: actions, resources, patterns of actions, patterns of resources.
struct Scene {
    actions: &'static [&'static str],
    resources: &'static [&'static str],
    action_patterns: &'static [&'static str],
    resource_patterns: &'static [&'static str],
}

const BUCKET: Scene = Scene {
    actions: &[
        "s3:GetObject",
        "s3:PutObject",
        "s3:getobject",
        "s3:GetBucketPolicy",
        "sts:GetCallerIdentity",
        "sts:GetSessionToken",
    ],
    resources: &["arn:aws:s3:::b/x", "arn:aws:s3:::b", "arn:aws:s3:::b/x:y", "arn:aws:s3:::b/home/bob", "*"],
    action_patterns: &["*", "s3:*", "s3:GetObject", "S3:get*", "s3:Get?bject", "s?:GetObject", "sqs:*", "*:PutObject"],
    resource_patterns: &[
        "*",
        "arn:aws:s3:::b/*",
        "arn:aws:s3:::b",
        "arn:aws:s3*",
        "arn:aws:s3:::?/x",
        "arn:aws:s3:::b/home/${aws:username}",
        "arn:aws:s3:::b/${k:s, 'x'}",
        "arn:aws:s3:::b/${*}",
        "arn:*:b/x",
        "arn:aws:s3::${aws:PrincipalAccount}:b/x",
        "arn:aws:s3:::c/*",
    ],
};

const QUEUE: Scene = Scene {
    actions: &["sqs:SendMessage", "sqs:ReceiveMessage"],
    resources: &["arn:aws:sqs:eu-west-1:111122223333:q", "arn:aws:sqs:eu-west-1:444455556666:q"],
    action_patterns: &["*", "sqs:SendMessage", "sqs:*", "SQS:*Message", "s3:*", "sqs:Send?essage"],
    resource_patterns: &[
        "*",
        "arn:aws:sqs:eu-west-1:111122223333:q",
        "arn:aws:sqs:*:*:q",
        "arn:aws:sqs:*:q",
        "arn:aws:sqs:eu-west-?:444455556666:*",
        "arn:aws:sqs:e*1:111122223333:q",
        "arn:aws:sqs:e*q",
        "arn:aws:SQS:eu-west-1:111122223333:q",
        "arn:aws:sqs:eu-west-1:${aws:PrincipalAccount}:q",
    ],
};

const KEY: Scene = Scene {
    actions: &["kms:Decrypt", "kms:RetireGrant", "kms:Encrypt"],
    resources: &["arn:aws:kms:eu-west-1:111122223333:key/k", "arn:aws:kms:eu-west-1:444455556666:key/k"],
    action_patterns: &["*", "kms:*", "kms:Decrypt", "KMS:decrypt", "kms:*crypt", "kms:RetireGrant"],
    resource_patterns: &["*", "arn:aws:kms:*", "arn:aws:kms:*:*:key/*", "arn:aws:kms:eu-west-1:111122223333:key/k"],
};

const ROLE: Scene = Scene {
    actions: &["sts:AssumeRole", "sts:AssumeRoleWithWebIdentity", "sts:TagSession", "iam:GetRole"],
    resources: &["arn:aws:iam::111122223333:role/target", "arn:aws:iam::444455556666:role/target"],
    action_patterns: &["*", "sts:*", "sts:AssumeRole", "STS:assume*", "sts:TagSession", "iam:GetRole"],
    resource_patterns: &[
        "*",
        "arn:aws:iam::*:role/*",
        "arn:aws:iam::111122223333:role/target",
        "arn:aws:iam::*",
        "arn:aws:iam::1*:role/t?rget",
    ],
};

const CALLERS: [&str; 17] = [
    "arn:aws:iam::111122223333:user/bob",
    "arn:aws:iam::111122223333:user/bob",
    "arn:aws:iam::111122223333:user/team/eve",
    "arn:aws:iam::111122223333:role/app/reader",
    "arn:aws:sts::111122223333:assumed-role/reader/s1",
    "arn:aws:sts::111122223333:assumed-role/reader/s1",
    "arn:aws:sts::444455556666:assumed-role/writer/s2",
    "arn:aws:sts::111122223333:federated-user/bob",
    "arn:aws:iam::444455556666:user/dan",
    "arn:aws:iam::111122223333:root",
    "111122223333",
    "arn:aws:iam::444455556666:root",
    "service:lambda.amazonaws.com",
    "federated:cognito-identity.amazonaws.com",
    "federated:arn:aws:iam::111122223333:oidc-provider/gitlab.com",
    "canonical:79a59df900b949e5",
    "anonymous",
];

/// Kinds and names of principals; `*` alone is the bare one.
const PRINCIPALS: [&str; 26] = [
    "*",
    "AWS *",
    "AWS 111122223333",
    "AWS arn:aws:iam::111122223333:root",
    "AWS 444455556666",
    "AWS arn:aws:iam::444455556666:root",
    "AWS arn:aws:iam::111122223333:user/bob",
    "AWS arn:aws:iam::111122223333:user/team/eve",
    "AWS arn:aws:iam::111122223333:role/app/reader",
    "AWS arn:aws:iam::111122223333:role/other",
    "AWS arn:aws:sts::111122223333:assumed-role/reader/s1",
    "AWS arn:aws:sts::111122223333:assumed-role/reader/s2",
    "AWS arn:aws:iam::444455556666:role/writer",
    "AWS arn:aws:iam::444455556666:user/dan",
    "AWS arn:aws:sts::111122223333:federated-user/bob",
    "AWS arn:aws-cn:iam::111122223333:root",
    "AWS arn:aws:iam::111122223333:user/bo*",
    "AWS AIDACKCEVSQ6C2EXAMPLE",
    "Service lambda.amazonaws.com",
    "Service *",
    "Federated cognito-identity.amazonaws.com",
    "Federated Cognito-Identity.amazonaws.com",
    "Federated arn:aws:iam::111122223333:oidc-provider/gitlab.com",
    "Federated *",
    "CanonicalUser 79a59df900b949e5",
    "Service cognito-identity.amazonaws.com",
];

/// A condition key with the operators for it, values of policies, and values of requests.
struct Key {
    name: &'static str,
    operators: &'static [&'static str],
    wanted: &'static [&'static str],
    held: &'static [&'static str],
}

const KEYS: [Key; 9] = [
    Key {
        name: "k:s",
        operators: &[
            "StringEquals",
            "StringNotEquals",
            "StringLike",
            "StringNotLike",
            "StringEqualsIgnoreCase",
            "StringNotEqualsIgnoreCase",
        ],
        wanted: &[
            "x",
            "a*",
            "?b",
            "",
            "AB",
            "*",
            "É",
            "${aws:username}",
            "${k:t}",
            "${k:t, 'x'}",
            "${*}",
            "${*}${k:t}",
            "a${hole}",
            "a${?}",
            "${$}",
            "${k:m}",
            "*${k:t}b",
        ],
        held: &["x", "ab", "a*", "", "Ab", "é", "bob", "a?", "$"],
    },
    Key {
        name: "k:n",
        operators: &[
            "NumericEquals",
            "NumericNotEquals",
            "NumericLessThan",
            "NumericLessThanEquals",
            "NumericGreaterThan",
            "NumericGreaterThanEquals",
        ],
        wanted: &["10", "10.0", "9.99", "-1", "0.5", "ten", "1e1", "+5", "${k:n}"],
        held: &["10", "9", "-2.5", "10.000", "0.50", "many"],
    },
    Key {
        name: "k:d",
        operators: &[
            "DateEquals",
            "DateNotEquals",
            "DateLessThan",
            "DateLessThanEquals",
            "DateGreaterThan",
            "DateGreaterThanEquals",
        ],
        wanted: &[
            "2026-11-26",
            "2026-11-26T00:00:00Z",
            "2026-11-26T01:00+01:00",
            "2026-11-25T23:59:59.999Z",
            "1795651200",
            "2026-02",
            "2026",
            "2026-11-26T00:00:00",
            "2026-02-30",
        ],
        held: &["2026-11-26T00:00:00Z", "1795651200", "2026-11-25T22:00:00-02:00", "1969-12-31", "soon"],
    },
    Key { name: "k:b", operators: &["Bool"], wanted: &["true", "false", "True", "${k:b}"], held: &["true", "false", "yes"] },
    Key {
        name: "k:x",
        operators: &["BinaryEquals"],
        wanted: &["QUJD", "QQ==", "QQ", "+/8="],
        held: &["QUJD", "QQ==", "+/8=", "QUI="],
    },
    Key {
        name: "aws:SourceIp",
        operators: &["IpAddress", "NotIpAddress"],
        wanted: &[
            "203.0.113.0/24",
            "203.0.113.7",
            "0.0.0.0/0",
            "203.0.113.9/30",
            "2001:DB8::/32",
            "::/0",
            "203.0.113.*",
            "10.0.0.0/33",
            "10.0/8",
        ],
        held: &["203.0.113.7", "198.51.100.1", "2001:db8::1", "::ffff:203.0.113.7", "here"],
    },
    Key {
        name: "aws:SourceArn",
        operators: &["ArnEquals", "ArnLike", "ArnNotEquals", "ArnNotLike"],
        wanted: &[
            "arn:aws:sns:eu-west-1:111122223333:t",
            "arn:aws:sns:*:*:t*",
            "*",
            "arn:aws:sns:*:t",
            "arn:aws:sns*",
            "arn:aws:sns:eu-west-?:111122223333:${k:t}",
            "arn:*:*:*:*:*",
            "arn:aws:s3:::${k:t, 'b'}*",
        ],
        held: &["arn:aws:sns:eu-west-1:111122223333:t", "arn:aws:s3:::b", "arn:aws:sns:eu-west-1:111122223333:t:u", "bucket"],
    },
    Key {
        name: "k:m",
        operators: &["StringEquals", "StringNotEquals", "StringLike", "StringNotLike"],
        wanted: &["a", "b", "a*", "", "x", "${k:t}"],
        held: &["a", "b", "ab", "", "x"],
    },
    Key {
        name: "aws:PrincipalArn",
        operators: &["ArnEquals", "ArnLike", "ArnNotLike", "StringEquals", "StringNotLike"],
        wanted: &["arn:aws:iam::111122223333:*", "arn:aws:iam::*:user/bob", "arn:aws:iam::111122223333:role/reader", "*"],
        held: &[],
    },
];

/// What is wrong with a statement that AWS refuses.
const SPOILT: [&str; 7] = ["effect", "action", "element", "operator", "both", "version", "principal"];

/// A whole question.
pub(crate) fn question(dice: &mut Dice<'_>) -> Value {
    let scene = [BUCKET, BUCKET, QUEUE, KEY, ROLE].into_iter().nth(dice.below(5)).unwrap_or(BUCKET);
    let mut question = json!({ "principal": CALLERS[dice.below(CALLERS.len())], "at": 1_795_651_200 });
    question["action"] = dice.of(scene.actions).into();
    question["resource"] = dice.of(scene.resources).into();
    question["context"] = context(dice);
    for (name, percent) in [("partial-context", 8), ("management-account", 12), ("service-linked-role", 8), ("rcps-cover", 70)] {
        question[name] = dice.chance(percent).into();
    }
    if dice.chance(25) {
        question["resource-account"] = dice.of(&["111122223333", "444455556666"]).into();
    }
    let role = question["resource"].as_str().is_some_and(|own| own.contains(":role/"));
    let mut maker = Maker { dice, scene, spoilt: None };
    maker.spoilt = maker.dice.chance(11).then(|| SPOILT[maker.dice.below(SPOILT.len())]);
    question["policies"] = maker.policies(if role { "trust" } else { "resource" });
    if dice.chance(7) {
        let without = question["policies"]["resource"].is_null();
        let types: &[&str] = if without { &["resource"] } else { &["identity", "boundary", "session", "scp", "rcp", "endpoint"] };
        question["missing"] = json!([dice.of(types)]);
    }
    question
}

/// The same question with a further statement of this effect in one of its policies; none where it has no policy that may hold one.
pub(crate) fn with_statement(dice: &mut Dice<'_>, question: &Value, effect: &str) -> Option<Value> {
    let mut question = question.clone();
    let resource = question["resource"].as_str()?;
    let scene = [BUCKET, QUEUE, KEY, ROLE].into_iter().find(|scene| scene.resources.contains(&resource))?;
    let own = if resource.contains(":role/") { "trust" } else { "resource" };
    let mut texts: Vec<_> = question["policies"].as_object_mut()?.iter_mut().collect();
    texts.retain(|(name, own)| {
        !(*name == "rcp" && effect == "Allow") && own.pointer("/0").unwrap_or(own) != &Value::Array(Vec::new())
    });
    let at = dice.below(texts.len().max(1));
    let (name, place) = texts.into_iter().nth(at)?;
    let kind = if name == "resource" { own } else { name.as_str() };
    let text = match place {
        Value::Array(list) => match list.first_mut()? {
            Value::Array(level) => level.first_mut()?,
            text => text,
        },
        text => text,
    };
    let mut policy: Value = serde_json::from_str(text.as_str()?).ok()?;
    let mut maker = Maker { dice, scene, spoilt: None };
    let statement = maker.statement(kind, if effect == "Deny" { 100 } else { 0 });
    let statements = policy["Statement"].take();
    let mut statements = if let Value::Array(list) = statements { list } else { vec![statements] };
    statements.insert(maker.dice.below(statements.len() + 1), statement);
    policy["Statement"] = statements.into();
    *text = policy.to_string().into();
    Some(question)
}

/// The same question with the statements of each policy, and the policies of each union, the other way round.
pub(crate) fn turned(question: &Value) -> Value {
    fn turn(value: &mut Value) {
        match value {
            Value::Array(list) => {
                list.reverse();
                list.iter_mut().for_each(turn);
            }
            Value::String(text) => {
                let mut policy: Value = serde_json::from_str(text).unwrap_or_default();
                if let Some(list) = policy["Statement"].as_array_mut() {
                    list.reverse();
                }
                *text = policy.to_string();
            }
            _ => {}
        }
    }
    let mut question = question.clone();
    question["policies"].as_object_mut().into_iter().flatten().for_each(|(_, own)| turn(own));
    question
}

fn context(dice: &mut Dice<'_>) -> Value {
    let mut context = Map::new();
    for key in KEYS.iter().filter(|key| !key.held.is_empty()) {
        if dice.chance(60) {
            let value = match key.name {
                _ if dice.chance(4) => Value::Null,
                "k:m" => (0..dice.below(3)).map(|_| Value::from(dice.of(key.held))).collect(),
                _ if dice.chance(4) => json!([dice.of(key.held)]),
                _ => dice.of(key.held).into(),
            };
            context.insert(cased(dice, key.name), value);
        }
    }
    if dice.chance(10) {
        context.insert("aws:FederatedProvider".to_owned(), dice.of(&["cognito-identity.amazonaws.com", "x"]).into());
    }
    if dice.chance(60) {
        context.insert("k:t".to_owned(), dice.of(&["x", "t", "a*", "b", "", "ab"]).into());
    }
    context.into()
}

/// A name in some letter case.
fn cased(dice: &mut Dice<'_>, name: &str) -> String {
    match dice.below(6) {
        4 => name.to_uppercase(),
        5 => name.to_lowercase(),
        _ => name.to_owned(),
    }
}

struct Maker<'d, 'b> {
    dice: &'d mut Dice<'b>,
    scene: Scene,
    /// What is to be wrong with the next statement.
    spoilt: Option<&'static str>,
}

impl Maker<'_, '_> {
    fn policies(&mut self, own: &str) -> Value {
        let mut policies = json!({});
        if self.dice.chance(85) {
            policies["identity"] = self.several("identity", 3, 45);
        }
        if self.dice.chance(60) {
            policies["resource"] = self.policy(own, 45).into();
        }
        for (kind, percent) in [("boundary", 15), ("session", 25), ("endpoint", 12)] {
            if self.dice.chance(percent) {
                policies[kind] = self.several(kind, 2, 20);
            }
        }
        for (kind, percent) in [("scp", 22), ("rcp", 18)] {
            if self.dice.chance(percent) {
                policies[kind] = (0..=self.dice.below(2)).map(|_| self.several(kind, 3, 20)).collect();
            }
        }
        policies
    }

    /// Mostly one, sometimes more or none.
    fn several(&mut self, kind: &str, most: usize, denies: usize) -> Value {
        let count = if self.dice.chance(85) { 1 } else { self.dice.below(most) };
        (0..count).map(|_| Value::from(self.policy(kind, denies))).collect()
    }

    /// The text of a policy.
    fn policy(&mut self, kind: &str, denies: usize) -> String {
        let count = if kind == "rcp" { 1 } else { 1 + self.dice.below(3) };
        let mut statements: Vec<Value> =
            (0..count).map(|at| self.statement(kind, if at > 0 { denies } else { denies / 3 })).collect();
        let mut policy = Map::new();
        let organization = kind == "scp" || kind == "rcp";
        let version = if organization || self.dice.chance(80) { "2012-10-17" } else { self.dice.of(&["2008-10-17", ""]) };
        let version = if self.spoilt == Some("version") { self.spoil("2012-10-18") } else { version };
        if !version.is_empty() {
            policy.insert("Version".to_owned(), version.into());
        }
        let one = count == 1 && self.dice.chance(30);
        policy.insert("Statement".to_owned(), if one { statements.remove(0) } else { statements.into() });
        let mut text = String::new();
        write(&policy.into(), self.dice.below(4), 0, &mut text);
        text
    }

    fn spoil<T>(&mut self, with: T) -> T {
        self.spoilt = None;
        with
    }

    /// `denies`: in how many of a hundred it is a Deny.
    fn statement(&mut self, kind: &str, denies: usize) -> Value {
        let deny = kind == "rcp" || self.dice.chance(denies);
        let mut statement = Map::new();
        let effect = if deny { "Deny" } else { "Allow" };
        statement.insert("Effect".to_owned(), if self.spoilt == Some("effect") { self.spoil("allow") } else { effect }.into());
        if let "trust" | "resource" | "rcp" | "endpoint" = kind {
            let not = deny && kind == "resource" && self.dice.chance(40);
            statement.insert(if not { "NotPrincipal" } else { "Principal" }.to_owned(), self.principal(kind, not));
        } else if self.spoilt == Some("principal") {
            statement.insert("Principal".to_owned(), self.spoil("*").into());
        }
        let not_action = kind != "trust" && kind != "rcp" && self.dice.chance(8);
        let broad = !deny && self.dice.chance(50);
        let own_patterns = self.scene.action_patterns;
        let patterns: Vec<&str> = match kind {
            "trust" => own_patterns.iter().copied().filter(|own| own.to_lowercase().starts_with("sts:")).collect(),
            "rcp" => own_patterns
                .iter()
                .copied()
                .filter(|own| !own.split(':').next().unwrap_or_default().contains(['*', '?']))
                .collect(),
            _ if broad && !not_action => vec!["*"],
            _ => own_patterns.to_vec(),
        };
        let actions = self.list(&patterns, 3);
        let actions = if self.spoilt == Some("action") { self.spoil(json!(["s3GetObject"])) } else { actions };
        statement.insert(if not_action { "NotAction" } else { "Action" }.to_owned(), actions);
        if self.spoilt == Some("both") {
            statement.insert("NotAction".to_owned(), self.spoil("s3:GetObject").into());
            statement.insert("Action".to_owned(), "s3:GetObject".into());
        }
        if kind != "trust" {
            let not = self.dice.chance(8);
            let patterns = if broad && !not { &["*"] } else { self.scene.resource_patterns };
            let resources = self.list(patterns, 3);
            statement.insert(if not { "NotResource" } else { "Resource" }.to_owned(), resources);
        }
        if self.dice.chance(if broad { 35 } else { 55 }) {
            statement.insert("Condition".to_owned(), self.conditions());
        }
        if self.spoilt == Some("element") {
            statement.insert("Resources".to_owned(), self.spoil("*").into());
        }
        statement.into()
    }

    fn principal(&mut self, kind: &str, not: bool) -> Value {
        if kind == "rcp" || kind == "endpoint" && self.dice.chance(70) {
            return "*".into();
        }
        let mut kinds = Map::new();
        for _ in 0..=self.dice.below(3) {
            let among = match self.dice.below(100) {
                75.. if not => &PRINCIPALS[..],
                _ if not => &PRINCIPALS[2..12],
                75.. => &PRINCIPALS[..2],
                _ => &PRINCIPALS[..],
            };
            match self.dice.of(among).split_once(' ') {
                None => return "*".into(),
                Some((kind, name)) => {
                    let list = kinds.entry(kind).or_insert_with(|| json!([]));
                    list.as_array_mut().into_iter().for_each(|list| list.push(name.into()));
                }
            }
        }
        for list in kinds.values_mut() {
            let alone = list.as_array().filter(|list| list.len() == 1).map(|list| list[0].clone());
            if let Some(one) = alone.filter(|_| self.dice.chance(50)) {
                *list = one;
            }
        }
        kinds.into()
    }

    fn conditions(&mut self) -> Value {
        let mut operators = Map::new();
        for _ in 0..=self.dice.below(2) {
            let key = &KEYS[self.dice.below(KEYS.len())];
            let of_other = self.dice.chance(4);
            let from = if of_other { &KEYS[self.dice.below(KEYS.len())] } else { key };
            let mut operator = self.dice.of(from.operators).to_owned();
            let mut values = self.list(from.wanted, 3);
            if self.dice.chance(8) {
                operator = String::from("Null");
                values = self.list(&["true", "false", "yes"], 2);
            } else if self.dice.chance(20) {
                operator.push_str("IfExists");
            }
            if self.spoilt == Some("operator") {
                operator = String::from(self.spoil("StringMatches"));
            }
            if self.dice.chance(if key.name == "k:m" { 85 } else { 8 }) && !operator.starts_with("Null") {
                operator = format!("{}:{operator}", self.dice.of(&["ForAllValues", "ForAnyValue"]));
            }
            let name = cased(self.dice, key.name);
            let keys = operators.entry(operator).or_insert_with(|| json!({}));
            // the same key twice, be it in other letter case, is refused
            keys.as_object_mut().into_iter().filter(|keys| keys.is_empty()).for_each(|keys| {
                keys.insert(name.clone(), values.clone());
            });
        }
        operators.into()
    }

    /// One, or a list of some; rarely of none.
    fn list(&mut self, from: &[&str], most: usize) -> Value {
        match self.dice.below(40) {
            0..24 => self.scalar(from),
            24..39 => (0..=self.dice.below(most)).map(|_| self.scalar(from)).collect(),
            _ => (0..self.dice.below(2)).map(|_| self.scalar(from)).collect(),
        }
    }

    fn scalar(&mut self, from: &[&str]) -> Value {
        let text = self.dice.of(from);
        match text {
            "true" | "false" if self.dice.chance(40) => (text == "true").into(),
            "10" | "-1" if self.dice.chance(40) => serde_json::from_str(text).unwrap_or(Value::Null),
            _ => text.into(),
        }
    }
}

/// Writes JSON in one of four hands: close, with spaces, in lines, and in lines with the elements turned round and letters escaped.
fn write(value: &Value, hand: usize, depth: usize, out: &mut String) {
    let gap = ["", " ", "\n", "\r\n"][hand];
    let turn = |out: &mut String, depth: usize| {
        out.push_str(gap);
        out.push_str(&"\t".repeat(if hand > 1 { depth } else { 0 }));
    };
    let string = |text: &str, out: &mut String| {
        let plain = Value::from(text).to_string();
        out.push_str(&if hand == 3 { plain.replace('a', "\\u0061").replace('/', "\\/") } else { plain });
    };
    match value {
        Value::String(text) => string(text, out),
        Value::Array(list) => {
            out.push('[');
            for (at, own) in list.iter().enumerate() {
                out.push_str(if at > 0 { "," } else { "" });
                turn(out, depth + 1);
                write(own, hand, depth + 1, out);
            }
            turn(out, depth);
            out.push(']');
        }
        Value::Object(map) => {
            out.push('{');
            let mut entries: Vec<_> = map.iter().collect();
            if hand == 3 {
                entries.reverse();
            }
            for (at, (name, own)) in entries.into_iter().enumerate() {
                out.push_str(if at > 0 { "," } else { "" });
                turn(out, depth + 1);
                string(name, out);
                out.push_str(if hand > 0 { ": " } else { ":" });
                write(own, hand, depth + 1, out);
            }
            turn(out, depth);
            out.push('}');
        }
        other => out.push_str(&other.to_string()),
    }
}
