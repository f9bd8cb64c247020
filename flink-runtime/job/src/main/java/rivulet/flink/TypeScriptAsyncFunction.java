package rivulet.flink;

import java.util.concurrent.CompletableFuture;
import org.apache.flink.table.catalog.DataTypeFactory;
import org.apache.flink.table.functions.AsyncScalarFunction;
import org.apache.flink.table.functions.FunctionContext;
import org.apache.flink.table.functions.SpecializedFunction;
import org.apache.flink.table.functions.UserDefinedFunction;
import org.apache.flink.table.types.inference.TypeInference;

/** A `udf` of arguments that are never NULL, in a process of Node: Flink goes on with further rows while it waits, and keeps their order. */
public final class TypeScriptAsyncFunction extends AsyncScalarFunction implements SpecializedFunction {
  private static final long serialVersionUID = 1;
  private final FunctionCalls calls;

  TypeScriptAsyncFunction(FunctionCalls calls) {
    this.calls = calls;
  }

  @Override
  public void open(FunctionContext context) {
    calls.open(context);
  }

  public void eval(CompletableFuture<Object> future, Object... values) {
    calls.later(future, values);
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
    return calls.inference(types, null);
  }

  @Override
  public UserDefinedFunction specialize(SpecializedContext context) {
    return new TypeScriptAsyncFunction(calls.specialized(context.getCallContext().getArgumentDataTypes(), context.getCallContext().getDataTypeFactory()));
  }
}
