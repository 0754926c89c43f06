import { readFileSync } from 'node:fs'
import path from 'node:path'
import * as z from 'zod'
import { toJson } from '../../src/value.ts'
import { loadYaml, toValue } from '../../src/yaml/load.ts'

const Feature = z.strictObject({
  /** Of 41; undefined where the survey has no number. */
  units: z.number().optional(),
  /** Tasks. */
  load: z.string().optional(),
  playbook: z.string().optional(),
  inventory: z.string().optional(),
  /** Of the inventory's name. */
  suffix: z.string().optional(),
  /** Files beside the playbook. */
  files: z.record(z.string(), z.string()).optional(),
  /** A playbook value, and what it comes out as. */
  render: z.string().optional(),
  /** The same as the text of a template. */
  template: z.string().optional(),
  gives: z.json().optional(),
})

/** One feature that roles of the field use, with a proof that hakube has it. */
export type Feature = z.output<typeof Feature>

/** Features by group and name. */
export function readSurvey(root: string): ReadonlyMap<string, ReadonlyMap<string, Feature>> {
  const file = path.join(root, 'scripts/record/survey.yml')
  const node = loadYaml(readFileSync(file, 'utf8'), file)
  const groups = z.record(z.string(), z.record(z.string(), Feature)).parse(node && toJson(toValue(node)))
  return new Map(
    Object.entries(groups).map(([group, features]) => [group, new Map(Object.entries(features))]),
  )
}
