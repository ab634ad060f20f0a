package pants.jvm.worker;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.LocalDateTime;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.StandardLocation;

/**
 * Keeps what the compiler writes in memory, and writes it as one jar.
 *
 * <p>The jar is a function of its content: entries sorted, the time of each 1980-01-01, nothing compressed. Sources that
 * an annotation processor generates are compiled but do not enter the jar.
 */
final class ClassJar extends ForwardingJavaFileManager<StandardJavaFileManager> {
  private static final LocalDateTime EPOCH = LocalDateTime.of(1980, 1, 1, 0, 0);

  private final Map<String, Output> outputs = new TreeMap<>();

  ClassJar(StandardJavaFileManager files) {
    super(files);
  }

  @Override
  public boolean hasLocation(Location location) {
    return location == StandardLocation.CLASS_OUTPUT || super.hasLocation(location);
  }

  @Override
  public JavaFileObject getJavaFileForOutput(
      Location location, String className, JavaFileObject.Kind kind, FileObject sibling) {
    return output(location, className.replace('.', '/') + kind.extension, kind);
  }

  @Override
  public FileObject getFileForOutput(Location location, String packageName, String name, FileObject sibling) {
    return output(location, entryName(packageName, name), JavaFileObject.Kind.OTHER);
  }

  @Override
  public FileObject getFileForInput(Location location, String packageName, String name) throws IOException {
    if (location != StandardLocation.CLASS_OUTPUT) {
      return super.getFileForInput(location, packageName, name);
    }
    Output written = outputs.get(entryName(packageName, name));
    if (written == null) {
      throw new FileNotFoundException(entryName(packageName, name));
    }
    return written;
  }

  @Override
  public boolean isSameFile(FileObject one, FileObject other) {
    boolean isMemory = one instanceof Output || other instanceof Output;
    return isMemory ? one == other : super.isSameFile(one, other);
  }

  private static String entryName(String packageName, String name) {
    return packageName.isEmpty() ? name : packageName.replace('.', '/') + "/" + name;
  }

  private Output output(Location location, String name, JavaFileObject.Kind kind) {
    Output output = new Output(name, kind);
    if (location == StandardLocation.CLASS_OUTPUT) {
      outputs.put(name, output);
    }
    return output;
  }

  /** Writes the jar beside its place, then moves it there. */
  void write(Path destination) throws IOException {
    Files.createDirectories(destination.getParent());
    Path unfinished = destination.resolveSibling(destination.getFileName() + ".new");
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(unfinished))) {
      zip.setMethod(ZipOutputStream.STORED);
      for (Map.Entry<String, byte[]> entry : entries().entrySet()) {
        put(zip, entry.getKey(), entry.getValue());
      }
    }
    Files.move(unfinished, destination, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
  }

  /** All entries by name, with the directories that class path scanners look for. */
  private Map<String, byte[]> entries() {
    Map<String, byte[]> entries = new TreeMap<>();
    outputs.forEach(
        (name, output) -> {
          for (int slash = name.indexOf('/'); slash > 0; slash = name.indexOf('/', slash + 1)) {
            entries.put(name.substring(0, slash + 1), new byte[0]);
          }
          entries.put(name, output.bytes);
        });
    return entries;
  }

  private static void put(ZipOutputStream zip, String name, byte[] bytes) throws IOException {
    CRC32 crc = new CRC32();
    crc.update(bytes);
    ZipEntry entry = new ZipEntry(name);
    entry.setTimeLocal(EPOCH);
    entry.setSize(bytes.length);
    entry.setCrc(crc.getValue());
    zip.putNextEntry(entry);
    zip.write(bytes);
    zip.closeEntry();
  }

  /** A file in memory. */
  private static final class Output extends SimpleJavaFileObject {
    private byte[] bytes = new byte[0];

    Output(String name, Kind kind) {
      super(URI.create("memory:///" + name.replace(" ", "%20")), kind);
    }

    @Override
    public OutputStream openOutputStream() {
      return new ByteArrayOutputStream() {
        @Override
        public void close() {
          bytes = toByteArray();
        }
      };
    }

    @Override
    public InputStream openInputStream() {
      return new ByteArrayInputStream(bytes);
    }

    @Override
    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
      return new String(bytes, UTF_8);
    }
  }
}
