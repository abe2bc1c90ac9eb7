//! What expressions of Terraform come to: each case is decided where the files decide it, and stays open where they do not.

use rolecall::inventory::Inventory;
use rolecall::source::Sources;

use crate::support;

fn with<T>(text: &str, look: impl FnOnce(&Inventory<'_>) -> T) -> T {
    let mut sources = Sources::new();
    let id = sources.add("m/main.tf", text);
    let mut inventory = Inventory::new(None);
    inventory.read(&sources, id);
    inventory.complete(&sources);
    look(&inventory)
}

/// What is declared for all expressions.
const BLOCKS: &str = r#"
variable "n" { default = null }
variable "s" { default = "x" }
variable "empty" { default = "" }
variable "num" { default = 3 }
variable "el" { default = [] }
variable "typed" {
  type    = list(string)
  default = []
}
variable "ids" { default = ["a", "b"] }
variable "m" { default = { b = { x = "B" }, a = { x = "A" } } }
variable "on" { default = true }
variable "off" { default = false }
variable "open" {}
variable "firm" {
  nullable = false
  default  = "f"
}
variable "o" {
  type = object({
    x = optional(string)
    y = optional(string, "repo:*")
    z = string
    in = optional(object({ deep = optional(number, 7) }), {})
  })
  default = { z = "Z" }
}
variable "os" {
  type    = list(object({ x = optional(string, "dflt"), name = string }))
  default = [{ name = "one" }, { name = "two", x = "own" }]
}
data "aws_iam_openid_connect_provider" "e" {
  count = 1
  url   = "https://a.example"
}
data "aws_iam_openid_connect_provider" "none" {
  count = 0
  url   = "https://b.example"
}
data "aws_iam_openid_connect_provider" "maybe" {
  count = var.open
  url   = "https://c.example"
}
data "aws_iam_openid_connect_provider" "each" {
  for_each = toset(["k", "l"])
  url      = "https://${each.key}.example"
}
resource "aws_sns_topic" "t" { name = "t" }
"#;

/// What an expression comes to as a text.
fn value(expression: &str) -> String {
    let role = r#"
resource "aws_iam_role" "r" {
  name               = "the-role"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [] })
  tags = {
    it = EXPRESSION
  }
}
"#;
    with(&format!("{BLOCKS}{}", role.replace("EXPRESSION", expression)), |inventory| {
        let role = inventory.roles.iter().find(|role| role.name.known() == Some("the-role")).unwrap();
        let (_, value) = role.tags.first().unwrap_or_else(|| panic!("{expression} is no text"));
        value.shown().into_owned()
    })
}

fn come_to(cases: &[(&str, &str)]) {
    let mut wrong = Vec::new();
    for (expression, expected) in cases {
        let came = value(expression);
        if came != *expected {
            wrong.push(format!("{expression} comes to {came}, not {expected}"));
        }
    }
    support::none(wrong);
}

