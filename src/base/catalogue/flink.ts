import { declare } from './contract.ts'

/** Errors of packaging for Apache Flink and of talking to a cluster; codes start with `FLINK_`. */
export const flinkErrors = {
  FLINK_QUERY_WITHOUT_SINK: declare<Record<string, never>>({
    domain: 'user',
    message: () => 'A job on Flink has no program that reads rows of a query.',
    hint: () => 'Write them to a table: INSERT INTO … SELECT …, or table.executeInsert(path).',
  }),
  FLINK_NO_JOB: declare<{ file: string }>({
    domain: 'user',
    message: ({ file }) => `'${file}' has no INSERT, so there is nothing to run on Flink.`,
  }),
  FLINK_FUNCTION_NOT_EXPORTED: declare<{ name: string; file: string }>({
    domain: 'user',
    message: ({ name, file }) => `The function '${name}' cannot be taken out of '${file}'.`,
    hint: () =>
      'Give it a name at the top level of its module (`const f = udf(…)`): a function that is made inside of another, or where it is registered, cannot be made again without the statements around it, which never run on the cluster.',
  }),
  FLINK_FUNCTION_USES_JOB: declare<{ names: string; file: string }>({
    domain: 'user',
    message: ({ names, file }) =>
      `What the functions (${names}) of '${file}' use is made from \`process\` (arguments, environment) of the job's own program, which does not run on the cluster.`,
    hint: () =>
      'Make it without, hand it on as an argument of the function, or as an option of the job, which open() reads.',
  }),
  FLINK_FUNCTION_FORM: declare<{ name: string; form: string }>({
    domain: 'user',
    message: ({ name, form }) => `The function '${name}' is ${form}, which does not run in V8 on Flink.`,
    hint: () => 'V8 inside the TaskManager has no timers, files or network to wait for: package with --functions node.',
  }),
  FLINK_BUNDLE_FAILED: declare<{ name: string; reason: string; chain: string }>({
    domain: 'user',
    message: ({ name, reason, chain }) =>
      `The functions of '${name}' do not load in bare V8, which is what runs them on Flink: ${reason}${chain}`,
    hint: () =>
      'Functions in V8 on Flink have the language and no Node APIs: move what needs them out of their modules, or package with --functions node.',
  }),
  FLINK_NODE_BUNDLE_FAILED: declare<{ file: string; reason: string }>({
    domain: 'user',
    message: ({ file, reason }) =>
      `The functions of '${file}' do not load in a process of Node of their own: ${reason}`,
    hint: () =>
      'They are bundled into one CommonJS script, without the statements of the job: no top-level await, no native modules.',
  }),
  FLINK_NO_JAR: declare<{ jar: string; file: string }>({
    domain: 'user',
    message: ({ jar, file }) => `There is no jar '${jar}'${jar === file ? '' : ` (looked for ${file})`}.`,
    hint: () => '--jar takes a file, or GROUP:ARTIFACT:VERSION of the local Maven repository (~/.m2/repository).',
  }),
  FLINK_NO_RUNTIME: declare<{ platform: string; file: string }>({
    domain: 'user',
    message: ({ platform, file }) => `There is no Flink runtime for the platform '${platform}' (looked for ${file}).`,
    hint: ({ platform }) =>
      platform === 'linux-x86_64'
        ? 'Install the package rivulet-flink-linux-x86_64 beside rivulet.'
        : 'V8 for the JVM is there for linux-x86_64 with glibc; Alpine (musl) and arm64 have none. With --functions node, and without --platform, the cluster needs only Node.',
  }),
  FLINK_UNREACHABLE: declare<{ url: string; reason: string }>({
    domain: 'external',
    message: ({ url, reason }) => `No Flink cluster answers at ${url}: ${reason}`,
    hint: () => 'The address is that of the JobManager’s REST endpoint (`rest.port`, 8081 by default).',
  }),
  FLINK_VERSION: declare<{ url: string; found: string }>({
    domain: 'user',
    message: ({ url, found }) => `The cluster at ${url} is Flink ${found}; jobs are packaged for 2.0 to 2.3.`,
  }),
  FLINK_REFUSED: declare<{ what: string; status: number; reason: string; hint?: string }>({
    domain: 'user',
    message: ({ what, status, reason }) => `Flink refused ${what} (HTTP ${status}): ${reason}`,
    hint: ({ hint }) => hint,
  }),
  FLINK_JOB_FAILED: declare<{ job: string; state: string }>({
    domain: 'external',
    message: ({ job, state }) => `Job ${job} is ${state}.`,
  }),
  FLINK_KUBERNETES: declare<{ what: string; found: string; takes: string }>({
    domain: 'user',
    message: ({ what, found, takes }) => `${what} of a FlinkDeployment is ${takes}, found '${found}'.`,
  }),
  FLINK_NO_PROGRAM: declare<Record<string, never>>({
    domain: 'user',
    message: () => 'There is no flink program, which starts applications on YARN.',
    hint: () => 'Set FLINK_HOME to a Flink 2.0 to 2.3, or put its bin folder on the PATH.',
  }),
  FLINK_YARN_FAILED: declare<{ what: string; reason: string }>({
    domain: 'external',
    message: ({ what, reason }) => `${what} on YARN: ${reason}`,
    hint: () =>
      'Flink needs HADOOP_CONF_DIR and HADOOP_CLASSPATH (the output of `hadoop classpath`); the logs of an application: yarn logs -applicationId ID.',
  }),
  FLINK_PARITY: declare<{ findings: string }>({
    domain: 'user',
    message: ({ findings }) => `With --strict the job must be the same on Flink, but:\n${findings}`,
  }),
}
