import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { HakubeErrors, isKnown } from '../../src/errors.ts'
import { parseFacts } from '../../src/facts/index.ts'
import { compileTemplate, renderValue } from '../../src/jinja/index.ts'
import { lintTargets } from '../../src/lint/lint.ts'
import { diskSources } from '../../src/playbook/sources.ts'
import { readInputs } from '../../src/run/inputs.ts'
import { ControllerFiles } from '../../src/playbook/controller-files.ts'
import { layersOf } from '../../src/run/layers.ts'
import type { RunOptions } from '../../src/run/options.ts'
import { Redactor } from '../../src/secret.ts'
import { toJson } from '../../src/value.ts'
import { TaskScope } from '../../src/variables/scope.ts'
import { Vault } from '../../src/vault/vault.ts'
import type { Feature } from './survey-data.ts'

const INVENTORY = '[web]\nd1 letter=d\nm1 letter=m\n'

/**
 * Tries a feature: loads its snippet with all that it names, and renders its expression with the variables of a host of
 * Debian. Undefined if that comes out as it should; else why not. Nothing is connected to.
 */
export async function failureOf(feature: Feature, root: string): Promise<string | undefined> {
  const folder = mkdtempSync(path.join(tmpdir(), 'hakube-proof-'))
  try {
    return await attempt(feature, folder, root)
  } catch (error) {
    if (!isKnown(error)) throw error
    const first = error instanceof HakubeErrors ? error.errors[0] : error
    return `${first?.message ?? ''}${first?.hint === undefined ? '' : `; ${first.hint}`}`
  } finally {
    rmSync(folder, { recursive: true })
  }
}

async function attempt(feature: Feature, folder: string, root: string): Promise<string | undefined> {
  const {
    load,
    playbook,
    files = {},
    inventory = INVENTORY,
    suffix = '.ini',
    render,
    template,
    gives,
  } = feature
  const tasks = (load ?? '').trimEnd().replaceAll(/^(?=.)/gm, '    ')
  const site =
    playbook ?? `- hosts: all\n  gather_facts: false\n${load === undefined ? '' : `  tasks:\n${tasks}\n`}`
  for (const [name, text] of Object.entries({ ...files, 'site.yml': site, [`hosts${suffix}`]: inventory })) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true })
    writeFileSync(path.join(folder, name), text)
  }
  const file = path.join(folder, 'site.yml')
  if (playbook !== undefined || load !== undefined) {
    const sources = diskSources(new Vault([]))
    const { problems } = lintTargets([{ kind: 'playbook', path: file }], {
      sources,
      rolesPath: [],
      skip: new Set(),
      inventory: undefined,
    })
    // An include of a file that the snippet does not bring is no question of support.
    const [problem] = problems.filter(({ code }) => code !== 'file-not-found')
    if (problem) return `${problem.message}${problem.hint === undefined ? '' : `; ${problem.hint}`}`
  }
  if (render === undefined && template === undefined) return undefined
  const got = await rendered({ render, template }, options(file, path.join(folder, `hosts${suffix}`)), root)
  return JSON.stringify(got) === JSON.stringify(gives) ? undefined : `it comes out as ${JSON.stringify(got)}`
}

/** A text rendered for the first host, whose facts are those of a recorded Debian host. */
async function rendered(
  { render, template }: Pick<Feature, 'render' | 'template'>,
  run: RunOptions,
  root: string,
): Promise<unknown> {
  const inputs = await readInputs(run)
  const [host = ''] = inputs.hosts
  const stdout = readFileSync(path.join(root, 'test/facts/recorded/debian-host.txt'), 'utf8')
    .replaceAll('␀', '\0')
    .replaceAll('␞', '\u001e')
    .replaceAll('␟', '\u001f')
  const facts = parseFacts({ code: 0, stdout: Buffer.from(stdout), stderr: Buffer.from('') })
  inputs.store.setFacts(host, facts)
  const step = inputs.line.steps[0]
  if (!step) throw new TypeError('a playbook without steps')
  const layers = layersOf(inputs, run, new ControllerFiles())(host, step.run, undefined)
  const scope = new TaskScope(inputs.store, host, 1, layers)
  if (template !== undefined) {
    const file = path.join(path.dirname(run.playbook), 'templates/survey.j2')
    return compileTemplate(template, { file }).render(scope, layers.environment)
  }
  const place = { file: 'survey.yml', line: 1, column: 1 }
  return toJson(renderValue(render ?? '', place, scope, layers.environment))
}

function options(playbook: string, inventory: string): RunOptions {
  return {
    playbook,
    bundled: false,
    inventories: [inventory],
    limit: undefined,
    tags: { only: [], skip: [] },
    startAtTask: undefined,
    extraVars: new Map(),
    check: false,
    diff: false,
    forks: 1,
    connection: {
      user: undefined,
      keyFile: undefined,
      password: undefined,
      becomePassword: undefined,
      hostKeyChecking: undefined,
      timeout: undefined,
    },
    become: { become: false, user: undefined },
    verbosity: 0,
    version: '0.0.0',
    purpose: 'a proof',
    redactor: new Redactor(),
    signal: new AbortController().signal,
    abort: new AbortController().signal,
    env: {},
    emit: () => undefined,
  }
}
