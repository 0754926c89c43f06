import { afterAll, expect, it, vi } from 'vitest'
import { Once } from '../../src/converge/once.ts'
import { runLocal } from '../support/run-local.ts'

// A host that waits for one that waits for it: a mistake of ours, which must end all the same.
const leader = vi.spyOn(Once.prototype, 'leader').mockReturnValue('a')
afterAll(() => leader.mockRestore())

const PLAY = `- hosts: web
  gather_facts: false
  tasks:
    - meta: end_host
      when: inventory_hostname == 'a'
    - {name: once, debug: , run_once: true}
- hosts: web
  gather_facts: false
  tasks:
    - {name: second, debug: }
`

it('a run whose hosts wait for each other ends as a bug, and says where they stand', async () => {
  await expect(runLocal(PLAY)).rejects.toThrow(
    /^all hosts wait for each other: a at play, b at once \(.*\), c at once/,
  )
})

it('Ctrl-C ends it before', async () => {
  const interrupt = new AbortController()
  setTimeout(() => interrupt.abort(), 250)
  expect((await runLocal(PLAY, { signal: interrupt.signal })).summary?.exitCode).toBe(130)
})
