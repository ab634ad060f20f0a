package pants.jvm.fetch;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What a program of ours is told on stdin: lines of fields separated by tabs, the first of which says what it is. */
public final class Script {
  private final List<List<String>> lines;

  private Script(List<List<String>> lines) {
    this.lines = lines;
  }

  /** Reads all lines. */
  public static Script read(InputStream in) throws IOException {
    BufferedReader reader = new BufferedReader(new InputStreamReader(in, UTF_8));
    List<List<String>> lines = new ArrayList<>();
    for (String line = reader.readLine(); line != null; line = reader.readLine()) {
      lines.add(List.of(line.split("\t", -1)));
    }
    return new Script(lines);
  }

  /** The lines that begin with a word, without it. */
  public List<List<String>> lines(String word) {
    List<List<String>> found = new ArrayList<>();
    for (List<String> line : lines) {
      if (line.get(0).equals(word)) {
        found.add(line.subList(1, line.size()));
      }
    }
    return found;
  }

  /** The first field of the first line that begins with a word. */
  public Optional<String> value(String word) {
    return lines(word).stream().findFirst().map(line -> line.get(0));
  }
}