/// A condition is `yes`, `no` or, where it is not decided, taken for granted and told.
#[test]
fn conditions_are_decided() {
    let mut wrong = Vec::new();
    for (condition, expected) in [
        ("var.n != null", "no"),
        ("var.n == null", "yes"),
        ("null == var.n", "yes"),
        ("var.s != null", "yes"),
        ("var.s == null", "no"),
        ("var.o.x != null", "no"),
        ("var.o.y != null", "yes"),
        ("var.o.in.deep == 7", "yes"),
        ("var.n != \"\"", "yes"),
        ("var.n == null || var.n == \"\"", "yes"),
        ("var.n != null && var.n != \"\"", "no"),
        ("length(var.el) > 0", "no"),
        ("length(var.ids) > 0", "yes"),
        ("length(var.el) != 0", "no"),
        ("(length(var.ids) == 2)", "yes"),
        ("length(\"\") > 0", "no"),
        ("length({}) > 0", "no"),
        ("length(var.m) == 2", "yes"),
        ("length(var.s) == 1", "yes"),
        ("var.el != []", "no"),
        ("var.ids == [\"a\", \"b\"]", "yes"),
        ("var.ids == [\"a\"]", "no"),
        // a list of a type is none between brackets
        ("var.typed == []", "no"),
        ("length(var.typed) == 0", "yes"),
        ("var.num > 0", "yes"),
        ("var.num < 3", "no"),
        ("var.num <= 3", "yes"),
        ("var.num >= 4", "no"),
        ("var.num - 3 == 0", "yes"),
        ("var.num * 2 + 1 > 6 && var.num % 2 == 1", "yes"),
        ("-var.num < 0", "yes"),
        ("contains([\"y\"], var.s)", "no"),
        ("contains([\"y\", \"x\"], var.s)", "yes"),
        ("!contains(var.ids, \"a\")", "no"),
        ("contains(keys(var.m), \"a\")", "yes"),
        ("try(var.o.x, null) == null", "yes"),
        ("try(var.m.zz, \"none\") == \"none\"", "yes"),
        ("try(var.ids[7], \"\") == \"\"", "yes"),
        ("try(length(var.n), 0) > 0", "no"),
        ("can(var.m.a)", "yes"),
        ("can(var.m.zz)", "no"),
        ("can(var.n.x)", "no"),
        ("alltrue([var.on, true])", "yes"),
        ("alltrue([var.on, var.off])", "no"),
        ("alltrue([])", "yes"),
        ("anytrue([var.off, var.on])", "yes"),
        ("anytrue([for i in var.ids : i == \"c\"])", "no"),
        ("anytrue([])", "no"),
        ("coalesce(var.n, \"z\") != \"z\"", "no"),
        ("try(coalesce(var.n, \"\"), \"\") != \"\"", "no"),
        ("startswith(var.s, \"x\") && !endswith(var.s, \"y\")", "yes"),
        ("length(data.aws_iam_openid_connect_provider.e) > 0", "yes"),
        ("length(data.aws_iam_openid_connect_provider.none) > 0", "no"),
        ("length(data.aws_iam_openid_connect_provider.each) == 2", "yes"),
        ("try(data.aws_iam_openid_connect_provider.none[0].arn, null) != null", "no"),
        ("one(data.aws_iam_openid_connect_provider.none[*].arn) == null", "yes"),
        ("var.firm == \"f\"", "yes"),
        ("aws_sns_topic.t.arn != \"\"", "yes"),
        ("\"a-${var.open}\" != \"\"", "yes"),
        ("var.open == \"x\" || var.on", "yes"),
        ("var.open == \"x\" && var.off", "no"),
        // these are not
        ("var.open", "open"),
        ("var.open != null", "open"),
        ("var.open == \"x\"", "open"),
        ("length(var.open) > 0", "open"),
        ("length(concat(var.open, [])) > 0", "open"),
        ("length(compact([var.open])) > 0", "open"),
        ("contains(var.ids, var.open)", "open"),
        ("var.open > 0", "open"),
        ("!var.open", "open"),
        ("try(var.open.x, null) == null", "open"),
        ("can(var.open)", "open"),
        ("alltrue([var.on, var.open])", "open"),
        ("coalesce(var.open, \"\") != \"\"", "open"),
        ("length(data.aws_iam_openid_connect_provider.maybe) > 0", "open"),
        ("length([for i in var.open : i]) > 0", "open"),
        ("[for i in var.ids : i if i == var.open] == []", "open"),
        ("timestamp() == \"\"", "open"),
    ] {
        for (form, text) in
            [("", format!("{condition} ? \"yes\" : \"no\"")), (" in a text", format!("\"${{{condition} ? \"yes\" : \"no\"}}\""))]
        {
            let module = format!("{BLOCKS}resource \"aws_iam_role\" \"r\" {{\n  name = {text}\n}}\n");
            let came = with(&module, |inventory| {
                let told = inventory.assumptions().iter().any(|own| own.value == "true" && own.name != "var.on");
                let name = inventory.roles.first().and_then(|own| own.name.known()).unwrap_or("nothing");
                if told && name == "yes" { "open".to_owned() } else { name.to_owned() }
            });
            if came != expected {
                wrong.push(format!("{condition}{form} is {came}, not {expected}"));
            }
        }
    }
    support::none(wrong);
}

