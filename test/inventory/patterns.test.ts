import * as fc from 'fast-check'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { HakubeError } from '../../src/errors.ts'
import { readLimit } from '../../src/inventory/limit.ts'
import { globRegex } from '../../src/inventory/match.ts'
import type { Inventory } from '../../src/inventory/model.ts'
import { findHost, groupsDict, hostsOf } from '../../src/inventory/model.ts'
import { selectHosts } from '../../src/inventory/patterns.ts'
import { pythonRegex } from '../../src/inventory/python-regex.ts'
import { errorsOf, inDirectory, inventoryOf } from './support.ts'

let inventory: Inventory

beforeAll(async () => {
  inventory = await inventoryOf('[web]\nw1\nw2\nw3\n[db]\nd1\nw3\n[all:vars]\nx=1\n', {
    'host_vars/localhost.yml': 'y: 2\n',
  })
})

describe('selectHosts', () => {
  it.each<[string | string[], string[]]>([
    [
      ['web', 'db'],
      ['w1', 'w2', 'w3', 'd1'],
    ],
    [['web:!w1', '&db'], ['w3']],
    ['web,w1,w1', ['w1', 'w2', 'w3']],
    ['web[2:0]', ['w3']],
    ['web[1-2]', ['w2', 'w3']],
    ['web[-2]', ['w2']],
    ['web[5:9]', []],
    ['w?[0]', ['w1']],
    ['w1[0]', ['w1']],
    ['127.0.0.1', ['127.0.0.1']],
    ['::1[0]', ['::1']],
    ['*:!web', ['d1']],
    ['web !w2', ['w1', 'w3']],
    ['~w[12]|d', ['d1', 'w3', 'w1', 'w2']],
  ])('%s', (pattern, hosts) => {
    expect(selectHosts(inventory, pattern).hosts.sort()).toEqual([...hosts].sort())
  })

  it.each(['', ' ', ',', '[', ':', 'web[', 'web]', '!', 'web[7]', '~(', '~*', '~(?x)a'])(
    'refuses %j',
    (pattern) => {
      expect(() => selectHosts(inventory, pattern)).toThrow(HakubeError)
    },
  )

  it.each([
    ['nobody', 'unmatched-pattern', 'hakube inventory --graph'],
    ['wbe', 'unmatched-pattern', 'Did you mean "web"?'],
    ['webb', 'unmatched-pattern', 'Did you mean "web"?'],
    ['web[0-1]', 'subscript-range', 'web[0:1]'],
  ])('warns about %s', (pattern, code, hint) => {
    const { warnings } = selectHosts(inventory, pattern)
    expect(warnings).toMatchObject([{ code }])
    expect(warnings[0]?.hint).toContain(hint)
  })

  it('refuses a limit that leaves no host at all, but not one that only misses this play', () => {
    expect(() => selectHosts(inventory, 'web', 'nobody')).toThrow(HakubeError)
    expect(() => selectHosts(inventory, 'localhost', 'localhost')).toThrow(HakubeError)
    expect(selectHosts(inventory, 'web', 'd1').hosts).toEqual([])
    expect(selectHosts(inventory, 'web', '').hosts).toEqual(['w1', 'w2', 'w3'])
  })

  it('fails on nothing but bad patterns', () => {
    const piece = fc.constantFrom(
      ...'web w1 ~ ! & : , [ ] 0 1 - * ? ( ) ^ \\ { } . + | (?i) \\d \\w'.split(' '),
      ' ',
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 10 }), (parts) => {
        try {
          selectHosts(inventory, parts.join(''))
        } catch (error) {
          expect(error).toBeInstanceOf(HakubeError)
        }
      }),
      { numRuns: 1000 },
    )
  })
})

