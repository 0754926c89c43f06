import { expect } from 'vitest'
import type { HakubeError } from '../../src/errors.ts'
import { str } from '../../src/jinja/index.ts'
import { runLocal } from '../support/run-local.ts'

export const ONE = '[web]\na ansible_connection=local\n'
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
  more: object = {},
): Promise<string[]> {
  const done = await runLocal(playbook, { inventory: ONE, files, ...more })
  expect(told(done.errors)).toBe('')
  return done.events.flatMap((event) =>
    event.type === 'task-end' && event.outcome.module === 'debug' && event.outcome.status === 'ok'
      ? [str(event.outcome.result['msg'] ?? null)]
      : [],
  )
}

export const debug = (text: string) => `- debug: {msg: "${text}"}\n`
