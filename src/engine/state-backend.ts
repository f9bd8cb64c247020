/** `state.backend.*`: which state backend a job has. */
import { tmpdir } from 'node:os'
import { fail } from '../base/errors.ts'
import type { Host } from '../base/host.ts'
import { parseMemory } from '../base/options.ts'
import type { SessionOptions } from '../catalog/session-options.ts'
import type { StateBackend } from '../state/contract.ts'
import { diskBackend } from '../state/disk/backend.ts'
import { memoryBackend } from '../state/memory/backend.ts'

export function stateBackend(options: SessionOptions, host: Host, parallelism: number): StateBackend {
  const value = options.get('state.backend.type') ?? options.get('state.backend') ?? 'hashmap'
  switch (value.trim().toLowerCase()) {
    case 'hashmap':
      return memoryBackend
    case 'rocksdb': {
      const text = options.get(CACHE) ?? '256 mb'
      const perSlot = parseMemory(text)
      if (perSlot === undefined) return fail('STATE_CACHE_SIZE', { option: CACHE, value: text })
      const folder = options.get('state.backend.rocksdb.localdir')?.split(',')[0].trim() ?? tmpdir()
      return diskBackend({ scratch: () => host.scratch(folder), cacheBytes: perSlot * parallelism })
    }
    default:
      return fail('STATE_BACKEND', { value })
  }
}

const CACHE = 'state.backend.rocksdb.memory.fixed-per-slot'
