import { stateConformance } from '../conformance.case.ts'
import { memoryBackend } from './backend.ts'

stateConformance('memory', memoryBackend)
