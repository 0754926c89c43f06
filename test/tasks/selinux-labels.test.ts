import { describe, expect, it, test } from 'vitest'
import { findModule, modules } from '../../src/tasks/index.ts'
import { labelled } from '../../src/tasks/selinux-labels.ts'
import type { TaskModule } from '../../src/task.ts'
import { id, World } from '../../src/world/world.ts'
import { pathKey } from '../../src/world/path-names.ts'
import { runLocal } from '../support/run-local.ts'

const moduleOf = (name: string): TaskModule => {
  const module = findModule(name)
  if (!module) throw new TypeError(`no module ${name}`)
  return module
}

/** A host of which only this is known: where SELinux shows. */
const hostWith = (there: readonly string[]) =>
  new World(
    new Map(
      ['/sys/fs/selinux/enforce', '/etc/selinux/config'].map((path) => [
        id('path', pathKey(path, true)),
        there.includes(path) ? { exists: true, type: 'file' } : { exists: false },
      ]),
    ),
  )

describe('parts of an SELinux context', () => {
  const FIELDS = ['seuser', 'serole', 'setype', 'selevel']
  const takers = [...modules.values()].filter(
    ({ params }) => 'owner' in params.shape && 'mode' in params.shape,
  )

  it.each(takers.map(({ name }) => name))('are parameters of %s', (name) => {
    const module = moduleOf(name)
    expect(FIELDS.filter((field) => !(field in module.params.shape))).toEqual([])
    expect(labelled(module, { setype: 'etc_t' })).not.toBe(module)
  })

  it('are nothing to ask about where none is given, nor of a port', () => {
    expect(labelled(moduleOf('copy'), {})).toBe(moduleOf('copy'))
    expect(labelled(moduleOf('seport'), { setype: 'http_port_t' })).toBe(moduleOf('seport'))
    expect(labelled(moduleOf('file'), { setype: 'etc_t', state: 'absent' })).toBe(moduleOf('file'))
  })
})

describe('a task with such a part', () => {
  const ON = ['/sys/fs/selinux/enforce', '/etc/selinux/config']
  const plan = (args: Record<string, unknown>, there: readonly string[]) => {
    const module: TaskModule = { ...moduleOf('file'), plan: () => ({ status: 'ok', reason: 'planned' }) }
    return labelled(module, args).plan({}, hostWith(there))
  }

  it('fails by name where SELinux is on, and says what to write', () => {
    expect(plan({ setype: 'etc_t', seuser: 'system_u' }, ON)).toEqual({
      status: 'fail',
      message: 'seuser, setype: SELinux is switched on on this host, and hakube sets no contexts of files',
      hint: 'leave seuser, setype out, and write command tasks behind it: semanage fcontext -a -t etc_t PATH and restorecon PATH, or chcon -t etc_t PATH, which lasts until files are labelled anew',
    })
    expect(plan({ setype: '_default' }, ON)).toMatchObject({
      status: 'fail',
      hint: 'leave setype out, and write a command task with restorecon PATH behind it',
    })
  })

  it.each([
    ['no SELinux', []],
    ['the file system of the machine, as in a container', ['/sys/fs/selinux/enforce']],
    ['a configuration only', ['/etc/selinux/config']],
  ])('is planned as without it on a host with %s', (_, there) => {
    expect(plan({ setype: 'etc_t' }, there)).toMatchObject({ reason: 'planned' })
  })
})

// What ansible-core 2.14 does on such a host.
test('this machine without SELinux ignores them, in the same messages', async () => {
  const of = async (label: string) => {
    const task = (dest: string) =>
      `    - copy: {content: x, dest: "{{ playbook_dir }}/${dest}"${label}}\n    - file: {path: "{{ playbook_dir }}/${dest}", mode: "0600"${label}}\n`
    const play = `- hosts: all\n  gather_facts: false\n  tasks:\n${task('f')}`
    const inventory = 'a ansible_connection=local\n'
    const first = await runLocal(play, { inventory })
    const again = await runLocal(play, { inventory, folder: first.folder })
    return [first, again].map(({ story, summary }) => ({ story, trips: summary?.recap[0]?.trips }))
  }
  const plain = await of('')
  expect(plain[1]?.story).toEqual(['a copy ok', 'a file ok'])
  expect(await of(', setype: etc_t, seuser: _default, serole: object_r, selevel: s0')).toEqual(plain)
})
