import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import command from '../../src/tasks/command.ts'
import { scratch } from '../world/hosts.ts'
import { controllerWith, runTask, shells } from './harness.ts'

function prepare(args: Record<string, unknown>): unknown {
  return command.prepare(command.params.parse(args), controllerWith())
}

describe.each(shells)('command with $name', (host) => {
  test('stdout, stderr, rc and times', async () => {
    const { result } = await runTask(command, { cmd: "printf 'a\\nb\\n\\n'" }, host)
    expect(result).toMatchObject({ rc: 0, stdout: 'a\nb', stdout_lines: ['a', 'b'], stderr: '', msg: '' })
    expect(result['start']).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{6})?$/)
    expect(result['delta']).toMatch(/^0:00:0\d(\.\d{6})?$/)
  })

  test('words: quotes group, nothing else means anything to a shell', async () => {
    const { result } = await runTask(
      command,
      { cmd: `printf '[%s]' a "b  c" 'it'"'"s '*' ';' '$(echo x)' ""` },
      host,
    )
    expect(result['stdout']).toBe("[a][b  c][it's][*][;][$(echo x)][]")
  })

  test('variables of the host: set ones are replaced and not split, others stay', async () => {
    const argv = ['printf', '[%s]', '$HOME', 'x${HOME}y', '$NO_SUCH', '${NO_SUCH}z', '$1', '~root/a b', 'a~']
    const { result } = await runTask(command, { argv }, host)
    const home = process.env['HOME'] ?? ''
    expect(result['stdout']).toBe(`[${home}][x${home}y][$NO_SUCH][\${NO_SUCH}z][$1][/root/a b][a~]`)
  })

  test('expand_argument_vars: no leaves them alone', async () => {
    const { result } = await runTask(
      command,
      { argv: ['printf', '%s', '$HOME ~'], expand_argument_vars: 'no' },
      host,
    )
    expect(result['stdout']).toBe('$HOME ~')
  })

  test('a program, never a builtin of the shell', async () => {
    const { result } = await runTask(command, { argv: ['echo', String.raw`a\nb`] }, host)
    expect(result['stdout']).toBe(String.raw`a\nb`)
  })

  test('input, with and without a line end; none is empty', async () => {
    const one = await runTask(command, { cmd: 'od -An -c', stdin: 'a' }, host)
    expect(one.result['stdout']).toMatch(/a\s+\\n$/)
    const two = await runTask(
      command,
      { cmd: 'cat', stdin: 'a', stdin_add_newline: false, strip_empty_ends: false },
      host,
    )
    expect(two.result['stdout']).toBe('a')
    expect((await runTask(command, { cmd: 'cat' }, host)).result['stdout']).toBe('')
  })

  test('chdir, and a failure with its last words', async () => {
    const directory = scratch()
    expect((await runTask(command, { cmd: 'pwd', chdir: directory }, host)).result['stdout']).toBe(directory)
    const bad = await runTask(command, { cmd: `ls ${directory}/none` }, host)
    expect(bad.failure).toMatch(/^ls .*none ended with return code \d+: .*No such file/)
    const gone = await runTask(command, { cmd: 'pwd', chdir: `${directory}/none` }, host)
    expect(gone.failure).toContain('none')
  })

  test('a program that is not there', async () => {
    expect((await runTask(command, { cmd: 'no-such-program-here' }, host)).failure).toMatch(/return code 127/)
  })

  test.each([
    ['creates', '/made', 'skipped'],
    ['creates', '/none', 'run'],
    ['creates', '/m*', 'skipped'],
    ['creates', '/n*', 'run'],
    ['creates', '/dir/[ab].conf', 'skipped'],
    ['removes', '/made', 'run'],
    ['removes', '/none', 'skipped'],
    ['removes', '/[^m]*.x', 'skipped'],
  ])('%s: %s is %s', async (name, path, what) => {
    const directory = scratch()
    writeFileSync(join(directory, 'made'), '')
    mkdirSync(join(directory, 'dir'))
    writeFileSync(join(directory, 'dir', 'b.conf'), '')
    const { plan, result } = await runTask(
      command,
      { cmd: `touch ${directory}/ran`, [name]: directory + path },
      host,
    )
    expect(existsSync(join(directory, 'ran'))).toBe(what === 'run')
    expect(plan.status).toBe(what === 'run' ? 'change' : 'ok')
    if (what === 'skipped')
      expect(result).toMatchObject({ rc: 0, stdout: expect.stringMatching(/^skipped, since/) })
  })

  test('a relative path starts in chdir', async () => {
    const directory = scratch()
    writeFileSync(join(directory, 'made'), '')
    const { plan } = await runTask(command, { cmd: 'false', chdir: directory, creates: 'made' }, host)
    expect(plan.status).toBe('ok')
  })
})

test.each([
  [{}, 'no command given'],
  [{ cmd: '  ' }, 'no command given'],
  [{ cmd: 'ls', argv: ['ls'] }, 'not both'],
  [{ cmd: "echo 'a" }, 'quote is not closed'],
  [{ cmd: 'ls', creates: 'made' }, 'not an absolute path'],
  [{ cmd: 'ls', creates: '~/made' }, 'not an absolute path'],
])('%j is refused: %s', (args, message) => {
  expect(() => prepare(args)).toThrow(message)
})
