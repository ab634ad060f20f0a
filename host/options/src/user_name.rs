//! The name of whoever called the program: what `%(user)s` stands for.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};

/// The users of the machine, one on a line.
const USERS: &str = "/etc/passwd";

/// The name that the environment tells; where it tells none, as in containers and in scheduled jobs, that of the user's
/// id, if it has one.
pub(crate) fn user_name(environment: &BTreeMap<OsString, OsString>) -> Option<String> {
    let variable = |name: &&str| environment.get(OsStr::new(name)).filter(|value| !value.is_empty());
    let told = ["USER", "LOGNAME"].iter().find_map(variable);
    told.map(|name| name.to_string_lossy().into_owned()).or_else(|| {
        let users = std::fs::read(USERS).ok()?;
        name_of_id(&String::from_utf8_lossy(&users), rustix::process::getuid().as_raw())
    })
}

/// The name of an id in lines of `name:password:id:...`.
fn name_of_id(users: &str, id: u32) -> Option<String> {
    users.lines().find_map(|line| {
        let mut fields = line.split(':');
        let (name, found) = (fields.next()?, fields.nth(1)?);
        (found.parse() == Ok(id) && !name.is_empty()).then(|| name.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_has_the_name_of_its_line() {
        let users =
            "root:x:0:0:root:/root:/bin/sh\n# 7\n\nbroken:x\n:x:8:8::/:/bin/sh\nann:x:1000:7::/home/ann:/bin/sh\n";
        let check = |id: u32, expect: Option<&str>| assert_eq!(name_of_id(users, id).as_deref(), expect, "{id}");
        check(0, Some("root"));
        check(1000, Some("ann"));
        check(7, None);
        check(8, None);
    }

    #[test]
    fn the_environment_tells_the_name_unless_it_is_empty() {
        let named = |variables: &[(&str, &str)]| {
            user_name(&variables.iter().map(|(name, value)| (name.into(), value.into())).collect())
        };
        assert_eq!(named(&[("USER", "ann"), ("LOGNAME", "bob")]).as_deref(), Some("ann"));
        assert_eq!(named(&[("USER", ""), ("LOGNAME", "bob")]).as_deref(), Some("bob"));
        assert_eq!(named(&[("USER", "")]), named(&[]));
        assert_ne!(named(&[]).as_deref(), Some(""));
    }
}
