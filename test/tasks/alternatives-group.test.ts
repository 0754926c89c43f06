import { expect, test } from 'vitest'
import {
  automatic,
  formatGroup,
  parseGroup,
  withAlternative,
  withoutAlternative,
} from '../../src/tasks/alternatives-group.ts'

const DEBIAN = `awk - auto mode
  link best version is /usr/bin/mawk
  link currently points to /usr/bin/mawk
  link awk is /usr/bin/awk
  slave nawk is /usr/bin/nawk
/usr/bin/gawk - priority 3
/usr/bin/mawk - priority 5
  slave nawk: /usr/bin/mawk
`
const RED_HAT = `java - status is manual.
 link currently points to /jvm/8/java
/jvm/8/java - family java-1.8 priority 18
 slave jre: /jvm/8/jre
 slave none: (null)
/jvm/11/java - priority -2
Current \`best' version is /jvm/8/java.
`

test("Debian's words, and back", () => {
  const group = parseGroup(DEBIAN)
  expect(group).toEqual({
    mode: 'auto',
    value: '/usr/bin/mawk',
    link: '/usr/bin/awk',
    slaveLinks: new Map([['nawk', '/usr/bin/nawk']]),
    all: new Map([
      ['/usr/bin/gawk', { priority: 3, slaves: new Map() }],
      ['/usr/bin/mawk', { priority: 5, slaves: new Map([['nawk', '/usr/bin/mawk']]) }],
    ]),
  })
  expect(parseGroup(formatGroup('awk', group))).toEqual(group)
})

test("Red Hat's words", () => {
  expect(parseGroup(RED_HAT)).toEqual({
    mode: 'manual',
    value: '/jvm/8/java',
    link: undefined,
    slaveLinks: new Map(),
    all: new Map([
      ['/jvm/8/java', { priority: 18, slaves: new Map([['jre', '/jvm/8/jre']]) }],
      ['/jvm/11/java', { priority: -2, slaves: new Map() }],
    ]),
  })
})

test('no such name', () => {
  expect(parseGroup('')).toBeUndefined()
  expect(parseGroup(formatGroup('x', undefined))).toBeUndefined()
})

test('the highest priority counts, among equals what is chosen', () => {
  const links = { link: '/l', slaves: new Map<string, string>() }
  const add = (group: ReturnType<typeof parseGroup>, path: string, priority: number) =>
    withAlternative(group, path, { priority, slaves: new Map() }, links)
  const one = add(undefined, '/1', 5)
  expect(one).toMatchObject({ mode: 'auto', value: '/1', link: '/l' })
  const two = add(one, '/2', 5)
  expect(two.value).toBe('/1')
  const three = add(two, '/3', 6)
  expect(three.value).toBe('/3')
  const manual = { ...three, mode: 'manual', value: '/1' } as const
  expect(add(manual, '/4', 9)).toMatchObject({ mode: 'manual', value: '/1' })
  expect(automatic(manual)).toMatchObject({ mode: 'auto', value: '/3' })
  expect(withoutAlternative(manual, '/3')).toMatchObject({ mode: 'manual', value: '/1' })
  expect(withoutAlternative(manual, '/1')).toMatchObject({ mode: 'auto', value: '/3' })
  expect(withoutAlternative(one, '/1')).toBeUndefined()
})

/** As update-alternatives of dpkg 1.21 does. */
test('among equals of which none is chosen the first path counts', () => {
  const links = { link: '/l', slaves: new Map<string, string>() }
  let group: ReturnType<typeof parseGroup>
  const given = [
    ['/m', 60],
    ['/z', 50],
    ['/b', 50],
    ['/m', 10],
  ] as const
  for (const [path, priority] of given)
    group = withAlternative(group, path, { priority, slaves: new Map() }, links)
  expect(group?.value).toBe('/b')
})
