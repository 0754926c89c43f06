import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { lab } from '../lab/lab.ts'
import { hakube, scratch } from './support/hakube.ts'

const PLAYBOOK = `- hosts: all
  gather_facts: false
  tasks:
    - name: ask the balancer
      command: cat /etc/hostname
      delegate_to: m3
      changed_when: false
      register: there
    - name: note it here
      copy:
        content: "{{ inventory_hostname }} asked {{ there.stdout }}\\n"
        dest: /srv/asked
    - name: sign up there
      copy:
        content: "{{ inventory_hostname }}\\n"
        dest: "/srv/signed-{{ inventory_hostname }}"
      delegate_to: m3
    - name: keep a list here
      copy:
        content: "{{ ansible_play_hosts | join(' ') }}\\n"
        dest: "{{ playbook_dir }}/list-{{ inventory_hostname }}"
      delegate_to: localhost
`

describe('delegate_to between real hosts', () => {
  beforeAll(() => lab.reset(['m1', 'd1', 'm3']))
  afterAll(() => lab.reset(['m1', 'd1', 'm3']))

  it('predicts, works on the other host and on the controller, and changes nothing the second time', async () => {
    const folder = await scratch()
    await writeFile(join(folder, 'site.yml'), PLAYBOOK)
    await writeFile(join(folder, 'hosts.ini'), lab.inventory(['m1', 'd1', 'm3']))
    const args = ['apply', 'site.yml', '-i', 'hosts.ini', '--limit', 'm1,d1', '--output', 'json']
    const run = async (...more: string[]) => {
      const done = await hakube([...args, ...more], { cwd: folder })
      const outcomes = done.events.flatMap(({ outcome }) => (outcome ? [outcome] : []))
      return { code: done.code, outcomes }
    }
    const changes = (outcomes: { host: string; task: string; status: string }[]) =>
      outcomes
        .filter(({ status }) => ['would-change', 'changed'].includes(status))
        .map(({ host, task }) => `${host} ${task}`)
        .sort()

    const first = await run()
    expect(first.code).toBe(0)
    expect(await lab.sh('d1', 'cat /srv/asked')).toBe('d1 asked m3\n')
    expect(await lab.sh('m3', 'cat /srv/signed-m1 /srv/signed-d1; ls /srv/asked 2>&1 || true')).toBe(
      "m1\nd1\nls: cannot access '/srv/asked': No such file or directory\n",
    )
    expect(changes(first.outcomes)).toEqual(
      ['m1', 'd1']
        .flatMap((host) => [`${host} note it here`, `${host} sign up there`, `${host} keep a list here`])
        .sort(),
    )
    const again = await run()
    expect([again.code, changes(again.outcomes)]).toEqual([0, []])
    await lab.sh('m3', 'rm /srv/signed-d1')
    const check = await run('--check')
    expect(changes(check.outcomes)).toContain('d1 sign up there')
    expect(changes(check.outcomes)).not.toContain('m1 sign up there')
  })
})
