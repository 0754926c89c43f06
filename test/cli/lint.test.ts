import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { hakubeIn } from './support.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hakube-lint-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const SOUND = `vrrp_instance a {
  state BACKUP
  nopreempt
  interface eth0
  virtual_router_id 51
  priority 101
}
`
const HAPROXY = 'backend api\n  server m1 10.0.0.1:6443 check\n  server m2 10.0.0.1:6443 check\n'
const clusters = join(import.meta.dirname, '../../examples/clusters.ini')

async function lint(files: Readonly<Record<string, string>>, ...args: string[]) {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  const said = await hakubeIn(folder, ['lint', ...args, ...Object.keys(files)])
  return { ...said, text: said.out.toString() }
}

describe('hakube lint', () => {
  it('has nothing to say of a sound file', async () => {
    expect(await lint({ 'keepalived.conf': SOUND })).toMatchObject({
      code: 0,
      text: '1 file: nothing to say\n',
    })
  })

  it('names mistakes by file and line, and ends with 1', async () => {
    const { code, text } = await lint({
      'a.conf': SOUND.replace('BACKUP', 'MASTER'),
      'b.conf': SOUND,
      'haproxy.cfg': HAPROXY,
    })
    expect(code).toBe(1)
    expect(text.split('\n').filter((line) => !line.startsWith(' '))).toEqual([
      'a.conf:3: keepalived ignores nopreempt with state MASTER [nopreempt-master]',
      'b.conf:6: a.conf has the priority 101 too: the higher address wins [equal-priorities]',
      'haproxy.cfg:3: m2 is 10.0.0.1:6443, and so is m1: one of them is written wrongly [server-twice]',
      '',
      '3 files: 3 mistakes',
      '',
    ])
  })

  it('prints the budget of every cluster of an inventory', async () => {
    const { code, text } = await lint({}, '-i', clusters)
    expect(code).toBe(0)
    expect(text).toMatch(/^worst cases of 192\.168\.1\.198 with ha_failover=balanced/m)
    expect(text).toMatch(/^worst cases of 192\.168\.1\.218 with ha_failover=calm/m)
  })

  it('refuses an inventory whose timers cannot work, before it prints a budget', async () => {
    const text = '[masters]\nm1\nm2\n[all:vars]\nha_vip=10.0.0.10\nha_failover=fast\nha_auth_pass=secret\n'
    writeFileSync(join(folder, 'hosts.ini'), text)
    const { code, err, out } = await hakubeIn(folder, ['lint', '-i', join(folder, 'hosts.ini')])
    expect(code).toBe(1)
    expect(out.toString()).toBe('')
    expect(err).toMatch(/ha_failover is fast, and ha_auth_pass needs VRRP version 2/)
    expect(err).not.toContain('secret')
  })

  it('has both as JSON', async () => {
    const { code, text } = await lint({ 'haproxy.cfg': HAPROXY }, '-i', clusters, '-o', 'json')
    expect(code).toBe(1)
    expect(JSON.parse(text)).toMatchObject({
      schema: 1,
      exitCode: 1,
      problems: [{ file: 'haproxy.cfg', line: 3, code: 'server-twice' }],
      budgets: [{ endpoint: '192.168.1.198', failover: 'balanced' }, { failover: 'calm' }],
    })
  })

  it.each([
    [{ 'site.yml': '- hosts: all\n' }, [], /site\.yml is neither keepalived’s configuration nor haproxy’s/],
    [{}, [], /there is nothing to look at/],
    [{}, ['nowhere.cfg'], /cannot read nowhere\.cfg/],
  ])('refuses what it cannot look at: %j %j', async (files: Record<string, string>, args, words) => {
    const { code, err, text } = await lint(files, ...args)
    expect(code).toBe(1)
    expect(text).toBe('')
    expect(err).toMatch(words)
  })
})
