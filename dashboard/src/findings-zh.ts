/**
 * The doctor's findings in Chinese, made from their codes and numbers.
 *
 * Laws
 * - Every code has its text, or this does not compile; a code of a newer server is shown in the server's English.
 * - Nothing is said here that the numbers do not: what an error itself says stays as the server words it.
 */

import type { FindingCode } from '../../src/engine/doctor/codes.ts'
import type { DoctorFinding } from '../../src/server/api-types.ts'
import { count, dash } from './format.ts'

type Words = Pick<DoctorFinding, 'title' | 'detail' | 'fix'>

class Numbers {
  readonly finding: DoctorFinding
  constructor(finding: DoctorFinding) {
    this.finding = finding
  }

  /** The table that it is about, without its catalog. */
  get table(): string {
    return (this.finding.place ?? '').split('.').at(-1) ?? ''
  }

  has(name: string): boolean {
    return this.finding.evidence[name] !== undefined
  }

  n(name: string): number {
    return Number(this.finding.evidence[name] ?? 0)
  }

  /** As text. */
  t(name: string): string {
    const value = this.finding.evidence[name]
    return typeof value === 'number' ? count(value) : valueZh(value ?? dash)
  }

  /** Milliseconds, as a person says them. */
  span(name: string): string {
    const seconds = Math.round(Math.abs(this.n(name)) / 1000)
    if (seconds < 1) return `${Math.round(Math.abs(this.n(name)))} 毫秒`
    if (seconds < 120) return `${seconds} 秒`
    const minutes = Math.round(seconds / 60)
    if (minutes < 60) return `${minutes} 分钟`
    const hours = Math.floor(minutes / 60)
    if (hours < 48) return minutes % 60 === 0 ? `${hours} 小时` : `${hours} 小时 ${minutes % 60} 分钟`
    return `${Math.round(hours / 24)} 天`
  }
}

const SIDES: Readonly<Record<string, string>> = { left: '左', right: '右' }
const COMPARE = '比较两侧的值：空格、大小写、前导零（数字存成 STRING）、同一事物的不同标识。'

function late(all: boolean): (e: Numbers) => Words {
  return (e) => {
    const share = e.n('rows') === 0 ? 1 : e.n('late') / e.n('rows')
    const keep = Math.ceil((e.n('watermarkDelayMs') + e.n('maxBehindMs')) / 1000)
    return {
      title: `${all ? '全部' : `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} % 的`}行因迟到被丢弃`,
      detail: `${e.t('rows')} 行中有 ${e.t('late')} 行到达时水位线已越过其窗口或时间。${e.has('maxBehindMs') ? `最迟的落后水位线 ${e.span('maxBehindMs')}。` : ''}`,
      fix: e.has('maxBehindMs')
        ? `把水位线的延迟声明为 INTERVAL '${keep}' SECOND 就能保留这些行；如果只是个别行的时间远超其他行，应改为排除那些行。`
        : "让水位线等待更久：WATERMARK FOR 时间列 AS 时间列 - INTERVAL '…' SECOND。",
    }
  }
}

