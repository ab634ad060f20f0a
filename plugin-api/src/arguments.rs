//! The arguments of macros.

use crate::{Error, Result, Value};

/// All arguments of a call by name, those without a name first: they get these names in turn.
///
/// Refuses what would be lost: more of them than there are names, and what is given twice. Since 1.1.
pub fn named_arguments(
    symbol: &str,
    names: &[&str],
    args: Vec<Value>,
    kwargs: Vec<(String, Value)>,
) -> Result<Vec<(String, Value)>> {
    if args.len() > names.len() {
        let (most, count) = (names.len(), args.len());
        let what = if most == 1 { "argument" } else { "arguments" };
        return Err(Error::msg(format!("`{symbol}` takes {most} {what} without a name at the most, not {count}")));
    }
    let mut named: Vec<(String, Value)> = names.iter().map(|name| (*name).to_owned()).zip(args).collect();
    if let Some((name, _)) = kwargs.iter().find(|(name, _)| named.iter().any(|(known, _)| known == name)) {
        return Err(Error::msg(format!("`{name}` is given twice")));
    }
    named.extend(kwargs);
    Ok(named)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(args: &[i64], kwargs: &[&str], expect: Result<&str, &str>) {
        let args = args.iter().map(|arg| Value::Int(*arg)).collect();
        let kwargs = kwargs.iter().map(|name| ((*name).to_owned(), Value::None)).collect();
        let named = named_arguments("egg", &["glob", "name"], args, kwargs);
        let shown = named.map(|named| named.into_iter().map(|(name, _)| name).collect::<Vec<_>>().join(" "));
        let shown = shown.map_err(|error| error.message);
        assert_eq!(shown.as_deref().map_err(String::as_str), expect);
    }

    #[test]
    fn what_has_no_name_gets_one_and_nothing_is_lost() {
        check(&[], &[], Ok(""));
        check(&[1], &["name", "other"], Ok("glob name other"));
        check(&[1, 2], &[], Ok("glob name"));
        check(&[1, 2, 3], &[], Err("`egg` takes 2 arguments without a name at the most, not 3"));
        check(&[1], &["glob"], Err("`glob` is given twice"));
    }
}
