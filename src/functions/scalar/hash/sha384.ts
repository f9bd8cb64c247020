import { digest } from './digest.ts'

export const sha384 = digest('SHA384', 'sha384', 384, [
  "SHA384('a')",
  '54a59b9f22b0b80880d8427e548b7c23abd873486e1f035dce9cd697e85175033caa88e6d57bc35efae0b5afd3145f31',
])
