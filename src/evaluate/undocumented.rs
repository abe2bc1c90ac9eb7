//! What AWS does not document, or documents in two ways: the ids of the sentences in `docs/semantics.md`.

/// An empty list of actions, resources, principals or values.
pub const EMPTY_LIST: &str = "doc-empty-list";
/// A provider that differs from the caller's in letter case only.
pub const PRINCIPAL_FEDERATED_CASE: &str = "principal-federated-case";
/// `Federated: "*"`.
pub const PRINCIPAL_FEDERATED_STAR: &str = "principal-federated-star";
/// A provider as principal of a policy other than a trust policy.
pub const PRINCIPAL_FEDERATED_ELSEWHERE: &str = "principal-federated-elsewhere";
/// An account as principal of the policy of an endpoint that may be a gateway.
pub const PRINCIPAL_ENDPOINT_ACCOUNT: &str = "decide-endpoint-account";
/// `Service: "*"`.
pub const PRINCIPAL_SERVICE_STAR: &str = "principal-service-star";
/// `*` as a principal that a trust policy allows.
pub const PRINCIPAL_STAR_ALLOW: &str = "principal-star-allow";
/// A canonical user id, which does not tell its account.
pub const PRINCIPAL_CANONICAL: &str = "principal-canonical";
/// A `NotPrincipal` that names some but not all of the caller's account, role and session.
pub const NOTPRINCIPAL_CHAIN: &str = "notprincipal-chain";
/// A wildcard in the service prefix of an action.
pub const ACTION_WILDCARD_PREFIX: &str = "action-wildcard-prefix";
/// A variable in the first five parts of a resource.
pub const RESOURCE_VARIABLE_PLACE: &str = "resource-variable-place";
/// `ForAnyValue:…IfExists` on a key that is absent.
pub const COND_IFEXISTS_SET: &str = "cond-ifexists-set";
/// `Null` on a key of one value that is the empty string.
pub const NULL_EMPTY_STRING: &str = "null-empty-string";
/// `Null` with other than `true` and `false`.
pub const NULL_OTHER_VALUE: &str = "null-other-value";
/// `ForAllValues:Null` and `ForAnyValue:Null`.
pub const NULL_SET_OPERATOR: &str = "null-set-operator";
/// An operator without `ForAllValues` or `ForAnyValue` on a key of several values.
pub const SET_PLAIN_ON_MANY: &str = "set-plain-on-many";
/// Letters beyond ASCII that differ in case, under an operator that ignores case.
pub const OP_STRING_IGNORE_CASE_UNICODE: &str = "op-string-ignore-case-unicode";
/// A pattern of an ARN operator with fewer than six parts.
pub const OP_ARN_SHORT: &str = "op-arn-short";
/// `*` under an ARN operator, and a request whose value is no ARN.
pub const OP_ARN_STAR_VALUE: &str = "op-arn-star-value";
/// A number with an exponent.
pub const OP_NUMERIC_FORMAT: &str = "op-numeric-format";
/// Four digits as a date.
pub const OP_DATE_YEAR_OR_EPOCH: &str = "op-date-year-or-epoch";
/// `True` or `TRUE`.
pub const OP_BOOL_CASE: &str = "op-bool-case";
/// Base64 without its padding.
pub const OP_BINARY_FORMAT: &str = "op-binary-format";
/// IPv4 mapped into IPv6.
pub const OP_IP_OTHER_FORMS: &str = "op-ip-other-forms";
/// A value of a policy that its operator cannot read.
pub const OP_BAD_VALUE: &str = "op-bad-value";
/// A value of a request that the operator cannot read.
pub const OP_BAD_CONTEXT: &str = "op-bad-context";
/// A variable under `Bool`.
pub const VAR_BOOL: &str = "var-bool";
/// `*` or `?` in the value of a variable.
pub const VAR_LITERAL: &str = "var-literal";
/// A variable that is not written as one.
pub const VAR_UNCLOSED: &str = "var-unclosed";
/// A key of several values as a variable.
pub const VAR_MULTIVALUED: &str = "var-multivalued";

/// All of them.
pub const ALL: [&str; 30] = [
    EMPTY_LIST,
    PRINCIPAL_FEDERATED_CASE,
    PRINCIPAL_FEDERATED_STAR,
    PRINCIPAL_FEDERATED_ELSEWHERE,
    PRINCIPAL_ENDPOINT_ACCOUNT,
    PRINCIPAL_SERVICE_STAR,
    PRINCIPAL_STAR_ALLOW,
    PRINCIPAL_CANONICAL,
    NOTPRINCIPAL_CHAIN,
    ACTION_WILDCARD_PREFIX,
    RESOURCE_VARIABLE_PLACE,
    COND_IFEXISTS_SET,
    NULL_EMPTY_STRING,
    NULL_OTHER_VALUE,
    NULL_SET_OPERATOR,
    SET_PLAIN_ON_MANY,
    OP_STRING_IGNORE_CASE_UNICODE,
    OP_ARN_SHORT,
    OP_ARN_STAR_VALUE,
    OP_NUMERIC_FORMAT,
    OP_DATE_YEAR_OR_EPOCH,
    OP_BOOL_CASE,
    OP_BINARY_FORMAT,
    OP_IP_OTHER_FORMS,
    OP_BAD_VALUE,
    OP_BAD_CONTEXT,
    VAR_BOOL,
    VAR_LITERAL,
    VAR_UNCLOSED,
    VAR_MULTIVALUED,
];
