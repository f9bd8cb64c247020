package rivulet.flink;

import java.io.Serializable;
import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.apache.flink.table.catalog.DataTypeFactory;
import org.apache.flink.table.functions.FunctionContext;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.inference.TypeInference;
import org.apache.flink.table.types.logical.LogicalType;

/**
 * What the functions of a job have in common: where the function is in the bundle, its types, and the calls.
 *
 * <p>Law: a call is the operation, the position of the function's way in the bundle, the number of arguments, then these; the answer is a
 * status, then the result.
 */
final class FunctionCalls implements Serializable {
  private static final long serialVersionUID = 1;
  static final int CALL = 0;
  static final int CREATE = 1;
  static final int ACCUMULATE = 2;
  static final int RETRACT = 3;
  static final int MERGE = 4;
  static final int VALUE = 5;

  private static final int FIRST_BYTES = 1 << 16;
  private static final int ONE_CALL_BYTES = 256;
  private static final int DONE = 0;

  final String name;
  final boolean deterministic;
  private final Bundle bundle;
  private final int position;
  private final List<FunctionWay> ways;
  /** The way that this call goes; known from the beginning when there is one, else when Flink has resolved the arguments. */
  private int way;
  private Codec[] arguments;
  private Codec result;
  private transient Engine engine;
  private transient ByteBuffer buffer;

  FunctionCalls(String name, Bundle bundle, int position, List<FunctionWay> ways, boolean deterministic) {
    this.name = name;
    this.bundle = bundle;
    this.position = position;
    this.ways = new ArrayList<>(ways);
    this.deterministic = deterministic;
  }

  TypeInference inference(DataTypeFactory types, DataType accumulator) {
    if (FunctionWay.isPlain(ways)) take(0, ways.get(0).argumentTypes(types), types);
    return FunctionWay.inference(ways, types, accumulator);
  }

  /** For a call whose arguments have these types; the function itself where it has but one way. */
  FunctionCalls specialized(List<DataType> given, DataTypeFactory types) {
    if (FunctionWay.isPlain(ways)) return this;
    List<LogicalType> logical = given.stream().map(DataType::getLogicalType).toList();
    FunctionCalls special = new FunctionCalls(name, bundle, position, ways, deterministic);
    special.take(FunctionWay.of(ways, logical, types), logical, types);
    return special;
  }

  private void take(int chosen, List<LogicalType> given, DataTypeFactory types) {
    way = chosen;
    arguments = Codec.of(ways.get(chosen).argumentTypes(types, given.size()));
    result = new Codec(ways.get(chosen).resultType(types).getLogicalType());
  }

  /** Timers, whose thread may be another, call aggregates: their engine is not held by a thread. */
  void open(FunctionContext context) {
    engine = bundle.open(name, context.getTaskInfo().getIndexOfThisSubtask());
    buffer = engine.buffer(FIRST_BYTES);
    engine.opened(position + way, arguments.length);
  }

  void openForRows(FunctionContext context) {
    open(context);
    engine.hold();
  }

  void close() throws Exception {
    if (engine != null) engine.close();
    engine = null;
  }

  Object scalar(Object[] values) {
    send(CALL, to -> write(to, values));
    return result.read(buffer);
  }

  /** The result is there later; it completes in another thread. */
  void later(CompletableFuture<Object> future, Object[] values) {
    ByteBuffer request = ByteBuffer.allocate(ONE_CALL_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (;;) {
      try {
        head(request, CALL);
        write(request, values);
        break;
      } catch (BufferOverflowException e) {
        request = ByteBuffer.allocate(Math.multiplyExact(request.capacity(), 2)).order(ByteOrder.LITTLE_ENDIAN);
      }
    }
    engine.later(request).whenComplete((answer, failure) -> {
      try {
        if (failure != null) throw failure;
        check(answer);
        future.complete(result.read(answer));
      } catch (Throwable e) {
        future.completeExceptionally(e);
      }
    });
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

  private void head(ByteBuffer to, int operation) {
    to.clear();
    to.putInt(operation).putInt(position + way).putInt(arguments.length);
  }

  private void write(ByteBuffer to, Object[] values) {
    for (int i = 0; i < values.length; i++) arguments[i].write(to, values[i]);
  }

  /** After it the buffer stands at the result. */
  private void send(int operation, Consumer<ByteBuffer> values) {
    for (;;) {
      try {
        head(buffer, operation);
        values.accept(buffer);
        break;
      } catch (BufferOverflowException e) {
        buffer = engine.buffer(Math.multiplyExact(buffer.capacity(), 2));
      }
    }
    buffer = engine.call(buffer);
    check(buffer);
  }

  private void check(ByteBuffer answer) {
    if (answer.getInt() != DONE) throw new FunctionFailedException(name, Codec.text(answer));
  }
}
