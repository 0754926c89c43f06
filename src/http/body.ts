import { randomBytes } from 'node:crypto'
import { HakubeError } from '../errors.ts'
import type { Controller } from '../task.ts'
import { pyJson } from '../python-json.ts'
import { fromJson, toJson } from '../value.ts'

interface Given {
  body?: unknown
  body_format: 'raw' | 'json' | 'form-urlencoded' | 'form-multipart'
}

/** The text of a body, and the Content-Type that goes with it. Throws HakubeError. */
export async function encodeBody(
  module: string,
  { body: given, body_format: format }: Given,
  controller: Controller,
): Promise<{ text: string | undefined; type: string | undefined }> {
  if (format === 'json') {
    const text = typeof given === 'string' ? given : pyJson(given ?? null)
    return { text, type: 'application/json' }
  }
  const body = given === undefined ? undefined : toJson(fromJson(given))
  if (format === 'form-urlencoded')
    return { text: formText(module, body), type: 'application/x-www-form-urlencoded' }
  if (format === 'form-multipart') return multipart(module, body, controller)
  if (body === undefined || body === null) return { text: undefined, type: undefined }
  return { text: typeof body === 'string' ? body : pyJson(given), type: undefined }
}

function formText(module: string, body: unknown): string | undefined {
  if (body === undefined || body === null) return undefined
  if (typeof body === 'string') return body
  const pairs = Array.isArray(body) ? body : typeof body === 'object' ? Object.entries(body) : undefined
  if (!pairs) throw wrong(module, 'form-urlencoded takes a dict, or a list of pairs')
  const out = new URLSearchParams()
  for (const pair of pairs) {
    if (!Array.isArray(pair) || pair.length !== 2)
      throw wrong(module, 'form-urlencoded takes a dict, or a list of pairs')
    const [key, given]: unknown[] = pair
    for (const value of Array.isArray(given) ? given : [given])
      if (value !== null && value !== undefined) out.append(pyText(key), pyText(value))
  }
  return out.toString()
}

interface Part {
  content?: unknown
  filename?: unknown
  mime_type?: unknown
}

/** Fields sorted by name; a file without content is read on the controller and goes as base64. */
async function multipart(
  module: string,
  body: unknown,
  controller: Controller,
): Promise<{ text: string; type: string }> {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw wrong(module, 'form-multipart takes a dict')
  const boundary = `=============${randomBytes(12).toString('hex')}==`
  const parts: string[] = []
  for (const [name, value] of Object.entries(body).toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    const lines = await partOf(module, name, value, controller)
    parts.push(`--${boundary}`, ...lines)
  }
  const text = [...parts, `--${boundary}--`, ''].join('\r\n')
  return { text, type: `multipart/form-data; boundary="${boundary}"` }
}

async function partOf(
  module: string,
  name: string,
  value: unknown,
  controller: Controller,
): Promise<string[]> {
  if (typeof value === 'string')
    return ['Content-Type: text/plain', `Content-Disposition: form-data; name="${escape(name)}"`, '', value]
  const part = readPart(value)
  if (!part) throw wrong(module, `the field ${name} is neither text nor a dict with content or filename`)
  const { content, filename, mime_type: mime = 'application/octet-stream' } = part
  const file = typeof filename === 'string' ? `; filename="${escape(filename.replace(/^.*\//, ''))}"` : ''
  const disposition = `Content-Disposition: form-data; name="${escape(name)}"${file}`
  const type = `Content-Type: ${pyText(mime)}`
  if (content !== undefined && content !== '') return [type, disposition, '', pyText(content)]
  const read = await controller.readFile(pyText(filename), 'files')
  const encoded = read.content.toString('base64').match(/.{1,76}/g) ?? []
  return ['Content-Transfer-Encoding: base64', type, disposition, '', ...encoded]
}

function readPart(value: unknown): Part | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  const part: Part = value
  return part.content === undefined && part.filename === undefined ? undefined : part
}

function escape(text: string): string {
  return text.replaceAll(/[\r\n]/g, ' ').replaceAll(/["\\]/g, '\\$&')
}

function pyText(value: unknown): string {
  if (typeof value === 'string') return value
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  return typeof value === 'number' || typeof value === 'bigint' ? String(value) : pyJson(value)
}

function wrong(module: string, message: string): HakubeError {
  return new HakubeError(`${module}: body: ${message}`, { code: 'wrong-parameter' })
}