const texts: Readonly<Record<FindingCode, (e: Numbers) => Words>> = {
  JOB_FAILED: (e) => ({
    title: '作业因错误结束',
    detail: `最后一次失败：${e.t('lastFailure')}。${e.finding.detail}`,
    fix: `按错误的提示处理：${e.finding.fix}`,
  }),
  JOB_RESTARTING: (e) => ({
    title: `作业失败 ${e.t('restarts')} 次后重新启动`,
    detail: `最后一次失败：${e.t('lastFailure')}。${e.finding.detail}`,
    fix: `按错误的提示处理：${e.finding.fix}`,
  }),
  SOURCE_WITHOUT_PARTITIONS: (e) => ({
    title: `'${e.table}' 没有读取任何分区`,
    detail: `主题 '${e.t('topic')}' 没有可供此作业读取的分区。`,
    fix: "检查 'topic' 或 'topic-pattern'，并确认主题存在。",
  }),
  SOURCE_NOT_READING: (e) => ({
    title: `'${e.table}' 有记录，但没有读出行`,
    detail:
      e.n('lag') > 0
        ? `读取位置之前还有 ${e.t('lag')} 条记录，没有一条成为行：它们属于尚未结束的事务，或者读取被阻塞。`
        : `读取了 ${e.t('recordsSinceTheStart')} 条记录，没有一条成为行：它们没有值，或属于已中止的事务。`,
    fix: "用 `rivulet consume` 查看主题内容；'properties.isolation.level' = 'read_uncommitted' 也会读取未提交的事务。",
  }),
  STARTED_BEHIND_THE_RECORDS: (e) => ({
    title: `'${e.table}' 从主题全部记录之后开始读取`,
    detail: `开始读取的位置（${e.t('scan.startup.mode')}）之前最多有 ${e.t('recordsBeforeTheStart')} 条记录，此后没有写入新记录。`,
    fix: `在 '${e.table}' 的 WITH 中设置 'scan.startup.mode' = 'earliest-offset' 可读取已有记录；否则在作业运行时写入主题。`,
  }),
  TOPIC_EMPTY: (e) => ({
    title: `'${e.table}' 读取的主题没有记录`,
    detail: `主题的 ${e.t('partitions')} 个分区都是空的。`,
    fix: "检查 'topic' 的名称和 'properties.bootstrap.servers' 的地址：`rivulet topics` 会列出已有主题。否则是生产者还没有写入。",
  }),
  SOURCE_SILENT: (e) => ({
    title: `'${e.table}' 还没有产生任何行`,
    detail: `${e.span('waitedMs')} 内没有产生任何行。`,
    fix: '查看是否有数据写入，以及表的地址是否正确。',
  }),
  SOURCE_QUIET: (e) => ({
    title: `'${e.table}' 已有 ${e.span('quietMs')} 没有新行`,
    detail: `最后一行到达于 ${e.t('lastRow')}${e.has('lag') && e.n('lag') === 0 ? '，主题中的记录已全部读取' : ''}。`,
    fix: '如果没有写入，作业本身没有问题；请查看是谁写入此表。',
  }),
  SOURCE_ENDED: (e) => ({
    title: `'${e.table}' 已读到末尾`,
    detail: `已读取全部 ${e.t('rowsRead')} 行，不会再有新行。`,
    fix: e.has('scan.bounded.mode') ? "如果作业应等待新行，请去掉 'scan.bounded.mode'。" : '没有问题：这个表有末尾。',
  }),
  BAD_RECORDS_SKIPPED: (e) => ({
    title: `'${e.table}' 跳过了 ${e.t('skipped')} 条坏记录`,
    detail: `共 ${count(e.n('skipped') + e.n('rows'))} 条记录，跳过 ${e.t('skipped')} 条，因为此表忽略解析错误。`,
    fix: `在 '${e.table}' 的 WITH 中设置 'json.ignore-parse-errors' = 'false'（或相应格式的选项），作业会停在第一条坏记录并说明原因、主题、分区和偏移量。`,
  }),
  BACK_PRESSURE: (e) => ({
    title: '一个算子拖慢了作业',
    detail: `它有 ${e.t('sharePercent')} % 的时间不接收行，前面的算子都在等待。${e.has('rowsInFlight') ? `有 ${e.t('rowsInFlight')} 行在等待异步函数。` : ''}`,
    fix: "异步函数：提高 'table.exec.async-scalar.max-concurrent-operations' 或加快服务；读取结果的程序：更快地取行或写入 sink；其他：查看后面的系统接收多快，'sink.parallelism' 和 'parallelism.default' 可分散工作。",
  }),
  WATERMARK_HELD_BY_SPLIT: (e) => ({
    title: `${e.t('splits')} 拖住了 '${e.table}' 的水位线`,
    detail: `${e.n('rows') === 0 ? '自作业开始以来没有行' : `${e.span('waitedMs')} 没有新行`}，而其他分区有。水位线是 ${e.t('watermark')}，不计它则为 ${e.t('watermarkWithout')}，因此按事件时间的窗口和连接都在等待。`,
    fix:
      e.finding.evidence['scan.watermark.idle-timeout'] === 'not set'
        ? `在 '${e.table}' 的 WITH 中设置 'scan.watermark.idle-timeout' = '10 s'：这么久没有行的分区不再计入，水位线前进到 ${e.t('watermarkWithout')}。它之后到达的行可能迟到。`
        : `最后一行之后 ${e.t('scan.watermark.idle-timeout')}（'scan.watermark.idle-timeout'）它会变为空闲；值越小越早。`,
  }),
  WATERMARK_HELD_BY_SUBTASK: (e) => ({
    title: `'${e.table}' 的 ${e.t('subtasks')} 个子任务中有 ${e.t('withoutPartition')} 个没有分区，也没有水位线`,
    detail: `此表有 ${e.t('partitions')} 个分区；没有分区的子任务不发送水位线，其后的算子都在等待。`,
    fix: `在 '${e.table}' 的 WITH 中设置 'scan.parallelism' = '${e.n('subtasks') - e.n('withoutPartition')}'，或使用至少有 ${e.t('subtasks')} 个分区的主题。`,
  }),
  WATERMARK_HELD_BY_SOURCE: (e) => ({
    title: `'${e.t('table').split('.').at(-1)}' 拖住了水位线`,
    detail: `它已有 ${e.span('waitedMs')} 没有行，而另一个输入仍在前进：它的水位线是 ${e.t('watermark')}，另一个是 ${e.t('otherWatermark')}，以较低者为准。`,
    fix: `在它的 WITH 中设置 'scan.watermark.idle-timeout' = '10 s'，水位线就能前进到 ${e.t('otherWatermark')}。它之后到达的行可能迟到。`,
  }),
  WATERMARK_TIME_ZONE: (e) => ({
    title: `'${e.table}' 的事件时间比时钟${e.n('offMs') > 0 ? '慢' : '快'} ${e.span('offMs')}：多半是时区问题`,
    detail: `最新的事件时间是 ${e.t('newestEventTime')}，而行是刚刚到达的，偏差几乎正好是整刻钟：本地时间被当成了 UTC，或者相反。`,
    fix: "用纪元毫秒（TO_TIMESTAMP_LTZ(ms, 3)）或带时区的文本生成时间列，或者把 'table.local-time-zone' 设置为生产者的时区。",
  }),
  WATERMARK_IN_THE_FUTURE: (e) => ({
    title: `'${e.table}' 的事件时间超前 ${e.span('behindMs')}`,
    detail: `最新的事件时间是 ${e.t('newestEventTime')}。水位线跟随最新的行，时间正确的行因此迟到并被丢弃。`,
    fix: '找出时钟或单位有误（把秒当成毫秒？）的生产者，并排除这些行：用计算列把超前 CURRENT_TIMESTAMP 的时间变为 NULL 或到达时间。',
  }),
  WATERMARK_OF_OLD_EVENTS: (e) => ({
    title: `'${e.table}' 的事件时间落后 ${e.span('behindMs')}`,
    detail:
      e.n('lag') > 0
        ? `最新的事件时间是 ${e.t('newestEventTime')}；还有 ${e.t('lag')} 条记录待读，事件时间会随之前进。`
        : `最新的事件时间是 ${e.t('newestEventTime')}，但已全部读取：事件本身就这么旧，还到不了今天的窗口。`,
    fix:
      e.n('lag') > 0
        ? "等待，提高 'parallelism.default'，或从更晚处开始：'scan.startup.mode' = 'timestamp'。"
        : '如果是在重放旧事件则无需改动；否则查看生产者为何写得这么晚。',
  }),
  ROWTIME_NULL: (e) => ({
    title: `丢弃了 ${e.t('withoutTime')} 行没有事件时间的行`,
    detail: `${e.t('rows')} 行中有 ${e.t('withoutTime')} 行的 '${e.t('column')}' 为 NULL：这样的行不属于任何窗口。`,
    fix: `查看 '${e.t('column')}' 是如何生成的：TO_TIMESTAMP 读不懂的格式会得到 NULL。`,
  }),
  ALL_ROWS_LATE: late(true),
  ROWS_LATE: late(false),
  FILTER_NEVER_PASSES: (e) => ({
    title: '一个条件没有让任何行通过',
    detail: `到达了 ${e.t('rowsIn')} 行，没有一行通过：条件对每一行都是 FALSE 或 NULL。`,
    fix: '用不带条件的 SELECT 查看值：大小写、空格、单位和 NULL（`=` 和 `<>` 对 NULL 永远不为 TRUE）。',
  }),
  JOIN_KEYS_NULL: (e) =>
    e.has('side')
      ? {
          title: `${SIDES[e.t('side')]}侧的连接键 ${e.t('columns')} 在 ${e.t(`${e.t('side')}NullKeys`)} 行中为 NULL`,
          detail: `该侧共 ${e.t(e.t('side'))} 行；NULL 不等于任何值，因此这些行没有匹配。`,
          fix: `查看 ${e.t('columns')} 为何为 NULL：数据中的字段名与列名不同，或类型转换得到 NULL。IS NOT DISTINCT FROM 会让 NULL 匹配 NULL。`,
        }
      : {
          title: '查找连接的键在每一行都是 NULL',
          detail: `查找了 ${e.t('left')} 行，一行也没有找到；其中 ${e.t('leftNullKeys')} 行的键为 NULL。`,
          fix: '将键的值与被查询的表比较；LEFT JOIN 会输出没有匹配的行。',
        },
  JOIN_SIDE_EMPTY: (e) => ({
    title: `连接的${SIDES[e.t('side')]}侧没有收到任何行`,
    detail: `另一侧的 ${count(e.n('left') + e.n('right'))} 行在等待匹配。`,
    fix: `查看${SIDES[e.t('side')]}侧为何没有行：关于其表或连接前条件的其他诊断；LEFT 或 FULL 连接会输出没有匹配的行。`,
  }),
  JOIN_NEVER_MATCHES: (e) =>
    e.has('right')
      ? {
          title: `连接的键从未匹配${e.has('keys') ? `：${e.t('keys')}` : ''}`,
          detail: `左侧 ${e.t('left')} 行、右侧 ${e.t('right')} 行没有产生任何结果：一侧的键在另一侧都找不到，或不在连接允许的时间范围内。`,
          fix: COMPARE,
        }
      : {
          title: '查找连接从未找到行',
          detail: `查找了 ${e.t('left')} 行，一行也没有找到。`,
          fix: '将键的值与被查询的表比较；LEFT JOIN 会输出没有匹配的行。',
        },
  SINK_WAITS_FOR_CHECKPOINT: (e) => {
    const written = `有 ${e.t('rowsUncommitted')} 行在尚未提交的事务中写入 '${e.table}'。`
    if (e.n('intervalMs') === 0) {
      return {
        title: `'${e.table}' 看不到行：没有启用检查点`,
        detail: `${written}精确一次的 sink 随检查点提交，而没有设置间隔。`,
        fix: "SET 'execution.checkpointing.interval' = '10 s'；isolation.level = read_uncommitted 的读者可提前看到行。",
      }
    }
    const failing = e.finding.severity === 'error'
    return {
      title: failing ? `'${e.table}' 在等待一个没有完成的检查点` : `'${e.table}' 将在下一个检查点后显示行`,
      detail: `${written}检查点间隔为 ${e.span('intervalMs')}；最近一次完成于 ${e.t('latestCompleted')}。${e.has('failure') ? `最近一次失败：${e.t('failure')}` : ''}`,
      fix: failing
        ? '消除妨碍检查点完成的原因：上述失败、反压，或不返回的函数。'
        : "更小的 'execution.checkpointing.interval' 能更早显示。",
    }
  },
  WAITS_FOR_EVENT_TIME: (e) => ({
    title: '一个算子在等待水位线',
    detail: `到达了 ${e.t('rowsIn')} 行，还没有到期的结果；水位线是 ${e.t('watermark')}。`,
    fix: '事件时间必须前进：每个分区都要有时间更晚的行。如果有什么拖住了它，上面的诊断会指出。',
  }),
}

