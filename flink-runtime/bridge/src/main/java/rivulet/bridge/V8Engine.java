package rivulet.bridge;

import com.caoccao.javet.enums.V8RuntimeTerminationMode;
import com.caoccao.javet.exceptions.JavetExecutionException;
import com.caoccao.javet.exceptions.JavetTerminatedException;
import com.caoccao.javet.interop.V8Host;
import com.caoccao.javet.interop.V8Locker;
import com.caoccao.javet.interop.V8Runtime;
import com.caoccao.javet.values.V8Value;
import com.caoccao.javet.values.reference.V8ValueArrayBuffer;
import com.caoccao.javet.values.reference.V8ValueFunction;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;
import java.util.function.IntFunction;

/**
 * One V8 isolate of one function instance.
 *
 * <p>Laws: only types of the JDK cross this class's boundary, since it lives in a class loader that outlives jobs. The isolate's
 * lock is taken per call; where `hold` was asked for and the thread that opened the function makes the first call, that thread keeps
 * it until `close`, which saves a third of a call. (The sources of Flink's old kind call from a thread that nobody tells of its end, and
 * a lock of a thread that has ended is never free again.) A call that runs when its
 * task is cancelled (the thread is interrupted) is terminated.
 */
public final class V8Engine {
  private static final Set<V8Engine> LIVE = ConcurrentHashMap.newKeySet();
  private static final long GRACE_NANOS = 1_000_000_000L;
  private static final long WATCH_MILLIS = 500;

  static {
    Thread watchdog = new Thread(V8Engine::watch, "rivulet-v8-watchdog");
    watchdog.setDaemon(true);
    watchdog.setContextClassLoader(null);
    watchdog.start();
  }

  private final V8Runtime runtime;
  private final V8ValueFunction attach;
  private final V8ValueFunction call;
  private V8ValueArrayBuffer shared;
  private volatile Thread caller;
  private volatile long since;
  private boolean closed;
  private final Thread opener = Thread.currentThread();
  private boolean mayHold;
  private V8Locker held;

  private V8Engine(String bundle, String sourceMap) throws Exception {
    runtime = V8Host.getV8Instance().createV8Runtime();
    try (V8Locker locker = runtime.getV8Locker()) {
      runtime.getGlobalObject().set("__rivuletSourceMap", sourceMap);
      runtime.getExecutor(bundle).setResourceName("rivulet/functions.js").executeVoid();
      attach = runtime.getExecutor("__rivulet.attach").execute();
      call = runtime.getExecutor("__rivulet.call").execute();
    }
    LIVE.add(this);
  }

  private synchronized void hold() {
    mayHold = true;
  }

  private void keepLock(Thread current) throws Exception {
    if (held != null) ownLock(current);
    else if (current != opener) mayHold = false;
    else if (mayHold) held = runtime.getV8Locker();
  }

  /** V8 aborts the JVM when a thread enters that has not the lock. */
  private void ownLock(Thread current) {
    if (held != null && current != opener)
      throw new IllegalStateException("The function is called by " + current.getName() + ", while " + opener.getName() + " holds it.");
  }

  /** A shared buffer of at least so many bytes; what the former one held is gone. */
  private synchronized ByteBuffer buffer(int bytes) {
    ByteBuffer fresh = ByteBuffer.allocateDirect(bytes).order(ByteOrder.LITTLE_ENDIAN);
    ownLock(Thread.currentThread());
    try (V8Locker locker = held == null ? runtime.getV8Locker() : null) {
      V8ValueArrayBuffer next = runtime.createV8ValueArrayBuffer(fresh);
      attach.callVoid(null, next);
      if (shared != null) shared.close();
      shared = next;
      return fresh;
    } catch (Exception e) {
      throw failure(e);
    }
  }

  private synchronized void call() {
    Thread current = Thread.currentThread();
    caller = current;
    since = System.nanoTime();
    try {
      keepLock(current);
      if (held != null) call.callVoid(null, (V8Value[]) null);
      else
        try (V8Locker locker = runtime.getV8Locker()) {
          call.callVoid(null, (V8Value[]) null);
        }
    } catch (Exception e) {
      throw failure(e);
    } finally {
      since = 0;
      caller = null;
    }
  }

  private synchronized void close() throws Exception {
    if (closed) return;
    ownLock(Thread.currentThread());
    closed = true;
    LIVE.remove(this);
    try (V8Locker locker = held == null ? runtime.getV8Locker() : held) {
      runtime.getExecutor("__rivulet.close()").executeVoid();
      if (shared != null) shared.close();
      attach.close();
      call.close();
    }
    runtime.close(true);
  }

  private static void watch() {
    for (;;) {
      try {
        Thread.sleep(WATCH_MILLIS);
      } catch (InterruptedException e) {
        return;
      }
      long now = System.nanoTime();
      for (V8Engine engine : LIVE) {
        Thread thread = engine.caller;
        long since = engine.since;
        if (thread != null && since != 0 && now - since > GRACE_NANOS && thread.isInterrupted())
          engine.runtime.terminateExecution(V8RuntimeTerminationMode.Synchronous);
      }
    }
  }

  /** Exceptions of this loader must not leave it: they would pin it in whatever keeps them, and cannot be read elsewhere. */
  private static RuntimeException failure(Exception e) {
    if (e instanceof JavetTerminatedException) return new IllegalStateException("The function was terminated because its task was cancelled.");
    if (e instanceof JavetExecutionException x) return new IllegalStateException(x.getScriptingError().getStack());
    return new IllegalStateException(e.toString());
  }

  /** (bundle, source map) → { buffer: IntFunction, call: Runnable, hold: Runnable, close: AutoCloseable } */
  public static final class Factory implements BiFunction<String, String, Map<String, Object>> {
    @Override
    public Map<String, Object> apply(String bundle, String sourceMap) {
      try {
        V8Engine engine = new V8Engine(bundle, sourceMap);
        return Map.of("buffer", (IntFunction<ByteBuffer>) engine::buffer, "call", (Runnable) engine::call, "hold", (Runnable) engine::hold, "close", (AutoCloseable) engine::close);
      } catch (Exception e) {
        throw failure(e);
      }
    }
  }
}
