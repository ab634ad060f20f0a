//! The jars that BUILD files declare.

use super::url::JarUrl;
use crate::scala::ScalaPlatform;
use plugin_api::{Error, Location, Object, Result, Target, Value};
use std::collections::BTreeMap;

/// The version that stands for none.
const NEWEST: &str = "latest.release";

/// A jar as a BUILD file declares it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Jar {
    pub(crate) org: String,
    pub(crate) name: String,
    pub(crate) rev: String,
    pub(crate) classifier: String,
    /// Empty for the usual `jar`.
    pub(crate) ext: String,
    pub(crate) is_intransitive: bool,
    pub(crate) is_forced: bool,
    pub(crate) excludes: Vec<Exclude>,
    /// Where its file is, when no repository has it.
    pub(crate) url: Option<JarUrl>,
    /// Where the declaration stands.
    pub(crate) location: Location,
}

/// What to leave out: a module, or all of a group.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Exclude {
    pub(crate) org: String,
    /// `None` for all of the group.
    pub(crate) name: Option<String>,
}

impl Exclude {
    fn of(object: &Object, scala: &ScalaPlatform) -> Result<Self> {
        let name = object.field("name").as_str().filter(|name| !name.is_empty() && *name != "*");
        let name = name.map(|name| scala.name_of(object, name)).transpose()?;
        Ok(Self { org: text(object, "org"), name })
    }

    /// The excludes of a field, sorted.
    pub(crate) fn of_field(value: &Value, scala: &ScalaPlatform) -> Result<Vec<Self>> {
        let objects = value.as_list().unwrap_or_default().iter().filter_map(Value::as_object);
        let mut excludes = objects.map(|object| Self::of(object, scala)).collect::<Result<Vec<Self>>>()?;
        excludes.sort();
        excludes.dedup();
        Ok(excludes)
    }

    /// Whether it leaves out a coordinate `org:name...`.
    pub(crate) fn matches(&self, coordinate: &str) -> bool {
        let mut parts = coordinate.split(':');
        parts.next() == Some(&self.org) && self.name.as_deref().is_none_or(|name| parts.next() == Some(name))
    }

    /// `org:name` or `org:*`, as Coursier has it.
    fn spec(&self) -> String {
        format!("{}:{}", self.org, self.name.as_deref().unwrap_or("*"))
    }
}

impl Jar {
    /// Reads a `jar(..)` or `scala_jar(..)` of a BUILD file in a directory.
    pub(crate) fn of(object: &Object, dir: &str, scala: &ScalaPlatform) -> Result<Self> {
        let at = |message: String| Error::msg(format!("{}: {message}", object.location));
        for field in ["org", "name", "rev", "classifier", "ext"] {
            let value = text(object, field);
            if value.contains([':', ',', '/', '@']) || value.contains(char::is_whitespace) {
                return Err(at(format!("`{value}` is no `{field}` of a jar")));
            }
        }
        let url = object.field("url").as_str().map(str::trim).filter(|url| !url.is_empty());
        let url = url.map(|url| JarUrl::parse(url, dir).map_err(at)).transpose()?;
        let rev = text(object, "rev");
        let ext = text(object, "ext");
        Ok(Self {
            org: text(object, "org"),
            name: scala.name_of(object, &text(object, "name"))?,
            rev: if rev.is_empty() { NEWEST.to_owned() } else { rev },
            classifier: text(object, "classifier"),
            ext: if ext == "jar" { String::new() } else { ext },
            is_intransitive: object.field("intransitive").as_bool().unwrap_or(false),
            is_forced: object.field("force").as_bool().unwrap_or(false),
            excludes: Exclude::of_field(object.field("excludes"), scala)?,
            url,
            location: object.location.clone(),
        })
    }

    /// A jar of a tool, from `org:name:rev`; or from `org:name:rev:classifier`, which is that file alone: what its module
    /// needs is in it, or it would be the usual one.
    pub(crate) fn parse(coordinate: &str) -> Result<Self> {
        let parts: Vec<&str> = coordinate.split(':').collect();
        let (org, name, rev, classifier) = match parts[..] {
            [org, name, rev] => (org, name, rev, ""),
            [org, name, rev, classifier] if !classifier.is_empty() => (org, name, rev, classifier),
            _ => {
                let error = Error::msg(format!("`{coordinate}` is no coordinate of a jar"));
                return Err(error.hint("write it as `org:name:rev` or `org:name:rev:classifier`"));
            }
        };
        let fields = [("org", org), ("name", name), ("rev", rev), ("classifier", classifier)];
        let mut fields = fields.map(|(field, value)| (field.to_owned(), Value::from(value))).to_vec();
        fields.push(("intransitive".to_owned(), Value::Bool(!classifier.is_empty())));
        let object = Object { symbol: "jar".to_owned(), fields, location: Location::default() };
        Self::of(&object, "", &ScalaPlatform::default())
    }

