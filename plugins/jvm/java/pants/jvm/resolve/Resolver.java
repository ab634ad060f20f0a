package pants.jvm.resolve;

import coursierapi.Cache;
import coursierapi.Dependency;
import coursierapi.Fetch;
import coursierapi.Module;
import coursierapi.Publication;
import coursierapi.Repository;
import coursierapi.ResolutionParams;
import coursierapi.shaded.coursier.Fetch.FetchTaskOps$;
import coursierapi.shaded.coursier.core.Resolution;
import coursierapi.shaded.coursier.error.CoursierError;
import coursierapi.shaded.coursier.error.FetchError;
import coursierapi.shaded.coursier.error.ResolutionError;
import coursierapi.shaded.coursier.internal.api.ApiHelper$;
import coursierapi.shaded.scala.concurrent.ExecutionContext$;
import coursierapi.shaded.scala.util.Left;
import java.io.File;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * Asks Coursier for the closure of the declared jars.
 *
 * <p>The request is made with Coursier's public interface. The edges between the found jars are not part of that
 * interface, so the answer is taken from the shaded classes behind it. The jar is pinned by its digest: these classes
 * cannot change unnoticed.
 *
 * <p>Lines of the script: {@code jar org name rev classifier ext transitive force excludes}, where the flags are
 * {@code true} or {@code false} and the excludes {@code org:name} with commas between them; {@code force org name rev}
 * for modules that have this version whoever asks for them.
 */
final class Resolver {
  private final Cache cache;
  private final Repository[] repositories;
  private final List<List<String>> forced;

  /** Asks these repositories; {@code forced} are lines {@code force}. */
  Resolver(Cache cache, Repository[] repositories, List<List<String>> forced) {
    this.cache = cache;
    this.repositories = repositories;
    this.forced = forced;
  }

  /** A jar of the closure: the node it belongs to, its coordinates, its file if it has one, and the nodes it needs. */
  record Found(
      String node, String module, String version, String classifier, String ext, File file, List<String> needs) {}

  /** Something that no repository could give: what, and what each of them said. */
  record Missing(String what, List<String> reasons) {}

  /** The answer: either jars, or what is missing. */
  record Outcome(List<Found> found, List<Missing> missing) {}

  /** Resolves and fetches what lines {@code jar} declare. */
  Outcome resolve(List<List<String>> jars) {
    if (jars.isEmpty()) {
      return new Outcome(List.of(), List.of());
    }
    var fetch = ApiHelper$.MODULE$.fetch(request(jars));
    var threads = ExecutionContext$.MODULE$.fromExecutorService(cache.getPool());
    var answer = FetchTaskOps$.MODULE$.eitherResult$extension(fetch, threads);
    if (answer instanceof Left<CoursierError, ?> failed) {
      return new Outcome(List.of(), missing(failed.value()));
    }
    return new Outcome(found(answer.toOption().get()), List.of());
  }

  private Fetch request(List<List<String>> jars) {
    ResolutionParams parameters = ResolutionParams.create();
    Fetch request = Fetch.create().withCache(cache).withRepositories(repositories);
    for (List<String> line : forced) {
      parameters.forceVersion(Module.of(line.get(0), line.get(1)), line.get(2));
    }
    for (List<String> line : jars) {
      Declared declared = Declared.parse(line);
      request.addDependencies(declared.dependency());
      if (!declared.ext.isEmpty()) {
        request.addArtifactTypes(declared.ext);
      }
      if (declared.isForced) {
        parameters.forceVersion(declared.dependency().getModule(), declared.rev);
      }
    }
    return request.withResolutionParams(parameters);
  }

