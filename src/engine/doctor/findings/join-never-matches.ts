/** A join gets rows and gives none: one side is empty, the keys are NULL, or they never meet. */
import { type Chart, many } from '../chart.ts'
import type { OperatorDescription } from '../description.ts'
import type { Finding, Rule } from '../finding.ts'

export const joinNeverMatches: Rule = (chart) =>
  chart.operators.flatMap((operator) => {
    if (operator.kind === 'lookup-join') return lookup(chart, operator)
    return operator.keys === undefined ? [] : join(chart, operator)
  })

function join(chart: Chart, operator: OperatorDescription): Finding[] {
  const fronts = operator.inputs.flatMap((input) => chart.operator(input) ?? [])
  const rows = fronts.map((front) => chart.rowsOut(front))
  const [left, right] = rows
  const out = chart.rowsOut(operator)
  const nulls = ['leftNumNullKeys', 'rightNumNullKeys'].map((name) => chart.counter(operator, name))
  const { keys } = operator
  const common = { place: operator.description, span: chart.spanOfJoin }
  const evidence = { left, right, out, leftNullKeys: nulls[0], rightNullKeys: nulls[1] }
  const pairs = keys?.left.map((name, k) => `${name} = ${keys.right[k]}`).join(' AND ') ?? ''
  const found: Finding[] = []
  nulls.forEach((count, side) => {
    const share = rows[side] === 0 ? 0 : count / rows[side]
    if (count === 0 || (out > 0 && share < 0.1)) return
    const columns = (side === 0 ? keys?.left : keys?.right)?.join(', ') ?? ''
    found.push({
      code: 'JOIN_KEYS_NULL',
      severity: share >= 0.99 && out === 0 ? 'error' : 'warning',
      title: `The join key ${columns} is NULL in ${many(count, 'row')} of the ${side === 0 ? 'left' : 'right'} side`,
      detail: `${Math.round(share * 100)} % of ${many(rows[side], 'row')}; NULL equals nothing, so these rows have no match.`,
      evidence: { ...evidence, side: side === 0 ? 'left' : 'right', columns },
      ...common,
      fix: `See why ${columns} is NULL: the name of the field in the data differs from the column's, or a cast gives NULL. IS NOT DISTINCT FROM would let NULL match NULL.`,
    })
  })
  if (out > 0 || left + right === 0) return found
  const empty = fronts.findIndex((front) => !chart.gaveRows(front))
  const { restored } = chart.job.checkpoints
  if (empty >= 0) {
    const side = empty === 0 ? 'left' : 'right'
    const tables = chart.sourcesOf(operator.inputs[empty]).map(({ table }) => table?.name ?? '')
    found.push({
      code: 'JOIN_SIDE_EMPTY',
      // What was restored may have rows of that side.
      severity: restored ? 'info' : 'error',
      title: `The ${side} side of a join has had no row${restored ? ' since the job was restored' : ''}`,
      detail: `${many(left + right, 'row')} came from the other side and wait for a match${tables.length === 0 ? '' : `; nothing came from ${tables.join(', ')}`}.`,
      evidence: { ...evidence, side },
      place: operator.description,
      span: (tables.length === 1 ? chart.spanOfTable(tables[0]) : undefined) ?? chart.spanOfJoin,
      fix: `See why the ${side} side has no rows: other findings about its table or a condition before the join; a LEFT or FULL join gives rows without a match.`,
    })
  } else if (nulls[0] < left || nulls[1] < right) {
    if ((left > 0 && nulls[0] >= left) || (right > 0 && nulls[1] >= right)) return found
    const waiting = operator.subtasks.find(({ waitingFor }) => waitingFor !== undefined)
    if (waiting !== undefined) return found
    const more = operator.kind === 'join' ? '' : ', or not within the times that the join allows'
    found.push({
      code: 'JOIN_NEVER_MATCHES',
      severity: 'error',
      title: `The keys of a join never match: ${pairs === '' ? 'its condition' : pairs}`,
      detail: `${many(left, 'row')} from the left and ${many(right, 'row')} from the right gave none, with all that came before: no key of one side was found in the other${more}.`,
      evidence: { ...evidence, ...(pairs !== '' && { keys: pairs }) },
      ...common,
      fix: 'Compare the values of both sides: blanks, upper and lower case, leading zeros (a number as STRING), another id of the same thing.',
    })
  }
  return found
}

function lookup(chart: Chart, operator: OperatorDescription): Finding[] {
  const rows = chart.rowsIn(operator)
  const nulls = chart.counter(operator, 'leftNumNullKeys')
  const out = chart.rowsOut(operator)
  if (rows === 0 || out > 0) return []
  const all = nulls >= rows
  return [
    {
      code: all ? 'JOIN_KEYS_NULL' : 'JOIN_NEVER_MATCHES',
      severity: 'error',
      title: all ? 'The key of a lookup is NULL in every row' : 'A lookup never finds a row',
      detail: `${many(rows, 'row')} were looked up and none was found${nulls === 0 ? '' : `; the key was NULL in ${nulls.toLocaleString('en-US')}`}.`,
      evidence: { left: rows, out, leftNullKeys: nulls },
      place: operator.description,
      span: chart.spanOfJoin,
      fix: 'Compare the values of the key with those of the table that is asked; a LEFT JOIN gives rows without a match.',
    },
  ]
}
