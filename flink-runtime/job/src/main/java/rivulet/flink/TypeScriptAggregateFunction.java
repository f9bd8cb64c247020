package rivulet.flink;

import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.catalog.DataTypeFactory;
import org.apache.flink.table.functions.AggregateFunction;
import org.apache.flink.table.functions.FunctionContext;
import org.apache.flink.table.functions.SpecializedFunction;
import org.apache.flink.table.functions.UserDefinedFunction;
import org.apache.flink.table.types.inference.TypeInference;

/** A `udaf`; the accumulator is in Flink's state, as the bytes that the bundle makes of it. */
public class TypeScriptAggregateFunction extends AggregateFunction<Object, TypeScriptAggregateFunction.Accumulator> implements SpecializedFunction {
  private static final long serialVersionUID = 1;

  /** Null before the first row: Flink makes accumulators where no function is open. */
  public static final class Accumulator {
    public byte[] bytes;
  }

  final FunctionCalls calls;

  TypeScriptAggregateFunction(FunctionCalls calls) {
    this.calls = calls;
  }

  @Override
  public void open(FunctionContext context) {
    calls.open(context);
  }

  @Override
  public Accumulator createAccumulator() {
    return new Accumulator();
  }

  final byte[] bytesOf(Accumulator accumulator) {
    return accumulator.bytes == null ? calls.create() : accumulator.bytes;
  }

  public void accumulate(Accumulator accumulator, Object... values) {
    accumulator.bytes = calls.change(FunctionCalls.ACCUMULATE, bytesOf(accumulator), values);
  }

  @Override
  public Object getValue(Accumulator accumulator) {
    return calls.value(bytesOf(accumulator));
  }

  @Override
  public void close() throws Exception {
    calls.close();
  }

  @Override
  public boolean isDeterministic() {
    return calls.deterministic;
  }

  @Override
  public TypeInference getTypeInference(DataTypeFactory types) {
    return calls.inference(types, DataTypes.STRUCTURED(Accumulator.class, DataTypes.FIELD("bytes", DataTypes.BYTES())));
  }

  @Override
  public UserDefinedFunction specialize(SpecializedContext context) {
    return with(calls.specialized(context.getCallContext().getArgumentDataTypes(), context.getCallContext().getDataTypeFactory()));
  }

  TypeScriptAggregateFunction with(FunctionCalls special) {
    return new TypeScriptAggregateFunction(special);
  }

  /** With `merge`. Flink asks for methods by their presence, so each combination is a class. */
  public static class Merging extends TypeScriptAggregateFunction {
    private static final long serialVersionUID = 1;

    Merging(FunctionCalls calls) {
      super(calls);
    }

    @Override
    TypeScriptAggregateFunction with(FunctionCalls special) {
      return new Merging(special);
    }

    public void merge(Accumulator accumulator, Iterable<Accumulator> others) {
      for (Accumulator other : others)
        if (other.bytes != null) accumulator.bytes = calls.merge(bytesOf(accumulator), other.bytes);
    }
  }

  /** With `retract`. */
  public static final class Retracting extends TypeScriptAggregateFunction {
    private static final long serialVersionUID = 1;

    Retracting(FunctionCalls calls) {
      super(calls);
    }

    @Override
    TypeScriptAggregateFunction with(FunctionCalls special) {
      return new Retracting(special);
    }

    public void retract(Accumulator accumulator, Object... values) {
      accumulator.bytes = calls.change(FunctionCalls.RETRACT, bytesOf(accumulator), values);
    }
  }

  /** With both. */
  public static final class MergingRetracting extends Merging {
    private static final long serialVersionUID = 1;

    MergingRetracting(FunctionCalls calls) {
      super(calls);
    }

    @Override
    TypeScriptAggregateFunction with(FunctionCalls special) {
      return new MergingRetracting(special);
    }

    public void retract(Accumulator accumulator, Object... values) {
      accumulator.bytes = calls.change(FunctionCalls.RETRACT, bytesOf(accumulator), values);
    }
  }
}
