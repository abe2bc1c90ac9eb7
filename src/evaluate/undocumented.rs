//! What AWS does not document, or documents in two ways: the ids of the sentences in `docs/semantics.md`.

/// An operator without `ForAllValues` or `ForAnyValue` on a key of several values.
pub const MULTIVALUED_PLAIN_OPERATOR: &str = "multivalued-plain-operator";
/// A key of several values as a policy variable.
pub const MULTIVALUED_VARIABLE: &str = "multivalued-variable";
/// A policy variable under an operator that takes none: numbers, dates, booleans, bytes, addresses, `Null`.
pub const VARIABLE_IN_TYPED_OPERATOR: &str = "variable-in-typed-operator";
/// A policy variable in the first five parts of a Resource.
pub const VARIABLE_BEFORE_FIFTH_COLON: &str = "variable-before-fifth-colon";
/// A value of a policy that its operator cannot read.
pub const UNREADABLE_VALUE: &str = "unreadable-value";
/// A value of a request that the operator cannot read.
pub const UNREADABLE_REQUEST_VALUE: &str = "unreadable-request-value";
/// A pattern of an ARN operator with fewer than six parts.
pub const SHORT_ARN_PATTERN: &str = "short-arn-pattern";
/// `*` under an ARN operator, and a request whose value is no ARN.
pub const STAR_ON_OTHER_THAN_ARN: &str = "star-on-other-than-arn";
/// `Null` on a key that is there and empty.
pub const NULL_OF_EMPTY_VALUE: &str = "null-of-empty-value";
/// `ForAllValues:Null` and `ForAnyValue:Null`.
pub const NULL_WITH_SET_PREFIX: &str = "null-with-set-prefix";
/// `ForAnyValue:…IfExists` on a key that is absent: the one page says false, the other true.
pub const FOR_ANY_VALUE_IF_EXISTS: &str = "for-any-value-if-exists";
/// A condition without any value.
pub const EMPTY_VALUE_LIST: &str = "empty-value-list";
/// The bare `"*"` as the principal of a trust policy.
pub const STAR_IN_TRUST: &str = "star-in-trust";
/// `*` as the name of a service or of a provider.
pub const STAR_AS_SERVICE_OR_PROVIDER: &str = "star-as-service-or-provider";
/// A principal that differs from the caller in letter case only.
pub const PRINCIPAL_LETTER_CASE: &str = "principal-letter-case";
/// A `NotPrincipal` that names some but not all of the caller's account, role and session.
pub const NOT_PRINCIPAL_IN_PART: &str = "not-principal-in-part";
/// A canonical user id, which does not tell its account.
pub const CANONICAL_USER: &str = "canonical-user";

/// All of them.
pub const ALL: [&str; 17] = [
    MULTIVALUED_PLAIN_OPERATOR,
    MULTIVALUED_VARIABLE,
    VARIABLE_IN_TYPED_OPERATOR,
    VARIABLE_BEFORE_FIFTH_COLON,
    UNREADABLE_VALUE,
    UNREADABLE_REQUEST_VALUE,
    SHORT_ARN_PATTERN,
    STAR_ON_OTHER_THAN_ARN,
    NULL_OF_EMPTY_VALUE,
    NULL_WITH_SET_PREFIX,
    FOR_ANY_VALUE_IF_EXISTS,
    EMPTY_VALUE_LIST,
    STAR_IN_TRUST,
    STAR_AS_SERVICE_OR_PROVIDER,
    PRINCIPAL_LETTER_CASE,
    NOT_PRINCIPAL_IN_PART,
    CANONICAL_USER,
];
