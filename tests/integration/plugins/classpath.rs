//! A third party's task that adds to a product of a bundled backend.

use super::crates::build;
use super::with_backends;
use crate::support::Repository;
use expect_test::{Expect, expect};

const FILES: &str = r#"
//- src/java/BUILD
java_library(name='lib', sources=['Stamped.java'], dependencies=['constants'])
jvm_binary(name='app', main='Stamped', dependencies=[':lib'])
//- src/java/Stamped.java
import com.acme.Constants;

public class Stamped {
    public static void main(String[] args) throws Exception {
        var properties = new java.util.Properties();
        try (var stamp = Stamped.class.getResourceAsStream("/acme.properties")) {
            properties.load(stamp);
        }
        System.out.println("stamped by " + properties.getProperty("stamped-by") + ", " + Constants.MOTTO);
    }
}
//- constants/BUILD
acme_constants(name='constants', package='com.acme')
//- constants/main.properties
MOTTO=beep
//- tests/java/BUILD
jar_library(name='junit', jars=[jar('junit', 'junit', '4.13.2')])
junit_tests(name='tests', sources=['StampTest.java'], dependencies=[':junit', 'src/java:lib'])
//- tests/java/StampTest.java
import org.junit.Assert;
import org.junit.Test;

public class StampTest {
    @Test
    public void theStampIsOnTheClasspath() {
        Assert.assertNotNull(getClass().getResource("/acme.properties"));
    }
}
"#;

fn stamped() -> Repository {
    with_backends("['pants.backend.jvm']", &[&build("acme")], FILES)
}

fn explain(args: &[&str], expect: Expect) {
    expect.assert_eq(&stamped().run(args).quiet_success());
}

#[test]
fn the_plan_holds_producer_adder_and_consumer() {
    explain(
        &["--explain", "run", "src/java:app"],
        expect![[r#"
        Phase Execution Order:

        gen -> bootstrap -> resolve -> resources -> compile -> run

        Phase [Goal->Task] Order:

        gen [acme-constants->AcmeConstantsGen]
        bootstrap [jvm-tools->BootstrapJvmTools]
        resolve [coursier->CoursierResolve]
        resources [services->PrepareServices, acme-stamp->AcmeStamp]
        compile [jvm:javac->JavacCompile]
        run [jvm->JvmRun]
    "#]],
    );
    explain(
        &["--explain", "test", "tests/java:tests"],
        expect![[r#"
        Phase Execution Order:

        gen -> bootstrap -> resolve -> resources -> compile -> test

        Phase [Goal->Task] Order:

        gen [acme-constants->AcmeConstantsGen]
        bootstrap [jvm-tools->BootstrapJvmTools]
        resolve [coursier->CoursierResolve]
        resources [services->PrepareServices, acme-stamp->AcmeStamp]
        compile [jvm:javac->JavacCompile]
        test [junit->JunitRun]
    "#]],
    );
}

#[test]
fn programs_see_the_added_entry_and_the_generated_code() {
    let output = stamped().pants(&["--quiet", "run", "src/java:app"]).with_real_tools().run();
    assert_eq!(output.success(), "stamped by acme, beep\n");
}

#[test]
fn tests_see_the_added_entry() {
    let output = stamped().pants(&["test", "tests/java:tests"]).with_real_tools().run();
    let text = output.success();
    // The key of the result contains the added entry, so a cached success is one that saw it.
    assert!(text.starts_with("tests/java:tests ") && text.contains(" SUCCESS"), "{text}");
}