const LABELS: Readonly<Record<string, string>> = {
  skipped: '已跳过',
  rows: '行',
  rowsIn: '输入行',
  rowsOut: '输出行',
  fullMs: '不接收行（毫秒）',
  sharePercent: '占比（%）',
  rowsInFlight: '处理中的行',
  restarts: '重启次数',
  lastFailure: '最后一次失败',
  error: '错误',
  restartAfterMs: '重启等待（毫秒）',
  checkpointsCompleted: '完成的检查点',
  left: '左侧行',
  right: '右侧行',
  out: '输出行',
  leftNullKeys: '左侧 NULL 键',
  rightNullKeys: '右侧 NULL 键',
  side: '侧',
  columns: '列',
  column: '列',
  keys: '键',
  late: '迟到行',
  maxBehindMs: '最多落后（毫秒）',
  watermarkDelayMs: '水位线延迟（毫秒）',
  watermark: '水位线',
  withoutTime: '没有时间的行',
  partitions: '分区',
  topic: '主题',
  recordsBeforeTheStart: '开始位置之前的记录',
  recordsSinceTheStart: '开始之后的记录',
  lag: '待读记录',
  waitedMs: '已等待（毫秒）',
  lastRow: '最后一行',
  quietMs: '没有新行（毫秒）',
  rowsUncommitted: '未提交的行',
  intervalMs: '检查点间隔（毫秒）',
  completed: '已完成',
  failed: '失败',
  latestCompleted: '最近完成',
  failure: '失败原因',
  rowsRead: '已读行',
  splits: '分区',
  since: '自',
  watermarkWithout: '不计它的水位线',
  subtasks: '子任务',
  withoutPartition: '没有分区的子任务',
  table: '表',
  otherWatermark: '另一侧的水位线',
  newestEventTime: '最新事件时间',
  now: '现在',
  behindMs: '落后（毫秒）',
  offMs: '偏差（毫秒）',
}

const VALUES: Readonly<Record<string, string>> = { none: '无', 'not set': '未设置' }

/** Words that stand where a number is missing. */
export function valueZh(value: number | string): string {
  return VALUES[value] ?? String(value)
}

/** Names of options are their own. */
export function labelZh(name: string): string {
  return LABELS[name] ?? name
}

export function findingZh(finding: DoctorFinding): Words {
  const text = texts[finding.code as FindingCode] as ((e: Numbers) => Words) | undefined
  return text === undefined ? finding : text(new Numbers(finding))
}
