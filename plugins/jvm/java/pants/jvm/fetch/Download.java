package pants.jvm.fetch;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.URLConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * Downloads one file whose SHA-256 is known from the first repository that has it.
 *
 * <p>The script: {@code repository url user password} (any number), {@code path} (inside a repository), {@code sha256},
 * {@code to}, and {@code proxy} lines. This is how the first jar arrives, before there is a resolver.
 */
public final class Download {
  private static final int TRIES = 3;

  private Download() {}

  /** Downloads what the script on stdin says; exits 1 with a line for each repository that could not help. */
  public static void main(String[] arguments) throws Exception {
    Script script = Script.read(System.in);
    Network.configure(System.getenv(), script);
    Path to = Path.of(required(script, "to"));
    String path = required(script, "path");
    String sha256 = required(script, "sha256");
    List<String> reasons = new ArrayList<>();
    for (List<String> repository : script.lines("repository")) {
      String url = repository.get(0).replaceAll("/+$", "") + "/" + path;
      try {
        fetch(url, repository.get(1), repository.get(2), to);
        String found = Hash.of(to);
        if (found.equals(sha256)) {
          return;
        }
        Files.delete(to);
        reasons.add(url + ": its SHA-256 is " + found + ", expected " + sha256);
      } catch (IOException failed) {
        reasons.add(url + ": " + reason(failed));
      }
    }
    reasons.forEach(System.err::println);
    System.exit(1);
  }

  private static String required(Script script, String word) {
    return script.value(word).orElseThrow(() -> new IllegalArgumentException("the script has no line `" + word + "`"));
  }

  /** What went wrong in words: Java says only the host's name when it cannot be found. */
  static String reason(IOException failed) {
    if (failed instanceof FileNotFoundException) {
      return "not found";
    }
    if (failed instanceof java.net.UnknownHostException) {
      return "unknown host `" + failed.getMessage() + "`";
    }
    return failed.getMessage() == null ? failed.toString() : failed.getMessage();
  }

  private static void fetch(String url, String user, String password, Path to) throws IOException {
    for (int attempt = 1; ; attempt++) {
      try {
        fetchOnce(url, user, password, to);
        return;
      } catch (FileNotFoundException absent) {
        throw absent;
      } catch (IOException failed) {
        if (attempt == TRIES) {
          throw failed;
        }
      }
    }
  }

  private static void fetchOnce(String url, String user, String password, Path to) throws IOException {
    URLConnection connection = URI.create(url).toURL().openConnection();
    connection.setConnectTimeout(20_000);
    connection.setReadTimeout(60_000);
    if (!user.isEmpty()) {
      String token = Base64.getEncoder().encodeToString((user + ":" + password).getBytes(UTF_8));
      connection.setRequestProperty("Authorization", "Basic " + token);
    }
    if (connection instanceof HttpURLConnection http && http.getResponseCode() == 404) {
      throw new FileNotFoundException(url);
    }
    Path parent = to.toAbsolutePath().getParent();
    Files.createDirectories(parent);
    Path unfinished = Files.createTempFile(parent, "download", ".new");
    try (InputStream in = connection.getInputStream()) {
      Files.copy(in, unfinished, StandardCopyOption.REPLACE_EXISTING);
      Files.move(unfinished, to, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(unfinished);
    }
  }
}
