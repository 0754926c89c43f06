import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { flagsOf } from '../../src/tasks/podman-command.ts'

const flags = (line: string) => Object.fromEntries(flagsOf(line.split(' ')))

test.each([
  [
    'podman run -d --name x -p 80:80 -e A=b image --net host',
    { detach: ['true'], name: ['x'], publish: ['80:80'], env: ['A=b'] },
  ],
  [
    'podman container create --net=host --healthcheck-command true image',
    { network: ['host'], 'health-cmd': ['true'] },
  ],
  [
    'podman --log-level debug run -dit -v/a:/b -m=64m --rm image',
    {
      detach: ['true'],
      interactive: ['true'],
      tty: ['true'],
      volume: ['/a:/b'],
      memory: ['64m'],
      rm: ['true'],
    },
  ],
  [
    'podman create --tty=False --init --read-only=true --ulimit nofile=1:2 --ulimit nproc=3 -- image',
    { init: ['true'], 'read-only': ['true'], ulimit: ['nofile=1:2', 'nproc=3'] },
  ],
  ['podman create', {}],
])('%s', (line, expected) => {
  expect(flags(line)).toEqual(expected)
})

test('a flag means the same in both forms', () => {
  const name = fc.constantFrom('sysctl', 'dns', 'label', 'tmpfs', 'memory')
  fc.assert(
    fc.property(fc.array(fc.tuple(name, fc.string())), fc.array(fc.boolean()), (pairs, forms) => {
      const words = (form: (index: number) => boolean) =>
        pairs.flatMap(([key, value], index) => (form(index) ? [`--${key}=${value}`] : [`--${key}`, value]))
      const mixed = flagsOf([
        'podman',
        'run',
        ...words((index) => forms[index] ?? false),
        'image',
        '--memory=9',
      ])
      expect(mixed).toEqual(flagsOf(['podman', 'run', ...words(() => true), 'image']))
    }),
  )
})
