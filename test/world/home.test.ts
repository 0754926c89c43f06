import { describe, expect, test } from 'vitest'
import { sh } from '../../src/shell/sh.ts'
import { Unknown } from '../../src/world/kind.ts'
import { homeIn, homeQuestion } from '../../src/world/home.ts'
import { effectOnAll } from '../../src/world/world.ts'
import { type Host, look, shells } from '../tasks/harness.ts'

describe.each(shells)('homes, asked with $name', (host) => {
  const withHome = (line: ReturnType<typeof sh>): Host => ({
    name: host.name,
    run: (script) =>
      host.run(sh`${line}
${script}`),
  })

  test.each([
    ['', sh`HOME=/tmp/x; export HOME`, '/tmp/x'],
    ['', sh`unset HOME`, '/root'],
    ['', sh`HOME=x; export HOME`, undefined],
    ['daemon', sh`:`, '/usr/sbin'],
    ['nobody-of-that-name', sh`:`, undefined],
    // A number is no name for ~.
    ['0', sh`:`, undefined],
  ])('of %j after %s', (user, line, home) => {
    expect(homeIn(look(withHome(line), [homeQuestion(user)]), user)).toBe(home)
  })

  test('follow what is predicted of the account', () => {
    const unknown = effectOnAll('user', () => new Unknown('why'))
    const world = look(host, [homeQuestion('daemon')]).after([unknown])
    expect(() => homeIn(world, 'daemon')).toThrow('why')
  })
})
