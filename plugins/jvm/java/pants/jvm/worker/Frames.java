package pants.jvm.worker;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;

/**
 * Nailgun frames: a four-byte length, a one-byte kind, the payload.
 *
 * <p>Writing is synchronised, since two streams of one request share the pipe.
 */
final class Frames {
  /** A request holds arguments and paths, never files: anything longer is a broken peer. */
  private static final int LONGEST = 64 << 20;

  /** One frame. */
  record Frame(char kind, byte[] payload) {}

  private final DataInputStream in;
  private final OutputStream out;

  Frames(InputStream in, OutputStream out) {
    this.in = new DataInputStream(in);
    this.out = out;
  }

  /** The next frame, or null when the peer closed the pipe between two frames. */
  Frame read() throws IOException {
    int first = in.read();
    if (first < 0) {
      return null;
    }
    byte[] rest = new byte[4];
    in.readFully(rest);
    int length = first << 24 | (rest[0] & 0xff) << 16 | (rest[1] & 0xff) << 8 | (rest[2] & 0xff);
    if (length < 0 || length > LONGEST) {
      throw new IOException("a frame of " + Integer.toUnsignedString(length) + " bytes is refused");
    }
    byte[] payload = in.readNBytes(length);
    if (payload.length != length) {
      throw new EOFException("the pipe closed inside a frame");
    }
    return new Frame((char) rest[3], payload);
  }

  /** Writes one frame at once. */
  synchronized void write(char kind, byte[] payload, int offset, int length) throws IOException {
    out.write(ByteBuffer.allocate(5).putInt(length).put((byte) kind).array());
    out.write(payload, offset, length);
    out.flush();
  }

  /** A stream whose writes become frames of one kind. */
  OutputStream stream(char kind) {
    return new OutputStream() {
      @Override
      public void write(int value) throws IOException {
        write(new byte[] {(byte) value}, 0, 1);
      }

      @Override
      public void write(byte[] bytes, int offset, int length) throws IOException {
        if (length > 0) {
          Frames.this.write(kind, bytes, offset, length);
        }
      }
    };
  }
}
