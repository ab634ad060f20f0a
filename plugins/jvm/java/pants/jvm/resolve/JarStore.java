package pants.jvm.resolve;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import pants.jvm.fetch.Hash;

/**
 * Jars by their SHA-256, shared by all repositories of the user; links them into one repository.
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

  /** Puts a jar of the store at a place: a hard link, or a copy where the file systems differ. */
  void link(String sha256, Path place) throws IOException {
    Files.createDirectories(place.getParent());
    Path unfinished = place.resolveSibling(place.getFileName() + ".new");
    Files.deleteIfExists(unfinished);
    try {
      Files.createLink(unfinished, place(sha256));
    } catch (FileAlreadyExistsException raced) {
      throw raced;
    } catch (IOException | UnsupportedOperationException otherFileSystem) {
      Files.copy(place(sha256), unfinished);
    }
    Files.move(unfinished, place, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    // Renaming one link of a file over another does nothing, and leaves the first name behind.
    Files.deleteIfExists(unfinished);
  }

  private Path place(String sha256) {
    return directory.resolve(sha256 + ".jar");
  }
}
