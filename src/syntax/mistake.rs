//! What can be wrong with the form of a text of TOML, YAML or HCL.

/// What a block declares in a module of Terraform.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Block {
    /// A resource.
    Resource,
    /// A data source.
    Data,
    /// A variable.
    Variable,
    /// One of the local values.
    Local,
    /// An output.
    Output,
    /// A call of a module.
    Module,
    /// The configuration of a provider.
    Provider,
}

/// What makes a text no TOML, no YAML or no HCL. JSON has kinds of its own, which tell more.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Mistake {
    /// A list, map or header that is not closed.
    UnclosedBracket,
    /// A bracket that closes nothing, or another one than is open.
    StrayBracket,
    /// A string without its closing quote.
    UnclosedString,
    /// Two members without a comma between.
    MissingComma,
    /// A comma with nothing behind it, or one too many.
    ExtraComma,
    /// A key without what separates it from its value: `=` in TOML and HCL, `:` in YAML.
    MissingSeparator,
    /// One `=` or `:` too many.
    ExtraSeparator,
    /// Nothing where a value is due.
    MissingValue,
    /// Something that is no key.
    BadKey,
    /// A string without quotes, where it needs them.
    Unquoted,
    /// A backslash with something behind it that is no escape.
    BadEscape,
    /// A character that may not stand there.
    BadCharacter,
    /// A number or date in a form that is none.
    BadNumber,
    /// Something that belongs to nothing.
    StrayText,
    /// A table with the name of something that is no table.
    NoTable,
    /// Indentation that fits nothing around it.
    Indentation,
    /// A tab where only spaces may indent.
    Tab,
    /// An item of a list where none may stand.
    StrayItem,
    /// The name of an anchor that is not defined before.
    UnknownAnchor,
    /// The name of an anchor inside of what it stands for.
    OwnAnchor,
    /// Aliases that stand for more than is read.
    TooManyAliases,
    /// A tag in a form that is none.
    BadTag,
    /// A directive in a form that is none, or of another version.
    BadDirective,
    /// Nested deeper than the reader of this form goes, which is less than [`MAX_DEPTH`](super::MAX_DEPTH).
    TooDeep,
    /// More keys in one map than are read.
    TooManyKeys,
    /// Something else.
    Other,
}
