//! What can be wrong with a pattern or an event, with the words AWS itself uses.

use thiserror::Error;

/// Why a pattern is refused. The texts are those of AWS Event Ruler, which AWS shows to its users.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Reason {
    /// The text is not JSON; the words say what was met.
    #[error("Event pattern is not valid JSON: {0}")]
    Json(String),
    /// The outermost value is not an object.
    #[error("Filter is not an object")]
    NotAnObject,
    /// An object without a field.
    #[error("Empty objects are not allowed")]
    EmptyObject,
    /// A list without a value.
    #[error("Empty arrays are not allowed")]
    EmptyArray,
    /// A bare scalar where a list of conditions belongs.
    #[error("\"{0}\" must be an object or an array")]
    BareValue(String),
    /// A list within a list of conditions.
    #[error("Match value must be String, number, true, false, or null")]
    NestedArray,
    /// A condition object without an operator: `{}`.
    #[error("Match expression name not found")]
    NoOperator,
    /// A word that is no operator.
    #[error("Unrecognized match type {0}")]
    UnknownOperator(String),
    /// Two operators in one object.
    #[error("Only one key allowed in match expression")]
    TwoOperators,
    /// `numeric` or `anything-but` with something after its end.
    #[error("Too many elements in numeric expression")]
    TooManyElements,
    /// An operator that takes a string was given something else.
    #[error("{0} match pattern must be a string")]
    NotAString(&'static str),
    /// `prefix` or `suffix` with an object that is not `equals-ignore-case`.
    #[error("Unsupported {operator} pattern: {found}")]
    UnsupportedNested {
        /// The outer operator, `prefix` or `suffix`.
        operator: &'static str,
        /// The word found inside.
        found: String,
    },
    /// `prefix`, `suffix` or `anything-but` with an empty object.
    #[error("{0} expression name not found")]
    NoNestedOperator(&'static str),
    /// `exists` with anything but `true` or `false`.
    #[error("exists match pattern must be either true or false.")]
    ExistsNotBoolean,
    /// `anything-but` with an object whose operator it does not take.
    #[error("Unsupported anything-but pattern: {0}")]
    AnythingButOperator(String),
    /// `anything-but` with `null`, a boolean or an object.
    #[error("Value of anything-but must be an array or single string/number value.")]
    AnythingButValue,
    /// `anything-but` with a list holding `null`, a boolean, an object or a list.
    #[error("Inside anything but list, start|null|boolean is not supported.")]
    AnythingButMember,
    /// `anything-but` with a list of strings and numbers, or with an empty list.
    #[error("Inside anything but list, either all values are number or string, mixed type is not supported")]
    AnythingButMixed,
    /// `anything-but` of `equals-ignore-case` with something that is not a string.
    #[error("Inside anything-but/equals-ignore-case list, number|start|null|boolean is not supported.")]
    AnythingButIgnoreCase,
    /// `anything-but` of an empty `prefix` or `suffix`: it would match nothing.
    #[error("Null prefix/suffix not allowed")]
    EmptyAffix,
    /// `numeric` without a list.
    #[error("Value of numeric must be an array.")]
    NumericNotArray,
    /// `numeric` does not start with a comparison.
    #[error("Invalid member in numeric match: {0}")]
    NumericMember(String),
    /// `numeric` starts with a word that is no comparison.
    #[error("Unrecognized numeric range operator: {0}")]
    NumericOperator(String),
    /// The second comparison is neither `<` nor `<=`.
    #[error("Bad numeric range operator: {0}")]
    NumericSecondOperator(String),
    /// The second comparison is not a word at all.
    #[error("Bad value in numeric range: {0}")]
    NumericSecondMember(String),
    /// A comparison without its number.
    #[error("Value of {0} must be numeric")]
    NumericValue(String),
    /// More than two comparisons.
    #[error("Too many terms in numeric range expression")]
    NumericTerms,
    /// A range that holds no number, or just one.
    #[error("Bottom must be less than top")]
    NumericOrder,
    /// A number that a 64-bit float does not hold exactly.
    #[error("Cannot compare number : {0}")]
    NumberPrecision(String),
    /// Not one slash between address and bits.
    #[error("Malformed CIDR, one '/' required")]
    CidrSlash,
    /// The bits of the mask are no integer.
    #[error("Malformed CIDR, mask bits must be an integer")]
    CidrMask,
    /// The bits of the mask are negative.
    #[error("Malformed CIDR, mask bits must not be negative")]
    CidrNegativeMask,
    /// A mask that leaves no bit free in an IPv4 address.
    #[error("IPv4 mask bits must be < 32")]
    CidrMaskV4,
    /// A mask that leaves no bit free in an IPv6 address.
    #[error("IPv6 mask bits must be < 128")]
    CidrMaskV6,
    /// Text that does not look like an address.
    #[error("Nonstandard IP address: {0}")]
    NonstandardAddress(String),
    /// Text that looks like an address and is none.
    #[error("Invalid IP address: {0}")]
    InvalidAddress(String),
    /// Two stars in a row; the position counts the opening quote as byte 0.
    #[error("Consecutive wildcard characters at pos {0}")]
    ConsecutiveWildcards(usize),
    /// A backslash before anything but `*` or `\`; the position counts the opening quote as byte 0.
    #[error("Invalid escape character at pos {0}")]
    InvalidEscape(usize),
    /// Wildcards that could keep too many ways open at once.
    #[error(
        "Rule is too complex - try using fewer wildcard characters or fewer repeating character sequences after a wildcard character"
    )]
    TooComplex,
    /// `$or` with something else than a list.
    #[error("It must be an Array followed with $or.")]
    OrNotArray,
    /// `$or` with a branch that is no object.
    #[error("Only JSON object is allowed in array of $or relationship.")]
    OrBranch,
    /// `$or` with fewer than two branches.
    #[error("There must have at least 2 Objects in $or relationship.")]
    OrTooFew,
    /// An operator's name as a field name within `$or`.
    #[error("{0} is Ruler reserved fieldName which cannot be used inside $or.")]
    OrReserved(String),
    /// `$or` branches that multiply to more than the allowed number of combinations.
    #[error("Rule has more than {0} combinations of $or branches")]
    TooManyCombinations(usize),
    /// More fields than one rule may name.
    #[error("Rule names more than {0} fields")]
    TooManyFields(usize),
    /// Objects nested beyond the allowed depth.
    #[error("Nested deeper than {0} levels")]
    TooDeep(usize),
    /// A filter policy of scope `MessageAttributes` with an object as a value.
    #[error("Filter policy scope MessageAttributes does not support nested filter policy")]
    NestedPolicy,
    /// Keys so long and so many below each other that naming every field takes too much room.
    #[error("The paths of all fields together can not be longer than {0} bytes")]
    PathsTooLong(usize),
    /// A filter policy with too many keys.
    #[error("Filter policy can not have more than {0} keys")]
    TooManyKeys(usize),
    /// A filter policy whose values multiply to too many combinations.
    #[error("Filter policy is too complex")]
    PolicyTooComplex,
}

/// A refused pattern: what is wrong and where.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("Event pattern is not valid. Reason: {reason}")]
pub struct PatternError {
    /// Dotted path of the field at fault, empty at the root: `detail.state`.
    pub path: String,
    /// What is wrong.
    pub reason: Reason,
    /// Byte offset into the pattern's text.
    pub offset: usize,
}

/// An event that cannot be matched: it is no well-formed JSON object, or too tangled to be judged.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum EventError {
    /// The outermost value is not an object.
    #[error("event must be a JSON object")]
    NotAnObject,
    /// The text breaks off or breaks a rule of JSON.
    #[error("event is not valid JSON at byte {offset}: {expected}")]
    Json {
        /// Byte offset of the fault.
        offset: usize,
        /// What should have been there.
        expected: &'static str,
    },
    /// Nested beyond the allowed depth.
    #[error("event is nested deeper than {0} levels")]
    TooDeep(usize),
    /// One path leads to several arrays at once, and their elements go together in too many ways to try them all.
    #[error(
        "event has one key several times with arrays that take more than {0} steps to put together; join them"
    )]
    TooTangled(usize),
}
