//! Managed jars: versions that one `managed_jar_dependencies` target pins for all libraries that it manages.
//!
//! A library names what manages it, or `[jar-dependency-management] default_target` does. Pinned versions count for what
//! jars need as well as for what libraries declare. A library that declares another version is a conflict, and an option
//! says what comes of it.

use super::declared::{Jar, jars_of};
use super::version;
use crate::scala::ScalaPlatform;
use plugin_api::{
    Address, Context, Error, GraphView, LogLevel, Object, OptionKind, OptionRegistrar, Result, Target, Value,
};
use std::collections::{BTreeMap, BTreeSet};

/// The option scope of managed jars.
pub(crate) const SCOPE: &str = "jar-dependency-management";

const TYPE: &str = "managed_jar_dependencies";

/// Declares the options of [`SCOPE`].
pub(crate) fn register_options(options: &mut OptionRegistrar) {
    options
        .optional_string("default-target", "The address of the `managed_jar_dependencies` of libraries that name none.")
        .fingerprinted();
    let strategies = STRATEGIES.iter().map(|(name, _)| (*name).to_owned()).collect();
    options
        .option(
            "conflict-strategy",
            OptionKind::Choice(strategies),
            Value::from("FAIL"),
            "What to do where a library declares another version than the one that is pinned.",
        )
        .fingerprinted();
    options.bool("suppress-conflict-warnings", false, "Whether to be silent about such versions.");
}

/// What to do where a library declares another version than the pinned one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ConflictStrategy {
    Fail,
    UseDirect,
    UseDirectIfForced,
    UseManaged,
    UseNewer,
}

const STRATEGIES: [(&str, ConflictStrategy); 5] = [
    ("FAIL", ConflictStrategy::Fail),
    ("USE_DIRECT", ConflictStrategy::UseDirect),
    ("USE_DIRECT_IF_FORCED", ConflictStrategy::UseDirectIfForced),
    ("USE_MANAGED", ConflictStrategy::UseManaged),
    ("USE_NEWER", ConflictStrategy::UseNewer),
];

/// The jars of the libraries of a run that one target manages, or that nothing does.
#[derive(Clone, Debug, Default)]
pub(crate) struct ManagedGroup {
    /// The versions that are pinned, by what they are pinned for.
    pub(crate) pins: Pins,
    /// The jars of each library, in the versions to resolve.
    pub(crate) libraries: BTreeMap<Address, Vec<Jar>>,
}

impl ManagedGroup {
    /// All jars of the group.
    pub(crate) fn jars(&self) -> Vec<Jar> {
        self.libraries.values().flatten().cloned().collect()
    }
}

/// Libraries of third-party jars by the address of what manages them; empty for what nothing manages.
pub(crate) type Groups = BTreeMap<String, ManagedGroup>;

/// What a version is pinned for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct PinKey {
    org: String,
    name: String,
    classifier: String,
    ext: String,
}

impl PinKey {
    fn of(jar: &Jar) -> Self {
        let Jar { org, name, classifier, ext, .. } = jar.clone();
        Self { org, name, classifier, ext }
    }
}

/// Pinned versions.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pins(BTreeMap<PinKey, Jar>);

impl Pins {
    /// The lines of a lock file.
    pub(crate) fn lines(&self) -> BTreeSet<String> {
        self.0.values().map(Jar::pin).collect()
    }

    /// One version for each module that is pinned: that of the plain jar, if jars with classifiers differ from it, or the
    /// newest one that libraries declare instead.
    pub(crate) fn forced_versions(&self, declared: &[Jar]) -> BTreeMap<String, String> {
        let mut versions = BTreeMap::new();
        // Plain jars come last: their keys have no classifier and extension, and later ones count more.
        for jar in self.0.values().rev() {
            versions.insert(jar.module(), jar.rev.clone());
        }
        let is_other = |jar: &&Jar| self.0.get(&PinKey::of(jar)).is_some_and(|pinned| pinned.rev != jar.rev);
        let mut others: Vec<&Jar> = declared.iter().filter(is_other).collect();
        others.sort_by(|first, second| version::compare(&first.rev, &second.rev));
        versions.extend(others.into_iter().map(|jar| (jar.module(), jar.rev.clone())));
        versions
    }
}

/// What manages which library, in one run.
pub(crate) struct Management<'c> {
    context: &'c Context,
    scala: &'c ScalaPlatform,
    strategy: ConflictStrategy,
    is_silent: bool,
    default: Option<Address>,
    pins: BTreeMap<Address, Pins>,
    /// What was said already: a run may look at a library twice.
    said: BTreeSet<String>,
}

