import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Answer } from '../../src/connect/connection.ts'
import { factsQuestion, injectFacts, parseFacts } from '../../src/facts/index.ts'
import { factsTable } from '../../src/facts/table.ts'
import { toJson } from '../../src/value.ts'
import { dict } from '../../src/value.ts'

const hosts = ['debian-machine', 'el-host', 'debian-host', 'busybox-host']
const here = (name: string): URL => new URL(`recorded/${name}`, import.meta.url)

/** Bytes that editors do not show are written as their pictures in the files. */
function recorded(host: string): Buffer {
  const text = readFileSync(here(`${host}.txt`), 'utf8')
  return Buffer.from(text.replaceAll('␀', '\0').replaceAll('␞', '\u001e').replaceAll('␟', '\u001f'))
}

function answer(stdout: Buffer | string, code = 0): Answer {
  return { code, stdout: Buffer.from(stdout), stderr: Buffer.from('') }
}

test.each(hosts)('%s: facts of a recorded answer', (host) => {
  const facts = toJson(parseFacts(answer(recorded(host))))
  // UPDATE=1 writes the files anew; look at them before they are committed.
  if (process.env['UPDATE'] !== undefined) writeFileSync(here(`${host}.json`), JSON.stringify(facts))
  expect(facts).toEqual(JSON.parse(readFileSync(here(`${host}.json`), 'utf8')))
})

test('the table of the recorded hosts', () => {
  const all = new Map(hosts.map((host) => [host, parseFacts(answer(recorded(host)))]))
  const text = factsTable(all)
  if (process.env['UPDATE'] !== undefined) writeFileSync(here('table.txt'), text)
  expect(text).toBe(readFileSync(here('table.txt'), 'utf8'))
})

test('facts become variables with a prefix', () => {
  const variables = injectFacts(parseFacts(answer(recorded('el-host'))))
  expect(variables.get('ansible_os_family')).toBe('RedHat')
  expect([...variables.keys()].filter((key) => !String(key).startsWith('ansible_'))).toEqual([
    'gather_subset',
    'module_setup',
  ])
  expect(variables.has('ansible_ansible_local')).toBe(false)
  const python = injectFacts(dict({ discovered_interpreter_python: '/usr/bin/python3' }))
  expect([...python.keys()]).toEqual(['discovered_interpreter_python'])
})

test('an answer that stops in the middle is an error, not half of the facts', () => {
  const whole = recorded('el-host')
  const cut = whole.subarray(0, whole.length - 6)
  expect(() => parseFacts(answer(cut, 2))).toThrow('the facts script stopped in the middle (exit status 2)')
})

test('any cut or change of an answer gives facts or a known error, never an exception of another kind', () => {
  const text = recorded('busybox-host').toString('utf8')
  fc.assert(
    fc.property(fc.nat(text.length), fc.nat(60), fc.string(), (from, length, insert) => {
      const changed = text.slice(0, from) + insert + text.slice(from + length)
      try {
        parseFacts(answer(changed))
      } catch (error) {
        expect(error).toHaveProperty('code', 'facts-failed')
      }
    }),
    { numRuns: 500 },
  )
})

const shells = [['dash'], ['bash', '--posix'], ['busybox', 'ash']].filter(([shell = '']) =>
  ['/bin', '/usr/bin'].some((dir) => existsSync(`${dir}/${shell}`)),
)

describe.each(shells)('the script in %s', (...[shell = 'sh', ...args]) => {
  test('answers on this machine', () => {
    // As the batch layer runs it: a subshell of a shell that reads its program from stdin.
    const input = `( ${factsQuestion().script.text}\n) </dev/null\n`
    const { status, stdout, stderr } = spawnSync(shell, args, {
      input,
      env: { ...process.env, HAKUBE_X: 'a\nb=c' },
    })
    expect(stderr.toString()).toBe('')
    const facts = toJson(parseFacts(answer(stdout, status ?? 1)))
    expect(facts).toMatchObject({
      system: 'Linux',
      user_uid: process.getuid?.(),
      env: { HAKUBE_X: 'a\nb=c' },
      userspace_bits: '64',
    })
    expect(facts).toHaveProperty('processor_vcpus')
    expect(facts).toHaveProperty('date_time.epoch', expect.stringMatching(/^\d{10}$/))
  })

  test('is silent and complete even where nearly every program is missing', () => {
    const input = `PATH=/nonexistent; ( ${factsQuestion().script.text.replace(/^PATH=.*$/m, '')}\n) </dev/null\n`
    const { stdout, stderr } = spawnSync(`/bin/${shell}`, args, { input })
    expect(stderr.toString()).not.toContain('yntax')
    expect(toJson(parseFacts(answer(stdout)))).toMatchObject({ distribution: 'Linux', interfaces: [] })
  })
})
