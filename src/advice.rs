//! The advice: a registry of rules, their findings, severities and suppressions.
