/**
 * The part of a script that its functions are made of, so that the script's own statements need not run on the cluster.
 *
 * Laws
 * - Taken are the top-level declarations that bind a wanted name, what these use, statements that change what is taken
 *   (`table.set(…)`, `list[0] = …`), and imports for their effects. Everything else becomes blanks, so that lines and columns stay.
 * - What is taken must not depend on the process that runs the job: `process` outside of functions is refused by its user.
 */
import { type AnyNode, type Identifier, type ModuleDeclaration, type Pattern, parse, type Statement } from 'acorn'

type TopLevel = Statement | ModuleDeclaration

interface Part {
  readonly node: TopLevel
  readonly binds: ReadonlySet<string>
  readonly uses: ReadonlySet<string>
}

export interface Slice {
  readonly code: string
  /** Names that the taken part uses while it loads and does not bind itself. */
  readonly free: ReadonlySet<string>
}

const statementsOf = (code: string): TopLevel[] => parse(code, { ecmaVersion: 'latest', sourceType: 'module' }).body

/** What a module's top level binds, imports aside. */
export function topLevelNames(code: string): string[] {
  return statementsOf(code).flatMap((node) => (node.type === 'ImportDeclaration' ? [] : [...bindingsOf(node)]))
}

export function sliceOf(code: string, names: readonly string[]): Slice {
  const parts: Part[] = statementsOf(code).map((node) => ({ node, binds: bindingsOf(node), uses: usesOf(node) }))
  const wanted = new Set(names)
  const taken = new Set<Part>()
  for (let before = -1; before !== taken.size; ) {
    before = taken.size
    for (const part of parts) {
      if (taken.has(part) || !(meets(part.binds, wanted) || changes(part.node, wanted) || isEffect(part.node))) continue
      taken.add(part)
      if (part.node.type !== 'ImportDeclaration') for (const name of part.uses) wanted.add(name)
    }
  }
  let out = ''
  let at = 0
  for (const part of parts) {
    out += blank(code.slice(at, part.node.start))
    const text = code.slice(part.node.start, part.node.end)
    out += taken.has(part) ? (importOf(part.node, wanted, code) ?? text) : blank(text)
    at = part.node.end
  }
  const bound = new Set([...taken].flatMap(({ binds }) => [...binds]))
  const free = new Set([...taken].flatMap(({ node }) => [...usesOf(node, false)]).filter((name) => !bound.has(name)))
  return { code: out + code.slice(at), free }
}

const isEffect = (node: TopLevel) => node.type === 'ImportDeclaration' && node.specifiers.length === 0

/** An import without the names that nothing taken uses, on as many lines; undefined for other nodes. */
function importOf(node: TopLevel, wanted: ReadonlySet<string>, code: string): string | undefined {
  if (node.type !== 'ImportDeclaration' || isEffect(node)) return undefined
  const kept = node.specifiers.filter(({ local }) => wanted.has(local.name))
  const text = (each: AnyNode) => code.slice(each.start, each.end)
  const named = kept.filter(({ type }) => type === 'ImportSpecifier').map(text)
  const others = kept.filter(({ type }) => type !== 'ImportSpecifier').map(text)
  const list = [...others, ...(named.length > 0 ? [`{ ${named.join(', ')} }`] : [])]
  const lines = code.slice(node.start, node.source.start).replace(/[^\n]/g, '')
  return `import ${list.join(', ')} from ${lines}${code.slice(node.source.start, node.end)}`
}

const blank = (text: string) => text.replace(/[^\n]/g, ' ')
const meets = (a: ReadonlySet<string>, b: ReadonlySet<string>) => [...a].some((name) => b.has(name))

function bindingsOf(node: AnyNode): Set<string> {
  const names = new Set<string>()
  switch (node.type) {
    case 'ImportDeclaration':
      for (const { local } of node.specifiers) names.add(local.name)
      break
    case 'ExportNamedDeclaration':
      return node.declaration ? bindingsOf(node.declaration) : names
    case 'FunctionDeclaration':
    case 'ClassDeclaration':
      if (node.id) names.add(node.id.name)
      break
    case 'VariableDeclaration':
      for (const { id } of node.declarations) patternNames(id, names)
  }
  return names
}

function patternNames(pattern: Pattern, into: Set<string>): void {
  switch (pattern.type) {
    case 'Identifier':
      into.add(pattern.name)
      return
    case 'ObjectPattern':
      for (const each of pattern.properties) patternNames(each.type === 'Property' ? each.value : each.argument, into)
      return
    case 'ArrayPattern':
      for (const each of pattern.elements) if (each) patternNames(each, into)
      return
    case 'AssignmentPattern':
      patternNames(pattern.left, into)
      return
    case 'RestElement':
      patternNames(pattern.argument, into)
  }
}

function* childrenOf(node: AnyNode): Generator<AnyNode> {
  for (const [key, value] of Object.entries(node)) {
    const isName = (key === 'property' || key === 'key') && !(node as { computed?: boolean }).computed
    if (isName && !(node as { shorthand?: boolean }).shorthand) continue
    for (const each of Array.isArray(value) ? value : [value]) {
      if (typeof each?.type === 'string') yield each as AnyNode
    }
  }
}

const isFunction = (node: AnyNode) => /^(Arrow)?Function/.test(node.type)

/** Names that a node uses and does not bind inside; without `within` what its functions use is left out. */
function usesOf(node: AnyNode, within = true): Set<string> {
  if (node.type === 'Identifier') return new Set([(node as Identifier).name])
  const used = new Set<string>()
  if (isFunction(node) && !within) return used
  for (const child of childrenOf(node)) for (const name of usesOf(child, within)) used.add(name)
  if (isFunction(node)) for (const name of localsOf(node)) used.delete(name)
  return used
}

function localsOf(fn: AnyNode): Set<string> {
  const names = new Set<string>()
  for (const parameter of (fn as { params: Pattern[] }).params) patternNames(parameter, names)
  const visit = (node: AnyNode) => {
    if (
      node.type === 'VariableDeclaration' ||
      node.type === 'FunctionDeclaration' ||
      node.type === 'ClassDeclaration'
    ) {
      for (const name of bindingsOf(node)) names.add(name)
    }
    if (!isFunction(node)) for (const child of childrenOf(node)) visit(child)
  }
  visit((fn as { body: AnyNode }).body)
  return names
}

/** Whether a statement assigns to one of the names, to a member of it, or calls a method of it. */
function changes(node: TopLevel, names: ReadonlySet<string>): boolean {
  if (node.type === 'ImportDeclaration' || bindingsOf(node).size > 0 || node.type.startsWith('Export')) return false
  const visit = (at: AnyNode): boolean => {
    if (isFunction(at)) return false
    if (at.type === 'AssignmentExpression' && names.has(rootOf(at.left))) return true
    if (at.type === 'UpdateExpression' && names.has(rootOf(at.argument))) return true
    if (at.type === 'CallExpression' && at.callee.type === 'MemberExpression' && names.has(rootOf(at.callee)))
      return true
    return [...childrenOf(at)].some(visit)
  }
  return visit(node)
}

function rootOf(node: AnyNode): string {
  if (node.type === 'MemberExpression') return rootOf(node.object)
  if (node.type === 'CallExpression') return rootOf(node.callee)
  return node.type === 'Identifier' ? node.name : ''
}
