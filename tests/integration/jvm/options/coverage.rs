//! Coverage of tests, by the real JaCoCo.

use super::{ran, refused, run};
use crate::support::Repository;

const MEASURE: &str = "--test-junit-coverage";
const REPORT: &str = "dist/coverage/junit/coverage.xml";

/// Two libraries, one of which is tested in part; unlike those of any other repository.
fn shop() -> Repository {
    let repository = Repository::new(
        r#"
//- src/java/shop/BUILD
java_library(name='shop', dependencies=['src/java/money'])
//- src/java/shop/Cart.java
package shop;
public class Cart {
  public static int total(int count) {
    if (count == 0) {
      return 0;
    }
    return count * money.Price.ONE;
  }
}
//- src/java/money/BUILD
java_library(name='money')
//- src/java/money/Price.java
package money;
public class Price {
  public static int ONE = 7;
}
//- tests/java/shop/BUILD
junit_tests(name='shop', dependencies=['src/java/shop'])
//- tests/java/shop/CartTest.java
package shop;
import org.junit.Assert;
import org.junit.Test;
public class CartTest {
  @Test public void two() { Assert.assertEquals(14, Cart.total(2)); }
}
"#,
    );
    let marked = format!("public class CartTest {{ static final String MARK = \"{}\";", repository.mark());
    repository.edit("tests/java/shop/CartTest.java", "public class CartTest {", &marked);
    repository
}

/// Tests with these flags; says how many JVMs ran tests.
fn tested(repository: &Repository, flags: &[&str]) -> usize {
    let output = run(repository, &[&["test"], flags, &["tests/java::"]].concat());
    let count = ran(&output).iter().filter(|line| line.starts_with("junit ")).count();
    let _ = output.success();
    count
}

#[test]
fn lines_are_covered_or_not_and_nothing_is_tested_again_for_a_report() {
    let repository = shop();
    assert_eq!(tested(&repository, &[]), 1);
    assert!(!repository.exists("dist/coverage"));
    let output = run(&repository, &["test", MEASURE, "tests/java::"]);
    assert!(output.stderr.contains("the coverage of the tests is in dist/coverage/junit"), "{output:?}");
    assert_eq!(ran(&output), ["junit tests/java/shop:shop"], "with an agent, the result is another");
    let _ = output.success();
    let report = repository.read(REPORT);
    let line = |number: u32| {
        let file = report.split("<sourcefile name=\"Cart.java\">").nth(1).expect("Cart.java is in the report");
        let line = file.split("<line ").find(|line| line.starts_with(&format!("nr=\"{number}\" ")));
        line.and_then(|line| line.split(" mb=").next()).expect("the line is in the report").to_owned()
    };
    assert_eq!(line(4), "nr=\"4\" mi=\"0\" ci=\"2\"", "both ways begin here");
    assert_eq!(line(5), "nr=\"5\" mi=\"2\" ci=\"0\"", "no test comes here");
    assert_eq!(line(7), "nr=\"7\" mi=\"0\" ci=\"4\"");
    assert!(report.contains("Price.java") && !report.contains("CartTest"), "{report}");
    let page = repository.read("dist/coverage/junit/html/shop/Cart.java.html");
    assert!(page.contains("count * money.Price.ONE"), "sources are in the pages: {page}");
    assert!(repository.exists("dist/coverage/junit/coverage.csv"));

    assert_eq!(tested(&repository, &[MEASURE]), 0);
    assert_eq!(repository.read(REPORT), report);
    assert_eq!(tested(&repository, &[MEASURE, "--jacoco-target-filters=java/shop:"]), 0);
    let report = repository.read(REPORT);
    assert!(report.contains("Cart.java") && !report.contains("Price.java"), "{report}");
    assert_eq!(tested(&repository, &[MEASURE, "--test-junit-coverage-jvm-options=-Xmx128m"]), 0);
    assert_eq!(tested(&repository, &[]), 0, "the result without an agent is still there");
}

#[test]
fn tests_that_failed_say_nothing_of_coverage_unless_that_is_wanted() {
    let repository = shop();
    repository.edit("tests/java/shop/CartTest.java", "(14, ", "(15, ");
    let said = run(&repository, &["test", MEASURE, "tests/java::"]).failure(1);
    assert!(said.contains("no coverage is reported, because tests failed"), "{said}");
    assert!(!repository.exists(REPORT));
    let _ = run(&repository, &["test", MEASURE, "--test-junit-coverage-force", "tests/java::"]).failure(1);
    assert!(repository.read(REPORT).contains("Cart.java"));
}

#[test]
fn other_processors_are_refused_where_they_stand() {
    let repository = shop();
    let refused = |config: &str, expect: &str| refused(&repository, config, &["test", "::"], expect);
    refused(
        "[test.junit]\ncoverage_processor = \"cobertura\"\n",
        "pants.toml:2 [test.junit] coverage_processor: `cobertura` cannot measure coverage here: it does not read the \
         classes of today's Java\n  hint: use `jacoco`",
    );
    refused(
        "[test.junit]\ncoverage_processor = \"scoverage\"\n",
        "pants.toml:2 [test.junit] coverage_processor: `scoverage` cannot measure coverage here: it is part of the Scala \
         compiler, and Scala is not compiled here",
    );
    refused(
        "[test.junit]\ncoverage = true\n[jacoco]\ntarget_filters = [\"(\"]\n",
        "pants.toml:4 [jacoco] target_filters: `(` is no regular expression",
    );
}