impl<'c> Management<'c> {
    /// What the options say.
    pub(crate) fn load(context: &'c Context, scala: &'c ScalaPlatform) -> Result<Self> {
        let option = |name| Ok::<_, Error>(context.option_of(SCOPE, name)?.value);
        let strategy = option("conflict-strategy")?;
        let strategy = STRATEGIES.iter().find(|(name, _)| strategy.as_str() == Some(name));
        let default = option("default-target")?;
        let mut management = Self {
            context,
            scala,
            strategy: strategy.map_or(ConflictStrategy::Fail, |(_, strategy)| *strategy),
            is_silent: option("suppress-conflict-warnings")?.as_bool() == Some(true),
            default: None,
            pins: BTreeMap::new(),
            said: BTreeSet::new(),
        };
        if let Some(spec) = default.as_str().filter(|spec| !spec.is_empty()) {
            let at = "`[jar-dependency-management] default_target`";
            let address = management.load_pins(spec, "").map_err(|error| error.context(at))?;
            management.default = Some(address);
        }
        Ok(management)
    }

    /// The libraries among some targets, by the address of what manages them; empty for what nothing manages.
    pub(crate) fn groups(&mut self, targets: &[Target]) -> Result<Groups> {
        let mut groups = Groups::new();
        for library in targets.iter().filter(|target| target.type_name == "jar_library") {
            self.add(&mut groups, library)?;
        }
        Ok(groups)
    }

    /// The same without libraries that something is wrong with: who needs one will be told.
    pub(crate) fn sound_groups(&mut self, targets: &[Target]) -> Groups {
        let mut groups = Groups::new();
        for library in targets.iter().filter(|target| target.type_name == "jar_library") {
            if let Err(error) = self.add(&mut groups, library) {
                tracing::debug!(%error, library = %library.address, "not resolved with the others");
            }
        }
        groups
    }

    fn add(&mut self, groups: &mut Groups, library: &Target) -> Result<()> {
        let manager = self.manager_of(library)?;
        let pins = manager.as_ref().and_then(|manager| self.pins.get(manager)).cloned().unwrap_or_default();
        let mut jars = Vec::new();
        for mut jar in jars_of(library, self.scala)? {
            jar.url = jar.url.map(|url| url.digested(self.context));
            jars.push(match (pins.0.get(&PinKey::of(&jar)), &manager) {
                (Some(pinned), Some(manager)) => self.settle(jar, pinned, manager)?,
                _ => jar,
            });
        }
        let name = manager.as_ref().map(ToString::to_string).unwrap_or_default();
        let group = groups.entry(name).or_default();
        group.pins = pins;
        group.libraries.insert(library.address.clone(), jars);
        Ok(())
    }

    fn manager_of(&mut self, library: &Target) -> Result<Option<Address>> {
        let Some(spec) = library.text("managed_dependencies").filter(|spec| !spec.is_empty()) else {
            return Ok(self.default.clone());
        };
        self.load_pins(spec, library.address.dir()).map(Some).map_err(|error| {
            let what = format!("{}: `managed_dependencies` of `{}`", library.location, library.address);
            error.context(what).failed_targets([library.address.clone()])
        })
    }

    /// Loads what a target pins, unless that was done.
    fn load_pins(&mut self, spec: &str, dir: &str) -> Result<Address> {
        let address = self.load_target(spec, dir)?;
        if !self.pins.contains_key(&address) {
            let pins = self.pins_of(&address)?;
            self.pins.insert(address.clone(), pins);
        }
        Ok(address)
    }

    /// Loads a target that a BUILD file of a directory names without depending on it.
    fn load_target(&self, spec: &str, dir: &str) -> Result<Address> {
        let spec = match spec.strip_prefix(':') {
            Some(name) => format!("//{dir}:{name}"),
            None => spec.to_owned(),
        };
        match &self.context.resolve(std::slice::from_ref(&spec))?[..] {
            [address] => Ok(address.clone()),
            _ => Err(Error::msg(format!("`{spec}` is no single target"))),
        }
    }

    /// What a target pins: itself, and all it depends on that pins versions.
    fn pins_of(&self, address: &Address) -> Result<Pins> {
        let closure = self.context.closure(std::slice::from_ref(address), GraphView::Declared)?;
        let managers: Vec<&Target> = closure.iter().filter(|target| target.type_name == TYPE).collect();
        if managers.is_empty() {
            let target = closure.iter().find(|target| target.address == *address);
            let type_name = target.map_or("", |target| &target.type_name);
            return Err(Error::msg(format!(
                "neither `{address}`, a `{type_name}`, nor anything it depends on is a `{TYPE}`"
            )));
        }
        let mut pins = Pins::default();
        let mut origin: BTreeMap<PinKey, &Address> = BTreeMap::new();
        // Dependencies come first in a closure, so those a target builds on are there before it.
        for manager in managers {
            for (key, jar) in self.own_pins(manager)? {
                if let Some(known) = pins.0.get(&key).filter(|known| known.rev != jar.rev) {
                    return Err(Error::msg(format!(
                        "{}: `{}` pins jar `{}` to `{}`, and `{}`, which it builds on, to `{}`",
                        jar.location,
                        manager.address,
                        jar.module(),
                        jar.rev,
                        origin[&key],
                        known.rev
                    )));
                }
                origin.insert(key.clone(), &manager.address);
                pins.0.insert(key, jar);
            }
        }
        Ok(pins)
    }

