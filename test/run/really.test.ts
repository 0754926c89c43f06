import { expect, test } from 'vitest'
import { runLocal } from '../support/run-local.ts'

const PLAY = `
- hosts: web
  gather_facts: false
  handlers:
    - {name: handled, command: "true", check_mode: false}
  tasks:
    - {name: plain, command: "true"}
    - {name: always rehearsed, command: "true", check_mode: true}
    - {name: asks only, stat: {path: /}, check_mode: false}
    - {name: runs, command: "true", check_mode: false}
    - name: a block
      check_mode: "{{ maybe | default(false) }}"
      block:
        - {name: may run, command: "true"}
`
const inventory = '[web]\na ansible_connection=local\nb ansible_connection=local\n'

async function told(check: boolean): Promise<unknown> {
  const { events } = await runLocal(PLAY, { inventory, check })
  const [first] = events.filter((event) => event.type === 'run-start')
  return first?.runs?.map(({ task }) => task)
}

test('check mode tells beforehand what it runs all the same, once for all hosts', async () => {
  expect(await told(true)).toEqual(['runs', 'may run', 'handled'])
})

test('a real run has nothing to tell', async () => {
  expect(await told(false)).toBeUndefined()
})
