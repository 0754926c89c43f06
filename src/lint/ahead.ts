import type { HakubeError } from '../errors.ts'
import type { Loading, PlayParts } from '../playbook/loading.ts'
import type { Playbook } from '../playbook/model.ts'
import { Reader } from '../playbook/reader.ts'
import { Completion } from './complete.ts'

/**
 * Mistakes in files that a loaded playbook names in so many words and that loading leaves to the run: included files
 * and roles, templates, files of variables. A file that is not there is none: a task may make it.
 */
export function problemsAhead(playbook: Playbook): readonly HakubeError[] {
  const loading: Loading = { ...playbook.loading, reader: new Reader() }
  for (const play of playbook.plays) {
    const parts: PlayParts = { handlers: [], roles: [], used: new Map() }
    const completion = new Completion(loading, parts)
    const sections = [play.preTasks, play.roleTasks, play.tasks, play.postTasks, play.handlers]
    for (const use of play.roles) completion.role(use)
    for (const entries of sections) completion.entries(entries, false)
  }
  const unique = new Map(
    loading.reader.problems.map((one) => [`${one.message} ${JSON.stringify(one.place)}`, one]),
  )
  return [...unique.values()]
}
