package rivulet.flink;

import org.apache.flink.table.catalog.DataTypeFactory;
import org.apache.flink.table.functions.FunctionContext;
import org.apache.flink.table.functions.SpecializedFunction;
import org.apache.flink.table.functions.TableFunction;
import org.apache.flink.table.functions.UserDefinedFunction;
import org.apache.flink.table.types.inference.TypeInference;

/** A `udtf`. */
public final class TypeScriptTableFunction extends TableFunction<Object> implements SpecializedFunction {
  private static final long serialVersionUID = 1;
  private final FunctionCalls calls;

  TypeScriptTableFunction(FunctionCalls calls) {
    this.calls = calls;
  }

  @Override
  public void open(FunctionContext context) {
    calls.openForRows(context);
  }

  public void eval(Object... values) {
    calls.rows(values, this::collect);
  }

  @Override
  public void close() throws Exception {
    calls.close();
  }

  @Override
  public TypeInference getTypeInference(DataTypeFactory types) {
    return calls.inference(types, null);
  }

  @Override
  public UserDefinedFunction specialize(SpecializedContext context) {
    return new TypeScriptTableFunction(calls.specialized(context.getCallContext().getArgumentDataTypes(), context.getCallContext().getDataTypeFactory()));
  }
}
