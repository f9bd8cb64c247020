package rivulet.flink;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.runtime.jobmaster.JobResult;
import org.apache.flink.util.ExceptionUtils;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Packaged jobs in one JVM; the jobs are those of `test/flink/runtime/`. */
class JobMainTest {
  private static final int SUBMISSIONS = 10;
  private static final int WARM = 3;
  private static final long METASPACE_SLACK = 2_000_000;
  private static Cluster cluster;

  @BeforeAll
  static void start() throws Exception {
    cluster = new Cluster();
  }

  @AfterAll
  static void stop() throws Exception {
    cluster.close();
  }

  @BeforeEach
  void forget() {
    cluster.forget();
  }

  @ParameterizedTest
  @ValueSource(strings = {"v8", "node"})
  void valuesAtTheEdgesOfTheirTypesStayWhatTheyAre(String host) throws Exception {
    cluster.run("types-" + host);
    Map<String, List<String>> expected =
        Map.ofEntries(
            Map.entry("bigint", List.of("9007199254740993")),
            Map.entry("bigint sum", List.of("9007199254740994")),
            Map.entry("no bigint", List.of("null")),
            Map.entry("decimal", List.of("12345678901234567890.123456789012345678")),
            Map.entry("timestamp", List.of("1969-12-31 23:59:59.123456789")),
            Map.entry("instant", List.of("1969-12-31 23:59:59.123456789")),
            Map.entry("date", List.of("0001-01-01")),
            Map.entry("time", List.of("23:59:59")),
            Map.entry("binary", List.of("TRUE")),
            Map.entry("nested", List.of("(9007199254740993, [{pi=12345678901234567890.123456789012345678}], 1969-12-31 23:59:59.123456789)")),
            Map.entry("no row", List.of("null")),
            Map.entry("emoji", List.of("中😀")),
            Map.entry("units of an emoji", List.of("61,d83d,de00")),
            Map.entry("units of NUL", List.of("61,0,62")),
            Map.entry("units given", List.of("d83d,de00")),
            Map.entry("no text", List.of("null")),
            Map.entry("table", List.of("by -1 9007199254740992", "by 1 9007199254740994")),
            Map.entry("aggregate", List.of("[12345678901234567890.123456789012345678]")));
    for (Map.Entry<String, List<String>> each : expected.entrySet())
      assertEquals(each.getValue(), cluster.answers(each.getKey()), each.getKey());
  }

  @ParameterizedTest
  @ValueSource(strings = {"v8", "node"})
  void accumulatorsGoThroughASavepoint(String host, @TempDir Path folder) throws Exception {
    JobID first = cluster.submit("counting-" + host, null);
    cluster.awaitAnswers("sums", 100);
    String savepoint = cluster.stopWithSavepoint(first, folder);
    List<String> before = cluster.answers("sums");
    assertTrue(before.size() < 600, "the job was to be stopped half way");
    cluster.forget();
    cluster.result(cluster.submit("counting-" + host, savepoint)).toJobExecutionResult(getClass().getClassLoader());
    List<String> after = cluster.answers("sums");
    assertEquals(600, before.size() + after.size());
    assertEquals("180300/600 9007199254921293", after.get(after.size() - 1));
  }

  @ParameterizedTest
  @ValueSource(strings = {"v8", "node"})
  void whatAFunctionThrowsHasItsLineOfTypeScript(String host) throws Exception {
    String trace = failureOf("failing-" + host);
    assertTrue(trace.contains("TypeScript function failing failed: "), trace);
    assertTrue(trace.contains("no 2 today"), trace);
    assertTrue(trace.contains("test/flink/failing.job.ts:5"), trace);
  }

  @Test
  void aFunctionThatNeverEndsIsTerminatedByCancelling() throws Exception {
    for (String job : List.of("spinning-v8", "spinning-source-v8", "spinning-node", "spinning-source-node")) {
      cluster.forget();
      JobID id = cluster.submit(job, null);
      cluster.awaitAnswers("spin", 2);
      Thread.sleep(500);
      assertEquals(JobStatus.RUNNING, cluster.status(id));
      long start = System.nanoTime();
      cluster.cancel(id);
      cluster.result(id);
      assertEquals(JobStatus.CANCELED, cluster.status(id), job);
      assertTrue(System.nanoTime() - start < Duration.ofSeconds(10).toNanos(), job + " took too long");
    }
    cluster.run("ways-v8");
    assertNoProcess();
  }

