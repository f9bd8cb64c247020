/** `node --import …/mutate.ts`: loads the engine with the mutation that `RIVULET_MUTATION` names. */
import { registerHooks } from 'node:module'
import { mutations } from './mutations.ts'

const name = process.env.RIVULET_MUTATION
const mutation = mutations.find((each) => each.name === name)
if (mutation === undefined) throw new Error(`there is no mutation '${name}'`)
const { file, find, replace } = mutation

registerHooks({
  load(url, context, next) {
    const loaded = next(url, context)
    if (!url.endsWith(`/src/${file}`)) return loaded
    const text = Buffer.from(loaded.source as Uint8Array).toString('utf8')
    if (text.split(find).length !== 2) throw new Error(`'${find}' is not once in ${file}`)
    return { ...loaded, source: text.replace(find, () => replace) }
  },
})
