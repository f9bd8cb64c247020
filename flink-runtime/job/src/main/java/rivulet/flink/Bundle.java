package rivulet.flink;

import java.io.Serializable;

/**
 * The functions of a job as one script, and what runs it.
 *
 * @param node the program of Node; null for V8 inside this JVM
 */
record Bundle(String script, String sourceMap, String node) implements Serializable {

  Engine open(String function, int subtask) {
    return node == null ? new V8Calls(Engines.open(script, sourceMap)) : NodeCalls.open(this, function, subtask);
  }
}