    /// Whether it says which version it wants.
    pub(crate) fn has_version(&self) -> bool {
        self.rev != NEWEST
    }

    /// `org:name`.
    pub(crate) fn module(&self) -> String {
        format!("{}:{}", self.org, self.name)
    }

    /// `org:name:rev`.
    pub(crate) fn coordinate(&self) -> String {
        format!("{}:{}:{}", self.org, self.name, self.rev)
    }

    /// `org:name:rev`, with `:classifier` and `@ext` where they are not the usual ones: its key in a lock file.
    pub(crate) fn key(&self) -> String {
        let mut key = self.coordinate();
        if !self.classifier.is_empty() {
            key.push_str(&format!(":{}", self.classifier));
        }
        if !self.ext.is_empty() {
            key.push_str(&format!("@{}", self.ext));
        }
        key
    }

    /// What it pins, as a line of the lock file.
    pub(crate) fn pin(&self) -> String {
        let mut line = self.coordinate();
        if !self.classifier.is_empty() {
            line.push_str(&format!(" classifier {}", self.classifier));
        }
        if !self.ext.is_empty() {
            line.push_str(&format!(" ext {}", self.ext));
        }
        line
    }

    /// The declaration as a line of the lock file: all of it that counts.
    pub(crate) fn declaration(&self) -> String {
        let mut line = self.pin();
        if self.is_forced {
            line.push_str(" force");
        }
        if self.is_intransitive {
            line.push_str(" intransitive");
        }
        for exclude in &self.excludes {
            line.push_str(&format!(" exclude {}", exclude.spec()));
        }
        if let Some(url) = &self.url {
            line.push_str(&format!(" url {}", url.declaration()));
        }
        line
    }

    /// The declaration as a line of the resolver's script.
    pub(crate) fn script_line(&self) -> String {
        let excludes: Vec<String> = self.excludes.iter().map(Exclude::spec).collect();
        let (is_transitive, is_forced) = ((!self.is_intransitive).to_string(), self.is_forced.to_string());
        let excludes = excludes.join(",");
        ["jar", &self.org, &self.name, &self.rev, &self.classifier, &self.ext, &is_transitive, &is_forced, &excludes]
            .join("\t")
    }
}

/// The jars that a `jar_library` declares.
pub(crate) fn jars_of(target: &Target, scala: &ScalaPlatform) -> Result<Vec<Jar>> {
    let dir = target.address.dir();
    let jars = target.objects("jars").into_iter().map(|jar| Jar::of(jar, dir, scala));
    jars.map(|jar| jar.map_err(|error| error.failed_targets([target.address.clone()]))).collect()
}

/// Two jars of one module that are forced to different versions.
#[derive(Clone, Debug)]
pub(crate) struct ForcedConflict {
    first: Jar,
    second: Jar,
}

impl ForcedConflict {
    /// `org:name` of both.
    pub(crate) fn module(&self) -> String {
        self.first.module()
    }

    /// The error with both places.
    pub(crate) fn error(&self) -> Error {
        let Self { first, second } = self;
        Error::msg(format!(
            "{}: jar `{}` is forced to version `{}` here and to `{}` at {}",
            second.location,
            second.module(),
            second.rev,
            first.rev,
            first.location
        ))
    }
}

/// The first two jars that are forced to different versions of one module.
pub(crate) fn conflicting_forced(jars: &[Jar]) -> Option<ForcedConflict> {
    let mut forced: BTreeMap<String, &Jar> = BTreeMap::new();
    for jar in jars.iter().filter(|jar| jar.is_forced) {
        let other = forced.entry(jar.module()).or_insert(jar);
        if other.rev != jar.rev {
            return Some(ForcedConflict { first: (*other).clone(), second: jar.clone() });
        }
    }
    None
}