    /// What the `artifacts` of one target pin: jars, or libraries by address.
    fn own_pins(&self, manager: &Target) -> Result<BTreeMap<PinKey, Jar>> {
        let mut jars = Vec::new();
        for artifact in manager.field("artifacts").as_list().unwrap_or_default() {
            match artifact {
                Value::Object(object) => jars.push(Jar::of(object, manager.address.dir(), self.scala)?),
                Value::Str(text) => jars.extend(self.library_jars(manager, text)?),
                _ => {}
            }
        }
        let mut pins: BTreeMap<PinKey, Jar> = BTreeMap::new();
        for jar in jars {
            if !jar.has_version() {
                let module = jar.module();
                let message = format!("{}: jar `{module}` has no `rev`, so no version can be pinned", jar.location);
                return Err(Error::msg(message));
            }
            if let Some(known) = pins.get(&PinKey::of(&jar)).filter(|known| known.rev != jar.rev) {
                return Err(Error::msg(format!(
                    "{}: `{}` pins jar `{}` to `{}` here and to `{}` at {}",
                    jar.location,
                    manager.address,
                    jar.module(),
                    jar.rev,
                    known.rev,
                    known.location
                )));
            }
            pins.insert(PinKey::of(&jar), jar);
        }
        Ok(pins)
    }

    /// The jars of a library, or of the libraries of a group.
    fn library_jars(&self, manager: &Target, spec: &str) -> Result<Vec<Jar>> {
        let what = || format!("{}: `artifacts` of `{}`", manager.location, manager.address);
        let address = self.load_target(spec, manager.address.dir()).map_err(|error| error.context(what()))?;
        let mut jars = Vec::new();
        for target in self.context.closure(&[address], GraphView::Declared)? {
            match &*target.type_name {
                "jar_library" => jars.extend(jars_of(&target, self.scala)?),
                "target" | "alias" => {}
                other => {
                    let address = &target.address;
                    return Err(Error::msg(format!(
                        "{} takes jars, libraries of jars and groups of those, and `{address}` is a `{other}`",
                        what()
                    )));
                }
            }
        }
        Ok(jars)
    }

    /// The version of a jar that a library declares, and that is pinned.
    fn settle(&mut self, jar: Jar, pinned: &Jar, manager: &Address) -> Result<Jar> {
        if !jar.has_version() || jar.rev == pinned.rev {
            return Ok(Jar { rev: pinned.rev.clone(), ..jar });
        }
        let use_direct = match self.strategy {
            ConflictStrategy::Fail => return Err(conflict(&jar, pinned, manager)),
            ConflictStrategy::UseDirect => true,
            ConflictStrategy::UseDirectIfForced => jar.is_forced,
            ConflictStrategy::UseManaged => false,
            ConflictStrategy::UseNewer => version::compare(&jar.rev, &pinned.rev).is_gt(),
        };
        let rev = if use_direct { &jar.rev } else { &pinned.rev };
        if !self.is_silent {
            let line = format!(
                "{}: jar `{}` has version `{}` here, `{manager}` pins `{}`; `{rev}` is used",
                jar.location,
                jar.module(),
                jar.rev,
                pinned.rev
            );
            if self.said.insert(line.clone()) {
                self.context.log(LogLevel::Warn, line)?;
            }
        }
        Ok(Jar { rev: rev.clone(), ..jar })
    }
}

fn conflict(jar: &Jar, pinned: &Jar, manager: &Address) -> Error {
    let module = jar.module();
    let mut error = Error::msg(format!(
        "{}: jar `{module}` has another version here than the one that `{manager}` pins",
        jar.location
    ));
    error.causes = vec![
        format!("direct version: `{}`", jar.rev),
        format!("managed version: `{}`, at {}", pinned.rev, pinned.location),
    ];
    error.hint("leave `rev` out, or say what to do with `[jar-dependency-management] conflict_strategy`")
}

/// The libraries that `managed_jar_libraries` makes of jars: `org.name[.classifier][.ext]`.
pub(crate) fn library_names(jars: &[Object]) -> Result<Vec<(String, Object)>> {
    let mut libraries: Vec<(String, Object)> = Vec::new();
    for jar in jars {
        let parts = ["org", "name", "classifier", "ext"].map(|field| jar.field(field).as_str().unwrap_or_default());
        let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        let name = parts.join(".");
        if let Some((_, other)) = libraries.iter().find(|(known, _)| *known == name) {
            return Err(Error::msg(format!(
                "{}: this jar and the one at {} would both be the library `{name}`",
                jar.location, other.location
            ))
            .hint("declare one of them as a `jar_library` of its own"));
        }
        libraries.push((name, jar.clone()));
    }
    Ok(libraries)
}

#[cfg(test)]
mod tests;
