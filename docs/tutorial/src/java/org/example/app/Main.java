package org.example.app;

import org.example.greet.Greeter;

/** Greets everybody named on the command line. */
public final class Main {
  private Main() {}

  public static void main(String[] args) {
    System.out.print(render(String.join(",", args)));
  }

  /** One line for each name. */
  static String render(String names) {
    StringBuilder out = new StringBuilder();
    new Greeter().greet(names).forEach(greeting -> out.append(greeting.getText()).append('\n'));
    return out.toString();
  }
}
