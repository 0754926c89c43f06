import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { HakubeError } from '../../src/errors.ts'
import { parseSshArgs } from '../../src/connect/ssh-args.ts'
import { parseJump } from '../../src/connect/ssh/proxy.ts'

describe('the SSH arguments of an inventory', () => {
  it.each<[string, string[]]>([
    ['', []],
    ['-J jump', ['proxyjump=jump']],
    ['-Jroot@jump:22', ['proxyjump=root@jump:22']],
    ['-o ProxyJump=jump', ['proxyjump=jump']],
    ['-oProxyJump=jump', ['proxyjump=jump']],
    ['-o "ProxyJump jump"', ['proxyjump=jump']],
    [`-o 'ProxyCommand="ssh -W %h:%p jump"'`, ['proxycommand=ssh -W %h:%p jump']],
    ['-o ProxyCommand="ssh -W %h:%p -q jump"', ['proxycommand=ssh -W %h:%p -q jump']],
    [
      '-o StrictHostKeyChecking=no  -o UserKnownHostsFile=/dev/null',
      ['stricthostkeychecking=no', 'userknownhostsfile=/dev/null'],
    ],
    ['-i ~/key -l me -p 2222 -4', ['identityfile=~/key', 'user=me', 'port=2222', 'addressfamily=inet']],
    ['-6o Port=3', ['addressfamily=inet6', 'port=3']],
    [String.raw`-i a\ b"c d"'e f'`, ['identityfile=a bc de f']],
  ])('%s', (text, options) => {
    const args = parseSshArgs(text, 'm1')
    expect(args.options.map(({ keyword, value }) => `${keyword}=${value}`)).toEqual(options)
    expect(args.warnings).toEqual([])
  })

  it('name what has no effect', () => {
    const text = '-C -qo ControlMaster=auto -o ControlPersist=60s -F ~/own.cfg'
    const { options, configFile, warnings } = parseSshArgs(text, 'm1')
    expect({ options, configFile }).toEqual({ options: [], configFile: '~/own.cfg' })
    expect(warnings).toEqual([
      '-C has no effect',
      '-q has no effect',
      '-o ControlMaster has no effect',
      '-o ControlPersist has no effect',
    ])
  })

  it.each([
    ['-o PKCS11Provider=/lib/x.so', 'unsupported-ssh-option', /-o PKCS11Provider of m1/],
    ['-o Ciphers=x', 'unsupported-ssh-option', /-o Ciphers/],
    ['-L 1:2:3', 'unsupported-ssh-option', /-L/],
    ['-W host:1', 'unsupported-ssh-option', /-W/],
    ['host', 'bad-ssh-args', /host is not an option/],
    ['-J', 'bad-ssh-args', /-J needs a value/],
    ['-o Port', 'bad-ssh-args', /-o Port has no value/],
    ['-i "open', 'bad-ssh-args', /a quote is not closed/],
    ['--', 'bad-ssh-args', /-- is not an option/],
  ])('%s is an error', (text, code, message) => {
    expect(() => parseSshArgs(text, 'm1')).toThrow(
      expect.objectContaining({ code, exitCode: 1, message: expect.stringMatching(message) }),
    )
  })

  it('are read or refused, whatever they are', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        try {
          parseSshArgs(text, 'm1')
        } catch (error) {
          expect(error).toBeInstanceOf(HakubeError)
        }
      }),
    )
  })
})

describe('a ProxyJump', () => {
  it.each([
    ['jump', [{ address: 'jump', user: undefined, port: undefined }]],
    ['me@jump:2222', [{ address: 'jump', user: 'me', port: 2222 }]],
    ['ssh://me@[fd00::1]:22', [{ address: 'fd00::1', user: 'me', port: 22 }]],
    [
      'a, b',
      [
        { address: 'a', user: undefined, port: undefined },
        { address: 'b', user: undefined, port: undefined },
      ],
    ],
  ])('%s', (text, hops) => {
    expect(parseJump(text, 'm1')).toEqual(hops)
  })

  it.each(['', 'a,', '-oProxyCommand=x', 'a:b', 'a:1:2'])('%j is an error', (text) => {
    expect(() => parseJump(text, 'm1')).toThrow(/ProxyJump of m1 cannot be read/)
  })
})