fn text(object: &Object, field: &str) -> String {
    object.field(field).as_str().unwrap_or_default().trim().to_owned()
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use expect_test::{Expect, expect};
    use plugin_api::Address;

    /// A jar object of `field=value` pairs, at line 3 of a BUILD file.
    pub(crate) fn jar_value(fields: &[(&str, Value)]) -> Value {
        let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        let location = Location { file: "3rdparty/BUILD".to_owned(), line: 3, column: 5 };
        Value::Object(Object { symbol: "jar".to_owned(), fields, location })
    }

    fn check(fields: &[(&str, Value)], expect: Expect) {
        let mut target = Target::new(Address::new("3rdparty", "x"), "jar_library");
        target.fields.push(("jars".to_owned(), Value::List(vec![jar_value(fields)])));
        let shown = match jars_of(&target, &ScalaPlatform::default()) {
            Ok(jars) => format!("{}\n{}", jars[0].declaration(), jars[0].script_line().replace('\t', "|")),
            Err(error) => error.message,
        };
        expect.assert_eq(&shown);
    }

    fn exclude(org: &str, name: &str) -> Value {
        let fields = vec![("org".to_owned(), org.into()), ("name".to_owned(), name.into())];
        Value::Object(Object { symbol: "exclude".to_owned(), fields, location: Location::default() })
    }

    #[test]
    fn a_declaration_keeps_all_that_counts() {
        let plain = [("org", "a.b".into()), ("name", "c".into()), ("rev", "1.0".into())];
        check(
            &plain,
            expect![[r#"
            a.b:c:1.0
            jar|a.b|c|1.0|||true|false|"#]],
        );
        let mut all = plain.to_vec();
        all.push(("classifier", "linux".into()));
        all.push(("ext", "zip".into()));
        all.push(("force", true.into()));
        all.push(("intransitive", true.into()));
        all.push(("excludes", Value::List(vec![exclude("z", ""), exclude("x", "y")])));
        check(
            &all,
            expect![[r#"
            a.b:c:1.0 classifier linux ext zip force intransitive exclude x:y exclude z:*
            jar|a.b|c|1.0|linux|zip|false|true|x:y,z:*"#]],
        );
    }

    #[test]
    fn a_jar_without_version_is_the_newest() {
        check(
            &[("org", "a".into()), ("name", "b".into())],
            expect![[r#"
            a:b:latest.release
            jar|a|b|latest.release|||true|false|"#]],
        );
    }

    #[test]
    fn what_no_coordinate_may_hold_is_refused_with_its_place() {
        let bad = [("org", "a:b".into()), ("name", "c".into())];
        check(&bad, expect!["3rdparty/BUILD:3:5: `a:b` is no `org` of a jar"]);
        let url = [("org", "a".into()), ("name", "c".into()), ("url", "ftp:x.jar".into())];
        check(
            &url,
            expect![
                "3rdparty/BUILD:3:5: `ftp:x.jar` is no `url` of a jar: it begins with `file:`, `http:` or `https:`"
            ],
        );
    }

    #[test]
    fn a_tool_with_a_classifier_is_that_file_alone() {
        let line = |coordinate: &str| Jar::parse(coordinate).map(|jar| jar.declaration());
        assert_eq!(line("a:b:1").unwrap(), "a:b:1");
        assert_eq!(line("a:b:1:all").unwrap(), "a:b:1 classifier all intransitive");
        for coordinate in ["a:b", "a:b:1:", "a:b:1:all:c"] {
            assert_eq!(line(coordinate).unwrap_err().message, format!("`{coordinate}` is no coordinate of a jar"));
        }
    }

    #[test]
    fn two_forced_versions_are_refused_with_both_places() {
        let jar = |rev: &str, line| {
            let mut jar = Jar::parse(&format!("a:b:{rev}")).unwrap();
            jar.is_forced = true;
            jar.location = Location { file: "BUILD".to_owned(), line, column: 1 };
            jar
        };
        let error = conflicting_forced(&[jar("1", 4), jar("2", 9)]).unwrap().error();
        expect!["BUILD:9:1: jar `a:b` is forced to version `2` here and to `1` at BUILD:4:1"].assert_eq(&error.message);
        assert!(conflicting_forced(&[jar("1", 4), jar("1", 9)]).is_none());
    }

    #[test]
    fn an_exclude_matches_a_module_or_a_group() {
        let module = Exclude { org: "a".to_owned(), name: Some("b".to_owned()) };
        assert!(module.matches("a:b:1") && !module.matches("a:bc:1") && !module.matches("ab:b:1"));
        let group = Exclude { org: "a".to_owned(), name: None };
        assert!(group.matches("a:b:1") && group.matches("a:c") && !group.matches("b:a"));
    }
}
