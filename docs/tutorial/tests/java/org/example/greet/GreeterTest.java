package org.example.greet;

import static org.junit.Assert.assertEquals;

import org.junit.Test;

/** A JUnit 4 test. */
public class GreeterTest {
  @Test
  public void greetsEveryName() {
    var greetings = new Greeter().greet("Ada, Grace");
    assertEquals(2, greetings.size());
    assertEquals("Hello, Grace!", greetings.get(1).getText());
  }

  @Test
  public void greetsNobody() {
    assertEquals(0, new Greeter().greet(" , ").size());
  }
}
