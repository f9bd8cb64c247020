package rivulet.flink;

/** The process of Node does not run, or no more. */
final class NodeEndedException extends RuntimeException {
  private static final long serialVersionUID = 1;

  NodeEndedException(String message) {
    super(message);
  }

  NodeEndedException during(String function) {
    return new NodeEndedException(getMessage() + "\nFunction " + function + " was running or waiting.");
  }
}
