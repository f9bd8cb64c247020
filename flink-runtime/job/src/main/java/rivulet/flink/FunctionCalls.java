package rivulet.flink;

import java.io.Serializable;
import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import org.apache.flink.table.catalog.DataTypeFactory;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.inference.StaticArgument;
import org.apache.flink.table.types.inference.TypeInference;
import org.apache.flink.table.types.inference.TypeStrategies;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.utils.DataTypeUtils;

/**
 * What the functions of a job have in common: where the function is in the bundle, its types, and the calls.
 *
 * <p>Law: a call is the operation and the function's position in the bundle, then the arguments; the answer is a status, then
 * the result in the same buffer. Status 2 asks for more room and is repeated without calling the function again.
 */
final class FunctionCalls implements Serializable {
  private static final long serialVersionUID = 1;
  static final int CALL = 0;
  static final int CREATE = 1;
  static final int ACCUMULATE = 2;
  static final int RETRACT = 3;
  static final int MERGE = 4;
  static final int VALUE = 5;
  private static final int AGAIN = 6;

  private static final int FIRST_BYTES = 1 << 16;
  private static final int DONE = 0;
  private static final int FAILED = 1;

  final String name;
  private final int position;
  private final String bundle;
  private final String sourceMap;
  private final List<String> argumentTypes;
  private final String resultType;
  final boolean deterministic;
  private Codec[] arguments;
  private Codec result;
  private transient IntFunction<ByteBuffer> grow;
  private transient Runnable call;
  private transient Runnable hold;
  private transient AutoCloseable close;
  private transient ByteBuffer buffer;

  FunctionCalls(String name, int position, String bundle, String sourceMap, List<String> argumentTypes, String resultType, boolean deterministic) {
    this.name = name;
    this.position = position;
    this.bundle = bundle;
    this.sourceMap = sourceMap;
    this.argumentTypes = new ArrayList<>(argumentTypes);
    this.resultType = resultType;
    this.deterministic = deterministic;
  }

  TypeInference inference(DataTypeFactory types, DataType accumulator) {
    List<StaticArgument> declared = new ArrayList<>();
    List<LogicalType> logical = new ArrayList<>();
    for (int i = 0; i < argumentTypes.size(); i++) {
      DataType type = DataTypeUtils.toInternalDataType(types.createDataType(argumentTypes.get(i)));
      declared.add(StaticArgument.scalar("arg" + i, type, false));
      logical.add(type.getLogicalType());
    }
    DataType returned = DataTypeUtils.toInternalDataType(types.createDataType(resultType));
    arguments = Codec.of(logical);
    result = new Codec(returned.getLogicalType());
    TypeInference.Builder builder = TypeInference.newBuilder().staticArguments(declared).outputTypeStrategy(TypeStrategies.explicit(returned));
    if (accumulator != null) builder.accumulatorTypeStrategy(TypeStrategies.explicit(accumulator));
    return builder.build();
  }

  @SuppressWarnings("unchecked")
  void open() {
    Map<String, Object> engine = Engines.open(bundle, sourceMap);
    grow = (IntFunction<ByteBuffer>) engine.get("buffer");
    call = (Runnable) engine.get("call");
    hold = (Runnable) engine.get("hold");
    close = (AutoCloseable) engine.get("close");
    buffer = grow.apply(FIRST_BYTES);
  }

  /** For functions that only rows call: timers, whose thread may be another, call aggregates alone. */
  void openForRows() {
    open();
    hold.run();
  }

  void close() throws Exception {
    if (close != null) close.close();
    close = null;
  }

  Object scalar(Object[] values) {
    send(CALL, to -> write(to, values));
    return result.read(buffer);
  }

  void rows(Object[] values, Consumer<Object> collect) {
    send(CALL, to -> write(to, values));
    int count = buffer.getInt();
    Object[] rows = new Object[count];
    for (int i = 0; i < count; i++) rows[i] = result.read(buffer);
    for (Object row : rows) collect.accept(row);
  }

  byte[] create() {
    send(CREATE, to -> {});
    return Codec.bytes(buffer);
  }

  byte[] change(int operation, byte[] accumulator, Object[] values) {
    send(operation, to -> {
      Codec.bytes(to, accumulator);
      write(to, values);
    });
    return Codec.bytes(buffer);
  }

  byte[] merge(byte[] accumulator, byte[] other) {
    send(MERGE, to -> {
      Codec.bytes(to, accumulator);
      Codec.bytes(to, other);
    });
    return Codec.bytes(buffer);
  }

  Object value(byte[] accumulator) {
    send(VALUE, to -> Codec.bytes(to, accumulator));
    return result.read(buffer);
  }

  private void write(ByteBuffer to, Object[] values) {
    for (int i = 0; i < values.length; i++) arguments[i].write(to, values[i]);
  }

  /** After it the buffer stands at the result. */
  private void send(int operation, Consumer<ByteBuffer> arguments) {
    for (;;) {
      buffer.clear();
      buffer.putInt(operation).putInt(position);
      try {
        arguments.accept(buffer);
        break;
      } catch (BufferOverflowException e) {
        buffer = grow.apply(Math.multiplyExact(buffer.capacity(), 2));
      }
    }
    call.run();
    for (;;) {
      buffer.clear();
      int status = buffer.getInt();
      if (status == DONE) return;
      if (status == FAILED) throw new FunctionFailedException(name, Codec.text(buffer));
      buffer = grow.apply(Math.multiplyExact(buffer.capacity(), 2));
      buffer.putInt(0, AGAIN);
      call.run();
    }
  }
}
