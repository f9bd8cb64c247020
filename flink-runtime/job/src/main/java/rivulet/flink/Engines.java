package rivulet.flink;

import java.io.InputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;

/**
 * V8, once per JVM.
 *
 * <p>Law: a native library can be loaded by one class loader only, and each Flink job has a class loader of its own; so the jar
 * nested in the job's is opened by a loader whose parent is the platform's, kept in the system properties' map (any object
 * that all loaders see would do), and used by every later job of the JVM. It holds nothing of a job's loader.
 */
final class Engines {
  private static final String NESTED = "rivulet/bridge/";
  private static final String[] JARS = {"bridge.jar", "javet.jar", "javet-native.jar"};
  private static final String KEY = "rivulet.bridge.2";

  private Engines() {}

  @SuppressWarnings("unchecked")
  static Map<String, Object> open(String bundle, String sourceMap) {
    Thread thread = Thread.currentThread();
    ClassLoader context = thread.getContextClassLoader();
    try {
      BiFunction<String, String, Map<String, Object>> factory = factory();
      // Threads that the engine starts must not keep the job's loader.
      thread.setContextClassLoader(factory.getClass().getClassLoader());
      return factory.apply(bundle, sourceMap);
    } finally {
      thread.setContextClassLoader(context);
    }
  }

  @SuppressWarnings("unchecked")
  private static BiFunction<String, String, Map<String, Object>> factory() {
    synchronized (Runtime.getRuntime()) {
      Object known = System.getProperties().get(KEY);
      if (known == null) {
        known = load();
        System.getProperties().put(KEY, known);
      }
      return (BiFunction<String, String, Map<String, Object>>) known;
    }
  }

  private static Object load() {
    Thread thread = Thread.currentThread();
    ClassLoader context = thread.getContextClassLoader();
    try {
      Path folder = Files.createTempDirectory("rivulet-bridge-");
      folder.toFile().deleteOnExit();
      List<URL> urls = new ArrayList<>();
      for (String jar : JARS) {
        Path file = folder.resolve(jar);
        file.toFile().deleteOnExit();
        try (InputStream in = Engines.class.getClassLoader().getResourceAsStream(NESTED + jar)) {
          if (in == null) throw new IllegalStateException("The job jar has no " + NESTED + jar);
          Files.copy(in, file, StandardCopyOption.REPLACE_EXISTING);
        }
        urls.add(file.toUri().toURL());
      }
      URLClassLoader loader = new URLClassLoader("rivulet-bridge", urls.toArray(URL[]::new), ClassLoader.getPlatformClassLoader());
      thread.setContextClassLoader(loader);
      return loader.loadClass("rivulet.bridge.V8Engine$Factory").getConstructor().newInstance();
    } catch (Exception | LinkageError e) {
      String platform = System.getProperty("os.name") + " " + System.getProperty("os.arch");
      throw new IllegalStateException("V8 does not start on this TaskManager (" + platform + "); the jar is packaged for linux-x86_64 with glibc, elsewhere functions run in Node (rivulet package --functions node): " + e, e);
    } finally {
      thread.setContextClassLoader(context);
    }
  }
}
