//! What options that several languages have for their tests come to: shards, and variables of the environment.

use crate::{Context, Error, OptionValue, Result};

/// One of several parts of some tests, given as `1/3`: of three parts the second. Since 1.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    /// Which part it is, from 0.
    pub number: usize,
    /// How many parts there are.
    pub count: usize,
}

impl Shard {
    /// The shard that an option gives; `None` when it is unset or empty.
    pub fn from_option(option: &OptionValue) -> Result<Option<Self>> {
        let Some(text) = option.value.as_str().filter(|text| !text.is_empty()) else { return Ok(None) };
        let wrong = || Error::msg(format!("{}: `{text}` is no shard", option.source));
        let hint = "write `M/N` where M counts from 0 and is less than N, such as `0/2` and `1/2`";
        Self::parse(text).map(Some).ok_or_else(|| wrong().hint(hint))
    }

    /// Whether the test at this place, from 0, is in it.
    pub fn has(&self, place: usize) -> bool {
        place % self.count == self.number
    }

    fn parse(text: &str) -> Option<Self> {
        let (number, count) = text.split_once('/')?;
        let shard = Self { number: number.trim().parse().ok()?, count: count.trim().parse().ok()? };
        (shard.number < shard.count).then_some(shard)
    }
}

/// Variables that the user wants tests to have, given as `NAME=value`, or as `NAME` for the value that the user has
/// himself. Since 1.1.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TestVariables(Vec<(String, Option<String>)>);

impl TestVariables {
    /// The variables that an option gives.
    pub fn from_option(option: &OptionValue) -> Result<Self> {
        let parse = |text: String| match text.split_once('=') {
            Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), Some(value.to_owned()))),
            None if !text.is_empty() => Ok((text, None)),
            _ => Err(Error::msg(format!("{}: `{text}` is no variable", option.source))
                .hint("write it as `NAME=value`, or as `NAME` to take its value from outside")),
        };
        option.value.to_strings().into_iter().map(parse).collect::<Result<_>>().map(Self)
    }

    /// Their names and values; one that the user does not have himself is not among them.
    pub fn values(self, context: &Context) -> Result<Vec<(String, String)>> {
        let mut values = Vec::new();
        for (name, given) in self.0 {
            let value = match given {
                Some(value) => Some(value),
                None => context.environment(&name)?,
            };
            values.extend(value.map(|value| (name, value)));
        }
        Ok(values)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Value;

    fn given(value: impl Into<Value>) -> OptionValue {
        OptionValue { value: value.into(), source: "--x".to_owned(), ..OptionValue::default() }
    }

    #[test]
    fn a_shard_is_one_of_several() {
        let shard = |text: &str| Shard::from_option(&given(text));
        assert_eq!(shard("1/3").unwrap(), Some(Shard { number: 1, count: 3 }));
        assert_eq!(shard("").unwrap(), None);
        for text in ["3/2", "2/2", "1", "a/b", "-1/2", "0/0", "1/2/3", "/"] {
            assert_eq!(shard(text).unwrap_err().message, format!("--x: `{text}` is no shard"));
        }
        let places: Vec<usize> = (0..7).filter(|place| Shard { number: 1, count: 3 }.has(*place)).collect();
        assert_eq!(places, [1, 4]);
    }

    #[test]
    fn a_variable_has_a_name() {
        let variables = |text: &str| TestVariables::from_option(&given([text]));
        assert_eq!(variables("A=").unwrap().0, [("A".to_owned(), Some(String::new()))]);
        assert_eq!(variables("A").unwrap().0, [("A".to_owned(), None)]);
        for text in ["", "=x", "="] {
            assert_eq!(variables(text).unwrap_err().message, format!("--x: `{text}` is no variable"));
        }
    }
}
