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
  it('takes -e for the names of imported files', async () => {
    const files = {
      'site.yml':
        '- name: Play\n  hosts: all\n  tasks:\n    - name: Import\n      ansible.builtin.import_tasks: "{{ which }}.yml"\n',
    }
    writeFileSync(join(folder, 'more.yml'), '- name: Tell\n  ansible.builtin.debug:\n    msg: on\n')
    expect(await lint(files, '-e', 'which=more')).toMatchObject({ code: 0 })
    expect(await lint(files)).toMatchObject({
      code: 1,
      text: expect.stringContaining('must be known before the run'),
    })
  })

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
    [{ 'notes.txt': 'some text\n' }, [], /notes\.txt is neither a playbook nor a configuration/],
    [
      {},
      ['--skip', 'name-mising', 'site.yml'],
      /there is no advice name-mising[^]*did you mean "name-missing"/,
    ],
    [{}, [], /there is nothing to look at/],
    [{}, ['nowhere.cfg'], /cannot read nowhere\.cfg/],
  ])('refuses what it cannot look at: %j %j', async (files: Record<string, string>, args, words) => {
    const { code, err, text } = await lint(files, ...args)
    expect(code).toBe(1)
    expect(text).toBe('')
    expect(err).toMatch(words)
  })
})

const SITE = `- hosts: all
  tasks:
    - name: Copy
      copy:
        content: a
        dest: /etc/a
    - name: Slip
      templaet:
        src: a.j2
        dest: /etc/a
`

describe('hakube lint of a playbook', () => {
  it('lists mistakes, then advice, and what it did not look at', async () => {
    const { code, text } = await lint({ 'site.yml': SITE })
    expect(code).toBe(1)
    expect(text).toBe(`site.yml:8:7: there is no module templaet [unknown-module]
  did you mean "template"?
  see docs/support.md

site.yml:1:3: this play has no name [name-missing]
  add name: what it is for
  see docs/lint.md#name-missing
site.yml:4:7: copy may make a file without a mode [missing-mode]
  add mode: "0644" for a file, mode: "0755" for a directory
  see docs/lint.md#missing-mode

note: without an inventory (-i), hosts patterns are not checked

1 file: 1 mistake, 2 pieces of advice
`)
  })

  it('ends with 0 where there is only advice, with 1 if it is strict', async () => {
    const sound = SITE.replace('templaet', 'template')
    writeFileSync(join(folder, 'a.j2'), 'a')
    const files = { 'site.yml': sound }
    expect((await lint(files)).code).toBe(0)
    expect((await lint(files, '--strict')).code).toBe(1)
    const skipped = await lint(files, '--strict', '--skip', 'name-missing,risky-file-permissions')
    expect(skipped.code).toBe(0)
  })

  it('holds hosts patterns against an inventory', async () => {
    writeFileSync(join(folder, 'hosts.ini'), '[masters]\nm1\n')
    const { code, text } = await lint(
      { 'site.yml': '- name: All\n  hosts: master\n  gather_facts: false\n' },
      '-i',
      join(folder, 'hosts.ini'),
    )
    expect(code).toBe(0)
    expect(text).toMatch(/^note: .*site\.yml:2:10: .*master/m)
    expect(text).not.toContain('without an inventory')
  })

  it('has it all as JSON', async () => {
    const { code, text } = await lint({ 'site.yml': SITE }, '-o', 'json')
    expect(code).toBe(1)
    expect(JSON.parse(text)).toMatchObject({
      schema: 1,
      exitCode: 1,
      problems: [{ file: 'site.yml', line: 8, column: 7, code: 'unknown-module', docs: 'docs/support.md' }],
      advice: [{ id: 'name-missing' }, { id: 'missing-mode', file: 'site.yml', line: 4, column: 7 }],
      notes: ['without an inventory (-i), hosts patterns are not checked'],
    })
  })

  it('has it as annotations for GitHub', async () => {
    const { text } = await lint({ 'site.yml': SITE }, '-o', 'github')
    expect(text.split('\n')).toEqual([
      '::error file=site.yml,line=8,col=7,title=unknown-module::there is no module templaet%0Adid you mean "template"?',
      '::warning file=site.yml,line=1,col=3,title=name-missing::this play has no name%0Aadd name: what it is for',
      expect.stringContaining('::warning file=site.yml,line=4,col=7,title=missing-mode::copy may make'),
      '',
    ])
  })

  it('connects nowhere and needs no host', async () => {
    const { code } = await lint({ 'site.yml': '- name: All\n  hosts: all\n' }, '-i', 'nowhere.example.,')
    expect(code).toBe(0)
  })

  it('has nothing to say of the bundled playbooks', async () => {
    const playbooks = join(import.meta.dirname, '../../playbooks')
    const { code, text } = await lint({}, '--strict', playbooks)
    expect(text).toMatch(/files: nothing to say\n$/)
    expect(code).toBe(0)
  })
})
