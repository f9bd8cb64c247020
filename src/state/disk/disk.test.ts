import { tmpdir } from 'node:os'
import { diskScratch, memoryScratch } from '../../base/scratch.ts'
import { stateConformance } from '../conformance.case.ts'
import { diskBackend } from './backend.ts'

stateConformance('disk, no cache', diskBackend({ scratch: memoryScratch, cacheBytes: 0, segmentBytes: 512 }))
stateConformance(
  'disk, small cache',
  diskBackend({ scratch: memoryScratch, cacheBytes: 2000, segmentBytes: 4096, peekBytes: 600 }),
)
stateConformance('disk, real files', diskBackend({ scratch: () => diskScratch(tmpdir()), cacheBytes: 1000 }))
