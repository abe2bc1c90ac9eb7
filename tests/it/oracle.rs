//! A second evaluator, slow and obvious: docs/semantics.md read anew, over plain JSON, without a word of the tool's own code.
//!
//! A question is an object: `principal`, `action`, `resource`, `at` (seconds), `context` (a text, a list of texts, or null for a value
//! that is not known), `partial-context`, `resource-account`, `management-account`, `service-linked-role`, `rcps-cover`, and `policies`
//! with the texts of policies by type: lists, but for `resource` one text, and for `scp` and `rcp` a list for each level. `missing` lists
//! the types of which there is a further policy whose text is not known.

#[path = "oracle/values.rs"]
mod values;

use std::collections::BTreeSet;

use serde_json::Value;
use values::{
    Letter, arn_like, bool_of, both, bytes_of, matches, moment_of, number_of, ordered, plain, read_both_ways, resource_steps,
    steps, wild, within,
};

/// In this order, so that "and" is the least and "or" the greatest.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Truth {
    No,
    Open,
    Yes,
}

use Truth::{No, Open, Yes};

/// How an Allow of a resource's policy names the caller.
const ITSELF: usize = 0;
const ROLE: usize = 1;
const ACCOUNT: usize = 2;

/// `allowed`, `denied-explicit`, `denied-implicit: TYPE, …`, `undecided` or `error`.
pub(crate) fn answer(question: &Value) -> String {
    let ask = Ask::of(question);
    let given = |name: &str| {
        let all = levels(&question["policies"][name]);
        // of several boundaries each must allow
        if name == "boundary" { all.into_iter().flatten().map(|policy| vec![policy]).collect() } else { all }
    };
    let taken = ask.is_role() && (ask.is_of("sts") || !question["policies"]["resource"].is_null());
    let own = if taken { "trust" } else { "resource" };
    let document = if ask.is_role() { "trust" } else { "resource" };
    let types = ["identity", "boundary", "session", "scp", "rcp", "endpoint", "resource"].map(|name| (name, given(name)));
    let kind_of = |name: &'static str| if name == "resource" { own } else { name };
    if types.iter().any(|(name, levels)| {
        levels.iter().flatten().any(|policy| refused(if *name == "resource" { document } else { name }, policy))
    }) {
        return "error".to_owned();
    }
    let counting = types.map(|(name, levels)| (kind_of(name), if ask.counts(name) { levels } else { Vec::new() }));
    let [identity, boundary, session, scp, _, endpoint, resource] = &counting;

    let deny = counting.iter().flat_map(|(kind, levels)| levels.iter().flatten().map(|policy| ask.says("Deny", kind, policy)));
    let deny = deny.flatten().max().unwrap_or(No);
    let misses = |name: &str| ask.misses(name) && ask.counts(name);
    let deny = if ask.misses_any() { deny.max(Open) } else { deny };
    if ask.needs_nothing() {
        return "allowed".to_owned();
    }
    if deny == Yes {
        return "denied-explicit".to_owned();
    }

    let grants = |(kind, levels): &(&str, Vec<Vec<Value>>)| {
        let union = |level: &Vec<Value>| level.iter().flat_map(|policy| ask.says("Allow", kind, policy)).max().unwrap_or(No);
        let mut grants = levels.iter().map(union).collect::<Vec<_>>();
        match (misses(kind), *kind) {
            (false, _) => {}
            // a level, or a boundary, of its own
            (true, "boundary" | "scp") => grants.push(Open),
            (true, _) => grants = vec![grants.into_iter().max().unwrap_or(No).max(Open)],
        }
        grants
    };
    let all = |list: Vec<Truth>| list.into_iter().min().unwrap_or(Yes);
    let (identity, boundary) = (grants(identity).into_iter().max().unwrap_or(No), all(grants(boundary)));
    let session = if ask.is("federated-user") && grants(session).is_empty() { No } else { all(grants(session)) };
    let (scp, endpoint) = (all(grants(scp)), all(grants(endpoint)));
    let (identity, boundary, session) = if ask.is("root") { (Yes, Yes, Yes) } else { (identity, boundary, session) };
    let mut named = [No; 3];
    for policy in resource.1.iter().flatten() {
        let own = ask.says("Allow", resource.0, policy);
        named = [0, 1, 2].map(|level| named[level].max(own[level]));
    }
    let must = ask.resource_must_allow();
    if misses("resource") || must && question["policies"]["resource"].is_null() {
        named = named.map(|own| own.max(Open));
    }
    let any = named.into_iter().max().unwrap_or(No);

    let limits = boundary.min(session);
    let mut blocks = BTreeSet::new();
    let mut block = |truth: Truth, name: &'static str| {
        if truth == No {
            blocks.insert(name);
        }
    };
    let access = if !ask.has_identity() {
        block(any, own);
        any
    } else if ask.is_cross_account() {
        for (truth, name) in [(any, own), (identity, "identity"), (boundary, "boundary"), (session, "session")] {
            block(truth, name);
        }
        any.min(identity).min(limits)
    } else {
        let by_identity = if must { identity.min(any) } else { identity };
        let access = named[ITSELF].max(named[ROLE].max(by_identity).min(limits));
        if access == No {
            let granted = if must { any } else { Yes };
            let asked = [(named[ROLE].max(identity), "identity"), (granted, own), (boundary, "boundary"), (session, "session")];
            for (truth, name) in asked {
                block(truth, name);
            }
        }
        access
    };
    let caller = truth(!(ask.is("root") && ask.action.eq_ignore_ascii_case("sts:AssumeRole")));
    block(caller, "caller");
    block(scp, "scp");
    block(endpoint, "endpoint");
    match (deny, access.min(caller).min(scp).min(endpoint)) {
        (_, No) => format!("denied-implicit: {}", blocks.into_iter().collect::<Vec<_>>().join(", ")),
        (No, Yes) => "allowed".to_owned(),
        _ => "undecided".to_owned(),
    }
}

