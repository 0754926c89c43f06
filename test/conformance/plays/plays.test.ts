import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import * as z from 'zod'
import type { TaskOutcome } from '../../../src/report/events.ts'
import { fromJson, toJson } from '../../../src/value.ts'
import { runLocal } from '../../support/run-local.ts'

/** A playbook and what ansible-core 2.14 made of it, see README.md. */
const Case = z.strictObject({
  name: z.string(),
  inventory: z.string(),
  playbook: z.string(),
  files: z.record(z.string(), z.string()).default({}),
  tags: z.array(z.string()).default([]),
  skip: z.array(z.string()).default([]),
  limit: z.string().optional(),
  extra: z.record(z.string(), z.json()).default({}),
  hosts: z.record(z.string(), z.array(z.string())),
  exit: z.union([z.literal(0), z.literal(2)]),
})

const cases = z.array(Case).parse(parse(readFileSync(new URL('cases.yml', import.meta.url), 'utf8')))

test.each(cases)('$name', async ({ inventory, playbook, files, tags, skip, limit, extra, hosts, exit }) => {
  const done = await runLocal(playbook, {
    inventory,
    files,
    tags: { only: tags, skip },
    limit,
    extra: Object.fromEntries(Object.entries(extra).map(([name, value]) => [name, fromJson(value)])),
  })
  expect(done.errors.map((error) => error.message)).toEqual([])
  const told: Record<string, string[]> = Object.fromEntries(Object.keys(hosts).map((host) => [host, []]))
  for (const outcome of done.outcomes)
    if (outcome.module !== 'meta') (told[outcome.host] ??= []).push(lineOf(outcome))
  expect(told).toEqual(hosts)
  expect(done.summary?.exitCode).toBe(exit)
})

/** `task [item] outcome: what debug showed` */
function lineOf({ task, item, status, module, result }: TaskOutcome): string {
  const line = [task, ...(item === undefined ? [] : [`[${item}]`]), status].join(' ')
  if (module !== 'debug' || (status !== 'ok' && status !== 'changed')) return line
  const shown = Object.entries(result).find(([name]) => name !== 'changed' && name !== 'failed_when_result')
  const value = shown && toJson(shown[1])
  return `${line}: ${typeof value === 'string' ? value : JSON.stringify(value)}`
}
