import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect } from 'vitest'
import type { HakubeError } from '../../src/errors.ts'
import { str } from '../../src/jinja/index.ts'
import * as z from 'zod'
import { fromJson } from '../../src/value.ts'
import { runLocal, type LocalRun, type LocalSettings } from '../support/run-local.ts'

export const ONE = '[web]\na ansible_connection=local\n'
export const TWO = '[web]\na ansible_connection=local\nb ansible_connection=local\n'
export const head = '- hosts: web\n  gather_facts: false\n'

export function told(errors: readonly HakubeError[]): string {
  return errors
    .map(({ message, hint, place }) => `${place?.file}:${place?.line}:${place?.column} ${message} ${hint}`)
    .join('\n')
}

/** What debug has said, in order. */
export async function said(
  playbook: string,
  files: Record<string, string>,
  more: Partial<LocalSettings> = {},
): Promise<string[]> {
  const done = await runLocal(playbook, { inventory: ONE, files, ...more })
  expect(told(done.errors)).toBe('')
  const heard = spoken(done)
  if (process.env['HAKUBE_TEST_ORACLE'] !== undefined)
    expect(await ansibleSays(done.folder, more)).toEqual(heard)
  return heard
}

function spoken({ events }: LocalRun): string[] {
  return events.flatMap((event) =>
    event.type === 'task-end' &&
    /(^|\.)debug$/.test(event.outcome.module) &&
    ['ok', 'changed'].includes(event.outcome.status)
      ? [str(event.outcome.result['msg'] ?? null)]
      : [],
  )
}

/** What ansible-playbook's debug says of the same files: `HAKUBE_TEST_ORACLE=1 npx vitest run test/playbook`. */
async function ansibleSays(folder: string, more: Partial<LocalSettings>): Promise<string[]> {
  const { tags = { only: [], skip: [] }, extra = {}, check = false, limit, verbosity = 0 } = more
  const args = [
    '-i',
    more.inventories?.[0] ?? 'hosts.ini',
    'site.yml',
    '-e',
    JSON.stringify(extra, toJson),
    ...(tags.only.length === 0 ? [] : ['--tags', tags.only.join(',')]),
    ...(tags.skip.length === 0 ? [] : ['--skip-tags', tags.skip.join(',')]),
    ...(check ? ['--check'] : []),
    ...(limit === undefined ? [] : ['--limit', limit]),
    ...(verbosity > 0 ? [`-${'v'.repeat(verbosity)}`] : []),
  ]
  const env = { ...process.env, ANSIBLE_STDOUT_CALLBACK: 'json', ANSIBLE_JINJA2_NATIVE: '0' }
  const run = promisify(execFile)('ansible-playbook', args, { cwd: folder, env }).catch(
    (error: unknown) => error,
  )
  const { stdout, stderr } = Said.parse(await run)
  const from = stdout.indexOf('{\n')
  if (from < 0) return [`ansible-playbook: ${stdout}${stderr}`]
  const { plays } = Plays.parse(JSON.parse(stdout.slice(from)))
  const results = plays.flatMap(({ tasks }) => tasks.flatMap(({ hosts }) => Object.values(hosts)))
  return results
    .filter(({ action, skipped }) => /(^|\.)debug$/.test(action ?? '') && skipped !== true)
    .flatMap(({ results: items, ...one }) => items ?? [one])
    .filter((one) => one['skipped'] !== true)
    .map((one) => str(fromJson(one['msg'] ?? null)))
}

const Said = z.object({ stdout: z.string(), stderr: z.string() })
const Result = z.looseObject({
  action: z.string().optional(),
  skipped: z.boolean().optional(),
  results: z.array(z.record(z.string(), z.unknown())).optional(),
})
const Plays = z.object({
  plays: z.array(z.object({ tasks: z.array(z.object({ hosts: z.record(z.string(), Result) })) })),
})

function toJson(_key: string, value: unknown): unknown {
  return value instanceof Map ? Object.fromEntries(value) : value
}

export const debug = (text: string) => `- debug: {msg: "${text}"}\n`
