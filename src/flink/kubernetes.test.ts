/** The manifest for Flink's Kubernetes operator. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { kubernetesManifest } from './kubernetes.ts'

describe('a FlinkDeployment', () => {
  it('names image, version, jar and entry class', () => {
    const text = kubernetesManifest({ jar: 'Payment_Job.jar', parallelism: 4, options: {} })
    assert.match(text, /^kind: FlinkDeployment$/m)
    assert.match(text, /^ {2}name: "payment-job"$/m)
    assert.match(text, /^ {2}image: "flink:2\.3-java17"$/m)
    assert.match(text, /^ {2}flinkVersion: v2_3$/m)
    assert.match(text, /^ {4}jarURI: "local:\/\/\/opt\/flink\/usrlib\/Payment_Job\.jar"$/m)
    assert.match(text, /^ {4}entryClass: rivulet\.flink\.JobMain$/m)
    assert.match(text, /^ {4}parallelism: 4$/m)
    assert.match(text, /^ {4}upgradeMode: stateless$/m)
  })

  it("has the cluster's options and not the job's; with a folder for savepoints upgrades take one", () => {
    const options = {
      'execution.checkpointing.interval': '10 s',
      'execution.checkpointing.savepoint-dir': 's3://bucket/"quoted"',
      'table.local-time-zone': 'UTC',
    }
    const text = kubernetesManifest({ jar: 'job.jar', options })
    assert.match(text, /^ {4}"execution\.checkpointing\.interval": "10 s"$/m)
    assert.match(text, /^ {4}"execution\.checkpointing\.savepoint-dir": "s3:\/\/bucket\/\\"quoted\\""$/m)
    assert.doesNotMatch(text, /time-zone/)
    assert.match(text, /^ {4}upgradeMode: savepoint$/m)
  })

  it('is of a version that the jar runs on', () => {
    assert.throws(() => kubernetesManifest({ jar: 'job.jar', version: '1.20', options: {} }), {
      code: 'FLINK_KUBERNETES',
    })
  })
})
