package pants.jvm.resolve;

import coursierapi.Artifact;
import coursierapi.Cache;
import coursierapi.Credentials;
import coursierapi.MavenRepository;
import coursierapi.Repository;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import pants.jvm.fetch.Network;
import pants.jvm.fetch.Script;

/**
 * Brings third-party jars: {@code Main jarStore directory}, with a script on stdin.
 *
 * <p>Coursier's own cache is where {@code COURSIER_CACHE} says: its interface uses a cache that it is given for metadata
 * only, and the default one for jars.
 *
 * <p>Lines {@code jar} are resolved; lines {@code locked node module version classifier ext sha256 url} are brought as
 * they are, without asking what they need, and so are lines {@code url node module version classifier ext url}. Lines
 * {@code repository url user password} say from where, in this order, unless a line has a URL of its own. All jars end up
 * in the directory. The answer on stdout, again in tabs:
 *
 * <ul>
 *   <li>{@code jar node module version classifier ext sha256 path needs}: a jar; no file where sha256 is empty
 *   <li>{@code missing what reason}: what no repository could give, a line per reason
 *   <li>{@code mismatch node url expected found}: a repository gives another file than the lock file names
 * </ul>
 */
public final class Main {
  private final Script script;
  private final Cache cache;
  private final JarStore store;
  private final Path directory;
  private final PrintStream out;
  private boolean isComplete = true;

  private Main(Script script, String store, String directory, PrintStream out) throws IOException {
    this.script = script;
    this.cache = Cache.create();
    this.store = new JarStore(Path.of(store));
    this.directory = Path.of(directory);
    this.out = out;
  }

  /** Exits 0 when every jar is in its place, 1 when the answer says what is missing. */
  public static void main(String[] arguments) throws Exception {
    Script script = Script.read(System.in);
    Network.configure(System.getenv(), script);
    PrintStream out = new PrintStream(System.out, false, "UTF-8");
    Main main = new Main(script, arguments[0], arguments[1], out);
    if (!script.lines("jar").isEmpty()) {
      main.resolve();
    }
    main.bringFromUrls();
    main.bringLocked();
    out.flush();
    System.exit(main.isComplete ? 0 : 1);
  }

  private void resolve() throws IOException {
    Repository[] repositories = repositories().toArray(new Repository[0]);
    Resolver resolver = new Resolver(cache, repositories, script.lines("force"));
    List<List<String>> jars = new ArrayList<>(script.lines("jar"));
    Resolver.Outcome outcome = resolver.resolve(jars);
    while (!outcome.missing().isEmpty() && bringBare(jars, outcome.missing())) {
      outcome = resolver.resolve(jars);
    }
    for (Resolver.Missing missing : outcome.missing()) {
      missing.reasons().forEach(reason -> say("missing", missing.what(), oneLine(reason)));
      isComplete = false;
    }
    for (Resolver.Found found : outcome.found()) {
      String sha256 = "";
      String path = "";
      if (found.file() != null) {
        sha256 = store.add(found.file().toPath());
        path = path(found.module(), found.version(), found.classifier(), found.ext());
        store.copy(sha256, directory.resolve(path));
      }
      String needs = String.join(",", found.needs());
      say(
          "jar",
          found.node(),
          found.module(),
          found.version(),
          found.classifier(),
          found.ext(),
          sha256,
          path,
          needs);
    }
  }

  /**
   * Brings those of the missing jars that a repository has without a POM, as Ivy did: they need nothing. Takes them away
   * from the jars to resolve, and says whether there were any.
   */
  private boolean bringBare(List<List<String>> jars, List<Resolver.Missing> missing) throws IOException {
    Set<String> names = new HashSet<>();
    missing.forEach(one -> names.add(one.what()));
    boolean hasBrought = false;
    for (List<String> line : List.copyOf(jars)) {
      String module = line.get(0) + ":" + line.get(1);
      String version = line.get(2);
      if (names.contains(module + ":" + version) && bringBare(module, version, line.get(3), line.get(4))) {
        jars.remove(line);
        hasBrought = true;
      }
    }
    return hasBrought;
  }

