//! Who sees what when it is compiled, run and tested.

use super::run;
use crate::support::Repository;

#[test]
fn the_tests_of_an_old_repository_just_run() {
    let repository = Repository::new(
        r#"
//- src/java/lib/BUILD
java_library()
//- src/java/lib/Lib.java
package lib; public class Lib { public static int one() { return 1; } }
//- tests/java/lib/BUILD
java_tests(name='lib', dependencies=['src/java/lib'])
//- tests/java/lib/LibTest.java
package lib;
import static org.hamcrest.CoreMatchers.is;
import static org.junit.Assert.assertThat;
import org.junit.Test;
public class LibTest {
  @Test public void one() { assertThat(Lib.one(), is(1)); }
}
"#,
    );
    let stdout = run(&repository, &["test", "::"]).success();
    assert!(stdout.contains("tests/java/lib:lib") && stdout.contains("SUCCESS"), "{stdout}");
    assert!(repository.read("3rdparty/jvm.lock.json").contains("\"junit:junit:4.12\""));
    let listed = repository.run(&["list", "::"]).quiet_success();
    assert_eq!(listed, "src/java/lib:lib\ntests/java/lib:lib\n", "nobody declared what was injected");
}

#[test]
fn an_annotation_processor_runs_where_it_is_needed() {
    let repository = Repository::new(
        r#"
//- src/java/made/BUILD
annotation_processor(name='maker', sources=['Make.java', 'Maker.java'], processors=['made.Maker'], dependencies=[':text'])
java_library(name='text', sources=['Text.java'])
//- src/java/made/Make.java
package made; public @interface Make {}
//- src/java/made/Text.java
package made; class Text { static String of() { return "public class Made { public static int ONE = 1; }"; } }
//- src/java/made/Maker.java
package made;
import java.util.Set;
import javax.annotation.processing.*;
import javax.lang.model.SourceVersion;
import javax.lang.model.element.TypeElement;
@SupportedAnnotationTypes("made.Make")
public class Maker extends AbstractProcessor {
  @Override public SourceVersion getSupportedSourceVersion() { return SourceVersion.latest(); }
  @Override public boolean process(Set<? extends TypeElement> found, RoundEnvironment round) {
    if (found.isEmpty()) return false;
    try (java.io.Writer out = processingEnv.getFiler().createSourceFile("app.Made").openWriter()) {
      out.write("package app; " + Text.of());
    } catch (java.io.IOException failed) { throw new IllegalStateException(failed); }
    return true;
  }
}
//- src/java/app/BUILD
jvm_binary(source='Main.java', main='app.Main', dependencies=['src/java/made:maker'])
//- src/java/app/Main.java
package app;
@made.Make class Main { public static void main(String[] x) { System.out.println("made " + Made.ONE); } }
"#,
    );
    assert_eq!(run(&repository, &["run", "src/java/app"]).success(), "made 1\n");
    repository.edit("src/java/made/Text.java", "ONE = 1", "ONE = 2");
    assert_eq!(run(&repository, &["run", "src/java/app"]).success(), "made 2\n", "what a processor needs counts");
}

/// A binary that needs a library, which needs another one in this way.
fn through(dependency: &str, main: &str) -> Repository {
    Repository::new(&format!(
        r#"
//- src/java/below/BUILD
java_library()
//- src/java/below/Below.java
package below; public class Below {{ public static String text() {{ return "below"; }} }}
//- src/java/lib/BUILD
java_library(dependencies=[{dependency}])
//- src/java/lib/Lib.java
package lib;
public class Lib {{
  public static String text() {{
    try {{ return "with " + below.Below.text(); }} catch (NoClassDefFoundError error) {{ return "without"; }}
  }}
}}
//- src/java/app/BUILD
jvm_binary(source='Main.java', main='app.Main', dependencies=['src/java/lib'])
//- src/java/app/Main.java
package app;
class Main {{ public static void main(String[] x) {{ System.out.println({main}); }} }}
"#
    ))
}

#[test]
fn what_is_provided_is_not_brought() {
    let check = |dependency: &str, expect: &str| {
        let repository = through(dependency, "lib.Lib.text()");
        assert_eq!(run(&repository, &["run", "src/java/app"]).success(), expect, "{dependency}");
    };
    check("'src/java/below'", "with below\n");
    check("provided('src/java/below')", "without\n");
    check("intransitive('src/java/below')", "without\n");
    check("scoped('src/java/below', scope='compile')", "without\n");
}

#[test]
fn what_is_for_run_time_is_not_compiled_against() {
    let repository = through("scoped('src/java/below', scope='runtime')", "lib.Lib.text()");
    let said = run(&repository, &["compile", "src/java/lib"]).failure(1);
    assert!(said.contains("`src/java/lib:lib` does not compile"), "{said}");
}

#[test]
fn strict_targets_see_direct_dependencies_and_exports() {
    let repository = through("'src/java/below'", "below.Below.text()");
    assert_eq!(run(&repository, &["run", "src/java/app"]).success(), "below\n");
    let strict = ["compile", "--java-strict-deps", "src/java/app"];
    let said = run(&repository, &strict).failure(1);
    assert!(said.contains("`src/java/app:app` does not compile"), "{said}");
    repository.edit("src/java/lib/BUILD", "java_library(", "java_library(exports=['src/java/below'], ");
    let _ = run(&repository, &strict).success();
    repository.edit("src/java/lib/BUILD", "dependencies=['src/java/below']", "");
    let said = run(&repository, &["list", "src/java/lib"]).failure(1);
    assert!(said.contains("src/java/lib/BUILD:1"), "{said}");
    assert!(said.contains("`exports`") && said.contains("src/java/below:below"), "{said}");
}

#[test]
fn scala_loads_and_is_refused_by_name_when_it_is_built() {
    let repository = through("'src/java/below'", "lib.Lib.text()");
    repository.write("src/scala/a/BUILD", "scala_library(java_sources=['src/java/lib'])\n");
    repository.write("src/scala/a/A.scala", "package a; object A\n");
    let listed = repository.run(&["list", "src/scala::"]).quiet_success();
    assert_eq!(listed, "src/scala/a:a\n");
    let said = run(&repository, &["compile", "src/scala::"]).failure(1);
    assert!(said.contains("`scala_library`") && said.contains("compile"), "{said}");
}