/// The policies of a type, read, by level: an empty list of policies is no level, but that of a level is one.
fn levels(given: &Value) -> Vec<Vec<Value>> {
    let read = |text: &Value| serde_json::from_str(text.as_str().unwrap()).unwrap();
    match given {
        Value::Null => Vec::new(),
        Value::Array(list) if list.is_empty() => Vec::new(),
        Value::Array(list) if list[0].is_array() => {
            list.iter().map(|level| list_of(level).into_iter().map(read).collect()).collect()
        }
        other => vec![list_of(other).into_iter().map(read).collect()],
    }
}

fn list_of(value: &Value) -> Vec<&Value> {
    match value {
        Value::Array(list) => list.iter().collect(),
        one => vec![one],
    }
}

fn text_of(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn not(truth: Truth) -> Truth {
    [Yes, Open, No][truth as usize]
}

fn truth(yes: bool) -> Truth {
    if yes { Yes } else { No }
}

// What AWS refuses to store.

fn refused(kind: &str, policy: &Value) -> bool {
    let organization = ["scp", "rcp"].contains(&kind);
    let version = match policy.get("Version").map(|version| version.as_str().unwrap_or_default()) {
        Some("2012-10-17") => true,
        Some("2008-10-17") | None => !organization,
        Some(_) => false,
    };
    !version
        || has_other(policy, &["Version", "Id", "Statement"])
        || list_of(&policy["Statement"]).into_iter().any(|own| wrong(kind, own))
}

fn has_other(object: &Value, names: &[&str]) -> bool {
    object.as_object().is_none_or(|map| map.keys().any(|name| !names.contains(&name.as_str())))
}

fn wrong(kind: &str, statement: &Value) -> bool {
    let has = |name: &str| usize::from(statement.get(name).is_some());
    let principals = has("Principal") + has("NotPrincipal");
    let resources = has("Resource") + has("NotResource");
    let actions = list_of(statement.get("Action").unwrap_or(&statement["NotAction"]));
    let actions: Vec<String> = actions.into_iter().map(text_of).collect();
    let operators = statement["Condition"].as_object().into_iter().flatten();
    let of_kind = match kind {
        "trust" => {
            let sts = |action: &String| action == "*" || action.to_lowercase().starts_with("sts:");
            has("Principal") == 1 && principals == 1 && resources == 0 && actions.iter().all(sts)
        }
        "rcp" => {
            statement["Principal"] == "*"
                && principals == 1
                && has("NotAction") == 0
                && statement["Effect"] == "Deny"
                && resources == 1
        }
        "resource" | "endpoint" => principals == 1 && resources <= 1,
        _ => principals == 0 && resources == 1,
    };
    !of_kind
        || has_other(
            statement,
            &["Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition"],
        )
        || !["Allow", "Deny"].contains(&text_of(&statement["Effect"]).as_str())
        || has("Action") + has("NotAction") != 1
        || actions.iter().any(|action| action != "*" && !action.contains(':'))
        || operators.into_iter().any(|(operator, _)| Operator::of(operator).is_none())
}

/// An operator: `ForAllValues:StringNotEqualsIfExists`.
struct Operator<'a> {
    set: Option<&'a str>,
    base: &'a str,
    if_exists: bool,
}

