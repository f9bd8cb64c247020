import { digest } from './digest.ts'

export const md5 = digest('MD5', 'md5', 128, ["MD5('a')", '0cc175b9c0f1b6a831c399e269772661'])
