import { describe, expect, it } from 'vitest'
import { runLocal, type LocalSettings } from '../support/run-local.ts'
import { head, ONE, said, told } from './support.ts'

const tagged = (only: string[], skip: string[] = []): Partial<LocalSettings> => ({ tags: { only, skip } })

interface Case {
  name: string
  tasks: string
  files: Record<string, string>
  more?: Partial<LocalSettings>
  hears: string[]
}

/** Held against ansible-core 2.14: HAKUBE_TEST_ORACLE=1. */
describe('the deprecated include', () => {
  const cases: Case[] = [
    {
      name: 'lends its tags to what it brings',
      tasks: '    - include: more.yml\n      tags: [install]\n    - debug: {msg: other}\n',
      files: { 'more.yml': '- debug: {msg: inner}\n' },
      more: tagged(['install']),
      hears: ['inner'],
    },
    {
      name: 'does not hide the tags of what it brings',
      tasks: '    - include: more.yml\n',
      files: { 'more.yml': '- debug: {msg: inner}\n  tags: [deep]\n- debug: {msg: other}\n' },
      more: tagged(['deep']),
      hears: ['inner'],
    },
    {
      name: 'holds back all of it with its tags',
      tasks: '    - include: more.yml\n      tags: [install]\n    - debug: {msg: other}\n',
      files: { 'more.yml': '- debug: {msg: inner}\n' },
      more: tagged([], ['install']),
      hears: ['other'],
    },
    {
      name: 'lends the keywords that include_tasks refuses',
      tasks: '    - include: more.yml\n      become: no\n      environment: {WHO: me}\n',
      files: {
        'more.yml': '- command: printenv WHO\n  register: r\n- debug: {msg: "{{ r.stdout }}"}\n',
      },
      hears: ['me'],
    },
    {
      name: 'makes variables of its further arguments',
      tasks:
        '    - include: more.yml who=me how="so so"\n    - include: {file: more.yml, who: you, how: "{{ who }}"}\n',
      files: { 'more.yml': '- debug: {msg: "{{ who }} {{ how }}"}\n' },
      hears: ['me so so', 'you you'],
    },
    {
      name: 'asks its condition before each task',
      tasks: '    - include: more.yml\n      when: go | default(true)\n',
      files: { 'more.yml': '- set_fact: {go: false}\n- debug: {msg: inner}\n' },
      hears: [],
    },
    {
      name: 'is an include of the run with a loop, or with a template for its name',
      tasks:
        '    - include: "{{ item }}.yml"\n      with_items: [one]\n    - include: "{{ which }}.yml"\n      vars: {which: one}\n',
      files: { 'one.yml': '- debug: {msg: inner}\n' },
      hears: ['inner', 'inner'],
    },
    {
      name: 'is an include of the run where one brought its file',
      tasks: '    - include_tasks: outer.yml\n',
      files: {
        'outer.yml': '- include: more.yml\n  tags: [deep]\n  when: go | default(true)\n',
        'more.yml': '- set_fact: {go: false}\n- debug: {msg: inner}\n',
      },
      hears: ['inner'],
    },
    {
      name: 'brings nothing with an empty file',
      tasks: '    - include: more.yml\n    - debug: {msg: other}\n',
      files: { 'more.yml': '---\n' },
      hears: ['other'],
    },
    {
      name: 'brings handlers that can be notified',
      tasks: '    - command: "true"\n      notify: inner\n  handlers:\n    - include: more.yml\n',
      files: { 'more.yml': '- name: inner\n  debug: {msg: inner}\n' },
      hears: ['inner'],
    },
  ]
  it.each(cases)('$name', async ({ tasks, files, more = {}, hears }) => {
    expect(await said(`${head}  tasks:\n${tasks}`, files, more)).toEqual(hears)
  })

  it.each([
    ['include: more.yml tags=x', /tags/],
    ['include: no.yml', /there is no file no\.yml/],
    ['include:', /names not the file/],
  ])('is refused before the run: %s', async (task, says) => {
    const files = { 'more.yml': '- debug:\n' }
    const done = await runLocal(`${head}  tasks:\n    - ${task}\n`, { inventory: ONE, files })
    expect(told(done.errors)).toMatch(says)
  })
})
