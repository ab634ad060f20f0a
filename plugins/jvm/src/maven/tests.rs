//! Which repositories come out of which settings.

use super::*;
use crate::jar::JarEntries;
use expect_test::{Expect, expect};

const SUPER_POM: &str = "<project><repositories><repository><id>central</id><url>https://central.test/m2</url>\
                         </repository></repositories></project>";

/// A home directory with settings, and a Maven with a super POM.
struct Fixture(tempfile::TempDir);

impl Fixture {
    fn new(settings: &str) -> Self {
        let root = tempfile::tempdir().unwrap();
        let mut jar = JarEntries::default();
        jar.add("org/apache/maven/model/pom-4.0.0.xml", SUPER_POM.into());
        jar.write(&root.path().join("maven/lib/maven-model-builder-3.9.jar")).unwrap();
        std::fs::create_dir_all(root.path().join("home/.m2")).unwrap();
        if !settings.is_empty() {
            std::fs::write(root.path().join("home/.m2/settings.xml"), settings).unwrap();
        }
        Self(root)
    }

    fn places(&self) -> MavenPlaces {
        MavenPlaces {
            homes: vec![self.0.path().join("maven")],
            user_home: Some(self.0.path().join("home")),
            variables: vec![("TOKEN".to_owned(), "a&b".to_owned())],
            ..MavenPlaces::default()
        }
    }

    fn check(&self, places: &MavenPlaces, expect: Expect) {
        let shown = match remotes(places) {
            Ok(remotes) => remotes
                .repositories
                .iter()
                .map(|r| format!("{} {} {}:{}\n", r.id, r.url, r.user, r.password))
                .chain(remotes.proxy.iter().map(|p| format!("proxy {}:{} except {}\n", p.host, p.port, p.except)))
                .collect(),
            Err(MavenError::NoRepository { searched }) => searched.join("\n"),
            Err(error) => error.to_string(),
        };
        expect.assert_eq(&shown.replace(&*self.0.path().to_string_lossy(), "[ROOT]"));
    }
}

#[test]
fn without_settings_it_is_what_maven_carries() {
    let fixture = Fixture::new("");
    fixture.check(
        &fixture.places(),
        expect![[r#"
        central https://central.test/m2 :
    "#]],
    );
}

#[test]
fn mirrors_profiles_servers_and_proxies_of_the_settings_count() {
    let fixture = Fixture::new(
        "<settings xmlns='x'>
          <mirrors><mirror><id>corp</id><url>https://corp.test/all</url><mirrorOf>*,!own</mirrorOf></mirror></mirrors>
          <servers><server><id>corp</id><username>me</username><password>${env.TOKEN}</password></server></servers>
          <profiles>
            <profile><id>p</id><repositories><repository><id>own</id><url>https://own.test</url></repository></repositories></profile>
            <profile><id>q</id><repositories><repository><id>other</id><url>https://other.test</url></repository></repositories></profile>
          </profiles>
          <activeProfiles><activeProfile>p</activeProfile></activeProfiles>
          <proxies><proxy><active>true</active><host>proxy.test</host><port>3128</port><nonProxyHosts>a|*.b</nonProxyHosts></proxy></proxies>
        </settings>",
    );
    fixture.check(
        &fixture.places(),
        expect![[r#"
        own https://own.test :
        corp https://corp.test/all me:a&b
        proxy proxy.test:3128 except a|*.b
    "#]],
    );
}

#[test]
fn the_option_replaces_all_of_it() {
    let fixture = Fixture::new("");
    let places = MavenPlaces { configured: vec!["https://only.test".to_owned()], ..fixture.places() };
    fixture.check(
        &places,
        expect![[r#"
        https://only.test https://only.test :
    "#]],
    );
}

#[test]
fn without_maven_a_mirror_is_enough_and_nothing_is_an_error() {
    let fixture = Fixture::new(
        "<settings><mirrors><mirror><id>corp</id><url>https://corp.test</url><mirrorOf>central</mirrorOf></mirror></mirrors></settings>",
    );
    let places = MavenPlaces { homes: vec![], ..fixture.places() };
    fixture.check(
        &places,
        expect![[r#"
        corp https://corp.test :
    "#]],
    );
    let fixture = Fixture::new("");
    let places = MavenPlaces { homes: vec![], ..fixture.places() };
    fixture.check(
        &places,
        expect![[r#"
        [coursier] repos: empty
        [ROOT]/home/.m2/settings.xml: no mirror
        MAVEN_HOME, M2_HOME: not set
        mvn on PATH: nothing there"#]],
    );
}

#[test]
fn settings_that_are_no_xml_are_named() {
    let fixture = Fixture::new("<settings><mirrors></settings>");
    fixture.check(&fixture.places(), expect!["[ROOT]/home/.m2/settings.xml: it is no settings file of Maven"]);
}
