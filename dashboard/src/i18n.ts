/**
 * English and Chinese. The English text is the key, and a text without its Chinese does not compile.
 */
import { createContext, useContext } from 'react'

export type Language = 'en' | 'zh'

const zh = {
  Jobs: '作业',
  SQL: 'SQL',
  'All jobs': '全部作业',
  Filter: '筛选',
  'Filter by name, id or state': '按名称、ID 或状态筛选',
  Running: '运行中',
  Finished: '已完成',
  Failed: '失败',
  Canceled: '已取消',
  'Free slots': '空闲槽位',
  State: '状态',
  Name: '名称',
  Started: '开始时间',
  Duration: '时长',
  Tasks: '任务',
  'No jobs yet': '还没有作业',
  'Submit one with “rivulet submit job.sql”, or run a query on the SQL page.':
    '用 “rivulet submit job.sql” 提交作业，或在 SQL 页面运行查询。',
  'Nothing matches the filter': '没有匹配的结果',
  'Clear the filter to see all jobs.': '清空筛选以查看全部作业。',
  Graph: '作业图',
  Doctor: '诊断',
  Checkpoints: '检查点',
  Exceptions: '异常',
  Metrics: '指标',
  Plan: '计划',
  'Live rows': '实时数据',
  'Keyed state': '键状态',
  'Bad records': '坏记录',
  Configuration: '配置',
  Logs: '日志',
  Cancel: '取消作业',
  Savepoint: '保存点',
  'Stop with savepoint': '停止并保存',
  'Go back': '返回',
  Confirm: '确认',
  'Cancel this job? Its state since the last checkpoint is lost.': '取消此作业？自上次检查点以来的状态将丢失。',
  'Stop this job and keep its state in a savepoint?': '停止此作业并将状态写入保存点？',
  'Write a savepoint? The job keeps running.': '写入保存点？作业将继续运行。',
  'Directory (empty: the configured one)': '目录（留空则使用配置的目录）',
  'Canceling …': '正在取消……',
  'Writing the savepoint …': '正在写入保存点……',
  'Savepoint written': '保存点已写入',
  'Restored from': '恢复自',
  'Passed over': '已跳过',
  Topic: '主题',
  Partition: '分区',
  Offset: '偏移量',
  Time: '时间',
  Reason: '原因',
  'rows/s': '行/秒',
  busy: '繁忙',
  'back-pressured': '反压',
  idle: '空闲',
  Watermark: '水位线',
  Lag: '滞后',
  none: '无',
  'end of input': '输入结束',
  Operator: '算子',
  Subtask: '子任务',
  'Rows in': '输入行',
  'Rows out': '输出行',
  'Waiting for': '等待',
  Subtasks: '子任务',
  'No counters yet': '还没有计数',
  'They appear with the first report of a running job.': '作业运行并首次上报后显示。',
  Completed: '已完成',
  'In progress': '进行中',
  Size: '大小',
  Type: '类型',
  Triggered: '触发时间',
  'No checkpoints yet': '还没有检查点',
  'Set execution.checkpointing.interval to take them.': '设置 execution.checkpointing.interval 以启用。',
  'No exceptions': '没有异常',
  'The job has not failed since it started.': '作业自启动以来没有失败。',
  'What to do': '处理方法',
  Stack: '堆栈',
  'Nothing to report': '没有发现问题',
  'The doctor sees no reason why output should be missing.': '未发现导致没有输出的原因。',
  'Rows per second': '每秒行数',
  'The last five minutes while this page is open': '本页打开期间的最近五分钟',
  'Changelog mode': '变更日志模式',
  Columns: '列',
  Vertex: '顶点',
  Watch: '观察',
  Pause: '暂停',
  'rows not shown': '行未显示',
  'Nothing has passed yet': '还没有数据经过',
  'Choose an operator and press Watch; the tap costs nothing when nobody looks.':
    '选择算子并点击“观察”；无人观察时没有开销。',
  Key: '键',
  'Look up': '查询',
  'Key as JSON, for example ["EUR"]': 'JSON 形式的键，例如 ["EUR"]',
  'No key looked up': '尚未查询',
  'Choose an operator that keeps state and enter a key.': '选择带状态的算子并输入键。',
  'No state for this key': '此键没有状态',
  'It was never seen, or its state has expired.': '从未出现，或状态已过期。',
  'No operator keeps state per key': '没有算子按键保存状态',
  'Aggregates, joins, top-n and deduplication do.': '聚合、连接、Top-N 和去重会按键保存状态。',
  'There are more rows than are shown.': '还有更多行未显示。',
  'event time': '事件时间',
  'processing time': '处理时间',
  'at the end of the input': '输入结束时',
  Timers: '定时器',
  Count: '数量',
  'No bad records': '没有坏记录',
  'Every record that was read could be decoded.': '读取的每条记录都已成功解码。',
  'records were passed over because the format ignores parse errors; they are not kept.':
    '条记录因格式忽略解析错误而被跳过，未保留。',
  Value: '值',
  'No settings': '没有设置',
  'This job runs with the defaults.': '此作业使用默认设置。',
  'The log is empty': '日志为空',
  'Lines appear here as the job writes them.': '作业写入后会显示在这里。',
  Check: '检查',
  Explain: '解释',
  Run: '运行',
  Stop: '停止',
  'SQL editor': 'SQL 编辑器',
  Result: '结果',
  Table: '表',
  Changelog: '变更日志',
  'No result yet': '还没有结果',
  'Run (Ctrl+Enter) runs what is selected, otherwise everything; Explain takes the statement at the cursor.':
    '“运行”（Ctrl+Enter）执行选中的内容，未选中时执行全部；“解释”针对光标处的语句。',
  'No errors found': '没有发现错误',
  'The server does not answer': '服务器没有响应',
  'Loading …': '加载中……',
  'Skip to content': '跳到内容',
  Theme: '主题',
  Select: '选择',
} as const

export type Text = keyof typeof zh

const KEY = 'rivulet-language'

export function firstLanguage(): Language {
  const kept = localStorage.getItem(KEY)
  if (kept === 'en' || kept === 'zh') return kept
  return navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en'
}

export function keepLanguage(language: Language): void {
  localStorage.setItem(KEY, language)
}

export const LanguageContext = createContext<Language>('en')

export function useText(): (text: Text) => string {
  return useContext(LanguageContext) === 'zh' ? (text) => zh[text] : (text) => text
}
