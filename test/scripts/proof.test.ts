import path from 'node:path'
import { expect, it } from 'vitest'
import { failureOf } from '../../scripts/gen/proof.ts'
import { readSurvey } from '../../scripts/gen/survey-data.ts'

const root = path.resolve(import.meta.dirname, '../..')

it.each([
  [{ render: '{{ 1 + 1 }}', gives: 2 }, undefined],
  [{ render: '{{ 1 + 1 }}', gives: '2' }, /comes out as 2/],
  [{ render: '{{ 1 | nofilter }}', gives: 1 }, /no filter 'nofilter'/],
  [{ render: '{{ nothing }}', gives: '' }, /nothing/],
  [{ template: '{% for x in [1] %}{{ x }}{% endfor %}', gives: '1' }, undefined],
  [{ load: '- debug: {msg: a}\n' }, undefined],
  [{ load: '- debgu: {msg: a}\n' }, /no module debgu/],
  [{ load: '- debug: {msg: a}\n  debugger: never\n' }, /no debugger/],
  [
    { load: '- template: {src: a.j2, dest: /a}\n', files: { 'templates/a.j2': '{% if %}' } },
    /an expression is missing/i,
  ],
  [{ playbook: '- hosts: all\n  nokeyword: 1\n' }, /nokeyword/],
  [{ inventory: '[web]\na x=1\n', render: '{{ x }}', gives: 1 }, undefined],
  [{ inventory: '[web\na\n', render: '{{ x }}', gives: 1 }, /./],
])('a proof that fails says why: %j', async (feature, why) => {
  const failure = await failureOf(feature, root)
  if (why === undefined) expect(failure).toBeUndefined()
  else expect(failure).toMatch(why)
})

it('the survey has all of its groups', () => {
  const survey = readSurvey(root)
  expect([...survey.values()].reduce((sum, features) => sum + features.size, 0)).toBeGreaterThan(240)
  expect(survey.get('modules')?.get('template')?.units).toBe(37)
})