const STRINGS: [&str; 6] =
    ["StringEquals", "StringNotEquals", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", "StringLike", "StringNotLike"];
const ARNS: [&str; 4] = ["ArnEquals", "ArnNotEquals", "ArnLike", "ArnNotLike"];
const ORDERS: [&str; 6] = ["Equals", "NotEquals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals"];
const OTHERS: [&str; 4] = ["Bool", "BinaryEquals", "IpAddress", "NotIpAddress"];

impl<'a> Operator<'a> {
    fn of(name: &'a str) -> Option<Self> {
        let (set, rest) = match name.split_once(':') {
            Some((set, rest)) => (Some(set), rest),
            None => (None, name),
        };
        let base = rest.strip_suffix("IfExists").unwrap_or(rest);
        let ordered = base.strip_prefix("Numeric").or(base.strip_prefix("Date")).is_some_and(|order| ORDERS.contains(&order));
        let known = STRINGS.contains(&base) || ARNS.contains(&base) || OTHERS.contains(&base) || ordered || rest == "Null";
        let sets = set.is_none_or(|set| ["ForAllValues", "ForAnyValue"].contains(&set));
        (known && sets).then_some(Self { set, base, if_exists: base != rest })
    }

    fn is_negated(&self) -> bool {
        self.base.contains("Not")
    }

    fn takes_variables(&self) -> bool {
        self.base.starts_with("String") || self.base.starts_with("Arn")
    }
}

// Who asks for what.

struct Ask<'q> {
    question: &'q Value,
    caller: &'q str,
    action: &'q str,
    resource: &'q str,
    /// Names in lower case.
    keys: Vec<(String, Value)>,
}

/// What a request holds for a condition key.
enum Got {
    Absent,
    Unknown,
    One(String),
    Many(Vec<String>),
}

impl<'q> Ask<'q> {
    fn of(question: &'q Value) -> Self {
        let text = |name: &str| question[name].as_str().unwrap();
        let given = question["context"].as_object().into_iter().flatten();
        let mut ask = Self {
            question,
            caller: text("principal"),
            action: text("action"),
            resource: text("resource"),
            keys: given.map(|(name, value)| (name.to_lowercase(), value.clone())).collect(),
        };
        for (name, value) in ask.derived() {
            if !ask.keys.iter().any(|(own, _)| *own == name.to_lowercase()) {
                ask.keys.push((name.to_lowercase(), value.into()));
            }
        }
        ask
    }

