package rivulet.flink;

import org.apache.flink.table.catalog.DataTypeFactory;
import org.apache.flink.table.functions.FunctionContext;
import org.apache.flink.table.functions.SpecializedFunction;
import org.apache.flink.table.functions.ScalarFunction;
import org.apache.flink.table.functions.UserDefinedFunction;
import org.apache.flink.table.types.inference.TypeInference;

/** A `udf`. */
public final class TypeScriptScalarFunction extends ScalarFunction implements SpecializedFunction {
  private static final long serialVersionUID = 1;
  private final FunctionCalls calls;

  TypeScriptScalarFunction(FunctionCalls calls) {
    this.calls = calls;
  }

  @Override
  public void open(FunctionContext context) {
    calls.openForRows(context);
  }

  public Object eval(Object... values) {
    return calls.scalar(values);
  }

  @Override
  public void close() throws Exception {
    calls.close();
  }

  @Override
  public boolean isDeterministic() {
    return calls.deterministic;
  }

  /** Calls with constants are not evaluated while planning: a function may have effects, and V8 is not on the JobManager. */
  @Override
  public boolean supportsConstantFolding() {
    return false;
  }

  @Override
  public TypeInference getTypeInference(DataTypeFactory types) {
    return calls.inference(types, null);
  }

  @Override
  public UserDefinedFunction specialize(SpecializedContext context) {
    return new TypeScriptScalarFunction(calls.specialized(context.getCallContext().getArgumentDataTypes(), context.getCallContext().getDataTypeFactory()));
  }
}
