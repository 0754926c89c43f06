import { stat } from 'node:fs/promises'
import { hostname, userInfo } from 'node:os'
import { formatDate } from '../jinja/dates-format.ts'
import { DateTime } from '../jinja/dates.ts'
import type { Value } from '../value.ts'

export interface TemplateFile {
  /** As the task names it. */
  name: string
  /** Where it was found. */
  path: string
  /** Where on the host the result goes. */
  dest: string | undefined
}

/**
 * What a template file may ask about itself, and the line of `ansible_managed` for it: in that setting `{file}`,
 * `{host}` and `{uid}` are the template’s, and % words those of strftime for the time when it was last changed.
 */
export async function templateVariables(
  managed: string,
  { name, path, dest }: TemplateFile,
): Promise<Map<string, Value>> {
  const { uid, mtime } = await stat(path)
  const own = userInfo()
  const known: Record<string, string> = {
    host: hostname(),
    uid: uid === own.uid ? own.username : String(uid),
    file: name,
  }
  const line = managed.replace(/\{\{|\}\}|\{(host|uid|file)\}/g, (all, word?: string) =>
    word === undefined ? all.slice(1) : (known[word] ?? all),
  )
  const ahead = -mtime.getTimezoneOffset()
  const changed = new DateTime(new Date(mtime.getTime() + ahead * 60_000), ahead, {
    zone: { minutes: ahead, name: ahead === 0 ? 'UTC' : '' },
  })
  return new Map<string, Value>([
    ['ansible_managed', line.includes('%') ? formatDate(changed, line, { fractions: false }) : line],
    ['template_path', name],
    ['template_fullpath', path],
    ['template_destpath', dest ?? null],
    ['template_host', known['host'] ?? ''],
    ['template_uid', known['uid'] ?? ''],
  ])
}
