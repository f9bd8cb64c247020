import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;

/** Flink's JDBC driver against the server whose host:port is the argument; prints one line per fact for the test to judge. */
public final class JdbcClient {
  public static void main(String[] args) throws Exception {
    String url = "jdbc:flink://" + args[0] + "?table.local-time-zone=UTC";
    try (Connection connection = DriverManager.getConnection(url);
        Statement statement = connection.createStatement()) {
      System.out.println("catalog " + connection.getCatalog() + " schema " + connection.getSchema());
      statement.execute("CREATE TABLE ticks (n BIGINT, ts AS PROCTIME()) WITH ('connector' = 'datagen', 'rows-per-second' = '500',"
          + " 'fields.n.kind' = 'sequence', 'fields.n.start' = '1', 'fields.n.end' = '1000000')");
      statement.execute("CREATE TABLE sums (n BIGINT, total BIGINT) WITH ('connector' = 'blackhole')");
      try (ResultSet tables = show(statement, "SHOW TABLES")) {
        while (tables.next()) System.out.println("table " + tables.getString(1));
      }
      types(statement);
      // Streaming: rows come while the query goes on, and closing the result ends it.
      try (ResultSet rows = statement.executeQuery("SELECT n, n * 2 AS twice FROM ticks WHERE MOD(n, 2) = 0")) {
        long sum = 0;
        for (int i = 0; i < 200 && rows.next(); i++) {
          if (rows.getLong("twice") != 2 * rows.getLong(1)) throw new IllegalStateException("wrong row");
          sum += rows.getLong(1);
        }
        System.out.println("streamed " + sum);
      }
      try (ResultSet job = show(statement, "INSERT INTO sums SELECT MOD(n, 3), SUM(n) FROM ticks GROUP BY MOD(n, 3)")) {
        job.next();
        System.out.println("job " + job.getString(1));
      }
      for (String wrong : new String[] {"SELECT nosuch FROM ticks", "SELEC 1"}) {
        try {
          statement.executeQuery(wrong).next();
          System.out.println("no error");
        } catch (Exception error) {
          // The driver lets the client's own, unchecked exceptions through.
          System.out.println("error " + deepest(error).replace('\n', ' '));
        }
      }
      statement.execute("SET 'parallelism.default' = '1'");
      statement.execute("DROP TABLE sums");
      System.out.println("done");
    }
  }

  private static void types(Statement statement) throws SQLException {
    String query = "SELECT CAST(7 AS INT) AS small, 12345678901 AS big, CAST(1.5 AS DOUBLE) AS ratio, TRUE AS flag, 'ü' AS txt,"
        + " CAST(12.34 AS DECIMAL(10, 2)) AS amount, DATE '2024-02-29' AS birth, TIMESTAMP '2024-02-29 12:34:56.123' AS ts,"
        + " CAST(NULL AS INT) AS nothing";
    try (ResultSet row = statement.executeQuery(query)) {
      ResultSetMetaData columns = row.getMetaData();
      StringBuilder line = new StringBuilder("types");
      for (int i = 1; i <= columns.getColumnCount(); i++) {
        line.append(' ').append(columns.getColumnName(i)).append(':').append(columns.getColumnTypeName(i));
      }
      System.out.println(line);
      row.next();
      System.out.println("values " + row.getInt("small") + " " + row.getLong("big") + " " + row.getDouble("ratio") + " " + row.getBoolean("flag")
          + " " + row.getString("txt") + " " + row.getBigDecimal("amount") + " " + row.getDate("birth") + " " + row.getTimestamp("ts")
          + " " + row.getObject("nothing"));
      System.out.println("more " + row.next());
    }
  }

  private static ResultSet show(Statement statement, String sql) throws SQLException {
    if (!statement.execute(sql)) throw new IllegalStateException("no rows: " + sql);
    return statement.getResultSet();
  }

  private static String deepest(Throwable error) {
    return error.getCause() == null ? String.valueOf(error.getMessage()) : deepest(error.getCause());
  }
}
