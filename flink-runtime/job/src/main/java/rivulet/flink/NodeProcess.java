package rivulet.flink;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.BufferedReader;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * A process of Node that runs functions; `src/flink/v8/node.ts` is the other side.
 *
 * <p>Laws: one per subtask number of a job in this JVM (this class is loaded once per job), so about one per slot. It lives as long as a function
 * instance that uses it; when it dies, every call that waits fails with its name, and the restarted task starts another. Requests that
 * are made while one is written go out together.
 */
final class NodeProcess {
  private static final Map<Integer, NodeProcess> LIVE = new HashMap<>();
  private static final long GOODBYE_MILLIS = 2000;
  private static final int LAST_LINES = 20;
  /** Number, status. */
  private static final int HEAD_BYTES = 8;
  /** Below the first four bytes of any text. */
  private static final int MAX_BYTES = 1 << 29;
  private static final byte[] END = new byte[0];

  private final int subtask;
  private final Bundle bundle;
  private final Path folder;
  private final Process process;
  private final AtomicInteger numbers = new AtomicInteger();
  private final Map<Integer, Waiting> waiting = new ConcurrentHashMap<>();
  private final BlockingQueue<byte[]> requests = new LinkedBlockingQueue<>();
  private final Deque<String> lastLines = new ArrayDeque<>();
  private final Thread[] threads;
  private int users;
  private volatile NodeEndedException ended;

  private record Waiting(String function, CompletableFuture<ByteBuffer> answer) {}

  private NodeProcess(Bundle bundle, int subtask) {
    this.bundle = bundle;
    this.subtask = subtask;
    try {
      folder = Files.createTempDirectory("rivulet-node-");
      Path script = Files.createDirectory(folder.resolve("rivulet")).resolve("functions.cjs");
      Files.writeString(script, bundle.script());
      Files.writeString(script.resolveSibling("functions.cjs.map"), bundle.sourceMap());
      process = start(script);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    threads = new Thread[] {thread("requests", this::write), thread("answers", this::read), thread("output", this::tell)};
    for (Thread each : threads) each.start();
  }

  private Process start(Path script) throws IOException {
    try {
      return new ProcessBuilder(bundle.node(), script.toString()).start();
    } catch (IOException e) {
      delete();
      throw new NodeEndedException("FLINK_NODE_MISSING: '" + bundle.node() + "', which is to run the TypeScript functions, does not start on this TaskManager: "
          + e.getMessage() + ". Install Node 22 or newer there, or say where it is: rivulet package --functions node --node PATH");
    }
  }

  private Thread thread(String what, Runnable run) {
    Thread thread = new Thread(run, "rivulet-node-" + process.pid() + "-" + what);
    thread.setDaemon(true);
    return thread;
  }

  static NodeProcess acquire(Bundle bundle, int subtask) {
    synchronized (LIVE) {
      NodeProcess known = LIVE.get(subtask);
      if (known == null || known.ended != null) LIVE.put(subtask, known = new NodeProcess(bundle, subtask));
      known.users++;
      return known;
    }
  }

  /** The last one ends the process: first by the end of its input, so that `close` of the functions runs, then by force. */
  void release(Supplier<ByteBuffer> goodbye, int instance, String function) {
    boolean last;
    synchronized (LIVE) {
      last = --users == 0;
      if (last && LIVE.get(subtask) == this) LIVE.remove(subtask);
    }
    boolean interrupted = Thread.interrupted();
    try {
      if (ended == null && !interrupted) send(instance, function, goodbye.get()).handle((answer, failure) -> null).get(GOODBYE_MILLIS, TimeUnit.MILLISECONDS);
    } catch (Exception e) {
      // It does not answer any more: what follows ends it.
      interrupted |= e instanceof InterruptedException;
    }
    try {
      if (last) end(interrupted);
    } catch (InterruptedException e) {
      interrupted = true;
    } finally {
      if (interrupted) Thread.currentThread().interrupt();
    }
  }

  private void end(boolean now) throws InterruptedException {
    requests.add(END);
    if (now || !process.waitFor(GOODBYE_MILLIS, TimeUnit.MILLISECONDS)) process.destroyForcibly();
    for (Thread each : threads) each.join(GOODBYE_MILLIS);
    delete();
  }

  private void delete() {
    Path script = folder.resolve("rivulet/functions.cjs");
    for (Path each : new Path[] {script, script.resolveSibling("functions.cjs.map"), script.getParent(), folder}) each.toFile().delete();
  }

  CompletableFuture<ByteBuffer> send(int instance, String function, ByteBuffer request) {
    int number = numbers.incrementAndGet();
    int length = request.position();
    ByteBuffer frame = ByteBuffer.allocate(12 + length).order(ByteOrder.LITTLE_ENDIAN);
    frame.putInt(8 + length).putInt(number).putInt(instance).put(12, request, 0, length);
    CompletableFuture<ByteBuffer> answer = new CompletableFuture<>();
    waiting.put(number, new Waiting(function, answer));
    requests.add(frame.array());
    // It may have ended since; then nobody else would tell.
    if (ended != null) fail();
    return answer;
  }

  private void write() {
    try (OutputStream out = new BufferedOutputStream(process.getOutputStream(), 1 << 16)) {
      for (byte[] next = requests.take(); next != END; next = requests.take()) {
        out.write(next);
        if (requests.isEmpty()) out.flush();
      }
    } catch (IOException | InterruptedException e) {
      // The process has ended; the thread of the answers tells it.
    }
  }

  private void read() {
    try (DataInputStream in = new DataInputStream(new BufferedInputStream(process.getInputStream(), 1 << 16))) {
      for (;;) {
        int length = Integer.reverseBytes(in.readInt());
        if (length < HEAD_BYTES || length > MAX_BYTES) throw new IOException("a function wrote to standard output past process.stdout, or gave more than 512 MiB");
        byte[] bytes = new byte[length];
        in.readFully(bytes);
        ByteBuffer answer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        // Text in it is aligned to where its status begins, as in the buffer of V8.
        waiting.remove(answer.getInt()).answer.complete(answer.slice().order(ByteOrder.LITTLE_ENDIAN));
      }
    } catch (EOFException e) {
      ended("ended");
    } catch (IOException | RuntimeException | Error e) {
      process.destroyForcibly();
      ended("failed (" + e + ")");
    }
  }

  private void ended(String how) {
    String code = "";
    try {
      threads[2].join(GOODBYE_MILLIS);
      if (process.waitFor(GOODBYE_MILLIS, TimeUnit.MILLISECONDS)) code = " with exit code " + process.exitValue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    String said;
    synchronized (lastLines) {
      said = lastLines.isEmpty() ? "" : "\nIts last lines:\n" + String.join("\n", lastLines);
    }
    ended = new NodeEndedException("FLINK_NODE_ENDED: The process of Node that ran the TypeScript functions of subtask " + subtask + " " + how + code
        + " (it was " + process.pid() + ")." + said);
    fail();
  }

  private void fail() {
    for (Integer number : waiting.keySet()) {
      Waiting each = waiting.remove(number);
      if (each != null) each.answer.completeExceptionally(ended.during(each.function));
    }
  }

  /** What functions print goes to the TaskManager's output. */
  private void tell() {
    try (BufferedReader lines = new BufferedReader(new InputStreamReader(process.getErrorStream(), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        System.out.println(line);
        synchronized (lastLines) {
          if (lastLines.size() == LAST_LINES) lastLines.removeFirst();
          lastLines.add(line);
        }
      }
    } catch (IOException e) {
      // The process has ended; the thread of the answers tells it.
    }
  }
}
