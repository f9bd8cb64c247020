/**
 * A failure in Java's serialized form: Flink's command line insists on reading `serialized-throwable` as an object of its class
 * `SerializedThrowable`. What is written is the shortest valid stream: message, class name and text, no cause, no stack array.
 */
function text(value: string): Buffer {
  const bytes = Buffer.from(value, 'utf8').subarray(0, 0xffff)
  const length = Buffer.alloc(2)
  length.writeUInt16BE(bytes.length)
  return Buffer.concat([length, bytes])
}

const hex = (digits: string) => Buffer.from(digits, 'hex')
const NULL = hex('70')
const END = hex('78')
/** A reference to the second thing that was written: the type name of String. */
const STRING_TYPE = hex('71007e0001')

function describe(name: string, uid: string, flags: string, fields: readonly Buffer[]): Buffer {
  return Buffer.concat([
    hex('72'),
    text(name),
    hex(uid),
    hex(flags),
    hex(fields.length.toString(16).padStart(4, '0')),
    ...fields,
    END,
  ])
}

function field(kind: 'L' | '[', name: string, type: string | Buffer): Buffer {
  const typeName = typeof type === 'string' ? Buffer.concat([hex('74'), text(type)]) : type
  return Buffer.concat([Buffer.from(kind), text(name), typeName])
}

const CLASSES = Buffer.concat([
  describe('org.apache.flink.util.SerializedThrowable', '65169df51fa713f3', '02', [
    field('L', 'fullStringifiedStackTrace', 'Ljava/lang/String;'),
    field('L', 'originalErrorClassName', STRING_TYPE),
    field('[', 'serializedException', '[B'),
  ]),
  describe('java.lang.Exception', 'd0fd1f3e1a3b1cc4', '02', []),
  describe('java.lang.Throwable', 'd5c635273977b8cb', '03', [
    field('L', 'cause', 'Ljava/lang/Throwable;'),
    field('L', 'detailMessage', STRING_TYPE),
    field('[', 'stackTrace', '[Ljava/lang/StackTraceElement;'),
    field('L', 'suppressedExceptions', 'Ljava/util/List;'),
  ]),
  NULL,
])

/** Base64. Java's own limit for a text in this form is 65,535 bytes; longer ones are cut. */
export function serializedThrowable(className: string, message: string, stack: string): string {
  const string = (value: string) => Buffer.concat([hex('74'), text(value)])
  const throwable = Buffer.concat([NULL, string(message), NULL, NULL, END])
  const own = Buffer.concat([string(stack), string(className), NULL])
  return Buffer.concat([hex('aced000573'), CLASSES, throwable, own]).toString('base64')
}
