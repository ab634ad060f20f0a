package pants.jvm.resolve;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import pants.jvm.fetch.Hash;

/**
 * Jars by their SHA-256, shared by all repositories of the user; copies them into one repository.
 *
 * <p>A lock file names jars by digest, so what is in here needs neither network nor resolver, whichever mirror it came
 * from.
 */
final class JarStore {
  private final Path directory;

  JarStore(Path directory) throws IOException {
    this.directory = directory;
    Files.createDirectories(directory);
  }

  /** Takes a file in and answers its SHA-256. */
  String add(Path file) throws IOException {
    String sha256 = Hash.of(file);
    Path stored = place(sha256);
    if (!Files.exists(stored)) {
      Path unfinished = Files.createTempFile(directory, "store", ".new");
      Files.copy(file, unfinished, StandardCopyOption.REPLACE_EXISTING);
      unfinished.toFile().setReadOnly();
      Files.move(unfinished, stored, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }
    return sha256;
  }

  /** Whether a jar is here, unharmed; a harmed one is removed. */
  boolean has(String sha256) throws IOException {
    Path stored = place(sha256);
    if (!Files.exists(stored)) {
      return false;
    }
    if (Hash.of(stored).equals(sha256)) {
      return true;
    }
    Files.delete(stored);
    return false;
  }

  /**
   * Copies a jar of the store to a place.
   *
   * <p>A hard link would be cheaper, but a link made for one repository touches the file's change time in all others, and
   * a run there that watches its inputs would think that somebody changed them under its feet.
   */
  void copy(String sha256, Path destination) throws IOException {
    Files.createDirectories(destination.getParent());
    Path unfinished = Files.createTempFile(destination.getParent(), "jar", ".new");
    try {
      Files.copy(place(sha256), unfinished, StandardCopyOption.REPLACE_EXISTING);
      Files.move(unfinished, destination, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(unfinished);
    }
  }

  private Path place(String sha256) {
    return directory.resolve(sha256 + ".jar");
  }
}