#[test]
fn repetitions_come_to_what_they_go_over() {
    come_to(&[
        ("join(\",\", [for i in var.ids : \"repo:${i}:*\"])", "repo:a:*,repo:b:*"),
        ("join(\",\", [for n, i in var.ids : \"${n}=${i}\"])", "0=a,1=b"),
        ("join(\",\", [for k, v in var.m : \"${k}=${v.x}\"])", "a=A,b=B"),
        ("join(\",\", [for i in var.ids : upper(i) if i != \"a\"])", "B"),
        ("join(\",\", flatten([for i in var.ids : [for k, v in var.m : \"${i}${k}\"]]))", "aa,ab,ba,bb"),
        ("join(\",\", keys({ for k, v in var.m : \"k-${k}\" => v }))", "k-a,k-b"),
        ("{ for i in var.ids : i => \"v-${i}\" }[\"b\"]", "v-b"),
        ("{ for k, v in var.m : v.x => k if k != \"a\" }.B", "b"),
        ("join(\",\", { for i in var.ids : \"k\" => i... }.k)", "a,b"),
        ("join(\",\", [for i in var.os : \"${i.name}-${i.x}\"])", "one-dflt,two-own"),
        ("join(\",\", [for i in var.el : i])", ""),
        ("\"${join(\",\", [for i in var.ids : \"r/${i}\"])}!\"", "r/a,r/b!"),
        ("[for i in var.ids : i][1]", "b"),
        ("join(\",\", [for i in [\"p\", var.open] : \"r/${i}\"])", "r/p,r/${var.open}"),
        ("join(\",\", [for i in var.open : i])", "${join(\",\", [for i in var.open : i])}"),
    ]);
}

#[test]
fn functions_come_to_what_they_make() {
    come_to(&[
        ("coalesce(var.n, var.empty, \"z\")", "z"),
        ("join(\",\", compact([var.n, \"\", \"k\"]))", "k"),
        ("join(\",\", coalescelist(var.el, [\"c\"]))", "c"),
        ("length(var.ids)", "2"),
        ("join(\",\", keys(var.m))", "a,b"),
        ("join(\",\", values(var.m)[*].x)", "A,B"),
        ("lookup(var.m, \"a\", {}).x", "A"),
        ("lookup({ p = \"q\" }, \"p\", \"w\")", "q"),
        ("element(var.ids, 3)", "b"),
        ("join(\",\", slice([\"a\", \"b\", \"c\"], 1, 3))", "b,c"),
        ("join(\",\", distinct([\"a\", \"a\"]))", "a"),
        ("one([\"i\"])", "i"),
        ("try(var.m.zz.x, var.m.a.x)", "A"),
        ("tostring(var.num)", "3"),
        ("substr(\"hello\", 1, 3)", "ell"),
        ("substr(\"hello\", -3, -1)", "llo"),
        ("join(\",\", formatlist(\"repo:%s:%s\", var.ids, var.s))", "repo:a:x,repo:b:x"),
        ("join(\",\", range(3))", "0,1,2"),
        ("join(\",\", range(1, 7, 3))", "1,4"),
        ("merge({ k = \"1\" }, { k = \"2\" }).k", "2"),
        ("merge([{ k = \"1\" }, { l = \"2\" }]...).l", "2"),
        ("join(\",\", concat([var.ids, [\"c\"]]...))", "a,b,c"),
        ("jsondecode(\"{\\\"a\\\": [\\\"z\\\"]}\").a[0]", "z"),
        ("yamldecode(\"a:\\n- z\\n\").a[0]", "z"),
        ("join(\",\", setsubtract([\"a\", \"b\"], [\"a\"]))", "b"),
        ("zipmap([\"a\"], [\"z\"]).a", "z"),
        ("join(\",\", reverse(var.ids))", "b,a"),
        ("var.o.y", "repo:*"),
        ("var.ids[length(var.ids) - 1]", "b"),
        ("join(\",\", var.n[*])", ""),
        ("join(\",\", var.s[*])", "x"),
        ("data.aws_iam_openid_connect_provider.each[\"k\"].url", "k.example"),
        ("join(\"\", data.aws_iam_openid_connect_provider.e.*.url)", "a.example"),
        ("data.aws_iam_openid_connect_provider.e.*.url[0]", "a.example"),
        ("\"${{ for k, v in var.m : k => v.x }[\"a\"]}\"", "A"),
    ]);
}

