package rivulet.flink;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;

/** One function instance in a process of Node that it shares with the others of its subtask. */
final class NodeCalls implements Engine {
  private static final int OPEN = 7;
  private static final int CLOSE = 8;
  private static final AtomicInteger INSTANCES = new AtomicInteger();

  private final NodeProcess process;
  private final int instance = INSTANCES.incrementAndGet();
  private final String function;

  private NodeCalls(NodeProcess process, String function) {
    this.process = process;
    this.function = function;
  }

  static Engine open(Bundle bundle, String function, int subtask) {
    return new NodeCalls(NodeProcess.acquire(bundle, subtask), function);
  }

  @Override
  public ByteBuffer buffer(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  @Override
  public ByteBuffer call(ByteBuffer request) {
    ByteBuffer answer = await(later(request));
    // The answer's buffer is as long as the answer; the next request may need as much as this one had.
    if (answer.capacity() >= request.capacity()) return answer;
    request.clear();
    request.put(answer);
    return request.position(0);
  }

  @Override
  public CompletableFuture<ByteBuffer> later(ByteBuffer request) {
    return process.send(instance, function, request);
  }

  @Override
  public void opened(int position, int count) {
    ByteBuffer answer = await(later(request(OPEN, position, count)));
    if (answer.getInt() != 0) throw new FunctionFailedException(function, Codec.text(answer));
  }

  @Override
  public void hold() {}

  private ByteBuffer request(int operation, int position, int count) {
    return buffer(12).putInt(operation).putInt(position).putInt(count);
  }

  private ByteBuffer await(CompletableFuture<ByteBuffer> answer) {
    try {
      return answer.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("The task was cancelled while " + function + " ran.", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) throw cause;
      throw new IllegalStateException(e.getCause());
    }
  }

  @Override
  public void close() {
    process.release(() -> request(CLOSE, 0, 0), instance, function);
  }
}
