package rivulet.flink;

import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;

/** What runs the function of one function instance. Buffers are little-endian. */
interface Engine extends AutoCloseable {
  /** For a request of at most so many bytes; what the former one held is gone. */
  ByteBuffer buffer(int bytes);

  /** Answers what stands in the buffer up to its position; the answer begins at the position of the returned buffer. */
  ByteBuffer call(ByteBuffer request);

  /** The same without waiting; the request's buffer is the engine's from here. */
  CompletableFuture<ByteBuffer> later(ByteBuffer request);

  /** The function of this way will be called: what opens it may be waited for. */
  void opened(int position, int count);

  /** Only the thread that calls `eval` from here on calls. */
  void hold();
}
