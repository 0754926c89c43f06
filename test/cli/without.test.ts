import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { withoutModules } from '../../src/cli/without.ts'
import { hakubeIn } from './support.ts'

test('names modules that hakube does not have, and no others', () => {
  expect([...withoutModules(['kube', 'community.general.pipx'])]).toEqual(['kube', 'community.general.pipx'])
  expect(withoutModules()).toEqual(new Set())
  for (const name of ['copy', 'ansible.builtin.copy'])
    expect(() => withoutModules([name])).toThrow(`--without ${name}: hakube has this module`)
})

test.each([['lint'], ['apply', '-i', 'hosts.ini', '--syntax-check']])('%s takes it', async (...words) => {
  const folder = mkdtempSync(join(tmpdir(), 'hakube-without-'))
  try {
    writeFileSync(join(folder, 'hosts.ini'), 'a\n')
    const play = '- name: One\n  hosts: all\n  tasks:\n    - name: Two\n      kube:\n        name: x\n'
    writeFileSync(join(folder, 'site.yml'), play)
    const paths = words.map((word) => (word === 'hosts.ini' ? join(folder, word) : word))
    const site = join(folder, 'site.yml')
    expect((await hakubeIn(folder, [...paths, '--without', 'kube', site])).code).toBe(0)
    const refused = await hakubeIn(folder, [...paths, '--without', 'kub', site])
    expect(`${refused.out.toString()}${refused.err}`).toContain('there is no module kube')
    const own = await hakubeIn(folder, [...paths, '--without', 'copy', site])
    expect(own.err).toContain('hakube has this module')
    expect([own.code, refused.code]).not.toContain(0)
  } finally {
    rmSync(folder, { recursive: true })
  }
})
