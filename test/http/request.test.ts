import { expect, test } from 'vitest'
import { readRequest, withoutPassword } from '../../src/http/request.ts'

test.each([
  ['https://host/x@y', 'https://host/x@y'],
  ['https://host/x?to=a@b', 'https://host/x?to=a@b'],
  ['https://anna:secret@host/x', 'https://********@host/x'],
  ['https://TOKEN@host/x', 'https://********@host/x'],
  ['https://anna:se@c:ret@host/x', 'https://********@host/x'],
  ['http://anna:secret@host:8080?x@y', 'http://********@host:8080?x@y'],
  ['git+ssh://git@host/x', 'git+ssh://git@host/x'],
  ['ssh://git@host/x', 'ssh://git@host/x'],
  ['ssh://git:secret@host/x', 'ssh://********@host/x'],
  // No URL at all: a slash in the password.
  ['https://anna:se/cret@host/x', 'https://********@host/x'],
  ['git@host:x.git', 'git@host:x.git'],
  ['/srv/a@b.git', '/srv/a@b.git'],
])('%s is shown as %s', (text, shown) => {
  expect(withoutPassword(text)).toBe(shown)
})

test('an address that is none is refused without what is secret in it', () => {
  const params = { http_agent: 'x', force: false, force_basic_auth: false, timeout: 1, validate_certs: true }
  const read = () => readRequest('uri', { ...params, use_proxy: true, url: 'https://anna:se/cret@host/' })
  expect(read).toThrow(/\*{8}@host\/" is not a URL/)
  expect(read).not.toThrow(/cret/)
})
