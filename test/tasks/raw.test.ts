import { describe, expect, test } from 'vitest'
import module from '../../src/tasks/raw.ts'
import { controllerWith, runTask, shells } from './harness.ts'

describe.each(shells)('raw with $name', (host) => {
  test('a command line, as a shell reads it', async () => {
    const { result, plan } = await runTask(
      module,
      { free_form: 'echo "$((1 + 1))" | tr 2 3; echo e >&2' },
      host,
    )
    expect(plan).toMatchObject({ status: 'change' })
    expect(result).toMatchObject({ rc: 0, stdout: '3\n', stdout_lines: ['3'], stderr: 'e\n' })
    expect(result).not.toHaveProperty('start')
  })

  test('another shell, and a failure', async () => {
    const { failure } = await runTask(module, { free_form: '[[ a == b ]]', executable: '/bin/bash' }, host)
    expect(failure).toMatch(/return code 1$/)
  })
})

test('nothing is refused', () => {
  expect(() => module.prepare(module.params.parse({ free_form: ' ' }), controllerWith())).toThrow(
    /no command/,
  )
})
