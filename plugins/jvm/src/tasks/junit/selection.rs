//! Which tests run, and in how many JVMs: `--test`, `--test-shard`, `--batch-size`.

use crate::jar;
use plugin_api::tasks::Shard;
use plugin_api::{Context, Error, OptionRegistrar, OptionValue, Planning, Result, Target};
use sha2::{Digest, Sha256};

/// Declares the options that select.
pub(super) fn register_options(options: &mut OptionRegistrar) {
    options
        .list(
            "test",
            &[],
            "Run these tests only, and only targets that have one of them: `a.b.SomeTest`, `a.b.SomeTest#method`, or the \
             source file in the place of the class.",
        )
        .fingerprinted();
    options
        .optional_string(
            "test-shard",
            "Run a part of the classes of each target, as `M/N`: all parts `0/N` to `N-1/N` together run each class once.",
        )
        .fingerprinted()
        .advanced();
    options
        .optional_int("batch-size", "Run at most so many classes in one JVM; all of a target when not given.")
        .fingerprinted()
        .advanced();
}

/// What the options select.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Selection {
    wanted: Vec<Wanted>,
    shard: Option<Shard>,
    batch_size: Option<usize>,
}

/// One test that is asked for.
#[derive(Clone, Debug, PartialEq)]
struct Wanted {
    place: Place,
    method: Option<String>,
    /// As the user wrote it, and where.
    text: String,
    source: String,
}

#[derive(Clone, Debug, PartialEq)]
enum Place {
    /// The binary name of a class.
    Class(String),
    /// A file, relative to the build root.
    File(String),
}

/// What one JVM runs.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Batch {
    /// All that is in the target's jar.
    All,
    /// These classes of the target's jar, with what is nested in them.
    Classes(Vec<String>),
    /// These selectors of the console.
    Selectors(Vec<String>),
}

/// Refuses what cannot be meant, before anything is built.
pub(super) fn check(planning: &Planning) -> Result<()> {
    let tests = planning.option_value("test")?;
    let selection =
        Selection::parse(&tests, &planning.option_value("test-shard")?, &planning.option_value("batch-size")?)?;
    for wanted in &selection.wanted {
        if let Place::File(path) = &wanted.place
            && !planning.build_root().join(path).is_file()
        {
            return Err(Error::msg(format!("{}: `{path}` is no file", wanted.source)));
        }
    }
    let selector = planning.passthrough().iter().find(|argument| is_selector(argument));
    match selector.filter(|_| !selection.wanted.is_empty()) {
        Some(selector) => {
            let message = format!("{}: tests are selected by `{selector}` after `--`, too", tests.source);
            Err(Error::msg(message).hint("select them in one of the two ways"))
        }
        None => Ok(()),
    }
}

/// Whether an argument for the console selects tests: it takes selectors or a scan, not both.
pub(super) fn is_selector(argument: &str) -> bool {
    argument.starts_with("--select") || argument.starts_with("-c=") || argument == "-c"
}

impl Selection {
    pub(super) fn load(context: &Context) -> Result<Self> {
        let value = |name| context.option_of(context.scope(), name);
        Self::parse(&value("test")?, &value("test-shard")?, &value("batch-size")?)
    }

    fn parse(tests: &OptionValue, shard: &OptionValue, batch_size: &OptionValue) -> Result<Self> {
        let wanted = tests.value.to_strings();
        let wanted = wanted.iter().map(|text| Wanted::parse(text, &tests.source)).collect::<Result<_>>()?;
        let shard = Shard::from_option(shard)?;
        let batch_size = match batch_size.value.as_int() {
            Some(size @ ..1) => {
                return Err(Error::msg(format!("{}: `{size}` is no number of classes", batch_size.source)));
            }
            Some(size) => Some(usize::try_from(size)?),
            None => None,
        };
        Ok(Self { wanted, shard, batch_size })
    }

    /// Whether targets run as a whole.
    pub(super) fn is_everything(&self) -> bool {
        *self == Self::default()
    }

    /// Whether tests were asked for by name.
    pub(super) fn names_tests(&self) -> bool {
        !self.wanted.is_empty()
    }

    /// Whether some of a target's tests may be left out.
    pub(super) fn is_partial(&self) -> bool {
        !self.wanted.is_empty() || self.shard.is_some()
    }

    /// The tests that were asked for and that no target has, each with where it was asked for.
    pub(super) fn unowned(&self, context: &Context, targets: &[(&Target, String)]) -> Result<Vec<(String, String)>> {
        let mut unowned = Vec::new();
        for wanted in &self.wanted {
            let mut is_owned = false;
            for (target, classes) in targets {
                is_owned |= wanted.class_in(context, target, classes)?.is_some();
            }
            if !is_owned {
                unowned.push((wanted.text.clone(), wanted.source.clone()));
            }
        }
        Ok(unowned)
    }