describe('hosts and groups', () => {
  it('gives the hosts of a group, own ones first', () => {
    expect(hostsOf(inventory, 'web')).toEqual(['w1', 'w2', 'w3'])
    expect(hostsOf(inventory, 'nothing')).toEqual([])
    expect([...groupsDict(inventory)]).toEqual([
      ['all', ['w1', 'w2', 'w3', 'd1']],
      ['ungrouped', []],
      ['web', ['w1', 'w2', 'w3']],
      ['db', ['d1', 'w3']],
    ])
  })

  it('knows an unlisted localhost, which has the variables of all', () => {
    const host = findHost(inventory, '::1')
    expect(host).toMatchObject({ name: '::1', implicit: true, groups: [] })
    const variables = [...(host?.variables ?? [])].map(([name, { value }]) => [name, value])
    expect(Object.fromEntries(variables)).toEqual({ x: 1, y: 2, ansible_connection: 'local' })
    expect(findHost(inventory, 'nobody')).toBeUndefined()
  })

  it('takes a listed localhost for what the inventory says', async () => {
    const listed = await inventoryOf('localhost a=1\n')
    expect(findHost(listed, '127.0.0.1')).toMatchObject({ name: 'localhost', implicit: false })
    expect(selectHosts(listed, '127.0.0.1').hosts).toEqual(['localhost'])
  })
})

describe('readLimit', () => {
  it('reads the terms of a file, one per line', async () => {
    await inDirectory({ 'site.retry': 'w1\n\nd1\nweb:db\n' }, async (root) => {
      const limit = await readLimit(`@${join(root, 'site.retry')},!w1`)
      expect(limit).toEqual(['w1', 'd1', 'web:db', '!w1'])
      expect(selectHosts(inventory, 'all', limit).hosts).toEqual(['d1'])
    })
  })

  it('takes an empty limit for none', async () => {
    expect(await readLimit('')).toBeUndefined()
    expect(await readLimit('web:&db')).toEqual(['web', '&db'])
  })

  it('refuses a file that is missing or empty', async () => {
    await inDirectory({ empty: '\n' }, async (root) => {
      expect(await errorsOf(readLimit(`@${root}/none`))).toMatchObject([{ code: 'limit-file' }])
      expect(await errorsOf(readLimit(`@${root}/empty`))).toMatchObject([{ code: 'limit-file' }])
    })
  })
})

describe('globs and regular expressions', () => {
  it.each([
    ['a.c', 'a.c', true],
    ['a.c', 'abc', false],
    ['[]a]', ']', true],
    ['[!]a]', 'b', true],
    ['[a-c]x', 'bx', true],
    ['[c-a]', 'b', false],
    ['[!c-a]', 'b', true],
    ['[a-]', '-', true],
    ['[a', '[a', true],
    ['[\\d]', '\\', true],
    ['[^a]', '^', true],
    ['***b', 'aab', true],
    ['?', '😀', true],
    ['{a}', '{a}', true],
  ])('the glob %s and %s: %s', (glob, name, expected) => {
    expect(globRegex(glob).test(name)).toBe(expected)
  })

  it.each([
    ['a', 'ab', true],
    ['b', 'ab', false],
    ['a$', 'ab', false],
    ['(?i)A', 'a', true],
    ['(?P<x>a)(?P=x)', 'aa', true],
    ['\\Aa\\Z', 'a', true],
    ['a{,2}$', 'aa', true],
    ['a{x}', 'a{x}', true],
    ['[]a]', ']', true],
    ['[^]]', 'a', true],
    ['[[]', '[', true],
    ['[\\w-]+$', 'ä-1', true],
    ['\\d\\-\\_', '1-_', true],
    ['a|b', 'b', true],
    ['\\W', '-', true],
  ])('the regular expression %s and %s: %s', (regex, name, expected) => {
    expect(pythonRegex(regex).test(name)).toBe(expected)
  })

  it('the glob of a text matches exactly that text', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (text, other) => {
        const glob = text.replaceAll(/[*?[]/g, '[$&]')
        expect(globRegex(glob).test(text)).toBe(true)
        expect(globRegex(glob).test(other)).toBe(text === other)
      }),
    )
  })
})
