package rivulet.flink;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.flink.table.api.ValidationException;
import org.apache.flink.table.catalog.DataTypeFactory;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.inference.ArgumentTypeStrategy;
import org.apache.flink.table.types.inference.InputTypeStrategies;
import org.apache.flink.table.types.inference.InputTypeStrategy;
import org.apache.flink.table.types.inference.StaticArgument;
import org.apache.flink.table.types.inference.TypeInference;
import org.apache.flink.table.types.inference.TypeStrategies;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.utils.LogicalTypeCasts;
import org.apache.flink.table.types.utils.DataTypeUtils;

/**
 * One way to call a function.
 *
 * <p>Law: of several the first that needs no cast is taken, else the first that fits with implicit casts, as embedded.
 */
record FunctionWay(List<String> arguments, boolean varArgs, String result) implements Serializable {

  /** Nothing to choose: one way with a fixed number of arguments. */
  static boolean isPlain(List<FunctionWay> ways) {
    return ways.size() == 1 && !ways.get(0).varArgs;
  }

  /** By Flink, also when it is asynchronous. */
  boolean isAlwaysCalled() {
    int fixed = varArgs ? arguments.size() - 1 : arguments.size();
    return fixed > 0 && arguments.stream().allMatch(text -> text.endsWith(" NOT NULL"));
  }

  private static DataType typeOf(DataTypeFactory types, String text) {
    return DataTypeUtils.toInternalDataType(types.createDataType(text));
  }

  DataType resultType(DataTypeFactory types) {
    return typeOf(types, result);
  }

  List<LogicalType> argumentTypes(DataTypeFactory types) {
    return argumentTypes(types, arguments.size());
  }

  List<LogicalType> argumentTypes(DataTypeFactory types, int count) {
    return IntStream.range(0, count).mapToObj(i -> typeOf(types, arguments.get(Math.min(i, arguments.size() - 1))).getLogicalType()).toList();
  }

  private boolean takes(int count) {
    return varArgs ? count >= arguments.size() - 1 : count == arguments.size();
  }

  /** The way of a call with arguments of these types. */
  static int of(List<FunctionWay> ways, List<LogicalType> given, DataTypeFactory types) {
    int fitting = -1;
    for (int i = 0; i < ways.size(); i++) {
      if (!ways.get(i).takes(given.size())) continue;
      List<LogicalType> declared = ways.get(i).argumentTypes(types, given.size());
      boolean exact = true;
      boolean fits = true;
      for (int k = 0; k < declared.size(); k++) {
        exact &= given.get(k).copy(true).equals(declared.get(k).copy(true));
        fits &= LogicalTypeCasts.supportsImplicitCast(given.get(k), declared.get(k));
      }
      if (exact) return i;
      if (fits && fitting < 0) fitting = i;
    }
    if (fitting < 0) throw new ValidationException("No way to call the function takes " + given);
    return fitting;
  }

  static TypeInference inference(List<FunctionWay> ways, DataTypeFactory types, DataType accumulator) {
    TypeInference.Builder builder = TypeInference.newBuilder();
    if (isPlain(ways)) {
      List<StaticArgument> declared = new ArrayList<>();
      List<String> texts = ways.get(0).arguments;
      for (int i = 0; i < texts.size(); i++) declared.add(StaticArgument.scalar("arg" + i, typeOf(types, texts.get(i)), false));
      builder.staticArguments(declared).outputTypeStrategy(TypeStrategies.explicit(ways.get(0).resultType(types)));
    } else {
      InputTypeStrategy[] inputs = ways.stream().map(way -> way.input(types)).toArray(InputTypeStrategy[]::new);
      builder
          .inputTypeStrategy(inputs.length == 1 ? inputs[0] : InputTypeStrategies.or(inputs))
          .outputTypeStrategy(
              call -> Optional.of(ways.get(of(ways, call.getArgumentDataTypes().stream().map(DataType::getLogicalType).toList(), types)).resultType(types)));
    }
    if (accumulator != null) builder.accumulatorTypeStrategy(TypeStrategies.explicit(accumulator));
    return builder.build();
  }

  private InputTypeStrategy input(DataTypeFactory types) {
    ArgumentTypeStrategy[] each = arguments.stream().map(text -> InputTypeStrategies.explicit(typeOf(types, text))).toArray(ArgumentTypeStrategy[]::new);
    return varArgs ? InputTypeStrategies.varyingSequence(each) : InputTypeStrategies.sequence(each);
  }
}
