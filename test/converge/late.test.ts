import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startServer, type TestServer } from '../support/http-server.ts'
import { runLocal } from '../support/run-local.ts'

let server: TestServer
beforeAll(async () => {
  server = await startServer({ plain: 'plain\n', other: 'other\n' })
})
afterAll(() => server.close())

const play = (tasks: string) => `
- hosts: a
  gather_facts: false
  tasks:
${tasks}`

test('a server is asked when the turn of the task has come, once, and not ahead', async () => {
  const tasks = play(`
    - copy: { content: "plain\\n", dest: '{{ playbook_dir }}/got' }
    - copy: { content: two, dest: '{{ playbook_dir }}/two' }
    - get_url: { url: '${server.url}/plain', dest: '{{ playbook_dir }}/got' }
    - copy: { content: three, dest: '{{ playbook_dir }}/three' }
`)
  const first = await runLocal(tasks)
  expect(first.story).toEqual(['a copy changed', 'a copy changed', 'a get_url ok', 'a copy changed'])
  const asked = ['HEAD /plain', 'GET /plain']
  expect(await server.log()).toEqual(asked)
  await runLocal(tasks, { folder: first.folder })
  // Asked again behind the lock, as everything is.
  expect(await server.log()).toEqual(['HEAD /plain', ...asked])
})

test('what it fetches is not fetched again to look, and with a checksum it is looked at', async () => {
  const tasks = (checksum: string) =>
    play(`
    - get_url: { url: '${server.url}/other', dest: '{{ playbook_dir }}/got'${checksum} }
`)
  const first = await runLocal(tasks(''))
  expect(first.story).toEqual(['a get_url changed'])
  // Asked again behind the lock, as everything is. Runs that found the lock of another test taken came before.
  expect((await server.log()).slice(-3)).toEqual(['HEAD /other', 'HEAD /other', 'GET /other'])
  const sum = 'sha256:7d6a8a7c2bf3e6d4dc5a8f3a4e8e3b2a1f0c9d8e7b6a5f4e3d2c1b0a9f8e7d6c'
  const wrong = await runLocal(tasks(`, checksum: '${sum}'`))
  expect(wrong.story).toEqual(['a get_url failed'])
  const right = `sha256:${createHash('sha256').update('other\n').digest('hex')}`
  expect((await runLocal(tasks(`, checksum: '${right}'`))).story).toEqual(['a get_url changed'])
  await server.log()
})

test('with the environment of the task', async () => {
  const done = await runLocal(
    play(`
    - get_url: { url: 'http://nowhere.test/other', dest: '{{ playbook_dir }}/got' }
      environment: { http_proxy: '${server.url}' }
`),
  )
  // A proxy is asked for all of the URL.
  expect(await server.log()).toEqual(['HEAD http://nowhere.test/other'])
  expect(done.story[0]).toMatch(/^a get_url failed/)
})

test('an apply that says so has changed nothing', async () => {
  const tasks = play(`
    - uri: { url: '${server.url}/plain', dest: '{{ playbook_dir }}/got' }
    - uri: { url: '${server.url}/status/304', dest: '{{ playbook_dir }}/got', status_code: [200, 304] }
      register: kept
    - assert: { that: [not kept.changed, kept.status == 304] }
`)
  const done = await runLocal(tasks)
  expect(done.story).toEqual(['a uri changed', 'a uri ok', 'a assert ok'])
  expect(readFileSync(join(done.folder, 'got'), 'utf8')).toBe('plain\n')
})

test.runIf(existsSync('/usr/bin/apt-get'))('a key, too', async () => {
  await server.log()
  const done = await runLocal(
    play(`
    - apt_key: { url: 'http://nowhere.test/plain', keyring: '{{ playbook_dir }}/k.gpg' }
      environment: { http_proxy: '${server.url}' }
`),
  )
  expect(await server.log()).toEqual(['GET http://nowhere.test/plain'])
  expect(done.story[0]).toMatch(/^a apt_key failed/)
})
