/**
 * Errors as Flink's REST API words them: `{errors: […]}`; beside it, under `rivulet`, the error with its code, hint and span.
 *
 * Law: no stack of ours and no secret leaves the server; an error that is not from the catalogue is logged and answered as 500.
 */
import { failure, fromErrorJson, isRivuletError, type RivuletErrorJson, renderError } from '../../base/errors.ts'
import type { ErrorBody, FailureCause } from '../api-types.ts'
import { maskJson, maskText } from '../mask.ts'
import { serializedThrowable } from './serialized-throwable.ts'

const STATUS: Readonly<Record<string, number>> = {
  SERVER_UNKNOWN_JOB: 404,
  SERVER_UNKNOWN_RESOURCE: 404,
  SERVER_UNKNOWN_OPERATOR: 404,
  ENGINE_NO_SUCH_OPERATOR: 404,
  SERVER_TOO_MANY_TAPS: 429,
  SERVER_WORKER_GONE: 503,
  STATE_CLOSED: 409,
  ENGINE_NOT_RUNNING: 409,
  ENGINE_NO_KEYED_STATE: 400,
  ENGINE_KEY_SYNTAX: 400,
  ENGINE_KEY_COLUMNS: 400,
  ENGINE_KEY_VALUE: 400,
  SERVER_BAD_REQUEST: 400,
  SERVER_NO_SAVEPOINT_FOLDER: 400,
  SERVER_DUPLICATE_NAME: 409,
  SERVER_NOT_RUNNING: 409,
  SERVER_OF_ONE_RUN: 409,
  SERVER_TOKEN_NEEDED: 401,
  SERVER_FORBIDDEN_HOST: 403,
  SERVER_BODY_TOO_LARGE: 413,
  SERVER_NOT_YET: 501,
}

const CLASS: Readonly<Record<string, string>> = {
  SERVER_UNKNOWN_JOB: 'org.apache.flink.runtime.messages.FlinkJobNotFoundException',
}

export function errorClass(code: string): string {
  return CLASS[code] ?? 'org.apache.flink.util.FlinkException'
}

export function errorAnswer(error: unknown): { readonly status: number; readonly body: ErrorBody } {
  if (isRivuletError(error)) {
    const { code, domain, message, hint, span, source } = maskJson(error.toJSON())
    const status = STATUS[code] ?? 500
    const name = status === 404 ? 'NotFoundException' : 'handler.RestHandlerException'
    const cause = CLASS[code] === undefined ? '' : `\nCaused by: ${CLASS[code]}: ${message}`
    const text = `org.apache.flink.runtime.rest.${name}: ${message} [${code}]${cause}\n`
    return { status, body: { errors: [text], rivulet: { code, domain, message, hint, span, source } } }
  }
  const {
    statusCode,
    code,
    message = String(error),
  } = error as { statusCode?: number; code?: string; message?: string }
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return errorAnswer(failure('SERVER_BODY_TOO_LARGE', {}))
  if (statusCode !== undefined && statusCode < 500) {
    const { code, domain, message: detail } = failure('SERVER_BAD_REQUEST', { detail: maskText(message) })
    const text = `org.apache.flink.runtime.rest.handler.RestHandlerException: ${detail} [${code}]`
    return { status: statusCode, body: { errors: [text], rivulet: { code, domain, message: detail } } }
  }
  return { status: 500, body: { errors: ['Internal server error.', '<The reason is in the log of the server.>'] } }
}

/** An asynchronous operation that failed; the CLI of Flink reads the serialized form. */
export function failureCause(json: RivuletErrorJson): FailureCause {
  const masked = maskJson(json)
  const name = errorClass(masked.code)
  const text = `${name}: ${masked.message} [${masked.code}]`
  const stack = `${text}\n${renderError(fromErrorJson(masked))}`
  return { class: name, 'stack-trace': stack, 'serialized-throwable': serializedThrowable(name, text, stack) }
}