    fn misses(&self, name: &str) -> bool {
        self.question["missing"].as_array().is_some_and(|list| list.iter().any(|own| own == name))
    }

    fn misses_any(&self) -> bool {
        ["identity", "boundary", "session", "scp", "rcp", "endpoint", "resource"]
            .iter()
            .any(|name| self.misses(name) && self.counts(name))
    }

    fn flag(&self, name: &str) -> bool {
        self.question[name] == true
    }

    /// The keys that AWS always fills in.
    fn derived(&self) -> Vec<(&'static str, String)> {
        let at = self.question["at"].to_string();
        let mut keys = vec![("aws:CurrentTime", at.clone()), ("aws:EpochTime", at)];
        keys.extend(self.resource_account().map(|account| ("aws:ResourceAccount", account)));
        if self.has_identity() {
            let account = self.account().unwrap();
            let [partition, _, name] = self.parts();
            let named = name.split('/').collect::<Vec<_>>();
            let (kind, arn) = match named[0] {
                "root" => ("Account", format!("arn:{partition}:iam::{account}:root")),
                "user" => ("User", self.caller.to_owned()),
                "federated-user" => ("FederatedUser", self.caller.to_owned()),
                "assumed-role" => ("AssumedRole", format!("arn:{partition}:iam::{account}:role/{}", named[1])),
                _ => ("AssumedRole", self.caller.to_owned()),
            };
            keys.extend([("aws:PrincipalType", kind.to_owned()), ("aws:PrincipalArn", arn), ("aws:PrincipalAccount", account)]);
            keys.push(("aws:PrincipalIsAWSService", "false".to_owned()));
            if kind == "User" {
                keys.push(("aws:username", named[named.len() - 1].to_owned()));
            }
        } else if let Some(service) = self.caller.strip_prefix("service:") {
            keys.push(("aws:PrincipalIsAWSService", "true".to_owned()));
            keys.push(("aws:PrincipalServiceName", service.to_owned()));
        } else if self.caller == "anonymous" {
            keys.extend(["aws:PrincipalAccount", "aws:userid"].map(|name| (name, "anonymous".to_owned())));
            keys.push(("aws:PrincipalType", "Anonymous".to_owned()));
        }
        keys
    }

    fn got(&self, key: &str) -> Got {
        match self.keys.iter().find(|(name, _)| *name == key.to_lowercase()).map(|(_, value)| value) {
            None if self.flag("partial-context") => Got::Unknown,
            None => Got::Absent,
            Some(Value::Null) => Got::Unknown,
            Some(Value::Array(list)) => Got::Many(list.iter().map(text_of).collect()),
            Some(one) => Got::One(text_of(one)),
        }
    }

    /// The partition, the account and the last part of the caller's ARN.
    fn parts(&self) -> [String; 3] {
        parts_of(self.caller).unwrap_or_else(|| ["aws".to_owned(), self.caller.to_owned(), "root".to_owned()])
    }

    fn has_identity(&self) -> bool {
        self.caller.starts_with("arn:") || is_account(self.caller)
    }

    /// Whether it is a `user`, `role`, `assumed-role`, `federated-user` or `root`.
    fn is(&self, kind: &str) -> bool {
        self.has_identity() && self.parts()[2].split('/').next() == Some(kind)
    }

    fn account(&self) -> Option<String> {
        self.has_identity().then(|| self.parts()[1].clone())
    }

    fn resource_account(&self) -> Option<String> {
        let given = self.question["resource-account"].as_str().map(str::to_owned);
        let told = parts_of(self.resource).map(|[_, account, _]| account).filter(|account| is_account(account));
        given.or(told).or(self.account())
    }

    fn is_cross_account(&self) -> bool {
        self.account() != self.resource_account()
    }

    fn is_role(&self) -> bool {
        self.resource.split(':').nth(2) == Some("iam") && self.resource.contains(":role/")
    }

