import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { Redactor } from '../../src/secret.ts'
import { encrypt, Vault } from '../../src/vault/vault.ts'
import { runLocal, type LocalSettings } from '../support/run-local.ts'
import { FIRST, PROD, recorded } from './support.ts'

const INVENTORY = 'a ansible_connection=local\n'
const inline = recorded('inline.txt').toString('utf8')
const sealed = (text: string) => encrypt(Buffer.from(text), PROD)

/** A run with both passwords; what its reporters would say, redacted as they do it. */
async function withVault(playbook: string, files: Record<string, string> = {}, inventory = INVENTORY) {
  const redactor = new Redactor()
  const vault = new Vault([FIRST, PROD], { redactor })
  const done = await runLocal(playbook, { inventory, files, redactor, vault })
  return { ...done, said: redactor.redact(JSON.stringify(done.outcomes)) }
}

const write = (source: string) => `- hosts: all
  gather_facts: false
  vars_files: [extra.yml]
  tasks:
    - name: write
      copy: {content: "${source}", dest: "{{ playbook_dir }}/out"}
`

describe('a run with encrypted input', () => {
  it('reads values and files of every kind, and shows none of them', async () => {
    const done = await withVault(
      write(
        "{{ first }} {{ second }} {{ third }} {{ lookup('file', 'key.txt') }} {{ from_inventory }} {{ plain }}",
      ),
      {
        'extra.yml': sealed('third: the-third\n'),
        'group_vars/all/vault.yml': inline,
        'group_vars/all/more.yml': sealed('fourth: "{{ third }} again"\n'),
        'files/key.txt': sealed('the key file\n'),
      },
      sealed('a ansible_connection=local from_inventory=the-inventory\n'),
    )
    expect(done.story).toEqual(['a write changed'])
    const out = await readFile(join(done.folder, 'out'), 'utf8')
    expect(out).toBe(
      'inline secret {{ no_template }} two\nlines of it the-third the key file the-inventory seen',
    )
    for (const secret of ['inline secret', 'lines of it', 'the-third', 'the key file', 'the-inventory'])
      expect(done.said).not.toContain(secret)
  })

  it('copies decrypted files, unless told not to', async () => {
    const playbook = `- hosts: all
  gather_facts: false
  tasks:
    - copy: {src: one, dest: "{{ playbook_dir }}/out/"}
    - copy: {src: one, dest: "{{ playbook_dir }}/raw", decrypt: false}
    - copy: {src: tree/, dest: "{{ playbook_dir }}/tree"}
    - template: {src: t.j2, dest: "{{ playbook_dir }}/rendered"}
    - assert: {that: "lookup('unvault', 'one') == 'content of one\\\\n'"}
`
    const text = sealed('content of one\n')
    const done = await withVault(playbook, {
      'out/keep': '',
      'files/one': text,
      'files/tree/two': sealed('content of two\n'),
      'templates/t.j2': sealed('for {{ inventory_hostname }}\n'),
    })
    expect(done.story.map((line) => line.split(' ').at(-1))).toEqual([
      ...Array.from({ length: 4 }, () => 'changed'),
      'ok',
    ])
    const read = async (name: string) => readFile(join(done.folder, name), 'utf8')
    expect(await read('out/one')).toBe('content of one\n')
    expect(await read('raw')).toBe(text)
    expect(await read('tree/two')).toBe('content of two\n')
    expect(await read('rendered')).toBe('for a\n')
  })

  it('takes an encrypted playbook, and values in the playbook itself', async () => {
    const value = sealed('from the play').trimEnd().replaceAll('\n', '\n        ')
    const playbook = `- hosts: all
  gather_facts: false
  vars:
    word: !vault |
        ${value}
  tasks:
    - assert: {that: "word == 'from the play' and word | length == 13"}
    - shell:
        cmd: cat > {{ playbook_dir }}/in
        stdin: !vault |
          ${value.replaceAll('\n', '\n  ')}
`
    const done = await withVault(sealed(playbook))
    expect(done.story.map((line) => line.split(' ').at(-1))).toEqual(['ok', 'changed'])
    expect(await readFile(join(done.folder, 'in'), 'utf8')).toBe('from the play\n')
  })

  it('needs no password for what nobody reads', async () => {
    const playbook = '- hosts: all\n  gather_facts: false\n  tasks: [{assert: {that: "plain == \'seen\'"}}]\n'
    const done = await runLocal(playbook, { inventory: INVENTORY, files: { 'group_vars/all.yml': inline } })
    expect(done.story).toEqual(['a assert ok'])
  })
})