    /// What the JVMs of a target run, whose classes are in this jar.
    pub(super) fn batches(&self, context: &Context, target: &Target, classes: &str) -> Result<Vec<Batch>> {
        if self.is_everything() {
            return Ok(vec![Batch::All]);
        }
        if self.wanted.is_empty() {
            let mut names = jar::entry_names(&context.absolute(classes))?;
            names.retain(|name| is_class_of_its_own(name));
            names.sort();
            let names = names.iter().map(|name| name.trim_end_matches(".class").replace('/', ".")).collect();
            return Ok(self.chunks(target, names).into_iter().map(Batch::Classes).collect());
        }
        let mut selectors = Vec::new();
        for wanted in &self.wanted {
            if let Some(class) = wanted.class_in(context, target, classes)? {
                selectors.push(match &wanted.method {
                    Some(method) => format!("--select-method={class}#{method}"),
                    None => format!("--select-class={class}"),
                });
            }
        }
        Ok(self.chunks(target, selectors).into_iter().map(Batch::Selectors).collect())
    }

    /// The part of this shard, in batches.
    fn chunks(&self, target: &Target, mut all: Vec<String>) -> Vec<Vec<String>> {
        if let Some(shard) = self.shard {
            // Targets begin with different shards, so that not all the small ones are in the first.
            let begin = Sha256::digest(target.address.to_string())[0] as usize;
            let mut place = begin;
            all.retain(|_| {
                place += 1;
                shard.has(place - 1)
            });
        }
        all.chunks(self.batch_size.unwrap_or(usize::MAX)).map(<[String]>::to_vec).collect()
    }
}

/// Whether an entry of a jar is a class that is not nested in another.
fn is_class_of_its_own(entry: &str) -> bool {
    let name = entry.rsplit('/').next().unwrap_or(entry);
    name.strip_suffix(".class").is_some_and(|class| !class.contains('$') && !class.ends_with("-info"))
}

impl Wanted {
    fn parse(text: &str, source: &str) -> Result<Self> {
        let (place, method) = match text.split_once('#') {
            Some((place, method)) => (place, Some(method)),
            None => (text, None),
        };
        let is_name = |name: &str| !name.is_empty() && !name.contains(['#', ' ', '/']);
        let is_file = place.contains('/') || place.ends_with(".java") || place.ends_with(".scala");
        if !(is_file || is_name(place)) || method.is_some_and(|method| !is_name(method)) {
            let message = format!("{source}: `{text}` is no test");
            return Err(
                Error::msg(message).hint("write it as `a.b.SomeTest`, `a.b.SomeTest#method` or `path/SomeTest.java`")
            );
        }
        let place = if is_file {
            Place::File(place.trim_start_matches("./").to_owned())
        } else {
            Place::Class(place.to_owned())
        };
        let (text, source) = (text.to_owned(), source.to_owned());
        Ok(Self { place, method: method.map(str::to_owned), text, source })
    }

    /// The class that is meant, if it is one of the target's own.
    fn class_in(&self, context: &Context, target: &Target, classes: &str) -> Result<Option<String>> {
        let class = match &self.place {
            Place::Class(class) => class.clone(),
            Place::File(path) if target.sources.contains(path) => {
                let below = target.below_source_root(path);
                below.rsplit_once('.').map_or(below, |(stem, _)| stem).replace('/', ".")
            }
            Place::File(_) => return Ok(None),
        };
        let entry = format!("{}.class", class.replace('.', "/"));
        Ok(jar::has_entry(&context.absolute(classes), &entry)?.then_some(class))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use plugin_api::{Address, Value};

    fn parse(tests: &[&str], shard: &str, batch_size: Option<i64>) -> Result<Selection> {
        let option =
            |value: Value, name: &str| OptionValue { value, source: format!("--{name}"), ..OptionValue::default() };
        let batch_size = batch_size.map_or(Value::None, Value::Int);
        Selection::parse(
            &option(Value::strings(tests.iter().copied()), "test"),
            &option(shard.into(), "test-shard"),
            &option(batch_size, "batch-size"),
        )
    }

    #[test]
    fn what_cannot_be_meant_is_refused_with_its_place() {
        let check = |tests: &[&str], shard: &str, batch_size: Option<i64>, expect: &str| {
            assert_eq!(parse(tests, shard, batch_size).unwrap_err().message, expect);
        };
        check(&[], "3/3", None, "--test-shard: `3/3` is no shard");
        check(&[], "", Some(0), "--batch-size: `0` is no number of classes");
        check(&["a.B#"], "", None, "--test: `a.B#` is no test");
        check(&["a.B#c#d"], "", None, "--test: `a.B#c#d` is no test");
        assert!(parse(&["a.B#c", "x/A.java#b"], "0/1", Some(1)).unwrap().is_partial());
        assert!(parse(&[], "", None).unwrap().is_everything());
    }

    #[test]
    fn every_class_is_in_one_shard_and_batches_are_small() {
        let target = Target::new(Address::new("a", "b"), "junit_tests");
        let all: Vec<String> = (0..7).map(|number| format!("T{number}")).collect();
        let mut found = Vec::new();
        for shard in ["0/3", "1/3", "2/3"] {
            let chunks = parse(&[], shard, Some(2)).unwrap().chunks(&target, all.clone());
            assert!(chunks.iter().all(|chunk| chunk.len() <= 2) && (1..=2).contains(&chunks.len()), "{chunks:?}");
            found.extend(chunks.concat());
        }
        found.sort();
        assert_eq!(found, all);
    }

    #[test]
    fn classes_of_their_own_are_known_by_their_names() {
        assert!(is_class_of_its_own("a/B.class"));
        for entry in ["a/B$C.class", "a/package-info.class", "module-info.class", "a/b.txt", "a/"] {
            assert!(!is_class_of_its_own(entry), "{entry}");
        }
    }
}
