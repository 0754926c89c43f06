import { readFileSync, statSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { lab } from '../lab/lab.ts'
import { run } from '../lab/process.ts'
import { folder, hakube } from './support/hakube.ts'

const PLAYBOOK = `
- name: A play
  hosts: all
  tasks:
    - name: Write a file
      copy: { content: "one\\n", dest: /tmp/hakube-output.txt }
    - name: Say
      debug: { msg: "I am {{ inventory_hostname }}" }
    - name: Fail on one
      command: ls /nowhere
      when: inventory_hostname == 'lb2'
`

describe('what a run says', () => {
  let root = ''
  beforeAll(async () => {
    await lab.reset(['lb1', 'lb2'])
    root = await folder({ 'inventory.ini': lab.inventory(['lb1', 'lb2']), 'site.yml': PLAYBOOK })
  })

  it('names the log file and the retry command when a host fails, and both work', async () => {
    const ran = await hakube(['apply', '-i', 'inventory.ini', 'site.yml', '--diff'], { cwd: root })
    expect(ran.code, ran.stderr).toBe(2)
    expect(ran.stdout).toMatch(/^changed +lb1 +Write a file — create \/tmp\/hakube-output\.txt$/m)
    expect(ran.stdout).toMatch(/^ +\+one$/m)
    expect(ran.stdout).toMatch(/^ok +lb1 +Say — I am lb1$/m)
    expect(ran.stdout).toMatch(/^failed +lb2 +Fail on one — .*\n.*at site\.yml:9:/m)
    expect(ran.stdout).toMatch(
      /\n1 of 2 hosts failed, .*; retry with:\n {2}hakube apply .* --limit @site\.retry\n$/,
    )
    expect(readFileSync(`${root}/site.retry`, 'utf8')).toBe('lb2\n')

    const log = /^log: (.+)$/m.exec(ran.stdout)?.[1] ?? ''
    expect(statSync(log).mode & 0o777).toBe(0o600)
    const lines = readFileSync(log, 'utf8').trimEnd().split('\n')
    expect(lines.map((line): unknown => JSON.parse(line)).at(-1)).toMatchObject({
      type: 'run-end',
      exitCode: 2,
    })

    const again = ['apply', '-i', 'inventory.ini', 'site.yml', '--limit', '@site.retry', '--output', 'json']
    const { events } = await hakube(again, { cwd: root })
    expect(events.find(({ type }) => type === 'run-start')).toMatchObject({ hosts: ['lb2'] })
  })

  it('is valid JSON on every line, whatever happens', async () => {
    for (const playbook of ['site.yml', 'nowhere.yml']) {
      const ran = await hakube(['apply', '-i', 'inventory.ini', playbook, '--output', 'json'], { cwd: root })
      expect(ran.code).not.toBe(0)
      const lines = ran.stdout.trimEnd().split('\n')
      const objects = lines.map((line): unknown => JSON.parse(line))
      expect(objects[0]).toMatchObject({ schema: 1 })
      expect(objects.at(-1)).toMatchObject({ type: 'run-end', exitCode: ran.code })
    }
  })

  it('goes on when its reader has gone', async () => {
    await lab.reset(['lb1'])
    const program = new URL('../../dist/cli.js', import.meta.url).pathname
    const pipe = '{ "$@" apply -i inventory.ini site.yml --limit lb1 -vv; echo "code $?" >&2; } | true'
    const { stderr } = await run(['sh', '-c', pipe, 'sh', process.execPath, program], { cwd: root })
    expect(stderr).toContain('code 0\n')
    expect(await lab.sh('lb1', 'cat /tmp/hakube-output.txt')).toBe('one\n')
  })
})
