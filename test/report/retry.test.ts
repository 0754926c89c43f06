import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { writeRetry } from '../../src/report/retry.ts'

let directory = ''
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'hakube-retry-'))
})
afterEach(() => rmSync(directory, { recursive: true }))

test('hosts are written beside the playbook, and the command names the file', async () => {
  const playbook = join(directory, 'site.yml')
  const argv = ['apply', playbook, '-i', 'my inventory.ini', '-l', 'm1', '--limit=x', '-lall', '-e', "a='b'"]
  const { path, command } = await writeRetry({ playbook, hosts: ['m2', 'm1', 'm2'], argv })
  expect(path).toBe(join(directory, 'site.retry'))
  expect(readFileSync(path, 'utf8')).toBe('m1\nm2\n')
  expect(command).toBe(`hakube apply ${playbook} -i 'my inventory.ini' -e 'a='\\''b'\\''' --limit @${path}`)
  expect(readdirSync(directory)).toEqual(['site.retry'])
})

test('a bundled playbook leaves its retry file where it is told to', async () => {
  const { path } = await writeRetry({ playbook: '/nowhere/ha.yml', hosts: ['m1'], argv: [], directory })
  expect(path).toBe(join(directory, 'ha.retry'))
})

test('a directory that is not there is an error', async () => {
  await expect(writeRetry({ playbook: '/nowhere/ha.yml', hosts: ['m1'], argv: [] })).rejects.toThrow('ENOENT')
})
