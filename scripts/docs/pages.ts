/** Every generated page by its path from the repository's root. */
import { cliPage } from './cli.ts'
import { compatPage } from './compat.ts'
import { connectorPages } from './connectors.ts'
import { errorsPage } from './errors.ts'
import { functionPages } from './functions.ts'
import { restPage } from './rest.ts'
import { sessionOptionsPage } from './session-options.ts'

/** Folders that hold nothing but generated pages. */
export const GENERATED_FOLDERS = ['docs/reference/']

/** @param root URL of the repository's folder */
export async function generatedPages(root: URL): Promise<ReadonlyMap<string, string>> {
  return new Map([
    ...functionPages(),
    ...connectorPages(),
    ['docs/reference/options.md', sessionOptionsPage(root)],
    ['docs/reference/errors.md', errorsPage()],
    ['docs/reference/rest.md', await restPage()],
    ['docs/guide/cli.md', cliPage()],
    ['COMPAT.md', await compatPage()],
  ])
}
