import { expect, it } from 'vitest'
import { maskSecrets } from '../../src/yaml/mask.ts'

it.each([
  ['n1 ansible_password=abc x=1', 'n1 ansible_password=*** x=1'],
  ["n1 ansible_password='a b' x=1", 'n1 ansible_password=***** x=1'],
  ["n1 ansible_password='a b", 'n1 ansible_password=****'],
  ['n1 ansible_password=a b ansible_become_pass=c', 'n1 ansible_password=*** ansible_become_pass=*'],
  ['ansible_become_pass = two words=x', 'ansible_become_pass = ***********'],
  ['  auth_pass: x y', '  auth_pass: ***'],
  ['- token: "a\\"b" # c', '- token: ****** # c'],
  ['foo: {password: "a", user: b}', 'foo: {password: ***, user: b}'],
  ['"password": "abc", "x": 1', '"password": *****, "x": 1'],
  ['  password: {{ x }}', '  password: {{ x }}'],
  ['  password: "{{ x }}"', '  password: "{{ x }}"'],
  ['passwords: [a]', 'passwords: [a]'],
  ['- name: set the password', '- name: set the password'],
  ['ansible_user=root', 'ansible_user=root'],
])('%s', (line, shown) => {
  expect(maskSecrets(line)).toBe(shown)
})
