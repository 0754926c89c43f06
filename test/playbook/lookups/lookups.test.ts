import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { compileExpression, type Scope, str } from '../../../src/jinja/index.ts'
import { type LookupRun, templateEnvironment } from '../../../src/playbook/environment.ts'
import { dict, type Value } from '../../../src/value.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hakube-lookups-'))
  mkdirSync(join(folder, 'files'))
  mkdirSync(join(folder, 'templates'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const vars = dict({
  port: 6443,
  groups: dict({ all: ['m1', 'm2', 'l1'], masters: ['m1', 'm2'], lbs: ['l1', 'm1'] }),
})
const scope: Scope = { lookup: (name) => vars.get(name), names: () => [...vars.keys()].map(String) }

function evaluate(text: string, run: LookupRun = { check: false, passwords: new Map() }): Value {
  const environment = templateEnvironment(folder, { PATH: process.env['PATH'] }, undefined, undefined, run)
  return compileExpression(text, { file: 'p.yml' }).evaluate(scope, environment)
}

describe('random_string', () => {
  const made = (options: string) => str(evaluate(`lookup('community.general.random_string', ${options})`))

  it.each([
    ['length=64, special=false', /^[A-Za-z0-9]{64}$/],
    ['length=40, upper=false, numbers=0, special=0', /^[a-z]{40}$/],
    ["length=40, override_all='01'", /^[01]{40}$/],
    ["length=40, upper=false, lower=false, numbers=false, override_special='AB'", /^[AB]{40}$/],
    // As many as there are at least, of what else is left out, and however short the whole was to be.
    ['length=4, upper=false, special=false, min_upper=2, numbers=false', /^(?=(?:.*[A-Z]){2})[A-Za-z]{4}$/],
    ["length=2, min_numeric=3, min_special=1, override_special='+'", /^(?=.*\+)(?:[+]|\d){4}$/],
  ])('makes one of %s', (options, pattern) => {
    expect(made(options)).toMatch(pattern)
  })

  it('is another one each time, 8 characters long, or their base64', () => {
    expect(made('upper=true')).toHaveLength(8)
    expect(new Set(Array.from({ length: 20 }, () => made('length=16'))).size).toBe(20)
    expect(Buffer.from(made('length=32, base64=true'), 'base64')).toHaveLength(32)
  })

  it('does not put what there is at least in front', () => {
    const first = Array.from({ length: 60 }, () => made('length=9, min_numeric=1, numbers=false').charAt(0))
    expect(first.some((one) => !/\d/.test(one))).toBe(true)
  })

  it.each([
    ['upper=false, lower=false, numbers=false, special=false', /no characters/],
    ['length=-1', /-1 characters/],
    ['len=3', /no option 'len'/],
  ])('refuses %s', (options, says) => {
    expect(() => made(options)).toThrow(says)
  })
})

describe('password', () => {
  it('makes a private file once, and reads it afterwards', () => {
    const first = evaluate("lookup('password', 'credentials/db length=15 chars=digits')")
    expect(first).toMatch(/^\d{15}$/)
    expect(evaluate("lookup('password', 'credentials/db')")).toBe(first)
    const file = join(folder, 'credentials/db')
    expect(readFileSync(file, 'utf8')).toBe(`${str(first)}\n`)
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(statSync(join(folder, 'credentials')).mode & 0o777).toBe(0o700)
  })

  it('keeps the salt of a hash beside the password, so that the hash stays', () => {
    writeFileSync(join(folder, 'p'), 'secret\n')
    const hash = evaluate("lookup('password', 'p', encrypt='sha512_crypt')")
    expect(hash).toMatch(/^\$6\$/)
    expect(readFileSync(join(folder, 'p'), 'utf8')).toMatch(/^secret salt=[./\w]{8}\n$/)
    expect(evaluate("lookup('password', 'p', encrypt='sha512_crypt')")).toBe(hash)
    expect(evaluate("lookup('password', 'p')")).toBe('secret')
  })

  it('writes nothing in check mode, and gives all who ask the same one', () => {
    const run: LookupRun = { check: true, passwords: new Map() }
    const first = evaluate("lookup('password', 'credentials/db')", run)
    expect(evaluate("lookup('password', 'credentials/db')", run)).toBe(first)
    expect(statSync(join(folder, 'credentials'), { throwIfNoEntry: false })).toBeUndefined()
  })

  it('keeps none for /dev/null, and refuses what it does not know', () => {
    expect(evaluate("lookup('password', '/dev/null')")).not.toBe(evaluate("lookup('password', '/dev/null')"))
    expect(() => evaluate("lookup('password', 'p', lenght=3)")).toThrow("password has no option 'lenght'")
    expect(() => evaluate("lookup('password', 'p', encrypt='md5_crypt')")).toThrow(
      "'md5_crypt' is not supported",
    )
  })
})

describe('template', () => {
  it('finds templates, sees the variables, and gives data where it looks like some', () => {
    writeFileSync(join(folder, 'templates/t.j2'), 'port {{ port }}{{ own | default("") }}\n')
    writeFileSync(join(folder, 'templates/l.j2'), '[1, {{ port }}]\n')
    expect(evaluate("lookup('template', 't.j2')")).toBe('port 6443\n')
    expect(evaluate("lookup('template', 't.j2', template_vars={'own': '!'})")).toBe('port 6443!\n')
    expect(evaluate("lookup('template', 'l.j2')")).toEqual([1, 6443])
    expect(() => evaluate("lookup('template', 'no.j2')")).toThrow('there is no template no.j2')
  })

  it('says where in the template a mistake is', () => {
    writeFileSync(join(folder, 'templates/t.j2'), 'a\n{{ nope }}\n')
    expect(() => evaluate("lookup('template', 't.j2')")).toThrow(
      expect.objectContaining({
        place: expect.objectContaining({ file: join(folder, 'templates/t.j2'), line: 2 }),
      }),
    )
  })
})

describe('pipe and lines', () => {
  it('give what a program says', () => {
    expect(evaluate("lookup('pipe', 'echo a; pwd')")).toBe(`a\n${folder}`)
    expect(evaluate("query('lines', 'printf \"a\\nb\\n\"')")).toEqual(['a', 'b'])
  })

  it('fail with the program, unless told otherwise', () => {
    expect(() => evaluate("lookup('pipe', 'echo no >&2; exit 3')")).toThrow('it ended with 3: no')
    expect(evaluate("lookup('pipe', 'exit 3', errors='ignore') is none")).toBe(true)
  })
})

describe('ini and csvfile', () => {
  beforeEach(() => {
    writeFileSync(
      join(folder, 'files/a.ini'),
      '[DEFAULT]\nx = 1\n[global]\nUser = me\nlong = a\n  b\n; no\nref = %(user)s/%%\n[b]\nk: v=w\n',
    )
    writeFileSync(join(folder, 'files/t.csv'), 'name,ip\nm1,"192.0.2.1"\n"a ""b""",2\n')
  })

  it.each<[string, Value]>([
    ["lookup('ini', 'user', file='a.ini')", 'me'],
    ["lookup('ini', 'long', file='a.ini')", 'a\nb'],
    ["lookup('ini', 'ref', file='a.ini')", 'me/%'],
    ["lookup('ini', 'k', section='b', file='a.ini')", 'v=w'],
    ["lookup('ini', 'x', section='b', file='a.ini')", '1'],
    ["lookup('ini', 'k section=b file=a.ini')", 'v=w'],
    ["lookup('ini', 'none', file='a.ini', default='d')", 'd'],
    ["query('ini', '.*', re=true, section='b', file='a.ini')", ['1', 'v=w']],
    ["lookup('csvfile', 'm1', file='t.csv', delimiter=',')", '192.0.2.1'],
    ["lookup('csvfile', 'a \"b\"', file='t.csv', delimiter=',')", '2'],
    ["lookup('csvfile', 'm1 file=t.csv delimiter=, col=0')", 'm1'],
    ["query('csvfile', 'm9', file='t.csv', delimiter=',')", []],
  ])('%s', (text, expected) => expect(evaluate(text)).toEqual(expected))

  it.each([
    ["lookup('ini', 'k', section='c', file='a.ini')", "No section 'c'"],
    ["lookup('csvfile', 'm1', file='t.csv', delimiter=',', col=7)", 'no column 7'],
    ["lookup('csvfile', 'm1', fiel='t.csv')", "'fiel' is no option"],
    ["lookup('ini', 'k', file='no.ini')", 'there is no file no.ini'],
  ])('%s fails', (text, message) => expect(() => evaluate(text)).toThrow(message))
})

describe('the rest', () => {
  it.each<[string, Value]>([
    ["query('inventory_hostnames', 'all:!lbs')", ['m2']],
    ["query('inventory_hostnames', 'masters:&lbs')", ['m1']],
    ["query('inventory_hostnames', 'm*')", ['m1', 'm2']],
    ["query('inventory_hostnames', 'nobody')", []],
    ["query('inventory_hostnames', 'masters[0]')", ['m1']],
    ["query('inventory_hostnames', '~m[2-9]')", ['m2']],
    ["lookup('env', 'HAKUBE_NOTHING', default='d')", 'd'],
  ])('%s', (text, expected) => expect(evaluate(text)).toEqual(expected))

  it('url is refused with what to write instead', () => {
    expect(() => evaluate("lookup('url', 'http://192.0.2.1/')")).toThrow(
      expect.objectContaining({ code: 'unknown-lookup', hint: expect.stringContaining('module uri') }),
    )
  })
})
