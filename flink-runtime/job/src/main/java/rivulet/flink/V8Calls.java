package rivulet.flink;

import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntFunction;

/**
 * Calls of V8 in this JVM.
 *
 * <p>Law: the answer is in the buffer of the request. Status 2 asks for more room and is repeated without calling the function again.
 */
final class V8Calls implements Engine {
  private static final int AGAIN = 6;
  private static final int NO_ROOM = 2;

  private final IntFunction<ByteBuffer> grow;
  private final Runnable call;
  private final Runnable hold;
  private final AutoCloseable close;

  @SuppressWarnings("unchecked")
  V8Calls(Map<String, Object> engine) {
    grow = (IntFunction<ByteBuffer>) engine.get("buffer");
    call = (Runnable) engine.get("call");
    hold = (Runnable) engine.get("hold");
    close = (AutoCloseable) engine.get("close");
  }

  @Override
  public ByteBuffer buffer(int bytes) {
    return grow.apply(bytes);
  }

  @Override
  public ByteBuffer call(ByteBuffer request) {
    ByteBuffer buffer = request;
    call.run();
    while (buffer.getInt(0) == NO_ROOM) {
      buffer = grow.apply(Math.multiplyExact(buffer.capacity(), 2));
      buffer.putInt(0, AGAIN);
      call.run();
    }
    return buffer.clear();
  }

  @Override
  public CompletableFuture<ByteBuffer> later(ByteBuffer request) {
    throw new UnsupportedOperationException("V8 has no event loop to wait with.");
  }

  @Override
  public void opened(int position, int count) {}

  @Override
  public void hold() {
    hold.run();
  }

  @Override
  public void close() throws Exception {
    close.close();
  }
}
