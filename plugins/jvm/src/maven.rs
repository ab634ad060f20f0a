//! Which Maven repositories the user's own Maven would ask: the mirrors, profiles, credentials and proxies of his
//! `settings.xml`, and the default that the installed Maven carries in its super POM.
//!
//! No repository is written down in this backend. Maven itself is not run: it would download its own plugins first.

use crate::jar::read_entries;
use crate::xml::Element;
use std::path::{Path, PathBuf};

/// A repository to download from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Repository {
    /// What Maven calls it, or its URL.
    pub(crate) id: String,
    /// Where it is.
    pub(crate) url: String,
    /// As whom; empty when it takes anybody.
    pub(crate) user: String,
    /// With which password.
    pub(crate) password: String,
}

/// A proxy of `settings.xml`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Proxy {
    /// Its host.
    pub(crate) host: String,
    /// Its port.
    pub(crate) port: u16,
    /// As whom; empty when it takes anybody.
    pub(crate) user: String,
    /// With which password.
    pub(crate) password: String,
    /// The hosts that are asked directly, as `a|*.b`.
    pub(crate) except: String,
}

/// How to reach the outside world.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Remotes {
    /// The repositories, in the order they are asked.
    pub(crate) repositories: Vec<Repository>,
    /// The proxy, if `settings.xml` names one.
    pub(crate) proxy: Option<Proxy>,
}

/// Where to look for Maven and what the user said.
#[derive(Clone, Debug, Default)]
pub(crate) struct MavenPlaces {
    /// `[coursier] repos`: URLs that replace everything else.
    pub(crate) configured: Vec<String>,
    /// `MAVEN_HOME` and `M2_HOME`.
    pub(crate) homes: Vec<PathBuf>,
    /// The directories of `PATH`.
    pub(crate) path: Vec<PathBuf>,
    /// The user's home.
    pub(crate) user_home: Option<PathBuf>,
    /// The variables that `${env.X}` in `settings.xml` may name.
    pub(crate) variables: Vec<(String, String)>,
}

/// Why no repository is known.
#[derive(Debug, thiserror::Error)]
pub(crate) enum MavenError {
    /// No configuration, no mirror and no Maven.
    #[error("no Maven repository is known")]
    NoRepository {
        /// The places that were looked at.
        searched: Vec<String>,
    },
    /// A settings file that is no XML.
    #[error("{}: it is no settings file of Maven", path.display())]
    Settings {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        #[source]
        source: quick_xml::Error,
    },
}

/// Finds out which repositories to ask.
pub(crate) fn remotes(places: &MavenPlaces) -> Result<Remotes, MavenError> {
    let home = find_home(places);
    let mut settings = Settings::default();
    let user_settings = places.user_home.iter().map(|home| home.join(".m2/settings.xml"));
    for path in user_settings.chain(home.iter().map(|home| home.join("conf/settings.xml"))) {
        // The user's own file comes first, and the first that answers a question wins.
        if let Ok(text) = std::fs::read_to_string(&path) {
            settings.add(&text, places).map_err(|source| MavenError::Settings { path: path.clone(), source })?;
        }
    }
    let repositories: Vec<Repository> = if places.configured.is_empty() {
        settings.repositories(home.as_deref().and_then(central_of))
    } else {
        places.configured.iter().map(|url| settings.with_credentials(url, url)).collect()
    };
    if repositories.is_empty() {
        return Err(MavenError::NoRepository { searched: searched(places) });
    }
    Ok(Remotes { repositories, proxy: settings.proxy })
}

fn searched(places: &MavenPlaces) -> Vec<String> {
    let shown = |path: &Path| path.display().to_string();
    let mut searched = vec!["[coursier] repos: empty".to_owned()];
    searched
        .extend(places.user_home.iter().map(|home| format!("{}: no mirror", shown(&home.join(".m2/settings.xml")))));
    match &*places.homes {
        [] => searched.push("MAVEN_HOME, M2_HOME: not set".to_owned()),
        homes => searched.extend(homes.iter().map(|home| format!("MAVEN_HOME: `{}` is no home of Maven", shown(home)))),
    }
    searched.push("mvn on PATH: nothing there".to_owned());
    searched
}

/// The home of the installed Maven: `lib` in it holds its jars.
fn find_home(places: &MavenPlaces) -> Option<PathBuf> {
    let on_path = places.path.iter().filter_map(|directory| {
        let program = directory.join("mvn").canonicalize().ok()?;
        Some(program.parent()?.parent()?.to_owned())
    });
    places
        .homes
        .iter()
        .cloned()
        .chain(on_path)
        // Some packagers keep the real home one level down.
        .flat_map(|home| [home.clone(), home.join("libexec")])
        .find(|home| home.join("lib").is_dir() && super_pom(home).is_some())
}

/// The text of the POM that every project inherits, out of Maven's own jars.
fn super_pom(home: &Path) -> Option<String> {
    let mut jars: Vec<PathBuf> = std::fs::read_dir(home.join("lib"))
        .ok()?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            name.starts_with("maven-") && name.ends_with(".jar")
        })
        .collect();
    // It was in the model builder through all of Maven 3.
    jars.sort_by_key(|path| (!path.to_string_lossy().contains("maven-model-builder"), path.clone()));
    jars.iter().find_map(|jar| {
        let mut found = None;
        let is_pom = |name: &str| name == "org/apache/maven/model/pom-4.0.0.xml";
        // A jar that cannot be read does not hold the POM for us.
        read_entries(jar, |name, bytes| {
            if is_pom(&name) {
                found = String::from_utf8(bytes).ok();
            }
        })
        .ok()?;
        found
    })
}