    fn is_of(&self, service: &str) -> bool {
        self.action.to_lowercase().starts_with(&format!("{service}:"))
    }

    /// Whether the resource is one whose policy must allow, also in its own account.
    fn resource_must_allow(&self) -> bool {
        let key = self.resource.split(':').nth(2) == Some("kms") && self.resource.contains(":key/");
        key || self.is_role() && self.is_of("sts")
    }

    /// Two actions are nobody's to allow or to deny.
    fn needs_nothing(&self) -> bool {
        let action = self.action.to_lowercase();
        self.has_identity() && ["sts:getcalleridentity", "sts:getsessiontoken"].contains(&action.as_str())
    }

    /// Whether the policies of a type have to do with this request.
    fn counts(&self, name: &str) -> bool {
        let action = self.action.to_lowercase();
        let is_linked = |arn: &str| arn.contains(":iam:") && arn.contains(":role/aws-service-role/");
        let of_session = self.is("role") || self.is("assumed-role");
        let told = of_session && matches!(self.got("aws:principalarn"), Got::One(arn) if is_linked(&arn));
        let linked = self.flag("service-linked-role") || is_linked(self.caller) || told;
        let management = self.flag("management-account") && self.has_identity();
        match name {
            "identity" | "boundary" | "session" => self.has_identity() && !self.is("root"),
            "scp" => self.has_identity() && !linked && !management,
            "rcp" => {
                let own = management && !self.is_cross_account();
                self.flag("rcps-cover") && !linked && !own && action != "kms:retiregrant"
            }
            "resource" if self.is_role() => self.is_of("sts"),
            "resource" => {
                let own = ["s3:getbucketpolicy", "s3:putbucketpolicy", "s3:deletebucketpolicy"].contains(&action.as_str());
                !(own && self.is("root") && !self.is_cross_account())
            }
            _ => true,
        }
    }

    // Statements.

    /// Whether some statement of this effect applies, by how it names the caller.
    fn says(&self, effect: &str, kind: &str, policy: &Value) -> [Truth; 3] {
        let mut said = [No; 3];
        for statement in list_of(&policy["Statement"]) {
            if statement["Effect"] == effect {
                let named = self.named(kind, statement);
                let rest = self.acts(statement).min(self.touches(policy, statement)).min(self.holds(policy, statement));
                said = [0, 1, 2].map(|level| said[level].max(named[level].min(rest)));
            }
        }
        said
    }

    fn acts(&self, statement: &Value) -> Truth {
        one_or_not(statement, "Action", |pattern| {
            let (pattern, action) = (pattern.to_lowercase(), self.action.to_lowercase());
            let found = matches(&steps(&wild(&pattern), true), &action);
            let open_prefix = pattern != "*" && pattern.split(':').next().unwrap().contains(['*', '?']);
            if found && open_prefix { Open } else { truth(found) }
        })
    }

    fn touches(&self, policy: &Value, statement: &Value) -> Truth {
        if statement.get("Resource").or(statement.get("NotResource")).is_none() {
            return Yes;
        }
        one_or_not(statement, "Resource", |pattern| {
            let letters = match self.fill(policy, pattern) {
                Ok(letters) => letters,
                Err(truth) => return truth,
            };
            let colons = letters.iter().scan(0, |colons, letter| {
                *colons += usize::from(*letter == Letter::Text(':'));
                Some((*colons, letter))
            });
            let early = colons.into_iter().any(|(colons, letter)| colons < 5 && *letter == Letter::Variable);
            match read_both_ways(&letters, |letters| matches(&resource_steps(letters), self.resource)) {
                No => No,
                found => {
                    if early {
                        Open
                    } else {
                        found
                    }
                }
            }
        })
    }

    fn holds(&self, policy: &Value, statement: &Value) -> Truth {
        let operators = statement["Condition"].as_object().into_iter().flatten();
        let each = operators.flat_map(|(operator, keys)| {
            let keys = keys.as_object().into_iter().flatten();
            keys.map(move |(key, values)| self.condition(policy, &Operator::of(operator).unwrap(), key, &list_of(values)))
        });
        each.min().unwrap_or(Yes)
    }

