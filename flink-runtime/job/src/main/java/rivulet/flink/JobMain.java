package rivulet.flink;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonNode;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.ObjectMapper;
import org.apache.flink.table.api.EnvironmentSettings;
import org.apache.flink.table.api.StatementSet;
import org.apache.flink.table.api.TableEnvironment;
import org.apache.flink.table.functions.UserDefinedFunction;

/** Runs the job that was packed into this jar: its steps, in the order in which the packaging recorded them. */
public final class JobMain {
  private static final String FOLDER = "rivulet/";

  private JobMain() {}

  public static void main(String[] arguments) throws Exception {
    JsonNode job = new ObjectMapper().readTree(resource("job.json"));
    String bundle = job.path("functions").asBoolean() ? resource("functions.js") : "";
    String sourceMap = job.path("functions").asBoolean() ? resource("functions.js.map") : "";
    TableEnvironment environment = TableEnvironment.create(EnvironmentSettings.newInstance().inStreamingMode().build());
    for (JsonNode step : job.get("steps")) {
      switch (step.get("kind").asText()) {
        case "option" -> environment.getConfig().set(step.get("key").asText(), step.get("value").asText());
        case "function" -> register(environment, step, bundle, sourceMap);
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

  private static void register(TableEnvironment environment, JsonNode step, String bundle, String sourceMap) {
    List<String> types = new ArrayList<>();
    step.get("arguments").forEach(each -> types.add(each.asText()));
    String name = step.get("name").asText();
    boolean deterministic = step.get("deterministic").asBoolean();
    FunctionCalls calls = new FunctionCalls(name, step.get("position").asInt(), bundle, sourceMap, types, step.get("result").asText(), deterministic);
    boolean merges = step.path("merges").asBoolean();
    boolean retracts = step.path("retracts").asBoolean();
    UserDefinedFunction function =
        switch (step.get("function").asText()) {
          case "scalar" -> new TypeScriptScalarFunction(calls);
          case "table" -> new TypeScriptTableFunction(calls);
          case "aggregate" -> aggregate(calls, merges, retracts);
          default -> throw new IllegalArgumentException("The job description has a function of kind " + step.get("function"));
        };
    if (step.get("system").asBoolean()) environment.createTemporarySystemFunction(name, function);
    else environment.createTemporaryFunction(name, function);
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
