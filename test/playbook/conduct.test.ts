import { expect, it } from 'vitest'
import { loadPlaybook } from '../../src/playbook/load.ts'
import { HakubeError, HakubeErrors } from '../../src/errors.ts'

const errorsOf = (line: string): readonly HakubeError[] => {
  try {
    loadPlaybook(`- hosts: all\n  ${line}\n`, 'site.yml')
    return []
  } catch (error) {
    if (error instanceof HakubeErrors) return error.errors
    if (error instanceof HakubeError) return [error]
    throw error
  }
}

it.each([
  'gather_subset: all',
  'gather_subset: ["!all", "!min", network]',
  'gather_subset: "!facter,!ohai,virtual"',
  'gather_subset: "{{ subset }}"',
  'gather_timeout: 30',
])('accepts %s', (line) => {
  expect(errorsOf(line)).toEqual([])
})

it.each([
  ['gather_subset: [netwrok]', 'netwrok is no subset of facts', /network/],
  ['gather_subset: facter', 'the facts of facter are not supported', /leave facter out/],
  ['fact_path: /etc/facts', 'fact_path is not supported here', /facts\.d/],
])('refuses %s', (line, message, hint) => {
  expect(errorsOf(line)).toMatchObject([{ message, hint: expect.stringMatching(hint), place: { line: 2 } }])
})