  /** One line {@code jar}. */
  private record Declared(
      String org,
      String name,
      String rev,
      String classifier,
      String ext,
      boolean isTransitive,
      boolean isForced,
      String excludes) {
    static Declared parse(List<String> line) {
      return new Declared(
          line.get(0),
          line.get(1),
          line.get(2),
          line.get(3),
          line.get(4),
          Boolean.parseBoolean(line.get(5)),
          Boolean.parseBoolean(line.get(6)),
          line.get(7));
    }

    Dependency dependency() {
      Dependency dependency = Dependency.of(org, name, rev).withTransitive(isTransitive);
      if (!classifier.isEmpty() || !ext.isEmpty()) {
        String type = ext.isEmpty() ? "jar" : ext;
        dependency = dependency.withPublication(new Publication(name, type, type, classifier));
      }
      for (String exclude : excludes.split(",")) {
        if (!exclude.isEmpty()) {
          String[] parts = exclude.split(":", 2);
          dependency = dependency.addExclusion(parts[0], parts[1]);
        }
      }
      return dependency;
    }
  }

  private static List<Found> found(coursierapi.shaded.coursier.Fetch.Result result) {
    Resolution resolution = result.resolution();
    Map<String, TreeSet<String>> needs = new LinkedHashMap<>();
    for (var dependency : list(resolution.orderedDependencies())) {
      needs.computeIfAbsent(node(dependency), any -> new TreeSet<>()).addAll(edges(resolution, dependency));
    }
    Map<String, Found> found = new LinkedHashMap<>();
    for (var artifact : list(result.fullDetailedArtifacts())) {
      var dependency = artifact._1();
      var publication = artifact._2();
      if (artifact._4().isEmpty()) {
        continue;
      }
      String node = node(dependency);
      found.put(
          node + " " + publication.classifier() + " " + publication.ext(),
          new Found(
              node,
              module(dependency),
              dependency.version(),
              publication.classifier(),
              publication.ext(),
              artifact._4().get(),
              List.copyOf(needs.computeIfAbsent(node, any -> new TreeSet<>()))));
    }
    List<Found> all = new ArrayList<>(found.values());
    // What has no file of its own (a POM that only lists others) still leads to its dependencies.
    var withFile = new TreeSet<String>();
    all.forEach(one -> withFile.add(one.node));
    for (var dependency : list(resolution.orderedDependencies())) {
      String node = node(dependency);
      if (withFile.add(node)) {
        List<String> edges = List.copyOf(needs.get(node));
        all.add(new Found(node, module(dependency), dependency.version(), "", "", null, edges));
      }
    }
    return all;
  }

  private static List<String> edges(
      Resolution resolution, coursierapi.shaded.coursier.core.Dependency dependency) {
    List<String> edges = new ArrayList<>();
    for (var needed : list(resolution.dependenciesOf(dependency, true, false))) {
      edges.add(node(needed));
    }
    return edges;
  }

  /** {@code org:name:version}, then {@code :classifier} and {@code @type} where they are not the usual ones. */
  private static String node(coursierapi.shaded.coursier.core.Dependency dependency) {
    String classifier = dependency.publication().classifier();
    String type = dependency.publication().type();
    return module(dependency)
        + ":"
        + dependency.version()
        + (classifier.isEmpty() ? "" : ":" + classifier)
        + (type.isEmpty() || type.equals("jar") ? "" : "@" + type);
  }

  private static String module(coursierapi.shaded.coursier.core.Dependency dependency) {
    return dependency.module().organization() + ":" + dependency.module().name();
  }

  private static List<Missing> missing(CoursierError error) {
    List<Missing> missing = new ArrayList<>();
    if (error instanceof ResolutionError unresolved) {
      for (var entry : list(unresolved.resolution().errors())) {
        var module = entry._1()._1();
        String what = module.organization() + ":" + module.name() + ":" + entry._1()._2();
        missing.add(new Missing(what, list(entry._2())));
      }
    } else if (error instanceof FetchError.DownloadingArtifacts failed) {
      for (var entry : list(failed.errors())) {
        missing.add(new Missing(entry._1().url(), List.of(String.valueOf(entry._2().describe()))));
      }
    }
    return missing.isEmpty() ? List.of(new Missing("", List.of(error.getMessage()))) : missing;
  }

  private static <T> List<T> list(coursierapi.shaded.scala.collection.Iterable<T> items) {
    List<T> list = new ArrayList<>();
    for (var iterator = items.iterator(); iterator.hasNext(); ) {
      list.add(iterator.next());
    }
    return list;
  }
}
