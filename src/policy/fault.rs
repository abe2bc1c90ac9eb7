//! What can be wrong with the grammar of a policy.

use super::size::Quota;
use crate::pattern::VariableFault;

/// What can be wrong with the grammar of a policy.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum PolicyFault {
    /// Its text is not JSON, or holds a key twice. The reader of the text tells what and where.
    NotJson,
    /// The element has a JSON type that it may not have; what it should be. Related is its key.
    WrongType(&'static str),
    /// A key that a policy does not have; the nearest that it does.
    UnknownElement(Option<&'static str>),
    /// A key that a statement does not have; the nearest that it does.
    UnknownStatementElement(Option<&'static str>),
    /// No `Statement`; where the document itself holds an effect or action it is read as the one statement.
    MissingStatement,
    /// `Statement` is an empty list, or a statement is an empty object.
    EmptyStatement,
    /// No `Version`: the rules of 2008 hold.
    MissingVersion,
    /// A `Version` that does not exist.
    UnknownVersion,
    /// No `Effect`.
    MissingEffect,
    /// An `Effect` other than `Allow` and `Deny`; the nearest.
    UnknownEffect(Option<&'static str>),
    /// Neither `Action` nor `NotAction`.
    MissingAction,
    /// Neither `Resource` nor `NotResource` where the kind needs one.
    MissingResource,
    /// No `Principal` where the kind needs one.
    MissingPrincipal,
    /// An element and its `Not…` form; related is the first.
    ExclusiveElements,
    /// `Principal` or `NotPrincipal` where the kind has none.
    PrincipalNotAllowed,
    /// `Resource` or `NotResource` in a trust policy.
    ResourceInTrust,
    /// `NotPrincipal` in a trust policy.
    NotPrincipalInTrust,
    /// The bare `"*"` as the principal of a trust policy.
    StarInTrust,
    /// A principal that is neither `"*"` nor an object of lists.
    PrincipalShape,
    /// A key of a principal that does not exist; the nearest that does.
    UnknownPrincipalKey(Option<&'static str>),
    /// A condition that is not operator, key, values.
    ConditionShape,
    /// A condition key twice under one operator, in different letter case; related is the first.
    DuplicateConditionKey,
    /// A condition operator that does not exist; the nearest that does.
    UnknownOperator(Option<&'static str>),
    /// An operator written in other letter case than it is defined in; how it is.
    OperatorCase(&'static str),
    /// `IfExists` behind `Null`.
    NullIfExists,
    /// A value that its operator cannot read; what it should be.
    UnreadableValue(&'static str),
    /// A policy of an organization in another version than 2012-10-17, or in none.
    OldVersion,
    /// An action that is not `service:Name`.
    MalformedAction(ActionFault),
    /// An action of another service than STS in a trust policy.
    ForeignActionInTrust,
    /// A `Sid` with other characters than ASCII letters and digits; whether AWS is known to refuse it in this kind.
    SidCharacters(bool),
    /// A `Sid` that an earlier statement has, too; whether AWS is known to refuse it in this kind. Related is the first.
    DuplicateSid(bool),
    /// A `Sid` that is empty.
    EmptySid,
    /// A character that IAM takes in no policy.
    UnsupportedCharacter,
    /// A `*` or `?` as part of a principal.
    WildcardInPrincipal,
    /// A principal that is `*` under a key that is not documented to take it.
    StarPrincipal,
    /// A web identity or SAML provider as principal of a policy that is not a trust policy.
    FederatedOutsideTrust,
    /// `ForAllValues` or `ForAnyValue` before `Null`.
    NullWithSet,
    /// More than one Boolean for one key; related is the first.
    SeveralBooleans,
    /// Values of different JSON types in one list; related is the first.
    MixedTypes,
    /// A date as seconds since 1970.
    EpochDate,
    /// A condition key that is not `prefix:name`.
    MalformedConditionKey,
    /// A condition key that needs the key of a tag behind it and has none.
    MissingTagKey,
    /// A variable that is not written as one.
    MalformedVariable(VariableFault),
    /// A variable where none is filled in.
    VariableInWrongElement,
    /// A variable in a document of 2008. Related is the version, where there is one.
    VariableWithoutVersion,
    /// A variable under an operator that takes none; whether one page of AWS says that it does. Related is the operator.
    VariableWithWrongOperator(bool),
    /// Longer than the quota for its kind.
    TooLong(Quota),
    /// Of so many bytes that nothing of it is looked at.
    TooLarge(usize),
    /// An RCP that allows something.
    AllowInRcp,
    /// A principal of an RCP other than the bare `"*"`.
    PrincipalInRcp,
    /// `NotAction` in an RCP, or an action of every service.
    ActionInRcp,
    /// A principal of an endpoint policy that gateway endpoints do not take.
    PrincipalInEndpoint,
}

/// What is wrong with an action.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ActionFault {
    /// No colon.
    NoService,
    /// Nothing before the colon, or nothing behind it.
    Empty,
    /// Several actions in one string.
    List,
    /// White space.
    Blank,
    /// A character that stands in no name.
    Character(char),
}

impl PolicyFault {
    /// Whether AWS refuses to store a policy with this fault, so that it never decides anything.
    ///
    /// Where sources differ, or are silent, it is not: as for a bare `"*"` in a trust policy and the letter case of operators.
    pub fn is_refused(self) -> bool {
        match self {
            Self::SidCharacters(sure) | Self::DuplicateSid(sure) => sure,
            Self::TooLong(quota) => quota.refused,
            Self::MalformedAction(fault) => fault == ActionFault::NoService,
            Self::MissingVersion
            | Self::StarInTrust
            | Self::OperatorCase(_)
            | Self::UnreadableValue(_)
            | Self::EmptySid
            | Self::WildcardInPrincipal
            | Self::StarPrincipal
            | Self::FederatedOutsideTrust
            | Self::NullWithSet
            | Self::SeveralBooleans
            | Self::MixedTypes
            | Self::EpochDate
            | Self::MalformedConditionKey
            | Self::MissingTagKey
            | Self::MalformedVariable(_)
            | Self::VariableInWrongElement
            | Self::VariableWithoutVersion
            | Self::VariableWithWrongOperator(_)
            | Self::PrincipalInEndpoint => false,
            _ => true,
        }
    }

    /// Whether it is one for the kind of the policy only: the same text may be right as a policy of another kind.
    pub fn depends_on_kind(self) -> bool {
        matches!(
            self,
            Self::MissingResource
                | Self::MissingPrincipal
                | Self::PrincipalNotAllowed
                | Self::ResourceInTrust
                | Self::NotPrincipalInTrust
                | Self::StarInTrust
                | Self::ForeignActionInTrust
                | Self::FederatedOutsideTrust
                | Self::SidCharacters(_)
                | Self::DuplicateSid(_)
                | Self::UnsupportedCharacter
                | Self::TooLong(_)
        )
    }
}
