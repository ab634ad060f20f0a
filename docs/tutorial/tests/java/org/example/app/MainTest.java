package org.example.app;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/** A JUnit 5 test. */
class MainTest {
  @Test
  void rendersOneLineForEachName() {
    assertEquals("Hello, Ada!\nHello, Grace!\n", Main.render("Ada,Grace"));
  }
}