  @ParameterizedTest
  @ValueSource(strings = {"v8", "node"})
  void aFunctionHasSeveralWaysToBeCalled(String host) throws Exception {
    cluster.run("ways-" + host);
    Map<String, String> expected =
        Map.of("int", "number 1", "bigint", "bigint 2", "string", "string x", "double", "number 1.5", "twice bigint", "5", "twice string", "xx",
            "joined 0", "x", "joined 1", "x-1", "joined 3", "x-1-2-3", "total", "6");
    for (Map.Entry<String, String> each : expected.entrySet()) {
      List<String> answers = cluster.answers(each.getKey());
      assertEquals(each.getValue(), answers.isEmpty() ? null : answers.get(answers.size() - 1), each.getKey());
    }
  }

  @Test
  void functionsInNodeHaveItsApisAndWaitTogether() throws Exception {
    long start = System.nanoTime();
    cluster.run("node-node");
    assertTrue(System.nanoTime() - start < Duration.ofSeconds(25).toNanos(), "100 rows of half a second each waited one after the other");
    assertEquals(IntStream.rangeClosed(2, 101).mapToObj(String::valueOf).toList(), cluster.answers("later"));
    assertEquals(List.of("/proc/self true", "/nowhere false"), cluster.answers("sees"));
    assertEquals(List.of("some 1", "none"), cluster.answers("none"));
    assertNoProcess();
  }

  @Test
  void whenItsNodeEndsTheTaskFailsAndTheNextOneHasAnother() throws Exception {
    for (int i = 0; i < 2; i++) {
      cluster.forget();
      String trace = failureOf("dying-node");
      assertTrue(trace.contains("FLINK_NODE_ENDED: "), trace);
      assertTrue(trace.contains("exit code 7"), trace);
      assertTrue(trace.contains("a last word"), trace);
      assertTrue(trace.contains("Function dies was running"), trace);
      assertEquals(List.of("1", "2"), cluster.answers("dies"));
    }
    assertNoProcess();
  }

  private static String failureOf(String job) throws Exception {
    JobResult result = cluster.result(cluster.submit(job, null));
    return ExceptionUtils.stringifyException(result.getSerializedThrowable().orElseThrow());
  }

  private static void assertNoProcess() throws InterruptedException {
    // A task is done a moment before its functions are closed.
    for (int i = 0; i < 50 && ProcessHandle.current().children().findAny().isPresent(); i++) Thread.sleep(100);
    assertEquals(List.of(), ProcessHandle.current().children().toList());
    assertEquals(List.of(), Thread.getAllStackTraces().keySet().stream().filter(each -> each.getName().startsWith("rivulet-node-")).toList());
  }

  @Test
  void aTaskManagerWithoutNodeSaysSo() throws Exception {
    String trace = failureOf("missing-node");
    assertTrue(trace.contains("FLINK_NODE_MISSING: '/nowhere/node'"), trace);
    assertTrue(trace.contains("--node PATH"), trace);
  }

  @ParameterizedTest
  @ValueSource(strings = {"v8", "node"})
  void manySubmissionsLeaveNothingBehind(String host) throws Exception {
    List<long[]> usage = new ArrayList<>();
    for (int i = 0; i < SUBMISSIONS; i++) {
      JobID id = cluster.submit("counting-" + host, null);
      cluster.awaitAnswers("sums", 20);
      cluster.cancel(id);
      cluster.result(id);
      cluster.forget();
      usage.add(usage());
    }
    long[] warm = usage.get(WARM);
    long[] last = usage.get(SUBMISSIONS - 1);
    String seen = usage.stream().map(each -> each[0] + "/" + each[1] + "/" + each[2]).toList().toString();
    assertTrue(last[1] <= 1, "native libraries; " + seen);
    assertNoProcess();
    assertTrue(last[0] <= warm[0] + 3, "threads; " + seen);
    assertTrue(last[2] <= warm[2] + METASPACE_SLACK, "metaspace; " + seen);
  }

  /** Threads, native libraries, metaspace. */
  private static long[] usage() throws Exception {
    for (int i = 0; i < 3; i++) {
      System.gc();
      Thread.sleep(100);
    }
    MemoryPoolMXBean metaspace =
        ManagementFactory.getMemoryPoolMXBeans().stream().filter(pool -> pool.getName().equals("Metaspace")).findFirst().orElseThrow();
    return new long[] {ManagementFactory.getThreadMXBean().getThreadCount(), Cluster.natives(), metaspace.getUsage().getUsed()};
  }
}
