package org.example.greet;

import com.google.common.base.Splitter;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.example.wire.Greeting;

/** Makes greetings. */
public final class Greeter {
  private final String salutation;

  public Greeter() {
    this.salutation = read("salutation.txt");
  }

  /** One greeting for each name in a comma-separated list. */
  public List<Greeting> greet(String names) {
    return Splitter.on(',').trimResults().omitEmptyStrings().splitToList(names).stream()
        .map(name -> Greeting.newBuilder().setName(name).setText(salutation + ", " + name + "!").build())
        .toList();
  }

  private static String read(String resource) {
    try (InputStream in = Greeter.class.getResourceAsStream(resource)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).trim();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
