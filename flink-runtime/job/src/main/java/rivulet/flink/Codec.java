package rivulet.flink;

import java.io.Serializable;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.table.data.ArrayData;
import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.data.GenericArrayData;
import org.apache.flink.table.data.GenericMapData;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.MapData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.table.types.logical.ArrayType;
import org.apache.flink.table.types.logical.DecimalType;
import org.apache.flink.table.types.logical.IntType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.MapType;
import org.apache.flink.table.types.logical.MultisetType;
import org.apache.flink.table.types.logical.RowType;

/**
 * Flink's internal values as bytes of the shared buffer, and back; `src/flink/v8/wire.ts` is the other side.
 *
 * <p>Law: a byte 0 for NULL or 1, then the value, little-endian; nothing goes through a double that is none. Strings are UTF-16
 * from an even offset. A value that does not fit throws BufferOverflowException, and the caller begins again with more room.
 */
final class Codec implements Serializable {
  private static final long serialVersionUID = 1;
  private static final int COMPACT_DIGITS = 18;

  private final LogicalType type;
  private final Codec[] parts;

  Codec(LogicalType type) {
    this.type = type;
    this.parts =
        switch (type.getTypeRoot()) {
          case ARRAY -> new Codec[] {new Codec(((ArrayType) type).getElementType())};
          case MAP -> new Codec[] {new Codec(((MapType) type).getKeyType()), new Codec(((MapType) type).getValueType())};
          case MULTISET -> new Codec[] {new Codec(((MultisetType) type).getElementType()), new Codec(new IntType(false))};
          case ROW -> ((RowType) type).getChildren().stream().map(Codec::new).toArray(Codec[]::new);
          default -> new Codec[0];
        };
  }

  void write(ByteBuffer to, Object value) {
    if (value == null) {
      to.put((byte) 0);
      return;
    }
    to.put((byte) 1);
    switch (type.getTypeRoot()) {
      case BOOLEAN -> to.put((byte) ((Boolean) value ? 1 : 0));
      case TINYINT -> to.put((Byte) value);
      case SMALLINT -> to.putShort((Short) value);
      case INTEGER, DATE, TIME_WITHOUT_TIME_ZONE, INTERVAL_YEAR_MONTH -> to.putInt((Integer) value);
      case BIGINT, INTERVAL_DAY_TIME -> to.putLong((Long) value);
      case FLOAT -> to.putFloat((Float) value);
      case DOUBLE -> to.putDouble((Double) value);
      case DECIMAL -> {
        DecimalData decimal = (DecimalData) value;
        if (((DecimalType) type).getPrecision() <= COMPACT_DIGITS) to.putLong(decimal.toUnscaledLong());
        else text(to, new BigInteger(decimal.toUnscaledBytes()).toString());
      }
      case TIMESTAMP_WITHOUT_TIME_ZONE, TIMESTAMP_WITH_LOCAL_TIME_ZONE -> {
        TimestampData time = (TimestampData) value;
        to.putLong(time.getMillisecond()).putInt(time.getNanoOfMillisecond());
      }
      case CHAR, VARCHAR -> text(to, value.toString());
      case BINARY, VARBINARY -> bytes(to, (byte[]) value);
      case ARRAY -> elements(to, (ArrayData) value, parts[0]);
      case MAP, MULTISET -> {
        elements(to, ((MapData) value).keyArray(), parts[0]);
        elements(to, ((MapData) value).valueArray(), parts[1]);
      }
      case ROW -> {
        RowData row = (RowData) value;
        for (int i = 0; i < parts.length; i++)
          parts[i].write(to, RowData.createFieldGetter(parts[i].type, i).getFieldOrNull(row));
      }
      default -> throw new IllegalArgumentException("A TypeScript function cannot take " + type.asSummaryString());
    }
  }

  private static void elements(ByteBuffer to, ArrayData array, Codec element) {
    ArrayData.ElementGetter getter = ArrayData.createElementGetter(element.type);
    to.putInt(array.size());
    for (int i = 0; i < array.size(); i++) element.write(to, getter.getElementOrNull(array, i));
  }

  static void text(ByteBuffer to, String value) {
    to.putInt(value.length());
    if ((to.position() & 1) != 0) to.put((byte) 0);
    for (int i = 0; i < value.length(); i++) to.putChar(value.charAt(i));
  }

  static void bytes(ByteBuffer to, byte[] value) {
    to.putInt(value.length).put(value);
  }

  Object read(ByteBuffer from) {
    if (from.get() == 0) return null;
    return switch (type.getTypeRoot()) {
      case BOOLEAN -> from.get() != 0;
      case TINYINT -> from.get();
      case SMALLINT -> from.getShort();
      case INTEGER, DATE, TIME_WITHOUT_TIME_ZONE, INTERVAL_YEAR_MONTH -> from.getInt();
      case BIGINT, INTERVAL_DAY_TIME -> from.getLong();
      case FLOAT -> from.getFloat();
      case DOUBLE -> from.getDouble();
      case DECIMAL -> decimal(from, (DecimalType) type);
      case TIMESTAMP_WITHOUT_TIME_ZONE, TIMESTAMP_WITH_LOCAL_TIME_ZONE -> TimestampData.fromEpochMillis(from.getLong(), from.getInt());
      case CHAR, VARCHAR -> StringData.fromString(text(from));
      case BINARY, VARBINARY -> bytes(from);
      case ARRAY -> new GenericArrayData(elements(from, parts[0]));
      case MAP, MULTISET -> {
        Object[] keys = elements(from, parts[0]);
        Object[] values = elements(from, parts[1]);
        Map<Object, Object> map = new LinkedHashMap<>();
        for (int i = 0; i < keys.length; i++) map.put(keys[i], values[i]);
        yield new GenericMapData(map);
      }
      case ROW -> {
        GenericRowData row = new GenericRowData(parts.length);
        for (int i = 0; i < parts.length; i++) row.setField(i, parts[i].read(from));
        yield row;
      }
      default -> throw new IllegalArgumentException("A TypeScript function cannot give " + type.asSummaryString());
    };
  }

  private static DecimalData decimal(ByteBuffer from, DecimalType type) {
    if (type.getPrecision() <= COMPACT_DIGITS) return DecimalData.fromUnscaledLong(from.getLong(), type.getPrecision(), type.getScale());
    return DecimalData.fromUnscaledBytes(new BigInteger(text(from)).toByteArray(), type.getPrecision(), type.getScale());
  }

  private static Object[] elements(ByteBuffer from, Codec element) {
    Object[] all = new Object[from.getInt()];
    for (int i = 0; i < all.length; i++) all[i] = element.read(from);
    return all;
  }

  static String text(ByteBuffer from) {
    char[] chars = new char[from.getInt()];
    if ((from.position() & 1) != 0) from.get();
    for (int i = 0; i < chars.length; i++) chars[i] = from.getChar();
    return new String(chars);
  }

  static byte[] bytes(ByteBuffer from) {
    byte[] all = new byte[from.getInt()];
    from.get(all);
    return all;
  }

  static Codec[] of(List<LogicalType> types) {
    return types.stream().map(Codec::new).toArray(Codec[]::new);
  }
}
