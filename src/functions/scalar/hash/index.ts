import type { ScalarFunction } from '../../../expr/function.ts'
import { md5 } from './md5.ts'
import { sha1 } from './sha1.ts'
import { sha2 } from './sha2.ts'
import { sha224 } from './sha224.ts'
import { sha256 } from './sha256.ts'
import { sha384 } from './sha384.ts'
import { sha512 } from './sha512.ts'

/** Every function of the theme, one line each. */
export const hashFunctions: readonly ScalarFunction[] = [md5, sha1, sha224, sha256, sha384, sha512, sha2]
