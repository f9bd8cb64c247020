package rivulet.flink;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonNode;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.ObjectMapper;
import org.apache.flink.table.api.EnvironmentSettings;
import org.apache.flink.table.api.StatementSet;
import org.apache.flink.table.api.TableEnvironment;
import org.apache.flink.table.functions.UserDefinedFunction;

/** Runs the job that was packed into this jar: its steps, in the order in which the packaging recorded them. */
public final class JobMain {
  private static final String FOLDER = "rivulet/";

  /** A function that fails has failed, as embedded; and a pipe is filled rather than waited for. The job's own options come later. */
  private static final Map<String, String> ASYNC =
      Map.of("table.exec.async-scalar.retry-strategy", "NO_RETRY", "table.exec.async-scalar.max-concurrent-operations", "1000");

  private JobMain() {}

  public static void main(String[] arguments) throws Exception {
    JsonNode job = new ObjectMapper().readTree(resource("job.json"));
    boolean functions = job.path("functions").asBoolean();
    Bundle bundle = functions ? new Bundle(resource("functions.js"), resource("functions.js.map"), job.path("node").textValue()) : null;
    TableEnvironment environment = TableEnvironment.create(EnvironmentSettings.newInstance().inStreamingMode().build());
    if (functions && bundle.node() != null) ASYNC.forEach(environment.getConfig()::set);
    for (JsonNode step : job.get("steps")) {
      switch (step.get("kind").asText()) {
        case "option" -> environment.getConfig().set(step.get("key").asText(), step.get("value").asText());
        case "function" -> register(environment, step, bundle);
        case "statement" -> environment.executeSql(step.get("sql").asText());
        case "inserts" -> {
          StatementSet set = environment.createStatementSet();
          for (JsonNode insert : step.get("sql")) set.addInsertSql(insert.asText());
          environment.getConfig().set("pipeline.name", step.get("name").asText());
          set.execute();
        }
        default -> throw new IllegalArgumentException("The job description has a step of kind " + step.get("kind"));
      }
    }
  }

  private static void register(TableEnvironment environment, JsonNode step, Bundle bundle) {
    List<FunctionWay> ways = new ArrayList<>();
    for (JsonNode way : step.get("ways")) {
      List<String> types = new ArrayList<>();
      way.get("arguments").forEach(each -> types.add(each.asText()));
      ways.add(new FunctionWay(types, way.get("varArgs").asBoolean(), way.get("result").asText()));
    }
    String name = step.get("name").asText();
    FunctionCalls calls = new FunctionCalls(name, bundle, step.get("position").asInt(), ways, step.get("deterministic").asBoolean());
    boolean merges = step.path("merges").asBoolean();
    boolean retracts = step.path("retracts").asBoolean();
    UserDefinedFunction function =
        switch (step.get("function").asText()) {
          case "scalar" -> waits(bundle, ways) ? new TypeScriptScalarFunction(calls) : new TypeScriptAsyncFunction(calls);
          case "table" -> new TypeScriptTableFunction(calls);
          case "aggregate" -> aggregate(calls, merges, retracts);
          default -> throw new IllegalArgumentException("The job description has a function of kind " + step.get("function"));
        };
    if (step.get("system").asBoolean()) environment.createTemporarySystemFunction(name, function);
    else environment.createTemporaryFunction(name, function);
  }

  /**
   * Whether a row waits for its call. Flink gives NULL for an asynchronous call with a NULL argument without making it, and generates no valid
   * code for one without arguments; so only functions whose arguments are all NOT NULL have many calls under way.
   */
  private static boolean waits(Bundle bundle, List<FunctionWay> ways) {
    return bundle.node() == null || ways.stream().anyMatch(way -> !way.isAlwaysCalled());
  }

  private static UserDefinedFunction aggregate(FunctionCalls calls, boolean merges, boolean retracts) {
    if (merges && retracts) return new TypeScriptAggregateFunction.MergingRetracting(calls);
    if (merges) return new TypeScriptAggregateFunction.Merging(calls);
    if (retracts) return new TypeScriptAggregateFunction.Retracting(calls);
    return new TypeScriptAggregateFunction(calls);
  }

  private static String resource(String name) throws IOException {
    try (InputStream in = JobMain.class.getClassLoader().getResourceAsStream(FOLDER + name)) {
      if (in == null) throw new IOException("This jar holds no job (" + FOLDER + name + " is missing): make one with `rivulet package`.");
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
