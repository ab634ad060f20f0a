//! Third-party jars with pinned versions, and those that are in no repository.

use super::run;
use crate::support::Repository;

const LOCK: &str = "3rdparty/jvm.lock.json";

#[test]
fn managed_libraries_have_the_pinned_versions() {
    let repository = Repository::new(
        r#"
//- 3rdparty/BUILD
managed_jar_libraries(name='managed', artifacts=[
  jar('junit', 'junit', '4.12'),
  jar('org.hamcrest', 'hamcrest-core', '1.1'),
])
jar_library(name='free', jars=[jar('junit', 'junit', '4.12')])
jar_library(name='newer', jars=[jar('junit', 'junit', '4.13.2')], managed_dependencies=':managed')
"#,
    );
    let listed = repository.run(&["list", "3rdparty::"]).quiet_success();
    assert!(listed.contains("3rdparty:junit.junit\n") && listed.contains("3rdparty:org.hamcrest.hamcrest-core\n"));
    let _ = run(&repository, &["resolve", "3rdparty:junit.junit", "3rdparty:free"]).success();
    let lock = repository.read(LOCK);
    let (unmanaged, managed) = lock.split_once("\"managed\"").expect("what is managed has a section");
    let (plain, pinned) = ("org.hamcrest:hamcrest-core:1.3", "org.hamcrest:hamcrest-core:1.1");
    assert!(unmanaged.contains(plain) && !unmanaged.contains(pinned), "nothing manages `free`: {lock}");
    assert!(managed.contains(pinned) && !managed.contains(plain), "a pin counts for what jars need: {lock}");

    let said = run(&repository, &["resolve", "3rdparty:newer"]).failure(1);
    assert!(said.contains("3rdparty/BUILD:6"), "{said}");
    assert!(said.contains("direct version: `4.13.2`") && said.contains("managed version: `4.12`"), "{said}");
    repository.write("pants.toml", "[jar-dependency-management]\nconflict_strategy = \"USE_NEWER\"\n");
    let output = run(&repository, &["resolve", "3rdparty:newer"]);
    assert!(output.stderr.contains("`4.13.2` is used"), "{}", output.stderr);
    let _ = output.success();
    assert!(repository.read(LOCK).contains("\"junit:junit:4.13.2\""));
}

/// A program that needs a jar of this repository, and the target that the jar is made of.
fn with_own_jar(jar: &str) -> Repository {
    Repository::new(&format!(
        r#"
//- src/java/one/BUILD
jvm_binary(source='One.java', main='one.One', basename='one')
//- src/java/one/One.java
package one; public class One {{ public static void main(String[] x) {{}} public static int value() {{ return 1; }} }}
//- 3rdparty/BUILD
jar_library(name='one', jars=[{jar}])
//- src/java/app/BUILD
jvm_binary(source='Main.java', main='app.Main', dependencies=['3rdparty:one'])
//- src/java/app/Main.java
package app;
class Main {{ public static void main(String[] x) {{ System.out.println("value " + one.One.value()); }} }}
"#
    ))
}

/// Makes that jar anew, somewhere in the build root.
fn make_jar(repository: &Repository, path: &str) {
    let _ = run(repository, &["binary", "src/java/one"]).success();
    let place = repository.root().join(path);
    std::fs::create_dir_all(place.parent().expect("it lies in the build root")).expect("a directory");
    std::fs::copy(repository.root().join("dist/one.jar"), place).expect("a copy");
}

#[test]
fn a_jar_may_be_a_file_of_the_repository() {
    let repository = with_own_jar("jar('org.example', 'one', '1', url='file:jars/one.jar')");
    let said = run(&repository, &["run", "src/java/app"]).failure(1);
    assert!(said.contains("3rdparty/BUILD:1") && said.contains("3rdparty/jars/one.jar"), "{said}");
    make_jar(&repository, "3rdparty/jars/one.jar");
    assert_eq!(run(&repository, &["run", "src/java/app"]).success(), "value 1\n");
    repository.edit("src/java/one/One.java", "return 1", "return 2");
    make_jar(&repository, "3rdparty/jars/one.jar");
    assert_eq!(run(&repository, &["run", "src/java/app"]).success(), "value 2\n", "another content is another jar");
}

#[test]
fn a_jar_without_a_pom_needs_nothing() {
    let repository = with_own_jar("jar('org.example', 'one', '1')");
    let repositories = format!("[coursier]\nrepos = [\"file://{}/maven\"]\n", repository.root().display());
    make_jar(&repository, "maven/org/example/one/1/one-1.jar");
    repository.write("pants.toml", &repositories);
    assert_eq!(run(&repository, &["run", "src/java/app"]).success(), "value 1\n");
    repository.edit("3rdparty/BUILD", "'1'", "'2'");
    let said = run(&repository, &["run", "src/java/app"]).failure(1);
    assert!(said.contains("jar `org.example:one:2` cannot be fetched"), "{said}");
}
