package pants.jvm.worker;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A JVM that stays up and carries out one request after the other, spoken as nailgun frames on stdin and stdout.
 *
 * <p>A request is {@code A* E* D C}, then stdin frames until {@code .}; the answer is {@code 1} and {@code 2} frames
 * and {@code X} with the exit code. With arguments on its own command line it carries out that one request instead:
 * {@code Worker javac -d out.jar A.java}.
 *
 * <p>Commands are looked up by name. Running the main class of any other tool in here needs a guard against its
 * {@code System.exit}; it would be one more {@link Command}.
 */
public final class Worker {
  private static final Map<String, Command> COMMANDS = Map.of("javac", new Javac());

  private Worker() {}

  /** Serves frames, or carries out one request when there are arguments. */
  public static void main(String[] arguments) throws IOException {
    System.exit(arguments.length == 0 ? serve() : once(List.of(arguments)));
  }

  private static int once(List<String> arguments) {
    Command.Request request =
        new Command.Request(arguments.subList(1, arguments.size()), System.getenv(), Path.of("").toAbsolutePath());
    return carryOut(arguments.get(0), request, System.out, System.err);
  }

  private static int serve() throws IOException {
    InputStream in = new BufferedInputStream(new FileInputStream(FileDescriptor.in));
    Frames frames = new Frames(in, new BufferedOutputStream(new FileOutputStream(FileDescriptor.out)));
    // A compiler plugin that prints must not write into the frames, and one that reads must not eat them.
    System.setIn(InputStream.nullInputStream());
    while (true) {
      if (!serveOne(frames)) {
        return 0;
      }
    }
  }

  /** Serves one request; false when the host has closed the pipe. */
  private static boolean serveOne(Frames frames) throws IOException {
    List<String> arguments = new ArrayList<>();
    Map<String, String> environment = new HashMap<>();
    Path directory = Path.of("").toAbsolutePath();
    while (true) {
      Frames.Frame frame = frames.read();
      if (frame == null) {
        return false;
      }
      String text = new String(frame.payload(), UTF_8);
      switch (frame.kind()) {
        case 'A' -> arguments.add(text);
        case 'E' -> {
          int equals = text.indexOf('=');
          environment.put(text.substring(0, Math.max(equals, 0)), text.substring(equals + 1));
        }
        case 'D' -> directory = Path.of(text);
        case 'C' -> {
          OutputStream out = frames.stream('1');
          OutputStream err = frames.stream('2');
          System.setOut(new PrintStream(out, true, UTF_8));
          System.setErr(new PrintStream(err, true, UTF_8));
          int code = carryOut(text, new Command.Request(arguments, environment, directory), out, err);
          byte[] answer = Integer.toString(code).getBytes(UTF_8);
          frames.write('X', answer, 0, answer.length);
          return true;
        }
        // Stdin of an earlier request that nobody read.
        case '0', '.', 'H' -> {}
        default -> throw new IOException("a frame of kind `" + frame.kind() + "` is not known");
      }
    }
  }

  /** Carries a request out; whatever it throws becomes text on its stderr and an exit code of 70. */
  private static int carryOut(String name, Command.Request request, OutputStream out, OutputStream err) {
    PrintWriter errors = new PrintWriter(err, true, UTF_8);
    Command command = COMMANDS.get(name);
    if (command == null) {
      errors.println("the worker knows no command `" + name + "`; it knows " + COMMANDS.keySet());
      return 64;
    }
    try {
      return command.run(request, out, err);
    } catch (Throwable thrown) {
      thrown.printStackTrace(errors);
      return 70;
    }
  }
}