/// The repository that Maven asks when nobody says otherwise.
fn central_of(home: &Path) -> Option<(String, String)> {
    let pom = Element::parse(&super_pom(home)?).ok()?;
    let repositories = pom.all_at(&["repositories", "repository"]);
    let first = repositories.first()?;
    Some((first.child_text("id").to_owned(), first.child_text("url").to_owned()))
}

/// What settings files say, merged.
#[derive(Debug, Default)]
struct Settings {
    mirrors: Vec<Mirror>,
    /// Id, user, password.
    servers: Vec<(String, String, String)>,
    /// Id and URL of the repositories of active profiles.
    repositories: Vec<(String, String)>,
    proxy: Option<Proxy>,
}

#[derive(Debug)]
struct Mirror {
    id: String,
    url: String,
    of: String,
}

impl Settings {
    fn add(&mut self, text: &str, places: &MavenPlaces) -> Result<(), quick_xml::Error> {
        let root = Element::parse(&interpolate(text, places))?;
        for mirror in root.all_at(&["mirrors", "mirror"]) {
            self.mirrors.push(Mirror {
                id: mirror.child_text("id").to_owned(),
                url: mirror.child_text("url").to_owned(),
                of: mirror.child_text("mirrorOf").to_owned(),
            });
        }
        for server in root.all_at(&["servers", "server"]) {
            let password = server.child_text("password");
            // Maven's own encryption needs its master password; such a server is asked without credentials.
            if !password.starts_with('{') {
                let text = |name| server.child_text(name).to_owned();
                self.servers.push((text("id"), text("username"), password.to_owned()));
            }
        }
        self.add_profiles(&root);
        if self.proxy.is_none() {
            self.proxy = root.all_at(&["proxies", "proxy"]).into_iter().find_map(active_proxy);
        }
        Ok(())
    }

    fn add_profiles(&mut self, root: &Element) {
        let active: Vec<&str> =
            root.all_at(&["activeProfiles", "activeProfile"]).into_iter().map(|profile| profile.text.trim()).collect();
        for profile in root.all_at(&["profiles", "profile"]) {
            let is_default =
                profile.all("activation").any(|activation| activation.child_text("activeByDefault") == "true");
            if !active.contains(&profile.child_text("id")) && !is_default {
                continue;
            }
            for repository in profile.all_at(&["repositories", "repository"]) {
                let id = repository.child_text("id").to_owned();
                if !self.repositories.iter().any(|(known, _)| *known == id) {
                    self.repositories.push((id, repository.child_text("url").to_owned()));
                }
            }
        }
    }

    /// The repositories of profiles and the default one, each replaced by its mirror, each URL once.
    fn repositories(&self, central: Option<(String, String)>) -> Vec<Repository> {
        let mut all = self.repositories.clone();
        // Without Maven, a mirror of everything still stands for the default repository.
        let central = central.unwrap_or_else(|| ("central".to_owned(), String::new()));
        if !all.iter().any(|(id, _)| *id == central.0) {
            all.push(central);
        }
        let mut repositories: Vec<Repository> = Vec::new();
        for (id, url) in all {
            let repository = match self.mirrors.iter().find(|mirror| mirror.is_for(&id, &url)) {
                Some(mirror) => self.with_credentials(&mirror.id, &mirror.url),
                None => self.with_credentials(&id, &url),
            };
            if !repository.url.is_empty() && !repositories.iter().any(|known| known.url == repository.url) {
                repositories.push(repository);
            }
        }
        repositories
    }

    fn with_credentials(&self, id: &str, url: &str) -> Repository {
        let server = self.servers.iter().find(|(server, _, _)| server == id);
        let (user, password) = server.map_or(("", ""), |(_, user, password)| (user, password));
        Repository { id: id.to_owned(), url: url.to_owned(), user: user.to_owned(), password: password.to_owned() }
    }
}

impl Mirror {
    /// Maven's rules: names with commas, `*`, `external:*`, and `!name` to leave one out.
    fn is_for(&self, id: &str, url: &str) -> bool {
        let is_external = !url.starts_with("file:") && !url.contains("://localhost") && !url.contains("://127.0.0.1");
        let mut matches = false;
        for pattern in self.of.split(',').map(str::trim) {
            match pattern {
                "*" => matches = true,
                "external:*" => matches |= is_external,
                "external:http:*" => matches |= is_external && url.starts_with("http:"),
                pattern if pattern.strip_prefix('!') == Some(id) => return false,
                pattern => matches |= pattern == id,
            }
        }
        matches
    }
}

fn active_proxy(proxy: &Element) -> Option<Proxy> {
    if proxy.child_text("active") == "false" {
        return None;
    }
    Some(Proxy {
        host: proxy.child_text("host").to_owned(),
        port: proxy.child_text("port").parse().unwrap_or(8080),
        user: proxy.child_text("username").to_owned(),
        password: proxy.child_text("password").to_owned(),
        except: proxy.child_text("nonProxyHosts").to_owned(),
    })
}

/// Puts in `${env.NAME}` and `${user.home}`; what has no value stays.
fn interpolate(text: &str, places: &MavenPlaces) -> String {
    let mut text = text.to_owned();
    for (name, value) in &places.variables {
        text = text.replace(&format!("${{env.{name}}}"), &quick_xml::escape::escape(&**value));
    }
    match &places.user_home {
        Some(home) => text.replace("${user.home}", &home.to_string_lossy()),
        None => text,
    }
}

#[cfg(test)]
mod tests;
