//! The cases as data.

use rolecall::evaluate::Caller;
use rolecall::policy::PolicyKind;

/// A policy with one statement that allows everything, but for what the case is about.
pub(super) struct Case {
    /// The page of the IAM User Guide, or why the answer is ours.
    pub(super) page: &'static str,
    /// Elements of the statement, or a whole policy.
    pub(super) policy: String,
    pub(super) kind: PolicyKind,
    pub(super) caller: Caller<'static>,
    pub(super) action: &'static str,
    pub(super) resource: &'static str,
    /// `key = value; key = [value, value]; key = ?; partial`
    pub(super) context: &'static str,
    pub(super) expected: &'static str,
}

const OPERATORS: &str = "reference_policies_elements_condition_operators";
const SETS: &str = "reference_policies_condition-single-vs-multi-valued-context-keys";
const SET_EXAMPLES: &str = "reference_policies_condition_examples-multi-valued-context-keys";
const LOGIC: &str = "reference_policies_condition-logic-multiple-context-keys-or-values";
const CONDITION: &str = "reference_policies_elements_condition";
const VARIABLES: &str = "reference_policies_variables";
const VERSION: &str = "reference_policies_elements_version";
const RESOURCE: &str = "reference_policies_elements_resource";
const NOT_RESOURCE: &str = "reference_policies_elements_notresource";
const ACTION: &str = "reference_policies_elements_action";
const NOT_ACTION: &str = "reference_policies_elements_notaction";
const PRINCIPAL: &str = "reference_policies_elements_principal";
const NOT_PRINCIPAL: &str = "reference_policies_elements_notprincipal";
const ORDER: &str = "reference_policies_evaluation-logic_policy-eval-denyallow";
const GRAMMAR: &str = "reference_policies_grammar";
/// The pages do not say, or say two things.
const OPEN: &str = "not documented";
/// A template is not filled in yet.
const HOLE: &str = "a hole";