/// The roles of a module with how many statements their trust policies have, and what was assumed for how often they are made.
fn roles(module: &str) -> (Vec<String>, Vec<String>) {
    with(module, |inventory| {
        let shown = |role: &rolecall::inventory::Role<'_>| {
            let trust = role.trust.as_ref().map_or_else(|| "none".to_owned(), |own| own.statements.len().to_string());
            format!("{} {trust}", role.name.known().unwrap_or("?"))
        };
        let counts = inventory.assumptions().iter().filter(|own| own.name.rsplit('.').next() == Some("count"));
        (inventory.roles.iter().map(shown).collect(), counts.map(|own| format!("{}={}", own.name, own.value)).collect())
    })
}

/// A module is written to be called with other values than its defaults.
#[test]
fn what_is_made_only_with_other_values_is_looked_at() {
    let mut wrong = Vec::new();
    for (count, expected, assumed) in [
        ("var.n != null ? 0 : 1", "r 1", ""),
        ("var.off ? 1 : 0", "r 1", "aws_iam_role.r.count=1"),
        ("length(var.el)", "r 1", "aws_iam_role.r.count=1"),
        ("local.count", "r 1", "aws_iam_role.r.count=1"),
        ("var.open ? 0 : 1", "r 1", "aws_iam_role.r.count=1"),
        ("var.open ? 1 : 0", "r 1", ""),
        ("var.open", "r 1", ""),
        ("2", "r-0 1 r-1 1", ""),
        ("0", "", ""),
        ("false ? 1 : 0", "", ""),
    ] {
        let module = format!(
            r#"{BLOCKS}locals {{
  count = var.off ? 1 : 0
}}
resource "aws_iam_role" "r" {{
  count              = {count}
  name               = NAME
  assume_role_policy = jsonencode({{ Version = "2012-10-17", Statement = [{{}}] }})
}}
"#
        );
        let name = if count == "2" { "\"r-${count.index}\"" } else { "\"r\"" };
        let (found, counts) = roles(&module.replace("NAME", name));
        if (found.join(" "), counts.join(" ")) != (expected.to_owned(), assumed.to_owned()) {
            wrong.push(format!("with count = {count}, there are {found:?}, and assumed is {counts:?}"));
        }
    }
    support::none(wrong);
}

/// What is attached to a role that is made only with other values is attached to it.
#[test]
fn what_belongs_to_a_role_that_may_be_made_is_looked_at() {
    let module = r#"
variable "create" { default = false }
resource "aws_iam_role" "r" {
  count              = var.create ? 1 : 0
  name               = "it"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [] })
}
resource "aws_iam_role_policy" "p" {
  count  = var.create ? 1 : 0
  role   = ROLE
  policy = jsonencode({ Version = "2012-10-17", Statement = [] })
}
"#;
    for role in [
        "aws_iam_role.r[0].id",
        "one(aws_iam_role.r[*].name)",
        "join(\"\", aws_iam_role.r.*.name)",
        "try(aws_iam_role.r[0].name, \"\")",
    ] {
        with(&module.replace("ROLE", role), |inventory| {
            assert_eq!(inventory.unresolved, [], "{role}");
            assert_eq!(inventory.role("it").unwrap().permissions.len(), 1, "{role}");
        });
    }
}

#[test]
fn an_empty_name_is_none() {
    for name in ["var.empty", "var.n", "\"\""] {
        let module =
            format!("{BLOCKS}resource \"aws_iam_role\" \"block\" {{\n  name = {name}\n  assume_role_policy = \"{{}}\"\n}}\n");
        with(&module, |inventory| assert!(inventory.role("block").is_some(), "{name}"));
    }
}

