package rivulet.flink;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.client.program.PackagedProgram;
import org.apache.flink.client.program.PackagedProgramUtils;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.runtime.jobgraph.JobGraph;
import org.apache.flink.runtime.jobgraph.SavepointRestoreSettings;
import org.apache.flink.runtime.jobmaster.JobResult;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;

/**
 * Flink's MiniCluster with job jars as a user has them: each job is loaded by a loader of its own, as on a TaskManager. What `print`
 * tables write is kept.
 */
final class Cluster implements AutoCloseable {
  private static final long WAIT_SECONDS = 60;
  private static final String JOBS = System.getProperty("rivulet.jobs", "");

  private final MiniCluster cluster;
  private final PrintStream out = System.out;
  private final ByteArrayOutputStream printed = new ByteArrayOutputStream();

  Cluster() throws Exception {
    if (JOBS.isEmpty()) throw new IllegalStateException("No job jars: `npm run test:flink -- test/flink/runtime.test.ts` makes them and runs this.");
    System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
    Configuration configuration = new Configuration();
    configuration.set(RestartStrategyOptions.RESTART_STRATEGY, "none");
    configuration.set(TaskManagerOptions.NETWORK_MEMORY_MIN, MemorySize.ofMebiBytes(64));
    configuration.set(TaskManagerOptions.NETWORK_MEMORY_MAX, MemorySize.ofMebiBytes(64));
    configuration.set(TaskManagerOptions.MANAGED_MEMORY_SIZE, MemorySize.ofMebiBytes(64));
    cluster = new MiniCluster(new MiniClusterConfiguration.Builder().setConfiguration(configuration).setNumTaskManagers(1).setNumSlotsPerTaskManager(2).build());
    cluster.start();
  }

  JobID submit(String job, String savepoint) throws Exception {
    File jar = new File(JOBS, job + ".jar");
    try (PackagedProgram program = PackagedProgram.newBuilder().setJarFile(jar).build()) {
      JobGraph graph = PackagedProgramUtils.createJobGraph(program, new Configuration(), 1, false);
      if (savepoint != null) graph.setSavepointRestoreSettings(SavepointRestoreSettings.forPath(savepoint));
      cluster.submitJob(graph).get(WAIT_SECONDS, TimeUnit.SECONDS);
      return graph.getJobID();
    }
  }

  JobResult result(JobID job) throws Exception {
    return cluster.requestJobResult(job).get(WAIT_SECONDS, TimeUnit.SECONDS);
  }

  void run(String job) throws Exception {
    result(submit(job, null)).toJobExecutionResult(Cluster.class.getClassLoader());
  }

  JobStatus status(JobID job) throws Exception {
    return cluster.getJobStatus(job).get(WAIT_SECONDS, TimeUnit.SECONDS);
  }

  void cancel(JobID job) throws Exception {
    cluster.cancelJob(job).get(WAIT_SECONDS, TimeUnit.SECONDS);
  }

  String stopWithSavepoint(JobID job, Path folder) throws Exception {
    return cluster.stopWithSavepoint(job, folder.toUri().toString(), false, SavepointFormatType.CANONICAL).get(WAIT_SECONDS, TimeUnit.SECONDS);
  }

  /** What stands in the lines `+I[name, …]` and `+U[name, …]`, in order. */
  List<String> answers(String name) {
    String text = printed.toString(StandardCharsets.UTF_8);
    Pattern line = Pattern.compile("^\\+[IU]\\[" + Pattern.quote(name) + ", (.*)\\]$", Pattern.MULTILINE);
    return line.matcher(text).results().map((MatchResult match) -> match.group(1)).toList();
  }

  void awaitAnswers(String name, int count) throws InterruptedException {
    long deadline = System.nanoTime() + Duration.ofSeconds(WAIT_SECONDS).toNanos();
    while (answers(name).size() < count) {
      if (System.nanoTime() > deadline) throw new IllegalStateException("Only " + answers(name) + " of " + name);
      Thread.sleep(20);
    }
  }

  void forget() {
    printed.reset();
  }

  /** Different native libraries of V8 that this JVM has mapped. */
  static long natives() throws IOException {
    return Files.readAllLines(Path.of("/proc/self/maps")).stream()
        .filter(line -> line.contains("javet") && line.contains(".so"))
        .map(line -> line.substring(line.indexOf('/')))
        .distinct()
        .count();
  }

  @Override
  public void close() throws Exception {
    cluster.close();
    System.setOut(out);
  }
}
