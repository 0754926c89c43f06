import { expect, test } from 'vitest'
import { insteadOf } from '../../src/playbook/known-modules.ts'

test.each(['mycompany.tools.pip', 'my_module', 'toString'])('%s is nobody’s', (name) => {
  expect(insteadOf(name)).toBeUndefined()
})

test.each(['docker_image', 'community.docker.docker_image', 'kubernetes.core.k8s', 'win_shell'])(
  '%s is known',
  (name) => {
    expect(insteadOf(name)).toMatch(/\S/)
  },
)
