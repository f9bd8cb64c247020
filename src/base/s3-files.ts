/**
 * Files in an S3-compatible object store, by `s3://bucket/key`.
 *
 * Laws
 * - `@aws-sdk/client-s3` is loaded when the first file is touched; without it the error says how to install it.
 * - A PUT of an object is atomic and durable when it is answered, so it needs no rename.
 * - Endpoint, region and keys come from the environment, as the SDK reads them (`AWS_ENDPOINT_URL_S3`, `AWS_REGION`, …);
 *   a custom endpoint is addressed with the bucket in the path.
 * - A server that says nothing any more is given up after `SILENT_MS`, as often as the SDK tries.
 */
import type { S3Client } from '@aws-sdk/client-s3'
import { fail } from './errors.ts'
import type { Storage } from './host.ts'

type Sdk = typeof import('@aws-sdk/client-s3')

const SILENT_MS = 20_000

let loaded: Promise<{ readonly sdk: Sdk; readonly client: S3Client }> | undefined

async function load(): Promise<{ readonly sdk: Sdk; readonly client: S3Client }> {
  let sdk: Sdk
  try {
    sdk = await import('@aws-sdk/client-s3')
  } catch (cause) {
    return fail('RUNTIME_S3_MISSING', {}, { cause })
  }
  const endpoint = process.env.AWS_ENDPOINT_URL_S3 ?? process.env.AWS_ENDPOINT_URL
  const client = new sdk.S3Client({
    forcePathStyle: endpoint !== undefined,
    // Without these the SDK waits for ever.
    requestHandler: { connectionTimeout: SILENT_MS, socketTimeout: SILENT_MS },
    // Manifests hold checksums of their own; not every compatible server knows those of the SDK.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  })
  return { sdk, client }
}

function place(path: string): { Bucket: string; Key: string } {
  const [Bucket, ...key] = path.slice('s3://'.length).split('/')
  return { Bucket, Key: key.join('/') }
}

const isMissing = (error: unknown) =>
  error instanceof Error && (error.name === 'NotFound' || error.name === 'NoSuchKey')

export function s3Files(): Pick<Storage, 'read' | 'writeAtomic' | 'list' | 'exists' | 'remove'> {
  const open = () => {
    loaded ??= load().catch((error: unknown) => {
      loaded = undefined
      throw error
    })
    return loaded
  }
  /** All keys below a prefix: a store of checkpoints is small, and not every compatible server groups by delimiter rightly. */
  async function keysBelow(Bucket: string, Prefix: string): Promise<string[]> {
    const { sdk, client } = await open()
    const found: string[] = []
    let ContinuationToken: string | undefined
    do {
      const page = await client.send(new sdk.ListObjectsV2Command({ Bucket, Prefix, ContinuationToken }))
      for (const { Key } of page.Contents ?? []) if (Key !== undefined) found.push(Key)
      ContinuationToken = page.NextContinuationToken
    } while (ContinuationToken !== undefined)
    return found
  }
  return {
    async read(path) {
      const { sdk, client } = await open()
      const { Body } = await client.send(new sdk.GetObjectCommand(place(path)))
      return (await Body?.transformToByteArray()) ?? new Uint8Array(0)
    },
    async writeAtomic(path, content, signal) {
      const bytes = content instanceof Uint8Array ? content : Buffer.concat(content)
      const { sdk, client } = await open()
      await client.send(new sdk.PutObjectCommand({ ...place(path), Body: bytes }), { abortSignal: signal })
    },
    async list(folder) {
      const { Bucket, Key } = place(folder)
      const prefix = Key === '' || Key.endsWith('/') ? Key : `${Key}/`
      const names = (await keysBelow(Bucket, prefix)).map((key) => key.slice(prefix.length).split('/')[0])
      return [...new Set(names)].filter((name) => name !== '').sort()
    },
    async exists(path) {
      const { sdk, client } = await open()
      try {
        await client.send(new sdk.HeadObjectCommand(place(path)))
        return true
      } catch (error) {
        if (isMissing(error)) return false
        throw error
      }
    },
    async remove(path) {
      const { sdk, client } = await open()
      const { Bucket, Key } = place(path)
      for (const key of [Key, ...(await keysBelow(Bucket, `${Key}/`))]) {
        await client.send(new sdk.DeleteObjectCommand({ Bucket, Key: key }))
      }
    },
  }
}