    // Principals.

    fn named(&self, kind: &str, statement: &Value) -> [Truth; 3] {
        let entries = |element: &str| match &statement[element] {
            Value::Object(kinds) => {
                let each =
                    kinds.iter().flat_map(|(kind, list)| list_of(list).into_iter().map(move |own| (kind.clone(), text_of(own))));
                each.collect::<Vec<_>>()
            }
            star => vec![(text_of(star), String::new())],
        };
        if statement.get("Principal").is_some() {
            let deny = statement["Effect"] == "Deny";
            let each = entries("Principal").into_iter().map(|(type_, name)| self.named_by(kind, deny, &type_, &name));
            return each.fold([No; 3], |all, own| [0, 1, 2].map(|level| all[level].max(own[level])));
        }
        if statement.get("NotPrincipal").is_some() {
            return [not(self.spared(&entries("NotPrincipal"))), No, No];
        }
        [Yes, No, No]
    }

    fn named_by(&self, kind: &str, deny: bool, type_: &str, name: &str) -> [Truth; 3] {
        let is = |prefix: &str| self.caller.strip_prefix(prefix);
        let itself = |truth: Truth| [truth, No, No];
        let trusts = kind == "trust" && !deny;
        match type_ {
            // whether AWS stores the bare one in a trust policy is not said
            "*" => itself(if trusts { Open } else { Yes }),
            "AWS" if name == "*" => itself(if trusts && is("federated:").is_some() { Open } else { Yes }),
            // which account a canonical id is of is not told
            "AWS" if is("canonical:").is_some() => {
                let account = name.ends_with(":root") || is_account(name);
                itself(if account { Open } else { No })
            }
            "AWS" => self.named_by_arn(kind, name),
            "Service" => itself(is("service:").map_or(No, |own| if name == "*" { Open } else { truth(own == name) })),
            "Federated" => match is("federated:") {
                Some(own) if own == name => itself(if kind == "trust" { Yes } else { Open }),
                Some(own) => itself(if own.eq_ignore_ascii_case(name) || name == "*" { Open } else { No }),
                None => itself(if kind != "trust" && self.may_have_come_by(name) { Open } else { No }),
            },
            _ => [is("canonical:").map_or(No, |own| truth(own == name)), No, if self.has_identity() { Open } else { No }],
        }
    }

    /// Whether the session was got by this provider, as far as is known.
    fn may_have_come_by(&self, provider: &str) -> bool {
        let told = match self.got("aws:FederatedProvider") {
            Got::One(own) => own == provider,
            Got::Unknown => true,
            Got::Absent | Got::Many(_) => false,
        };
        told && (self.is("role") || self.is("assumed-role"))
    }

    fn named_by_arn(&self, kind: &str, name: &str) -> [Truth; 3] {
        if !self.has_identity() {
            return [No; 3];
        }
        let [partition, account, own] = self.parts();
        // the number of an account does not tell the partition
        let root = parts_of(name).filter(|[its, ..]| *its == partition || is_account(self.caller));
        let of_account = name == account || root.is_some_and(|[_, its, rest]| its == account && rest == "root");
        if of_account {
            let gateway = kind == "endpoint" && (self.is_of("s3") || self.is_of("dynamodb")) && own != "root";
            return [No, No, if gateway { Open } else { Yes }];
        }
        if name == self.caller {
            return if own.starts_with("role/") { [No, Yes, No] } else { [Yes, No, No] };
        }
        let Some([its_partition, its_account, its]) = parts_of(name) else { return [No; 3] };
        if (its_partition, its_account) != (partition, account) {
            return [No; 3];
        }
        let [own, its]: [Vec<&str>; 2] = [own.split('/').collect(), its.split('/').collect()];
        match (own[0], its[0]) {
            // the path of a role does not show in its sessions
            ("assumed-role", "role") => [No, truth(own[1] == its[its.len() - 1]), No],
            // which session of the role it is, or which user asked for the session, is not told
            ("role", "assumed-role") if own[own.len() - 1] == its[1] => [Open, No, No],
            ("federated-user", "user") => [No, Open, No],
            _ => [No; 3],
        }
    }

