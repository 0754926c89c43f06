import { describe, expect, it } from 'vitest'
import { head, said, told, ONE } from './support.ts'
import { runLocal } from '../support/run-local.ts'

/** A loop, and what its items are: as `ansible-playbook` 2.14 says. */
const LOOPS: [string, string, string[]][] = [
  ['with_dict', '{a: 1, b: 2}', ['a=1', 'b=2']],
  ['with_indexed_items', '[x, [y, z]]', ['0 x', '1 y', '2 z']],
  ['with_nested', '[[a, b], [1, 2]]', ['a 1', 'a 2', 'b 1', 'b 2']],
  ['with_together', '[[a, b], [1]]', ['a 1', 'b ']],
  ['with_sequence', 'start=2 end=6 stride=2 format=n%02d', ['n02', 'n04', 'n06']],
  ['with_flattened', '[[a, [b]], c]', ['a', 'b', 'c']],
  ['with_subelements', '["{{ users }}", keys]', ['ann k1', 'ann k2', 'bob k3']],
  ['with_fileglob', '"*.conf"', ['a.conf', 'b.conf']],
  ['with_file', '[a.conf, b.conf]', ['A', 'B']],
  ['with_lines', '"printf \'x\\\\ny\\\\n\'"', ['x', 'y']],
  ['with_inventory_hostnames', '"web:!b"', ['a']],
  ['with_first_found', '[none.yml, "{{ which }}.conf"]', ['b.conf']],
  ['with_first_found', '[{files: [x, a.conf], paths: [files]}]', ['a.conf']],
  ['with_first_found', '[{files: [x], skip: true}]', []],
  ['with_first_found', '["{{ nope }}.conf", "{{ which.no.such }}", "{{ which }}.conf"]', ['b.conf']],
  ['with_first_found', '[{files: ["{{ nope }}"]}, b.conf]', ['b.conf']],
]

const SHOW: Record<string, string> = {
  with_dict: '{{ item.key }}={{ item.value }}',
  with_subelements: '{{ item.0.name }} {{ item.1 }}',
  with_indexed_items: '{{ item.0 }} {{ item.1 }}',
  with_nested: "{{ item | join(' ') }}",
  with_together: "{{ item.0 }} {{ item.1 or '' }}",
  with_fileglob: '{{ item | basename }}',
  with_first_found: '{{ item | basename }}',
}

describe('loops by lookups', () => {
  it.each(LOOPS)('%s over %s', async (word, items, expected) => {
    const show = SHOW[word] ?? '{{ item }}'
    const playbook = `${head}  vars:
    which: b
    users: [{name: ann, keys: [k1, k2]}, {name: bob, keys: [k3]}]
  tasks:
    - debug: {msg: "${show}"}
      ${word}: ${items}
`
    const files = { 'files/a.conf': 'A\n', 'files/b.conf': 'B\n', 'files/.c.conf': '' }
    expect(await said(playbook, files)).toEqual(expected)
  })

  it('are refused at load where there is no such lookup', async () => {
    const playbook = `${head}  tasks:\n    - debug: {msg: "{{ lookup('pasword', 'x') }}"}\n      when: query('nope') == []\n`
    const done = await runLocal(playbook, { inventory: ONE })
    expect(told(done.errors)).toMatch(
      /site\.yml:4:30 there is no lookup 'pasword' Did you mean password\?\n.*site\.yml:5:19 there is no lookup 'nope'/,
    )
  })

  it('say what they look for in vain', async () => {
    const playbook = `${head}  tasks:\n    - debug: {msg: x}\n      with_first_found: [a.yml, b.yml]\n`
    const done = await runLocal(playbook, { inventory: ONE })
    expect(told(done.errors)).toMatch(/site\.yml:5:25 none of these files is there: a\.yml, b\.yml/)
  })
})

describe('action and local_action', () => {
  it('name the module as a text or in a mapping', async () => {
    const playbook = `${head}  tasks:
    - action: debug msg="one two"
    - action: {module: debug, msg: three}
    - local_action: {module: debug, msg: "{{ inventory_hostname }}"}
    - local_action: command echo four
      register: out
    - action: debug msg={{ out.stdout }}
`
    expect(await said(playbook, {})).toEqual(['one two', 'three', 'a', 'four'])
  })

  it('are refused without a module', async () => {
    const done = await runLocal(`${head}  tasks:\n    - action: {msg: x}\n`, { inventory: ONE })
    expect(told(done.errors)).toMatch(/site\.yml:4:15 action names a module/)
  })
})

/** As `ansible-playbook` 2.14 says. */
describe('loop_control', () => {
  it('extended tells where an item stands, in its result too; extended_allitems: false leaves the list out', async () => {
    expect(
      await said(
        head +
          `  tasks:
    - {command: "true", loop: [x, y, z], when: item != 'y', loop_control: {extended: true, index_var: i}, register: r}
    - debug: {msg: "{{ r.results[1].ansible_loop.previtem }}{{ r.results[1].ansible_loop.nextitem }} {{ r.results[0].ansible_loop.previtem is defined }} {{ r.results[2].i }} {{ r.results[2].ansible_index_var }}"}
    - debug: {msg: "{{ ansible_loop.allitems is defined }} {{ ansible_loop.index }}/{{ ansible_loop.length }} {{ ansible_loop.revindex0 }} {{ ansible_loop.first }} {{ ansible_loop.last }}"}
      loop: [x, y]
      loop_control: {extended: true, extended_allitems: false}
    - debug: {msg: "{{ ansible_loop is defined }}"}
      loop: [x]
`,
        {},
      ),
    ).toEqual(['xz False 2 i', 'False 1/2 1 True False', 'False 2/2 0 False True', 'False'])
  })

  it('knows no break_when', async () => {
    const { errors } = await runLocal(
      `${head}  tasks:\n    - {debug: {msg: x}, loop: [1], loop_control: {break_when: true}}\n`,
      { inventory: ONE },
    )
    expect(told(errors)).toMatch(/:4:\d+ break_when is not supported here .*fewer items/)
  })
})