/// A trust policy that the user of a module may give is that of the module where he does not.
#[test]
fn documents_are_chosen() {
    for policy in [
        "var.n != null ? var.n : data.aws_iam_policy_document.d.json",
        "var.n == null ? data.aws_iam_policy_document.d.json : var.n",
        "coalesce(var.n, data.aws_iam_policy_document.d.json)",
        "coalesce(var.empty, data.aws_iam_policy_document.d.json)",
        "try(var.o.w, data.aws_iam_policy_document.d.json)",
        "var.empty != \"\" ? var.empty : data.aws_iam_policy_document.d.json",
        "length(var.s) > 0 ? data.aws_iam_policy_document.d.json : var.s",
        "one([for i in [1] : data.aws_iam_policy_document.d.json])",
    ] {
        let module = format!(
            r#"{BLOCKS}
data "aws_iam_policy_document" "d" {{
  statement {{
    actions = ["sts:AssumeRole"]
  }}
}}
resource "aws_iam_role" "r" {{
  name               = "r"
  assume_role_policy = {policy}
}}
"#
        );
        let (found, _) = roles(&module);
        assert_eq!(found, ["r 1"], "{policy}");
    }
}

/// How many conditions the only statement of a document has, and whether there may be others.
fn conditions(each: &str) -> (usize, bool) {
    let module = format!(
        r#"{BLOCKS}
data "aws_iam_policy_document" "d" {{
  statement {{
    actions   = ["s3:*"]
    resources = ["*"]
    principals {{
      type        = "*"
      identifiers = ["*"]
    }}
    dynamic "condition" {{
      for_each = {each}
      content {{
        test     = "StringEquals"
        variable = "aws:PrincipalOrgID"
        values   = ["o-abcdefghij"]
      }}
    }}
  }}
}}
resource "aws_s3_bucket_policy" "b" {{
  policy = data.aws_iam_policy_document.d.json
}}
"#
    );
    with(&module, |inventory| {
        let statement = &inventory.policies.first().unwrap().policy.statements[0];
        (statement.conditions.len(), statement.later.is_some())
    })
}

#[test]
fn a_dynamic_block_is_there_where_its_list_has_items() {
    let mut wrong = Vec::new();
    for (each, expected) in [
        ("length(var.ids) != 0 ? [true] : []", (1, false)),
        ("length(var.el) != 0 ? [true] : []", (0, false)),
        ("var.n != null ? [1] : []", (0, false)),
        ("compact([var.n])", (0, false)),
        ("compact([var.s])", (1, false)),
        ("var.n[*]", (0, false)),
        ("[for i in var.el : i]", (0, false)),
        ("toset(compact([var.n, var.empty]))", (0, false)),
        ("compact([var.open])", (1, true)),
        ("var.open", (1, true)),
        ("[var.open]", (1, false)),
    ] {
        let came = conditions(each);
        if came != expected {
            wrong.push(format!("for_each = {each} is {came:?}, not {expected:?}"));
        }
    }
    support::none(wrong);
}

/// What grows with each round ends where it is too much.
#[test]
fn repetitions_are_bounded() {
    let grown = (0..100).map(|level| format!("  r{} = replace(local.r{level}, \"a\", \"aaaaaaaaaa\")\n", level + 1));
    let grown = format!("locals {{\n  r0 = \"a\"\n{}}}\n", grown.collect::<String>());
    for (blocks, expression) in [
        ("", "join(\"\", flatten([for a in range(1000) : [for b in range(1000) : [for c in range(1000) : \"x\"]]]))"),
        ("", "length([for a in range(1000) : [for b in range(1000) : range(1000)]])"),
        ("", "length([for v in [range(1000)] : [for a in range(1000) : [for b in range(1000) : v]]])"),
        ("", "length([for v in [range(1000)] : [for a in range(1000) : [for b in range(1000) : concat(v, v)]]])"),
        (&*grown, "local.r100"),
    ] {
        let module =
            format!("{blocks}resource \"aws_iam_role\" \"r\" {{\n  name = \"it\"\n  tags = {{ t = {expression} }}\n}}\n");
        let start = std::time::Instant::now();
        with(&module, |inventory| {
            assert!(inventory.unresolved.iter().any(|own| own.message.contains("too many")), "{expression}");
        });
        assert!(start.elapsed().as_secs() < 60, "{expression} takes {:?}", start.elapsed());
    }
}
