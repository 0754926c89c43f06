import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import module from '../../src/tasks/replace.ts'
import { scratch } from '../world/hosts.ts'
import { runTask, shells } from './harness.ts'

/** What becomes of a text is tested in test/conformance/edits. */
describe.each(shells)('replace with $name', (host) => {
  test('replaces every match, and is content afterwards', async () => {
    const path = join(scratch(), 'kubelet.conf')
    writeFileSync(path, 'server: https://127.0.0.1:6443\nname: x\n')
    const args = { path, regexp: '(server: )https://.*', replace: '\\1https://10.0.0.10:8443' }
    const first = await runTask(module, args, host)
    expect(first).toMatchObject({
      result: { msg: '1 replacements made' },
      again: { status: 'ok' },
      mispredicted: [],
    })
    expect(readFileSync(path, 'utf8')).toBe('server: https://10.0.0.10:8443\nname: x\n')
  })

  test('an edit that changes its own outcome is carried out once, and says so', async () => {
    const path = join(scratch(), 'motd')
    writeFileSync(path, 'node\n')
    const first = await runTask(module, { path, regexp: 'node', replace: 'node node' }, host)
    expect(first.plan).toMatchObject({
      status: 'change',
      once: true,
      notes: [expect.stringMatching(/does not settle/)],
    })
    expect(readFileSync(path, 'utf8')).toBe('node node\n')
  })

  test('a file that is not there fails', async () => {
    const missing = await runTask(module, { path: join(scratch(), 'none'), regexp: 'a' }, host)
    expect(missing.plan).toMatchObject({ status: 'fail', message: expect.stringMatching(/does not exist/) })
  })
})