describe('without the password', () => {
  it.each([
    ['an encrypted vars file', { 'extra.yml': sealed('x: 1\n') }, 'extra.yml', 1, 1],
    [
      'encrypted group_vars',
      { 'extra.yml': '', 'group_vars/all.yml': sealed('x: 1\n') },
      'group_vars/all.yml',
      1,
      1,
    ],
    ['an inline value', { 'extra.yml': '', 'group_vars/all.yml': inline }, 'group_vars/all.yml', 3, 11],
  ])('refuses %s', async (_name, files, file, line, column) => {
    const { errors, folder, events } = await runLocal(write('{{ first }}'), { inventory: INVENTORY, files })
    expect(errors).toMatchObject([
      {
        code: 'vault-password-missing',
        exitCode: 1,
        place: { file: expect.stringContaining(join(folder, file)), line, column },
      },
    ])
    expect(events.filter((event) => event.type === 'task-end')).toEqual([])
  })

  it('shows nothing of an encrypted file with mistakes', async () => {
    const { errors } = await withVault(write(''), { 'extra.yml': sealed('a: {{ hidden words }}\n') })
    expect(errors).toHaveLength(1)
    expect(inspect(errors[0])).not.toContain('hidden')
    const ini = await withVault(write(''), { 'extra.yml': '' }, sealed('[hidden words]\n'))
    expect(ini.errors).toMatchObject([{ place: { line: 1 }, message: '"********" is not a section header' }])
    expect(inspect(ini.errors)).not.toContain('hidden')
  })
})

describe('before any host is contacted', () => {
  const run = async (tasks: string, more: Partial<LocalSettings> = {}) => {
    const playbook = `- hosts: all\n  gather_facts: false\n  tasks:\n${tasks}`
    const files = {
      'group_vars/all.yml': `${inline}url: "pw={{ first }}"\n`,
      'templates/t.j2': 'x {{ url }}',
      ...more.files,
    }
    const done = await runLocal(playbook, { inventory: INVENTORY, ...more, files })
    const contacted = done.events.some((event) => event.type === 'host-connected')
    return { ...done, contacted, codes: done.errors.map((error) => error.code) }
  }

  it.each([
    ['an argument', '    - debug: {msg: "{{ first }}"}\n'],
    ['a bare expression', '    - debug: {var: second}\n'],
    ['a variable of a variable', '    - command: echo {{ url }}\n'],
    ['a template file', '    - template: {src: t.j2, dest: "{{ playbook_dir }}/x"}\n'],
    ['a condition', '    - debug: {msg: x}\n      when: first == "x"\n'],
    ['a loop', '    - debug: {msg: "{{ item }}"}\n      loop: ["{{ first }}"]\n'],
  ])('tells a missing password that %s needs', async (_name, tasks) => {
    expect(await run(tasks)).toMatchObject({ contacted: false, codes: ['vault-password-missing'] })
  })

  it('tells a wrong password, and one that connecting needs', async () => {
    const vault = new Vault([PROD])
    const { errors, contacted } = await run('    - debug: {msg: "{{ first }}"}\n', { vault })
    expect(contacted).toBe(false)
    expect(errors).toMatchObject([{ code: 'vault-password-wrong', place: { line: 3 } }])
    const host = { files: { 'host_vars/a.yml': 'ansible_password: "{{ first }}"\n' } }
    expect(await run('    - debug: {msg: x}\n', host)).toMatchObject({ contacted: false })
  })

  it.each([
    ['a skipped task', '    - debug: {msg: "{{ first }}"}\n      when: plain != "seen"\n'],
    ['the other side of a choice', '    - debug: {msg: "{{ plain if plain else first }}"}\n'],
    [
      'a default',
      '    - command: echo x\n      register: it\n    - debug: {msg: "{{ it.stdout | default(first) }}"}\n',
    ],
    ['a task after the end', '    - meta: end_play\n    - debug: {msg: "{{ first }}"}\n'],
  ])('needs no password for %s', async (_name, tasks) => {
    const { errors, contacted } = await run(tasks)
    expect(errors).toEqual([])
    expect(contacted).toBe(true)
  })

  it('leaves to the run what may be rescued or ignored', async () => {
    const rescued = '    - block: [{debug: {msg: "{{ first }}"}}]\n      rescue: [{debug: {msg: saved}}]\n'
    expect(await run(rescued)).toMatchObject({ contacted: true })
    const ignored = '    - debug: {msg: "{{ first }}"}\n      ignore_errors: true\n'
    expect((await run(ignored)).story).toEqual(['a debug ignored'])
  })
})
