package rivulet.flink;

/** A TypeScript function threw; the message is the function, its complaint and the lines of TypeScript that led there. */
public final class FunctionFailedException extends RuntimeException {
  private static final long serialVersionUID = 1;

  FunctionFailedException(String name, String stack) {
    super("TypeScript function " + name + " failed: " + stack);
  }
}
