import { lstatSync, readdirSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { describe, expect, test } from 'vitest'
import { str } from '../../src/jinja/index.ts'
import module from '../../src/tasks/tempfile.ts'
import { scratch } from '../world/hosts.ts'
import { controllerWith, runTask, shells } from './harness.ts'

describe.each(shells)('tempfile with $name', (host) => {
  test.each(['file', 'directory'] as const)(
    'a %s of its own each time, for its owner alone',
    async (state) => {
      const path = scratch()
      const args = { state, path, prefix: "it's ", suffix: '.a b' }
      const names = new Set<string>()
      for (let time = 0; time < 2; time++) {
        const { result, plan } = await runTask(module, args, host)
        expect(plan).toMatchObject({ status: 'change' })
        expect(result).toMatchObject({
          state,
          mode: state === 'file' ? '0600' : '0700',
          uid: process.getuid?.(),
        })
        const made = str(result['path'] ?? null)
        expect(dirname(made)).toBe(path)
        expect(basename(made)).toMatch(/^it's [A-Za-z0-9]{8}\.a b$/)
        expect(lstatSync(made).isDirectory()).toBe(state === 'directory')
        names.add(made)
      }
      expect(names.size).toBe(2)
      expect(readdirSync(path)).toHaveLength(2)
    },
  )

  test('a directory that is not there', async () => {
    const { failure } = await runTask(module, { path: `${scratch()}/none` }, host)
    expect(failure).toMatch(/none is not a directory/)
  })
})

test('a name has no slash', () => {
  expect(() => module.prepare(module.params.parse({ suffix: '/x' }), controllerWith())).toThrow(/without \//)
})
