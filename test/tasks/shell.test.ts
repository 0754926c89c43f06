import { describe, expect, test } from 'vitest'
import shell from '../../src/tasks/shell.ts'
import { controllerWith, runTask, shells } from './harness.ts'

describe.each(shells)('shell with $name', (host) => {
  test('pipes, variables, both outputs and the status', async () => {
    const { failure, applied } = await runTask(
      shell,
      { cmd: 'x=1; echo "a $x" | tr a b; echo no >&2; exit 3' },
      host,
    )
    expect(failure).toMatch(/return code 3: no$/)
    expect(applied?.code).toBe(3)
  })

  test('cmd of the result is the text', async () => {
    const { result } = await runTask(shell, { cmd: 'echo "$0"; cat', stdin: 'in' }, host)
    expect(result).toMatchObject({ cmd: 'echo "$0"; cat', stdout_lines: [expect.any(String), 'in'] })
  })

  test('another shell', async () => {
    const { result } = await runTask(shell, { cmd: 'echo $BASH_VERSION', executable: '/bin/bash' }, host)
    expect(result['stdout']).toMatch(/^\d/)
  })
})

test('a first line that is long, or not the only one, is cut in messages', async () => {
  const prepared = await shell.prepare(shell.params.parse({ cmd: 'echo a\necho b' }), controllerWith())
  expect(prepared).toMatchObject({ shown: 'echo a…' })
})

test('nothing to run is refused', () => {
  expect(() => shell.prepare(shell.params.parse({ cmd: ' ' }), controllerWith())).toThrow('no command given')
})