  private boolean bringBare(String module, String version, String classifier, String ext) throws IOException {
    String kind = ext.isEmpty() ? "jar" : ext;
    String path = path(module, version, classifier, kind);
    for (Artifact place : urls("", path)) {
      try {
        String sha256 = store.add(get(place).toPath());
        store.copy(sha256, directory.resolve(path));
        String node =
            module + ":" + version + (classifier.isEmpty() ? "" : ":" + classifier) + (ext.isEmpty() ? "" : "@" + ext);
        say("jar", node, module, version, classifier, kind, sha256, path, "");
        return true;
      } catch (Absent failed) {
        // The next repository may have it; that none has is told by the resolution.
        continue;
      }
    }
    return false;
  }

  private void bringLocked() throws IOException {
    for (List<String> line : script.lines("locked")) {
      String sha256 = line.get(5);
      String path = path(line.get(1), line.get(2), line.get(3), line.get(4));
      if (store.has(sha256) || fetchLocked(line.get(0), urls(line.get(6), path), sha256)) {
        store.copy(sha256, directory.resolve(path));
      } else {
        isComplete = false;
      }
    }
  }

  /** Where a file may be: at a URL of its own, or in any repository. */
  private List<Artifact> urls(String own, String path) {
    if (!own.isEmpty()) {
      return List.of(Artifact.of(own, false, false));
    }
    List<Artifact> urls = new ArrayList<>();
    for (MavenRepository repository : repositories()) {
      urls.add(Artifact.of(repository.getBase() + "/" + path, false, false, repository.getCredentials()));
    }
    return urls;
  }

  /** Brings what says itself where it is. */
  private void bringFromUrls() throws IOException {
    for (List<String> line : script.lines("url")) {
      String path = path(line.get(1), line.get(2), line.get(3), line.get(4));
      try {
        String sha256 = store.add(get(urls(line.get(5), path).get(0)).toPath());
        store.copy(sha256, directory.resolve(path));
        say("jar", line.get(0), line.get(1), line.get(2), line.get(3), line.get(4), sha256, path, "");
      } catch (Absent failed) {
        say("missing", line.get(1) + ":" + line.get(2), failed.getMessage());
        isComplete = false;
      }
    }
  }

  /** Fetches one jar of the lock file from the first place that has it, and checks that it is the same. */
  private boolean fetchLocked(String node, List<Artifact> places, String sha256) throws IOException {
    List<String> reasons = new ArrayList<>();
    for (Artifact place : places) {
      try {
        File file = get(place);
        String found = store.add(file.toPath());
        if (found.equals(sha256)) {
          return true;
        }
        Files.deleteIfExists(file.toPath());
        say("mismatch", node, place.getUrl(), sha256, found);
        return false;
      } catch (Absent failed) {
        reasons.add(failed.getMessage());
      }
    }
    reasons.forEach(reason -> say("missing", node, reason));
    return false;
  }

  /** A file could not be had. */
  private static final class Absent extends Exception {
    private static final long serialVersionUID = 1;

    Absent(Throwable reason) {
      super(oneLine(String.valueOf(reason.getMessage())), reason);
    }
  }

  /** Coursier's interface declares no exceptions, and throws checked ones, some of them in a wrapper. */
  private File get(Artifact artifact) throws Absent {
    try {
      return cache.get(artifact);
    } catch (Exception failed) {
      throw new Absent(failed.getCause() == null ? failed : failed.getCause());
    }
  }

  private List<MavenRepository> repositories() {
    List<MavenRepository> repositories = new ArrayList<>();
    for (List<String> line : script.lines("repository")) {
      MavenRepository repository = MavenRepository.of(line.get(0).replaceAll("/+$", ""));
      String user = line.get(1);
      repositories.add(
          user.isEmpty() ? repository : repository.withCredentials(Credentials.of(user, line.get(2))));
    }
    return repositories;
  }

  /** The path of a file inside a Maven repository, and inside the directory of jars. */
  private static String path(String module, String version, String classifier, String ext) {
    String[] parts = module.split(":", 2);
    String file = parts[1] + "-" + version + (classifier.isEmpty() ? "" : "-" + classifier) + "." + ext;
    return parts[0].replace('.', '/') + "/" + parts[1] + "/" + version + "/" + file;
  }

  private void say(String... fields) {
    out.println(String.join("\t", fields));
  }

  private static String oneLine(String text) {
    return text.strip().replaceAll("\\s*\\R\\s*", "; ").replace('\t', ' ');
  }
}
