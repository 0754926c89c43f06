import { dirname } from 'node:path'
import { HakubeError, throwAll } from '../errors.ts'
import { describe, entryOf, loadYaml, type YamlNode } from '../yaml/load.ts'
import { checkTemplates } from './check-templates.ts'
import { inherited } from './inherited.ts'
import { BLOCK_KEYWORDS, PLAY_KEYWORDS } from './keywords.ts'
import { loadTask } from './load-task.ts'
import type { Block, Entry, Play, Playbook, Task } from './model.ts'
import { didYouMean } from '../suggest.ts'
import { hasTemplate, Reader } from './reader.ts'

/**
 * Reads a playbook. All mistakes of the file are reported together: YAML, keywords, modules, parameters and the
 * syntax of the templates in it. No host is needed for any of it. Of a hidden file no message shows a line.
 */
export function loadPlaybook(text: string, file: string, hidden = false): Playbook {
  const root = loadYaml(text, file, { hidden })
  if (!root) throw new HakubeError('this playbook is empty', { code: 'playbook-syntax', place: { file } })
  if (root.kind !== 'sequence') {
    throw new HakubeError(`a playbook is a list of plays, this is ${describe(root)}`, {
      code: 'playbook-syntax',
      place: root.place,
      hint: 'begin the play with "- hosts: …"',
    })
  }
  const reader = new Reader()
  const plays = root.items.flatMap((item) => loadPlay(reader, item) ?? [])
  const playbook = { file, plays }
  for (const play of plays) checkNotify(reader, play)
  reader.problems.push(...checkTemplates(playbook))
  throwAll(reader.problems.sort((a, b) => (a.place?.line ?? 0) - (b.place?.line ?? 0)))
  return playbook
}

function loadPlay(reader: Reader, node: YamlNode): Play | undefined {
  const mapping = reader.mapping(node, 'a play')
  if (!mapping) return undefined
  const keys = reader.keywords(mapping, PLAY_KEYWORDS, 'play')
  const hosts = keys.get('hosts')
  if (!hosts) {
    return reader.problem(
      'this play has no hosts',
      mapping.place,
      'say on which hosts it runs: hosts: control_plane',
    )
  }
  const pattern = reader.texts(hosts, 'hosts').map((item) => item.value)
  const entries = (key: string) => loadEntries(reader, keys.get(key), key)
  const handlers = reader.items(keys.get('handlers'), 'handlers').flatMap((item): Task[] => {
    const handler = reader.mapping(item, 'a handler')
    const task = handler && loadTask(reader, handler, true)
    return task ? [task] : []
  })
  const serial = reader.located(keys.get('serial'))
  const order = reader.located(keys.get('order'))
  return {
    ...inherited(reader, keys),
    ...(serial && { serial }),
    ...(order && { order }),
    name: reader.text(keys.get('name'), 'name') ?? pattern.join(','),
    place: mapping.place,
    hosts: { value: pattern.join(','), place: hosts.place },
    gatherFacts: reader.located(keys.get('gather_facts')),
    varsFiles: reader.texts(keys.get('vars_files'), 'vars_files'),
    preTasks: entries('pre_tasks'),
    tasks: entries('tasks'),
    postTasks: entries('post_tasks'),
    handlers,
    remoteUser: reader.located(keys.get('remote_user')),
  }
}

/** A handler that nobody wrote is a typing mistake, which would show only when its task changes something. */
function checkNotify(reader: Reader, play: Play): void {
  const names = play.handlers.flatMap((handler) => [handler.name ?? handler.action, ...handler.listen])
  if (names.some((name) => hasTemplate(name))) return
  const check = (entry: Entry): void => {
    if (entry.type === 'block') return [...entry.block, ...entry.rescue, ...entry.always].forEach(check)
    for (const { value, place } of entry.notify) {
      if (names.includes(value) || hasTemplate(value)) continue
      reader.problem(
        `there is no handler ${value} in this play`,
        place,
        didYouMean(value, names),
        'unknown-handler',
      )
    }
  }
  ;[...play.preTasks, ...play.tasks, ...play.postTasks, ...play.handlers].forEach(check)
}

function loadEntries(reader: Reader, node: YamlNode | undefined, what: string): Entry[] {
  return reader.items(node, what).flatMap((item) => {
    const mapping = reader.mapping(item, 'a task')
    if (!mapping) return []
    const entry = entryOf(mapping, 'block') ? loadBlock(reader, mapping) : loadTask(reader, mapping, false)
    return entry ? [entry] : []
  })
}

function loadBlock(reader: Reader, mapping: Extract<YamlNode, { kind: 'mapping' }>): Block {
  const keys = reader.keywords(mapping, BLOCK_KEYWORDS, 'block')
  return {
    ...inherited(reader, keys),
    type: 'block',
    name: reader.text(keys.get('name'), 'name'),
    place: mapping.place,
    when: reader.conditions(keys.get('when'), 'when'),
    block: loadEntries(reader, keys.get('block'), 'block'),
    rescue: loadEntries(reader, keys.get('rescue'), 'rescue'),
    always: loadEntries(reader, keys.get('always'), 'always'),
  }
}

/** The folder from which relative names in a playbook are searched. */
export function playbookDir(file: string): string {
  return dirname(file)
}
