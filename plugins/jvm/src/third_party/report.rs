//! What a resolution came to, for people: each library with its jars, each jar with those it needs.

use super::declared::Jar;
use super::lock::{LockFile, LockedGroup};
use super::managed::Groups;
use std::collections::BTreeSet;

/// The libraries of a run. What stands above with all it needs is named again, without that.
pub(crate) fn render(declared: &Groups, lock: &LockFile) -> String {
    let mut text = String::new();
    for (manager, group) in declared {
        let Some(locked) = lock.group(manager) else { continue };
        let mut shown = BTreeSet::new();
        for (address, jars) in &group.libraries {
            text.push_str(&format!("{address}"));
            if !manager.is_empty() {
                text.push_str(&format!(" (managed by {manager})"));
            }
            text.push('\n');
            for jar in jars {
                add_jar(&mut text, locked, jar, &mut shown);
            }
        }
    }
    text
}

fn add_jar<'l>(text: &mut String, locked: &'l LockedGroup, jar: &Jar, shown: &mut BTreeSet<&'l str>) {
    let Some(key) = locked.root_of(jar) else { return };
    let note = match key.split(':').nth(2) {
        Some(version) if !jar.rev.is_empty() && version.split('@').next() != Some(&jar.rev) => {
            format!(" (declared as {})", jar.rev)
        }
        _ => String::new(),
    };
    add(text, locked, key, 1, &note, shown);
}

fn add<'l>(
    text: &mut String,
    locked: &'l LockedGroup,
    key: &'l str,
    depth: usize,
    note: &str,
    shown: &mut BTreeSet<&'l str>,
) {
    let needs = locked.artifacts.get(key).map(|artifact| &artifact.needs).into_iter().flatten();
    let is_new = shown.insert(key);
    let above = if is_new || needs.clone().next().is_none() { "" } else { " (see above)" };
    text.push_str(&format!("{:1$}{key}{note}{above}\n", "", depth * 2));
    if is_new {
        needs.for_each(|needed| add(text, locked, needed, depth + 1, "", shown));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::third_party::lock::LockedArtifact;
    use crate::third_party::managed::ManagedGroup;
    use expect_test::expect;
    use plugin_api::Address;
    use std::collections::BTreeMap;

    #[test]
    fn jars_stand_below_what_needs_them() {
        let artifact = |needs: &[&str]| LockedArtifact {
            needs: needs.iter().map(|need| (*need).to_owned()).collect(),
            ..LockedArtifact::default()
        };
        let artifacts = BTreeMap::from([
            ("a:b:2".to_owned(), artifact(&["c:d:1"])),
            ("c:d:1".to_owned(), artifact(&["e:f:1", "a:b:2"])),
            ("e:f:1".to_owned(), artifact(&[])),
        ]);
        let locked = LockedGroup { artifacts, ..LockedGroup::default() };
        let lock = LockFile::new(BTreeMap::from([(String::new(), locked)]));
        let library = |name: &str, jars: &[&str]| {
            (Address::new("3rdparty", name), jars.iter().map(|jar| Jar::parse(jar).unwrap()).collect())
        };
        let libraries = [library("x", &["a:b:1", "e:f:1"]), library("y", &["c:d:1"])].into();
        let group = ManagedGroup { libraries, ..ManagedGroup::default() };
        expect![[r#"
            3rdparty:x
              a:b:2 (declared as 1)
                c:d:1
                  a:b:2 (see above)
                  e:f:1
              e:f:1
            3rdparty:y
              c:d:1 (see above)
        "#]]
        .assert_eq(&render(&Groups::from([(String::new(), group)]), &lock));
    }
}
