/**
 * A FlinkDeployment of Flink's Kubernetes operator, which runs a job jar in application mode.
 *
 * Laws
 * - The options of the job are in its jar; the manifest repeats those that the cluster itself reads when it starts.
 * - Strings are written as JSON, which YAML reads as it is.
 */
import { fail } from '../base/errors.ts'

export interface Deployment {
  /** The jar's file name. */
  readonly jar: string
  readonly uri?: string
  readonly image?: string
  readonly version?: string
  readonly parallelism?: number
  readonly options: Readonly<Record<string, string>>
}

const ENTRY = 'rivulet.flink.JobMain'
/** Of the cluster rather than of the job. */
const CLUSTER_OPTION = /^(execution\.checkpointing\.|state\.|restart-strategy\.|high-availability|metrics\.|s3\.)/
/** A label of DNS, as the operator's services are named after it. */
const MAX_NAME = 45

export function kubernetesManifest({ jar, uri, image, version = '2.3', parallelism = 1, options }: Deployment): string {
  if (!/^2\.[0-3]$/.test(version)) {
    fail('FLINK_KUBERNETES', { what: 'The Flink version', found: version, takes: '2.0 to 2.3' })
  }
  if (parallelism < 1) {
    fail('FLINK_KUBERNETES', { what: 'The parallelism', found: String(parallelism), takes: 'at least 1' })
  }
  const configuration = Object.entries({ 'taskmanager.numberOfTaskSlots': '1', ...options }).filter(
    ([key]) => key === 'taskmanager.numberOfTaskSlots' || CLUSTER_OPTION.test(key),
  )
  // Without a folder the operator cannot take savepoints, and begins anew.
  const savepoints = options['execution.checkpointing.savepoint-dir']
  return `# kubectl apply -f this, once the operator is there and its jar can be read where jarURI says.
# Operators that know no ${flinkVersion(version)} take an older one: --flink-version.
apiVersion: flink.apache.org/v1beta1
kind: FlinkDeployment
metadata:
  name: ${JSON.stringify(deploymentName(jar))}
spec:
  image: ${JSON.stringify(image ?? `flink:${version}-java17`)}
  flinkVersion: ${flinkVersion(version)}
  flinkConfiguration:
${configuration.map(([key, value]) => `    ${JSON.stringify(key)}: ${JSON.stringify(value)}\n`).join('')}  serviceAccount: flink
  jobManager:
    resource:
      memory: "1024m"
      cpu: 0.5
  taskManager:
    resource:
      memory: "2048m"
      cpu: 1
  # V8 is there for these nodes alone.
  podTemplate:
    spec:
      nodeSelector:
        kubernetes.io/arch: amd64
        kubernetes.io/os: linux
  job:
    jarURI: ${JSON.stringify(uri ?? `local:///opt/flink/usrlib/${jar}`)}
    entryClass: ${ENTRY}
    parallelism: ${parallelism}
    upgradeMode: ${savepoints === undefined ? 'stateless' : 'savepoint'}
    state: running
`
}

const flinkVersion = (version: string) => `v${version.replace('.', '_')}`

function deploymentName(jar: string): string {
  const name = jar
    .replace(/\.jar$/, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, MAX_NAME)
    .replace(/^[^a-z]+|-+$/g, '')
  return name === '' ? 'job' : name
}
