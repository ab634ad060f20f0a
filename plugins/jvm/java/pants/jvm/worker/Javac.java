package pants.jvm.worker;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.StandardLocation;
import javax.tools.ToolProvider;

/**
 * Compiles a set of sources into one jar: {@code javac -d out.jar [-cp a.jar:b.jar] [-processorpath c.jar:d.jar]
 * [-encoding E] [option]... -- source...}.
 *
 * <p>Every other option is javac's own. The file manager lives for one request, so that no jar of an earlier one is
 * remembered; the compiler's classes, warm after the first requests, are what staying up is for. The jar is written
 * only when the compiler is content.
 */
final class Javac implements Command {
  @Override
  public int run(Request request, OutputStream out, OutputStream err) throws IOException {
    PrintWriter messages = new PrintWriter(new OutputStreamWriter(err, UTF_8), true);
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    if (compiler == null) {
      messages.println("this Java has no compiler: it is a runtime, not a JDK");
      return 64;
    }
    Arguments arguments = Arguments.parse(request);
    if (arguments.destination == null || arguments.sources.isEmpty()) {
      messages.println("usage: javac -d out.jar [-cp a.jar:b.jar] [option]... -- source...");
      return 64;
    }
    try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, arguments.encoding)) {
      files.setLocationFromPaths(StandardLocation.CLASS_PATH, arguments.classpath);
      files.setLocationFromPaths(StandardLocation.SOURCE_PATH, List.of());
      if (!arguments.processorPath.isEmpty()) {
        files.setLocationFromPaths(StandardLocation.ANNOTATION_PROCESSOR_PATH, arguments.processorPath);
      }
      ClassJar outputs = new ClassJar(files);
      var sources = files.getJavaFileObjectsFromPaths(arguments.sources);
      boolean isContent = compiler.getTask(messages, outputs, null, arguments.options, null, sources).call();
      messages.flush();
      if (!isContent) {
        return 1;
      }
      outputs.write(arguments.destination);
      return 0;
    }
  }

  /** The command line, taken apart. */
  private static final class Arguments {
    Path destination;
    Charset encoding = UTF_8;
    List<Path> classpath = List.of();
    List<Path> processorPath = List.of();
    final List<String> options = new ArrayList<>();
    final List<Path> sources = new ArrayList<>();

    static Arguments parse(Request request) {
      Arguments parsed = new Arguments();
      // Diagnostics print a source as it was named, so names stay relative where the JVM's own directory allows it.
      boolean isHere = request.directory().equals(Path.of("").toAbsolutePath());
      List<String> given = request.arguments();
      int index = 0;
      for (; index < given.size() && !given.get(index).equals("--"); index++) {
        String argument = given.get(index);
        boolean hasValue = index + 1 < given.size();
        if (argument.equals("-d") && hasValue) {
          parsed.destination = request.path(given.get(++index));
        } else if (argument.equals("-cp") && hasValue) {
          parsed.classpath = classpath(request, given.get(++index));
        } else if (argument.equals("-processorpath") && hasValue) {
          parsed.processorPath = classpath(request, given.get(++index));
        } else if (argument.equals("-encoding") && hasValue) {
          parsed.encoding = Charset.forName(given.get(++index));
        } else {
          parsed.options.add(argument);
        }
      }
      for (index++; index < given.size(); index++) {
        parsed.sources.add(isHere ? Path.of(given.get(index)) : request.path(given.get(index)));
      }
      return parsed;
    }

    private static List<Path> classpath(Request request, String text) {
      List<Path> entries = new ArrayList<>();
      for (String entry : text.split(":")) {
        if (!entry.isEmpty()) {
          entries.add(request.path(entry));
        }
      }
      return entries;
    }
  }
}