/// Page, operator with key and values, context, answer.
const CONDITIONS: &[(&str, &str, &str, &str)] = &[
    // strings
    (OPERATORS, r#""StringEquals": {"k:a": "x"}"#, "k:a = x", "allowed"),
    (OPERATORS, r#""StringEquals": {"k:a": "x"}"#, "k:a = X", "not allowed"),
    (OPERATORS, r#""StringEquals": {"k:a": "x*"}"#, "k:a = xy", "not allowed"),
    (OPERATORS, r#""StringEquals": {"k:a": "x*"}"#, "k:a = x*", "allowed"),
    (OPERATORS, r#""StringEquals": {"k:a": ""}"#, "k:a = ", "allowed"),
    (OPERATORS, r#""StringEquals": {"k:a": "x"}"#, "", "not allowed"),
    (OPERATORS, r#""StringNotEquals": {"k:a": "x"}"#, "k:a = x", "not allowed"),
    (OPERATORS, r#""StringNotEquals": {"k:a": "x"}"#, "k:a = y", "allowed"),
    (OPERATORS, r#""StringNotEquals": {"k:a": "x"}"#, "", "allowed"),
    (OPERATORS, r#""StringEqualsIgnoreCase": {"k:a": "Read-Only"}"#, "k:a = rEAD-oNLY", "allowed"),
    (OPERATORS, r#""StringEqualsIgnoreCase": {"k:a": "éCRIRE"}"#, "k:a = écrire", "allowed"),
    (OPEN, r#""StringEqualsIgnoreCase": {"k:a": "Écrire"}"#, "k:a = écrire", "undecided: op-string-ignore-case-unicode"),
    (OPERATORS, r#""StringEqualsIgnoreCase": {"k:a": "x*"}"#, "k:a = XY", "not allowed"),
    (OPERATORS, r#""StringNotEqualsIgnoreCase": {"k:a": "x"}"#, "k:a = X", "not allowed"),
    (OPERATORS, r#""StringNotEqualsIgnoreCase": {"k:a": "x"}"#, "k:a = y", "allowed"),
    (OPERATORS, r#""StringNotEqualsIgnoreCase": {"k:a": "x"}"#, "", "allowed"),
    (OPERATORS, r#""StringLike": {"k:a": "home/*"}"#, "k:a = home/bob/x", "allowed"),
    (OPERATORS, r#""StringLike": {"k:a": "home/*"}"#, "k:a = home", "not allowed"),
    (OPERATORS, r#""StringLike": {"k:a": "home/*"}"#, "k:a = Home/bob", "not allowed"),
    (OPERATORS, r#""StringLike": {"k:a": "b?b"}"#, "k:a = bob", "allowed"),
    (OPERATORS, r#""StringLike": {"k:a": "b?b"}"#, "k:a = bb", "not allowed"),
    (OPERATORS, r#""StringLike": {"k:a": "b?b"}"#, "k:a = böb", "allowed"),
    (OPERATORS, r#""StringLike": {"k:a": "*:*/*"}"#, "k:a = repo:o/r", "allowed"),
    (OPERATORS, r#""StringLike": {"k:a": "*"}"#, "k:a = ", "allowed"),
    (OPERATORS, r#""StringLike": {"k:a": "*"}"#, "", "not allowed"),
    (OPERATORS, r#""StringLike": {"k:a": "[a]{b}!"}"#, "k:a = [a]{b}!", "allowed"),
    (OPERATORS, r#""StringLike": {"k:a": "[a]"}"#, "k:a = a", "not allowed"),
    (OPERATORS, r#""StringNotLike": {"k:a": "x*"}"#, "k:a = xy", "not allowed"),
    (OPERATORS, r#""StringNotLike": {"k:a": "x*"}"#, "k:a = yx", "allowed"),
    (OPERATORS, r#""StringNotLike": {"k:a": "x*"}"#, "", "allowed"),
    // numbers
    (OPERATORS, r#""NumericEquals": {"k:n": "10"}"#, "k:n = 10", "allowed"),
    (OPERATORS, r#""NumericEquals": {"k:n": "10"}"#, "k:n = 10.0", "allowed"),
    (OPERATORS, r#""NumericEquals": {"k:n": 10}"#, "k:n = 10", "allowed"),
    (OPERATORS, r#""NumericEquals": {"k:n": "10"}"#, "k:n = 9", "not allowed"),
    (OPERATORS, r#""NumericNotEquals": {"k:n": "10"}"#, "k:n = 10", "not allowed"),
    (OPERATORS, r#""NumericNotEquals": {"k:n": "10"}"#, "k:n = 11", "allowed"),
    (OPERATORS, r#""NumericNotEquals": {"k:n": "10"}"#, "", "allowed"),
    (OPERATORS, r#""NumericLessThan": {"k:n": "10"}"#, "k:n = 9.99", "allowed"),
    (OPERATORS, r#""NumericLessThan": {"k:n": "10"}"#, "k:n = 10", "not allowed"),
    (OPERATORS, r#""NumericLessThanEquals": {"s3:max-keys": "10"}"#, "s3:max-keys = 10", "allowed"),
    (OPERATORS, r#""NumericLessThanEquals": {"s3:max-keys": "10"}"#, "s3:max-keys = 11", "not allowed"),
    (OPERATORS, r#""NumericLessThanEquals": {"s3:max-keys": "10"}"#, "", "not allowed"),
    (OPERATORS, r#""NumericGreaterThan": {"k:n": "-1"}"#, "k:n = 0", "allowed"),
    (OPERATORS, r#""NumericGreaterThan": {"k:n": "9"}"#, "k:n = 10", "allowed"),
    (OPERATORS, r#""NumericGreaterThanEquals": {"k:n": "0.5"}"#, "k:n = 0.5", "allowed"),
    (OPERATORS, r#""NumericGreaterThanEquals": {"k:n": "0.5"}"#, "k:n = 0.4", "not allowed"),
    // dates
    (OPERATORS, r#""DateEquals": {"k:d": "2026-11-23T00:00:00Z"}"#, "k:d = 2026-11-23T01:00:00+01:00", "allowed"),
    (OPERATORS, r#""DateEquals": {"k:d": "2026-11-23"}"#, "k:d = 2026-11-23T00:00:00Z", "allowed"),
    (OPERATORS, r#""DateNotEquals": {"k:d": "2026-11-23"}"#, "k:d = 2026-11-24", "allowed"),
    (OPERATORS, r#""DateNotEquals": {"k:d": "2026-11-23"}"#, "", "allowed"),
    (OPERATORS, r#""DateLessThan": {"k:d": "2026-11-23T00:00:00Z"}"#, "k:d = 2026-11-22T23:59:59Z", "allowed"),
    (OPERATORS, r#""DateLessThan": {"k:d": "2026-11-23T00:00:00Z"}"#, "k:d = 2026-11-23T00:00:00Z", "not allowed"),
    (OPERATORS, r#""DateLessThanEquals": {"k:d": "2026-11-23T00:00:00Z"}"#, "k:d = 2026-11-23T00:00:00Z", "allowed"),
    (
        OPERATORS,
        r#""DateGreaterThan": {"aws:TokenIssueTime": "2020-01-01T00:00:01Z"}"#,
        "aws:TokenIssueTime = 1577836802",
        "allowed",
    ),
    (
        OPERATORS,
        r#""DateGreaterThan": {"aws:TokenIssueTime": "2020-01-01T00:00:01Z"}"#,
        "aws:TokenIssueTime = 1577836801",
        "not allowed",
    ),
    (OPERATORS, r#""DateGreaterThan": {"aws:TokenIssueTime": "2020-01-01T00:00:01Z"}"#, "", "not allowed"),
    (OPERATORS, r#""DateGreaterThanEquals": {"k:d": "1577836801"}"#, "k:d = 2020-01-01T00:00:01Z", "allowed"),
    // booleans
    (OPERATORS, r#""Bool": {"aws:SecureTransport": "true"}"#, "aws:SecureTransport = true", "allowed"),
    (OPERATORS, r#""Bool": {"aws:SecureTransport": "true"}"#, "aws:SecureTransport = false", "not allowed"),
    (OPERATORS, r#""Bool": {"aws:SecureTransport": true}"#, "aws:SecureTransport = true", "allowed"),
    (OPERATORS, r#""Bool": {"aws:MultiFactorAuthPresent": "true"}"#, "", "not allowed"),
    (OPERATORS, r#""Bool": {"aws:MultiFactorAuthPresent": "false"}"#, "", "not allowed"),
    (OPERATORS, r#""BoolIfExists": {"aws:MultiFactorAuthPresent": "true"}"#, "", "allowed"),
    // bytes
    (OPERATORS, r#""BinaryEquals": {"k:b": "QmluYXJ5VmFsdWVJbkJhc2U2NA=="}"#, "k:b = QmluYXJ5VmFsdWVJbkJhc2U2NA==", "allowed"),
    (
        OPERATORS,
        r#""BinaryEquals": {"k:b": "QmluYXJ5VmFsdWVJbkJhc2U2NA=="}"#,
        "k:b = QmluYXJ5VmFsdWVJbkJhc2U2NQ==",
        "not allowed",
    ),
    (OPERATORS, r#""BinaryEquals": {"k:b": "QUJD"}"#, "", "not allowed"),
    // addresses
    (OPERATORS, r#""IpAddress": {"aws:SourceIp": "203.0.113.0/24"}"#, "aws:SourceIp = 203.0.113.255", "allowed"),
    (OPERATORS, r#""IpAddress": {"aws:SourceIp": "203.0.113.0/24"}"#, "aws:SourceIp = 203.0.114.0", "not allowed"),
    (OPERATORS, r#""IpAddress": {"aws:SourceIp": "203.0.113.7"}"#, "aws:SourceIp = 203.0.113.7", "allowed"),
    (OPERATORS, r#""IpAddress": {"aws:SourceIp": "203.0.113.7"}"#, "aws:SourceIp = 203.0.113.8", "not allowed"),
    (OPERATORS, r#""IpAddress": {"aws:SourceIp": "0.0.0.0/0"}"#, "aws:SourceIp = 198.51.100.1", "allowed"),
    (OPERATORS, r#""IpAddress": {"aws:SourceIp": "0.0.0.0/0"}"#, "aws:SourceIp = 2001:db8::1", "not allowed"),
    (OPERATORS, r#""IpAddress": {"aws:SourceIp": "2001:DB8:1234:5678::/64"}"#, "aws:SourceIp = 2001:db8:1234:5678::9", "allowed"),
    (
        OPERATORS,
        r#""IpAddress": {"aws:SourceIp": "2001:DB8:1234:5678::/64"}"#,
        "aws:SourceIp = 2001:db8:1234:5679::9",
        "not allowed",
    ),
    (
        OPERATORS,
        r#""IpAddress": {"aws:SourceIp": ["203.0.113.0/24", "2001:DB8:1234:5678::/64"]}"#,
        "aws:SourceIp = 2001:db8:1234:5678:1::",
        "allowed",
    ),
    (OPERATORS, r#""IpAddress": {"aws:SourceIp": "203.0.113.0/24"}"#, "", "not allowed"),
    (
        OPERATORS,
        r#""NotIpAddress": {"aws:SourceIp": ["192.0.2.0/24", "203.0.113.0/24"]}"#,
        "aws:SourceIp = 203.0.113.1",
        "not allowed",
    ),
    (
        OPERATORS,
        r#""NotIpAddress": {"aws:SourceIp": ["192.0.2.0/24", "203.0.113.0/24"]}"#,
        "aws:SourceIp = 198.51.100.1",
        "allowed",
    ),
    (OPERATORS, r#""NotIpAddress": {"aws:SourceIp": "192.0.2.0/24"}"#, "aws:SourceIp = 2001:db8::1", "allowed"),
    (OPERATORS, r#""NotIpAddress": {"aws:SourceIp": "192.0.2.0/24"}"#, "", "allowed"),
    // ARNs
    (
        OPERATORS,
        r#""ArnEquals": {"aws:SourceArn": "arn:aws:sns:eu-west-1:1:t"}"#,
        "aws:SourceArn = arn:aws:sns:eu-west-1:1:t",
        "allowed",
    ),
    (OPERATORS, r#""ArnEquals": {"aws:SourceArn": "arn:aws:sns:*:1:t"}"#, "aws:SourceArn = arn:aws:sns:eu-west-1:1:t", "allowed"),
    (
        OPERATORS,
        r#""ArnLike": {"aws:SourceArn": "arn:aws:sns:eu-west-?:1:*"}"#,
        "aws:SourceArn = arn:aws:sns:eu-west-1:1:t:sub",
        "allowed",
    ),
    (
        OPERATORS,
        r#""ArnLike": {"aws:SourceArn": "arn:aws:sns:*:1:t"}"#,
        "aws:SourceArn = arn:aws:sns:eu-west-1:2:t",
        "not allowed",
    ),
    (
        OPERATORS,
        r#""ArnLike": {"aws:SourceArn": "arn:aws:SNS:*:1:t"}"#,
        "aws:SourceArn = arn:aws:sns:eu-west-1:1:t",
        "not allowed",
    ),
    (
        OPERATORS,
        r#""ArnLike": {"aws:SourceArn": "arn:aws:someservice:*:111122223333:finance/*"}"#,
        "aws:SourceArn = arn:aws:someservice:us-east-2:999999999999:store/abc:111122223333:finance/document.txt",
        "not allowed",
    ),
    (
        OPERATORS,
        r#""StringLike": {"aws:SourceArn": "arn:aws:someservice:*:111122223333:finance/*"}"#,
        "aws:SourceArn = arn:aws:someservice:us-east-2:999999999999:store/abc:111122223333:finance/document.txt",
        "allowed",
    ),
    (OPERATORS, r#""ArnLike": {"aws:SourceArn": "*"}"#, "aws:SourceArn = arn:aws:s3:::b", "allowed"),
    (OPERATORS, r#""ArnLike": {"aws:SourceArn": "arn:*:*:*:*:*"}"#, "aws:SourceArn = bucket", "not allowed"),
    (OPERATORS, r#""ArnNotEquals": {"aws:SourceArn": "arn:aws:s3:::b"}"#, "aws:SourceArn = arn:aws:s3:::b", "not allowed"),
    (OPERATORS, r#""ArnNotLike": {"aws:SourceArn": "arn:aws:s3:::b*"}"#, "aws:SourceArn = arn:aws:s3:::c", "allowed"),
    (OPERATORS, r#""ArnNotLike": {"aws:SourceArn": "arn:aws:s3:::b*"}"#, "", "allowed"),
    (OPERATORS, r#""ArnEquals": {"aws:SourceArn": "arn:aws:s3:::b"}"#, "", "not allowed"),
    (OPEN, r#""ArnLike": {"aws:SourceArn": "arn:aws:s3*"}"#, "aws:SourceArn = arn:aws:s3:::b", "undecided: op-arn-short"),
    (
        OPEN,
        r#""ArnLike": {"aws:SourceArn": "arn:aws:sns:*:t"}"#,
        "aws:SourceArn = arn:aws:sns:eu-west-1:2:t",
        "undecided: op-arn-short",
    ),
    (OPEN, r#""ArnNotLike": {"aws:SourceArn": "arn:aws:s3"}"#, "aws:SourceArn = arn:aws:s3:::b", "undecided: op-arn-short"),
    (OPEN, r#""ArnLike": {"aws:SourceArn": "arn:aws:s3*"}"#, "aws:SourceArn = arn:aws:iam::1:role/r", "not allowed"),
    (OPEN, r#""ArnNotLike": {"aws:SourceArn": "*"}"#, "aws:SourceArn = bucket", "undecided: op-arn-star-value"),
    // IfExists
    (
        OPERATORS,
        r#""StringLikeIfExists": {"ec2:InstanceType": ["t1.*", "t2.*", "m3.*"]}"#,
        "ec2:InstanceType = t2.micro",
        "allowed",
    ),
    (
        OPERATORS,
        r#""StringLikeIfExists": {"ec2:InstanceType": ["t1.*", "t2.*", "m3.*"]}"#,
        "ec2:InstanceType = c5.large",
        "not allowed",
    ),
    (OPERATORS, r#""StringLikeIfExists": {"ec2:InstanceType": ["t1.*", "t2.*", "m3.*"]}"#, "", "allowed"),
    (OPERATORS, r#""StringNotEqualsIfExists": {"k:a": "x"}"#, "", "allowed"),
    (OPERATORS, r#""StringNotEqualsIfExists": {"k:a": "x"}"#, "k:a = x", "not allowed"),
    (OPERATORS, r#""IpAddressIfExists": {"aws:SourceIp": "203.0.113.0/24"}"#, "", "allowed"),
    (OPERATORS, r#""NumericLessThanIfExists": {"k:n": "3"}"#, "k:n = 4", "not allowed"),
    (OPERATORS, r#""DateLessThanIfExists": {"k:d": "2026-01-01"}"#, "", "allowed"),
    (OPERATORS, r#""ArnLikeIfExists": {"aws:SourceArn": "arn:aws:s3:::b"}"#, "aws:SourceArn = arn:aws:s3:::c", "not allowed"),
    (OPERATORS, r#""BinaryEqualsIfExists": {"k:b": "QUJD"}"#, "", "allowed"),
    // Null
    (OPERATORS, r#""Null": {"aws:TokenIssueTime": "true"}"#, "", "allowed"),
    (OPERATORS, r#""Null": {"aws:TokenIssueTime": "true"}"#, "aws:TokenIssueTime = 2026-01-01T00:00:00Z", "not allowed"),
    (OPERATORS, r#""Null": {"aws:TokenIssueTime": "false"}"#, "", "not allowed"),
    (OPERATORS, r#""Null": {"aws:TokenIssueTime": "false"}"#, "aws:TokenIssueTime = 2026-01-01T00:00:00Z", "allowed"),
    (OPERATORS, r#""Null": {"k:a": ["true", "false"]}"#, "k:a = x", "allowed"),
    (SET_EXAMPLES, r#""Null": {"aws:TagKeys": "false"}"#, "aws:TagKeys = [a, b]", "allowed"),
    (SET_EXAMPLES, r#""Null": {"aws:TagKeys": "true"}"#, "aws:TagKeys = []", "allowed"),
    (SET_EXAMPLES, r#""Null": {"aws:TagKeys": "false"}"#, "aws:TagKeys = []", "not allowed"),
    (OPEN, r#""Null": {"k:a": "true"}"#, "k:a = ", "undecided: null-empty-string"),
    (OPEN, r#""ForAnyValue:Null": {"k:a": "true"}"#, "k:a = [x]", "undecided: null-set-operator"),
    // several keys, several values
    (LOGIC, r#""StringEquals": {"k:a": ["x", "y"]}"#, "k:a = y", "allowed"),
    (LOGIC, r#""StringEquals": {"k:a": ["x", "y"]}"#, "k:a = z", "not allowed"),
    (LOGIC, r#""StringNotEquals": {"k:a": ["x", "y"]}"#, "k:a = y", "not allowed"),
    (LOGIC, r#""StringNotEquals": {"k:a": ["x", "y"]}"#, "k:a = z", "allowed"),
    (LOGIC, r#""StringEquals": {"k:a": "x", "k:b": "y"}"#, "k:a = x; k:b = y", "allowed"),
    (LOGIC, r#""StringEquals": {"k:a": "x", "k:b": "y"}"#, "k:a = x; k:b = z", "not allowed"),
    (LOGIC, r#""StringEquals": {"k:a": "x"}, "StringLike": {"k:b": "y*"}"#, "k:a = x; k:b = yes", "allowed"),
    (LOGIC, r#""StringEquals": {"k:a": "x"}, "StringLike": {"k:b": "y*"}"#, "k:b = yes", "not allowed"),
    (LOGIC, r#""StringLike": {"k:a": "x*"}, "StringNotEquals": {"k:a": "xy"}"#, "k:a = xy", "not allowed"),
    (LOGIC, r#""StringLike": {"k:a": "x*"}, "StringNotEquals": {"k:a": "xy"}"#, "k:a = xz", "allowed"),
    (CONDITION, r#""StringEquals": {"AWS:UserName": "bob"}"#, "aws:username = bob", "allowed"),
    (CONDITION, r#""StringEquals": {"aws:PrincipalTag/Team": "x"}"#, "aws:principaltag/team = x", "allowed"),
    (OPEN, r#""StringEquals": {"k:a": []}"#, "k:a = x", "undecided: doc-empty-list"),
    // sets
    (SETS, r#""ForAllValues:StringEquals": {"aws:TagKeys": ["a", "b"]}"#, "aws:TagKeys = [a, b]", "allowed"),
    (SETS, r#""ForAllValues:StringEquals": {"aws:TagKeys": ["a", "b"]}"#, "aws:TagKeys = [a, c]", "not allowed"),
    (SETS, r#""ForAllValues:StringEquals": {"aws:TagKeys": ["a", "b"]}"#, "aws:TagKeys = [a]", "allowed"),
    (SETS, r#""ForAllValues:StringEquals": {"aws:TagKeys": ["a", "b"]}"#, "", "allowed"),
    (SETS, r#""ForAllValues:StringEquals": {"aws:TagKeys": ["a", "b"]}"#, "aws:TagKeys = []", "allowed"),
    (SETS, r#""ForAllValues:StringEquals": {"k:a": "x"}"#, "k:a = ", "allowed"),
    (SETS, r#""ForAllValues:StringNotEquals": {"aws:TagKeys": ["a", "b"]}"#, "aws:TagKeys = [c, d]", "allowed"),
    (SETS, r#""ForAllValues:StringNotEquals": {"aws:TagKeys": ["a", "b"]}"#, "aws:TagKeys = [c, a]", "not allowed"),
    (SETS, r#""ForAllValues:StringNotEquals": {"aws:TagKeys": ["a", "b"]}"#, "", "allowed"),
    (SETS, r#""ForAllValues:StringLike": {"aws:TagKeys": "key*"}"#, "aws:TagKeys = [key1, key2]", "allowed"),
    (SETS, r#""ForAllValues:StringLikeIfExists": {"aws:TagKeys": "key*"}"#, "", "allowed"),
    (SETS, r#""ForAnyValue:StringEquals": {"aws:TagKeys": ["a", "b"]}"#, "aws:TagKeys = [c, b]", "allowed"),
    (SETS, r#""ForAnyValue:StringEquals": {"aws:TagKeys": ["a", "b"]}"#, "aws:TagKeys = [c, d]", "not allowed"),
    (SETS, r#""ForAnyValue:StringEquals": {"aws:TagKeys": ["a", "b"]}"#, "", "not allowed"),
    (SETS, r#""ForAnyValue:StringEquals": {"aws:TagKeys": ["a", "b"]}"#, "aws:TagKeys = []", "not allowed"),
    (SETS, r#""ForAnyValue:StringEquals": {"k:a": ""}"#, "k:a = ", "not allowed"),
    (SETS, r#""ForAnyValue:StringNotEquals": {"aws:TagKeys": "a"}"#, "aws:TagKeys = [a, b]", "allowed"),
    (SETS, r#""ForAnyValue:StringNotEquals": {"aws:TagKeys": "a"}"#, "aws:TagKeys = [a]", "not allowed"),
    (SETS, r#""ForAnyValue:StringNotEquals": {"aws:TagKeys": "a"}"#, "", "not allowed"),
    (
        SETS,
        r#""ForAnyValue:StringLike": {"cognito-identity.amazonaws.com:amr": "authenticated"}"#,
        "cognito-identity.amazonaws.com:amr = [authenticated, graph.facebook.com]",
        "allowed",
    ),
    (
        SETS,
        r#""ForAnyValue:StringLike": {"cognito-identity.amazonaws.com:amr": "authenticated"}"#,
        "cognito-identity.amazonaws.com:amr = [unauthenticated]",
        "not allowed",
    ),
    (
        SETS,
        r#""ForAnyValue:StringLike": {"cognito-identity.amazonaws.com:amr": "*authenticated"}"#,
        "cognito-identity.amazonaws.com:amr = [unauthenticated]",
        "allowed",
    ),
    (
        SETS,
        r#""ForAllValues:StringEquals": {"cognito-identity.amazonaws.com:amr": "authenticated"}"#,
        "cognito-identity.amazonaws.com:amr = [authenticated, graph.facebook.com]",
        "not allowed",
    ),
    (SETS, r#""ForAnyValue:ArnLike": {"k:arns": "arn:aws:s3:::b*"}"#, "k:arns = [arn:aws:s3:::a, arn:aws:s3:::b1]", "allowed"),
    (SETS, r#""ForAllValues:NumericLessThan": {"k:n": "5"}"#, "k:n = [1, 4]", "allowed"),
    (SETS, r#""ForAllValues:IpAddress": {"k:ip": "10.0.0.0/8"}"#, "k:ip = [10.1.1.1, 11.1.1.1]", "not allowed"),
    (SETS, r#""ForAnyValue:DateLessThan": {"k:d": "2026-01-01"}"#, "k:d = [2027-01-01, 2025-01-01]", "allowed"),
    (SETS, r#""ForAllValues:Bool": {"k:x": "true"}"#, "k:x = [true, true]", "allowed"),
    (SETS, r#""ForAllValues:StringEquals": {"k:a": "x"}"#, "k:a = x", "allowed"),
    (SETS, r#""ForAnyValue:StringEquals": {"k:a": "x"}"#, "k:a = x", "allowed"),
    (
        OPEN,
        r#""StringEquals": {"cognito-identity.amazonaws.com:amr": "authenticated"}"#,
        "cognito-identity.amazonaws.com:amr = [authenticated]",
        "undecided: set-plain-on-many",
    ),
    (OPEN, r#""StringNotEquals": {"aws:TagKeys": "a"}"#, "aws:TagKeys = [b, c]", "undecided: set-plain-on-many"),
    (OPEN, r#""ForAnyValue:StringEqualsIfExists": {"aws:TagKeys": "team"}"#, "", "undecided: cond-ifexists-set"),
    // variables
    (
        VARIABLES,
        r#""StringLike": {"s3:prefix": ["", "home/", "home/${aws:username}/*"]}"#,
        "s3:prefix = home/bob/x; aws:username = bob",
        "allowed",
    ),
    (
        VARIABLES,
        r#""StringLike": {"s3:prefix": ["", "home/", "home/${aws:username}/*"]}"#,
        "s3:prefix = home/eve/x; aws:username = bob",
        "not allowed",
    ),
    (VARIABLES, r#""StringEquals": {"k:a": "${AWS:UserName}"}"#, "k:a = bob; aws:username = bob", "allowed"),
    (VARIABLES, r#""StringEquals": {"k:a": "${aws:username}"}"#, "k:a = bob", "not allowed"),
    (VARIABLES, r#""StringNotEquals": {"k:a": "${aws:username}"}"#, "k:a = bob", "allowed"),
    (VARIABLES, r#""StringNotEquals": {"k:a": ["${aws:username}", "bob"]}"#, "k:a = bob", "not allowed"),
    (VARIABLES, r#""StringNotLike": {"k:a": "${aws:username}*"}"#, "k:a = bob", "allowed"),
    (VARIABLES, r#""StringEquals": {"k:a": "${aws:username, 'anonymous'}"}"#, "k:a = anonymous", "allowed"),
    (
        VARIABLES,
        r#""StringEquals": {"k:a": "${aws:username, 'anonymous'}"}"#,
        "k:a = anonymous; aws:username = bob",
        "not allowed",
    ),
    (VARIABLES, r#""StringLike": {"k:a": "a${*}b"}"#, "k:a = a*b", "allowed"),
    (VARIABLES, r#""StringLike": {"k:a": "a${*}b"}"#, "k:a = axb", "not allowed"),
    (VARIABLES, r#""StringLike": {"k:a": "a${*}${aws:username}"}"#, "k:a = axb; aws:username = b*", "not allowed"),
    (VARIABLES, r#""StringLike": {"k:a": "a${?}b"}"#, "k:a = a?b", "allowed"),
    (VARIABLES, r#""StringLike": {"k:a": "a${?}b"}"#, "k:a = axb", "not allowed"),
    (VARIABLES, r#""StringEquals": {"k:a": "${$}{aws:username}"}"#, "k:a = ${aws:username}", "allowed"),
    (VARIABLES, r#""StringEqualsIgnoreCase": {"k:a": "x-${aws:username}"}"#, "k:a = X-BOB; aws:username = bob", "allowed"),
    (
        VARIABLES,
        r#""ArnLike": {"k:arn": "arn:aws:iam::*:user/${aws:username}"}"#,
        "k:arn = arn:aws:iam::1:user/bob; aws:username = bob",
        "allowed",
    ),
    (
        VARIABLES,
        r#""ArnNotLike": {"k:arn": "arn:aws:iam::*:user/${aws:username}"}"#,
        "k:arn = arn:aws:iam::1:user/bob",
        "allowed",
    ),
    (
        VARIABLES,
        r#""ForAnyValue:StringEquals": {"aws:TagKeys": "${aws:username}"}"#,
        "aws:TagKeys = [bob, eve]; aws:username = eve",
        "allowed",
    ),
    (
        VARIABLES,
        r#""StringEquals": {"s3:ExistingObjectTag/Team": "${aws:principaltag/Team}"}"#,
        "s3:ExistingObjectTag/Team = red; aws:PrincipalTag/Team = red",
        "allowed",
    ),
    (OPEN, r#""StringLike": {"k:a": "${aws:username}"}"#, "k:a = bob; aws:username = *", "undecided: var-literal"),
    (VARIABLES, r#""StringLike": {"k:a": "${aws:username}"}"#, "k:a = *; aws:username = *", "allowed"),
    (VARIABLES, r#""StringEquals": {"k:a": "${aws:username}"}"#, "k:a = bob; aws:username = *", "not allowed"),
    (VARIABLES, r#""StringLike": {"k:a": "x${aws:username}"}"#, "k:a = bob; aws:username = *", "not allowed"),
    (OPEN, r#""Bool": {"k:x": "${aws:SecureTransport}"}"#, "k:x = true; aws:SecureTransport = true", "undecided: var-bool"),
    (OPEN, r#""StringEquals": {"k:a": "${aws:TagKeys}"}"#, "k:a = x; aws:TagKeys = [x]", "undecided: var-multivalued"),
    (OPEN, r#""NumericEquals": {"k:n": "${aws:EpochTime}"}"#, "k:n = 1; aws:EpochTime = 1", "undecided: op-bad-value"),
    // values that cannot be read
    (OPEN, r#""NumericEquals": {"k:n": "ten"}"#, "k:n = 10", "undecided: op-bad-value"),
    (OPEN, r#""IpAddress": {"aws:SourceIp": "203.0.113.*"}"#, "aws:SourceIp = 203.0.113.1", "undecided: op-bad-value"),
    (OPEN, r#""DateLessThan": {"k:d": "tomorrow"}"#, "k:d = 2026-01-01", "undecided: op-bad-value"),
    (OPERATORS, r#""NumericEquals": {"k:n": ["ten", "10"]}"#, "k:n = 10", "allowed"),
    (OPEN, r#""NumericEquals": {"k:n": "10"}"#, "k:n = ten", "undecided: op-bad-context"),
    (OPEN, r#""Bool": {"k:x": "true"}"#, "k:x = yes", "undecided: op-bad-context"),
    (OPEN, r#""NotIpAddress": {"aws:SourceIp": "203.0.113.0/24"}"#, "aws:SourceIp = here", "undecided: op-bad-context"),
    (OPEN, r#""NumericEquals": {"k:n": "1e1"}"#, "k:n = 10", "undecided: op-numeric-format"),
    (OPEN, r#""DateGreaterThan": {"k:d": "2020"}"#, "k:d = 2026-01-01", "undecided: op-date-year-or-epoch"),
    (OPEN, r#""Bool": {"k:x": "True"}"#, "k:x = true", "undecided: op-bool-case"),
    (OPEN, r#""Null": {"k:x": "True"}"#, "", "undecided: null-other-value"),
    (OPEN, r#""Null": {"k:x": "yes"}"#, "k:x = 1", "undecided: null-other-value"),
    (OPEN, r#""BinaryEquals": {"k:b": "QQ"}"#, "k:b = QQ==", "undecided: op-binary-format"),
    (OPEN, r#""IpAddress": {"aws:SourceIp": "192.0.2.0/24"}"#, "aws:SourceIp = ::ffff:192.0.2.1", "undecided: op-ip-other-forms"),
    // what is not known
    (HOLE, r#""StringEquals": {"k:a": "${pool_id}"}"#, "k:a = x", "undecided: hole"),
    (HOLE, r#""StringEquals": {"k:a": "eu-${pool_id}"}"#, "k:a = us-1", "not allowed"),
    (HOLE, r#""StringEquals": {"k:a": ["${pool_id}", "x"]}"#, "k:a = x", "allowed"),
    (HOLE, r#""StringEquals": {"k:a": "${pool_id}"}"#, "", "not allowed"),
    (HOLE, r#""StringEquals": {"${oidc}:sub": "x"}"#, "k:sub = x", "undecided: hole"),
    (HOLE, r#""NumericEquals": {"k:n": "${limit}"}"#, "k:n = 1", "undecided: hole"),
    (CONDITION, r#""StringEquals": {"k:a": "x"}"#, "partial", "undecided: key"),
    (CONDITION, r#""StringEquals": {"k:a": "x"}"#, "k:a = ?", "undecided: key"),
    (VARIABLES, r#""StringEquals": {"k:a": "${aws:username}"}"#, "k:a = x; aws:username = ?", "undecided: key"),
    (CONDITION, r#""StringNotEquals": {"k:a": "x"}"#, "partial", "undecided: key"),
    (CONDITION, r#""Null": {"k:a": "true"}"#, "partial", "undecided: key"),
    (LOGIC, r#""Null": {"k:a": ["true", "false"]}"#, "partial", "allowed"),
    (CONDITION, r#""StringEquals": {"k:a": "x"}"#, "k:a = x; partial", "allowed"),
    (CONDITION, r#""StringEquals": {"k:a": "x", "k:b": "y"}"#, "k:b = z; partial", "not allowed"),
    (VARIABLES, r#""StringLike": {"k:a": "home/${aws:username}"}"#, "k:a = home/bob; partial", "undecided: key"),
    (VARIABLES, r#""StringLike": {"k:a": "home/${aws:username}"}"#, "k:a = away/bob; partial", "not allowed"),
];

/// Page, element, requested resource, context, answer.
const RESOURCES: &[(&str, &str, &str, &str, &str)] = &[
    (RESOURCE, r#""Resource": "arn:aws:s3:::b""#, "arn:aws:s3:::b", "", "allowed"),
    (RESOURCE, r#""Resource": "arn:aws:s3:::b""#, "arn:aws:s3:::B", "", "not allowed"),
    (RESOURCE, r#""Resource": "arn:aws:s3:::b""#, "arn:aws:s3:::b/x", "", "not allowed"),
    (RESOURCE, r#""Resource": "arn:aws:s3:::b/*""#, "arn:aws:s3:::b/x/y", "", "allowed"),
    (RESOURCE, r#""Resource": "arn:aws:s3:::b/*""#, "arn:aws:s3:::b", "", "not allowed"),
    (RESOURCE, r#""Resource": "arn:aws:s3:::b/*/test/*""#, "arn:aws:s3:::b/1/2/test/3/object.jpg", "", "allowed"),
    (RESOURCE, r#""Resource": "arn:aws:s3:::b/*/test/*""#, "arn:aws:s3:::b/1-test/object.jpg", "", "not allowed"),
    (RESOURCE, r#""Resource": "arn:aws:s3:::b/??/test""#, "arn:aws:s3:::b/12/test", "", "allowed"),
    (RESOURCE, r#""Resource": "arn:aws:iam::1:user/accounting/*""#, "arn:aws:iam::1:user/accounting/bob", "", "allowed"),
    (RESOURCE, r#""Resource": ["arn:aws:s3:::a", "arn:aws:s3:::b"]"#, "arn:aws:s3:::b", "", "allowed"),
    (RESOURCE, r#""Resource": "*""#, "*", "", "allowed"),
    (RESOURCE, r#""Resource": "arn:aws:s3:::*""#, "*", "", "not allowed"),
    (RESOURCE, r#""Resource": "arn:aws:sqs:*:1:q""#, "arn:aws:sqs:eu-west-1:1:q", "", "allowed"),
    (RESOURCE, r#""Resource": "arn:aws:sqs:*:q""#, "arn:aws:sqs:eu-west-1:1:q", "", "allowed"),
    (RESOURCE, r#""Resource": "arn:aws:sqs:eu*1:1:q""#, "arn:aws:sqs:eu-west-1:1:q", "", "allowed"),
    (RESOURCE, r#""Resource": "arn:aws:sqs:e*q""#, "arn:aws:sqs:eu-west-1:1:q", "", "not allowed"),
    (
        RESOURCE,
        r#""Resource": "arn:aws:logs:*:*:log-group:/app/*""#,
        "arn:aws:logs:eu-west-1:1:log-group:/app/a:log-stream:b",
        "",
        "allowed",
    ),
    (NOT_RESOURCE, r#""NotResource": "arn:aws:s3:::b/*""#, "arn:aws:s3:::b/x", "", "not allowed"),
    (NOT_RESOURCE, r#""NotResource": "arn:aws:s3:::b/*""#, "arn:aws:s3:::c/x", "", "allowed"),
    (NOT_RESOURCE, r#""NotResource": ["arn:aws:s3:::b", "arn:aws:s3:::c"]"#, "arn:aws:s3:::c", "", "not allowed"),
    (NOT_RESOURCE, r#""NotResource": "*""#, "arn:aws:s3:::c", "", "not allowed"),
    (VARIABLES, r#""Resource": "arn:aws:s3:::b/${aws:username}/*""#, "arn:aws:s3:::b/bob/x", "aws:username = bob", "allowed"),
    (VARIABLES, r#""Resource": "arn:aws:s3:::b/${aws:username}/*""#, "arn:aws:s3:::b/eve/x", "aws:username = bob", "not allowed"),
    (VARIABLES, r#""Resource": "arn:aws:s3:::b/${aws:username}/*""#, "arn:aws:s3:::b//x", "", "not allowed"),
    (VARIABLES, r#""NotResource": "arn:aws:s3:::b/${aws:username}/*""#, "arn:aws:s3:::b/bob/x", "", "allowed"),
    (
        VARIABLES,
        r#""Resource": "arn:aws:s3:::b/${cognito-identity.amazonaws.com:sub}/*""#,
        "arn:aws:s3:::b/eu-west-1:1234/x",
        "cognito-identity.amazonaws.com:sub = eu-west-1:1234",
        "allowed",
    ),
    (VARIABLES, r#""Resource": "arn:aws:s3:::b/${aws:PrincipalTag/team, 'none'}""#, "arn:aws:s3:::b/none", "", "allowed"),
    (VARIABLES, r#""Resource": "arn:aws:s3:::b/${*}""#, "arn:aws:s3:::b/x", "", "not allowed"),
    (VARIABLES, r#""Resource": "arn:aws:s3:::b/${*}""#, "arn:aws:s3:::b/*", "", "allowed"),
    (
        OPEN,
        r#""Resource": "arn:aws:iam::${aws:PrincipalAccount}:role/r""#,
        "arn:aws:iam::1:role/r",
        "aws:PrincipalAccount = 1",
        "undecided: resource-variable-place",
    ),
    (
        OPEN,
        r#""Resource": "arn:aws:iam::${aws:PrincipalAccount}:role/r""#,
        "arn:aws:iam::1:role/s",
        "aws:PrincipalAccount = 1",
        "not allowed",
    ),
    (HOLE, r#""Resource": "arn:aws:s3:::${bucket}/*""#, "arn:aws:s3:::b/x", "", "undecided: hole"),
    (HOLE, r#""Resource": "arn:aws:s3:::${bucket}/*""#, "arn:aws:sqs:::b/x", "", "not allowed"),
    (HOLE, r#""NotResource": "arn:aws:s3:::${bucket}/*""#, "arn:aws:s3:::b/x", "", "undecided: hole"),
];

/// Page, element, requested action, answer.
const ACTIONS: &[(&str, &str, &str, &str)] = &[
    (ACTION, r#""Action": "s3:GetObject""#, "s3:GetObject", "allowed"),
    (ACTION, r#""Action": "S3:getobject""#, "s3:GetObject", "allowed"),
    (ACTION, r#""Action": "s3:GetObject""#, "s3:GetObjectAcl", "not allowed"),
    (ACTION, r#""Action": "iam:*AccessKey*""#, "iam:DeleteAccessKey", "allowed"),
    (ACTION, r#""Action": "iam:*AccessKey*""#, "iam:ListUsers", "not allowed"),
    (ACTION, r#""Action": "s3:*""#, "s3:PutObject", "allowed"),
    (ACTION, r#""Action": "s3:*""#, "s3express:CreateSession", "not allowed"),
    (ACTION, r#""Action": "*""#, "iam:CreateUser", "allowed"),
    (ACTION, r#""Action": "s3:Get?bject""#, "s3:GetObject", "allowed"),
    (ACTION, r#""Action": ["sqs:SendMessage", "sqs:ReceiveMessage"]"#, "sqs:ReceiveMessage", "allowed"),
    (NOT_ACTION, r#""NotAction": "s3:DeleteBucket""#, "s3:DeleteBucket", "not allowed"),
    (NOT_ACTION, r#""NotAction": "s3:DeleteBucket""#, "s3:GetObject", "allowed"),
    (NOT_ACTION, r#""NotAction": "iam:*""#, "iam:CreateUser", "not allowed"),
    (NOT_ACTION, r#""NotAction": ["iam:*", "sts:*"]"#, "s3:GetObject", "allowed"),
    (OPEN, r#""Action": "s?:GetObject""#, "s3:GetObject", "undecided: action-wildcard-prefix"),
    (OPEN, r#""NotAction": "*:GetObject""#, "s3:GetObject", "undecided: action-wildcard-prefix"),
    (ACTION, r#""Action": "*:GetObject""#, "s3:PutObject", "not allowed"),
    (OPEN, r#""Action": []"#, "s3:GetObject", "undecided: doc-empty-list"),
    (HOLE, r#""Action": "${service}:GetObject""#, "s3:GetObject", "undecided: hole"),
    (HOLE, r#""Action": "${service}:GetObject""#, "s3:PutObject", "not allowed"),
];

pub(super) const COGNITO: Caller<'static> = Caller::Federated("cognito-identity.amazonaws.com");
const GITHUB: Caller<'static> = Caller::Federated("arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com");
const LAMBDA: Caller<'static> = Caller::Service("lambda.amazonaws.com");
pub(super) const BOB: Caller<'static> = Caller::Aws("arn:aws:iam::111122223333:user/bob");
const ROLE: Caller<'static> = Caller::Aws("arn:aws:iam::111122223333:role/app/reader");
const SESSION: Caller<'static> = Caller::Aws("arn:aws:sts::111122223333:assumed-role/reader/s1");
const ROOT: Caller<'static> = Caller::Aws("arn:aws:iam::111122223333:root");
pub(super) const TRUST: PolicyKind = PolicyKind::Trust;
const BUCKET: PolicyKind = PolicyKind::Resource;

/// Page, kind of policy, element, caller, answer.
const PRINCIPALS: &[(&str, PolicyKind, &str, Caller<'static>, &str)] = &[
    (PRINCIPAL, TRUST, r#""Principal": {"Federated": "cognito-identity.amazonaws.com"}"#, COGNITO, "allowed"),
    (PRINCIPAL, TRUST, r#""Principal": {"Federated": "accounts.google.com"}"#, COGNITO, "not allowed"),
    (PRINCIPAL, TRUST, r#""Principal": {"Service": "cognito-identity.amazonaws.com"}"#, COGNITO, "not allowed"),
    (
        PRINCIPAL,
        TRUST,
        r#""Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"}"#,
        GITHUB,
        "allowed",
    ),
    (
        PRINCIPAL,
        TRUST,
        r#""Principal": {"Federated": "arn:aws:iam::444455556666:oidc-provider/token.actions.githubusercontent.com"}"#,
        GITHUB,
        "not allowed",
    ),
    (
        PRINCIPAL,
        TRUST,
        r#""Principal": {"Federated": ["accounts.google.com", "cognito-identity.amazonaws.com"]}"#,
        COGNITO,
        "allowed",
    ),
    (PRINCIPAL, TRUST, r#""Principal": {"Service": "lambda.amazonaws.com"}"#, LAMBDA, "allowed"),
    (PRINCIPAL, TRUST, r#""Principal": {"Service": "ec2.amazonaws.com"}"#, LAMBDA, "not allowed"),
    (PRINCIPAL, TRUST, r#""Principal": {"Federated": "lambda.amazonaws.com"}"#, LAMBDA, "not allowed"),
    (PRINCIPAL, TRUST, r#""Principal": {"AWS": "111122223333"}"#, BOB, "allowed"),
    (PRINCIPAL, TRUST, r#""Principal": {"AWS": 111122223333}"#, BOB, "allowed"),
    (PRINCIPAL, TRUST, r#""Principal": {"AWS": "444455556666"}"#, BOB, "not allowed"),
    (PRINCIPAL, TRUST, r#""Principal": {"AWS": "arn:aws:iam::111122223333:root"}"#, BOB, "allowed"),
    (PRINCIPAL, TRUST, r#""Principal": {"AWS": "arn:aws:iam::111122223333:root"}"#, SESSION, "allowed"),
    (PRINCIPAL, TRUST, r#""Principal": {"AWS": "arn:aws:iam::111122223333:root"}"#, ROOT, "allowed"),
    (PRINCIPAL, TRUST, r#""Principal": {"AWS": "arn:aws-cn:iam::111122223333:root"}"#, BOB, "not allowed"),
    (PRINCIPAL, TRUST, r#""Principal": {"AWS": "arn:aws:iam::111122223333:root"}"#, COGNITO, "not allowed"),
    (PRINCIPAL, TRUST, r#""Principal": {"AWS": "arn:aws:iam::111122223333:user/bob"}"#, BOB, "allowed"),
    (PRINCIPAL, TRUST, r#""Principal": {"AWS": "arn:aws:iam::111122223333:user/bo*"}"#, BOB, "not allowed"),
    (PRINCIPAL, TRUST, r#""Principal": {"AWS": "arn:aws:iam::111122223333:user/bob"}"#, ROOT, "not allowed"),
    (PRINCIPAL, BUCKET, r#""Principal": {"AWS": "arn:aws:iam::111122223333:role/app/reader"}"#, SESSION, "allowed"),
    (PRINCIPAL, BUCKET, r#""Principal": {"AWS": "arn:aws:iam::111122223333:role/app/writer"}"#, SESSION, "not allowed"),
    (PRINCIPAL, BUCKET, r#""Principal": {"AWS": "arn:aws:iam::444455556666:role/reader"}"#, SESSION, "not allowed"),
    (PRINCIPAL, BUCKET, r#""Principal": {"AWS": "arn:aws:iam::111122223333:role/app/reader"}"#, ROLE, "allowed"),
    (PRINCIPAL, BUCKET, r#""Principal": {"AWS": "arn:aws:sts::111122223333:assumed-role/reader/s1"}"#, SESSION, "allowed"),
    (PRINCIPAL, BUCKET, r#""Principal": {"AWS": "arn:aws:sts::111122223333:assumed-role/reader/s2"}"#, SESSION, "not allowed"),
    (PRINCIPAL, BUCKET, r#""Principal": {"AWS": "arn:aws:sts::111122223333:assumed-role/reader/s1"}"#, ROLE, "undecided: caller"),
    (PRINCIPAL, BUCKET, r#""Principal": "*""#, Caller::Anonymous, "allowed"),
    (PRINCIPAL, BUCKET, r#""Principal": {"AWS": "*"}"#, Caller::Anonymous, "allowed"),
    (PRINCIPAL, BUCKET, r#""Principal": {"AWS": "111122223333"}"#, Caller::Anonymous, "not allowed"),
    (PRINCIPAL, BUCKET, r#""Principal": "*""#, SESSION, "allowed"),
    (PRINCIPAL, TRUST, r#""Principal": {"AWS": "*"}"#, BOB, "allowed"),
    (OPEN, TRUST, r#""Principal": {"AWS": "*"}"#, COGNITO, "undecided: principal-star-allow"),
    (OPEN, BUCKET, r#""Principal": {"Service": "*"}"#, LAMBDA, "undecided: principal-service-star"),
    (
        OPEN,
        BUCKET,
        r#""Principal": {"Federated": "cognito-identity.amazonaws.com"}"#,
        COGNITO,
        "undecided: principal-federated-elsewhere",
    ),
    (OPEN, TRUST, r#""Principal": "*""#, COGNITO, "undecided: principal-star-allow"),
    (OPEN, TRUST, r#""Principal": {"Federated": "*"}"#, COGNITO, "undecided: principal-federated-star"),
    (
        OPEN,
        TRUST,
        r#""Principal": {"Federated": "Cognito-Identity.amazonaws.com"}"#,
        COGNITO,
        "undecided: principal-federated-case",
    ),
    (OPEN, BUCKET, r#""Principal": {"CanonicalUser": "79a59df900b949e5"}"#, BOB, "undecided: principal-canonical"),
    (PRINCIPAL, BUCKET, r#""Principal": {"CanonicalUser": "79a59df900b949e5"}"#, LAMBDA, "not allowed"),
    (
        HOLE,
        TRUST,
        r#""Principal": {"Federated": "arn:aws:iam::${account}:oidc-provider/token.actions.githubusercontent.com"}"#,
        GITHUB,
        "undecided: hole",
    ),
    (HOLE, TRUST, r#""Principal": {"Federated": "arn:aws:iam::${account}:oidc-provider/gitlab.com"}"#, GITHUB, "not allowed"),
    (HOLE, TRUST, r#""Principal": {"AWS": "arn:aws:iam::${account}:root"}"#, COGNITO, "not allowed"),
    (HOLE, TRUST, r#""Principal": {"AWS": "${trusted}"}"#, COGNITO, "undecided: hole"),
    (HOLE, TRUST, r#""Principal": "${trusted}""#, COGNITO, "undecided: hole"),
    (NOT_PRINCIPAL, TRUST, r#""NotPrincipal": {"AWS": "444455556666"}"#, BOB, "refused"),
    (NOT_PRINCIPAL, BUCKET, r#""NotPrincipal": {"AWS": "444455556666"}"#, BOB, "allowed"),
    (
        NOT_PRINCIPAL,
        BUCKET,
        r#""NotPrincipal": {"AWS": ["111122223333", "arn:aws:iam::111122223333:user/bob"]}"#,
        BOB,
        "not allowed",
    ),
    (
        NOT_PRINCIPAL,
        BUCKET,
        r#""NotPrincipal": {"AWS": ["arn:aws:sts::111122223333:assumed-role/reader/s1", "arn:aws:iam::111122223333:role/app/reader", "arn:aws:iam::111122223333:root"]}"#,
        SESSION,
        "not allowed",
    ),
    (
        NOT_PRINCIPAL,
        BUCKET,
        r#""NotPrincipal": {"AWS": "arn:aws:iam::111122223333:role/app/reader"}"#,
        SESSION,
        "undecided: notprincipal-chain",
    ),
    (NOT_PRINCIPAL, BUCKET, r#""NotPrincipal": {"Service": "lambda.amazonaws.com"}"#, LAMBDA, "not allowed"),
    (NOT_PRINCIPAL, BUCKET, r#""NotPrincipal": {"AWS": "*"}"#, BOB, "not allowed"),
];

/// Page, whole policy, context, answer to `s3:GetObject` on `arn:aws:s3:::b/x`.
const WHOLE: &[(&str, &str, &str, &str)] = &[
    (ORDER, r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}}"#, "", "allowed"),
    (ORDER, r#"{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "s3:*", "Resource": "*"}}"#, "", "denied"),
    (
        ORDER,
        r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}, {"Effect": "Deny", "Action": "s3:*", "Resource": "*"}]}"#,
        "",
        "denied",
    ),
    (
        ORDER,
        r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "s3:*", "Resource": "*"}, {"Effect": "Allow", "Action": "*", "Resource": "*"}]}"#,
        "",
        "denied",
    ),
    (
        ORDER,
        r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}, {"Effect": "Deny", "Action": "iam:*", "Resource": "*"}]}"#,
        "",
        "allowed",
    ),
    (
        ORDER,
        r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sqs:*", "Resource": "*"}}"#,
        "",
        "not allowed",
    ),
    (
        NOT_ACTION,
        r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}, {"Effect": "Deny", "NotAction": "iam:*", "Resource": "*", "Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}}]}"#,
        "",
        "denied",
    ),
    (
        OPERATORS,
        r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}, {"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": {"StringNotEqualsIfExists": {"aws:RequestTag/team": "x"}}}]}"#,
        "",
        "denied",
    ),
    (
        SET_EXAMPLES,
        r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}, {"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": {"ForAnyValue:StringEquals": {"aws:TagKeys": ["webserver"]}}}]}"#,
        "aws:TagKeys = [team, webserver]",
        "denied",
    ),
    (
        OPEN,
        r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}, {"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": {"NumericGreaterThan": {"k:n": "many"}}}]}"#,
        "k:n = 3",
        "undecided: op-bad-value",
    ),
    (
        OPEN,
        r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sqs:*", "Resource": "*"}, {"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": {"NumericGreaterThan": {"k:n": "many"}}}]}"#,
        "k:n = 3",
        "not allowed",
    ),
    (
        OPEN,
        r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}, {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"NumericGreaterThan": {"k:n": "many"}}}]}"#,
        "k:n = 3",
        "allowed",
    ),
    (
        OPEN,
        r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}, {"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": {"NumericGreaterThan": {"k:n": "many"}}}]}"#,
        "k:n = 3",
        "denied",
    ),
    // the version decides what a variable is
    (
        VERSION,
        r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "arn:aws:s3:::b/${aws:username}"}}"#,
        "aws:username = x",
        "allowed",
    ),
    (
        VERSION,
        r#"{"Version": "2008-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "arn:aws:s3:::b/${aws:username}"}}"#,
        "aws:username = x",
        "not allowed",
    ),
    (
        VERSION,
        r#"{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "arn:aws:s3:::b/${aws:username}"}}"#,
        "aws:username = x",
        "not allowed",
    ),
    (
        VERSION,
        r#"{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"StringEquals": {"k:a": "${aws:username}"}}}}"#,
        "aws:username = x; k:a = ${aws:username}",
        "allowed",
    ),
    (VERSION, r#"{"Version": "2012-10-18", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}"#, "", "refused"),
    // what AWS refuses to store decides nothing
    (GRAMMAR, r#"{"Version": "2012-10-17", "Statement": {"Effect": "allow", "Action": "*", "Resource": "*"}}"#, "", "refused"),
    (GRAMMAR, r#"{"Version": "2012-10-17", "Statement": {"Action": "*", "Resource": "*"}}"#, "", "refused"),
    (GRAMMAR, r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*"}}"#, "", "refused"),
    (
        GRAMMAR,
        r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*", "Principal": "*"}}"#,
        "",
        "refused",
    ),
    (
        GRAMMAR,
        r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}, {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"StringMatches": {"k:a": "x"}}}]}"#,
        "k:a = x",
        "refused",
    ),
    (
        GRAMMAR,
        r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"NullIfExists": {"k:a": "true"}}}}"#,
        "",
        "refused",
    ),
    // templates
    (
        HOLE,
        r#"{"Version": "2012-10-17", "Statement": {"Effect": "${effect}", "Action": "*", "Resource": "*"}}"#,
        "",
        "undecided: hole",
    ),
    (
        HOLE,
        r#"{"Version": "2012-10-17", "Statement": {"Effect": "${effect}", "Action": "sqs:*", "Resource": "*"}}"#,
        "",
        "not allowed",
    ),
    (
        HOLE,
        r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}, {"Effect": "Deny", "Action": "*", "Resource": "${bucket}"}]}"#,
        "",
        "undecided: hole",
    ),
    (
        HOLE,
        r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": ${conditions}}}"#,
        "",
        "undecided: hole",
    ),
    (
        HOLE,
        r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}, ${more}]}"#,
        "",
        "undecided: hole",
    ),
    (
        HOLE,
        r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}, ${more}]}"#,
        "",
        "denied",
    ),
    (
        HOLE,
        r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"${operator}": {"k:a": "x"}}}}"#,
        "",
        "undecided: hole",
    ),
];

fn statement(element: &str, rest: &str) -> String {
    format!(r#"{{"Version": "2012-10-17", "Statement": {{"Effect": "Allow", {element}{rest}}}}}"#)
}

pub(super) fn cases() -> Vec<Case> {
    let case = |page, policy, expected| Case {
        page,
        policy,
        kind: PolicyKind::Identity,
        caller: BOB,
        action: "s3:GetObject",
        resource: "arn:aws:s3:::b/x",
        context: "",
        expected,
    };
    let conditions = CONDITIONS.iter().map(|&(page, condition, context, expected)| {
        let policy = statement(r#""Action": "*", "Resource": "*""#, &format!(r#", "Condition": {{{condition}}}"#));
        Case { context, ..case(page, policy, expected) }
    });
    let resources = RESOURCES.iter().map(|&(page, element, resource, context, expected)| {
        let policy = statement(element, r#", "Action": "*""#);
        Case { resource, context, ..case(page, policy, expected) }
    });
    let actions = ACTIONS.iter().map(|&(page, element, action, expected)| {
        let policy = statement(element, r#", "Resource": "*""#);
        Case { action, ..case(page, policy, expected) }
    });
    let principals = PRINCIPALS.iter().map(|&(page, kind, element, caller, expected)| {
        let (action, rest) = match kind {
            PolicyKind::Trust => ("sts:AssumeRole", r#", "Action": "sts:AssumeRole""#),
            _ => ("s3:GetObject", r#", "Action": "s3:GetObject", "Resource": "*""#),
        };
        Case { kind, caller, action, ..case(page, statement(element, rest), expected) }
    });
    let whole =
        WHOLE.iter().map(|&(page, policy, context, expected)| Case { context, ..case(page, policy.to_owned(), expected) });
    conditions.chain(resources).chain(actions).chain(principals).chain(whole).collect()
}