    /// Whether a `NotPrincipal` leaves the caller out.
    fn spared(&self, entries: &[(String, String)]) -> Truth {
        let bounded = self.question["policies"]["boundary"].as_array().is_some_and(|list| !list.is_empty());
        if (bounded || self.misses("boundary")) && self.counts("boundary") {
            return No;
        }
        let levels = |entry: &(String, String)| self.named_by("resource", true, &entry.0, &entry.1);
        let all = entries.iter().map(levels).fold([No; 3], |all, own| [0, 1, 2].map(|level| all[level].max(own[level])));
        let everybody = entries.iter().any(|(kind, name)| kind == "*" || kind == "AWS" && name == "*");
        if everybody || !self.has_identity() {
            return all[ITSELF];
        }
        let chain = match () {
            () if self.is("root") => vec![all[ACCOUNT]],
            () if self.is("role") || self.is("assumed-role") => all.to_vec(),
            () => vec![all[ITSELF], all[ACCOUNT]],
        };
        let (least, most) = (chain.iter().min().unwrap(), all.iter().max().unwrap());
        if least == most { *least } else { Open }
    }

    // Conditions.

    fn condition(&self, policy: &Value, operator: &Operator<'_>, key: &str, values: &[&Value]) -> Truth {
        let got = self.got(key);
        if values.is_empty() {
            return Open;
        }
        if operator.base == "Null" {
            return if operator.set.is_some() { Open } else { is_null(&got, values) };
        }
        let found = match got {
            Got::Unknown => return Open,
            Got::Absent => Vec::new(),
            Got::Many(list) if list.is_empty() => Vec::new(),
            Got::Many(list) if operator.set.is_some() && list.iter().all(String::is_empty) => Vec::new(),
            Got::One(value) if operator.set.is_some() && value.is_empty() => Vec::new(),
            Got::Many(_) if operator.set.is_none() => return Open,
            Got::Many(list) => list,
            Got::One(value) => vec![value],
        };
        if found.is_empty() {
            return match operator.set {
                Some("ForAllValues") => Yes,
                Some(_) if operator.if_exists => Open,
                Some(_) => No,
                None => truth(operator.if_exists || operator.is_negated()),
            };
        }
        let each = found.iter().map(|found| {
            let any = values.iter().map(|value| self.compare(policy, operator, &text_of(value), found)).max().unwrap();
            if operator.is_negated() { not(any) } else { any }
        });
        if operator.set == Some("ForAnyValue") { each.max().unwrap() } else { each.min().unwrap() }
    }

    /// Whether one value of the policy matches one of the request, as by the operator without its "not".
    fn compare(&self, policy: &Value, operator: &Operator<'_>, value: &str, found: &str) -> Truth {
        let base = operator.base;
        if !operator.takes_variables() {
            if policy["Version"] == "2012-10-17" && value.contains("${") {
                return Open;
            }
            return match base {
                "Bool" => both(bool_of(value), bool_of(found), |value, found| value == found),
                "BinaryEquals" => both(bytes_of(value), bytes_of(found), |value, found| value == found),
                "IpAddress" | "NotIpAddress" => within(value, found),
                _ => match base.strip_prefix("Numeric") {
                    Some(order) => both(number_of(value), number_of(found), |value, found| ordered(order, &found, &value)),
                    None => both(moment_of(value), moment_of(found), |value, found| ordered(&base[4..], &found, &value)),
                },
            };
        }
        let letters = match self.fill(policy, value) {
            Ok(letters) => letters,
            Err(truth) => return truth,
        };
        match base.replace("Not", "").as_str() {
            "StringEquals" => read_both_ways(&plain(&letters), |letters| matches(&steps(letters, false), found)),
            "StringEqualsIgnoreCase" => {
                let lower = |fold: fn(&str) -> String| {
                    let letters: Vec<Letter> = plain(&letters).iter().flat_map(|letter| letter.folded(fold)).collect();
                    read_both_ways(&letters, |letters| matches(&steps(letters, false), &fold(found)))
                };
                let (ascii, unicode) = (lower(str::to_ascii_lowercase), lower(str::to_lowercase));
                if ascii == unicode { ascii } else { Open }
            }
            "StringLike" => read_both_ways(&letters, |letters| matches(&steps(letters, true), found)),
            _ => arn_like(&letters, found),
        }
    }

