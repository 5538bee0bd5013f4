//! Records whose fields can be read and written by name: the ground on which field-level edits stand.

use serde_json::Value;

/// A field could not be set.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FieldError {
    /// The record has no field of this name.
    #[error("there is no field `{0}` on this record")]
    Unknown(String),
    /// The value does not fit the field.
    #[error("the value does not fit field `{field}`: {reason}")]
    Unfit {
        /// The field's name.
        field: String,
        /// What the reader said.
        reason: String,
    },
}

/// Field access by name, as JSON values, for [`crate::edit`].
pub trait Fields: Clone + PartialEq {
    /// The field names, in file order.
    const NAMES: &'static [&'static str];
    /// The field's present value, or `None` when there is no such field.
    fn get(&self, field: &str) -> Option<Value>;
    /// Sets a field from a value.
    ///
    /// # Errors
    /// When the field does not exist or the value does not fit; the record is then unchanged.
    fn set(&mut self, field: &str, value: &Value) -> Result<(), FieldError>;
}

/// True when a value is its type's default and therefore left out of the file.
pub(crate) fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// Declares a record: a plain struct, every field optional in the file and left out when it has its default,
/// unknown fields refused, and [`Fields`] implemented over its fields.
macro_rules! record {
    ($(#[$meta:meta])* pub struct $name:ident { $( $(#[$field_meta:meta])* pub $field:ident : $type:ty ),* $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
        #[serde(deny_unknown_fields, default)]
        pub struct $name {
            $(
                $(#[$field_meta])*
                #[serde(skip_serializing_if = "crate::board::record::is_default")]
                pub $field: $type,
            )*
        }

        impl $crate::board::record::Fields for $name {
            const NAMES: &'static [&'static str] = &[$(stringify!($field)),*];

            fn get(&self, field: &str) -> Option<serde_json::Value> {
                match field {
                    $(stringify!($field) => serde_json::to_value(&self.$field).ok(),)*
                    _ => None,
                }
            }

            fn set(&mut self, field: &str, value: &serde_json::Value) -> Result<(), $crate::board::record::FieldError> {
                match field {
                    $(stringify!($field) => {
                        self.$field = serde::Deserialize::deserialize(value).map_err(|error: serde_json::Error| {
                            $crate::board::record::FieldError::Unfit { field: field.to_owned(), reason: error.to_string() }
                        })?;
                    })*
                    _ => return Err($crate::board::record::FieldError::Unknown(field.to_owned())),
                }
                Ok(())
            }
        }
    };
}
pub(crate) use record;
