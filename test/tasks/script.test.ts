import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import module from '../../src/tasks/script.ts'
import { scratch } from '../world/hosts.ts'
import { controllerWith, type Host, runTask, shells } from './harness.ts'

function written(text: string): string {
  const path = join(scratch(), 'script.sh')
  writeFileSync(path, text)
  return path
}

describe.each(shells)('script with $name', (host: Host) => {
  test('runs by its first line, with arguments that a shell reads, and leaves nothing', async () => {
    const folder = scratch()
    const path = written('#!/bin/bash\n[[ -x $0 ]] && printf "[%s]" "$@" "$PWD"; echo >&2 err; exit "$#"\n')
    const cmd = `${path} "a b" $((1+1)) 'it'`
    const { result, failure } = await runTask(module, { cmd, chdir: folder }, host)
    expect(result).toEqual({})
    expect(failure).toMatch(/return code 3: err$/)
    const good = written('#!/bin/sh\nprintf "[%s]" "$@" "$PWD"; echo "$0" > "$1/name"\n')
    const done = await runTask(module, { cmd: `${good} ${folder}`, chdir: folder }, host)
    expect(done.result).toMatchObject({ rc: 0, stdout: `[${folder}][${folder}]` })
    expect(readdirSync(folder)).toEqual(['name'])
  })

  test('another program runs it', async () => {
    const path = written('print("x" * 3)\n')
    const { result } = await runTask(module, { cmd: path, executable: '/usr/bin/python3' }, host)
    expect(result).toMatchObject({ stdout: 'xxx\n' })
  })

  test('creates and removes', async () => {
    const folder = scratch()
    const path = written('#!/bin/sh\nexit 1\n')
    expect((await runTask(module, { cmd: path, creates: folder }, host)).plan.status).toBe('ok')
    expect((await runTask(module, { cmd: path, removes: `${folder}/none` }, host)).plan.status).toBe('ok')
  })
})

test.each([
  [{}, /no script given/],
  [{ cmd: "a 'b" }, /quote is not closed/],
])('%j is refused', async (args, says) => {
  const prepare = async () => module.prepare(module.params.parse(args), controllerWith())
  await expect(prepare()).rejects.toThrow(says)
})