    /// A string of a policy with its variables replaced. An answer instead where one has no value, so that it matches nothing, or
    /// several, of which it is not said what they do.
    fn fill(&self, policy: &Value, text: &str) -> Result<Vec<Letter>, Truth> {
        let mut several = false;
        let mut letters = Vec::new();
        let mut rest = text;
        while let Some((before, behind)) = rest.split_once("${") {
            let (inside, after) = behind.split_once('}').unwrap();
            letters.extend(wild(before));
            rest = after;
            let symbol = ["*", "?", "$"].contains(&inside);
            if !symbol && !inside.contains(':') {
                // of a template, and not filled in yet
                letters.push(Letter::Anything);
                continue;
            }
            if policy["Version"] != "2012-10-17" {
                letters.extend(wild(&format!("${{{inside}}}")));
                continue;
            }
            if symbol {
                letters.push(Letter::Symbol(inside.chars().next().unwrap()));
                continue;
            }
            letters.push(Letter::Variable);
            let (key, default) = match inside.split_once(',') {
                Some((key, default)) => (key, Some(default.trim().trim_matches('\''))),
                None => (inside, None),
            };
            match self.got(key) {
                Got::One(value) => letters.extend(value.chars().map(Letter::Value)),
                Got::Many(list) if !list.is_empty() => several = true,
                Got::Absent | Got::Many(_) => letters.extend(default.ok_or(No)?.chars().map(Letter::Value)),
                Got::Unknown => letters.push(Letter::Anything),
            }
        }
        letters.extend(wild(rest));
        if several { Err(Open) } else { Ok(letters) }
    }
}

fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn parts_of(arn: &str) -> Option<[String; 3]> {
    match arn.splitn(6, ':').collect::<Vec<_>>()[..] {
        ["arn", partition, _, _, account, rest] => Some([partition, account, rest].map(str::to_owned)),
        _ => None,
    }
}

/// One of the patterns of an element, or none of those of its `Not…` form.
fn one_or_not(statement: &Value, element: &str, matches: impl Fn(&str) -> Truth) -> Truth {
    let any = |list: &Value| list_of(list).into_iter().map(|pattern| matches(&text_of(pattern))).max().unwrap_or(Open);
    statement.get(element).map_or_else(|| not(any(&statement[format!("Not{element}")])), any)
}

fn is_null(got: &Got, values: &[&Value]) -> Truth {
    let readings = match got {
        Got::Absent => vec![true],
        Got::Many(list) => vec![list.iter().all(String::is_empty)],
        Got::One(value) if !value.is_empty() => vec![false],
        Got::One(_) | Got::Unknown => vec![true, false],
    };
    let by = |null: bool| {
        let each = values.iter().map(|value| match text_of(value).as_str() {
            "true" => truth(null),
            "false" => truth(!null),
            _ => Open,
        });
        each.max().unwrap_or(Open)
    };
    let all: Vec<Truth> = readings.into_iter().map(by).collect();
    if all.iter().all(|own| *own == all[0]) { all[0] } else { Open }
}
