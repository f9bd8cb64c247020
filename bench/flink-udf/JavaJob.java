import org.apache.flink.table.api.EnvironmentSettings;
import org.apache.flink.table.api.TableEnvironment;
import org.apache.flink.table.functions.ScalarFunction;

/** The same jobs as job.ts, with functions in Java: JavaJob SQL… runs them in order. */
public class JavaJob {
  public static class Numeric extends ScalarFunction {
    public Integer eval(Integer n) {
      return n == null ? null : n * 3 + 1;
    }
  }

  public static void main(String[] statements) throws Exception {
    TableEnvironment environment = TableEnvironment.create(EnvironmentSettings.inStreamingMode());
    environment.createTemporarySystemFunction("numeric_call", Numeric.class);
    for (String statement : statements) environment.executeSql(statement);
  }
}
