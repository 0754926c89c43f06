import { describe, expect, test } from 'vitest'
import { filledIn } from '../../src/playbook/host-paths.ts'
import { findModule } from '../../src/tasks/index.ts'

const HOMES: Readonly<Record<string, string>> = { '': '/root', anna: '/srv/anna/', top: '/' }
const place = { file: 'site.yml', line: 1, column: 1 }

function fill(name: string, values: Record<string, unknown>, environment: Record<string, string> = {}) {
  const module = findModule(name)
  if (!module) throw new Error(`no module ${name}`)
  const task = { module, args: new Map(), place }
  return filledIn(task, values, new Map(Object.entries(environment)), (user) => HOMES[user] ?? '/none')
}

describe('paths on the host', () => {
  test.each([
    ['file', { path: '~' }, { path: '/root' }, ['']],
    ['file', { path: '~/a/~b' }, { path: '/root/a/~b' }, ['']],
    ['file', { path: '/a/~' }, { path: '/a/~' }, []],
    ['file', { path: '~anna/x', src: '~' }, { path: '/srv/anna/x', src: '/root' }, ['anna', '']],
    ['file', { path: '~top' }, { path: '/' }, ['top']],
    ['file', { path: '~top/x', src: '../~x' }, { path: '/x', src: '../~x' }, ['top']],
    ['file', { path: '$HOME/x', owner: '~' }, { path: '/root/x', owner: '~' }, ['']],
    ['file', { path: '/opt/${HOME}' }, { path: '/opt//root' }, ['']],
    ['file', { path: '/a/$(b)$ $' }, { path: '/a/$(b)$ $' }, []],
    ['find', { paths: '/a, ~anna/b,~' }, { paths: ['/a', '/srv/anna/b', '/root'] }, ['anna', '']],
    ['find', { paths: ['/a,~', '~'] }, { paths: ['/a,~', '/root'] }, ['']],
    // On the controller ~ is another home.
    ['copy', { src: '~/a', dest: '~/b' }, { src: '~/a', dest: '/root/b' }, ['']],
    ['copy', { src: '~/a', dest: '/b', remote_src: 'yes' }, { src: '/root/a' }, ['']],
    ['assemble', { src: '~/a', dest: '/b' }, { src: '/root/a' }, ['']],
    ['assemble', { src: '~/a', dest: '/b', remote_src: 'no' }, { src: '~/a' }, []],
    ['unarchive', { src: '~/a', dest: '/b', copy: 'no' }, { src: '/root/a' }, ['']],
    ['unarchive', { src: 'http://h/$a', dest: '/b', remote_src: true }, { src: 'http://h/$a' }, []],
    ['template', { src: '~/a', dest: '~/b' }, { src: '~/a', dest: '/root/b' }, ['']],
    [
      'command',
      { cmd: 'ls ~', creates: '~/a*', chdir: '~anna' },
      { cmd: 'ls ~', creates: '/root/a*' },
      ['', 'anna'],
    ],
  ])('%s %j', (name, values, expected, users) => {
    const filled = fill(name, values)
    expect(filled.values).toMatchObject(expected)
    expect([...filled.homes.keys()]).toEqual(users)
  })

  test('what environment: says goes before what the host has', () => {
    const environment = { HOME: '/tmp/h', BASE: '~anna/b', EMPTY: '' }
    const { values, homes } = fill('file', { path: '~/a', src: '$BASE/${EMPTY}c' }, environment)
    expect(values).toEqual({ path: '/tmp/h/a', src: '/srv/anna/b/c' })
    expect([...homes]).toEqual([['anna', '/srv/anna/']])
  })

  test.each([
    ['$FOO/a', '$FOO'],
    ['/a/${B C}/x', '${B C}'],
    ['/a/$1', '$1'],
  ])('%s is refused, whatever it might be there', (path, named) => {
    expect(() => fill('stat', { path })).toThrow(`path: ${named} is not looked up`)
  })
})
