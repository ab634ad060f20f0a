package pants.jvm.worker;

import java.io.OutputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** What a worker can do for a request. */
interface Command {
  /** One request: what stood in its frames. */
  record Request(List<String> arguments, Map<String, String> environment, Path directory) {
    /** A path of the request: relative ones are relative to the request's directory. */
    Path path(String text) {
      return directory.resolve(text);
    }
  }

  /** Carries the request out and answers its exit code. */
  int run(Request request, OutputStream out, OutputStream err) throws Exception;
}
